/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The receiver thread on loopback: what the kernel delivered is in the store, the rest in gaps. */
#include "receiver_bed.h"

#include "deadline.h"
#include "util/clock.h"
#include "util/num.h"

#include <arpa/inet.h>
#include <dirent.h>
#include <errno.h>
#include <linux/udp.h>
#include <poll.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include <cmocka.h>

static void test_what_arrives_is_stored(void **state)
{
	struct bed *b = *state;
	uint16_t port, from;
	int rx = bed_open_socket(0, &port), tx = bed_open_socket(0, &from);
	uint64_t before = clock_realtime(&clock_system);
	struct packet p;

	bed_hear(b, (struct receiver_source){ .fd = rx, .socket = 7, .port = port });
	bed_set(tx, IPPROTO_IP, IP_TTL, 9);
	bed_set(tx, IPPROTO_IP, IP_TOS, 0xb8);
	bed_send_to(tx, "127.0.0.1", port, "hello", 5);
	p = bed_next(b);
	assert_int_equal(p.kind, PACKET_RX);
	assert_int_equal(p.no, 1);
	assert_int_equal(p.socket, 7);
	assert_int_equal(p.peer.port, from);
	assert_int_equal(p.local.port, port);
	assert_int_equal(p.local.family, AF_INET);
	assert_int_equal(p.local.bytes[0], 127);
	assert_int_equal(p.flags, PACKET_HAS_TTL | PACKET_HAS_TOS);
	assert_int_equal(p.ttl, 9);
	assert_int_equal(p.tos, 0xb8);
	assert_int_equal(p.ifindex, 1);
	assert_true(p.time >= before && p.time <= clock_realtime(&clock_system));
	bed_assert_text(&p, "hello");
	bed_send_to(tx, "127.0.0.1", port, "", 0);
	p = bed_next(b);
	assert_int_equal(p.kind, PACKET_RX);
	assert_int_equal(p.len, 0);
	assert_true(bed_nothing_more(b));
	receiver_remove(b->receiver, rx);
	close(rx);
	close(tx);
}

static void test_one_acknowledge_is_enough(void **state)
{
	struct bed *b = *state;
	struct pollfd pfd = { .fd = receiver_fd(b->receiver), .events = POLLIN };
	uint16_t port, from;
	int rx = bed_open_socket(0, &port), tx = bed_open_socket(0, &from);

	bed_hear(b, (struct receiver_source){ .fd = rx, .socket = 1, .port = port });
	for (int i = 0; i < 100; i++) {
		bed_send_to(tx, "127.0.0.1", port, "x", 1);
		bed_next(b);
	}
	for (int i = 0; i < 100; i++) {
		bed_send_to(tx, "127.0.0.1", port, "x", 1);
		receiver_check_drops(b->receiver);
	}
	/* the thread answers before it wakes: only when it has ended nothing more comes */
	receiver_stop(b->receiver);
	assert_int_equal(poll(&pfd, 1, deadline_left(deadline_in(DEADLINE_DEFAULT_MS))), 1);
	assert_true(receiver_acknowledge(b->receiver, NULL));
	assert_int_equal(poll(&pfd, 1, 0), 0);
	receiver_remove(b->receiver, rx);
	close(rx);
	close(tx);
}

static void test_remove_reads_what_is_queued(void **state)
{
	struct bed *b = *state;
	uint16_t port, from;
	int rx = bed_open_socket(0, &port), tx = bed_open_socket(0, &from);
	struct store_stats stats;

	for (int i = 0; i < 500; i++)
		bed_send_to(tx, "127.0.0.1", port, "x", 1);
	bed_hear(b, (struct receiver_source){ .fd = rx, .socket = 1, .port = port });
	receiver_remove(b->receiver, rx);
	store_stats(b->store, &stats);
	assert_int_equal(stats.last_no, 500);
	bed_send_to(tx, "127.0.0.1", port, "unheard", 7);
	receiver_remove(b->receiver, rx); /* twice does nothing */
	assert_true(stats.last_no == 500);
	close(rx);
	close(tx);
}

static void test_bad_descriptors(void **state)
{
	struct bed *b = *state;
	struct receiver_source bad = { .fd = -1 }, unknown = { .fd = 0 };
	struct error e;

	assert_false(receiver_add(b->receiver, &bad, &e));
	assert_int_equal(e.code, ERR_SYSTEM);
	assert_int_equal(e.errnum, EBADF);
	assert_false(receiver_change(b->receiver, &unknown, &e));
	assert_int_equal(e.code, ERR_STATE);
}

/* Received plus told in gaps is what was sent, with or without a datagram behind the drops. */
static void count_flood(struct bed *b, int tx, uint16_t port, unsigned sent)
{
	uint64_t seen = 0;
	struct packet p;

	for (unsigned i = 0; i < sent; i++)
		bed_send_to(tx, "127.0.0.1", port, "flood", 5);
	while (seen < sent) {
		p = bed_next(b);
		if (p.kind == PACKET_GAP) {
			assert_int_equal(p.where, PACKET_WHERE_KERNEL);
			assert_int_equal(p.socket, 3);
			assert_true(p.lost > 0);
		}
		seen += p.kind == PACKET_GAP ? p.lost : 1;
	}
	assert_int_equal(seen, sent);
}

static void test_drops_stand_in_gaps(void **state)
{
	struct bed *b = *state;
	uint16_t port, from;
	int rx = bed_open_socket(4096, &port), tx = bed_open_socket(0, &from);

	bed_hear(b, (struct receiver_source){ .fd = rx, .socket = 3, .port = port });
	for (int round = 0; round < 20; round++)
		count_flood(b, tx, port, 500);
	assert_true(bed_nothing_more(b));
	receiver_remove(b->receiver, rx);
	close(rx);
	close(tx);
}

/*
 * The drops after the last datagram have nothing to ride on: the count is asked for, however many
 * datagrams came before, also if they just filled the receiver's turn.
 */
static void test_drops_at_the_end_are_found(void **state)
{
	struct bed *b = *state;
	uint16_t port, from;
	int tx = bed_open_socket(0, &from);
	struct packet p;

	for (int rcvbuf = 4000; rcvbuf < 120000; rcvbuf += rcvbuf < 90000 ? 10000 : 380) {
		int rx = bed_open_socket(rcvbuf, &port);
		uint64_t seen = 0;

		for (int i = 0; i < 500; i++)
			bed_send_to(tx, "127.0.0.1", port, "x", 1);
		bed_hear(b, (struct receiver_source){ .fd = rx, .socket = 3, .port = port });
		while (seen < 500) {
			p = bed_next(b);
			seen += p.kind == PACKET_GAP ? p.lost : 1;
		}
		assert_int_equal(p.kind, PACKET_GAP);
		assert_int_equal(seen, 500);
		receiver_remove(b->receiver, rx);
		close(rx);
	}
	assert_true(bed_nothing_more(b));
	close(tx);
}

static void test_trains_are_split(void **state)
{
	struct bed *b = *state;
	uint16_t port, from;
	int rx = bed_open_socket(0, &port), tx = bed_open_socket(0, &from);
	struct receiver_source src = { .fd = rx, .socket = 1, .port = port };
	uint8_t bytes[1050];
	struct error e;
	struct packet p;

	bed_hear(b, src);
	bed_set(rx, IPPROTO_UDP, UDP_GRO, 1);
	src.gro = true;
	assert_true(receiver_change(b->receiver, &src, &e));
	bed_set(tx, IPPROTO_UDP, UDP_SEGMENT, 100);
	for (size_t i = 0; i < sizeof(bytes); i++)
		bytes[i] = (uint8_t)(i / 100);
	bed_send_to(tx, "127.0.0.1", port, bytes, sizeof(bytes));
	for (unsigned i = 0; i < 11; i++) {
		p = bed_next(b);
		assert_int_equal(p.no, i + 1);
		assert_int_equal(p.len, i < 10 ? 100 : 50);
		assert_int_equal(p.stored, p.len);
		assert_int_equal(p.data[0], i);
		assert_int_equal(p.data[p.stored - 1], i);
	}
	assert_true(bed_nothing_more(b));
	receiver_remove(b->receiver, rx);
	close(rx);
	close(tx);
}

static void test_gaps_of_trains_are_at_least(void **state)
{
	struct bed *b = *state;
	uint16_t port, from;
	int rx = bed_open_socket(4096, &port), tx = bed_open_socket(0, &from);
	struct packet p;

	bed_set(rx, IPPROTO_UDP, UDP_GRO, 1);
	for (int i = 0; i < 300; i++)
		bed_send_to(tx, "127.0.0.1", port, "x", 1);
	bed_hear(b, (struct receiver_source){ .fd = rx, .socket = 3, .port = port, .gro = true });
	do
		p = bed_next(b);
	while (p.kind != PACKET_GAP);
	assert_int_equal(p.flags, PACKET_AT_LEAST);
	receiver_remove(b->receiver, rx);
	close(rx);
	close(tx);
}

static uint16_t closed_port(void)
{
	uint16_t port;
	int fd = bed_open_socket(0, &port);

	close(fd);
	return port;
}

static void test_refusals_name_their_cause(void **state)
{
	struct bed *b = *state;
	uint16_t port, closed = closed_port();
	int fd = bed_open_socket(0, &port);
	static const char *const texts[] = { "alpha", "beta", "beta" };
	struct packet p;

	bed_hear(b, (struct receiver_source){ .fd = fd, .socket = 1, .port = port });
	for (int i = 0; i < 3; i++) {
		uint64_t no = bed_send_known(b, fd, port, "127.0.0.1", closed, texts[i]);

		do
			p = bed_next(b);
		while (p.kind == PACKET_TX);
		assert_int_equal(p.kind, PACKET_ICMP);
		assert_true(p.icmp.cause == no);
		assert_int_equal(p.icmp.errnum, ECONNREFUSED);
		assert_int_equal(p.icmp.type, 3);
		assert_int_equal(p.icmp.code, 3);
		assert_int_equal(p.icmp.offender.family, AF_INET);
		assert_int_equal(p.peer.port, closed);
		assert_int_equal(p.local.port, port);
		bed_assert_text(&p, texts[i]);
	}
	/* And it still hears. */
	bed_send_to(fd, "127.0.0.1", port, "to myself", 9);
	p = bed_next(b);
	assert_int_equal(p.kind, PACKET_RX);
	bed_assert_text(&p, "to myself");
	receiver_remove(b->receiver, fd);
	close(fd);
}

static void test_refusal_of_a_connected_socket(void **state)
{
	struct bed *b = *state;
	struct sockaddr_in to = { .sin_family = AF_INET, .sin_port = htons(closed_port()) };
	uint16_t port;
	int fd = bed_open_socket(0, &port);
	struct packet p;

	to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	assert_int_equal(connect(fd, (struct sockaddr *)&to, sizeof(to)), 0);
	bed_hear(b, (struct receiver_source){ .fd = fd, .socket = 1, .port = port });
	assert_int_equal(send(fd, "x", 1, 0), 1);
	p = bed_next(b);
	assert_int_equal(p.kind, PACKET_ICMP);
	assert_true(p.icmp.cause == 0);
	assert_true(bed_nothing_more(b));
	receiver_remove(b->receiver, fd);
	close(fd);
}

static void test_own_broadcast_is_marked(void **state)
{
	struct bed *b = *state;
	uint16_t port, other;
	int fd = bed_open_socket(0, &port), tx = bed_open_socket(0, &other);
	struct packet p;

	bed_hear(b, (struct receiver_source){ .fd = fd, .socket = 1, .port = port });
	bed_send_known(b, fd, port, "127.255.255.255", port, "mine");
	do
		p = bed_next(b);
	while (p.kind == PACKET_TX);
	assert_true(p.flags & PACKET_BROADCAST && p.flags & PACKET_OWN);
	bed_send_to(tx, "127.255.255.255", port, "mine", 4);
	p = bed_next(b);
	assert_true(p.flags & PACKET_BROADCAST && !(p.flags & PACKET_OWN));
	receiver_remove(b->receiver, fd);
	close(fd);
	close(tx);
}

static void test_helpers_drop_broadcasts(void **state)
{
	struct bed *b = *state;
	uint16_t port, from;
	int rx = bed_open_socket(0, &port), tx = bed_open_socket(0, &from);
	struct packet p;

	bed_hear(b,
		 (struct receiver_source){ .fd = rx, .socket = 1, .port = port, .helper = true });
	bed_send_to(tx, "127.255.255.255", port, "broadcast", 9);
	bed_send_to(tx, "127.0.0.1", port, "unicast", 7);
	p = bed_next(b);
	bed_assert_text(&p, "unicast");
	assert_true(bed_nothing_more(b));
	receiver_remove(b->receiver, rx);
	close(rx);
	close(tx);
}

/* ---- under flood ---- */

#define TEST(f) cmocka_unit_test_setup_teardown(f, bed_setup, bed_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_what_arrives_is_stored),
		TEST(test_one_acknowledge_is_enough),
		TEST(test_remove_reads_what_is_queued),
		TEST(test_bad_descriptors),
		TEST(test_drops_stand_in_gaps),
		TEST(test_drops_at_the_end_are_found),
		TEST(test_trains_are_split),
		TEST(test_gaps_of_trains_are_at_least),
		TEST(test_refusals_name_their_cause),
		TEST(test_refusal_of_a_connected_socket),
		TEST(test_own_broadcast_is_marked),
		TEST(test_helpers_drop_broadcasts),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
