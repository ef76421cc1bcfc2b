/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What tests of sockets have in common: open one, wait for what it hears, a network of their
 * own. */
#ifndef TESTS_UNIT_SOCKETS_H
#define TESTS_UNIT_SOCKETS_H

#include "deadline.h"
#include "net/addr.h"
#include "net/rx.h"
#include "net/sock.h"

#include <fcntl.h>
#include <net/if.h>
#include <poll.h>
#include <sched.h>
#include <setjmp.h>
#include <spawn.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

static inline struct addr address(const char *host, uint16_t port)
{
	struct error e = { 0 };
	struct addr a = { 0 };

	if (!addr_parse_ip(host, &a, &e))
		fail_msg("%s: %s", host, e.text);
	a.port = port;
	return a;
}

/* host NULL: the wildcard.  option: "NAME=V" or NULL. */
static inline bool try_open(struct sock *s, int family, const char *host, uint16_t port,
			    const char *option, struct error *e)
{
	struct sock_spec spec = { .family = family };

	spec.bind.port = port;
	if (host)
		spec.bind = address(host, port);
	if (option && !sockopt_parse_assignment(option, &spec.options, e))
		return false;
	return sock_open(s, &spec, e);
}

static inline struct sock must_open(int family, const char *host, const char *option)
{
	struct error e = { 0 };
	struct sock s;

	if (!try_open(&s, family, host, 0, option, &e))
		fail_msg("%s %s: %s", host ? host : "any", option ? option : "", e.text);
	return s;
}

static inline bool wait_events(int fd, short events)
{
	struct pollfd p = { .fd = fd, .events = events };

	return poll(&p, 1, deadline_left(deadline_in(DEADLINE_DEFAULT_MS))) == 1;
}

/* The next datagram; fails the test if none comes. */
static inline struct rx_meta hear(struct rx_batch *b, int fd)
{
	struct rx_meta m;
	int errnum = 0, n = 0;

	while (n <= 0) {
		if (!wait_events(fd, POLLIN))
			fail_msg("nothing was heard");
		n = rx_receive(b, fd, &errnum);
	}
	assert_int_equal(n, 1);
	rx_decode(b, 0, &m);
	return m;
}

static inline bool is_quiet(int fd)
{
	struct pollfd p = { .fd = fd, .events = POLLIN };

	return poll(&p, 1, 0) == 0;
}

/* A port that nobody has on either family, as of now. */
static inline uint16_t unused_port(void)
{
	struct sock s = must_open(AF_UNSPEC, NULL, NULL);
	uint16_t port = s.local.port;

	sock_close(&s);
	return port;
}

static inline bool write_file(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC);
	bool ok = fd >= 0 && write(fd, text, strlen(text)) == (ssize_t)strlen(text);

	if (fd >= 0)
		close(fd);
	return ok;
}

static inline bool run_shell(const char *script)
{
	const char *argv[] = { "sh", "-c", script, NULL };
	pid_t child;
	int status;

	return posix_spawnp(&child, "sh", NULL, NULL, (char **)(uintptr_t)argv, environ) == 0 &&
	       waitpid(child, &status, 0) == child && WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

/*
 * A network of this process alone, in which it is root: lo, and a cable with both ends plugged
 * in, ve0 (10.99.0.1/24, fd99::1/64) and ve1.  false where the system forbids it or has no
 * ip(8).
 */
static inline bool own_network(void)
{
	const unsigned uid = getuid(), gid = getgid();
	char map[64];

	if (unshare(CLONE_NEWUSER | CLONE_NEWNET) < 0)
		return false;
	snprintf(map, sizeof(map), "0 %u 1", uid);
	write_file("/proc/self/setgroups", "deny");
	write_file("/proc/self/uid_map", map);
	snprintf(map, sizeof(map), "0 %u 1", gid);
	write_file("/proc/self/gid_map", map);
	return run_shell("PATH=$PATH:/usr/sbin:/sbin; exec 2>/dev/null;"
			 "ip link add ve0 type veth peer name ve1 && ip link set lo up &&"
			 "ip addr add 10.99.0.1/24 brd + dev ve0 && ip link set ve0 up &&"
			 "ip link set ve1 up && ip addr add fd99::1/64 dev ve0 nodad");
}

#endif
