/* SPDX-License-Identifier: GPL-3.0-or-later */
/* UDP peers for tests: sockets, echo, ports that refuse.  The flood is in flood.c. */
#include "peer.h"

#include "deadline.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netdb.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

static bool complain(const char *what)
{
	fprintf(stderr, "# peer: %s: %s\n", what, strerror(errno));
	return false;
}

socklen_t peer_address(const char *addr, uint16_t port, struct sockaddr_storage *out)
{
	struct addrinfo hints = { .ai_flags = AI_NUMERICHOST | AI_NUMERICSERV,
				  .ai_socktype = SOCK_DGRAM };
	struct addrinfo *list;
	socklen_t len;
	char service[8];

	snprintf(service, sizeof(service), "%u", port);
	if (getaddrinfo(addr, service, &hints, &list) != 0) {
		fprintf(stderr, "# peer: \"%s\" is no numeric address\n", addr);
		return 0;
	}
	len = list->ai_addrlen;
	memcpy(out, list->ai_addr, len);
	freeaddrinfo(list);
	return len;
}

static uint16_t port_of(const struct sockaddr_storage *sa)
{
	if (sa->ss_family == AF_INET6)
		return ntohs(((const struct sockaddr_in6 *)sa)->sin6_port);
	return ntohs(((const struct sockaddr_in *)sa)->sin_port);
}

bool peer_open(struct udp_peer *p, const char *addr, uint16_t port)
{
	struct sockaddr_storage sa;
	socklen_t len = peer_address(addr, port, &sa);
	socklen_t name_len = sizeof(sa);
	int fd;

	memset(p, 0, sizeof(*p));
	if (!len)
		return false;
	fd = socket(sa.ss_family, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd < 0)
		return complain("socket");
	if (bind(fd, (struct sockaddr *)&sa, len) < 0 ||
	    getsockname(fd, (struct sockaddr *)&sa, &name_len) < 0) {
		complain("bind");
		close(fd);
		return false;
	}
	*p = (struct udp_peer){ .open = true, .fd = fd, .port = port_of(&sa) };
	return true;
}

/*
 * A connected UDP socket hears only its peer; what others send to its port finds
 * no socket, and the kernel answers port unreachable (seen on 6.18).  Connected
 * to itself it hears nobody at all.
 */
bool peer_open_closed(struct udp_peer *p, const char *addr)
{
	struct sockaddr_storage sa;
	socklen_t len;

	if (!peer_open(p, addr, 0))
		return false;
	len = peer_address(addr, p->port, &sa);
	if (connect(p->fd, (struct sockaddr *)&sa, len) == 0)
		return true;
	complain("connect");
	peer_close(p);
	return false;
}

void peer_close(struct udp_peer *p)
{
	if (p->open)
		close(p->fd);
	p->open = false;
}

ssize_t peer_recv(struct udp_peer *p, void *buf, size_t size)
{
	deadline_t end = deadline_in(DEADLINE_DEFAULT_MS);
	struct pollfd fd = { .fd = p->fd, .events = POLLIN };

	for (;;) {
		socklen_t len = sizeof(p->last);
		ssize_t n =
			recvfrom(p->fd, buf, size, MSG_TRUNC, (struct sockaddr *)&p->last, &len);

		if (n >= 0) {
			p->last_len = len;
			p->last_port = port_of(&p->last);
			return n;
		}
		/* an ICMP error for an earlier answer stands in the way once */
		if (errno != EAGAIN && errno != EINTR && errno != ECONNREFUSED) {
			complain("recvfrom");
			return -1;
		}
		if (!deadline_left(end))
			return -1;
		poll(&fd, 1, deadline_left(end));
	}
}

bool peer_is_quiet(const struct udp_peer *p)
{
	struct pollfd fd = { .fd = p->fd, .events = POLLIN };

	return poll(&fd, 1, 0) == 0;
}

bool peer_send(struct udp_peer *p, const char *addr, uint16_t port, const void *bytes, size_t len)
{
	struct sockaddr_storage sa;
	socklen_t sa_len = peer_address(addr, port, &sa);

	if (!sa_len)
		return false;
	return sendto(p->fd, bytes, len, 0, (struct sockaddr *)&sa, sa_len) == (ssize_t)len ||
	       complain("sendto");
}

bool peer_answer(struct udp_peer *p, const void *bytes, size_t len)
{
	return sendto(p->fd, bytes, len, 0, (struct sockaddr *)&p->last, p->last_len) ==
		       (ssize_t)len ||
	       complain("sendto");
}

static void *echo_run(void *arg)
{
	struct echo_peer *echo = arg;
	struct pollfd fds[2] = {
		{ .fd = echo->peer.fd, .events = POLLIN },
		{ .fd = echo->stop_fd, .events = POLLIN },
	};
	static _Thread_local char buf[65536];

	while (poll(fds, 2, -1) >= 0 && !fds[1].revents) {
		struct sockaddr_storage from;
		socklen_t len = sizeof(from);
		ssize_t n = recvfrom(echo->peer.fd, buf, sizeof(buf), 0, (struct sockaddr *)&from,
				     &len);

		if (n >= 0 &&
		    sendto(echo->peer.fd, buf, (size_t)n, 0, (struct sockaddr *)&from, len) == n)
			atomic_fetch_add(&echo->echoed, 1);
	}
	return NULL;
}

bool echo_start(struct echo_peer *echo, const char *addr)
{
	memset(echo, 0, sizeof(*echo));
	if (!peer_open(&echo->peer, addr, 0))
		return false;
	echo->stop_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	if (echo->stop_fd >= 0 && pthread_create(&echo->thread, NULL, echo_run, echo) == 0)
		return true;
	complain("echo thread");
	if (echo->stop_fd >= 0)
		close(echo->stop_fd);
	peer_close(&echo->peer);
	return false;
}

void echo_stop(struct echo_peer *echo)
{
	if (!echo->peer.open)
		return;
	eventfd_write(echo->stop_fd, 1);
	pthread_join(echo->thread, NULL);
	close(echo->stop_fd);
	peer_close(&echo->peer);
}
