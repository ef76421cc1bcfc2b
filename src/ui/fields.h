/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What is known about a packet, as rows for the details: a name, a value, the bytes of the
 * payload that it stands in, and the filter that finds its like.
 */
#ifndef UI_FIELDS_H
#define UI_FIELDS_H

#include "ui/view.h"

struct fields {
	struct listing rows; /* "name\tvalue" */
	/* Of each row. */
	struct field_bytes {
		size_t offset, length; /* length 0: it stands in no bytes */
	} * bytes;
	size_t room;
};

void fields_init(struct fields *f);
void fields_done(struct fields *f);

/* Appends a row.  filter: an expression; NULL: what tells its bytes from others does, if it has
 * some.  value may hold anything that a canvas takes.  Without memory there is no such row. */
void fields_add(struct fields *f, const char *name, const char *value, const char *filter,
		size_t offset, size_t length);

/* Fills an empty one with what is known without a protocol, or with what tshark knows. */
void fields_make(struct fields *out, const struct view *v, const struct packet *p);

/* The row of the fewest bytes that holds this one, of equal ones the last; false: none does. */
bool fields_find(const struct fields *f, size_t byte, size_t *row);
/* Appends the expression that finds what has the row's value; false: there is none. */
bool fields_filter(const struct fields *f, size_t row, const struct packet *p, struct buf *out);

#endif
