/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Deadlines on the monotonic clock, scaled by the environment. */
#include "deadline.h"

#include <limits.h>
#include <stdlib.h>
#include <time.h>

static int64_t now_ms(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (int64_t)ts.tv_sec * 1000 + ts.tv_nsec / 1000000;
}

static double slowness(void)
{
	const char *text = getenv("UDPDECK_TEST_SLOW");
	double factor = text ? strtod(text, NULL) : 1;

	return factor >= 1 && factor <= 1000 ? factor : 1;
}

deadline_t deadline_in(int ms)
{
	return now_ms() + (int64_t)(ms * slowness());
}

int deadline_left(deadline_t d)
{
	int64_t left = d - now_ms();

	if (left <= 0)
		return 0;
	return left < INT_MAX ? (int)left : INT_MAX;
}
