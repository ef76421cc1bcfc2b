/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Sockets: opened, bound, connected, disconnected, and what is refused explained.
 */
#include "net/tx.h"
#include "peer.h"
#include "sockets.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/wait.h>

static void test_families(void **state)
{
	static const struct {
		int family;
		const char *bind, *option;
		int is;
		bool dual;
	} cases[] = {
		{ AF_UNSPEC, NULL, NULL, AF_INET6, true },
		{ AF_UNSPEC, "::", NULL, AF_INET6, true },
		{ AF_UNSPEC, "::1", NULL, AF_INET6, false },
		{ AF_UNSPEC, "127.0.0.1", NULL, AF_INET, false },
		{ AF_UNSPEC, "0.0.0.0", NULL, AF_INET, false },
		{ AF_INET, NULL, NULL, AF_INET, false },
		{ AF_INET6, NULL, NULL, AF_INET6, false },
		{ AF_UNSPEC, NULL, "v6only", AF_INET6, false },
		{ AF_INET6, NULL, "v6only=off", AF_INET6, true },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct sock s = must_open(cases[i].family, cases[i].bind, cases[i].option);

		assert_int_equal(s.family, cases[i].is);
		assert_int_equal(s.dual, cases[i].dual);
		assert_int_equal(s.local.family, cases[i].is);
		assert_int_not_equal(s.local.port, 0);
		assert_int_equal(fcntl(s.fd, F_GETFD) & FD_CLOEXEC, FD_CLOEXEC);
		assert_int_equal(fcntl(s.fd, F_GETFL) & O_NONBLOCK, O_NONBLOCK);
		sock_close(&s);
		assert_int_equal(s.fd, -1);
		sock_close(&s);
	}
}

static void test_family_must_fit_the_address(void **state)
{
	struct error e = { 0 };
	struct sock s = { .fd = 77 };

	(void)state;
	assert_false(try_open(&s, AF_INET6, "127.0.0.1", 0, NULL, &e));
	assert_string_equal(e.text, "the address to bind to is IPv4, the socket IPv6");
	assert_int_equal(s.fd, 77);
}

/* The buffer is the first cause of loss: as much as there is, and the answer is honest. */
static void test_receive_buffer(void **state)
{
	struct sock s = must_open(AF_INET, "127.0.0.1", NULL);
	struct sock small = must_open(AF_INET, "127.0.0.1", "rcvbuf=64k");
	struct sock_memory m;

	(void)state;
	assert_true(sock_memory(&s, &m));
	assert_true(m.rcvbuf > 100000 && m.rcvbuf <= 2 * SOCK_RCVBUF_ASK);
	assert_int_equal(m.drops, 0);
	assert_int_equal(m.queued, 0);
	assert_true(sock_memory(&small, &m));
	assert_int_equal(m.rcvbuf, 2 * 65536);
	sock_close(&s);
	sock_close(&small);
}

static void test_memory_counts_drops(void **state)
{
	struct sock s = must_open(AF_INET, "127.0.0.1", "rcvbuf=4096");
	struct sock from = must_open(AF_INET, "127.0.0.1", NULL);
	struct sock_memory m;
	char payload[1000] = "";

	(void)state;
	for (int i = 0; i < 50; i++)
		assert_int_equal(tx_send(&from, &s.local, payload, sizeof(payload)), 0);
	assert_true(sock_memory(&s, &m));
	assert_in_range(m.drops, 1, 49);
	assert_true(m.queued > 0);
	sock_close(&s);
	sock_close(&from);
}

/* ---- what bind refuses ---- */

static void test_address_in_use_names_this_program(void **state)
{
	struct sock first = must_open(AF_INET, "127.0.0.1", NULL), second = { .fd = -1 };
	struct error e = { 0 };
	char words[200];

	(void)state;
	assert_false(try_open(&second, AF_INET, "127.0.0.1", first.local.port, NULL, &e));
	assert_int_equal(e.errnum, EADDRINUSE);
	snprintf(words, sizeof(words),
		 "port %u is taken by udpdeck itself; open both with reuseaddr to share it, "
		 "unicast then goes to only one",
		 first.local.port);
	assert_string_equal(e.text, words);
	assert_false(try_open(&second, AF_UNSPEC, NULL, first.local.port, NULL, &e));
	assert_string_equal(e.text, words);
	assert_false(try_open(&second, AF_INET, NULL, first.local.port, "reuseaddr", &e));
	assert_non_null(strstr(e.text, "it does not share it with reuseaddr"));
	sock_close(&first);
}

/* A child holds the port until its pipe is closed. */
static void test_address_in_use_names_the_owner(void **state)
{
	int ready[2], end[2];
	uint16_t port = 0;
	struct error e = { 0 };
	struct sock s;
	char words[200];
	pid_t child;

	(void)state;
	assert_int_equal(pipe2(ready, O_CLOEXEC), 0);
	assert_int_equal(pipe2(end, O_CLOEXEC), 0);
	child = fork();
	if (child == 0) {
		struct sock held;
		char byte;

		close(end[1]);
		if (!try_open(&held, AF_INET6, "::1", 0, NULL, NULL) ||
		    write(ready[1], &held.local.port, sizeof(port)) != sizeof(port) ||
		    read(end[0], &byte, 1) != 0)
			_exit(1);
		_exit(0);
	}
	assert_true(child > 0);
	close(ready[1]);
	assert_int_equal(read(ready[0], &port, sizeof(port)), sizeof(port));
	assert_false(try_open(&s, AF_INET6, NULL, port, NULL, &e));
	snprintf(words, sizeof(words),
		 "port %u is taken by test_sock (pid %d); reuseaddr would share it if both ask for "
		 "it, "
		 "unicast then goes to only one",
		 port, (int)child);
	assert_string_equal(e.text, words);
	close(end[1]);
	assert_int_equal(waitpid(child, NULL, 0), child);
	close(end[0]);
	close(ready[0]);
	assert_true(try_open(&s, AF_INET6, NULL, port, NULL, &e));
	sock_close(&s);
}

static void test_port_is_shared_where_both_ask(void **state)
{
	static const char *const options[] = { "reuseaddr", "reuseport" };
	struct error e = { 0 };

	(void)state;
	for (size_t i = 0; i < COUNT(options); i++) {
		struct sock first = must_open(AF_INET, NULL, options[i]), second;

		if (!try_open(&second, AF_INET, NULL, first.local.port, options[i], &e))
			fail_msg("%s: %s", options[i], e.text);
		sock_close(&first);
		sock_close(&second);
	}
}

static void test_foreign_address(void **state)
{
	struct error e = { 0 };
	struct sock s;

	(void)state;
	assert_false(try_open(&s, AF_INET, "203.0.113.9", 0, NULL, &e));
	assert_int_equal(e.errnum, EADDRNOTAVAIL);
	assert_string_equal(e.text,
			    "no interface has the address 203.0.113.9: :interfaces lists them; "
			    "freebind binds to it anyway");
	s = must_open(AF_INET, "203.0.113.9", "freebind");
	sock_close(&s);
	assert_false(try_open(&s, AF_INET6, "fe80::1", 0, NULL, &e));
	assert_int_equal(e.errnum, EINVAL);
	assert_string_equal(e.text,
			    "cannot bind to fe80::1: a link-local address needs its interface, "
			    "ADDRESS%IF");
}

/* As an ordinary user; root drops to one in a child. */
static void test_privileged_port(void **state)
{
	pid_t child = fork();
	int status;

	(void)state;
	if (child == 0) {
		struct error e = { 0 };
		struct sock s;

		if (getuid() == 0 && setuid(65534) < 0)
			_exit(1);
		if (try_open(&s, AF_INET, "127.0.0.1", 1, NULL, &e))
			_exit(77); /* net.ipv4.ip_unprivileged_port_start is 0 or 1 here */
		_exit(e.errnum == EACCES && strstr(e.text, "port 1 needs CAP_NET_BIND_SERVICE")
			      ? 0
			      : 1);
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_true(WIFEXITED(status));
	if (WEXITSTATUS(status) == 77)
		skip();
	assert_int_equal(WEXITSTATUS(status), 0);
}

/* ---- connect and disconnect ---- */

static const char *const loopbacks[] = { "127.0.0.1", "::1" };

/* A socket, one whom it connects to, one who is no friend. */
struct three {
	const char *host;
	struct sock s;
	struct udp_peer friend, stranger;
	struct rx_batch *batch;
};

static void check_connected(struct three *t, const struct addr *peer, uint16_t port)
{
	assert_true(sock_connect(&t->s, peer, NULL));
	assert_true(addr_equal(&t->s.peer, peer));
	assert_int_equal(tx_send(&t->s, NULL, "x", 1), 0);
	assert_int_equal(peer_recv(&t->friend, (char[8]){ 0 }, 8), 1);
	assert_int_equal(t->friend.last_port, port);
	peer_send(&t->stranger, t->host, port, "no", 2);
	peer_send(&t->friend, t->host, port, "yes", 3);
	assert_int_equal(hear(t->batch, t->s.fd).len, 3);
	assert_true(is_quiet(t->s.fd));
}

static void check_disconnected(struct three *t, const struct addr *peer, uint16_t port)
{
	assert_true(sock_disconnect(&t->s, NULL));
	assert_int_equal(t->s.peer.family, AF_UNSPEC);
	assert_int_equal(tx_send(&t->s, NULL, "x", 1), EDESTADDRREQ);
	peer_send(&t->stranger, t->host, port, "stranger", 8);
	assert_int_equal(hear(t->batch, t->s.fd).len, 8);
	assert_int_equal(tx_send(&t->s, peer, "x", 1), 0);
	assert_int_equal(peer_recv(&t->friend, (char[8]){ 0 }, 8), 1);
	assert_int_equal(t->friend.last_port, port);
}

/* The kernel forgets a port that it chose itself (6.18): ours it does not know to be one. */
static void test_disconnect_keeps_the_port(void **state)
{
	(void)state;
	for (size_t i = 0; i < 2 * COUNT(loopbacks); i++) {
		const char *host = loopbacks[i % COUNT(loopbacks)];
		struct three t = { .host = host, .batch = rx_batch_new() };
		struct addr peer, before;

		t.s = must_open(AF_UNSPEC, i < COUNT(loopbacks) ? host : NULL, NULL);
		before = t.s.local;
		assert_true(peer_open(&t.friend, host, 0) && peer_open(&t.stranger, host, 0));
		peer = address(host, t.friend.port);
		check_connected(&t, &peer, before.port);
		check_disconnected(&t, &peer, before.port);
		assert_true(addr_equal(&t.s.local, &before));
		peer_close(&t.friend);
		peer_close(&t.stranger);
		rx_batch_free(t.batch);
		sock_close(&t.s);
	}
}

static void test_connect_anew(void **state)
{
	struct sock s = must_open(AF_UNSPEC, NULL, NULL), other = must_open(AF_INET, NULL, NULL);
	struct addr a = address("127.0.0.1", other.local.port), b = address("::1", 9);
	struct addr bad = address("203.0.113.9", 0);
	struct rx_batch *batch = rx_batch_new();
	struct error e = { 0 };

	(void)state;
	assert_true(sock_connect(&s, &b, NULL));
	assert_true(sock_connect(&s, &a, NULL));
	assert_true(addr_equal(&s.peer, &a));
	assert_int_equal(tx_send(&s, NULL, "one", 3), 0);
	assert_int_equal(hear(batch, other.fd).len, 3);
	/* One that fails leaves the other. */
	assert_false(sock_connect(&s, &bad, &e));
	assert_true(addr_equal(&s.peer, &a));
	bad = address("255.255.255.255", 9);
	assert_false(sock_connect(&s, &bad, &e));
	assert_int_equal(strncmp(e.text, "not connected: ", 15), 0);
	assert_true(addr_equal(&s.peer, &a));
	assert_int_equal(tx_send(&s, NULL, "two!", 4), 0);
	assert_int_equal(hear(batch, other.fd).len, 4);
	rx_batch_free(batch);
	sock_close(&s);
	sock_close(&other);
}

/* Disconnecting unbinds from the device in the kernel (6.18). */
static void test_disconnect_keeps_the_device(void **state)
{
	struct sock s = must_open(AF_INET, NULL, "device=lo");
	struct addr peer = address("127.0.0.1", 9);
	int index = 0;
	socklen_t len = sizeof(index);

	(void)state;
	assert_true(sock_connect(&s, &peer, NULL));
	assert_true(sock_disconnect(&s, NULL));
	assert_int_equal(getsockopt(s.fd, SOL_SOCKET, SO_BINDTOIFINDEX, &index, &len), 0);
	assert_int_equal(index, if_nametoindex("lo"));
	sock_close(&s);
}

/* ---- where it can send ---- */

static void test_can_reach(void **state)
{
	struct sock v4 = must_open(AF_INET, NULL, NULL), v6 = must_open(AF_INET6, NULL, NULL);
	struct sock dual = must_open(AF_UNSPEC, NULL, NULL);
	struct addr to4 = address("127.0.0.1", 9), to6 = address("::1", 9);
	struct addr link = address("fe80::1", 9), zero = address("127.0.0.1", 0);
	struct error e = { 0 };

	(void)state;
	assert_true(sock_can_reach(&v4, &to4, NULL));
	assert_true(sock_can_reach(&v6, &to6, NULL));
	assert_true(sock_can_reach(&dual, &to4, NULL));
	assert_true(sock_can_reach(&dual, &to6, NULL));
	assert_false(sock_can_reach(&v4, &to6, &e));
	assert_non_null(strstr(e.text, "IPv4 only"));
	assert_false(sock_can_reach(&v6, &to4, &e));
	assert_non_null(strstr(e.text, "IPv6 only"));
	assert_false(sock_can_reach(&v6, &link, &e));
	assert_non_null(strstr(e.text, "%IF"));
	link.scope = 1;
	assert_true(sock_can_reach(&v6, &link, NULL));
	assert_false(sock_can_reach(&v4, &zero, &e));
	assert_int_equal(e.code, ERR_RANGE);
	sock_close(&v4);
	sock_close(&v6);
	sock_close(&dual);
}

/* What an option chose is named where it leads nowhere. */
static void test_a_way_that_was_chosen_is_named(void **state)
{
	struct sock s = must_open(AF_INET, NULL, "multicast-interface=lo");
	struct addr group = address("239.1.2.3", 9), host = address("10.0.0.1", 9);
	struct error e = { 0 };

	(void)state;
	assert_false(sock_explain_send(&s, &group, NULL, ENETUNREACH, 0, &e));
	assert_non_null(strstr(e.text, "no route to 239.1.2.3:9 by lo"));
	assert_false(sock_explain_send(&s, &host, NULL, ENETUNREACH, 0, &e));
	assert_null(strstr(e.text, "by lo"));
	sock_close(&s);
}

static void test_refused_sends_are_explained(void **state)
{
	static const struct {
		const char *bind, *to;
		int errnum;
		unsigned mtu;
		const char *words;
	} cases[] = {
		{ "0.0.0.0", "127.0.0.1", EDESTADDRREQ, 0, "no target" },
		{ "0.0.0.0", "255.255.255.255", EACCES, 0,
		  "broadcast is off: \":set broadcast on\" or -b, then again" },
		{ "0.0.0.0", "127.0.0.1", EACCES, 0, "forbids to send to 127.0.0.1:9" },
		{ "::", "2001:db8::1", EACCES, 0, "forbids" },
		{ "0.0.0.0", "239.1.2.3", ENETUNREACH, 0, ":set multicast-interface IF" },
		{ "::", "ff05::1", ENETUNREACH, 0, ":set multicast-interface IF" },
		{ "0.0.0.0", "255.255.255.255", ENETUNREACH, 0, ":set device IF" },
		{ "0.0.0.0", "10.0.0.1", ENETUNREACH, 0, "no route to 10.0.0.1:9" },
		{ "0.0.0.0", "10.0.0.1", EMSGSIZE, 1280,
		  "the path MTU 1280 to 10.0.0.1:9, that is 1252 " },
		{ "::", "2001:db8::1", EMSGSIZE, 1280, "1232 bytes" },
		{ "0.0.0.0", "10.0.0.1", EMSGSIZE, 0, "too large" },
		{ "127.0.0.1", "10.0.0.1", EINVAL, 0, "bound to a loopback address" },
		{ "::", "fe80::1", EINVAL, 0, "%IF" },
		{ "0.0.0.0", "10.0.0.1", EPERM, 0, "firewall" },
		{ "0.0.0.0", "10.0.0.1", ENODEV, 0, ":interfaces" },
		{ "0.0.0.0", "10.0.0.1", ENOBUFS, 0, "full" },
		{ "0.0.0.0", "10.0.0.1", ECONNREFUSED, 0, "nobody listens there" },
		{ "0.0.0.0", "10.0.0.1", EIO, 0, "cannot send to 10.0.0.1:9: Input/output error" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct sock s = must_open(AF_UNSPEC, cases[i].bind, NULL);
		struct addr to = address(cases[i].to, 9);
		struct error e = { 0 };

		assert_false(sock_explain_send(&s, &to, NULL, cases[i].errnum, cases[i].mtu, &e));
		if (!strstr(e.text, cases[i].words))
			fail_msg("%s lacks %s", e.text, cases[i].words);
		assert_int_equal(e.code, ERR_SYSTEM);
		assert_int_equal(e.errnum, cases[i].errnum);
		assert_false(sock_explain_send(&s, &to, NULL, cases[i].errnum, cases[i].mtu, NULL));
		sock_close(&s);
	}
}

/* The df option and a datagram larger than lo takes: one entry in the error queue, not 64. */
static void test_too_large_is_not_repeated(void **state)
{
	struct sock s = must_open(AF_INET, "127.0.0.1", "df=do");
	static char payload[66000];
	struct addr to = address("127.0.0.1", 9);
	unsigned mtu = tx_path_mtu(&to, 0);
	char control[512];
	unsigned entries = 0;

	(void)state;
	assert_true(mtu >= 1280);
	assert_int_equal(tx_send(&s, &to, payload, sizeof(payload)), EMSGSIZE);
	if (mtu < 65535)
		assert_int_equal(tx_send(&s, &to, payload, mtu), EMSGSIZE);
	for (;;) {
		struct iovec part = { payload, sizeof(payload) };
		struct msghdr m = { .msg_iov = &part,
				    .msg_iovlen = 1,
				    .msg_control = control,
				    .msg_controllen = sizeof(control) };

		if (recvmsg(s.fd, &m, MSG_ERRQUEUE | MSG_DONTWAIT) < 0)
			break;
		entries++;
	}
	assert_true(entries <= 1);
	sock_close(&s);
}

static void test_broadcast_is_refused_until_asked(void **state)
{
	struct sock s = must_open(AF_INET, NULL, NULL);
	struct addr to = address("127.255.255.255", s.local.port);
	struct sockopt_value on = { .asked = true, .number = 1 };
	struct rx_batch *b = rx_batch_new();

	(void)state;
	assert_int_equal(tx_send(&s, &to, "x", 1), EACCES);
	assert_true(sockopt_set(&s, sockopt_find("broadcast", NULL), &on, NULL));
	assert_int_equal(tx_send(&s, &to, "x", 1), 0);
	assert_int_equal(hear(b, s.fd).flags & (RX_BROADCAST | RX_MULTICAST), RX_BROADCAST);
	rx_batch_free(b);
	sock_close(&s);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_families),
		cmocka_unit_test(test_family_must_fit_the_address),
		cmocka_unit_test(test_receive_buffer),
		cmocka_unit_test(test_memory_counts_drops),
		cmocka_unit_test(test_address_in_use_names_this_program),
		cmocka_unit_test(test_address_in_use_names_the_owner),
		cmocka_unit_test(test_port_is_shared_where_both_ask),
		cmocka_unit_test(test_foreign_address),
		cmocka_unit_test(test_privileged_port),
		cmocka_unit_test(test_disconnect_keeps_the_port),
		cmocka_unit_test(test_connect_anew),
		cmocka_unit_test(test_disconnect_keeps_the_device),
		cmocka_unit_test(test_can_reach),
		cmocka_unit_test(test_refused_sends_are_explained),
		cmocka_unit_test(test_a_way_that_was_chosen_is_named),
		cmocka_unit_test(test_too_large_is_not_repeated),
		cmocka_unit_test(test_broadcast_is_refused_until_asked),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
