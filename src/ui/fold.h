/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Runs of equal consecutive errors, shown as one row: "refused x 214, last 12:03:11"; and, if that
 * is wanted, of datagrams that repeat each other in all but time.
 *
 * Every packet passes by once, in order; only runs of two or more are kept, the
 * oldest are forgotten with the packets they are about.
 */
#ifndef UI_FOLD_H
#define UI_FOLD_H

#include "store/store.h"
#include "util/clock.h"

struct fold {
	uint64_t first, last; /* seq of the run's first and last packet */
	uint64_t last_time;
};

struct fold_table {
	struct fold *folds;        /* ascending */
	size_t count, room, start; /* folds[start..count) are alive */
	bool repeats;              /* datagrams fold, too */
	struct packet open; /* the last packet, if it may begin a run; data points to bytes */
	bool has_open;
	uint8_t *bytes; /* of a datagram */
	size_t bytes_room;
};

void fold_done(struct fold_table *t);
/* Each packet in order of seq; without memory runs are simply not folded. */
void fold_follow(struct fold_table *t, const struct packet *p);
/* Packets before seq are gone. */
void fold_forget(struct fold_table *t, uint64_t seq);
/* Follows what is in the store from *next on up to "end", until the moment "until" (monotonic ns);
 * false: that was all. */
bool fold_scan(struct fold_table *t, struct store *st, uint64_t *next, uint64_t end,
	       const struct clock *clock, uint64_t until);
/* The run that holds seq, or NULL. */
const struct fold *fold_find(const struct fold_table *t, uint64_t seq);

#endif
