/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Where does a key end?  Cuts what a terminal sends into keys: a character, or an
 * escape sequence.  Knows the shape of sequences (ECMA-48, and what xterm, rxvt and
 * the Linux console do beside it), not their meaning.
 */
#ifndef LINE_TOKEN_H
#define LINE_TOKEN_H

#include <stdbool.h>
#include <stddef.h>

/* No key is longer; what claims to be is cut there. */
#define TOKEN_MAX 32

/*
 * Bytes of the key at s[0..n), n > 0; 0: its end has not come yet.  With "final" nothing more will
 * come: the result is at least 1.  Bytes that are no UTF-8 are one key each.
 */
size_t token_length(const char *s, size_t n, bool final);

struct token_mouse {
	int button, col, row;
	bool press;
};

/* Is the key a mouse report in SGR coding ("\e[<0;5;7M")? */
bool token_is_mouse(const char *s, size_t n, struct token_mouse *out);

#endif
