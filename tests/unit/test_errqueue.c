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
	assert_int_equal(entry.info, 0);
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
	assert_int_equal(entry.info, 1500);
	assert_int_equal(entry.offender.family, AF_UNSPEC);
	assert_true(addr_same_host(&entry.dest, &dest)); /* the kernel keeps the port to itself */
	assert_false(errqueue_read(s.fd, &entry));
	sock_close(&s);
}

/* ve1 is in the same network, so nobody answers ARP for an address on the cable. */
static void check_nobody_answers(int family, const char *host, enum errqueue_origin origin,
				 const char *words)
{
	struct sock s = must_open(family, NULL, NULL);
	struct addr dest = address(host, 9);
	struct errqueue_entry entry;
	struct buf b;

	assert_int_equal(tx_send(&s, &dest, "x", 1), 0);
	entry = next_error(s.fd);
	assert_int_equal(entry.origin, origin);
	assert_true(errqueue_is_local(entry.origin));
	assert_int_equal(entry.errnum, EHOSTUNREACH);
	assert_true(addr_equal(&entry.dest, &dest));
	assert_string_equal(errqueue_mark(entry.origin, entry.type, entry.code, entry.errnum),
			    "unreachable");
	buf_init(&b, 100);
	errqueue_words(&b, entry.origin, entry.type, entry.code, entry.errnum, entry.info);
	assert_string_equal(buf_cstr(&b), words);
	buf_done(&b);
	sock_close(&s);
}

static void test_nobody_answers(void **state)
{
	const bool *alone = *state;

	if (!*alone)
		skip();
	check_nobody_answers(AF_INET, "10.99.0.77", ERRQUEUE_OWN, "nobody answers ARP");
	check_nobody_answers(AF_UNSPEC, "10.99.0.78", ERRQUEUE_OWN, "nobody answers ARP");
	check_nobody_answers(AF_INET6, "fd99::77", ERRQUEUE_OWN6,
			     "nobody answers neighbour discovery");
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

/* Each type and code, the errno that the kernel makes of it, the number that comes along. */
static const struct {
	enum errqueue_origin origin;
	uint8_t type, code;
	int errnum;
	uint32_t info;
	const char *words, *mark;
} meanings[] = {
	{ ERRQUEUE_ICMP, 3, 0, ENETUNREACH, 0, "network unreachable", "unreachable" },
	{ ERRQUEUE_ICMP, 3, 1, EHOSTUNREACH, 0, "host unreachable", "unreachable" },
	{ ERRQUEUE_ICMP, 3, 2, ENOPROTOOPT, 0, "protocol unreachable", "unreachable" },
	{ ERRQUEUE_ICMP, 3, 3, ECONNREFUSED, 0, "port unreachable", "refused" },
	{ ERRQUEUE_ICMP, 3, 4, EMSGSIZE, 0, "fragmentation needed", "too big" },
	{ ERRQUEUE_ICMP, 3, 5, EOPNOTSUPP, 0, "source route failed", "unreachable" },
	{ ERRQUEUE_ICMP, 3, 6, ENETUNREACH, 0, "network unknown", "unreachable" },
	{ ERRQUEUE_ICMP, 3, 7, EHOSTDOWN, 0, "host unknown", "unreachable" },
	{ ERRQUEUE_ICMP, 3, 8, ENONET, 0, "source host isolated", "unreachable" },
	{ ERRQUEUE_ICMP, 3, 9, ENETUNREACH, 0, "network administratively prohibited",
	  "prohibited" },
	{ ERRQUEUE_ICMP, 3, 10, EHOSTUNREACH, 0, "host administratively prohibited", "prohibited" },
	{ ERRQUEUE_ICMP, 3, 11, ENETUNREACH, 0, "network unreachable for this TOS", "unreachable" },
	{ ERRQUEUE_ICMP, 3, 12, EHOSTUNREACH, 0, "host unreachable for this TOS", "unreachable" },
	{ ERRQUEUE_ICMP, 3, 13, EHOSTUNREACH, 0, "administratively prohibited by a filter",
	  "prohibited" },
	{ ERRQUEUE_ICMP, 3, 14, EHOSTUNREACH, 0, "precedence violation", "prohibited" },
	{ ERRQUEUE_ICMP, 3, 15, EHOSTUNREACH, 0, "precedence cut off", "prohibited" },
	{ ERRQUEUE_ICMP, 3, 4, EMSGSIZE, 1280, "fragmentation needed (MTU 1280)", "too big" },
	{ ERRQUEUE_ICMP, 3, 99, EHOSTUNREACH, 0, "ICMP type 3 code 99", "unreachable" },
	{ ERRQUEUE_ICMP, 4, 0, EPROTO, 0, "ICMP type 4 code 0", "error" },
	{ ERRQUEUE_ICMP, 11, 0, EHOSTUNREACH, 0, "TTL exceeded in transit", "ttl" },
	{ ERRQUEUE_ICMP, 11, 1, EHOSTUNREACH, 0, "fragments did not all arrive in time", "error" },
	{ ERRQUEUE_ICMP, 12, 0, EPROTO, 20, "bad IP header (octet 20)", "error" },
	{ ERRQUEUE_ICMP, 12, 0, EPROTO, 0, "bad IP header", "error" },
	{ ERRQUEUE_ICMP, 12, 1, EPROTO, 0, "a required IP option is missing", "error" },
	{ ERRQUEUE_ICMP, 12, 2, EPROTO, 0, "bad length of the IP header or datagram", "error" },
	{ ERRQUEUE_ICMP, 77, 1, EPROTO, 5, "ICMP type 77 code 1", "error" },
	{ ERRQUEUE_ICMP6, 1, 0, ENETUNREACH, 0, "no route to destination", "unreachable" },
	{ ERRQUEUE_ICMP6, 1, 1, EACCES, 0, "administratively prohibited", "prohibited" },
	{ ERRQUEUE_ICMP6, 1, 2, EHOSTUNREACH, 0, "beyond the scope of the source address",
	  "unreachable" },
	{ ERRQUEUE_ICMP6, 1, 3, EHOSTUNREACH, 0, "address unreachable", "unreachable" },
	{ ERRQUEUE_ICMP6, 1, 4, ECONNREFUSED, 0, "port unreachable", "refused" },
	{ ERRQUEUE_ICMP6, 1, 5, EACCES, 0, "source address prohibited by a policy", "prohibited" },
	{ ERRQUEUE_ICMP6, 1, 6, EACCES, 0, "rejected by a route", "prohibited" },
	{ ERRQUEUE_ICMP6, 1, 7, EPROTO, 0, "error in a source routing header", "unreachable" },
	{ ERRQUEUE_ICMP6, 1, 8, EPROTO, 0, "headers too long", "unreachable" },
	{ ERRQUEUE_ICMP6, 2, 0, EMSGSIZE, 1280, "packet too big (MTU 1280)", "too big" },
	{ ERRQUEUE_ICMP6, 3, 0, EHOSTUNREACH, 0, "hop limit exceeded in transit", "ttl" },
	{ ERRQUEUE_ICMP6, 3, 1, EHOSTUNREACH, 0, "fragments did not all arrive in time", "error" },
	{ ERRQUEUE_ICMP6, 4, 0, EPROTO, 40, "bad header field (octet 40)", "error" },
	{ ERRQUEUE_ICMP6, 4, 1, EPROTO, 40, "unknown next header (octet 40)", "error" },
	{ ERRQUEUE_ICMP6, 4, 2, EPROTO, 40, "unknown IPv6 option (octet 40)", "error" },
	{ ERRQUEUE_ICMP6, 4, 3, EPROTO, 40, "the first fragment lacks headers (octet 40)",
	  "error" },
	{ ERRQUEUE_ICMP6, 4, 4, EPROTO, 40, "bad header behind a segment routing header (octet 40)",
	  "error" },
	{ ERRQUEUE_ICMP6, 4, 5, EPROTO, 40, "unknown next header, says one on the way (octet 40)",
	  "error" },
	{ ERRQUEUE_ICMP6, 4, 6, EPROTO, 40, "extension header too big (octet 40)", "error" },
	{ ERRQUEUE_ICMP6, 4, 7, EPROTO, 40, "chain of extension headers too long (octet 40)",
	  "error" },
	{ ERRQUEUE_ICMP6, 4, 8, EPROTO, 40, "too many extension headers (octet 40)", "error" },
	{ ERRQUEUE_ICMP6, 4, 9, EPROTO, 40, "too many options in an extension header (octet 40)",
	  "error" },
	{ ERRQUEUE_ICMP6, 4, 10, EPROTO, 40, "option too big (octet 40)", "error" },
	{ ERRQUEUE_ICMP6, 200, 0, EPROTO, 0, "ICMPv6 type 200 code 0", "error" },
	{ ERRQUEUE_OWN, 3, 1, EHOSTUNREACH, 0, "nobody answers ARP", "unreachable" },
	{ ERRQUEUE_OWN, 3, 13, EHOSTUNREACH, 0, "administratively prohibited by a filter",
	  "prohibited" },
	{ ERRQUEUE_OWN, 3, 3, ECONNREFUSED, 0, "port unreachable", "refused" },
	{ ERRQUEUE_OWN6, 1, 3, EHOSTUNREACH, 0, "nobody answers neighbour discovery",
	  "unreachable" },
	{ ERRQUEUE_OWN6, 1, 1, EACCES, 0, "administratively prohibited", "prohibited" },
	{ ERRQUEUE_LOCAL, 0, 0, EMSGSIZE, 1500, "Message too long (MTU 1500)", "too big" },
	{ ERRQUEUE_LOCAL, 0, 0, ENOBUFS, 0, "No buffer space available", "error" },
	{ ERRQUEUE_LOCAL, 0, 0, EHOSTUNREACH, 0, "No route to host", "unreachable" },
	{ ERRQUEUE_LOCAL, 0, 0, 99999, 0, "error 99999", "error" },
};

static void test_words(void **state)
{
	struct buf b;

	(void)state;
	buf_init(&b, 100);
	for (size_t i = 0; i < COUNT(meanings); i++) {
		buf_reset(&b);
		errqueue_words(&b, meanings[i].origin, meanings[i].type, meanings[i].code,
			       meanings[i].errnum, meanings[i].info);
		assert_string_equal(buf_cstr(&b), meanings[i].words);
		assert_string_equal(errqueue_mark(meanings[i].origin, meanings[i].type,
						  meanings[i].code, meanings[i].errnum),
				    meanings[i].mark);
	}
	buf_done(&b);
}

/* What ends a wait for an answer: whoever says that the destination cannot be reached. */
static void test_what_is_unreachable(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(meanings); i++) {
		const enum errqueue_origin origin = meanings[i].origin;
		bool v4 = origin == ERRQUEUE_ICMP || origin == ERRQUEUE_OWN;
		bool expected = origin != ERRQUEUE_LOCAL && meanings[i].type == (v4 ? 3 : 1) &&
				meanings[i].errnum != EMSGSIZE;

		assert_int_equal(errqueue_is_unreachable(origin, meanings[i].type,
							 meanings[i].code),
				 expected);
	}
	assert_false(errqueue_is_local(ERRQUEUE_ICMP));
	assert_false(errqueue_is_local(ERRQUEUE_ICMP6));
	assert_true(errqueue_is_local(ERRQUEUE_LOCAL));
}

int main(void)
{
	bool alone = own_network();
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_refusals_are_heard),
		cmocka_unit_test(test_three_errors_cost_no_datagram),
		cmocka_unit_test(test_connected_to_nobody),
		cmocka_unit_test_prestate(test_local_error, &alone),
		cmocka_unit_test_prestate(test_nobody_answers, &alone),
		cmocka_unit_test(test_long_quotes_are_cut),
		cmocka_unit_test(test_words),
		cmocka_unit_test(test_what_is_unreachable),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
