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

bool iface_has_addr(const struct iface *dev, const struct addr *addr);
bool iface_has_family(const struct iface *dev, int family);
/* IPv6 and its memberships end on an interface where the MTU falls below 1280, but for loopback
 * (RFC 8200 section 5; addrconf_notify(), Linux 6.18). */
bool iface_takes_ipv6(const struct iface *dev);
/* Why nothing can leave by it to an address of the family; flag: IFF_MULTICAST for a group,
 * IFF_BROADCAST for a broadcast, else 0.  NULL: it can. */
const char *iface_unfit(const struct iface *dev, int family, unsigned flag);
/* Could dest leave by this interface of the table: up and running, with an address of the family;
 * for a group it does multicast, for a broadcast address broadcast; a broadcast address of a
 * subnet, and a link-local one, leaves by its own interface only, and what is on this host by
 * loopback only. */
bool iface_can_send(const struct iface_table *t, const struct iface *dev, const struct addr *dest);

/*
 * The table kept current, change by change.  iface_set: name, flags and MTU of one by its index,
 * which is added if it was not there; its addresses stay.  false where there was no memory, or
 * nothing to change.
 */
bool iface_set(struct iface_table *t, const struct iface *link);
bool iface_remove(struct iface_table *t, unsigned index);
bool iface_add_addr(struct iface_table *t, unsigned index, const struct iface_addr *a);
bool iface_remove_addr(struct iface_table *t, unsigned index, const struct iface_addr *a);

/* Interface by name or index as typed, asked of the kernel; ERR_USAGE names near misses. */
bool iface_parse(const char *word, unsigned *index, struct error *e);
/* "up, running, multicast, broadcast, loopback" */
void iface_format_flags(struct buf *out, unsigned flags);

#endif
