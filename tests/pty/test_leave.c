/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Every way out, and the ways out for a while: the terminal is as it was before.
 *
 * A shell starts the program, so the test sees what a person would see afterwards:
 * the shell's prompt, its screen, the terminal's settings (stty), the exit status.
 */
#include "app.h"
#include "look.h"

#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))
#define PROMPT "shell>"
/* The quotes keep what is typed from looking like the answer. */
#define SAY_STATUS "; echo left \"\" $?"

static struct term *shell(struct app *app, const char *variable)
{
	static const char *const argv[] = { "sh", "-i", NULL };
	char program[4096], asan[4096];
	const char *const env[] = { program, asan, "PS1=" PROMPT " ", "ENV=", variable, NULL };
	const char *options = getenv("ASAN_OPTIONS");

	/* a sanitizer's own handlers would turn the signal into an exit status */
	snprintf(asan, sizeof(asan),
		 "ASAN_OPTIONS=%s:handle_abort=0:handle_segv=0:"
		 "handle_sigbus=0:handle_sigfpe=0",
		 options ? options : "");
	snprintf(program, sizeof(program), "UDPDECK=%s", getenv("UDPDECK"));
	/* wide enough for each message to be one row */
	app->term = term_start(24, 120, argv, env);
	assert_non_null(app->term);
	term_wait(app->term, PROMPT);
	app_line(app->term, "before=$(stty -g)");
	return app->term;
}

static void run(struct app *app)
{
	char line[80];

	snprintf(line, sizeof(line), "\"$UDPDECK\" --no-rc -n 127.0.0.1 %u" SAY_STATUS,
		 app->peer.port);
	app_line(app->term, line);
	term_wait(app->term, "F1Help");
	term_wait(app->term, "text>");
	assert_true(term_state(app->term).alt_screen);
	assert_true(term_state(app->term).bracketed_paste);
}

static bool is_left(struct term *t, void *ctx)
{
	struct vt_state s = term_state(t);

	(void)ctx;
	return !s.alt_screen && !s.bracketed_paste && s.cursor_visible && !s.app_cursor_keys &&
	       s.mouse == VT_MOUSE_NONE;
}

static void check_settings(struct term *t)
{
	app_line(t, "[ \"$before\" = \"$(stty -g)\" ] && echo settings \"\" kept");
	term_wait(t, "settings  kept");
	app_line(t, "clear");
	term_gone(t, "settings  kept");
}

/*
 * The shell says it: the status, and whether the terminal's settings are those of before.
 * What is typed before it has said so is thrown away, as it must be: it was not for it.
 */
static void check_left(struct term *t, int status)
{
	char want[40];

	snprintf(want, sizeof(want), "left  %d", status);
	term_wait(t, want);
	term_wait_fn(t, is_left, NULL);
	check_settings(t);
}

static void test_quitting(void **state)
{
	static const struct {
		const char *keys, *key;
	} ways[] = {
		{ ":q\r", NULL },
		{ ":quit\r", NULL },
		{ "", "F10" },
		{ "", "Ctrl-D" },
		{ ":help\r", "F10" },
		{ ":focus list\r", "F10" },
		{ ":focus details\r", "F10" },
		{ "draft", "F10" },
	};
	struct app *app = *state;
	struct term *t = shell(app, NULL);

	for (size_t i = 0; i < COUNT(ways); i++) {
		run(app);
		term_keys(t, ways[i].keys);
		if (ways[i].key)
			term_key(t, ways[i].key);
		check_left(t, 0);
	}
	assert_true(peer_is_quiet(&app->peer));
}

/* In the middle of a line Ctrl-D deletes, in the list it moves: neither leaves. */
static void test_ctrl_d_leaves_only_from_an_empty_line(void **state)
{
	struct app *app = *state;
	struct term *t = shell(app, NULL);

	run(app);
	term_keys(t, "ab");
	term_key(t, "Home");
	term_key(t, "Ctrl-D");
	term_row_is(t, ROW_INPUT, "text> b");
	term_key(t, "Ctrl-D");
	term_row_is(t, ROW_INPUT, "text>");
	app_line(t, ":focus list");
	term_key(t, "Ctrl-D");
	term_keys(t, "iback");
	term_row_is(t, ROW_INPUT, "text> back");
	term_key(t, "Ctrl-U");
	term_key(t, "Ctrl-D");
	check_left(t, 0);
}

/* The only child of the shell. */
static pid_t program_of(struct term *t)
{
	char path[64], text[32] = "";
	FILE *f;

	snprintf(path, sizeof(path), "/proc/%d/task/%d/children", term_pid(t), term_pid(t));
	f = fopen(path, "re");
	if (f && !fgets(text, sizeof(text), f))
		text[0] = '\0';
	if (f)
		fclose(f);
	return (pid_t)strtol(text, NULL, 10);
}

static void test_signals_put_the_terminal_back(void **state)
{
	static const struct {
		int sig, status;
	} cases[] = {
		{ SIGTERM, 0 },
		{ SIGHUP, 0 },
		{ SIGABRT, 128 + SIGABRT },
		{ SIGSEGV, 128 + SIGSEGV },
		{ SIGBUS, 128 + SIGBUS },
		{ SIGFPE, 128 + SIGFPE },
	};
	struct app *app = *state;
	struct term *t = shell(app, NULL);

	app_line(t, "ulimit -c 0");
	for (size_t i = 0; i < COUNT(cases); i++) {
		pid_t pid;

		run(app);
		app_line(t, ":set mouse on");
		term_wait(t, "mouse is on");
		pid = program_of(t);
		if (pid <= 0) {
			print_message("no /proc/PID/task/PID/children here\n");
			skip();
		}
		kill(pid, cases[i].sig);
		check_left(t, cases[i].status);
	}
}

/* ---- for a while ---- */

static void check_away_and_back(struct app *app, const char *before)
{
	struct term *t = app->term;

	term_keys(t, before);
	term_wait(t, "F1Help");
	term_key(t, "Ctrl-Z");
	term_wait_fn(t, is_left, NULL);
	term_wait(t, "Stopped");
	check_settings(t);
	app_line(t, "fg" SAY_STATUS);
	term_wait(t, "F1Help");
	term_wait(t, "text>");
	assert_true(term_state(t).alt_screen);
}

static void test_ctrl_z_and_fg(void **state)
{
	static const char *const befores[] = { "", ":focus list\r", ":focus details\r", ":help\r" };
	struct app *app = *state;
	struct term *t = shell(app, NULL);

	run(app);
	for (size_t i = 0; i < COUNT(befores); i++) {
		check_away_and_back(app, befores[i]);
		term_key(t, "Ctrl-C");
		term_wait_row(t, ROW_HEADS, "No Time");
		app_line(t, "I am back");
		app_heard(app, "I am back");
	}
	/* pastes are bracketed again */
	term_paste(t, "a\rb", 3);
	term_row_is(t, ROW_INPUT, "text> a\u21b5b");
	term_key(t, "Ctrl-C");
	app_line(t, ":q");
	check_left(t, 0);
}

static bool is_gone_for_long(struct term *t, void *ctx)
{
	struct timespec now;

	(void)t;
	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec >= *(const time_t *)ctx;
}

/* The list says how long nothing was read. */
static void test_being_stopped_is_an_event(void **state)
{
	struct app *app = *state;
	struct term *t = shell(app, NULL);
	struct timespec now;
	time_t back;

	run(app);
	term_key(t, "Ctrl-Z");
	term_wait_fn(t, is_left, NULL);
	term_wait(t, "Stopped");
	clock_gettime(CLOCK_MONOTONIC, &now);
	back = now.tv_sec + 2;
	term_wait_fn(t, is_gone_for_long, &back);
	app_line(t, "fg" SAY_STATUS);
	term_wait(t, "stopped ");
	app_line(t, ":q");
	check_left(t, 0);
}

static void test_the_editor_edits_the_line(void **state)
{
	char path[] = "/tmp/test_leave.XXXXXX", variable[64];
	static const char script[] = "#!/bin/sh\n"
				     "tr a-z A-Z <\"$1\" >\"$1.new\" && cat \"$1.new\" >\"$1\"\n"
				     "rm \"$1.new\"\n";
	struct app *app = *state;
	int fd = mkstemp(path);
	struct term *t;

	assert_true(fd >= 0);
	assert_int_equal(write(fd, script, sizeof(script) - 1), sizeof(script) - 1);
	fchmod(fd, 0700);
	close(fd);
	snprintf(variable, sizeof(variable), "VISUAL=%s", path);
	t = shell(app, variable);
	run(app);
	term_keys(t, "louder");
	term_row_is(t, ROW_INPUT, "text> louder");
	term_key(t, "Ctrl-X");
	term_key(t, "Ctrl-E");
	term_row_is(t, ROW_INPUT, "text> LOUDER");
	term_wait_row(t, ROW_KEYS, "F1Help");
	assert_true(term_state(t).alt_screen);
	assert_true(peer_is_quiet(&app->peer));
	term_key(t, "Enter");
	app_heard(app, "LOUDER");
	app_line(t, ":q");
	check_left(t, 0);
	unlink(path);
}

/* ---- never in ---- */

static void test_on_an_unknown_terminal_it_says_so(void **state)
{
	static const char *const lines[] = {
		"TERM=nonsense \"$UDPDECK\" --no-rc -n 127.0.0.1 9",
		"unset TERM; \"$UDPDECK\" --no-rc -n 127.0.0.1 9",
	};
	static const char *const words[] = { "nonsense", "TERM" };
	struct app *app = *state;
	struct term *t = shell(app, NULL);

	for (size_t i = 0; i < COUNT(lines); i++) {
		char line[160];

		snprintf(line, sizeof(line), "clear; (%s)" SAY_STATUS, lines[i]);
		app_line(t, line);
		term_wait_row(t, 0, "udpdeck: ");
		term_wait_row(t, 0, words[i]);
		/* one line, no more */
		term_row_is(t, 1, "left  1");
		check_left(t, 1);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
#define TEST(name) cmocka_unit_test_setup_teardown(name, app_setup_peer, app_teardown)
		TEST(test_quitting),
		TEST(test_ctrl_d_leaves_only_from_an_empty_line),
		TEST(test_signals_put_the_terminal_back),
		TEST(test_ctrl_z_and_fg),
		TEST(test_being_stopped_is_an_event),
		TEST(test_the_editor_edits_the_line),
		TEST(test_on_an_unknown_terminal_it_says_so),
	};

	return cmocka_run_group_tests_name("leave", tests, NULL, NULL);
}
