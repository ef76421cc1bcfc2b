/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Pasted hex dumps, as xxd, hexdump -C, Wireshark and tcpdump -X write them:
 *
 *	00000000: 6865 6c6c 6f0a                           hello.
 *	00000000  68 65 6c 6c 6f 0a 68 65  6c 6c 6f 0a 68 65 6c 6c  |hello.hello.hell|
 *	0000   68 65 6c 6c 6f 0a 68 65 6c 6c 6f 0a 68 65 6c 6c   hello.hello.hell
 *		0x0000:  6865 6c6c 6f0a                           hello.
 *
 * The first line decides whether it is a dump at all; from then on every line
 * needs the offset that is its due, so a row that was lost or cut in pasting
 * never changes the bytes in silence.  The characters at the right are not read.
 */
#include "payload/reader.h"
#include "util/num.h"

#include <stdint.h>
#include <string.h>

/* Fewer digits are bytes, more do not fit 64 bits. */
#define MIN_OFFSET_DIGITS 4
#define MAX_OFFSET_DIGITS 16

/* A dump begins at a row's start, even if rows before it were not copied. */
#define ROW_BYTES 16

/* hexdump -C leaves a gap of two blanks after the eighth byte. */
#define GAP_AFTER 8

struct line {
	const char *s; /* without the line end */
	size_t n;
	size_t number; /* from 1; empty lines are not counted */
};

struct head {
	uint64_t offset;
	size_t at, end; /* the offset's digits */
	size_t bytes;   /* where the bytes begin; the line's length if there are none */
	bool colon;     /* a colon after the offset: bytes may stand in groups, there is no gap */
};

struct dump {
	struct buf *out;
	size_t start;   /* out->len before the first row */
	uint64_t first; /* offset of the first row */
	size_t row;     /* bytes of the newest row, 0: none yet */
	bool squeezed;  /* after "*": the newest row repeats up to the next offset */
};

static bool is_blank(char c)
{
	return c == ' ' || c == '\t';
}

static size_t skip_blanks(const struct line *l, size_t at)
{
	while (at < l->n && is_blank(l->s[at]))
		at++;
	return at;
}

/* Takes the next line that is not empty out of s[*at..n). */
static bool next_line(const char *s, size_t n, size_t *at, struct line *l)
{
	size_t number = l->number + 1;
	while (*at < n) {
		size_t begin = *at;
		while (*at < n && s[*at] != '\n' && s[*at] != '\r')
			++*at;
		*l = (struct line){ s + begin, *at - begin, number };
		*at += *at < n;
		if (skip_blanks(l, 0) < l->n)
			return true;
	}
	return false;
}

static bool read_head(const struct line *l, struct head *h)
{
	size_t i = skip_blanks(l, 0);
	h->at = i;
	if (i + 1 < l->n && l->s[i] == '0' && (l->s[i + 1] == 'x' || l->s[i + 1] == 'X'))
		i += 2;
	size_t digits = 0;
	h->offset = 0;
	for (; i < l->n && num_hex_digit(l->s[i]) >= 0; i++) {
		h->offset = h->offset << 4 | (uint64_t)num_hex_digit(l->s[i]);
		digits++;
	}
	if (digits < MIN_OFFSET_DIGITS || digits > MAX_OFFSET_DIGITS)
		return false;
	h->end = i;
	h->colon = i < l->n && l->s[i] == ':';
	i += h->colon;
	h->bytes = skip_blanks(l, i);
	return h->bytes == l->n || h->bytes - i >= (h->colon ? 1 : 2) || l->s[i] == '\t';
}

/* Is there one byte by itself? */
static bool lone_byte(const struct line *l, size_t at)
{
	return at + 1 < l->n && num_hex_digit(l->s[at]) >= 0 && num_hex_digit(l->s[at + 1]) >= 0 &&
	       (at + 2 == l->n || is_blank(l->s[at + 2]));
}

bool dump_begins(const char *s, size_t n)
{
	struct line l = { 0 };
	struct head h;
	size_t at = 0;
	if (!next_line(s, n, &at, &l) || !read_head(&l, &h) || h.offset % ROW_BYTES != 0)
		return false;
	if (h.colon)
		return h.bytes + 1 < l.n && num_hex_digit(l.s[h.bytes]) >= 0 &&
		       num_hex_digit(l.s[h.bytes + 1]) >= 0;
	return lone_byte(&l, h.bytes);
}

/* Do the blanks l->s[from..to) end the bytes of a row that has "count" of them so far? */
static bool column_ends(const struct line *l, const struct head *h, size_t count, size_t from,
			size_t to)
{
	if (to == l->n)
		return true;
	bool wide = to - from >= 2 || (to > from && l->s[from] == '\t');
	bool gap = !h->colon && count == GAP_AFTER && to - from == 2 && lone_byte(l, to);
	return wide && !gap;
}

static bool read_row(struct dump *d, const struct line *l, const struct head *h, struct error *e)
{
	size_t count = 0;
	size_t at = h->bytes;
	while (at < l->n) {
		if (!hex_byte(l->s, l->n, at, d->out, e))
			return false;
		count++;
		at += 2;
		size_t next = skip_blanks(l, at);
		if (column_ends(l, h, count, at, next))
			break;
		at = next;
	}
	d->row = count;
	return true;
}

static void repeat_row(struct dump *d, uint64_t until)
{
	while (d->out->len - d->start < until - d->first && !d->out->failed)
		buf_char(d->out, d->out->data[d->out->len - d->row]);
	d->squeezed = false;
}

static bool read_line(struct dump *d, const struct line *l, struct error *e)
{
	struct head h;
	size_t begin = skip_blanks(l, 0);
	if (l->s[begin] == '*' && skip_blanks(l, begin + 1) == l->n && d->row > 0) {
		d->squeezed = true;
		return true;
	}
	if (!read_head(l, &h))
		return err_at(e, (ptrdiff_t)begin, "no offset at its start");
	if (l->number == 1)
		d->first = h.offset;

	uint64_t expected = d->first + (d->out->len - d->start);
	if (h.offset != expected && !(d->squeezed && h.offset > expected))
		return err_at(e, (ptrdiff_t)h.at, "offset %.*s, but %0*jx comes next",
			      (int)(h.end - h.at), l->s + h.at, MIN_OFFSET_DIGITS,
			      (uintmax_t)expected);
	if (d->squeezed)
		repeat_row(d, h.offset);
	return h.bytes == l->n || read_row(d, l, &h, e);
}

bool dump_read(const char *s, size_t n, struct buf *out, struct error *e)
{
	struct dump d = { .out = out, .start = out->len };
	struct line l = { 0 };
	size_t at = 0;
	/* A full buffer counts too few bytes: the offsets after it would be blamed for it. */
	while (!out->failed && next_line(s, n, &at, &l)) {
		if (!read_line(&d, &l, e)) {
			err_prefix(e, "line %zu: ", l.number);
			return err_shift(e, l.s - s);
		}
	}
	if (d.squeezed && !out->failed)
		return err_at(e, (ptrdiff_t)n, "line %zu: \"*\" needs an offset after it",
			      l.number);
	return true;
}
