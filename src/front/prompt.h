/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The line being typed, on the last row of a terminal of which nothing is known: kept
 * up with nothing but text, blanks and "\r".
 *
 * The row is never wider than asked for: a longer line is scrolled so that the cursor is
 * in it, "<" and ">" stand where it goes on.  What must not reach a terminal is shown by
 * signs.  A character typed at the end adds that character alone.
 */
#ifndef FRONT_PROMPT_H
#define FRONT_PROMPT_H

#include "util/buf.h"

struct prompt_line {
	const char *word; /* "text> " */
	const char *text;
	size_t len, point; /* bytes */
};

struct prompt_row {
	struct buf text;
	int width;
	size_t cursor; /* bytes of text before it */
	bool whole;    /* nothing is scrolled out */
};

struct prompt {
	bool shown; /* "row" is on the terminal's last row */
	struct prompt_row row, next;
};

void prompt_init(struct prompt *p);
void prompt_done(struct prompt *p);

/* What it shows, in "columns" (>= 20). */
void prompt_draw(struct prompt *p, const struct prompt_line *line, int columns, struct buf *out);
/* Makes room for other lines. */
void prompt_erase(struct prompt *p, struct buf *out);
/* The line is done: it stays where it is, whole, and the next row begins. */
void prompt_leave(struct prompt *p, const struct prompt_line *line, struct buf *out);

#endif
