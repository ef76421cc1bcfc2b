/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Where in the bytes of a datagram something matches: what "find" highlights.
 *
 * Begins as PLACE_START; each call of regex_next(), filter_next() or what_next() moves it to the
 * next place to the right that is not empty, and leaves it as it is if there is none.  The work is
 * bounded over all calls, more closely than that of a match: rows are drawn 30 times a second.
 */
#ifndef MATCH_PLACE_H
#define MATCH_PLACE_H

#include "util/buf.h"

#include <stdint.h>

struct match_place {
	size_t offset, length;
	uint64_t steps; /* left; 0: it is given up */
};

#define PLACE_START ((struct match_place){ .steps = 512u << 10 })

/* The next place of these bytes in data[0..n). */
bool place_next(struct match_place *at, const void *data, size_t n, const struct buf *bytes);

#endif
