/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The text notation: what is typed, with backslash escapes.
 */
#include "payload/reader.h"
#include "util/num.h"
#include "util/text.h"

#include <stdint.h>

#define MAX_UNICODE_DIGITS 6
#define FIELD_REFUSED "${...} fields are not known here; write \\${ for the characters"

static const struct escape {
	char letter, byte;
} escapes[] = {
	{ 'n', '\n' }, { 'r', '\r' }, { 't', '\t' }, { '0', '\0' }, { '\\', '\\' }, { '$', '$' },
};

/* The readers of escapes get the text from the backslash on, append the character and return the
 * bytes they used, 0 on an error. */

static size_t read_hex_escape(const char *s, size_t n, struct buf *out, struct error *e)
{
	int high = n > 2 ? num_hex_digit(s[2]) : -1;
	int low = n > 3 ? num_hex_digit(s[3]) : -1;
	if (high < 0 || low < 0) {
		err_at(e, 0, "\"\\x\" needs two hex digits");
		return 0;
	}
	buf_char(out, (char)(high << 4 | low));
	return 4;
}

static size_t read_unicode_escape(const char *s, size_t n, struct buf *out, struct error *e)
{
	uint32_t cp = 0;
	size_t end = 3;
	while (end < n && end < 3 + MAX_UNICODE_DIGITS && num_hex_digit(s[end]) >= 0)
		cp = cp << 4 | (uint32_t)num_hex_digit(s[end++]);
	if (n < 3 || s[2] != '{' || end == 3 || end == n || s[end] != '}') {
		err_at(e, 0, "\"\\u\" needs one to six hex digits in braces: \\u{e9}");
		return 0;
	}

	char utf8[4];
	size_t len = text_encode(cp, utf8);
	if (len == 0) {
		err_at(e, 0, "%.*s is no Unicode character", (int)end + 1, s);
		return 0;
	}
	buf_add(out, utf8, len);
	return end + 1;
}

static size_t read_escape(const char *s, size_t n, struct buf *out, struct error *e)
{
	if (n > 1) {
		for (size_t i = 0; i < sizeof escapes / sizeof escapes[0]; i++) {
			if (escapes[i].letter == s[1]) {
				buf_char(out, escapes[i].byte);
				return 2;
			}
		}
		if (s[1] == 'x')
			return read_hex_escape(s, n, out, e);
		if (s[1] == 'u')
			return read_unicode_escape(s, n, out, e);
	}
	int quoted = n > 1 ? 1 + text_next(s + 1, n - 1).bytes : 1;
	err_at(e, 0, "\"%.*s\" is no escape: \\n \\r \\t \\0 \\\\ \\$ \\xHH \\u{...}", quoted, s);
	return 0;
}

/* Bytes before the next backslash or "${". */
static size_t plain_len(const char *s, size_t n)
{
	size_t i = 0;
	while (i < n && s[i] != '\\' && !(s[i] == '$' && i + 1 < n && s[i + 1] == '{'))
		i++;
	return i;
}

bool read_text(struct reading *r, const char *s, size_t n, struct error *e)
{
	for (size_t i = 0; i < n;) {
		size_t plain = plain_len(s + i, n - i);
		buf_add(r->out, s + i, plain);
		i += plain;
		if (i == n)
			break;
		if (s[i] == '$' && !r->env)
			return err_at(e, (ptrdiff_t)i, FIELD_REFUSED);
		size_t used = s[i] == '$' ? field_read(r, s + i, n - i, e)
					  : read_escape(s + i, n - i, r->out, e);
		if (used == 0)
			return err_shift(e, (ptrdiff_t)i);
		i += used;
	}
	return true;
}

bool payload_text(const char *s, size_t n, struct payload_env *env, struct buf *out,
		  struct error *e)
{
	return payload_read(read_text, s, n, env, out, e);
}
