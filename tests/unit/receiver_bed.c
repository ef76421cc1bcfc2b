/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "receiver_bed.h"

#include "deadline.h"
#include "util/clock.h"

#include <arpa/inet.h>
#include <poll.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

int bed_setup(void **state)
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

int bed_teardown(void **state)
{
	struct bed *b = *state;

	receiver_free(b->receiver);
	store_cursor_rest(&b->cursor);
	sent_free(b->sent);
	store_free(b->store);
	free(b);
	return 0;
}

void bed_set(int fd, int level, int name, int value)
{
	assert_int_equal(setsockopt(fd, level, name, &value, sizeof(value)), 0);
}

int bed_open_socket(int rcvbuf, uint16_t *port)
{
	struct sockaddr_in at = { .sin_family = AF_INET };
	socklen_t len = sizeof(at);
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

	assert_true(fd >= 0);
	bed_set(fd, SOL_SOCKET, SO_RCVBUF, rcvbuf ? rcvbuf : 4 << 20);
	bed_set(fd, SOL_SOCKET, SO_TIMESTAMPNS, 1);
	bed_set(fd, SOL_SOCKET, SO_RXQ_OVFL, 1);
	bed_set(fd, SOL_SOCKET, SO_BROADCAST, 1);
	bed_set(fd, IPPROTO_IP, IP_PKTINFO, 1);
	bed_set(fd, IPPROTO_IP, IP_RECVTTL, 1);
	bed_set(fd, IPPROTO_IP, IP_RECVTOS, 1);
	bed_set(fd, IPPROTO_IP, IP_RECVERR, 1);
	assert_int_equal(bind(fd, (struct sockaddr *)&at, sizeof(at)), 0);
	assert_int_equal(getsockname(fd, (struct sockaddr *)&at, &len), 0);
	*port = ntohs(at.sin_port);
	return fd;
}

void bed_send_to(int fd, const char *host, uint16_t port, const void *data, size_t n)
{
	struct sockaddr_in to = { .sin_family = AF_INET, .sin_port = htons(port) };

	assert_int_equal(inet_pton(AF_INET, host, &to.sin_addr), 1);
	assert_int_equal(sendto(fd, data, n, 0, (struct sockaddr *)&to, sizeof(to)), (ssize_t)n);
}

void bed_hear(struct bed *b, struct receiver_source src)
{
	struct error e;

	if (!receiver_add(b->receiver, &src, &e))
		fail_msg("%s", e.text);
}

struct packet bed_next(struct bed *b)
{
	struct pollfd pfd = { .fd = receiver_fd(b->receiver), .events = POLLIN };
	struct packet p;

	while (store_cursor_read(&b->cursor, &p) == STORE_END) {
		if (poll(&pfd, 1, deadline_left(deadline_in(DEADLINE_DEFAULT_MS))) <= 0)
			fail_msg("no packet came");
		assert_true(receiver_acknowledge(b->receiver, NULL));
	}
	return p;
}

bool bed_nothing_more(struct bed *b)
{
	struct packet p;

	receiver_check_drops(b->receiver);
	return store_cursor_read(&b->cursor, &p) == STORE_END;
}

void bed_assert_text(const struct packet *p, const char *text)
{
	assert_int_equal(p->stored, strlen(text));
	assert_memory_equal(p->data, text, strlen(text));
}

uint64_t bed_send_known(struct bed *b, int fd, uint16_t from, const char *host, uint16_t port,
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
	bed_send_to(fd, host, port, text, strlen(text));
	return p.no;
}
