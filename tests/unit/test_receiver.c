/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The receiver thread on loopback: what the kernel delivered is in the store, the rest in gaps. */
#include "session/receiver.h"
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

#define DEADLINE_MS 10000

struct bed {
	struct store *store;
	struct sent_ring *sent;
	struct receiver *receiver;
	struct store_cursor cursor;
};

/* ---- a bed to test in ---- */

static int setup(void **state)
{
	struct bed *b = calloc(1, sizeof(*b));
	struct error e;

	if (!b)
		return -1;
	b->store = store_new(STORE_SEGMENT, 64 << 20, &e);
	b->sent = sent_new();
	b->receiver = receiver_new(b->store, b->sent, &e);
	b->cursor.store = b->store;
	*state = b;
	return b->store && b->sent && b->receiver ? 0 : -1;
}

static int teardown(void **state)
{
	struct bed *b = *state;

	receiver_free(b->receiver);
	store_cursor_rest(&b->cursor);
	sent_free(b->sent);
	store_free(b->store);
	free(b);
	return 0;
}

static void set(int fd, int level, int name, int value)
{
	assert_int_equal(setsockopt(fd, level, name, &value, sizeof(value)), 0);
}

/* A bound loopback socket with the control data that a session asks for; 0 in rcvbuf: a large one. */
static int open_socket(int rcvbuf, uint16_t *port)
{
	struct sockaddr_in at = { .sin_family = AF_INET };
	socklen_t len = sizeof(at);
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

	assert_true(fd >= 0);
	set(fd, SOL_SOCKET, SO_RCVBUF, rcvbuf ? rcvbuf : 4 << 20);
	set(fd, SOL_SOCKET, SO_TIMESTAMPNS, 1);
	set(fd, SOL_SOCKET, SO_RXQ_OVFL, 1);
	set(fd, SOL_SOCKET, SO_BROADCAST, 1);
	set(fd, IPPROTO_IP, IP_PKTINFO, 1);
	set(fd, IPPROTO_IP, IP_RECVTTL, 1);
	set(fd, IPPROTO_IP, IP_RECVTOS, 1);
	set(fd, IPPROTO_IP, IP_RECVERR, 1);
	assert_int_equal(bind(fd, (struct sockaddr *)&at, sizeof(at)), 0);
	assert_int_equal(getsockname(fd, (struct sockaddr *)&at, &len), 0);
	*port = ntohs(at.sin_port);
	return fd;
}

static void send_to(int fd, const char *host, uint16_t port, const void *data, size_t n)
{
	struct sockaddr_in to = { .sin_family = AF_INET, .sin_port = htons(port) };

	assert_int_equal(inet_pton(AF_INET, host, &to.sin_addr), 1);
	assert_int_equal(sendto(fd, data, n, 0, (struct sockaddr *)&to, sizeof(to)), (ssize_t)n);
}

static void hear(struct bed *b, struct receiver_source src)
{
	struct error e;

	if (!receiver_add(b->receiver, &src, &e))
		fail_msg("%s", e.text);
}

/* The next packet, waiting for the receiver to say that there is one. */
static struct packet next(struct bed *b)
{
	struct pollfd pfd = { .fd = receiver_fd(b->receiver), .events = POLLIN };
	struct packet p;

	while (store_cursor_read(&b->cursor, &p) == STORE_END) {
		if (poll(&pfd, 1, DEADLINE_MS) <= 0)
			fail_msg("no packet came");
		receiver_acknowledge(b->receiver);
	}
	return p;
}

static bool nothing_more(struct bed *b)
{
	struct packet p;

	receiver_check_drops(b->receiver);
	return store_cursor_read(&b->cursor, &p) == STORE_END;
}

static void assert_text(const struct packet *p, const char *text)
{
	assert_int_equal(p->stored, strlen(text));
	assert_memory_equal(p->data, text, strlen(text));
}

/* Appends a sent packet as a session does, then sends it. */
static uint64_t send_known(struct bed *b, int fd, uint16_t from, const char *host, uint16_t port,
			   const char *text)
{
	struct packet p = {
		.kind = PACKET_TX,
		.time = clock_realtime(&clock_system),
		.socket = 1,
		.peer = { .family = AF_INET, .port = port },
		.local.port = from,
		.data = (const uint8_t *)text,
		.len = (uint32_t)strlen(text),
		.stored = (uint32_t)strlen(text),
	};

	assert_int_equal(inet_pton(AF_INET, host, p.peer.bytes), 1);
	store_begin(b->store);
	assert_true(store_append(b->store, &p));
	sent_add(b->sent, &p);
	store_end(b->store);
	send_to(fd, host, port, text, strlen(text));
	return p.no;
}

/* ---- the tests ---- */

static void test_what_arrives_is_stored(void **state)
{
	struct bed *b = *state;
	uint16_t port, from;
	int rx = open_socket(0, &port), tx = open_socket(0, &from);
	uint64_t before = clock_realtime(&clock_system);
	struct packet p;

	hear(b, (struct receiver_source){ .fd = rx, .socket = 7, .port = port });
	set(tx, IPPROTO_IP, IP_TTL, 9);
	set(tx, IPPROTO_IP, IP_TOS, 0xb8);
	send_to(tx, "127.0.0.1", port, "hello", 5);
	p = next(b);
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
	assert_text(&p, "hello");
	send_to(tx, "127.0.0.1", port, "", 0);
	p = next(b);
	assert_int_equal(p.kind, PACKET_RX);
	assert_int_equal(p.len, 0);
	assert_true(nothing_more(b));
	receiver_remove(b->receiver, rx);
	close(rx);
	close(tx);
}

static void test_wakes_once_per_acknowledge(void **state)
{
	struct bed *b = *state;
	struct pollfd pfd = { .fd = receiver_fd(b->receiver), .events = POLLIN };
	uint16_t port, from;
	int rx = open_socket(0, &port), tx = open_socket(0, &from);
	uint64_t count;

	hear(b, (struct receiver_source){ .fd = rx, .socket = 1, .port = port });
	for (int i = 0; i < 100; i++) {
		send_to(tx, "127.0.0.1", port, "x", 1);
		next(b);
	}
	for (int i = 0; i < 100; i++) {
		send_to(tx, "127.0.0.1", port, "x", 1);
		receiver_check_drops(b->receiver);
	}
	assert_int_equal(poll(&pfd, 1, DEADLINE_MS), 1);
	assert_int_equal(read(pfd.fd, &count, sizeof(count)), sizeof(count));
	assert_int_equal(count, 1);
	receiver_remove(b->receiver, rx);
	close(rx);
	close(tx);
}

static void test_remove_reads_what_is_queued(void **state)
{
	struct bed *b = *state;
	uint16_t port, from;
	int rx = open_socket(0, &port), tx = open_socket(0, &from);
	struct store_stats stats;

	for (int i = 0; i < 500; i++)
		send_to(tx, "127.0.0.1", port, "x", 1);
	hear(b, (struct receiver_source){ .fd = rx, .socket = 1, .port = port });
	receiver_remove(b->receiver, rx);
	store_stats(b->store, &stats);
	assert_int_equal(stats.last_no, 500);
	send_to(tx, "127.0.0.1", port, "unheard", 7);
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
		send_to(tx, "127.0.0.1", port, "flood", 5);
	while (seen < sent) {
		p = next(b);
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
	int rx = open_socket(4096, &port), tx = open_socket(0, &from);

	hear(b, (struct receiver_source){ .fd = rx, .socket = 3, .port = port });
	for (int round = 0; round < 20; round++)
		count_flood(b, tx, port, 500);
	assert_true(nothing_more(b));
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
	int tx = open_socket(0, &from);
	struct packet p;

	for (int rcvbuf = 4000; rcvbuf < 120000; rcvbuf += rcvbuf < 90000 ? 10000 : 380) {
		int rx = open_socket(rcvbuf, &port);
		uint64_t seen = 0;

		for (int i = 0; i < 500; i++)
			send_to(tx, "127.0.0.1", port, "x", 1);
		hear(b, (struct receiver_source){ .fd = rx, .socket = 3, .port = port });
		while (seen < 500) {
			p = next(b);
			seen += p.kind == PACKET_GAP ? p.lost : 1;
		}
		assert_int_equal(p.kind, PACKET_GAP);
		assert_int_equal(seen, 500);
		receiver_remove(b->receiver, rx);
		close(rx);
	}
	assert_true(nothing_more(b));
	close(tx);
}

static void test_trains_are_split(void **state)
{
	struct bed *b = *state;
	uint16_t port, from;
	int rx = open_socket(0, &port), tx = open_socket(0, &from);
	struct receiver_source src = { .fd = rx, .socket = 1, .port = port };
	uint8_t bytes[1050];
	struct error e;
	struct packet p;

	hear(b, src);
	set(rx, IPPROTO_UDP, UDP_GRO, 1);
	src.gro = true;
	assert_true(receiver_change(b->receiver, &src, &e));
	set(tx, IPPROTO_UDP, UDP_SEGMENT, 100);
	for (size_t i = 0; i < sizeof(bytes); i++)
		bytes[i] = (uint8_t)(i / 100);
	send_to(tx, "127.0.0.1", port, bytes, sizeof(bytes));
	for (unsigned i = 0; i < 11; i++) {
		p = next(b);
		assert_int_equal(p.no, i + 1);
		assert_int_equal(p.len, i < 10 ? 100 : 50);
		assert_int_equal(p.stored, p.len);
		assert_int_equal(p.data[0], i);
		assert_int_equal(p.data[p.stored - 1], i);
	}
	assert_true(nothing_more(b));
	receiver_remove(b->receiver, rx);
	close(rx);
	close(tx);
}

static void test_gaps_of_trains_are_at_least(void **state)
{
	struct bed *b = *state;
	uint16_t port, from;
	int rx = open_socket(4096, &port), tx = open_socket(0, &from);
	struct packet p;

	set(rx, IPPROTO_UDP, UDP_GRO, 1);
	for (int i = 0; i < 300; i++)
		send_to(tx, "127.0.0.1", port, "x", 1);
	hear(b, (struct receiver_source){ .fd = rx, .socket = 3, .port = port, .gro = true });
	do
		p = next(b);
	while (p.kind != PACKET_GAP);
	assert_int_equal(p.flags, PACKET_AT_LEAST);
	receiver_remove(b->receiver, rx);
	close(rx);
	close(tx);
}

static uint16_t closed_port(void)
{
	uint16_t port;
	int fd = open_socket(0, &port);

	close(fd);
	return port;
}

static void test_refusals_name_their_cause(void **state)
{
	struct bed *b = *state;
	uint16_t port, closed = closed_port();
	int fd = open_socket(0, &port);
	static const char *const texts[] = { "alpha", "beta", "beta" };
	struct packet p;

	hear(b, (struct receiver_source){ .fd = fd, .socket = 1, .port = port });
	for (int i = 0; i < 3; i++) {
		uint64_t no = send_known(b, fd, port, "127.0.0.1", closed, texts[i]);

		do
			p = next(b);
		while (p.kind == PACKET_TX);
		assert_int_equal(p.kind, PACKET_ICMP);
		assert_true(p.icmp.cause == no);
		assert_int_equal(p.icmp.errnum, ECONNREFUSED);
		assert_int_equal(p.icmp.type, 3);
		assert_int_equal(p.icmp.code, 3);
		assert_int_equal(p.icmp.offender.family, AF_INET);
		assert_int_equal(p.peer.port, closed);
		assert_int_equal(p.local.port, port);
		assert_text(&p, texts[i]);
	}
	/* And it still hears. */
	send_to(fd, "127.0.0.1", port, "to myself", 9);
	p = next(b);
	assert_int_equal(p.kind, PACKET_RX);
	assert_text(&p, "to myself");
	receiver_remove(b->receiver, fd);
	close(fd);
}

static void test_refusal_of_a_connected_socket(void **state)
{
	struct bed *b = *state;
	struct sockaddr_in to = { .sin_family = AF_INET, .sin_port = htons(closed_port()) };
	uint16_t port;
	int fd = open_socket(0, &port);
	struct packet p;

	to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	assert_int_equal(connect(fd, (struct sockaddr *)&to, sizeof(to)), 0);
	hear(b, (struct receiver_source){ .fd = fd, .socket = 1, .port = port });
	assert_int_equal(send(fd, "x", 1, 0), 1);
	p = next(b);
	assert_int_equal(p.kind, PACKET_ICMP);
	assert_true(p.icmp.cause == 0);
	assert_true(nothing_more(b));
	receiver_remove(b->receiver, fd);
	close(fd);
}

static void test_own_broadcast_is_marked(void **state)
{
	struct bed *b = *state;
	uint16_t port, other;
	int fd = open_socket(0, &port), tx = open_socket(0, &other);
	struct packet p;

	hear(b, (struct receiver_source){ .fd = fd, .socket = 1, .port = port });
	send_known(b, fd, port, "127.255.255.255", port, "mine");
	do
		p = next(b);
	while (p.kind == PACKET_TX);
	assert_true(p.flags & PACKET_BROADCAST && p.flags & PACKET_OWN);
	send_to(tx, "127.255.255.255", port, "mine", 4);
	p = next(b);
	assert_true(p.flags & PACKET_BROADCAST && !(p.flags & PACKET_OWN));
	receiver_remove(b->receiver, fd);
	close(fd);
	close(tx);
}

static void test_helpers_drop_broadcasts(void **state)
{
	struct bed *b = *state;
	uint16_t port, from;
	int rx = open_socket(0, &port), tx = open_socket(0, &from);
	struct packet p;

	hear(b, (struct receiver_source){ .fd = rx, .socket = 1, .port = port, .helper = true });
	send_to(tx, "127.255.255.255", port, "broadcast", 9);
	send_to(tx, "127.0.0.1", port, "unicast", 7);
	p = next(b);
	assert_text(&p, "unicast");
	assert_true(nothing_more(b));
	receiver_remove(b->receiver, rx);
	close(rx);
	close(tx);
}

/* ---- under flood ---- */

struct flood {
	uint16_t port;
	atomic_bool stop;
	atomic_ulong sent;
	pthread_t thread;
};

static void *flooding(void *arg)
{
	struct flood *f = arg;
	struct sockaddr_in to = { .sin_family = AF_INET, .sin_port = htons(f->port) };
	uint8_t bytes[64 * 60] = { 0 };
	uint16_t from;
	int fd = open_socket(0, &from);
	int segment = 64;

	to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	setsockopt(fd, IPPROTO_UDP, UDP_SEGMENT, &segment, sizeof(segment));
	while (!atomic_load(&f->stop))
		if (sendto(fd, bytes, sizeof(bytes), 0, (struct sockaddr *)&to, sizeof(to)) > 0)
			atomic_fetch_add(&f->sent, 60);
	close(fd);
	return NULL;
}

static void flood_start(struct flood *f, uint16_t port)
{
	f->port = port;
	assert_int_equal(pthread_create(&f->thread, NULL, flooding, f), 0);
	while (atomic_load(&f->sent) < 10000)
		sched_yield();
}

/* While one socket is flooded another is heard and the main loop's requests are obeyed. */
static void test_flood_starves_nobody(void **state)
{
	struct bed *b = *state;
	uint16_t port, quiet, from;
	int rx = open_socket(0, &port), calm = open_socket(0, &quiet), tx = open_socket(0, &from);
	struct flood f = { 0 };
	struct store_stats stats;
	uint64_t heard = 0, seen = 0;
	struct packet p;

	hear(b, (struct receiver_source){ .fd = rx, .socket = 1, .port = port });
	flood_start(&f, port);
	hear(b, (struct receiver_source){ .fd = calm, .socket = 2, .port = quiet });
	for (int i = 0; i < 50; i++) {
		send_to(tx, "127.0.0.1", quiet, "calm", 4);
		do
			p = next(b);
		while (p.socket != 2);
		heard++;
	}
	receiver_remove(b->receiver, calm);
	atomic_store(&f.stop, true);
	pthread_join(f.thread, NULL);
	receiver_remove(b->receiver, rx);
	assert_int_equal(heard, 50);
	/* All that was sent is kept, told lost by the kernel, or was overwritten in the store. */
	store_cursor_seek(&b->cursor, 0);
	store_stats(b->store, &stats);
	seen = stats.first_no - 1;
	while (store_cursor_read(&b->cursor, &p) == STORE_PACKET)
		seen += p.kind == PACKET_GAP ? p.lost : 1;
	assert_true(seen <= atomic_load(&f.sent) + 50);
	if (stats.first_seq == 0)
		assert_true(seen == atomic_load(&f.sent) + 50);
	close(rx);
	close(calm);
	close(tx);
}

/* Processor time of this process, in microseconds. */
static long cpu_used(void)
{
	struct rusage u;

	getrusage(RUSAGE_SELF, &u);
	return (u.ru_utime.tv_sec + u.ru_stime.tv_sec) * 1000000L + u.ru_utime.tv_usec +
	       u.ru_stime.tv_usec;
}

/* Watches the process for a tenth of a second: a thread that spins would use all of it. */
static void assert_idle(void)
{
	long before = cpu_used();

	assert_int_equal(poll(NULL, 0, 100), 0);
	assert_true(cpu_used() - before < 50000);
}

/* A descriptor that can only fail is given up with a note. */
static void test_failing_descriptor_does_not_spin(void **state)
{
	struct bed *b = *state;
	struct packet p;
	int ends[2];

	assert_int_equal(pipe(ends), 0);
	assert_int_equal(write(ends[1], "x", 1), 1);
	hear(b, (struct receiver_source){ .fd = ends[0], .socket = 4 });
	p = next(b);
	assert_int_equal(p.kind, PACKET_NOTE);
	assert_int_equal(p.socket, 4);
	assert_non_null(memmem(p.data, p.stored, "no longer heard", 15));
	assert_idle();
	receiver_remove(b->receiver, ends[0]);
	close(ends[0]);
	close(ends[1]);
}

static void test_shut_down_socket_does_not_spin(void **state)
{
	struct bed *b = *state;
	struct sockaddr_in to = { .sin_family = AF_INET, .sin_port = htons(9) };
	uint16_t port;
	int fd = open_socket(0, &port);
	struct packet p;

	to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	assert_int_equal(connect(fd, (struct sockaddr *)&to, sizeof(to)), 0);
	hear(b, (struct receiver_source){ .fd = fd, .socket = 4, .port = port });
	assert_int_equal(shutdown(fd, SHUT_RD), 0);
	p = next(b);
	assert_int_equal(p.kind, PACKET_NOTE);
	assert_true(nothing_more(b));
	assert_idle();
	receiver_remove(b->receiver, fd);
	close(fd);
}

/* A source that is closed before it is removed must not hurt either. */
static void test_closed_descriptor(void **state)
{
	struct bed *b = *state;
	uint16_t port;
	int fd = open_socket(0, &port);

	hear(b, (struct receiver_source){ .fd = fd, .socket = 4, .port = port });
	close(fd);
	assert_idle();
	receiver_remove(b->receiver, fd);
}

static size_t open_descriptors(void)
{
	DIR *dir = opendir("/proc/self/fd");
	size_t n = 0;

	assert_non_null(dir);
	while (readdir(dir))
		n++;
	closedir(dir);
	return n;
}

static void test_free_leaves_nothing(void **state)
{
	struct bed *b = *state;
	size_t before = open_descriptors();
	uint16_t port, from;
	int rx = open_socket(4096, &port), tx = open_socket(0, &from);
	struct packet p;
	uint64_t seen = 0;
	struct error e;
	struct receiver *second = receiver_new(b->store, b->sent, &e);

	assert_non_null(second);
	assert_true(receiver_add(second,
				 &(struct receiver_source){ .fd = rx, .socket = 1, .port = port },
				 &e));
	for (int i = 0; i < 200; i++)
		send_to(tx, "127.0.0.1", port, "x", 1);
	receiver_free(second);
	receiver_free(NULL);
	while (store_cursor_read(&b->cursor, &p) == STORE_PACKET)
		seen += p.kind == PACKET_GAP ? p.lost : 1;
	assert_int_equal(seen, 200);
	close(rx);
	close(tx);
	assert_int_equal(open_descriptors(), before);
}

int main(void)
{
#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
	const struct CMUnitTest tests[] = {
		TEST(test_what_arrives_is_stored),
		TEST(test_wakes_once_per_acknowledge),
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
		TEST(test_flood_starves_nobody),
		TEST(test_failing_descriptor_does_not_spin),
		TEST(test_shut_down_socket_does_not_spin),
		TEST(test_closed_descriptor),
		TEST(test_free_leaves_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
