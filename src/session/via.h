/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The way a single send takes: "via IF [from A] [ttl N] [tos T]", and "via all", which is one copy
 * out of every interface that can take it.
 *
 * A choice is a small value: commands read it, jobs keep it.  Interfaces come and go, so the one
 * that is named and those that "all" means are found anew for each send, and the session watches
 * them from the first on.
 */
#ifndef SESSION_VIA_H
#define SESSION_VIA_H

#include "net/tx.h"
#include "session/session.h"

#define VIA_WAYS 64 /* interfaces that one send leaves by, at most */

struct via {
	bool asked; /* else nothing was chosen, and the rest means nothing */
	bool all;
	char ifname[IF_NAMESIZE]; /* "" with "all", or where the routing table is to choose */
	struct tx_via tx;         /* ifindex: what the name meant when it was read */
};

/* One way of a send, and where it goes by it: a link-local destination takes its zone from the
 * interface, a group of that kind with "all" on each link anew. */
struct via_way {
	struct tx_via tx;
	struct addr dest;
};

/* The ways to dest; 0 with e where there is none: no interface can take it, the one that was named
 * is gone, or the source is of the other family. */
size_t via_ways(struct session *s, const struct via *v, const struct addr *dest,
		struct via_way ways[VIA_WAYS], struct error *e);

/* sender_check() and sender_send() by a choice (of which nothing may be asked).  Each way is tried;
 * e is about the first that failed, and says how many did not. */
bool via_check(struct session *s, const struct session_socket *k, const struct via *v,
	       const struct addr *dests, size_t count, size_t len, struct error *e);
bool via_send(struct session *s, struct session_socket *k, const struct via *v,
	      const struct addr *dests, size_t count, const void *data, size_t len, uint32_t job,
	      struct error *e);

/* As it may be typed: "via eth1 from 10.0.0.1 ttl 9 tos ef".  With dest, what "all" means for it
 * now, if anything: "via eth0, eth1". */
void via_format(struct session *s, const struct via *v, const struct addr *dest, struct buf *out);

#endif
