/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Running linedemo, see demo.h. */
#include "demo.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

void demo_path(char *out, size_t size)
{
	static const char name[] = "linedemo";
	ssize_t n = readlink("/proc/self/exe", out, size - sizeof(name));
	char *slash;

	out[n > 0 ? n : 0] = '\0';
	slash = strrchr(out, '/');
	memcpy(slash ? slash + 1 : out, name, sizeof(name));
}

struct term *demo_run(void **state, int rows, int cols, const char *const env[])
{
	char path[4096];
	const char *const argv[] = { path, NULL };

	demo_path(path, sizeof(path));
	*state = term_start(rows, cols, argv, env);
	return *state;
}

struct term *demo_start(void **state, const char *const env[])
{
	struct term *t = demo_run(state, 24, 80, env);

	if (!t || term_until_row_has(t, 0, "map=0"))
		return t;
	term_dump(t, stderr);
	return NULL;
}

int demo_end(void **state)
{
	term_end(*state);
	*state = NULL;
	return 0;
}

static bool never(struct term *t, void *ctx)
{
	(void)t;
	(void)ctx;
	return false;
}

void demo_pass(struct term *t, int ms)
{
	term_until(t, never, NULL, ms);
}
