/* SPDX-License-Identifier: GPL-3.0-or-later */
/* "let": variables for ${NAME} in payloads. */
#include "command/command.h"
#include "command/send.h"
#include "command/tables.h"
#include "payload/payload.h"
#include "util/text.h"

#include <string.h>

#define SHOWN_COLUMNS 56

void let_format(struct buf *out, const struct variable *v)
{
	buf_printf(out, "let %s = ", v->name);
	text_escape(out, v->data, v->len);
}

static void variable_row(struct listing *l, const struct variable *v)
{
	struct buf line;
	const char *text;
	size_t n;

	buf_init(&line, COMMAND_LINE_MAX);
	let_format(&line, v);
	text = buf_cstr(&line) + (line.len ? strlen("let  = ") + strlen(v->name) : 0);
	n = text_fit(text, strlen(text), SHOWN_COLUMNS);
	/* Only a value that in escapes is longer than a line may be is not offered again. */
	listing_row(l, LISTING_PLAIN, line.failed ? NULL : buf_cstr(&line), "%s\t%zu B\t%.*s%s",
		    v->name, v->len, (int)n, text, text[n] ? ".." : "");
	buf_done(&line);
}

static void list_variables(struct command_call *c)
{
	const struct variable_table *t = &c->session->variables;

	buf_printf(&c->listing.title, "%zu variable%s", t->count, t->count == 1 ? "" : "s");
	c->listing.live = true;
	for (size_t i = 0; i < t->count; i++)
		variable_row(&c->listing, &t->list[i]);
	if (!t->count)
		listing_row(&c->listing, LISTING_DIM,
			    "let NAME = ", "none is set: \"let NAME = TEXT\" sets one");
}

static size_t blanks(const char *s)
{
	return strspn(s, " \t");
}

/* The value is read as a payload is; what it drew on moves on, so that the next one differs. */
static bool set(struct command_call *c, const char *name, size_t n, const char *text,
		struct error *e)
{
	struct session *s = c->session;
	struct payload_env env;
	struct buf bytes;
	bool ok;

	session_payload_env(s, &env);
	buf_init(&bytes, PAYLOAD_MAX_V6);
	ok = payload_text(text, strlen(text), &env, &bytes, e)
		     ? variable_set(&s->variables, name, n, buf_cstr(&bytes), bytes.len, e)
		     : err_shift(e, text - c->payload);
	if (ok) {
		session_payload_used(s, &env);
		command_say(c, MESSAGE_INFO, "${%.*s} is %zu byte%s", (int)n, name, bytes.len,
			    bytes.len == 1 ? "" : "s");
	}
	buf_done(&bytes);
	return ok;
}

/* "NAME = PAYLOAD", whose payload begins after the "=" and one blank, as after any verb. */
static bool let_run(struct command_call *c, struct error *e)
{
	const char *name = c->payload + blanks(c->payload);
	size_t n = strcspn(name, " \t=");
	const char *sign = name + n + blanks(name + n);
	bool ok;

	if (!*name) {
		list_variables(c);
		return true;
	}
	if (!variable_check(name, n, e))
		ok = err_shift(e, name - c->payload);
	else if (*sign != '=')
		ok = err_at(e, sign - c->payload, "usage: let NAME = PAYLOAD");
	else
		ok = set(c, name, n, sign + 1 + (blanks(sign + 1) > 0), e);
	return ok ? true : err_shift(e, (ptrdiff_t)c->payload_at);
}

const struct command variable_commands[] = {
	{ "let", "[NAME = PAYLOAD]", "sending", 0, -1, CMD_PAYLOAD,
	  "what ${NAME} stands for in payloads; alone: list them", .run = let_run },
	{ 0 },
};
