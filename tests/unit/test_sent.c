/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Which datagram an error is about, and which group datagram is our own. */
#include "session/sent.h"
#include "util/num.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#define NOW (1700000000 * NS_PER_S)

static struct addr host(uint8_t last, uint16_t port)
{
	return (struct addr){ .bytes = { 10, 0, 0, last }, .port = port, .family = AF_INET };
}

static struct addr group6(uint32_t scope)
{
	return (struct addr){
		.bytes = { 0xff, 2, [15] = 1 }, .scope = scope, .port = 99, .family = AF_INET6
	};
}

static void add_bytes(struct sent_ring *r, uint64_t no, struct addr dest, const void *data,
		      size_t n, uint64_t time)
{
	struct packet p = {
		.kind = PACKET_TX,
		.no = no,
		.time = time,
		.socket = 1,
		.peer = dest,
		.local.port = 5000,
		.data = data,
		.len = (uint32_t)n,
		.stored = (uint32_t)n,
	};

	sent_add(r, &p);
}

static void add(struct sent_ring *r, uint64_t no, struct addr dest, const char *text, uint64_t time)
{
	add_bytes(r, no, dest, text, strlen(text), time);
}

static uint64_t cause_of(struct sent_ring *r, uint32_t socket, struct addr dest, const void *quote,
			 size_t quoted, uint64_t now)
{
	struct sent_error about = {
		.socket = socket, .dest = dest, .quote = quote, .quoted = quoted, .time = now
	};

	return sent_cause(r, &about);
}

static uint64_t cause(struct sent_ring *r, struct addr dest, const char *quote, uint64_t now)
{
	return cause_of(r, 1, dest, quote, strlen(quote), now);
}

static int setup(void **state)
{
	*state = sent_new();
	return *state ? 0 : -1;
}

static int teardown(void **state)
{
	sent_free(*state);
	return 0;
}

static void test_quote_decides(void **state)
{
	struct sent_ring *r = *state;

	add(r, 1, host(1, 53), "alpha", NOW);
	add(r, 2, host(1, 53), "beta", NOW);
	add(r, 3, host(2, 53), "beta", NOW);
	add(r, 4, host(1, 54), "beta", NOW);
	assert_int_equal(cause(r, host(1, 53), "beta", NOW), 2);
	assert_int_equal(cause(r, host(1, 53), "alp", NOW), 1);
	assert_int_equal(cause(r, host(2, 53), "beta", NOW), 3);
	assert_int_equal(cause(r, host(1, 54), "b", NOW), 4);
	assert_int_equal(cause(r, host(1, 53), "gamma", NOW), 0);
	assert_int_equal(cause(r, host(9, 53), "alpha", NOW), 0);
	assert_int_equal(cause_of(r, 2, (struct addr){ 0 }, NULL, 0, NOW), 0);
}

static void test_other_socket_is_not_meant(void **state)
{
	struct addr dest = host(1, 53);

	add(*state, 1, dest, "x", NOW);
	assert_int_equal(cause_of(*state, 2, dest, "x", 1, NOW), 0);
	assert_int_equal(cause_of(*state, 1, dest, "x", 1, NOW), 1);
}

static void test_without_quote_the_destination_decides(void **state)
{
	add(*state, 5, host(1, 53), "x", NOW);
	assert_int_equal(cause(*state, host(1, 53), "", NOW), 5);
}

/* Equal heads, but only one can have been too big. */
static void test_what_was_too_big_is_long(void **state)
{
	static const char zeros[1400];
	struct sent_error about = {
		.socket = 1, .dest = host(1, 53), .quote = zeros, .quoted = 520, .time = NOW
	};

	add_bytes(*state, 1, host(1, 53), zeros, 1000, NOW);
	add_bytes(*state, 2, host(1, 53), zeros, 1400, NOW);
	about.longer_than = 1252;
	assert_int_equal(sent_cause(*state, &about), 2);
	about.longer_than = 1400;
	assert_int_equal(sent_cause(*state, &about), 0);
}

/* This host refuses at once and tells no port: the newest, and its port is known then. */
static void test_own_refusals_are_about_the_newest(void **state)
{
	struct sent_error about = {
		.socket = 1, .dest = host(1, 0), .longer_than = 2, .time = NOW
	};

	add(*state, 1, host(1, 53), "long", NOW);
	add(*state, 2, host(1, 54), "longer", NOW);
	add(*state, 3, host(1, 55), "s", NOW);
	add(*state, 4, host(2, 55), "other", NOW);
	assert_int_equal(sent_cause(*state, &about), 2);
	assert_int_equal(about.dest.port, 54);
	about.dest.port = 0;
	about.longer_than = 100;
	assert_int_equal(sent_cause(*state, &about), 0);
	assert_int_equal(about.dest.port, 0);
}

/* Three equal datagrams, three errors: each is about the oldest that has none yet. */
static void test_equal_ones_are_linked_in_order(void **state)
{
	struct sent_ring *r = *state;

	for (uint64_t no = 1; no <= 3; no++)
		add(r, no, host(1, 53), "same", NOW + no);
	for (uint64_t no = 1; no <= 3; no++)
		assert_int_equal(cause(r, host(1, 53), "same", NOW + 10), no);
	assert_int_equal(cause(r, host(1, 53), "same", NOW + 10), 3);
}

static void test_old_ones_are_not_preferred(void **state)
{
	struct sent_ring *r = *state;

	add(r, 1, host(1, 53), "same", NOW - 2 * NS_PER_S);
	add(r, 2, host(1, 53), "same", NOW);
	assert_int_equal(cause(r, host(1, 53), "same", NOW), 2);
	/* Both are out of the last second later: the newest. */
	assert_int_equal(cause(r, host(1, 53), "same", NOW + 30 * NS_PER_S), 2);
}

static void test_quote_longer_than_prefix_or_datagram(void **state)
{
	char big[300];

	memset(big, 'b', sizeof(big));
	add_bytes(*state, 1, host(1, 53), big, sizeof(big), NOW);
	assert_int_equal(cause_of(*state, 1, (struct addr){ 0 }, big, 200, NOW), 0);
	assert_int_equal(cause_of(*state, 1, host(1, 53), big, 200, NOW), 1);
	/* Padded by a router to 128 bytes. */
	add(*state, 2, host(1, 54), "tiny", NOW);
	memset(big, 0, sizeof(big));
	memcpy(big, "tiny", 4);
	assert_int_equal(cause_of(*state, 1, host(1, 54), big, 128, NOW), 2);
}

static void test_ring_forgets_the_oldest(void **state)
{
	struct sent_ring *r = *state;
	char text[16];

	for (uint64_t no = 1; no <= SENT_KEPT + 1; no++) {
		snprintf(text, sizeof(text), "<%u>", (unsigned)no);
		add(r, no, host(1, 53), text, NOW);
	}
	assert_int_equal(cause(r, host(1, 53), "<1>", NOW), 0);
	assert_int_equal(cause(r, host(1, 53), "<2>", NOW), 2);
	assert_int_equal(cause(r, host(1, 53), "<1025>", NOW), 1025);
}

static bool own(const struct sent_ring *r, struct addr dest, uint16_t port, const char *text,
		uint64_t now)
{
	return sent_is_own(r, &dest, port, text, strlen(text), now);
}

static void test_own_is_exactly_what_was_sent(void **state)
{
	struct sent_ring *r = *state;

	assert_false(own(r, host(255, 9), 5000, "hi", NOW));
	add(r, 1, host(255, 9), "hi", NOW);
	assert_true(own(r, host(255, 9), 5000, "hi", NOW + NS_PER_MS));
	assert_true(own(r, host(255, 9), 5000, "hi", NOW + 2 * NS_PER_S));
	assert_false(own(r, host(255, 9), 5000, "hi", NOW + 2 * NS_PER_S + 1));
	assert_false(own(r, host(255, 9), 5001, "hi", NOW));
	assert_false(own(r, host(255, 8), 5000, "hi", NOW));
	assert_false(own(r, host(254, 9), 5000, "hi", NOW));
	assert_false(own(r, host(255, 9), 5000, "hi!", NOW));
	assert_false(own(r, host(255, 9), 5000, "ho", NOW));
	add(r, 2, host(255, 9), "", NOW);
	assert_true(own(r, host(255, 9), 5000, "", NOW));
}

static void test_own_compares_beyond_the_prefix(void **state)
{
	struct addr dest = host(255, 9);
	char big[1000];

	memset(big, 'b', sizeof(big));
	add_bytes(*state, 1, dest, big, sizeof(big), NOW);
	assert_true(sent_is_own(*state, &dest, 5000, big, sizeof(big), NOW));
	for (size_t i = 0; i < sizeof(big); i++) {
		big[i] ^= 1;
		assert_false(sent_is_own(*state, &dest, 5000, big, sizeof(big), NOW));
		big[i] ^= 1;
	}
}

static void test_zone_counts_where_both_know_it(void **state)
{
	struct sent_ring *r = *state;

	add(r, 1, group6(0), "hi", NOW);
	assert_true(own(r, group6(3), 5000, "hi", NOW));
	add(r, 2, group6(2), "ho", NOW);
	assert_true(own(r, group6(2), 5000, "ho", NOW));
	assert_false(own(r, group6(3), 5000, "ho", NOW));
}

int main(void)
{
#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
	const struct CMUnitTest tests[] = {
		TEST(test_quote_decides),
		TEST(test_other_socket_is_not_meant),
		TEST(test_without_quote_the_destination_decides),
		TEST(test_what_was_too_big_is_long),
		TEST(test_own_refusals_are_about_the_newest),
		TEST(test_equal_ones_are_linked_in_order),
		TEST(test_old_ones_are_not_preferred),
		TEST(test_quote_longer_than_prefix_or_datagram),
		TEST(test_ring_forgets_the_oldest),
		TEST(test_own_is_exactly_what_was_sent),
		TEST(test_own_compares_beyond_the_prefix),
		TEST(test_zone_counts_where_both_know_it),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
