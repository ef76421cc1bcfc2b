/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Who is on the way: the thinking of "trace" without its socket.
 *
 * TRACE_PROBES probes go out with a TTL (hop limit) of 1, then of 2, and so on; who takes it to 0
 * says so by ICMP.  The next hop is asked when all three have been answered or their time is over.
 * It ends where the destination answers, where somebody says that there is no way, after
 * TRACE_SILENT hops in a row that say nothing, and at TRACE_HOPS.  An error names the datagram that
 * it is about; an answer that is no echo of a probe is one to the oldest that waits.
 *
 * It is fed with packets and times (monotonic ns) and says what to send and when to come back.
 */
#ifndef DIAGNOSE_TRACE_HOPS_H
#define DIAGNOSE_TRACE_HOPS_H

#include "store/packet.h"

#define TRACE_HOPS 30
#define TRACE_PROBES 3
#define TRACE_SILENT 5
#define TRACE_TEXT 48 /* bytes of a probe, at most */

enum trace_outcome {
	TRACE_NOTHING, /* not sent, or nothing came yet */
	TRACE_PASSED,  /* its time was exceeded there */
	TRACE_ARRIVED, /* the destination answered, or refused it */
	TRACE_BLOCKED, /* somebody else says that there is no way */
};

struct trace_probe {
	uint64_t no;   /* number of its packet; 0: not known yet */
	uint64_t sent; /* realtime ns */
	enum trace_outcome outcome;
	struct addr who; /* port 0 */
	uint64_t rtt;    /* ns */
	bool by_icmp;
	struct packet_icmp icmp;
};

struct trace_hop {
	struct trace_probe probes[TRACE_PROBES];
	unsigned sent, settled;
};

struct trace_hops {
	struct addr dest;
	struct trace_hop hops[TRACE_HOPS]; /* TTL 1 is the first */
	size_t count;
	uint64_t due;
	bool over;
};

void trace_hops_init(struct trace_hops *t, const struct addr *dest, uint64_t now);
/* Is there a probe to send?  Its TTL; it counts as sent at "now". */
bool trace_hops_next(struct trace_hops *t, uint64_t now, int *ttl);
/* The bytes of the probe that is to be sent now; their number. */
size_t trace_hops_fill(const struct trace_hops *t, char out[TRACE_TEXT]);
/* Each packet of its socket, in order. */
void trace_hops_packet(struct trace_hops *t, const struct packet *p, uint64_t now);
/* Time has gone by; t->due says when to come back. */
void trace_hops_tick(struct trace_hops *t, uint64_t now);

/* Did any probe of the hop come to this end? */
bool trace_hop_has(const struct trace_hop *h, enum trace_outcome outcome);
bool trace_hops_heard(const struct trace_hops *t); /* anybody at all */

#endif
