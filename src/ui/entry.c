/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The line's events: what Enter does, completion, freezing the target while somebody types. */
#include "command/entry.h"
#include "ui/ui_private.h"
#include "util/num.h"
#include "util/text.h"

#include <stdlib.h>
#include <string.h>

#define KEY_SHOWN 12 /* bytes of an unknown key */

/* A copy of the line's text that ends in NUL; a command cannot hold one. */
static char *copy_line(const char *text, size_t len)
{
	char *copy = malloc(len + 1);

	if (copy) {
		memcpy(copy, text, len);
		copy[len] = '\0';
	}
	return copy;
}

static bool run_line(struct ui *ui, const char *text, size_t len, struct error *e)
{
	bool ok;

	ui->acts++;
	ui->by_hand = true;
	ok = entry_run(ui->session, &ui->face, &ui->set, text, len, ui->view.line.pasted, e);
	ui->by_hand = false;
	return ok;
}

/* Takes the line as it is now; what was not done stays in it with the cursor at the fault. */
static bool enter(struct ui *ui, const char *text, size_t len, size_t *point)
{
	bool payload = !entry_is_command(text, len, ui->view.line.pasted);
	struct error e = { .at = -1 };
	char *copy;

	ui->view.line.waiting = false;
	ui->view.message.text[0] = '\0';
	if (run_line(ui, text, len, &e)) {
		if (payload)
			list_follow(&ui->view);
		ui_dirty(ui);
		return true;
	}
	if (e.code == ERR_PENDING) {
		ui->view.line.waiting = true;
		ui_dirty(ui);
		return false;
	}
	copy = copy_line(text, len);
	ui_error(ui, &e, copy, payload ? " (kept, nothing sent)" : "");
	free(copy);
	if (e.at >= 0 && (size_t)e.at <= len)
		*point = (size_t)e.at;
	return false;
}

/* Readline's view of the line into ours; the target stands still from the first key to the last. */
static void take_state(struct ui *ui)
{
	struct line_state st;
	struct line_view *v = &ui->view.line;

	line_state(ui->line, &st);
	v->prompt = st.prompt;
	v->text = st.text;
	v->len = st.len;
	v->point = st.point;
	if (!st.len)
		v->pasted = false;
	entry_freeze(ui->session, st.len > 0 || ui->borrowed.len > 0);
	line_set_kind(ui->line, entry_kind(&ui->view.typing, v->text, v->len, v->pasted));
}

/* ---- a line that a key borrows ---- */

void ui_borrow(struct ui *ui, const char *text, size_t len)
{
	struct borrowed_line *b = &ui->borrowed;
	const struct line_view *v = &ui->view.line;

	if (!b->active) {
		b->text = copy_line(v->text, v->len);
		b->len = b->text ? v->len : 0;
		b->point = v->point;
		b->pasted = v->pasted;
		b->from = ui->view.focus;
		b->active = true;
	}
	ui_prefill(ui, text, len);
}

/* The line is empty or was just taken. */
static void give_back(struct ui *ui)
{
	struct borrowed_line b = ui->borrowed;

	if (!b.active)
		return;
	ui->borrowed = (struct borrowed_line){ 0 };
	if (b.len)
		line_set(ui->line, b.text, b.len, b.point);
	ui->view.line.pasted = b.pasted;
	free(b.text);
	take_state(ui);
	/* What was run may have gone elsewhere. */
	if (ui->view.focus == FOCUS_LINE && b.from != FOCUS_PANEL)
		ui_focus(ui, b.from);
}

/* ---- events ---- */

static bool on_entered(void *ctx, const char *text, size_t len, size_t *point)
{
	struct ui *ui = ctx;

	take_state(ui);
	if (!len || !enter(ui, text, len, point))
		return false;
	give_back(ui);
	return true;
}

void ui_line_changed(struct ui *ui)
{
	take_state(ui);
	ui_dirty(ui);
}

static void on_changed(void *ctx)
{
	struct ui *ui = ctx;

	/* Whoever edits the line no longer waits for what was in it. */
	if (ui->view.line.waiting)
		ui_message(ui, MESSAGE_INFO,
			   "the line was changed: its name is no longer waited for");
	ui->view.line.waiting = false;
	ui->view.message.answers = false;
	ui_line_changed(ui);
}

static void on_key(void *ctx, int id)
{
	struct ui *ui = ctx;

	ui_command(ui, ui_key_command(ui, id));
}

static void on_stray(void *ctx, const char *bytes, size_t n)
{
	struct ui *ui = ctx;
	struct buf shown;

	buf_init(&shown, 64);
	user_keys_name(bytes, n < KEY_SHOWN ? n : KEY_SHOWN, &shown);
	ui_sayf(ui, MESSAGE_INFO, "%s is no key here: ? lists them, i goes to the line",
		buf_cstr(&shown));
	buf_done(&shown);
}

static void on_pasted(void *ctx, bool into_empty)
{
	struct ui *ui = ctx;

	if (into_empty)
		ui->view.line.pasted = true;
	on_changed(ui);
}

static void on_recall(void *ctx, char kind)
{
	struct ui *ui = ctx;

	ui->view.line.pasted = entry_recall(&ui->view.typing, kind);
	on_changed(ui);
}

/* Ctrl-D on the empty line; there may be one to come back to. */
static void on_eof(void *ctx)
{
	struct ui *ui = ctx;

	if (ui->borrowed.active)
		give_back(ui);
	else
		ui_command(ui, "quit");
}

/* Wheel: three rows; a click selects the row, a click into the line goes there. */
static void on_mouse(void *ctx, int button, int col, int row, bool press)
{
	struct ui *ui = ctx;
	struct layout l;

	(void)col;
	if (!press)
		return;
	layout_make(&ui->view, ui->canvas.rows, ui->canvas.cols, &l);
	if (button == 64 || button == 65) {
		for (int i = 0; i < 3; i++)
			ui_command(ui, button == 64 ? "move up" : "move down");
		return;
	}
	if (button != 0)
		return;
	row--;
	if (row >= l.input)
		ui_focus(ui, FOCUS_LINE);
	else if (!ui->view.panel.open && row >= l.list_top && row < l.list_top + l.list_rows &&
		 list_select_row(&ui->view, row - l.list_top))
		ui_focus(ui, FOCUS_LIST);
	ui_dirty(ui);
}

/* ---- completion ---- */

/* Asked in the middle of a read, before "changed": the text given is newer than the view's. */
static char **on_complete(void *ctx, const char *text, size_t point, size_t *start)
{
	struct ui *ui = ctx;

	return entry_complete(ui->session, &ui->face, &ui->set, text, point, ui->view.line.pasted,
			      start);
}

static void on_matches(void *ctx, char **matches, size_t count)
{
	struct ui *ui = ctx;
	struct buf text;

	buf_init(&text, sizeof(ui->view.message.text) - 1);
	for (size_t i = 0; i < count; i++)
		buf_printf(&text, "%s%s", i ? "  " : "", matches[i]);
	ui_message(ui, MESSAGE_INFO, buf_cstr(&text));
	ui->view.message.answers = true;
	buf_done(&text);
}

/* ---- what waits for a name ---- */

void ui_resolved(struct ui *ui)
{
	struct line_view *v = &ui->view.line;
	size_t point = v->point, len = v->len;
	char *copy = ui->pending;

	if (copy) {
		ui->pending = NULL;
		ui_command(ui, copy);
		free(copy);
	}
	if (!v->waiting)
		return;
	copy = copy_line(v->text, len);
	if (!copy)
		return;
	if (enter(ui, copy, len, &point)) {
		line_accept(ui->line);
		give_back(ui);
	} else if (!v->waiting) {
		line_set(ui->line, copy, len, point);
	}
	take_state(ui);
	free(copy);
}

bool ui_interrupt(struct ui *ui)
{
	bool ended = ui->view.line.waiting;

	ui->view.line.waiting = false;
	ui->view.message.text[0] = '\0';
	ended |= line_interrupt(ui->line);
	ui_line_changed(ui);
	if (!ui->view.line.len && ui->borrowed.active) {
		give_back(ui);
		ui_line_changed(ui);
		ended = true;
	}
	return ended;
}

struct line *ui_line_new(struct ui *ui, struct error *e)
{
	const struct line_events events = {
		.ctx = ui,
		.entered = on_entered,
		.key = on_key,
		.stray = on_stray,
		.changed = on_changed,
		.complete = on_complete,
		.matches = on_matches,
		.eof = on_eof,
		.mouse = on_mouse,
		.pasted = on_pasted,
		.recalled = on_recall,
	};

	return line_new(ui->loop, &events, FOCUS_COUNT, e);
}
