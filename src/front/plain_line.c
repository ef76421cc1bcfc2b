/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The line's events in line mode. */
#include "command/entry.h"
#include "front/plain_private.h"
#include "util/text.h"

#include <stdlib.h>
#include <string.h>

/* Keys that many terminals have; what they run can be typed as well. */
static const struct {
	const char *sequence, *command;
} keys[] = {
	{ "\\C-c", "interrupt" },      { "\\C-z", "suspend" },     { "\\C-l", "redraw" },
	{ "\\C-x\\C-e", "editor" },    { "\\eOP", "help" },        { "\\e[11~", "help" },
	{ "\\e[15~", "input toggle" }, { "\\ex", "input toggle" }, { "\\e[18~", "options" },
	{ "\\e[19~", "groups" },       { "\\e[21~", "quit" },      { "\\e1", "socket 1" },
	{ "\\e2", "socket 2" },        { "\\e3", "socket 3" },     { "\\e4", "socket 4" },
	{ "\\e5", "socket 5" },        { "\\e6", "socket 6" },     { "\\e7", "socket 7" },
	{ "\\e8", "socket 8" },        { "\\e9", "socket 9" },
};

void plain_error(struct plain *p, const struct error *e, const char *line, const char *after)
{
	if (e->at >= 0 && line)
		plain_say(p, MESSAGE_ERROR, "column %zu: %s%s",
			  text_column(line, strlen(line), (size_t)e->at), e->text, after);
	else
		plain_say(p, MESSAGE_ERROR, "%s%s", e->text, after);
}

/* ---- entering ---- */

/* What was not done stays in the line with the cursor at the fault. */
static bool enter(struct plain *p, const char *text, size_t len, size_t *point)
{
	bool payload = !entry_is_command(text, len, p->pasted);
	struct error e = { .at = -1 };
	bool ok;
	char *copy;

	p->acts++;
	p->by_hand = true;
	ok = entry_run(p->session, &p->face, &p->set, text, len, p->pasted, &e);
	p->by_hand = false;
	p->waiting = !ok && e.code == ERR_PENDING;
	if (ok || p->waiting)
		return ok;
	copy = strndup(text, len);
	plain_error(p, &e, copy, payload ? " (kept, nothing sent)" : "");
	free(copy);
	if (e.at >= 0 && (size_t)e.at <= len)
		*point = (size_t)e.at;
	return false;
}

/* The target stands still from the first key to the last. */
static void take_state(struct plain *p)
{
	struct line_state st;

	line_state(p->line, &st);
	if (!st.len)
		p->pasted = false;
	entry_freeze(p->session, st.len > 0);
	line_set_kind(p->line, entry_kind(&p->typing, st.text, st.len, p->pasted));
	plain_touch(p);
}

static bool on_entered(void *ctx, const char *text, size_t len, size_t *point)
{
	struct plain *p = ctx;

	take_state(p);
	plain_end_line(p, "");
	return len && enter(p, text, len, point);
}

void plain_resolved(struct plain *p)
{
	struct line_state st;
	size_t point;
	char *copy;

	if (!p->waiting)
		return;
	line_state(p->line, &st);
	point = st.point;
	copy = strndup(st.text, st.len);
	if (copy && enter(p, copy, st.len, &point))
		line_accept(p->line);
	else if (copy && !p->waiting)
		line_set(p->line, copy, st.len, point);
	free(copy);
	take_state(p);
}

bool plain_interrupt(struct plain *p)
{
	struct line_state st;
	bool ended = p->waiting;

	line_state(p->line, &st);
	if (st.len || st.prompt[0] || ended)
		plain_end_line(p, "^C");
	p->waiting = false;
	ended |= line_interrupt(p->line);
	take_state(p);
	return ended;
}

/* ---- what else the line tells ---- */

static void on_changed(void *ctx)
{
	struct plain *p = ctx;

	/* Whoever edits the line no longer waits for what was in it. */
	if (p->waiting)
		plain_say(p, MESSAGE_INFO,
			  "the line was changed: its name is no longer waited for");
	p->waiting = false;
	take_state(p);
}

static void on_key(void *ctx, int id)
{
	struct plain *p = ctx;
	struct error e = { .at = -1 };

	p->acts++;
	p->by_hand = true;
	if (!command_run(p->session, &p->face, &p->set, keys[id].command, true, &e))
		plain_error(p, &e, NULL, "");
	p->by_hand = false;
	take_state(p);
}

/* There is no other map than the line's, and no mouse. */
static void on_stray(void *ctx, const char *bytes, size_t n)
{
	(void)ctx;
	(void)bytes;
	(void)n;
}

static void on_mouse(void *ctx, int button, int col, int row, bool press)
{
	(void)ctx;
	(void)button;
	(void)col;
	(void)row;
	(void)press;
}

static char **on_complete(void *ctx, const char *text, size_t point, size_t *start)
{
	struct plain *p = ctx;

	return entry_complete(p->session, &p->face, &p->set, text, point, p->pasted, start);
}

static void on_matches(void *ctx, char **matches, size_t count)
{
	struct plain *p = ctx;
	struct buf *out = plain_above(p);

	for (size_t i = 0; i < count; i++) {
		buf_str(out, i ? "  " : "");
		text_show(out, matches[i]);
	}
	buf_char(out, '\n');
	plain_touch(p);
}

static void on_eof(void *ctx)
{
	struct plain *p = ctx;

	p->acts++;
	p->by_hand = true;
	p->face.quit(p);
	p->by_hand = false;
}

/* A terminal that brackets pastes unasked. */
static void on_pasted(void *ctx, bool into_empty)
{
	struct plain *p = ctx;

	p->pasted |= into_empty;
	on_changed(p);
}

static void on_recalled(void *ctx, char kind)
{
	struct plain *p = ctx;

	p->pasted = entry_recall(&p->typing, kind);
	on_changed(p);
}

bool plain_line_init(struct plain *p, struct error *e)
{
	const struct line_events events = {
		.ctx = p,
		.entered = on_entered,
		.key = on_key,
		.stray = on_stray,
		.changed = on_changed,
		.complete = on_complete,
		.matches = on_matches,
		.eof = on_eof,
		.mouse = on_mouse,
		.pasted = on_pasted,
		.recalled = on_recalled,
	};

	p->line = line_new(p->loop, &events, 1, e);
	for (size_t i = 0; p->line && i < sizeof(keys) / sizeof(keys[0]); i++)
		line_bind(p->line, 0, keys[i].sequence, (int)i);
	return p->line != NULL;
}
