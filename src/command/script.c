/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The script runner: where lines come from, and what a line waits for.  See script.h. */
#include "command/script.h"

#include "command/await.h"
#include "command/lines.h"
#include "session/sender.h"
#include "util/num.h"
#include "util/text.h"

#include <poll.h>
#include <stdlib.h>
#include <string.h>

/* A turn gives way to the rest of the program after so long. */
#define TURN_NS (4 * NS_PER_MS)
#define NAME_SHOWN 80 /* bytes of a path in a message */

/* One command line, or a file of them. */
struct source {
	struct source *next; /* queued: the one after it; running: the one that sourced it */
	char *line;          /* NULL: a file */
	bool given;          /* the line was */
	unsigned number;     /* of the line among all -c */
	struct lines lines;
};

enum wait { WAIT_NOTHING, WAIT_NAME, WAIT_TIME, WAIT_EXPECT, WAIT_INPUT };

/* The line that runs; it lives in its source. */
struct place {
	const char *name; /* NULL: typed at the prompt */
	unsigned number;
	const char *line;
	size_t start; /* behind the colon that a line may begin with */
};

struct script {
	struct session *session;
	struct face *face;
	const struct command_set *set;
	struct script_events events;
	struct source *queue, **queue_end; /* not yet begun */
	struct source *top;                /* whose lines run */
	unsigned depth, lines_given;
	struct place place;
	bool active;
	bool typed;   /* begun at the prompt, which is told how it went */
	bool running; /* inside a command */
	bool stopped; /* by the command that runs */
	enum wait wait;
	uint64_t due; /* WAIT_TIME */
	struct await await;
	uint64_t timeout, ran; /* ran: lines since the start */
	struct store_cursor cursor;
	struct loop_timer turn;
};

static void on_turn(void *ctx);

struct script *script_new(struct session *s, struct face *face, const struct command_set *set,
			  const struct script_events *events, struct error *e)
{
	struct script *sc = calloc(1, sizeof(*sc));

	if (!sc) {
		err_set(e, ERR_LIMIT, "no memory for scripts");
		return NULL;
	}
	sc->session = s;
	sc->face = face;
	sc->set = set;
	sc->events = *events;
	sc->queue_end = &sc->queue;
	sc->timeout = SCRIPT_TIMEOUT;
	sc->cursor.store = s->store;
	sc->turn = (struct loop_timer){ .fire = on_turn, .ctx = sc };
	return sc;
}

/* ---- sources ---- */

static void source_free(struct source *src)
{
	if (!src->line)
		lines_close(&src->lines);
	free(src->line);
	free(src);
}

static void pop(struct script *sc)
{
	struct source *src = sc->top;

	sc->top = src->next;
	sc->depth--;
	sc->place = (struct place){ 0 };
	source_free(src);
}

static void drop_all(struct script *sc)
{
	if (sc->wait == WAIT_INPUT)
		loop_unwatch(sc->session->loop, sc->top->lines.fd);
	while (sc->top)
		pop(sc);
	while (sc->queue) {
		struct source *src = sc->queue;

		sc->queue = src->next;
		source_free(src);
	}
	sc->queue_end = &sc->queue;
	sc->lines_given = 0;
	sc->place = (struct place){ 0 };
	sc->wait = WAIT_NOTHING;
	sc->active = false;
	await_done(&sc->await);
	store_cursor_rest(&sc->cursor);
	loop_timer_stop(sc->session->loop, &sc->turn);
}

void script_stop(struct script *sc)
{
	/* The command that runs reads its line, which is in a source. */
	if (sc->running)
		sc->stopped = true;
	else
		drop_all(sc);
}

void script_free(struct script *sc)
{
	if (!sc)
		return;
	drop_all(sc);
	free(sc);
}

static struct source *source_new(struct error *e)
{
	struct source *src = calloc(1, sizeof(*src));

	if (!src)
		err_set(e, ERR_LIMIT, "no memory for a script");
	return src;
}

static void enqueue(struct script *sc, struct source *src)
{
	*sc->queue_end = src;
	sc->queue_end = &src->next;
}

bool script_add_line(struct script *sc, const char *line, struct error *e)
{
	struct source *src = source_new(e);

	if (!src)
		return false;
	src->line = strdup(line);
	if (!src->line) {
		free(src);
		return err_set(e, ERR_LIMIT, "no memory for a command line");
	}
	src->number = ++sc->lines_given;
	enqueue(sc, src);
	return true;
}

static struct source *open_source(const char *path, bool ordinary, struct error *e)
{
	struct source *src = source_new(e);

	if (src && !lines_open(&src->lines, path, ordinary, e)) {
		free(src);
		return NULL;
	}
	return src;
}

bool script_add_file(struct script *sc, const char *path, struct error *e)
{
	struct source *src = open_source(path, false, e);

	if (src)
		enqueue(sc, src);
	return src != NULL;
}

static void push(struct script *sc, struct source *src)
{
	src->next = sc->top;
	sc->top = src;
	sc->depth++;
}

static void push_queued(struct script *sc)
{
	struct source *src = sc->queue;

	sc->queue = src->next;
	if (!sc->queue)
		sc->queue_end = &sc->queue;
	push(sc, src);
}

/* ---- turns ---- */

static uint64_t now(const struct script *sc)
{
	return clock_monotonic(sc->session->clock);
}

static void arm(struct script *sc)
{
	loop_timer_at(sc->session->loop, &sc->turn, now(sc));
}

void script_set_timeout(struct script *sc, uint64_t ns)
{
	sc->timeout = ns;
}

static void begin(struct script *sc)
{
	struct store_stats st;

	store_stats(sc->session->store, &st);
	store_cursor_seek(&sc->cursor, st.end_seq);
	sc->active = true;
	sc->typed = false;
	sc->stopped = false;
	sc->ran = 0;
	arm(sc);
}

void script_start(struct script *sc)
{
	if (!sc->active)
		begin(sc);
}

void script_poke(struct script *sc)
{
	if (sc->active && !sc->running)
		arm(sc);
}

bool script_is_idle(const struct script *sc)
{
	return !sc->active;
}

/* For what was typed: a message. */
static void tell(struct script *sc, const char *text)
{
	if (sc->typed && !sc->place.name && sc->face->message)
		sc->face->message(sc->face->ctx, MESSAGE_INFO, text);
}

static void tell_done(struct script *sc)
{
	struct buf text;

	if (!sc->ran)
		return;
	buf_init(&text, 64);
	num_format_count(&text, sc->ran);
	buf_str(&text, sc->ran == 1 ? " line was run" : " lines were run");
	tell(sc, buf_cstr(&text));
	buf_done(&text);
}

static void end(struct script *sc, enum script_status status, const struct error *e)
{
	struct error why = *e;

	drop_all(sc);
	sc->events.ended(sc->events.ctx, status, &why);
}

/* FILE:LINE:COLUMN in front of what is wrong; of a long path the end says which it is. */
static void fail(struct script *sc, enum script_status status, struct error *e)
{
	const struct place *p = &sc->place;
	size_t n = p->name ? strlen(p->name) : 0;
	size_t cut = n > NAME_SHOWN ? n - NAME_SHOWN : 0;

	if (p->name && e->at >= 0)
		err_prefix(e, "%s%s:%u:%zu: ", cut ? ".." : "", p->name + cut, p->number,
			   p->start + text_column(p->line + p->start, strlen(p->line + p->start),
						  (size_t)e->at));
	else if (p->name)
		err_prefix(e, "%s%s:%u: ", cut ? ".." : "", p->name + cut, p->number);
	if (p->name)
		e->at = -1;
	end(sc, status, e);
}

static void on_input(void *ctx, short revents)
{
	struct script *sc = ctx;

	(void)revents;
	if (sc->wait != WAIT_INPUT)
		return;
	loop_unwatch(sc->session->loop, sc->top->lines.fd);
	sc->top->lines.readable = true;
	sc->wait = WAIT_NOTHING;
	arm(sc);
}

static bool wait_for_input(struct script *sc)
{
	struct error e = { .at = -1 };

	if (loop_watch(sc->session->loop, sc->top->lines.fd, POLLIN, on_input, sc, &e))
		sc->wait = WAIT_INPUT;
	else
		end(sc, SCRIPT_ERROR, &e);
	return false;
}

static void set_place(struct script *sc, const char *name, unsigned number, const char *line)
{
	sc->place = (struct place){ name, number, line, line[0] == ':' };
}

/* The next line of the file on top into sc->place; false: there is none now. */
static bool next_in_file(struct script *sc)
{
	struct lines *l = &sc->top->lines;
	struct error e = { .at = -1 };
	const char *line = "";

	switch (lines_next(l, &line, &e)) {
	case LINES_LINE:
		set_place(sc, l->name, l->number, line);
		return true;
	case LINES_END:
		pop(sc);
		return true;
	case LINES_WAIT:
		return wait_for_input(sc);
	case LINES_FAULT:
		break;
	}
	if (e.at < 0) {
		end(sc, SCRIPT_ERROR, &e);
		return false;
	}
	set_place(sc, l->name, l->number, line);
	sc->place.start = 0; /* its place is one of the whole line */
	fail(sc, SCRIPT_ERROR, &e);
	return false;
}

/* The next line into sc->place, where there is one; false: it has to be waited for, or it is over.
 */
static bool next_line(struct script *sc)
{
	static const struct error done = { .at = -1 };

	sc->place = (struct place){ 0 };
	while (!sc->place.line) {
		if (!sc->top && !sc->queue) {
			tell_done(sc);
			end(sc, SCRIPT_DONE, &done);
			return false;
		}
		if (!sc->top)
			push_queued(sc);
		if (!sc->top->line) {
			if (!next_in_file(sc))
				return false;
		} else if (sc->top->given) {
			pop(sc);
		} else {
			sc->top->given = true;
			set_place(sc, "-c", sc->top->number, sc->top->line);
		}
	}
	return true;
}

static bool run_line(struct script *sc)
{
	struct script *home = sc->face->script;
	struct error e = { .at = -1 };
	bool ok;

	sc->running = true;
	sc->face->script = sc;
	ok = command_run(sc->session, sc->face, sc->set, sc->place.line + sc->place.start, false,
			 &e);
	sc->face->script = home;
	sc->running = false;
	sc->ran++;
	if (sc->stopped) {
		drop_all(sc);
		return false;
	}
	if (ok)
		return true;
	if (e.code == ERR_PENDING) {
		sc->wait = WAIT_NAME;
		return false;
	}
	fail(sc, SCRIPT_ERROR, &e);
	return false;
}

/* Instead of failing for want of room the next line waits until half of it is free. */
static bool has_room(const struct session *s)
{
	for (size_t i = 0; i < s->socket_count; i++)
		if (s->sockets[i]->waiting_bytes > SENDER_WAITING / 2)
			return false;
	return true;
}

/* ---- what a line waits for ---- */

static bool wait_is_over(struct script *sc)
{
	if (now(sc) < sc->due)
		return false;
	sc->wait = WAIT_NOTHING;
	tell(sc, "the wait is over");
	return true;
}

static bool expect_is_over(struct script *sc, uint64_t slice)
{
	enum await_result result = await_look(&sc->await, &sc->cursor, slice);
	struct error e = { .at = -1 };
	struct buf text;
	bool met;

	if (result == AWAIT_WAITS)
		return false;
	if (result == AWAIT_MORE) {
		arm(sc);
		return false;
	}
	met = await_is_met(&sc->await, result);
	buf_init(&text, 4096);
	await_explain(&sc->await, result, &text);
	if (met)
		tell(sc, buf_cstr(&text));
	else
		err_set(&e, ERR_STATE, "%s", buf_cstr(&text));
	buf_done(&text);
	await_done(&sc->await);
	sc->wait = WAIT_NOTHING;
	if (!met)
		fail(sc, result == AWAIT_REFUSED ? SCRIPT_REFUSED : SCRIPT_UNEXPECTED, &e);
	return met;
}

/* One step; false: nothing more can be done now. */
static bool go_on(struct script *sc, uint64_t slice)
{
	switch (sc->wait) {
	case WAIT_INPUT:
		return false;
	case WAIT_TIME:
		return wait_is_over(sc);
	case WAIT_EXPECT:
		return expect_is_over(sc, slice);
	case WAIT_NAME:
		sc->wait = WAIT_NOTHING;
		return run_line(sc);
	case WAIT_NOTHING:
		break;
	}
	return has_room(sc->session) && next_line(sc) && run_line(sc);
}

static void on_turn(void *ctx)
{
	struct script *sc = ctx;
	uint64_t slice = now(sc) + TURN_NS;

	while (sc->active && !loop_stopped(sc->session->loop) && go_on(sc, slice)) {
		if (now(sc) >= slice) {
			arm(sc);
			return;
		}
	}
	if (!sc->active || sc->turn.due)
		return;
	if (sc->wait == WAIT_TIME)
		loop_timer_at(sc->session->loop, &sc->turn, sc->due);
	else if (sc->wait == WAIT_EXPECT)
		loop_timer_at(sc->session->loop, &sc->turn, sc->await.due);
}

/* ---- for the commands ---- */

/* A line of the script itself, or one that was typed while nothing goes on. */
static bool may_begin(struct script *sc, struct error *e)
{
	if (sc->running)
		return true;
	if (!sc->active) {
		begin(sc);
		sc->typed = true;
		return true;
	}
	if (sc->place.name)
		return err_set(e, ERR_STATE, "%s, line %u, is still under way", sc->place.name,
			       sc->place.number);
	return err_set(e, ERR_STATE, "what was typed before is still waited for");
}

bool script_wait(struct script *sc, uint64_t ns, struct error *e)
{
	uint64_t start = now(sc);

	if (!may_begin(sc, e))
		return false;
	sc->wait = WAIT_TIME;
	sc->due = ns < UINT64_MAX - start ? start + ns : UINT64_MAX;
	return true;
}

bool script_expect(struct script *sc, struct expectation *x, struct error *e)
{
	if (!may_begin(sc, e))
		return false;
	sc->wait = WAIT_EXPECT;
	await_begin(&sc->await, sc->session, x, sc->timeout);
	return true;
}

bool script_source(struct script *sc, const char *path, struct error *e)
{
	struct source *src;

	if (sc->depth >= SCRIPT_DEPTH)
		return err_set(e, ERR_LIMIT,
			       "%d files source one another already: does one source itself?",
			       SCRIPT_DEPTH);
	src = open_source(path, true, e);
	if (!src)
		return false;
	if (!may_begin(sc, e)) {
		source_free(src);
		return false;
	}
	push(sc, src);
	return true;
}
