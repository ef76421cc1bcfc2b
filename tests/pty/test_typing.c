/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The line: typing, editing, the cursor's column, what Enter sends and what it keeps. */
#include "app.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

/* A wide character, one with a mark on it, and a wide one outside the BMP. */
#define NIHON "\u65e5\u672c"
#define E_ACUTE "e\u0301"
#define GRIN "\U0001f600"

static void test_enter_sends_what_was_typed(void **state)
{
	struct app *app = *state;

	term_keys(app->term, "hello");
	term_row_is(app->term, ROW_INPUT, "text> hello");
	term_cursor_is(app->term, 22, TEXT_COL + 5);
	term_wait_row(app->term, ROW_PREVIEW, "text 5 B -> ");
	term_wait_row(app->term, ROW_PREVIEW, "68 65 6c 6c 6f");
	term_key(app->term, "Enter");
	app_heard(app, "hello");
	term_row_is(app->term, ROW_INPUT, "text>");
	term_cursor_is(app->term, 22, TEXT_COL);
	term_wait_row(app->term, ROW_LIST + 1, " -> @1 127.0.0.1:");
	term_wait_row(app->term, ROW_LIST + 1, " 5 hello");
	term_wait_row(app->term, ROW_COUNTERS, "tx 1");
}

/* Each case goes on with the line of the one before. */
static void test_editing_keys_are_readlines(void **state)
{
	static const struct {
		const char *key, *line;
		int col;
	} steps[] = {
		{ "Ctrl-A", "one two three", 0 }, { "Alt-f", "one two three", 3 },
		{ "Right", "one two three", 4 },  { "Alt-d", "one  three", 4 },
		{ "Backspace", "one three", 3 },  { "Delete", "onethree", 3 },
		{ "Ctrl-T", "ontehree", 4 },      { "Home", "ontehree", 0 },
		{ "End", "ontehree", 8 },         { "Left", "ontehree", 7 },
		{ "Ctrl-K", "ontehre", 7 },       { "Ctrl-Y", "ontehree", 8 },
		{ "Alt-b", "ontehree", 0 },       { "Ctrl-Right", "ontehree", 8 },
		{ "Ctrl-Left", "ontehree", 0 },   { "Ctrl-D", "ntehree", 0 },
		{ "Ctrl-E", "ntehree", 7 },       { "Ctrl-W", "", 0 },
		{ "Ctrl-_", "ntehree", 7 },       { "Ctrl-U", "", 0 },
		{ "Ctrl-Y", "ntehree", 7 },       { "Ctrl-H", "ntehre", 6 },
	};
	struct app *app = *state;
	char row[80];

	term_keys(app->term, "one two three");
	for (size_t i = 0; i < sizeof(steps) / sizeof(steps[0]); i++) {
		term_key(app->term, steps[i].key);
		snprintf(row, sizeof(row), "text> %s", steps[i].line);
		if (!steps[i].line[0])
			row[TEXT_COL - 1] = '\0';
		term_row_is(app->term, ROW_INPUT, row);
		term_cursor_is(app->term, 22, TEXT_COL + steps[i].col);
	}
	term_key(app->term, "Enter");
	app_heard(app, "ntehre");
}

static void test_cursor_stands_at_wide_and_combining_characters(void **state)
{
	static const struct {
		const char *key;
		int col;
	} steps[] = {
		{ "Left", 7 },  { "Left", 5 },  { "Left", 4 },  { "Left", 2 },  { "Left", 0 },
		{ "Right", 2 }, { "Right", 4 }, { "Right", 5 }, { "Right", 7 }, { "Right", 8 },
	};
	struct app *app = *state;

	term_keys(app->term, NIHON E_ACUTE GRIN "x");
	term_row_is(app->term, ROW_INPUT, "text> " NIHON E_ACUTE GRIN "x");
	term_cursor_is(app->term, 22, TEXT_COL + 8);
	for (size_t i = 0; i < sizeof(steps) / sizeof(steps[0]); i++) {
		term_key(app->term, steps[i].key);
		term_cursor_is(app->term, 22, TEXT_COL + steps[i].col);
	}
	term_key(app->term, "Left");
	term_key(app->term, "Backspace");
	term_row_is(app->term, ROW_INPUT, "text> " NIHON E_ACUTE "x");
	term_cursor_is(app->term, 22, TEXT_COL + 5);
	term_key(app->term, "Enter");
	app_heard(app, NIHON E_ACUTE "x");
	term_wait_row(app->term, ROW_LIST + 1, " " NIHON E_ACUTE "x");
}

static void test_characters_cut_into_bytes_are_put_together(void **state)
{
	static const char text[] = "\u00f6" NIHON GRIN;
	struct app *app = *state;

	for (size_t i = 0; i < sizeof(text) - 1; i++)
		TERM_CHECK(app->term, term_send(app->term, text + i, 1));
	term_row_is(app->term, ROW_INPUT, "text> \u00f6" NIHON GRIN);
	term_key(app->term, "Enter");
	app_heard(app, "\u00f6" NIHON GRIN);
}

static void test_a_long_line_wraps_to_six_rows(void **state)
{
	struct app *app = *state;
	char text[701];

	memset(text, 'w', sizeof(text) - 1);
	text[sizeof(text) - 1] = '\0';
	/* 74 columns beside the prompt, 80 on the next */
	text[74 + 80] = '\0';
	term_keys(app->term, text);
	term_cursor_is(app->term, 22, 0);
	term_wait_row(app->term, 20, "text> www");
	text[74 + 80] = 'w';
	term_keys(app->term, text + 74 + 80);
	/* 706 columns are nine rows: the last six are shown, the cursor on the last */
	term_cursor_is(app->term, 22, 706 % 80);
	term_wait_row(app->term, 17, "www");
	term_wait_row(app->term, 16, "text 700 B -> ");
	assert_false(term_shows(app->term, "text> "));
	term_key(app->term, "Home");
	term_cursor_is(app->term, 17, TEXT_COL);
	term_key(app->term, "Enter");
	assert_true(app_hears(app, text, 700));
	term_row_is(app->term, ROW_INPUT, "text>");
}

static void test_f5_rereads_the_same_characters(void **state)
{
	struct app *app = *state;

	term_keys(app->term, "0004 0001");
	term_wait(app->term, "looks like hex, F5 rereads it as 4 bytes");
	term_wait_row(app->term, ROW_PREVIEW, "text 9 B -> ");
	term_key(app->term, "F5");
	term_row_is(app->term, ROW_INPUT, "hex> 0004 0001");
	term_wait_row(app->term, ROW_PREVIEW, "hex 4 B -> ");
	term_wait_row(app->term, ROW_PREVIEW, "00 04 00 01");
	term_key(app->term, "Alt-x");
	term_row_is(app->term, ROW_INPUT, "text> 0004 0001");
	term_key(app->term, "F5");
	term_row_is(app->term, ROW_INPUT, "hex> 0004 0001");
	term_cursor_is(app->term, 22, HEX_COL + 9);
	term_key(app->term, "Enter");
	app_heard(app, "\0\4\0\1");
	term_row_is(app->term, ROW_INPUT, "hex>");
}

static void test_a_newline_goes_into_the_datagram(void **state)
{
	struct app *app = *state;

	term_keys(app->term, "a");
	term_key(app->term, "Alt-Enter");
	term_row_is(app->term, ROW_INPUT, "text> a\u21b5");
	term_keys(app->term, "b");
	term_key(app->term, "Ctrl-V");
	term_key(app->term, "Ctrl-J");
	term_row_is(app->term, ROW_INPUT, "text> a\u21b5b\u21b5");
	term_cursor_is(app->term, 22, TEXT_COL + 4);
	assert_true(peer_is_quiet(&app->peer));
	term_key(app->term, "Enter");
	app_heard(app, "a\nb\n");
}

/* What is wrong is said with its column, the line stays, the cursor stands there. */
static void test_errors_keep_the_line(void **state)
{
	static const struct {
		const char *mode, *line, *message;
		int col; /* of the cursor in the text; -1: where it was */
	} cases[] = {
		{ "text", "ab\\q", "column 3: \"\\q\" is no escape", 2 },
		{ "text", NIHON "\\x1", "column 3: \"\\x\" needs two hex digits", 4 },
		{ "text", "x${sqe}", "column 4: \"sqe\" is no field: did you mean seq?", 3 },
		{ "text", "x${u8:256}", "column 7: 256 is outside 0..255", 6 },
		{ "text", "\\u{110000}", "column 1: ", 0 },
		{ "hex", "00 01 0g", "column 7: \"0g\" is no hex byte", 6 },
		{ "hex", "123", "column 3: odd hex digit \"3\"", 2 },
		{ "hex", "00 \"ab", "column 4: missing closing quote", 3 },
	};
	struct app *app = *state;
	char line[80];

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		snprintf(line, sizeof(line), ":input %s", cases[i].mode);
		app_line(app->term, line);
		snprintf(line, sizeof(line), "%s>", cases[i].mode);
		term_row_is(app->term, ROW_INPUT, line);
		app_line(app->term, cases[i].line);
		term_wait(app->term, cases[i].message);
		term_wait(app->term, "sent)");
		snprintf(line, sizeof(line), "%s> %s", cases[i].mode, cases[i].line);
		term_row_is(app->term, ROW_INPUT, line);
		term_cursor_is(app->term, 22, (int)strlen(cases[i].mode) + 2 + cases[i].col);
		term_key(app->term, "Ctrl-C");
		snprintf(line, sizeof(line), "%s>", cases[i].mode);
		term_row_is(app->term, ROW_INPUT, line);
	}
	app_line(app->term, ":input text");
	app_line(app->term, "end");
	app_heard(app, "end");
}

static void test_commands_that_are_wrong_keep_the_line(void **state)
{
	static const struct {
		const char *line, *message;
		int col;
	} cases[] = {
		{ ":opne", "open", 1 },
		{ ":s 1", "socket", 1 },
		{ ":to", "usage: to HOST PORT", -1 },
		{ ":to 127.0.0.1 0", "port", 14 },
		{ ":to 127.0.0.1 70000", "70000", 14 },
		{ ":to 1.2.3.4.5 6", "1.2.3.4.5", 4 },
		{ ":set tlt 3", "ttl", 5 },
		{ ":set ttl 300", "255", 9 },
		{ ":set nodelay", "TCP", -1 },
		{ ":set device nonsuch0", "nonsuch0", 12 },
		{ ":join 10.0.0.1", "10.0.0.1", 6 },
		{ ":file /nonexistent/file", "/nonexistent/file", -1 },
		{ ":send \\x1", "column 7: ", 6 },
		{ ":hex 0g", "column 6: ", 5 },
		{ ":show #77", "#77", -1 },
		{ ":resend", "usage: resend #N", -1 },
		{ ":socket 9", "9", -1 },
		{ ":via nosuch0 send x", "column 6: there is no interface", 5 },
		{ ":via lo from 203.0.113.9 send x", "column 14: 203.0.113.9 is no address", 13 },
	};
	struct app *app = *state;
	char row[80];

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		app_line(app->term, cases[i].line);
		term_wait(app->term, cases[i].message);
		snprintf(row, sizeof(row), "cmd> %s", cases[i].line);
		term_row_is(app->term, ROW_INPUT, row);
		if (cases[i].col >= 0)
			term_cursor_is(app->term, 22, CMD_COL + cases[i].col);
		term_key(app->term, "Ctrl-C");
		term_row_is(app->term, ROW_INPUT, "text>");
		term_row_is(app->term, ROW_MESSAGE, "");
	}
	app_line(app->term, "end");
	app_heard(app, "end");
}

static void test_a_colon_makes_a_command_and_two_send_one(void **state)
{
	struct app *app = *state;

	term_keys(app->term, ":");
	term_row_is(app->term, ROW_INPUT, "cmd> :");
	term_keys(app->term, "sen");
	term_wait_row(app->term, ROW_PREVIEW, "send TEXT: ");
	term_keys(app->term, "d x");
	term_wait_row(app->term, ROW_PREVIEW, "send 1 B -> ");
	term_key(app->term, "Ctrl-U");
	term_row_is(app->term, ROW_INPUT, "text>");
	term_keys(app->term, ":open"); /* too long for the row: cut behind a word */
	term_wait_row(app->term, ROW_PREVIEW, ": open a socket and make it..");
	term_key(app->term, "Ctrl-U");
	term_row_is(app->term, ROW_INPUT, "text>");
	term_keys(app->term, "::q");
	term_row_is(app->term, ROW_INPUT, "text> ::q");
	term_wait_row(app->term, ROW_PREVIEW, "text 2 B -> ");
	term_key(app->term, "Enter");
	app_heard(app, ":q");
}

static void test_a_word_that_is_a_command_is_warned_about(void **state)
{
	struct app *app = *state;

	term_keys(app->term, "quit");
	term_wait(app->term, "this sends the text \"quit\", the command is :quit");
	term_key(app->term, "Enter");
	app_heard(app, "quit");
}

static void test_ctrl_c_clears_then_hints_and_sends_nothing(void **state)
{
	struct app *app = *state;

	term_keys(app->term, "not this");
	term_row_is(app->term, ROW_INPUT, "text> not this");
	term_key(app->term, "Ctrl-C");
	term_row_is(app->term, ROW_INPUT, "text>");
	assert_false(term_shows(app->term, "to leave: "));
	term_key(app->term, "Ctrl-C");
	term_wait_row(app->term, ROW_MESSAGE, "to leave: :q, F10 or Ctrl-D on the empty line");
	/* Enter on the empty line does nothing, an empty datagram has its command */
	term_key(app->term, "Enter");
	app_line(app->term, ":empty");
	app_heard(app, "");
	term_wait_row(app->term, ROW_LIST + 1, "(empty datagram)");
}

static void test_text_hex_raw_and_files(void **state)
{
	char path[] = "/tmp/test_typing.XXXXXX", line[64];
	struct app *app = *state;
	int fd = mkstemp(path);

	assert_true(fd >= 0);
	assert_int_equal(write(fd, "of a\0file\n", 10), 10);
	close(fd);
	app_line(app->term, ":send a\\x00\\tb\\u{e9}");
	app_heard(app, "a\0\tb\u00e9");
	app_line(app->term, ":hex 00:ff \"text\" 0x10");
	app_heard(app, "\0\xfftext\x10");
	app_line(app->term, ":raw \\n stays");
	app_heard(app, "\\n stays");
	snprintf(line, sizeof(line), ":file %s", path);
	app_line(app->term, line);
	app_heard(app, "of a\0file\n");
	app_line(app->term, ":input text eol=crlf");
	term_row_is(app->term, ROW_INPUT, "text+crlf>");
	app_line(app->term, "with an end");
	app_heard(app, "with an end\r\n");
	app_line(app->term, ":resend #1");
	app_heard(app, "a\0\tb\u00e9");
	term_wait_row(app->term, ROW_COUNTERS, "tx 6");
	unlink(path);
}

/* What the preview shows is what leaves, and only then the next number is drawn. */
static void test_fields_are_shown_before_they_leave(void **state)
{
	struct app *app = *state;
	struct term *t = app->term;

	term_keys(t, "n=${seq}");
	term_wait_row(t, ROW_PREVIEW, "text 3 B -> ");
	term_wait_row(t, ROW_PREVIEW, "6e 3d 31");
	term_key(t, "Enter");
	app_heard(app, "n=1");
	term_keys(t, "n=${seq}");
	term_wait_row(t, ROW_PREVIEW, "6e 3d 32");
	term_key(t, "Ctrl-C");
	app_line(t, ":hex 00 ${seq:u16be} ${len:u8} ${xor8}");
	app_heard(app, "\0\0\2\5\7");
	app_line(t, ":let mine = <\\x01>");
	term_wait_row(t, ROW_MESSAGE, "${mine} is 3 bytes");
	term_keys(t, "${m");
	term_key(t, "Tab");
	term_row_is(t, ROW_INPUT, "text> ${m");
	term_wait(t, "mac:  mine}");
	term_keys(t, "i");
	term_key(t, "Tab");
	term_row_is(t, ROW_INPUT, "text> ${mine}");
	term_wait_row(t, ROW_PREVIEW, "3c 01 3e");
	term_key(t, "Enter");
	app_heard(app, "<\1>");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
#define TEST(name) cmocka_unit_test_setup_teardown(name, app_setup, app_teardown)
		TEST(test_enter_sends_what_was_typed),
		TEST(test_editing_keys_are_readlines),
		TEST(test_cursor_stands_at_wide_and_combining_characters),
		TEST(test_characters_cut_into_bytes_are_put_together),
		TEST(test_a_long_line_wraps_to_six_rows),
		TEST(test_f5_rereads_the_same_characters),
		TEST(test_a_newline_goes_into_the_datagram),
		TEST(test_errors_keep_the_line),
		TEST(test_commands_that_are_wrong_keep_the_line),
		TEST(test_a_colon_makes_a_command_and_two_send_one),
		TEST(test_a_word_that_is_a_command_is_warned_about),
		TEST(test_ctrl_c_clears_then_hints_and_sends_nothing),
		TEST(test_text_hex_raw_and_files),
		TEST(test_fields_are_shown_before_they_leave),
	};

	return cmocka_run_group_tests_name("typing", tests, NULL, NULL);
}
