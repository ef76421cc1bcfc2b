/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "front/prompt.h"

#include "util/piece.h"

#include <limits.h>
#include <string.h>

#define ROW_MAX 65536
#define COLUMNS_MIN 20

void prompt_init(struct prompt *p)
{
	*p = (struct prompt){ 0 };
	buf_init(&p->row.text, ROW_MAX);
	buf_init(&p->next.text, ROW_MAX);
}

void prompt_done(struct prompt *p)
{
	buf_done(&p->row.text);
	buf_done(&p->next.text);
}

/* ---- a row ---- */

/* Appends what of s fits into so many columns; returns how many it took. */
static int add_pieces(struct buf *out, const char *s, size_t n, int columns)
{
	struct piece piece;
	int width = 0, marks = 0;

	for (size_t i = 0; i < n;) {
		i += piece_next(s + i, n - i, &marks, &piece);
		if (width + piece.width > columns)
			break;
		buf_add(out, piece.text, piece.len);
		width += piece.width;
	}
	return width;
}

/* Columns of the text, and of what stands before the cursor. */
static void measure(const struct prompt_line *line, int *total, int *cursor)
{
	struct piece piece;
	int marks = 0;

	*total = *cursor = 0;
	for (size_t i = 0; i < line->len;) {
		i += piece_next(line->text + i, line->len - i, &marks, &piece);
		*total += piece.width;
		if (i <= line->point)
			*cursor = *total;
	}
}

/* Half a window at a time, so that it does not move at each character. */
static int scroll_to(int cursor, int room)
{
	int half = room / 2;

	return cursor < room ? 0 : ((cursor - room) / half + 1) * half;
}

/* The pieces in columns [from, from + room); one that is cut by an edge is left out, and blank. */
static void add_window(struct prompt_row *r, const struct prompt_line *line, int from, int room)
{
	int at = 0, marks = 0, begin = r->width;
	struct piece piece;

	for (size_t i = 0; i < line->len;) {
		size_t before = i;
		int start = at;

		i += piece_next(line->text + i, line->len - i, &marks, &piece);
		at += piece.width;
		if (before <= line->point && line->point < i)
			r->cursor = r->text.len;
		if (start < from || at > from + room)
			continue;
		buf_fill(&r->text, ' ', (size_t)(begin + start - from - r->width));
		r->width = begin + at - from;
		buf_add(&r->text, piece.text, piece.len);
	}
	if (line->point >= line->len)
		r->cursor = r->text.len;
}

static void make_row(struct prompt_row *r, const struct prompt_line *line, int columns)
{
	int total, cursor, room, from;

	buf_reset(&r->text);
	r->width = add_pieces(&r->text, line->word, strlen(line->word), columns / 2);
	measure(line, &total, &cursor);
	room = columns - r->width - 2;
	/* two columns for the signs, one of them for a cursor at the end */
	r->whole = total < room + 2;
	if (r->whole) {
		add_window(r, line, 0, room + 2);
		return;
	}
	from = scroll_to(cursor, room);
	buf_char(&r->text, from ? '<' : ' ');
	r->width++;
	add_window(r, line, from, room);
	if (total > from + room) {
		buf_char(&r->text, '>');
		r->width++;
	}
}

/* ---- on the terminal ---- */

static bool extends(const struct prompt_row *from, const struct prompt_row *to)
{
	return from->cursor == from->text.len && to->cursor == to->text.len &&
	       to->text.len >= from->text.len &&
	       memcmp(buf_cstr(&to->text), buf_cstr(&from->text), from->text.len) == 0;
}

static bool same(const struct prompt_row *a, const struct prompt_row *b)
{
	return a->cursor == b->cursor && a->text.len == b->text.len &&
	       memcmp(buf_cstr(&a->text), buf_cstr(&b->text), a->text.len) == 0;
}

static void put_over(const struct prompt_row *from, const struct prompt_row *to, struct buf *out)
{
	buf_char(out, '\r');
	buf_add(out, buf_cstr(&to->text), to->text.len);
	if (from->width > to->width)
		buf_fill(out, ' ', (size_t)(from->width - to->width));
	if (from->width <= to->width && to->cursor == to->text.len)
		return; /* the cursor stands right */
	buf_char(out, '\r');
	buf_add(out, buf_cstr(&to->text), to->cursor);
}

/* p->next comes onto the terminal. */
static void put_next(struct prompt *p, struct buf *out)
{
	static const struct prompt_row nothing;
	const struct prompt_row *from = p->shown ? &p->row : &nothing;
	struct prompt_row old = p->row;

	if (extends(from, &p->next))
		buf_add(out, buf_cstr(&p->next.text) + from->text.len,
			p->next.text.len - from->text.len);
	else if (!same(from, &p->next))
		put_over(from, &p->next, out);
	p->shown = true;
	p->row = p->next;
	p->next = old;
}

void prompt_draw(struct prompt *p, const struct prompt_line *line, int columns, struct buf *out)
{
	make_row(&p->next, line, columns > COLUMNS_MIN ? columns : COLUMNS_MIN);
	put_next(p, out);
}

void prompt_erase(struct prompt *p, struct buf *out)
{
	if (!p->shown)
		return;
	buf_char(out, '\r');
	buf_fill(out, ' ', (size_t)p->row.width);
	buf_char(out, '\r');
	p->shown = false;
}

void prompt_leave(struct prompt *p, const struct prompt_line *line, struct buf *out)
{
	make_row(&p->next, line, INT_MAX / 2);
	p->next.cursor = p->next.text.len;
	put_next(p, out);
	buf_char(out, '\n');
	p->shown = false;
}
