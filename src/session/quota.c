/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Peers stand one behind the other as they came, so that a few of them are few cache lines, and are
 * found by a hash of chains.  When there is no place left those that are forgotten make room.
 */
#include "session/quota.h"

#include "util/num.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

/* Of the last second and a part of one more slice, so that no second anywhere has more. */
#define SLICES 33
#define SLICE_NS (NS_PER_S / 32)

/* All zero: nothing so far. */
struct taken {
	uint64_t slice; /* number of the newest one */
	uint16_t sum, counts[SLICES];
};

struct place {
	struct addr addr;
	uint32_t next; /* in its chain: place + 1, 0 ends */
	struct taken taken;
};

struct quota {
	pthread_mutex_t lock;
	uint64_t swept;    /* slice in which room was made last */
	struct taken rest; /* of all that have no place */
	uint32_t count;
	uint32_t chains[QUOTA_PEERS];
	struct place places[QUOTA_PEERS];
};

struct quota *quota_new(void)
{
	struct quota *q = calloc(1, sizeof(*q));

	if (q)
		pthread_mutex_init(&q->lock, NULL);
	return q;
}

void quota_free(struct quota *q)
{
	if (!q)
		return;
	pthread_mutex_destroy(&q->lock);
	free(q);
}

static uint32_t *chain_of(struct quota *q, const struct addr *peer)
{
	return &q->chains[addr_hash(peer) % QUOTA_PEERS];
}

static struct place *add(struct quota *q, const struct place *p)
{
	struct place *to = &q->places[q->count++];
	uint32_t *chain = chain_of(q, &p->addr);

	*to = *p;
	to->next = *chain;
	*chain = q->count;
	return to;
}

/* What is older than a second counts no more.  One slice back is a thread that looked at the clock
 * a moment before another one did; further back it was set, and all begins anew. */
static void advance(struct taken *t, uint64_t slice)
{
	if (slice > t->slice + SLICES || slice + 1 < t->slice)
		*t = (struct taken){ .slice = slice };
	while (t->slice < slice) {
		uint16_t *oldest = &t->counts[++t->slice % SLICES];

		t->sum = (uint16_t)(t->sum - *oldest);
		*oldest = 0;
	}
}

/* Once in a slice: to look through all takes a while. */
static void make_room(struct quota *q, uint64_t slice)
{
	uint32_t count = q->count;

	if (q->swept == slice)
		return;
	q->swept = slice;
	q->count = 0;
	memset(q->chains, 0, sizeof(q->chains));
	for (uint32_t i = 0; i < count; i++) {
		advance(&q->places[i].taken, slice);
		if (q->places[i].taken.sum)
			add(q, &q->places[i]);
	}
}

static struct taken *taken_by(struct quota *q, const struct addr *peer, uint64_t slice)
{
	const struct place fresh = { .addr = *peer };

	for (uint32_t at = *chain_of(q, peer); at; at = q->places[at - 1].next)
		if (addr_equal(&q->places[at - 1].addr, peer))
			return &q->places[at - 1].taken;
	if (q->count == QUOTA_PEERS)
		make_room(q, slice);
	return q->count < QUOTA_PEERS ? &add(q, &fresh)->taken : &q->rest;
}

unsigned quota_take(struct quota *q, const struct addr *peer, unsigned answers, uint64_t now)
{
	const uint64_t slice = now / SLICE_NS;
	struct taken *t;

	pthread_mutex_lock(&q->lock);
	t = taken_by(q, peer, slice);
	advance(t, slice);
	if (t->sum + answers > QUOTA)
		answers = QUOTA - t->sum;
	t->sum = (uint16_t)(t->sum + answers);
	t->counts[t->slice % SLICES] = (uint16_t)(t->counts[t->slice % SLICES] + answers);
	pthread_mutex_unlock(&q->lock);
	return answers;
}
