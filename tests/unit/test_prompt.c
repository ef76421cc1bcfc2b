/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The prompt of a terminal that knows "\r" and no more, on one that knows no more. */
#include "front/prompt.h"
#include "hostile.h"
#include "util/text.h"

#include <locale.h>
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#define COLUMNS 30

/* One row of cells. */
struct paper {
	char row[COLUMNS + 1];
	int cursor;
};

static void print(struct paper *p, const struct buf *out)
{
	for (size_t i = 0; i < out->len; i++) {
		char c = out->data[i];

		if (c == '\r') {
			p->cursor = 0;
		} else if (c == '\n') {
			memset(p->row, ' ', COLUMNS);
			p->cursor = 0;
		} else {
			assert_in_range(p->cursor, 0, COLUMNS - 1);
			p->row[p->cursor++] = c;
		}
	}
}

struct bed {
	struct prompt prompt;
	struct paper paper;
	struct buf out;
};

static int setup(void **state)
{
	static struct bed b;

	memset(&b, 0, sizeof(b));
	prompt_init(&b.prompt);
	buf_init(&b.out, 1u << 20);
	memset(b.paper.row, ' ', COLUMNS);
	*state = &b;
	return 0;
}

static int teardown(void **state)
{
	struct bed *b = *state;

	prompt_done(&b->prompt);
	buf_done(&b->out);
	return 0;
}

static struct prompt_line line_of(const char *text, size_t point)
{
	return (struct prompt_line){
		.word = "text> ", .text = text, .len = strlen(text), .point = point
	};
}

/* Draws and compares the whole row, blanks at its end cut. */
static void shows(struct bed *b, const char *text, size_t point, const char *row, int cursor)
{
	struct prompt_line line = line_of(text, point);
	char got[COLUMNS + 1];
	size_t n = COLUMNS;

	buf_reset(&b->out);
	prompt_draw(&b->prompt, &line, COLUMNS, &b->out);
	print(&b->paper, &b->out);
	while (n && b->paper.row[n - 1] == ' ')
		n--;
	memcpy(got, b->paper.row, n);
	got[n] = '\0';
	assert_string_equal(got, row);
	assert_int_equal(b->paper.cursor, cursor);
}

static void test_a_character_at_the_end_is_written_alone(void **state)
{
	struct bed *b = *state;

	shows(b, "", 0, "text>", 6);
	assert_string_equal(buf_cstr(&b->out), "text> ");
	shows(b, "h", 1, "text> h", 7);
	assert_string_equal(buf_cstr(&b->out), "h");
	shows(b, "hi", 2, "text> hi", 8);
	assert_string_equal(buf_cstr(&b->out), "i");
	shows(b, "hi", 2, "text> hi", 8);
	assert_string_equal(buf_cstr(&b->out), "");
}

static void test_editing(void **state)
{
	struct bed *b = *state;

	shows(b, "hello", 5, "text> hello", 11);
	shows(b, "hello", 2, "text> hello", 8);
	shows(b, "heXllo", 3, "text> heXllo", 9);
	shows(b, "h", 1, "text> h", 7);
	shows(b, "", 0, "text>", 6);
}

static void test_signs_stand_for_what_must_not_be_shown(void **state)
{
	struct bed *b = *state;

	shows(b, "a\x1b[1m\x7f", 2, "text> a^[[1m^?", 9);
	shows(b, "\xe2\x80\xae", 3, "text> \\u{202e}", 14);
	shows(b, "\xff", 0, "text> \\xff", 6);
}

static void test_a_long_line_is_scrolled(void **state)
{
	struct bed *b = *state;
	const char *text = "0123456789abcdefghijklmnopqrstuvwxyz";

	shows(b, "0123456789abcdefghijklm", 23, "text> 0123456789abcdefghijklm", 29);
	shows(b, text, 0, "text>  0123456789abcdefghijkl>", 7);
	shows(b, text, 21, "text>  0123456789abcdefghijkl>", 28);
	shows(b, text, 22, "text> <bcdefghijklmnopqrstuvw>", 18);
	shows(b, text, 36, "text> <mnopqrstuvwxyz", 21);
}

static void test_other_lines_come_above(void **state)
{
	struct bed *b = *state;
	struct prompt_line line = line_of("hello", 5);

	shows(b, "hello", 2, "text> hello", 8);
	buf_reset(&b->out);
	prompt_erase(&b->prompt, &b->out);
	assert_string_equal(buf_cstr(&b->out), "\r           \r");
	prompt_erase(&b->prompt, &b->out);
	buf_str(&b->out, "a packet\n");
	print(&b->paper, &b->out);
	shows(b, "hello", 2, "text> hello", 8);

	buf_reset(&b->out);
	prompt_leave(&b->prompt, &line, &b->out);
	assert_string_equal(buf_cstr(&b->out), "\rtext> hello\n");
	print(&b->paper, &b->out);
	shows(b, "", 0, "text>", 6);
}

static void test_a_line_that_is_done_is_whole(void **state)
{
	struct bed *b = *state;
	struct prompt_line line = line_of("0123456789abcdefghijklmnopqrstuvwxyz", 36);

	prompt_draw(&b->prompt, &line, COLUMNS, &b->out);
	buf_reset(&b->out);
	prompt_leave(&b->prompt, &line, &b->out);
	assert_string_equal(buf_cstr(&b->out), "\rtext> 0123456789abcdefghijklmnopqrstuvwxyz\n");
	/* typed and entered at once */
	line = line_of("quick", 5);
	buf_reset(&b->out);
	prompt_leave(&b->prompt, &line, &b->out);
	assert_string_equal(buf_cstr(&b->out), "text> quick\n");
}

static void check_bytes(const struct buf *out)
{
	for (size_t i = 0; i < out->len;) {
		struct text_glyph g = text_next(out->data + i, out->len - i);

		assert_true(g.shown || g.cp == '\r');
		i += g.bytes;
	}
}

static void test_hostile_lines(void **state)
{
	struct dice dice = { 0x5eed };
	struct bed *b = *state;
	char text[300];

	for (int turn = 0; turn < 5000; turn++) {
		struct prompt_line line = { .word = turn % 7 ? "text> " : "(search)`\x1b[1m': ",
					    .text = text };
		int columns = 20 + (int)dice_roll(&dice, 100);

		line.len = hostile_text(&dice, text, dice_roll(&dice, sizeof(text)));
		line.point = dice_roll(&dice, (uint32_t)line.len + 1);
		buf_reset(&b->out);
		prompt_draw(&b->prompt, &line, columns, &b->out);
		check_bytes(&b->out);
		assert_true(b->prompt.row.width <= columns);
		assert_int_equal(text_width(buf_cstr(&b->prompt.row.text), b->prompt.row.text.len),
				 b->prompt.row.width);
		assert_true(b->prompt.row.cursor <= b->prompt.row.text.len);
	}
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_a_character_at_the_end_is_written_alone),
		TEST(test_editing),
		TEST(test_signs_stand_for_what_must_not_be_shown),
		TEST(test_a_long_line_is_scrolled),
		TEST(test_other_lines_come_above),
		TEST(test_a_line_that_is_done_is_whole),
		TEST(test_hostile_lines),
	};

	setlocale(LC_ALL, "C.UTF-8");
	return cmocka_run_group_tests(tests, NULL, NULL);
}
