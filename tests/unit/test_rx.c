/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Receiving: every fact of a datagram, on all kinds of sockets, in batches.
 */
#include "net/tx.h"
#include "sockets.h"

#include <errno.h>
#include <netinet/udp.h>
#include <stdlib.h>
#include <time.h>

static uint64_t now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_REALTIME, &t);
	return (uint64_t)t.tv_sec * 1000000000u + (uint64_t)t.tv_nsec;
}

/* Who hears, who speaks, and by which address. */
static const struct way {
	int hearer, speaker;
	const char *host;
} ways[] = {
	{ AF_INET, AF_INET, "127.0.0.1" },   { AF_INET6, AF_INET6, "::1" },
	{ AF_UNSPEC, AF_INET, "127.0.0.1" }, { AF_UNSPEC, AF_INET6, "::1" },
	{ AF_INET, AF_UNSPEC, "127.0.0.1" }, { AF_UNSPEC, AF_UNSPEC, "127.0.0.1" },
};

static void test_facts(void **state)
{
	struct rx_batch *b = rx_batch_new();

	(void)state;
	for (size_t i = 0; i < COUNT(ways); i++) {
		struct sock to = must_open(ways[i].hearer, NULL, NULL);
		struct sock from = must_open(ways[i].speaker, NULL, "tos=0xb9");
		struct sockopt_value ttl = { .asked = true, .number = 33 };
		struct addr dest = address(ways[i].host, to.local.port);
		struct addr local = address(ways[i].host, 0);
		struct addr peer = address(ways[i].host, from.local.port);
		uint64_t before = now();
		struct rx_meta m;

		assert_true(sockopt_set(&from, sockopt_find("ttl", NULL), &ttl, NULL));
		assert_int_equal(tx_send(&from, &dest, "hello", 5), 0);
		m = hear(b, to.fd);
		assert_true(addr_equal(&m.peer, &peer));
		assert_true(addr_equal(&m.local, &local));
		assert_int_equal(m.ifindex, if_nametoindex("lo"));
		assert_int_equal(m.len, 5);
		assert_int_equal(m.stored, 5);
		assert_memory_equal(rx_data(b, 0), "hello", 5);
		assert_int_equal(m.ttl, 33);
		assert_int_equal(m.tos, 0xb9);
		assert_int_equal(m.flags, RX_HAS_TTL | RX_HAS_TOS);
		assert_int_equal(m.segment, 0);
		assert_true(m.time >= before && m.time <= now());
		sock_close(&to);
		sock_close(&from);
	}
	rx_batch_free(b);
}

static void test_empty_and_largest(void **state)
{
	struct rx_batch *b = rx_batch_new();
	char *payload = calloc(1, 65507);
	struct sock to = must_open(AF_UNSPEC, NULL, NULL), from = must_open(AF_INET, NULL, NULL);
	struct addr dest = address("127.0.0.1", to.local.port);
	struct rx_meta m;

	(void)state;
	assert_int_equal(tx_send(&from, &dest, "", 0), 0);
	m = hear(b, to.fd);
	assert_int_equal(m.len, 0);
	assert_int_equal(m.flags & RX_TRUNCATED, 0);
	payload[65506] = 'z';
	assert_int_equal(tx_send(&from, &dest, payload, 65507), 0);
	m = hear(b, to.fd);
	assert_int_equal(m.len, 65507);
	assert_int_equal(m.stored, 65507);
	assert_int_equal(rx_data(b, 0)[65506], 'z');
	assert_int_equal(m.flags & RX_TRUNCATED, 0);
	free(payload);
	rx_batch_free(b);
	sock_close(&to);
	sock_close(&from);
}

/* More than a batch holds, of different sizes and from both families: nothing of one shows in
 * another. */
static void test_batches(void **state)
{
	struct rx_batch *b = rx_batch_new();
	struct sock to = must_open(AF_UNSPEC, NULL, NULL), from = must_open(AF_UNSPEC, NULL, NULL);
	const struct addr dests[] = { address("127.0.0.1", to.local.port),
				      address("::1", to.local.port) };
	char payload[200];
	unsigned seen = 0;
	int errnum = 0, n;

	(void)state;
	memset(payload, 'x', sizeof(payload));
	for (unsigned i = 0; i < 150; i++)
		assert_int_equal(tx_send(&from, &dests[i % 2], payload, i), 0);
	while ((n = rx_receive(b, to.fd, &errnum)) > 0) {
		assert_true(n <= RX_BATCH);
		for (int i = 0; i < n; i++, seen++) {
			struct rx_meta m;

			rx_decode(b, i, &m);
			assert_int_equal(m.len, seen);
			assert_int_equal(m.peer.family, dests[seen % 2].family);
			assert_int_equal(m.local.family, dests[seen % 2].family);
			assert_int_equal(m.flags, RX_HAS_TTL | RX_HAS_TOS);
		}
	}
	assert_int_equal(n, 0);
	assert_int_equal(seen, 150);
	rx_batch_free(b);
	sock_close(&to);
	sock_close(&from);
}

static const struct kind {
	int hearer;
	const char *dev, *to;
	uint8_t flags;
} kinds[] = {
	{ AF_INET, "lo", "127.0.0.2", 0 },
	{ AF_UNSPEC, "lo", "127.0.0.2", 0 },
	{ AF_INET, "lo", "127.255.255.255", RX_BROADCAST },
	{ AF_UNSPEC, "lo", "127.255.255.255", RX_BROADCAST },
	{ AF_INET, "lo", "239.1.2.3", RX_MULTICAST },
	{ AF_UNSPEC, "lo", "239.1.2.3", RX_MULTICAST },
	/* the rest needs a network of our own */
	{ AF_INET, "ve0", "10.99.0.255", RX_BROADCAST },
	{ AF_UNSPEC, "ve0", "10.99.0.255", RX_BROADCAST },
	{ AF_INET, "ve0", "239.1.2.3", RX_MULTICAST },
	{ AF_UNSPEC, "ve0", "239.1.2.3", RX_MULTICAST },
	{ AF_UNSPEC, "ve0", "ff15::1", RX_MULTICAST },
	{ AF_INET6, "ve0", "ff12::1%ve0", RX_MULTICAST },
};

static void check_kind(const struct kind *k, struct rx_batch *b)
{
	struct sock to = must_open(k->hearer, NULL, NULL);
	struct addr dest = address(k->to, to.local.port);
	struct sock from = must_open(dest.family, NULL, "broadcast");
	struct group_spec g = { .group = dest, .count = 1, .ifindex = if_nametoindex(k->dev) };
	struct sockopt_value dev = { .asked = true, .number = g.ifindex };
	unsigned joined;
	struct rx_meta m;

	if (k->flags == RX_MULTICAST)
		assert_true(group_join(&to, &g, &joined, NULL));
	assert_true(sockopt_set(&from, sockopt_find("multicast-interface", NULL), &dev, NULL));
	assert_int_equal(tx_send(&from, &dest, "x", 1), 0);
	m = hear(b, to.fd);
	assert_int_equal(m.flags & (RX_BROADCAST | RX_MULTICAST), k->flags);
	assert_true(addr_same_host(&m.local, &dest));
	assert_int_equal(m.ifindex, g.ifindex);
	assert_true(is_quiet(to.fd));
	sock_close(&to);
	sock_close(&from);
}

static void test_destination_kinds(void **state)
{
	const bool *alone = *state;
	struct rx_batch *b = rx_batch_new();

	for (size_t i = 0; i < COUNT(kinds); i++)
		if (*alone || strcmp(kinds[i].dev, "lo") == 0)
			check_kind(&kinds[i], b);
	rx_batch_free(b);
}

static void test_drops_ride_on_the_next_datagram(void **state)
{
	struct rx_batch *b = rx_batch_new();
	struct sock to = must_open(AF_INET, "127.0.0.1", "rcvbuf=4096");
	struct sock from = must_open(AF_INET, "127.0.0.1", NULL);
	struct sock_memory memory;
	char payload[1000] = "";
	struct rx_meta m;
	int errnum = 0;

	(void)state;
	for (int i = 0; i < 50; i++)
		assert_int_equal(tx_send(&from, &to.local, payload, sizeof(payload)), 0);
	assert_true(sock_memory(&to, &memory));
	while (rx_receive(b, to.fd, &errnum) > 0)
		;
	assert_int_equal(tx_send(&from, &to.local, payload, 1), 0);
	m = hear(b, to.fd);
	assert_int_equal(m.flags & RX_HAS_DROPS, RX_HAS_DROPS);
	assert_int_equal(m.drops, memory.drops);
	rx_batch_free(b);
	sock_close(&to);
	sock_close(&from);
}

/* Both families, from and to all kinds of sockets; what came whole says nothing. */
static void test_fragments(void **state)
{
	const bool *alone = *state;
	struct rx_batch *b;
	char payload[4000] = "";

	if (!*alone || !run_shell("PATH=$PATH:/usr/sbin:/sbin; ip link set lo mtu 1500"))
		skip();
	b = rx_batch_new();
	for (size_t i = 0; i < COUNT(ways); i++) {
		struct sock to = must_open(ways[i].hearer, NULL, NULL);
		struct sock from = must_open(ways[i].speaker, NULL, NULL);
		struct addr dest = address(ways[i].host, to.local.port);
		struct rx_meta m;

		assert_int_equal(tx_send(&from, &dest, payload, sizeof(payload)), 0);
		m = hear(b, to.fd);
		assert_int_equal(m.len, sizeof(payload));
		assert_in_range(m.fragment, 1280, 1500);
		assert_int_equal(tx_send(&from, &dest, payload, 1000), 0);
		assert_int_equal(hear(b, to.fd).fragment, 0);
		sock_close(&to);
		sock_close(&from);
	}
	rx_batch_free(b);
}

static void test_trains(void **state)
{
	struct rx_batch *b = rx_batch_new();
	struct sock to = must_open(AF_INET, "127.0.0.1", "gro");
	struct sock from = must_open(AF_INET, "127.0.0.1", NULL);
	int size = 100;
	char payload[450] = "";
	struct rx_meta m;

	(void)state;
	assert_int_equal(setsockopt(from.fd, IPPROTO_UDP, UDP_SEGMENT, &size, sizeof(size)), 0);
	assert_int_equal(tx_send(&from, &to.local, payload, sizeof(payload)), 0);
	m = hear(b, to.fd);
	assert_int_equal(m.len, sizeof(payload));
	assert_int_equal(m.segment, 100);
	rx_batch_free(b);
	sock_close(&to);
	sock_close(&from);
}

static void test_nothing_there(void **state)
{
	struct rx_batch *b = rx_batch_new();
	struct sock s = must_open(AF_UNSPEC, NULL, NULL);
	int errnum = 0;

	(void)state;
	assert_int_equal(rx_receive(b, s.fd, &errnum), 0);
	assert_int_equal(errnum, 0);
	assert_int_equal(rx_receive(b, -1, &errnum), -1);
	assert_int_equal(errnum, EBADF);
	sock_close(&s);
	rx_batch_free(b);
	rx_batch_free(NULL);
}

int main(void)
{
	bool alone = own_network();
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_facts),
		cmocka_unit_test(test_empty_and_largest),
		cmocka_unit_test(test_batches),
		cmocka_unit_test_prestate(test_destination_kinds, &alone),
		cmocka_unit_test(test_drops_ride_on_the_next_datagram),
		cmocka_unit_test(test_trains),
		cmocka_unit_test(test_nothing_there),
		cmocka_unit_test_prestate(test_fragments, &alone),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
