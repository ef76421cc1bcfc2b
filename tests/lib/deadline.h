/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Points in time until which a test waits for something.  Tests never sleep and
 * hope: they wait for the thing itself, and give up at a deadline.
 *
 * UDPDECK_TEST_SLOW=N makes every deadline N times longer, for builds with
 * sanitizers, valgrind and busy machines.
 */
#ifndef TESTS_LIB_DEADLINE_H
#define TESTS_LIB_DEADLINE_H

#include <stdint.h>

#define DEADLINE_DEFAULT_MS 10000

/* CLOCK_MONOTONIC in milliseconds. */
typedef int64_t deadline_t;

/* "ms" from now, made longer by UDPDECK_TEST_SLOW. */
deadline_t deadline_in(int ms);

/* Milliseconds that are left, rounded up, 0 when it has passed; fits poll(). */
int deadline_left(deadline_t d);

#endif
