/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A packet in words, as list and details say it; see session/words.h for what all faces say.
 *
 * All append to "out".  Peer data goes through text_escape(); what is drawn passes
 * the canvas besides.
 */
#ifndef UI_WORDS_H
#define UI_WORDS_H

#include "ui/view.h"

/* "@1 10.0.0.9:5353", the address shortened to what "columns" leave; without a number where the
 * peer is not in the table.  A peer with a label is "@1 LABEL", and its address behind that where
 * all of it has room. */
void words_peer(struct buf *out, const struct view *v, const struct addr *a, size_t columns);
/* Where a datagram was sent from: ":5000", where the socket is bound to no address. */
void words_source(struct buf *out, const struct addr *a, size_t columns);
/* What we say of a datagram in front of what it carries, in round brackets with a blank behind
 * them, or nothing: "(x 214, last 12:03:11) " of a run of equal ones, how it came where that is
 * unusual, "(in fragments, ECN CE, ttl 1, by eth1) ", "(unanswered) " of a request.  "by" is an
 * interface that has not the address which it was sent to; a TTL of 1 is unusual but for groups.
 * run: NULL, or the row that stands for several. */
void words_note(struct buf *out, const struct view *v, const struct packet *p,
		const struct list_row *run);
/* Is most of what it carries text? */
bool words_is_text(const struct packet *p);
/* How long an answer took, "(1.2 ms)", "(1.2 ms?)" where it is a guess what it answers, or
 * nothing. */
void words_round_trip(struct buf *out, const struct view *v, const struct packet *p);
/* What a packet carries, enough of it to fill "columns": text if it is mostly that, else hex. */
void words_payload(struct buf *out, const struct packet *p, size_t columns);
/* Where in it bytes stand: each character's, or each byte's where it is hex, from left to right. */
typedef void words_columns(void *ctx, size_t offset, size_t bytes, int column, int width);
void words_payload_columns(const struct packet *p, size_t columns, words_columns *each, void *ctx);
/* A run of equal errors: "127.0.0.1:53 refused x 214, last 12:03:11: port unreachable". */
void words_run(struct buf *out, const struct packet *p, const struct list_row *run, bool utc);

#endif
