/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Folds: which errors make a run, how runs are found and forgotten.
 */
#include "ui/fold.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static struct packet error_at(uint64_t seq, uint16_t port)
{
	return (struct packet){
		.seq = seq,
		.kind = PACKET_ICMP,
		.time = 1000 + seq,
		.socket = 1,
		.peer = { .family = AF_INET, .port = port },
		.icmp = { .type = 3, .code = 3, .origin = 1, .cause = seq },
	};
}

static void follow_errors(struct fold_table *t, uint64_t first, uint64_t last, uint16_t port)
{
	for (uint64_t seq = first; seq <= last; seq++) {
		struct packet p = error_at(seq, port);

		fold_follow(t, &p);
	}
}

static void follow_other(struct fold_table *t, uint64_t seq)
{
	struct packet p = { .seq = seq, .kind = PACKET_RX };

	fold_follow(t, &p);
}

static void test_equal_errors_make_a_run(void **state)
{
	struct fold_table t = { 0 };
	const struct fold *f;

	(void)state;
	follow_other(&t, 0);
	follow_errors(&t, 1, 5, 9);
	follow_other(&t, 6);
	assert_null(fold_find(&t, 0));
	assert_null(fold_find(&t, 6));
	for (uint64_t seq = 1; seq <= 5; seq++) {
		f = fold_find(&t, seq);
		assert_non_null(f);
		assert_int_equal(f->first, 1);
		assert_int_equal(f->last, 5);
		assert_int_equal(f->last_time, 1005);
	}
	fold_done(&t);
}

static void test_one_error_is_no_run(void **state)
{
	struct fold_table t = { 0 };

	(void)state;
	follow_errors(&t, 0, 0, 9);
	follow_other(&t, 1);
	follow_errors(&t, 2, 2, 9);
	assert_null(fold_find(&t, 0));
	assert_null(fold_find(&t, 2));
	fold_done(&t);
}

static void test_what_makes_errors_differ(void **state)
{
	struct packet others[6];

	(void)state;
	for (size_t i = 0; i < 6; i++)
		others[i] = error_at(1, 9);
	others[0].peer.port = 10;
	others[1].socket = 2;
	others[2].icmp.code = 1;
	others[3].icmp.offender.family = AF_INET;
	others[4].icmp.info = 1280;
	others[5].kind = PACKET_TX;
	for (size_t i = 0; i < 6; i++) {
		struct fold_table t = { 0 };

		follow_errors(&t, 0, 0, 9);
		fold_follow(&t, &others[i]);
		assert_null(fold_find(&t, 0));
		assert_null(fold_find(&t, 1));
		fold_done(&t);
	}
}

static void test_runs_side_by_side(void **state)
{
	struct fold_table t = { 0 };

	(void)state;
	follow_errors(&t, 0, 2, 9);
	follow_errors(&t, 3, 4, 10);
	assert_int_equal(fold_find(&t, 2)->last, 2);
	assert_int_equal(fold_find(&t, 3)->first, 3);
	assert_int_equal(fold_find(&t, 3)->last, 4);
	fold_done(&t);
}

static void test_forgotten_runs_make_room(void **state)
{
	struct fold_table t = { 0 };

	(void)state;
	for (uint64_t i = 0; i < 10000; i++) {
		follow_errors(&t, i * 3, i * 3 + 1, 9);
		follow_other(&t, i * 3 + 2);
		if (i > 100)
			fold_forget(&t, (i - 100) * 3 + 1);
	}
	assert_in_range(t.room, 100, 512);
	assert_null(fold_find(&t, 9890 * 3));
	/* A run of which only a part is gone is still a run. */
	assert_non_null(fold_find(&t, 9899 * 3));
	for (uint64_t i = 9900; i < 10000; i++) {
		assert_int_equal(fold_find(&t, i * 3)->first, i * 3);
		assert_int_equal(fold_find(&t, i * 3 + 1)->first, i * 3);
		assert_null(fold_find(&t, i * 3 + 2));
	}
	fold_done(&t);
}

/* ---- datagrams ---- */

static struct packet datagram_at(uint64_t seq, const char *text)
{
	return (struct packet){
		.seq = seq,
		.kind = PACKET_RX,
		.time = 1000 + seq,
		.socket = 1,
		.peer = { .family = AF_INET, .port = 9 },
		.local = { .family = AF_INET, .port = 5000 },
		.flags = PACKET_HAS_TTL,
		.ttl = 64,
		.len = (uint32_t)strlen(text),
		.stored = (uint32_t)strlen(text),
		.data = (const uint8_t *)text,
	};
}

static void follow(struct fold_table *t, struct packet p)
{
	fold_follow(t, &p);
}

static void test_repeats_fold_if_they_are_to(void **state)
{
	struct fold_table t = { 0 };
	char text[] = "tick";

	(void)state;
	follow(&t, datagram_at(0, "tick"));
	follow(&t, datagram_at(1, "tick"));
	assert_null(fold_find(&t, 0));
	fold_done(&t);
	t.repeats = true;
	/* Each is gone when the next one comes. */
	for (uint64_t seq = 0; seq < 5; seq++) {
		memcpy(text, "tick", 4);
		follow(&t, datagram_at(seq, text));
		memset(text, 'x', 4);
	}
	follow(&t, datagram_at(5, "tock"));
	follow_errors(&t, 6, 7, 9);
	follow(&t, datagram_at(8, ""));
	follow(&t, datagram_at(9, ""));
	assert_int_equal(fold_find(&t, 4)->first, 0);
	assert_int_equal(fold_find(&t, 4)->last, 4);
	assert_int_equal(fold_find(&t, 4)->last_time, 1004);
	assert_null(fold_find(&t, 5));
	assert_int_equal(fold_find(&t, 7)->first, 6);
	assert_int_equal(fold_find(&t, 8)->last, 9);
	fold_done(&t);
}

static void test_what_makes_datagrams_differ(void **state)
{
	struct packet others[13];

	(void)state;
	for (size_t i = 0; i < 13; i++)
		others[i] = datagram_at(1, "tick");
	others[0].peer.port = 10;
	others[1].local.port = 10;
	others[2].socket = 2;
	others[3].kind = PACKET_TX;
	others[4].flags = 0;
	others[5].ttl = 63;
	others[6].tos = 1;
	others[7].ifindex = 2;
	others[8].fragment = 1500;
	others[9].data = (const uint8_t *)"tock";
	others[10].stored = 3;
	others[11].len = 5;
	others[12].seq = 2;
	for (size_t i = 0; i < 13; i++) {
		struct fold_table t = { .repeats = true };

		follow(&t, datagram_at(0, "tick"));
		follow(&t, others[i]);
		assert_null(fold_find(&t, 0));
		assert_null(fold_find(&t, 1));
		fold_done(&t);
	}
}

static void follow_sent(struct fold_table *t, uint64_t seq, int result)
{
	struct packet p = datagram_at(seq, "tick");

	p.kind = PACKET_TX;
	p.result = result;
	fold_follow(t, &p);
}

static void test_what_was_not_sent_is_no_repeat(void **state)
{
	struct fold_table t = { .repeats = true };

	(void)state;
	follow_sent(&t, 0, PACKET_TX_SENT);
	follow_sent(&t, 1, ENETUNREACH);
	follow_sent(&t, 2, PACKET_TX_PENDING);
	follow_sent(&t, 3, PACKET_TX_PENDING);
	for (uint64_t seq = 0; seq < 4; seq++)
		assert_null(fold_find(&t, seq));
	follow_sent(&t, 4, PACKET_TX_SENT);
	follow_sent(&t, 5, PACKET_TX_SENT);
	assert_int_equal(fold_find(&t, 5)->first, 4);
	fold_done(&t);
}

static uint64_t ticks;

static uint64_t tick(void *ctx)
{
	(void)ctx;
	return ticks++;
}

/* What is in the store, in turns that end at their time. */
static void test_what_was_there_before(void **state)
{
	static char bytes[3000];
	struct clock clock = { tick, tick, NULL };
	struct store *st = store_new(1 << 20, 8 << 20, NULL);
	struct fold_table t = { .repeats = true };
	uint64_t next = 0;
	int turns = 1;

	(void)state;
	store_begin(st);
	for (uint64_t seq = 0; seq < 2000; seq++) {
		struct packet p = datagram_at(seq, "");

		bytes[0] = (char)(seq / 1000);
		p.data = (const uint8_t *)bytes;
		p.len = p.stored = seq < 1000 ? 10 : 2500;
		assert_true(store_append(st, &p));
	}
	store_end(st);
	for (; fold_scan(&t, st, &next, 2000, &clock, ticks + 2); turns++)
		assert_in_range(next, 1, 2000);
	assert_in_range(turns, 3, 9);
	assert_int_equal(next, 2000);
	assert_int_equal(fold_find(&t, 999)->first, 0);
	assert_int_equal(fold_find(&t, 1000)->first, 1000);
	assert_int_equal(fold_find(&t, 1000)->last, 1999);
	fold_done(&t);
	store_free(st);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_equal_errors_make_a_run),
		cmocka_unit_test(test_one_error_is_no_run),
		cmocka_unit_test(test_what_makes_errors_differ),
		cmocka_unit_test(test_runs_side_by_side),
		cmocka_unit_test(test_forgotten_runs_make_room),
		cmocka_unit_test(test_repeats_fold_if_they_are_to),
		cmocka_unit_test(test_what_makes_datagrams_differ),
		cmocka_unit_test(test_what_was_not_sent_is_no_repeat),
		cmocka_unit_test(test_what_was_there_before),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
