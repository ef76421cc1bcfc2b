/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The foot: message, preview, the line and its cursor, the key bar.
 */
#include "deck.h"
#include "ui/keys.h"

#include <errno.h>
#include <locale.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

const struct key keys[] = {
	{ .name = "F1", .focus = KEY_IN_ALL, .bar = "Help" },
	{ .name = "Alt-x", .focus = KEY_IN(FOCUS_LINE) },
	{ .name = "F5", .focus = KEY_IN(FOCUS_LINE), .bar = "Hex" },
	{ .name = "x", .focus = KEY_IN(FOCUS_DETAILS), .bar = "Bytes" },
	{ .name = "F10", .focus = KEY_IN_ALL, .bar = "Quit" },
	{ 0 },
};

/* ---- message and preview ---- */

static void set_preview(struct deck *d, const char *head, size_t len)
{
	struct preview_view *p = &d->view.preview;

	*p = (struct preview_view){ .len = len, .is_payload = true };
	snprintf(p->head, sizeof(p->head), "%s", head);
	for (size_t i = 0; i < sizeof(p->bytes); i++)
		p->bytes[i] = (uint8_t)i;
	memset(p->tail, 0xee, sizeof(p->tail));
}

static void test_preview_bytes(void **state)
{
	static const struct {
		size_t len;
		const char *end;
	} table[] = {
		{ 0, " text -> @1" },
		{ 3, " 00 01 02" },
		{ 9, " 00 01 02 03 04 05 06 07 08" },
		{ 20, " 00 01 02 03 04 05 .. 12 13" },
		{ 64, " 00 01 02 03 04 05 .. 3e 3f" },
		{ 65, " 00 01 02 03 04 05 .. ee ee" },
		{ 65507, " 00 01 02 03 04 05 .. ee ee" },
	};
	struct deck *d = *state;

	for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
		set_preview(d, "text -> @1", table[i].len);
		deck_draw(d, 24, 42);
		assert_starts(deck_row(d, 21), " text -> @1");
		assert_ends(deck_row(d, 21), table[i].end);
	}
	d->view.preview.is_payload = false;
	deck_draw(d, 24, 42);
	assert_string_equal(deck_row(d, 21), " text -> @1");
}

static void test_warnings(void **state)
{
	struct deck *d = *state;
	const char *text =
		"the socket is connected to 10.0.0.9:53: answers from others will be dropped";

	set_preview(d, "text 3 B -> @1", 3);
	snprintf(d->view.preview.warning, sizeof(d->view.preview.warning), "broadcast is off");
	deck_draw(d, 24, 80);
	assert_string_equal(deck_row(d, 21), " text 3 B -> @1  broadcast is off");
	assert_int_equal(deck_style(d, 21, 17), STYLE_WARNING);
	/* A long one takes the message row, unless an error or a warning stands there. */
	snprintf(d->view.preview.warning, sizeof(d->view.preview.warning), "%s", text);
	deck_draw(d, 24, 80);
	assert_string_equal(deck_row(d, 20) + 1, text);
	assert_string_equal(deck_row(d, 21), " text 3 B -> @1");
	d->view.message.until = 1;
	snprintf(d->view.message.text, sizeof(d->view.message.text), "a message");
	deck_draw(d, 24, 80);
	assert_string_equal(deck_row(d, 20) + 1, text);
	d->view.message.kind = MESSAGE_WARNING;
	deck_draw(d, 24, 80);
	assert_string_equal(deck_row(d, 20), " a message");
	assert_starts(deck_row(d, 21), " text 3 B -> @1  the socket is");
}

static void test_messages(void **state)
{
	static const enum style styles[] = { STYLE_INFO, STYLE_WARNING, STYLE_ERROR };
	struct deck *d = *state;

	snprintf(d->view.message.text, sizeof(d->view.message.text), "bad \x1b[31m");
	deck_draw(d, 24, 80);
	assert_string_equal(deck_row(d, 20), "");
	d->view.message.until = 1000;
	for (int kind = MESSAGE_INFO; kind <= MESSAGE_ERROR; kind++) {
		d->view.message.kind = (enum command_message)kind;
		deck_draw(d, 24, 80);
		assert_string_equal(deck_row(d, 20), " bad .[31m");
		assert_int_equal(deck_style(d, 20, 1), styles[kind]);
	}
	/* Without a row of its own it covers the preview for its time. */
	set_preview(d, "text", 0);
	deck_draw(d, 5, 80);
	assert_string_equal(deck_row(d, 3), " bad .[31m");
	d->view.mono = 1001;
	deck_draw(d, 5, 80);
	assert_string_equal(deck_row(d, 3), " text");
}

/* ---- line ---- */

static void test_prompts(void **state)
{
	static const struct {
		enum command_input input;
		enum command_eol eol;
		const char *text, *row;
	} table[] = {
		{ INPUT_TEXT, EOL_NONE, "hi", "text> hi" },
		{ INPUT_TEXT, EOL_LF, "hi", "text+lf> hi" },
		{ INPUT_TEXT, EOL_CRLF, "hi", "text+crlf> hi" },
		{ INPUT_HEX, EOL_CRLF, "00", "hex> 00" },
		{ INPUT_HEX, EOL_NONE, ":quit", "cmd> :quit" },
		{ INPUT_TEXT, EOL_NONE, "::quit", "text> ::quit" },
	};
	struct deck *d = *state;

	for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
		d->view.typing.input = table[i].input;
		d->view.typing.eol = table[i].eol;
		deck_line(d, table[i].text);
		deck_draw(d, 24, 80);
		assert_string_equal(deck_row(d, 22), table[i].row);
		assert_int_equal(d->canvas.cursor_col, strlen(table[i].row));
	}
	d->view.line.prompt = "(reverse-i-search)`q': ";
	deck_draw(d, 24, 80);
	assert_string_equal(deck_row(d, 22), "(reverse-i-search)`q': ::quit");
	d->view.line.prompt = "";
	d->view.line.waiting = true;
	deck_draw(d, 24, 80);
	assert_string_equal(deck_row(d, 22), "wait> ::quit");
}

/* The cursor stands on the character at "point", whatever those before it take. */
static void test_signs_and_cursor(void **state)
{
	static const struct {
		const char *text;
		size_t point;
		const char *row;
		int col;
	} table[] = {
		{ "abc", 1, "text> abc", 7 },
		{ "a\nb", 2,
		  "text> a\xe2\x86\xb5"
		  "b",
		  8 },
		{ "a\x1b"
		  "b",
		  2, "text> a^[b", 9 },
		{ "\x7f", 1, "text> ^?", 8 },
		{ "\xe6\xbc\xa2x", 3, "text> \xe6\xbc\xa2x", 8 },
		{ "e\xcc\x81x", 3, "text> e\xcc\x81x", 7 },
		{ "\xffx", 1, "text> \\xffx", 10 },
		{ "\xe2\x80\xaex", 3, "text> \\u{202e}x", 14 },
	};
	struct deck *d = *state;

	for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
		deck_line(d, table[i].text);
		d->view.line.point = table[i].point;
		deck_draw(d, 24, 80);
		assert_string_equal(deck_row(d, 22), table[i].row);
		assert_int_equal(d->canvas.cursor_row, 22);
		assert_int_equal(d->canvas.cursor_col, table[i].col);
	}
	assert_int_equal(deck_style(d, 22, 6), STYLE_MARKED);
	assert_int_equal(deck_style(d, 22, 14), STYLE_INPUT);
}

static void test_a_long_line_wraps_to_six_rows(void **state)
{
	struct deck *d = *state;
	char text[1001];

	for (size_t i = 0; i < sizeof(text) - 1; i++)
		text[i] = (char)('a' + i % 26);
	text[sizeof(text) - 1] = '\0';
	deck_line(d, text);
	/* Seven rows and a bit at 80 columns: 6 of the prompt, 74, then 80 each. */
	d->view.line.len = d->view.line.point = 74 + 80;
	deck_draw(d, 24, 80);
	assert_int_equal(d->canvas.cursor_row, 22);
	assert_int_equal(d->canvas.cursor_col, 0);
	assert_starts(deck_row(d, 20), "text> abc");
	d->view.line.len = d->view.line.point = 1000;
	deck_draw(d, 24, 80);
	assert_int_equal(d->view.list.rows, 12);
	assert_int_equal(d->canvas.cursor_row, 22);
	assert_int_equal(d->canvas.cursor_col, (1000 + 6) % 80);
	assert_int_equal(deck_row(d, 17)[0], text[7 * 80 - 6]);
	/* The cursor draws the window back to the start. */
	d->view.line.point = 0;
	deck_draw(d, 24, 80);
	assert_starts(deck_row(d, 17), "text> abc");
	assert_int_equal(d->canvas.cursor_row, 17);
	assert_int_equal(d->canvas.cursor_col, 6);
}

static void test_a_wide_character_is_not_split(void **state)
{
	struct deck *d = *state;

	deck_line(d, "1234567890123\xe6\xbc\xa2x");
	deck_draw(d, 24, 20);
	assert_string_equal(deck_row(d, 21), "text> 1234567890123");
	assert_string_equal(deck_row(d, 22), "\xe6\xbc\xa2x");
	assert_int_equal(d->canvas.cursor_col, 3);
}

static void test_the_cursor_is_hidden_elsewhere(void **state)
{
	struct deck *d = *state;

	for (int focus = FOCUS_LIST; focus < FOCUS_COUNT; focus++) {
		d->view.focus = (enum focus)focus;
		deck_draw(d, 24, 80);
		assert_int_equal(d->canvas.cursor_row, -1);
	}
}

/* ---- key bar ---- */

static void test_key_bar(void **state)
{
	static const struct {
		enum focus focus;
		int cols;
		const char *row;
	} table[] = {
		{ FOCUS_LINE, 40, " F1Help          F5Hex          F10Quit" },
		{ FOCUS_LIST, 30, " F1Help               F10Quit" },
		{ FOCUS_DETAILS, 24, " F1Help xBytes F10Quit" },
		{ FOCUS_LINE, 16, " F1Help   F5Hex" },
		{ FOCUS_LINE, 5, "" },
	};
	struct deck *d = *state;

	for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
		d->view.focus = table[i].focus;
		deck_draw(d, 24, table[i].cols);
		assert_string_equal(deck_row(d, 23), table[i].row);
	}
	deck_draw(d, 19, 80);
	assert_starts(deck_row(d, 18), "text>");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, deck_setup, deck_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_preview_bytes),
		TEST(test_warnings),
		TEST(test_messages),
		TEST(test_prompts),
		TEST(test_signs_and_cursor),
		TEST(test_a_long_line_wraps_to_six_rows),
		TEST(test_a_wide_character_is_not_split),
		TEST(test_the_cursor_is_hidden_elsewhere),
		TEST(test_key_bar),
	};

	setlocale(LC_ALL, "C.UTF-8");
	return cmocka_run_group_tests(tests, NULL, NULL);
}
