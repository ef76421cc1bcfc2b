/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The name of a file with options behind it.  The name may hold blanks, so it is the options that
 * are read, from the end of the line on: "FILE rotate 1h --force".
 */
#ifndef COMMAND_TAIL_H
#define COMMAND_TAIL_H

#include "command/command.h"

struct tail {
	const char *at; /* in the line, not a copy */
	size_t n;
};

/* Without blanks around it: n bytes of the line; the call's payload. */
struct tail tail_trimmed(const char *at, size_t n);
struct tail tail_of(const struct command_call *c);
bool tail_is(struct tail t, const char *word);
struct tail tail_last(struct tail t); /* its last word; n 0: it is empty */
void tail_drop(struct tail *t);       /* the last word goes */
/* Where a part of it stands in the line. */
ptrdiff_t tail_at(const struct command_call *c, struct tail part);

/* "--force" at either end goes; false: it is not there, or nothing else is. */
bool tail_take_force(struct tail *t);
/* The rest is the name: copied with its NUL. */
bool tail_copy(struct tail t, char *out, size_t size, struct error *e);

#endif
