/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Commands about options: of the current socket, and settings of the session and the face. */
#include "command/args.h"
#include "command/complete.h"
#include "command/setting.h"
#include "command/tables.h"

#include <stdio.h>
#include <string.h>

/* What the kernel granted, and where that is not what was asked, why. */
static void format_granted(const struct session_socket *k, const struct sockopt *o, struct buf *out)
{
	struct buf now, asked;

	buf_init(&now, 128);
	buf_init(&asked, 128);
	sockopt_format_asked(&k->sock, o, &asked);
	if (!sockopt_get(&k->sock, o, &now, NULL))
		buf_str(&now, buf_cstr(&asked));
	if (o->kind == SOCKOPT_SIZE && asked.len)
		buf_printf(out,
			   "%s of [%u]: %s bytes granted, %s asked (the kernel doubles what it "
			   "grants)",
			   o->name, k->number, buf_cstr(&now), buf_cstr(&asked));
	else if (asked.len && strcmp(buf_cstr(&asked), buf_cstr(&now)) != 0)
		buf_printf(out, "%s of [%u] is %s (%s was asked)", o->name, k->number,
			   buf_cstr(&now), buf_cstr(&asked));
	else
		buf_printf(out, "%s of [%u] is %s", o->name, k->number, buf_cstr(&now));
	buf_done(&now);
	buf_done(&asked);
}

static void format_setting(const struct face_setting *s, void *ctx, struct buf *out)
{
	buf_printf(out, "%s is ", s->name);
	if (ctx)
		s->get(ctx, out);
	else
		buf_str(out, "a matter of the screen, and there is none");
}

static bool set_setting(struct command_call *c, const struct face_setting *s, void *ctx,
			struct buf *now, struct error *e)
{
	/* Only what may be on is so without a word. */
	if (c->word_count < 2 && strncmp(s->range, "on", 2) != 0)
		return err_set(e, ERR_USAGE, "%s: one of %s", s->name, s->range);
	if (ctx && !s->set(ctx, c->word_count > 1 ? c->words[1].text : "on", e))
		return args_at(c, c->word_count > 1, e);
	if (!ctx)
		command_keep(c);
	format_setting(s, ctx, now);
	return true;
}

static bool need_socket(const struct command_call *c, struct error *e)
{
	return c->session->current ? true : command_no_socket(c, e);
}

/* "ttl=4", as open reads it, is fine here too. */
static void split_assignment(struct command_call *c)
{
	struct command_word *w = &c->words[0];
	size_t n = strcspn(w->text, "=");

	if (c->word_count != 1 || !w->text[n])
		return;
	w->text[n] = '\0';
	c->words[c->word_count++] =
		(struct command_word){ .text = w->text + n + 1, .at = w->at + n + 1 };
}

static bool set_option(struct command_call *c, struct buf *now, struct error *e)
{
	const struct sockopt *o = sockopt_find(c->words[0].text, e);
	struct sockopt_value v;

	if (!o)
		return args_at(c, 0, e);
	if (!sockopt_parse(o, c->word_count > 1 ? c->words[1].text : NULL, &v, e))
		return args_at(c, c->word_count > 1, e);
	if (!need_socket(c, e) || !session_set_option(c->session, c->session->current, o, &v, e))
		return false;
	format_granted(c->session->current, o, now);
	return true;
}

static bool set_run(struct command_call *c, struct error *e)
{
	const struct face_setting *setting;
	struct buf now;
	void *ctx;
	bool ok;

	buf_init(&now, 512);
	split_assignment(c);
	setting = setting_find(c, c->words[0].text, &ctx);
	ok = setting ? set_setting(c, setting, ctx, &now, e) : set_option(c, &now, e);
	if (ok)
		command_say(c, MESSAGE_INFO, "%s", buf_cstr(&now));
	buf_done(&now);
	return ok;
}

static bool get_option(struct command_call *c, struct buf *now, struct error *e)
{
	const struct sockopt *o = sockopt_find(c->words[0].text, e);
	struct buf value;
	bool ok;

	if (!o)
		return args_at(c, 0, e);
	if (!need_socket(c, e))
		return false;
	buf_init(&value, 128);
	ok = sockopt_get(&c->session->current->sock, o, &value, e);
	buf_done(&value);
	if (ok)
		format_granted(c->session->current, o, now);
	return ok;
}

static bool get_run(struct command_call *c, struct error *e)
{
	const struct face_setting *setting;
	struct buf now;
	void *ctx;
	bool ok = true;

	buf_init(&now, 512);
	setting = setting_find(c, c->words[0].text, &ctx);
	if (setting)
		format_setting(setting, ctx, &now);
	else
		ok = get_option(c, &now, e);
	if (ok)
		command_answer(c, buf_cstr(&now));
	buf_done(&now);
	return ok;
}

/* The command that a row of the panel prefills: a switch is turned over, the rest waits for its
 * value. */
static void prefill(const struct sockopt *o, const char *now, char *out, size_t size)
{
	if (o->flags & SOCKOPT_BEFORE_BIND)
		snprintf(out, size, "open udp4 :5000 %s%s", o->name,
			 o->kind == SOCKOPT_BOOL ? "" : "=");
	else if (o->kind == SOCKOPT_BOOL)
		snprintf(out, size, "set %s %s", o->name, strcmp(now, "on") == 0 ? "off" : "on");
	else
		snprintf(out, size, "set %s ", o->name);
}

/* Behind its words; a switch needs none. */
static void add_range(struct buf *out, const struct sockopt *o)
{
	if (o->kind == SOCKOPT_BOOL)
		return;
	buf_str(out, "; ");
	sockopt_format_range(o, out);
}

static void option_row(struct command_call *c, const struct sock *sock, const struct sockopt *o)
{
	struct buf asked, now, range;
	char command[96];

	buf_init(&asked, 128);
	buf_init(&now, 128);
	buf_init(&range, 256);
	add_range(&range, o);
	if (sock) {
		sockopt_format_asked(sock, o, &asked);
		if (!sockopt_get(sock, o, &now, NULL))
			buf_str(&now, "-");
	}
	prefill(o, buf_cstr(&now), command, sizeof(command));
	listing_row(&c->listing, LISTING_PLAIN, command, "%s\t%s\t%s\t%s%s%s", o->name,
		    asked.len ? buf_cstr(&asked) : "-", buf_cstr(&now), o->help,
		    o->flags & SOCKOPT_BEFORE_BIND ? "; only before bind, with open" : "",
		    buf_cstr(&range));
	buf_done(&asked);
	buf_done(&now);
	buf_done(&range);
}

static void setting_rows(struct command_call *c, const struct face_setting *rows, void *ctx)
{
	for (const struct face_setting *s = rows; s && s->name; s++) {
		bool is_switch = strcmp(s->range, "on, off") == 0;
		struct buf now;
		char command[96];

		buf_init(&now, 64);
		s->get(ctx, &now);
		snprintf(command, sizeof(command), "set %s ", s->name);
		listing_row(&c->listing, LISTING_PLAIN, command, "%s\t-\t%s\t%s%s%s", s->name,
			    buf_cstr(&now), s->help, is_switch ? "" : "; ",
			    is_switch ? "" : s->range);
		buf_done(&now);
	}
}

static bool options_run(struct command_call *c, struct error *e)
{
	const struct session_socket *k = c->session->current;

	(void)e;
	if (k)
		buf_printf(&c->listing.title, "options of [%u]", k->number);
	else
		buf_str(&c->listing.title, "options (no socket is open)");
	c->listing.live = true;
	listing_row(&c->listing, LISTING_HEADING, NULL, "option\tasked\tgranted\twhat for; range");
	for (const struct sockopt *o = sockopts; o->name; o++)
		if (o->kind != SOCKOPT_NOT_UDP)
			option_row(c, k ? &k->sock : NULL, o);
	setting_rows(c, session_settings, c->session);
	setting_rows(c, c->face->settings, c->face->ctx);
	return true;
}

static void option_complete(struct command_completion *c)
{
	const struct sockopt *o;

	if (c->word == 0) {
		for (o = sockopts; o->name; o++)
			if (o->kind != SOCKOPT_NOT_UDP)
				completion_offer(c, "%s", o->name);
		for (const struct face_setting *s = session_settings; s->name; s++)
			completion_offer(c, "%s", s->name);
		for (const struct face_setting *s = c->settings; s && s->name; s++)
			completion_offer(c, "%s", s->name);
		return;
	}
	o = sockopt_find(c->first, NULL);
	if (c->word != 1)
		return;
	if (setting_is_switch(c->first)) {
		completion_offer(c, "on");
		completion_offer(c, "off");
	}
	if (!o)
		return;
	if (o->kind == SOCKOPT_BOOL) {
		completion_offer(c, "on");
		completion_offer(c, "off");
	} else if (o->kind == SOCKOPT_WORD) {
		for (const struct sockopt_word *w = o->words; w && w->name; w++)
			completion_offer(c, "%s", w->name);
	} else if (o->kind == SOCKOPT_IFACE) {
		for (size_t i = 0; i < session_ifaces(c->session)->count; i++)
			completion_offer(c, "%s", c->session->ifaces.ifaces[i].name);
	}
}

const struct command option_commands[] = {
	{ "set", "OPTION [V]", "options", 1, 2, 0,
	  "set an option of the current socket; a switch without a value is turned on",
	  .run = set_run, .complete = option_complete },
	{ "get", "OPTION", "options", 1, 1, 0, "say what the kernel granted", .run = get_run,
	  .complete = option_complete },
	{ "options", "", "options", 0, 0, 0,
	  "list all options: asked, granted, range, unit, what for", .run = options_run },
	{ 0 },
};
