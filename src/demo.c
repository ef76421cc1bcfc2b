/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "demo.h"

#include "net/sock.h"
#include "net/tx.h"
#include "util/num.h"

#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

enum { ECHO, TALKER, TICKER, SERVICES };

struct service {
	struct demo *demo;
	struct sock sock;
	void (*answer)(struct service *s, const struct addr *peer, const uint8_t *data, size_t n);
};

struct demo {
	struct loop *loop;
	struct service services[SERVICES];
	struct loop_timer tick;
	uint64_t next_tick; /* monotonic ns */
	struct addr group;
	unsigned ticks, talks;
	uint8_t buffer[65536];
};

static void echo(struct service *s, const struct addr *peer, const uint8_t *data, size_t n)
{
	tx_send(&s->sock, peer, data, n);
}

/* From nothing to more than one Ethernet frame, in turn. */
static void talk(struct service *s, const struct addr *peer, const uint8_t *data, size_t n)
{
	static const size_t sizes[] = { 24, 0, 1, 200, 1400, 9000 };
	size_t size = sizes[s->demo->talks++ % (sizeof(sizes) / sizeof(sizes[0]))];
	char text[9001];
	int head;

	(void)data;
	head = snprintf(text, sizeof(text), "%zu bytes for your %zu: ", size, n);
	for (size_t i = (size_t)head; i < size; i++)
		text[i] = (char)('a' + i % 26);
	tx_send(&s->sock, peer, text, size);
}

static void decline(struct service *s, const struct addr *peer, const uint8_t *data, size_t n)
{
	static const char text[] = "I only tick: try the echo";

	(void)data;
	(void)n;
	tx_send(&s->sock, peer, text, sizeof(text) - 1);
}

static void on_readable(void *ctx, short revents)
{
	struct service *s = ctx;
	struct sockaddr_storage from;
	socklen_t len = sizeof(from);
	struct addr peer;
	ssize_t n;

	(void)revents;
	n = recvfrom(s->sock.fd, s->demo->buffer, sizeof(s->demo->buffer), MSG_DONTWAIT,
		     (struct sockaddr *)&from, &len);
	if (n < 0)
		return;
	addr_from_sockaddr(&peer, (struct sockaddr *)&from, len);
	s->answer(s, &peer, s->demo->buffer, (size_t)n);
}

static void on_tick(void *ctx)
{
	struct demo *d = ctx;
	char text[32];
	int n = snprintf(text, sizeof(text), "tick %u", ++d->ticks);

	tx_send(&d->services[TICKER].sock, &d->group, text, (size_t)n);
	d->next_tick += NS_PER_S;
	loop_timer_at(d->loop, &d->tick, d->next_tick);
}

static bool start(struct demo *d, int which, struct error *e)
{
	struct service *s = &d->services[which];
	struct sock_spec spec = { .family = AF_INET };

	if (!addr_parse_ip("127.0.0.1", &spec.bind, e))
		return false;
	if (which == TICKER &&
	    !sockopt_parse_assignment("multicast-interface=lo", &spec.options, e))
		return false;
	return sock_open(&s->sock, &spec, e) &&
	       loop_watch(d->loop, s->sock.fd, POLLIN, on_readable, s, e);
}

struct demo *demo_new(struct loop *loop, const struct clock *clock, uint16_t group_port,
		      struct error *e)
{
	struct demo *d = calloc(1, sizeof(*d));

	if (!d) {
		err_set(e, ERR_LIMIT, "no memory for the demo");
		return NULL;
	}
	d->loop = loop;
	d->tick = (struct loop_timer){ .fire = on_tick, .ctx = d };
	for (int i = 0; i < SERVICES; i++)
		d->services[i] = (struct service){ .demo = d, .sock.fd = -1 };
	d->services[ECHO].answer = echo;
	d->services[TALKER].answer = talk;
	d->services[TICKER].answer = decline;
	if (!start(d, ECHO, e) || !start(d, TALKER, e) || !start(d, TICKER, e) ||
	    !addr_parse_ip(DEMO_GROUP, &d->group, e)) {
		demo_free(d);
		return NULL;
	}
	d->group.port = group_port;
	d->next_tick = clock_monotonic(clock);
	loop_timer_at(loop, &d->tick, d->next_tick);
	return d;
}

void demo_free(struct demo *d)
{
	if (!d)
		return;
	loop_timer_stop(d->loop, &d->tick);
	for (int i = 0; i < SERVICES; i++) {
		if (d->services[i].sock.fd < 0)
			continue;
		loop_unwatch(d->loop, d->services[i].sock.fd);
		sock_close(&d->services[i].sock);
	}
	free(d);
}

struct addr demo_echo(const struct demo *d)
{
	return d->services[ECHO].sock.local;
}

struct addr demo_talker(const struct demo *d)
{
	return d->services[TALKER].sock.local;
}
