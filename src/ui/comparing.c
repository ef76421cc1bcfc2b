/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Commands that compare packets: "mark" and "diff". */
#include "command/args.h"
#include "ui/ui_private.h"

#include <inttypes.h>
#include <string.h>

static bool mark_packet(struct ui *ui, const struct packet *p, struct error *e)
{
	if (!compare_mark(&ui->view.compare, p))
		return err_set(e, ERR_LIMIT, "no memory to keep a copy of it");
	if (!p)
		ui_message(ui, MESSAGE_INFO, "no packet is marked");
	else if (p->no)
		ui_sayf(ui, MESSAGE_INFO, "#%" PRIu64 " is marked: d lays another beside it",
			p->no);
	else
		ui_message(ui, MESSAGE_INFO, "it is marked: d lays another beside it");
	ui_dirty(ui);
	return true;
}

/* The shown one; if it is the marked one the mark is taken off. */
static bool mark_shown(struct ui *ui, struct error *e)
{
	const struct kept_packet *marked = &ui->view.compare.marked;
	struct store_hold hold = { 0 };
	struct packet p;
	bool ok;

	if (!view_shown_packet(&ui->view, &hold, &p))
		ok = err_set(e, ERR_STATE, "there is no packet to mark");
	else
		ok = mark_packet(ui, marked->set && marked->packet.seq == p.seq ? NULL : &p, e);
	store_hold_done(&hold);
	return ok;
}

static bool mark_number(struct command_call *c, struct error *e)
{
	struct ui *ui = c->face->ctx;
	struct store_hold hold = { 0 };
	struct packet p;
	uint64_t number;
	bool ok;

	if (!args_number(&c->words[0], '#', &number, e))
		return false;
	ok = list_find_number(&ui->view, number, &hold, &p, e) || args_at(c, 0, e);
	ok = ok && mark_packet(ui, &p, e);
	store_hold_done(&hold);
	return ok;
}

bool ui_mark(struct command_call *c, struct error *e)
{
	struct ui *ui = c->face->ctx;

	if (!c->word_count)
		return mark_shown(ui, e);
	if (strcmp(c->words[0].text, "off") == 0)
		return mark_packet(ui, NULL, e);
	return mark_number(c, e);
}

static void show_comparison(struct ui *ui, bool on)
{
	struct details_view *d = &ui->view.details;

	d->mode = on ? DETAILS_COMPARE : DETAILS_FIELDS;
	d->scroll = on ? DETAILS_TO_DIFFERENCE : 0;
	d->open = true;
	ui_dirty(ui);
}

bool ui_diff(struct command_call *c, struct error *e)
{
	struct ui *ui = c->face->ctx;
	const struct details_view *d = &ui->view.details;
	uint64_t number;

	if (!c->word_count && !ui->view.compare.marked.set)
		return err_set(e, ERR_STATE,
			       "nothing is marked: m in the list marks a packet, :mark #N another");
	/* The second is looked at first: an error leaves all as it was. */
	if (c->word_count > 1 && (!args_number(&c->words[1], '#', &number, e) ||
				  (!list_select_number(&ui->view, number, e) && !args_at(c, 1, e))))
		return false;
	if (c->word_count && !mark_number(c, e))
		return false;
	show_comparison(ui, c->word_count || !d->open || d->mode != DETAILS_COMPARE);
	return true;
}
