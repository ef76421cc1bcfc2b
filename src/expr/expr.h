/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Expressions: tests of fields, joined by and, or, not and parentheses.
 *
 *   EXPR   = TEST | not EXPR | EXPR and EXPR | EXPR or EXPR | ( EXPR )
 *   TEST   = FIELD[SLICE] [OPERATOR VALUE | in { VALUE[..VALUE] ... }]
 *
 * "not" binds closer than "and", "and" closer than "or"; ! && || mean the same.  Nothing here
 * knows a field or what a value means: whoever does reads the tests once (expr_test), and then goes
 * from one to the next by whether it is true (expr_first).
 *
 * Text, tests, values and depth are bounded, so that a text from anywhere may be read.
 */
#ifndef EXPR_EXPR_H
#define EXPR_EXPR_H

#include "util/buf.h"
#include "util/err.h"
#include "util/slice.h"

#define EXPR_TEXT_MAX 8192
#define EXPR_TESTS_MAX 256
#define EXPR_VALUES_MAX 1024
#define EXPR_DEPTH_MAX 64 /* of parentheses and "not" */

enum expr_op {
	EXPR_HAS, /* the field alone */
	EXPR_EQ,
	EXPR_NE,
	EXPR_LT,
	EXPR_LE,
	EXPR_GT,
	EXPR_GE,
	EXPR_CONTAINS,
	EXPR_MATCHES, /* ~ */
	EXPR_IN,
};

enum expr_form { EXPR_WORD, EXPR_QUOTED, EXPR_REGEX };

struct expr_value {
	enum expr_form form;
	const char *text; /* as written, without quotes; of a regular expression its pattern */
	size_t n, at;
	const char *flags; /* EXPR_REGEX */
	size_t flags_n;
};

struct expr_item {
	struct expr_value low, high;
	bool range; /* low..high; else only low is set */
};

struct expr_test {
	const char *field;
	size_t field_n, at;
	bool sliced;
	struct slice slice;
	enum expr_op op;
	size_t op_at;
	const struct expr_item *items; /* none with EXPR_HAS, one with all others but EXPR_IN */
	size_t count;
	unsigned yes, no; /* the test to go on with, EXPR_YES or EXPR_NO */
};

/* The result in place of a test's number. */
#define EXPR_YES EXPR_TESTS_MAX
#define EXPR_NO (EXPR_TESTS_MAX + 1)

struct expr;

/* Reads the expression that text[0..n) begins with; *used is where it ends.  e->at is an offset in
 * text.  Nothing of text is kept. */
bool expr_parse(const char *text, size_t n, size_t *used, struct expr **out, struct error *e);
void expr_free(struct expr *x);

size_t expr_count(const struct expr *x);
const struct expr_test *expr_test(const struct expr *x, size_t i);

/* The test to begin with; "yes" or "no" of each leads on, from left to right, and past those that
 * decide nothing, to EXPR_YES or EXPR_NO. */
unsigned expr_first(const struct expr *x);

/* The same expression in one spelling: reading it back gives the same tests. */
void expr_print(const struct expr *x, struct buf *out);
/* "==", "contains", "in"; "" for EXPR_HAS. */
const char *expr_op_name(enum expr_op op);

#endif
