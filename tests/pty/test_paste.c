/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Pastes: payload as it stands, never a command, never a key, never sent by itself. */
#include "app.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define paste_text(t, text) term_paste(t, text, sizeof(text) - 1)

static void test_ten_kilobytes_arrive_whole(void **state)
{
	struct app *app = *state;
	char text[10000];

	for (size_t i = 0; i < sizeof(text); i++)
		text[i] = (char)('a' + i % 23);
	term_paste(app->term, text, sizeof(text));
	term_wait(app->term, "text 10000 B -> ");
	assert_true(peer_is_quiet(&app->peer));
	term_key(app->term, "Enter");
	assert_true(app_hears(app, text, sizeof(text)));
	term_row_is(app->term, ROW_INPUT, "text>");
}

static void test_lines_are_one_datagram(void **state)
{
	struct app *app = *state;

	/* a terminal sends CR for the line ends of what is pasted */
	paste_text(app->term, "GET / HTTP/1.1\rHost: here\r\r");
	term_wait_row(app->term, ROW_INPUT, "text> GET / HTTP/1.1\u21b5Host: here\u21b5\u21b5");
	term_wait_row(app->term, ROW_PREVIEW, "text 27 B -> ");
	assert_true(peer_is_quiet(&app->peer));
	term_key(app->term, "Enter");
	app_heard(app, "GET / HTTP/1.1\nHost: here\n\n");
}

static void test_a_colon_does_not_make_a_command(void **state)
{
	struct app *app = *state;

	paste_text(app->term, ":q\r");
	term_row_is(app->term, ROW_INPUT, "text> :q\u21b5");
	term_wait_row(app->term, ROW_PREVIEW, "text 3 B -> ");
	term_key(app->term, "Enter");
	app_heard(app, ":q\n");
	/* two colons are two, here */
	paste_text(app->term, "::x");
	term_row_is(app->term, ROW_INPUT, "text> ::x");
	term_key(app->term, "Enter");
	app_heard(app, "::x");
	/* from history it comes back as what it was */
	term_key(app->term, "Up");
	term_row_is(app->term, ROW_INPUT, "text> ::x");
	term_key(app->term, "Enter");
	app_heard(app, "::x");
	term_key(app->term, "Up");
	term_key(app->term, "Up");
	term_row_is(app->term, ROW_INPUT, "text> :q\u21b5");
	term_key(app->term, "Enter");
	app_heard(app, ":q\n");
}

/* Typed first, it is a command still; once the line is empty, a colon is one again. */
static void test_a_paste_into_a_line_is_part_of_it(void **state)
{
	struct app *app = *state;

	term_keys(app->term, "<>");
	term_key(app->term, "Left");
	paste_text(app->term, "in between");
	term_row_is(app->term, ROW_INPUT, "text> <in between>");
	term_cursor_is(app->term, 22, TEXT_COL + 11);
	term_key(app->term, "Enter");
	app_heard(app, "<in between>");
	term_keys(app->term, ":send ");
	paste_text(app->term, "pasted");
	term_row_is(app->term, ROW_INPUT, "cmd> :send pasted");
	term_key(app->term, "Enter");
	app_heard(app, "pasted");
	paste_text(app->term, ":x");
	term_row_is(app->term, ROW_INPUT, "text> :x");
	term_key(app->term, "Ctrl-U");
	term_row_is(app->term, ROW_INPUT, "text>");
	term_keys(app->term, ":x");
	term_row_is(app->term, ROW_INPUT, "cmd> :x");
}

/* Control bytes in a paste press no key; they are shown as signs and sent as they are. */
static void test_control_bytes_are_payload(void **state)
{
	static const char bytes[] = "\x03\x04\x15\x1a\x1b[A\x1bOP\x07\x12q\x7f";
	struct app *app = *state;
	struct vt_state before;

	term_wait(app->term, "text>");
	before = term_state(app->term);
	paste_text(app->term, bytes);
	term_row_is(app->term, ROW_INPUT, "text> ^C^D^U^Z^[[A^[OP^G^Rq^?");
	term_unharmed(app->term, &before);
	term_key(app->term, "Enter");
	assert_true(app_hears(app, bytes, sizeof(bytes) - 1));
	/* NUL has its spelling in the notation; invalid UTF-8 stays */
	term_paste(app->term, "a\0b\xff\xc3", 5);
	term_row_is(app->term, ROW_INPUT, "text> a\\0b\\xff\\xc3");
	term_wait_row(app->term, ROW_PREVIEW, "text 5 B -> ");
	term_key(app->term, "Enter");
	assert_true(app_hears(app, "a\0b\xff\xc3", 5));
}

/* However the terminal cuts it, end marker included. */
static void test_a_paste_in_single_bytes(void **state)
{
	static const char bytes[] = "\x1b[200~one\rtwo\x1b[20\x1b[201~";
	struct app *app = *state;

	for (size_t i = 0; i < sizeof(bytes) - 1; i++)
		TERM_CHECK(app->term, term_send(app->term, bytes + i, 1));
	term_row_is(app->term, ROW_INPUT, "text> one\u21b5two^[[20");
	term_key(app->term, "Enter");
	app_heard(app, "one\ntwo\x1b[20");
}

static void test_a_paste_in_the_list_does_nothing(void **state)
{
	struct app *app = *state;

	app_line(app->term, "one");
	app_heard(app, "one");
	term_key(app->term, "Shift-Tab");
	term_wait(app->term, "one");
	paste_text(app->term, "q\rjkG:quit\r");
	term_wait_row(app->term, ROW_MESSAGE, "is no key here");
	term_keys(app->term, "i");
	term_keys(app->term, "still");
	term_row_is(app->term, ROW_INPUT, "text> still");
	term_key(app->term, "Enter");
	app_heard(app, "still");
}

static void test_a_pasted_dump_is_read_as_hex(void **state)
{
	struct app *app = *state;

	paste_text(app->term, "00000000: 0001 0203 6869  ....hi\r");
	term_wait(app->term, "looks like hex, F5 rereads it as 6 bytes");
	term_key(app->term, "F5");
	term_wait_row(app->term, ROW_PREVIEW, "hex 6 B -> ");
	term_key(app->term, "Enter");
	app_heard(app, "\0\1\2\3hi");
}

static void test_too_much_is_refused_and_kept(void **state)
{
	struct app *app = *state;
	size_t size = 70000;
	char *text = malloc(size);

	assert_non_null(text);
	memset(text, 'm', size);
	term_paste(app->term, text, size);
	term_wait(app->term, "text 70000 B -> ");
	term_wait(app->term, "70000 bytes do not fit one datagram: at most 65507");
	term_key(app->term, "Enter");
	term_wait(app->term, "over IPv4 (kept");
	term_wait(app->term, "text 70000 B -> ");
	term_key(app->term, "Ctrl-C");
	term_row_is(app->term, ROW_INPUT, "text>");
	term_paste(app->term, text, 65507);
	term_wait(app->term, "text 65507 B -> ");
	term_key(app->term, "Enter");
	assert_true(app_hears(app, text, 65507));
	free(text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
#define TEST(name) cmocka_unit_test_setup_teardown(name, app_setup, app_teardown)
		TEST(test_ten_kilobytes_arrive_whole),
		TEST(test_lines_are_one_datagram),
		TEST(test_a_colon_does_not_make_a_command),
		TEST(test_a_paste_into_a_line_is_part_of_it),
		TEST(test_control_bytes_are_payload),
		TEST(test_a_paste_in_single_bytes),
		TEST(test_a_paste_in_the_list_does_nothing),
		TEST(test_a_pasted_dump_is_read_as_hex),
		TEST(test_too_much_is_refused_and_kept),
	};

	return cmocka_run_group_tests_name("paste", tests, NULL, NULL);
}
