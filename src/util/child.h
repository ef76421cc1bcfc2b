/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A helper program's output, read whole while everything else waits: for programs that answer in
 * milliseconds and end.
 */
#ifndef UTIL_CHILD_H
#define UTIL_CHILD_H

#include "util/buf.h"
#include "util/err.h"

/*
 * Runs argv (its first word is a path, no shell, standard input and errors nowhere, a default
 * signal mask) and appends to out what it prints.  It is killed when it has not ended after
 * "timeout" ns or printed more than out may hold; that, and any exit status but 0, is an error.
 */
bool child_output(const char *const argv[], uint64_t timeout, struct buf *out, struct error *e);

#endif
