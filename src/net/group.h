/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Multicast memberships: [SRC@]GROUP[+N][%IF], joined, left, blocked.
 *
 * Protocol-independent calls (RFC 3678): MCAST_JOIN_GROUP, MCAST_JOIN_SOURCE_GROUP,
 * MCAST_BLOCK_SOURCE and their opposites, so both families are one code path.
 * An IPv4 group on a dual-stack socket is joined at level IPPROTO_IP (seen working
 * on Linux 6.18).
 */
#ifndef NET_GROUP_H
#define NET_GROUP_H

#include "net/addr.h"

#include <net/if.h>

struct sock;

/* A group as typed.  +N means N groups in a row, this one being the first. */
struct group_spec {
	struct addr group;  /* port 0 */
	struct addr source; /* family 0: any source */
	uint32_t count;     /* 1..GROUP_RANGE_MAX */
	unsigned ifindex;   /* 0: the kernel chooses */
	bool all;           /* %all: every multicast-capable interface that is up */
};

#define GROUP_RANGE_MAX 4096

/* One membership: group, interface and, per source, included or excluded. */
struct membership {
	struct addr group;
	unsigned ifindex;     /* 0: the kernel's choice */
	bool source_specific; /* sources are those heard (include); else those blocked (exclude) */
	struct addr *sources;
	size_t source_count;
	int fd; /* the descriptor that holds it: the socket's or a helper's */
	/* The interface that was removed under it, or lost its IPv6: nothing is heard, the kernel
	 * remembers it by that index only.  0: it is there. */
	unsigned lost;
	char lost_name[IF_NAMESIZE];
	const char *lost_why; /* "was removed"; lives as long as the program */
};

struct group_list {
	struct membership *m; /* in order of joining */
	size_t count;
};

/* e->at is the offset in "word". Not a multicast address, unknown interface, families that differ,
 * a range that leaves the multicast block: errors in words. */
bool group_parse(const char *word, struct group_spec *out, struct error *e);
/* SRC@GROUP%IF, as typed. */
void group_format(struct buf *out, const struct addr *group, const struct addr *source,
		  unsigned ifindex);

/* The same of a membership; that of a lost one by the name that its interface had. */
void group_format_membership(struct buf *out, const struct membership *m,
			     const struct addr *source);

/*
 * Join and leave all that the spec names; joined and left count memberships made and ended, and
 * are written on an error, too.  On an error in the middle what was joined stays and the error
 * says how far it came.  Of several (a range, %all) those that are so already are passed over;
 * it is an error if none is left.  Leaving without %IF leaves the group wherever it was joined.
 *
 * Joining opens helper descriptors when a socket is full (ENOBUFS, for IPv6 ENOMEM); the caller
 * sees them in s->helpers.  leave: a helper stays open for the next join, because the receiver
 * reads it.
 */
bool group_join(struct sock *s, const struct group_spec *g, unsigned *joined, struct error *e);
bool group_leave(struct sock *s, const struct group_spec *g, unsigned *left, struct error *e);
/* Excludes (or again admits) a source of an any-source membership. */
bool group_block(struct sock *s, const struct group_spec *g, struct error *e);
bool group_unblock(struct sock *s, const struct group_spec *g, struct error *e);

/* Is the membership on that interface, one that the kernel chose too?  It may be gone: a socket's
 * memberships keep the index until they are left (Linux 6.18). */
bool group_is_on(const struct membership *m, unsigned ifindex);
/* The membership is gone, because the interface "name" of that index "was removed" or the like. */
void group_lose(struct membership *m, unsigned ifindex, const char *name, const char *why);
/* Joins a lost one again with the sources that it had, on ifindex (not used for one where the
 * kernel chose, it chooses again).  On an error it stays lost. */
bool group_rejoin(struct membership *m, unsigned ifindex, struct error *e);

/* Frees the list, leaves nothing: closing the descriptors does that. */
void group_list_done(struct group_list *l);

#endif
