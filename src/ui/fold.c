/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Runs of equal errors, found while the packets pass by.
 */
#include "ui/fold.h"

#include <stdlib.h>
#include <string.h>

void fold_done(struct fold_table *t)
{
	free(t->folds);
	*t = (struct fold_table){ 0 };
}

/* Which datagram it is about differs from error to error and does not count. */
static bool is_same_error(const struct packet *a, const struct packet *b)
{
	return a->socket == b->socket && addr_equal(&a->peer, &b->peer) &&
	       a->icmp.origin == b->icmp.origin && a->icmp.type == b->icmp.type &&
	       a->icmp.code == b->icmp.code && a->icmp.errnum == b->icmp.errnum &&
	       a->icmp.info == b->icmp.info && addr_equal(&a->icmp.offender, &b->icmp.offender);
}

/* Room for one more: what was forgotten is reused before the table grows. */
static bool make_room(struct fold_table *t)
{
	size_t room = t->room ? t->room * 2 : 16;
	struct fold *folds;

	if (t->count < t->room)
		return true;
	if (t->start > t->count / 2) {
		memmove(t->folds, t->folds + t->start, (t->count - t->start) * sizeof(*t->folds));
		t->count -= t->start;
		t->start = 0;
		return true;
	}
	folds = realloc(t->folds, room * sizeof(*folds));
	if (!folds)
		return false;
	t->folds = folds;
	t->room = room;
	return true;
}

static void join_run(struct fold_table *t, const struct packet *p)
{
	struct fold *newest = t->count > t->start ? &t->folds[t->count - 1] : NULL;

	if (newest && newest->last == t->open.seq) {
		newest->last = p->seq;
		newest->last_time = p->time;
	} else if (make_room(t)) {
		t->folds[t->count++] = (struct fold){
			.first = t->open.seq,
			.last = p->seq,
			.last_time = p->time,
		};
	}
}

void fold_follow(struct fold_table *t, const struct packet *p)
{
	if (t->has_open && p->kind == PACKET_ICMP && p->seq == t->open.seq + 1 &&
	    is_same_error(&t->open, p))
		join_run(t, p);
	t->has_open = p->kind == PACKET_ICMP;
	if (t->has_open) {
		t->open = *p;
		t->open.data = NULL;
	}
}

void fold_forget(struct fold_table *t, uint64_t seq)
{
	while (t->start < t->count && t->folds[t->start].last < seq)
		t->start++;
}

const struct fold *fold_find(const struct fold_table *t, uint64_t seq)
{
	size_t low = t->start, high = t->count;

	while (low < high) {
		size_t mid = low + (high - low) / 2;

		if (t->folds[mid].last < seq)
			low = mid + 1;
		else
			high = mid;
	}
	return low < t->count && t->folds[low].first <= seq ? &t->folds[low] : NULL;
}
