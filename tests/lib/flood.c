/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A thread that sends numbered datagrams at a rate, or as fast as it can. */
#include "peer.h"

#include <errno.h>
#include <netinet/udp.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#ifndef UDP_SEGMENT
#define UDP_SEGMENT 103
#endif

#define SIZE_MAX_PLAN 1400
#define SEGMENTS_MAX 40
#define NUMBER_DIGITS 10

static void fill(char *out, size_t size, unsigned long long number)
{
	char digits[32];

	memset(out, 'x', size);
	snprintf(digits, sizeof(digits), "%010llu", number % 10000000000ULL);
	memcpy(out, digits, size < NUMBER_DIGITS ? size : NUMBER_DIGITS);
}

static double seconds_since(const struct timespec *start)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (double)(now.tv_sec - start->tv_sec) + (double)(now.tv_nsec - start->tv_nsec) / 1e9;
}

/* Pacing sends in small bursts: what is due by now, then a millisecond of rest. */
static void pace(const struct flood *f, const struct timespec *start)
{
	const struct timespec rest = { .tv_nsec = 1000000 };

	while (f->plan.rate && !atomic_load(&f->stop) &&
	       (double)atomic_load(&f->accepted) >= seconds_since(start) * f->plan.rate)
		nanosleep(&rest, NULL);
}

static unsigned burst(const struct flood *f, unsigned long long sent)
{
	unsigned n = f->plan.segments > 1 ? f->plan.segments : 1;

	if (f->plan.count && f->plan.count - sent < n)
		n = (unsigned)(f->plan.count - sent);
	return n;
}

static void *flood_run(void *arg)
{
	static _Thread_local char buf[SIZE_MAX_PLAN * SEGMENTS_MAX];
	struct flood *f = arg;
	unsigned long long sent = 0;
	struct timespec start;

	clock_gettime(CLOCK_MONOTONIC, &start);
	while (!atomic_load(&f->stop) && (!f->plan.count || sent < f->plan.count)) {
		unsigned n = burst(f, sent);

		for (unsigned i = 0; i < n; i++)
			fill(buf + i * f->plan.size, f->plan.size, sent + i);
		if (send(f->peer.fd, buf, n * f->plan.size, 0) >= 0) {
			sent += n;
			atomic_store(&f->accepted, sent);
			pace(f, &start);
			continue;
		}
		atomic_fetch_add(&f->refused, n);
		/* an ICMP error or a full queue: the datagrams were not taken, say them again */
		if (errno == EAGAIN || errno == ENOBUFS)
			poll(&(struct pollfd){ .fd = f->peer.fd, .events = POLLOUT }, 1, 100);
	}
	atomic_store(&f->done, true);
	return NULL;
}

static bool prepare(struct flood *f)
{
	struct sockaddr_storage to;
	socklen_t len = peer_address(f->plan.addr, f->plan.port, &to);
	const int size = (int)f->plan.size;

	if (!len || !peer_open(&f->peer, to.ss_family == AF_INET6 ? "::" : "0.0.0.0", 0))
		return false;
	if (f->plan.segments > 1 &&
	    setsockopt(f->peer.fd, IPPROTO_UDP, UDP_SEGMENT, &size, sizeof(size)) < 0)
		return false;
	return connect(f->peer.fd, (struct sockaddr *)&to, len) == 0;
}

bool flood_start(struct flood *f, const struct flood_plan *plan)
{
	memset(f, 0, sizeof(*f));
	f->plan = *plan;
	if (plan->size > SIZE_MAX_PLAN || plan->segments > SEGMENTS_MAX ||
	    (plan->segments > 1 && !plan->size)) {
		fprintf(stderr, "# flood: size or segments out of range\n");
		return false;
	}
	if (prepare(f) && pthread_create(&f->thread, NULL, flood_run, f) == 0)
		return true;
	fprintf(stderr, "# flood: cannot start: %s\n", strerror(errno));
	peer_close(&f->peer);
	return false;
}

unsigned long long flood_wait(struct flood *f)
{
	if (f->peer.open) {
		pthread_join(f->thread, NULL);
		peer_close(&f->peer);
	}
	return atomic_load(&f->accepted);
}

unsigned long long flood_stop(struct flood *f)
{
	atomic_store(&f->stop, true);
	return flood_wait(f);
}
