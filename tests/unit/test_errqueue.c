/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * ICMP errors: read from the queue with all their facts, put into words, and no datagram lost by
 * them.
 */
#include "net/errqueue.h"
#include "net/tx.h"
#include "peer.h"
#include "sockets.h"

#include <errno.h>
#include <stdlib.h>
#include <time.h>

/* A port that refuses, of either family, asked from all kinds of sockets. */
static const struct way {
	int family;
	const char *host;
	enum errqueue_origin origin;
	uint8_t type, code;
} ways[] = {
	{ AF_INET, "127.0.0.1", ERRQUEUE_ICMP, 3, 3 },
	{ AF_INET6, "::1", ERRQUEUE_ICMP6, 1, 4 },
	{ AF_UNSPEC, "127.0.0.1", ERRQUEUE_ICMP, 3, 3 },
	{ AF_UNSPEC, "::1", ERRQUEUE_ICMP6, 1, 4 },
};

static struct errqueue_entry next_error(int fd)
{
	static struct errqueue_entry entry;

	while (!errqueue_read(fd, &entry))
		if (!wait_events(fd, 0)) /* POLLERR is always told */
			fail_msg("no error came");
	return entry;
}

static void check_refusal(const struct way *w, bool connected)
{
	struct sock s = must_open(w->family, NULL, NULL);
	struct udp_peer closed;
	struct errqueue_entry entry;
	struct addr dest, host = address(w->host, 0);
	struct timespec now;

	assert_true(peer_open_closed(&closed, w->host));
	dest = address(w->host, closed.port);
	if (connected)
		assert_true(sock_connect(&s, &dest, NULL));
	assert_int_equal(tx_send(&s, connected ? NULL : &dest, "who?", 4), 0);
	entry = next_error(s.fd);
	assert_int_equal(entry.origin, w->origin);
	assert_int_equal(entry.type, w->type);
	assert_int_equal(entry.code, w->code);
	assert_int_equal(entry.errnum, ECONNREFUSED);
	assert_true(addr_equal(&entry.dest, &dest));
	assert_true(addr_equal(&entry.offender, &host));
	assert_int_equal(entry.mtu, 0);
	assert_int_equal(entry.quoted, 4);
	assert_memory_equal(entry.quote, "who?", 4);
	clock_gettime(CLOCK_REALTIME, &now);
	assert_in_range(entry.time / 1000000000u, (uint64_t)now.tv_sec - 60, (uint64_t)now.tv_sec);
	assert_false(errqueue_read(s.fd, &entry));
	peer_close(&closed);
	sock_close(&s);
}

static void test_refusals_are_heard(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(ways); i++) {
		check_refusal(&ways[i], false);
		check_refusal(&ways[i], true);
	}
}

/*
 * A pending error fails the next send, whomever it is for, and each entry that is taken from the
 * queue arms the next one.  Both with the queue left alone and with somebody emptying it in
 * between.
 */
static void check_no_datagram_lost(const struct way *w, bool drained)
{
	struct sock s = must_open(w->family, NULL, NULL);
	struct udp_peer closed, friend;
	struct errqueue_entry entry;
	struct addr refused, to;
	char text[8];

	assert_true(peer_open_closed(&closed, w->host) && peer_open(&friend, w->host, 0));
	refused = address(w->host, closed.port);
	to = address(w->host, friend.port);
	for (int i = 0; i < 3; i++)
		assert_int_equal(tx_send(&s, &refused, "x", 1), 0);
	for (int i = 0; i < 3; i++) {
		assert_int_equal(tx_send(&s, &to, "hello", 5), 0);
		if (drained)
			assert_true(errqueue_read(s.fd, &entry));
	}
	for (int i = 0; i < 3; i++)
		assert_int_equal(peer_recv(&friend, text, sizeof(text)), 5);
	assert_true(peer_is_quiet(&friend));
	for (int i = drained ? 3 : 0; i < 3; i++)
		assert_true(errqueue_read(s.fd, &entry));
	assert_false(errqueue_read(s.fd, &entry));
	peer_close(&closed);
	peer_close(&friend);
	sock_close(&s);
}

static void test_three_errors_cost_no_datagram(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(ways); i++) {
		check_no_datagram_lost(&ways[i], false);
		check_no_datagram_lost(&ways[i], true);
	}
}

/* Connected, to one who does not listen: each datagram is sent, and each refusal is heard. */
static void test_connected_to_nobody(void **state)
{
	struct sock s = must_open(AF_INET, NULL, NULL);
	struct udp_peer closed;
	struct addr dest;

	(void)state;
	assert_true(peer_open_closed(&closed, "127.0.0.1"));
	dest = address("127.0.0.1", closed.port);
	assert_true(sock_connect(&s, &dest, NULL));
	for (int i = 0; i < 3; i++)
		assert_int_equal(tx_send(&s, NULL, "x", 1), 0);
	for (int i = 0; i < 3; i++)
		assert_int_equal(next_error(s.fd).errnum, ECONNREFUSED);
	peer_close(&closed);
	sock_close(&s);
}

/* The datagram that did not fit, as the kernel of this host says. */
static void test_local_error(void **state)
{
	const bool *alone = *state;
	struct sock s;
	struct addr dest = address("10.99.0.2", 9);
	static char payload[2000];
	struct errqueue_entry entry;

	if (!*alone)
		skip();
	s = must_open(AF_INET, NULL, "df=do");
	assert_int_equal(tx_path_mtu(&dest, 0), 1500);
	assert_int_equal(tx_send(&s, &dest, payload, sizeof(payload)), EMSGSIZE);
	entry = next_error(s.fd);
	assert_int_equal(entry.origin, ERRQUEUE_LOCAL);
	assert_int_equal(entry.errnum, EMSGSIZE);
	assert_int_equal(entry.mtu, 1500);
	assert_int_equal(entry.offender.family, AF_UNSPEC);
	assert_true(addr_same_host(&entry.dest, &dest)); /* the kernel keeps the port to itself */
	assert_false(errqueue_read(s.fd, &entry));
	sock_close(&s);
}

/* ve1 is in the same network, so nobody answers ARP for an address on the cable. */
static void test_nobody_answers_arp(void **state)
{
	const bool *alone = *state;
	struct sock s;
	struct addr dest = address("10.99.0.77", 9);
	struct errqueue_entry entry;

	if (!*alone)
		skip();
	s = must_open(AF_UNSPEC, NULL, NULL);
	assert_int_equal(tx_send(&s, &dest, "x", 1), 0);
	entry = next_error(s.fd);
	assert_int_equal(entry.origin, ERRQUEUE_ICMP);
	assert_int_equal(entry.errnum, EHOSTUNREACH);
	assert_true(addr_equal(&entry.dest, &dest));
	assert_string_equal(errqueue_mark(entry.origin, entry.type, entry.code, entry.errnum),
			    "unreachable");
	sock_close(&s);
}

static void test_long_quotes_are_cut(void **state)
{
	struct sock s = must_open(AF_INET6, NULL, NULL);
	struct udp_peer closed;
	struct errqueue_entry entry;
	static char payload[5000];
	struct addr dest;

	(void)state;
	assert_true(peer_open_closed(&closed, "::1"));
	dest = address("::1", closed.port);
	memset(payload, 'y', sizeof(payload));
	assert_int_equal(tx_send(&s, &dest, payload, sizeof(payload)), 0);
	entry = next_error(s.fd);
	assert_in_range(entry.quoted, 100, ERRQUEUE_QUOTE);
	assert_int_equal(entry.quote[entry.quoted - 1], 'y');
	peer_close(&closed);
	sock_close(&s);
}

static void test_words(void **state)
{
	static const struct {
		enum errqueue_origin origin;
		uint8_t type, code;
		int errnum;
		uint32_t mtu;
		const char *words, *mark;
	} cases[] = {
		{ ERRQUEUE_ICMP, 3, 3, ECONNREFUSED, 0, "port unreachable", "refused" },
		{ ERRQUEUE_ICMP, 3, 1, EHOSTUNREACH, 0, "host unreachable", "unreachable" },
		{ ERRQUEUE_ICMP, 3, 4, EMSGSIZE, 1280, "fragmentation needed (MTU 1280)",
		  "too big" },
		{ ERRQUEUE_ICMP, 3, 13, EHOSTUNREACH, 0, "prohibited by a filter", "unreachable" },
		{ ERRQUEUE_ICMP, 11, 0, EHOSTUNREACH, 0, "TTL exceeded in transit", "ttl" },
		{ ERRQUEUE_ICMP, 3, 99, EHOSTUNREACH, 0, "ICMP type 3 code 99", "unreachable" },
		{ ERRQUEUE_ICMP, 77, 1, EPROTO, 0, "ICMP type 77 code 1", "error" },
		{ ERRQUEUE_ICMP6, 1, 4, ECONNREFUSED, 0, "port unreachable", "refused" },
		{ ERRQUEUE_ICMP6, 1, 3, EHOSTUNREACH, 0, "address unreachable", "unreachable" },
		{ ERRQUEUE_ICMP6, 2, 0, EMSGSIZE, 1280, "packet too big (MTU 1280)", "too big" },
		{ ERRQUEUE_ICMP6, 3, 0, EHOSTUNREACH, 0, "hop limit exceeded in transit", "ttl" },
		{ ERRQUEUE_ICMP6, 200, 0, EPROTO, 0, "ICMPv6 type 200 code 0", "error" },
		{ ERRQUEUE_LOCAL, 0, 0, EMSGSIZE, 1500, "Message too long (MTU 1500)", "too big" },
		{ ERRQUEUE_LOCAL, 0, 0, 99999, 0, "error 99999", "error" },
	};
	struct buf b;

	(void)state;
	buf_init(&b, 100);
	for (size_t i = 0; i < COUNT(cases); i++) {
		buf_reset(&b);
		errqueue_words(&b, cases[i].origin, cases[i].type, cases[i].code, cases[i].errnum,
			       cases[i].mtu);
		assert_string_equal(buf_cstr(&b), cases[i].words);
		assert_string_equal(errqueue_mark(cases[i].origin, cases[i].type, cases[i].code,
						  cases[i].errnum),
				    cases[i].mark);
	}
	buf_done(&b);
}

int main(void)
{
	bool alone = own_network();
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_refusals_are_heard),
		cmocka_unit_test(test_three_errors_cost_no_datagram),
		cmocka_unit_test(test_connected_to_nobody),
		cmocka_unit_test_prestate(test_local_error, &alone),
		cmocka_unit_test_prestate(test_nobody_answers_arp, &alone),
		cmocka_unit_test(test_long_quotes_are_cut),
		cmocka_unit_test(test_words),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
