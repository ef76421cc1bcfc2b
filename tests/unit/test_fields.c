/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Fields: the bytes that they stand in, the filters that find their like.
 */
#include "deck.h"
#include "match/what.h"
#include "net/errqueue.h"
#include "session/filter_env.h"
#include "ui/fields.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static size_t row_named(const struct fields *f, const char *name)
{
	for (size_t i = 0; i < f->rows.count; i++) {
		const char *text = listing_text(&f->rows, i);

		if (strncmp(text, name, strlen(name)) == 0 && text[strlen(name)] == '\t')
			return i;
	}
	fail_msg("no field %s", name);
	return 0;
}

static struct packet received(void)
{
	struct packet p = deck_datagram("hello", 5);

	p.no = 7;
	p.time = DECK_START;
	p.local = deck_addr("239.1.2.3", 5000);
	p.flags = PACKET_MULTICAST | PACKET_OWN | PACKET_HAS_TTL | PACKET_HAS_TOS;
	p.ifindex = 7777;
	p.ttl = 3;
	p.tos = 0xb9;
	return p;
}

static void assert_filter(struct deck *d, const struct packet *p, const char *name,
			  const char *expected)
{
	struct filter_env env = session_filter_env(&d->session);
	struct fields f;
	struct buf filter;
	struct what *what;
	struct error e = { .at = -1 };
	size_t used;

	fields_init(&f);
	buf_init(&filter, 1000);
	fields_make(&f, &d->view, p);
	if (fields_filter(&f, row_named(&f, name), p, &filter) != (expected != NULL))
		fail_msg("%s: %s", name, expected ? "no filter" : buf_cstr(&filter));
	if (expected) {
		assert_string_equal(buf_cstr(&filter), expected);
		if (!what_parse(buf_cstr(&filter), filter.len, false, &used, &what, &e))
			fail_msg("%s: %s", expected, e.text);
		if (!what_matches(what, p, &env))
			fail_msg("%s does not find its own packet", expected);
		what_free(what);
	}
	buf_done(&filter);
	fields_done(&f);
}

static void test_filters_of_what_was_received(void **state)
{
	struct deck *d = *state;
	struct packet p = received();

	assert_filter(d, &p, "From", "peer == 10.0.0.9:9");
	assert_filter(d, &p, "To", "local == 239.1.2.3:5000");
	assert_filter(d, &p, "Kind", "kind == multicast");
	assert_filter(d, &p, "Own", "own == on");
	assert_filter(d, &p, "Interface", "dev == \"eth1\"");
	assert_filter(d, &p, "TTL", "ttl == 3");
	assert_filter(d, &p, "DSCP", "tos == 185");
	assert_filter(d, &p, "Length", "len == 5");
	assert_filter(d, &p, "From port", "peer.port == 9");
	assert_filter(d, &p, "To port", "local.port == 5000");
	assert_filter(d, &p, "Socket", "socket == 1");
	assert_filter(d, &p, "Text", "data[0:5] == 68656c6c6f");
	p.local = deck_addr("10.0.0.255", 5000);
	p.flags = PACKET_BROADCAST;
	assert_filter(d, &p, "Kind", "kind == broadcast");
	p.peer = deck_addr("fe80::1", 9);
	assert_filter(d, &p, "From", "peer == [fe80::1]:9");
}

static void test_filters_of_the_rest(void **state)
{
	struct deck *d = *state;
	struct packet p = deck_datagram("ping", 4);

	p.kind = PACKET_TX;
	p.job = 3;
	p.ifindex = 1;
	assert_filter(d, &p, "To", "peer == 10.0.0.9:9");
	assert_filter(d, &p, "Job", "job == 3");
	assert_filter(d, &p, "State", NULL);
	assert_filter(d, &p, "Interface", NULL);
	p.kind = PACKET_ICMP;
	p.icmp = (struct packet_icmp){ .origin = ERRQUEUE_ICMP, .type = 3, .code = 3 };
	assert_filter(d, &p, "Error", "kind == icmp");
	assert_filter(d, &p, "About", "peer == 10.0.0.9:9");
	assert_filter(d, &p, "Quoted", "data[0:4] == 70696e67");
	p.kind = PACKET_JOIN;
	assert_filter(d, &p, "Event", "kind == join");
}

static void assert_bytes(const struct fields *f, size_t row, const char *text, size_t offset,
			 size_t length)
{
	assert_string_equal(listing_text(&f->rows, row), text);
	assert_int_equal(f->bytes[row].offset, offset);
	assert_int_equal(f->bytes[row].length, length);
}

static void test_lines_of_text_know_their_bytes(void **state)
{
	struct deck *d = *state;
	struct packet p = deck_datagram("GET a\r\n\r\nrest\x01", 14);
	struct fields f;
	size_t row;

	fields_init(&f);
	fields_make(&f, &d->view, &p);
	row = row_named(&f, "Text");
	assert_int_equal(row, f.rows.count - 3);
	assert_bytes(&f, row, "Text\tGET a", 0, 7);
	assert_bytes(&f, row + 1, "  line 2\t", 7, 2);
	assert_bytes(&f, row + 2, "  line 3\trest\\x01", 9, 5);
	fields_done(&f);
}

static void test_other_bytes_are_no_lines(void **state)
{
	struct deck *d = *state;
	struct packet p = deck_datagram("\0\1\2\3\n\4\5", 7);
	struct fields f;

	fields_init(&f);
	fields_make(&f, &d->view, &p);
	for (size_t i = 0; i < f.rows.count; i++)
		assert_int_equal(f.bytes[i].length, 0);
	fields_done(&f);
}

static void test_many_and_long_lines_end(void **state)
{
	static char text[65000];
	struct deck *d = *state;
	struct packet p = deck_datagram(text, sizeof(text));
	struct fields f;
	size_t head;

	memset(text, 'a', sizeof(text));
	fields_init(&f);
	fields_make(&f, &d->view, &p);
	head = row_named(&f, "Text");
	assert_int_equal(f.bytes[head].length, sizeof(text));
	assert_int_equal(strlen(listing_text(&f.rows, head)), 5 + 512);
	fields_done(&f);
	memset(text, '\n', sizeof(text));
	fields_init(&f);
	fields_make(&f, &d->view, &p);
	assert_int_equal(f.rows.count, head + 100);
	fields_done(&f);
}

static void test_the_narrowest_field_of_a_byte(void **state)
{
	struct fields f;
	size_t row;

	(void)state;
	fields_init(&f);
	assert_false(fields_find(&f, 0, &row));
	fields_add(&f, "all", "", NULL, 0, 10);
	fields_add(&f, "head", "", NULL, 0, 4);
	fields_add(&f, "flags", "", NULL, 2, 2);
	fields_add(&f, "one flag", "", NULL, 2, 2);
	fields_add(&f, "none", "", NULL, 3, 0);
	assert_true(fields_find(&f, 1, &row));
	assert_int_equal(row, 1);
	assert_true(fields_find(&f, 3, &row));
	assert_int_equal(row, 3);
	assert_true(fields_find(&f, 9, &row));
	assert_int_equal(row, 0);
	assert_false(fields_find(&f, 10, &row));
	fields_done(&f);
}

/* Ranges come from a helper, too: one beyond the bytes has no filter. */
static void test_ranges_beyond_the_bytes(void **state)
{
	static char bytes[300];
	struct packet p = deck_datagram(bytes, sizeof(bytes));
	struct fields f;
	struct buf out;

	(void)state;
	fields_init(&f);
	buf_init(&out, 2000);
	fields_add(&f, "far", "", NULL, 299, 2);
	fields_add(&f, "further", "", NULL, SIZE_MAX, 2);
	fields_add(&f, "long", "", NULL, 0, 257);
	fields_add(&f, "last", "", NULL, 299, 1);
	assert_false(fields_filter(&f, 0, &p, &out));
	assert_false(fields_filter(&f, 1, &p, &out));
	assert_false(fields_filter(&f, 2, &p, &out));
	assert_true(fields_filter(&f, 3, &p, &out));
	assert_string_equal(buf_cstr(&out), "data[299:1] == 00");
	buf_done(&out);
	fields_done(&f);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, deck_setup, deck_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_filters_of_what_was_received),   TEST(test_filters_of_the_rest),
		TEST(test_lines_of_text_know_their_bytes), TEST(test_other_bytes_are_no_lines),
		TEST(test_many_and_long_lines_end),        TEST(test_the_narrowest_field_of_a_byte),
		TEST(test_ranges_beyond_the_bytes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
