/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Where keys end, and what is collected of a paste, however the bytes were cut.
 */
#include "line/paste.h"
#include "line/token.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static const struct {
	const char *bytes;
	size_t length;
} keys[] = {
	{ "a", 1 },
	{ "\r", 1 },
	{ "\u00f6x", 2 },
	{ "\u65e5\u672c", 3 },
	{ "\U0001f600", 4 },
	{ "\xff", 1 },
	{ "\xc0\x80", 1 }, /* overlong */
	{ "\xc3(", 1 },
	{ "\xe6\x97x", 1 },
	{ "\xf5\x80\x80\x80", 1 },
	{ "\x9b"
	  "A",
	  1 }, /* C1 is no key in UTF-8 */
	{ "\033a", 2 },
	{ "\033\u00f6", 3 },
	{ "\033\r", 2 },
	{ "\033[A", 3 },
	{ "\033[Ax", 3 },
	{ "\033[1;5C", 6 },
	{ "\033[15~q", 5 },
	{ "\033[7$", 0 }, /* rxvt: "$" is no final byte of the standard's */
	{ "\033[<0;10;20M", 11 },
	{ "\033[M !!", 6 },
	{ "\033[[A", 4 },
	{ "\033[\033[A", 2 }, /* broken by the next one */
	{ "\033[1\n", 3 },
	{ "\033OA", 3 },
	{ "\033O5A", 4 },
	{ "\033O\r", 2 },
	{ "\033\033[A", 4 },
	{ "\033\033OA", 4 },
	{ "\033\033x", 1 },
	{ "\033\033\033[A", 1 },
};

static void test_whole_keys(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(keys); i++)
		assert_int_equal(token_length(keys[i].bytes, strlen(keys[i].bytes), false),
				 keys[i].length);
}

/* No prefix is taken for another key, and when nothing more comes it is some key. */
static void test_beginnings(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(keys); i++) {
		for (size_t n = 1; n < keys[i].length; n++) {
			size_t final = token_length(keys[i].bytes, n, true);

			assert_int_equal(token_length(keys[i].bytes, n, false), 0);
			assert_true(final >= 1 && final <= n);
		}
	}
	assert_int_equal(token_length("\033", 1, true), 1);
	assert_int_equal(token_length("\033[", 2, true), 2);
	assert_int_equal(token_length("\033\033", 2, true), 1);
	assert_int_equal(token_length("\xe6\x97", 2, true), 1);
}

static void test_no_key_is_endless(void **state)
{
	char bytes[2 * TOKEN_MAX];

	(void)state;
	memset(bytes, '1', sizeof(bytes));
	memcpy(bytes, "\033[", 2);
	assert_int_equal(token_length(bytes, sizeof(bytes), false), TOKEN_MAX);
}

static void test_mouse(void **state)
{
	static const struct {
		const char *bytes;
		bool ok;
		struct token_mouse mouse;
	} cases[] = {
		{ "\033[<0;5;7M", true, { 0, 5, 7, true } },
		{ "\033[<64;500;200m", true, { 64, 500, 200, false } },
		{ "\033[<0;5;7", false, { 0 } },
		{ "\033[<0;5M", false, { 0 } },
		{ "\033[<0;;7M", false, { 0 } },
		{ "\033[<0;5;7;9M", false, { 0 } },
		{ "\033[<0;5;99999999999999999999M", false, { 0 } },
		{ "\033[0;5;7M", false, { 0 } },
		{ "\033[<-1;5;7M", false, { 0 } },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct token_mouse m = { 0 };

		assert_int_equal(token_is_mouse(cases[i].bytes, strlen(cases[i].bytes), &m),
				 cases[i].ok);
		if (!cases[i].ok)
			continue;
		assert_int_equal(m.button, cases[i].mouse.button);
		assert_int_equal(m.col, cases[i].mouse.col);
		assert_int_equal(m.row, cases[i].mouse.row);
		assert_int_equal(m.press, cases[i].mouse.press);
	}
}

/* Pastes bytes in two pieces; returns how many were taken. */
static size_t paste_cut(struct paste *p, const char *bytes, size_t n, size_t cut)
{
	size_t used;

	paste_begin(p);
	used = paste_feed(p, bytes, cut);
	return p->on ? used + paste_feed(p, bytes + used, n - used) : used;
}

static void test_paste(void **state)
{
	static const struct {
		const char *bytes, *text;
		size_t rest;
	} cases[] = {
		{ "text\033[201~", "text", 0 },
		{ "\033[201~rest", "", 4 },
		{ "a\rb\r\nc\nd\r\033[201~", "a\nb\nc\nd\n", 0 },
		{ "\r\r\n\n\033[201~", "\n\n\n", 0 },
		{ "\033[20\033[201\033\033[201~x", "\033[20\033[201\033", 1 },
		{ "\033[200~\001\033[201~", "\033[200~\001", 0 },
	};
	struct paste p;

	(void)state;
	paste_init(&p, 1000);
	for (size_t i = 0; i < COUNT(cases); i++) {
		size_t n = strlen(cases[i].bytes);

		for (size_t cut = 0; cut <= n; cut++) {
			assert_int_equal(paste_cut(&p, cases[i].bytes, n, cut), n - cases[i].rest);
			assert_false(p.on);
			assert_string_equal(buf_cstr(&p.text), cases[i].text);
		}
	}
	paste_done(&p);
}

static void test_paste_is_bounded_and_still_ends(void **state)
{
	struct paste p;

	(void)state;
	paste_init(&p, 4);
	paste_begin(&p);
	assert_int_equal(paste_feed(&p, "123456789\033[201~rest", 19), 15);
	assert_false(p.on);
	assert_string_equal(buf_cstr(&p.text), "1234");
	paste_begin(&p);
	assert_int_equal(paste_feed(&p, "a\0b", 3), 3);
	assert_memory_equal(p.text.data, "a\0b", 3);
	paste_done(&p);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_whole_keys),
		cmocka_unit_test(test_beginnings),
		cmocka_unit_test(test_no_key_is_endless),
		cmocka_unit_test(test_mouse),
		cmocka_unit_test(test_paste),
		cmocka_unit_test(test_paste_is_bounded_and_still_ends),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
