/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The details of a packet: its head in words beside its bytes, or the bytes alone.
 */
#include "session/words.h"
#include "ui/fields.h"
#include "ui/words.h"
#include "util/text.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#define NAME_COL 1
#define VALUE_COL 12
#define HEX_COL_MIN 40
#define HEX_COL_MAX 64
#define TITLE_ADDR 28 /* columns of an address in the title */

/* Where the bytes stand. */
struct dump {
	int col, per_row; /* per_row 0: they are not shown */
};

struct painter {
	struct view *v;
	const struct layout *l;
	struct canvas *c;
	const struct packet *p;
	struct dump dump;
	struct fields fields;
	struct spans spans; /* of the bytes shown */
};

/* Columns of a row of the dump: offset, bytes with a wider gap after each eight, characters. */
static int dump_width(int per_row)
{
	return 4 + 1 + 3 * per_row - 1 + (per_row - 1) / 8 + 2 + per_row;
}

static bool has_bytes(const struct packet *p)
{
	return p->kind == PACKET_RX || p->kind == PACKET_TX || p->kind == PACKET_ICMP;
}

/* Most bytes of 32, 16, 8, ... in a row that takes at most so many columns. */
static int bytes_that_fit(int most, int columns)
{
	while (most > 1 && dump_width(most) > columns)
		most /= 2;
	return most;
}

static struct dump place_dump(const struct view *v, const struct packet *p, int cols)
{
	struct dump d = { .col = 0 };
	int room;

	if (!has_bytes(p))
		return d;
	if (v->details.mode == DETAILS_HEX) {
		d.col = cols > dump_width(2) ? 1 : 0;
		d.per_row = bytes_that_fit(32, cols - d.col);
		return d;
	}
	d.per_row = bytes_that_fit(16, cols - HEX_COL_MIN);
	if (d.per_row < 8) {
		d.per_row = 0;
		return d;
	}
	room = cols - dump_width(d.per_row) - 2;
	d.col = room < HEX_COL_MIN ? HEX_COL_MIN : room > HEX_COL_MAX ? HEX_COL_MAX : room;
	return d;
}

/* ---- bytes ---- */

static void keep_byte_in_view(struct details_view *d, size_t bytes, size_t per_row, size_t rows)
{
	size_t total = (bytes + per_row - 1) / per_row, row;

	if (d->byte >= bytes)
		d->byte = bytes ? bytes - 1 : 0;
	row = d->byte / per_row;
	if (d->scroll > row)
		d->scroll = row;
	if (row - d->scroll >= rows)
		d->scroll = row - rows + 1;
	if (d->scroll + rows > total)
		d->scroll = total > rows ? total - rows : 0;
}

/* The byte under the cursor, then the spans, then those of the field under it. */
static enum style style_of_byte(const struct painter *d, size_t byte)
{
	const struct details_view *view = &d->v->details;
	bool focused = d->v->focus == FOCUS_DETAILS;
	struct field_bytes field = { 0 };
	enum style style = STYLE_NORMAL;

	if (focused && byte == view->byte)
		return STYLE_MARKED;
	if (focused && d->fields.rows.count)
		field = d->fields.bytes[view->field];
	if (byte >= field.offset && byte - field.offset < field.length)
		style = STYLE_SELECTED_DIM;
	return spans_at(&d->spans, byte, style);
}

static void draw_dump_row(const struct painter *d, int row, size_t offset)
{
	int ascii = d->dump.col + dump_width(d->dump.per_row) - d->dump.per_row;
	struct canvas *c = d->c;

	canvas_printf(c, row, d->dump.col, 4, STYLE_DIM, "%04zx", offset);
	for (int i = 0; i < d->dump.per_row && offset + (size_t)i < d->p->stored; i++) {
		uint8_t byte = d->p->data[offset + (size_t)i];
		enum style style = style_of_byte(d, offset + (size_t)i);
		char dot = text_dot(byte);

		canvas_printf(c, row, d->dump.col + 5 + 3 * i + i / 8, 2, style, "%02x", byte);
		canvas_text(c, row, ascii + i, 1, style, &dot, 1);
	}
}

static void draw_dump(struct painter *d)
{
	struct details_view *view = &d->v->details;
	size_t per_row = (size_t)d->dump.per_row;

	view->rows = d->l->body_rows;
	view->width = d->dump.per_row;
	keep_byte_in_view(view, d->p->stored, per_row, (size_t)d->l->body_rows);
	spans_init(&d->spans, view->scroll * per_row,
		   (view->scroll + (size_t)d->l->body_rows) * per_row);
	view_spans(d->v, d->p, &d->spans);
	for (int i = 0; i < d->l->body_rows; i++) {
		size_t offset = (view->scroll + (size_t)i) * per_row;

		if (offset < d->p->stored)
			draw_dump_row(d, d->l->body_top + i, offset);
	}
}

/* ---- fields ---- */

static const char *value_of(const struct fields *f, size_t i)
{
	return strchr(listing_text(&f->rows, i), '\t') + 1;
}

/* Bytes of the value that stand in its next row of "width" columns. */
static size_t row_of_value(const char *value, int width)
{
	size_t n = text_fit(value, strlen(value), (size_t)width);

	return n || !*value ? n : strlen(value);
}

/* Screen rows that a value needs, at least one. */
static int rows_of_value(const char *value, int width)
{
	int rows = 0;

	do {
		value += row_of_value(value, width);
		rows++;
	} while (*value);
	return rows;
}

/* Rows above the first one shown, so that the field under the cursor is in view. */
static int rows_to_skip(const struct fields *fields, int field, int width, int rows)
{
	int until = 0;

	for (int i = 0; i <= field; i++)
		until += rows_of_value(value_of(fields, (size_t)i), width);
	return until > rows ? until - rows : 0;
}

static void draw_field(const struct painter *d, size_t i, int row, int width)
{
	const char *text = listing_text(&d->fields.rows, i), *value = value_of(&d->fields, i);
	bool marked = d->v->focus == FOCUS_DETAILS && (int)i == d->v->details.field;
	int end = d->l->body_top + d->l->body_rows;
	bool first = true;

	do {
		size_t n = row_of_value(value, width);

		if (row >= d->l->body_top && row < end) {
			if (first)
				canvas_text(d->c, row, NAME_COL, VALUE_COL - NAME_COL - 1,
					    STYLE_DIM, text, strcspn(text, "\t"));
			canvas_text(d->c, row, VALUE_COL, width, STYLE_NORMAL, value, n);
			if (marked)
				canvas_paint(d->c, row, 0, VALUE_COL + width, STYLE_SELECTED);
		}
		value += n;
		first = false;
		row++;
	} while (*value);
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
	int width = right - 1 > VALUE_COL ? right - 1 - VALUE_COL : 1;
	int row = d->l->body_top;

	if (d->fields.rows.count)
		row -= rows_to_skip(&d->fields, d->v->details.field, width, d->l->body_rows);
	for (size_t i = 0; i < d->fields.rows.count; i++) {
		draw_field(d, i, row, width);
		row += rows_of_value(value_of(&d->fields, i), width);
	}
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
		addr_format_short(out, &p->local, TITLE_ADDR);
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
	size_t per_row = (size_t)d->dump.per_row;
	size_t first = d->v->details.scroll * per_row;
	size_t last = first + (size_t)d->l->body_rows * per_row;

	if (!has_bytes(p))
		return;
	if (!p->stored)
		buf_str(out, p->kind == PACKET_ICMP ? "nothing quoted" : "empty");
	else if (!per_row)
		buf_printf(out, "%" PRIu32 " bytes", p->stored);
	else
		buf_printf(out, "%zu-%zu of %" PRIu32, first + 1,
			   last < p->stored ? last : p->stored, p->stored);
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
	make_fields(&d);
	d.dump = place_dump(v, &p, l->cols);
	if (d.dump.per_row)
		draw_dump(&d);
	if (v->details.mode == DETAILS_FIELDS || !d.dump.per_row)
		draw_fields(&d);
	draw_title(&d);
	fields_done(&d.fields);
	store_hold_done(&hold);
}
