/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "ui/tree.h"

#include "session/tshark.h"

#include <inttypes.h>

#define INDENT 1 /* columns, where there are few beside the bytes */
#define INDENT_MAX 24
#define ROW_MAX 8192 /* bytes */

static void add_say(struct fields *out, const char *text)
{
	fields_add(out, "", text, NULL, 0, 0);
}

static void add_tree(struct fields *out, const struct pdml *tree)
{
	struct buf text;

	buf_init(&text, ROW_MAX);
	for (size_t i = 0; i < tree->count; i++) {
		const struct pdml_field *f = &tree->fields[i];
		unsigned indent = INDENT * f->depth;

		buf_reset(&text);
		buf_fill(&text, ' ', indent < INDENT_MAX ? indent : INDENT_MAX);
		buf_str(&text, pdml_text(tree, i));
		fields_add(out, "", buf_cstr(&text), NULL, f->offset, f->length);
	}
	if (!tree->count)
		add_say(out, "tshark sees nothing in it");
	if (tree->cut)
		add_say(out, "and more, which is too much to be kept");
	buf_done(&text);
}

void tree_make(struct fields *out, const struct view *v, const struct packet *p)
{
	const struct pdml *tree;
	const struct error *why;

	if (!p->no) {
		add_say(out, "this is no datagram that tshark could look at");
		return;
	}
	switch (tshark_look(v->session, p->no, &tree, &why)) {
	case TSHARK_KNOWN:
		add_tree(out, tree);
		break;
	case TSHARK_FAILED:
		add_say(out, why->text);
		add_say(out, "W twice asks again");
		break;
	case TSHARK_WAITS:
	case TSHARK_UNASKED:
		add_say(out, "tshark is asked ...");
		break;
	}
}

void tree_ask(struct view *v)
{
	struct store_hold hold = { 0 };
	struct packet p;

	if (!v->details.open || !v->details.tshark)
		return;
	if (view_shown_packet(v, &hold, &p))
		tshark_ask(v->session, &p);
	store_hold_done(&hold);
}
