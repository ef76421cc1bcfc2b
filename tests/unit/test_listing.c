/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Listings: rows, their commands, column widths, the maximum.
 */
#include "command/listing.h"
#include "util/text.h"

#include <locale.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static void test_rows_and_commands(void **state)
{
	struct listing l;

	(void)state;
	listing_init(&l);
	listing_row(&l, LISTING_HEADING, NULL, "name\tvalue");
	listing_row(&l, LISTING_PLAIN, "set ttl 64", "%s\t%d", "ttl", 64);
	listing_row(&l, LISTING_PLAIN, NULL, "%s", "");
	assert_int_equal(l.count, 3);
	assert_string_equal(listing_text(&l, 0), "name\tvalue");
	assert_null(listing_command(&l, 0));
	assert_string_equal(listing_text(&l, 1), "ttl\t64");
	assert_string_equal(listing_command(&l, 1), "set ttl 64");
	assert_string_equal(listing_text(&l, 2), "");
	assert_int_equal(l.rows[0].style, LISTING_HEADING);
	listing_reset(&l);
	assert_int_equal(l.count, 0);
	listing_row(&l, LISTING_DIM, NULL, "again");
	assert_string_equal(listing_text(&l, 0), "again");
	listing_done(&l);
	listing_done(&l);
}

static void test_widths(void **state)
{
	struct listing l;
	size_t w[LISTING_COLUMNS];

	(void)state;
	listing_init(&l);
	listing_row(&l, LISTING_PLAIN, NULL, "a row without cells is as wide as it likes");
	listing_row(&l, LISTING_PLAIN, NULL, "ab\tc\tlast cell, not counted");
	listing_row(&l, LISTING_PLAIN, NULL, "\xe6\xbc\xa2\xe5\xad\x97\tdef\tx");
	listing_row(&l, LISTING_PLAIN, NULL, "x\t0123456789012345678901234567890123456789abcde\tx");
	listing_row(&l, LISTING_PLAIN, NULL, "x\ty\t");
	listing_widths(&l, text_width, w);
	assert_int_equal(w[0], 4);
	assert_int_equal(w[1], 3);
	assert_int_equal(w[2], 0);
	listing_done(&l);
}

static void test_more_cells_than_columns(void **state)
{
	struct listing l;
	size_t w[LISTING_COLUMNS + 1] = { 0 };

	(void)state;
	listing_init(&l);
	listing_row(&l, LISTING_PLAIN, NULL, "a\tb\tc\td\te\tf\tg\th\ti\tj\tk\tl\tm\tnnn\to");
	listing_widths(&l, text_width, w);
	for (size_t i = 0; i < LISTING_COLUMNS; i++)
		assert_int_equal(w[i], 1);
	assert_int_equal(w[LISTING_COLUMNS], 0);
	listing_done(&l);
}

static void test_rows_past_the_maximum_are_counted(void **state)
{
	static char text[1 << 20];
	struct listing l;

	(void)state;
	memset(text, 'x', sizeof(text) - 1);
	listing_init(&l);
	for (int i = 0; i < 10; i++)
		listing_row(&l, LISTING_PLAIN, NULL, "%s", text);
	assert_int_equal(l.count + l.cut, 10);
	assert_true(l.count >= 7);
	assert_true(l.texts.len <= LISTING_MAX);
	assert_int_equal(strlen(listing_text(&l, l.count - 1)), sizeof(text) - 1);
	listing_done(&l);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_rows_and_commands),
		cmocka_unit_test(test_widths),
		cmocka_unit_test(test_more_cells_than_columns),
		cmocka_unit_test(test_rows_past_the_maximum_are_counted),
	};

	setlocale(LC_ALL, "C.UTF-8");
	return cmocka_run_group_tests(tests, NULL, NULL);
}
