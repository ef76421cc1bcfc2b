/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Expressions without fields: how they are read, printed and decided, and their faults. */
#include "expr/expr.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static struct expr *read_all(const char *text)
{
	struct error e = { .code = ERR_NONE };
	struct expr *x = NULL;
	size_t used = 0;

	if (!expr_parse(text, strlen(text), &used, &x, &e))
		fail_msg("%s: at %td: %s", text, e.at, e.text);
	if (used != strlen(text))
		fail_msg("%s: %zu bytes used", text, used);
	return x;
}

static void there_is_one_spelling(void **state)
{
	static const struct {
		const char *text, *printed;
	} rows[] = {
		{ "a", "a" },
		{ "a==1", "a == 1" },
		{ "  a  !=  1", "a != 1" },
		{ "a and b or c", "a and b or c" },
		{ "a or b and c", "a or b and c" },
		{ "(a or b) and c", "(a or b) and c" },
		{ "a and (b or c)", "a and (b or c)" },
		{ "(a and b) and c", "a and b and c" },
		{ "a and (b and c)", "a and (b and c)" },
		{ "((a))", "a" },
		{ "a&&b||!c", "a and b or not c" },
		{ "not not a", "not not a" },
		{ "!(a && b)", "not (a and b)" },
		{ "!(a == 1)", "not a == 1" },
		{ "not a == 1 and b", "not a == 1 and b" },
		{ "a<1 and b<=2 and c>3 and d>=4", "a < 1 and b <= 2 and c > 3 and d >= 4" },
		{ "a~/x y/i", "a ~ /x y/i" },
		{ "a ~ /\\//", "a ~ /\\//" },
		{ "a contains \"b) and c\"", "a contains \"b) and c\"" },
		{ "a in{1,2 3..5}", "a in { 1, 2, 3 .. 5 }" },
		{ "a in {fe80::1%eth0/64}", "a in { fe80::1%eth0/64 }" },
		{ "a in { in, and }", "a in { in, and }" },
		{ "a == in", "a == in" },
		{ "a[0:2]==00", "a[0:2] == 00" },
		{ "a[3]", "a[3:1]" },
		{ "a[-3:2] == 1", "a[-3:2] == 1" },
		{ "dns.qname == x", "dns.qname == x" },
		{ "a == [fe80::1]:69", "a == [fe80::1]:69" },
		{ "a == 12:03:11.5", "a == 12:03:11.5" },
		{ "a == @2", "a == @2" },
		{ "a in { 1. .. .2 }", "a in { 1. .. .2 }" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct expr *x = read_all(rows[i].text), *again;
		struct buf out, second;

		buf_init(&out, 1000);
		buf_init(&second, 1000);
		expr_print(x, &out);
		assert_string_equal(buf_cstr(&out), rows[i].printed);
		again = read_all(buf_cstr(&out));
		expr_print(again, &second);
		assert_string_equal(buf_cstr(&second), rows[i].printed);
		expr_free(x);
		expr_free(again);
		buf_done(&out);
		buf_done(&second);
	}
}

static void it_ends_where_nothing_joins(void **state)
{
	static const struct {
		const char *text;
		size_t used;
	} rows[] = {
		{ "a == 1 send x", 6 }, { "a send x", 1 },      { "a ) b", 1 },
		{ "a and b c", 7 },     { "a in {1} c", 8 },    { "a == \"b c\" d", 10 },
		{ "a == 1, b", 6 },     { "a ~ /b c/i d", 10 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct expr *x = NULL;
		size_t used = 0;

		assert_true(expr_parse(rows[i].text, strlen(rows[i].text), &used, &x, NULL));
		assert_int_equal(used, rows[i].used);
		expr_free(x);
	}
}

static void faults_have_their_place(void **state)
{
	static const struct {
		const char *text;
		ptrdiff_t at;
		const char *says;
	} rows[] = {
		{ "", 0, "field is missing" },
		{ "   ", 3, "field is missing" },
		{ "== 1", 0, "front of \"==\"" },
		{ "and b", 0, "front of \"and\"" },
		{ "a and", 5, "field is missing" },
		{ "a and or b", 6, "front of \"or\"" },
		{ "a ==", 4, "value is missing" },
		{ "a == )", 5, "value is missing" },
		{ "a = 1", 2, "==" },
		{ "a === 1", 4, "value is missing" },
		{ "(a", 2, "missing \")\"" },
		{ "(a b)", 3, "missing \")\"" },
		{ "()", 1, "front of \")\"" },
		{ "not", 3, "field is missing" },
		{ "a in 1", 5, "set" },
		{ "a in {", 6, "value is missing" },
		{ "a in {}", 6, "value is missing" },
		{ "a in {1", 7, "missing \"}\"" },
		{ "a in {1..}", 9, "value is missing" },
		{ "a == \"b", 5, "quote" },
		{ "a ~ /b", 4, "slash" },
		{ "a ~ /b\\/", 4, "slash" },
		{ "a[", 1, "slice" },
		{ "a[x]", 2, "x" },
		{ "a[1:0]", 4, "0" },
		{ "a[-2:3]", 2, "last 2" },
		{ "1 == a", 0, "front of \"1\"" },
		{ "a and \xc3\xa9 == 1", 6, "\xc3\xa9" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct error e = { .code = ERR_NONE };
		struct expr *x = NULL;
		size_t used = 99;

		if (expr_parse(rows[i].text, strlen(rows[i].text), &used, &x, &e))
			fail_msg("%s was accepted", rows[i].text);
		assert_null(x);
		assert_int_equal(used, 99);
		if (e.at != rows[i].at || !strstr(e.text, rows[i].says))
			fail_msg("%s: at %td: %s", rows[i].text, e.at, e.text);
	}
}

/* "a".."d" are true where their bit is set; what was asked is noted. */
struct world {
	const struct expr *x;
	unsigned truth;
	char asked[32];
};

static bool is_true(struct world *w, unsigned test)
{
	char name = *expr_test(w->x, test)->field;

	w->asked[strlen(w->asked)] = name;
	return w->truth >> (name - 'a') & 1;
}

static bool decide(struct world *w)
{
	unsigned at = expr_first(w->x);

	while (at < EXPR_TESTS_MAX)
		at = is_true(w, at) ? expr_test(w->x, at)->yes : expr_test(w->x, at)->no;
	return at == EXPR_YES;
}

static void as_many_tests_are_asked_as_decide(void **state)
{
	static const struct {
		const char *text;
		unsigned truth;
		bool result;
		const char *asked;
	} rows[] = {
		{ "a and b", 3, true, "ab" },
		{ "a and b", 2, false, "a" },
		{ "a or b", 1, true, "a" },
		{ "a or b", 2, true, "ab" },
		{ "a or b", 0, false, "ab" },
		{ "not a", 0, true, "a" },
		{ "not not a", 0, false, "a" },
		{ "not (a or b)", 0, true, "ab" },
		{ "not (a and b)", 1, true, "ab" },
		{ "a or b and c", 4, false, "ab" },
		{ "(a or b) and c", 5, true, "ac" },
		{ "(a or b) and (c or d)", 10, true, "abcd" },
		{ "a and b or c and d", 13, true, "abcd" },
		{ "not (a and not b) or c", 1, false, "abc" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct expr *x = read_all(rows[i].text);
		struct world w = { .x = x, .truth = rows[i].truth };

		if (decide(&w) != rows[i].result)
			fail_msg("%s with %u", rows[i].text, rows[i].truth);
		assert_string_equal(w.asked, rows[i].asked);
		expr_free(x);
	}
}

/* "ooo...a" with n times the opening and the closing. */
static bool nested(const char *open, const char *close, unsigned n, struct error *e)
{
	struct expr *x = NULL;
	struct buf text;
	size_t used;
	bool ok;

	buf_init(&text, 10000);
	for (unsigned i = 0; i < n; i++)
		buf_str(&text, open);
	buf_char(&text, 'a');
	for (unsigned i = 0; i < n; i++)
		buf_str(&text, close);
	ok = expr_parse(buf_cstr(&text), text.len, &used, &x, e);
	expr_free(x);
	buf_done(&text);
	return ok;
}

static void all_of_it_is_bounded(void **state)
{
	static char long_text[EXPR_TEXT_MAX + 1];
	struct error e = { .code = ERR_NONE };
	struct expr *x = NULL;
	size_t used;

	(void)state;
	assert_true(nested("(", ")", EXPR_DEPTH_MAX, &e));
	assert_false(nested("(", ")", EXPR_DEPTH_MAX + 1, &e));
	assert_int_equal(e.at, EXPR_DEPTH_MAX);
	assert_true(nested("!", "", EXPR_DEPTH_MAX, &e));
	assert_false(nested("!", "", EXPR_DEPTH_MAX + 1, &e));
	assert_true(nested("", " and a", EXPR_TESTS_MAX - 1, &e));
	assert_false(nested("", " and a", EXPR_TESTS_MAX, &e));
	assert_true(nested("", " or a", EXPR_TESTS_MAX - 1, &e));
	memset(long_text, 'a', sizeof(long_text));
	assert_true(expr_parse(long_text, EXPR_TEXT_MAX, &used, &x, &e));
	expr_free(x);
	assert_false(expr_parse(long_text, sizeof(long_text), &used, &x, &e));
	assert_non_null(strstr(e.text, "8192 bytes"));
	/* and behind a NUL is nothing */
	assert_true(expr_parse("a\0b", 3, &used, &x, &e));
	assert_int_equal(used, 1);
	expr_free(x);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(there_is_one_spelling),
		cmocka_unit_test(it_ends_where_nothing_joins),
		cmocka_unit_test(faults_have_their_place),
		cmocka_unit_test(as_many_tests_are_asked_as_decide),
		cmocka_unit_test(all_of_it_is_bounded),
	};

	return cmocka_run_group_tests_name("expr", tests, NULL, NULL);
}
