/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "match/filter.h"

#include "expr/lex.h"
#include "match/moment.h"
#include "match/value.h"
#include "util/near.h"

#include <stdlib.h>
#include <string.h>

/* A test of the expression with its field and values. */
struct bound {
	const struct field *field;
	const struct expr_test *test; /* operator and slice */
	struct value *values;
	size_t count;
};

struct filter {
	struct expr *expr;
	struct bound *bounds; /* by the number of the test */
	size_t count;
	unsigned first; /* the test to begin with */
	unsigned given_up;
};

/* Of a test, or of all of them. */
enum truth { TRUTH_NO, TRUTH_YES, TRUTH_UNKNOWN };

#define OP(op) (1u << (op))
#define EQUAL (OP(EXPR_EQ) | OP(EXPR_NE))
#define ORDER (OP(EXPR_LT) | OP(EXPR_LE) | OP(EXPR_GT) | OP(EXPR_GE))

/* The operators that a type knows, besides none at all. */
static const unsigned type_ops[] = {
	[FIELD_NUMBER] = EQUAL | ORDER | OP(EXPR_IN),
	[FIELD_TIME] = EQUAL | ORDER | OP(EXPR_IN),
	[FIELD_ADDRESS] = EQUAL | OP(EXPR_IN),
	[FIELD_WORD] = EQUAL | OP(EXPR_IN),
	[FIELD_FLAG] = EQUAL,
	[FIELD_TEXT] = EQUAL | ORDER | OP(EXPR_CONTAINS) | OP(EXPR_MATCHES) | OP(EXPR_IN),
	[FIELD_BYTES] = EQUAL | ORDER | OP(EXPR_CONTAINS) | OP(EXPR_MATCHES) | OP(EXPR_IN),
};

/* ---- reading ---- */

static bool unknown_field(const struct expr_test *t, struct error *e)
{
	char word[NEAR_WORD + 1] = "";
	const struct field *f;
	struct near near;
	struct buf meant;

	if (t->field_n < sizeof(word))
		memcpy(word, t->field, t->field_n);
	near_init(&near, word);
	for (size_t i = 0; (f = field_at(i)); i++)
		near_offer(&near, f->name);
	buf_init(&meant, 200);
	near_format(&near, &meant);
	if (!near.count)
		buf_str(&meant, memchr(t->field, '.', t->field_n)
					? ": what is inside payloads has no names, data[12:2] == "
					  "0001 looks at bytes"
					: ": help expressions lists them");
	err_at(e, (ptrdiff_t)t->at, "there is no field \"%.*s\"%s",
	       t->field_n > NEAR_WORD ? NEAR_WORD : (int)t->field_n, t->field, buf_cstr(&meant));
	buf_done(&meant);
	return false;
}

static bool wrong_operator(const struct expr_test *t, const struct field *f, struct error *e)
{
	struct buf known;

	buf_init(&known, 100);
	for (enum expr_op op = EXPR_EQ; op <= EXPR_IN; op++)
		if (type_ops[f->type] & OP(op))
			buf_printf(&known, " %s", expr_op_name(op));
	err_at(e, (ptrdiff_t)t->op_at, "%s is %s, which knows%s, not %s", f->name,
	       field_type_phrase(f->type), buf_cstr(&known), expr_op_name(t->op));
	buf_done(&known);
	return false;
}

static bool is_bytes(const struct field *f)
{
	return f->type == FIELD_BYTES || f->type == FIELD_TEXT;
}

static bool check_test(const struct expr_test *t, const struct field *f, struct error *e)
{
	if (t->sliced && !is_bytes(f))
		return err_at(e, (ptrdiff_t)(t->at + t->field_n),
			      "%s is %s, which has no bytes to cut out: data and text have",
			      f->name, field_type_phrase(f->type));
	if (t->op != EXPR_HAS && !(type_ops[f->type] & OP(t->op)))
		return wrong_operator(t, f, e);
	return true;
}

/* What bytes are compared with can never, or always, be true. */
static bool check_bytes(const struct expr_test *t, const struct value *v, size_t at,
			struct error *e)
{
	bool equality = t->op == EXPR_EQ || t->op == EXPR_NE || t->op == EXPR_IN;

	if (t->op == EXPR_CONTAINS && !v->bytes.len)
		return err_at(e, (ptrdiff_t)at, "everything contains nothing");
	if (equality && t->sliced && t->slice.length && v->bytes.len != t->slice.length)
		return err_at(e, (ptrdiff_t)at, "the slice has %u byte%s, this has %zu",
			      t->slice.length, t->slice.length == 1 ? "" : "s", v->bytes.len);
	return true;
}

static bool bind_test(struct bound *b, const struct expr_test *t, struct error *e)
{
	b->test = t;
	b->field = field_find(t->field, t->field_n);
	if (!b->field)
		return unknown_field(t, e);
	if (!check_test(t, b->field, e))
		return false;
	if (!t->count)
		return true;
	b->values = calloc(t->count, sizeof(*b->values));
	if (!b->values)
		return err_set(e, ERR_LIMIT, "no memory for a filter");
	for (; b->count < t->count; b->count++) {
		const struct expr_item *item = &t->items[b->count];
		struct value *v = &b->values[b->count];

		if (!value_read(v, b->field, t->op, item, e))
			return false;
		if (!check_bytes(t, v, item->low.at, e)) {
			value_done(v);
			return false;
		}
	}
	return true;
}

bool filter_parse_head(const char *text, size_t n, size_t *used, struct filter **out,
		       struct error *e)
{
	struct filter *f = calloc(1, sizeof(*f));
	size_t end;

	if (!f)
		return err_set(e, ERR_LIMIT, "no memory for a filter");
	if (!expr_parse(text, n, &end, &f->expr, e)) {
		free(f);
		return false;
	}
	f->bounds = calloc(expr_count(f->expr), sizeof(*f->bounds));
	if (!f->bounds) {
		filter_free(f);
		return err_set(e, ERR_LIMIT, "no memory for a filter");
	}
	while (f->count < expr_count(f->expr)) {
		const struct expr_test *t = expr_test(f->expr, f->count);

		if (!bind_test(&f->bounds[f->count++], t, e)) {
			filter_free(f);
			return false;
		}
	}
	f->first = expr_first(f->expr);
	*used = end;
	*out = f;
	return true;
}

bool filter_parse(const char *text, size_t n, struct filter **out, struct error *e)
{
	struct filter *f = NULL;
	struct lex_token rest;
	size_t used;

	if (!filter_parse_head(text, n, &used, &f, e))
		return false;
	rest = lex_sign(text, n, used);
	if (rest.kind != LEX_END) {
		filter_free(f);
		return err_at(e, (ptrdiff_t)rest.at,
			      "\"%.*s\" is too much: tests are joined by and, or; text with blanks "
			      "stands in quotes",
			      rest.n > 40 ? 40 : (int)rest.n, text + rest.at);
	}
	*out = f;
	return true;
}

void filter_free(struct filter *f)
{
	if (!f)
		return;
	for (size_t i = 0; i < f->count; i++) {
		for (size_t k = 0; k < f->bounds[i].count; k++)
			value_done(&f->bounds[i].values[k]);
		free(f->bounds[i].values);
	}
	free(f->bounds);
	expr_free(f->expr);
	free(f);
}

/* Is it an operator, and not the "in" or "contains" of a sentence? */
static bool is_operator(const char *s, size_t n, struct lex_token t)
{
	if (t.kind == LEX_IN)
		return lex_sign(s, n, t.at + t.n).kind == LEX_LEFT;
	return t.kind >= LEX_EQ && t.kind <= LEX_MATCHES;
}

/* What follows the field, behind a slice if there is one. */
static struct lex_token behind_field(const char *text, size_t n, struct lex_token field)
{
	size_t at = field.at + field.n;
	const char *close = at < n && text[at] == '[' ? memchr(text + at, ']', n - at) : NULL;

	return lex_sign(text, n, close ? (size_t)(close - text) + 1 : at);
}

bool filter_looks(const char *text, size_t n)
{
	bool blank = memchr(text, ' ', n) || memchr(text, '\t', n), after = false, known;
	struct lex_token t = lex_sign(text, n, 0), next;

	while (t.kind == LEX_NOT || t.kind == LEX_OPEN) {
		after = true;
		t = lex_sign(text, n, t.at + t.n);
	}
	if (t.kind != LEX_NAME)
		return false;
	known = field_find(text + t.at, t.n) != NULL;
	next = behind_field(text, n, t);
	if (is_operator(text, n, next))
		return known || blank;
	/* A slice that does not end, and "=", are faults, but of an expression. */
	return known && (next.kind == LEX_AND || next.kind == LEX_OR ||
			 (next.kind == LEX_OTHER && text[next.at] == '=') ||
			 (blank && (after || (t.at + t.n < n && text[t.at + t.n] == '['))));
}

static bool is_pure(const struct bound *b)
{
	for (size_t i = 0; i < b->count; i++)
		if (b->values[i].peer || b->values[i].regex)
			return false;
	return !b->field->of_session;
}

bool filter_is_pure(const struct filter *f)
{
	for (size_t i = 0; i < f->count; i++)
		if (!is_pure(&f->bounds[i]))
			return false;
	return true;
}

/* ---- matching ---- */

static int compare_address(const struct addr *a, const struct addr *b)
{
	return memcmp(a->bytes, b->bytes, sizeof(a->bytes));
}

static bool address_fits(const struct value *v, const struct addr *a, const struct filter_env *env)
{
	struct addr peer;

	if (v->peer)
		return env && env->peer && env->peer(env->ctx, v->peer, &peer) &&
		       addr_equal(&peer, a);
	if (v->from.port && v->from.port != a->port)
		return false;
	if (v->from.scope && v->from.scope != a->scope)
		return false;
	if (v->from.family == AF_UNSPEC)
		return true;
	return v->from.family == a->family && compare_address(a, &v->from) >= 0 &&
	       compare_address(a, &v->to) <= 0;
}

static bool number_fits(const struct value *v, const struct field_value *have)
{
	for (unsigned i = 0; i < have->count; i++) {
		uint64_t n = v->of_day ? moment_of_day(have->number[i]) : have->number[i];

		if (n >= v->low && n <= v->high)
			return true;
	}
	return false;
}

static bool fits(const struct bound *b, const struct value *v, const struct field_value *have,
		 const struct filter_env *env)
{
	switch (b->field->type) {
	case FIELD_NUMBER:
	case FIELD_TIME:
	case FIELD_FLAG:
		return number_fits(v, have);
	case FIELD_WORD:
		return (have->number[0] & v->low) != 0;
	case FIELD_ADDRESS:
		return address_fits(v, have->addr, env);
	case FIELD_TEXT:
	case FIELD_BYTES:
		break;
	}
	return have->n == v->bytes.len && memcmp(have->data, buf_cstr(&v->bytes), have->n) == 0;
}

static bool any_fits(const struct bound *b, const struct field_value *have,
		     const struct filter_env *env)
{
	for (size_t i = 0; i < b->count; i++)
		if (fits(b, &b->values[i], have, env))
			return true;
	return false;
}

/* -1, 0, 1: below, within, above the value. */
static int place_of(uint64_t n, const struct value *v)
{
	if (v->of_day)
		n = moment_of_day(n);
	return n < v->low ? -1 : n > v->high;
}

static bool is_ordered(enum expr_op op, int place)
{
	switch (op) {
	case EXPR_LT:
		return place < 0;
	case EXPR_LE:
		return place <= 0;
	case EXPR_GT:
		return place > 0;
	default:
		return place >= 0;
	}
}

/* Bytes as memcmp(3) orders them: of the same length that is as numbers in network order. */
static int order_of_bytes(const struct field_value *have, const struct buf *b)
{
	size_t least = have->n < b->len ? have->n : b->len;
	int order = least ? memcmp(have->data, b->data, least) : 0;

	return order ? order : (have->n > b->len) - (have->n < b->len);
}

static bool order_fits(const struct bound *b, const struct field_value *have)
{
	if (is_bytes(b->field))
		return is_ordered(b->test->op, order_of_bytes(have, &b->values[0].bytes));
	for (unsigned i = 0; i < have->count; i++)
		if (is_ordered(b->test->op, place_of(have->number[i], &b->values[0])))
			return true;
	return false;
}

static enum truth regex_fits(const struct bound *b, const struct field_value *have)
{
	switch (regex_match(b->values[0].regex, have->data, have->n)) {
	case REGEX_YES:
		return TRUTH_YES;
	case REGEX_LIMIT:
		return TRUTH_UNKNOWN;
	case REGEX_NO:
		break;
	}
	return TRUTH_NO;
}

static bool cut_slice(const struct bound *b, struct field_value *have)
{
	size_t at;

	if (!b->test->sliced)
		return true;
	if (!slice_find(&b->test->slice, have->n, &at))
		return false;
	have->data = (const uint8_t *)have->data + at;
	have->n = slice_length(&b->test->slice, have->n, at);
	return true;
}

/* false, true, or unknown because a regular expression gave up. */
static enum truth truth_of(const struct bound *b, const struct packet *p,
			   const struct filter_env *env)
{
	struct field_value have;
	const struct buf *part;

	have.count = 0;
	b->field->get(p, env, &have);
	if (!have.count || !cut_slice(b, &have))
		return TRUTH_NO;
	switch (b->test->op) {
	case EXPR_HAS:
		return b->field->type != FIELD_FLAG || have.number[0];
	case EXPR_EQ:
	case EXPR_IN:
		return any_fits(b, &have, env);
	case EXPR_NE:
		return !any_fits(b, &have, env);
	case EXPR_CONTAINS:
		part = &b->values[0].bytes;
		return memmem(have.data, have.n, part->data, part->len) != NULL;
	case EXPR_MATCHES:
		return regex_fits(b, &have);
	default:
		return order_fits(b, &have);
	}
}

/* Of all tests, where the one at "at" is unknown: they are gone through both ways.  Each leads to
 * later ones only, so none is looked at twice. */
static enum truth truth_despite(const struct filter *f, unsigned at, const struct packet *p,
				const struct filter_env *env)
{
	const struct expr_test *t = f->bounds[at].test;
	bool reached[EXPR_NO + 1] = { false };
	enum truth truth;

	reached[t->yes] = reached[t->no] = true;
	for (unsigned i = at + 1; i < f->count; i++) {
		if (!reached[i])
			continue;
		t = f->bounds[i].test;
		truth = truth_of(&f->bounds[i], p, env);
		reached[t->yes] |= truth != TRUTH_NO;
		reached[t->no] |= truth != TRUTH_YES;
	}
	if (reached[EXPR_YES] && reached[EXPR_NO])
		return TRUTH_UNKNOWN;
	return reached[EXPR_YES] ? TRUTH_YES : TRUTH_NO;
}

bool filter_matches(struct filter *f, const struct packet *p, const struct filter_env *env)
{
	unsigned at = f->first;
	enum truth truth;

	while (at < EXPR_TESTS_MAX) {
		const struct bound *b = &f->bounds[at];

		truth = truth_of(b, p, env);
		if (truth == TRUTH_UNKNOWN) {
			truth = truth_despite(f, at, p, env);
			f->given_up += truth == TRUTH_UNKNOWN;
			return truth == TRUTH_YES;
		}
		at = truth == TRUTH_YES ? b->test->yes : b->test->no;
	}
	return at == EXPR_YES;
}

/* The bytes of the packet that a test looks at; false: it looks at none. */
static bool bytes_of(const struct bound *b, const struct packet *p, const struct filter_env *env,
		     struct field_value *have)
{
	have->count = 0;
	if (!is_bytes(b->field))
		return false;
	b->field->get(p, env, have);
	return have->count && cut_slice(b, have) && have->n;
}

static bool test_next(const struct bound *b, const struct packet *p, const struct filter_env *env,
		      struct match_place *at)
{
	struct match_place found = { .steps = at->steps };
	struct field_value have;
	size_t start, from = at->offset + at->length;
	bool has;

	if (!bytes_of(b, p, env, &have))
		return false;
	start = (size_t)((const uint8_t *)have.data - p->data);
	found.offset = from > start ? from - start : 0;
	if (b->test->op == EXPR_CONTAINS) {
		has = place_next(&found, have.data, have.n, &b->values[0].bytes);
	} else if (b->test->op == EXPR_MATCHES) {
		has = regex_next(b->values[0].regex, have.data, have.n, &found);
	} else {
		/* All that it looks at; but a bare "data" is about no place. */
		found.length = have.n;
		has = from <= start && (b->test->op != EXPR_HAS || b->test->sliced) &&
		      truth_of(b, p, env) == TRUTH_YES;
	}
	at->steps = found.steps;
	if (!has)
		return false;
	at->offset = start + found.offset;
	at->length = found.length;
	return true;
}

bool filter_next(const struct filter *f, const struct packet *p, const struct filter_env *env,
		 struct match_place *at)
{
	struct match_place first = *at, found;
	bool has = false;

	for (size_t i = 0; i < f->count; i++) {
		found = (struct match_place){ at->offset, at->length, first.steps };
		if (test_next(&f->bounds[i], p, env, &found) &&
		    (!has || found.offset < first.offset)) {
			first = found;
			has = true;
		}
		first.steps = found.steps;
	}
	*at = first;
	return has;
}

unsigned filter_given_up(const struct filter *f)
{
	return f->given_up;
}

void filter_print(const struct filter *f, struct buf *out)
{
	expr_print(f->expr, out);
}

bool filter_field_at(size_t i, struct filter_field *out)
{
	const struct field *f = field_at(i);

	if (f)
		*out = (struct filter_field){ f->name, field_type_name(f->type), f->help };
	return f != NULL;
}

const char *filter_operator_at(const char *name, size_t n, size_t i)
{
	const struct field *f = field_find(name, n);

	for (enum expr_op op = EXPR_EQ; f && op <= EXPR_IN; op++)
		if ((type_ops[f->type] & OP(op)) && i-- == 0)
			return expr_op_name(op);
	return NULL;
}

const char *filter_word_at(const char *name, size_t n, size_t i)
{
	static const char *const states[] = { "on", "off" };
	const struct field *f = field_find(name, n);

	if (f && f->type == FIELD_FLAG)
		return i < 2 ? states[i] : NULL;
	/* The words end with NULL. */
	for (size_t k = 0; f && f->words && f->words[k].name; k++)
		if (k == i)
			return f->words[k].name;
	return NULL;
}
