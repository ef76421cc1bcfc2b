/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A session and a view made by hand, without sockets: what the panes draw in tests.
 *
 * Packets are appended to a real store and listed at once.  Times are UTC and begin
 * at 2023-11-14 12:03:11.301.
 */
#ifndef DECK_H
#define DECK_H

#include "ui/view.h"

#define DECK_START 1699963391301000000ull
#define DECK_SOCKETS 3

struct deck {
	struct session session;
	struct view view;
	struct canvas canvas;
	struct session_socket sockets[DECK_SOCKETS];
	struct iface ifaces[2]; /* lo (1), eth1 (7777) */
	uint64_t time;          /* of the next packet */
};

/* Everything that fails here fails the test.  No socket is open; segment and limit are the
 * store's. */
void deck_init(struct deck *d, size_t segment, size_t limit);
void deck_done(struct deck *d);

/* For cmocka: *state is a struct deck, whose store turns over after some packets, or large ones. */
int deck_setup(void **state);
int deck_setup_large(void **state);
int deck_teardown(void **state);

struct addr deck_addr(const char *host, uint16_t port);
/* Socket number "opened + 1", current. */
struct session_socket *deck_open(struct deck *d, const char *host, uint16_t port);

/* Gives the packet the next time (unless it has one), stores and lists it; returns its number. */
uint64_t deck_add(struct deck *d, struct packet p);
uint64_t deck_rx(struct deck *d, uint32_t socket, struct addr peer, const char *text);
uint64_t deck_tx(struct deck *d, uint32_t socket, struct addr peer, const char *text);
/* That many datagrams from 10.0.0.9:5353 on socket 1: "0", "1", ... "9", "0", ... */
void deck_digits(struct deck *d, int count);
/* Port unreachable from the destination itself. */
uint64_t deck_refused(struct deck *d, uint32_t socket, struct addr peer, uint64_t cause);
void deck_event(struct deck *d, enum packet_kind kind, uint32_t socket, const char *text);
/* Not added: received on socket 1 from 10.0.0.9:9. */
struct packet deck_datagram(const char *bytes, uint32_t len);
/* The number of the selected packet, 0: the list follows. */
uint64_t deck_selected(const struct deck *d);
void deck_line(struct deck *d, const char *text);

/* Draws the view at this size; what is wrong with any cell fails the test. */
void deck_draw(struct deck *d, int rows, int cols);
/* One row as text, blanks at its end cut; lives until the next call but three. */
const char *deck_row(const struct deck *d, int row);
enum style deck_style(const struct deck *d, int row, int col);
/* The whole screen, row by row; shows both in full where they differ. */
void deck_expect(const struct deck *d, const char *const *rows, int count);

void assert_starts(const char *text, const char *start);
void assert_ends(const char *text, const char *end);

#endif
