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
 * Starts argv (its first word is a path, no shell) with a default signal mask and these as its
 * standard input, output and errors (-1: nowhere).  env NULL: with our environment and directory;
 * else with that one, in "/", and in a process group of its own, which no key of the terminal
 * reaches.  Returns 0 or the errno.
 */
int child_spawn(const char *const argv[], const char *const env[], const int files[3], pid_t *pid);

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
