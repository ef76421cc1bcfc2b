/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "command/color.h"

#include "util/num.h"

#include <stdlib.h>
#include <string.h>

#define GIVEN_UP_MAX 8

static const char *const names[ROW_COLORS] = {
	[ROW_RED] = "red",         [ROW_GREEN] = "green",     [ROW_YELLOW] = "yellow",
	[ROW_BLUE] = "blue",       [ROW_MAGENTA] = "magenta", [ROW_CYAN] = "cyan",
	[ROW_WHITE] = "white",     [ROW_BOLD] = "bold",       [ROW_DIM] = "dim",
	[ROW_REVERSE] = "reverse",
};

/* ---- rules ---- */

static void free_rule(struct color_rule *rule)
{
	what_free(rule->what);
	free(rule->text);
}

void color_done(struct color_rules *r)
{
	for (size_t i = 0; i < r->count; i++)
		free_rule(&r->list[i]);
	r->count = 0;
}

const struct color_rule *color_find(const struct color_rules *r, const struct packet *p,
				    const struct filter_env *env)
{
	for (size_t i = 0; i < r->count; i++) {
		struct what *what = r->list[i].what;

		if (what_given_up(what) < GIVEN_UP_MAX && what_matches(what, p, env))
			return &r->list[i];
	}
	return NULL;
}

void color_save(const struct color_rules *r, struct buf *out)
{
	for (size_t i = 0; i < r->count; i++) {
		const struct color_rule *rule = &r->list[i];

		buf_printf(out, "%scolor %s %s\n",
			   strpbrk(rule->text, "\r\n") ? "# not in one line: " : "", rule->text,
			   names[rule->color]);
	}
}

static void remove_rule(struct color_rules *r, size_t i)
{
	free_rule(&r->list[i]);
	memmove(&r->list[i], &r->list[i + 1], (--r->count - i) * sizeof(r->list[0]));
}

/* Takes the rule, in the place of one for the same. */
static bool add_rule(struct color_rules *r, struct color_rule *rule, struct error *e)
{
	size_t i = 0;

	while (i < r->count && strcmp(r->list[i].text, rule->text) != 0)
		i++;
	if (i == COLOR_RULES_MAX) {
		free_rule(rule);
		return err_set(e, ERR_LIMIT, "there may be %d colour rules: color off N takes one",
			       COLOR_RULES_MAX);
	}
	if (i < r->count)
		free_rule(&r->list[i]);
	else
		r->count++;
	r->list[i] = *rule;
	return true;
}

/* ---- reading ---- */

static bool no_color(const char *text, size_t at, size_t n, struct error *e)
{
	struct buf known;

	buf_init(&known, 200);
	for (size_t i = 0; i < ROW_COLORS; i++)
		buf_printf(&known, "%s%s", i ? ", " : "", names[i]);
	if (n)
		err_at(e, (ptrdiff_t)at, "\"%.*s\" is no colour: %s", n > 40 ? 40 : (int)n,
		       text + at, buf_cstr(&known));
	else
		err_at(e, (ptrdiff_t)at, "a colour is missing: %s", buf_cstr(&known));
	buf_done(&known);
	return false;
}

/* The colour is all that follows WHAT. */
static bool read_color(const char *text, size_t n, size_t used, enum row_color *out,
		       struct error *e)
{
	size_t at = used;

	while (at < n && (text[at] == ' ' || text[at] == '\t'))
		at++;
	while (n > at && (text[n - 1] == ' ' || text[n - 1] == '\t'))
		n--;
	for (size_t i = 0; i < ROW_COLORS; i++) {
		if (strlen(names[i]) == n - at && memcmp(names[i], text + at, n - at) == 0) {
			*out = (enum row_color)i;
			return true;
		}
	}
	return no_color(text, at, n - at, e);
}

static bool read_rule(const char *text, size_t n, struct color_rule *out, struct error *e)
{
	struct color_rule rule = { .what = NULL };
	size_t used;

	if (!what_parse(text, n, true, &used, &rule.what, e))
		return false;
	if (!read_color(text, n, used, &rule.color, e)) {
		free_rule(&rule);
		return false;
	}
	rule.text = strndup(text, used);
	if (!rule.text) {
		free_rule(&rule);
		return err_set(e, ERR_LIMIT, "no memory for a colour rule");
	}
	*out = rule;
	return true;
}

/* ---- the command ---- */

static void list_rules(struct command_call *c, const struct color_rules *r)
{
	buf_str(&c->listing.title, "colours of rows: the first that matches");
	for (size_t i = 0; r && i < r->count; i++) {
		const struct color_rule *rule = &r->list[i];
		struct buf line;

		buf_init(&line, COMMAND_LINE_MAX);
		buf_printf(&line, "color %s %s", rule->text, names[rule->color]);
		listing_row(&c->listing, LISTING_PLAIN, buf_cstr(&line), "%zu\t%s\t%s%s", i + 1,
			    names[rule->color], rule->text,
			    what_given_up(rule->what) < GIVEN_UP_MAX
				    ? ""
				    : " (left out: it takes too many steps)");
		buf_done(&line);
	}
	if (!c->listing.count)
		listing_row(&c->listing, LISTING_DIM, "color ",
			    "there is none: \"color WHAT red\" makes one");
}

static bool take_one(struct command_call *c, struct color_rules *r, const char *word, size_t n,
		     struct error *e)
{
	char digits[24] = "";
	uint64_t number = 0;

	if (n < sizeof(digits))
		memcpy(digits, word, n);
	if (word[n + strspn(word + n, " \t")] ||
	    !num_parse_uint(digits, COLOR_RULES_MAX, &number, NULL))
		return err_at(e, word - c->line, "usage: color off [N]; color lists the numbers");
	if (!r)
		return true;
	if (number < 1 || number > r->count)
		return err_at(e, word - c->line, "there is no colour rule %s: color lists them",
			      digits);
	remove_rule(r, (size_t)number - 1);
	command_say(c, MESSAGE_INFO, "colour rule %s is gone; those behind it move up", digits);
	return true;
}

static bool take_off(struct command_call *c, struct color_rules *r, struct error *e)
{
	const char *word = c->payload + strlen("off");

	word += strspn(word, " \t");
	if (*word)
		return take_one(c, r, word, strcspn(word, " \t"), e);
	if (r)
		color_done(r);
	command_say(c, MESSAGE_INFO, "rows have no colours of their own any more");
	return true;
}

static void say_rule(struct command_call *c, const struct color_rule *rule)
{
	struct buf words;

	buf_init(&words, 400);
	what_words(rule->what, &words);
	command_say(c, MESSAGE_INFO, "%s: %s", names[rule->color], buf_cstr(&words));
	buf_done(&words);
}

/* A face without rows takes it without a word, because all faces share the rc file. */
bool color_run(struct command_call *c, struct error *e)
{
	struct color_rules *r = c->face->colors ? c->face->colors(c->face->ctx) : NULL;
	struct color_rule rule;

	if (!c->payload_len) {
		list_rules(c, r);
		return true;
	}
	if (strncmp(c->payload, "off", 3) == 0 && strchr(" \t", c->payload[3])) {
		if (!take_off(c, r, e))
			return false;
		if (!r)
			command_keep(c);
		return true;
	}
	if (!read_rule(c->payload, c->payload_len, &rule, e))
		return err_shift(e, (ptrdiff_t)c->payload_at);
	if (!r) {
		free_rule(&rule);
		command_keep(c);
		return true;
	}
	if (!add_rule(r, &rule, e))
		return false;
	say_rule(c, &rule);
	return true;
}

void color_complete(struct command_completion *c)
{
	if (c->word == 0) {
		completion_offer(c, "off");
	} else {
		for (size_t i = 0; i < ROW_COLORS; i++)
			completion_offer(c, "%s", names[i]);
	}
	completion_offer_expression(c);
}
