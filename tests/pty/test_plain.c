/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * --plain: a prompt on the last row of a terminal of which nothing is asked, and lines
 * above it.  The program writes text, "\r" and "\n", and never anything else.
 */
#include "app.h"

#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define PORT_MARK "open 127.0.0.1:"

static int start(struct app *app)
{
	static const char *const env[] = { "TERM=dumb", NULL };

	app->term = app_run(24, 120, env, "--plain -s 127.0.0.1 127.0.0.1 %u", app->peer.port);
	return app->term ? 0 : -1;
}

static int setup(void **state)
{
	return app_setup_peer(state) == 0 ? start(*state) : -1;
}

/* Nothing that was written so far would move the cursor, ask or ring. */
static void is_plain(struct term *t)
{
	for (int byte = 0; byte < 0x20; byte++) {
		char c = (char)byte;

		if (c != '\r' && c != '\n' && c != '\t' && term_wrote(t, &c, 1)) {
			term_dump(t, stderr);
			fail_msg("byte %02x was written", byte);
		}
	}
	assert_false(term_wrote(t, "\x7f", 1));
}

static void test_a_filter_is_told_as_it_was_understood(void **state)
{
	const char costly[] = "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaab";
	struct app *app = *state;

	app_line(app->term, ":filter text ~ /^(a+)+$/");
	term_wait(app->term, "from now on is printed where text ~ /^(a+)+$/");
	app_line(app->term, "hello");
	app_heard(app, "hello");
	assert_true(peer_answer(&app->peer, costly, strlen(costly)));
	term_wait(app->term, "the filter is too costly for some packets: they are not printed");
	app_line(app->term, ":filter");
	term_wait(app->term, "from now on is printed everything");
	is_plain(app->term);
}

static void test_a_line_is_sent_and_answered(void **state)
{
	struct app *app = *state;

	term_row_is(app->term, 1, "text>");
	term_wait_row(app->term, 0, "[1] " PORT_MARK);
	app_line(app->term, "hello");
	app_heard(app, "hello");
	term_row_is(app->term, 1, "text> hello");
	assert_true(peer_answer(&app->peer, "you\n too", 8));
	term_wait_row(app->term, 2, "you\\n too");
	term_row_is(app->term, 3, "text>");
	term_cursor_is(app->term, 3, TEXT_COL);
	is_plain(app->term);
}

/* What arrives goes above; the line and its cursor stay. */
static void test_half_a_line_survives_a_datagram(void **state)
{
	struct app *app = *state;

	app_line(app->term, "first");
	app_heard(app, "first");
	term_keys(app->term, "half a line");
	term_row_is(app->term, 2, "text> half a line");
	term_key(app->term, "Ctrl-B");
	term_key(app->term, "Ctrl-B");
	term_cursor_is(app->term, 2, TEXT_COL + 9);
	assert_true(peer_answer(&app->peer, "news", 4));
	term_wait_row(app->term, 2, "news");
	term_row_is(app->term, 3, "text> half a line");
	term_cursor_is(app->term, 3, TEXT_COL + 9);
	term_keys(app->term, "X");
	term_row_is(app->term, 3, "text> half a liXne");
	term_key(app->term, "Enter");
	app_heard(app, "half a liXne");
	term_row_is(app->term, 4, "text>");
	is_plain(app->term);
}

static void test_commands_and_completion(void **state)
{
	struct app *app = *state;

	term_keys(app->term, ":sock");
	term_row_is(app->term, 1, "cmd> :sock");
	term_key(app->term, "Tab");
	term_row_is(app->term, 2, "cmd> :socket");
	term_wait_row(app->term, 1, "socket  sockets");
	term_keys(app->term, "s");
	term_key(app->term, "Enter");
	term_wait_row(app->term, 4, "bound to");
	term_wait_row(app->term, 5, "[1*]");
	term_row_is(app->term, 6, "text>");
	app_line(app->term, ":input hex");
	term_row_is(app->term, 7, "hex>");
	app_line(app->term, "68 69");
	app_heard(app, "hi");
	app_line(app->term, ":show #1");
	term_wait(app->term, "0000  68 69");
	app_line(app->term, ":follow");
	term_wait(app->term, "udpdeck: ");
	is_plain(app->term);
}

static void test_a_fault_keeps_the_line(void **state)
{
	struct app *app = *state;

	app_line(app->term, "bad \\q");
	term_wait_row(app->term, 2, "udpdeck: column 5: \"\\q\" is no escape");
	term_row_is(app->term, 3, "text> bad \\q");
	term_cursor_is(app->term, 3, TEXT_COL + 4);
	term_key(app->term, "Ctrl-D");
	term_key(app->term, "Ctrl-D");
	term_key(app->term, "Enter");
	app_heard(app, "bad ");
	is_plain(app->term);
}

static void test_ctrl_c_clears_then_stops_then_hints(void **state)
{
	struct app *app = *state;

	app_line(app->term, ":every 1s send tick");
	app_heard(app, "tick");
	term_keys(app->term, "abc");
	term_wait(app->term, "text> abc");
	term_key(app->term, "Ctrl-C");
	term_wait(app->term, "text> abc^C");
	term_key(app->term, "Ctrl-D");
	term_wait(app->term, "1 job runs: again to leave");
	term_key(app->term, "Ctrl-C");
	term_wait(app->term, "1 job stopped");
	term_key(app->term, "Ctrl-C");
	term_wait(app->term, "to leave: :q");
	term_key(app->term, "Ctrl-D");
	term_exit_is(app->term, 0);
	is_plain(app->term);
}

static void test_a_long_line_is_scrolled(void **state)
{
	struct app *app = *state;

	term_resize(app->term, 24, 30);
	term_keys(app->term, "0123456789abcdefghijklmnopqrstuvwxyz");
	term_row_is(app->term, 1, "text> <klmnopqrstuvwxyz");
	term_key(app->term, "Ctrl-A");
	term_row_is(app->term, 1, "text>  0123456789abcdefghijk>");
	term_cursor_is(app->term, 1, TEXT_COL + 1);
	term_key(app->term, "Enter");
	app_heard(app, "0123456789abcdefghijklmnopqrstuvwxyz");
	is_plain(app->term);
}

/* From another port: a peer that has no number yet is told with it. */
static void test_a_new_peer_is_told(void **state)
{
	struct app *app = *state;
	uint16_t port = app_port(app);
	struct udp_peer other;
	char text[8];

	assert_true(peer_open(&other, "127.0.0.1", 0));
	assert_true(peer_send(&other, "127.0.0.1", port, "me", 2));
	term_wait(app->term, " is new: :to @2 answers it");
	app_line(app->term, ":to @2");
	app_line(app->term, "you");
	assert_int_equal(peer_recv(&other, text, sizeof(text)), 3);
	peer_close(&other);
	is_plain(app->term);
}

static void test_hostile_bytes_change_nothing(void **state)
{
	static const char hostile[] = "\x1b[2J\x1b]0;owned\a\x9b"
				      "2J\r\n\t\b\x0e\x7f\xc2\x9b\xe2\x80\xae";
	struct app *app = *state;
	struct vt_state before;

	app_line(app->term, "first");
	app_heard(app, "first");
	before = term_state(app->term);
	term_keys(app->term, "half");
	assert_true(peer_answer(&app->peer, hostile, sizeof(hostile)));
	term_wait(app->term, "\\x1b[2J\\x1b]0;owned\\x07\\x9b2J");
	term_row_is(app->term, 1, "text> first");
	term_wait(app->term, "text> half");
	term_unharmed(app->term, &before);
	is_plain(app->term);
}

static void test_a_flood_does_not_stop_the_keyboard(void **state)
{
	struct app *app = *state;
	uint16_t port = app_port(app);

	for (int i = 0; i < 3000; i++)
		assert_true(peer_send(&app->peer, "127.0.0.1", port, "flood", 5));
	app_line(app->term, "still here");
	app_heard(app, "still here");
	is_plain(app->term);
}

/* ---- from a shell and back ---- */

/* The quotes keep what is typed from looking like the answer. */
static struct term *shell(struct app *app)
{
	static const char *const argv[] = { "sh", "-i", NULL };
	char program[4096], line[120];
	const char *const env[] = { program, "TERM=dumb", "PS1=shell> ", "ENV=", NULL };

	snprintf(program, sizeof(program), "UDPDECK=%s", getenv("UDPDECK"));
	app->term = term_start(24, 120, argv, env);
	assert_non_null(app->term);
	term_wait(app->term, "shell>");
	app_line(app->term, "before=$(stty -g)");
	snprintf(line, sizeof(line),
		 "\"$UDPDECK\" --no-rc -n --plain 127.0.0.1 %u; echo left \"\" $?", app->peer.port);
	app_line(app->term, line);
	term_wait(app->term, "text>");
	return app->term;
}

/* The "count"th time. */
static void check_left(struct term *t, int count)
{
	app_line(t, "[ \"$before\" = \"$(stty -g)\" ] && echo settings \"\" kept");
	term_count_is(t, "settings  kept", count);
}

static void test_quitting(void **state)
{
	struct app *app = *state;
	struct term *t = shell(app);

	term_keys(t, "draft");
	term_wait(t, "text> draft");
	term_key(t, "F10");
	term_wait(t, "left  0");
	check_left(t, 1);
}

static void test_ctrl_z_and_fg(void **state)
{
	struct app *app = *state;
	struct term *t = shell(app);

	term_keys(t, "half");
	term_wait(t, "text> half");
	term_key(t, "Ctrl-Z");
	term_count_is(t, "shell>", 3);
	check_left(t, 1);
	app_line(t, "fg");
	term_count_is(t, "text> half", 1);
	term_keys(t, " a line");
	term_wait(t, "text> half a line");
	term_key(t, "Enter");
	app_heard(app, "half a line");
	term_key(t, "Ctrl-D");
	term_count_is(t, "shell>", 5);
	check_left(t, 2);
	is_plain(t);
}

static void test_signals_end_it(void **state)
{
	static const int signals[] = { SIGTERM, SIGHUP, SIGINT, SIGQUIT };
	struct app *app = *state;

	for (size_t i = 0; i < sizeof(signals) / sizeof(signals[0]); i++) {
		assert_int_equal(start(app), 0);
		term_keys(app->term, "half");
		term_wait(app->term, "text> half");
		term_signal(app->term, signals[i]);
		term_exit_is(app->term, 0);
		term_end(app->term);
		app->term = NULL;
	}
}

static void test_the_terminal_may_be_missing(void **state)
{
	char line[600];
	const char *const argv[] = { "sh", "-c", line, NULL };
	struct app *app = *state;

	snprintf(line, sizeof(line),
		 "\"%s\" --no-rc --plain 127.0.0.1 9 </dev/null; echo status $?",
		 getenv("UDPDECK"));
	app->term = term_start(24, 120, argv, NULL);
	assert_non_null(app->term);
	term_wait(app->term, "--plain is a prompt");
	term_wait(app->term, "status 1");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, app_teardown)

#define SHELL_TEST(name) cmocka_unit_test_setup_teardown(name, app_setup_peer, app_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_a_line_is_sent_and_answered),
		TEST(test_a_filter_is_told_as_it_was_understood),
		TEST(test_half_a_line_survives_a_datagram),
		TEST(test_commands_and_completion),
		TEST(test_a_fault_keeps_the_line),
		TEST(test_ctrl_c_clears_then_stops_then_hints),
		TEST(test_a_long_line_is_scrolled),
		TEST(test_a_new_peer_is_told),
		TEST(test_hostile_bytes_change_nothing),
		TEST(test_a_flood_does_not_stop_the_keyboard),
		SHELL_TEST(test_quitting),
		SHELL_TEST(test_ctrl_z_and_fg),
		SHELL_TEST(test_signals_end_it),
		SHELL_TEST(test_the_terminal_may_be_missing),
	};

	return cmocka_run_group_tests_name("plain", tests, NULL, NULL);
}
