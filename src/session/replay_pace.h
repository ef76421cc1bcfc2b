/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * When the datagrams of a file are due: with the distances of its times, divided by a speed.
 *
 * Who comes late does not catch up: from a moment that was missed by more than PACE_LATE on,
 * all that follows is due so much later, and its distances stay.  A time that goes back counts as
 * the latest one before it.
 */
#ifndef SESSION_REPLAY_PACE_H
#define SESSION_REPLAY_PACE_H

#include <stdbool.h>
#include <stdint.h>

#define PACE_LATE UINT64_C(10000000) /* ns */

struct replay_pace {
	double speed; /* 0: as fast as can be */
	bool begun;
	uint64_t first, latest; /* times of the file, ns */
	uint64_t start;         /* monotonic: when "first" was, or would have been, due */
	uint64_t late;          /* moments that were missed */
};

/* When the datagram of that time of the file is due; the first one is now. */
uint64_t replay_pace_due(struct replay_pace *p, uint64_t time, uint64_t now);
/* It left now, or stopped waiting for something else. */
void replay_pace_done(struct replay_pace *p, uint64_t due, uint64_t now);

#endif
