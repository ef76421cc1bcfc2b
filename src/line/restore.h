/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The way back to the shell's terminal, also from a crash: one string and the old
 * termios, written through a descriptor that never waits.
 *
 * The terminal is opened anew for it, so that the flags of inherited descriptors stay
 * what they were.  There is one per process, because a signal handler has no context.
 */
#ifndef LINE_RESTORE_H
#define LINE_RESTORE_H

#include "util/err.h"

#include <stddef.h>
#include <stdint.h>
#include <termios.h>

/* Opens the terminal of a descriptor once more; flags as for open(2).  Where it cannot be opened
 * (it belongs to another user, and there is no /dev/tty) the result is a duplicate and shares
 * its flags. */
int restore_open_tty(int tty, int flags);

/* Remembers termios and the string, which belong to the terminal on stdin, and installs handlers
 * for ABRT SEGV BUS FPE that restore, while it is armed, and then raise the signal again for
 * whom it was before. */
bool restore_init(const struct termios *termios, const char *string, size_t len, struct error *e);
void restore_done(void);
void restore_arm(bool armed);

/* Writes the string, waiting at most "ms" for room, then sets termios.  false: there was no
 * room, termios is as before. */
bool restore_write(int ms);
/* The same whatever happens: output that is stuck is discarded.  Async-signal-safe. */
void restore_force(void);

/* Ctrl-Z, once the terminal is the shell's: stops until the shell goes on with us; returns how many
 * ns of the wall clock that took.  SIGTSTP is blocked before and after. */
uint64_t restore_stop(void);

#endif
