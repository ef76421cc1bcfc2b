/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The screen in terminals of several kinds: styles, sizes, stalls, and every way out.
 */
#include "demo.h"

#include "deadline.h"
#include "term_impl.h" /* the terminal's descriptor, for its termios */

#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

#include <cmocka.h>

static struct term *start_with(void **state, const char *variable)
{
	const char *const env[] = { variable, NULL };
	struct term *t = demo_start(state, env);

	assert_non_null(t);
	return t;
}

static struct term *start(void **state)
{
	return start_with(state, NULL);
}

/* As a shell left it: the master side answers for the terminal. */
static bool is_cooked(const struct term *t)
{
	struct termios tio;

	return tcgetattr(t->pty, &tio) == 0 && (tio.c_lflag & ICANON) && (tio.c_lflag & ECHO) &&
	       (tio.c_lflag & ISIG) && (tio.c_iflag & ICRNL) && (tio.c_iflag & IXON) &&
	       (tio.c_oflag & ONLCR);
}

static bool is_left(struct term *t, void *ctx)
{
	struct vt_state s = term_state(t);

	(void)ctx;
	return !s.alt_screen && !s.bracketed_paste && !s.app_cursor_keys && s.cursor_visible &&
	       is_cooked(t);
}

/* ---- kinds of terminals ---- */

static void test_modes(void **state)
{
	struct term *t = start(state);
	struct vt_state s = term_state(t);
	struct termios tio;

	assert_true(s.alt_screen && s.bracketed_paste && s.app_cursor_keys && s.cursor_visible);
	assert_int_equal(tcgetattr(t->pty, &tio), 0);
	assert_false(tio.c_lflag & (ICANON | ECHO | ISIG | IEXTEN));
	assert_false(tio.c_iflag & (ICRNL | IXON));
	term_keys(t, "quit\r");
	term_exit_is(t, 0);
	assert_true(is_left(t, NULL));
	assert_true(term_shows(t, "left"));
}

static void status_is(struct term *t, int fg, int bg, bool reverse)
{
	struct vt_cell cell;

	assert_true(vt_cell(term_vt(t), 0, 0, &cell));
	assert_string_equal(cell.text, "m");
	assert_int_equal(cell.fg, fg);
	assert_int_equal(cell.bg, bg);
	assert_int_equal(cell.reverse, reverse);
}

static void test_colors(void **state)
{
	struct term *t = start(state);
	struct vt_cell cell;

	status_is(t, 7, 4, false);
	term_keys(t, "x");
	term_cursor_is(t, 1, TEXT_COL + 1);
	vt_cell(term_vt(t), 1, TEXT_COL, &cell);
	assert_string_equal(cell.text, "x");
	assert_int_equal(cell.fg, VT_DEFAULT_COLOR);
	assert_int_equal(cell.bg, VT_DEFAULT_COLOR);
}

static void test_no_color(void **state)
{
	status_is(start_with(state, "NO_COLOR=1"), VT_DEFAULT_COLOR, VT_DEFAULT_COLOR, true);
	demo_end(state);
	status_is(start_with(state, "NO_COLOR="), 7, 4, false);
}

static void test_vt100(void **state)
{
	struct term *t = start_with(state, "TERM=vt100");

	status_is(t, VT_DEFAULT_COLOR, VT_DEFAULT_COLOR, true);
	term_keys(t, "ab\033OD");
	term_cursor_is(t, 1, TEXT_COL + 1);
	term_key(t, "F1");
	term_wait_row(t, 0, "key=F1");
	term_keys(t, "\003quit\r");
	term_exit_is(t, 0);
	assert_true(is_cooked(t));
}

static void test_terminals_that_cannot(void **state)
{
	static const char *const kinds[] = { "nonsense", "dumb", "" };

	for (size_t i = 0; i < COUNT(kinds); i++) {
		char variable[40], want[100];
		const char *const env[] = { variable, NULL };
		struct term *t;

		snprintf(variable, sizeof(variable), "TERM=%s", kinds[i]);
		snprintf(want, sizeof(want), "error: TERM is \"%s\": ", kinds[i]);
		t = demo_run(state, 24, 120, env);
		assert_non_null(t);
		term_exit_is(t, 1);
		assert_true(term_shows(t, want));
		assert_true(is_cooked(t));
		demo_end(state);
	}
}

/* ---- sizes ---- */

static void test_sizes(void **state)
{
	static const int sizes[][2] = { { 5, 20 },  { 1, 1 },   { 50, 200 }, { 2, 300 },
					{ 120, 3 }, { 24, 80 }, { 1, 80 },   { 24, 80 } };
	struct term *t = start(state);
	char want[40];

	term_keys(t, "text");
	for (size_t i = 0; i < COUNT(sizes); i++) {
		term_resize(t, sizes[i][0], sizes[i][1]);
		if (sizes[i][0] < 4 || sizes[i][1] < 20)
			continue; /* too small to say so; the next one follows at once */
		snprintf(want, sizeof(want), "size=%dx%d", sizes[i][0], sizes[i][1]);
		term_wait_row(t, 0, sizes[i][1] < 40 ? "map=0 key=-" : want);
		term_row_is(t, 1, "> text");
	}
	term_wait_row(t, 0, "size=24x80");
	term_cursor_is(t, 1, TEXT_COL + 4);
}

static void test_redraw(void **state)
{
	struct term *t = start(state);

	term_keys(t, "text");
	term_row_is(t, 1, "> text");
	vt_feed(term_vt(t), "\033[2J\033[3;3Hgarbage", 18);
	term_key(t, "Ctrl-L");
	term_gone(t, "garbage");
	term_row_is(t, 1, "> text");
}

/* ---- stalls ---- */

static unsigned ticks_in(const char *path)
{
	FILE *f = fopen(path, "re");
	unsigned n = 0, last = 0;

	while (f && fscanf(f, "%u", &n) == 1)
		last = n;
	if (f)
		fclose(f);
	return last;
}

static bool has_worked(struct term *t, void *ctx)
{
	(void)t;
	return ticks_in(ctx) >= 2000;
}

static bool has_done_all(struct term *t, void *ctx)
{
	(void)t;
	return ticks_in(ctx) >= 2500;
}

/* The terminal is stalled, and the loop goes on all the same.  The caller unlinks the file. */
static struct term *stall(void **state, char *path)
{
	char variable[80];
	int fd = mkstemp(path);
	struct term *t;

	assert_true(fd >= 0);
	close(fd);
	snprintf(variable, sizeof(variable), "TICKS=%s", path);
	t = start_with(state, variable);
	term_keys(t, "work 2500\r");
	term_stall(t);
	TERM_CHECK(t, term_until(t, has_worked, path, 30000));
	return t;
}

static void test_stalled_terminal_holds_up_the_painter_alone(void **state)
{
	char path[] = "/tmp/ticks-XXXXXX";
	struct term *t = stall(state, path);

	unlink(path);
	term_unstall(t);
	term_wait(t, "ticks=2500");
	term_keys(t, "after");
	term_row_is(t, 1, "> after");
}

static void test_end_while_stalled(void **state)
{
	char path[] = "/tmp/ticks-XXXXXX";
	struct term *t = stall(state, path);
	int status;

	unlink(path);
	term_signal(t, SIGTERM);
	TERM_CHECK(t, term_until_exit(t, 5000, &status));
	assert_int_equal(status, 0);
	assert_true(is_cooked(t));
	term_unstall(t);
	term_wait_fn(t, is_left, NULL);
}

static void test_stalled_terminal_cannot_be_left(void **state)
{
	char path[] = "/tmp/ticks-XXXXXX";
	struct term *t = stall(state, path);

	/* its loop stands still until it gives up, and only then does the rest of its work */
	term_key(t, "Ctrl-Z");
	TERM_CHECK(t, term_until(t, has_done_all, path, 30000));
	unlink(path);
	term_unstall(t);
	term_row_is(t, -2, "stalled");
	assert_true(term_state(t).alt_screen);
}

/* ---- ways out ---- */

static void test_signals(void **state)
{
	static const int signals[] = { SIGTERM, SIGHUP };

	for (size_t i = 0; i < COUNT(signals); i++) {
		struct term *t = start(state);

		term_signal(t, signals[i]);
		term_exit_is(t, 0);
		assert_true(is_left(t, NULL));
		demo_end(state);
	}
}

static void test_crash(void **state)
{
	struct term *t = start(state);
	int status;

	term_keys(t, "crash\r");
	TERM_CHECK(t, term_until_exit(t, 10000, &status));
	assert_int_not_equal(status, 0); /* that of SIGSEGV, or a sanitizer's */
	assert_true(is_left(t, NULL));
}

static void test_stop_and_go_on(void **state)
{
	char program[4096], script[4200];
	const char *const argv[] = { "sh", "-mc", script, NULL };
	struct term *t;

	demo_path(program, sizeof(program));
	snprintf(script, sizeof(script), "%s; echo stopped; read x; fg; echo over", program);
	*state = t = term_start(24, 80, argv, NULL);
	assert_non_null(t);
	term_wait_row(t, 0, "map=0");
	term_keys(t, "mouse\rtext\032");
	term_wait(t, "stopped");
	term_wait_fn(t, is_left, NULL);
	assert_int_equal(term_state(t).mouse, VT_MOUSE_NONE);
	term_key(t, "Enter");
	term_row_is(t, 1, "> text");
	term_wait_row(t, 0, "key=Ctrl-Z");
	assert_true(term_state(t).alt_screen && term_state(t).bracketed_paste);
	assert_int_equal(term_state(t).mouse, VT_MOUSE_CLICK);
	assert_true(term_state(t).cursor_visible);
	term_keys(t, "\003quit\r");
	term_wait(t, "over");
	assert_true(is_left(t, NULL));
}

/* ---- manners ---- */

static void test_inherited_flags_stay(void **state)
{
	struct term *t = start(state);
	char path[60], line[100];
	unsigned flags = ~0u;
	FILE *f;

	snprintf(path, sizeof(path), "/proc/%d/fdinfo/0", (int)term_pid(t));
	f = fopen(path, "re");
	assert_non_null(f);
	while (fgets(line, sizeof(line), f))
		if (strncmp(line, "flags:", 6) == 0)
			flags = (unsigned)strtoul(line + 6, NULL, 8);
	fclose(f);
	assert_int_equal(flags & 04000,
			 0); /* O_NONBLOCK as in /proc, on every architecture we know */
}

static unsigned long switches(struct term *t)
{
	static const char key[] = "voluntary_ctxt_switches:";
	char path[60], line[200];
	unsigned long n = 0;
	FILE *f;

	snprintf(path, sizeof(path), "/proc/%d/status", (int)term_pid(t));
	f = fopen(path, "re");
	assert_non_null(f);
	while (fgets(line, sizeof(line), f))
		if (strncmp(line, key, strlen(key)) == 0)
			n = strtoul(line + strlen(key), NULL, 10);
	fclose(f);
	return n;
}

struct rest {
	unsigned long switches;
	deadline_t end; /* of the time without any */
};

/* For so long there was none; what of the last frame comes late begins it anew. */
static bool is_idle(struct term *t, void *ctx)
{
	struct rest *rest = ctx;
	unsigned long now = switches(t);

	if (now != rest->switches) {
		rest->switches = now;
		rest->end = deadline_in(400);
	}
	return !deadline_left(rest->end);
}

static void test_idle_means_no_wake_up(void **state)
{
	struct term *t = start(state);
	struct rest rest = { .switches = 0 };

	term_keys(t, "x");
	term_row_is(t, 1, "> x");
	term_wait_fn(t, is_idle, &rest);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_teardown(test_modes, demo_end),
		cmocka_unit_test_teardown(test_colors, demo_end),
		cmocka_unit_test_teardown(test_no_color, demo_end),
		cmocka_unit_test_teardown(test_vt100, demo_end),
		cmocka_unit_test_teardown(test_terminals_that_cannot, demo_end),
		cmocka_unit_test_teardown(test_sizes, demo_end),
		cmocka_unit_test_teardown(test_redraw, demo_end),
		cmocka_unit_test_teardown(test_stalled_terminal_holds_up_the_painter_alone,
					  demo_end),
		cmocka_unit_test_teardown(test_end_while_stalled, demo_end),
		cmocka_unit_test_teardown(test_stalled_terminal_cannot_be_left, demo_end),
		cmocka_unit_test_teardown(test_signals, demo_end),
		cmocka_unit_test_teardown(test_crash, demo_end),
		cmocka_unit_test_teardown(test_stop_and_go_on, demo_end),
		cmocka_unit_test_teardown(test_inherited_flags_stay, demo_end),
		cmocka_unit_test_teardown(test_idle_means_no_wake_up, demo_end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
