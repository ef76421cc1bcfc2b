/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The canvas: clipping, wide characters and their halves, marks, what must not be shown.
 */
#include "ui/canvas.h"

#include <locale.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#define KANJI "\xe6\xbc\xa2" /* U+6F22, two columns */
#define ACUTE "\xcc\x81"     /* U+0301, a combining mark */

static int setup(void **state)
{
	static struct canvas c;

	*state = &c;
	return canvas_resize(&c, 3, 10) ? 0 : -1;
}

static int teardown(void **state)
{
	canvas_done(*state);
	return 0;
}

static const struct cell *at(const struct canvas *c, int row, int col)
{
	return &c->cells[row * c->cols + col];
}

/* The base characters of a row; '_' for the right half of a wide one, '#' beyond ASCII. */
static const char *row_of(const struct canvas *c, int row)
{
	static char text[64];

	for (int col = 0; col < c->cols; col++) {
		uint32_t ch = at(c, row, col)->ch[0];

		text[col] = (char)(!ch ? '_' : ch < 0x80 ? (char)ch : '#');
	}
	text[c->cols] = '\0';
	return text;
}

static void test_text_is_clipped(void **state)
{
	struct canvas *c = *state;

	assert_int_equal(canvas_str(c, 0, 0, 10, STYLE_RX, "hello"), 5);
	assert_int_equal(canvas_str(c, 0, 6, 99, STYLE_TX, "world"), 4);
	assert_string_equal(row_of(c, 0), "hello worl");
	assert_int_equal(canvas_str(c, 1, 2, 3, STYLE_RX, "abcdef"), 3);
	assert_string_equal(row_of(c, 1), "  abc     ");
	assert_int_equal(at(c, 0, 0)->style, STYLE_RX);
	assert_int_equal(at(c, 0, 5)->style, STYLE_NORMAL);
	assert_int_equal(at(c, 0, 6)->style, STYLE_TX);
}

static void test_whole_words(void **state)
{
	struct canvas *c = *state;

	assert_int_equal(canvas_words(c, 0, 0, 10, STYLE_RX, "a few word"), 10);
	assert_string_equal(row_of(c, 0), "a few word");
	assert_int_equal(canvas_words(c, 1, 0, 99, STYLE_RX, "a few words"), 7);
	assert_string_equal(row_of(c, 1), "a few..   ");
	assert_int_equal(canvas_words(c, 2, 2, 6, STYLE_RX, "verylong"), 6);
	assert_string_equal(row_of(c, 2), "  very..  ");
	assert_int_equal(canvas_words(c, 2, 0, 2, STYLE_RX, "xyz"), 2);
	assert_int_equal(canvas_words(c, 2, 10, 5, STYLE_RX, "xyz"), 0);
	assert_int_equal(canvas_words(c, 2, 0, -5, STYLE_RX, "xyz"), 0);
}

static void test_outside_nothing_happens(void **state)
{
	struct canvas *c = *state;

	assert_int_equal(canvas_str(c, -1, 0, 10, STYLE_RX, "x"), 0);
	assert_int_equal(canvas_str(c, 3, 0, 10, STYLE_RX, "x"), 0);
	assert_int_equal(canvas_str(c, 0, -1, 10, STYLE_RX, "x"), 0);
	assert_int_equal(canvas_str(c, 0, 10, 10, STYLE_RX, "x"), 0);
	assert_int_equal(canvas_str(c, 0, 0, 0, STYLE_RX, "x"), 0);
	assert_int_equal(canvas_str(c, 0, 0, -5, STYLE_RX, "x"), 0);
	canvas_fill(c, 9, 0, 10, STYLE_RX, 'x');
	canvas_fill(c, 0, -3, 10, STYLE_RX, 'x');
	canvas_paint(c, -1, -1, 10, STYLE_RX);
	canvas_right(c, 0, -1, 5, STYLE_RX, "x");
	for (int i = 0; i < 30; i++)
		assert_int_equal(c->cells[i].ch[0], ' ');
}

static void test_wide_characters(void **state)
{
	struct canvas *c = *state;

	assert_int_equal(canvas_str(c, 0, 0, 10, STYLE_RX, "a" KANJI "b"), 4);
	assert_string_equal(row_of(c, 0), "a#_b      ");
	assert_int_equal(at(c, 0, 1)->width, 2);
	assert_int_equal(at(c, 0, 2)->width, 0);
	/* One that does not fit whole is left out. */
	assert_int_equal(canvas_str(c, 1, 0, 2, STYLE_RX, "a" KANJI "b"), 1);
	assert_int_equal(canvas_str(c, 2, 9, 5, STYLE_RX, KANJI), 0);
	assert_string_equal(row_of(c, 1), "a         ");
}

static void test_no_half_is_left_behind(void **state)
{
	struct canvas *c = *state;

	canvas_str(c, 0, 0, 10, STYLE_RX, KANJI KANJI);
	canvas_str(c, 0, 1, 1, STYLE_TX, "x");
	assert_string_equal(row_of(c, 0), " x#_      ");
	assert_int_equal(at(c, 0, 0)->width, 1);
	canvas_str(c, 0, 2, 1, STYLE_TX, "y");
	assert_string_equal(row_of(c, 0), " xy       ");
	canvas_str(c, 1, 1, 10, STYLE_RX, KANJI KANJI);
	canvas_str(c, 1, 2, 2, STYLE_RX, KANJI);
	assert_string_equal(row_of(c, 1), "  #_      ");
}

static void test_marks(void **state)
{
	struct canvas *c = *state;

	assert_int_equal(canvas_str(c, 0, 0, 10, STYLE_RX, "e" ACUTE ACUTE ACUTE "x"), 3);
	assert_int_equal(at(c, 0, 0)->ch[1], 0x301);
	assert_int_equal(at(c, 0, 0)->ch[2], 0x301);
	assert_string_equal(row_of(c, 0), "e.x       ");
	assert_int_equal(canvas_str(c, 1, 0, 10, STYLE_RX, ACUTE "e"), 2);
	assert_string_equal(row_of(c, 1), ".e        ");
	/* The mark belongs to the character before it even at the right edge. */
	canvas_str(c, 2, 9, 1, STYLE_RX, "e" ACUTE);
	assert_int_equal(at(c, 2, 9)->ch[1], 0x301);
}

static void test_what_must_not_be_shown_is_a_dot(void **state)
{
	static const char
		*const
			texts[] = {
				"\x1b",
				"\a",
				"\n",
				"\t",
				"\x7f",
				"\xc2\x9b", /* ESC, BEL, LF, HT, DEL, CSI */
				"\xe2\x80\xae",
				"\xe2\x81\xa6",
				"\xe2\x80\x8b", /* RLO, LRI, ZWSP */
				"\xef\xbf\xbf",
				"\xff",
				"\xc0",
				"\xee\x80\x80", /* U+FFFF, broken, broken, private use */
			};
	struct canvas *c = *state;

	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		canvas_clear(c);
		canvas_str(c, 0, 0, 10, STYLE_RX, texts[i]);
		assert_int_equal(at(c, 0, 0)->ch[0], '.');
		assert_int_equal(at(c, 0, 0)->width, 1);
	}
	canvas_fill(c, 1, 0, 2, STYLE_RX, 0x1b);
	canvas_fill(c, 1, 2, 2, STYLE_RX, 0xd800);
	canvas_fill(c, 1, 4, 2, STYLE_RX, 0x6f22);
	assert_string_equal(row_of(c, 1), "......    ");
	canvas_text(c, 2, 0, 10, STYLE_RX, "a\0b", 3);
	assert_string_equal(row_of(c, 2), "a.b       ");
}

static void test_right(void **state)
{
	struct canvas *c = *state;

	canvas_fill(c, 0, 0, 10, STYLE_RX, '-');
	canvas_right(c, 0, 2, 5, STYLE_TX, "42");
	assert_string_equal(row_of(c, 0), "--   42---");
	canvas_right(c, 1, 0, 3, STYLE_TX, "12345");
	assert_string_equal(row_of(c, 1), "123       ");
	canvas_right(c, 2, 0, 3, STYLE_TX, KANJI);
	assert_string_equal(row_of(c, 2), " #_       ");
}

static void test_paint_and_printf(void **state)
{
	struct canvas *c = *state;

	assert_int_equal(canvas_printf(c, 0, 1, 9, STYLE_RX, "%d-%s", 7, "x"), 3);
	canvas_paint(c, 0, 2, 99, STYLE_SELECTED);
	assert_string_equal(row_of(c, 0), " 7-x      ");
	assert_int_equal(at(c, 0, 1)->style, STYLE_RX);
	assert_int_equal(at(c, 0, 2)->style, STYLE_SELECTED);
	assert_int_equal(at(c, 0, 9)->style, STYLE_SELECTED);
}

static void test_sizes_and_copies(void **state)
{
	struct canvas *c = *state, copy = { 0 };

	canvas_str(c, 2, 0, 10, STYLE_GAP, "abc");
	c->cursor_row = 2;
	c->cursor_col = 3;
	assert_true(canvas_copy(&copy, c));
	assert_string_equal(row_of(&copy, 2), "abc       ");
	assert_int_equal(copy.cursor_row, 2);
	assert_int_equal(copy.cursor_col, 3);
	assert_true(canvas_resize(&copy, 0, -7));
	assert_int_equal(copy.rows, 1);
	assert_int_equal(copy.cols, 1);
	assert_int_equal(copy.cursor_row, -1);
	assert_true(canvas_resize(&copy, 100000, 100000));
	assert_int_equal(copy.rows, CANVAS_ROWS_MAX);
	assert_int_equal(copy.cols, CANVAS_COLS_MAX);
	canvas_done(&copy);
	assert_null(copy.cells);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_text_is_clipped),
		TEST(test_whole_words),
		TEST(test_outside_nothing_happens),
		TEST(test_wide_characters),
		TEST(test_no_half_is_left_behind),
		TEST(test_marks),
		TEST(test_what_must_not_be_shown_is_a_dot),
		TEST(test_right),
		TEST(test_paint_and_printf),
		TEST(test_sizes_and_copies),
	};

	setlocale(LC_ALL, "C.UTF-8");
	return cmocka_run_group_tests(tests, NULL, NULL);
}
