/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Commands that only a screen has: the keys are bound to them, and they can be typed. */
#include "command/args.h"
#include "command/send.h"
#include "session/job.h"
#include "ui/fields.h"
#include "ui/ui_private.h"
#include "util/num.h"
#include "util/text.h"

#include <stdio.h>
#include <string.h>

static struct ui *ui_of(struct command_call *c)
{
	return c->face->ctx;
}

/* ---- focus ---- */

static enum focus next_focus(const struct ui *ui, bool forward)
{
	bool details = ui->view.details.open;

	switch (ui->view.focus) {
	case FOCUS_LIST:
		return forward && details ? FOCUS_DETAILS : FOCUS_LINE;
	case FOCUS_DETAILS:
		return forward ? FOCUS_LINE : FOCUS_LIST;
	case FOCUS_LINE:
		return forward || !details ? FOCUS_LIST : FOCUS_DETAILS;
	case FOCUS_PANEL:
	case FOCUS_COUNT:
		break;
	}
	return FOCUS_LINE;
}

static bool focus_run(struct command_call *c, struct error *e)
{
	struct ui *ui = ui_of(c);
	const char *where = c->words[0].text;

	if (strcmp(where, "line") == 0 || strcmp(where, "leave") == 0) {
		ui_focus(ui, FOCUS_LINE);
	} else if (strcmp(where, "list") == 0) {
		ui_focus(ui, FOCUS_LIST);
	} else if (strcmp(where, "details") == 0) {
		ui->view.details.open = true;
		ui_focus(ui, FOCUS_DETAILS);
	} else if (strcmp(where, "next") == 0) {
		ui_focus(ui, next_focus(ui, true));
	} else if (strcmp(where, "previous") == 0) {
		ui_focus(ui, next_focus(ui, false));
	} else if (strcmp(where, "command") == 0) {
		if (!ui->view.line.len)
			ui_prefill(ui, ":", 1);
		ui_focus(ui, FOCUS_LINE);
	} else {
		return err_at(e, (ptrdiff_t)c->words[0].at, "\"%s\" is none of line, list, details",
			      where);
	}
	return true;
}

/* ---- details ---- */

/* As they are named, in the order in which "view" goes through them. */
#define VIEWS (DETAILS_C + 1)
static const char *const modes[VIEWS] = {
	[DETAILS_FIELDS] = "fields",
	[DETAILS_HEX] = "hex",
	[DETAILS_TEXT] = "text",
	[DETAILS_C] = "c",
};

/* false: the word is none of them. */
static bool set_mode(struct details_view *d, const char *word)
{
	unsigned mode = 0;

	if (strcmp(word, "view") == 0)
		mode = d->mode < DETAILS_C ? (unsigned)d->mode + 1 : 0;
	else
		while (mode < VIEWS && strcmp(word, modes[mode]) != 0)
			mode++;
	if (mode == VIEWS)
		return false;
	d->mode = (enum details_mode)mode;
	d->scroll = 0; /* rows are others now; the byte stays in view */
	return true;
}

static bool details_run(struct command_call *c, struct error *e)
{
	struct ui *ui = ui_of(c);
	struct details_view *d = &ui->view.details;
	bool on = true;

	if (c->word_count && strcmp(c->words[0].text, "tshark") == 0) {
		if (d->open && d->mode == DETAILS_FIELDS && d->tshark)
			ui_hide_tree(ui);
		else
			ui_show_tree(ui);
		return true;
	}
	if (!(c->word_count && set_mode(d, c->words[0].text)) &&
	    !args_switch(c, 0, !d->open, &on, NULL))
		return err_at(e, (ptrdiff_t)c->words[0].at, "details: \"%s\" is none of %s",
			      c->words[0].text, c->row->args);
	d->open = on;
	if (!on && ui->view.focus == FOCUS_DETAILS)
		ui_focus(ui, FOCUS_LINE);
	ui_dirty(ui);
	return true;
}

/* A command goes into the line, to be looked at and entered. */
static void prefill_command(struct ui *ui, const char *verb, const char *rest)
{
	struct buf line;

	buf_init(&line, COMMAND_LINE_MAX);
	buf_printf(&line, ":%s%s", verb, rest);
	ui_borrow(ui, buf_cstr(&line), line.len);
	buf_done(&line);
}

/* F4: the filter's command, with the present one. */
static bool filtering_run(struct command_call *c, struct error *e)
{
	struct ui *ui = ui_of(c);
	const char *text = ui->view.list.matches.text;

	(void)e;
	prefill_command(ui, "filter ", text ? text : "");
	return true;
}

/* F3: the command that finds. */
static bool finding_run(struct command_call *c, struct error *e)
{
	(void)e;
	prefill_command(ui_of(c), "find ", "");
	return true;
}

/* The filter for what has the same value in the field under the cursor. */
static bool enter_field(struct ui *ui, struct error *e)
{
	struct store_hold hold = { 0 };
	struct packet p;
	struct fields fields;
	struct buf filter;
	bool ok = false;

	fields_init(&fields);
	buf_init(&filter, COMMAND_LINE_MAX / 2);
	if (ui->view.details.mode != DETAILS_COMPARE && view_shown_packet(&ui->view, &hold, &p)) {
		size_t row = (size_t)ui->view.details.field;

		fields_make(&fields, &ui->view, &p);
		ok = row < fields.rows.count && fields_filter(&fields, row, &p, &filter);
	}
	if (ok)
		prefill_command(ui, "filter ", buf_cstr(&filter));
	buf_done(&filter);
	fields_done(&fields);
	store_hold_done(&hold);
	return ok || err_set(e, ERR_STATE, "there is no filter for this field");
}

/* Enter outside the line: never sends. */
static bool enter_run(struct command_call *c, struct error *e)
{
	struct ui *ui = ui_of(c);
	const char *command;

	switch (ui->view.focus) {
	case FOCUS_LIST:
		if (ui->view.details.open)
			ui_focus(ui, FOCUS_DETAILS);
		ui->view.details.open = true;
		break;
	case FOCUS_PANEL:
		command = listing_command(&ui->view.panel.listing, ui->view.panel.row);
		if (command)
			prefill_command(ui, command, "");
		break;
	case FOCUS_DETAILS:
		return enter_field(ui, e);
	case FOCUS_LINE:
	case FOCUS_COUNT:
		break;
	}
	ui_dirty(ui);
	return true;
}

/* ---- answering ---- */

/* Pins the packet's peer as target of the socket that heard or sent it; switches to that socket. */
static bool aim(struct command_call *c, const struct packet *p, struct error *e)
{
	struct destination d = { .count = 1, .addrs = (struct addr[]){ p->peer } };

	d.socket = session_find(c->session, p->socket);
	if (p->socket && !d.socket)
		return err_set(e, ERR_STATE, "socket [%u], which heard it, is closed", p->socket);
	return send_set_target(c, &d, e);
}

static bool answer_run(struct command_call *c, struct error *e)
{
	struct ui *ui = ui_of(c);
	struct store_hold hold = { 0 };
	struct packet p;
	bool ok = false;

	if (!view_answered_packet(&ui->view, &hold, &p))
		err_set(e, ERR_STATE, "nobody was heard yet: there is nothing to answer");
	else
		ok = aim(c, &p, e);
	store_hold_done(&hold);
	if (ok)
		ui_focus(ui, FOCUS_LINE);
	return ok;
}

/* The packet's bytes go into the line as they would be typed: as text where they are mostly that */
static bool edit_run(struct command_call *c, struct error *e)
{
	struct ui *ui = ui_of(c);
	struct store_hold hold = { 0 };
	struct packet p;
	struct buf line;
	uint64_t number = 0;
	bool ok;

	if (c->word_count && !args_number(&c->words[0], '#', &number, e))
		return false;
	ok = number ? store_find(c->session->store, number, &hold, &p)
		    : view_shown_packet(&ui->view, &hold, &p);
	if (!ok)
		err_set(e, ERR_STATE, "there is no packet to edit");
	else if (p.kind != PACKET_RX && p.kind != PACKET_TX)
		ok = err_set(e, ERR_STATE, "only what was received or sent can be edited");
	ok = ok && aim(c, &p, e);
	if (ok) {
		buf_init(&line, COMMAND_LINE_MAX);
		ui->view.typing.eol = EOL_NONE;
		ui->view.typing.input = text_is_utf8(p.data, p.stored) ? INPUT_TEXT : INPUT_HEX;
		if (ui->view.typing.input == INPUT_TEXT)
			text_escape(&line, p.data, p.stored);
		else
			for (uint32_t i = 0; i < p.stored; i++)
				buf_printf(&line, "%s%02x", i ? " " : "", p.data[i]);
		ui_prefill(ui, buf_cstr(&line), line.len);
		ui->view.line.pasted = true;
		buf_done(&line);
		ui_focus(ui, FOCUS_LINE);
	}
	store_hold_done(&hold);
	return ok;
}

/* ---- the terminal ---- */

static bool interrupt_run(struct command_call *c, struct error *e)
{
	struct ui *ui = ui_of(c);
	size_t jobs = c->session->job_count;

	(void)e;
	if (ui_interrupt(ui))
		return true;
	if (!script_is_idle(ui->script)) {
		script_stop(ui->script);
		ui_message(ui, MESSAGE_INFO, "the script was stopped");
	} else if (jobs) {
		job_stop_all(c->session);
		ui_sayf(ui, MESSAGE_INFO, "%zu job%s stopped", jobs, jobs == 1 ? "" : "s");
	} else {
		ui_message(ui, MESSAGE_INFO, "to leave: :q, F10 or Ctrl-D on the empty line");
	}
	return true;
}

static bool redraw_run(struct command_call *c, struct error *e)
{
	struct ui *ui = ui_of(c);

	(void)e;
	if (ui->screen)
		screen_redraw(ui->screen);
	ui_dirty(ui);
	return true;
}

static bool suspend_run(struct command_call *c, struct error *e)
{
	(void)e;
	ui_suspend(ui_of(c));
	return true;
}

static bool editor_run(struct command_call *c, struct error *e)
{
	return ui_run_editor(ui_of(c), e);
}

static const struct command rows[] = {
	{ "follow", "", "looking", 0, 0, 0, "show the newest packets again", .run = ui_follow },
	{ "focus", "line|list|details", "looking", 1, 1, 0, "go to a part of the screen",
	  .run = focus_run },
	{ "details", "[on|off|fields|hex|text|c|view|tshark]", "looking", 0, 1, 0,
	  "the details pane: fields and hex, hex, text, a C array; view: the next of these; "
	  "tshark: its fields, or ours again",
	  .run = details_run },
	{ "mark", "[#N|off]", "looking", 0, 1, 0,
	  "mark the selected packet, to compare others with it; the marked one: off",
	  .run = ui_mark },
	{ "diff", "[#A [#B]]", "looking", 0, 2, 0,
	  "the marked packet (else #A) beside the selected one (else #B)", .run = ui_diff },
	{ "edit", "[#N]", "sending", 0, 1, 0,
	  "put a packet and its peer into the line, to send it again", .run = edit_run },
	{ "answer", "", "sending", 0, 0, 0,
	  "make the selected (else the newest) datagram's sender the target", .run = answer_run },
	{ "filtering", "", "keys", 0, 0, CMD_HIDDEN, "the filter's command into the line",
	  .run = filtering_run },
	{ "finding", "", "keys", 0, 0, CMD_HIDDEN, "the command that finds into the line",
	  .run = finding_run },
	{ "match", "next|previous", "keys", 1, 1, CMD_HIDDEN,
	  "what find looks for: the next packet, in the details the next place", .run = ui_match },
	{ "copying", "", "keys", 0, 0, CMD_HIDDEN, "copy the datagram, in the details its bytes",
	  .run = ui_copy },
	{ "move", "WHERE", "keys", 1, 1, CMD_HIDDEN, "move in the focused pane", .run = ui_move },
	{ "packet", "next|previous", "keys", 1, 1, CMD_HIDDEN, "select another packet",
	  .run = ui_packet },
	{ "enter", "", "keys", 0, 0, CMD_HIDDEN, "open what is under the bar", .run = enter_run },
	{ "interrupt", "", "keys", 0, 0, CMD_HIDDEN,
	  "leave a search, clear the line, stop scripts and jobs", .run = interrupt_run },
	{ "redraw", "", "keys", 0, 0, CMD_HIDDEN, "paint the screen anew", .run = redraw_run },
	{ "suspend", "", "keys", 0, 0, CMD_HIDDEN, "stop, as a job of the shell",
	  .run = suspend_run },
	{ "editor", "", "keys", 0, 0, CMD_HIDDEN, "edit the line in $VISUAL or $EDITOR",
	  .run = editor_run },
	{ 0 },
};

/* ---- settings ---- */

static bool is_switch(const char *name, const char *value, struct error *e)
{
	return strcmp(value, "on") == 0 || strcmp(value, "off") == 0 ||
	       err_at(e, 0, "%s: \"%s\" is neither on nor off", name, value);
}

static bool mouse_set(void *ctx, const char *value, struct error *e)
{
	struct ui *ui = ctx;

	if (!is_switch("mouse", value, e))
		return false;
	ui->mouse = value[1] == 'n';
	if (ui->screen)
		screen_mouse(ui->screen, ui->mouse);
	return true;
}

static void mouse_get(void *ctx, struct buf *out)
{
	const struct ui *ui = ctx;

	buf_str(out, ui->mouse ? "on" : "off");
}

static bool escape_time_set(void *ctx, const char *value, struct error *e)
{
	struct ui *ui = ctx;

	return line_read_escape_time(ui->line, value, e);
}

static void escape_time_get(void *ctx, struct buf *out)
{
	const struct ui *ui = ctx;

	buf_printf(out, "%llums", (unsigned long long)(line_escape_time(ui->line) / NS_PER_MS));
}

/* "auto" is 0. */
static const char *const hex_widths[] = { "auto", "8", "16", "32" };

static bool hex_width_set(void *ctx, const char *value, struct error *e)
{
	struct ui *ui = ctx;

	for (int i = 0; i < 4; i++) {
		if (strcmp(value, hex_widths[i]) != 0)
			continue;
		ui->view.details.hex_width = i ? 4 << i : 0;
		ui->view.details.scroll = 0;
		ui_dirty(ui);
		return true;
	}
	return err_at(e, 0, "hex-width: \"%s\" is none of auto, 8, 16, 32", value);
}

static void hex_width_get(void *ctx, struct buf *out)
{
	const struct ui *ui = ctx;
	int width = ui->view.details.hex_width;

	buf_str(out, hex_widths[width == 32 ? 3 : width / 8]);
}

static bool changes_set(void *ctx, const char *value, struct error *e)
{
	struct ui *ui = ctx;

	if (!is_switch("highlight-changes", value, e))
		return false;
	ui->view.highlight_changes = value[1] == 'n';
	ui_dirty(ui);
	return true;
}

static void changes_get(void *ctx, struct buf *out)
{
	const struct ui *ui = ctx;

	buf_str(out, ui->view.highlight_changes ? "on" : "off");
}

static bool fold_set(void *ctx, const char *value, struct error *e)
{
	struct ui *ui = ctx;

	if (!is_switch("fold", value, e))
		return false;
	ui->fold = value[1] == 'n';
	ui_fold(ui, ui->fold);
	return true;
}

static void fold_get(void *ctx, struct buf *out)
{
	const struct ui *ui = ctx;

	buf_str(out, ui->fold ? "on" : "off");
}

static const struct face_setting settings[] = {
	{ "mouse", "on, off", "wheel and clicks; takes the terminal's own selection", mouse_set,
	  mouse_get, "off" },
	{ "escape-time", "1ms..2s", "how long a lone Esc waits for the rest of a key",
	  escape_time_set, escape_time_get, "100ms" },
	{ "hex-width", "auto, 8, 16, 32", "bytes in a row of the details, if there is room",
	  hex_width_set, hex_width_get, "auto" },
	{ "highlight-changes", "on, off",
	  "colour the bytes that changed since the datagram before, of the same peer and length",
	  changes_set, changes_get, "off" },
	{ "fold", "on, off", "datagrams that repeat each other are one row of the list", fold_set,
	  fold_get, "off" },
	{ 0 },
};

const struct of_screen ui_of_screen = { rows, settings };
