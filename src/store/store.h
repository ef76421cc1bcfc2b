/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The store: every packet in the order it happened, in segments of 2 MiB,
 * up to a memory limit; then the oldest segment goes.
 *
 * Writers (the receiver thread: rx, icmp, gap; the main loop: tx and events)
 * append between store_begin() and store_end(), which is one lock per batch.
 * Readers follow with cursors of their own and never make a writer wait: a reader
 * holds the segment it looks at; if that is evicted meanwhile its memory lives
 * until the reader lets go, and a reader that was overtaken gets a gap of its own.
 */
#ifndef STORE_STORE_H
#define STORE_STORE_H

#include "store/packet.h"

struct store;
struct segment;

#define STORE_SEGMENT (2u << 20)

/* segment: bytes of an ordinary segment (a packet that is larger gets one of its own size);
 * limit: bytes of all segments together, at least four segments. */
struct store *store_new(size_t segment, size_t limit, struct error *e);
void store_free(struct store *st);

/* The append lock.  session/sent.h uses it too. */
void store_begin(struct store *st);
void store_end(struct store *st);
/* Between begin and end: appends a copy and sets p->seq and p->no.  Without memory for a segment
 * the oldest is reused; false only if there is none, and then the packet is counted and stands as a
 * gap (where: store) in front of the next one that fits. */
bool store_append(struct store *st, struct packet *p);
/* Any time, from the main loop: the n tx packets at these places were sent (0) or failed (errno).
 * Those that are gone are skipped, and STORE_NOWHERE is. */
#define STORE_NOWHERE UINT64_MAX
void store_mark(struct store *st, const uint64_t *seqs, size_t n, int result);

struct store_stats {
	uint64_t first_seq, end_seq; /* kept: first_seq <= seq < end_seq */
	uint64_t first_no, last_no;  /* numbers kept; last_no 0 before the first */
	uint64_t oldest_time;        /* of first_seq; 0 if empty */
	size_t bytes, limit;         /* memory of all segments, slack included */
};
void store_stats(struct store *st, struct store_stats *out);

enum store_read { STORE_END, STORE_PACKET, STORE_GAP };

/* A zeroed cursor with "store" set starts at the oldest packet kept, without a gap for what is
 * older. */
struct store_cursor {
	struct store *store;
	struct segment *held;
	uint64_t next;    /* seq of the next packet */
	uint64_t next_no; /* the number expected next; 0 at the start */
	bool started;
};

/*
 * The next packet.  STORE_GAP: the reader was overtaken; *out is a gap with where STORE and the
 * count of numbered packets missed (0 if only events were; time of the next packet kept), and
 * reading goes on behind it.  *out points into the held segment until the next call on this cursor
 * or until it is let go of.
 */
enum store_read store_cursor_read(struct store_cursor *c, struct packet *out);
/* The numbered packet that was just read comes again. */
void store_cursor_unread(struct store_cursor *c, const struct packet *p);
/* Lets go of the held segment; the place stays. */
void store_cursor_rest(struct store_cursor *c);
/* The same at the end of a turn of the loop, for one that reads on: the newest segment stays held,
 * so that a flood's writer need not share its lock with each turn. */
void store_cursor_pause(struct store_cursor *c);
/* The place to go on from. */
void store_cursor_seek(struct store_cursor *c, uint64_t seq);

/* One packet by its place or number; false if it is gone or was never there.  A hold that is used
 * again lets go of its former segment; start with a zeroed one. */
struct store_hold {
	struct store *store;
	struct segment *held;
};
bool store_get(struct store *st, uint64_t seq, struct store_hold *h, struct packet *out);
bool store_find(struct store *st, uint64_t no, struct store_hold *h, struct packet *out);
void store_hold_done(struct store_hold *h);

#endif
