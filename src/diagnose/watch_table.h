/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What a watcher of groups has seen: the groups that are alive, by interface, VLAN, group and port,
 * with their sources; and the last that hosts and routers said about memberships.
 */
#ifndef DIAGNOSE_WATCH_TABLE_H
#define DIAGNOSE_WATCH_TABLE_H

#include "net/sniff.h"
#include "session/rate.h"

#define WATCH_GROUPS 1024
#define WATCH_BUCKETS (2 * WATCH_GROUPS)
#define WATCH_SOURCES 8   /* of a group are named */
#define WATCH_MESSAGES 32 /* the last ones */
#define WATCH_TEXT 240

struct watch_group {
	unsigned ifindex;
	uint16_t vlan;
	struct addr group;                  /* with its port */
	struct addr sources[WATCH_SOURCES]; /* in order of appearance; without their ports */
	size_t source_count;
	bool others; /* more sources than these */
	uint64_t datagrams, bytes;
	uint64_t sent; /* of them, by this host */
	struct rate rate;
};

struct watch_message {
	uint64_t time; /* realtime ns */
	unsigned ifindex;
	uint16_t vlan;
	bool sent; /* by this host */
	struct addr source;
	char text[WATCH_TEXT];
};

struct watch_table {
	struct watch_group *groups; /* heap, in order of appearance */
	size_t count, room;
	uint16_t buckets[WATCH_BUCKETS]; /* place in groups plus 1, by hash; then the next free */
	uint64_t datagrams;
	uint64_t beyond; /* datagrams of groups for which there was no room */
	struct watch_message messages[WATCH_MESSAGES];
	uint64_t message_count; /* number n stands at n % WATCH_MESSAGES */
};

void watch_table_done(struct watch_table *t);
/* mono and real: now, ns.  The message that it noted, if the frame is one. */
const struct watch_message *watch_table_note(struct watch_table *t, const struct sniffed *sn,
					     uint64_t mono, uint64_t real);

#endif
