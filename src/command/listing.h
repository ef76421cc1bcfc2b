/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Output of more than one line: rows of cells, each with the command that Enter on
 * it puts into the line.  A screen shows it as a panel, other faces print it.  For
 * JSON a row may hold the same facts as members of an object.
 */
#ifndef COMMAND_LISTING_H
#define COMMAND_LISTING_H

#include "util/buf.h"

#define LISTING_MAX (8u << 20) /* bytes of all texts */

enum listing_style { LISTING_PLAIN, LISTING_HEADING, LISTING_ERROR, LISTING_DIM };

struct listing_row {
	size_t text;    /* offsets into "texts": the cells, parted by tabs */
	size_t command; /* SIZE_MAX: none */
	size_t event;   /* name and, behind its NUL, the members; SIZE_MAX: none */
	enum listing_style style;
};

struct listing {
	struct buf title;
	struct buf texts;
	struct listing_row *rows;
	size_t count, room;
	struct buf remake; /* the command that makes it again; "": the one that made it */
	bool live;         /* made again whenever something changed */
	size_t cut;        /* rows that did not fit into LISTING_MAX */
};

void listing_init(struct listing *l);
void listing_done(struct listing *l);
void listing_reset(struct listing *l);

/* Adds a row; fmt gives the cells parted by "\t" (columns are aligned when shown); command may be
 * NULL. */
void listing_row(struct listing *l, enum listing_style style, const char *command, const char *fmt,
		 ...) __attribute__((format(printf, 4, 5)));
/* Of the row just added: what JSON says instead, the name of its event and members made with
 * util/json.h. */
void listing_data(struct listing *l, const char *event, const struct buf *members);
const char *listing_text(const struct listing *l, size_t row);
const char *listing_command(const struct listing *l, size_t row); /* NULL: none */
/* The event's name and its members; false: JSON does not have this row. */
bool listing_event(const struct listing *l, size_t row, const char **event, const char **members);

#define LISTING_COLUMNS 13
/* Width of each column over all rows that have more than one cell; the last cell of a row is not
 * counted.  A cell wider than 44 columns does not widen its column.  measure: how wide a cell of n
 * bytes is shown. */
typedef size_t listing_measure_fn(const char *cell, size_t n);
void listing_widths(const struct listing *l, listing_measure_fn *measure,
		    size_t widths[LISTING_COLUMNS]);

#endif
