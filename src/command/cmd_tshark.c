/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What tshark makes of a packet, and of which ports it is told what they carry. */
#include "command/args.h"
#include "command/complete.h"
#include "command/tables.h"
#include "command/tree.h"
#include "session/tshark.h"
#include "util/json.h"
#include "util/num.h"

#include <inttypes.h>
#include <string.h>

/* ---- trees ---- */

static void add_members(struct buf *out, uint64_t number, const struct pdml *tree, size_t i)
{
	const struct pdml_field *f = &tree->fields[i];

	buf_reset(out);
	json_number(out, "packet", number);
	json_number(out, "depth", f->depth);
	json_string(out, "name", pdml_name(tree, i));
	json_string(out, "text", pdml_text(tree, i));
	if (f->length) {
		json_number(out, "offset", f->offset);
		json_number(out, "length", f->length);
	}
}

static void list_tree(struct listing *l, uint64_t number, const struct pdml *tree)
{
	struct buf range, members;

	buf_init(&range, 64);
	buf_init(&members, 4 * PDML_TEXT_MAX * 6);
	buf_printf(&l->title, "#%" PRIu64 " as tshark sees it", number);
	for (size_t i = 0; i < tree->count; i++) {
		const struct pdml_field *f = &tree->fields[i];

		buf_reset(&range);
		if (f->length)
			buf_printf(&range, "[%zu:%zu]", f->offset, f->length);
		listing_row(l, LISTING_PLAIN, NULL, "%s\t%*s%s", buf_cstr(&range),
			    (int)(2 * f->depth), "", pdml_text(tree, i));
		add_members(&members, number, tree, i);
		listing_data(l, "field", &members);
	}
	if (!tree->count)
		listing_row(l, LISTING_DIM, NULL, "tshark sees nothing in it");
	if (tree->cut)
		listing_row(l, LISTING_DIM, NULL, "and more, which is too much to be kept");
	buf_done(&range);
	buf_done(&members);
}

static bool ask(struct command_call *c, uint64_t number, struct error *e)
{
	struct store_hold hold = { 0 };
	struct packet p;
	bool found = store_find(c->session->store, number, &hold, &p);

	if (found)
		tshark_ask(c->session, &p);
	store_hold_done(&hold);
	return found ||
	       err_set(e, ERR_STATE, "there is no packet #%" PRIu64 ", or not any more", number);
}

bool tree_show(struct command_call *c, uint64_t number, struct error *e)
{
	const struct pdml *tree;
	const struct error *why;

	if (!ask(c, number, e))
		return false;
	switch (tshark_look(c->session, number, &tree, &why)) {
	case TSHARK_KNOWN:
		list_tree(&c->listing, number, tree);
		return true;
	case TSHARK_FAILED:
		err_set(e, why->code, "%s", why->text);
		tshark_forget(c->session);
		return false;
	case TSHARK_WAITS:
		return err_set(e, ERR_PENDING, "tshark is asked about #%" PRIu64, number);
	case TSHARK_UNASKED:
		break;
	}
	return err_set(e, ERR_LIMIT, "no memory to ask tshark");
}

/* ---- ports ---- */

static bool list_rules(struct command_call *c)
{
	size_t count;
	const struct tshark_rule *rules = tshark_rules(c->session, &count);

	buf_printf(&c->listing.title, "%zu port%s decoded as something else", count,
		   count == 1 ? "" : "s");
	for (size_t i = 0; i < count; i++)
		listing_row(&c->listing, LISTING_PLAIN, NULL, "%u\t%s", rules[i].port,
			    rules[i].protocol);
	if (!count)
		listing_row(&c->listing, LISTING_DIM, NULL,
			    "none: decode-as PORT PROTOCOL, as in decode-as 5000 dns");
	return true;
}

static bool decode_as_run(struct command_call *c, struct error *e)
{
	const char *protocol = c->word_count > 1 ? c->words[1].text : NULL;
	int64_t port;

	if (!c->word_count)
		return list_rules(c);
	if (!num_parse_int(c->words[0].text, 1, UINT16_MAX, &port, e))
		return err_prefix(e, "port: ") || args_at(c, 0, e);
	if (!tshark_decode_as(c->session, (uint16_t)port, protocol, e))
		return args_at(c, protocol ? 1 : 0, e);
	if (protocol)
		command_say(c, MESSAGE_INFO, "tshark takes port %" PRId64 " for %s", port,
			    protocol);
	else
		command_say(c, MESSAGE_INFO, "tshark decides about port %" PRId64 " by itself",
			    port);
	return true;
}

static void decode_as_complete(struct command_completion *c)
{
	const char *name;

	for (size_t i = 0; c->word == 1 && (name = tshark_name_at(c->session, i)); i++)
		completion_offer(c, "%s", name);
}

const struct command tshark_commands[] = {
	{ "decode-as", "[PORT [PROTOCOL]]", "looking", 0, 2, 0,
	  "tell tshark what a port carries; without PROTOCOL no more, alone lists",
	  .run = decode_as_run, .complete = decode_as_complete },
	{ 0 },
};
