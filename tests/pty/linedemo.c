/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Loop, line and screen without the rest of udpdeck, for test_line.c and
 * test_painter.c: what is typed, the last key, and what was entered.
 *
 *   row 0    map=0 key=F5 entered=2 size=24x80
 *   row 1    > the line, newlines as "/", wrapped at the screen's width
 *   row -2   the last event
 *   row -1   ticks=N
 *
 * Its words for Enter: "quit", "crash", "keep" (stays, cursor at 2), "set" (puts
 * text there), "hex" and "text" (the kind of what follows), "work N" (N ticks, one
 * each millisecond, whatever the terminal does), "mouse".  Of the environment:
 * HISTORY and TICKS are files (the latter for each hundredth tick), ESCAPE_MS.
 */
#include "line/line.h"
#include "ui/screen.h"
#include "util/num.h"
#include "util/text.h"

#include <errno.h>
#include <locale.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/signalfd.h>
#include <unistd.h>

enum { MAP_LINE, MAP_LIST, MAPS };

struct demo {
	struct loop *loop;
	struct line *line;
	struct screen *screen;
	struct canvas canvas;
	struct loop_timer work;
	int signals;
	FILE *file;
	unsigned map, entered, work_left, ticks;
	const char *key;
	char last[200]; /* the last thing that happened */
	char kind;
	bool dirty, stop;
};

static const struct {
	const char *name, *terminfo, *sequence;
	unsigned map;
} keys[] = {
	{ "F5", "kf5", NULL, MAP_LINE },
	{ "F1", "kf1", "\\eOP", MAP_LINE },
	{ "PgUp", "kpp", "\\e[5~", MAP_LINE },
	{ "Alt-Up", "kUP3", "\\e[1;3A", MAP_LINE },
	{ "Alt-a", NULL, "\\ea", MAP_LINE },
	{ "Alt-3", NULL, "\\e3", MAP_LINE },
	{ "Shift-Tab", "kcbt", "\\e[Z", MAP_LINE },
	{ "Ctrl-C", NULL, "\\C-c", MAP_LINE },
	{ "Ctrl-L", NULL, "\\C-l", MAP_LINE },
	{ "Ctrl-Z", NULL, "\\C-z", MAP_LINE },
	{ "Ctrl-X-E", NULL, "\\C-x\\C-e", MAP_LINE },
	{ "j", NULL, "j", MAP_LIST },
	{ "Up", "kcuu1", "\\e[A", MAP_LIST },
	{ "Esc", NULL, "\\e", MAP_LIST },
};

#define KEYS (sizeof(keys) / sizeof(keys[0]))

static void note(struct demo *d, const char *what, const char *text, size_t n)
{
	struct buf b;

	buf_init(&b, sizeof(d->last) - 1);
	buf_str(&b, what);
	text_escape(&b, text, n);
	snprintf(d->last, sizeof(d->last), "%s", buf_cstr(&b));
	buf_done(&b);
	d->dirty = true;
}

/* ---- frames ---- */

static void draw_line(struct demo *d)
{
	struct canvas *c = &d->canvas;
	struct line_state st;
	int row = 1, col, marks = 0;

	line_state(d->line, &st);
	col = canvas_printf(c, 1, 0, c->cols, STYLE_PROMPT, "%s%s> ", st.vi_command ? "vi" : "",
			    st.prompt);
	for (size_t i = 0; i <= st.len;) {
		struct text_glyph g = { .bytes = 1 };
		int width = 1;

		if (i < st.len) {
			g = text_next_on(st.text + i, st.len - i, &marks);
			width = g.shown ? g.width : 1;
		}
		if (col + width > c->cols) {
			row++;
			col = 0;
		}
		if (i == st.point) {
			c->cursor_row = row < c->rows ? row : c->rows - 1;
			c->cursor_col = col < c->cols ? col : c->cols - 1;
		}
		if (i < st.len && st.text[i] == '\n')
			canvas_str(c, row, col, 1, STYLE_EVENT, "/");
		else if (i < st.len && width)
			canvas_text(c, row, col, width, STYLE_INPUT, st.text + i, st.len - i);
		i += g.bytes;
		col += width;
	}
}

static void draw(struct demo *d)
{
	int rows, cols;

	screen_size(d->screen, &rows, &cols);
	if (!canvas_resize(&d->canvas, rows, cols))
		return;
	canvas_printf(&d->canvas, 0, 0, cols, STYLE_STATUS, "map=%u key=%s entered=%u size=%dx%d",
		      d->map, d->key, d->entered, rows, cols);
	draw_line(d);
	canvas_str(&d->canvas, rows - 2, 0, cols, STYLE_INFO, d->last);
	canvas_printf(&d->canvas, rows - 1, 0, cols, STYLE_ERROR, "ticks=%u", d->ticks);
	for (int row = 3; d->work_left && row < rows - 2; row++)
		canvas_fill(&d->canvas, row, 0, cols, STYLE_RX,
			    'a' + (d->ticks + (unsigned)row) % 26);
	screen_paint(d->screen, &d->canvas);
	d->dirty = false;
}

static void on_painted(void *ctx, short revents)
{
	struct demo *d = ctx;

	(void)revents;
	screen_acknowledge(d->screen);
}

/* ---- the line's events ---- */

static void on_changed(void *ctx)
{
	((struct demo *)ctx)->dirty = true;
}

static bool on_entered(void *ctx, const char *text, size_t len, size_t *point)
{
	struct demo *d = ctx;

	line_set_kind(d->line, (char)(text[0] == ':' ? ':' : d->kind));
	d->entered++;
	note(d, "entered ", text, len);
	if (strcmp(text, "keep") == 0) {
		*point = 2;
		return false;
	}
	if (strcmp(text, "quit") == 0)
		d->stop = true;
	else if (strcmp(text, "crash") == 0)
		raise(SIGSEGV);
	else if (strcmp(text, "set") == 0)
		line_set(d->line, "was set", 7, 3);
	else if (strcmp(text, "hex") == 0)
		d->kind = 'x';
	else if (strcmp(text, "text") == 0)
		d->kind = 't';
	else if (strcmp(text, "mouse") == 0)
		screen_mouse(d->screen, true);
	else if (strncmp(text, "work ", 5) == 0) {
		d->work_left = (unsigned)strtoul(text + 5, NULL, 10);
		loop_timer_at(d->loop, &d->work, loop_now(d->loop) + NS_PER_MS);
	}
	return true;
}

static void suspend(struct demo *d)
{
	sigset_t stop;

	if (!screen_leave(d->screen)) {
		note(d, "stalled", "", 0);
		return;
	}
	sigemptyset(&stop);
	sigaddset(&stop, SIGTSTP);
	sigprocmask(SIG_UNBLOCK, &stop, NULL);
	kill(0, SIGTSTP);
	sigprocmask(SIG_BLOCK, &stop, NULL);
	screen_return(d->screen);
}

static void edit(struct demo *d)
{
	struct error e = { .at = -1 };

	if (!screen_leave(d->screen))
		return;
	note(d, "edited ", "", 0);
	if (!line_edit(d->line, &e))
		note(d, "not edited: ", e.text, strlen(e.text));
	screen_return(d->screen);
}

static void on_key(void *ctx, int id)
{
	struct demo *d = ctx;
	const char *name = keys[id].name;

	d->key = name;
	d->dirty = true;
	if (strcmp(name, "Ctrl-C") == 0)
		note(d, line_interrupt(d->line) ? "interrupted" : "nothing to interrupt", "", 0);
	else if (strcmp(name, "Ctrl-L") == 0)
		screen_redraw(d->screen);
	else if (strcmp(name, "Ctrl-Z") == 0)
		suspend(d);
	else if (strcmp(name, "Ctrl-X-E") == 0)
		edit(d);
	else if (strcmp(name, "Shift-Tab") == 0)
		d->map = MAP_LIST;
	else if (strcmp(name, "Esc") == 0)
		d->map = MAP_LINE;
	line_use_map(d->line, d->map);
}

static void on_stray(void *ctx, const char *bytes, size_t n)
{
	note(ctx, "stray ", bytes, n);
}

static char **on_complete(void *ctx, const char *text, size_t point, size_t *start)
{
	static const char *const words[] = { "alpha", "alpine", "beta", "key=", "s\u00f6nke" };
	char **found = calloc(sizeof(words) / sizeof(words[0]) + 1, sizeof(*found));
	size_t n = 0;

	(void)ctx;
	*start = point;
	while (*start > 0 && text[*start - 1] != ' ')
		--*start;
	for (size_t i = 0; found && i < sizeof(words) / sizeof(words[0]); i++)
		if (strncmp(words[i], text + *start, point - *start) == 0)
			found[n++] = strdup(words[i]);
	return found;
}

static void on_matches(void *ctx, char **matches, size_t count)
{
	struct buf b;

	buf_init(&b, 100);
	for (size_t i = 0; i < count; i++)
		buf_printf(&b, " %s", matches[i]);
	note(ctx, "matches", buf_cstr(&b), b.len);
	buf_done(&b);
}

static void on_eof(void *ctx)
{
	((struct demo *)ctx)->stop = true;
}

static void on_mouse(void *ctx, int button, int col, int row, bool press)
{
	char text[60];
	int n = snprintf(text, sizeof(text), "%d at %d,%d %s", button, col, row,
			 press ? "down" : "up");

	note(ctx, "mouse ", text, (size_t)n);
}

static void on_pasted(void *ctx, bool into_empty)
{
	note(ctx, into_empty ? "pasted into empty" : "pasted", "", 0);
}

static void on_recalled(void *ctx, char kind)
{
	line_set_kind(((struct demo *)ctx)->line, kind);
	note(ctx, "recalled ", &kind, 1);
}

/* ---- the program ---- */

static void on_work(void *ctx)
{
	struct demo *d = ctx;

	d->ticks++;
	d->dirty = true;
	if (d->ticks % 100 == 0 && d->file) /* for whoever cannot see the screen */
		fprintf(d->file, "%u\n", d->ticks);
	if (--d->work_left)
		loop_timer_at(d->loop, &d->work, loop_now(d->loop) + NS_PER_MS);
}

static void on_signal(void *ctx, short revents)
{
	struct demo *d = ctx;
	struct signalfd_siginfo info;

	(void)revents;
	while (read(d->signals, &info, sizeof(info)) == (ssize_t)sizeof(info)) {
		d->dirty = true;
		if (info.ssi_signo == SIGWINCH)
			screen_redraw(d->screen);
		else
			d->stop = true;
	}
}

static void on_input(void *ctx, short revents)
{
	struct demo *d = ctx;
	char bytes[4096];
	ssize_t n = read(STDIN_FILENO, bytes, sizeof(bytes));

	(void)revents;
	if (n > 0)
		line_feed(d->line, bytes, (size_t)n);
	else if (n == 0 || errno != EINTR)
		d->stop = true;
}

static bool set_up(struct demo *d, struct error *e)
{
	const struct line_events events = {
		.ctx = d,
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
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGWINCH);
	sigaddset(&set, SIGTERM);
	sigaddset(&set, SIGHUP);
	sigaddset(&set, SIGTSTP);
	sigprocmask(SIG_BLOCK, &set, NULL);
	d->signals = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
	d->loop = loop_new(&clock_system);
	d->line = line_new(d->loop, &events, MAPS, e);
	if (!d->line || (getenv("HISTORY") && !line_history_open(d->line, getenv("HISTORY"), e)))
		return false;
	if (getenv("ESCAPE_MS"))
		line_set_escape_time(d->line, strtoul(getenv("ESCAPE_MS"), NULL, 10) * NS_PER_MS);
	d->screen = screen_start(e);
	return d->screen && loop_watch(d->loop, d->signals, POLLIN, on_signal, d, e) &&
	       loop_watch(d->loop, STDIN_FILENO, POLLIN, on_input, d, e) &&
	       loop_watch(d->loop, screen_fd(d->screen), POLLIN, on_painted, d, e);
}

static void bind_keys(struct demo *d)
{
	for (size_t i = 0; i < KEYS; i++) {
		const char *sent =
			keys[i].terminfo ? screen_key(d->screen, keys[i].terminfo) : NULL;

		if (sent)
			line_bind(d->line, keys[i].map, sent, (int)i);
		if (keys[i].sequence)
			line_bind(d->line, keys[i].map, keys[i].sequence, (int)i);
	}
}

static bool run(struct demo *d, struct error *e)
{
	d->dirty = true;
	while (!d->stop) {
		if (d->dirty && !screen_busy(d->screen))
			draw(d);
		if (!loop_turn(d->loop, UINT64_MAX, e))
			return false;
	}
	return true;
}

int main(void)
{
	struct demo d = { .key = "-", .kind = 't' };
	struct error e = { .at = -1 };
	bool ok;

	setlocale(LC_ALL, "");
	if (getenv("TICKS")) {
		d.file = fopen(getenv("TICKS"), "we");
		if (d.file)
			setvbuf(d.file, NULL, _IOLBF, 0);
	}
	d.work = (struct loop_timer){ .fire = on_work, .ctx = &d };
	ok = set_up(&d, &e);
	if (ok) {
		bind_keys(&d);
		ok = run(&d, &e);
	}
	screen_stop(d.screen);
	if (d.line)
		line_free(d.line);
	loop_free(d.loop);
	canvas_done(&d.canvas);
	close(d.signals);
	if (d.file)
		fclose(d.file);
	printf(ok ? "left\n" : "error: %s\n", e.text);
	return !ok;
}
