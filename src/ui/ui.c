/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The screen's life: start, signals, frames, messages.  See ui.h. */
#include "ui/ui_private.h"
#include "util/num.h"
#include "util/text.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/signalfd.h>
#include <unistd.h>

#define FRAME_NS (NS_PER_S / 30)
#define TICK_NS (NS_PER_S / 2)
/* A hint may not replace an error before so long. */
#define ERROR_SHOWN_NS (4 * NS_PER_S)
/* From this size on details are open by themselves. */
#define LARGE_ROWS 40
#define LARGE_COLS 130

/* ---- messages ---- */

void ui_message(struct ui *ui, enum command_message kind, const char *text)
{
	struct message_view *m = &ui->view.message;

	m->kind = kind;
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

/* What happened by itself does not push an error away that nobody had time to read. */
static void notice_message(struct ui *ui, enum command_message kind, const char *text)
{
	const struct message_view *m = &ui->view.message;

	if (!m->text[0] || m->kind == MESSAGE_INFO || clock_monotonic(ui->clock) >= m->until)
		ui_message(ui, kind, text);
}

void ui_hint(struct ui *ui, const char *text)
{
	notice_message(ui, MESSAGE_INFO, text);
}

/* ---- the session's news ---- */

static void say_lost(const struct ui *ui, const struct packet *p, struct buf *out)
{
	const struct session_socket *k = session_find(ui->session, p->socket);
	struct sock_memory m;

	num_format_count(out, p->lost);
	buf_str(out, p->flags & PACKET_AT_LEAST ? " or more lost" : " lost");
	if (p->where == PACKET_WHERE_STORE) {
		buf_str(out, ": the store turned over before they could be shown; --memory gives it more");
	} else if (k && sock_memory(&k->sock, &m)) {
		buf_str(out, ": receive buffer ");
		num_format_size(out, m.rcvbuf / 2);
		buf_str(out, " granted of 16 MiB asked; sysctl net.core.rmem_max");
	}
}

static void on_notice(void *ctx, enum session_notice what, const struct packet *p,
		      const struct peer *peer)
{
	struct ui *ui = ctx;
	struct buf text;

	buf_init(&text, sizeof(ui->view.message.text) - 1);
	switch (what) {
	case SESSION_PEER_NEW:
		buf_printf(&text, "@%u ", peer->number);
		addr_format(&text, &peer->addr);
		buf_str(&text, " is new: Alt-a answers it");
		notice_message(ui, MESSAGE_INFO, buf_cstr(&text));
		break;
	case SESSION_LOST:
		say_lost(ui, p, &text);
		notice_message(ui, MESSAGE_WARNING, buf_cstr(&text));
		break;
	case SESSION_ERROR:
		pane_error_words(p, &text);
		if (session_find(ui->session, p->socket))
			buf_printf(&text, "; [%u] stays open", p->socket);
		notice_message(ui, MESSAGE_WARNING, buf_cstr(&text));
		break;
	}
	buf_done(&text);
}

static void on_packet(void *ctx, const struct packet *p)
{
	struct ui *ui = ctx;

	fold_follow(&ui->view.list.folds, p);
	ui->view.list.end = p->seq + 1;
}

static void on_changed(void *ctx)
{
	ui_dirty(ctx);
}

static void on_resolved(void *ctx)
{
	ui_resolved(ctx);
}

/* ---- frames ---- */

void ui_dirty(struct ui *ui)
{
	if (ui->dirty || !ui->screen)
		return;
	ui->dirty = true;
	if (!screen_busy(ui->screen))
		loop_timer_at(ui->loop, &ui->frame, ui->last_frame + FRAME_NS);
}

static void refresh_panel(struct ui *ui)
{
	struct panel_view *p = &ui->view.panel;

	if (p->open && p->listing.live)
		command_run(ui->session, &ui->face, &ui->set, p->line, true, NULL);
}

/* Rates and ages change without a packet; with nothing of that kind on the screen nothing wakes us. */
static void arm_tick(struct ui *ui)
{
	if (rate_per_second(&ui->session->rx_rate, ui->view.mono) || ui->view.panel.listing.live)
		loop_timer_at(ui->loop, &ui->tick, ui->view.mono + TICK_NS);
}

static void on_frame(void *ctx)
{
	struct ui *ui = ctx;
	struct store_stats st;
	int rows, cols;

	ui->dirty = false;
	screen_size(ui->screen, &rows, &cols);
	if (!canvas_resize(&ui->canvas, rows, cols))
		return;
	ui->view.mono = ui->last_frame = clock_monotonic(ui->clock);
	ui->view.now = clock_realtime(ui->clock);
	store_stats(ui->session->store, &st);
	fold_forget(&ui->view.list.folds, st.first_seq);
	refresh_panel(ui);
	preview_make(&ui->view, &ui->preview, &ui->set);
	view_draw(&ui->view, &ui->canvas);
	screen_paint(ui->screen, &ui->canvas);
	ui->dirty = false; /* a live panel that was made again is on this frame */
	loop_timer_stop(ui->loop, &ui->frame);
	arm_tick(ui);
}

static void on_tick(void *ctx)
{
	ui_dirty(ctx);
}

static void on_painted(void *ctx, short revents)
{
	struct ui *ui = ctx;

	(void)revents;
	screen_acknowledge(ui->screen);
	if (ui->dirty)
		loop_timer_at(ui->loop, &ui->frame, ui->last_frame + FRAME_NS);
}

static void fit(struct ui *ui)
{
	int rows, cols;

	screen_size(ui->screen, &rows, &cols);
	line_set_width(ui->line, rows, cols);
	if (!ui->details_default_done && rows >= LARGE_ROWS && cols >= LARGE_COLS)
		ui->view.details.open = true;
	ui->details_default_done = true;
	ui_dirty(ui);
}

/* ---- focus, panel, line ---- */

void ui_focus(struct ui *ui, enum focus focus)
{
	if (focus != FOCUS_PANEL && ui->view.panel.open)
		ui_panel_close(ui);
	ui->view.focus = focus;
	line_use_map(ui->line, (unsigned)focus);
	ui_dirty(ui);
}

void ui_panel_close(struct ui *ui)
{
	struct panel_view *p = &ui->view.panel;

	free(p->line);
	listing_done(&p->listing);
	*p = (struct panel_view){ 0 };
}

void ui_prefill(struct ui *ui, const char *text, size_t len)
{
	line_set(ui->line, text, len, len);
	ui->view.line.pasted = false;
	ui_focus(ui, FOCUS_LINE);
	ui_line_changed(ui);
}

void ui_command(struct ui *ui, const char *line)
{
	struct error e = { .at = -1 };

	if (!command_run(ui->session, &ui->face, &ui->set, line, true, &e))
		ui_error(ui, &e, NULL, "");
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
	if (!again && p->row == 0 && p->listing.count > 1 && p->listing.rows[0].style == LISTING_HEADING)
		p->row = 1;
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
	ui->view.details.open = true;
	ui->view.details.byte = 0;
	ui_dirty(ui);
	return true;
}

static void face_clear(void *ctx)
{
	struct ui *ui = ctx;

	list_follow(&ui->view);
	ui->view.list.cleared = ui->view.list.end;
	ui_dirty(ui);
}

static void face_quit(void *ctx)
{
	struct ui *ui = ctx;

	loop_stop(ui->loop);
}

/* "help keys": the rows of the focus from which it was asked come first. */
static bool face_help(void *ctx, const char *topic, struct listing *l)
{
	static const char *const names[FOCUS_COUNT] = { "in the line", "in the list", "in the details",
							"in a panel" };
	struct ui *ui = ctx;
	unsigned first = ui->view.focus;

	if (strcmp(topic, "start") == 0) {
		listing_row(l, LISTING_PLAIN, NULL,
			    "Type text and Enter sends it; \":\" begins a command; Esc or q leaves this panel.");
		return true;
	}
	if (strcmp(topic, "keys") != 0)
		return false;
	for (unsigned i = 0; i < FOCUS_COUNT; i++) {
		unsigned focus = (first + i) % FOCUS_COUNT;

		listing_row(l, LISTING_HEADING, NULL, "%s", names[focus]);
		if (focus == FOCUS_LINE)
			listing_row(l, LISTING_PLAIN, NULL,
				    "Enter\tsend the line or run the command; nothing else sends");
		for (const struct key *k = keys; k->name; k++)
			if ((k->focus & KEY_IN(focus)) && k->help)
				listing_row(l, LISTING_PLAIN, k->command, "%s\t%s", k->name, k->help);
	}
	return true;
}

/* ---- signals ---- */

void ui_suspend(struct ui *ui)
{
	uint64_t start = clock_realtime(ui->clock), end;
	sigset_t stop;

	if (!ui->screen || !screen_leave(ui->screen)) {
		ui_message(ui, MESSAGE_ERROR, "the terminal is stalled: it cannot be left now");
		return;
	}
	sigemptyset(&stop);
	sigaddset(&stop, SIGTSTP);
	sigprocmask(SIG_UNBLOCK, &stop, NULL);
	/* The whole job: a script that started us must stop too, or its shell would not notice. */
	kill(0, SIGTSTP);
	sigprocmask(SIG_BLOCK, &stop, NULL);
	screen_return(ui->screen);
	end = clock_realtime(ui->clock);
	if (end - start >= NS_PER_S / 10) {
		struct buf age;

		buf_init(&age, 32);
		num_format_duration(&age, (end - start) / NS_PER_S * NS_PER_S);
		session_event(ui->session, PACKET_NOTE, 0, "stopped %s", buf_cstr(&age));
		buf_done(&age);
		session_follow(ui->session);
	}
	fit(ui);
}

bool ui_run_editor(struct ui *ui, struct error *e)
{
	bool ok;

	if (!ui->screen || !screen_leave(ui->screen))
		return err_set(e, ERR_STATE, "the terminal is stalled: it cannot be left now");
	ok = line_edit(ui->line, e);
	screen_return(ui->screen);
	fit(ui);
	return ok;
}

static void on_signal(void *ctx, short revents)
{
	struct ui *ui = ctx;
	struct signalfd_siginfo info;

	(void)revents;
	while (read(ui->signals, &info, sizeof(info)) == (ssize_t)sizeof(info)) {
		if (info.ssi_signo == SIGWINCH)
			fit(ui);
		else if (info.ssi_signo == SIGTSTP)
			ui_suspend(ui);
		else
			loop_stop(ui->loop);
	}
}

static bool watch_signals(struct ui *ui, struct error *e)
{
	static const int signals[] = { SIGTERM, SIGHUP, SIGINT, SIGQUIT, SIGWINCH, SIGTSTP };
	sigset_t set;

	sigemptyset(&set);
	for (size_t i = 0; i < sizeof(signals) / sizeof(signals[0]); i++)
		sigaddset(&set, signals[i]);
	sigprocmask(SIG_BLOCK, &set, NULL);
	ui->signals = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
	if (ui->signals < 0)
		return err_sys(e, errno, "signalfd");
	return loop_watch(ui->loop, ui->signals, POLLIN, on_signal, ui, e);
}

static void on_input(void *ctx, short revents)
{
	struct ui *ui = ctx;
	char bytes[4096];
	ssize_t n;

	(void)revents;
	n = read(STDIN_FILENO, bytes, sizeof(bytes));
	if (n > 0)
		line_feed(ui->line, bytes, (size_t)n);
	else if (n == 0 || (errno != EINTR && errno != EAGAIN))
		loop_stop(ui->loop); /* the terminal is gone */
}

/* ---- life ---- */

struct ui *ui_new(struct session *s, const struct clock *clock, struct loop *loop, struct error *e)
{
	struct ui *ui = calloc(1, sizeof(*ui));

	if (!ui) {
		err_set(e, ERR_LIMIT, "no memory for the screen");
		return NULL;
	}
	ui->session = s;
	ui->clock = clock;
	ui->loop = loop;
	ui->signals = -1;
	ui->view.session = s;
	ui->view.line.prompt = ui->view.line.text = "";
	ui->frame = (struct loop_timer){ .fire = on_frame, .ctx = ui };
	ui->tick = (struct loop_timer){ .fire = on_tick, .ctx = ui };
	ui->face = (struct face){
		.ctx = ui,
		.message = face_message,
		.listing = face_listing,
		.typing = face_typing,
		.show = face_show,
		.clear = face_clear,
		.quit = face_quit,
		.help = face_help,
		.settings = ui_settings,
	};
	command_set_init(&ui->set, ui_command_rows);
	s->watcher = (struct session_watcher){
		.ctx = ui,
		.notice = on_notice,
		.packet = on_packet,
		.changed = on_changed,
		.resolved = on_resolved,
	};
	ui->line = ui_line_new(ui, e);
	if (!ui->line || !watch_signals(ui, e)) {
		ui_free(ui);
		return NULL;
	}
	return ui;
}

void ui_free(struct ui *ui)
{
	if (!ui)
		return;
	ui->session->watcher = (struct session_watcher){ 0 };
	loop_timer_stop(ui->loop, &ui->frame);
	loop_timer_stop(ui->loop, &ui->tick);
	if (ui->signals >= 0) {
		loop_unwatch(ui->loop, ui->signals);
		close(ui->signals);
	}
	line_free(ui->line);
	ui_panel_close(ui);
	kept_packet_clear(&ui->view.list.selected);
	fold_done(&ui->view.list.folds);
	canvas_done(&ui->canvas);
	free(ui);
}

struct face *ui_face(struct ui *ui)
{
	return &ui->face;
}

const struct command_set *ui_commands(const struct ui *ui)
{
	return &ui->set;
}

/* Every row of the key table, in each focus it is for: what terminfo says, and what terminals send. */
static void bind_keys(struct ui *ui)
{
	for (int id = 0; keys[id].name; id++) {
		const char *sequence = keys[id].terminfo ? screen_key(ui->screen, keys[id].terminfo) : NULL;
		char list[128];
		char *rest = list, *word;

		snprintf(list, sizeof(list), "%s", keys[id].sequences);
		for (unsigned focus = 0; focus < FOCUS_COUNT; focus++)
			if (sequence && (keys[id].focus & KEY_IN(focus)))
				line_bind(ui->line, focus, sequence, id);
		while (strcmp(keys[id].sequences, " ") != 0 && (word = strsep(&rest, " ")))
			for (unsigned focus = 0; focus < FOCUS_COUNT; focus++)
				if (*word && (keys[id].focus & KEY_IN(focus)))
					line_bind(ui->line, focus, word, id);
		if (strcmp(keys[id].sequences, " ") == 0)
			line_bind(ui->line, FOCUS_PANEL, " ", id);
	}
}

static void open_history(struct ui *ui)
{
	const char *state = getenv("XDG_STATE_HOME"), *home = getenv("HOME");
	char path[4096];
	int n;

	if (state && state[0] == '/')
		n = snprintf(path, sizeof(path), "%s/udpdeck/history", state);
	else
		n = snprintf(path, sizeof(path), "%s/.local/state/udpdeck/history", home ? home : "");
	if (n < 0 || (size_t)n >= sizeof(path) || (!home && !state))
		return;
	/* Without a file the history lives as long as the program. */
	line_history_open(ui->line, path, NULL);
}

bool ui_run(struct ui *ui, struct error *e)
{
	bool ok;

	ui->screen = screen_start(e);
	if (!ui->screen)
		return false;
	bind_keys(ui);
	open_history(ui);
	if (ui->mouse)
		screen_mouse(ui->screen, true);
	ok = loop_watch(ui->loop, STDIN_FILENO, POLLIN, on_input, ui, e) &&
	     loop_watch(ui->loop, screen_fd(ui->screen), POLLIN, on_painted, ui, e);
	if (ok) {
		line_use_map(ui->line, (unsigned)ui->view.focus);
		ui_line_changed(ui);
		fit(ui);
		ok = loop_run(ui->loop, e);
	}
	loop_unwatch(ui->loop, STDIN_FILENO);
	loop_unwatch(ui->loop, screen_fd(ui->screen));
	screen_stop(ui->screen);
	ui->screen = NULL;
	return ok;
}
