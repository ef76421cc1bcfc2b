/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * udpdeck itself in a terminal, with a peer on loopback to talk to: what the tests
 * in this folder begin with.
 *
 * The program is $UDPDECK.  Everything is checked from outside: the cells of the
 * screen (tests/lib/term.h) and the datagrams that arrive.
 */
#ifndef TESTS_PTY_APP_H
#define TESTS_PTY_APP_H

#include "deadline.h"
#include "peer.h"
#include "term.h"

/* Rows of a screen of 24 rows; those of the foot count from the end. */
enum {
	ROW_STATUS = 0,
	ROW_COUNTERS = 1,
	ROW_HEADS = 2,
	ROW_LIST = 3,
	ROW_MESSAGE = -4,
	ROW_PREVIEW = -3,
	ROW_INPUT = -2,
	ROW_KEYS = -1,
};

/* Columns before the line's text: "text> ", "hex> ", "cmd> ". */
#define TEXT_COL 6
#define HEX_COL 5
#define CMD_COL 5

struct app {
	struct term *term;
	struct udp_peer peer; /* on 127.0.0.1 */
	struct flood flood;   /* of a test that has one, which it ends with */
};

/*
 * Runs the program with these words (parted by blanks) after "--no-rc --numeric", in a
 * terminal of that size, and waits for its prompt.  env as in term_start().
 */
struct term *app_run(int rows, int cols, const char *const env[], const char *words, ...)
	__attribute__((format(printf, 4, 5)));

/* For cmocka: *state is a struct app whose peer is the program's target, at 80x24. */
int app_setup(void **state);
/* The same without a socket and a target; the peer is there. */
int app_setup_bare(void **state);
/* Only the peer; the test starts the program. */
int app_setup_peer(void **state);
int app_teardown(void **state);

/* True if these bytes are the next datagram that the peer hears; else says what it heard. */
bool app_hears(struct app *app, const void *bytes, size_t len);
/* The port from which the program writes to the peer; sends it a datagram to learn it. */
uint16_t app_port(struct app *app);

/*
 * Port of socket n, from its row "[n] open 0.0.0.0:40001, ..." in the list; 0 if that is
 * not there before the deadline.  (The status row will not do: where a digit of one port
 * takes the place of another's, half a frame shows a port that never was.)
 */
uint16_t app_opened(struct term *t, unsigned n);

/* Types a line and enters it. */
bool app_enter(struct term *t, const char *line);

#define app_heard(app, text) assert_true(app_hears(app, text, sizeof(text) - 1))
#define app_line(t, line) TERM_CHECK(t, app_enter(t, line))

#endif
