/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Errors: a code, a place and one line of words.
 *
 * Each text is put together beside the error and copied over at the end, so an
 * argument may be the text of the same error.
 */
#include "util/err.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

/* No character is cut in half: bytes 10xxxxxx at the end of a full text belong to one that may be
 * incomplete, and go with their lead byte. */
static void trim_broken_tail(char *text, size_t room, int wanted)
{
	if (wanted < 0 || (size_t)wanted < room)
		return;
	size_t len = strlen(text);
	while (len > 0 && ((unsigned char)text[len - 1] & 0xc0) == 0x80)
		len--;
	if (len > 0 && ((unsigned char)text[len - 1] & 0x80) != 0)
		len--;
	text[len] = '\0';
}

static void put_text(char *text, size_t room, const char *fmt, va_list ap)
	__attribute__((format(printf, 3, 0)));

static void put_text(char *text, size_t room, const char *fmt, va_list ap)
{
	text[0] = '\0';
	trim_broken_tail(text, room, vsnprintf(text, room, fmt, ap));
}

static void put_error(struct error *e, enum err_code code, int errnum, ptrdiff_t at,
		      const char *text)
{
	e->code = code;
	e->errnum = errnum;
	e->at = at;
	memcpy(e->text, text, strlen(text) + 1);
}

bool err_set(struct error *e, enum err_code code, const char *fmt, ...)
{
	if (!e)
		return false;
	char text[sizeof e->text];
	va_list ap;
	va_start(ap, fmt);
	put_text(text, sizeof text, fmt, ap);
	va_end(ap);
	put_error(e, code, 0, -1, text);
	return false;
}

bool err_at(struct error *e, ptrdiff_t at, const char *fmt, ...)
{
	if (!e)
		return false;
	char text[sizeof e->text];
	va_list ap;
	va_start(ap, fmt);
	put_text(text, sizeof text, fmt, ap);
	va_end(ap);
	put_error(e, ERR_SYNTAX, 0, at, text);
	return false;
}

bool err_sys(struct error *e, int errnum, const char *fmt, ...)
{
	if (!e)
		return false;

	/* strerrordesc_np() needs no buffer, no locale and is safe in every thread. */
	char words[64];
	const char *desc = strerrordesc_np(errnum);
	int words_len = desc ? snprintf(words, sizeof words, ": %.60s", desc)
			     : snprintf(words, sizeof words, ": error %d", errnum);

	/* However long the front is, the reason is not cut off. */
	char text[sizeof e->text];
	va_list ap;
	va_start(ap, fmt);
	put_text(text, sizeof text - (size_t)words_len, fmt, ap);
	va_end(ap);
	memcpy(text + strlen(text), words, (size_t)words_len + 1);
	put_error(e, ERR_SYSTEM, errnum, -1, text);
	return false;
}

bool err_prefix(struct error *e, const char *fmt, ...)
{
	if (!e)
		return false;
	char text[sizeof e->text];
	va_list ap;
	va_start(ap, fmt);
	put_text(text, sizeof text, fmt, ap);
	va_end(ap);

	size_t len = strlen(text);
	size_t room = sizeof text - len;
	trim_broken_tail(text + len, room, snprintf(text + len, room, "%s", e->text));
	put_error(e, e->code, e->errnum, e->at, text);
	return false;
}

bool err_shift(struct error *e, ptrdiff_t base)
{
	if (e && e->at >= 0)
		e->at += base;
	return false;
}
