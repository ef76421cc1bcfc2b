/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Two packets beside each other in place of the details, or one row above the other where there is
 * no room; bytes that differ are coloured in both, what only one of them has stands alone.
 */
#include "ui/view.h"

#include <inttypes.h>

#define BETWEEN 2 /* columns */

struct painter {
	const struct compare *compare;
	struct canvas *c;
	int per_row;
	bool beside;
	int left, right; /* columns at which the two begin */
};

static void place(struct painter *d, int cols, int hex_width)
{
	int most = hex_width ? hex_width : 32;

	d->left = 1;
	d->per_row = dump_fit(DUMP_HEX, most, (cols - d->left - BETWEEN) / 2);
	d->beside = d->per_row >= 8;
	if (!d->beside)
		d->per_row = dump_fit(DUMP_HEX, most, cols - d->left);
	d->right = d->beside ? d->left + dump_width(DUMP_HEX, d->per_row) + BETWEEN : d->left;
}

/* ---- rows ---- */

/* One of the two in the cells from "from" on. */
static void draw_side(const struct painter *d, bool marked, size_t from, int row)
{
	const struct align *al = &d->compare->align;
	const uint8_t *data = marked ? al->a : al->b;
	int col = marked ? d->left : d->right;
	bool begun = false;

	for (int i = 0; i < d->per_row && from + (size_t)i < al->cells; i++) {
		size_t cell = from + (size_t)i;
		struct align_cell at = align_cell(al, cell);
		size_t offset = marked ? at.a : at.b;

		if (offset == ALIGN_NONE) {
			dump_draw_gap(d->c, row, col, i);
			continue;
		}
		if (!begun)
			canvas_printf(d->c, row, col, 4, STYLE_DIM, "%04zx", offset);
		begun = true;
		dump_draw_byte(d->c, row, col, d->per_row, i, data[offset],
			       align_differs(al, cell) ? STYLE_CHANGED : STYLE_NORMAL);
	}
	if (!d->beside)
		canvas_str(d->c, row, 0, 1, STYLE_DIM, marked ? "-" : "+");
}

/* Rows of cells that the body holds. */
static size_t room_for(const struct painter *d, int body_rows)
{
	return (size_t)(d->beside ? body_rows : body_rows / 2);
}

static void keep_in_view(struct details_view *view, const struct painter *d, size_t room)
{
	const struct align *al = &d->compare->align;
	size_t per_row = (size_t)d->per_row, total = (al->cells + per_row - 1) / per_row;

	if (view->scroll == DETAILS_TO_DIFFERENCE) {
		size_t row = align_next(al, 0) / per_row;

		/* With a row of what is before it. */
		view->scroll = row < room ? 0 : row - 1;
	}
	if (view->scroll + room > total)
		view->scroll = total > room ? total - room : 0;
}

static void draw_rows(const struct painter *d, const struct layout *l, size_t scroll)
{
	size_t room = room_for(d, l->body_rows);

	for (size_t i = 0; i < room; i++) {
		size_t from = (scroll + i) * (size_t)d->per_row;
		int row = l->body_top + (int)i * (d->beside ? 1 : 2);

		if (from >= d->compare->align.cells)
			break;
		draw_side(d, true, from, row);
		draw_side(d, false, from, d->beside ? row : row + 1);
	}
}

/* ---- title ---- */

static void add_name(struct buf *out, const struct packet *p)
{
	if (p->no)
		buf_printf(out, "#%" PRIu64, p->no);
	else
		buf_printf(out, "the %s", packet_kind_name(p->kind));
}

static void add_alone(struct buf *out, size_t bytes, const struct packet *p)
{
	if (!bytes)
		return;
	buf_printf(out, ", %zu only in ", bytes);
	add_name(out, p);
}

/* "#7 (marked) beside #9: 2 bytes differ, 8 only in #9" */
static void format_title(const struct compare *c, struct buf *out)
{
	const struct align *al = &c->align;

	add_name(out, &c->marked.packet);
	buf_str(out, " (marked) beside ");
	add_name(out, &c->other.packet);
	if (!al->differ && !al->only_a && !al->only_b) {
		buf_printf(out, ": the same %zu byte%s", al->a_len, al->a_len == 1 ? "" : "s");
		return;
	}
	buf_printf(out, ": %zu byte%s differ%s", al->differ, al->differ == 1 ? "" : "s",
		   al->differ == 1 ? "s" : "");
	add_alone(out, al->only_a, &c->marked.packet);
	add_alone(out, al->only_b, &c->other.packet);
}

static void format_position(const struct details_view *view, const struct painter *d, size_t room,
			    struct buf *out)
{
	size_t per_row = (size_t)d->per_row, cells = d->compare->align.cells;
	size_t last = (view->scroll + room) * per_row;

	if (cells)
		buf_printf(out, "%zu-%zu of %zu", view->scroll * per_row + 1,
			   last < cells ? last : cells, cells);
}

void pane_compare_draw(struct view *v, const struct packet *p, const struct layout *l,
		       struct canvas *c)
{
	struct painter d = { .compare = &v->compare, .c = c };
	struct details_view *view = &v->details;
	struct buf left, right;
	size_t room;

	if (!compare_with(&v->compare, p)) {
		pane_title_draw(c, l->title,
				v->compare.marked.set ? "no memory to compare"
						      : "nothing is marked: m marks a packet",
				"");
		return;
	}
	place(&d, l->cols, view->hex_width);
	room = room_for(&d, l->body_rows);
	keep_in_view(view, &d, room);
	view->rows = (int)room;
	view->width = d.per_row;
	draw_rows(&d, l, view->scroll);
	buf_init(&left, 256);
	buf_init(&right, 64);
	format_title(&v->compare, &left);
	format_position(view, &d, room, &right);
	pane_title_draw(c, l->title, buf_cstr(&left), buf_cstr(&right));
	buf_done(&left);
	buf_done(&right);
}
