/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A canvas: rows of cells, each a character with its marks and a style.
 *
 * Panes write it, the painter paints it, unit tests compare it.  Text goes through
 * text_next(): what must not be shown becomes a dot, so no cell ever holds a
 * control or a bidirectional character, whoever wrote it.
 */
#ifndef UI_CANVAS_H
#define UI_CANVAS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define CANVAS_ROWS_MAX 500
#define CANVAS_COLS_MAX 1000

/* Styles are meanings; ui/screen.c maps them to colours and, without colours, to attributes. */
enum style {
	STYLE_NORMAL,
	STYLE_STATUS,  /* the head rows */
	STYLE_COLUMNS, /* column heads */
	STYLE_RX,
	STYLE_TX,
	STYLE_ERROR,
	STYLE_EVENT,
	STYLE_GAP,
	STYLE_DIM,
	STYLE_SELECTED,     /* the bar, list focused */
	STYLE_SELECTED_DIM, /* the bar while the focus is elsewhere */
	STYLE_TITLE,        /* title of details and panels */
	STYLE_WARNING,
	STYLE_INFO, /* message row */
	STYLE_PROMPT,
	STYLE_INPUT,
	STYLE_KEY,     /* key bar: the key ... */
	STYLE_LABEL,   /* ... and what it does */
	STYLE_MARKED,  /* bytes of the field under the cursor */
	STYLE_CHANGED, /* bytes that differ from those of another datagram */
	STYLE_FOUND,   /* bytes that "find" looks for */
	STYLE_ROW,     /* a row of the list by a rule: enum row_color (command/color.h) is added */
	STYLE_ROW_LAST = STYLE_ROW + 9,
	STYLE_COUNT,
};

struct cell {
	uint32_t ch[3]; /* base and up to two marks; ch[0] 0: right half of a wide character */
	uint8_t style;  /* enum style */
	uint8_t width;  /* 1, 2; 0 for the right half */
};

struct canvas {
	int rows, cols;
	struct cell *cells;         /* rows * cols */
	int cursor_row, cursor_col; /* row -1: invisible */
};

/* Sizes are clamped to 1..CANVAS_*_MAX.  false without memory; the canvas is then as before. */
bool canvas_resize(struct canvas *c, int rows, int cols);
void canvas_done(struct canvas *c);
void canvas_clear(struct canvas *c); /* blanks, STYLE_NORMAL, cursor invisible */
bool canvas_copy(struct canvas *to, const struct canvas *from);

/* Writes text at row, col in at most "width" columns (clipped to the canvas) and returns the
 * columns used.  A wide character that does not fit whole is left out. */
int canvas_text(struct canvas *c, int row, int col, int width, enum style style, const char *s,
		size_t n);
int canvas_str(struct canvas *c, int row, int col, int width, enum style style, const char *s);
/* Of a text that has no room only whole words, with ".." for the others. */
int canvas_words(struct canvas *c, int row, int col, int width, enum style style, const char *s);
int canvas_printf(struct canvas *c, int row, int col, int width, enum style style, const char *fmt,
		  ...) __attribute__((format(printf, 6, 7)));
/* Right-aligned in exactly width columns. */
void canvas_right(struct canvas *c, int row, int col, int width, enum style style, const char *s);
void canvas_fill(struct canvas *c, int row, int col, int width, enum style style, uint32_t ch);
/* Changes the style of cells only. */
void canvas_paint(struct canvas *c, int row, int col, int width, enum style style);

#endif
