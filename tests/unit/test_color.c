/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Colour rules: given, listed, taken away, saved; and the rows of the list. */
#include "command/color.h"
#include "command/save.h"
#include "deck.h"
#include "fake_face.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#define FIRST_ROW 3 /* of the list at 80x24 */

static struct color_rules rules;

static struct color_rules *face_colors(void *ctx)
{
	(void)ctx;
	return &rules;
}

static int setup(void **state)
{
	struct fake_face *f;

	if (fake_face_setup(state) != 0)
		return -1;
	f = *state;
	f->face.colors = face_colors;
	return 0;
}

static int teardown(void **state)
{
	color_done(&rules);
	return fake_face_teardown(state);
}

static void assert_saved(struct fake_face *f, const char *lines)
{
	struct buf text;

	buf_init(&text, 1 << 16);
	save_format(&f->session, &f->face, &text);
	if (!strstr(buf_cstr(&text), lines))
		fail_msg("\"%s\" is not in \"%s\"", lines, buf_cstr(&text));
	buf_done(&text);
}

static void rules_are_kept_in_order(void **state)
{
	struct fake_face *f = *state;

	fake_must(f, "color port == 53 or len > 1000 red");
	assert_string_equal(f->message, "red: where port == 53 or len > 1000");
	fake_must(f, "color \"two words\"  bold ");
	assert_string_equal(f->message, "bold: what holds the text \"two words\"");
	fake_must(f, "color /^a b/i dim");
	assert_saved(f, "color port == 53 or len > 1000 red\ncolor \"two words\" bold\n"
			"color /^a b/i dim\n");
	/* once more: the place stays */
	fake_must(f, "color \"two words\" cyan");
	assert_saved(f, "color port == 53 or len > 1000 red\ncolor \"two words\" cyan\n"
			"color /^a b/i dim\n");
	fake_must(f, "color");
	assert_true(fake_listed(f, "2\tcyan\t\"two words\""));
	assert_string_equal(listing_command(&f->listing, 0), "color port == 53 or len > 1000 red");
}

static void rules_are_taken_away(void **state)
{
	struct fake_face *f = *state;

	fake_must(f, "color a red");
	fake_must(f, "color b green");
	fake_must(f, "color \"off\" blue");
	fake_must(f, "color off 2");
	assert_string_equal(f->message, "colour rule 2 is gone; those behind it move up");
	assert_saved(f, "color a red\ncolor \"off\" blue\n");
	fake_must(f, "color off");
	assert_int_equal(rules.count, 0);
	fake_must(f, "color");
	assert_true(fake_listed(f, "there is none: \"color WHAT red\" makes one"));
}

static void faults_have_columns(void **state)
{
	static const struct {
		const char *line;
		int at;
		const char *text;
	} table[] = {
		{ "color a", 7,
		  "a colour is missing: red, green, yellow, blue, magenta, cyan, white, bold, dim, "
		  "reverse" },
		{ "color len == 3 pink", 15,
		  "\"pink\" is no colour: red, green, yellow, blue, magenta, cyan, white, bold, "
		  "dim, reverse" },
		{ "color len == x red", 13, NULL },
		{ "color lenn == 3 red", 6, NULL },
		{ "color a red bold", 8, NULL },
		{ "color off 2", 10, "there is no colour rule 2: color lists them" },
		{ "color off red", 10, "usage: color off [N]; color lists the numbers" },
		{ "color off 1 2", 10, "usage: color off [N]; color lists the numbers" },
	};
	struct fake_face *f = *state;

	for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
		struct error e = { .at = -1 };

		if (fake_run(f, table[i].line, &e))
			fail_msg("%s is taken", table[i].line);
		if (e.at != table[i].at)
			fail_msg("%s: %s at %td", table[i].line, e.text, e.at);
		if (table[i].text)
			assert_string_equal(e.text, table[i].text);
	}
	assert_int_equal(rules.count, 0);
}

static void there_is_an_end(void **state)
{
	struct fake_face *f = *state;
	struct error e;

	for (int i = 0; i < COLOR_RULES_MAX; i++)
		fake_must(f, "color len == %d red", i);
	assert_false(fake_run(f, "color len == 1000 red", &e));
	assert_string_equal(e.text, "there may be 64 colour rules: color off N takes one");
	fake_must(f, "color len == 7 green");
	assert_int_equal(rules.list[7].color, ROW_GREEN);
}

/* The rc file is that of all faces. */
static void a_face_without_rows_takes_them(void **state)
{
	struct fake_face *f = *state;
	struct error e = { .at = -1 };

	f->face.colors = NULL;
	fake_must(f, "color a red");
	fake_must(f, "color off");
	assert_false(fake_run(f, "color a pink", &e));
	assert_int_equal(e.at, 8);
	assert_int_equal(rules.count, 0);
}

static void the_first_rule_wins(void **state)
{
	static const char *const lines[] = { "color two red", "color len == 3 reverse",
					     "color kind == open dim" };
	struct fake_face *f = *state;
	struct deck d;

	for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++)
		fake_must(f, "%s", lines[i]);
	deck_init(&d, 4096, 5 * 4096);
	d.view.colors = rules;
	rules.count = 0;
	deck_rx(&d, 1, deck_addr("10.0.0.9", 9), "one");
	deck_rx(&d, 1, deck_addr("10.0.0.9", 9), "two");
	deck_rx(&d, 1, deck_addr("10.0.0.9", 9), "three");
	deck_event(&d, PACKET_OPEN, 1, "open");
	deck_draw(&d, 24, 80);
	assert_int_equal(deck_style(&d, FIRST_ROW, 7), STYLE_ROW + ROW_REVERSE);
	assert_int_equal(deck_style(&d, FIRST_ROW + 1, 7), STYLE_ROW + ROW_RED);
	assert_int_equal(deck_style(&d, FIRST_ROW + 1, 57), STYLE_ROW + ROW_RED);
	assert_int_equal(deck_style(&d, FIRST_ROW + 2, 7), STYLE_RX);
	assert_int_equal(deck_style(&d, FIRST_ROW + 3, 10), STYLE_ROW + ROW_DIM);
	/* the bar is over it */
	list_move(&d.view, LIST_FIRST);
	deck_draw(&d, 24, 80);
	assert_int_equal(deck_style(&d, FIRST_ROW, 7), STYLE_SELECTED_DIM);
	deck_done(&d);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(rules_are_kept_in_order), TEST(rules_are_taken_away),
		TEST(faults_have_columns),     TEST(there_is_an_end),
		TEST(the_first_rule_wins),     TEST(a_face_without_rows_takes_them),
	};

	return cmocka_run_group_tests_name("color", tests, NULL, NULL);
}
