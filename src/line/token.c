/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Where keys end. */
#include "line/token.h"

#include <string.h>

#define ESC '\033'
#define MOUSE_MAX 65535

/* Bytes of the UTF-8 character at s, by its first byte; 0: its end has not come; 1: not UTF-8,
 * or ASCII. */
static size_t character(const unsigned char *s, size_t n)
{
	size_t len = s[0] < 0xc2 ? 1 : s[0] < 0xe0 ? 2 : s[0] < 0xf0 ? 3 : s[0] < 0xf5 ? 4 : 1;

	for (size_t i = 1; i < len; i++) {
		if (i == n)
			return 0;
		if ((s[i] & 0xc0) != 0x80)
			return 1;
	}
	return len;
}

/* After "ESC [": parameters and intermediates, then a final byte.  Anything else ends it,
 * broken. */
static size_t control_sequence(const unsigned char *s, size_t n)
{
	size_t i = 2;

	if (n > 2 && s[2] == 'M') /* an X10 mouse report: three bytes follow */
		return n < 6 ? 0 : 6;
	if (n > 2 && s[2] == '[') /* the Linux console's F1 to F5 */
		return n < 4 ? 0 : 4;
	while (i < n && i < TOKEN_MAX && s[i] >= 0x20 && s[i] < 0x40)
		i++;
	if (i == n)
		return 0;
	return i < TOKEN_MAX && s[i] >= 0x40 && s[i] < 0x7f ? i + 1 : i;
}

/* After "ESC O": one byte, with a modifier's digit in front in older terminals. */
static size_t single_shift(const unsigned char *s, size_t n)
{
	size_t i = 2;

	if (i < n && s[i] >= '1' && s[i] <= '9')
		i++;
	if (i >= n)
		return 0;
	return s[i] > 0x20 && s[i] < 0x7f ? i + 1 : 2;
}

static size_t escape(const unsigned char *s, size_t n)
{
	size_t len;

	if (n == 1)
		return 0;
	if (s[1] == '[')
		return control_sequence(s, n);
	if (s[1] == 'O')
		return single_shift(s, n);
	if (s[1] != ESC) {
		len = character(s + 1, n - 1);
		return len ? len + 1 : 0;
	}
	/* Alt with a key that is itself a sequence; ESC ESC and something else are keys of their
	 * own */
	if (n == 2)
		return 0;
	if (s[2] != '[' && s[2] != 'O')
		return 1;
	len = escape(s + 1, n - 1);
	return len ? len + 1 : 0;
}

size_t token_length(const char *s, size_t n, bool final)
{
	const unsigned char *u = (const unsigned char *)s;
	size_t len = u[0] == ESC ? escape(u, n) : character(u, n);

	if (len || !final)
		return len;
	if (u[0] != ESC || (n > 1 && u[1] == ESC))
		return 1;
	/* A sequence without its end is one broken key, and Alt with a broken character another. */
	return n;
}

/* A decimal number followed by "end"; *s moves behind it. */
static bool number(const char **s, const char *stop, char end, int *out)
{
	int value = 0;
	const char *p = *s;

	while (p < stop && *p >= '0' && *p <= '9' && value <= MOUSE_MAX)
		value = value * 10 + (*p++ - '0');
	if (p == *s || p == stop || value > MOUSE_MAX || (end ? *p != end : *p != 'M' && *p != 'm'))
		return false;
	*s = p + 1;
	*out = value;
	return true;
}

bool token_is_mouse(const char *s, size_t n, struct token_mouse *out)
{
	const char *stop = s + n;

	if (n < 4 || memcmp(s, "\033[<", 3) != 0)
		return false;
	s += 3;
	if (!number(&s, stop, ';', &out->button) || !number(&s, stop, ';', &out->col) ||
	    !number(&s, stop, 0, &out->row) || s != stop)
		return false;
	out->press = s[-1] == 'M';
	return true;
}
