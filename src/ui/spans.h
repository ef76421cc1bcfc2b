/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Byte ranges of a payload and the style that each is painted in.
 *
 * The dump of the details and the row of the list paint with the same ones, which view_spans()
 * (ui/view.h) gathers.  Only what is in a window is kept, the bytes that are shown; where ranges
 * overlap the later one wins.
 */
#ifndef UI_SPANS_H
#define UI_SPANS_H

#include "ui/canvas.h"

#define SPANS_MAX 512

struct spans {
	size_t from, to; /* the window: from <= offset < to */
	struct span {
		size_t offset, length;
		enum style style;
	} list[SPANS_MAX];
	size_t count;
};

/* None, for a window. */
void spans_init(struct spans *s, size_t from, size_t to);
/* What of it is in the window; beyond SPANS_MAX it is not painted. */
void spans_add(struct spans *s, size_t offset, size_t length, enum style style);
enum style spans_at(const struct spans *s, size_t offset, enum style otherwise);

#endif
