/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A text over several rows of the screen, by whole words where it can be; the rows after the first
 * hang further in, so that they are seen to go on.
 *
 *	wrap_begin(&w, text, width, hang);
 *	do
 *		draw w.n bytes at w.rest, w.indent columns further in;
 *	while (wrap_next(&w));
 */
#ifndef UI_WRAP_H
#define UI_WRAP_H

#include <stdbool.h>
#include <stddef.h>

struct wrap {
	const char *rest; /* what this row begins with; borrowed */
	size_t n;         /* bytes of it that the row holds */
	int indent;
	int width, hang;
};

/* The first row of a text that ends in NUL; width and hang are columns.  A hang that would leave
 * no column is less. */
void wrap_begin(struct wrap *w, const char *text, int width, int hang);
/* The next one; false: there is none. */
bool wrap_next(struct wrap *w);
/* How many there are, at least 1. */
int wrap_rows(const char *text, int width, int hang);

#endif
