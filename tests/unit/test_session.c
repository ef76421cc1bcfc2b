/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A session on loopback: sockets, errors, targets, echo, groups, connect and disconnect. */
#include "fake_face.h"
#include "session/sender.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

static uint16_t local_port(const struct fake_face *f, size_t i)
{
	return f->session.sockets[i]->sock.local.port;
}

static void socket_numbers_are_never_reused(void **state)
{
	struct fake_face *f = *state;

	fake_must(f, "open udp4 127.0.0.1:0");
	fake_must(f, "open udp6");
	assert_int_equal(f->session.current->number, 2);
	fake_must(f, "close");
	assert_int_equal(f->session.current->number, 1);
	fake_must(f, "open udp4");
	assert_int_equal(f->session.current->number, 3);
	fake_must(f, "socket 1");
	assert_int_equal(f->session.current->number, 1);
}

static void traffic_does_not_switch_sockets_but_marks_them(void **state)
{
	struct fake_face *f = *state;

	fake_must(f, "open udp4 127.0.0.1:0");
	fake_must(f, "open udp4 127.0.0.1:0");
	fake_must(f, "to 127.0.0.1:%u send x", local_port(f, 0));
	fake_until_rx(f, 1);
	assert_int_equal(f->session.current->number, 2);
	assert_true(f->session.sockets[0]->unseen);
	fake_must(f, "socket 1");
	assert_false(f->session.sockets[0]->unseen);
}

/* A port that was bound a moment ago and is closed now. */
static uint16_t closed_port(void)
{
	struct sockaddr_in sin = { .sin_family = AF_INET,
				   .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	socklen_t len = sizeof(sin);
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	assert_int_equal(bind(fd, (struct sockaddr *)&sin, sizeof(sin)), 0);
	assert_int_equal(getsockname(fd, (struct sockaddr *)&sin, &len), 0);
	close(fd);
	return ntohs(sin.sin_port);
}

static bool has_errors(struct fake_face *f, void *ctx)
{
	return f->session.errors >= *(unsigned *)ctx;
}

static void three_queued_errors_cost_no_datagram(void **state)
{
	struct fake_face *f = *state;
	uint16_t closed = closed_port();
	unsigned errors = 3, causes = 0;
	struct packet p;

	fake_must(f, "open udp4 127.0.0.1:0");
	for (int i = 0; i < 3; i++)
		fake_must(f, "to 127.0.0.1:%u send refused %d", closed, i);
	for (int i = 0; i < 3; i++)
		fake_must(f, "to 127.0.0.1:%u send heard %d", local_port(f, 0), i);
	fake_until_rx(f, 3);
	fake_until(f, has_errors, &errors);
	assert_int_equal(f->session.tx, 6);
	assert_int_equal(f->session.rx, 3);
	for (uint64_t no = 1; no <= 12; no++) {
		char quoted[32];
		uint32_t len;

		assert_true(fake_packet(f, no, &p));
		if (p.kind != PACKET_ICMP)
			continue;
		len = p.stored;
		assert_in_range(len, 9, sizeof(quoted));
		memcpy(quoted, p.data, len);
		assert_memory_equal(quoted, "refused ", 8);
		assert_true(fake_packet(f, p.icmp.cause, &p));
		assert_int_equal(p.kind, PACKET_TX);
		assert_int_equal(p.len, len);
		assert_memory_equal(p.data, quoted, len);
		causes++;
	}
	assert_int_equal(causes, 3);
}

static void a_refused_socket_is_marked_until_it_hears_again(void **state)
{
	struct fake_face *f = *state;
	unsigned errors = 1;

	fake_must(f, "open udp4 127.0.0.1:0");
	fake_must(f, "to 127.0.0.1:%u send x", closed_port());
	fake_until(f, has_errors, &errors);
	assert_string_equal(f->session.current->mark, "refused");
	fake_must(f, "to 127.0.0.1:%u send x", local_port(f, 0));
	fake_until_rx(f, 1);
	assert_string_equal(f->session.current->mark, "");
}

static void connect_hears_one_and_disconnect_keeps_the_port(void **state)
{
	struct fake_face *f = *state;
	uint16_t port;

	fake_must(f, "open udp4 127.0.0.1:0");
	fake_must(f, "open udp4 127.0.0.1:0");
	fake_must(f, "open udp4 127.0.0.1:0");
	port = local_port(f, 2);
	fake_must(f, "connect 127.0.0.1 %u", local_port(f, 0));
	fake_must(f, "socket 2");
	fake_must(f, "to 127.0.0.1:%u send not heard", port);
	fake_must(f, "socket 1");
	fake_must(f, "to 127.0.0.1:%u send heard", port);
	fake_until_rx(f, 1);
	assert_int_equal(f->session.sockets[2]->rx, 1);
	fake_must(f, "socket 3");
	fake_must(f, "disconnect");
	assert_int_equal(local_port(f, 2), port);
	fake_must(f, "socket 2");
	fake_must(f, "to 127.0.0.1:%u send heard now", port);
	fake_until_rx(f, 2);
	assert_int_equal(f->session.sockets[2]->rx, 2);
}

static void the_target_stands_still_while_a_line_is_typed(void **state)
{
	struct fake_face *f = *state;
	struct target *t;
	const struct addr *addrs;

	fake_must(f, "open udp4 127.0.0.1:0");
	fake_must(f, "open udp4 127.0.0.1:0");
	fake_must(f, "open udp4 127.0.0.1:0");
	t = &f->session.sockets[0]->target;
	fake_must(f, "to 127.0.0.1:%u send first", local_port(f, 0));
	fake_until_rx(f, 1);
	target_freeze(t);
	fake_must(f, "socket 2");
	fake_must(f, "to 127.0.0.1:%u send second", local_port(f, 0));
	fake_until_rx(f, 2);
	assert_int_equal(target_addrs(t, &addrs), 1);
	assert_int_equal(addrs[0].port, local_port(f, 2));
	target_thaw(t);
	assert_int_equal(target_addrs(t, &addrs), 1);
	assert_int_equal(addrs[0].port, local_port(f, 1));
}

static void the_echo_server_answers_others_but_not_itself(void **state)
{
	struct fake_face *f = *state;
	struct packet p;

	fake_must(f, "open udp4 127.0.0.1:0");
	fake_must(f, "echo-server on");
	fake_must(f, "open udp4 127.0.0.1:0");
	fake_must(f, "to 127.0.0.1:%u send ping", local_port(f, 0));
	fake_until_rx(f, 2);
	assert_int_equal(f->session.sockets[1]->rx, 1);
	assert_true(fake_packet(f, f->session.rx + f->session.tx, &p));
	assert_memory_equal(p.data, "ping", 4);
	fake_must(f, "socket 1");
	fake_must(f, "to 127.0.0.1:%u send myself", local_port(f, 0));
	fake_must(f, "to 127.0.0.1:%u send another", local_port(f, 1));
	fake_until_rx(f, 4);
	assert_int_equal(f->session.tx, 4);
}

static void a_group_on_lo_is_joined_heard_and_left(void **state)
{
	struct fake_face *f = *state;
	struct packet p;
	bool own = false;

	fake_must(f, "open udp4 multicast-interface=lo");
	fake_must(f, "join 239.255.1.2%%lo");
	fake_must(f, "groups");
	assert_true(fake_listed(f, "239.255.1.2"));
	fake_must(f, "to 239.255.1.2:%u send group", local_port(f, 0));
	fake_until_rx(f, 1);
	for (uint64_t no = 1; no <= 2; no++) {
		assert_true(fake_packet(f, no, &p));
		if (p.kind == PACKET_RX)
			own = (p.flags & PACKET_OWN) && (p.flags & PACKET_MULTICAST);
	}
	assert_true(own);
	fake_must(f, "leave 239.255.1.2%%lo");
	fake_must(f, "to 239.255.1.2:%u send not heard", local_port(f, 0));
	fake_must(f, "to 127.0.0.1:%u send heard", local_port(f, 0));
	fake_until_rx(f, 2);
	assert_int_equal(f->session.rx, 2);
	assert_int_equal(f->session.current->sock.groups.count, 0);
}

static void fifty_groups_are_one_socket(void **state)
{
	struct fake_face *f = *state;

	fake_must(f, "open udp4 multicast-interface=lo");
	fake_must(f, "join 239.255.1.1+50%%lo");
	assert_int_equal(f->session.current->sock.groups.count, 50);
	assert_true(f->session.current->sock.helper_count >= 2);
	for (int i = 1; i <= 50; i++)
		fake_must(f, "to 239.255.1.%d:%u send %d", i, local_port(f, 0), i);
	fake_until_rx(f, 50);
	fake_must(f, "to 127.0.0.1:%u send unicast", local_port(f, 0));
	fake_until_rx(f, 51);
	assert_int_equal(f->session.rx, 51);
	assert_int_equal(f->session.sockets[0]->rx, 51);
}

static void a_datagram_that_cannot_fit_is_refused_before_the_kernel_is_asked(void **state)
{
	struct fake_face *f = *state;
	static const char zeros[65528];
	struct addr v4, v6;
	struct error e;

	fake_must(f, "open");
	assert_true(addr_parse_ip("127.0.0.1", &v4, &e));
	assert_true(addr_parse_ip("::1", &v6, &e));
	v4.port = v6.port = local_port(f, 0);
	assert_false(sender_send(&f->session, f->session.current, &v4, 1, zeros, 65508, 0, &e));
	assert_non_null(strstr(e.text, "65507"));
	assert_false(sender_send(&f->session, f->session.current, &v6, 1, zeros, 65528, 0, &e));
	assert_non_null(strstr(e.text, "65527"));
	assert_true(sender_send(&f->session, f->session.current, &v4, 1, zeros, 65507, 0, &e));
	fake_until_rx(f, 1);
	assert_int_equal(f->session.tx, 1);
}

static void a_short_stop_is_told_in_tenths(void **state)
{
	struct fake_face *f = *state;
	struct store_cursor c = { .store = f->session.store };
	struct packet p;

	session_stopped(&f->session, 90 * NS_PER_MS); /* nobody would notice */
	session_stopped(&f->session, 340 * NS_PER_MS);
	session_stopped(&f->session, 12 * NS_PER_S + 700 * NS_PER_MS);
	assert_int_equal(store_cursor_read(&c, &p), STORE_PACKET);
	assert_memory_equal(p.data, "stopped 300 ms", p.stored);
	assert_int_equal(store_cursor_read(&c, &p), STORE_PACKET);
	assert_memory_equal(p.data, "stopped 12 s", p.stored);
	assert_int_equal(store_cursor_read(&c, &p), STORE_END);
	store_cursor_rest(&c);
}

static void a_taken_port_names_its_owner(void **state)
{
	struct fake_face *f = *state;
	struct error e;
	char line[64];

	fake_must(f, "open udp4 127.0.0.1:0");
	snprintf(line, sizeof(line), "open udp4 127.0.0.1:%u", local_port(f, 0));
	assert_false(fake_run(f, line, &e));
	assert_non_null(strstr(e.text, "reuse"));
	assert_int_equal(f->session.socket_count, 1);
}

static void options_are_set_and_told(void **state)
{
	struct fake_face *f = *state;
	struct error e;

	fake_must(f, "open");
	fake_must(f, "set ttl 7");
	assert_non_null(strstr(f->message, "ttl of [1] is 7"));
	fake_must(f, "set broadcast");
	assert_non_null(strstr(f->message, "on"));
	fake_must(f, "set rcvbuf 64k");
	assert_non_null(strstr(f->message, "doubles"));
	fake_must(f, "set tos ef");
	fake_must(f, "get tos");
	assert_non_null(strstr(f->echoed, "ef"));
	fake_must(f, "open udp4 127.0.0.1:0");
	assert_false(fake_run(f, "to 255.255.255.255:9 send x", &e));
	assert_non_null(strstr(e.text, "broadcast"));
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, fake_face_setup, fake_face_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(socket_numbers_are_never_reused),
		TEST(traffic_does_not_switch_sockets_but_marks_them),
		TEST(three_queued_errors_cost_no_datagram),
		TEST(a_refused_socket_is_marked_until_it_hears_again),
		TEST(connect_hears_one_and_disconnect_keeps_the_port),
		TEST(the_target_stands_still_while_a_line_is_typed),
		TEST(the_echo_server_answers_others_but_not_itself),
		TEST(a_group_on_lo_is_joined_heard_and_left),
		TEST(fifty_groups_are_one_socket),
		TEST(a_datagram_that_cannot_fit_is_refused_before_the_kernel_is_asked),
		TEST(a_taken_port_names_its_owner),
		TEST(a_short_stop_is_told_in_tenths),
		TEST(options_are_set_and_told),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
