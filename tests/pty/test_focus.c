/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Where keys go: sequences cut by a slow link, lone Esc, keys that nobody knows, other
 * key maps, and what must never take the focus.
 */
#include "app.h"
#include "look.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static bool has_focus(struct term *t, void *ctx)
{
	return look_focus(t, *(enum focus *)ctx);
}

static void wait_focus(struct term *t, enum focus focus)
{
	TERM_CHECK(t, term_until(t, has_focus, &focus, DEADLINE_DEFAULT_MS));
}

static void send_bytes(struct term *t, const char *bytes, size_t len)
{
	for (size_t i = 0; i < len; i++)
		TERM_CHECK(t, term_send(t, bytes + i, 1));
}

/* With time enough between the bytes, they are one key, in the line and in the panes. */
static void test_sequences_cut_into_bytes(void **state)
{
	static const struct {
		const char *bytes, *title;
	} cases[] = {
		{ "\033OP", "-help: keys -" },    { "\033[11~", "-help: keys -" },
		{ "\033OQ", "-open a socket: " }, { "\033[18~", "-options of [1] -" },
		{ "\033[19~", "-groups -" },
	};
	struct app *app = *state;
	struct term *t = app->term;

	app_line(t, ":set escape-time 2s");
	term_wait_row(t, ROW_MESSAGE, "escape-time is 2000ms");
	for (size_t i = 0; i < COUNT(cases); i++) {
		send_bytes(t, cases[i].bytes, strlen(cases[i].bytes));
		term_wait(t, cases[i].title);
		/* from panel to panel, then home */
		send_bytes(t, "\033OQ", 3);
		term_wait(t, "-open a socket: ");
		term_keys(t, "q");
		wait_focus(t, FOCUS_LINE);
	}
	term_keys(t, "ab");
	send_bytes(t, "\033[D", 3);
	term_cursor_is(t, 22, TEXT_COL + 1);
	send_bytes(t, "\033[1;5D", 6);
	term_cursor_is(t, 22, TEXT_COL);
	send_bytes(t, "\033[3~", 4);
	term_row_is(t, ROW_INPUT, "text> b");
}

static void test_a_lone_esc_leaves_every_pane(void **state)
{
	static const struct {
		const char *line;
		enum focus focus;
	} cases[] = {
		{ ":focus list", FOCUS_LIST },
		{ ":focus details", FOCUS_DETAILS },
		{ ":help", FOCUS_PANEL },
	};
	struct app *app = *state;

	app_line(app->term, "one");
	app_heard(app, "one");
	term_wait(app->term, " one");
	for (size_t i = 0; i < COUNT(cases); i++) {
		app_line(app->term, cases[i].line);
		wait_focus(app->term, cases[i].focus);
		term_key(app->term, "Esc");
		wait_focus(app->term, FOCUS_LINE);
	}
	/* in the line it does nothing to the text */
	term_keys(app->term, "kept");
	term_row_is(app->term, ROW_INPUT, "text> kept");
	term_key(app->term, "Esc");
	term_keys(app->term, "!");
	term_wait_row(app->term, ROW_INPUT, "kept");
	assert_true(peer_is_quiet(&app->peer));
}

/* What no key is bound to leaves nothing behind in the line. */
static void test_unknown_keys_type_nothing(void **state)
{
	/* no key at all, a terminal's answer, focus and mouse reports, an empty paste */
	static const char *const sequences[] = {
		"\033[99~", "\033[1;9P", "\033[?1;2c",   "\033OM",
		"\033[I",   "\033[O",    "\033[<0;5;5M", "\033[200~\033[201~",
	};
	struct app *app = *state;
	struct term *t = app->term;

	for (size_t i = 0; i < COUNT(sequences); i++)
		term_keys(t, sequences[i]);
	term_keys(t, "text");
	term_row_is(t, ROW_INPUT, "text> text");
	term_key(t, "Enter");
	app_heard(app, "text");
}

static void test_plain_keys_in_panes_are_hints(void **state)
{
	static const char *const lines[] = { ":focus list", ":focus details", ":help" };
	struct app *app = *state;

	app_line(app->term, "one");
	app_heard(app, "one");
	term_wait(app->term, " one");
	for (size_t i = 0; i < COUNT(lines); i++) {
		app_line(app->term, lines[i]);
		term_keys(app->term, "Z");
		term_wait_row(app->term, ROW_MESSAGE, " Z is no key here: ? lists them, i goes");
		term_keys(app->term, "\u00fc");
		term_wait_row(app->term, ROW_MESSAGE, "\u00fc is no key here");
		term_keys(app->term, "i");
		wait_focus(app->term, FOCUS_LINE);
		term_row_is(app->term, ROW_INPUT, "text>");
	}
	assert_true(peer_is_quiet(&app->peer));
}

/* Packets, errors and new peers change neither the line nor the focus. */
static void test_nothing_takes_the_focus(void **state)
{
	struct app *app = *state;
	struct term *t = app->term;
	uint16_t port = app_port(app);
	struct udp_peer closed;
	char line[64];

	assert_true(peer_open_closed(&closed, "127.0.0.1"));
	snprintf(line, sizeof(line), ":to 127.0.0.1 %u send x", closed.port);
	app_line(t, line);
	term_keys(t, "draft");
	term_key(t, "Left");
	term_wait(t, "port unreachable");
	assert_true(peer_send(&app->peer, "127.0.0.1", port, "news", 4));
	term_wait(t, " news");
	term_row_is(t, ROW_INPUT, "text> draft");
	term_cursor_is(t, 22, TEXT_COL + 4);
	wait_focus(t, FOCUS_LINE);
	/* nor from the list to the line; the selection stays where it is */
	term_key(t, "Shift-Tab");
	term_key(t, "Up");
	term_wait_row(t, ROW_COUNTERS, "PAUSED at #4, 0 newer");
	assert_true(peer_send(&app->peer, "127.0.0.1", port, "more", 4));
	term_wait_row(t, ROW_COUNTERS, "PAUSED at #4, 1 newer");
	wait_focus(t, FOCUS_LIST);
	term_keys(t, "G");
	term_gone(t, "PAUSED");
	term_keys(t, "i");
	term_row_is(t, ROW_INPUT, "text> draft");
	peer_close(&closed);
}

static void test_enter_goes_into_the_details_and_tab_around(void **state)
{
	struct app *app = *state;
	struct term *t = app->term;

	app_line(t, "one");
	app_heard(app, "one");
	term_key(t, "Shift-Tab");
	wait_focus(t, FOCUS_LIST);
	term_key(t, "Enter");
	term_wait(t, "-#1 ");
	wait_focus(t, FOCUS_LIST);
	term_key(t, "Enter");
	wait_focus(t, FOCUS_DETAILS);
	term_key(t, "Tab");
	wait_focus(t, FOCUS_LINE);
	term_key(t, "Shift-Tab");
	wait_focus(t, FOCUS_LIST);
	term_key(t, "Tab");
	wait_focus(t, FOCUS_DETAILS);
	term_key(t, "Shift-Tab");
	wait_focus(t, FOCUS_LIST);
	term_key(t, "Shift-Tab");
	wait_focus(t, FOCUS_LINE);
	assert_true(peer_is_quiet(&app->peer));
}

static void test_a_row_of_a_panel_goes_into_the_line(void **state)
{
	struct app *app = *state;

	term_key(app->term, "F2");
	term_wait(app->term, ">");
	term_keys(app->term, "jj");
	term_key(app->term, "Enter");
	term_row_is(app->term, ROW_INPUT, "cmd> :open [::1]:5000");
	term_cursor_is(app->term, 22, CMD_COL + 16);
	term_wait_row(app->term, ROW_HEADS, "No Time");
	wait_focus(app->term, FOCUS_LINE);
}

/* Of so many columns that their words cannot go on below. */
static void test_a_wide_panel_goes_to_the_side(void **state)
{
	static const char *const keys[][2] = { { "Right", "Left" }, { "l", "h" } };
	struct app *app = *state;
	struct term *t;

	t = app->term = app_run(24, 60, NULL, "127.0.0.1 %u", app->peer.port);
	assert_non_null(t);
	app_line(t, ":sockets");
	term_wait_row(t, LOOK_PANEL_TOP, "bound to");
	for (int i = 0; i < 2; i++) {
		assert_true(i ? term_send_text(t, keys[i][0]) : term_send_key(t, keys[i][0]));
		term_wait_row(t, LOOK_PANEL_TOP, "buffer");
		term_gone(t, "bound to");
		assert_true(i ? term_send_text(t, keys[i][1]) : term_send_key(t, keys[i][1]));
		term_wait_row(t, LOOK_PANEL_TOP, "bound to");
	}
}

static void test_vi_keys_of_the_inputrc(void **state)
{
	static const char inputrc[] = "set editing-mode vi\n";
	char path[] = "/tmp/test_focus.XXXXXX", variable[64];
	const char *const env[] = { variable, NULL };
	struct app *app = *state;
	int fd = mkstemp(path);
	struct term *t;

	assert_true(fd >= 0);
	assert_int_equal(write(fd, inputrc, sizeof(inputrc) - 1), sizeof(inputrc) - 1);
	close(fd);
	snprintf(variable, sizeof(variable), "INPUTRC=%s", path);
	t = app->term = app_run(24, 80, env, "127.0.0.1 %u", app->peer.port);
	unlink(path);
	assert_non_null(t);
	term_keys(t, "one two");
	term_row_is(t, ROW_INPUT, "text> one two");
	term_key(t, "Esc");
	term_cursor_is(t, 22, TEXT_COL + 6);
	term_keys(t, "0x");
	term_row_is(t, ROW_INPUT, "text> ne two");
	term_keys(t, "dw");
	term_row_is(t, ROW_INPUT, "text> two");
	/* keys with a name are the program's here too */
	term_key(t, "F5");
	term_row_is(t, ROW_INPUT, "hex> two");
	term_key(t, "F5");
	term_row_is(t, ROW_INPUT, "text> two");
	term_keys(t, "A!");
	term_row_is(t, ROW_INPUT, "text> two!");
	term_key(t, "Enter");
	app_heard(app, "two!");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
#define TEST(name, setup) cmocka_unit_test_setup_teardown(name, setup, app_teardown)
		TEST(test_sequences_cut_into_bytes, app_setup),
		TEST(test_a_lone_esc_leaves_every_pane, app_setup),
		TEST(test_unknown_keys_type_nothing, app_setup),
		TEST(test_plain_keys_in_panes_are_hints, app_setup),
		TEST(test_nothing_takes_the_focus, app_setup),
		TEST(test_enter_goes_into_the_details_and_tab_around, app_setup),
		TEST(test_a_row_of_a_panel_goes_into_the_line, app_setup),
		TEST(test_a_wide_panel_goes_to_the_side, app_setup_peer),
		TEST(test_vi_keys_of_the_inputrc, app_setup_peer),
	};

	return cmocka_run_group_tests_name("focus", tests, NULL, NULL);
}
