/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A sweep: one payload out of every interface that suits, then everybody who answers.
 *
 * It has a socket of its own, so that all probes and answers are in the list; who writes to that
 * socket has answered, wherever from.  It ends when the time to collect is over, with that socket,
 * or when it is stopped.  TTL and TOS are those that were asked of the current socket.
 */
#ifndef DIAGNOSE_SWEEP_H
#define DIAGNOSE_SWEEP_H

#include "diagnose/answers.h"
#include "diagnose/sweep_plan.h"
#include "session/activity.h"

#define SWEEP_COLLECT (2 * NS_PER_S)
#define SWEEP_COLLECT_MAX (24 * 3600 * NS_PER_S)

struct sweep {
	struct activity activity; /* first */
	struct sweep_wish wish;
	struct sweep_probe probes[SWEEP_PROBES];
	size_t probe_count, sent;
	size_t len; /* of the payload */
	uint64_t collect;
	struct loop_timer timer;
	uint64_t end; /* the place in the store where the time was over; 0: it is not */
	struct answers answers;
};

/* Sends the probes now.  An error if not a single one left, with the first reason. */
struct sweep *sweep_start(struct session *s, const struct sweep_wish *w, uint64_t collect,
			  const void *data, size_t len, const char *line, struct error *e);
/* NULL if the activity is something else. */
const struct sweep *sweep_of(const struct activity *a);

/* How long after its interface's first probe somebody answered first, ns. */
uint64_t sweep_after(const struct sweep *w, const struct answer *a);

#endif
