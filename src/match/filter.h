/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A filter: an expression (expr/expr.h) whose fields are those of a packet.
 *
 * Names are looked up and values read once, when the filter is made; what does not fit together
 * (an unknown field, an operator that the field does not know, a bad prefix) is an error at its
 * column.  A comparison of a field that a packet does not have is false, whatever the operator,
 * as in Wireshark; of "port", which is either end's, one that fits is enough.
 */
#ifndef MATCH_FILTER_H
#define MATCH_FILTER_H

#include "match/place.h"
#include "store/packet.h"
#include "util/buf.h"
#include "util/err.h"

struct filter;

/* What a packet itself does not know; each may be NULL, and so may the whole. */
struct filter_env {
	void *ctx;
	/* The name of an interface, NULL: not known. */
	const char *(*ifname)(void *ctx, uint32_t ifindex);
	/* The address of peer @number. */
	bool (*peer)(void *ctx, uint32_t number, struct addr *out);
};

/* Reads all of text[0..n); e->at is an offset in it. */
bool filter_parse(const char *text, size_t n, struct filter **out, struct error *e);
/* The same for the expression that text begins with; *used is where it ends. */
bool filter_parse_head(const char *text, size_t n, size_t *used, struct filter **out,
		       struct error *e);
void filter_free(struct filter *f);

/* Is it about the datagram alone, and quickly told: no interface's name, no peer's or packet's
 * number, no regular expression?  Such a one keeps no state, and any thread may ask it, without
 * env. */
bool filter_is_pure(const struct filter *f);

bool filter_matches(struct filter *f, const struct packet *p, const struct filter_env *env);
bool filter_next(const struct filter *f, const struct packet *p, const struct filter_env *env,
		 struct match_place *at);
/* Packets of which it stays unknown whether they match, because a regular expression gave up on
 * them; they do not, whatever the expression makes of it ("not"). */
unsigned filter_given_up(const struct filter *f);
/* In one spelling; reading it back gives the same filter. */
void filter_print(const struct filter *f, struct buf *out);

/* Does the text read as an expression, though maybe a faulty one?  It begins with a field and an
 * operator, after any "not" and "("; a single word only with a field that there is. */
bool filter_looks(const char *text, size_t n);

/* The fields, for help and completion; false: no more. */
struct filter_field {
	const char *name, *type, *help;
};
bool filter_field_at(size_t i, struct filter_field *out);

/* For completion, of the field name[0..n).  NULL: no more, or there is no such field. */
const char *filter_operator_at(const char *name, size_t n, size_t i);
const char *filter_word_at(const char *name, size_t n, size_t i); /* "in", "out"; "on", "off" */

#endif
