/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Commands about rules: "on WHAT ... reply TEXT", the echo server, rules. */
#include "command/args.h"
#include "command/complete.h"
#include "command/tables.h"
#include "payload/payload.h"
#include "session/job.h"
#include "session/rule.h"
#include "util/json.h"
#include "util/num.h"
#include "util/text.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SHOWN_COLUMNS 50 /* of a rule's line in the listing */
#define DATA_MAX (COMMAND_LINE_MAX * 6 + 1024)
#define ECHO_LINE "echo-server on"

/* ---- reading one ---- */

/* "on" line from behind the verb on, and how far it was read. */
struct reader {
	const char *s;
	size_t n, at;
	struct rule_spec spec;
	struct payload_env env;
};

static const struct verb {
	const char *name;
	payload_template_read *read;
} verbs[] = {
	{ "reply", payload_text_template },
	{ "hex", payload_hex_template },
};

static void skip_blanks(struct reader *r)
{
	while (r->at < r->n && (r->s[r->at] == ' ' || r->s[r->at] == '\t'))
		r->at++;
}

/* The next word, cut to what fits; "" at the end. */
static size_t next_word(struct reader *r, char *word, size_t size)
{
	size_t at, n = 0;

	skip_blanks(r);
	at = r->at;
	while (r->at < r->n && r->s[r->at] != ' ' && r->s[r->at] != '\t')
		r->at++;
	n = r->at - at < size ? r->at - at : size - 1;
	memcpy(word, r->s + at, n);
	word[n] = '\0';
	return at;
}

static bool read_delay(struct reader *r, struct error *e)
{
	char word[32];
	size_t at = next_word(r, word, sizeof(word));

	if (!word[0])
		return err_at(e, (ptrdiff_t)at, "delay: the time is missing");
	if (!num_parse_duration(word, &r->spec.delay, e))
		return err_shift(e, (ptrdiff_t)at);
	if (r->spec.delay < JOB_EVERY_MIN || r->spec.delay > JOB_EVERY_MAX)
		return err_at(e, (ptrdiff_t)at, "delay: %s is outside 1us..8784h", word);
	return true;
}

/* 10%, 0.25%: up to four decimals. */
static bool read_percent(struct reader *r, const char *what, uint32_t *out, struct error *e)
{
	char word[32], *end;
	size_t at = next_word(r, word, sizeof(word));
	uint32_t millionths = 0, unit = RULE_ALWAYS / 100;
	unsigned long whole = strtoul(word, &end, 10);

	if (whole <= 100)
		millionths = (uint32_t)whole * unit;
	if (*end == '.')
		for (end++; *end >= '0' && *end <= '9'; end++)
			millionths += (uint32_t)(*end - '0') * (unit /= 10);
	if (word[0] < '0' || word[0] > '9' || strcmp(end, "%") != 0 || whole > 100 ||
	    millionths > RULE_ALWAYS)
		return err_at(e, (ptrdiff_t)at, "%s: a share is 0%%..100%%, as in %s 10%%", what,
			      what);
	*out = millionths;
	return true;
}

static const struct verb *find_verb(const char *word)
{
	for (size_t i = 0; i < sizeof(verbs) / sizeof(verbs[0]); i++)
		if (strcmp(verbs[i].name, word) == 0)
			return &verbs[i];
	return NULL;
}

/* What follows one blank is the payload, to the end of the line. */
static bool read_payload(struct reader *r, const struct verb *verb, struct error *e)
{
	r->at += r->at < r->n;
	if (r->at == r->n)
		return err_at(e, (ptrdiff_t)r->at, "%s: what to answer is missing", verb->name);
	return verb->read(r->s + r->at, r->n - r->at, &r->env, &r->spec.reply, e) ||
	       err_shift(e, (ptrdiff_t)r->at);
}

static bool read_answer(struct reader *r, struct error *e)
{
	const struct verb *verb;
	char word[32];
	size_t at;
	bool ok;

	do {
		at = next_word(r, word, sizeof(word));
		verb = find_verb(word);
		if (verb)
			return read_payload(r, verb, e);
		if (strcmp(word, "delay") == 0)
			ok = read_delay(r, e);
		else if (strcmp(word, "drop") == 0)
			ok = read_percent(r, "drop", &r->spec.drop, e);
		else if (strcmp(word, "dup") == 0)
			ok = read_percent(r, "dup", &r->spec.dup, e);
		else if (word[0])
			return err_at(e, (ptrdiff_t)at,
				      "\"%s\" is none of delay D, drop P%%, dup P%%, reply TEXT, "
				      "hex BYTES; text with blanks stands in quotes",
				      word);
		else
			return err_at(e, (ptrdiff_t)at,
				      "what to answer is missing: reply TEXT or hex BYTES");
	} while (ok);
	return false;
}

static bool read_rule(struct reader *r, struct error *e)
{
	char word[8];
	size_t used;

	r->at = next_word(r, word, sizeof(word));
	if (strcmp(word, "none") == 0)
		return err_at(e, (ptrdiff_t)r->at,
			      "none: a rule answers what comes; in quotes it is a text");
	if (!what_parse(r->s + r->at, r->n - r->at, true, &used, &r->spec.what, e))
		return err_shift(e, (ptrdiff_t)r->at);
	r->at += used;
	return read_answer(r, e);
}

static struct rule *begin(struct command_call *c, struct reader *r, struct error *e)
{
	struct rule *rule = NULL;

	r->s = c->payload;
	r->n = c->payload_len;
	session_payload_env(c->session, &r->env);
	if (read_rule(r, e))
		rule = rule_start(c->session, &r->spec, e);
	if (rule)
		return rule;
	what_free(r->spec.what);
	payload_template_free(r->spec.reply);
	return NULL;
}

static bool on_run(struct command_call *c, struct error *e)
{
	struct reader r = { 0 };
	struct rule *rule;
	struct buf line;

	buf_init(&line, COMMAND_LINE_MAX + 8);
	buf_printf(&line, "on %s", c->payload);
	r.spec.line = buf_cstr(&line);
	rule = begin(c, &r, e);
	buf_done(&line);
	if (!rule)
		return e && e->at >= 0 ? err_shift(e, (ptrdiff_t)c->payload_at) : false;
	command_say(c, MESSAGE_INFO, "%%%" PRIu32 " answers: \":stop %%%" PRIu32 "\" ends it",
		    rule->number, rule->number);
	return true;
}

static void on_complete(struct command_completion *c)
{
	static const char *const rest[] = { "delay", "drop", "dup", "reply", "hex" };

	if (c->word == 0)
		completion_offer(c, "any");
	else
		for (size_t i = 0; i < sizeof(rest) / sizeof(rest[0]); i++)
			completion_offer(c, "%s", rest[i]);
	completion_offer_expression(c);
}

/* ---- the echo server: a rule that belongs to a socket ---- */

static bool echo_start(struct session *s, const struct session_socket *k, struct error *e)
{
	struct rule_spec spec = { .line = ECHO_LINE, .socket = k->number };
	struct payload_env env;
	size_t used;

	session_payload_env(s, &env);
	if (what_parse("any", 3, false, &used, &spec.what, e) &&
	    payload_text_template("${req}", 6, &env, &spec.reply, e) && rule_start(s, &spec, e))
		return true;
	what_free(spec.what);
	payload_template_free(spec.reply);
	return false;
}

static bool echo_server_run(struct command_call *c, struct error *e)
{
	struct session_socket *k = c->session->current;
	bool on;

	if (!args_switch(c, 0, true, &on, e))
		return false;
	if (on && !k->echo && !echo_start(c->session, k, e))
		return false;
	if (!on && k->echo)
		rule_stop(rule_find(c->session, k->echo));
	command_say(c, MESSAGE_INFO,
		    on ? "[%u] answers every datagram with itself"
		       : "[%u] answers nothing by itself",
		    k->number);
	return true;
}

static void switch_complete(struct command_completion *c)
{
	completion_offer(c, "on");
	completion_offer(c, "off");
}

/* ---- listing ---- */

static void rule_data(struct command_call *c, const struct rule *r)
{
	struct buf data;

	buf_init(&data, DATA_MAX);
	json_number(&data, "rule", r->number);
	json_number_if(&data, "socket", r->socket);
	json_number(&data, "matched", r->matched);
	json_number(&data, "answered", r->answered);
	json_number(&data, "dropped", r->dropped);
	json_number(&data, "limited", r->limited);
	json_number(&data, "failed", r->failed);
	json_number_if(&data, "unknown", what_given_up(r->what));
	json_string(&data, "line", r->line);
	listing_data(&c->listing, "rule", &data);
	buf_done(&data);
}

static void rule_row(struct command_call *c, const struct rule *r)
{
	size_t n = text_fit(r->line, strlen(r->line), SHOWN_COLUMNS);
	char command[32], socket[24] = "";

	snprintf(command, sizeof(command), "stop %%%" PRIu32, r->number);
	if (r->socket)
		snprintf(socket, sizeof(socket), " of [%" PRIu32 "]", r->socket);
	listing_row(&c->listing, LISTING_PLAIN, command,
		    "%%%" PRIu32 "\t%" PRIu64 "\t%" PRIu64 "\t%" PRIu64 "\t%" PRIu64 "\t%" PRIu64
		    "\t%.*s%s%s",
		    r->number, r->matched, r->answered, r->dropped, r->limited, r->failed, (int)n,
		    r->line, r->line[n] ? ".." : "", socket);
	rule_data(c, r);
}

static bool rules_run(struct command_call *c, struct error *e)
{
	const struct session *s = c->session;

	(void)e;
	buf_printf(&c->listing.title, "%zu rule%s", s->rule_count, s->rule_count == 1 ? "" : "s");
	c->listing.live = true;
	listing_row(&c->listing, LISTING_HEADING, NULL,
		    " \tmatched\tanswered\tdropped\tlimited\tfailed\trule");
	for (const struct rule *r = s->rules; r; r = r->next)
		rule_row(c, r);
	if (!s->rules)
		listing_row(&c->listing, LISTING_DIM, "on any reply ",
			    "none answers: \"on WHAT reply TEXT\" makes one");
	return true;
}

const struct command rule_commands[] = {
	{ "on", "WHAT [delay D] [drop P%] [dup P%] reply TEXT|hex BYTES", "replies", 1, -1,
	  CMD_PAYLOAD, "a rule: answer each datagram that matches, by itself; first match wins",
	  .run = on_run, .complete = on_complete },
	{ "rules", "", "replies", 0, 0, 0, "list the rules and what they answered",
	  .run = rules_run },
	{ "echo-server", "on|off", "replies", 0, 1, CMD_SOCKET,
	  "answer every datagram of the current socket with itself", .run = echo_server_run,
	  .complete = switch_complete },
	{ 0 },
};
