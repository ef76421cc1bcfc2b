/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Bytes in rows: which byte stands where, in each form.
 */
#include "ui/dump.h"

#include <locale.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static struct dump dump_of(enum dump_form form, int per_row, const char *data, size_t n)
{
	return (struct dump){
		.form = form,
		.per_row = per_row,
		.data = (const uint8_t *)data,
		.n = n,
		.cursor = SIZE_MAX,
	};
}

static void test_how_many_fit(void **state)
{
	(void)state;
	assert_int_equal(dump_width(DUMP_HEX, 16), 71);
	assert_int_equal(dump_fit(DUMP_HEX, 32, 80), 16);
	assert_int_equal(dump_fit(DUMP_HEX, 32, 70), 8);
	assert_int_equal(dump_fit(DUMP_HEX, 8, 200), 8);
	assert_int_equal(dump_fit(DUMP_HEX, 32, 0), 1);
	assert_int_equal(dump_fit(DUMP_C, 32, 80), 8);
	assert_int_equal(dump_fit(DUMP_C, 32, 106), 16);
}

static void test_rows_of_bytes(void **state)
{
	static const char bytes[100];
	struct dump d = dump_of(DUMP_HEX, 16, bytes, 100);

	(void)state;
	assert_int_equal(dump_rows(&d), 7);
	assert_int_equal(dump_row(&d, 31), 1);
	assert_int_equal(dump_start(&d, 6), 96);
	assert_int_equal(dump_start(&d, 7), 100);
	assert_int_equal(dump_move(&d, 17, 2), 49);
	assert_int_equal(dump_move(&d, 17, -1), 1);
	assert_int_equal(dump_move(&d, 17, -100), 1);
	assert_int_equal(dump_move(&d, 17, 100), 97);
	assert_int_equal(dump_move(&d, 31, 100), 99);
	d.n = 0;
	assert_int_equal(dump_rows(&d), 0);
}

static void test_rows_of_text(void **state)
{
	/* 0 "one\n", 4 "two is ", 11 "long\r\n", 17 "\n", 18 "\0a" */
	struct dump d = dump_of(DUMP_TEXT, 8, "one\ntwo is long\r\n\n\0a", 20);

	(void)state;
	assert_int_equal(dump_start(&d, 0), 0);
	assert_int_equal(dump_start(&d, 1), 4);
	assert_int_equal(dump_start(&d, 2), 12);
	assert_int_equal(dump_start(&d, 3), 17);
	assert_int_equal(dump_start(&d, 4), 18);
	assert_int_equal(dump_start(&d, 5), 20);
	assert_int_equal(dump_rows(&d), 5);
	assert_int_equal(dump_row(&d, 3), 0);
	assert_int_equal(dump_row(&d, 11), 1);
	assert_int_equal(dump_row(&d, 16), 2);
	assert_int_equal(dump_row(&d, 19), 4);
	assert_int_equal(dump_move(&d, 6, 1), 14);
	assert_int_equal(dump_move(&d, 10, -1), 3);
	assert_int_equal(dump_move(&d, 0, 100), 18);
}

static const char *drawn(const struct dump *d, size_t from, const struct spans *spans, int row,
			 struct canvas *c)
{
	static char text[200];
	size_t n = 0;

	assert_true(canvas_resize(c, 3, 60));
	canvas_clear(c);
	dump_draw(d, from, 0, 3, spans, c);
	for (int col = 0; col < c->cols; col++) {
		const struct cell *cell = &c->cells[row * c->cols + col];

		if (cell->ch[0] && cell->ch[0] < 0x80)
			text[n++] = (char)cell->ch[0];
	}
	while (n && text[n - 1] == ' ')
		n--;
	text[n] = 0;
	return text;
}

static void test_what_is_drawn(void **state)
{
	struct dump d = dump_of(DUMP_HEX, 4, "ab\n\\c\xff${x}\0", 11);
	struct canvas c = { 0 };
	struct spans spans;

	(void)state;
	spans_init(&spans, 0, d.n);
	assert_string_equal(drawn(&d, 0, &spans, 0, &c), "0000 61 62 0a 5c  ab.\\");
	assert_string_equal(drawn(&d, 1, &spans, 0, &c), "0004 63 ff 24 7b  c.${");
	d.form = DUMP_C;
	assert_string_equal(drawn(&d, 0, &spans, 1, &c), "/* 0004 */ 0x63, 0xff, 0x24, 0x7b,");
	d.form = DUMP_TEXT;
	d.per_row = 20;
	assert_string_equal(drawn(&d, 0, &spans, 0, &c), "ab\\n");
	assert_string_equal(drawn(&d, 0, &spans, 1, &c), "\\\\c\\xff\\${x}\\0");
	canvas_done(&c);
}

static void test_what_is_painted(void **state)
{
	struct dump d = dump_of(DUMP_TEXT, 20, "ab\ncd", 5);
	struct canvas c = { 0 };
	struct spans spans;

	(void)state;
	spans_init(&spans, 0, d.n);
	spans_add(&spans, 1, 2, STYLE_FOUND);
	d.cursor = 2;
	drawn(&d, 0, &spans, 0, &c);
	assert_int_equal(c.cells[0].style, STYLE_NORMAL);
	assert_int_equal(c.cells[1].style, STYLE_FOUND);
	assert_int_equal(c.cells[2].style, STYLE_MARKED);
	assert_int_equal(c.cells[3].style, STYLE_MARKED);
	d.form = DUMP_C;
	d.per_row = 4;
	drawn(&d, 0, &spans, 0, &c);
	assert_int_equal(c.cells[11].style, STYLE_NORMAL);
	assert_int_equal(c.cells[17].style, STYLE_FOUND);
	assert_int_equal(c.cells[23].style, STYLE_MARKED);
	canvas_done(&c);
}

/* A base and its marks are one, and stand in one row. */
static void test_marks_stay_on_their_base(void **state)
{
	struct dump d = dump_of(DUMP_TEXT, 2, "ae\xcc\x81\xcc\x80o", 7);
	struct dump many = dump_of(DUMP_TEXT, 80, "e\xcc\x81\xcc\x80\xcc\x82", 7);

	(void)state;
	assert_int_equal(dump_start(&d, 1), 6);
	assert_int_equal(dump_row(&d, 5), 0);
	assert_int_equal(dump_rows(&many), 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_how_many_fit),
		cmocka_unit_test(test_rows_of_bytes),
		cmocka_unit_test(test_rows_of_text),
		cmocka_unit_test(test_what_is_drawn),
		cmocka_unit_test(test_what_is_painted),
		cmocka_unit_test(test_marks_stay_on_their_base),
	};

	setlocale(LC_ALL, "C.UTF-8");
	return cmocka_run_group_tests(tests, NULL, NULL);
}
