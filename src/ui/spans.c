/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "ui/spans.h"

void spans_init(struct spans *s, size_t from, size_t to)
{
	s->from = from;
	s->to = to;
	s->count = 0;
}

/* One that goes on where the last ended is the same one. */
static bool join(struct spans *s, size_t offset, size_t length, enum style style)
{
	struct span *last = s->count ? &s->list[s->count - 1] : NULL;

	if (!last || last->style != style || last->offset + last->length != offset)
		return false;
	last->length += length;
	return true;
}

void spans_add(struct spans *s, size_t offset, size_t length, enum style style)
{
	size_t end = s->to;

	if (offset >= end)
		return;
	if (length < end - offset)
		end = offset + length;
	if (offset < s->from)
		offset = s->from;
	if (offset >= end || join(s, offset, end - offset, style) || s->count == SPANS_MAX)
		return;
	s->list[s->count++] = (struct span){ offset, end - offset, style };
}

enum style spans_at(const struct spans *s, size_t offset, enum style otherwise)
{
	for (size_t i = s->count; i > 0; i--) {
		const struct span *at = &s->list[i - 1];

		if (offset >= at->offset && offset - at->offset < at->length)
			return at->style;
	}
	return otherwise;
}
