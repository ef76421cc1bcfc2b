/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Listings: all texts in one buffer, rows hold offsets into it.
 */
#include "command/listing.h"

#include "util/text.h"

#include <stdlib.h>
#include <string.h>

#define TITLE_MAX 512
#define REMAKE_MAX 64
#define CELL_MAX 44 /* a wider cell does not widen its column */

void listing_init(struct listing *l)
{
	*l = (struct listing){ 0 };
	buf_init(&l->title, TITLE_MAX);
	buf_init(&l->texts, LISTING_MAX);
	buf_init(&l->remake, REMAKE_MAX);
}

void listing_done(struct listing *l)
{
	buf_done(&l->title);
	buf_done(&l->texts);
	buf_done(&l->remake);
	free(l->rows);
	*l = (struct listing){ 0 };
}

void listing_reset(struct listing *l)
{
	buf_reset(&l->title);
	buf_reset(&l->texts);
	buf_reset(&l->remake);
	l->count = 0;
	l->live = false;
	l->cut = 0;
}

static bool make_room(struct listing *l)
{
	size_t room = l->room ? l->room * 2 : 32;
	struct listing_row *rows;

	if (l->count < l->room)
		return true;
	rows = realloc(l->rows, room * sizeof(*rows));
	if (!rows)
		return false;
	l->rows = rows;
	l->room = room;
	return true;
}

static bool add_text(struct buf *texts, const char *fmt, va_list ap)
	__attribute__((format(printf, 2, 0)));

/* The NUL that ends a text is part of "texts", so that every text is a C string. */
static bool add_text(struct buf *texts, const char *fmt, va_list ap)
{
	return buf_vprintf(texts, fmt, ap) && buf_char(texts, '\0');
}

void listing_row(struct listing *l, enum listing_style style, const char *command, const char *fmt,
		 ...)
{
	struct listing_row row = {
		.text = l->texts.len,
		.command = SIZE_MAX,
		.event = SIZE_MAX,
		.style = style,
	};
	bool fits = make_room(l);
	va_list ap;

	va_start(ap, fmt);
	fits = fits && add_text(&l->texts, fmt, ap);
	va_end(ap);
	if (fits && command) {
		row.command = l->texts.len;
		fits = buf_str(&l->texts, command) && buf_char(&l->texts, '\0');
	}
	if (fits)
		l->rows[l->count++] = row;
	else
		l->cut++;
}

void listing_data(struct listing *l, const char *event, const struct buf *members)
{
	size_t at = l->texts.len;

	/* A row that did not fit has none; nor has one whose members do not. */
	if (l->cut || !l->count || members->failed)
		return;
	if (buf_add(&l->texts, event, strlen(event) + 1) &&
	    buf_add(&l->texts, buf_cstr(members), members->len + 1))
		l->rows[l->count - 1].event = at;
}

bool listing_event(const struct listing *l, size_t row, const char **event, const char **members)
{
	size_t at = l->rows[row].event;

	if (at == SIZE_MAX)
		return false;
	*event = l->texts.data + at;
	*members = *event + strlen(*event) + 1;
	return true;
}

const char *listing_text(const struct listing *l, size_t row)
{
	return l->texts.data + l->rows[row].text;
}

const char *listing_command(const struct listing *l, size_t row)
{
	size_t at = l->rows[row].command;

	return at == SIZE_MAX ? NULL : l->texts.data + at;
}

void listing_widths(const struct listing *l, listing_measure_fn *measure,
		    size_t widths[LISTING_COLUMNS])
{
	memset(widths, 0, LISTING_COLUMNS * sizeof(*widths));
	for (size_t i = 0; i < l->count; i++) {
		const char *cell = listing_text(l, i);
		const char *tab;

		for (size_t k = 0; k < LISTING_COLUMNS && (tab = strchr(cell, '\t')); k++) {
			size_t width = measure(cell, (size_t)(tab - cell));

			if (width <= CELL_MAX && width > widths[k])
				widths[k] = width;
			cell = tab + 1;
		}
	}
}
