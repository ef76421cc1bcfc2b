/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Characters: what is shown, how wide it is, how it is escaped, in both kinds of locale.
 */
#include "util/text.h"

#include <locale.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))
#define LIT(s) s, sizeof(s) - 1

static int utf8_locale(void **state)
{
	(void)state;
	return setlocale(LC_CTYPE, "C.UTF-8") ? 0 : -1;
}

static int c_locale(void **state)
{
	(void)state;
	return setlocale(LC_CTYPE, "C") ? 0 : -1;
}

static void test_next(void **state)
{
	static const struct {
		const char *s;
		size_t n;
		uint32_t cp;
		uint8_t bytes, width;
		bool valid, shown;
	} cases[] = {
		{ LIT("A"), 'A', 1, 1, true, true },
		{ LIT(" "), ' ', 1, 1, true, true },
		{ LIT("~"), '~', 1, 1, true, true },
		{ LIT("\0"), 0, 1, 0, true, false },
		{ LIT("\x1b"), 0x1b, 1, 0, true, false },
		{ LIT("\t"), 9, 1, 0, true, false },
		{ LIT("\x7f"), 0x7f, 1, 0, true, false },
		{ LIT("\xc3\xa9"), 0xe9, 2, 1, true, true },
		{ LIT("\xe4\xb8\xad"), 0x4e2d, 3, 2, true, true },
		{ LIT("\xf0\x9f\x98\x80"), 0x1f600, 4, 2, true, true },
		{ LIT("\xcc\x81"), 0x301, 2, 0, true, true },
		/* C1, bidirectional, separators, joiners, soft hyphen, byte order mark */
		{ LIT("\xc2\x9b"), 0x9b, 2, 0, true, false },
		{ LIT("\xe2\x80\xae"), 0x202e, 3, 0, true, false },
		{ LIT("\xe2\x81\xa6"), 0x2066, 3, 0, true, false },
		{ LIT("\xd8\x9c"), 0x61c, 2, 0, true, false },
		{ LIT("\xe2\x80\xa8"), 0x2028, 3, 0, true, false },
		{ LIT("\xe2\x80\x8d"), 0x200d, 3, 0, true, false },
		{ LIT("\xc2\xad"), 0xad, 2, 0, true, false },
		{ LIT("\xef\xbb\xbf"), 0xfeff, 3, 0, true, false },
		/* variation selectors, private use, non-characters, tags, unassigned */
		{ LIT("\xef\xb8\x8f"), 0xfe0f, 3, 0, true, false },
		{ LIT("\xee\x80\x80"), 0xe000, 3, 0, true, false },
		{ LIT("\xef\xbf\xbe"), 0xfffe, 3, 0, true, false },
		{ LIT("\xef\xb7\x90"), 0xfdd0, 3, 0, true, false },
		{ LIT("\xf3\xa0\x81\x81"), 0xe0041, 4, 0, true, false },
		{ LIT("\xf4\x8f\xbf\xbd"), 0x10fffd, 4, 0, true, false },
		{ LIT("\xcd\xb8"), 0x378, 2, 0, true, false },
		/* broken: stray, cut off, overlong, surrogate, above U+10FFFF */
		{ LIT("\x80"), 0x80, 1, 0, false, false },
		{ LIT("\xff"), 0xff, 1, 0, false, false },
		{ LIT("\xc3"), 0xc3, 1, 0, false, false },
		{ LIT("\xc3"
		      "A"),
		  0xc3, 1, 0, false, false },
		{ LIT("\xe4\xb8"), 0xe4, 1, 0, false, false },
		{ LIT("\xc0\x80"), 0xc0, 1, 0, false, false },
		{ LIT("\xc1\xbf"), 0xc1, 1, 0, false, false },
		{ LIT("\xe0\x9f\xbf"), 0xe0, 1, 0, false, false },
		{ LIT("\xf0\x8f\xbf\xbf"), 0xf0, 1, 0, false, false },
		{ LIT("\xed\xa0\x80"), 0xed, 1, 0, false, false },
		{ LIT("\xf4\x90\x80\x80"), 0xf4, 1, 0, false, false },
		{ LIT("\xf8\x88\x80\x80\x80"), 0xf8, 1, 0, false, false },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct text_glyph g = text_next(cases[i].s, cases[i].n);
		assert_int_equal(g.cp, cases[i].cp);
		assert_int_equal(g.bytes, cases[i].bytes);
		assert_int_equal(g.width, cases[i].width);
		assert_int_equal(g.valid, cases[i].valid);
		assert_int_equal(g.shown, cases[i].shown);
	}
}

static void test_every_code_point_survives_encoding(void **state)
{
	(void)state;
	for (uint32_t cp = 0; cp <= 0x10ffff; cp++) {
		char utf8[4];
		size_t n = text_encode(cp, utf8);
		if (cp >= 0xd800 && cp <= 0xdfff) {
			assert_int_equal(n, 0);
			continue;
		}
		struct text_glyph g = text_next(utf8, n);
		assert_true(g.valid);
		assert_int_equal(g.cp, cp);
		assert_int_equal(g.bytes, n);
	}
	char utf8[4];
	assert_int_equal(text_encode(0x110000, utf8), 0);
}

static void test_nothing_beyond_ascii_without_utf8(void **state)
{
	(void)state;
	for (uint32_t cp = 0; cp <= 0x10ffff; cp++) {
		char utf8[4];
		size_t n = text_encode(cp, utf8);
		if (n > 0)
			assert_int_equal(text_next(utf8, n).shown, cp >= 0x20 && cp < 0x7f);
	}
}

static void test_width_and_fit(void **state)
{
	static const struct {
		const char *s;
		size_t width;
		size_t columns, fit;
	} cases[] = {
		{ "", 0, 0, 0 },
		{ "abc", 3, 2, 2 },
		{ "abc", 3, 3, 3 },
		{ "abc", 3, 99, 3 },
		{ "\xe4\xb8\xad\xe4\xb8\xad", 4, 3, 3 },
		{ "a\xcc\x81"
		  "b",
		  2, 1, 3 },
		{ "a\xcc\x81\xcc\x82\xcc\x83", 2, 1, 5 }, /* the third mark is a dot */
		{ "\xcc\x81"
		  "a",
		  2, 1, 2 }, /* a mark without a base is a dot */
		{ "\x1b[2J", 4, 1, 1 },
		{ "\xff\xfe"
		  "a",
		  3, 2, 2 },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		size_t n = strlen(cases[i].s);
		assert_int_equal(text_width(cases[i].s, n), cases[i].width);
		assert_int_equal(text_fit(cases[i].s, n, cases[i].columns), cases[i].fit);
	}
}

static void test_rows_of_words(void **state)
{
	static const struct {
		const char *s;
		size_t columns, bytes;
	} cases[] = {
		{ "", 5, 0 },
		{ "abc", 3, 3 },
		{ "abc de", 3, 4 }, /* the blanks between two words are the row's */
		{ "abc   de", 4, 6 },
		{ "abc de fg", 5, 4 },
		{ "abc de fg", 6, 7 },
		{ "abcdef", 4, 4 },
		{ "ab cdefghij", 5, 5 }, /* no row holds the word: it begins in this one */
		{ "ab cdefg", 5, 3 },
		{ "   abcd", 5, 5 }, /* an indented row is not left empty */
		{ "\xe4\xb8\xad\xe4\xb8\xad", 1, 3 },
		{ "\xe4\xb8\xad \xe4\xb8\xad", 3, 4 },
		{ "a\xcc\x81"
		  "b",
		  1, 3 },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++)
		assert_int_equal(text_wrap(cases[i].s, strlen(cases[i].s), cases[i].columns),
				 cases[i].bytes);
}

static void check_escape(const char *s, size_t n, const char *wanted)
{
	struct buf b;
	buf_init(&b, 256);
	text_escape(&b, s, n);
	assert_string_equal(buf_cstr(&b), wanted);
	buf_done(&b);
}

static void test_escape(void **state)
{
	(void)state;
	check_escape(LIT("plain $HOME {x}"), "plain $HOME {x}");
	check_escape(LIT("a\nb\rc\td\0"
			 "0\\"),
		     "a\\nb\\rc\\td\\00\\\\");
	check_escape(LIT("${seq} $${"), "\\${seq} $\\${");
	check_escape(LIT("\x1b[31m\x7f"), "\\x1b[31m\\x7f");
	check_escape(LIT("\xff\xc3"), "\\xff\\xc3");
	check_escape(LIT("\xc2\x9b"), "\\u{9b}");
	check_escape(LIT("\xe2\x80\xae!"), "\\u{202e}!");
}

static void test_words_are_shown(void **state)
{
	struct buf b;

	(void)state;
	buf_init(&b, 256);
	text_show(&b, "\"\\q\" ${x}\x1b[31m \xff \xe2\x80\xae\xc3\xa9");
	assert_string_equal(buf_cstr(&b), "\"\\q\" ${x}\\x1b[31m \\xff \\u{202e}\xc3\xa9");
	buf_done(&b);
}

static void test_escape_beyond_ascii(void **state)
{
	(void)state;
	check_escape(LIT("\xc3\xa9\xe4\xb8\xad"), "\xc3\xa9\xe4\xb8\xad");
	check_escape(LIT("\xcc\x81"), "\\u{301}");
	check_escape(LIT("\n\xcc\x81"), "\\n\\u{301}");
	check_escape(LIT("\\\xcc\x81"), "\\\\\\u{301}");
	check_escape(LIT("e\xcc\x81\xcc\x82\xcc\x83"), "e\xcc\x81\xcc\x82\\u{303}");
}

static void test_escape_to_ascii(void **state)
{
	(void)state;
	check_escape(LIT("\xc3\xa9\xe4\xb8\xad"), "\\u{e9}\\u{4e2d}");
	check_escape(LIT("e\xcc\x81"), "e\\u{301}");
}

static void test_is_utf8(void **state)
{
	(void)state;
	assert_true(text_is_utf8(LIT("")));
	assert_true(text_is_utf8(LIT("a\0\xc3\xa9\xf0\x9f\x98\x80")));
	assert_false(text_is_utf8(LIT("a\xc3")));
	assert_false(text_is_utf8(LIT("\xed\xa0\x80")));
}

static void test_dot(void **state)
{
	(void)state;
	for (int byte = 0; byte < 256; byte++)
		assert_int_equal(text_dot((uint8_t)byte), byte >= 0x20 && byte < 0x7f ? byte : '.');
}

static void test_column(void **state)
{
	(void)state;
	assert_int_equal(text_column(LIT("abc"), 0), 1);
	assert_int_equal(text_column(LIT("abc"), 2), 3);
	assert_int_equal(text_column(LIT("abc"), 3), 4);
	assert_int_equal(text_column(LIT("\xe4\xb8\xad"
					 "b"),
				     1),
			 1);
	assert_int_equal(text_column(LIT("\xe4\xb8\xad"
					 "b"),
				     3),
			 2);
	assert_int_equal(text_column(LIT("e\xcc\x81"
					 "b"),
				     3),
			 2);
	assert_int_equal(text_column(LIT("\xff\xff"
					 "b"),
				     2),
			 3);
}

#define IN_UTF8(f) cmocka_unit_test_setup(f, utf8_locale)
#define IN_ASCII(f)                                     \
	{                                               \
#f "_in_ascii", f, c_locale, NULL, NULL \
	}

int main(void)
{
	const struct CMUnitTest tests[] = {
		IN_UTF8(test_next),
		IN_UTF8(test_every_code_point_survives_encoding),
		IN_UTF8(test_width_and_fit),
		IN_UTF8(test_rows_of_words),
		IN_UTF8(test_escape),
		IN_UTF8(test_words_are_shown),
		IN_UTF8(test_escape_beyond_ascii),
		IN_UTF8(test_is_utf8),
		IN_UTF8(test_dot),
		IN_UTF8(test_column),
		IN_ASCII(test_every_code_point_survives_encoding),
		IN_ASCII(test_nothing_beyond_ascii_without_utf8),
		IN_ASCII(test_escape),
		IN_ASCII(test_escape_to_ascii),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
