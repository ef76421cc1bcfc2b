/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The sender: trains by UDP_SEGMENT at an even rate, and what became of them. */
#include "rx.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/udp.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define TRAIN_MAX 64
#define TRAIN_BYTES 60000

struct offering {
	struct offer *offer;
	atomic_bool done;
	pthread_t thread;
};

static double now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

/* Long trains are cheap to send but come as bursts: as long as needed for the rate, no longer. */
static size_t train_length(const struct offer *o)
{
	size_t most = TRAIN_BYTES / o->payload < TRAIN_MAX ? TRAIN_BYTES / o->payload : TRAIN_MAX;
	size_t wanted = (size_t)(o->rate / 20000) + 1;

	return o->rate > 0 && wanted < most ? wanted : most;
}

/*
 * The clock is watched instead of slept on: a train is due each 50 us.  A sender that was preempted
 * catches up only as far as the burst is small for the receiver's buffer.
 */
static void send_evenly(struct offer *o)
{
	static const char bytes[TRAIN_BYTES];
	size_t train = train_length(o);
	double start = now(), due = start, at = start;
	int segment = (int)o->payload;

	setsockopt(o->fd, IPPROTO_UDP, UDP_SEGMENT, &segment, sizeof(segment));
	while (at < start + o->seconds) {
		if (at < due) {
			at = now();
			continue;
		}
		if (send(o->fd, bytes, train * o->payload, 0) > 0)
			o->sent += train;
		at = now();
		if (o->rate > 0) {
			due += (double)train / o->rate;
			if (due < at - (double)o->burst / o->rate)
				due = at - (double)o->burst / o->rate;
		}
	}
	o->achieved = (double)o->sent / (at - start);
}

static void *offering_thread(void *arg)
{
	struct offering *g = arg;

	pin_to_cpu(SENDER_CPU);
	send_evenly(g->offer);
	atomic_store(&g->done, true);
	return NULL;
}

struct offering *offer_start(struct offer *o)
{
	struct offering *g = calloc(1, sizeof(*g));

	if (!g)
		abort();
	g->offer = o;
	o->sent = 0;
	if (pthread_create(&g->thread, NULL, offering_thread, g))
		abort();
	return g;
}

bool offer_done(const struct offering *g)
{
	return atomic_load(&g->done);
}

void offer_finish(struct offering *g)
{
	pthread_join(g->thread, NULL);
	free(g);
}

int offer_socket(uint16_t port)
{
	struct sockaddr_in to = { .sin_family = AF_INET, .sin_port = htons(port) };
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	if (fd < 0 || connect(fd, (struct sockaddr *)&to, sizeof(to)) < 0) {
		perror("sender");
		exit(1);
	}
	return fd;
}

/* One line of the table; the drops are its last number. */
static bool read_counts(const char *line, unsigned *port, unsigned long *queued,
			unsigned long *drops)
{
	const char *last = strrchr(line, ' ');

	/* The last column is padded with blanks. */
	while (last && last > line && strspn(last, " \n") == strlen(last))
		last = memrchr(line, ' ', (size_t)(last - line));
	return last && sscanf(last, "%lu", drops) == 1 &&
	       sscanf(line, " %*d: %*[0-9A-F]:%x %*[0-9A-F]:%*x %*x %*x:%lx", port, queued) == 2;
}

static void add_counts(struct socket_counts *sum, const char *path, uint16_t port)
{
	FILE *f = fopen(path, "re");
	char line[512];

	while (f && fgets(line, sizeof(line), f)) {
		unsigned local;
		unsigned long queued, drops;

		if (!read_counts(line, &local, &queued, &drops) || local != port)
			continue;
		sum->queued += queued;
		sum->drops += drops;
		sum->sockets++;
	}
	if (f)
		fclose(f);
}

struct socket_counts count_socket(uint16_t port)
{
	struct socket_counts sum = { 0 };

	add_counts(&sum, "/proc/net/udp", port);
	add_counts(&sum, "/proc/net/udp6", port);
	return sum;
}
