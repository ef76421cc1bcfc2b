/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Watching groups without joining them: an activity that listens by a packet socket (net/sniff.h).
 *
 * Queries and reports become notes in the list, at most WATCH_NOTES in a second: who floods a
 * network with them shall not fill the store.  The table counts those that were left out.
 */
#ifndef DIAGNOSE_WATCH_H
#define DIAGNOSE_WATCH_H

#include "diagnose/watch_table.h"
#include "session/activity.h"

#define WATCH_NOTES 10

struct watch {
	struct activity activity; /* first */
	struct sniff sniff;
	unsigned ifindex;         /* 0: all */
	struct loop_timer end;    /* armed if it has one */
	struct loop_timer redraw; /* armed while something comes */
	uint64_t heard;           /* when something came last, monotonic ns */
	struct watch_table table;
	uint64_t second; /* the current one, for WATCH_NOTES */
	unsigned notes;  /* in it */
	uint64_t untold; /* queries and reports that are no notes */
};

/* collect: ns until it ends by itself, 0: never.  Without CAP_NET_RAW the error says so. */
struct watch *watch_start(struct session *s, unsigned ifindex, uint64_t collect, const char *line,
			  struct error *e);
/* NULL if the activity is something else. */
const struct watch *watch_of(const struct activity *a);

#endif
