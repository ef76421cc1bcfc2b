/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Rates: events per second over the last second, in ten slices; the same in 12 bytes,
 * for things of which there are many; and a minute, second by second.
 *
 * "now" is monotonic ns.  Zeroed structs are empty ones.
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

/* A second's count and that of the second before; what lies between is taken as even, but never
 * for more than one of them had. */
struct pace {
	uint32_t second; /* number of the newer one */
	uint32_t count, before;
};

void pace_add(struct pace *p, uint64_t now, uint32_t events);
uint64_t pace_per_second(const struct pace *p, uint64_t now);

#define MINUTE_SECONDS 60

struct minute {
	uint64_t second;                     /* number of the newest one */
	uint32_t counts[MINUTE_SECONDS + 1]; /* the newest is still growing and is not told */
};

void minute_add(struct minute *m, uint64_t now, uint32_t events);
/* The last sixty full seconds, the oldest first. */
void minute_read(const struct minute *m, uint64_t now, uint64_t out[MINUTE_SECONDS]);

#endif
