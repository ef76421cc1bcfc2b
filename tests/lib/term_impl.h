/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What term.c and term_check.c share; tests include term.h. */
#ifndef TESTS_LIB_TERM_IMPL_H
#define TESTS_LIB_TERM_IMPL_H

#include "deadline.h"
#include "term.h"

#define TAIL_BYTES 65536

struct term {
	struct vt *vt;
	int pty, pidfd;
	pid_t pid;
	bool stalled;
	bool hung_up; /* nobody has the other side open */
	bool reaped;
	int status; /* of waitpid(), once reaped */
	char *out;  /* input that the program has not taken yet */
	size_t out_len;
	char tail[TAIL_BYTES]; /* the last bytes it wrote */
	size_t tail_len;
	char why[512];
};

/* Sets the reason, returns false. */
bool term_fail(struct term *t, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
/* Waits at most "ms" for anything to move, and moves it. */
void term_pump(struct term *t, int ms);

#endif
