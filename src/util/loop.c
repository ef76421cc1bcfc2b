/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The main loop.
 *
 * Watches live in two arrays that share their index: what ppoll() wants and whom
 * to call.  A callback may change all of it, so nothing ever moves while a turn
 * is running: an unwatched descriptor leaves a free place (fd -1, which ppoll()
 * skips) and a new watch takes one with no events seen, so it is heard in the
 * next turn and never gets what belonged to a descriptor of the same number.
 */
#include "util/loop.h"

#include "util/num.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>

#define FIRST_WATCHES 8

struct watch {
	loop_fd_fn *fn;
	void *ctx;
};

struct loop {
	const struct clock *clock;
	struct pollfd *fds;
	struct watch *watches;
	size_t count, cap;
	struct loop_timer *waiting; /* by due, then by age */
	struct loop_timer *firing;  /* due in this turn: what a callback arms is not among them */
	bool stopped;
};

struct loop *loop_new(const struct clock *clock)
{
	struct loop *l = calloc(1, sizeof(*l));
	if (l)
		l->clock = clock;
	return l;
}

void loop_free(struct loop *l)
{
	if (!l)
		return;
	free(l->fds);
	free(l->watches);
	free(l);
}

uint64_t loop_now(const struct loop *l)
{
	return clock_monotonic(l->clock);
}

/* The index of a descriptor (-1: of a free place), count if there is none. */
static size_t find(const struct loop *l, int fd)
{
	size_t i = 0;
	while (i < l->count && l->fds[i].fd != fd)
		i++;
	return i;
}

static bool grow(struct loop *l)
{
	size_t cap = l->cap ? l->cap * 2 : FIRST_WATCHES;
	struct pollfd *fds = reallocarray(l->fds, cap, sizeof(*fds));
	if (!fds)
		return false;
	l->fds = fds;
	struct watch *watches = reallocarray(l->watches, cap, sizeof(*watches));
	if (!watches)
		return false;
	l->watches = watches;
	l->cap = cap;
	return true;
}

bool loop_watch(struct loop *l, int fd, short events, loop_fd_fn *fn, void *ctx, struct error *e)
{
	if (fd < 0)
		return err_sys(e, EBADF, "watch descriptor %d", fd);
	size_t i = find(l, fd);
	if (i == l->count)
		i = find(l, -1);
	if (i == l->count) {
		if (l->count == l->cap && !grow(l))
			return err_sys(e, ENOMEM, "watch descriptor %d", fd);
		l->count++;
	}
	l->fds[i] = (struct pollfd){ .fd = fd, .events = events };
	l->watches[i] = (struct watch){ fn, ctx };
	return true;
}

void loop_unwatch(struct loop *l, int fd)
{
	size_t i = find(l, fd);
	if (i < l->count)
		l->fds[i] = (struct pollfd){ .fd = -1 };
}

static bool unlink_timer(struct loop_timer **list, struct loop_timer *t)
{
	while (*list && *list != t)
		list = &(*list)->next;
	if (!*list)
		return false;
	*list = t->next;
	return true;
}

void loop_timer_at(struct loop *l, struct loop_timer *t, uint64_t due)
{
	loop_timer_stop(l, t);
	t->due = due > 0 ? due : 1;
	struct loop_timer **at = &l->waiting;
	while (*at && (*at)->due <= t->due)
		at = &(*at)->next;
	t->next = *at;
	*at = t;
}

void loop_timer_stop(struct loop *l, struct loop_timer *t)
{
	if (t->due > 0 && !unlink_timer(&l->waiting, t))
		unlink_timer(&l->firing, t);
	t->due = 0;
	t->next = NULL;
}

/* Nanoseconds until the next timer, at most max_wait. */
static uint64_t time_to_wait(const struct loop *l, uint64_t max_wait)
{
	if (!l->waiting)
		return max_wait;
	uint64_t now = loop_now(l);
	uint64_t wait = l->waiting->due > now ? l->waiting->due - now : 0;
	return wait < max_wait ? wait : max_wait;
}

/* Moves the timers that are due, still in order, from waiting to firing. */
static void collect_due(struct loop *l)
{
	uint64_t now = loop_now(l);
	struct loop_timer **end = &l->waiting;
	while (*end && (*end)->due <= now)
		end = &(*end)->next;
	struct loop_timer *rest = *end;
	*end = NULL;
	l->firing = l->waiting;
	l->waiting = rest;
}

static void fire_timers(struct loop *l)
{
	while (l->firing) {
		struct loop_timer *t = l->firing;
		loop_timer_stop(l, t);
		t->fire(t->ctx);
	}
}

static void call_watches(struct loop *l)
{
	for (size_t i = 0; i < l->count; i++) {
		short revents = l->fds[i].revents;
		l->fds[i].revents = 0;
		if (revents != 0)
			l->watches[i].fn(l->watches[i].ctx, revents);
	}
}

bool loop_turn(struct loop *l, uint64_t max_wait, struct error *e)
{
	uint64_t wait = time_to_wait(l, max_wait);
	struct timespec timeout = {
		.tv_sec = (time_t)(wait / NS_PER_S),
		.tv_nsec = (long)(wait % NS_PER_S),
	};
	int ready = ppoll(l->fds, l->count, wait == UINT64_MAX ? NULL : &timeout, NULL);
	if (ready < 0 && errno != EINTR)
		return err_sys(e, errno, "poll");

	collect_due(l);
	if (ready > 0)
		call_watches(l);
	fire_timers(l);
	return true;
}

bool loop_run(struct loop *l, struct error *e)
{
	while (!l->stopped) {
		if (!loop_turn(l, UINT64_MAX, e))
			return false;
	}
	l->stopped = false;
	return true;
}

void loop_stop(struct loop *l)
{
	l->stopped = true;
}

bool loop_stopped(const struct loop *l)
{
	return l->stopped;
}
