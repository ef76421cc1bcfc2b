/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Commands for looking at what came and who is there. */
#include "command/args.h"
#include "command/color.h"
#include "command/complete.h"
#include "command/diagnose.h"
#include "command/tables.h"
#include "command/tree.h"
#include "util/num.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

static bool show_activity(struct command_call *c, struct error *e)
{
	struct activity *a = NULL;
	uint64_t number;

	if (!args_number(&c->words[0], '%', &number, e))
		return false;
	if (number <= UINT32_MAX)
		a = activity_find(c->session, (uint32_t)number);
	if (!a || a->kind->told)
		return err_at(e, (ptrdiff_t)c->words[0].at,
			      "%s has no report: :jobs lists those that have", c->words[0].text);
	diagnose_report(c, a);
	return true;
}

static bool show_tree(struct command_call *c, uint64_t number, struct error *e)
{
	if (strcmp(c->words[1].text, "tshark") != 0)
		return err_at(e, (ptrdiff_t)c->words[1].at,
			      "\"%s\" is no view of a packet: tshark is one", c->words[1].text);
	if (c->face->show_tree)
		return c->face->show_tree(c->face->ctx, number, e) || args_at(c, 0, e);
	return tree_show(c, number, e) || args_at(c, 0, e);
}

static bool show_run(struct command_call *c, struct error *e)
{
	uint64_t number;

	if (c->words[0].text[0] == '%' && c->word_count == 1)
		return show_activity(c, e);
	if (!args_number(&c->words[0], '#', &number, e))
		return false;
	if (c->word_count > 1)
		return show_tree(c, number, e);
	if (!c->face->show)
		return err_set(e, ERR_STATE,
			       "show needs the screen; show #%" PRIu64 " tshark does not", number);
	return c->face->show(c->face->ctx, number, e) || args_at(c, 0, e);
}

static void show_complete(struct command_completion *c)
{
	if (c->word == 1)
		completion_offer(c, "tshark");
}

static bool clear_run(struct command_call *c, struct error *e)
{
	if (!c->face->clear)
		return err_set(e, ERR_STATE, "clear needs the screen");
	c->face->clear(c->face->ctx);
	return true;
}

static bool filter_run(struct command_call *c, struct error *e)
{
	if (!c->face->filter)
		return err_set(e, ERR_STATE, "filter has nothing here that it could hide");
	return c->face->filter(c->face->ctx, c->payload, c->payload_len, e) ||
	       err_shift(e, (ptrdiff_t)c->payload_at);
}

static bool find_run(struct command_call *c, struct error *e)
{
	if (!c->face->find)
		return err_set(e, ERR_STATE,
			       "find needs the screen: here filter prints only what matches");
	return c->face->find(c->face->ctx, c->payload, c->payload_len, e) ||
	       err_shift(e, (ptrdiff_t)c->payload_at);
}

static bool peers_run(struct command_call *c, struct error *e)
{
	const struct session *s = c->session;
	uint64_t now = clock_realtime(s->clock), mono = clock_monotonic(s->clock);
	struct buf name, bytes, last;
	char command[32];

	(void)e;
	buf_printf(&c->listing.title, "%u peers", s->peers.count);
	c->listing.live = true;
	listing_row(&c->listing, LISTING_HEADING, NULL,
		    " \taddress\tsocket\trx\tbytes\ttx\terr\tlast\trate");
	buf_init(&name, 128);
	buf_init(&bytes, 32);
	buf_init(&last, 32);
	for (uint32_t n = s->peers.count; n > 0; n--) {
		const struct peer *p = peer_by_number(&s->peers, n);

		buf_reset(&name);
		buf_reset(&bytes);
		buf_reset(&last);
		addr_format(&name, &p->addr);
		num_format_size(&bytes, p->rx_bytes);
		num_format_age(&last, now, p->last);
		snprintf(command, sizeof(command), "to @%u", n);
		listing_row(&c->listing, LISTING_PLAIN, command,
			    "@%u%s%s\t%s\t[%u]\t%llu\t%s\t%llu\t%llu%s%s\t%s\t%llu/s", n,
			    p->label ? " " : "", p->label ? p->label : "", buf_cstr(&name),
			    p->socket, (unsigned long long)p->rx, buf_cstr(&bytes),
			    (unsigned long long)p->tx, (unsigned long long)p->errors,
			    p->error ? " " : "", p->error ? p->error : "", buf_cstr(&last),
			    (unsigned long long)pace_per_second(&p->rx_pace, mono));
	}
	if (!s->peers.count)
		listing_row(&c->listing, LISTING_DIM, NULL, "nobody was heard or written to yet");
	buf_done(&name);
	buf_done(&bytes);
	buf_done(&last);
	return true;
}

static bool label_run(struct command_call *c, struct error *e)
{
	struct peer *p;
	uint64_t number;

	if (!args_number(&c->words[0], '@', &number, e))
		return false;
	p = number <= UINT32_MAX ? peer_by_number(&c->session->peers, (uint32_t)number) : NULL;
	if (!p)
		return err_at(e, (ptrdiff_t)c->words[0].at,
			      "there is no peer %s yet: :peers lists them", c->words[0].text);
	return peer_label(p, c->word_count > 1 ? c->words[1].text : NULL, e) || args_at(c, 1, e);
}

static void label_complete(struct command_completion *c)
{
	if (c->word > 0)
		return;
	completion_offer_peers(c);
}

const struct command look_commands[] = {
	{ "show", "#N [tshark]|%N", "looking", 1, 2, 0,
	  "show packet N in the details, or as tshark sees it, or the report of activity N",
	  .run = show_run, .complete = show_complete },
	{ "peers", "", "looking", 0, 0, 0, "list who was heard or written to, newest first",
	  .run = peers_run },
	{ "label", "@N [NAME]", "looking", 1, 2, 0,
	  "call peer N by a name; without one take it away", .run = label_run,
	  .complete = label_complete },
	{ "filter", "[WHAT]", "looking", 0, -1, CMD_PAYLOAD,
	  "show only what matches: an expression, \"text\", /regex/flags, hex BYTES; without one "
	  "all",
	  .run = filter_run, .complete = completion_offer_expression },
	{ "find", "[WHAT]", "looking", 0, -1, CMD_PAYLOAD,
	  "select the next packet that matches and highlight what does; without one nothing",
	  .run = find_run, .complete = completion_offer_expression },
	{ "color", "[WHAT COLOUR|off [N]]", "looking", 0, -1, CMD_PAYLOAD,
	  "colour the rows that match, the first rule wins; without words list the rules",
	  .run = color_run, .complete = color_complete },
	{ "clear", "", "looking", 0, 0, 0, "empty the list; numbers go on", .run = clear_run },
	{ 0 },
};
