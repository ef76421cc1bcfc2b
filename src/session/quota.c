/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Peers stand one behind the other as they came, so that a few of them are few cache lines, and are
 * found by a hash of chains.  When there is no place left those that are forgotten make room.
 */
#include "session/quota.h"

#include "session/rate.h"
#include "util/num.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

struct place {
	struct addr addr;
	uint32_t next; /* in its chain: place + 1, 0 ends */
	struct pace pace;
};

struct quota {
	pthread_mutex_t lock;
	uint64_t swept;   /* when room was made last */
	struct pace rest; /* of all that have no place */
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

/* At most once a second: to look through all takes a while. */
static void make_room(struct quota *q, uint64_t now)
{
	uint32_t count = q->count;

	if (q->swept / NS_PER_S == now / NS_PER_S)
		return;
	q->swept = now;
	q->count = 0;
	memset(q->chains, 0, sizeof(q->chains));
	for (uint32_t i = 0; i < count; i++)
		if (pace_lately(&q->places[i].pace, now))
			add(q, &q->places[i]);
}

static struct pace *pace_of(struct quota *q, const struct addr *peer, uint64_t now)
{
	const struct place fresh = { .addr = *peer };

	for (uint32_t at = *chain_of(q, peer); at; at = q->places[at - 1].next)
		if (addr_equal(&q->places[at - 1].addr, peer))
			return &q->places[at - 1].pace;
	if (q->count == QUOTA_PEERS)
		make_room(q, now);
	return q->count < QUOTA_PEERS ? &add(q, &fresh)->pace : &q->rest;
}

unsigned quota_take(struct quota *q, const struct addr *peer, unsigned answers, uint64_t now)
{
	struct pace *pace;
	uint64_t had;

	pthread_mutex_lock(&q->lock);
	pace = pace_of(q, peer, now);
	had = pace_per_second(pace, now);
	if (had + answers > QUOTA)
		answers = had < QUOTA ? (unsigned)(QUOTA - had) : 0;
	if (answers)
		pace_add(pace, now, answers);
	pthread_mutex_unlock(&q->lock);
	return answers;
}
