/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The interfaces of this host, as a snapshot.
 */
#ifndef NET_IFACE_H
#define NET_IFACE_H

#include "net/addr.h"

#include <net/if.h>

struct iface_addr {
	struct addr addr;
	struct addr broadcast; /* family 0 where there is none */
	uint8_t prefix_len;
};

struct iface {
	char name[IF_NAMESIZE];
	unsigned index;
	unsigned flags; /* IFF_UP, IFF_RUNNING, IFF_MULTICAST, IFF_BROADCAST, IFF_LOOPBACK, ... */
	unsigned mtu;
	struct iface_addr *addrs;
	size_t addr_count;
};

struct iface_table {
	struct iface *ifaces; /* by index, ascending */
	size_t count;
};

/* Reads all interfaces anew (getifaddrs, SIOCGIFMTU); replaces what the table held. */
bool iface_load(struct iface_table *t, struct error *e);
void iface_done(struct iface_table *t);

/* NULL if there is none; does not read anew. */
const struct iface *iface_by_index(const struct iface_table *t, unsigned index);
const struct iface *iface_by_name(const struct iface_table *t, const char *name);
/* Is addr the broadcast address of one of the subnets? */
bool iface_is_broadcast(const struct iface_table *t, const struct addr *addr);
/* Is addr one of this host's own addresses? */
bool iface_is_own(const struct iface_table *t, const struct addr *addr);

/* Interface by name or index as typed, asked of the kernel; ERR_USAGE names near misses. */
bool iface_parse(const char *word, unsigned *index, struct error *e);
/* "up, running, multicast, broadcast, loopback" */
void iface_format_flags(struct buf *out, unsigned flags);

#endif
