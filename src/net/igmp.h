/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What this host knows of IGMP and MLD: the groups that each interface holds and for how many
 * sockets, the sources it asked for, and what is proven of the network's querier.
 *
 * From /proc/net/igmp, igmp6 and dev_snmp6/IF, readable without privileges.
 * What they prove (Linux 6.18, net/ipv4/igmp.c and net/ipv6/mcast.c):
 * - IGMP: V1 or V2 in the querier column means that such a query was heard within the last minutes,
 *   unless force_igmp_version says so.  V3 is the default and proves nothing: a query of version 3
 *   leaves no trace that an ordinary user may read.
 * - MLD: the counters of the interface since it was made.  Queries heard are counted without their
 *   version; a host sends reports of version 1 only while a querier of version 1 is there (or
 *   force_mld_version says so), but that may be over.
 */
#ifndef NET_IGMP_H
#define NET_IGMP_H

#include "net/addr.h"

/* A group that an interface holds. */
struct igmp_group {
	unsigned ifindex;
	struct addr group; /* port and zone 0 */
	uint32_t users;    /* memberships of all sockets of this host and of the kernel itself */
};

struct igmp_version {
	unsigned ifindex;
	unsigned version; /* 1..3, as the querier column has it */
};

struct igmp_table {
	struct igmp_group *groups; /* by interface, family and group */
	size_t group_count, group_room;
	struct igmp_version *versions; /* IGMP, of each interface */
	size_t version_count, version_room;
};

enum igmp_proof {
	IGMP_UNPROVEN, /* the default: no older querier was heard lately, or none at all */
	IGMP_PROVEN,   /* an older querier was heard */
	IGMP_FORCED,   /* a sysctl fixes the version */
};

enum igmp_querier {
	IGMP_QUERIER_UNKNOWN, /* nothing tells */
	IGMP_QUERIER_HEARD,
	IGMP_QUERIER_NONE, /* no query came since the interface was made */
};

/* What is in force on one interface for one family. */
struct igmp_state {
	unsigned version; /* IGMP 1..3, MLD 1..2; 0: the kernel says nothing */
	enum igmp_proof proof;
	enum igmp_querier querier;
	bool mixed;           /* MLD: reports of both versions were sent; 1 may be over */
	uint64_t queries;     /* MLD: heard */
	uint64_t old_reports; /* MLD: sent with version 1 */
	uint64_t new_reports; /* MLD: sent with version 2 */
};

/* Reads all anew and replaces what the table held; a zeroed table is an empty one.  A kernel
 * without IPv6 has no igmp6: that is no error. */
bool igmp_load(struct igmp_table *t, const char *root, struct error *e);
void igmp_done(struct igmp_table *t);

/* A zone in "group" does not matter; NULL: the interface does not hold it. */
const struct igmp_group *igmp_find(const struct igmp_table *t, unsigned ifindex,
				   const struct addr *group);
/* family AF_INET: IGMP, AF_INET6: MLD.  Reads the counters and sysctls of the interface. */
void igmp_look(const struct igmp_table *t, const char *root, unsigned ifindex, const char *name,
	       int family, struct igmp_state *out);
/* Are source lists without effect at this version?  They need IGMPv3 or MLDv2. */
bool igmp_loses_sources(const struct igmp_state *s, int family);
/* "IGMPv2 proven", "IGMPv3 unproven", "MLDv1 was used", "" for nothing known. */
void igmp_format(struct buf *out, const struct igmp_state *s, int family);

/* The parsers, each adding to what is there; any bytes will do.  false: no memory. */
bool igmp_parse_groups(struct igmp_table *t, const char *text, size_t n);   /* igmp */
bool igmp_parse_groups6(struct igmp_table *t, const char *text, size_t n);  /* igmp6 */
void igmp_parse_counters(struct igmp_state *s, const char *text, size_t n); /* dev_snmp6/IF */
void igmp_sort(struct igmp_table *t); /* before igmp_find, after parsing */

#endif
