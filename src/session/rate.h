/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A rate: events per second over the last second, in ten slices.
 */
#ifndef SESSION_RATE_H
#define SESSION_RATE_H

#include <stdint.h>

#define RATE_SLICES 10
#define RATE_SLICE_NS 100000000ull

struct rate {
	uint64_t slice; /* number of the newest slice: monotonic ns / RATE_SLICE_NS */
	uint32_t counts[RATE_SLICES + 1]; /* the newest is still growing and is not counted */
};

void rate_add(struct rate *r, uint64_t now, uint32_t events);
/* Events in the last full second before now. */
uint64_t rate_per_second(const struct rate *r, uint64_t now);

#endif
