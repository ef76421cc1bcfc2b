/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The clock is a parameter: timers, rates and schedules are tested without sleeping.
 */
#ifndef UTIL_CLOCK_H
#define UTIL_CLOCK_H

#include <stdint.h>
#include <time.h>

struct clock {
	uint64_t (*monotonic)(void *ctx); /* ns since some start, never backwards */
	uint64_t (*realtime)(void *ctx);  /* ns since 1970 UTC */
	void *ctx;
};

/* CLOCK_MONOTONIC and CLOCK_REALTIME. */
extern const struct clock clock_system;

static inline uint64_t clock_monotonic(const struct clock *c)
{
	return c->monotonic(c->ctx);
}

static inline uint64_t clock_realtime(const struct clock *c)
{
	return c->realtime(c->ctx);
}

/* In nanoseconds. */
static inline uint64_t clock_ns(const struct timespec *t)
{
	return (uint64_t)t->tv_sec * 1000000000u + (uint64_t)t->tv_nsec;
}

#endif
