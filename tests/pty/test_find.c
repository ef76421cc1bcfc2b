/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Finding on the screen: by keys, in the list and in a datagram, what was in the line, a flood. */
#include "app.h"
#include "look.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static void say_some(struct app *app)
{
	app_line(app->term, "one");
	app_line(app->term, "two");
	app_line(app->term, "three");
	app_line(app->term, "two again and two");
	term_wait(app->term, "two again and two");
}

static void test_it_selects_and_goes_on(void **state)
{
	struct app *app = *state;
	struct term *t = app->term;

	say_some(app);
	app_line(t, ":find two");
	term_wait_row(t, ROW_MESSAGE,
		      "#4: what holds the text \"two\"; Shift-Tab, then n: the next");
	term_key(t, "Shift-Tab");
	term_keys(t, "N");
	term_wait_row(t, ROW_MESSAGE, "#2: what holds the text \"two\"");
	term_gone(t, "Shift-Tab");
	term_keys(t, "n");
	term_wait_row(t, ROW_COUNTERS, "PAUSED at #4");
	term_keys(t, "i");
	term_wait_row(t, ROW_COUNTERS, "PAUSED at #4");
	app_line(t, ":focus list");
	term_keys(t, "N");
	term_wait_row(t, ROW_COUNTERS, "PAUSED at #2");
	term_keys(t, "N");
	term_wait_row(t, ROW_MESSAGE, "#4, on from the newest: what holds the text \"two\"");
	term_keys(t, "n");
	term_wait_row(t, ROW_MESSAGE, "#2, on from the oldest: ");
	term_keys(t, "/no == 3\r");
	term_wait_row(t, ROW_MESSAGE, "#3: where no == 3");
	/* the keys of the list are there again */
	term_keys(t, "n");
	term_wait_row(t, ROW_MESSAGE, "#3, the only one: ");
	term_keys(t, ":find\r");
	term_wait_row(t, ROW_MESSAGE, "nothing is looked for any more");
	app_line(t, ":focus list");
	term_keys(t, "n");
	term_wait_row(t, ROW_MESSAGE, "nothing is looked for yet: F3, or :find WHAT");
}

static void test_places_of_a_datagram(void **state)
{
	struct app *app = *state;
	struct term *t = app->term;

	say_some(app);
	app_line(t, ":find two");
	term_wait_row(t, ROW_COUNTERS, "PAUSED at #4");
	app_line(t, ":focus details");
	term_keys(t, "n");
	term_wait_row(t, ROW_MESSAGE, "place 2 of 2 in this datagram");
	assert_int_equal(look_byte(t), 14);
	term_keys(t, "n");
	term_wait_row(t, ROW_MESSAGE, "place 1 of 2 in this datagram");
	assert_int_equal(look_selected(t), 4);
	app_line(t, ":show #1");
	app_line(t, ":focus details");
	term_keys(t, "N");
	term_wait_row(t, ROW_MESSAGE, "no place in this datagram");
}

static void test_the_unfinished_line_comes_back(void **state)
{
	struct app *app = *state;
	struct term *t = app->term;

	say_some(app);
	term_keys(t, "half a li");
	term_key(t, "Left");
	term_key(t, "F3");
	term_row_is(t, ROW_INPUT, "cmd> :find");
	term_keys(t, "len ==\r");
	/* what is wrong stays to be mended */
	term_wait_row(t, ROW_MESSAGE, "column 13: ");
	term_row_is(t, ROW_INPUT, "cmd> :find len ==");
	term_keys(t, " 5\r");
	term_wait_row(t, ROW_MESSAGE, "#3: where len == 5");
	term_row_is(t, ROW_INPUT, "text> half a li");
	term_keys(t, "X");
	term_row_is(t, ROW_INPUT, "text> half a lXi");
	term_key(t, "F4");
	term_row_is(t, ROW_INPUT, "cmd> :filter");
	term_key(t, "F3");
	term_row_is(t, ROW_INPUT, "cmd> :find");
	term_key(t, "Ctrl-C");
	term_row_is(t, ROW_INPUT, "text> half a lXi");
	term_key(t, "F4");
	term_keys(t, "two\r");
	term_row_is(t, ROW_INPUT, "text> half a lXi");
	term_key(t, "Enter");
	app_heard(app, "one");
	app_heard(app, "two");
	app_heard(app, "three");
	app_heard(app, "two again and two");
	app_heard(app, "half a lXi");
}

static void test_a_paste_comes_back_as_one(void **state)
{
	struct app *app = *state;
	struct term *t = app->term;

	term_paste(t, ":quit", 5);
	term_row_is(t, ROW_INPUT, "text> :quit");
	term_key(t, "F3");
	term_keys(t, "any\r");
	term_wait_row(t, ROW_MESSAGE, ": everything");
	term_row_is(t, ROW_INPUT, "text> :quit");
	term_key(t, "Enter");
	app_heard(app, ":quit");
	/* and the history knows both for what they were */
	term_key(t, "Up");
	term_row_is(t, ROW_INPUT, "text> :quit");
	term_key(t, "Up");
	term_row_is(t, ROW_INPUT, "cmd> :find any");
}

static void test_typing_goes_on_under_a_flood(void **state)
{
	struct app *app = *state;
	struct term *t = app->term;
	const struct flood_plan plan = {
		.addr = "127.0.0.1", .port = app_port(app), .size = 64, .rate = 20000
	};

	app_line(t, "needle");
	assert_true(flood_start(&app->flood, &plan));
	term_wait_row(t, ROW_COUNTERS, "rx 2");
	term_keys(t, "unfinished");
	term_key(t, "F3");
	term_keys(t, "needle\r");
	term_row_is(t, ROW_INPUT, "text> unfinished");
	term_wait_row(t, ROW_MESSAGE, "what holds the text \"needle\"");
	term_wait_row(t, ROW_COUNTERS, "PAUSED at #2");
	/* there is no such thing: the search never stands in the way */
	term_key(t, "F3");
	term_keys(t, "/no such [t]hing/\r");
	term_keys(t, " typed");
	term_row_is(t, ROW_INPUT, "text> unfinished typed");
	term_wait_row(t, ROW_MESSAGE, "not found: what matches /no such [t]hing/");
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, app_setup, app_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_it_selects_and_goes_on),         TEST(test_places_of_a_datagram),
		TEST(test_the_unfinished_line_comes_back), TEST(test_a_paste_comes_back_as_one),
		TEST(test_typing_goes_on_under_a_flood),
	};

	return cmocka_run_group_tests_name("find", tests, NULL, NULL);
}
