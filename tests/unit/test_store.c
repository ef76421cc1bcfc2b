/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The store: order, limits, readers that keep up and readers that do not. */
#include "tagged.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/mman.h>

/* Linked with --wrap=mmap: how many more mappings the kernel grants. */
void *__real_mmap(void *at, size_t len, int prot, int flags, int fd, off_t offset);
void *__wrap_mmap(void *at, size_t len, int prot, int flags, int fd, off_t offset);

static unsigned mmaps_granted = 1000000;

void *__wrap_mmap(void *at, size_t len, int prot, int flags, int fd, off_t offset)
{
	if (mmaps_granted == 0) {
		errno = ENOMEM;
		return MAP_FAILED;
	}
	mmaps_granted--;
	return __real_mmap(at, len, prot, flags, fd, offset);
}

static void append_many(struct store *st, uint32_t from, uint32_t count)
{
	store_begin(st);
	for (uint32_t tag = from; tag < from + count; tag++)
		assert_true(append_tagged(st, PACKET_RX, tag));
	store_end(st);
}

/* An IPv4 datagram of n bytes. */
static bool append_sized(struct store *st, uint32_t n, uint64_t *no)
{
	uint8_t *bytes = calloc(1, n);
	struct packet p = { .kind = PACKET_RX,
			    .peer.family = AF_INET,
			    .local.family = AF_INET,
			    .len = n,
			    .stored = n,
			    .data = bytes };
	bool ok;

	assert_non_null(bytes);
	store_begin(st);
	ok = store_append(st, &p);
	store_end(st);
	free(bytes);
	if (no)
		*no = p.no;
	return ok;
}

/* ---- one thread ---- */

static void test_empty(void **state)
{
	(void)state;
	struct store *st = make(4096, 16384);
	struct store_cursor c = { .store = st };
	struct store_hold h = { 0 };
	struct store_stats stats;
	struct packet p;

	assert_int_equal(store_cursor_read(&c, &p), STORE_END);
	assert_false(store_get(st, 0, &h, &p));
	assert_false(store_find(st, 0, &h, &p));
	assert_false(store_find(st, 1, &h, &p));
	store_mark(st, &(uint64_t){ 0 }, 1, 1);
	store_stats(st, &stats);
	assert_true(stats.first_seq == 0 && stats.end_seq == 0 && stats.last_no == 0);
	assert_int_equal(stats.oldest_time, 0);
	store_hold_done(&h);
	store_cursor_rest(&c);
	store_free(st);
	store_free(NULL);
}

static void test_limit_is_four_segments(void **state)
{
	(void)state;
	struct error e;

	assert_null(store_new(1 << 20, (4 << 20) - 1, &e));
	assert_int_equal(e.code, ERR_RANGE);
}

static void test_order_numbers_and_events(void **state)
{
	(void)state;
	static const enum packet_kind kinds[] = { PACKET_OPEN, PACKET_RX,   PACKET_GAP, PACKET_NOTE,
						  PACKET_TX,   PACKET_ICMP, PACKET_JOIN };
	struct store *st = make(4096, 1 << 20);
	struct store_cursor c = { .store = st };
	uint64_t no = 0;
	struct packet p;

	store_begin(st);
	for (uint32_t i = 0; i < 700; i++)
		append_tagged(st, kinds[i % 7], i);
	store_end(st);
	for (uint32_t i = 0; i < 700; i++) {
		assert_int_equal(store_cursor_read(&c, &p), STORE_PACKET);
		assert_int_equal(p.kind, kinds[i % 7]);
		assert_int_equal(p.seq, i);
		assert_int_equal(p.no, packet_is_numbered(p.kind) ? ++no : 0);
		assert_true(is_intact(&p));
	}
	assert_int_equal(store_cursor_read(&c, &p), STORE_END);
	store_cursor_rest(&c);
	store_free(st);
}

static void test_find_and_get_everything(void **state)
{
	(void)state;
	struct store *st = make(4096, 64 << 10);
	struct store_hold h = { 0 };
	struct store_stats stats;
	struct packet p;

	for (uint32_t i = 0; i < 3000; i++) {
		store_begin(st);
		append_tagged(st, i % 3 ? PACKET_RX : PACKET_NOTE, i);
		store_end(st);
	}
	store_stats(st, &stats);
	assert_int_equal(stats.last_no, 2000);
	assert_true(stats.first_no > 1 && stats.first_seq > 0);
	for (uint64_t no = 0; no <= 2005; no++) {
		bool kept = no >= stats.first_no && no <= stats.last_no;

		assert_int_equal(store_find(st, no, &h, &p), kept);
		if (kept)
			assert_true(p.no == no && p.seq == (no - 1) / 2 * 3 + (no - 1) % 2 + 1 &&
				    is_intact(&p));
	}
	for (uint64_t seq = 3005; seq-- > 0;) {
		bool kept = seq >= stats.first_seq && seq < stats.end_seq;

		assert_int_equal(store_get(st, seq, &h, &p), kept);
		if (kept)
			assert_true(p.seq == seq && p.ifindex == seq && is_intact(&p));
	}
	store_get(st, stats.first_seq, &h, &p);
	assert_true(stats.oldest_time == p.time);
	store_hold_done(&h);
	store_free(st);
}

static void test_memory_limit_is_kept(void **state)
{
	(void)state;
	struct store *st = make(8192, 5 * 8192);
	struct store_stats stats;

	for (uint32_t i = 0; i < 5000; i++) {
		append_many(st, i, 1);
		store_stats(st, &stats);
		assert_true(stats.bytes <= stats.limit);
	}
	assert_int_equal(stats.bytes, 5 * 8192);
	store_free(st);
}

/* Once the store turns over, the kernel is asked for nothing more. */
static void test_segments_are_recycled(void **state)
{
	(void)state;
	struct store *st = make(4096, 16384);
	unsigned before;

	append_many(st, 0, 1000);
	before = mmaps_granted;
	append_many(st, 1000, 1000);
	assert_int_equal(mmaps_granted, before);
	store_free(st);
}

static void test_packet_larger_than_a_segment(void **state)
{
	(void)state;
	struct store *st = make(4096, 256 << 10);
	struct store_hold h = { 0 };
	struct store_stats stats;
	struct packet p;
	uint64_t no;

	for (int i = 0; i < 50; i++) {
		assert_true(append_sized(st, 65507, &no));
		assert_true(store_find(st, no, &h, &p));
		assert_int_equal(p.stored, 65507);
		store_hold_done(&h);
		append_many(st, 0, 20);
		store_stats(st, &stats);
		assert_true(stats.bytes <= stats.limit);
	}
	store_free(st);
}

static void test_packet_larger_than_the_store_becomes_a_gap(void **state)
{
	(void)state;
	struct store *st = make(4096, 16384);
	struct store_cursor c = { .store = st };
	struct packet p;

	assert_false(append_sized(st, 20000, NULL));
	append_many(st, 1, 1);
	assert_int_equal(store_cursor_read(&c, &p), STORE_PACKET);
	assert_int_equal(p.kind, PACKET_GAP);
	assert_int_equal(p.where, PACKET_WHERE_STORE);
	assert_int_equal(p.lost, 1);
	assert_int_equal(store_cursor_read(&c, &p), STORE_PACKET);
	assert_int_equal(p.no, 1);
	assert_true(is_intact(&p));
	store_cursor_rest(&c);
	store_free(st);
}

static void test_overhead(void **state)
{
	(void)state;
	static const uint32_t sizes[] = { 64, 1400 };

	for (size_t i = 0; i < 2; i++) {
		struct store *st = make(STORE_SEGMENT, 64 << 20);
		uint64_t count = (16 << 20) / sizes[i];
		struct store_stats stats;

		for (uint64_t n = 0; n < count; n++)
			assert_true(append_sized(st, sizes[i], NULL));
		store_stats(st, &stats);
		assert_int_equal(stats.last_no, count);
		assert_true(stats.bytes - STORE_SEGMENT <= count * (sizes[i] + 64));
		assert_true(stats.bytes / (sizes[i] + 64) <= count + STORE_SEGMENT / sizes[i]);
		store_free(st);
	}
}

static void test_mark(void **state)
{
	(void)state;
	struct store *st = make(4096, 16384);
	struct store_cursor c = { .store = st };
	struct packet p;

	store_begin(st);
	append_tagged(st, PACKET_TX, 1);
	append_tagged(st, PACKET_TX, 2);
	store_end(st);
	assert_int_equal(store_cursor_read(&c, &p), STORE_PACKET);
	assert_int_equal(p.result, PACKET_TX_PENDING);
	store_mark(st, &(uint64_t){ 0 }, 1, ENETUNREACH);
	store_mark(st, &(uint64_t){ 1 }, 1, PACKET_TX_SENT);
	store_mark(st, (uint64_t[]){ STORE_NOWHERE, 2 }, 2, 99);
	store_cursor_seek(&c, 0);
	assert_int_equal(store_cursor_read(&c, &p), STORE_PACKET);
	assert_int_equal(p.result, ENETUNREACH);
	assert_int_equal(store_cursor_read(&c, &p), STORE_PACKET);
	assert_int_equal(p.result, PACKET_TX_SENT);
	store_cursor_rest(&c);
	append_many(st, 0, 1000);
	store_mark(st, &(uint64_t){ 0 }, 1, 5); /* gone: nothing happens */
	store_free(st);
}

/* ---- readers that fall behind ---- */

static void test_overtaken_reader_gets_a_gap(void **state)
{
	(void)state;
	struct store *st = make(4096, 16384);
	struct store_cursor c = { .store = st };
	struct store_stats stats;
	struct packet p;

	append_many(st, 0, 5);
	for (int i = 0; i < 3; i++)
		assert_int_equal(store_cursor_read(&c, &p), STORE_PACKET);
	store_cursor_rest(&c);
	append_many(st, 5, 500);
	store_stats(st, &stats);
	assert_int_equal(store_cursor_read(&c, &p), STORE_GAP);
	assert_int_equal(p.kind, PACKET_GAP);
	assert_int_equal(p.where, PACKET_WHERE_STORE);
	assert_true(p.lost == stats.first_no - 4);
	assert_true(p.time == stats.oldest_time);
	assert_int_equal(store_cursor_read(&c, &p), STORE_PACKET);
	assert_true(p.no == stats.first_no && is_intact(&p));
	store_cursor_rest(&c);
	store_free(st);
}

static void test_new_cursor_starts_at_the_oldest(void **state)
{
	(void)state;
	struct store *st = make(4096, 16384);
	struct store_cursor c = { .store = st };
	struct store_stats stats;
	struct packet p;

	append_many(st, 0, 500);
	store_stats(st, &stats);
	assert_int_equal(store_cursor_read(&c, &p), STORE_PACKET);
	assert_true(p.seq == stats.first_seq);
	store_cursor_rest(&c);
	store_free(st);
}

/* A reader that waited at the end from the start is told what it missed, though it read nothing. */
static void test_waiting_reader_is_overtaken(void **state)
{
	(void)state;
	struct store *st = make(4096, 16384);
	struct store_cursor c = { .store = st }, end = { .store = st };
	struct store_stats stats;
	struct packet p;

	append_many(st, 0, 10);
	store_cursor_seek(&end, 10);
	assert_int_equal(store_cursor_read(&end, &p), STORE_END);
	store_cursor_seek(&c, 1000000);
	assert_int_equal(store_cursor_read(&c, &p), STORE_END);
	append_many(st, 10, 500);
	store_stats(st, &stats);
	assert_int_equal(store_cursor_read(&end, &p), STORE_GAP);
	assert_true(p.lost == stats.first_no - 11);
	assert_int_equal(store_cursor_read(&c, &p), STORE_GAP);
	assert_true(p.lost == stats.first_no - 11);
	store_cursor_rest(&c);
	store_cursor_rest(&end);
	store_free(st);
}

static void test_seek(void **state)
{
	(void)state;
	struct store *st = make(4096, 64 << 10);
	struct store_cursor c = { .store = st };
	struct packet p;

	append_many(st, 0, 100);
	store_cursor_seek(&c, 50);
	assert_int_equal(store_cursor_read(&c, &p), STORE_PACKET);
	assert_true(p.seq == 50 && p.no == 51 && is_intact(&p));
	store_cursor_seek(&c, 100);
	assert_int_equal(store_cursor_read(&c, &p), STORE_END);
	append_many(st, 100, 1);
	assert_int_equal(store_cursor_read(&c, &p), STORE_PACKET);
	assert_int_equal(p.seq, 100);
	store_cursor_rest(&c);
	store_free(st);
}

static void test_held_segment_survives_eviction(void **state)
{
	(void)state;
	struct store *st = make(4096, 4 * 4096);
	struct store_cursor c = { .store = st };
	struct store_hold h = { 0 };
	struct store_stats stats;
	struct packet p, held;
	uint64_t last;

	append_many(st, 0, 3);
	assert_true(store_find(st, 2, &h, &held));
	assert_int_equal(store_cursor_read(&c, &p), STORE_PACKET);
	append_many(st, 3, 1000);
	store_stats(st, &stats);
	assert_true(stats.first_no > 3);
	assert_int_equal(stats.bytes, stats.limit);
	assert_true(is_intact(&held));
	/* The rest of the segment is read out before the gap. */
	do {
		last = p.no;
		assert_true(is_intact(&p));
	} while (store_cursor_read(&c, &p) == STORE_PACKET);
	assert_int_equal(p.kind, PACKET_GAP);
	assert_true(last + p.lost + 1 == stats.first_no);
	assert_true(is_intact(&held));
	store_hold_done(&h);
	store_stats(st, &stats);
	assert_int_equal(stats.bytes, stats.limit - 4096);
	assert_false(store_find(st, 2, &h, &p));
	store_hold_done(&h);
	store_cursor_rest(&c);
	store_free(st);
}

/* Readers that hold on to everything cost packets, never the writer. */
static void test_every_segment_held(void **state)
{
	(void)state;
	struct store *st = make(4096, 4 * 4096);
	struct store_hold h[8] = { 0 };
	struct packet p[8];
	struct store_stats stats;

	for (uint32_t i = 0; i < 8; i++) {
		append_many(st, 1000 * i, 40);
		store_stats(st, &stats);
		assert_true(store_find(st, stats.last_no, &h[i], &p[i]));
	}
	for (int i = 0; i < 8; i++) {
		assert_true(is_intact(&p[i]));
		store_hold_done(&h[i]);
	}
	append_many(st, 0, 1000);
	store_stats(st, &stats);
	assert_int_equal(stats.bytes, stats.limit);
	store_free(st);
}

static void test_no_memory_reuses_the_oldest(void **state)
{
	(void)state;
	struct store *st = make(4096, 1 << 20);
	struct store_stats stats;

	append_many(st, 0, 60);
	mmaps_granted = 0;
	append_many(st, 60, 300);
	mmaps_granted = 1000000;
	store_stats(st, &stats);
	assert_true(stats.first_no > 1);
	assert_int_equal(stats.last_no, 360);
	store_free(st);
}

/* A writer behind whom a reader follows never waits for the kernel to map and clear memory, whether
 * the reader lets go of the newest segment between its turns or not. */
static void test_readers_map_ahead(void **state)
{
	void (*const ends_turn[])(struct store_cursor *) = { store_cursor_rest,
							     store_cursor_pause };

	(void)state;
	for (size_t i = 0; i < 2; i++) {
		struct store *st = make(4096, 64 << 10);
		struct store_cursor c = { .store = st };
		struct packet p;

		append_many(st, 0, 1); /* the first segment of all */
		for (uint32_t tag = 1; tag < 200; tag++) {
			while (store_cursor_read(&c, &p) != STORE_END)
				assert_true(is_intact(&p));
			ends_turn[i](&c);
			mmaps_granted = 0;
			append_many(st, tag, 1);
			mmaps_granted = 1000000;
		}
		store_cursor_seek(&c, 0);
		assert_int_equal(store_cursor_read(&c, &p), STORE_PACKET);
		assert_int_equal(p.no, 1);
		store_cursor_rest(&c);
		store_free(st);
	}
}

/* Who pauses holds nothing but the newest segment: older ones make room. */
static void test_who_pauses_holds_the_newest(void **state)
{
	(void)state;
	struct store *st = make(4096, 4 * 4096);
	struct store_cursor c = { .store = st };
	struct store_stats stats;
	struct packet p;

	append_many(st, 0, 200);
	assert_int_equal(store_cursor_read(&c, &p), STORE_PACKET);
	store_cursor_pause(&c);
	append_many(st, 0, 1000);
	store_stats(st, &stats);
	assert_int_equal(stats.bytes, stats.limit);
	while (store_cursor_read(&c, &p) != STORE_END)
		;
	store_cursor_pause(&c);
	append_many(st, 7, 1);
	assert_int_equal(store_cursor_read(&c, &p), STORE_PACKET);
	assert_int_equal(p.ifindex, 7);
	store_cursor_rest(&c);
	store_free(st);
}

static void test_no_memory_at_all_becomes_a_gap(void **state)
{
	(void)state;
	struct store *st = make(4096, 1 << 20);
	struct store_cursor c = { .store = st };
	struct packet p, drops = { .kind = PACKET_GAP, .lost = 40 };

	mmaps_granted = 0;
	assert_int_equal(store_cursor_read(&c, &p), STORE_END);
	store_begin(st);
	assert_false(append_tagged(st, PACKET_RX, 0));
	assert_false(append_tagged(st, PACKET_NOTE, 0));
	assert_false(store_append(st, &drops));
	assert_false(append_tagged(st, PACKET_TX, 0));
	store_end(st);
	mmaps_granted = 1000000;
	append_many(st, 7, 1);
	assert_int_equal(store_cursor_read(&c, &p), STORE_PACKET);
	assert_true(p.kind == PACKET_GAP && p.lost == 42);
	assert_int_equal(store_cursor_read(&c, &p), STORE_PACKET);
	assert_true(p.no == 1 && p.ifindex == 7);
	store_cursor_rest(&c);
	store_free(st);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_empty),
		cmocka_unit_test(test_limit_is_four_segments),
		cmocka_unit_test(test_order_numbers_and_events),
		cmocka_unit_test(test_find_and_get_everything),
		cmocka_unit_test(test_memory_limit_is_kept),
		cmocka_unit_test(test_segments_are_recycled),
		cmocka_unit_test(test_packet_larger_than_a_segment),
		cmocka_unit_test(test_packet_larger_than_the_store_becomes_a_gap),
		cmocka_unit_test(test_overhead),
		cmocka_unit_test(test_mark),
		cmocka_unit_test(test_overtaken_reader_gets_a_gap),
		cmocka_unit_test(test_new_cursor_starts_at_the_oldest),
		cmocka_unit_test(test_waiting_reader_is_overtaken),
		cmocka_unit_test(test_seek),
		cmocka_unit_test(test_held_segment_survives_eviction),
		cmocka_unit_test(test_every_segment_held),
		cmocka_unit_test(test_no_memory_reuses_the_oldest),
		cmocka_unit_test(test_readers_map_ahead),
		cmocka_unit_test(test_who_pauses_holds_the_newest),
		cmocka_unit_test(test_no_memory_at_all_becomes_a_gap),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
