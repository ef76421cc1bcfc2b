/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Completion of expressions (match/filter.h): by the words in front, a field, an operator that the
 * field knows, a value that it may have, or what joins two tests.
 */
#include "command/complete.h"

#include "expr/expr.h"
#include "match/filter.h"

#include <string.h>

/* Signs that may stand right in front of a field or a value. */
#define LEADING "(!{"

/* The name of a field within a word: "(data[0:2]" is about data. */
struct named {
	const char *s;
	size_t n;
};

static struct named field_of(const char *word)
{
	const char *s = word + strspn(word, LEADING);

	return (struct named){ s, strcspn(s, "[") };
}

/* The word so many in front of the one that is completed, "" in front of all. */
static const char *word_back(const struct command_completion *c, size_t n)
{
	return n <= c->ahead_count && n ? c->ahead[c->ahead_count - n] : "";
}

/* What is completed may begin with signs. */
static void offer(struct command_completion *c, const char *word)
{
	completion_offer(c, "%.*s%s", (int)strspn(c->prefix, LEADING), c->prefix, word);
}

static bool is_operator(const char *word)
{
	for (enum expr_op op = EXPR_EQ; op <= EXPR_MATCHES; op++)
		if (strcmp(word, expr_op_name(op)) == 0)
			return true;
	return false;
}

static bool ends_with(const char *word, const char *signs)
{
	size_t n = strlen(word);

	return n && strchr(signs, word[n - 1]);
}

/* Where the word that is completed is one of a set, the field is in front of its "in". */
static bool set_field(const struct command_completion *c, struct named *out)
{
	size_t n = c->prefix[0] == '{' ? 0 : 1;

	for (; n && n <= c->ahead_count && word_back(c, n)[0] != '{'; n++)
		if (ends_with(word_back(c, n), "}"))
			return false;
	if (n > c->ahead_count || strcmp(word_back(c, n + 1), "in") != 0)
		return false;
	*out = field_of(word_back(c, n + 2));
	return true;
}

static bool is_field(struct named field, const char *name)
{
	return field.n == strlen(name) && memcmp(field.s, name, field.n) == 0;
}

static bool is_address(struct named field)
{
	struct filter_field f;

	for (size_t i = 0; filter_field_at(i, &f); i++)
		if (is_field(field, f.name))
			return strcmp(f.type, "address") == 0;
	return false;
}

/* Its words, or what the session has of it. */
static void offer_values(struct command_completion *c, struct named field)
{
	struct session *s = c->session;
	const char *word;

	for (size_t i = 0; (word = filter_word_at(field.s, field.n, i)); i++)
		offer(c, word);
	if (is_address(field))
		completion_offer_peers(c);
	for (size_t i = 0; is_field(field, "dev") && i < session_ifaces(s)->count; i++)
		offer(c, s->ifaces.ifaces[i].name);
	for (size_t i = 0; is_field(field, "socket") && i < s->socket_count; i++)
		completion_offer(c, "%u", s->sockets[i]->number);
}

static void offer_joining(struct command_completion *c)
{
	offer(c, "and");
	offer(c, "or");
}

static void offer_fields(struct command_completion *c)
{
	struct filter_field field;

	for (size_t i = 0; filter_field_at(i, &field); i++)
		offer(c, field.name);
	offer(c, "not");
}

void completion_offer_expression(struct command_completion *c)
{
	const char *before = word_back(c, 1), *op;
	struct named field = field_of(before);

	if (is_operator(before)) {
		offer_values(c, field_of(word_back(c, 2)));
	} else if (set_field(c, &field)) {
		offer_values(c, field);
	} else if (strcmp(before, "in") == 0) {
		offer(c, "{");
	} else if (is_operator(word_back(c, 2)) || ends_with(before, "})")) {
		offer_joining(c);
	} else if (filter_operator_at(field.s, field.n, 0)) {
		for (size_t i = 0; (op = filter_operator_at(field.s, field.n, i)); i++)
			offer(c, op);
		offer_joining(c);
	} else {
		offer_fields(c);
	}
}
