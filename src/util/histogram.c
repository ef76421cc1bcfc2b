/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Values below 16 have a bucket each; from there on the three bits below the highest
 * one tell the bucket within the octave.
 */
#include "util/histogram.h"

#define EXACT 16u /* where octave 4 begins */

static unsigned highest_bit(uint64_t value)
{
	return 63u - (unsigned)__builtin_clzll(value | 1);
}

static unsigned bucket_of(uint64_t value)
{
	unsigned bit = highest_bit(value);

	if (value < EXACT)
		return (unsigned)value;
	if (bit >= HISTOGRAM_OCTAVES)
		return HISTOGRAM_BUCKETS - 1;
	return (bit - 2) * 8 + (unsigned)(value >> (bit - 3) & 7);
}

/* The first value that belongs to a bucket. */
static uint64_t bucket_start(unsigned bucket)
{
	if (bucket < EXACT)
		return bucket;
	return (uint64_t)(8 + bucket % 8) << (bucket / 8 - 1);
}

void histogram_add(struct histogram *h, uint64_t value)
{
	if (!h->count || value < h->least)
		h->least = value;
	if (value > h->most)
		h->most = value;
	h->count++;
	h->buckets[bucket_of(value)]++;
}

uint64_t histogram_quantile(const struct histogram *h, unsigned permille)
{
	/* Of seven values the median is the fourth. */
	uint64_t wanted = h->count / 1000 * permille + (h->count % 1000 * permille + 999) / 1000;
	uint64_t seen = 0, end;
	unsigned i = 0;

	if (!h->count)
		return 0;
	if (!wanted)
		return h->least;
	while (i < HISTOGRAM_BUCKETS - 1 && (seen += h->buckets[i]) < wanted)
		i++;
	end = i < HISTOGRAM_BUCKETS - 1 ? bucket_start(i + 1) - 1 : h->most;
	return end < h->most ? end : h->most;
}

uint64_t histogram_octave(const struct histogram *h, unsigned octave)
{
	unsigned first = octave ? bucket_of(1ull << octave) : 0;
	unsigned end =
		octave + 1 < HISTOGRAM_OCTAVES ? bucket_of(2ull << octave) : HISTOGRAM_BUCKETS;
	uint64_t sum = 0;

	for (unsigned i = first; i < end; i++)
		sum += h->buckets[i];
	return sum;
}

unsigned histogram_octave_of(uint64_t value)
{
	unsigned bit = highest_bit(value);

	return bit < HISTOGRAM_OCTAVES ? bit : HISTOGRAM_OCTAVES - 1;
}
