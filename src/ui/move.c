/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Movement in whatever pane is focused. */
#include "ui/fields.h"
#include "ui/ui_private.h"

#include <string.h>

enum movement { UP, DOWN, PAGE_UP, PAGE_DOWN, HALF_UP, HALF_DOWN, FIRST, LAST, LEFT, RIGHT };

static const struct {
	const char *name;
	int list; /* enum list_move; -1: none */
} movements[] = {
	[UP] = { "up", LIST_PREVIOUS },
	[DOWN] = { "down", LIST_NEXT },
	[PAGE_UP] = { "page-up", LIST_PAGE_UP },
	[PAGE_DOWN] = { "page-down", LIST_PAGE_DOWN },
	[HALF_UP] = { "half-up", LIST_HALF_UP },
	[HALF_DOWN] = { "half-down", LIST_HALF_DOWN },
	[FIRST] = { "first", LIST_FIRST },
	[LAST] = { "last", LIST_LAST },
	[LEFT] = { "left", -1 },
	[RIGHT] = { "right", -1 },
};

/* Rows that a movement crosses in a pane of so many rows; first and last go as far as there is. */
static long rows_of(enum movement m, int page)
{
	long rows = page > 0 ? page : 1;

	switch (m) {
	case UP:
		return -1;
	case DOWN:
		return 1;
	case PAGE_UP:
		return -rows;
	case PAGE_DOWN:
		return rows;
	case HALF_UP:
		return -(rows + 1) / 2;
	case HALF_DOWN:
		return (rows + 1) / 2;
	case FIRST:
		return -(1l << 40);
	case LAST:
		return 1l << 40;
	case LEFT:
	case RIGHT:
		break;
	}
	return 0;
}

static size_t moved(size_t from, long by, size_t count)
{
	if (!count)
		return 0;
	if (by < 0)
		return (size_t)-by > from ? 0 : from - (size_t)-by;
	return from + (size_t)by >= count ? count - 1 : from + (size_t)by;
}

static void move_panel(struct panel_view *p, enum movement m)
{
	long by;

	if (m == LEFT)
		p->left = p->left > 8 ? p->left - 8 : 0;
	else if (m == RIGHT)
		p->left += 8;
	by = rows_of(m, p->rows);
	p->row = panel_item(&p->listing, moved(p->row, by, p->listing.count), by < 0);
	/* Drawn in between or not, the same keys lead to the same rows. */
	if (p->top > p->row)
		p->top = p->row;
}

/* The byte goes to the first of the field's bytes, if it has some. */
static void move_field(struct details_view *d, const struct fields *fields, enum movement m)
{
	size_t row = moved((size_t)d->field, rows_of(m, 1), fields->rows.count);

	d->field = (int)row;
	if (row < fields->rows.count && fields->bytes[row].length)
		d->byte = fields->bytes[row].offset;
}

/* The field goes to that of the byte, if it is in one. */
static void set_byte(struct details_view *d, const struct fields *fields, size_t byte)
{
	size_t row;

	d->byte = byte;
	if (fields_find(fields, d->byte, &row))
		d->field = (int)row;
}

/* To the left and right from one difference to the next. */
static void move_compared(struct ui *ui, enum movement m)
{
	struct details_view *d = &ui->view.details;
	const struct align *al = &ui->view.compare.align;
	size_t per_row = (size_t)d->width, rows, row;

	if (!ui->view.compare.other.set || !per_row)
		return;
	rows = (al->cells + per_row - 1) / per_row;
	row = moved(d->scroll, m == LEFT ? -1 : m == RIGHT ? 1 : rows_of(m, d->rows), rows);
	if (m == RIGHT && align_next(al, row * per_row) < al->cells)
		row = align_next(al, row * per_row) / per_row;
	while (m == LEFT && row && align_next(al, row * per_row) >= (row + 1) * per_row)
		row--;
	d->scroll = row;
}

static void move_details(struct ui *ui, enum movement m)
{
	struct details_view *d = &ui->view.details;
	struct store_hold hold = { 0 };
	struct packet p;
	struct fields fields;
	struct dump dump;

	if (!view_shown_packet(&ui->view, &hold, &p)) {
		store_hold_done(&hold);
		return;
	}
	fields_init(&fields);
	fields_make(&fields, &ui->view, &p);
	dump = details_dump(&ui->view, &p);
	switch (m) {
	case LEFT:
	case RIGHT:
		set_byte(d, &fields, moved(d->byte, m == LEFT ? -1 : 1, dump.n));
		break;
	case UP:
	case DOWN:
	case FIRST:
	case LAST:
		if (d->mode == DETAILS_FIELDS) {
			move_field(d, &fields, m);
			break;
		}
		/* fall through */
	default:
		if (dump.n && dump.per_row)
			set_byte(d, &fields, dump_move(&dump, d->byte, rows_of(m, d->rows)));
		break;
	}
	fields_done(&fields);
	store_hold_done(&hold);
}

bool ui_move(struct command_call *c, struct error *e)
{
	struct ui *ui = c->face->ctx;
	size_t m = 0, count = sizeof(movements) / sizeof(movements[0]);

	while (m < count && strcmp(movements[m].name, c->words[0].text) != 0)
		m++;
	if (m == count)
		return err_at(e, (ptrdiff_t)c->words[0].at,
			      "\"%s\" is no movement: up, down, page-up, ...", c->words[0].text);
	if (ui->view.focus == FOCUS_PANEL || ui->view.panel.open)
		move_panel(&ui->view.panel, (enum movement)m);
	else if (ui->view.focus == FOCUS_DETAILS && ui->view.details.mode == DETAILS_COMPARE)
		move_compared(ui, (enum movement)m);
	else if (ui->view.focus == FOCUS_DETAILS)
		move_details(ui, (enum movement)m);
	else if (movements[m].list >= 0)
		list_move(&ui->view, (enum list_move)movements[m].list);
	ui_dirty(ui);
	return true;
}

bool ui_packet(struct command_call *c, struct error *e)
{
	struct ui *ui = c->face->ctx;
	bool next = strcmp(c->words[0].text, "next") == 0;

	if (!next && strcmp(c->words[0].text, "previous") != 0)
		return err_at(e, (ptrdiff_t)c->words[0].at, "\"%s\" is neither next nor previous",
			      c->words[0].text);
	list_move(&ui->view, next ? LIST_NEXT : LIST_PREVIOUS);
	ui->view.details.byte = 0;
	ui_dirty(ui);
	return true;
}

bool ui_follow(struct command_call *c, struct error *e)
{
	struct ui *ui = c->face->ctx;

	(void)e;
	list_follow(&ui->view);
	ui_dirty(ui);
	return true;
}
