/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The marked packet and the one to compare it with: copies of both, and how their bytes stand
 * beside each other.
 */
#ifndef UI_COMPARE_H
#define UI_COMPARE_H

#include "ui/kept.h"
#include "util/align.h"

struct compare {
	struct kept_packet marked, other; /* "other" is set while there is an alignment */
	struct align align;               /* of their bytes */
};

/* Marks a packet, or none (NULL).  false: no memory, and the mark is as it was. */
bool compare_mark(struct compare *c, const struct packet *p);
/* Lays p beside the marked packet, unless it does already.  false: none is marked, or no memory. */
bool compare_with(struct compare *c, const struct packet *p);
void compare_done(struct compare *c);

#endif
