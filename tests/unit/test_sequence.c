/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Sequence numbers: how they are read, what is missing, repeated and late, where they
 * wrap around, senders that begin anew, jitter.
 */
#include "session/sequence.h"

#include "session/peer.h"
#include "util/num.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#define COUNT(list) (sizeof(list) / sizeof(list[0]))

static struct sequence *counting(const char *where)
{
	struct sequence_spec spec;
	struct sequence *q;
	struct error e;

	assert_true(sequence_parse(where, &spec, &e));
	q = sequence_new(&spec);
	assert_non_null(q);
	return q;
}

static void hear(struct sequence *q, uint32_t peer, uint64_t time, const void *data, size_t n)
{
	const struct packet p = { .kind = PACKET_RX,
				  .time = time,
				  .data = data,
				  .len = (uint32_t)n,
				  .stored = (uint32_t)n };

	sequence_heard(q, peer, &p);
}

/* A number in the first bytes, big-endian. */
static void hear_number(struct sequence *q, uint32_t peer, uint64_t time, uint64_t number,
			unsigned bytes)
{
	uint8_t data[8];

	for (unsigned i = 0; i < bytes; i++)
		data[i] = (uint8_t)(number >> (8 * (bytes - 1 - i)));
	hear(q, peer, time, data, bytes);
}

/* ---- how it is written ---- */

static void specs_there_and_back(void **state)
{
	static const struct {
		const char *text, *want;
	} cases[] = {
		{ "data[0:4]", "data[0:4]" },
		{ "data[2]", "data[2:1]" },
		{ "data[-8:8]:le", "data[-8:8]:le" },
		{ "data[2:19]:text", "data[2:19]:text" },
		{ "data[-3:3]:text", "data[-3:3]:text" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct sequence_spec spec;
		struct error e;
		struct buf out;

		buf_init(&out, 64);
		assert_true(sequence_parse(cases[i].text, &spec, &e));
		sequence_format(&spec, &out);
		assert_string_equal(buf_cstr(&out), cases[i].want);
		buf_done(&out);
	}
}

static void specs_that_are_none(void **state)
{
	static const struct {
		const char *text;
		ptrdiff_t at;
	} cases[] = {
		{ "", 0 },
		{ "[0:4]", 0 },
		{ "data", 4 },
		{ "data[0:3]", 4 },
		{ "data[0:16]", 4 },
		{ "data[0:20]:text", 4 },
		{ "data[0:4]:be", 9 },
		{ "data[0:4]le", 9 },
		{ "data[x:4]", 5 },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct sequence_spec spec;
		struct error e;

		assert_false(sequence_parse(cases[i].text, &spec, &e));
		assert_int_equal(e.at, cases[i].at);
	}
}

/* ---- reading ---- */

static void numbers_where_they_stand(void **state)
{
	static const struct {
		const char *where, *first, *second;
		uint64_t missing, unnumbered; /* after both */
	} cases[] = {
		{ "data[0:2]", "\x01\x00", "\x01\x05", 4, 0 },
		{ "data[0:2]:le", "\x01\x00", "\x01\x05", 0x4ff, 0 },
		{ "data[1:1]", "x\x07", "y\x08", 0, 0 },
		{ "data[-1]", "xyz\x07", "\x09", 1, 0 },
		{ "data[-2:2]", "x\x01\x01", "\x01", 0, 1 },
		{ "data[0:4]", "abc", "abcd", 0, 1 },
		{ "data[2:8]:text", "n=7", "n=12 rest", 4, 0 },
		{ "data[2:2]:text", "n=7", "n=1234", 4, 0 },
		{ "data[-3:3]:text", "no 007", "no 009", 1, 0 },
		{ "data[2:8]:text", "n=", "n=x", 0, 2 },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct sequence *q = counting(cases[i].where);
		size_t first = strlen(cases[i].first);

		/* what C ends a string with may be the number's last byte */
		if (i < 2)
			first = 2;
		hear(q, 1, 1, cases[i].first, first);
		hear(q, 1, 2, cases[i].second, strlen(cases[i].second));
		assert_int_equal(sequence_total(q)->missing, cases[i].missing);
		assert_int_equal(sequence_unnumbered(q), cases[i].unnumbered);
		assert_int_equal(sequence_total(q)->numbered, 2 - cases[i].unnumbered);
		sequence_free(q);
	}
}

/* ---- counting ---- */

struct course {
	const char *name;
	unsigned bytes;
	uint64_t numbers[12];
	size_t n;
	struct sequence_counts want; /* "numbered" left out */
};

static const struct course courses[] = {
	{ "in order", 4, { 7, 8, 9, 10 }, 4, { 0 } },
	{ "a gap", 4, { 7, 8, 12, 13 }, 4, { .missing = 3, .gaps = 1 } },
	{ "two gaps", 4, { 1, 3, 6 }, 3, { .missing = 3, .gaps = 2 } },
	{ "repeated", 4, { 7, 8, 8, 7, 9 }, 5, { .repeated = 2 } },
	{ "late", 4, { 7, 9, 8, 10 }, 4, { .gaps = 1, .late = 1 } },
	{ "late, then repeated", 4, { 7, 9, 8, 8 }, 4, { .gaps = 1, .late = 1, .repeated = 1 } },
	{ "older than the first", 4, { 7, 6, 9, 5 }, 4, { .missing = 1, .gaps = 1, .late = 2 } },
	{ "all backwards", 4, { 9, 8, 7, 6 }, 4, { .late = 3 } },
	{ "1 byte wraps", 1, { 254, 255, 0, 1 }, 4, { 0 } },
	{ "1 byte, a gap over the end",
	  1,
	  { 254, 2, 0, 255 },
	  4,
	  { .missing = 1, .gaps = 1, .late = 2 } },
	{ "1 byte, the longest gap", 1, { 0, 127 }, 2, { .missing = 126, .gaps = 1 } },
	{ "1 byte, half way round is nowhere", 1, { 0, 128 }, 2, { .strays = 1 } },
	{ "1 byte, the oldest that is remembered",
	  1,
	  { 126, 0, 126 },
	  3,
	  { .late = 1, .repeated = 1 } },
	{ "2 bytes wrap",
	  2,
	  { 65534, 65535, 0, 65535, 2 },
	  5,
	  { .missing = 1, .gaps = 1, .repeated = 1 } },
	{ "4 bytes wrap",
	  4,
	  { 0xfffffffe, 0, 0xffffffff, 0 },
	  4,
	  { .gaps = 1, .late = 1, .repeated = 1 } },
	{ "8 bytes wrap", 8, { UINT64_MAX, 0, 2 }, 3, { .missing = 1, .gaps = 1 } },
	{ "the window's last",
	  4,
	  { 1000, 1256, 1001 },
	  3,
	  { .missing = 254, .gaps = 1, .late = 1 } },
	{ "past the window",
	  4,
	  { 1000, 1256, 1000 },
	  3,
	  { .missing = 255, .gaps = 1, .strays = 1 } },
	{ "the longest gap",
	  4,
	  { 0, SEQUENCE_JUMP },
	  2,
	  { .missing = SEQUENCE_JUMP - 1, .gaps = 1 } },
	{ "too far ahead", 4, { 0, SEQUENCE_JUMP + 1, 1 }, 3, { .strays = 1 } },
	{ "the sender begins anew", 4, { 90000, 90001, 0, 1, 2 }, 5, { .restarts = 1 } },
	{ "anew after a stray",
	  4,
	  { 90000, 5, 0, 1, 3 },
	  5,
	  { .missing = 1, .gaps = 1, .strays = 1, .restarts = 1 } },
	{ "a stray is forgotten", 4, { 90000, 5, 90001, 6, 90002 }, 5, { .strays = 2 } },
	{ "anew, the number before it",
	  4,
	  { 90000, 10, 11, 10, 9 },
	  5,
	  { .restarts = 1, .repeated = 1, .late = 1 } },
};

static void check(const char *name, const struct sequence_counts *got, const struct course *course)
{
	const struct sequence_counts *want = &course->want;

	if (got->numbered != course->n || got->missing != want->missing ||
	    got->gaps != want->gaps || got->repeated != want->repeated || got->late != want->late ||
	    got->strays != want->strays || got->restarts != want->restarts)
		fail_msg("%s: %llu missing %llu gaps %llu repeated %llu late %u strays %u restarts",
			 name, (unsigned long long)got->missing, (unsigned long long)got->gaps,
			 (unsigned long long)got->repeated, (unsigned long long)got->late,
			 got->strays, got->restarts);
}

static void courses_of_numbers(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(courses); i++) {
		static const char *const wheres[] = {
			[1] = "data[0:1]", [2] = "data[0:2]", [4] = "data[0:4]", [8] = "data[0:8]"
		};
		struct sequence *q = counting(wheres[courses[i].bytes]);

		for (size_t k = 0; k < courses[i].n; k++)
			hear_number(q, 1, k, courses[i].numbers[k], courses[i].bytes);
		check(courses[i].name, sequence_total(q), &courses[i]);
		check(courses[i].name, &sequence_peer(q, 1)->counts, &courses[i]);
		sequence_free(q);
	}
}

/* Each number of two rounds but every tenth, some twice. */
static void a_long_course_over_the_end(void **state)
{
	struct sequence *q = counting("data[0:2]");
	const struct sequence_counts *n = sequence_total(q);

	(void)state;
	for (uint64_t i = 0; i <= 131072; i++) {
		if (i % 10 == 5)
			continue;
		hear_number(q, 1, i, i, 2);
		if (i % 100 == 0)
			hear_number(q, 1, i, i - (i % 200 ? 1 : 0), 2);
	}
	assert_int_equal(n->missing, 13107);
	assert_int_equal(n->gaps, 13107);
	assert_int_equal(n->repeated, 1311);
	assert_int_equal(n->late + n->strays + n->restarts, 0);
	sequence_free(q);
}

static void peers_are_counted_apart(void **state)
{
	struct sequence *q = counting("data[0:4]");

	(void)state;
	hear_number(q, 1, 1, 100, 4);
	hear_number(q, 2, 1, 5000, 4);
	hear_number(q, 1, 2, 101, 4);
	hear_number(q, 2, 2, 5002, 4);
	hear_number(q, PEER_MAX, 2, 9, 4);
	assert_int_equal(sequence_peer(q, 1)->counts.missing, 0);
	assert_int_equal(sequence_peer(q, 2)->counts.missing, 1);
	assert_int_equal(sequence_peer(q, PEER_MAX)->counts.numbered, 1);
	assert_null(sequence_peer(q, 3));
	assert_null(sequence_peer(q, 0));
	assert_null(sequence_peer(q, SEQUENCE_CHUNK + 1));
	assert_null(sequence_peer(q, PEER_MAX + 1));
	assert_int_equal(sequence_total(q)->missing, 1);
	/* who is in no table has no number */
	hear_number(q, 0, 3, 1, 4);
	hear_number(q, PEER_MAX + 1, 3, 1, 4);
	assert_int_equal(sequence_unnumbered(q), 2);
	sequence_free(q);
}

/* ---- jitter ---- */

static void an_even_stream_has_no_jitter(void **state)
{
	struct sequence *q = counting("data[0:4]");

	(void)state;
	for (uint64_t i = 0; i < 100; i++)
		if (i % 7 != 3) /* what is missing took its time, too */
			hear_number(q, 1, NS_PER_S + i * 20 * NS_PER_MS, i, 4);
	assert_int_equal(sequence_jitter(sequence_peer(q, 1)), 0);
	sequence_free(q);
}

/* 15 and 25 ms in turn: each is 5 ms off the usual 20. */
static void jitter_is_the_distance_from_the_usual(void **state)
{
	struct sequence *q = counting("data[0:4]");
	uint64_t time = NS_PER_S, jitter;

	(void)state;
	for (uint64_t i = 0; i < 400; i++) {
		hear_number(q, 1, time, i, 4);
		time += (i % 2 ? 25 : 15) * NS_PER_MS;
	}
	jitter = sequence_jitter(sequence_peer(q, 1));
	assert_in_range(jitter, 4800 * NS_PER_US, 5200 * NS_PER_US);
	/* a clock that is set back, what comes late and what comes twice change nothing */
	hear_number(q, 1, 5, 400, 4);
	hear_number(q, 1, 6, 400, 4);
	hear_number(q, 1, 7, 399, 4);
	assert_int_equal(sequence_jitter(sequence_peer(q, 1)), jitter);
	sequence_free(q);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(specs_there_and_back),
		cmocka_unit_test(specs_that_are_none),
		cmocka_unit_test(numbers_where_they_stand),
		cmocka_unit_test(courses_of_numbers),
		cmocka_unit_test(a_long_course_over_the_end),
		cmocka_unit_test(peers_are_counted_apart),
		cmocka_unit_test(an_even_stream_has_no_jitter),
		cmocka_unit_test(jitter_is_the_distance_from_the_usual),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
