/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The sequence numbers of any protocol: where in the datagram they stand is told, and
 * for each peer it is counted what is missing, came twice, came late, and how unevenly
 * it came.
 *
 * Numbers of 1, 2, 4 and 8 bytes wrap around and are compared as RFC 1982 says; decimal
 * text counts in 64 bits.  A number is looked for among the newest SEQUENCE_WINDOW ones:
 * one that was passed over and comes still is late and no longer missing, one that was
 * seen is repeated.  What lies further off is a stray, unless its successor comes next:
 * then the sender began anew (as RFC 3550, appendix A.1, decides it).
 *
 * Jitter: how far the time from one number to the next is from its usual length, both
 * smoothed over sixteen datagrams as RFC 3550 does (6.4.1; the numbers stand in for the
 * sender's time stamps).
 *
 * A datagram costs the same whatever came before.  The state is 136 bytes for each peer,
 * taken for SEQUENCE_CHUNK peers at a time when one of them is heard first.
 */
#ifndef SESSION_SEQUENCE_H
#define SESSION_SEQUENCE_H

#include "store/packet.h"
#include "util/buf.h"
#include "util/slice.h"

#define SEQUENCE_WINDOW 256   /* less where the numbers have one byte: 127 */
#define SEQUENCE_JUMP 1000000 /* more missing at once are no gap */
#define SEQUENCE_CHUNK 1024
#define SEQUENCE_DIGITS 19 /* of decimal text */

enum sequence_kind { SEQUENCE_BIG, SEQUENCE_LITTLE, SEQUENCE_TEXT };

struct sequence_spec {
	struct slice slice;
	enum sequence_kind kind;
};

struct sequence_counts {
	uint64_t numbered; /* datagrams with a number, the rest of this among them */
	uint64_t missing;  /* numbers passed over that did not come */
	uint64_t gaps;     /* places where some were passed over */
	uint64_t repeated, late;
	uint32_t strays, restarts;
};

struct sequence_peer {
	struct sequence_counts counts;
	uint64_t newest; /* the highest number */
	uint64_t time;   /* of its arrival, realtime ns */
	uint64_t stray;  /* the number after the last stray */
	uint64_t span;   /* numbers from the first one, or the first after a restart, to newest */
	uint64_t seen[SEQUENCE_WINDOW / 64]; /* a bit for each, by number modulo the window */
	uint64_t interval, jitter;           /* ns, times sixteen; interval 0: not known yet */
	bool strayed;
};

struct sequence; /* the heap's */

/* "data[0:4]", "data[-4:4]:le", "data[2:8]:text"; e->at is an offset in text. */
bool sequence_parse(const char *text, struct sequence_spec *out, struct error *e);
void sequence_format(const struct sequence_spec *spec, struct buf *out);

struct sequence *sequence_new(const struct sequence_spec *spec);
void sequence_free(struct sequence *q);
const struct sequence_spec *sequence_spec(const struct sequence *q);

/* A received datagram of peer number "peer"; 0, or no memory: it counts as without a number. */
void sequence_heard(struct sequence *q, uint32_t peer, const struct packet *p);

/* NULL: no number of that peer was seen. */
const struct sequence_peer *sequence_peer(const struct sequence *q, uint32_t peer);
uint64_t sequence_jitter(const struct sequence_peer *p); /* ns */
/* Of all peers. */
const struct sequence_counts *sequence_total(const struct sequence *q);
uint64_t sequence_unnumbered(const struct sequence *q); /* too short, no digits */

#endif
