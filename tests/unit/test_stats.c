/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What a session counts of what it hears, with a clock that stands still, and what the
 * command stats says of it.
 */
#include "fake_face.h"
#include "util/num.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

/* A datagram as the receiver would keep it, from 10.0.0.PEER to [1]. */
static void receive(struct fake_face *f, unsigned peer, const char *text, size_t n)
{
	struct packet p = { .kind = PACKET_RX,
			    .time = f->now,
			    .socket = 1,
			    .peer = { .family = AF_INET, .port = 9 },
			    .local = { .family = AF_INET, .port = 5000 },
			    .len = (uint32_t)n,
			    .stored = (uint32_t)n,
			    .data = (const uint8_t *)text };

	p.peer.v4.s_addr = htonl(0x0a000000 + peer);
	store_begin(f->session.store);
	store_append(f->session.store, &p);
	store_end(f->session.store);
	session_follow(&f->session);
}

static void drop(struct fake_face *f, uint64_t lost)
{
	struct packet p = { .kind = PACKET_GAP,
			    .time = f->now,
			    .socket = 1,
			    .lost = lost,
			    .where = PACKET_WHERE_KERNEL };

	store_begin(f->session.store);
	store_append(f->session.store, &p);
	store_end(f->session.store);
	session_follow(&f->session);
}

static void traffic_of_a_socket_and_of_all(void **state)
{
	struct fake_face *f = *state;
	const struct traffic *all = &f->session.traffic, *t;
	uint64_t start;

	fake_must(f, "open udp4 127.0.0.1:0");
	t = &f->session.current->traffic;
	start = f->now;
	for (int i = 0; i < 10; i++) {
		receive(f, 1, "hello", 5);
		fake_advance(f, 20 * NS_PER_MS);
	}
	receive(f, 2, "longer than that", 16);
	drop(f, 7);
	assert_int_equal(t->rx_bytes, 66);
	assert_int_equal(t->dropped, 7);
	assert_true(t->first == start && t->last == f->now);
	assert_int_equal(t->sizes.count, 11);
	assert_int_equal(t->sizes.least, 5);
	assert_int_equal(t->sizes.most, 16);
	assert_int_equal(t->gaps.count, 10);
	assert_int_equal(histogram_quantile(&t->gaps, 500), 20 * NS_PER_MS);
	assert_memory_equal(t, all, sizeof(*t));
	fake_advance(f, NS_PER_S - 200 * NS_PER_MS);
	assert_int_equal(rate_per_second(&t->rate, f->now), 11);
	assert_int_equal(rate_per_second(&t->byte_rate, f->now), 66);
}

static void a_clock_that_is_set_back_makes_no_gap(void **state)
{
	struct fake_face *f = *state;

	receive(f, 1, "", 0);
	f->now -= NS_PER_S;
	receive(f, 1, "", 0);
	assert_int_equal(f->session.traffic.gaps.count, 0);
	f->now += NS_PER_MS;
	receive(f, 1, "", 0);
	assert_int_equal(f->session.traffic.gaps.most, NS_PER_MS);
}

static void the_command_says_what_was_counted(void **state)
{
	struct fake_face *f = *state;

	fake_must(f, "open udp4 127.0.0.1:0");
	for (int i = 0; i < 30; i++) {
		receive(f, 1, "hello", 5);
		fake_advance(f, 100 * NS_PER_MS);
	}
	receive(f, 2, "from another one", 16);
	drop(f, 3);
	fake_advance(f, 100 * NS_PER_MS);
	fake_must(f, "stats");
	assert_true(f->listing.live);
	assert_true(fake_listed(f, "rate\t10/s, 61 B/s; at most 10 in a second"));
	assert_true(fake_listed(f, "all\t31 received (166 B), 0 sent, 0 errors; first 3 s"));
	assert_true(fake_listed(f, "sizes\t5 B to 16 B, half of them up to 5 B, 99 % up to 16 B"));
	assert_true(fake_listed(f, "gaps\t100 ms to 100 ms, half of them up to 100 ms"));
	assert_true(fake_listed(f, "lost\t3 dropped by this host's kernel"));
	assert_false(fake_listed(f, "seq\t"));
	assert_true(fake_listed(f, "/s\t31\t166 B\t0\t3\tnow\t0\t3 s ago"));
	assert_true(fake_listed(f, "@1\t10.0.0.1:9\t"));
	assert_true(fake_listed(f, "@2\t10.0.0.2:9\t1/s\t1\t16 B\t0\t-\tnow\t0\tnow"));
	assert_true(fake_listed(f, "\t4 B to 7 B\t96.8 %\t30\t"));
	fake_must(f, "stats 1");
	assert_true(fake_listed(f, "all\t31 received"));
	assert_false(fake_listed(f, "kept\t"));
}

/* The rate of now is never above that of the minute, nor is there a picture of it yet. */
static void the_first_second_counts(void **state)
{
	struct fake_face *f = *state;

	fake_must(f, "open udp4 127.0.0.1:0");
	for (int i = 0; i < 3; i++) {
		receive(f, 1, "hello", 5);
		fake_advance(f, 100 * NS_PER_MS);
	}
	fake_must(f, "stats");
	assert_true(fake_listed(f, "rate\t3/s, 15 B/s; at most 3 in a second"));
	assert_false(fake_listed(f, "60 s\t"));
}

static void sequence_numbers_and_where_they_were_lost(void **state)
{
	struct fake_face *f = *state;
	struct error e;

	drop(f, 100); /* before it was asked for */
	fake_must(f, "stats sequence data[2:8]:text");
	for (int i = 0; i < 20; i++) {
		char text[32];
		int n = snprintf(text, sizeof(text), "n=%d", i);

		if (i % 4 != 2)
			receive(f, 1, text, (size_t)n);
	}
	receive(f, 2, "none", 4);
	fake_must(f, "stats");
	assert_true(fake_listed(f, "seq\tdata[2:8]:text: 5 missing, 0 dropped here meanwhile; "
				   "0 repeated, 0 late; 1 without a number"));
	assert_true(fake_listed(f, "\t0\t5\tnow\t0\tnow\tgaps 5, repeated 0, late 0, jitter"));
	drop(f, 2);
	fake_must(f, "stats");
	assert_true(fake_listed(f, "5 missing, 2 dropped here meanwhile"));
	fake_must(f, "stats sequence off");
	fake_must(f, "stats");
	assert_false(fake_listed(f, "seq\t"));
	assert_false(fake_run(f, "stats sequence data[0:3]", &e));
	assert_int_equal(e.at, strlen("stats sequence data"));
	assert_false(fake_run(f, "stats sequence", &e));
	assert_false(fake_run(f, "stats 1 2", &e));
	assert_false(fake_run(f, "stats 1", &e));
}

static void json_has_the_same_facts(void **state)
{
	static const char *const want[] = {
		"\"of\":\"all\",\"rx\":2,\"tx\":0,\"errors\":0,\"lost\":0,\"peers\":1,"
		"\"rx_bytes\":8,",
		"\"of\":\"sequence\",\"where\":\"data[0:4]\",\"numbered\":2,\"missing\":1,",
		"\"of\":\"peer\",\"peer\":1,\"address\":\"10.0.0.1:9\",",
	};
	struct fake_face *f = *state;
	size_t found = 0;

	fake_must(f, "stats sequence data[0:4]");
	receive(f, 1, "abcd", 4);
	receive(f, 1, "abcf", 4);
	fake_must(f, "stats");
	for (size_t i = 0; i < f->listing.count; i++) {
		const char *event, *members;

		if (!listing_event(&f->listing, i, &event, &members))
			continue;
		assert_string_equal(event, "stats");
		assert_true(found < sizeof(want) / sizeof(want[0]));
		assert_memory_equal(members, want[found], strlen(want[found]));
		found++;
	}
	assert_int_equal(found, sizeof(want) / sizeof(want[0]));
}

/* The busiest now come first, then who sent most; the rest is counted. */
static void the_busiest_peers_are_listed(void **state)
{
	struct fake_face *f = *state;
	size_t peers = 0, third = 0, first_row = 0;

	for (unsigned peer = 1; peer <= 500; peer++)
		for (unsigned i = 0; i < (peer == 77 ? 9 : 1); i++)
			receive(f, peer, "x", 1);
	fake_advance(f, 10 * NS_PER_S);
	receive(f, 300, "x", 1);
	receive(f, 301, "x", 1);
	receive(f, 301, "x", 1);
	fake_must(f, "stats");
	for (size_t i = 0; i < f->listing.count; i++) {
		const char *row = listing_text(&f->listing, i);

		if (row[0] != '@')
			continue;
		if (peers++ == 0)
			first_row = i;
		if (peers == 3)
			third = i;
	}
	assert_int_equal(peers, 32);
	assert_memory_equal(listing_text(&f->listing, first_row), "@301\t", 5);
	assert_memory_equal(listing_text(&f->listing, first_row + 1), "@300\t", 5);
	assert_memory_equal(listing_text(&f->listing, third), "@77\t", 4);
	assert_string_equal(listing_command(&f->listing, third), "to @77");
	/* among equals the older one */
	assert_memory_equal(listing_text(&f->listing, third + 1), "@1\t", 3);
	assert_true(fake_listed(f, "and 468 more"));
}

int main(void)
{
#define A_STATS_TEST(test) \
	cmocka_unit_test_setup_teardown(test, fake_face_setup_still, fake_face_teardown)
	const struct CMUnitTest tests[] = {
		A_STATS_TEST(traffic_of_a_socket_and_of_all),
		A_STATS_TEST(a_clock_that_is_set_back_makes_no_gap),
		A_STATS_TEST(the_command_says_what_was_counted),
		A_STATS_TEST(the_first_second_counts),
		A_STATS_TEST(sequence_numbers_and_where_they_were_lost),
		A_STATS_TEST(json_has_the_same_facts),
		A_STATS_TEST(the_busiest_peers_are_listed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
