/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The main loop: ppoll over descriptors and timers, one thread.
 *
 * Timers live in their owner's memory and fire once.  With no timer armed and
 * no descriptor ready the loop sleeps: idle means no wake-up.
 */
#ifndef UTIL_LOOP_H
#define UTIL_LOOP_H

#include "util/clock.h"
#include "util/err.h"

#include <stdbool.h>
#include <stdint.h>

struct loop;

typedef void loop_fd_fn(void *ctx, short revents);

struct loop_timer {
	void (*fire)(void *ctx);
	void *ctx;
	uint64_t due; /* monotonic ns; 0: not armed */
	struct loop_timer *next;
};

struct loop *loop_new(const struct clock *clock);
void loop_free(struct loop *l);          /* closes nothing */
uint64_t loop_now(const struct loop *l); /* monotonic, read anew */

/* Adds a descriptor or changes what is asked of it; events as for poll(2).  The descriptor stays
 * the caller's.  Watching and unwatching are allowed inside callbacks. */
bool loop_watch(struct loop *l, int fd, short events, loop_fd_fn *fn, void *ctx, struct error *e);
void loop_unwatch(struct loop *l, int fd);

/* Arms (or re-arms) t for the moment "due"; a moment gone by fires in the next turn. */
void loop_timer_at(struct loop *l, struct loop_timer *t, uint64_t due);
void loop_timer_stop(struct loop *l, struct loop_timer *t);

/* One turn: waits (at most "max_wait" ns; UINT64_MAX: as long as it takes), then runs what is due.
 * false on a poll error. */
bool loop_turn(struct loop *l, uint64_t max_wait, struct error *e);
/* Turns until loop_stop(). */
bool loop_run(struct loop *l, struct error *e);
void loop_stop(struct loop *l);
bool loop_stopped(const struct loop *l);

#endif
