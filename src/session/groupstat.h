/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What was heard of each group: datagrams, bytes and rate per socket, group and interface, and the
 * same per source.
 *
 * One look-up for the group and one for the source per datagram that went to a group, at most
 * GROUPSTAT_PROBES places each: the time per datagram does not depend on how many there are.  The
 * table stops growing at GROUPSTAT_MAX; sources get at most half of it, so that a flood of forged
 * ones leaves room for the groups.  What found no room is counted as such.
 */
#ifndef SESSION_GROUPSTAT_H
#define SESSION_GROUPSTAT_H

#include "net/addr.h"
#include "session/rate.h"

#define GROUPSTAT_MAX 16384u
#define GROUPSTAT_PROBES 16u

struct groupstat_entry {
	struct addr group;  /* port 0 */
	struct addr source; /* family 0: all sources together; port 0 */
	uint32_t socket, ifindex;
	uint64_t rx, bytes;
	uint64_t own;       /* of rx: our own datagrams looped back */
	uint64_t last;      /* realtime ns */
	uint64_t uncounted; /* datagrams of sources that found no room */
	struct pace pace;
	uint32_t next; /* of the group: the source heard first; of a source: the next; +1, 0 ends */
	uint32_t newest; /* of the group: the source that came last, +1 */
};

struct groupstat {
	struct groupstat_entry *entries; /* in the order of their first datagram */
	uint32_t count, room, sources;
	uint32_t *index;    /* places in "entries" + 1; 0: free */
	uint32_t recent[2]; /* the group's and the source's of the last datagram, + 1 */
	uint64_t uncounted; /* datagrams whose group found no room */
};

void groupstat_done(struct groupstat *t);

struct groupstat_datagram {
	uint32_t socket, ifindex;
	const struct addr *group, *source;
	uint32_t len;
	bool own;
	uint64_t time; /* realtime ns */
};

/* mono: monotonic ns, for the rate. */
void groupstat_note(struct groupstat *t, const struct groupstat_datagram *d, uint64_t mono);

/* NULL: nothing was heard.  Ports and zones do not matter. */
const struct groupstat_entry *groupstat_find(const struct groupstat *t, uint32_t socket,
					     const struct addr *group, unsigned ifindex);
/* The sources of a group in the order in which they were first heard; NULL ends. */
const struct groupstat_entry *groupstat_first(const struct groupstat *t,
					      const struct groupstat_entry *group);
const struct groupstat_entry *groupstat_next(const struct groupstat *t,
					     const struct groupstat_entry *source);
/* Datagrams of others that a socket heard of "count" groups in a row, from a source or (family 0)
 * from all; ifindex 0: by any interface. */
uint64_t groupstat_heard(const struct groupstat *t, uint32_t socket, const struct addr *group,
			 uint32_t count, const struct addr *source, unsigned ifindex);

#endif
