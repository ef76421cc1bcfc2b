/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The system's clocks behind struct clock.
 */
#include "util/clock.h"

#include <stddef.h>

static uint64_t read_clock(clockid_t id)
{
	struct timespec now;

	clock_gettime(id, &now);
	return clock_ns(&now);
}

static uint64_t system_monotonic(void *ctx)
{
	(void)ctx;
	return read_clock(CLOCK_MONOTONIC);
}

static uint64_t system_realtime(void *ctx)
{
	(void)ctx;
	return read_clock(CLOCK_REALTIME);
}

const struct clock clock_system = { system_monotonic, system_realtime, NULL };
