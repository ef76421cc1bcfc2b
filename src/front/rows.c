/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "front/rows.h"

#include "util/text.h"

#include <inttypes.h>
#include <string.h>

#define GAP 2 /* blanks between columns */

/* Words for people: a backslash in them stays as it is. */
static void add_cell(struct buf *out, const char *text, size_t n)
{
	struct buf cell;

	buf_init(&cell, n + 1);
	buf_add(&cell, text, n);
	text_show(out, buf_cstr(&cell));
	buf_done(&cell);
}

static void one_row(const char *text, const size_t *widths, struct buf *out)
{
	size_t start = out->len;

	for (size_t column = 0;; column++) {
		size_t n = strcspn(text, "\t"), width = text_width(text, n);

		add_cell(out, text, n);
		if (!text[n])
			break;
		if (column < LISTING_COLUMNS && widths[column] > width)
			buf_fill(out, ' ', widths[column] - width);
		buf_fill(out, ' ', GAP);
		text += n + 1;
	}
	/* empty cells at the end */
	while (out->len > start && out->data[out->len - 1] == ' ')
		buf_cut(out, out->len - 1);
	buf_char(out, '\n');
}

void rows_format(const struct listing *l, struct buf *out)
{
	size_t widths[LISTING_COLUMNS];

	listing_widths(l, text_width, widths);
	if (l->title.len) {
		text_show(out, buf_cstr(&l->title));
		buf_char(out, '\n');
	}
	for (size_t i = 0; i < l->count; i++)
		one_row(listing_text(l, i), widths, out);
	if (l->cut)
		buf_printf(out, "%zu more rows did not fit\n", l->cut);
}
