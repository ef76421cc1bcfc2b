/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A panel: a listing over the body, its cells in columns.
 */
#include "ui/view.h"
#include "util/text.h"

#include <stdio.h>
#include <string.h>

#define ROW_MAX 65536
#define TEXT_COL 2
#define CELL_GAP 2

/* The cells of a row, all but the last filled up to their column's width. */
static void format_row(struct buf *out, const char *text, const size_t widths[LISTING_COLUMNS])
{
	const char *tab;

	buf_reset(out);
	for (size_t k = 0; (tab = strchr(text, '\t')); k++) {
		size_t width = text_width(text, (size_t)(tab - text));
		size_t wanted = k < LISTING_COLUMNS ? widths[k] : 0;

		buf_add(out, text, (size_t)(tab - text));
		buf_fill(out, ' ', (wanted > width ? wanted - width : 0) + CELL_GAP);
		text = tab + 1;
	}
	buf_str(out, text);
}

static void keep_in_view(struct panel_view *p, int rows)
{
	size_t shown = rows > 0 ? (size_t)rows : 1;
	size_t count = p->listing.count;

	if (p->row >= count)
		p->row = count ? count - 1 : 0;
	if (p->top > p->row)
		p->top = p->row;
	if (p->row - p->top >= shown)
		p->top = p->row - shown + 1;
	if (p->top + shown > count)
		p->top = count > shown ? count - shown : 0;
	p->rows = (int)shown;
}

static void draw_title(const struct panel_view *p, const struct layout *l, struct canvas *c)
{
	size_t last = p->top + (size_t)p->rows;
	char position[96] = "";

	if (last > p->listing.count)
		last = p->listing.count;
	if (p->listing.cut)
		snprintf(position, sizeof(position), "%zu-%zu of %zu, %zu more did not fit",
			 p->top + 1, last, p->listing.count, p->listing.cut);
	else if (p->listing.count)
		snprintf(position, sizeof(position), "%zu-%zu of %zu", p->top + 1, last,
			 p->listing.count);
	pane_title_draw(c, l->title, buf_cstr(&p->listing.title), position);
}

static enum style style_of(enum listing_style style)
{
	static const enum style styles[] = {
		[LISTING_PLAIN] = STYLE_NORMAL,
		[LISTING_HEADING] = STYLE_COLUMNS,
		[LISTING_ERROR] = STYLE_ERROR,
		[LISTING_DIM] = STYLE_DIM,
	};

	return styles[style];
}

static size_t widest_row(const struct panel_view *p, const size_t widths[LISTING_COLUMNS],
			 struct buf *text)
{
	size_t widest = 0, end = p->top + (size_t)p->rows;

	for (size_t i = p->top; i < end && i < p->listing.count; i++) {
		size_t width;

		format_row(text, listing_text(&p->listing, i), widths);
		width = text_width(buf_cstr(text), text->len);
		widest = width > widest ? width : widest;
	}
	return widest;
}

static void draw_row(const struct view *v, struct canvas *c, int row, size_t i,
		     const struct buf *text)
{
	const struct panel_view *p = &v->panel;
	size_t skip = text_fit(buf_cstr(text), text->len, p->left);

	canvas_text(c, row, TEXT_COL, c->cols - TEXT_COL, style_of(p->listing.rows[i].style),
		    buf_cstr(text) + skip, text->len - skip);
	if (i != p->row)
		return;
	canvas_fill(c, row, 0, 1, STYLE_NORMAL, '>');
	canvas_paint(c, row, 0, c->cols,
		     v->focus == FOCUS_PANEL ? STYLE_SELECTED : STYLE_SELECTED_DIM);
}

void pane_panel_draw(struct view *v, const struct layout *l, struct canvas *c)
{
	struct panel_view *p = &v->panel;
	size_t widths[LISTING_COLUMNS], widest, room;
	struct buf text;

	if (l->title < 0)
		return;
	buf_init(&text, ROW_MAX);
	listing_widths(&p->listing, widths);
	keep_in_view(p, l->body_rows);
	widest = widest_row(p, widths, &text);
	room = c->cols > TEXT_COL ? (size_t)(c->cols - TEXT_COL) : 1;
	if (p->left + room > widest)
		p->left = widest > room ? widest - room : 0;
	draw_title(p, l, c);
	for (int i = 0; i < l->body_rows && p->top + (size_t)i < p->listing.count; i++) {
		format_row(&text, listing_text(&p->listing, p->top + (size_t)i), widths);
		draw_row(v, c, l->body_top + i, p->top + (size_t)i, &text);
	}
	buf_done(&text);
}
