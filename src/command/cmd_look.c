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
	if (!a || !diagnose_has_report(c, a))
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

const struct command look_commands[] = {
	{ "show", "#N [tshark]|%N", "looking", 1, 2, 0,
	  "show packet N in the details, or as tshark sees it, or the report of activity N",
	  .run = show_run, .complete = show_complete },
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
