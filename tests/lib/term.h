/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A program in a pseudo terminal, with an emulator (vt.h) that shows what a
 * person would see, and keys to press.
 *
 * Nothing here sleeps.  A frame of a full-screen program arrives in several
 * reads, so a look at the screen right now proves nothing: every check waits
 * until it becomes true, and fails with a dump of the screen at its deadline
 * (10 s, times UDPDECK_TEST_SLOW) or when the program has ended.
 *
 * Functions named term_until_*() return whether it became true, and the reason
 * why not is in term_why().  The checks below them, for cmocka tests, turn false
 * into a dump and a failure at the line of the test.
 *
 * The program gets a fixed environment: TERM=xterm-256color, LC_ALL=C.UTF-8,
 * HOME and XDG_*_HOME that do not exist, INPUTRC=/dev/null, LINES and COLUMNS
 * that are lies, PATH and the sanitizers' options of the test; nothing else.
 */
#ifndef TESTS_LIB_TERM_H
#define TESTS_LIB_TERM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <sys/types.h>

#include "vt.h"

struct term;

/*
 * Starts argv (ends with NULL, looked up in PATH) in a terminal of that size.
 * env, ending with NULL or itself NULL, holds "NAME=VALUE" to add or replace.
 * NULL, with the reason on stderr, if there is no pseudo terminal.
 */
struct term *term_start(int rows, int cols, const char *const argv[], const char *const env[]);
/* Hangs up, kills what still runs, reaps it; NULL is fine. */
void term_end(struct term *t);

pid_t term_pid(const struct term *t);
struct vt *term_vt(struct term *t);
struct vt_state term_state(struct term *t);
/* Why the last function that returned false did so. */
const char *term_why(const struct term *t);
/* Screen, cursor, state and the last bytes that the program wrote, escaped. */
void term_dump(struct term *t, FILE *out);

/* True if some row holds the text now; meant for predicates. */
bool term_shows(const struct term *t, const char *text);
/* How often the text stands on the screen now, without overlaps. */
int term_count(const struct term *t, const char *text);
/* True if the program wrote these bytes among its last 64 KiB. */
bool term_wrote(const struct term *t, const void *bytes, size_t len);

/* Input; false if the program does not take it before the deadline. */
bool term_send(struct term *t, const void *bytes, size_t len);
bool term_send_text(struct term *t, const char *text);
/*
 * A key by its name, with the bytes that xterm-256color sends in the present
 * cursor key mode: "F1".."F12", "Up", "Home", "PgUp", "Enter", "Esc", "Tab",
 * "Shift-Tab", "Backspace", "Delete", "Ctrl-Left", "Alt-Up", ... (term_keys.c);
 * "Ctrl-" and a letter or one of @[\]^_; "Alt-" and a character or other key.
 */
bool term_send_key(struct term *t, const char *name);
/* Waits for bracketed paste to be on, then pastes these bytes, unchanged. */
bool term_send_paste(struct term *t, const void *bytes, size_t len);

void term_resize(struct term *t, int rows, int cols); /* sends SIGWINCH, as a terminal does */
void term_stall(struct term *t);                      /* stop reading what the program writes */
void term_unstall(struct term *t);
void term_signal(struct term *t, int sig);

/* Rows below 0 count from the end: -1 is the last one. */
bool term_until_shown(struct term *t, const char *text);
bool term_until_gone(struct term *t, const char *text);
bool term_until_row_has(struct term *t, int row, const char *text);
bool term_until_row_is(struct term *t, int row, const char *text); /* without blanks at its end */
bool term_until_count(struct term *t, const char *text, int count);
bool term_until_cursor(struct term *t, int row, int col);

typedef bool term_fn(struct term *t, void *ctx);
/* While a test waits for something outside the terminal, the screen is still read. */
bool term_until(struct term *t, term_fn *fn, void *ctx, int ms);

/* The end of the program: its exit status, or 128 + signal; false if it runs on for "ms". */
bool term_until_exit(struct term *t, int ms, int *status);
/* The same with the usual deadline, -1 if it runs on. */
int term_exit_status(struct term *t);
bool term_exited_with(struct term *t, int status);

/* True if nothing but cells and cursor changed since; see vt_unharmed(). */
bool term_is_unharmed(struct term *t, const struct vt_state *before);

/* Checks for tests; include cmocka.h before using them. */
#define TERM_CHECK(t, ok)                            \
	do {                                         \
		if (!(ok)) {                         \
			term_dump(t, stderr);        \
			fail_msg("%s", term_why(t)); \
		}                                    \
	} while (0)

#define term_keys(t, text) TERM_CHECK(t, term_send_text(t, text))
#define term_key(t, name) TERM_CHECK(t, term_send_key(t, name))
#define term_paste(t, bytes, len) TERM_CHECK(t, term_send_paste(t, bytes, len))
#define term_wait(t, text) TERM_CHECK(t, term_until_shown(t, text))
#define term_gone(t, text) TERM_CHECK(t, term_until_gone(t, text))
#define term_wait_row(t, row, text) TERM_CHECK(t, term_until_row_has(t, row, text))
#define term_row_is(t, row, text) TERM_CHECK(t, term_until_row_is(t, row, text))
#define term_count_is(t, text, count) TERM_CHECK(t, term_until_count(t, text, count))
#define term_cursor_is(t, row, col) TERM_CHECK(t, term_until_cursor(t, row, col))
#define term_wait_fn(t, fn, ctx) TERM_CHECK(t, term_until(t, fn, ctx, 10000))
#define term_exit_is(t, status) TERM_CHECK(t, term_exited_with(t, status))
#define term_unharmed(t, before) TERM_CHECK(t, term_is_unharmed(t, before))

/*
 * The bytes of a named key, or 0 if there is no such key; at most "size" bytes,
 * not terminated.
 */
size_t term_key_bytes(const char *name, bool app_cursor_keys, char *out, size_t size);

#endif
