/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The UDP peers of the harness test themselves on loopback. */
#include "peer.h"

#include <errno.h>
#include <poll.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static const char *const addresses[] = { "127.0.0.1", "::1" };

static void test_send_receive_answer(void **state)
{
	(void)state;
	for (size_t i = 0; i < 2; i++) {
		struct udp_peer a, b;
		char buf[4] = "";

		assert_true(peer_open(&a, addresses[i], 0));
		assert_true(peer_open(&b, addresses[i], 0));
		assert_true(peer_send(&a, addresses[i], b.port, "five!", 5));
		/* the true length, though only four fit */
		assert_int_equal(peer_recv(&b, buf, sizeof(buf)), 5);
		assert_memory_equal(buf, "five", 4);
		assert_int_equal(b.last_port, a.port);
		assert_true(peer_answer(&b, "", 0));
		assert_int_equal(peer_recv(&a, buf, sizeof(buf)), 0);
		assert_true(peer_is_quiet(&a));
		peer_close(&a);
		peer_close(&b);
	}
}

static void test_echo(void **state)
{
	struct echo_peer echo;
	struct udp_peer p;
	char buf[16];

	(void)state;
	assert_true(echo_start(&echo, "127.0.0.1"));
	assert_true(peer_open(&p, "127.0.0.1", 0));
	for (int i = 0; i < 3; i++) {
		assert_true(peer_send(&p, "127.0.0.1", echo.peer.port, "hello", 5));
		assert_int_equal(peer_recv(&p, buf, sizeof(buf)), 5);
		assert_int_equal(p.last_port, echo.peer.port);
	}
	echo_stop(&echo);
	assert_int_equal(atomic_load(&echo.echoed), 3);
	peer_close(&p);
}

static void test_closed_port_refuses(void **state)
{
	(void)state;
	for (size_t i = 0; i < 2; i++) {
		struct udp_peer closed, p, taken;
		struct sockaddr_storage to;
		socklen_t len;
		char c;

		assert_true(peer_open_closed(&closed, addresses[i]));
		assert_true(peer_open(&p, addresses[i], 0));
		len = peer_address(addresses[i], closed.port, &to);
		assert_int_equal(connect(p.fd, (struct sockaddr *)&to, len), 0);
		assert_int_equal(send(p.fd, "x", 1, 0), 1);
		assert_int_equal(poll(&(struct pollfd){ .fd = p.fd, .events = POLLIN }, 1, 10000),
				 1);
		assert_int_equal(recv(p.fd, &c, 1, 0), -1);
		assert_int_equal(errno, ECONNREFUSED);
		assert_false(peer_open(&taken, addresses[i], closed.port));
		peer_close(&closed);
		peer_close(&p);
	}
}

static void test_flood_is_counted(void **state)
{
	static const struct {
		size_t size;
		unsigned rate, segments;
		const char *second;
	} cases[] = {
		{ 12, 0, 0, "0000000001xx" },
		{ 12, 0, 7, "0000000001xx" },
		{ 4, 20000, 0, "0000" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct flood_plan plan = { .addr = "127.0.0.1",
					   .size = cases[i].size,
					   .count = 100,
					   .rate = cases[i].rate,
					   .segments = cases[i].segments };
		struct flood flood;
		struct udp_peer p;
		char buf[64];

		assert_true(peer_open(&p, "127.0.0.1", 0));
		plan.port = p.port;
		assert_true(flood_start(&flood, &plan));
		assert_int_equal(flood_wait(&flood), 100);
		for (int n = 0; n < 100; n++) {
			assert_int_equal(peer_recv(&p, buf, sizeof(buf)), plan.size);
			if (n == 1)
				assert_memory_equal(buf, cases[i].second, plan.size);
		}
		assert_true(peer_is_quiet(&p));
		peer_close(&p);
	}
}

static void test_flood_stops_when_told(void **state)
{
	struct flood_plan plan = { .addr = "::1", .size = 100 };
	struct flood flood;
	struct udp_peer p;
	char buf[128];

	(void)state;
	assert_true(peer_open(&p, "::1", 0));
	plan.port = p.port;
	assert_true(flood_start(&flood, &plan));
	assert_int_equal(peer_recv(&p, buf, sizeof(buf)), 100);
	assert_true(flood_stop(&flood) >= 1);
	assert_true(atomic_load(&flood.done));
	peer_close(&p);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_send_receive_answer),
		cmocka_unit_test(test_echo),
		cmocka_unit_test(test_closed_port_refuses),
		cmocka_unit_test(test_flood_is_counted),
		cmocka_unit_test(test_flood_stops_when_told),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
