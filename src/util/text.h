/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Characters: UTF-8, their width in columns, and which of them may be shown.
 *
 * text_next() is the one function that decides what a terminal may see.  It
 * refuses every C0 and C1 control, DEL, bidirectional and other format
 * characters, separators U+2028/2029, variation selectors, private use,
 * non-characters, surrogates, overlong or broken UTF-8 and everything that the
 * locale's wcwidth() calls unassigned or unprintable.  In a locale that is not
 * UTF-8 that is everything beyond ASCII.  Everything that reaches cells, stderr
 * or a text writer goes through it.
 *
 * Widths come from wcwidth(), so the program calls setlocale(LC_CTYPE, "") first.
 */
#ifndef UTIL_TEXT_H
#define UTIL_TEXT_H

#include "util/buf.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* At most so many combining marks are shown on one base character. */
#define TEXT_MAX_MARKS 2

struct text_glyph {
	uint32_t cp;   /* code point; for a broken sequence the first byte's value */
	uint8_t bytes; /* consumed, at least 1; 1 for a broken sequence */
	uint8_t width; /* 0 (combining), 1 or 2; 0 when not shown */
	bool valid;    /* well-formed UTF-8 */
	bool shown;    /* may reach a terminal as it is */
};

/* The character at s[0..n), n > 0. */
struct text_glyph text_next(const char *s, size_t n);

/*
 * The same for text read in order: a combining mark without a base, or beyond TEXT_MAX_MARKS, comes
 * back as not shown (one dot on a canvas).  "marks" is the number of marks that still fit on the
 * base before s; it starts at 0.
 */
struct text_glyph text_next_on(const char *s, size_t n, int *marks);

/* Writes cp as UTF-8 (1..4 bytes) to out and returns their number; 0 if cp is no scalar value. */
size_t text_encode(uint32_t cp, char out[4]);

/* Columns that text takes on a canvas, where what must not be shown is one dot. */
size_t text_width(const char *s, size_t n);

/* Bytes of the longest prefix of s[0..n) that takes at most "columns" columns; does not split
 * a base from its marks. */
size_t text_fit(const char *s, size_t n, size_t columns);

/* Bytes of s[0..n) that stand in a row of "columns" columns before the next row begins: whole
 * words with the blanks behind them, but a word that no row holds is broken where this one ends.
 * At least one character, n = 0 aside. */
size_t text_wrap(const char *s, size_t n, size_t columns);

/* May a terminal get characters beyond ASCII from us? */
bool text_locale_is_utf8(void);

/* Is all of it well-formed UTF-8? */
bool text_is_utf8(const void *data, size_t n);

/*
 * Appends bytes in the text notation of payloads: what may be shown stays, the rest becomes
 * \n \r \t \0 \\ \$ (only before "{") \xHH \u{...}; typing it back gives the same bytes.
 * A combining mark without a base before it, or beyond TEXT_MAX_MARKS, is escaped too.
 */
void text_escape(struct buf *out, const void *data, size_t n);

/* The same for the one character at data[at], at < n; returns where the next begins.  "marks" is 0
 * at the first and goes along. */
size_t text_escape_next(struct buf *out, const void *data, size_t n, size_t at, int *marks);

/* The same for words about bytes, such as an error's text: a backslash in them stays as it is. */
void text_show(struct buf *out, const char *words);

/* The character of a hex dump's right side: printable ASCII, else '.'. */
char text_dot(uint8_t byte);

/* The column a person counts, from 1: one more than the characters (not columns; a base and its
 * marks are one) that end before byte offset "at". */
size_t text_column(const char *s, size_t n, size_t at);

#endif
