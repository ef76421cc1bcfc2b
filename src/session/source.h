/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * One descriptor as the receiver thread reads it.  Part of the receiver: nobody else
 * uses this.
 */
#ifndef SESSION_SOURCE_H
#define SESSION_SOURCE_H

#include "net/rx.h"
#include "session/receiver.h"
#include "session/responder.h"

struct source {
	struct receiver_source is;
	struct source *next;
	uint32_t told;     /* drops that stand in gaps */
	bool burst;        /* more than one came at a time: the buffer may have overflowed unseen */
	unsigned failures; /* in a row */
	bool given_up;     /* not to be waited for any more: a note in the list says why */
};

/* A datagram as it was read, and what only its reader asks about it. */
struct heard {
	struct packet packet;
	struct rx_meta meta;
};

/* Where sources are read into; one for all of them. */
struct intake {
	struct store *store;
	struct sent_ring *sent;
	struct rx_batch *batch;
	struct responder *responder;  /* answers what it can; NULL: nobody does */
	struct heard heard[RX_BATCH]; /* while it does */
	uint8_t ports[65536 / 8];     /* local ports of all sources, a bit each */
	bool appended;                /* set when something was */
	uint64_t latest;              /* time of the last datagram read */
};

/* A bounded part of what epoll says is there. */
void source_serve(struct intake *in, struct source *s, uint32_t events);
/* All that came until now: datagrams, errors, then drops that nobody has told yet. */
void source_flush(struct intake *in, struct source *s);

#endif
