/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Helper programs.  Nobody waits for one: what it prints is gathered by the main loop.
 */
#ifndef UTIL_CHILD_H
#define UTIL_CHILD_H

#include "util/buf.h"
#include "util/loop.h"

#include <sys/types.h>

/*
 * Starts argv (its first word is a path, no shell) with a default signal mask, these as its
 * standard input and output (-1: nowhere) and errors nowhere.
 */
bool child_spawn(const char *const argv[], int in, int out, pid_t *pid, struct error *e);

struct child;

/* why: NULL if it ended with exit status 0.  The child is then to be freed. */
typedef void child_ended(void *ctx, const struct error *why);

/*
 * Runs argv and appends to out, which stays the caller's, what it prints; then, never from within
 * this call, ended() is called.  It is killed when it has not ended after "timeout" ns or printed
 * more than out may hold; that, and any exit status but 0, is an error.
 */
struct child *child_run(struct loop *l, const char *const argv[], uint64_t timeout, struct buf *out,
			child_ended *ended, void *ctx, struct error *e);
/* One that still runs is killed, and ended() is not called. */
void child_free(struct child *c);

#endif
