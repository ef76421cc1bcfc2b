/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Runs of equal consecutive errors, shown as one row: "refused x 214, last 12:03:11".
 *
 * Every packet passes by once, in order; only runs of two or more are kept, the
 * oldest are forgotten with the packets they are about.
 */
#ifndef UI_FOLD_H
#define UI_FOLD_H

#include "store/packet.h"

struct fold {
	uint64_t first, last; /* seq of the run's first and last packet */
	uint64_t last_time;
};

struct fold_table {
	struct fold *folds;        /* ascending */
	size_t count, room, start; /* folds[start..count) are alive */
	struct packet open;        /* the last packet, if it is an error; data NULL */
	bool has_open;
};

void fold_done(struct fold_table *t);
/* Each packet in order of seq; without memory runs are simply not folded. */
void fold_follow(struct fold_table *t, const struct packet *p);
/* Packets before seq are gone. */
void fold_forget(struct fold_table *t, uint64_t seq);
/* The run that holds seq, or NULL. */
const struct fold *fold_find(const struct fold_table *t, uint64_t seq);

#endif
