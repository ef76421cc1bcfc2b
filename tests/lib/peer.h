/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Small UDP peers on loopback, for tests that look at a program from outside:
 * a bound socket, one that echoes, one that floods, a port that refuses.
 *
 * All belong to the caller's memory: open fills, close empties, and a zeroed one
 * is closed.  Functions that cannot fail in a sane place return false or -1 with
 * a line on stderr.
 */
#ifndef TESTS_LIB_PEER_H
#define TESTS_LIB_PEER_H

#include <netinet/in.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/socket.h>
#include <sys/types.h>

struct udp_peer {
	bool open;
	int fd;
	uint16_t port;
	struct sockaddr_storage last; /* who sent what peer_recv() returned last */
	socklen_t last_len;
	uint16_t last_port;
};

/* addr is numeric, "127.0.0.1" or "::1"; port 0 lets the kernel choose. */
bool peer_open(struct udp_peer *p, const char *addr, uint16_t port);
/*
 * A port that refuses (port unreachable) as long as p is open, and that nobody
 * else can take: it belongs to a socket which hears only another port.
 */
bool peer_open_closed(struct udp_peer *p, const char *addr);
void peer_close(struct udp_peer *p);

/* The next datagram's length, or -1 if none came before the deadline. */
ssize_t peer_recv(struct udp_peer *p, void *buf, size_t size);
/* True if nothing is waiting now; ask only after something that must come later did come. */
bool peer_is_quiet(const struct udp_peer *p);
bool peer_send(struct udp_peer *p, const char *addr, uint16_t port, const void *bytes, size_t len);
bool peer_answer(struct udp_peer *p, const void *bytes, size_t len); /* to the last one heard */

/* A thread that sends every datagram back, from a port of its own. */
struct echo_peer {
	struct udp_peer peer;
	int stop_fd;
	pthread_t thread;
	atomic_ullong echoed;
};

bool echo_start(struct echo_peer *echo, const char *addr);
void echo_stop(struct echo_peer *echo);

/*
 * A thread that floods.  Every datagram begins with its number, ten decimal
 * digits from 0, as far as it has room, and goes on with "x".
 */
struct flood_plan {
	const char *addr; /* numeric */
	uint16_t port;
	size_t size;              /* of each datagram, at most 1400 */
	unsigned long long count; /* how many; 0: until flood_stop() */
	unsigned rate;            /* per second; 0: as fast as the kernel takes them */
	unsigned segments;        /* UDP_SEGMENT: so many in one call, 0 or 1 without, at most 40 */
};

struct flood {
	struct flood_plan plan;
	struct udp_peer peer;
	pthread_t thread;
	atomic_bool stop, done;
	atomic_ullong accepted; /* datagrams that the kernel took */
	atomic_ullong refused;  /* that it did not take; they are tried again */
};

bool flood_start(struct flood *flood, const struct flood_plan *plan);
/* Both end the thread and return how many datagrams the kernel accepted. */
unsigned long long flood_stop(struct flood *flood);
unsigned long long flood_wait(struct flood *flood); /* only with a count */

/* Numeric address to sockaddr; its length, or 0. */
socklen_t peer_address(const char *addr, uint16_t port, struct sockaddr_storage *out);

#endif
