/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The script runner: one line after the other, and what it waits for.  See script.h. */
#include "command/script.h"

#include "command/await.h"
#include "command/queue.h"
#include "session/activity.h"
#include "session/sender.h"
#include "util/num.h"

#include <poll.h>
#include <stdio.h>
#include <stdlib.h>

/* A turn gives way to the rest of the program after so long. */
#define TURN_NS (4 * NS_PER_MS)

enum wait { WAIT_NOTHING, WAIT_NAME, WAIT_TIME, WAIT_EXPECT, WAIT_ACTIVITY, WAIT_INPUT };

struct script {
	struct session *session;
	struct face *face;
	const struct command_set *set;
	struct script_events events;
	struct queue queue;
	bool active;
	bool typed;   /* begun at the prompt, which is told how it went */
	bool running; /* inside a command */
	bool stopped; /* by the command that runs */
	enum wait wait;
	uint64_t due;      /* WAIT_TIME */
	uint32_t activity; /* WAIT_ACTIVITY */
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
	queue_init(&sc->queue);
	sc->timeout = SCRIPT_TIMEOUT;
	sc->cursor.store = s->store;
	sc->turn = (struct loop_timer){ .fire = on_turn, .ctx = sc };
	return sc;
}

static void drop_all(struct script *sc)
{
	if (sc->wait == WAIT_INPUT)
		loop_unwatch(sc->session->loop, queue_fd(&sc->queue));
	queue_drop(&sc->queue);
	sc->wait = WAIT_NOTHING;
	sc->active = false;
	await_done(&sc->await);
	store_cursor_rest(&sc->cursor);
	loop_timer_stop(sc->session->loop, &sc->turn);
}

void script_stop(struct script *sc)
{
	/* The command that runs reads its line, which is in the queue. */
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

bool script_add_line(struct script *sc, const char *line, struct error *e)
{
	return queue_add_line(&sc->queue, NULL, line, e);
}

bool script_add_option(struct script *sc, const char *option, const char *line, struct error *e)
{
	return queue_add_line(&sc->queue, option, line, e);
}

bool script_add_file(struct script *sc, const char *path, struct error *e)
{
	return queue_add_file(&sc->queue, path, e);
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

bool script_is_running(const struct script *sc)
{
	return sc->running;
}

/* For what was typed: a message. */
static void tell(struct script *sc, const char *text)
{
	if (sc->typed && !sc->queue.place.name && sc->face->message)
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

static void fail(struct script *sc, enum script_status status, struct error *e)
{
	place_prefix(&sc->queue.place, e);
	end(sc, status, e);
}

static void on_input(void *ctx, short revents)
{
	struct script *sc = ctx;

	(void)revents;
	loop_unwatch(sc->session->loop, queue_fd(&sc->queue));
	queue_readable(&sc->queue);
	sc->wait = WAIT_NOTHING;
	arm(sc);
}

/* The next line into its place; false: it has to be waited for, or it is over. */
static bool next_line(struct script *sc)
{
	struct error e = { .at = -1 };

	switch (queue_next(&sc->queue, &e)) {
	case LINES_LINE:
		return true;
	case LINES_END:
		tell_done(sc);
		end(sc, SCRIPT_DONE, &e);
		return false;
	case LINES_WAIT:
		if (loop_watch(sc->session->loop, queue_fd(&sc->queue), POLLIN, on_input, sc, &e))
			sc->wait = WAIT_INPUT;
		else
			end(sc, SCRIPT_ERROR, &e);
		return false;
	case LINES_FAULT:
		fail(sc, SCRIPT_ERROR, &e);
		return false;
	}
	return false;
}

static bool run_command(struct script *sc, const char *line, struct error *e)
{
	struct script *home = sc->face->script;
	bool ok;

	sc->running = true;
	sc->face->script = sc;
	ok = command_run(sc->session, sc->face, sc->set, line, false, e);
	sc->face->script = home;
	sc->running = false;
	return ok;
}

static enum script_status status_of(const struct error *e)
{
	if (e->code == ERR_UNMET)
		return SCRIPT_UNEXPECTED;
	return e->code == ERR_SILENT ? SCRIPT_SILENT : SCRIPT_ERROR;
}

static bool run_line(struct script *sc)
{
	const struct place *place = &sc->queue.place;
	struct error e = { .at = -1 };
	bool ok = run_command(sc, place->line + place->start, &e);

	if (sc->stopped) {
		drop_all(sc);
		return false;
	}
	if (!ok && e.code == ERR_PENDING) {
		sc->wait = WAIT_NAME;
		return false;
	}
	sc->ran++;
	if (ok)
		return true;
	fail(sc, status_of(&e), &e);
	return false;
}

/* Instead of failing for want of room the next line waits: for what is sent until half of it is
 * free, for what is printed until it was read. */
static bool has_room(const struct script *sc)
{
	const struct session *s = sc->session;

	if (sc->face->is_full && sc->face->is_full(sc->face->ctx))
		return false;
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
	/* It may be ahead of what peers and totals count, for which the next line may ask. */
	session_follow(sc->session);
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

static bool activity_is_over(struct script *sc)
{
	struct activity *a = activity_find(sc->session, sc->activity);
	struct error e = { .at = -1 };
	char line[32];

	if (a && !a->over)
		return false;
	sc->wait = WAIT_NOTHING;
	snprintf(line, sizeof(line), "show %%%u", sc->activity);
	if (a && (a->kind->told || run_command(sc, line, &e)) && a->verdict.code)
		e = a->verdict;
	if (sc->stopped)
		drop_all(sc);
	else if (e.code)
		fail(sc, status_of(&e), &e);
	return !e.code && !sc->stopped;
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
	case WAIT_ACTIVITY:
		return activity_is_over(sc);
	case WAIT_NAME:
		sc->wait = WAIT_NOTHING;
		return run_line(sc);
	case WAIT_NOTHING:
		break;
	}
	return has_room(sc) && next_line(sc) && run_line(sc);
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

/* ---- interrupted ---- */

/* Is what the line at hand waits for done when somebody ends it? */
static bool may_be_ended(const struct script *sc)
{
	const struct activity *a = activity_find(sc->session, sc->activity);

	if (sc->wait == WAIT_ACTIVITY)
		return !a || a->over || a->endless;
	return sc->wait != WAIT_NAME && sc->wait != WAIT_EXPECT;
}

/* "interrupted: "read big.pcap" was not done (34 %)" */
static void say_interrupted(const struct script *sc, const char *how, struct error *e)
{
	const struct activity *a = activity_find(sc->session, sc->activity);
	const struct place *place = &sc->queue.place;
	struct buf progress;

	buf_init(&progress, 64);
	if (sc->wait == WAIT_ACTIVITY && a && !a->over && a->kind->progress)
		a->kind->progress(a, &progress);
	err_set(e, ERR_STATE, "interrupted: \"%.200s\" was not %s%s%s%s",
		place->line + place->start, how, progress.len ? " (" : "", buf_cstr(&progress),
		progress.len ? ")" : "");
	place_prefix(place, e);
	buf_done(&progress);
}

bool script_interrupt(struct script *sc, struct error *e)
{
	struct error fault = { .at = -1 };
	bool done = true;

	if (!sc->active || sc->running) {
		/* nothing, or the command that runs ended it itself */
	} else if (!may_be_ended(sc)) {
		say_interrupted(sc, "done", e);
		done = false;
	} else if (sc->wait != WAIT_INPUT && queue_next(&sc->queue, &fault) == LINES_LINE) {
		sc->wait = WAIT_NOTHING;
		say_interrupted(sc, "run", e);
		done = false;
	}
	script_stop(sc);
	return done;
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
	if (sc->queue.place.name && !sc->queue.place.number)
		return err_set(e, ERR_STATE, "%s is still under way", sc->queue.place.name);
	if (sc->queue.place.name)
		return err_set(e, ERR_STATE, "%s, line %u, is still under way",
			       sc->queue.place.name, sc->queue.place.number);
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

bool script_activity(struct script *sc, uint32_t number, struct error *e)
{
	if (!may_begin(sc, e))
		return false;
	sc->wait = WAIT_ACTIVITY;
	sc->activity = number;
	return true;
}

bool script_source(struct script *sc, const char *path, struct error *e)
{
	bool typed = !sc->running;

	if (!may_begin(sc, e))
		return false;
	if (queue_source(&sc->queue, path, e))
		return true;
	if (typed)
		drop_all(sc);
	return false;
}
