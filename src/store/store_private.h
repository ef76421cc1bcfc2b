/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What the writing and the reading half of the store share: its segments.
 */
#ifndef STORE_STORE_PRIVATE_H
#define STORE_STORE_PRIVATE_H

#include "store/store.h"

#include <assert.h>
#include <pthread.h>
#include <stdatomic.h>

#define SPARE_AT 8 /* the next segment is mapped when this part of the newest is used */

struct segment {
	size_t size; /* of the mapping */
	uint64_t first_seq, first_no;
	_Atomic uint32_t count; /* records that readers may see */
	_Atomic bool sealed;    /* count is final */
	/* under the lock */
	unsigned pins;
	bool evicted;
};

struct store {
	pthread_mutex_t lock;
	size_t ordinary, limit; /* bytes of a segment, of all */
	size_t bytes;           /* of all mappings: evicted ones that are still pinned, the spare */
	struct segment **ring;  /* oldest first, from "head" */
	size_t room, head, count;
	struct segment *spare; /* mapped ahead */
	bool sparing;          /* a reader is about to map it */
	_Atomic bool hungry;   /* a reader ought to; as of the last publish() */
	/* of the newest segment */
	size_t used;     /* bytes from its start: its head and the records */
	uint32_t filled; /* records, those of the present batch included */
	uint64_t next_seq, next_no;
	uint64_t missed; /* datagrams that found no memory and stand in no gap yet */
};

static_assert(sizeof(struct segment) % 8 == 0, "records begin at multiples of 8");

static inline struct segment *store_segment(const struct store *st, size_t i)
{
	return st->ring[(st->head + i) % st->room];
}

static inline struct segment *store_newest(const struct store *st)
{
	return st->count ? store_segment(st, st->count - 1) : NULL;
}

/* The place of index entry i. */
static inline uint32_t *segment_entry(struct segment *g, uint32_t i)
{
	return (uint32_t *)(void *)((uint8_t *)g + g->size) - 1 - i;
}

static inline uint8_t *segment_record(struct segment *g, uint32_t i)
{
	return (uint8_t *)g + *segment_entry(g, i);
}

static inline uint32_t segment_published(struct segment *g)
{
	return atomic_load_explicit(&g->count, memory_order_acquire);
}

static inline bool segment_has(struct segment *g, uint64_t seq)
{
	return seq >= g->first_seq && seq - g->first_seq < segment_published(g);
}

/* Under the lock: number of segments that begin at or before seq (or number no). */
size_t store_segments_up_to(const struct store *st, uint64_t place, bool by_number);
/* Under the lock: the segment that seq is or will be in; NULL if it is gone or there is none. */
struct segment *store_segment_of(const struct store *st, uint64_t seq);
/* Under the lock: is the next segment to be mapped?  Not before its need comes into sight, nor
 * beyond the limit. */
bool store_is_hungry(const struct store *st);
/* Its pages are made at once, so that no writer waits for one; but for the first segment of all,
 * where a session that sends one datagram would wait for hundreds of them. */
struct segment *store_segment_map(size_t size, bool first);

#endif
