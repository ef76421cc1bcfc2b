/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * "mtu": the walk over sizes (diagnose/mtu_walk.h) as an activity with a socket of its own, which
 * ends by itself within half a minute.
 */
#ifndef DIAGNOSE_MTU_H
#define DIAGNOSE_MTU_H

#include "diagnose/mtu_walk.h"
#include "session/activity.h"

struct mtu {
	struct activity activity;
	struct mtu_walk walk;
	struct loop_timer timer;
	struct error failed; /* code ERR_NONE: nothing did; else why no probe left any more */
};

/* NULL: it is another kind of activity. */
const struct mtu *mtu_of(const struct activity *a);

/* The session owns it; NULL: nothing was begun. */
struct mtu *mtu_start(struct session *s, const struct addr *dest, const char *line,
		      struct error *e);

#endif
