/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The command language: finding the row, cutting the line into words, calling.  See command.h. */
#include "command/command.h"

#include "command/expectation.h"
#include "command/send.h"
#include "command/tables.h"
#include "util/near.h"
#include "util/text.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define INTENT_WAYS_MAX 4096

void command_set_init(struct command_set *set, const struct command *face_rows,
		      const struct of_screen *of_screen)
{
	*set = (struct command_set){
		.tables = { socket_commands, option_commands,   group_commands,  send_commands,
			    via_commands,    variable_commands, job_commands,    look_commands,
			    copy_commands,   peer_commands,     stats_commands,  tshark_commands,
			    file_commands,   record_commands,   export_commands, read_commands,
			    replay_commands, script_commands,   rule_commands,   doctor_commands,
			    ping_commands,   path_commands,     sweep_commands,  watch_commands,
			    route_commands,  program_commands,  face_rows },
		.of_screen = of_screen
	};
}

const struct command *command_at(const struct command_set *set, size_t i)
{
	for (const struct command *const *t = set->tables; *t; t++)
		for (const struct command *c = *t; c->name; c++)
			if (i-- == 0)
				return c;
	return NULL;
}

/* A command that the screen would have, and this face has not. */
static bool is_of_screen(const struct command_set *set, const char *word)
{
	const struct command *c = set->of_screen ? set->of_screen->commands : NULL;

	while (c && c->name && strcmp(c->name, word) != 0)
		c++;
	return c && c->name;
}

static bool unknown(const struct command_set *set, const char *word, struct error *e)
{
	struct near near;
	struct buf hint;
	const struct command *c;

	if (is_of_screen(set, word))
		return err_set(e, ERR_STATE, "%s needs the screen", word);
	near_init(&near, word);
	for (size_t i = 0; (c = command_at(set, i)); i++)
		if (!(c->flags & CMD_HIDDEN))
			near_offer(&near, c->name);
	buf_init(&hint, 256);
	near_format(&near, &hint);
	err_set(e, ERR_USAGE, "\"%s\" is no command%s", word,
		near.count ? buf_cstr(&hint) : ": :help lists them");
	buf_done(&hint);
	return false;
}

static bool ambiguous(const struct command_set *set, const char *word, struct error *e)
{
	struct buf names;
	const struct command *c;

	buf_init(&names, 256);
	for (size_t i = 0; (c = command_at(set, i)); i++)
		if (!(c->flags & CMD_HIDDEN) && strncmp(c->name, word, strlen(word)) == 0)
			buf_printf(&names, "%s%s", names.len ? ", " : "", c->name);
	err_set(e, ERR_USAGE, "\"%s\" may be %s", word, buf_cstr(&names));
	buf_done(&names);
	return false;
}

const struct command *command_find(const struct command_set *set, const char *word, bool prefixes,
				   struct error *e)
{
	const struct command *c, *found = NULL;
	size_t n = strlen(word), matches = 0;

	for (size_t i = 0; (c = command_at(set, i)); i++) {
		if (strcmp(c->name, word) == 0)
			return c;
		if (!prefixes || strncmp(c->name, word, n) != 0)
			continue;
		if (n == 1 && (c->flags & CMD_FIXED))
			return c;
		if (!(c->flags & CMD_HIDDEN)) {
			found = c;
			matches++;
		}
	}
	if (matches == 1)
		return found;
	if (matches > 1)
		ambiguous(set, word, e);
	else
		unknown(set, word, e);
	return NULL;
}

static bool is_blank(char c)
{
	return c == ' ' || c == '\t';
}

/* Cuts the next word out of text (which is changed), from *pos on; false at the end. */
static bool next_word(char *text, size_t *pos, struct command_word *out)
{
	size_t i = *pos;

	while (is_blank(text[i]))
		i++;
	if (!text[i]) {
		*pos = i;
		return false;
	}
	out->text = text + i;
	out->at = i;
	while (text[i] && !is_blank(text[i]))
		i++;
	if (text[i])
		text[i++] = '\0';
	*pos = i;
	return true;
}

static bool wrong_arity(const struct command *row, ptrdiff_t at, struct error *e)
{
	err_at(e, at, "usage: %s%s%s", row->name, row->args[0] ? " " : "", row->args);
	if (e)
		e->code = ERR_USAGE;
	return false;
}

bool command_no_socket(const struct command_call *c, struct error *e)
{
	return err_set(e, ERR_STATE, "no socket: :open 0.0.0.0:5000%s",
		       c->set->of_screen ? "" : ", or F2");
}

bool command_usage(const struct command_call *c, struct error *e)
{
	const struct command_word *last = c->words;

	/* What is a payload has no words. */
	if (!c->word_count)
		return wrong_arity(c->row, (ptrdiff_t)(c->payload_at + c->payload_len), e);
	last += c->word_count - 1;
	return wrong_arity(c->row, (ptrdiff_t)(last->at + strlen(last->text)), e);
}

/* Of a modifier, and in front of a payload, only the first words are its own. */
static bool read_words(struct command_call *c, char *text, size_t *pos, struct error *e)
{
	struct command_word w;

	while (next_word(text, pos, &w)) {
		if (c->word_count == COMMAND_WORDS_MAX &&
		    (c->row->flags & (CMD_MODIFIER | CMD_TAIL)))
			return true;
		if (c->word_count == COMMAND_WORDS_MAX)
			return err_at(e, (ptrdiff_t)w.at, "more than %d words", COMMAND_WORDS_MAX);
		c->words[c->word_count++] = w;
	}
	return true;
}

static bool check_arity(const struct command_call *c, size_t end, struct error *e)
{
	const struct command *row = c->row;

	if (c->word_count < (size_t)row->min)
		return wrong_arity(row, (ptrdiff_t)end, e);
	if (row->max >= 0 && c->word_count > (size_t)row->max)
		return wrong_arity(row, (ptrdiff_t)c->words[row->max].at, e);
	return true;
}

static bool read_arguments(struct command_call *c, const char *line, char *text, size_t pos,
			   struct error *e)
{
	c->word_count = 0;
	c->rest = 0;
	if (c->row->flags & CMD_PAYLOAD) {
		c->payload = line + pos;
		c->payload_len = strlen(c->payload);
		c->payload_at = pos;
		return c->payload_len || !c->row->min ? true
						      : wrong_arity(c->row, (ptrdiff_t)pos, e);
	}
	return read_words(c, text, &pos, e) && check_arity(c, strlen(line), e);
}

/* The verb at pos and what follows it; text is a copy of line that is cut into words.  "to X VERB
 * ..." leaves the verb's place in c->rest, and the line goes on from there. */
static bool run_from(struct command_call *c, const char *line, char *text, size_t pos,
		     bool prefixes, struct error *e)
{
	const struct command *modifier = pos ? c->row : NULL;
	struct command_word verb;

	c->line = line;
	memcpy(text, line, strlen(line) + 1);
	if (!next_word(text, &pos, &verb))
		return true;
	if (c->set->shared && is_of_screen(c->set, verb.text))
		return true;
	c->row = command_find(c->set, verb.text, prefixes, e);
	if (!c->row) {
		if (e)
			e->at = (ptrdiff_t)verb.at;
		return false;
	}
	if (modifier && !(c->row->flags & (CMD_SENDS | CMD_MODIFIER)))
		return err_at(e, (ptrdiff_t)verb.at,
			      "\"%s\" %s: \"%s\" stands before send, hex, ...", c->row->name,
			      c->row->flags & CMD_TAIL ? "says itself where to" : "sends nothing",
			      modifier->name);
	if (c->intent) {
		c->intent->row = c->row;
		c->intent->schedule = c->schedule;
		c->intent->via = c->via;
		if (!(c->row->flags & (CMD_SENDS | CMD_MODIFIER | CMD_TAIL)))
			return true;
	}
	if (!read_arguments(c, line, text, pos, e))
		return false;
	if ((c->row->flags & CMD_SOCKET) && !c->session->current)
		return command_no_socket(c, e);
	if (c->schedule.asked && (c->row->flags & CMD_SENDS) && !c->intent)
		return job_begin(c, line, verb.at, e);
	if (!c->row->run(c, e))
		return false;
	return c->rest ? run_from(c, line, text, c->rest, prefixes, e) : true;
}

/* One line in a call of its own; the call is too large for the stack. */
static bool run_line(struct command_call *c, const char *line, bool prefixes, struct error *e)
{
	size_t n = strlen(line);
	char *text = malloc(n + 1);
	bool ok;

	if (!text)
		return err_set(e, ERR_LIMIT, "no memory for a command line of %zu bytes", n);
	c->prefixes = prefixes;
	listing_init(&c->listing);
	ok = run_from(c, line, text, 0, prefixes, e);
	if ((ok || (e && e->code == ERR_UNMET)) && c->listing.count && c->face->listing)
		c->face->listing(c->face->ctx,
				 c->listing.remake.len ? buf_cstr(&c->listing.remake) : line,
				 &c->listing);
	listing_done(&c->listing);
	free(c->to.addrs);
	expectation_free(c->until);
	free(text);
	return ok;
}

static struct command_call *new_call(const char *line, struct error *e)
{
	struct command_call *c = NULL;

	if (strlen(line) > COMMAND_LINE_MAX)
		err_set(e, ERR_LIMIT, "a line may hold 256 KiB");
	else if (!(c = calloc(1, sizeof(*c))))
		err_set(e, ERR_LIMIT, "no memory for a command");
	return c;
}

bool command_run(struct session *s, struct face *face, const struct command_set *set,
		 const char *line, bool prefixes, struct error *e)
{
	struct command_call *c;
	bool ok;

	if (line[0] == '#')
		return true;
	c = new_call(line, e);
	if (!c)
		return false;
	c->session = s;
	c->face = face;
	c->set = set;
	ok = run_line(c, line, prefixes, e);
	free(c);
	session_follow(s);
	return ok;
}

bool command_intend(struct session *s, const struct command_set *set, const char *line,
		    struct command_intent *intent, struct error *e)
{
	struct command_call *c = new_call(line, e);
	struct face nobody = { 0 };
	bool ok;

	*intent = (struct command_intent){ 0 };
	buf_init(&intent->bytes, COMMAND_LINE_MAX);
	buf_init(&intent->ways, INTENT_WAYS_MAX);
	if (!c)
		return false;
	c->session = s;
	c->face = &nobody;
	c->set = set;
	c->intent = intent;
	ok = run_line(c, line, true, e);
	free(c);
	return ok;
}

bool command_reread(struct session *s, const struct command_set *set, const char *line,
		    struct session_socket *k, struct payload_env *env, struct buf *out,
		    struct error *e)
{
	struct command_call *c = new_call(line, e);
	struct command_intent intent = { 0 };
	struct face nobody = { 0 };
	bool ok;

	if (!c)
		return false;
	buf_init(&intent.bytes, COMMAND_LINE_MAX);
	c->session = s;
	c->face = &nobody;
	c->set = set;
	c->intent = &intent;
	c->to.socket = k;
	c->env = env;
	ok = run_line(c, line, true, e);
	if (ok && !buf_add(out, buf_cstr(&intent.bytes), intent.bytes.len))
		ok = err_set(e, ERR_LIMIT, "%zu bytes do not fit one datagram", intent.bytes.len);
	command_intent_done(&intent);
	free(c);
	return ok;
}

void command_intent_done(struct command_intent *intent)
{
	free(intent->addrs);
	buf_done(&intent->bytes);
	buf_done(&intent->ways);
	*intent = (struct command_intent){ 0 };
}

void command_say(struct command_call *c, enum command_message kind, const char *fmt, ...)
{
	char text[512];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	if (c->face->message)
		c->face->message(c->face->ctx, kind, text);
}

void command_keep(struct command_call *c)
{
	if (c->face->kept && !strpbrk(c->line, "\r\n"))
		buf_printf(c->face->kept, "%s\n", c->line);
}

void command_echo(struct command_call *c, const char *shown)
{
	if (c->face->echo)
		c->face->echo(c->face->ctx, shown);
	else if (c->face->message)
		c->face->message(c->face->ctx, MESSAGE_INFO, shown);
}

void command_answer(struct command_call *c, const char *text)
{
	struct buf shown;

	buf_init(&shown, 8 * COMMAND_LINE_MAX);
	text_show(&shown, text);
	command_echo(c, buf_cstr(&shown));
	buf_done(&shown);
}
