/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The byte buffer with a maximum.
 *
 * data holds cap bytes, of which the one behind the last is always the NUL.
 */
#include "util/buf.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define FIRST_CAP 64

void buf_init(struct buf *b, size_t max)
{
	*b = (struct buf){ .max = max };
}

void buf_done(struct buf *b)
{
	free(b->data);
	buf_init(b, b->max);
}

void buf_reset(struct buf *b)
{
	buf_cut(b, 0);
}

void buf_cut(struct buf *b, size_t len)
{
	b->failed = false;
	if (len > b->len || !b->data)
		return;
	b->len = len;
	b->data[len] = '\0';
}

static bool fail(struct buf *b)
{
	b->failed = true;
	return false;
}

/* Makes room for n more bytes and the NUL. */
static bool reserve(struct buf *b, size_t n)
{
	if (b->failed)
		return false;
	if (n > b->max - b->len || n >= SIZE_MAX - b->len)
		return fail(b);

	size_t need = b->len + n + 1;
	if (need <= b->cap)
		return true;
	size_t cap = b->cap < FIRST_CAP ? FIRST_CAP : b->cap;
	while (cap < need)
		cap = cap > SIZE_MAX / 2 ? need : cap * 2;
	if (cap - 1 > b->max)
		cap = b->max + 1;

	char *data = realloc(b->data, cap);
	if (!data)
		return fail(b);
	b->data = data;
	b->cap = cap;
	b->data[b->len] = '\0';
	return true;
}

bool buf_add(struct buf *b, const void *bytes, size_t n)
{
	if (!reserve(b, n))
		return false;
	if (n > 0)
		memcpy(b->data + b->len, bytes, n);
	b->len += n;
	b->data[b->len] = '\0';
	return true;
}

char *buf_extend(struct buf *b, size_t n)
{
	if (!reserve(b, n))
		return NULL;
	b->len += n;
	b->data[b->len] = '\0';
	return b->data + b->len - n;
}

bool buf_str(struct buf *b, const char *s)
{
	return buf_add(b, s, strlen(s));
}

bool buf_char(struct buf *b, char c)
{
	return buf_add(b, &c, 1);
}

bool buf_fill(struct buf *b, char c, size_t n)
{
	if (!reserve(b, n))
		return false;
	memset(b->data + b->len, c, n);
	b->len += n;
	b->data[b->len] = '\0';
	return true;
}

bool buf_printf(struct buf *b, const char *fmt, ...)
{
	va_list ap;
	va_start(ap, fmt);
	bool ok = buf_vprintf(b, fmt, ap);
	va_end(ap);
	return ok;
}

bool buf_vprintf(struct buf *b, const char *fmt, va_list ap)
{
	if (b->failed)
		return false;
	va_list again;
	va_copy(again, ap);
	size_t room = b->data ? b->cap - b->len : 0;
	int n = vsnprintf(b->data ? b->data + b->len : NULL, room, fmt, again);
	va_end(again);

	/* What did not fit was cut: take it back, make room, and print once more. */
	if (n < 0 || (size_t)n >= room) {
		if (b->data)
			b->data[b->len] = '\0';
		if (n < 0)
			return fail(b);
		if (!reserve(b, (size_t)n))
			return false;
		vsnprintf(b->data + b->len, (size_t)n + 1, fmt, ap);
	}
	b->len += (size_t)n;
	return true;
}

const char *buf_cstr(const struct buf *b)
{
	return b->data ? b->data : "";
}
