/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What one socket, or the session, has heard, or what was read of capture files: how much, how
 * fast, of which sizes, in which gaps.  Told of each datagram once, in order; each costs the same,
 * and nothing is allocated.  A zeroed struct has heard nothing.
 */
#ifndef SESSION_STATS_H
#define SESSION_STATS_H

#include "session/rate.h"
#include "store/packet.h"
#include "util/histogram.h"

struct traffic {
	uint64_t rx_bytes, tx_bytes;
	uint64_t dropped;     /* by the kernel, at this host's own sockets */
	uint64_t first, last; /* realtime ns of the first and the newest received; 0: none */
	struct rate rate, byte_rate;
	struct minute minute;   /* datagrams received */
	struct histogram sizes; /* bytes */
	struct histogram gaps;  /* ns from one arrival to the next */
};

/* now: monotonic ns. */
void traffic_received(struct traffic *t, const struct packet *p, uint64_t now);
/* It was received when and where a capture file was made: here it has no rate. */
void traffic_read(struct traffic *t, const struct packet *p);

#endif
