/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Round trips through "on any reply ${req}" against those through a bare loop of poll(2),
 * recvfrom(2) and sendto(2), in turns, so that both have the same machine.  The ratio is that of
 * the medians of two turns, one after the other, and of all those the median.
 *
 * To wake a thread on another processor may take ten times as long as the rest, and the scheduler
 * moves them as it likes, so it is told: once the one who asks and the thread that answers share a
 * processor, once each has its own.
 *
 * The one who asks has many sockets and takes them in turn: no peer may get more than 1,000 answers
 * in a second.
 */
#include "rx.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define ASKERS 32
#define TURNS 20
#define TRIPS 1000 /* of a turn */
#define PAYLOAD 64
#define BAR 1.25
#define PATIENCE_MS 1000

struct echo {
	const char *name;
	pid_t pid;
	struct sockaddr_in at;
	double trips[TURNS * TRIPS]; /* microseconds */
	size_t count, lost;
};

static void fail(const char *what)
{
	perror(what);
	exit(1);
}

static int open_socket(struct sockaddr_in *at)
{
	socklen_t len = sizeof(*at);
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	*at = (struct sockaddr_in){ .sin_family = AF_INET,
				    .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	if (fd < 0 || bind(fd, (struct sockaddr *)at, sizeof(*at)) < 0 ||
	    getsockname(fd, (struct sockaddr *)at, &len) < 0)
		fail("socket");
	return fd;
}

/* ---- those who answer ---- */

static void answer_for_ever(int fd)
{
	struct pollfd p = { .fd = fd, .events = POLLIN };
	char bytes[2048];

	while (poll(&p, 1, -1) >= 0) {
		struct sockaddr_in from;
		socklen_t len = sizeof(from);
		ssize_t n = recvfrom(fd, bytes, sizeof(bytes), MSG_DONTWAIT,
				     (struct sockaddr *)&from, &len);

		if (n >= 0)
			sendto(fd, bytes, (size_t)n, 0, (struct sockaddr *)&from, len);
	}
	_exit(1);
}

static void start_bare(struct echo *b)
{
	int fd = open_socket(&b->at);

	b->pid = fork();
	if (b->pid == 0)
		answer_for_ever(fd);
	close(fd);
}

static void exec_deck(uint16_t port, int ready)
{
	const char *program = getenv("UDPDECK") ? getenv("UDPDECK") : "./udpdeck";
	int null = open("/dev/null", O_RDWR);
	char number[8], fd[8];

	snprintf(number, sizeof(number), "%u", port);
	snprintf(fd, sizeof(fd), "%d", ready);
	dup2(null, 0);
	dup2(null, 1);
	execl(program, program, "--no-rc", "-d", "--ready-fd", fd, "-l", "127.0.0.1", number, "-c",
	      "on any reply ${req}", "--stay", (char *)NULL);
	_exit(127);
}

static void start_deck(struct echo *d)
{
	int ready[2], fd = open_socket(&d->at);
	char line[64];

	close(fd);
	if (pipe(ready) < 0)
		fail("pipe");
	d->pid = fork();
	if (d->pid == 0) {
		close(ready[0]);
		exec_deck(ntohs(d->at.sin_port), ready[1]);
	}
	close(ready[1]);
	if (read(ready[0], line, sizeof(line)) <= 0)
		fail("udpdeck does not start");
	close(ready[0]);
}

static void start(struct echo *o, const char *name, void (*how)(struct echo *))
{
	memset(o, 0, sizeof(*o));
	o->name = name;
	how(o);
}

/* Where they run, once udpdeck's receiver thread is there. */
static void settle(const struct echo *bare, const struct echo *deck)
{
	if (!pin_thread(bare->pid, RECEIVER_CPU) ||
	    !pin_thread(receiving_thread(deck->pid), RECEIVER_CPU))
		fail("sched_setaffinity");
}

/* ---- who asks ---- */

static double now_us(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec * 1e6 + (double)t.tv_nsec / 1e3;
}

static bool trip(int fd, const struct sockaddr_in *to)
{
	struct pollfd p = { .fd = fd, .events = POLLIN };
	char bytes[PAYLOAD] = "how long does this take?";

	if (sendto(fd, bytes, sizeof(bytes), 0, (const struct sockaddr *)to, sizeof(*to)) < 0)
		return false;
	return poll(&p, 1, PATIENCE_MS) == 1 && recv(fd, bytes, sizeof(bytes), 0) == PAYLOAD;
}

static int compare(const void *a, const void *b)
{
	const double *x = a, *y = b;

	return (*x > *y) - (*x < *y);
}

static double median(double *values, size_t n)
{
	qsort(values, n, sizeof(*values), compare);
	return n ? values[n / 2] : 0;
}

/* Returns the median of the turn, 0 if nothing was answered. */
static double take_turn(struct echo *o, const int *askers, bool counts)
{
	const size_t first = o->count;

	for (unsigned i = 0; i < TRIPS; i++) {
		double start = now_us();
		bool ok = trip(askers[i % ASKERS], &o->at);

		if (!ok)
			o->lost++;
		else if (counts)
			o->trips[o->count++] = now_us() - start;
	}
	return median(o->trips + first, o->count - first);
}

static void report(struct echo *o)
{
	double middle = median(o->trips, o->count);

	printf("  %-10s median %6.1f us, 99 of 100 within %6.1f us, %zu without answer\n", o->name,
	       middle, o->count ? o->trips[o->count * 99 / 100] : 0, o->lost);
}

/* The askers belong to the calling thread. */
static bool measure(const char *how, int asker_cpu, const int *askers)
{
	static struct echo bare, deck;
	double ratios[TURNS], ratio;
	bool met;

	start(&bare, "bare loop", start_bare);
	start(&deck, "udpdeck", start_deck);
	pin_to_cpu(asker_cpu);
	for (unsigned i = 0; i <= TURNS; i++) {
		double least = take_turn(&bare, askers, i > 0);
		double ours = take_turn(&deck, askers, i > 0);

		if (i > 0)
			ratios[i - 1] = least > 0 ? ours / least : 0;
		else
			settle(&bare, &deck);
	}
	kill(bare.pid, SIGKILL);
	kill(deck.pid, SIGTERM);
	waitpid(bare.pid, NULL, 0);
	waitpid(deck.pid, NULL, 0);
	printf("reply: %u round trips of %u bytes, one at a time, %s\n", TURNS * TRIPS, PAYLOAD,
	       how);
	report(&bare);
	report(&deck);
	ratio = median(ratios, TURNS);
	met = ratio > 0 && ratio <= BAR && !deck.lost;
	printf("  ratio %.2f%s\n", ratio, met ? "" : "  above the bar");
	return met;
}

int main(void)
{
	int askers[ASKERS];
	bool met;

	for (unsigned i = 0; i < ASKERS; i++) {
		struct sockaddr_in at;

		askers[i] = open_socket(&at);
	}
	met = measure("on one processor", RECEIVER_CPU, askers);
	if (sysconf(_SC_NPROCESSORS_ONLN) > 1)
		met &= measure("on two processors", SENDER_CPU, askers);
	return met ? 0 : 1;
}
