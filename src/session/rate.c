/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Rings of slices, addressed by slice number.
 */
#include "session/rate.h"

#include "util/num.h"

/* Slices between the newest one known and the one of "now" had no events. */
static void advance(uint64_t *newest, uint32_t *counts, unsigned ring, uint64_t slice)
{
	uint64_t empty = slice - *newest;

	if (slice <= *newest)
		return;
	if (empty > ring)
		empty = ring;
	for (uint64_t i = 0; i < empty; i++)
		counts[(slice - i) % ring] = 0;
	*newest = slice;
}

static void add(uint32_t *count, uint32_t events)
{
	*count = events > UINT32_MAX - *count ? UINT32_MAX : *count + events;
}

/* ---- the last second ---- */

#define RATE_RING (RATE_SLICES + 1)

void rate_add(struct rate *r, uint64_t now, uint32_t events)
{
	advance(&r->slice, r->counts, RATE_RING, now / RATE_SLICE_NS);
	add(&r->counts[r->slice % RATE_RING], events);
}

uint64_t rate_per_second(const struct rate *r, uint64_t now)
{
	struct rate at_now = *r;
	uint64_t sum = 0;

	advance(&at_now.slice, at_now.counts, RATE_RING, now / RATE_SLICE_NS);
	for (uint64_t i = 1; i <= RATE_SLICES; i++)
		sum += at_now.counts[(at_now.slice + RATE_RING - i) % RATE_RING];
	return sum;
}

/* ---- small ---- */

/* A clock that counts from less than 136 years ago fits. */
static void pace_advance(struct pace *p, uint64_t now)
{
	uint32_t second = (uint32_t)(now / NS_PER_S);

	if (second <= p->second)
		return;
	p->before = second == p->second + 1 ? p->count : 0;
	p->count = 0;
	p->second = second;
}

void pace_add(struct pace *p, uint64_t now, uint32_t events)
{
	pace_advance(p, now);
	add(&p->count, events);
}

uint64_t pace_per_second(const struct pace *p, uint64_t now)
{
	struct pace at_now = *p;
	uint64_t rest = NS_PER_S - now % NS_PER_S, even, most;

	pace_advance(&at_now, now);
	even = at_now.count + (at_now.before * (rest / 1000) + 500000) / 1000000;
	/* One a second would be two whenever one has just come. */
	most = at_now.count > at_now.before ? at_now.count : at_now.before;
	return even < most ? even : most;
}

/* ---- a minute ---- */

#define MINUTE_RING (MINUTE_SECONDS + 1)

void minute_add(struct minute *m, uint64_t now, uint32_t events)
{
	advance(&m->second, m->counts, MINUTE_RING, now / NS_PER_S);
	add(&m->counts[m->second % MINUTE_RING], events);
}

void minute_read(const struct minute *m, uint64_t now, uint64_t out[MINUTE_SECONDS])
{
	struct minute at_now = *m;

	advance(&at_now.second, at_now.counts, MINUTE_RING, now / NS_PER_S);
	for (uint64_t i = 0; i < MINUTE_SECONDS; i++)
		out[i] = at_now.counts[(at_now.second + 1 + i) % MINUTE_RING];
}
