/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A rate over the last second: a ring of slices, addressed by slice number.
 */
#include "session/rate.h"

#define RING (RATE_SLICES + 1)

/* Slices between the newest one known and the one of "now" had no events. */
static void advance(struct rate *r, uint64_t slice)
{
	uint64_t empty = slice - r->slice;

	if (slice <= r->slice)
		return;
	if (empty > RING)
		empty = RING;
	for (uint64_t i = 0; i < empty; i++)
		r->counts[(slice - i) % RING] = 0;
	r->slice = slice;
}

void rate_add(struct rate *r, uint64_t now, uint32_t events)
{
	uint32_t *count;

	advance(r, now / RATE_SLICE_NS);
	count = &r->counts[r->slice % RING];
	*count = events > UINT32_MAX - *count ? UINT32_MAX : *count + events;
}

uint64_t rate_per_second(const struct rate *r, uint64_t now)
{
	struct rate at_now = *r;
	uint64_t sum = 0;

	advance(&at_now, now / RATE_SLICE_NS);
	for (uint64_t i = 1; i <= RATE_SLICES; i++)
		sum += at_now.counts[(at_now.slice + RING - i) % RING];
	return sum;
}
