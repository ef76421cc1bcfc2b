/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What a datagram's IP header said that the store does not know: the source address and the
 * interface of what was sent from a socket that is bound to none, its TTL and TOS.
 *
 * Asked of the kernel a moment after the datagram left: the route for a second at a time and
 * destination, the options of the socket each time.  The caller owns the struct; a zeroed one is
 * empty, and nothing is to be freed.
 */
#ifndef SESSION_HEADERS_H
#define SESSION_HEADERS_H

#include "net/route.h"
#include "session/session.h"

#define HEADERS_WAYS 256

struct headers {
	struct headers_way {
		struct addr dest;
		unsigned oif;
		uint64_t asked;     /* monotonic ns; 0: empty */
		struct route route; /* source family 0: there was none */
	} ways[HEADERS_WAYS];
};

/* Fills in what is missing of a sent datagram, or of an error about one: local, ifindex, ttl, tos.
 * What nobody can tell any more stays as it is. */
void headers_complete(struct headers *h, struct session *s, struct packet *p);

#endif
