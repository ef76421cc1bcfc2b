/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The list's filter on the screen: typed, changed by key, wrong, taken off, and under a flood. */
#include "app.h"

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
	app_line(app->term, "two again");
	term_wait(app->term, "9 two again");
}

static void test_only_what_matches_is_listed(void **state)
{
	struct app *app = *state;
	struct term *t = app->term;

	say_some(app);
	app_line(t, ":filter text contains two and dir==out");
	term_wait_row(t, ROW_MESSAGE, "the list shows where text contains two and dir == out");
	term_wait_row(t, ROW_COUNTERS, " 2 of ");
	term_wait_row(t, ROW_LIST, "3 two");
	term_wait_row(t, ROW_LIST + 1, "9 two again");
	term_gone(t, "5 three");
	app_line(t, "no match");
	app_line(t, "two more");
	term_wait_row(t, ROW_COUNTERS, " 3 of ");
	term_wait_row(t, ROW_LIST + 2, "8 two more");
	term_gone(t, "8 no match");
	app_line(t, ":filter");
	term_wait(t, "5 three");
	term_wait(t, "8 no match");
	term_gone(t, " 3 of ");
}

static void test_a_key_puts_it_into_the_line(void **state)
{
	struct app *app = *state;
	struct term *t = app->term;

	say_some(app);
	term_key(t, "F4");
	term_row_is(t, ROW_INPUT, "cmd> :filter");
	term_keys(t, "one\r");
	term_wait_row(t, ROW_MESSAGE, "the list shows what holds the text \"one\"");
	term_gone(t, "5 three");
	app_line(t, ":focus list");
	term_keys(t, "&");
	term_row_is(t, ROW_INPUT, "cmd> :filter one");
	/* what is wrong stays in the line, and the list as it was */
	term_keys(t, " more\r");
	term_wait_row(t, ROW_MESSAGE, "column 13: \"more\" is too much");
	term_wait_row(t, ROW_COUNTERS, " 1 of ");
	term_row_is(t, ROW_INPUT, "cmd> :filter one more");
}

static void test_the_selection_goes_to_the_nearest(void **state)
{
	struct app *app = *state;
	struct term *t = app->term;

	say_some(app);
	app_line(t, ":show #3");
	term_wait_row(t, ROW_COUNTERS, "PAUSED at #3");
	app_line(t, ":filter no < 3");
	term_wait_row(t, ROW_COUNTERS, "PAUSED at #2");
	app_line(t, ":show #4");
	term_wait_row(t, ROW_MESSAGE, "#4 is not in the list: the filter hides it");
}

#define COSTLY "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaab"

static void test_what_a_pattern_gives_up_on_is_told(void **state)
{
	struct app *app = *state;
	struct term *t = app->term;

	app_line(t, COSTLY);
	app_line(t, "aaa");
	app_line(t, ":filter text ~ /^(a+)+$/");
	term_wait_row(t, ROW_COUNTERS, " 1 of ");
	term_wait_row(t, ROW_COUNTERS, ", 1 too costly");
	term_wait(t, "the filter is too costly for some packets: not listed, but counted above");
	app_line(t, ":filter");
	app_line(t, ":find /^(a+)+$/");
	term_wait(t, "#2: what matches /^(a+)+$/");
	app_line(t, ":find /^(a+)+$/");
	term_wait(t, "#2, the only one: what matches /^(a+)+$/; passed over as too costly: 1");
	app_line(t, ":follow");
	app_line(t, ":color /^(a+)+$/ red");
	term_wait(t, "colour rule 1 is too costly for some rows: not coloured, and soon left out");
}

static void test_typing_goes_on_under_a_flood(void **state)
{
	struct app *app = *state;
	struct term *t = app->term;
	const struct flood_plan plan = {
		.addr = "127.0.0.1", .port = app_port(app), .size = 64, .rate = 20000
	};

	assert_true(flood_start(&app->flood, &plan));
	app_line(t, ":filter len == 3");
	term_wait_row(t, ROW_HEADS, "Info  len == 3");
	app_line(t, "abc");
	term_wait(t, "3 abc");
	term_wait_row(t, ROW_COUNTERS, " of ");
	app_line(t, ":filter len == 64 and data ~ /./");
	term_gone(t, "3 abc");
	term_keys(t, "typed");
	term_row_is(t, ROW_INPUT, "text> typed");
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, app_setup, app_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_only_what_matches_is_listed),
		TEST(test_a_key_puts_it_into_the_line),
		TEST(test_the_selection_goes_to_the_nearest),
		TEST(test_what_a_pattern_gives_up_on_is_told),
		TEST(test_typing_goes_on_under_a_flood),
	};

	return cmocka_run_group_tests_name("filter", tests, NULL, NULL);
}
