/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A helper program that stays: fed through a pipe, heard through two, for work on bytes of the
 * network that is nobody's own.
 *
 * It gets nothing of this process but the three pipes: an environment of its own, "/" as its
 * directory, a process group of its own (no key of the terminal reaches it).  By prlimit(1) and
 * setpriv(1), where they are installed, it also gets no core, no large files, bounded memory, no
 * new privileges, is nobody where this process is root, and is killed when the thread that started
 * it ends; without the latter the end of its input has to tell.  The caller owns the struct; a
 * zeroed one is a helper that does not run.
 */
#ifndef UTIL_HELPER_H
#define UTIL_HELPER_H

#include "util/buf.h"
#include "util/err.h"

#include <sys/types.h>

#define HELPER_WORDS 256 /* of argv */

struct helper {
	pid_t pid;        /* 0: it does not run */
	int in, out, err; /* our ends: its standard input, output and errors; non-blocking */
};

/* Where NAME is on the PATH, as a path; false: nowhere. */
bool helper_find(const char *name, struct buf *path);

/* argv[0] is a path; both arrays end with NULL; memory: bytes of address space.  That the program
 * cannot be run may show as its end only. */
bool helper_start(struct helper *h, const char *const argv[], const char *const env[],
		  uint64_t memory, struct error *e);
/* Kills it, stopped or not, and closes the pipes. */
void helper_end(struct helper *h);

#endif
