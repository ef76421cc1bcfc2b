/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The fields of a packet by name, for filters.
 */
#ifndef MATCH_FIELD_H
#define MATCH_FIELD_H

#include "match/filter.h"

enum field_type {
	FIELD_NUMBER,
	FIELD_TIME,
	FIELD_ADDRESS,
	FIELD_WORD, /* one or more of a few words; a bit each */
	FIELD_FLAG,
	FIELD_TEXT,
	FIELD_BYTES,
};

/* What a packet has of a field; data and addr point into the packet. */
struct field_value {
	unsigned count; /* 0: nothing; only numbers have 2 */
	uint64_t number[2];
	const struct addr *addr;
	const void *data;
	size_t n;
};

/* The words of FIELD_WORD; ends with name NULL. */
struct field_word {
	const char *name;
	uint64_t bit;
};

struct field {
	const char *name;
	enum field_type type;
	void (*get)(const struct packet *p, const struct filter_env *env, struct field_value *out);
	const struct field_word *words;
	const char *help;
	uint64_t max;    /* of a number; 0: none */
	bool of_session; /* more than the datagram and its socket tell it */
};

/* NULL: there is none of that name. */
const struct field *field_find(const char *name, size_t n);
const struct field *field_at(size_t i); /* NULL: no more */
/* "number", "address", ... */
const char *field_type_name(enum field_type type);
const char *field_type_phrase(enum field_type type); /* with its article */

#endif
