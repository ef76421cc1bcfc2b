/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What was sent lately: which datagram an ICMP error is about, and which received
 * group datagram is our own looped back.
 *
 * A ring of the last SENT_KEPT datagrams with the first bytes of each.  It is written by the main
 * loop and by the receiver, who reads it, both inside store_begin() / store_end(), so it has no
 * lock of its own.
 */
#ifndef SESSION_SENT_H
#define SESSION_SENT_H

#include "net/tx.h"
#include "store/packet.h"

#define SENT_KEPT 1024
#define SENT_PREFIX 64

struct sent_ring;

struct sent_ring *sent_new(void);
void sent_free(struct sent_ring *r);

/* *p, which is zeroed, becomes a datagram from a socket and its address to dest, but for time and
 * bytes.  What "via" chose (NULL: nothing) is a fact of it; the rest the kernel decides. */
void sent_packet(struct packet *p, uint32_t socket, const struct addr *local,
		 const struct addr *dest, const struct tx_via *via);

/* p: a tx packet just appended. */
void sent_add(struct sent_ring *r, const struct packet *p);

/* What an error tells about the datagram that caused it. */
struct sent_error {
	uint32_t socket;
	struct addr dest; /* port 0: an error of this host itself, which does not tell it */
	const void *quote;
	size_t quoted;      /* 0: destination and length decide */
	size_t longer_than; /* what was too big is longer; 0: nothing was */
	uint64_t time;
};

/*
 * The number of the datagram that it is about, 0 if none is known.  Among equal ones the oldest of
 * the last second that no error was linked to yet, else the newest; of those that this host itself
 * refused the newest without.  It then counts as linked, and a port that was missing is known.
 */
uint64_t sent_cause(struct sent_ring *r, struct sent_error *about);
/* Was exactly this sent to dest from local port "port" within the last two seconds? */
bool sent_is_own(const struct sent_ring *r, const struct addr *dest, uint16_t port,
		 const void *data, size_t len, uint64_t now);

#endif
