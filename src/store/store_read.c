/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The readers of the store: cursors, and holds for single packets.  See store.c. */
#include "store/store_private.h"

#include <string.h>
#include <sys/mman.h>

/* Index of the packet with number no in g, or -1. */
static int64_t index_of_number(struct segment *g, uint64_t no)
{
	uint32_t low = 0, high = segment_published(g);

	if (no < g->first_no || no - g->first_no > UINT32_MAX)
		return -1;
	/* An event carries the offset of the next number: of equal ones the last is the packet. */
	while (low < high) {
		uint32_t mid = low + (high - low) / 2;

		if (packet_number_offset(segment_record(g, mid)) <= no - g->first_no)
			low = mid + 1;
		else
			high = mid;
	}
	return (int64_t)low - 1;
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
	return g->first_no +
	       packet_number_offset(segment_record(g, (uint32_t)(seq - g->first_seq)));
}

/* Under the lock: the segment where the cursor goes on, NULL at the end.  *overtaken: "next" has
 * moved. */
static struct segment *cursor_place(struct store_cursor *c, bool *overtaken)
{
	struct store *st = c->store;
	struct segment *g = NULL;

	*overtaken = false;
	if (c->next < st->next_seq && st->count) {
		uint64_t first = store_segment(st, 0)->first_seq;

		if (c->next < first) {
			*overtaken = c->started;
			c->next = first;
		}
		g = store_segment_of(st, c->next);
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

	packet_decode(segment_record(c->held, 0), no, &after);
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

	packet_decode(segment_record(g, (uint32_t)(c->next - g->first_seq)), g->first_no, out);
	out->seq = c->next++;
	if (out->no)
		c->next_no = out->no + 1;
	return STORE_PACKET;
}

/*
 * Until the store is full, a reader that has caught up maps the segment after the newest.  The
 * kernel clears the pages of a new mapping, 100 us or more for 2 MiB; a writer that waited for it
 * would let a small socket buffer overflow.
 */
static void map_ahead(struct store *st)
{
	struct segment *g;
	bool claimed;

	pthread_mutex_lock(&st->lock);
	claimed = store_is_hungry(st);
	if (claimed) {
		st->bytes += st->ordinary;
		st->sparing = true;
		atomic_store_explicit(&st->hungry, false, memory_order_relaxed);
	}
	pthread_mutex_unlock(&st->lock);
	if (!claimed)
		return;
	g = store_segment_map(st->ordinary, false);
	pthread_mutex_lock(&st->lock);
	st->spare = g;
	st->sparing = false;
	if (!g)
		st->bytes -= st->ordinary;
	pthread_mutex_unlock(&st->lock);
}

/* Takes the cursor to the segment where it goes on; false at the end. */
static bool cursor_move(struct store_cursor *c, bool *overtaken)
{
	struct segment *g, *dead;

	pthread_mutex_lock(&c->store->lock);
	g = cursor_place(c, overtaken);
	dead = repin(c->store, &c->held, g);
	pthread_mutex_unlock(&c->store->lock);
	if (dead)
		munmap(dead, dead->size);
	return g != NULL;
}

/* Is there more in the held segment, or may there be in a later one? */
static bool cursor_is_at_end(const struct store_cursor *c)
{
	/* "sealed" first: a count read after it is the final one. */
	return c->held && !atomic_load_explicit(&c->held->sealed, memory_order_acquire) &&
	       !segment_has(c->held, c->next);
}

enum store_read store_cursor_read(struct store_cursor *c, struct packet *out)
{
	bool overtaken = false;

	if (c->held && segment_has(c->held, c->next))
		return read_held(c, out);
	if (cursor_is_at_end(c) || !cursor_move(c, &overtaken)) {
		if (atomic_load_explicit(&c->store->hungry, memory_order_relaxed))
			map_ahead(c->store);
		return STORE_END;
	}
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

void store_cursor_pause(struct store_cursor *c)
{
	if (c->held && atomic_load_explicit(&c->held->sealed, memory_order_relaxed))
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
	packet_decode(segment_record(g, (uint32_t)index), g->first_no, out);
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
	n = store_segments_up_to(st, place, by_number);
	dead = repin(st, &h->held, n ? store_segment(st, n - 1) : NULL);
	pthread_mutex_unlock(&st->lock);
	if (dead)
		munmap(dead, dead->size);
	return n > 0;
}

bool store_get(struct store *st, uint64_t seq, struct store_hold *h, struct packet *out)
{
	struct segment *g = h->held;

	if (!g || !segment_has(g, seq)) {
		if (!hold_segment(st, h, seq, false) || !segment_has(h->held, seq))
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
