/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Times as a filter writes them, as long as what they name: 12:03 a minute of any day,
 * 12:03:11.301 a millisecond, 2026-03-01 a day, 2026-03-01T12:03:11Z a second of one.
 *
 * Without Z they are local times.
 */
#ifndef MATCH_MOMENT_H
#define MATCH_MOMENT_H

#include "util/err.h"

#include <stdint.h>

struct moment {
	bool of_day;        /* ns since midnight, else realtime ns */
	uint64_t low, high; /* the first and the last ns of it */
};

bool moment_parse(const char *word, struct moment *out, struct error *e);
/* Local ns since midnight of a realtime. */
uint64_t moment_of_day(uint64_t time);

#endif
