/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * UTF-8, widths, and what may be shown.
 */
#include "util/text.h"

#include <langinfo.h>
#include <string.h>
#include <wchar.h>

struct range {
	uint32_t first, last;
};

/*
 * What wcwidth() calls printable and a terminal must not see all the same: the format characters
 * (category Cf: bidirectional controls, joiners, zero-width blanks), variation selectors, fillers
 * that look like nothing, and private use (Unicode 15, DerivedCoreProperties.txt:
 * Default_Ignorable_Code_Point, and UnicodeData.txt).  glibc 2.36 gives them widths from 0 to 2.
 */
static const struct range refused[] = {
	{ 0x00ad, 0x00ad },   { 0x034f, 0x034f },   { 0x0600, 0x0605 },   { 0x061c, 0x061c },
	{ 0x06dd, 0x06dd },   { 0x070f, 0x070f },   { 0x0890, 0x0891 },   { 0x08e2, 0x08e2 },
	{ 0x115f, 0x1160 },   { 0x17b4, 0x17b5 },   { 0x180b, 0x180f },   { 0x200b, 0x200f },
	{ 0x2028, 0x202e },   { 0x2060, 0x206f },   { 0x3164, 0x3164 },   { 0xe000, 0xf8ff },
	{ 0xfdd0, 0xfdef },   { 0xfe00, 0xfe0f },   { 0xfeff, 0xfeff },   { 0xffa0, 0xffa0 },
	{ 0xfff0, 0xfffb },   { 0x110bd, 0x110bd }, { 0x110cd, 0x110cd }, { 0x13430, 0x1343f },
	{ 0x1bca0, 0x1bca3 }, { 0x1d173, 0x1d17a }, { 0xe0000, 0xe0fff }, { 0xf0000, 0x10ffff },
};

static bool is_refused(uint32_t cp)
{
	size_t low = 0;
	size_t high = sizeof refused / sizeof refused[0];
	while (low < high) {
		size_t mid = (low + high) / 2;
		if (cp < refused[mid].first)
			high = mid;
		else if (cp > refused[mid].last)
			low = mid + 1;
		else
			return true;
	}
	return (cp & 0xfffe) == 0xfffe;
}

bool text_locale_is_utf8(void)
{
	return strcmp(nl_langinfo(CODESET), "UTF-8") == 0;
}

/* Columns of a character beyond ASCII, -1 when it must not be shown. */
static int safe_width(uint32_t cp)
{
	if (is_refused(cp) || !text_locale_is_utf8())
		return -1;
	return wcwidth((wchar_t)cp);
}

/* Bytes of the well-formed sequence at s, 0 if it is none (RFC 3629: no overlong form, no
 * surrogate, nothing above U+10FFFF). */
static size_t decode(const unsigned char *s, size_t n, uint32_t *cp)
{
	static const uint32_t least[] = { 0, 0, 0x80, 0x800, 0x10000 };
	size_t len = s[0] < 0x80             ? 1
		     : (s[0] & 0xe0) == 0xc0 ? 2
		     : (s[0] & 0xf0) == 0xe0 ? 3
		     : (s[0] & 0xf8) == 0xf0 ? 4
					     : 0;
	if (len == 0 || len > n)
		return 0;
	uint32_t value = len == 1 ? s[0] : s[0] & (0x7fu >> len);
	for (size_t i = 1; i < len; i++) {
		if ((s[i] & 0xc0) != 0x80)
			return 0;
		value = value << 6 | (s[i] & 0x3fu);
	}
	if (value < least[len] || value > 0x10ffff || (value >= 0xd800 && value <= 0xdfff))
		return 0;
	*cp = value;
	return len;
}

struct text_glyph text_next(const char *s, size_t n)
{
	struct text_glyph g = { .cp = (unsigned char)s[0], .bytes = 1 };
	size_t len = decode((const unsigned char *)s, n, &g.cp);
	if (len == 0)
		return g;
	g.bytes = (uint8_t)len;
	g.valid = true;
	int width = -1;
	if (g.cp >= 0x80)
		width = safe_width(g.cp);
	else if (g.cp >= 0x20 && g.cp < 0x7f)
		width = 1;
	g.shown = width >= 0 && width <= 2;
	g.width = g.shown ? (uint8_t)width : 0;
	return g;
}

struct text_glyph text_next_on(const char *s, size_t n, int *marks)
{
	struct text_glyph g = text_next(s, n);
	if (g.shown && g.width == 0) {
		g.shown = *marks > 0;
		*marks -= g.shown;
	} else {
		*marks = g.shown ? TEXT_MAX_MARKS : 0;
	}
	return g;
}

size_t text_encode(uint32_t cp, char out[4])
{
	if (cp < 0x80) {
		out[0] = (char)cp;
		return 1;
	}
	if (cp > 0x10ffff || (cp >= 0xd800 && cp <= 0xdfff))
		return 0;
	size_t len = cp < 0x800 ? 2 : cp < 0x10000 ? 3 : 4;
	for (size_t i = len - 1; i > 0; i--) {
		out[i] = (char)(0x80 | (cp & 0x3f));
		cp >>= 6;
	}
	out[0] = (char)(0xf00 >> len | cp);
	return len;
}

size_t text_width(const char *s, size_t n)
{
	size_t columns = 0;
	int marks = 0;
	for (size_t i = 0; i < n;) {
		struct text_glyph g = text_next_on(s + i, n - i, &marks);
		columns += g.shown ? g.width : 1;
		i += g.bytes;
	}
	return columns;
}

size_t text_fit(const char *s, size_t n, size_t columns)
{
	size_t used = 0;
	size_t i = 0;
	int marks = 0;
	while (i < n) {
		struct text_glyph g = text_next_on(s + i, n - i, &marks);
		used += g.shown ? g.width : 1;
		if (used > columns)
			break;
		i += g.bytes;
	}
	return i;
}

size_t text_wrap(const char *s, size_t n, size_t columns)
{
	size_t fits = text_fit(s, n, columns), word = fits, end = fits, first = 0;

	if (fits == n)
		return n;
	if (!fits) {
		int marks = 0;

		return text_next_on(s, n, &marks).bytes;
	}
	while (word > 0 && s[word - 1] != ' ')
		word--;
	while (first < word && s[first] == ' ')
		first++;
	while (end < n && s[end] != ' ')
		end++;
	/* Where the row ends between two words, the blanks there are its last. */
	if (end == fits)
		for (; end < n && s[end] == ' '; end++)
			;
	else if (word > first && text_width(s + word, end - word) <= columns)
		end = word;
	else
		end = fits;
	return end;
}

bool text_is_utf8(const void *data, size_t n)
{
	const unsigned char *s = data;
	for (size_t i = 0; i < n;) {
		uint32_t cp;
		size_t len = decode(s + i, n - i, &cp);
		if (len == 0)
			return false;
		i += len;
	}
	return true;
}

/* The letter of a two-character escape, 0 if there is none. */
static char short_escape(uint32_t cp)
{
	switch (cp) {
	case '\n':
		return 'n';
	case '\r':
		return 'r';
	case '\t':
		return 't';
	case '\0':
		return '0';
	case '\\':
		return '\\';
	default:
		return 0;
	}
}

static void escape_glyph(struct buf *out, const struct text_glyph *g)
{
	char letter = short_escape(g->cp);
	if (letter)
		buf_printf(out, "\\%c", letter);
	else if (g->valid && g->cp >= 0x80)
		buf_printf(out, "\\u{%x}", g->cp);
	else
		buf_printf(out, "\\x%02x", g->cp);
}

/* The character at s[0..n), which is not the end; returns its bytes.  exact: typing it back gives
 * the same. */
static size_t escape_next(struct buf *out, const char *s, size_t n, int *marks, bool exact)
{
	struct text_glyph g = text_next_on(s, n, marks);
	if (!g.shown || (exact && g.cp == '\\')) {
		escape_glyph(out, &g);
		*marks = 0;
	} else {
		if (exact && g.cp == '$' && n > 1 && s[1] == '{')
			buf_char(out, '\\');
		buf_add(out, s, g.bytes);
	}
	return g.bytes;
}

size_t text_escape_next(struct buf *out, const void *data, size_t n, size_t at, int *marks)
{
	return at + escape_next(out, (const char *)data + at, n - at, marks, true);
}

void text_escape(struct buf *out, const void *data, size_t n)
{
	int marks = 0;
	for (size_t i = 0; i < n;)
		i = text_escape_next(out, data, n, i, &marks);
}

void text_show(struct buf *out, const char *words)
{
	size_t n = strlen(words);
	int marks = 0;
	for (size_t i = 0; i < n;)
		i += escape_next(out, words + i, n - i, &marks, false);
}

char text_dot(uint8_t byte)
{
	return byte >= 0x20 && byte < 0x7f ? (char)byte : '.';
}

size_t text_column(const char *s, size_t n, size_t at)
{
	size_t column = 1;
	int marks = 0;
	for (size_t i = 0; i < n;) {
		struct text_glyph g = text_next_on(s + i, n - i, &marks);
		i += g.bytes;
		if (i > at)
			break;
		column += !(g.shown && g.width == 0);
	}
	return column;
}
