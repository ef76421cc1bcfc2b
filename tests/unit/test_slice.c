/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Slices: how they are written, and where they lie.
 */
#include "util/slice.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static void slices_that_can_be_read(void **state)
{
	static const struct {
		const char *text;
		int offset;
		unsigned length;
		size_t used;
	} cases[] = {
		{ "[0:4]", 0, 4, 5 },   { "[7]", 7, 1, 3 },        { "[-4:4]", -4, 4, 6 },
		{ "[-1]", -1, 1, 4 },   { "[2:2]:le", 2, 2, 5 },   { "[0x10:1]", 16, 1, 8 },
		{ "[-9:2]", -9, 2, 6 }, { "[0:1][2:3]", 0, 1, 5 }, { "[65535]", 65535, 1, 7 },
		{ "[4:]", 4, 0, 4 },    { "[-4:]", -4, 0, 5 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct slice s;
		struct error e;
		size_t used;

		assert_true(slice_parse(cases[i].text, &s, &used, &e));
		assert_int_equal(s.offset, cases[i].offset);
		assert_int_equal(s.length, cases[i].length);
		assert_int_equal(used, cases[i].used);
	}
}

static void what_is_wrong_and_where(void **state)
{
	static const struct {
		const char *text;
		ptrdiff_t at;
	} cases[] = {
		{ "", 0 },       { "0:4", 0 },    { "[0:4", 0 },    { "[]", 1 },
		{ "[:4]", 1 },   { "[:]", 1 },    { "[0:0]", 3 },   { "[0:-1]", 3 },
		{ "[x]", 1 },    { "[0:4x]", 3 }, { "[65536]", 1 }, { "[0:65536]", 3 },
		{ "[-1:2]", 1 }, { "[ 1]", 1 },   { "[0:1:2]", 3 }, { "[00000000000000000001]", 1 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct slice s = { .offset = 77 };
		struct error e;
		size_t used;

		assert_false(slice_parse(cases[i].text, &s, &used, &e));
		assert_int_equal(e.at, cases[i].at);
		assert_int_equal(s.offset, 77);
	}
}

static void where_they_lie(void **state)
{
	static const struct {
		struct slice slice;
		size_t len;
		int at; /* -1: not inside */
	} cases[] = {
		{ { 0, 4 }, 4, 0 },   { { 0, 4 }, 3, -1 },  { { 4, 1 }, 5, 4 },
		{ { 4, 1 }, 4, -1 },  { { -4, 4 }, 4, 0 },  { { -4, 4 }, 9, 5 },
		{ { -4, 2 }, 9, 5 },  { { -4, 2 }, 3, -1 }, { { 0, 1 }, 0, -1 },
		{ { -1, 1 }, 0, -1 }, { { 4, 0 }, 4, 4 },   { { 4, 0 }, 3, -1 },
		{ { -4, 0 }, 9, 5 },  { { -4, 0 }, 3, -1 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		size_t at = 0;

		assert_int_equal(slice_find(&cases[i].slice, cases[i].len, &at), cases[i].at >= 0);
		if (cases[i].at >= 0)
			assert_int_equal(at, cases[i].at);
	}
}

static void how_long_they_are(void **state)
{
	const struct slice some = { 2, 3 }, rest = { -4, 0 };

	(void)state;
	assert_int_equal(slice_length(&some, 9, 2), 3);
	assert_int_equal(slice_length(&rest, 9, 5), 4);
	assert_int_equal(slice_length(&rest, 5, 5), 0);
}

static void written_they_read_the_same(void **state)
{
	static const struct slice cases[] = { { 0, 1 }, { -4, 2 }, { 7, 0 }, { -7, 0 } };
	struct buf text;

	(void)state;
	buf_init(&text, 64);
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct slice s;
		struct error e;
		size_t used;

		buf_reset(&text);
		slice_format(&cases[i], &text);
		assert_true(slice_parse(buf_cstr(&text), &s, &used, &e));
		assert_int_equal(used, text.len);
		assert_int_equal(s.offset, cases[i].offset);
		assert_int_equal(s.length, cases[i].length);
	}
	buf_done(&text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(slices_that_can_be_read),
		cmocka_unit_test(what_is_wrong_and_where),
		cmocka_unit_test(where_they_lie),
		cmocka_unit_test(how_long_they_are),
		cmocka_unit_test(written_they_read_the_same),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
