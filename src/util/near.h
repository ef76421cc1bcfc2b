/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Which known name did a person probably mean? */
#ifndef UTIL_NEAR_H
#define UTIL_NEAR_H

#include "util/buf.h"

/*
 * Of the candidates offered one by one, keeps the nearest: those that begin with the word, or
 * differ from it by few keystrokes (insertion, deletion, replacement, swap of neighbours).
 */
#define NEAR_KEPT 3
#define NEAR_WORD 40

struct near {
	const char *word;
	const char *names[NEAR_KEPT]; /* best first; borrowed from near_offer */
	unsigned distances[NEAR_KEPT];
	unsigned count;
};

void near_init(struct near *n, const char *word);
void near_offer(struct near *n, const char *candidate);
/* Appends ": did you mean A, B or C?", or nothing if nothing was near. */
void near_format(const struct near *n, struct buf *out);

#endif
