/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Which way a datagram would leave, asked of the kernel (RTM_GETROUTE).
 */
#ifndef NET_ROUTE_H
#define NET_ROUTE_H

#include "net/addr.h"

struct route {
	struct addr source;  /* port 0; family 0 where the kernel names none */
	struct addr gateway; /* family 0: on link */
	unsigned ifindex;
	unsigned mtu;   /* of the path where known, else of the interface; 0: unknown */
	bool broadcast; /* RTN_BROADCAST */
	bool multicast; /* RTN_MULTICAST */
	bool local;     /* RTN_LOCAL: this host */
};

/* oif: interface the socket is bound to or set for multicast, 0 for none.  ERR_SYSTEM with
 * ENETUNREACH and "no route" when there is none; with EHOSTUNREACH, EINVAL or EACCES and words for
 * it where one says unreachable, blackhole or prohibit. */
bool route_lookup(const struct addr *dest, unsigned oif, struct route *out, struct error *e);

#endif
