/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Objects of JSON as rows of a table.  See csv.h. */
#include "session/csv.h"

#include "session/json.h"
#include "util/text.h"

#include <string.h>

#define LINE_MAX (4u << 20) /* of JSON or an escaped payload, far beyond the largest datagram */
#define COLUMNS_MAX 64

/* A value as JSON has it; a string without its quotes.  n 0: the packet does not have it. */
struct value {
	const char *at;
	size_t n;
};

static size_t columns(void)
{
	size_t n = 0;

	while (json_keys[n])
		n++;
	return n < COLUMNS_MAX ? n : COLUMNS_MAX;
}

static size_t column_of(const char *key, size_t n)
{
	size_t i = 0, count = columns();

	while (i < count && (strlen(json_keys[i]) != n || memcmp(json_keys[i], key, n) != 0))
		i++;
	return i;
}

/* Behind the string that begins at the quote "at". */
static const char *string_end(const char *at)
{
	for (at++; *at && *at != '"'; at++)
		if (*at == '\\' && at[1])
			at++;
	return *at ? at + 1 : at;
}

/* Members of an object of our own making, which holds strings, numbers and truths only. */
static void read_members(const char *at, struct value *values)
{
	size_t count = columns();

	while (at[0] && at[1] == '"') {
		const char *key = at + 2, *end = string_end(at + 1);
		size_t column = column_of(key, (size_t)(end - key) - 1);
		const char *value = end + 1;

		end = *value == '"' ? string_end(value) : value + strcspn(value, ",}");
		if (column < count && *value == '"')
			values[column] = (struct value){ value + 1, (size_t)(end - value) - 2 };
		else if (column < count)
			values[column] = (struct value){ value, (size_t)(end - value) };
		at = end;
	}
}

/* Quoted where it has to be. */
static void put_field(const char *text, size_t n, struct buf *out)
{
	bool quoted = memchr(text, '"', n) || memchr(text, ',', n) || memchr(text, ' ', n);

	if (quoted)
		buf_char(out, '"');
	if (n && strchr("=+-@", text[0])) {
		buf_printf(out, "\\x%02x", (unsigned char)text[0]);
		text++;
		n--;
	}
	for (const char *end = text + n; text < end; text++) {
		if (*text == '"')
			buf_char(out, '"');
		buf_char(out, *text);
	}
	if (quoted)
		buf_char(out, '"');
}

/* Its quotes need no backslash here; what else JSON escapes stays escaped. */
static void put_string(const struct value *v, struct buf *scratch, struct buf *out)
{
	buf_reset(scratch);
	for (size_t i = 0; i < v->n; i++) {
		if (v->at[i] == '\\' && i + 1 < v->n) {
			if (v->at[i + 1] != '"')
				buf_char(scratch, '\\');
			i++;
		}
		buf_char(scratch, v->at[i]);
	}
	put_field(buf_cstr(scratch), scratch->len, out);
}

void csv_head(struct buf *out)
{
	for (size_t i = 0; i < columns(); i++)
		buf_printf(out, "%s%s", i ? "," : "", json_keys[i]);
	buf_str(out, "\r\n");
}

void csv_packet(struct session *s, const struct packet *p, struct buf *out)
{
	struct value values[COLUMNS_MAX] = { 0 };
	size_t text = column_of("text", strlen("text"));
	struct buf json, scratch;

	buf_init(&json, LINE_MAX);
	buf_init(&scratch, LINE_MAX);
	json_packet(s, p, &json);
	read_members(buf_cstr(&json), values);
	for (size_t i = 0; i < columns(); i++) {
		if (i)
			buf_char(out, ',');
		if (i == text && packet_is_numbered(p->kind)) {
			buf_reset(&scratch);
			text_escape(&scratch, p->data, p->stored);
			put_field(buf_cstr(&scratch), scratch.len, out);
		} else {
			put_string(&values[i], &scratch, out);
		}
	}
	buf_str(out, "\r\n");
	buf_done(&json);
	buf_done(&scratch);
}
