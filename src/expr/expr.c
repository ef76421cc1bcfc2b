/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "expr/expr.h"

#include "expr/lex.h"

#include <stdlib.h>
#include <string.h>

enum node_kind { NODE_TEST, NODE_NOT, NODE_AND, NODE_OR };

struct node {
	enum node_kind kind;
	unsigned left, right; /* places in nodes; of a test: left is its number */
};

struct expr {
	char *text; /* what fields and values point into */
	struct expr_test *tests;
	struct expr_item *items; /* of all tests, in their order */
	struct node *nodes;
	size_t test_count, item_count, node_count;
	unsigned root, first;
};

struct parser {
	struct expr *x;
	const char *s;
	size_t n, at;
	unsigned depth;
};

static const struct op {
	enum lex_kind kind;
	enum expr_op op;
	const char *name;
} ops[] = {
	{ LEX_EQ, EXPR_EQ, "==" },
	{ LEX_NE, EXPR_NE, "!=" },
	{ LEX_LT, EXPR_LT, "<" },
	{ LEX_LE, EXPR_LE, "<=" },
	{ LEX_GT, EXPR_GT, ">" },
	{ LEX_GE, EXPR_GE, ">=" },
	{ LEX_CONTAINS, EXPR_CONTAINS, "contains" },
	{ LEX_MATCHES, EXPR_MATCHES, "~" },
	{ LEX_IN, EXPR_IN, "in" },
};

#define OP_COUNT (sizeof(ops) / sizeof(ops[0]))

const char *expr_op_name(enum expr_op op)
{
	for (size_t i = 0; i < OP_COUNT; i++)
		if (ops[i].op == op)
			return ops[i].name;
	return "";
}

/* Room for one more; the lists double. */
static bool grow(void *list, size_t count, size_t size, struct error *e)
{
	void *now, *more;

	if (count && (count < 8 || (count & (count - 1))))
		return true;
	memcpy(&now, list, sizeof(now));
	more = realloc(now, (count < 8 ? 8 : 2 * count) * size);
	if (!more)
		return err_set(e, ERR_LIMIT, "no memory for an expression");
	memcpy(list, &more, sizeof(more));
	return true;
}

static bool add_node(struct expr *x, struct node node, unsigned *at, struct error *e)
{
	if (!grow(&x->nodes, x->node_count, sizeof(*x->nodes), e))
		return false;
	*at = (unsigned)x->node_count;
	x->nodes[x->node_count++] = node;
	return true;
}

static struct lex_token peek(const struct parser *p)
{
	return lex_sign(p->s, p->n, p->at);
}

static bool take(struct parser *p, enum lex_kind kind)
{
	struct lex_token t = peek(p);

	if (t.kind != kind)
		return false;
	p->at = t.at + t.n;
	return true;
}

/* "X" is shown up to its 40th byte. */
static int shown(struct lex_token t)
{
	return t.n > 40 ? 40 : (int)t.n;
}

static bool read_value(struct parser *p, struct expr_value *out, struct error *e)
{
	struct lex_token t;

	if (!lex_value(p->s, p->n, p->at, &t, e))
		return false;
	if (t.kind == LEX_END)
		return err_at(e, (ptrdiff_t)t.at, "a value is missing");
	if (t.kind == LEX_OTHER)
		return err_at(e, (ptrdiff_t)t.at,
			      "a value is missing in front of \"%.*s\": text with signs stands in "
			      "quotes",
			      shown(t), p->s + t.at);
	*out = (struct expr_value){ .form = EXPR_WORD, .text = p->s + t.at, .n = t.n, .at = t.at };
	if (t.kind == LEX_QUOTED) {
		out->form = EXPR_QUOTED;
		out->text++;
		out->n -= 2;
	} else if (t.kind == LEX_REGEX) {
		size_t end = lex_pattern_end(out->text, t.n);

		out->form = EXPR_REGEX;
		out->flags = out->text + end + 1;
		out->flags_n = t.n - end - 1;
		out->text++;
		out->n = end - 1;
	}
	p->at = t.at + t.n;
	return true;
}

static bool read_item(struct parser *p, struct expr_test *test, bool may_range, struct error *e)
{
	struct expr *x = p->x;
	struct expr_item item = { .range = false };

	if (x->item_count == EXPR_VALUES_MAX)
		return err_at(e, (ptrdiff_t)p->at, "more than %d values", EXPR_VALUES_MAX);
	if (!read_value(p, &item.low, e))
		return false;
	item.range = may_range && take(p, LEX_RANGE);
	if (item.range && !read_value(p, &item.high, e))
		return false;
	if (!grow(&x->items, x->item_count, sizeof(*x->items), e))
		return false;
	x->items[x->item_count++] = item;
	test->count++;
	return true;
}

static bool read_set(struct parser *p, struct expr_test *test, struct error *e)
{
	struct lex_token t = peek(p);

	if (!take(p, LEX_LEFT))
		return err_at(e, (ptrdiff_t)t.at, "a set is missing: write in { 1, 2, 5..9 }");
	do {
		if (!read_item(p, test, true, e))
			return false;
		take(p, LEX_COMMA);
		t = peek(p);
		if (t.kind == LEX_END)
			return err_at(e, (ptrdiff_t)p->n, "missing \"}\"");
	} while (t.kind != LEX_RIGHT);
	p->at = t.at + t.n;
	return true;
}

static bool read_slice(struct parser *p, struct expr_test *test, struct error *e)
{
	size_t used;

	if (p->at >= p->n || p->s[p->at] != '[')
		return true;
	if (!slice_parse(p->s + p->at, &test->slice, &used, e))
		return err_shift(e, (ptrdiff_t)p->at);
	test->sliced = true;
	p->at += used;
	return true;
}

static bool bad_equals(const struct parser *p, struct lex_token t, struct error *e)
{
	char next = t.at + 1 < p->n ? p->s[t.at + 1] : '\0';

	if (next == '<' || next == '>')
		return err_at(e, (ptrdiff_t)t.at, "\"=%c\" is written %c=", next, next);
	return err_at(e, (ptrdiff_t)t.at, "\"=\" is written ==");
}

static bool read_operator(struct parser *p, struct expr_test *test, struct error *e)
{
	struct lex_token t = peek(p);

	test->op_at = t.at;
	for (size_t i = 0; i < OP_COUNT; i++) {
		if (ops[i].kind != t.kind)
			continue;
		p->at = t.at + t.n;
		test->op = ops[i].op;
		return test->op == EXPR_IN ? read_set(p, test, e) : read_item(p, test, false, e);
	}
	if (t.kind == LEX_OTHER && p->s[t.at] == '=')
		return bad_equals(p, t, e);
	return true;
}

static bool read_test(struct parser *p, unsigned *node, struct error *e)
{
	struct expr *x = p->x;
	struct lex_token t = peek(p);
	struct expr_test test = { .field = p->s + t.at, .field_n = t.n, .at = t.at };

	if (t.kind == LEX_END)
		return err_at(e, (ptrdiff_t)t.at, "a field is missing");
	if (t.kind != LEX_NAME)
		return err_at(e, (ptrdiff_t)t.at, "a field is missing in front of \"%.*s\"",
			      shown(t), p->s + t.at);
	if (x->test_count == EXPR_TESTS_MAX)
		return err_at(e, (ptrdiff_t)t.at, "more than %d tests", EXPR_TESTS_MAX);
	p->at = t.at + t.n;
	if (!read_slice(p, &test, e) || !read_operator(p, &test, e) ||
	    !grow(&x->tests, x->test_count, sizeof(*x->tests), e))
		return false;
	x->tests[x->test_count] = test;
	return add_node(x, (struct node){ NODE_TEST, (unsigned)x->test_count++, 0 }, node, e);
}

static bool read_or(struct parser *p, unsigned *node, struct error *e);

static bool read_inner(struct parser *p, unsigned *node, struct error *e);

static bool read_not(struct parser *p, unsigned *node, struct error *e)
{
	unsigned inner;

	return read_inner(p, &inner, e) &&
	       add_node(p->x, (struct node){ NODE_NOT, inner, 0 }, node, e);
}

static bool read_parentheses(struct parser *p, unsigned *node, struct error *e)
{
	struct lex_token t;

	if (!read_or(p, node, e))
		return false;
	t = peek(p);
	if (take(p, LEX_CLOSE))
		return true;
	if (t.kind == LEX_END)
		return err_at(e, (ptrdiff_t)t.at, "missing \")\"");
	return err_at(e, (ptrdiff_t)t.at, "missing \")\" in front of \"%.*s\"", shown(t),
		      p->s + t.at);
}

static bool read_inner(struct parser *p, unsigned *node, struct error *e)
{
	struct lex_token t = peek(p);
	bool ok;

	if (t.kind != LEX_NOT && t.kind != LEX_OPEN)
		return read_test(p, node, e);
	if (p->depth == EXPR_DEPTH_MAX)
		return err_at(e, (ptrdiff_t)t.at, "more than %d parentheses in one another",
			      EXPR_DEPTH_MAX);
	p->at = t.at + t.n;
	p->depth++;
	ok = t.kind == LEX_NOT ? read_not(p, node, e) : read_parentheses(p, node, e);
	p->depth--;
	return ok;
}

static bool read_and(struct parser *p, unsigned *node, struct error *e)
{
	unsigned right;

	if (!read_inner(p, node, e))
		return false;
	while (take(p, LEX_AND))
		if (!read_inner(p, &right, e) ||
		    !add_node(p->x, (struct node){ NODE_AND, *node, right }, node, e))
			return false;
	return true;
}

static bool read_or(struct parser *p, unsigned *node, struct error *e)
{
	unsigned right;

	if (!read_and(p, node, e))
		return false;
	while (take(p, LEX_OR))
		if (!read_and(p, &right, e) ||
		    !add_node(p->x, (struct node){ NODE_OR, *node, right }, node, e))
			return false;
	return true;
}

/* Where each test leads to; returns the one to begin with.  As deep as there are tests at most. */
static unsigned link_node(struct expr *x, unsigned at, unsigned yes, unsigned no)
{
	const struct node *node = &x->nodes[at];

	switch (node->kind) {
	case NODE_TEST:
		x->tests[node->left].yes = yes;
		x->tests[node->left].no = no;
		break;
	case NODE_NOT:
		return link_node(x, node->left, no, yes);
	case NODE_AND:
		return link_node(x, node->left, link_node(x, node->right, yes, no), no);
	case NODE_OR:
		return link_node(x, node->left, yes, link_node(x, node->right, yes, no));
	}
	return node->left;
}

bool expr_parse(const char *text, size_t n, size_t *used, struct expr **out, struct error *e)
{
	struct parser p = { .n = n };
	const struct expr_item *items;

	if (n > EXPR_TEXT_MAX)
		return err_at(e, 0, "an expression may have %d bytes", EXPR_TEXT_MAX);
	p.x = calloc(1, sizeof(*p.x));
	if (p.x)
		p.x->text = strndup(text, n);
	if (!p.x || !p.x->text) {
		free(p.x);
		return err_set(e, ERR_LIMIT, "no memory for an expression");
	}
	p.s = p.x->text;
	p.n = strlen(p.s); /* nothing stands behind a NUL */
	if (!read_or(&p, &p.x->root, e)) {
		expr_free(p.x);
		return false;
	}
	items = p.x->items;
	for (size_t i = 0; i < p.x->test_count; i++) {
		if (!p.x->tests[i].count)
			continue;
		p.x->tests[i].items = items;
		items += p.x->tests[i].count;
	}
	p.x->first = link_node(p.x, p.x->root, EXPR_YES, EXPR_NO);
	*used = p.at;
	*out = p.x;
	return true;
}

void expr_free(struct expr *x)
{
	if (!x)
		return;
	free(x->text);
	free(x->tests);
	free(x->items);
	free(x->nodes);
	free(x);
}

size_t expr_count(const struct expr *x)
{
	return x->test_count;
}

const struct expr_test *expr_test(const struct expr *x, size_t i)
{
	return &x->tests[i];
}

unsigned expr_first(const struct expr *x)
{
	return x->first;
}

static void print_value(const struct expr_value *v, struct buf *out)
{
	const char *quote = v->form == EXPR_QUOTED ? "\"" : v->form == EXPR_REGEX ? "/" : "";

	buf_str(out, quote);
	buf_add(out, v->text, v->n);
	buf_str(out, quote);
	buf_add(out, v->flags ? v->flags : "", v->flags_n);
}

static void print_test(const struct expr_test *t, struct buf *out)
{
	buf_add(out, t->field, t->field_n);
	if (t->sliced)
		slice_format(&t->slice, out);
	if (t->op == EXPR_HAS)
		return;
	buf_printf(out, " %s ", expr_op_name(t->op));
	buf_str(out, t->op == EXPR_IN ? "{ " : "");
	for (size_t i = 0; i < t->count; i++) {
		buf_str(out, i ? ", " : "");
		print_value(&t->items[i].low, out);
		if (!t->items[i].range)
			continue;
		buf_str(out, " .. ");
		print_value(&t->items[i].high, out);
	}
	buf_str(out, t->op == EXPR_IN ? " }" : "");
}

static void print_node(const struct expr *x, unsigned at, struct buf *out);

/* An operand stands in parentheses where it binds less closely than what joins it. */
static void print_operand(const struct expr *x, unsigned at, bool parentheses, struct buf *out)
{
	buf_str(out, parentheses ? "(" : "");
	print_node(x, at, out);
	buf_str(out, parentheses ? ")" : "");
}

static void print_node(const struct expr *x, unsigned at, struct buf *out)
{
	const struct node *node = &x->nodes[at];
	enum node_kind left = x->nodes[node->left].kind, right;

	switch (node->kind) {
	case NODE_TEST:
		print_test(&x->tests[node->left], out);
		break;
	case NODE_NOT:
		buf_str(out, "not ");
		print_operand(x, node->left, left == NODE_AND || left == NODE_OR, out);
		break;
	case NODE_AND:
	case NODE_OR:
		right = x->nodes[node->right].kind;
		print_operand(x, node->left, left > node->kind, out);
		buf_str(out, node->kind == NODE_AND ? " and " : " or ");
		print_operand(x, node->right, right >= node->kind, out);
		break;
	}
}

void expr_print(const struct expr *x, struct buf *out)
{
	print_node(x, x->root, out);
}
