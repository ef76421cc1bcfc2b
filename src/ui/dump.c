/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "ui/dump.h"

#include "util/text.h"

#include <string.h>

#define OFFSET_COLS 5    /* "0040 " ... */
#define C_OFFSET_COLS 11 /* ... and as a comment */
#define C_BYTE_COLS 6    /* "0x40, " */
#define GLYPH_MAX 64     /* bytes of one character in the notation, with its marks */

int dump_width(enum dump_form form, int per_row)
{
	if (form == DUMP_C)
		return C_OFFSET_COLS + C_BYTE_COLS * per_row - 1;
	return OFFSET_COLS + 3 * per_row - 1 + (per_row - 1) / 8 + 2 + per_row;
}

int dump_fit(enum dump_form form, int most, int columns)
{
	while (most > 1 && dump_width(form, most) > columns)
		most /= 2;
	return most;
}

/* ---- rows of text ---- */

/* A character with the marks on it, in the notation.  Returns where the next begins. */
static size_t next_glyph(const struct dump *d, size_t at, struct buf *out)
{
	int marks = 0;
	size_t end = text_escape_next(out, d->data, d->n, at, &marks);

	while (end < d->n && marks > 0 && d->data[end] >= 0x80) {
		size_t before = out->len, next;

		next = text_escape_next(out, d->data, d->n, end, &marks);
		if (text_width(out->data, out->len) > text_width(out->data, before)) {
			buf_cut(out, before);
			break;
		}
		end = next;
	}
	return end;
}

typedef void each_glyph(void *ctx, size_t at, size_t end, int column, const struct buf *text);

/* Most text is this: one column, no mark on it. */
static bool is_plain(const struct dump *d, size_t at)
{
	uint8_t byte = d->data[at];

	return byte >= ' ' && byte < 0x7f && byte != '\\' && byte != '$' &&
	       (at + 1 == d->n || d->data[at + 1] < 0x80);
}

/* One row from "at" on: up to a newline or as wide as there is room; returns where the next one
 * begins. */
static size_t walk_row(const struct dump *d, size_t at, struct buf *text, each_glyph *each,
		       void *ctx)
{
	int column = 0;

	while (at < d->n) {
		size_t end = at + 1, width = 1;

		if (each || !is_plain(d, at)) {
			buf_reset(text);
			end = next_glyph(d, at, text);
			width = text_width(text->data, text->len);
		}
		if (column && column + (int)width > d->per_row)
			break;
		if (each)
			each(ctx, at, end, column, text);
		column += (int)width;
		at = end;
		if (d->data[at - 1] == '\n')
			break;
	}
	return at;
}

/* Walks to the row "row" or to that of "byte", what comes first; returns it and where it begins. */
static size_t walk_to(const struct dump *d, size_t row, size_t byte, size_t *start)
{
	struct buf text;
	size_t at = 0, done = 0;

	buf_init(&text, GLYPH_MAX);
	while (done < row && at < d->n) {
		size_t next = walk_row(d, at, &text, NULL, NULL);

		if (byte < next)
			break;
		at = next;
		done++;
	}
	buf_done(&text);
	*start = at;
	return done;
}

/* ---- rows ---- */

size_t dump_row(const struct dump *d, size_t byte)
{
	size_t start;

	return d->form == DUMP_TEXT ? walk_to(d, SIZE_MAX, byte, &start)
				    : byte / (size_t)d->per_row;
}

size_t dump_rows(const struct dump *d)
{
	return d->n ? dump_row(d, d->n - 1) + 1 : 0;
}

size_t dump_start(const struct dump *d, size_t row)
{
	size_t start = row * (size_t)d->per_row;

	if (d->form == DUMP_TEXT)
		walk_to(d, row, SIZE_MAX, &start);
	return start < d->n ? start : d->n;
}

size_t dump_move(const struct dump *d, size_t byte, long rows)
{
	size_t row = dump_row(d, byte), in_row = byte - dump_start(d, row);
	size_t last = dump_rows(d) - 1, end;

	if (rows < 0)
		row -= (size_t)-rows < row ? (size_t)-rows : row;
	else
		row = (size_t)rows < last - row ? row + (size_t)rows : last;
	byte = dump_start(d, row) + in_row;
	end = dump_start(d, row + 1);
	return byte < end ? byte : end - 1;
}

/* ---- drawing ---- */

void dump_draw_byte(struct canvas *c, int row, int col, int per_row, int i, uint8_t byte,
		    enum style style)
{
	int characters = col + dump_width(DUMP_HEX, per_row) - per_row;
	char dot = text_dot(byte);

	canvas_printf(c, row, col + OFFSET_COLS + 3 * i + i / 8, 2, style, "%02x", byte);
	canvas_text(c, row, characters + i, 1, style, &dot, 1);
}

void dump_draw_gap(struct canvas *c, int row, int col, int i)
{
	canvas_str(c, row, col + OFFSET_COLS + 3 * i + i / 8, 2, STYLE_CHANGED, "--");
}

static enum style style_of(const struct dump *d, const struct spans *spans, size_t at,
			   enum style otherwise)
{
	return at == d->cursor ? STYLE_MARKED : spans_at(spans, at, otherwise);
}

static void draw_bytes(const struct dump *d, size_t at, int row, const struct spans *spans,
		       struct canvas *c)
{
	bool hex = d->form == DUMP_HEX;

	canvas_printf(c, row, d->col, C_OFFSET_COLS, STYLE_DIM, hex ? "%04zx" : "/* %04zx */", at);
	for (int i = 0; i < d->per_row && at < d->n; i++, at++) {
		enum style style = style_of(d, spans, at, STYLE_NORMAL);

		if (hex)
			dump_draw_byte(c, row, d->col, d->per_row, i, d->data[at], style);
		else
			canvas_printf(c, row, d->col + C_OFFSET_COLS + C_BYTE_COLS * i, 5, style,
				      "0x%02x,", d->data[at]);
	}
}

struct text_row {
	const struct dump *d;
	const struct spans *spans;
	struct canvas *c;
	int row;
};

/* What stands for something else is dim, so that a backslash that was sent is not. */
static void draw_glyph(void *ctx, size_t at, size_t end, int column, const struct buf *text)
{
	const struct text_row *r = ctx;
	bool as_it_is = text->len == end - at && memcmp(text->data, r->d->data + at, end - at) == 0;
	enum style style = as_it_is ? STYLE_NORMAL : STYLE_DIM;

	for (size_t i = end; i > at; i--)
		style = style_of(r->d, r->spans, i - 1, style);
	canvas_text(r->c, r->row, r->d->col + column, r->d->per_row - column, style, text->data,
		    text->len);
}

static void draw_text(const struct dump *d, size_t from, int top, int rows,
		      const struct spans *spans, struct canvas *c)
{
	struct text_row r = { d, spans, c, top };
	size_t at = dump_start(d, from);
	struct buf text;

	buf_init(&text, GLYPH_MAX);
	for (; r.row < top + rows && at < d->n; r.row++)
		at = walk_row(d, at, &text, draw_glyph, &r);
	buf_done(&text);
}

void dump_draw(const struct dump *d, size_t from, int top, int rows, const struct spans *spans,
	       struct canvas *c)
{
	if (d->form == DUMP_TEXT) {
		draw_text(d, from, top, rows, spans, c);
		return;
	}
	for (int i = 0; i < rows; i++) {
		size_t at = dump_start(d, from + (size_t)i);

		if (at < d->n)
			draw_bytes(d, at, top + i, spans, c);
	}
}
