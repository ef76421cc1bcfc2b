/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Numbers in binary.
 */
#include "payload/number.h"

#include "util/num.h"
#include "util/text.h"

#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#define QUOTE_COLUMNS 40

const struct number_type number_types[] = {
	{ "u8", NUMBER_UNSIGNED, 1, false },
	{ "u16be", NUMBER_UNSIGNED, 2, false },
	{ "u16le", NUMBER_UNSIGNED, 2, true },
	{ "u24be", NUMBER_UNSIGNED, 3, false },
	{ "u24le", NUMBER_UNSIGNED, 3, true },
	{ "u32be", NUMBER_UNSIGNED, 4, false },
	{ "u32le", NUMBER_UNSIGNED, 4, true },
	{ "u64be", NUMBER_UNSIGNED, 8, false },
	{ "u64le", NUMBER_UNSIGNED, 8, true },
	{ "i8", NUMBER_SIGNED, 1, false },
	{ "i16be", NUMBER_SIGNED, 2, false },
	{ "i16le", NUMBER_SIGNED, 2, true },
	{ "i24be", NUMBER_SIGNED, 3, false },
	{ "i24le", NUMBER_SIGNED, 3, true },
	{ "i32be", NUMBER_SIGNED, 4, false },
	{ "i32le", NUMBER_SIGNED, 4, true },
	{ "i64be", NUMBER_SIGNED, 8, false },
	{ "i64le", NUMBER_SIGNED, 8, true },
	{ "f32be", NUMBER_FLOAT, 4, false },
	{ "f32le", NUMBER_FLOAT, 4, true },
	{ "f64be", NUMBER_FLOAT, 8, false },
	{ "f64le", NUMBER_FLOAT, 8, true },
	{ 0 },
};

/* "u16" is "u16be"; the little-endian row of that width has another end. */
static bool is_named(const struct number_type *t, const char *name)
{
	size_t n = strlen(name);

	if (strncmp(t->name, name, n) != 0)
		return false;
	return !t->name[n] || strcmp(t->name + n, "be") == 0;
}

const struct number_type *number_find(const char *name)
{
	for (const struct number_type *t = number_types; t->name; t++)
		if (is_named(t, name))
			return t;
	return NULL;
}

static uint64_t largest(const struct number_type *t)
{
	uint64_t all = UINT64_MAX >> (64 - 8 * t->size);

	return t->kind == NUMBER_SIGNED ? all >> 1 : all;
}

static bool parse_float(const struct number_type *t, const char *word, uint64_t *bits,
			struct error *e)
{
	int quoted = (int)text_fit(word, strlen(word), QUOTE_COLUMNS);
	char *end;
	double d = strtod(word, &end);
	float f;
	uint32_t bits32;

	if (end == word || *end || strchr(" \t\n\v\f\r", word[0]))
		return err_at(e, 0, "\"%.*s\" is no number", quoted, word);
	if (t->size == sizeof(d)) {
		memcpy(bits, &d, sizeof(d));
		return true;
	}
	f = (float)d;
	if (isinf(f) && !isinf(d)) {
		err_at(e, 0, "%.*s is too large for %s", quoted, word, t->name);
		if (e)
			e->code = ERR_RANGE;
		return false;
	}
	memcpy(&bits32, &f, sizeof(f));
	*bits = bits32;
	return true;
}

bool number_parse(const struct number_type *t, const char *word, uint64_t *bits, struct error *e)
{
	int64_t max = (int64_t)(largest(t) & INT64_MAX), value;

	if (t->kind == NUMBER_FLOAT)
		return parse_float(t, word, bits, e);
	if (t->kind == NUMBER_UNSIGNED)
		return num_parse_uint(word, largest(t), bits, e);
	if (!num_parse_int(word, -max - 1, max, &value, e))
		return false;
	*bits = (uint64_t)value;
	return true;
}

bool number_fits(const struct number_type *t, uint64_t value, struct error *e)
{
	if (value <= largest(t))
		return true;
	return err_set(e, ERR_RANGE, "%" PRIu64 " is outside 0..%" PRIu64, value, largest(t));
}

void number_put(const struct number_type *t, uint64_t bits, uint8_t *out)
{
	for (size_t i = 0; i < t->size; i++) {
		out[t->little ? i : t->size - 1 - i] = (uint8_t)bits;
		bits >>= 8;
	}
}
