/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Curses in the painter.
 *
 * Curses only paints: it never sees input, and it never leaves the screen, because
 * endwin() waits until the terminal has taken everything.  The way back is
 * restore.c's; the way in again is the painter's.
 *
 * The painter writes through a description of its own, so it may wait there for a
 * stalled terminal.
 */
#include "ui/screen.h"

#include "command/color.h"
#include "line/restore.h"
#include "ui/painter.h"
#include "util/base64.h"
#include "util/buf.h"

#include <curses.h>
#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <termcap.h>
#include <termios.h>
#include <unistd.h>

/* So long a painter that is stuck is waited for. */
#define PATIENCE_MS 300
#define SEQUENCES_MAX 512

/* Of xterm and those like it; its bytes are base64, so nothing in them ends it. */
#define CLIPBOARD "\033]52;c;"
#define CLIPBOARD_END "\a"
#define CLIPBOARD_MAX (2u << 20)

#define PASTE_ON "\033[?2004h"
#define PASTE_OFF "\033[?2004l"
#define MOUSE_ON "\033[?1000h\033[?1006h"
#define MOUSE_OFF "\033[?1006l\033[?1000l"

struct screen {
	SCREEN *curses;
	FILE *out;
	struct termios shell, raw;
	struct buf enter; /* sent at start, and after "smcup" when we come back */
	bool ansi;        /* understands private modes, or ignores them */
	bool mouse;
	bool away; /* the terminal is the shell's */
	struct painter *painter;
	struct canvas before; /* the painter's: what is on the screen */
	struct buf offering;  /* the painter's: for the clipboard */
	pthread_mutex_t lock; /* of what follows */
	struct buf offered;   /* the sequence that is written next */
};

/* ---- styles ---- */

struct look {
	short fg, bg;
	attr_t attrs; /* with colours */
	attr_t mono;  /* without */
};

#define DEFAULT (-1)

static const struct look looks[STYLE_COUNT] = {
	[STYLE_NORMAL] = { DEFAULT, DEFAULT, A_NORMAL, A_NORMAL },
	[STYLE_STATUS] = { COLOR_WHITE, COLOR_BLUE, A_BOLD, A_REVERSE },
	[STYLE_COLUMNS] = { COLOR_CYAN, DEFAULT, A_NORMAL, A_UNDERLINE },
	[STYLE_RX] = { COLOR_GREEN, DEFAULT, A_NORMAL, A_NORMAL },
	[STYLE_TX] = { COLOR_CYAN, DEFAULT, A_NORMAL, A_NORMAL },
	[STYLE_ERROR] = { COLOR_RED, DEFAULT, A_BOLD, A_BOLD },
	[STYLE_EVENT] = { COLOR_BLUE, DEFAULT, A_NORMAL, A_NORMAL },
	[STYLE_GAP] = { COLOR_YELLOW, DEFAULT, A_BOLD, A_BOLD },
	[STYLE_DIM] = { DEFAULT, DEFAULT, A_DIM, A_NORMAL },
	[STYLE_SELECTED] = { COLOR_BLACK, COLOR_CYAN, A_NORMAL, A_REVERSE },
	[STYLE_SELECTED_DIM] = { COLOR_BLACK, COLOR_WHITE, A_NORMAL, A_UNDERLINE },
	[STYLE_TITLE] = { COLOR_WHITE, COLOR_BLUE, A_NORMAL, A_REVERSE },
	[STYLE_WARNING] = { COLOR_YELLOW, DEFAULT, A_BOLD, A_BOLD },
	[STYLE_INFO] = { DEFAULT, DEFAULT, A_NORMAL, A_NORMAL },
	[STYLE_PROMPT] = { COLOR_CYAN, DEFAULT, A_BOLD, A_BOLD },
	[STYLE_INPUT] = { DEFAULT, DEFAULT, A_NORMAL, A_NORMAL },
	[STYLE_KEY] = { DEFAULT, DEFAULT, A_BOLD, A_BOLD },
	[STYLE_LABEL] = { COLOR_BLACK, COLOR_CYAN, A_NORMAL, A_REVERSE },
	[STYLE_MARKED] = { DEFAULT, DEFAULT, A_REVERSE, A_REVERSE },
	[STYLE_CHANGED] = { COLOR_WHITE, COLOR_MAGENTA, A_BOLD, A_BOLD | A_REVERSE },
	[STYLE_ROW + ROW_RED] = { COLOR_RED, DEFAULT, A_NORMAL, A_BOLD },
	[STYLE_ROW + ROW_GREEN] = { COLOR_GREEN, DEFAULT, A_NORMAL, A_BOLD },
	[STYLE_ROW + ROW_YELLOW] = { COLOR_YELLOW, DEFAULT, A_NORMAL, A_BOLD },
	[STYLE_ROW + ROW_BLUE] = { COLOR_BLUE, DEFAULT, A_NORMAL, A_BOLD },
	[STYLE_ROW + ROW_MAGENTA] = { COLOR_MAGENTA, DEFAULT, A_NORMAL, A_BOLD },
	[STYLE_ROW + ROW_CYAN] = { COLOR_CYAN, DEFAULT, A_NORMAL, A_BOLD },
	[STYLE_ROW + ROW_WHITE] = { COLOR_WHITE, DEFAULT, A_NORMAL, A_BOLD },
	[STYLE_ROW + ROW_BOLD] = { DEFAULT, DEFAULT, A_BOLD, A_BOLD },
	[STYLE_ROW + ROW_DIM] = { DEFAULT, DEFAULT, A_DIM, A_DIM },
	[STYLE_ROW + ROW_REVERSE] = { DEFAULT, DEFAULT, A_REVERSE, A_REVERSE },
	[STYLE_FOUND] = { COLOR_BLACK, COLOR_YELLOW, A_NORMAL, A_BOLD | A_UNDERLINE },
};

/* The pair of a style; 0, the terminal's own colours, where there are no others. */
static short pair_of(int style)
{
	return (short)(style + 1 < COLOR_PAIRS ? style + 1 : 0);
}

static void start_colors(void)
{
	const char *no_color = getenv("NO_COLOR");

	if ((no_color && *no_color) || !has_colors() || start_color() != OK)
		return;
	use_default_colors();
	for (int i = 0; i < STYLE_COUNT; i++)
		init_pair(pair_of(i), looks[i].fg, looks[i].bg);
}

/* ---- painting ---- */

static void set_cell(cchar_t *out, const struct cell *cell)
{
	const struct look *look = &looks[cell->style < STYLE_COUNT ? cell->style : STYLE_NORMAL];
	short pair = pair_of((int)(look - looks));
	wchar_t text[sizeof(cell->ch) / sizeof(cell->ch[0]) + 1] = { 0 };

	for (size_t i = 0; i < sizeof(cell->ch) / sizeof(cell->ch[0]); i++)
		text[i] = (wchar_t)cell->ch[i];
	setcchar(out, text, pair ? look->attrs : look->mono, pair, NULL);
}

static void paint_row(const struct canvas *c, int row)
{
	const struct cell *cells = &c->cells[(size_t)row * (size_t)c->cols];
	cchar_t line[CANVAS_COLS_MAX];
	int n = 0;

	for (int col = 0; col < c->cols; col++)
		if (cells[col].width > 0)
			set_cell(&line[n++], &cells[col]);
	mvadd_wchnstr(row, 0, line, n);
}

static bool same_row(const struct canvas *a, const struct canvas *b, int row)
{
	size_t at = (size_t)row * (size_t)a->cols;

	return memcmp(&a->cells[at], &b->cells[at], (size_t)a->cols * sizeof(*a->cells)) == 0;
}

static void paint_frame(struct screen *s, const struct canvas *c, bool anew)
{
	if (c->rows != LINES || c->cols != COLS) {
		resize_term(c->rows, c->cols);
		anew = true;
	}
	anew |= c->rows != s->before.rows || c->cols != s->before.cols;
	for (int row = 0; row < c->rows; row++)
		if (anew || !same_row(c, &s->before, row))
			paint_row(c, row);
	if (!canvas_copy(&s->before, c))
		canvas_done(&s->before);
	if (anew)
		clearok(curscr, TRUE);
	curs_set(c->cursor_row >= 0);
	if (c->cursor_row >= 0)
		move(c->cursor_row, c->cursor_col);
	refresh();
}

static void put(const struct screen *s, const char *bytes, size_t n)
{
	while (n > 0) {
		ssize_t done = write(fileno(s->out), bytes, n);

		if (done < 0 && errno != EINTR)
			return; /* the terminal is gone: the main loop will see it */
		if (done > 0) {
			bytes += done;
			n -= (size_t)done;
		}
	}
}

/* NULL where the terminal has none. */
static const char *capability(const char *name)
{
	const char *s = tigetstr(name);

	return s == (const char *)-1 ? NULL : s;
}

/* Without padding ("$<2>"), which no terminal of today needs. */
static void add_sequence(struct buf *out, const char *s)
{
	while (s && *s) {
		if (s[0] == '$' && s[1] == '<' && strchr(s, '>'))
			s = strchr(s, '>') + 1;
		else
			buf_char(out, *s++);
	}
}

static void put_resume(const struct screen *s)
{
	struct buf b;

	buf_init(&b, SEQUENCES_MAX);
	add_sequence(&b, capability("smcup"));
	put(s, buf_cstr(&b), b.len);
	buf_done(&b);
	curs_set(1); /* as it is now, which curses does not know */
}

static void put_mouse(const struct screen *s, bool on)
{
	const char *sequence = on ? MOUSE_ON : MOUSE_OFF;

	if (s->ansi)
		put(s, sequence, strlen(sequence));
}

/* Nothing is held while it is written, for the painter may be cancelled there. */
static void put_clipboard(struct screen *s)
{
	struct buf swap = s->offering;

	pthread_mutex_lock(&s->lock);
	s->offering = s->offered;
	s->offered = swap;
	pthread_mutex_unlock(&s->lock);
	put(s, buf_cstr(&s->offering), s->offering.len);
}

static void work(void *ctx, unsigned what, const struct canvas *frame)
{
	struct screen *s = ctx;

	if (what & PAINT_RESUME)
		put_resume(s);
	if (what & PAINT_ENTER)
		put(s, buf_cstr(&s->enter), s->enter.len);
	if (what & (PAINT_MOUSE_ON | PAINT_MOUSE_OFF))
		put_mouse(s, what & PAINT_MOUSE_ON);
	if (what & PAINT_CLIPBOARD)
		put_clipboard(s);
	if (what & PAINT_FRAME)
		paint_frame(s, frame, what & PAINT_ANEW);
}

/* ---- frames ---- */

bool screen_paint(struct screen *s, const struct canvas *c)
{
	return painter_frame(s->painter, c);
}

int screen_fd(const struct screen *s)
{
	return painter_fd(s->painter);
}

void screen_acknowledge(struct screen *s)
{
	painter_acknowledge(s->painter);
}

bool screen_busy(struct screen *s)
{
	return painter_busy(s->painter);
}

void screen_size(const struct screen *s, int *rows, int *cols)
{
	struct winsize size = { .ws_row = 0 };

	if (ioctl(fileno(s->out), TIOCGWINSZ, &size) != 0 || !size.ws_row || !size.ws_col) {
		size.ws_row = 24;
		size.ws_col = 80;
	}
	*rows = size.ws_row;
	*cols = size.ws_col;
}

void screen_redraw(struct screen *s)
{
	painter_post(s->painter, PAINT_ANEW);
}

void screen_mouse(struct screen *s, bool on)
{
	s->mouse = on;
	painter_post(s->painter, on ? PAINT_MOUSE_ON : PAINT_MOUSE_OFF);
}

bool screen_clipboard(struct screen *s, const char *text, size_t n, struct error *e)
{
	bool ok;

	if (!s->ansi)
		return err_set(e, ERR_STATE, "this terminal has no clipboard: copy ... > FILE");
	pthread_mutex_lock(&s->lock);
	buf_reset(&s->offered);
	buf_str(&s->offered, CLIPBOARD);
	base64_encode(&s->offered, text, n);
	buf_str(&s->offered, CLIPBOARD_END);
	ok = !s->offered.failed || err_set(e, ERR_LIMIT, "no memory for a copy");
	if (!ok)
		buf_reset(&s->offered);
	pthread_mutex_unlock(&s->lock);
	if (ok)
		painter_post(s->painter, PAINT_CLIPBOARD);
	return ok;
}

const char *screen_key(const struct screen *s, const char *name)
{
	(void)s;
	return capability(name);
}

/* ---- away and back ---- */

bool screen_leave(struct screen *s)
{
	if (!painter_pause(s->painter, PATIENCE_MS))
		return false;
	s->away = true;
	if (restore_write(PATIENCE_MS)) {
		restore_arm(false);
		return true;
	}
	screen_return(s);
	return false;
}

void screen_return(struct screen *s)
{
	tcsetattr(fileno(s->out), TCSANOW, &s->raw);
	restore_arm(true);
	s->away = false;
	painter_post(s->painter,
		     PAINT_RESUME | PAINT_ENTER | PAINT_ANEW | (s->mouse ? PAINT_MOUSE_ON : 0u));
	painter_resume(s->painter);
}

/* ---- life ---- */

static void add_private(const struct screen *s, struct buf *out, const char *sequence)
{
	if (s->ansi)
		buf_str(out, sequence);
}

/* What undoes all that we do to the terminal. */
static void add_restore(const struct screen *s, struct buf *out)
{
	add_private(s, out, MOUSE_OFF PASTE_OFF);
	add_sequence(out, capability("rmkx"));
	add_sequence(out, capability("sgr0"));
	add_sequence(out, capability("op"));
	add_sequence(out, capability("cnorm"));
	if (capability("rmcup")) {
		add_sequence(out, capability("rmcup"));
	} else { /* no other screen to go back to: go on below this one */
		add_sequence(out, tiparm(capability("cup"), LINES - 1, 0));
		buf_str(out, "\r\n");
	}
}

/* newterm() takes over signals that have no handler yet; they belong to the main loop. */
static SCREEN *open_curses(FILE *out)
{
	static const int taken[] = { SIGINT, SIGTERM, SIGTSTP, SIGWINCH };
	struct sigaction old[sizeof(taken) / sizeof(taken[0])];
	SCREEN *curses;

	for (size_t i = 0; i < sizeof(taken) / sizeof(taken[0]); i++)
		sigaction(taken[i], NULL, &old[i]);
	use_env(FALSE); /* LINES and COLUMNS may be exported lies: the terminal knows */
	use_tioctl(TRUE);
	curses = newterm(NULL, out, stdin);
	for (size_t i = 0; i < sizeof(taken) / sizeof(taken[0]); i++)
		sigaction(taken[i], &old[i], NULL);
	return curses;
}

static bool start_terminal(struct screen *s, struct error *e)
{
	const char *term = getenv("TERM");
	int fd = restore_open_tty(STDOUT_FILENO, 0);

	s->out = fd < 0 ? NULL : fdopen(fd, "w");
	if (!s->out)
		return err_sys(e, errno, "open the terminal");
	/* asked first, because newterm() of ncurses 6.4 leaks where it fails */
	if (!term || tgetent(NULL, term) != 1 || !capability("cup"))
		return err_set(e, ERR_STATE,
			       "TERM is \"%s\": a terminal of that kind is unknown, or cannot "
			       "place the cursor; --plain does without",
			       term ? term : "");
	if (tcgetattr(fd, &s->shell) != 0)
		return err_sys(e, errno, "read the terminal's settings");
	s->curses = open_curses(s->out); /* changes them */
	if (!s->curses)
		return err_set(e, ERR_LIMIT, "no memory for the screen");
	s->ansi = strncmp(capability("cup"), "\033[", 2) == 0;
	return true;
}

/* Curses sets the modes of the terminal and asks it nothing. */
static bool set_modes(struct screen *s, struct error *e)
{
	struct buf back;
	bool ok;

	buf_init(&s->enter, SEQUENCES_MAX);
	add_sequence(&s->enter, capability("smkx"));
	add_private(s, &s->enter, PASTE_ON);
	buf_init(&back, SEQUENCES_MAX);
	add_restore(s, &back);
	ok = restore_init(&s->shell, buf_cstr(&back), back.len, e);
	buf_done(&back);
	if (!ok)
		return false;
	restore_arm(true);
	raw();
	noecho();
	nonl();
	typeahead(-1); /* else a frame would stop half-way when somebody types */
	start_colors();
	if (tcgetattr(fileno(s->out), &s->raw) != 0)
		return err_sys(e, errno, "read the terminal's settings");
	return true;
}

static void screen_free(struct screen *s)
{
	if (s->curses)
		delscreen(s->curses);
	if (s->out)
		fclose(s->out);
	buf_done(&s->enter);
	buf_done(&s->offered);
	buf_done(&s->offering);
	pthread_mutex_destroy(&s->lock);
	canvas_done(&s->before);
	free(s);
}

struct screen *screen_start(struct error *e)
{
	struct screen *s;

	if (!isatty(STDIN_FILENO) || !isatty(STDOUT_FILENO)) {
		err_set(e, ERR_STATE, "standard input and output are not both a terminal");
		return NULL;
	}
	s = calloc(1, sizeof(*s));
	if (!s) {
		err_set(e, ERR_LIMIT, "no memory for the screen");
		return NULL;
	}
	pthread_mutex_init(&s->lock, NULL);
	buf_init(&s->offered, CLIPBOARD_MAX);
	buf_init(&s->offering, CLIPBOARD_MAX);
	if (start_terminal(s, e) && set_modes(s, e))
		s->painter = painter_start(work, s, e);
	if (s->painter) {
		painter_post(s->painter, PAINT_ENTER);
		return s;
	}
	if (s->curses) {
		restore_write(PATIENCE_MS);
		tcsetattr(fileno(s->out), TCSANOW, &s->shell);
	}
	restore_done();
	screen_free(s);
	return NULL;
}

void screen_stop(struct screen *s)
{
	bool ended;

	if (!s)
		return;
	ended = painter_stop(s->painter, PATIENCE_MS);
	if (!s->away && (!ended || !restore_write(PATIENCE_MS)))
		restore_force();
	restore_done();
	screen_free(s);
}
