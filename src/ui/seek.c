/* SPDX-License-Identifier: GPL-3.0-or-later */
/* "find", n and N: the search goes on between other work, and says how it ended. */
#include "ui/ui_private.h"
#include "util/num.h"

#include <inttypes.h>
#include <string.h>

/* Other work has its turn between two slices. */
#define TURN_NS (4 * NS_PER_MS)

static void add_found(const struct ui *ui, struct buf *out)
{
	const struct finder *f = &ui->view.finder;
	const struct packet *p = &ui->view.list.selected.packet;

	if (p->no)
		buf_printf(out, "#%" PRIu64, p->no);
	else
		buf_str(out, "found");
	if (f->origin == p->seq)
		buf_str(out, ", the only one: ");
	else if (f->wrapped)
		buf_printf(out, ", on from the %s: ", f->up ? "newest" : "oldest");
	else
		buf_str(out, ": ");
}

/* What it gave up on may have matched. */
static void add_unknown(const struct finder *f, struct buf *out)
{
	if (f->unknown)
		buf_printf(out, "; passed over as too costly: %" PRIu64, f->unknown);
}

/* Where n is a character like others. */
static bool stays_in_line(const struct ui *ui)
{
	return ui->view.focus == FOCUS_LINE &&
	       (!ui->borrowed.active || ui->borrowed.from == FOCUS_LINE);
}

static void tell(struct ui *ui, enum finding state)
{
	const struct view *v = &ui->view;
	struct buf words;

	buf_init(&words, sizeof(ui->view.message.text) - 1);
	if (state == FINDER_LOOKING)
		buf_str(&words, "looking for ");
	else if (state == FINDER_FOUND)
		add_found(ui, &words);
	else
		buf_printf(&words, "not found%s: ",
			   v->list.matches.what ? " in what the filter shows" : "");
	what_words(v->finder.what, &words);
	add_unknown(&v->finder, &words);
	if (state == FINDER_FOUND && stays_in_line(ui))
		buf_str(&words, "; Shift-Tab, then n: the next");
	ui_message(ui, state == FINDER_NOTHING ? MESSAGE_WARNING : MESSAGE_INFO, buf_cstr(&words));
	buf_done(&words);
}

static enum finding turn(struct ui *ui)
{
	uint64_t now = clock_monotonic(ui->clock);
	enum finding state = view_find_turn(&ui->view, ui->clock, now + TURN_NS);

	if (state == FINDER_LOOKING)
		loop_timer_at(ui->loop, &ui->seek, clock_monotonic(ui->clock));
	ui_dirty(ui);
	return state;
}

static void on_seek(void *ctx)
{
	struct ui *ui = ctx;
	enum finding state = turn(ui);

	if (state == FINDER_FOUND || state == FINDER_NOTHING)
		tell(ui, state);
}

/* Most are found at once. */
static void seek(struct ui *ui)
{
	ui->seek.fire = on_seek;
	ui->seek.ctx = ui;
	tell(ui, turn(ui));
}

bool ui_find(void *ctx, const char *text, size_t n, struct error *e)
{
	struct ui *ui = ctx;

	if (!view_find(&ui->view, text, n, e))
		return false;
	if (n)
		seek(ui);
	else
		ui_message(ui, MESSAGE_INFO, "nothing is looked for any more");
	return true;
}

static void go_to_place(struct ui *ui, bool up)
{
	struct found_places found = view_find_place(&ui->view, up);

	if (found.count)
		ui_sayf(ui, MESSAGE_INFO, "place %zu of %zu in this datagram", found.number,
			found.count);
	else
		ui_message(ui, MESSAGE_INFO,
			   "no place in this datagram; in the list n finds the next packet");
}

bool ui_match(struct command_call *c, struct error *e)
{
	struct ui *ui = c->face->ctx;
	bool next = strcmp(c->words[0].text, "next") == 0;

	if (!next && strcmp(c->words[0].text, "previous") != 0)
		return err_at(e, (ptrdiff_t)c->words[0].at, "\"%s\" is neither next nor previous",
			      c->words[0].text);
	if (!ui->view.finder.what)
		return err_set(e, ERR_STATE, "nothing is looked for yet: F3, or :find WHAT");
	if (ui->view.focus == FOCUS_DETAILS) {
		go_to_place(ui, !next);
	} else {
		view_find_again(&ui->view, !next);
		seek(ui);
	}
	return true;
}
