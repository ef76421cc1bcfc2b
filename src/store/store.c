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
#include "store/store.h"

#include "store/pages.h"

#include <assert.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

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
	/* of the newest segment */
	size_t used;     /* bytes from its start: its head and the records */
	uint32_t filled; /* records, those of the present batch included */
	uint64_t next_seq, next_no;
	uint64_t missed; /* datagrams that found no memory and stand in no gap yet */
};

static_assert(sizeof(struct segment) % 8 == 0, "records begin at multiples of 8");

static size_t round_to_page(size_t n)
{
	size_t page = (size_t)sysconf(_SC_PAGESIZE);

	return (n + page - 1) / page * page;
}

static struct segment *segment_at(const struct store *st, size_t i)
{
	return st->ring[(st->head + i) % st->room];
}

static struct segment *newest(const struct store *st)
{
	return st->count ? segment_at(st, st->count - 1) : NULL;
}

/* The place of index entry i. */
static uint32_t *entry(struct segment *g, uint32_t i)
{
	return (uint32_t *)(void *)((uint8_t *)g + g->size) - 1 - i;
}

static uint8_t *record(struct segment *g, uint32_t i)
{
	return (uint8_t *)g + *entry(g, i);
}

static uint32_t published(struct segment *g)
{
	return atomic_load_explicit(&g->count, memory_order_acquire);
}

static bool holds_seq(struct segment *g, uint64_t seq)
{
	return seq >= g->first_seq && seq - g->first_seq < published(g);
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
		struct segment *g = segment_at(st, i);

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

/* Shows readers what was appended. */
static void publish(struct store *st)
{
	if (st->count)
		atomic_store_explicit(&newest(st)->count, st->filled, memory_order_release);
}

void store_end(struct store *st)
{
	publish(st);
	pthread_mutex_unlock(&st->lock);
}

/* Takes the oldest segment out of the deque; NULL if a reader still looks at it. */
static struct segment *evict(struct store *st)
{
	struct segment *g = segment_at(st, 0);

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

/* Its pages are made at once, so that no writer waits for one; but for the first segment of all,
 * where a session that sends one datagram would wait for hundreds of them. */
static struct segment *segment_map(size_t size, bool first)
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
	g = segment_map(size, st->next_seq == 0);
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
	struct segment *g = newest(st);

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
	struct segment *g = newest(st);

	if (!g || !fits(st, g, need))
		g = segment_begin(st, need);
	if (!g)
		return false;
	*entry(g, st->filled++) = (uint32_t)st->used;
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

/* Number of segments that begin at or before seq (or number no). */
static size_t segments_up_to(const struct store *st, uint64_t place, bool by_number)
{
	size_t low = 0, high = st->count;

	while (low < high) {
		size_t mid = low + (high - low) / 2;
		const struct segment *g = segment_at(st, mid);

		if ((by_number ? g->first_no : g->first_seq) <= place)
			low = mid + 1;
		else
			high = mid;
	}
	return low;
}

/* The segment that seq is or will be in; NULL if it is gone or there is none. */
static struct segment *segment_of(const struct store *st, uint64_t seq)
{
	size_t n = segments_up_to(st, seq, false);

	return n ? segment_at(st, n - 1) : NULL;
}

/* Index of the packet with number no in g, or -1. */
static int64_t index_of_number(struct segment *g, uint64_t no)
{
	uint32_t low = 0, high = published(g);

	if (no < g->first_no || no - g->first_no > UINT32_MAX)
		return -1;
	/* An event carries the offset of the next number: of equal ones the last is the packet. */
	while (low < high) {
		uint32_t mid = low + (high - low) / 2;

		if (packet_number_offset(record(g, mid)) <= no - g->first_no)
			low = mid + 1;
		else
			high = mid;
	}
	return (int64_t)low - 1;
}

void store_mark(struct store *st, const uint64_t *seqs, size_t n, int result)
{
	struct segment *g = NULL;

	pthread_mutex_lock(&st->lock);
	for (size_t i = 0; i < n; i++) {
		if (!g || !holds_seq(g, seqs[i]))
			g = segment_of(st, seqs[i]);
		if (g && holds_seq(g, seqs[i]))
			packet_set_result(record(g, (uint32_t)(seqs[i] - g->first_seq)), result);
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
		struct segment *g = segment_at(st, 0);
		struct packet oldest;

		packet_decode(record(g, 0), g->first_no, &oldest);
		out->first_seq = g->first_seq;
		out->first_no = g->first_no;
		out->oldest_time = oldest.time;
	}
	pthread_mutex_unlock(&st->lock);
}

/* Under the lock: *held becomes g (or nothing).  Returns what to unmap once the lock is released,
 * so that no writer waits for the kernel to take a mapping down. */
static struct segment *repin(struct store *st, struct segment **held, struct segment *g)
{
	struct segment *former = *held;

	if (g)
		g->pins++;
	*held = g;
	if (!former || --former->pins > 0 || !former->evicted)
		return NULL;
	st->bytes -= former->size;
	return former;
}

static void let_go(struct store *st, struct segment **held)
{
	struct segment *dead;

	if (!*held)
		return;
	pthread_mutex_lock(&st->lock);
	dead = repin(st, held, NULL);
	pthread_mutex_unlock(&st->lock);
	if (dead)
		munmap(dead, dead->size);
}

/* The number that the packet at seq has, or the next one if it has none. */
static uint64_t number_at(struct segment *g, uint64_t seq)
{
	return g->first_no + packet_number_offset(record(g, (uint32_t)(seq - g->first_seq)));
}

/* Under the lock: the segment where the cursor goes on, NULL at the end.  *overtaken: "next" has
 * moved. */
static struct segment *cursor_place(struct store_cursor *c, bool *overtaken)
{
	struct store *st = c->store;
	struct segment *g = NULL;

	*overtaken = false;
	if (c->next < st->next_seq && st->count) {
		uint64_t first = segment_at(st, 0)->first_seq;

		if (c->next < first) {
			*overtaken = c->started;
			c->next = first;
		}
		g = segment_of(st, c->next);
	}
	if (!c->started) {
		if (!g)
			c->next = st->next_seq;
		c->next_no = g ? number_at(g, c->next) : st->next_no;
		c->started = true;
	}
	return g;
}

static enum store_read read_gap(struct store_cursor *c, struct packet *out)
{
	struct packet after;
	uint64_t no = c->held->first_no;

	packet_decode(record(c->held, 0), no, &after);
	*out = (struct packet){
		.kind = PACKET_GAP,
		.where = PACKET_WHERE_STORE,
		.seq = c->next,
		.time = after.time,
		.lost = no - c->next_no,
	};
	c->next_no = no;
	return STORE_GAP;
}

static enum store_read read_held(struct store_cursor *c, struct packet *out)
{
	struct segment *g = c->held;

	packet_decode(record(g, (uint32_t)(c->next - g->first_seq)), g->first_no, out);
	out->seq = c->next++;
	if (out->no)
		c->next_no = out->no + 1;
	return STORE_PACKET;
}

/* Under the lock: is a reader of g to map the next segment?  Not before it comes into sight. */
static bool claim_spare(struct store *st, const struct segment *g)
{
	if (!g || g != newest(st) || st->spare || st->sparing ||
	    st->bytes + st->ordinary > st->limit || st->used < g->size / SPARE_AT)
		return false;
	st->bytes += st->ordinary;
	st->sparing = true;
	return true;
}

/*
 * Until the store is full, a reader that comes to the newest segment maps the one after it.  The
 * kernel clears the pages of a new mapping, 100 us or more for 2 MiB; a writer that waited for it
 * would let a small socket buffer overflow.
 */
static void map_spare(struct store *st)
{
	struct segment *g = segment_map(st->ordinary, false);

	pthread_mutex_lock(&st->lock);
	st->spare = g;
	st->sparing = false;
	if (!g)
		st->bytes -= st->ordinary;
	pthread_mutex_unlock(&st->lock);
}

enum store_read store_cursor_read(struct store_cursor *c, struct packet *out)
{
	struct segment *g = c->held, *dead;
	bool overtaken, claimed;

	if (g) {
		/* "sealed" first: a count read after it is the final one. */
		bool sealed = atomic_load_explicit(&g->sealed, memory_order_acquire);

		if (holds_seq(g, c->next))
			return read_held(c, out);
		if (!sealed)
			return STORE_END;
	}
	pthread_mutex_lock(&c->store->lock);
	g = cursor_place(c, &overtaken);
	dead = repin(c->store, &c->held, g);
	claimed = claim_spare(c->store, g);
	pthread_mutex_unlock(&c->store->lock);
	if (dead)
		munmap(dead, dead->size);
	if (claimed)
		map_spare(c->store);
	if (!g)
		return STORE_END;
	return overtaken ? read_gap(c, out) : read_held(c, out);
}

void store_cursor_unread(struct store_cursor *c, const struct packet *p)
{
	c->next = p->seq;
	c->next_no = p->no;
}

void store_cursor_rest(struct store_cursor *c)
{
	let_go(c->store, &c->held);
}

void store_cursor_seek(struct store_cursor *c, uint64_t seq)
{
	store_cursor_rest(c);
	c->next = seq;
	c->started = false;
}

static bool hold_index(struct store_hold *h, int64_t index, struct packet *out)
{
	struct segment *g = h->held;

	if (index < 0)
		return false;
	packet_decode(record(g, (uint32_t)index), g->first_no, out);
	out->seq = g->first_seq + (uint32_t)index;
	return true;
}

/* Pins the segment that has the place or number; false if none has. */
static bool hold_segment(struct store *st, struct store_hold *h, uint64_t place, bool by_number)
{
	struct segment *dead = NULL;
	size_t n;

	if (h->held && h->store != st)
		store_hold_done(h);
	h->store = st;
	pthread_mutex_lock(&st->lock);
	n = segments_up_to(st, place, by_number);
	dead = repin(st, &h->held, n ? segment_at(st, n - 1) : NULL);
	pthread_mutex_unlock(&st->lock);
	if (dead)
		munmap(dead, dead->size);
	return n > 0;
}

bool store_get(struct store *st, uint64_t seq, struct store_hold *h, struct packet *out)
{
	struct segment *g = h->held;

	if (!g || !holds_seq(g, seq)) {
		if (!hold_segment(st, h, seq, false) || !holds_seq(h->held, seq))
			return false;
		g = h->held;
	}
	return hold_index(h, (int64_t)(seq - g->first_seq), out);
}

bool store_find(struct store *st, uint64_t no, struct store_hold *h, struct packet *out)
{
	for (int attempt = 0; attempt < 2; attempt++) {
		if (attempt && !hold_segment(st, h, no, true))
			return false;
		if (h->held && hold_index(h, index_of_number(h->held, no), out) && out->no == no)
			return true;
	}
	return false;
}

void store_hold_done(struct store_hold *h)
{
	if (h->held)
		let_go(h->store, &h->held);
}
