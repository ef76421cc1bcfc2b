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
	free(t->bytes);
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

/* All but number, time and job.  One that was not sent is no repeat of one that was. */
static bool is_same_datagram(const struct packet *a, const struct packet *b)
{
	return a->socket == b->socket && a->flags == b->flags && a->ifindex == b->ifindex &&
	       a->len == b->len && a->stored == b->stored && a->ttl == b->ttl && a->tos == b->tos &&
	       a->fragment == b->fragment && a->result == b->result &&
	       addr_equal(&a->peer, &b->peer) && addr_equal(&a->local, &b->local) &&
	       (!a->stored || memcmp(a->data, b->data, a->stored) == 0);
}

static bool is_same(const struct packet *a, const struct packet *b)
{
	if (a->kind != b->kind)
		return false;
	return a->kind == PACKET_ICMP ? is_same_error(a, b) : is_same_datagram(a, b);
}

/* What became of a datagram that waits is not known yet. */
static bool may_fold(const struct fold_table *t, const struct packet *p)
{
	if (p->kind == PACKET_ICMP)
		return true;
	return t->repeats &&
	       (p->kind == PACKET_RX || (p->kind == PACKET_TX && p->result != PACKET_TX_PENDING));
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

/* Errors are compared without what they quote. */
static bool keep_bytes(struct fold_table *t, const struct packet *p)
{
	size_t room = t->bytes_room ? t->bytes_room : 2048;
	uint8_t *bytes = t->bytes;

	t->open.data = t->bytes;
	if (p->kind == PACKET_ICMP || !p->stored)
		return true;
	while (room < p->stored)
		room *= 2;
	if (!bytes || room > t->bytes_room)
		bytes = realloc(t->bytes, room);
	if (!bytes)
		return false;
	memcpy(bytes, p->data, p->stored);
	t->open.data = t->bytes = bytes;
	t->bytes_room = room;
	return true;
}

void fold_follow(struct fold_table *t, const struct packet *p)
{
	bool repeats =
		t->has_open && may_fold(t, p) && p->seq == t->open.seq + 1 && is_same(&t->open, p);

	if (repeats) {
		join_run(t, p);
		t->open.seq = p->seq;
		t->open.time = p->time;
		return;
	}
	t->open = *p;
	t->has_open = may_fold(t, p) && keep_bytes(t, p);
}

/* Packets between two looks at the clock. */
#define BLOCK 256

bool fold_scan(struct fold_table *t, struct store *st, uint64_t *next, uint64_t end,
	       const struct clock *clock, uint64_t until)
{
	struct store_cursor cursor = { .store = st };
	struct packet p;
	unsigned seen = 0;
	bool more = true;

	store_cursor_seek(&cursor, *next);
	while (more && (++seen % BLOCK || clock_monotonic(clock) < until)) {
		enum store_read read = store_cursor_read(&cursor, &p);

		more = read != STORE_END && p.seq < end;
		if (more && read == STORE_PACKET) {
			fold_follow(t, &p);
			*next = p.seq + 1;
		}
	}
	store_cursor_rest(&cursor);
	return more;
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
