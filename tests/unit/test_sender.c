/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Many datagrams at once: all arrive whole, in order and once. */
#include "fake_face.h"
#include "peer.h"
#include "session/sender.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define MANY 1000

static bool buffer_is_full;

int __real_tx_send_via(const struct sock *s, const struct addr *dest, const struct tx_via *via,
		       const void *data, size_t len);
int __wrap_tx_send_via(const struct sock *s, const struct addr *dest, const struct tx_via *via,
		       const void *data, size_t len);

int __wrap_tx_send_via(const struct sock *s, const struct addr *dest, const struct tx_via *via,
		       const void *data, size_t len)
{
	return buffer_is_full ? EAGAIN : __real_tx_send_via(s, dest, via, data, len);
}

struct load {
	struct iovec data[MANY];
	size_t count;
};

static void fill(struct load *l, size_t count, size_t (*size)(size_t i))
{
	l->count = count;
	for (size_t i = 0; i < count; i++) {
		size_t n = size(i);
		uint8_t *bytes = malloc(n + 8);

		assert_non_null(bytes);
		memset(bytes, (int)(i & 0xff), n);
		memcpy(bytes, &i, n < sizeof(i) ? n : sizeof(i));
		l->data[i] = (struct iovec){ .iov_base = bytes, .iov_len = n };
	}
}

static void empty(struct load *l)
{
	for (size_t i = 0; i < l->count; i++)
		free(l->data[i].iov_base);
}

static struct addr address_of(const struct udp_peer *p)
{
	struct addr a;

	assert_true(addr_parse_ip("127.0.0.1", &a, NULL));
	a.port = p->port;
	return a;
}

static bool is_sent(struct fake_face *f, void *ctx)
{
	(void)ctx;
	return !f->session.current->waiting;
}

static bool is_counted(struct fake_face *f, void *ctx)
{
	const size_t *count = ctx;

	return f->session.tx == *count;
}

/* Sends the load in pieces, waiting for room, and receives it on the other side. */
static void pass(struct fake_face *f, struct load *l)
{
	static char got[65536];
	struct udp_peer peer = { 0 };
	struct error e = { 0 };
	struct addr dest;
	size_t seen = 0;

	assert_true(peer_open(&peer, "127.0.0.1", 0));
	dest = address_of(&peer);
	for (size_t at = 0, done; at < l->count; at += done) {
		size_t n = l->count - at < 100 ? l->count - at : 100;

		assert_true(sender_send_many(&f->session, f->session.current, &dest, l->data + at,
					     n, &done, &e));
		assert_int_equal(done, n);
		for (; seen < at + n; seen++) {
			/* what did not fit into the kernel's buffer leaves when there is room */
			if (f->session.current->waiting)
				fake_until(f, is_sent, NULL);
			assert_int_equal(peer_recv(&peer, got, sizeof(got)), l->data[seen].iov_len);
			assert_memory_equal(got, l->data[seen].iov_base, l->data[seen].iov_len);
		}
	}
	assert_true(peer_is_quiet(&peer));
	/* on a busy machine a follow ends before it has seen all */
	session_follow(&f->session);
	fake_until(f, is_counted, &l->count);
	peer_close(&peer);
	empty(l);
}

static size_t equal(size_t i)
{
	(void)i;
	return 100;
}

static size_t mixed(size_t i)
{
	static const size_t sizes[] = { 10, 10, 10, 7, 0, 1400, 1400, 1401, 1, 1, 5000, 0, 0, 64 };

	return sizes[i % (sizeof(sizes) / sizeof(sizes[0]))];
}

static void equal_sizes_arrive_one_by_one(void **state)
{
	struct fake_face *f = *state;
	struct load l;

	fake_must(f, "open udp4 127.0.0.1:0");
	fill(&l, MANY, equal);
	pass(f, &l);
}

static void mixed_and_empty_ones_keep_their_order(void **state)
{
	struct fake_face *f = *state;
	struct load l;

	fake_must(f, "open udp4 127.0.0.1:0");
	fill(&l, MANY, mixed);
	pass(f, &l);
}

static void a_socket_without_checksums_sends_them_too(void **state)
{
	struct fake_face *f = *state;
	struct load l;

	fake_must(f, "open udp4 127.0.0.1:0 no-checksum");
	fill(&l, 200, equal);
	pass(f, &l);
}

/* The kernel counts a datagram until it is received, so a small send buffer is full at once. */
static void a_full_buffer_waits_and_loses_nothing(void **state)
{
	struct fake_face *f = *state;
	struct load l;

	fake_must(f, "open udp4 127.0.0.1:0 sndbuf=4608");
	fill(&l, 300, equal);
	pass(f, &l);
}

static void hear_by(struct udp_peer *peer, int ttl)
{
	_Alignas(struct cmsghdr) char control[CMSG_SPACE(sizeof(int))];
	char got[16];
	struct iovec part = { got, sizeof(got) };
	struct msghdr m = { .msg_iov = &part,
			    .msg_iovlen = 1,
			    .msg_control = control,
			    .msg_controllen = sizeof(control) };
	int seen;

	assert_int_equal(recvmsg(peer->fd, &m, 0), 2);
	assert_non_null(CMSG_FIRSTHDR(&m));
	memcpy(&seen, CMSG_DATA(CMSG_FIRSTHDR(&m)), sizeof(seen));
	assert_int_equal(seen, ttl);
}

/* What waited leaves as it was to leave, and its packet says so. */
static void what_waits_keeps_its_choice(void **state)
{
	struct fake_face *f = *state;
	const struct tx_via via = { .ttl = 9, .tos = 0xb8 };
	struct store_hold hold = { 0 };
	struct udp_peer peer = { 0 };
	struct error e = { 0 };
	struct addr dest;
	struct packet p;

	assert_true(peer_open(&peer, "127.0.0.1", 0));
	assert_int_equal(setsockopt(peer.fd, IPPROTO_IP, IP_RECVTTL, &(int){ 1 }, sizeof(int)), 0);
	dest = address_of(&peer);
	fake_must(f, "open udp4 127.0.0.1:0");
	buffer_is_full = true;
	for (int i = 0; i < 3; i++)
		assert_true(sender_send_via(&f->session, f->session.current, &dest, 1,
					    i == 1 ? &via : NULL, "hi", 2, 0, &e));
	assert_non_null(f->session.current->waiting);
	assert_true(peer_is_quiet(&peer));
	buffer_is_full = false;
	fake_until(f, is_sent, NULL);
	for (int i = 0; i < 3; i++)
		hear_by(&peer, i == 1 ? 9 : 64);
	for (unsigned i = 1; i <= 3; i++) {
		const unsigned has = PACKET_HAS_TTL | PACKET_HAS_TOS;

		assert_true(store_find(f->session.store, i, &hold, &p));
		assert_int_equal(p.flags & has, i == 2 ? has : 0);
		assert_int_equal(p.ttl, i == 2 ? 9 : 0);
		assert_int_equal(p.tos, i == 2 ? 0xb8 : 0);
	}
	store_hold_done(&hold);
	peer_close(&peer);
}

static void one_that_is_too_large_stops_it_there(void **state)
{
	struct fake_face *f = *state;
	struct udp_peer peer = { 0 };
	static char big[70000], got[16];
	struct iovec data[3] = { { big, 3 }, { big, sizeof(big) }, { big, 3 } };
	struct error e = { 0 };
	struct addr dest;
	size_t done;

	assert_true(peer_open(&peer, "127.0.0.1", 0));
	dest = address_of(&peer);
	fake_must(f, "open udp4 127.0.0.1:0");
	assert_false(sender_send_many(&f->session, f->session.current, &dest, data, 3, &done, &e));
	assert_int_equal(done, 1);
	assert_non_null(strstr(e.text, "65507"));
	assert_int_equal(peer_recv(&peer, got, sizeof(got)), 3);
	assert_true(peer_is_quiet(&peer));
	peer_close(&peer);
}

/* Datagrams to nobody queue errors, which the kernel returns to calls that have nothing to do with
 * them. */
static void pending_icmp_errors_cost_none(void **state)
{
	struct fake_face *f = *state;
	struct udp_peer closed = { 0 };
	struct load l;

	assert_true(peer_open_closed(&closed, "127.0.0.1"));
	fake_must(f, "open udp4 127.0.0.1:0");
	for (int i = 0; i < 3; i++)
		fake_must(f, "to 127.0.0.1:%u send x", closed.port);
	f->session.tx = 0;
	fill(&l, 50, mixed);
	pass(f, &l);
	peer_close(&closed);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, fake_face_setup, fake_face_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(equal_sizes_arrive_one_by_one),
		TEST(mixed_and_empty_ones_keep_their_order),
		TEST(a_socket_without_checksums_sends_them_too),
		TEST(a_full_buffer_waits_and_loses_nothing),
		TEST(what_waits_keeps_its_choice),
		TEST(one_that_is_too_large_stops_it_there),
		TEST(pending_icmp_errors_cost_none),
	};

	return cmocka_run_group_tests_name("sender", tests, NULL, NULL);
}
