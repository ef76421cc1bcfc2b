/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a datagram should hold: each form, where it ends, and its faults. */
#include "match/what.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* Of a datagram with these bytes. */
static bool matches(struct what *w, const void *data, size_t n)
{
	const struct packet p = {
		.no = 1, .kind = PACKET_RX, .len = (uint32_t)n, .stored = (uint32_t)n, .data = data
	};

	return what_matches(w, &p, NULL);
}

static void each_form_matches(void **state)
{
	static const struct {
		const char *what, *data;
		size_t len;
		bool matches;
	} rows[] = {
		{ "any", "", 0, true },
		{ "any", "x", 1, true },
		{ "PONG", "a PONG b", 8, true },
		{ "PONG", "PON", 3, false },
		{ "PONG", "", 0, false },
		{ "PONG  ", "PONG", 4, true },
		{ "a\\x00b", "-a\0b-", 5, true },
		{ "\"any\"", "any", 3, true },
		{ "\"any\"", "x", 1, false },
		{ "\"two words\"", "-two words-", 11, true },
		{ "\"\\x22\\n\" ", "\"\n", 2, true },
		{ "\"hex\"", "hex", 3, true },
		{ "hex 00ff", "\x01\0\xff", 3, true },
		{ "hex 00 ff:\"a\"",
		  "\0\xff"
		  "a",
		  3, true },
		{ "hex 00 ff", "\0\xfe", 2, false },
		{ "/^a.c$/", "abc", 3, true },
		{ "/^A.C$/i", "abc", 3, true },
		{ "/^A.C$/", "abc", 3, false },
		{ "/a b/", "a b", 3, true },
		{ "/a\\/b/", "a/b", 3, true },
		{ "/a\\\\/", "a\\", 2, true },
		{ "/^$/", "", 0, true },
		{ "/a.b/s", "a\nb", 3, true },
		{ "/\\x00/", "a\0b", 3, true },
		{ "hexagon", "hexagon", 7, true },
		{ "anything", "any", 3, false },
		{ "len == 3", "abc", 3, true },
		{ "len==3", "abc", 3, true },
		{ "not own and (len < 9)", "abc", 3, true },
		{ "data[0] == 61", "abc", 3, true },
		{ "len > 3 or text ~ /^x/", "abc", 3, false },
		/* a bare word stays text, and what begins with no field */
		{ "len", "len", 3, true },
		{ "data[0]", "data[0]", 7, true },
		{ "(own)", "(own)", 5, true },
		{ "foo==bar", "foo==bar", 8, true },
		{ "<html>", "<html>", 6, true },
		{ "a=b", "a=b", 3, true },
		{ "\"len == 3\"", "len == 3", 8, true },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct error e = { 0 };
		struct what *w = NULL;
		size_t used = 0;

		if (!what_parse(rows[i].what, strlen(rows[i].what), false, &used, &w, &e))
			fail_msg("%s: %s", rows[i].what, e.text);
		if (matches(w, rows[i].data, rows[i].len) != rows[i].matches)
			fail_msg("%s: row %zu", rows[i].what, i);
		assert_int_equal(what_given_up(w), 0);
		what_free(w);
	}
}

static void something_may_follow(void **state)
{
	static const struct {
		const char *text;
		size_t used;
	} rows[] = {
		{ "PONG send x", 4 },
		{ "\"a b\" send x", 5 },
		{ "/a b/i send x", 6 },
		{ "hex 0001 send x", 8 },
		{ "hex 00 01:02 03 hex 00 01", 15 },
		{ "hex 00 delay 5ms", 6 },
		{ "any send x", 3 },
		{ "PONG", 4 },
		{ "any\tsend", 3 },
		{ "len > 3 send x", 7 },
		{ "len in {1 2} or not own send own", 23 },
		{ "own send x", 3 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct error e = { 0 };
		struct what *w = NULL;
		size_t used = 0;

		if (!what_parse(rows[i].text, strlen(rows[i].text), true, &used, &w, &e))
			fail_msg("%s: %s", rows[i].text, e.text);
		assert_int_equal(used, rows[i].used);
		what_free(w);
	}
}

static void faults_have_their_place(void **state)
{
	static const struct {
		const char *text;
		bool one_word;
		ptrdiff_t at;
		const char *says;
	} rows[] = {
		{ "", false, 0, "missing" },
		{ "\"", false, 0, "quote" },
		{ "\"abc", false, 0, "quote" },
		{ "\"\"", false, 1, "/^$/" },
		{ "\"a\"b", true, 3, "too much" },
		{ "two words", false, 4, "in quotes" },
		{ "a\\q", false, 1, "\\q" },
		{ "\"ab\\q\"", false, 3, "\\q" },
		{ "a${seq}", false, 1, "${" },
		{ "hex", false, 3, "missing" },
		{ "hex 0g", false, 4, "0g" },
		{ "hex 00 0g", false, 7, "0g" },
		{ "/", false, 0, "slash" },
		{ "/abc\\/", false, 0, "slash" },
		{ "/a\\", false, 0, "slash" },
		{ "/a(b/", false, 4, "parenthesis" },
		{ "/ab/ig", false, 5, "flags" },
		{ "/ab/i x", false, 6, "too much" },
		{ "any x", false, 4, "too much" },
		{ "len > x", false, 6, "number" },
		{ "lem > 5", false, 0, "did you mean len?" },
		{ "lem > 5 send x", true, 0, "did you mean len?" },
		{ "len = 5", false, 4, "written ==" },
		{ "len > 5 send", false, 8, "too much" },
		{ "data[0:x] == 1", false, 7, "x" },
		{ "not own two", false, 8, "too much" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct error e = { 0 };
		struct what *w = NULL;
		size_t used = 99;

		if (what_parse(rows[i].text, strlen(rows[i].text), rows[i].one_word, &used, &w, &e))
			fail_msg("%s was accepted", rows[i].text);
		assert_null(w);
		assert_int_equal(used, 99);
		if (e.at != rows[i].at || !strstr(e.text, rows[i].says))
			fail_msg("%s: at %td: %s", rows[i].text, e.at, e.text);
	}
}

static void what_it_gives_up_on_is_counted(void **state)
{
	static char data[60000];
	struct what *w;
	size_t used;

	(void)state;
	memset(data, 'a', sizeof(data));
	assert_true(what_parse("/(a+)+$/", 8, false, &used, &w, NULL));
	data[sizeof(data) - 1] = 'b';
	assert_false(matches(w, data, sizeof(data)));
	assert_int_equal(what_given_up(w), 1);
	assert_true(what_must_tell(w));
	assert_true(matches(w, "aaa", 3));
	assert_false(matches(w, data, sizeof(data)));
	assert_int_equal(what_given_up(w), 2);
	assert_false(what_must_tell(w));
	what_free(w);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_form_matches),
		cmocka_unit_test(something_may_follow),
		cmocka_unit_test(faults_have_their_place),
		cmocka_unit_test(what_it_gives_up_on_is_counted),
	};

	return cmocka_run_group_tests_name("what", tests, NULL, NULL);
}
