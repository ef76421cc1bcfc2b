/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The store between threads: writers that race, readers of several habits, one truth. */
#include "tagged.h"

#include <pthread.h>
#include <stdatomic.h>

#define WRITERS 2
#define READERS 4
#define EACH 40000u

struct race {
	struct store *st;
	atomic_uint writing, writers;
};

struct reader {
	struct race *race;
	struct store_cursor cursor;
	unsigned habit; /* 0 keeps up; others rest, look back, dawdle */
	uint64_t packets, missed, bad;
	pthread_t thread;
};

static void *write_packets(void *arg)
{
	struct race *race = arg;
	uint32_t seed = 1000 * atomic_fetch_add(&race->writers, 1);
	uint32_t tag = 0;

	while (tag < EACH) {
		uint32_t batch = 1 + mixed(seed + tag) % 64;

		store_begin(race->st);
		for (; batch > 0 && tag < EACH; batch--, tag++) {
			if (tag % 50 == 49)
				append_tagged(race->st, PACKET_NOTE, tag);
			append_tagged(race->st, tag % 10 == 9 ? PACKET_TX : PACKET_RX, tag);
		}
		store_end(race->st);
	}
	atomic_fetch_sub(&race->writing, 1);
	return NULL;
}

static void look_back(struct reader *rd, uint64_t no)
{
	struct store_hold h = { 0 };
	struct packet p;

	if (store_find(rd->race->st, no - no % 97, &h, &p) &&
	    (p.no != no - no % 97 || !is_intact(&p)))
		rd->bad++;
	store_mark(rd->race->st, &no, 1, (int)(no % 100));
	store_hold_done(&h);
}

/* Checks one packet against the one before it. */
static void check(struct reader *rd, const struct packet *p, uint64_t seq, uint64_t no)
{
	if (p->seq != seq || (p->no && p->no != no + 1) || !is_intact(p))
		rd->bad++;
	if (p->kind == PACKET_TX && (p->result < PACKET_TX_PENDING || p->result > 100))
		rd->bad++;
}

static void behave(struct reader *rd, const struct packet *p, uint64_t no)
{
	if (rd->habit == 1 && p->seq % 64 == 0)
		store_cursor_rest(&rd->cursor);
	if (rd->habit == 2 && p->seq % 16 == 0)
		look_back(rd, no);
	if (rd->habit == 3)
		for (volatile unsigned i = 0; i < 2000; i++)
			;
}

static void *read_packets(void *arg)
{
	struct reader *rd = arg;
	uint64_t seq = 0, no = 0;
	struct packet p;

	for (;;) {
		bool ended = atomic_load(&rd->race->writing) == 0;
		enum store_read what = store_cursor_read(&rd->cursor, &p);

		if (what == STORE_END) {
			store_cursor_pause(&rd->cursor);
			if (ended)
				break;
			continue;
		}
		if (what == STORE_GAP) {
			if (p.where != PACKET_WHERE_STORE || p.seq <= seq)
				rd->bad++;
			rd->missed += p.lost;
			no += p.lost;
			seq = p.seq;
			continue;
		}
		check(rd, &p, seq, no);
		seq = p.seq + 1;
		if (p.no) {
			no = p.no;
			rd->packets++;
		}
		behave(rd, &p, no);
	}
	store_cursor_rest(&rd->cursor);
	return NULL;
}

static void race(size_t segment, size_t limit)
{
	struct race shared = { .st = make(segment, limit), .writing = WRITERS };
	struct reader readers[READERS];
	pthread_t writers[WRITERS];
	struct store_stats stats;
	struct packet p;

	for (unsigned i = 0; i < READERS; i++) {
		readers[i] =
			(struct reader){ .race = &shared, .habit = i, .cursor.store = shared.st };
		/* Its place is the beginning, however late the thread starts. */
		assert_int_equal(store_cursor_read(&readers[i].cursor, &p), STORE_END);
		assert_int_equal(pthread_create(&readers[i].thread, NULL, read_packets,
						&readers[i]),
				 0);
	}
	for (unsigned i = 0; i < WRITERS; i++)
		assert_int_equal(pthread_create(&writers[i], NULL, write_packets, &shared), 0);
	for (unsigned i = 0; i < WRITERS; i++)
		pthread_join(writers[i], NULL);
	for (unsigned i = 0; i < READERS; i++) {
		pthread_join(readers[i].thread, NULL);
		assert_int_equal(readers[i].bad, 0);
		assert_true(readers[i].packets + readers[i].missed == WRITERS * EACH);
	}
	store_stats(shared.st, &stats);
	assert_int_equal(stats.last_no, WRITERS * EACH);
	assert_true(stats.bytes <= stats.limit);
	store_free(shared.st);
}

static void test_race_with_tiny_segments(void **state)
{
	(void)state;
	race(4096, 16384);
}

static void test_race_with_room(void **state)
{
	(void)state;
	race(64 << 10, 64 << 20);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_race_with_tiny_segments),
		cmocka_unit_test(test_race_with_room),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
