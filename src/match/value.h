/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The values of an expression, read once as what their field is compared with.
 *
 * A value is a range wherever it names more than one thing: an address with a prefix, a time
 * with fewer digits than it has, 5..9.
 */
#ifndef MATCH_VALUE_H
#define MATCH_VALUE_H

#include "expr/expr.h"
#include "match/field.h"
#include "match/regex.h"

struct value {
	uint64_t low, high;   /* number, time, flag; bits of a word */
	bool of_day;          /* time: ns since midnight */
	struct addr from, to; /* address; family 0: any, port 0: any, scope 0: any */
	uint32_t peer;        /* address: @N instead; 0: none */
	struct buf bytes;
	struct regex *regex;
};

/* Reads item as what the field is compared with; e->at is an offset in the expression's text. */
bool value_read(struct value *v, const struct field *f, enum expr_op op,
		const struct expr_item *item, struct error *e);
void value_done(struct value *v);

#endif
