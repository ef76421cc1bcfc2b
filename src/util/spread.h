/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * How values are spread: least, greatest, mean, standard deviation, percentiles, in memory that
 * does not grow with their number.
 *
 * Values are nanoseconds.  Percentiles come from a histogram of ever wider slots: they are right to
 * one part in 16384 (0.7 us of 12 ms), and never outside least and greatest.  What is longer than
 * SPREAD_LONGEST counts as that long in percentiles, and only there.
 */
#ifndef UTIL_SPREAD_H
#define UTIL_SPREAD_H

#include "util/err.h"

#include <stdint.h>

#define SPREAD_LONGEST ((1ull << 44) - 1) /* 4.9 hours */

struct spread {
	uint64_t count, min, max;
	double mean, squares; /* of distances from the mean */
	uint32_t *slots;
};

bool spread_init(struct spread *s, struct error *e);
void spread_done(struct spread *s);
void spread_add(struct spread *s, uint64_t value);
/* The value that "permille" of all values do not exceed (nearest rank); 0 without values. */
uint64_t spread_rank(const struct spread *s, unsigned permille);
/* The deviation of these values themselves (divided by n), as ping(8) has it; 0 below two. */
double spread_deviation(const struct spread *s);

#endif
