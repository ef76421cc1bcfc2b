/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The words and signs of an expression.
 *
 * What may stand at a place decides how it is read: where a value is expected, "in", "fe80::1" and
 * "/a b/i" are values; elsewhere they are a word and signs.  So the parser asks for one or the
 * other; nothing is kept between two questions.
 */
#ifndef EXPR_LEX_H
#define EXPR_LEX_H

#include "util/err.h"

#include <stddef.h>

enum lex_kind {
	LEX_END,
	LEX_NAME,
	LEX_OPEN,  /* ( */
	LEX_CLOSE, /* ) */
	LEX_LEFT,  /* { */
	LEX_RIGHT, /* } */
	LEX_COMMA,
	LEX_RANGE, /* .. */
	LEX_AND,   /* and && */
	LEX_OR,    /* or || */
	LEX_NOT,   /* not ! */
	LEX_EQ,
	LEX_NE,
	LEX_LT,
	LEX_LE,
	LEX_GT,
	LEX_GE,
	LEX_CONTAINS,
	LEX_MATCHES, /* ~ */
	LEX_IN,
	LEX_WORD,   /* a value without quotes */
	LEX_QUOTED, /* "text"; its quotes belong to it */
	LEX_REGEX,  /* /pattern/flags, all of it */
	LEX_OTHER,  /* a character that means nothing here */
};

struct lex_token {
	enum lex_kind kind;
	size_t at, n; /* in the text */
};

/* The word or sign at or behind "at". */
struct lex_token lex_sign(const char *s, size_t n, size_t at);
/* The value there: LEX_WORD, LEX_QUOTED or LEX_REGEX; LEX_OTHER or LEX_END if there is none.  Only
 * a missing end of the other two is an error. */
bool lex_value(const char *s, size_t n, size_t at, struct lex_token *out, struct error *e);
/* Of a regular expression in slashes: where its pattern ends, n if no slash ends it. */
size_t lex_pattern_end(const char *s, size_t n);

#endif
