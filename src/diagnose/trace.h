/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * "trace": the walk along the hops (diagnose/trace_hops.h) as an activity with a socket of its own.
 * It needs no privilege: the TTL goes with each probe as control data, the offenders come by the
 * socket's error queue.
 */
#ifndef DIAGNOSE_TRACE_H
#define DIAGNOSE_TRACE_H

#include "diagnose/trace_hops.h"
#include "session/activity.h"

struct trace {
	struct activity activity;
	struct trace_hops hops;
	struct loop_timer timer;
	struct error failed; /* code ERR_NONE: nothing did; else why no probe left any more */
};

/* NULL: it is another kind of activity. */
const struct trace *trace_of(const struct activity *a);

/* The session owns it; NULL: nothing was begun. */
struct trace *trace_start(struct session *s, const struct addr *dest, const char *line,
			  struct error *e);

#endif
