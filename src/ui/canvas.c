/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Cells.  Whatever is written passes text_next_on() here, so this file decides alone
 * what a cell may hold.
 */
#include "ui/canvas.h"

#include "util/buf.h"
#include "util/text.h"

#include <stdlib.h>
#include <string.h>

#define PRINTF_MAX 4096

static const struct cell blank = { .ch = { ' ' }, .style = STYLE_NORMAL, .width = 1 };

static int clamp(int n, int max)
{
	return n < 1 ? 1 : n > max ? max : n;
}

bool canvas_resize(struct canvas *c, int rows, int cols)
{
	struct cell *cells;

	rows = clamp(rows, CANVAS_ROWS_MAX);
	cols = clamp(cols, CANVAS_COLS_MAX);
	if (!c->cells || rows != c->rows || cols != c->cols) {
		cells = calloc((size_t)rows * (size_t)cols, sizeof(*cells));
		if (!cells)
			return false;
		free(c->cells);
		c->cells = cells;
		c->rows = rows;
		c->cols = cols;
	}
	canvas_clear(c);
	return true;
}

void canvas_done(struct canvas *c)
{
	free(c->cells);
	*c = (struct canvas){ 0 };
}

void canvas_clear(struct canvas *c)
{
	size_t count = (size_t)c->rows * (size_t)c->cols;

	for (size_t i = 0; i < count; i++)
		c->cells[i] = blank;
	c->cursor_row = -1;
	c->cursor_col = 0;
}

bool canvas_copy(struct canvas *to, const struct canvas *from)
{
	if (!canvas_resize(to, from->rows, from->cols))
		return false;
	memcpy(to->cells, from->cells,
	       (size_t)from->rows * (size_t)from->cols * sizeof(*from->cells));
	to->cursor_row = from->cursor_row;
	to->cursor_col = from->cursor_col;
	return true;
}

static struct cell *cell_at(const struct canvas *c, int row, int col)
{
	return &c->cells[(size_t)row * (size_t)c->cols + (size_t)col];
}

/* The style stays. */
static void blank_out(struct cell *cell)
{
	memcpy(cell->ch, blank.ch, sizeof(blank.ch));
	cell->width = blank.width;
}

/* A wide character of which one half is overwritten leaves no other half behind. */
static void unlink_halves(struct canvas *c, int row, int col)
{
	struct cell *cell = cell_at(c, row, col);

	if (cell->width == 0 && col > 0)
		blank_out(&cell[-1]);
	if (cell->width == 2 && col + 1 < c->cols)
		blank_out(&cell[1]);
}

static void put(struct canvas *c, int row, int col, enum style style, uint32_t ch, int width)
{
	for (int i = 0; i < width; i++) {
		unlink_halves(c, row, col + i);
		*cell_at(c, row, col + i) = (struct cell){
			.ch = { i ? 0 : ch },
			.style = (uint8_t)style,
			.width = (uint8_t)(i ? 0 : width),
		};
	}
}

static void add_mark(struct cell *base, uint32_t mark)
{
	for (size_t i = 1; i < sizeof(base->ch) / sizeof(base->ch[0]); i++) {
		if (!base->ch[i]) {
			base->ch[i] = mark;
			return;
		}
	}
}

/* Columns of [col, col + width) that are on the canvas, 0 if none is. */
static int clip(const struct canvas *c, int row, int col, int width)
{
	if (row < 0 || row >= c->rows || col < 0 || col >= c->cols || width <= 0)
		return 0;
	return width < c->cols - col ? width : c->cols - col;
}

int canvas_text(struct canvas *c, int row, int col, int width, enum style style, const char *s,
		size_t n)
{
	int used = 0, last = 0, marks = 0;

	width = clip(c, row, col, width);
	if (!width)
		return 0;
	for (size_t i = 0; i < n;) {
		struct text_glyph g = text_next_on(s + i, n - i, &marks);
		int columns = g.shown ? g.width : 1;

		if (used + columns > width)
			break;
		if (columns) {
			last = col + used;
			put(c, row, last, style, g.shown ? g.cp : '.', columns);
		} else {
			add_mark(cell_at(c, row, last), g.cp);
		}
		used += columns;
		i += g.bytes;
	}
	return used;
}

int canvas_str(struct canvas *c, int row, int col, int width, enum style style, const char *s)
{
	return canvas_text(c, row, col, width, style, s, strlen(s));
}

int canvas_words(struct canvas *c, int row, int col, int width, enum style style, const char *s)
{
	size_t len = strlen(s), n = len;
	int used;

	if (col + width > c->cols)
		width = c->cols - col;
	if (width > 2 && text_width(s, len) > (size_t)width)
		n = text_wrap(s, len, (size_t)width - 2);
	while (n < len && n > 0 && s[n - 1] == ' ')
		n--;
	used = canvas_text(c, row, col, width, style, s, n);
	return used + canvas_str(c, row, col + used, width - used, style, n < len ? ".." : "");
}

int canvas_printf(struct canvas *c, int row, int col, int width, enum style style, const char *fmt,
		  ...)
{
	struct buf text;
	va_list ap;
	int used;

	buf_init(&text, PRINTF_MAX);
	va_start(ap, fmt);
	buf_vprintf(&text, fmt, ap);
	va_end(ap);
	used = canvas_text(c, row, col, width, style, buf_cstr(&text), text.len);
	buf_done(&text);
	return used;
}

void canvas_right(struct canvas *c, int row, int col, int width, enum style style, const char *s)
{
	int columns = (int)text_width(s, strlen(s));
	int left = columns < width ? width - columns : 0;

	if (!clip(c, row, col, width))
		return;
	canvas_fill(c, row, col, left, style, ' ');
	canvas_str(c, row, col + left, width - left, style, s);
}

void canvas_fill(struct canvas *c, int row, int col, int width, enum style style, uint32_t ch)
{
	char utf8[4];
	size_t n = text_encode(ch, utf8);
	struct text_glyph g = n ? text_next(utf8, n) : (struct text_glyph){ 0 };

	width = clip(c, row, col, width);
	for (int i = 0; i < width; i++)
		put(c, row, col + i, style, g.shown && g.width == 1 ? ch : '.', 1);
}

void canvas_paint(struct canvas *c, int row, int col, int width, enum style style)
{
	width = clip(c, row, col, width);
	for (int i = 0; i < width; i++)
		cell_at(c, row, col + i)->style = (uint8_t)style;
}
