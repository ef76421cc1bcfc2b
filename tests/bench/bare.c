/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The bare loop: as little as one can do and still keep every datagram with its
 * time, source, destination, interface, TTL, TOS and the kernel's drop count.
 */
#include "rx.h"

#include <netinet/in.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define BATCH 64
#define BUFFER 2048
#define RING (64u << 20)

struct kept {
	uint64_t time;
	struct in_addr from, to;
	uint32_t ifindex, drops, len;
	uint16_t from_port;
	uint8_t ttl, tos;
};

struct bare {
	int fd;
	uint8_t *ring;
	size_t at;
	atomic_bool stop;
	atomic_ulong received;
	pthread_t thread;
	struct mmsghdr messages[BATCH];
	struct iovec iovs[BATCH];
	struct sockaddr_in names[BATCH];
	_Alignas(8) uint8_t controls[BATCH][256];
	uint8_t buffers[BATCH][BUFFER];
};

static void decode(struct msghdr *m, struct kept *k)
{
	for (struct cmsghdr *c = CMSG_FIRSTHDR(m); c; c = CMSG_NXTHDR(m, c)) {
		const void *data = CMSG_DATA(c);

		if (c->cmsg_level == SOL_SOCKET && c->cmsg_type == SCM_TIMESTAMPNS) {
			const struct timespec *t = data;

			k->time = (uint64_t)t->tv_sec * 1000000000u + (uint64_t)t->tv_nsec;
		} else if (c->cmsg_level == SOL_SOCKET && c->cmsg_type == SO_RXQ_OVFL) {
			k->drops = *(const uint32_t *)data;
		} else if (c->cmsg_level == IPPROTO_IP && c->cmsg_type == IP_PKTINFO) {
			const struct in_pktinfo *info = data;

			k->to = info->ipi_addr;
			k->ifindex = (uint32_t)info->ipi_ifindex;
		} else if (c->cmsg_level == IPPROTO_IP && c->cmsg_type == IP_TTL) {
			k->ttl = (uint8_t) * (const int *)data;
		} else if (c->cmsg_level == IPPROTO_IP && c->cmsg_type == IP_TOS) {
			k->tos = *(const uint8_t *)data;
		}
	}
}

static void keep(struct bare *b, int i)
{
	struct msghdr *m = &b->messages[i].msg_hdr;
	struct kept k = { .from = b->names[i].sin_addr,
			  .from_port = b->names[i].sin_port,
			  .len = b->messages[i].msg_len };
	size_t need = (sizeof(k) + k.len + 7) & ~(size_t)7;

	decode(m, &k);
	if (b->at + need > RING)
		b->at = 0;
	memcpy(b->ring + b->at, &k, sizeof(k));
	memcpy(b->ring + b->at + sizeof(k), b->buffers[i], k.len);
	b->at += need;
	m->msg_controllen = sizeof(b->controls[i]);
	m->msg_namelen = sizeof(b->names[i]);
}

static void *receive(void *arg)
{
	struct bare *b = arg;

	pin_to_cpu(RECEIVER_CPU);
	pthread_setname_np(pthread_self(), "receiver");
	while (!atomic_load_explicit(&b->stop, memory_order_relaxed)) {
		int n = recvmmsg(b->fd, b->messages, BATCH, MSG_WAITFORONE, NULL);

		for (int i = 0; i < n; i++)
			keep(b, i);
		if (n > 0)
			atomic_fetch_add(&b->received, (unsigned long)n);
	}
	return NULL;
}

void *bare_start(const struct contender *c, const struct row *row, uint16_t port)
{
	struct bare *b = calloc(1, sizeof(*b));
	struct timeval wait = { .tv_usec = 20000 };

	(void)c;
	if (!b)
		abort();
	b->ring = mmap(NULL, RING, PROT_READ | PROT_WRITE,
		       MAP_PRIVATE | MAP_ANONYMOUS | MAP_POPULATE, -1, 0);
	b->fd = open_receiver(row, port, true);
	setsockopt(b->fd, SOL_SOCKET, SO_RCVTIMEO, &wait, sizeof(wait));
	for (int i = 0; i < BATCH; i++) {
		b->iovs[i] = (struct iovec){ b->buffers[i], BUFFER };
		b->messages[i].msg_hdr = (struct msghdr){
			.msg_name = &b->names[i],
			.msg_namelen = sizeof(b->names[i]),
			.msg_iov = &b->iovs[i],
			.msg_iovlen = 1,
			.msg_control = b->controls[i],
			.msg_controllen = sizeof(b->controls[i]),
		};
	}
	if (b->ring == MAP_FAILED || pthread_create(&b->thread, NULL, receive, b))
		abort();
	return b;
}

bool bare_agrees(void *ctx, uint64_t sent, uint64_t dropped)
{
	struct bare *b = ctx;

	return atomic_load(&b->received) + dropped == sent;
}

void bare_stop(void *ctx)
{
	struct bare *b = ctx;

	atomic_store(&b->stop, true);
	pthread_join(b->thread, NULL);
	close(b->fd);
	munmap(b->ring, RING);
	free(b);
}
