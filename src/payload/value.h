/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The fields that are neither numbers nor checksums, one row each: how the argument is read and
 * what bytes it gives.  Only src/payload includes it.
 */
#ifndef PAYLOAD_VALUE_H
#define PAYLOAD_VALUE_H

#include "payload/field.h"
#include "payload/reader.h"

#include <limits.h>

/* Everything between the braces. */
#define FIELD_BODY_MAX (PATH_MAX + 16)
/* How much of a word an error quotes. */
#define FIELD_QUOTE_COLUMNS 40

/* One field as it was written. */
struct field_call {
	struct reading *r;
	size_t place; /* of "${" in r->text */
	const char *name;
	char *arg; /* behind the first colon, or from "[" on; NULL: there is none */
	size_t arg_at;
};

struct field {
	const char *name;
	const char *form; /* its argument, as help writes it */
	bool needs_argument;
	enum field_life {
		FIELD_SETTLED,    /* always the same bytes */
		FIELD_OF_REQUEST, /* the same in each answer to a request */
		FIELD_OF_MOMENT,  /* others each time */
	} life;
	const char *help;
	/* e->at is an offset in the argument. */
	bool (*read)(struct field_call *f, struct error *e);
};

/* All of them; ends with name NULL. */
extern const struct field fields[];

/* For numbers and checksums too: their bytes now, and bytes that late_fill() will fill in. */
void value_put(struct field_call *f, const struct number_type *t, uint64_t bits);
bool value_put_late(struct field_call *f, const struct late *l, size_t width, struct error *e);
bool value_none_of(const char *arg, struct error *e, const char *wanted);

#endif
