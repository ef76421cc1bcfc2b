/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The details of a packet: its head in words beside its bytes, or the bytes alone in one of the
 * forms of ui/dump.h.
 */
#include "session/words.h"
#include "ui/fields.h"
#include "ui/words.h"
#include "ui/wrap.h"
#include "util/text.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#define NAME_COL 1
#define VALUE_COL 12
#define HANGING 2 /* columns by which the further rows of a value stand in */
#define HEX_COL_MIN 40
#define HEX_COL_MAX 64
#define TITLE_ADDR 28 /* columns of an address in the title */

struct painter {
	struct view *v;
	const struct layout *l;
	struct canvas *c;
	const struct packet *p;
	struct dump dump; /* per_row 0: the bytes are not shown */
	struct fields fields;
};

static bool has_bytes(const struct packet *p)
{
	return p->kind == PACKET_RX || p->kind == PACKET_TX || p->kind == PACKET_ICMP;
}

/* ---- bytes ---- */

static const enum dump_form forms[] = {
	[DETAILS_FIELDS] = DUMP_HEX, [DETAILS_HEX] = DUMP_HEX,     [DETAILS_TEXT] = DUMP_TEXT,
	[DETAILS_C] = DUMP_C,        [DETAILS_COMPARE] = DUMP_HEX,
};

struct dump details_dump(const struct view *v, const struct packet *p)
{
	return (struct dump){
		.form = forms[v->details.mode],
		.per_row = has_bytes(p) ? v->details.width : 0,
		.col = v->details.col,
		.data = p->data,
		.n = p->stored,
		.cursor = v->focus == FOCUS_DETAILS ? v->details.byte : SIZE_MAX,
	};
}

/* Beside the fields: as far to the right as it needs, within limits. */
static void place_beside(struct details_view *d, int most, int cols)
{
	int room;

	d->width = dump_fit(DUMP_HEX, most, cols - HEX_COL_MIN);
	if (d->width < 8)
		d->width = 0;
	room = cols - dump_width(DUMP_HEX, d->width) - 2;
	d->col = room < HEX_COL_MIN ? HEX_COL_MIN : room > HEX_COL_MAX ? HEX_COL_MAX : room;
}

static void place_dump(struct details_view *d, int cols)
{
	enum dump_form form = forms[d->mode];

	if (d->mode == DETAILS_FIELDS) {
		place_beside(d, d->hex_width ? d->hex_width : 16, cols);
		return;
	}
	d->col = cols > dump_width(DUMP_HEX, 2) ? 1 : 0;
	d->width = form == DUMP_TEXT
			   ? cols - 2 * d->col
			   : dump_fit(form, d->hex_width ? d->hex_width : 32, cols - d->col);
}

static void keep_byte_in_view(struct details_view *view, const struct dump *d, size_t rows)
{
	size_t total = dump_rows(d), row;

	if (view->byte >= d->n)
		view->byte = d->n ? d->n - 1 : 0;
	row = dump_row(d, view->byte);
	if (view->scroll > row)
		view->scroll = row;
	if (row - view->scroll >= rows)
		view->scroll = row - rows + 1;
	if (view->scroll + rows > total)
		view->scroll = total > rows ? total - rows : 0;
}

/* The field under the cursor, with what else is painted over it. */
static void gather_spans(const struct painter *d, struct spans *out)
{
	const struct details_view *view = &d->v->details;

	spans_init(out, dump_start(&d->dump, view->scroll),
		   dump_start(&d->dump, view->scroll + (size_t)view->rows));
	if (d->v->focus == FOCUS_DETAILS && d->fields.rows.count) {
		const struct field_bytes *field = &d->fields.bytes[view->field];

		spans_add(out, field->offset, field->length, STYLE_SELECTED_DIM);
	}
	view_spans(d->v, d->p, out);
}

static void draw_dump(struct painter *d)
{
	struct details_view *view = &d->v->details;
	struct spans spans;

	view->rows = d->l->body_rows;
	keep_byte_in_view(view, &d->dump, (size_t)view->rows);
	d->dump = details_dump(d->v, d->p);
	gather_spans(d, &spans);
	dump_draw(&d->dump, view->scroll, d->l->body_top, view->rows, &spans, d->c);
}

/* ---- fields ---- */

static const char *value_of(const struct fields *f, size_t i)
{
	return strchr(listing_text(&f->rows, i), '\t') + 1;
}

/* Where the further rows of a value begin: a tree's rows are indented themselves. */
static int hang_of(const char *value, int width)
{
	int hang = (int)strspn(value, " ") + HANGING;

	return hang < width / 2 ? hang : width / 2;
}

/* Screen rows that a value needs. */
static int rows_of_value(const char *value, int width)
{
	return wrap_rows(value, width, hang_of(value, width));
}

/* Rows above the first one shown, so that the field under the cursor is in view: its first row,
 * if not all of it. */
static int rows_to_skip(const struct fields *fields, int field, int width, int rows)
{
	int before = 0, until;

	for (int i = 0; i < field; i++)
		before += rows_of_value(value_of(fields, (size_t)i), width);
	until = before + rows_of_value(value_of(fields, (size_t)field), width);
	if (until <= rows)
		return 0;
	return until - rows < before ? until - rows : before;
}

/* A tree needs no column for names. */
static int value_col(const struct painter *d)
{
	return d->v->details.tshark ? NAME_COL : VALUE_COL;
}

static void draw_name(const struct painter *d, size_t i, int row)
{
	const char *text = listing_text(&d->fields.rows, i);
	int width = value_col(d) - NAME_COL - 1;

	if (width > 0)
		canvas_text(d->c, row, NAME_COL, width, STYLE_DIM, text, strcspn(text, "\t"));
}

/* Returns the rows used; those outside of the body are not drawn. */
static int draw_field(const struct painter *d, size_t i, int row, int width)
{
	const char *value = value_of(&d->fields, i);
	bool marked = d->v->focus == FOCUS_DETAILS && (int)i == d->v->details.field;
	int begin = row, top = d->l->body_top, end = top + d->l->body_rows, col = value_col(d);
	struct wrap w;

	wrap_begin(&w, value, width, hang_of(value, width));
	do {
		if (row >= top && row < end) {
			if (row == begin)
				draw_name(d, i, row);
			canvas_text(d->c, row, col + w.indent, width - w.indent, STYLE_NORMAL,
				    w.rest, w.n);
			if (marked)
				canvas_paint(d->c, row, 0, col + width, STYLE_SELECTED);
		}
		row++;
	} while (wrap_next(&w));
	return row - begin;
}

static void make_fields(struct painter *d)
{
	struct details_view *view = &d->v->details;

	fields_init(&d->fields);
	fields_make(&d->fields, d->v, d->p);
	view->fields = (int)d->fields.rows.count;
	if (view->field >= view->fields)
		view->field = view->fields - 1;
	if (view->field < 0)
		view->field = 0;
}

static void draw_fields(const struct painter *d)
{
	int right = d->dump.per_row ? d->dump.col : d->c->cols;
	int width = right - 1 > value_col(d) ? right - 1 - value_col(d) : 1;
	int row = d->l->body_top;

	if (d->fields.rows.count)
		row -= rows_to_skip(&d->fields, d->v->details.field, width, d->l->body_rows);
	for (size_t i = 0; i < d->fields.rows.count; i++)
		row += draw_field(d, i, row, width);
}

/* ---- title ---- */

static void format_subject(const struct painter *d, struct buf *out)
{
	const struct packet *p = d->p;
	const struct peer *peer = peer_find(&d->v->session->peers, &p->peer);
	const char *in = session_ifname(d->v->session, p->ifindex);

	if (p->no)
		buf_printf(out, "#%" PRIu64 " ", p->no);
	switch (p->kind) {
	case PACKET_RX:
		if (peer)
			buf_printf(out, "@%" PRIu32, peer->number);
		else
			addr_format_short(out, &p->peer, TITLE_ADDR);
		buf_str(out, " -> ");
		addr_format_short(out, &p->local, TITLE_ADDR);
		if (in)
			buf_printf(out, " on %s", in);
		if (p->flags & PACKET_HAS_TTL)
			buf_printf(out, " ttl %u", p->ttl);
		break;
	case PACKET_TX:
		words_source(out, &p->local, TITLE_ADDR);
		buf_str(out, " -> ");
		words_peer(out, d->v, &p->peer, TITLE_ADDR);
		break;
	case PACKET_ICMP:
		words_error(out, p);
		break;
	default:
		buf_str(out, packet_kind_name(p->kind));
		break;
	}
}

/* Which bytes are shown, of how many. */
static void format_position(const struct painter *d, struct buf *out)
{
	const struct packet *p = d->p;
	size_t scroll = d->v->details.scroll, rows = (size_t)d->l->body_rows;

	if (!has_bytes(p))
		return;
	if (!p->stored)
		buf_str(out, p->kind == PACKET_ICMP ? "nothing quoted" : "empty");
	else if (!d->dump.per_row)
		buf_printf(out, "%" PRIu32 " bytes", p->stored);
	else
		buf_printf(out, "%zu-%zu of %" PRIu32, dump_start(&d->dump, scroll) + 1,
			   dump_start(&d->dump, scroll + rows), p->stored);
	if (p->flags & PACKET_TRUNCATED)
		buf_printf(out, ", cut from %" PRIu32, p->len);
}

static void draw_title(const struct painter *d)
{
	struct buf subject, position;

	buf_init(&subject, 512);
	buf_init(&position, 128);
	format_subject(d, &subject);
	format_position(d, &position);
	pane_title_draw(d->c, d->l->title, buf_cstr(&subject), buf_cstr(&position));
	buf_done(&subject);
	buf_done(&position);
}

void pane_details_draw(struct view *v, const struct layout *l, struct canvas *c)
{
	struct store_hold hold = { 0 };
	struct packet p;
	struct painter d = { .v = v, .l = l, .c = c, .p = &p };

	if (!view_shown_packet(v, &hold, &p)) {
		v->details.fields = 0;
		pane_title_draw(c, l->title, "nothing yet", "");
		store_hold_done(&hold);
		return;
	}
	if (v->details.mode == DETAILS_COMPARE) {
		pane_compare_draw(v, &p, l, c);
		store_hold_done(&hold);
		return;
	}
	make_fields(&d);
	place_dump(&v->details, l->cols);
	d.dump = details_dump(v, &p);
	if (d.dump.per_row)
		draw_dump(&d);
	if (v->details.mode == DETAILS_FIELDS || !d.dump.per_row)
		draw_fields(&d);
	draw_title(&d);
	fields_done(&d.fields);
	store_hold_done(&hold);
}
