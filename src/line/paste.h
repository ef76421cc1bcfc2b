/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Collects a bracketed paste: everything between "\e[200~" and "\e[201~", however
 * it was cut into reads.
 *
 * Line ends become LF, because terminals send CR for them; all other bytes stay.
 * What is beyond the maximum is read and dropped.
 */
#ifndef LINE_PASTE_H
#define LINE_PASTE_H

#include "util/buf.h"

#define PASTE_BEGIN "\033[200~"

struct paste {
	bool on; /* between the markers */
	struct buf text;
	size_t matched; /* bytes of the end marker seen */
	bool cr;        /* the last byte was CR: LF belongs to it */
};

void paste_init(struct paste *p, size_t max);
void paste_done(struct paste *p);
/* The begin marker has come. */
void paste_begin(struct paste *p);
/* Takes bytes up to the end marker, which turns "on" off; returns how many it took. */
size_t paste_feed(struct paste *p, const char *bytes, size_t n);
/* Forgets what was collected. */
void paste_reset(struct paste *p);

#endif
