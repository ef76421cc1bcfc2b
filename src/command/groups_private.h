/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the rows of a membership and its JSON are both made of. */
#ifndef COMMAND_GROUPS_PRIVATE_H
#define COMMAND_GROUPS_PRIVATE_H

#include "net/grouprange.h"
#include "session/session.h"

/* Sources listed per membership; the rest are counted. */
#define GROUPS_SOURCES 16u
#define GROUPS_WARNINGS 4u

/* A source that was named, that was heard, or both. */
struct group_source {
	const struct addr *addr;
	bool named;                          /* asked for or blocked, as the membership says */
	const struct groupstat_entry *heard; /* NULL: nothing */
};

struct group_facts {
	const struct session_socket *k;
	const struct membership *m;
	const struct iface *dev;             /* where it is; NULL: gone, or not known */
	const struct igmp_group *held;       /* NULL: the kernel does not list it */
	const struct igmp_state *state;      /* NULL: unknown */
	const struct groupstat_entry *heard; /* NULL: nothing */
	const struct grouprange *range, *scope;
	uint64_t mono;
	uint32_t others; /* memberships of other sockets of this host, and of the kernel */
	struct group_source sources[GROUPS_SOURCES];
	size_t source_count, sources_more;
	struct buf warnings[GROUPS_WARNINGS];
	size_t warning_count;
};

void group_facts_init(struct group_facts *f, struct session *s, const struct session_socket *k,
		      const struct membership *m);
void group_facts_done(struct group_facts *f);

/* "proven", "heard": as in the listing and in JSON. */
const char *group_proof(const struct igmp_state *s);
const char *group_querier(const struct igmp_state *s);
void group_members(struct buf *out, const struct group_facts *f);

#endif
