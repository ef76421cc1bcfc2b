/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "util/slice.h"

#include "util/num.h"

#include <string.h>

/* A number that ends at "end", with its place in text if it is none. */
static bool read_number(const char *text, size_t at, size_t end, int64_t min, int64_t *out,
			struct error *e)
{
	char word[16];

	if (end == at)
		return err_at(e, (ptrdiff_t)at, "a number is missing: write [OFFSET:LENGTH]");
	if (end - at >= sizeof(word))
		return err_at(e, (ptrdiff_t)at, "this is no offset: write [OFFSET:LENGTH]");
	memcpy(word, text + at, end - at);
	word[end - at] = '\0';
	return num_parse_int(word, min, SLICE_MAX, out, e) || err_shift(e, (ptrdiff_t)at);
}

bool slice_parse(const char *text, struct slice *out, size_t *used, struct error *e)
{
	const char *close = strchr(text, ']');
	int64_t offset, length = 1;
	size_t end, colon;

	if (text[0] != '[' || !close)
		return err_at(e, 0, "a slice is written [OFFSET:LENGTH]");
	end = (size_t)(close - text);
	colon = strcspn(text, ":]");
	if (!read_number(text, 1, colon, -SLICE_MAX, &offset, e))
		return false;
	if (colon + 1 == end)
		length = 0;
	else if (colon < end && !read_number(text, colon + 1, end, 1, &length, e))
		return false;
	if (offset < 0 && -offset < length)
		return err_at(e, 1, "%lld bytes do not fit behind the last %lld", (long long)length,
			      (long long)-offset);
	*out = (struct slice){ .offset = (int)offset, .length = (unsigned)length };
	*used = end + 1;
	return true;
}

bool slice_find(const struct slice *s, size_t len, size_t *at)
{
	size_t back = s->offset < 0 ? (size_t)-s->offset : 0;

	if (back > len)
		return false;
	*at = back ? len - back : (size_t)s->offset;
	return *at <= len && s->length <= len - *at;
}

size_t slice_length(const struct slice *s, size_t len, size_t at)
{
	return s->length ? s->length : len - at;
}

void slice_format(const struct slice *s, struct buf *out)
{
	buf_printf(out, "[%d:", s->offset);
	if (s->length)
		buf_printf(out, "%u", s->length);
	buf_char(out, ']');
}
