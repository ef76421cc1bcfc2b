/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Slots: one for each value below 2 * FINE, then FINE for each power of two.  Most of them are
 * never touched, and what calloc() never gave is no memory.
 */
#include "util/spread.h"

#include <stdlib.h>

#define FINE_BITS 13
#define FINE (1u << FINE_BITS)
#define LONGEST_BITS 44
#define SLOTS ((LONGEST_BITS - FINE_BITS + 1) * FINE)

bool spread_init(struct spread *s, struct error *e)
{
	uint32_t *slots = calloc(SLOTS, sizeof(*slots));

	if (!slots)
		return err_set(e, ERR_LIMIT, "no memory for statistics");
	*s = (struct spread){ .slots = slots };
	return true;
}

void spread_done(struct spread *s)
{
	free(s->slots);
	*s = (struct spread){ 0 };
}

/* How many low bits of a value its slot forgets. */
static unsigned forgotten(uint64_t value)
{
	unsigned bits = 64 - (unsigned)__builtin_clzll(value | 1);

	return bits > FINE_BITS + 1 ? bits - FINE_BITS - 1 : 0;
}

static size_t slot_of(uint64_t value)
{
	unsigned drop;

	if (value > SPREAD_LONGEST)
		value = SPREAD_LONGEST;
	drop = forgotten(value);
	return (size_t)drop * FINE + (size_t)(value >> drop);
}

/* The middle of a slot. */
static uint64_t value_of(size_t slot)
{
	unsigned drop = slot < 2 * FINE ? 0 : (unsigned)(slot / FINE - 1);

	return ((uint64_t)(slot - (size_t)drop * FINE) << drop) + ((1ull << drop) >> 1);
}

void spread_add(struct spread *s, uint64_t value)
{
	uint32_t *slot = &s->slots[slot_of(value)];
	double away = (double)value - s->mean;

	if (!s->count || value < s->min)
		s->min = value;
	if (value > s->max)
		s->max = value;
	s->count++;
	s->mean += away / (double)s->count;
	s->squares += away * ((double)value - s->mean);
	if (*slot < UINT32_MAX)
		++*slot;
}

static uint64_t within(const struct spread *s, uint64_t value)
{
	if (value < s->min)
		return s->min;
	return value > s->max ? s->max : value;
}

uint64_t spread_rank(const struct spread *s, unsigned permille)
{
	uint64_t wanted = s->count / 1000 * permille + (s->count % 1000 * permille + 999) / 1000;
	uint64_t seen = 0;

	if (!s->count)
		return 0;
	for (size_t i = slot_of(s->min); i < slot_of(s->max); i++) {
		seen += s->slots[i];
		if (seen >= wanted && seen)
			return within(s, value_of(i));
	}
	return within(s, value_of(slot_of(s->max)));
}

/* Newton's way down from above.  libm would be loaded at each start for this one root. */
static double root_of(double x)
{
	double root = x > 1 ? x : 1, next = (root + x / root) / 2;

	while (next < root) {
		root = next;
		next = (root + x / root) / 2;
	}
	return root;
}

double spread_deviation(const struct spread *s)
{
	return s->count > 1 ? root_of(s->squares / (double)s->count) : 0;
}
