/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The screen as the commands and the session see it: messages, panels, news. */
#include "session/tshark.h"
#include "session/words.h"
#include "ui/ui_private.h"
#include "util/num.h"
#include "util/text.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* A hint may not replace an error before so long. */
#define ERROR_SHOWN_NS (4 * NS_PER_S)

/* ---- messages ---- */

void ui_message(struct ui *ui, enum command_message kind, const char *text)
{
	struct message_view *m = &ui->view.message;

	m->kind = kind;
	m->answers = false;
	snprintf(m->text, sizeof(m->text), "%s", text);
	m->until = clock_monotonic(ui->clock) + (kind == MESSAGE_INFO ? 0 : ERROR_SHOWN_NS);
	ui_dirty(ui);
}

void ui_sayf(struct ui *ui, enum command_message kind, const char *fmt, ...)
{
	char text[sizeof(ui->view.message.text)];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	ui_message(ui, kind, text);
}

void ui_error(struct ui *ui, const struct error *e, const char *line, const char *after)
{
	if (e->at >= 0 && line)
		ui_sayf(ui, MESSAGE_ERROR, "column %zu: %s%s",
			text_column(line, strlen(line), (size_t)e->at), e->text, after);
	else
		ui_sayf(ui, MESSAGE_ERROR, "%s%s", e->text, after);
}

/* What happened by itself does not push away what nobody had time to read. */
static bool is_free(const struct ui *ui)
{
	const struct message_view *m = &ui->view.message;

	return !m->text[0] || clock_monotonic(ui->clock) >= m->until;
}

void ui_hint(struct ui *ui, const char *text)
{
	ui_message(ui, MESSAGE_INFO, text);
	ui->view.message.until = text[0] ? UINT64_MAX : 0;
}

/* ---- the session's news ---- */

static void say_lost(const struct ui *ui, const struct packet *p, struct buf *out)
{
	const struct session_socket *k = session_find(ui->session, p->socket);

	num_format_count(out, p->lost);
	buf_str(out, p->flags & PACKET_AT_LEAST ? " or more lost" : " lost");
	if (p->where == PACKET_WHERE_STORE) {
		buf_str(out, ": the store turned over before they could be shown; --memory gives "
			     "it more");
	} else if (k) {
		buf_str(out, ": ");
		if (session_format_buffer(k, out))
			buf_str(out, "; :set rcvbuf SIZE asks for more");
	}
}

static void on_notice(void *ctx, enum session_notice what, const struct packet *p,
		      const struct peer *peer)
{
	struct ui *ui = ctx;
	struct buf text;

	if (!is_free(ui))
		return;
	buf_init(&text, sizeof(ui->view.message.text) - 1);
	switch (what) {
	case SESSION_PEER_NEW:
		buf_printf(&text, "@%u ", peer->number);
		addr_format(&text, &peer->addr);
		buf_str(&text, " is new: Alt-a answers it");
		ui_message(ui, MESSAGE_INFO, buf_cstr(&text));
		break;
	case SESSION_LOST:
		say_lost(ui, p, &text);
		ui_message(ui, MESSAGE_WARNING, buf_cstr(&text));
		break;
	case SESSION_ERROR:
		words_error(&text, p);
		if (session_find(ui->session, p->socket))
			buf_printf(&text, "; [%u] stays open", p->socket);
		ui_message(ui, MESSAGE_WARNING, buf_cstr(&text));
		break;
	case SESSION_SILENT:
		buf_add(&text, p->data, p->stored);
		ui_message(ui, MESSAGE_WARNING, buf_cstr(&text));
		break;
	case SESSION_READING:
	case SESSION_READ:
		buf_add(&text, p->data, p->stored);
		ui_message(ui, p->lost || p->result ? MESSAGE_WARNING : MESSAGE_INFO,
			   buf_cstr(&text));
		break;
	}
	buf_done(&text);
}

static void on_packet(void *ctx, const struct packet *p)
{
	struct ui *ui = ctx;

	list_packet(&ui->view, p);
}

static void on_changed(void *ctx)
{
	struct ui *ui = ctx;

	script_poke(ui->face.script);
	ui_dirty(ui);
}

static void on_resolved(void *ctx)
{
	struct ui *ui = ctx;

	script_poke(ui->face.script);
	ui_resolved(ui);
}

void ui_tell_given_up(struct ui *ui)
{
	struct what *filter = ui->view.list.matches.what;
	const struct color_rules *colors = &ui->view.colors;

	if (!is_free(ui))
		return;
	if (filter && what_must_tell(filter)) {
		ui_message(ui, MESSAGE_WARNING,
			   "the filter is too costly for some packets: not listed, but counted "
			   "above");
		return;
	}
	for (size_t i = 0; i < colors->count; i++) {
		if (what_must_tell(colors->list[i].what)) {
			ui_sayf(ui, MESSAGE_WARNING,
				"colour rule %zu is too costly for some rows: not coloured, and "
				"soon left out",
				i + 1);
			return;
		}
	}
}

/* ---- the face ---- */

static void face_message(void *ctx, enum command_message kind, const char *text)
{
	ui_message(ctx, kind, text);
}

static void face_listing(void *ctx, const char *line, struct listing *l)
{
	struct ui *ui = ctx;
	struct panel_view *p = &ui->view.panel;
	bool again = p->open && p->line && strcmp(p->line, line) == 0;

	if (!again) {
		ui_panel_close(ui);
		p->line = strdup(line);
		if (!p->line)
			return;
	}
	listing_done(&p->listing);
	p->listing = *l;
	listing_init(l);
	p->open = true;
	if (p->row >= p->listing.count)
		p->row = p->listing.count ? p->listing.count - 1 : 0;
	p->row = panel_item(&p->listing, p->row, false);
	if (!again) {
		ui->view.focus = FOCUS_PANEL;
		line_use_map(ui->line, FOCUS_PANEL);
		ui_dirty(ui);
	}
}

static struct command_typing *face_typing(void *ctx)
{
	struct ui *ui = ctx;

	return &ui->view.typing;
}

static bool face_show(void *ctx, uint64_t number, struct error *e)
{
	struct ui *ui = ctx;

	if (!list_select_number(&ui->view, number, e))
		return false;
	if (matches_on(&ui->view.list.matches) &&
	    !matches_has(&ui->view.list.matches, ui->view.list.selected.packet.seq))
		ui_sayf(ui, MESSAGE_INFO, "#%" PRIu64 " is not in the list: %s", number,
			ui->view.list.matches.what ? "the filter hides it" : "its peer is muted");
	ui->view.details.open = true;
	ui->view.details.byte = 0;
	ui_dirty(ui);
	return true;
}

void ui_show_tree(struct ui *ui)
{
	struct details_view *d = &ui->view.details;

	d->open = true;
	d->mode = DETAILS_FIELDS;
	d->tshark = true;
	d->field = 0;
	ui_dirty(ui);
}

void ui_hide_tree(struct ui *ui)
{
	ui->view.details.tshark = false;
	ui->view.details.field = 0;
	tshark_forget(ui->session);
	ui_dirty(ui);
}

static bool face_show_tree(void *ctx, uint64_t number, struct error *e)
{
	if (!face_show(ctx, number, e))
		return false;
	ui_show_tree(ctx);
	return true;
}

static void face_clear(void *ctx)
{
	struct ui *ui = ctx;

	list_follow(&ui->view);
	ui->view.list.cleared = ui->view.list.end;
	ui_dirty(ui);
}

static uint64_t face_cleared(void *ctx)
{
	const struct ui *ui = ctx;

	return ui->view.list.cleared;
}

static void on_scan(void *ctx)
{
	struct ui *ui = ctx;
	uint64_t until = clock_monotonic(ui->clock) + MATCHES_TURN_NS;
	bool more = list_filter_turn(&ui->view, ui->clock, until);

	more |= list_fold_turn(&ui->view, ui->clock, until);
	if (more)
		loop_timer_at(ui->loop, &ui->scan, clock_monotonic(ui->clock));
	ui_dirty(ui);
}

static void begin_scan(struct ui *ui)
{
	ui->scan.fire = on_scan;
	ui->scan.ctx = ui;
	on_scan(ui);
}

void ui_fold(struct ui *ui, bool on)
{
	list_fold(&ui->view, on);
	begin_scan(ui);
}

static bool face_refilter(void *ctx, struct error *e)
{
	struct ui *ui = ctx;

	if (!list_refilter(&ui->view, e))
		return false;
	begin_scan(ui);
	return true;
}

static bool face_filter(void *ctx, const char *text, size_t n, struct error *e)
{
	struct ui *ui = ctx;
	struct buf words;

	if (!list_filter(&ui->view, text, n, e))
		return false;
	begin_scan(ui);
	buf_init(&words, sizeof(ui->view.message.text) - 1);
	if (n) {
		buf_str(&words, "the list shows ");
		what_words(ui->view.list.matches.what, &words);
	} else {
		buf_str(&words, ui->view.list.matches.peers
					? "the list shows everything but muted peers"
					: "the list shows everything");
	}
	ui_message(ui, MESSAGE_INFO, buf_cstr(&words));
	buf_done(&words);
	return true;
}

static struct color_rules *face_colors(void *ctx)
{
	struct ui *ui = ctx;

	return &ui->view.colors;
}

static const char *face_filtered(void *ctx)
{
	const struct ui *ui = ctx;

	return ui->view.list.matches.text;
}

static bool face_clipboard(void *ctx, const char *text, size_t n, struct error *e)
{
	struct ui *ui = ctx;

	if (!ui->screen)
		return err_set(e, ERR_STATE, "the screen is not there yet");
	return screen_clipboard(ui->screen, text, n, e);
}

/* Asks once more while something goes on; anything done in between takes it back. */
static void face_quit(void *ctx)
{
	struct ui *ui = ctx;
	struct buf warning;

	buf_init(&warning, 512);
	if (command_quit_warning(ui->session, &warning) && ui->by_hand &&
	    ui->quit_asked + 1 != ui->acts) {
		ui->quit_asked = ui->acts;
		ui_sayf(ui, MESSAGE_WARNING, "%s", buf_cstr(&warning));
	} else {
		loop_stop(ui->loop);
	}
	buf_done(&warning);
}

/* "help keys": the rows of the focus from which it was asked come first. */
static bool face_help(void *ctx, const char *topic, struct listing *l)
{
	static const char *const names[FOCUS_COUNT] = { "in the line", "in the list",
							"in the details", "in a panel" };
	struct ui *ui = ctx;
	unsigned first = ui->view.focus;

	if (strcmp(topic, "start") == 0) {
		listing_row(l, LISTING_PLAIN, NULL,
			    "Type text and Enter sends it; \":\" begins a command; Esc or q leaves "
			    "this panel.");
		return true;
	}
	if (strcmp(topic, "keys") != 0)
		return false;
	if (ui->user_keys.count)
		listing_row(l, LISTING_HEADING, NULL, "bound by bind");
	for (size_t i = 0; i < ui->user_keys.count; i++)
		listing_row(l, LISTING_PLAIN, ui->user_keys.keys[i]->command, "%s\t%s",
			    ui->user_keys.keys[i]->name, ui->user_keys.keys[i]->command);
	for (unsigned i = 0; i < FOCUS_COUNT; i++) {
		unsigned focus = (first + i) % FOCUS_COUNT;

		listing_row(l, LISTING_HEADING, NULL, "%s", names[focus]);
		if (focus == FOCUS_LINE)
			listing_row(l, LISTING_PLAIN, NULL,
				    "Enter\tsend the line or run the command; nothing else sends");
		for (const struct key *k = keys; k->name; k++)
			if ((k->focus & KEY_IN(focus)) && k->help &&
			    !user_keys_find(&ui->user_keys, k, focus))
				listing_row(l, LISTING_PLAIN, k->command, "%s\t%s", k->name,
					    k->help);
	}
	return true;
}

static void on_script_ended(void *ctx, enum script_status status, const struct error *e)
{
	if (status != SCRIPT_DONE)
		ui_message(ctx, MESSAGE_ERROR, e->text);
}

bool ui_face_init(struct ui *ui, struct error *e)
{
	const struct script_events events = { .ctx = ui, .ended = on_script_ended };

	ui->face = (struct face){
		.ctx = ui,
		.message = face_message,
		.listing = face_listing,
		.is_live = true,
		.typing = face_typing,
		.show = face_show,
		.show_tree = face_show_tree,
		.clear = face_clear,
		.cleared = face_cleared,
		.filter = face_filter,
		.filtered = face_filtered,
		.find = ui_find,
		.colors = face_colors,
		.refilter = face_refilter,
		.quit = face_quit,
		.clipboard = face_clipboard,
		.help = face_help,
		.bind = ui_bind,
		.bindings = ui_bindings,
		.settings = ui_of_screen.settings,
	};
	ui->session->watcher = (struct session_watcher){
		.ctx = ui,
		.notice = on_notice,
		.packet = on_packet,
		.changed = on_changed,
		.resolved = on_resolved,
	};
	ui->script = ui->face.script = script_new(ui->session, &ui->face, &ui->set, &events, e);
	return ui->script != NULL;
}

struct face *ui_face(struct ui *ui)
{
	return &ui->face;
}

const struct command_set *ui_commands(const struct ui *ui)
{
	return &ui->set;
}
