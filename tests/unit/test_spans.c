/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Spans, and where the list and the dump paint them. */
#include "deck.h"
#include "ui/words.h"

#include <locale.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#define FIRST_ROW 3 /* of the list at 80x24 ... */
#define BODY_ROW 12 /* ... and of the details under it */
#define INFO_COL 57

/* ---- ranges ---- */

static void the_later_one_wins(void **state)
{
	struct spans s;

	(void)state;
	spans_init(&s, 0, 100);
	spans_add(&s, 10, 20, STYLE_FOUND);
	spans_add(&s, 15, 5, STYLE_ERROR);
	assert_int_equal(spans_at(&s, 9, STYLE_NORMAL), STYLE_NORMAL);
	assert_int_equal(spans_at(&s, 10, STYLE_NORMAL), STYLE_FOUND);
	assert_int_equal(spans_at(&s, 15, STYLE_NORMAL), STYLE_ERROR);
	assert_int_equal(spans_at(&s, 20, STYLE_NORMAL), STYLE_FOUND);
	assert_int_equal(spans_at(&s, 30, STYLE_DIM), STYLE_DIM);
}

static void only_the_window_is_kept(void **state)
{
	struct spans s;

	(void)state;
	spans_init(&s, 10, 20);
	spans_add(&s, 0, 10, STYLE_FOUND);
	spans_add(&s, 20, 1, STYLE_FOUND);
	spans_add(&s, SIZE_MAX, 1, STYLE_FOUND);
	spans_add(&s, 12, 0, STYLE_FOUND);
	assert_int_equal(s.count, 0);
	spans_add(&s, 5, SIZE_MAX, STYLE_FOUND);
	assert_int_equal(s.count, 1);
	assert_int_equal(s.list[0].offset, 10);
	assert_int_equal(s.list[0].length, 10);
}

static void neighbours_are_one(void **state)
{
	struct spans s;

	(void)state;
	spans_init(&s, 0, 65507);
	for (size_t i = 0; i < 65507; i++)
		spans_add(&s, i, 1, STYLE_FOUND);
	assert_int_equal(s.count, 1);
	for (size_t i = 0; i < 2 * SPANS_MAX; i++)
		spans_add(&s, 2 * i, 1, i % 2 ? STYLE_ERROR : STYLE_GAP);
	assert_int_equal(s.count, SPANS_MAX);
	assert_int_equal(spans_at(&s, 0, STYLE_NORMAL), STYLE_GAP);
	assert_int_equal(spans_at(&s, 4 * SPANS_MAX - 2, STYLE_NORMAL), STYLE_FOUND);
}

/* ---- rows ---- */

static void look_for(struct deck *d, const char *text)
{
	struct what *what = NULL;
	struct error e = { .code = ERR_NONE };
	size_t used;

	if (!what_parse(text, strlen(text), false, &used, &what, &e))
		fail_msg("%s: %s", text, e.text);
	finder_set(&d->view.finder, what);
}

/* '#' for each column of the row from "col" on that is painted as found. */
static const char *found_in(const struct deck *d, int row, int col)
{
	static char text[CANVAS_COLS_MAX + 1];
	int n = 0;

	for (; col < d->canvas.cols; col++)
		text[n++] = deck_style(d, row, col) == STYLE_FOUND ? '#' : ' ';
	while (n > 0 && text[n - 1] == ' ')
		n--;
	text[n] = '\0';
	return text;
}

static void places_stand_where_their_bytes_do(void **state)
{
	static const struct {
		const char *bytes;
		uint32_t len;
		const char *what, *info, *found;
	} table[] = {
		{ "one two one", 11, "one", "one two one", "###     ###" },
		{ "oneone", 6, "one", "oneone", "######" },
		{ "a\nbc", 4, "b", "a\\nbc", "   #" },
		{ "a\nbc", 4, "hex 0a", "a\\nbc", " ##" },
		{ "a${b", 4, "hex 7b", "a\\${b", "   #" },
		{ "a${b", 4, "hex 24", "a\\${b", " ##" },
		{ "\xe6\xbc\xa2\xe5\xad\x97x", 7, "x", "\xe6\xbc\xa2\xe5\xad\x97x", "    #" },
		{ "\xe6\xbc\xa2\xe5\xad\x97x", 7, "hex bc", "\xe6\xbc\xa2\xe5\xad\x97x", "##" },
		{ "e\xcc\x81x", 4, "x", "e\xcc\x81x", " #" },
		{ "\0\1\2\3\4\5\6", 7, "hex 0102", "0001 0203 0405 06", "  ## ##" },
		{ "\0\1\2\3\4\5\6", 7, "hex 06", "0001 0203 0405 06", "               ##" },
		{ "say what", 8, "/w.a/", "say what", "    ###" },
		{ "say what", 8, "/x*/", "say what", "" },
		{ "say what", 8, "text ~ /^say/ and data[-1] == \"t\"", "say what", "###    #" },
		{ "say what", 8, "not text contains say", "say what", "###" },
		{ "say what", 8, "len > 3", "say what", "" },
		{ "say what", 8, "any", "say what", "" },
	};
	struct deck *d = *state;

	for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
		d->view.list.cleared = d->view.list.end;
		deck_add(d, deck_datagram(table[i].bytes, table[i].len));
		look_for(d, table[i].what);
		deck_draw(d, 24, 80);
		assert_ends(deck_row(d, FIRST_ROW), table[i].info);
		if (strcmp(found_in(d, FIRST_ROW, INFO_COL), table[i].found) != 0)
			fail_msg("%s in %s: \"%s\"", table[i].what, table[i].info,
				 found_in(d, FIRST_ROW, INFO_COL));
	}
}

static void words_before_the_bytes_are_counted(void **state)
{
	struct deck *d = *state;
	struct packet p = deck_datagram("hello", 5);

	p.fragment = 1500;
	deck_add(d, p);
	look_for(d, "he");
	deck_draw(d, 24, 80);
	assert_ends(deck_row(d, FIRST_ROW), "     5(in fragments) hello");
	assert_string_equal(found_in(d, FIRST_ROW, INFO_COL), "              ##");
}

static void a_narrow_row_has_the_peer_before_it(void **state)
{
	struct deck *d = *state;

	deck_add(d, deck_datagram("hello", 5));
	look_for(d, "ell");
	deck_draw(d, 24, 39);
	assert_string_equal(deck_row(d, FIRST_ROW), " <- @1 10.0.0.9:9 hello");
	assert_string_equal(found_in(d, FIRST_ROW, 18), " ###");
}

/* ---- the dump ---- */

static void the_dump_paints_bytes_and_characters(void **state)
{
	struct deck *d = *state;

	deck_add(d, deck_datagram("0123456789ab", 12));
	d->view.details.open = true;
	look_for(d, "78");
	deck_draw(d, 24, 80);
	assert_ends(deck_row(d, BODY_ROW), "01234567");
	assert_string_equal(found_in(d, BODY_ROW, 40), "                          ##         #");
	assert_string_equal(found_in(d, BODY_ROW + 1, 40), "     ##                       #");
	assert_ends(deck_row(d, BODY_ROW + 1), "89ab");
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, deck_setup, deck_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_later_one_wins),
		cmocka_unit_test(only_the_window_is_kept),
		cmocka_unit_test(neighbours_are_one),
		TEST(places_stand_where_their_bytes_do),
		TEST(words_before_the_bytes_are_counted),
		TEST(a_narrow_row_has_the_peer_before_it),
		TEST(the_dump_paints_bytes_and_characters),
	};

	setlocale(LC_ALL, "C.UTF-8");
	return cmocka_run_group_tests_name("spans", tests, NULL, NULL);
}
