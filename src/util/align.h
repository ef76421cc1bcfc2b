/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Two strings of bytes laid beside each other, so that what both have stands opposite.
 *
 * The result is blocks of bytes that stand opposite each other, equal or not; what is between two
 * blocks is in one string only.  One insertion costs more than a few bytes that differ, so that
 * bytes which are equal by chance do not tear the rest apart (Gotoh, J. Mol. Biol. 162, 1982).
 * That takes a step for each pair of bytes; strings too long for it are first cut where eight
 * bytes or more are equal, and what is still too long stands opposite as it comes.  So the time
 * is bounded: some milliseconds for two datagrams of 64 KiB.
 *
 * Rows are drawn by cells: a cell is two bytes opposite each other, or one alone.
 */
#ifndef UTIL_ALIGN_H
#define UTIL_ALIGN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define ALIGN_NONE SIZE_MAX

struct align_block {
	size_t a, b, length;
	size_t cell; /* of its first byte */
};

struct align {
	const uint8_t *a, *b; /* borrowed */
	size_t a_len, b_len;
	struct align_block *blocks; /* ascending; the last has length 0 and stands at both ends */
	size_t count, room;
	size_t cells;
	/* Bytes that stand opposite another one; bytes that are alone. */
	size_t differ, only_a, only_b;
};

/* a and b live as long as the alignment.  false: no memory, and nothing is in *out. */
bool align_make(struct align *out, const uint8_t *a, size_t a_len, const uint8_t *b, size_t b_len);
void align_done(struct align *al);

/* What is in a cell: offsets in a and b, ALIGN_NONE where that string has nothing. */
struct align_cell {
	size_t a, b;
};
struct align_cell align_cell(const struct align *al, size_t cell);
/* Are the two bytes of the cell unlike, or is one alone? */
bool align_differs(const struct align *al, size_t cell);
/* The first cell at or behind "from" that differs; al->cells: none. */
size_t align_next(const struct align *al, size_t from);

#endif
