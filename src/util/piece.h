/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A line that is edited, glyph by glyph as it is shown: what stands for itself, and
 * signs for what must not reach a terminal.
 */
#ifndef UTIL_PIECE_H
#define UTIL_PIECE_H

#include <stdbool.h>
#include <stddef.h>

#define PIECE_MAX 16

struct piece {
	char text[PIECE_MAX];
	size_t len;
	int width;
	bool plain; /* stands for itself; else it is a sign for something that has none */
};

/* The glyph at s with the marks on it, and how many bytes that is; "marks" as in text_next_on(). */
size_t piece_next(const char *s, size_t n, int *marks, struct piece *p);

#endif
