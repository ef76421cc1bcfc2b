/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What changes about the interfaces, addresses and routes of this host, as rtnetlink(7) tells it
 * by itself.  The descriptor is for a loop; nothing is sent and nothing wakes up in between.
 *
 * The decoder believes no length that it reads (RFC 3549, linux/rtnetlink.h as of 6.1).
 */
#ifndef NET_IFWATCH_H
#define NET_IFWATCH_H

#include "net/iface.h"

enum ifwatch_kind {
	IFWATCH_LINK, /* is there now, or something about it changed: name, flags, mtu */
	IFWATCH_LINK_GONE,
	IFWATCH_ADDR, /* addr; told again when only its lifetime changed */
	IFWATCH_ADDR_GONE,
	IFWATCH_ROUTE, /* some route is new, changed or gone */
};

struct ifwatch_change {
	enum ifwatch_kind kind;
	unsigned ifindex; /* 0 for IFWATCH_ROUTE */
	char name[IF_NAMESIZE];
	unsigned flags, mtu;
	struct iface_addr addr;
};

typedef void ifwatch_fn(void *ctx, const struct ifwatch_change *c);

/* Returns the descriptor, the caller's to close; -1 on an error. */
int ifwatch_open(struct error *e);

enum ifwatch_result {
	IFWATCH_READ,
	IFWATCH_LOST,  /* the kernel had more to tell than it could keep: read everything anew */
	IFWATCH_BROKEN /* the descriptor tells nothing any more */
};
/* Calls fn for each change that waits, in order; does not block.  Of very many the rest waits for
 * the next call. */
enum ifwatch_result ifwatch_read(int fd, ifwatch_fn *fn, void *ctx);

/* The changes in one message of the kernel; what cannot be read is passed over. */
void ifwatch_decode(const void *data, size_t n, ifwatch_fn *fn, void *ctx);

#endif
