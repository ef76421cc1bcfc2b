/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The hex notation: pairs of digits with whatever people put between them.
 */
#include "payload/reader.h"
#include "util/num.h"
#include "util/text.h"

#include <string.h>

bool hex_separator(char c)
{
	return c != '\0' && strchr(" \t\r\n:-,", c) != NULL;
}

static bool begins_field(const char *s, size_t n, size_t at)
{
	return at + 1 < n && s[at] == '$' && s[at + 1] == '{';
}

/* Does a run of digits end at s[at]? */
static bool ends(const char *s, size_t n, size_t at)
{
	return at >= n || hex_separator(s[at]) || s[at] == '"' || begins_field(s, n, at);
}

bool hex_byte(const char *s, size_t n, size_t at, struct buf *out, struct error *e)
{
	int high = num_hex_digit(s[at]);
	int low = at + 1 < n ? num_hex_digit(s[at + 1]) : -1;
	if (high >= 0 && low >= 0) {
		buf_char(out, (char)(high << 4 | low));
		return true;
	}

	size_t next = at + text_next(s + at, n - at).bytes;
	if (ends(s, n, next) && high >= 0)
		return err_at(e, (ptrdiff_t)at,
			      "odd hex digit \"%c\": bytes are written with two digits", s[at]);
	if (!ends(s, n, next))
		next += text_next(s + next, n - next).bytes;
	return err_at(e, (ptrdiff_t)at, "\"%.*s\" is no hex byte", (int)(next - at), s + at);
}

/* The readers of pieces get the text from the piece on and return the bytes they used, 0 on an
 * error. */

/* The quoted text has no escape for a quote but \x22, so the next one ends it. */
static size_t read_quoted(struct reading *r, const char *s, size_t n, struct error *e)
{
	const char *close = memchr(s + 1, '"', n - 1);
	if (!close) {
		err_at(e, 0, "missing closing quote");
		return 0;
	}
	size_t len = (size_t)(close - s) - 1;
	if (!read_text(r, s + 1, len, e)) {
		err_shift(e, 1);
		return 0;
	}
	return len + 2;
}

static size_t read_group(const char *s, size_t n, struct buf *out, struct error *e)
{
	size_t at = 0;
	if (n > 2 && s[0] == '0' && (s[1] == 'x' || s[1] == 'X') && num_hex_digit(s[2]) >= 0)
		at = 2;
	while (!ends(s, n, at)) {
		if (!hex_byte(s, n, at, out, e))
			return 0;
		at += 2;
	}
	return at;
}

static size_t read_piece(struct reading *r, const char *s, size_t n, struct error *e)
{
	if (s[0] == '"')
		return read_quoted(r, s, n, e);
	if (!begins_field(s, n, 0))
		return read_group(s, n, r->out, e);
	if (r->env)
		return field_read(r, s, n, e);
	err_at(e, 0, "${...} fields are not known here");
	return 0;
}

bool read_hex(struct reading *r, const char *s, size_t n, struct error *e)
{
	if (dump_begins(s, n))
		return dump_read(s, n, r->out, e);
	for (size_t i = 0; i < n;) {
		if (hex_separator(s[i])) {
			i++;
			continue;
		}
		size_t used = read_piece(r, s + i, n - i, e);
		if (used == 0)
			return err_shift(e, (ptrdiff_t)i);
		i += used;
	}
	return true;
}

bool payload_hex(const char *s, size_t n, struct payload_env *env, struct buf *out, struct error *e)
{
	return payload_read(read_hex, s, n, env, out, e);
}

bool payload_looks_hex(const char *s, size_t n)
{
	if (n == 0 || (memchr(s, '"', n) && !dump_begins(s, n)))
		return false;
	struct buf bytes;
	buf_init(&bytes, PAYLOAD_MAX_V6);
	bool yes = payload_hex(s, n, NULL, &bytes, NULL) && bytes.len >= 2;
	buf_done(&bytes);
	return yes;
}
