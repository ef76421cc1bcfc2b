/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The bytes of a payload in rows: as hex with their characters, as a C array, as text in the
 * notation of payloads.
 *
 * Which byte stands in which row is arithmetic for hex and C; text is walked from its begin.
 */
#ifndef UI_DUMP_H
#define UI_DUMP_H

#include "ui/spans.h"

enum dump_form { DUMP_HEX, DUMP_C, DUMP_TEXT };

struct dump {
	enum dump_form form;
	int per_row; /* bytes in a row, of text columns; 0: there is no room for them */
	int col;     /* where it begins */
	const uint8_t *data;
	size_t n;
	size_t cursor; /* the byte under it; n or more: none */
};

/* Columns that a row of so many bytes takes; not of text. */
int dump_width(enum dump_form form, int per_row);
/* The most bytes of "most", a half of it, a quarter, ... in a row of so many columns. */
int dump_fit(enum dump_form form, int most, int columns);

/* The row that a byte stands in, and how many there are. */
size_t dump_row(const struct dump *d, size_t byte);
size_t dump_rows(const struct dump *d);
/* The first byte of a row; n past the last. */
size_t dump_start(const struct dump *d, size_t row);
/* The byte so many rows below, or above, as far as there are some. */
size_t dump_move(const struct dump *d, size_t byte, long rows);

/* Draws "rows" rows of it at "top", from row "from" on. */
void dump_draw(const struct dump *d, size_t from, int top, int rows, const struct spans *spans,
	       struct canvas *c);

/* One byte of a row of hex: its two digits in the i-th place, and its character. */
void dump_draw_byte(struct canvas *c, int row, int col, int per_row, int i, uint8_t byte,
		    enum style style);
/* Where a row of hex has no byte in the i-th place. */
void dump_draw_gap(struct canvas *c, int row, int col, int i);

#endif
