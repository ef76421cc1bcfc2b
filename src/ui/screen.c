/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Curses in the painter.
 *
 * Curses only paints: it never sees input, and it never leaves the screen, because
 * endwin() waits until the terminal has taken everything.  The way back is
 * restore.c's; the way in again is the painter's.
 *
 * The painter writes through a description of its own, so it may wait there for a
 * stalled terminal.  Between two frames it can be asked to stop; while it waits in
 * write() it can be cancelled.
 */
#include "ui/screen.h"

#include "ui/restore.h"
#include "util/buf.h"

#include <curses.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <time.h>
#include <unistd.h>

/* So long a painter that is stuck is waited for. */
#define PATIENCE_MS 300
#define SEQUENCES_MAX 512

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

	pthread_t painter;
	pthread_mutex_t lock;
	pthread_cond_t wake; /* of the painter */
	pthread_cond_t idle; /* the painter has finished something */
	int painted;         /* eventfd */

	/* under the lock: what the painter is to do */
	struct canvas waiting;
	bool have_waiting;
	bool enter_due, resume_due, redraw_due, mouse_due;
	bool mouse;
	bool away; /* the terminal is the shell's */
	bool quit;
	bool busy, ended;

	/* the painter's */
	struct canvas now, before;
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

static void paint_frame(struct screen *s, bool anew)
{
	struct canvas swap = s->before;

	if (s->now.rows != LINES || s->now.cols != COLS) {
		resize_term(s->now.rows, s->now.cols);
		anew = true;
	}
	anew |= s->now.rows != s->before.rows || s->now.cols != s->before.cols;
	for (int row = 0; row < s->now.rows; row++)
		if (anew || !same_row(&s->now, &s->before, row))
			paint_row(&s->now, row);
	if (anew)
		clearok(curscr, TRUE);
	curs_set(s->now.cursor_row >= 0);
	if (s->now.cursor_row >= 0)
		move(s->now.cursor_row, s->now.cursor_col);
	refresh();
	s->before = s->now;
	s->now = swap;
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

/* A capability without its padding ("$<2>"), which no terminal of today needs. */
static void add_capability(struct buf *out, const char *name)
{
	const char *s = tigetstr(name);

	if (!s || s == (const char *)-1)
		return;
	while (*s) {
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
	add_capability(&b, "smcup");
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

/* What there is to do, taken out of the screen under its lock. */
struct job {
	bool frame, enter, resume, anew, mouse, mouse_on;
};

static struct job take_job(struct screen *s)
{
	struct job job = {
		.frame = s->have_waiting,
		.enter = s->enter_due,
		.resume = s->resume_due,
		.mouse = s->mouse_due,
		.mouse_on = s->mouse,
	};

	s->enter_due = s->resume_due = s->mouse_due = false;
	if (job.frame) {
		struct canvas swap = s->now;

		s->now = s->waiting;
		s->waiting = swap;
		s->have_waiting = false;
		job.anew = s->redraw_due;
		s->redraw_due = false;
	}
	return job;
}

/* Cancelled here only, where nothing is locked. */
static void do_job(struct screen *s, const struct job *job)
{
	pthread_setcancelstate(PTHREAD_CANCEL_ENABLE, NULL);
	if (job->resume)
		put_resume(s);
	if (job->enter)
		put(s, buf_cstr(&s->enter), s->enter.len);
	if (job->mouse)
		put_mouse(s, job->mouse_on);
	if (job->frame)
		paint_frame(s, job->anew);
	pthread_setcancelstate(PTHREAD_CANCEL_DISABLE, NULL);
}

static bool is_due(const struct screen *s)
{
	return s->have_waiting || s->enter_due || s->resume_due || s->mouse_due;
}

static void *painter(void *arg)
{
	static const uint64_t one = 1;
	struct screen *s = arg;
	struct job job;

	pthread_setcancelstate(PTHREAD_CANCEL_DISABLE, NULL);
	pthread_mutex_lock(&s->lock);
	for (;;) {
		while (!s->quit && (s->away || !is_due(s)))
			pthread_cond_wait(&s->wake, &s->lock);
		if (s->quit)
			break;
		job = take_job(s);
		s->busy = true;
		pthread_mutex_unlock(&s->lock);
		do_job(s, &job);
		pthread_mutex_lock(&s->lock);
		s->busy = false;
		pthread_cond_signal(&s->idle);
		if (job.frame && write(s->painted, &one, sizeof(one)) < 0)
			break; /* an eventfd takes it always */
	}
	s->ended = true;
	pthread_cond_signal(&s->idle);
	pthread_mutex_unlock(&s->lock);
	return NULL;
}

/* ---- frames ---- */

bool screen_paint(struct screen *s, const struct canvas *c)
{
	bool was_busy;

	pthread_mutex_lock(&s->lock);
	was_busy = s->busy || s->have_waiting;
	if (canvas_copy(&s->waiting, c))
		s->have_waiting = true;
	pthread_cond_signal(&s->wake);
	pthread_mutex_unlock(&s->lock);
	return !was_busy;
}

int screen_fd(const struct screen *s)
{
	return s->painted;
}

void screen_acknowledge(struct screen *s)
{
	uint64_t count;

	if (read(s->painted, &count, sizeof(count)) < 0)
		return; /* nothing new */
}

bool screen_busy(struct screen *s)
{
	bool busy;

	pthread_mutex_lock(&s->lock);
	busy = s->busy || s->have_waiting;
	pthread_mutex_unlock(&s->lock);
	return busy;
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
	pthread_mutex_lock(&s->lock);
	s->redraw_due = true;
	pthread_mutex_unlock(&s->lock);
}

void screen_mouse(struct screen *s, bool on)
{
	pthread_mutex_lock(&s->lock);
	s->mouse = on;
	s->mouse_due = true;
	pthread_cond_signal(&s->wake);
	pthread_mutex_unlock(&s->lock);
}

const char *screen_key(const struct screen *s, const char *capability)
{
	const char *sequence = tigetstr(capability);

	(void)s;
	return sequence == (const char *)-1 ? NULL : sequence;
}

/* ---- away and back ---- */

/* Waits until the painter does nothing, or has ended; called with the lock held. */
static bool wait_idle(struct screen *s, bool ended)
{
	struct timespec end;

	clock_gettime(CLOCK_MONOTONIC, &end);
	end.tv_nsec += PATIENCE_MS * 1000000L;
	end.tv_sec += end.tv_nsec / 1000000000L;
	end.tv_nsec %= 1000000000L;
	while (ended ? !s->ended : s->busy)
		if (pthread_cond_timedwait(&s->idle, &s->lock, &end) == ETIMEDOUT)
			return false;
	return true;
}

bool screen_leave(struct screen *s)
{
	bool left;

	pthread_mutex_lock(&s->lock);
	s->away = true;
	left = wait_idle(s, false);
	pthread_mutex_unlock(&s->lock);
	left = left && restore_write(PATIENCE_MS);
	if (left)
		restore_arm(false);
	else
		screen_return(s);
	return left;
}

void screen_return(struct screen *s)
{
	tcsetattr(fileno(s->out), TCSANOW, &s->raw);
	restore_arm(true);
	pthread_mutex_lock(&s->lock);
	s->away = false;
	s->resume_due = s->enter_due = s->redraw_due = true;
	s->mouse_due = s->mouse;
	pthread_cond_signal(&s->wake);
	pthread_mutex_unlock(&s->lock);
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
	add_capability(out, "rmkx");
	add_capability(out, "sgr0");
	add_capability(out, "op");
	add_capability(out, "cnorm");
	if (tigetstr("rmcup")) {
		add_capability(out, "rmcup");
	} else { /* no other screen to go back to: go on below this one */
		buf_str(out, tiparm(tigetstr("cup"), LINES - 1, 0));
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
	const char *term = getenv("TERM"), *cup;
	int fd = restore_open_tty(STDOUT_FILENO, 0);

	s->out = fd < 0 ? NULL : fdopen(fd, "w");
	if (!s->out)
		return err_sys(e, errno, "open the terminal");
	if (tcgetattr(fileno(s->out), &s->shell) != 0)
		return err_sys(e, errno, "read the terminal's settings");
	s->curses = open_curses(s->out); /* changes them */
	cup = s->curses ? tigetstr("cup") : NULL;
	if (!cup || cup == (const char *)-1)
		return err_set(e, ERR_STATE,
			       "TERM is \"%s\": a terminal of that kind is unknown, or cannot "
			       "place the cursor",
			       term ? term : "");
	s->ansi = strncmp(cup, "\033[", 2) == 0;
	return true;
}

/* Curses sets the modes of the terminal and asks it nothing. */
static bool set_modes(struct screen *s, struct error *e)
{
	struct buf back;
	bool ok;

	buf_init(&s->enter, SEQUENCES_MAX);
	add_capability(&s->enter, "smkx");
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
	s->enter_due = true;
	return true;
}

/* All signals are the main thread's, but those that a crash of the painter itself raises. */
static bool start_painter(struct screen *s, struct error *e)
{
	sigset_t all, old;
	int error;

	sigfillset(&all);
	sigdelset(&all, SIGABRT);
	sigdelset(&all, SIGSEGV);
	sigdelset(&all, SIGBUS);
	sigdelset(&all, SIGFPE);
	pthread_sigmask(SIG_BLOCK, &all, &old);
	error = pthread_create(&s->painter, NULL, painter, s);
	pthread_sigmask(SIG_SETMASK, &old, NULL);
	return error ? err_sys(e, error, "start the painter") : true;
}

static void init_locks(struct screen *s)
{
	pthread_condattr_t attr;

	pthread_condattr_init(&attr);
	pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
	pthread_mutex_init(&s->lock, NULL);
	pthread_cond_init(&s->wake, NULL);
	pthread_cond_init(&s->idle, &attr);
	pthread_condattr_destroy(&attr);
}

static void screen_free(struct screen *s)
{
	if (s->curses)
		delscreen(s->curses);
	if (s->out)
		fclose(s->out);
	if (s->painted >= 0)
		close(s->painted);
	pthread_cond_destroy(&s->idle);
	pthread_cond_destroy(&s->wake);
	pthread_mutex_destroy(&s->lock);
	buf_done(&s->enter);
	canvas_done(&s->waiting);
	canvas_done(&s->now);
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
	init_locks(s);
	s->painted = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	if (s->painted < 0)
		err_sys(e, errno, "eventfd");
	else if (start_terminal(s, e) && set_modes(s, e) && start_painter(s, e))
		return s;
	if (s->curses)
		tcsetattr(fileno(s->out), TCSANOW, &s->shell);
	restore_done();
	screen_free(s);
	return NULL;
}

void screen_stop(struct screen *s)
{
	bool stuck;

	if (!s)
		return;
	pthread_mutex_lock(&s->lock);
	s->quit = true;
	pthread_cond_signal(&s->wake);
	stuck = !wait_idle(s, true);
	pthread_mutex_unlock(&s->lock);
	if (stuck)
		pthread_cancel(s->painter);
	pthread_join(s->painter, NULL);
	if (!s->away && (stuck || !restore_write(PATIENCE_MS)))
		restore_force();
	restore_done();
	screen_free(s);
}
