/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Lengths and checksums: what is filled in once all other bytes are there.
 *
 * A length in decimal changes what it counts.  Its width begins with one digit and grows until all
 * lengths fit; more digits never make a length shorter, so that ends, at the shortest text
 * that is true.
 */
#include "payload/reader.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#define DIGITS_MAX 20

static bool is_decimal(const struct late *l)
{
	return !l->sum && !l->type;
}

/* While the text of lengths is not yet in, l->at is the place without it. */
struct layout {
	size_t widths[READING_LATE_MAX]; /* 0: its bytes are in place already */
	size_t total;                    /* of the widths */
};

/* What a length counts; "before" are the widths of those to the left of it. */
static uint64_t length_of(const struct reading *r, const struct late *l, const struct layout *y,
			  size_t before, size_t width)
{
	size_t all = r->out->len - r->start + y->total + r->env->tail;
	size_t end = l->at - r->start + before + (l->type ? l->type->size : width);

	return l->rest ? all - end : all;
}

/* Widens the first length that does not fit; false: all do. */
static bool grow(const struct reading *r, struct layout *y)
{
	size_t before = 0;

	for (size_t i = 0; i < r->late_count; i++) {
		const struct late *l = &r->late[i];
		char digits[DIGITS_MAX + 1];
		size_t width;

		if (!is_decimal(l))
			continue;
		width = (size_t)snprintf(digits, sizeof(digits), "%" PRIu64,
					 length_of(r, l, y, before, y->widths[i]));
		if (width > y->widths[i]) {
			y->total += width - y->widths[i];
			y->widths[i] = width;
			return true;
		}
		before += width;
	}
	return false;
}

/* Makes room for the text of lengths, from the last to the first. */
static bool spread(struct reading *r, const struct layout *y)
{
	size_t end = r->out->len, shift = y->total;

	if (!buf_fill(r->out, '0', shift))
		return false;
	for (size_t i = r->late_count; i-- > 0;) {
		struct late *l = &r->late[i];

		memmove(r->out->data + l->at + shift, r->out->data + l->at, end - l->at);
		end = l->at;
		shift -= y->widths[i];
		l->at += shift;
	}
	return true;
}

static bool fill_length(struct reading *r, const struct late *l, size_t width, struct error *e)
{
	static const struct layout in_place;
	uint64_t value = length_of(r, l, &in_place, 0, width);
	char digits[DIGITS_MAX + 1];

	if (!l->type) {
		snprintf(digits, sizeof(digits), "%" PRIu64, value);
		memcpy(r->out->data + l->at, digits, width);
		return true;
	}
	if (!number_fits(l->type, value, e)) {
		if (e)
			e->at = (ptrdiff_t)l->place;
		return err_prefix(e, "len: ");
	}
	number_put(l->type, value, (uint8_t *)r->out->data + l->at);
	return true;
}

static void fill_sum(struct reading *r, const struct late *l)
{
	const struct number_type type = { .size = l->sum->size, .little = l->little };
	const char *first = r->out->data + r->start;

	number_put(&type, checksum_run(l->sum, first, l->at - r->start),
		   (uint8_t *)r->out->data + l->at);
}

bool late_fill(struct reading *r, struct error *e)
{
	struct layout y = { 0 };

	for (size_t i = 0; i < r->late_count; i++) {
		y.widths[i] = is_decimal(&r->late[i]);
		y.total += y.widths[i];
	}
	while (grow(r, &y))
		;
	if (y.total && !spread(r, &y))
		return true; /* the buffer tells that it is full */
	for (size_t i = 0; i < r->late_count; i++)
		if (!r->late[i].sum && !fill_length(r, &r->late[i], y.widths[i], e))
			return false;
	for (size_t i = 0; i < r->late_count; i++)
		if (r->late[i].sum)
			fill_sum(r, &r->late[i]);
	return true;
}
