/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Alignments: what stands opposite what, and that it takes no longer than it may.
 */
#include "util/align.h"
#include "util/clock.h"
#include "util/num.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define LARGEST 65507

static const uint8_t *bytes(const char *text)
{
	return (const uint8_t *)text;
}

/* Every byte once, in order, whatever stands opposite. */
static void check_whole(const struct align *al)
{
	size_t a = 0, b = 0, differ = 0, only_a = 0, only_b = 0;

	for (size_t i = 0; i < al->cells; i++) {
		struct align_cell at = align_cell(al, i);

		if (at.a != ALIGN_NONE)
			assert_int_equal(at.a, a++);
		if (at.b != ALIGN_NONE)
			assert_int_equal(at.b, b++);
		only_a += at.b == ALIGN_NONE;
		only_b += at.a == ALIGN_NONE;
		if (at.a != ALIGN_NONE && at.b != ALIGN_NONE)
			differ += al->a[at.a] != al->b[at.b];
	}
	assert_int_equal(a, al->a_len);
	assert_int_equal(b, al->b_len);
	assert_int_equal(differ, al->differ);
	assert_int_equal(only_a, al->only_a);
	assert_int_equal(only_b, al->only_b);
}

/* One side as a row: "-" where it has nothing. */
static void row_of(const struct align *al, bool second, char *out)
{
	for (size_t i = 0; i < al->cells; i++) {
		struct align_cell at = align_cell(al, i);
		size_t offset = second ? at.b : at.a;

		*out++ = offset == ALIGN_NONE ? '-' : (char)(second ? al->b : al->a)[offset];
	}
	*out = 0;
}

static const struct {
	const char *a, *b;         /* the two */
	const char *row_a, *row_b; /* side by side */
} table[] = {
	{ "", "", "", "" },
	{ "same", "same", "same", "same" },
	{ "", "new", "---", "new" },
	{ "old", "", "old", "---" },
	{ "temp=21 ok", "temp=22 ok", "temp=21 ok", "temp=22 ok" },
	{ "abcdefgh", "abcXXdefgh", "abc--defgh", "abcXXdefgh" },
	{ "abcXXdefgh", "abcdefgh", "abcXXdefgh", "abc--defgh" },
	{ "head body", "body", "head body", "-----body" },
	{ "body", "body tail", "body-----", "body tail" },
	/* One taken away and one put in elsewhere: equal lengths, and still aligned. */
	{ "seq=9 aaaaaaaaaaaaaaaa end", "seq=10 aaaaaaaaaaaaaaaa en", "seq=9- aaaaaaaaaaaaaaaa end",
	  "seq=10 aaaaaaaaaaaaaaaa en-" },
	{ "n: 1900\nlast line", "n: 1901\nnew: y\nlast line", "n: 1900-------\nlast line",
	  "n: 1901\nnew: y\nlast line" },
	/* What is equal by chance tears nothing apart. */
	{ "12345678", "87654321", "12345678", "87654321" },
	{ "<axbyc>", "<byaxd>", "<axbyc>", "<byaxd>" },
};

static void test_what_stands_opposite(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
		struct align al;
		char a[64], b[64];

		assert_true(align_make(&al, bytes(table[i].a), strlen(table[i].a),
				       bytes(table[i].b), strlen(table[i].b)));
		check_whole(&al);
		row_of(&al, false, a);
		row_of(&al, true, b);
		assert_string_equal(a, table[i].row_a);
		assert_string_equal(b, table[i].row_b);
		align_done(&al);
	}
}

static void test_the_next_difference(void **state)
{
	struct align al;

	(void)state;
	assert_true(align_make(&al, bytes("abcdefgh1"), 9, bytes("abcXXdefgh2"), 11));
	assert_int_equal(align_next(&al, 0), 3);
	assert_int_equal(align_next(&al, 4), 4);
	assert_int_equal(align_next(&al, 5), 10);
	assert_int_equal(align_next(&al, 11), 11);
	assert_int_equal(al.only_b, 2);
	assert_int_equal(al.differ, 1);
	align_done(&al);
}

/* The same bytes each time. */
static void fill(uint8_t *to, size_t n, uint32_t seed)
{
	for (size_t i = 0; i < n; i++) {
		seed = seed * 1664525u + 1013904223u;
		to[i] = (uint8_t)(seed >> 24);
	}
}

static uint8_t one[LARGEST], two[LARGEST];

static void test_insertions_into_a_large_one(void **state)
{
	struct align al;

	(void)state;
	fill(one, LARGEST, 1);
	memcpy(two, one, 20000);
	memcpy(two + 20000, "inserted", 8);
	memcpy(two + 20008, one + 20000, 30000 - 20000);
	memcpy(two + 30008, one + 30100, LARGEST - 30100);
	two[100] ^= 1;
	two[50000] ^= 1;
	assert_true(align_make(&al, one, LARGEST, two, LARGEST - 92));
	check_whole(&al);
	assert_int_equal(al.only_b, 8);
	assert_int_equal(al.only_a, 100);
	assert_int_equal(al.differ, 2);
	align_done(&al);
}

/* Each of these is the worst for a step of it. */
static void make_hard(int which)
{
	fill(one, LARGEST, 1);
	fill(two, LARGEST, 2);
	if (which == 1) {
		memset(one, 0, LARGEST);
		memset(two, 0, LARGEST);
		one[0] = two[LARGEST - 1] = 1;
		one[LARGEST - 1] = 2;
	} else if (which == 2) {
		for (size_t i = 0; i < LARGEST; i++) {
			one[i] = (uint8_t)(i % 8 == 0);
			two[i] = (uint8_t)(i % 9 == 0);
		}
	} else if (which == 3) {
		for (size_t i = 0; i + 2000 < LARGEST; i += 1000) {
			memcpy(one + i, "twelve bytes", 12);
			memcpy(two + i + 500, "twelve bytes", 12);
		}
	}
}

static void test_the_time_is_bounded(void **state)
{
	(void)state;
	for (int which = 0; which < 4; which++) {
		uint64_t begin = clock_monotonic(&clock_system);
		struct align al;

		make_hard(which);
		assert_true(align_make(&al, one, LARGEST, two, LARGEST));
		print_message("# %d: %llu us\n", which,
			      (unsigned long long)(clock_monotonic(&clock_system) - begin) /
				      NS_PER_US);
		/* Milliseconds; a busy machine and a sanitizer are given time. */
		assert_true(clock_monotonic(&clock_system) - begin < 5 * NS_PER_S);
		check_whole(&al);
		align_done(&al);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_what_stands_opposite),
		cmocka_unit_test(test_the_next_difference),
		cmocka_unit_test(test_insertions_into_a_large_one),
		cmocka_unit_test(test_the_time_is_bounded),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
