/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Segments: one mapping each, so that its size is all the memory a packet costs.
 *
 *     struct segment | record 0 | record 1 | ... free ... | index 1 | index 0
 *
 * Records grow up, the index of their offsets grows down.  The newest segment is
 * appended to under the lock and read without it: "count" is released after the
 * records of a batch are written and acquired before one is read.  (Not after each
 * record: two processors would fight for its cache line.)  A reader takes the lock only
 * to change segments; there it pins the new one.  An evicted segment leaves the
 * deque at once, its memory goes with its last pin.
 */
#include "store/store_private.h"

#include "store/pages.h"

#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

static size_t round_to_page(size_t n)
{
	size_t page = (size_t)sysconf(_SC_PAGESIZE);

	return (n + page - 1) / page * page;
}

struct store *store_new(size_t segment, size_t limit, struct error *e)
{
	struct store *st;

	segment = round_to_page(segment);
	if (limit / 4 < segment) {
		err_set(e, ERR_RANGE, "the store needs at least %zu bytes", 4 * segment);
		return NULL;
	}
	st = calloc(1, sizeof(*st));
	if (st)
		st->ring = calloc(limit / segment + 1, sizeof(struct segment *));
	if (!st || !st->ring) {
		free(st);
		err_set(e, ERR_LIMIT, "no memory for the store");
		return NULL;
	}
	pthread_mutex_init(&st->lock, NULL);
	st->ordinary = segment;
	st->limit = limit;
	st->room = limit / segment + 1;
	st->next_no = 1;
	return st;
}

void store_free(struct store *st)
{
	if (!st)
		return;
	for (size_t i = 0; i < st->count; i++) {
		struct segment *g = store_segment(st, i);

		munmap(g, g->size);
	}
	if (st->spare)
		munmap(st->spare, st->spare->size);
	pthread_mutex_destroy(&st->lock);
	free(st->ring);
	free(st);
}

void store_begin(struct store *st)
{
	pthread_mutex_lock(&st->lock);
}

bool store_is_hungry(const struct store *st)
{
	const struct segment *g = store_newest(st);

	return g && !st->spare && !st->sparing && st->bytes + st->ordinary <= st->limit &&
	       st->used >= g->size / SPARE_AT;
}

/* Shows readers what was appended. */
static void publish(struct store *st)
{
	if (st->count)
		atomic_store_explicit(&store_newest(st)->count, st->filled, memory_order_release);
	atomic_store_explicit(&st->hungry, store_is_hungry(st), memory_order_relaxed);
}

void store_end(struct store *st)
{
	publish(st);
	pthread_mutex_unlock(&st->lock);
}

/* Takes the oldest segment out of the deque; NULL if a reader still looks at it. */
static struct segment *evict(struct store *st)
{
	struct segment *g = store_segment(st, 0);

	st->head = (st->head + 1) % st->room;
	st->count--;
	if (g->pins) {
		g->evicted = true;
		return NULL;
	}
	return g;
}

static void segment_unmap(struct store *st, struct segment *g)
{
	st->bytes -= g->size;
	munmap(g, g->size);
}

struct segment *store_segment_map(size_t size, bool first)
{
	struct segment *g = pages_map(size, !first);

	if (!g)
		return NULL;
	g->size = size;
	return g;
}

/*
 * Memory for a segment, within the limit as long as there is something to evict.  Once the store
 * turns over the oldest mapping becomes the newest, and the kernel is not asked.
 */
static struct segment *segment_take(struct store *st, size_t size)
{
	struct segment *g = st->spare;

	if (g && g->size == size) {
		st->spare = NULL;
		return g;
	}
	while (st->count && st->bytes + size > st->limit) {
		g = evict(st);
		if (g && g->size == size)
			return g;
		if (g)
			segment_unmap(st, g);
	}
	g = store_segment_map(size, st->next_seq == 0);
	if (g)
		st->bytes += size;
	while (!g && st->count) {
		g = evict(st);
		if (g && g->size < size) {
			segment_unmap(st, g);
			g = NULL;
		}
	}
	return g;
}

/* A new newest segment with room for a record of "need" bytes. */
static struct segment *segment_begin(struct store *st, size_t need)
{
	size_t size = round_to_page(sizeof(struct segment) + need + sizeof(uint32_t));
	struct segment *g = store_newest(st);

	if (size < st->ordinary)
		size = st->ordinary;
	if (size > st->limit)
		return NULL;
	publish(st);
	if (g)
		atomic_store_explicit(&g->sealed, true, memory_order_release);
	g = segment_take(st, size);
	if (!g)
		return NULL;
	*g = (struct segment){
		.size = g->size,
		.first_seq = st->next_seq,
		.first_no = st->next_no,
	};
	st->used = sizeof(*g);
	st->filled = 0;
	st->ring[(st->head + st->count++) % st->room] = g;
	return g;
}

static bool fits(const struct store *st, const struct segment *g, size_t need)
{
	return st->used + need + (st->filled + 1) * sizeof(uint32_t) <= g->size;
}

static bool append(struct store *st, struct packet *p)
{
	size_t need = packet_encoded_size(p);
	struct segment *g = store_newest(st);

	if (!g || !fits(st, g, need))
		g = segment_begin(st, need);
	if (!g)
		return false;
	*segment_entry(g, st->filled++) = (uint32_t)st->used;
	packet_encode(p, (uint32_t)(st->next_no - g->first_no), (uint8_t *)g + st->used);
	st->used += need;
	p->seq = st->next_seq++;
	p->no = packet_is_numbered(p->kind) ? st->next_no++ : 0;
	return true;
}

static bool append_missed(struct store *st, uint64_t time)
{
	struct packet gap = {
		.kind = PACKET_GAP,
		.where = PACKET_WHERE_STORE,
		.time = time,
		.lost = st->missed,
	};

	if (!append(st, &gap))
		return false;
	st->missed = 0;
	return true;
}

bool store_append(struct store *st, struct packet *p)
{
	if ((!st->missed || append_missed(st, p->time)) && append(st, p))
		return true;
	if (packet_is_numbered(p->kind))
		st->missed++;
	else if (p->kind == PACKET_GAP)
		st->missed += p->lost;
	return false;
}

size_t store_segments_up_to(const struct store *st, uint64_t place, bool by_number)
{
	size_t low = 0, high = st->count;

	while (low < high) {
		size_t mid = low + (high - low) / 2;
		const struct segment *g = store_segment(st, mid);

		if ((by_number ? g->first_no : g->first_seq) <= place)
			low = mid + 1;
		else
			high = mid;
	}
	return low;
}

struct segment *store_segment_of(const struct store *st, uint64_t seq)
{
	size_t n = store_segments_up_to(st, seq, false);

	return n ? store_segment(st, n - 1) : NULL;
}

void store_mark(struct store *st, const uint64_t *seqs, size_t n, int result)
{
	struct segment *g = NULL;

	pthread_mutex_lock(&st->lock);
	for (size_t i = 0; i < n; i++) {
		if (!g || !segment_has(g, seqs[i]))
			g = store_segment_of(st, seqs[i]);
		if (g && segment_has(g, seqs[i]))
			packet_set_result(segment_record(g, (uint32_t)(seqs[i] - g->first_seq)),
					  result);
	}
	pthread_mutex_unlock(&st->lock);
}

void store_stats(struct store *st, struct store_stats *out)
{
	pthread_mutex_lock(&st->lock);
	*out = (struct store_stats){
		.first_seq = st->next_seq,
		.end_seq = st->next_seq,
		.first_no = st->next_no,
		.last_no = st->next_no - 1,
		.bytes = st->bytes,
		.limit = st->limit,
	};
	if (st->count) {
		struct segment *g = store_segment(st, 0);
		struct packet oldest;

		packet_decode(segment_record(g, 0), g->first_no, &oldest);
		out->first_seq = g->first_seq;
		out->first_no = g->first_no;
		out->oldest_time = oldest.time;
	}
	pthread_mutex_unlock(&st->lock);
}
