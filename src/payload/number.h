/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Numbers in binary: every width and order that ${...} fields write.
 *
 * u8 u16be u16le u24be ... i64le are integers, f32be ... f64le IEEE 754; without an order
 * (u16) they are big-endian.
 */
#ifndef PAYLOAD_NUMBER_H
#define PAYLOAD_NUMBER_H

#include "util/err.h"

#include <stddef.h>
#include <stdint.h>

#define NUMBER_BYTES 8

enum number_kind { NUMBER_UNSIGNED, NUMBER_SIGNED, NUMBER_FLOAT };

struct number_type {
	const char *name;
	enum number_kind kind;
	size_t size; /* bytes */
	bool little; /* least byte first */
};

/* All of them; ends with name NULL. */
extern const struct number_type number_types[];

/* NULL: there is none of that name. */
const struct number_type *number_find(const char *name);

/* The bits of a word's value, to be put; the error names the range ("300 is outside 0..255"). */
bool number_parse(const struct number_type *t, const char *word, uint64_t *bits, struct error *e);
/* Does a count fit?  The error names the range. */
bool number_fits(const struct number_type *t, uint64_t value, struct error *e);
/* Writes t->size bytes: the low bits of what is wider. */
void number_put(const struct number_type *t, uint64_t bits, uint8_t *out);

#endif
