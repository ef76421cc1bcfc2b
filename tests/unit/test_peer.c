/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The peer table: numbers, look-up, growth, its maximum.
 */
#include "session/peer.h"

#include <arpa/inet.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static struct addr v4(uint32_t host, uint16_t port)
{
	struct addr a = { .family = AF_INET, .port = port };

	a.v4.s_addr = htonl(host);
	return a;
}

static void test_numbers_count_from_one(void **state)
{
	struct peer_table t = { 0 };
	struct addr a = v4(0x0a000001, 53), b = v4(0x0a000001, 54);
	bool added;
	struct peer *p;

	(void)state;
	p = peer_note(&t, &a, &added);
	assert_true(added);
	assert_int_equal(p->number, 1);
	assert_int_equal(peer_note(&t, &b, &added)->number, 2);
	assert_true(added);
	assert_ptr_equal(peer_note(&t, &a, &added), p);
	assert_false(added);
	assert_int_equal(t.count, 2);
	peer_table_done(&t);
	assert_int_equal(t.count, 0);
}

static void test_unknown_peers_are_null(void **state)
{
	struct peer_table t = { 0 };
	struct addr a = v4(0x7f000001, 1), b = v4(0x7f000001, 2);
	bool added;

	(void)state;
	assert_null(peer_find(&t, &a));
	assert_null(peer_by_number(&t, 0));
	assert_null(peer_by_number(&t, 1));
	peer_note(&t, &a, &added);
	assert_null(peer_find(&t, &b));
	assert_null(peer_by_number(&t, 0));
	assert_null(peer_by_number(&t, 2));
	peer_table_done(&t);
}

static void test_zone_tells_peers_apart(void **state)
{
	struct peer_table t = { 0 };
	struct addr a = { .family = AF_INET6, .port = 69, .scope = 1 }, b;
	bool added;

	(void)state;
	assert_int_equal(inet_pton(AF_INET6, "fe80::12", &a.v6), 1);
	b = a;
	b.scope = 2;
	peer_note(&t, &a, &added);
	peer_note(&t, &b, &added);
	assert_true(added);
	assert_int_equal(peer_find(&t, &a)->number, 1);
	assert_int_equal(peer_find(&t, &b)->number, 2);
	peer_table_done(&t);
}

static void test_grows_and_stops_at_its_maximum(void **state)
{
	struct peer_table t = { 0 };
	struct addr a = v4(0, 9);
	struct peer *first;
	bool added;

	(void)state;
	first = peer_note(&t, &a, &added);
	for (uint32_t i = 1; i < PEER_MAX; i++) {
		a = v4(i, 9);
		assert_int_equal(peer_note(&t, &a, &added)->number, i + 1);
	}
	a = v4(PEER_MAX, 9);
	assert_null(peer_note(&t, &a, &added));
	assert_false(added);
	for (uint32_t i = 0; i < PEER_MAX; i++) {
		a = v4(i, 9);
		assert_int_equal(peer_find(&t, &a)->number, i + 1);
	}
	assert_ptr_equal(peer_by_number(&t, 1), first);
	peer_table_done(&t);
}

static void test_labels(void **state)
{
	struct peer_table t = { 0 };
	const struct addr a = v4(1, 9);
	struct peer *p;
	struct error e;
	bool added;

	(void)state;
	p = peer_note(&t, &a, &added);
	assert_null(p->label);
	assert_true(peer_label(p, "gateway", &e));
	assert_string_equal(p->label, "gateway");
	assert_false(peer_label(p, "a label of more than 32 characters", &e));
	assert_string_equal(p->label, "gateway");
	assert_true(peer_label(p, "other", &e));
	assert_string_equal(p->label, "other");
	assert_true(peer_label(p, NULL, &e));
	assert_null(p->label);
	assert_true(peer_label(p, "last", &e));
	peer_table_done(&t);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_numbers_count_from_one),
		cmocka_unit_test(test_unknown_peers_are_null),
		cmocka_unit_test(test_zone_tells_peers_apart),
		cmocka_unit_test(test_labels),
		cmocka_unit_test(test_grows_and_stops_at_its_maximum),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
