/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A fast pipe is bound by this, so nothing that each datagram has is printed by a format. */
#include "util/json.h"

#include "util/num.h"
#include "util/text.h"

#include <math.h>
#include <string.h>
#include <time.h>

#define DIGITS_MAX 20 /* of a 64-bit number */

static const char hex_digits[] = "0123456789abcdef";

void json_digits(struct buf *out, uint64_t value)
{
	char digits[DIGITS_MAX];
	size_t at = DIGITS_MAX;

	do {
		digits[--at] = (char)('0' + value % 10);
		value /= 10;
	} while (value);
	buf_add(out, digits + at, DIGITS_MAX - at);
}

void json_hex(struct buf *out, const uint8_t *data, size_t n)
{
	char *at = buf_extend(out, 2 * n);

	for (size_t i = 0; at && i < n; i++) {
		*at++ = hex_digits[data[i] >> 4];
		*at++ = hex_digits[data[i] & 15];
	}
}

/* \uXXXX of one UTF-16 unit. */
static void add_unit(struct buf *out, unsigned unit)
{
	const char escape[] = {
		'\\',
		'u',
		hex_digits[unit >> 12 & 15],
		hex_digits[unit >> 8 & 15],
		hex_digits[unit >> 4 & 15],
		hex_digits[unit & 15],
	};

	buf_add(out, escape, sizeof(escape));
}

/* A byte that is no UTF-8 becomes U+FFFD: JSON has no word for it, "data" has. */
static void add_escape(struct buf *out, const struct text_glyph *g)
{
	if (!g->valid) {
		add_unit(out, 0xfffd);
	} else if (g->cp == '"' || g->cp == '\\') {
		buf_char(out, '\\');
		buf_char(out, (char)g->cp);
	} else if (g->cp < 0x10000) {
		add_unit(out, g->cp);
	} else {
		add_unit(out, 0xd800 + ((g->cp - 0x10000) >> 10));
		add_unit(out, 0xdc00 + ((g->cp - 0x10000) & 0x3ff));
	}
}

static size_t plain_length(const char *s, size_t n)
{
	size_t i = 0;

	while (i < n && s[i] >= 0x20 && s[i] < 0x7f && s[i] != '"' && s[i] != '\\')
		i++;
	return i;
}

void json_text(struct buf *out, const char *s, size_t n)
{
	int marks = 0;

	buf_char(out, '"');
	for (size_t i = 0; i < n;) {
		size_t plain = plain_length(s + i, n - i);

		if (plain) {
			buf_add(out, s + i, plain);
			marks = TEXT_MAX_MARKS;
			i += plain;
			continue;
		}
		struct text_glyph g = text_next_on(s + i, n - i, &marks);

		if (g.shown && g.cp >= 0x80) {
			buf_add(out, s + i, g.bytes);
		} else {
			add_escape(out, &g);
			marks = 0;
		}
		i += g.bytes;
	}
	buf_char(out, '"');
}

void json_key(struct buf *out, const char *name)
{
	if (out->len && out->data[out->len - 1] != '{')
		buf_char(out, ',');
	buf_char(out, '"');
	buf_str(out, name);
	buf_add(out, "\":", 2);
}

void json_number(struct buf *out, const char *key, uint64_t value)
{
	json_key(out, key);
	json_digits(out, value);
}

void json_number_if(struct buf *out, const char *key, uint64_t value)
{
	if (value)
		json_number(out, key, value);
}

void json_bytes(struct buf *out, const char *key, const char *s, size_t n)
{
	json_key(out, key);
	json_text(out, s, n);
}

void json_string(struct buf *out, const char *key, const char *s)
{
	json_bytes(out, key, s, strlen(s));
}

void json_bool(struct buf *out, const char *key, bool is)
{
	json_key(out, key);
	buf_str(out, is ? "true" : "false");
}

void json_real(struct buf *out, const char *key, double value)
{
	json_key(out, key);
	if (isfinite(value))
		buf_printf(out, "%.6g", value);
	else
		buf_str(out, "null");
}

static char *put_digits(char *at, uint64_t value, int digits)
{
	for (int i = digits; i-- > 0; value /= 10)
		at[i] = (char)('0' + value % 10);
	return at + digits;
}

/* 2026-03-01T11:03:11.301482917Z */
void json_time(struct buf *out, const char *key, uint64_t ns)
{
	time_t seconds = (time_t)(ns / NS_PER_S);
	char text[] = "0000-00-00T00:00:00.000000000Z";
	struct tm tm = { 0 };

	gmtime_r(&seconds, &tm);
	put_digits(text, (uint64_t)tm.tm_year + 1900, 4);
	put_digits(text + 5, (uint64_t)tm.tm_mon + 1, 2);
	put_digits(text + 8, (uint64_t)tm.tm_mday, 2);
	put_digits(text + 11, (uint64_t)tm.tm_hour, 2);
	put_digits(text + 14, (uint64_t)tm.tm_min, 2);
	put_digits(text + 17, (uint64_t)tm.tm_sec, 2);
	put_digits(text + 20, ns % NS_PER_S, 9);
	json_string(out, key, text);
}
