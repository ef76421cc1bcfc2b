/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A histogram of numbers whose size nobody knows before: eight buckets for each power
 * of two, so a value is known to an eighth of itself, from 0 to 2^42 (73 minutes of
 * nanoseconds).  What is larger is counted in the last bucket; the least and the most
 * are kept exactly.
 *
 * Adding takes constant time and allocates nothing; a zeroed struct is an empty one.
 */
#ifndef UTIL_HISTOGRAM_H
#define UTIL_HISTOGRAM_H

#include <stdint.h>

#define HISTOGRAM_OCTAVES 42 /* octave 0 holds 0 and 1, octave n holds 2^n .. 2^(n+1)-1 */
#define HISTOGRAM_BUCKETS ((HISTOGRAM_OCTAVES - 2) * 8)

struct histogram {
	uint64_t count, least, most;
	uint64_t buckets[HISTOGRAM_BUCKETS];
};

void histogram_add(struct histogram *h, uint64_t value);
/* What so many of a thousand do not exceed, rounded up to the end of its bucket; 0 if empty. */
uint64_t histogram_quantile(const struct histogram *h, unsigned permille);
/* How many values lie in an octave. */
uint64_t histogram_octave(const struct histogram *h, unsigned octave);
/* The octave of a value, at most HISTOGRAM_OCTAVES - 1. */
unsigned histogram_octave_of(uint64_t value);

#endif
