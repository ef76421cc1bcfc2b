/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The receiver under floods and with failing descriptors: it starves nobody and never spins. */
#include "receiver_bed.h"

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
	int fd = bed_open_socket(0, &from);
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
	int rx = bed_open_socket(0, &port), calm = bed_open_socket(0, &quiet),
	    tx = bed_open_socket(0, &from);
	struct flood f = { 0 };
	struct store_stats stats;
	uint64_t heard = 0, seen = 0;
	struct packet p;

	bed_hear(b, (struct receiver_source){ .fd = rx, .socket = 1, .port = port });
	flood_start(&f, port);
	bed_hear(b, (struct receiver_source){ .fd = calm, .socket = 2, .port = quiet });
	for (int i = 0; i < 50; i++) {
		bed_send_to(tx, "127.0.0.1", quiet, "calm", 4);
		do
			p = bed_next(b);
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
	bed_hear(b, (struct receiver_source){ .fd = ends[0], .socket = 4 });
	p = bed_next(b);
	assert_int_equal(p.kind, PACKET_ERROR);
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
	int fd = bed_open_socket(0, &port);
	struct packet p;

	to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	assert_int_equal(connect(fd, (struct sockaddr *)&to, sizeof(to)), 0);
	bed_hear(b, (struct receiver_source){ .fd = fd, .socket = 4, .port = port });
	assert_int_equal(shutdown(fd, SHUT_RD), 0);
	p = bed_next(b);
	assert_int_equal(p.kind, PACKET_ERROR);
	assert_true(bed_nothing_more(b));
	assert_idle();
	receiver_remove(b->receiver, fd);
	close(fd);
}

/* A source that is closed before it is removed must not hurt either. */
static void test_closed_descriptor(void **state)
{
	struct bed *b = *state;
	uint16_t port;
	int fd = bed_open_socket(0, &port);

	bed_hear(b, (struct receiver_source){ .fd = fd, .socket = 4, .port = port });
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
	int rx = bed_open_socket(4096, &port), tx = bed_open_socket(0, &from);
	struct packet p;
	uint64_t seen = 0;
	struct error e;
	struct receiver *second = receiver_new(b->store, b->sent, &e);

	assert_non_null(second);
	assert_true(receiver_add(second,
				 &(struct receiver_source){ .fd = rx, .socket = 1, .port = port },
				 &e));
	for (int i = 0; i < 200; i++)
		bed_send_to(tx, "127.0.0.1", port, "x", 1);
	receiver_free(second);
	receiver_free(NULL);
	while (store_cursor_read(&b->cursor, &p) == STORE_PACKET)
		seen += p.kind == PACKET_GAP ? p.lost : 1;
	assert_int_equal(seen, 200);
	close(rx);
	close(tx);
	assert_int_equal(open_descriptors(), before);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, bed_setup, bed_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_flood_starves_nobody),
		TEST(test_failing_descriptor_does_not_spin),
		TEST(test_shut_down_socket_does_not_spin),
		TEST(test_closed_descriptor),
		TEST(test_free_leaves_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
