/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A panel: a listing over the body, its cells in columns.  A last cell without room goes on in
 * further rows; rows of so many columns that there is no room for that go to the left and right.
 */
#include "net/addr.h"
#include "ui/view.h"
#include "ui/wrap.h"
#include "util/text.h"

#include <stdio.h>
#include <string.h>

#define ROW_MAX 65536
#define TEXT_COL 2
#define CELL_GAP 2
#define LAST_CELL_MIN 20 /* columns in which words can be read */
#define ADDRESS_MAX 26   /* columns of an address where there is no room for all of a row */
#define NUMBER_MIN 8     /* of them, what is left of its number */

/* What drawing rows needs, made once per frame. */
struct painter {
	struct view *v;
	struct panel_view *p;
	struct canvas *c;
	size_t widths[LISTING_COLUMNS];
	int room;        /* columns of a row */
	bool narrow;     /* not enough for the columns of this listing: addresses are cut */
	struct buf text; /* of the row formatted last ... */
	int hang;        /* ... the column where its last cell belongs */
	bool wraps;      /* ... that cell goes on in rows of its own */
};

/* Adds a cell, an IPv6 address in it cut in the middle, as in the list: zone and port stay. */
static void add_cut(struct buf *out, const char *cell, size_t n)
{
	size_t at = n, end, colons = 0;

	while (at > 0 && cell[at - 1] != ' ')
		at--;
	at += at < n && cell[at] == '[';
	for (end = at; end < n && strchr("0123456789abcdef:.", cell[end]); end++)
		colons += cell[end] == ':';
	if (n <= ADDRESS_MAX || colons < 2 || n - (end - at) + NUMBER_MIN > ADDRESS_MAX) {
		buf_add(out, cell, n);
		return;
	}
	buf_add(out, cell, at);
	addr_cut_middle(out, cell + at, end - at, ADDRESS_MAX - (n - (end - at)));
	buf_add(out, cell + end, n - end);
}

static size_t cut_width(const char *cell, size_t n)
{
	size_t width;
	struct buf cut;

	if (n <= ADDRESS_MAX)
		return text_width(cell, n);
	buf_init(&cut, n);
	add_cut(&cut, cell, n);
	width = text_width(buf_cstr(&cut), cut.len);
	buf_done(&cut);
	return width;
}

/* Words that have one name in front of them get most of the row: a longer name pushes them on. */
static void place_columns(struct painter *d)
{
	size_t most = (size_t)d->room / 3, all = LAST_CELL_MIN;

	listing_widths(&d->p->listing, text_width, d->widths);
	for (size_t k = 0; k < LISTING_COLUMNS; k++)
		all += d->widths[k] ? d->widths[k] + CELL_GAP : 0;
	d->narrow = all > (size_t)d->room;
	if (d->narrow)
		listing_widths(&d->p->listing, cut_width, d->widths);
	if (!d->widths[1] && d->widths[0] > most)
		d->widths[0] = most;
}

/* The cells of a row, all but the last filled up to their column's width. */
static void format_row(struct painter *d, size_t row)
{
	const char *text = listing_text(&d->p->listing, row), *tab;
	int used;

	buf_reset(&d->text);
	d->hang = 0;
	for (size_t k = 0; (tab = strchr(text, '\t')); k++) {
		size_t wanted = k < LISTING_COLUMNS ? d->widths[k] : 0;
		size_t start = d->text.len, width;

		if (d->narrow)
			add_cut(&d->text, text, (size_t)(tab - text));
		else
			buf_add(&d->text, text, (size_t)(tab - text));
		width = text_width(buf_cstr(&d->text) + start, d->text.len - start);
		buf_fill(&d->text, ' ', (wanted > width ? wanted - width : 0) + CELL_GAP);
		d->hang += (int)wanted + CELL_GAP;
		text = tab + 1;
	}
	used = (int)text_width(buf_cstr(&d->text), d->text.len);
	d->hang = d->hang ? d->hang : CELL_GAP;
	d->wraps = d->hang + LAST_CELL_MIN <= d->room && used - CELL_GAP <= d->room;
	buf_str(&d->text, text);
}

static bool is_heading(const struct listing *l, size_t row)
{
	return l->rows[row].style == LISTING_HEADING;
}

size_t panel_item(const struct listing *l, size_t row, bool up)
{
	size_t above = row, below = row;

	if (row >= l->count)
		return row;
	while (above > 0 && is_heading(l, above))
		above--;
	while (below + 1 < l->count && is_heading(l, below))
		below++;
	if (is_heading(l, above) || (!up && !is_heading(l, below)))
		return is_heading(l, below) ? row : below;
	return above;
}

/* ---- which rows are shown ---- */

/* Rows of the screen that a row of the listing takes. */
static int height_of(struct painter *d, size_t row)
{
	format_row(d, row);
	return d->wraps ? wrap_rows(buf_cstr(&d->text), d->room, d->hang) : 1;
}

/* The first row, at or behind "least", from which all up to "last" have room. */
static size_t first_to_show(struct painter *d, size_t least, size_t last, int rows)
{
	int used = height_of(d, last);
	size_t first = last;

	while (first > least && (used += height_of(d, first - 1)) <= rows)
		first--;
	return first;
}

/* The bar is in view, with the heading above it; at the end no row is empty that another fills. */
static void keep_in_view(struct painter *d, int rows)
{
	struct panel_view *p = d->p;
	size_t count = p->listing.count, end, fill;
	int used = 0;

	p->row = p->row < count ? p->row : count ? count - 1 : 0;
	p->top = p->top < p->row ? p->top : p->row;
	p->rows = 1;
	if (!count)
		return;
	if (p->top == p->row && p->top > 0 && is_heading(&p->listing, p->top - 1))
		p->top--;
	p->top = first_to_show(d, p->top, p->row, rows);
	fill = first_to_show(d, 0, count - 1, rows);
	p->top = p->top < fill ? p->top : fill;
	for (end = p->top; end < count && (used += height_of(d, end)) <= rows; end++)
		;
	p->rows = end > p->top ? (int)(end - p->top) : 1;
}

/* ---- drawing ---- */

/* Headings are no rows to a person. */
static size_t items_before(const struct listing *l, size_t row)
{
	size_t items = 0;

	for (size_t i = 0; i < row && i < l->count; i++)
		items += !is_heading(l, i);
	return items;
}

static void draw_title(const struct panel_view *p, const struct layout *l, struct canvas *c)
{
	const struct listing *list = &p->listing;
	size_t first = items_before(list, p->top) + 1;
	size_t last = items_before(list, p->top + (size_t)p->rows);
	size_t all = items_before(list, list->count);
	char position[96] = "";

	if (list->cut)
		snprintf(position, sizeof(position), "%zu-%zu of %zu, %zu more did not fit", first,
			 last, all, list->cut);
	else if (all)
		snprintf(position, sizeof(position), "%zu-%zu of %zu", first, last, all);
	pane_title_draw(c, l->title, buf_cstr(&list->title), position);
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

/* Columns of the widest row that is not wrapped. */
static size_t widest_row(struct painter *d)
{
	const struct panel_view *p = d->p;
	size_t widest = 0, end = p->top + (size_t)p->rows;

	for (size_t i = p->top; i < end && i < p->listing.count; i++) {
		size_t width;

		format_row(d, i);
		width = d->wraps ? 0 : text_width(buf_cstr(&d->text), d->text.len);
		widest = width > widest ? width : widest;
	}
	return widest;
}

/* Over all rows of the screen that a row of the listing takes. */
static void draw_bar(const struct painter *d, int row, int rows)
{
	bool focused = d->v->focus == FOCUS_PANEL;

	canvas_fill(d->c, row, 0, 1, STYLE_NORMAL, '>');
	for (int i = 0; i < rows; i++)
		canvas_paint(d->c, row + i, 0, d->c->cols,
			     focused ? STYLE_SELECTED : STYLE_SELECTED_DIM);
}

/* Returns the rows of the screen that it took, above "end". */
static int draw_row(struct painter *d, int row, int end, size_t i)
{
	enum style style = style_of(d->p->listing.rows[i].style);
	const char *text;
	int at = row;

	format_row(d, i);
	text = buf_cstr(&d->text);
	if (d->wraps) {
		struct wrap w;

		wrap_begin(&w, text, d->room, d->hang);
		do
			canvas_text(d->c, at++, TEXT_COL + w.indent, d->room - w.indent, style,
				    w.rest, w.n);
		while (wrap_next(&w) && at < end);
	} else {
		size_t skip = text_fit(text, d->text.len, d->p->left);

		canvas_text(d->c, at++, TEXT_COL, d->room, style, text + skip, d->text.len - skip);
	}
	if (i == d->p->row)
		draw_bar(d, row, at - row);
	return at - row;
}

void pane_panel_draw(struct view *v, const struct layout *l, struct canvas *c)
{
	struct panel_view *p = &v->panel;
	struct painter d = { .v = v, .p = p, .c = c };
	int row = l->body_top, end = l->body_top + l->body_rows;
	size_t widest, room;

	if (l->title < 0)
		return;
	d.room = c->cols > TEXT_COL ? c->cols - TEXT_COL : 1;
	room = (size_t)d.room;
	buf_init(&d.text, ROW_MAX);
	place_columns(&d);
	keep_in_view(&d, l->body_rows);
	widest = widest_row(&d);
	if (p->left + room > widest)
		p->left = widest > room ? widest - room : 0;
	draw_title(p, l, c);
	for (size_t i = p->top; i < p->listing.count && row < end; i++)
		row += draw_row(&d, row, end, i);
	buf_done(&d.text);
}
