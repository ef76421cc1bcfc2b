/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "session/replay_pace.h"

#define DISTANCE_MAX 1e18 /* ns: what is due in thirty years fits into a clock */

uint64_t replay_pace_due(struct replay_pace *p, uint64_t time, uint64_t now)
{
	double distance;

	if (!p->begun) {
		p->begun = true;
		p->first = p->latest = time;
		p->start = now;
	}
	if (time > p->latest)
		p->latest = time;
	if (p->speed <= 0)
		return now;
	distance = (double)(p->latest - p->first) / p->speed;
	return p->start + (uint64_t)(distance < DISTANCE_MAX ? distance : DISTANCE_MAX);
}

void replay_pace_done(struct replay_pace *p, uint64_t due, uint64_t now)
{
	if (now <= due + PACE_LATE)
		return;
	p->start += now - due;
	p->late++;
}
