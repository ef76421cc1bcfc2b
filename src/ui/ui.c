/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The screen's life: start, signals, frames, messages.  See ui.h. */
#include "line/restore.h"
#include "ui/tree.h"
#include "ui/ui_private.h"
#include "util/num.h"
#include "util/signals.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/signalfd.h>
#include <unistd.h>

#define FRAME_NS (NS_PER_S / 30)
#define TICK_NS (NS_PER_S / 2)
/* From this size on details are open by themselves. */
#define LARGE_ROWS 40
#define LARGE_COLS 130

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

/* Rates and ages change without a packet; with none of them on the screen nothing wakes us. */
static void arm_tick(struct ui *ui)
{
	if (rate_per_second(&ui->session->traffic.rate, ui->view.mono) ||
	    ui->view.panel.listing.live)
		loop_timer_at(ui->loop, &ui->tick, ui->view.mono + TICK_NS);
}

static void on_frame(void *ctx)
{
	struct ui *ui = ctx;
	int rows, cols;

	ui->dirty = false;
	screen_size(ui->screen, &rows, &cols);
	if (!canvas_resize(&ui->canvas, rows, cols))
		return;
	ui->view.mono = ui->last_frame = clock_monotonic(ui->clock);
	ui->view.now = clock_realtime(ui->clock);
	refresh_panel(ui);
	tree_ask(&ui->view);
	preview_make(&ui->view, &ui->preview, &ui->set, cols);
	view_draw(&ui->view, &ui->canvas);
	screen_paint(ui->screen, &ui->canvas);
	ui->dirty = false; /* a live panel that was made again is on this frame */
	loop_timer_stop(ui->loop, &ui->frame);
	ui_tell_given_up(ui);
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
	/* It may have shrunk and grown again since the last look, and lost what was there. */
	screen_redraw(ui->screen);
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

bool ui_act(struct ui *ui, const char *line, struct error *e)
{
	bool ok;

	ui->acts++;
	ui->by_hand = true;
	ok = command_run(ui->session, &ui->face, &ui->set, line, true, e);
	ui->by_hand = false;
	return ok;
}

void ui_command(struct ui *ui, const char *line)
{
	struct error e = { .at = -1 };
	char *pending = NULL;

	if (!ui_act(ui, line, &e)) {
		ui_error(ui, &e, NULL, "");
		if (e.code == ERR_PENDING)
			pending = strdup(line);
	}
	free(ui->pending);
	ui->pending = pending;
	ui_dirty(ui);
}

/* ---- signals ---- */

static bool leave(struct ui *ui, struct error *e)
{
	if (!ui->screen)
		return err_set(e, ERR_STATE, "there is no screen yet");
	return screen_leave(ui->screen) ||
	       err_set(e, ERR_STATE, "the terminal is stalled: it cannot be left now");
}

void ui_suspend(struct ui *ui)
{
	struct error e;

	if (!leave(ui, &e)) {
		ui_message(ui, MESSAGE_ERROR, e.text);
		return;
	}
	session_stopped(ui->session, restore_stop());
	screen_return(ui->screen);
	fit(ui);
}

bool ui_run_editor(struct ui *ui, struct error *e)
{
	bool ok;

	if (!leave(ui, e))
		return false;
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
	static const int signals[] = { SIGTERM, SIGHUP, SIGINT, SIGQUIT, SIGWINCH, SIGTSTP, 0 };

	ui->signals = signals_open(signals, e);
	return ui->signals >= 0 && loop_watch(ui->loop, ui->signals, POLLIN, on_signal, ui, e);
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
	ui->acts = 1;
	ui->view.session = s;
	ui->view.user_keys = &ui->user_keys;
	ui->view.line.prompt = ui->view.line.text = "";
	ui->frame = (struct loop_timer){ .fire = on_frame, .ctx = ui };
	ui->tick = (struct loop_timer){ .fire = on_tick, .ctx = ui };
	command_set_init(&ui->set, ui_of_screen.commands, NULL);
	if (ui_face_init(ui, e))
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
	script_free(ui->script);
	loop_timer_stop(ui->loop, &ui->frame);
	loop_timer_stop(ui->loop, &ui->tick);
	loop_timer_stop(ui->loop, &ui->scan);
	loop_timer_stop(ui->loop, &ui->seek);
	if (ui->signals >= 0) {
		loop_unwatch(ui->loop, ui->signals);
		close(ui->signals);
	}
	line_free(ui->line);
	ui_panel_close(ui);
	kept_packet_clear(&ui->view.list.selected);
	compare_done(&ui->view.compare);
	fold_done(&ui->view.list.folds);
	fold_done(&ui->view.list.refolds);
	matches_done(&ui->view.list.matches);
	finder_set(&ui->view.finder, NULL);
	color_done(&ui->view.colors);
	user_keys_done(&ui->user_keys);
	free(ui->pending);
	free(ui->borrowed.text);
	canvas_done(&ui->canvas);
	free(ui);
}

bool ui_run(struct ui *ui, struct error *e)
{
	bool ok;

	ui->screen = screen_start(e);
	if (!ui->screen)
		return false;
	session_watch_interfaces(ui->session);
	ui_bind_keys(ui);
	line_history_home(ui->line);
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
