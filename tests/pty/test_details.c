/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The details by their keys: forms, field and bytes, the filter of a field, two packets compared,
 * repeats folded. */
#include "app.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static void test_forms(void **state)
{
	struct app *app = *state;
	struct term *t = app->term;

	app_line(t, "hello there");
	term_wait(t, "11 hello there");
	app_line(t, ":focus details");
	term_wait(t, "0000 68 65 6c 6c 6f 20 74 68");
	term_keys(t, "x");
	term_wait(t, " 0000 68 65 6c 6c 6f 20 74 68  65 72 65");
	term_keys(t, "x");
	term_gone(t, "68 65 6c");
	term_keys(t, "x");
	term_wait(t, "/* 0000 */ 0x68, 0x65,");
	term_keys(t, "x");
	term_wait(t, "To port");
	app_line(t, ":details c");
	term_wait(t, "/* 0008 */ 0x65, 0x72, 0x65,");
	app_line(t, ":set hex-width 7");
	term_wait_row(t, ROW_MESSAGE, "\"7\" is none of auto, 8, 16, 32");
}

static void test_enter_on_a_field_filters(void **state)
{
	struct app *app = *state;
	struct term *t = app->term;

	app_line(t, "one");
	app_line(t, "three");
	term_wait(t, "5 three");
	app_line(t, ":show #1");
	app_line(t, ":focus details");
	/* the last field is the text */
	term_keys(t, "G\r");
	term_row_is(t, ROW_INPUT, "cmd> :filter data[0:3] == 6f6e65");
	term_keys(t, "\r");
	term_wait_row(t, ROW_COUNTERS, " 1 of 3");
	term_gone(t, "5 three");
}

static void test_two_are_compared(void **state)
{
	struct app *app = *state;
	struct term *t = app->term;

	app_line(t, "temp=21 ok");
	app_line(t, "temp=23 ok");
	term_wait(t, "10 temp=23 ok");
	app_line(t, ":focus list");
	term_keys(t, "d");
	term_wait_row(t, ROW_MESSAGE, "nothing is marked: m in the list marks a packet");
	term_keys(t, "kkm");
	term_wait_row(t, ROW_MESSAGE, "#1 is marked");
	term_keys(t, "Jd");
	term_wait(t, "-#1 (marked) beside #2: 1 byte differs -");
	term_wait(t, "0000 74 65 6d 70 3d 32 33 20");
	/* with itself, and back to the fields */
	term_keys(t, "K");
	term_wait(t, "-#1 (marked) beside #1: the same 10 bytes -");
	term_keys(t, "d");
	term_wait(t, "State");
	term_keys(t, "m");
	term_wait_row(t, ROW_MESSAGE, "no packet is marked");
	app_line(t, ":diff #2 #1");
	term_wait(t, "-#2 (marked) beside #1: 1 byte differs -");
	app_line(t, ":mark off");
	term_wait_row(t, ROW_MESSAGE, "no packet is marked");
	app_line(t, ":diff #9");
	term_wait_row(t, ROW_MESSAGE, "column 7: there is no #9 yet");
}

static void test_repeats_are_folded(void **state)
{
	struct app *app = *state;
	struct term *t = app->term;

	for (int i = 0; i < 3; i++)
		app_line(t, "tick");
	app_line(t, "tock");
	term_wait(t, "4 tock");
	app_line(t, ":set fold on");
	term_wait_row(t, ROW_MESSAGE, "fold is on");
	term_wait_row(t, ROW_LIST + 1, "4(x 3, last ");
	term_wait_row(t, ROW_LIST + 2, "4 tock");
	app_line(t, ":set fold off");
	term_wait_row(t, ROW_LIST + 4, "4 tock");
	app_line(t, ":set highlight-changes on");
	term_wait_row(t, ROW_MESSAGE, "highlight-changes is on");
	app_line(t, ":set fold maybe");
	term_wait_row(t, ROW_MESSAGE, "fold: \"maybe\" is neither on nor off");
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, app_setup, app_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_forms),
		TEST(test_enter_on_a_field_filters),
		TEST(test_two_are_compared),
		TEST(test_repeats_are_folded),
	};

	return cmocka_run_group_tests_name("details", tests, NULL, NULL);
}
