/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * front: udpdeck without a terminal beside its peers, in one run.
 *
 * start: from exec to exit with one datagram sent.  lines: a file of lines, a datagram
 * each, against a bare loop of sendmmsg().  All send to a bound loopback socket, in a
 * namespace of their own, that nobody reads: the kernel counts what arrives.
 */
#include "rx.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define PORT "7700"
#define STARTS 300
#define START_BAR 1.2
#define LINES 1000000
#define LINES_RUNS 5
#define LINES_BAR 0.9
#define BATCH 64 /* of the bare loop */
#define ARGS 12

extern char **environ;

struct rival {
	const char *name;
	const char *argv[ARGS]; /* argv[0] NULL: the bare loop */
	bool line_by_line;      /* it must send a datagram for each line */
	double best;            /* seconds */
	uint64_t arrived;       /* datagrams of the last run */
};

static double now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

/* A bound socket that holds next to nothing. */
static int open_sink(void)
{
	struct sockaddr_in at = { .sin_family = AF_INET,
				  .sin_port = htons((uint16_t)strtoul(PORT, NULL, 10)),
				  .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0), least = 1;

	if (fd < 0 || setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &least, sizeof(least)) < 0 ||
	    bind(fd, (struct sockaddr *)&at, sizeof(at)) < 0) {
		perror("sink");
		exit(1);
	}
	return fd;
}

static uint64_t arrived(void)
{
	return count_socket((uint16_t)strtoul(PORT, NULL, 10)).drops;
}

/* Runs a program with the file as its input; seconds until it has ended, < 0: it is not there. */
static double run(const char *const *argv, const char *input)
{
	posix_spawn_file_actions_t files;
	double start = now();
	int status, errnum;
	pid_t pid;

	posix_spawn_file_actions_init(&files);
	posix_spawn_file_actions_addopen(&files, 0, input, O_RDONLY, 0);
	posix_spawn_file_actions_addopen(&files, 1, "/dev/null", O_WRONLY, 0);
	posix_spawn_file_actions_addopen(&files, 2, "/dev/null", O_WRONLY, 0);
	errnum = posix_spawnp(&pid, argv[0], &files, NULL, (char *const *)(const void *)argv,
			      environ);
	posix_spawn_file_actions_destroy(&files);
	if (errnum || waitpid(pid, &status, 0) != pid)
		return -1;
	return WIFEXITED(status) && WEXITSTATUS(status) != 127 ? now() - start : -1;
}

/* ---- start ---- */

static int by_value(const void *a, const void *b)
{
	const double *x = a, *y = b;

	return (*x > *y) - (*x < *y);
}

static double median(double *values, size_t n)
{
	qsort(values, n, sizeof(*values), by_value);
	return values[n / 2];
}

static bool bench_start(const char *program, const char *input)
{
	const char *const deck[] = { program, "--no-rc", "-q", "0", "127.0.0.1", PORT, NULL };
	const char *const nc[] = { "nc.openbsd", "-u", "-q", "0", "127.0.0.1", PORT, NULL };
	static double decks[STARTS], ncs[STARTS];
	double ratio;

	/* One after the other, so that both suffer the same from the rest of the machine. */
	for (size_t i = 0; i < STARTS; i++) {
		decks[i] = run(deck, input);
		ncs[i] = run(nc, input);
		if (decks[i] < 0)
			return false;
		if (ncs[i] < 0) {
			printf("start: no nc.openbsd to compare with\n");
			return true;
		}
	}
	ratio = median(decks, STARTS) / median(ncs, STARTS);
	printf("start, send one datagram and exit: udpdeck %.2f ms, nc %.2f ms, ratio %.2f%s\n",
	       median(decks, STARTS) * 1e3, median(ncs, STARTS) * 1e3, ratio,
	       ratio <= START_BAR ? "" : "  above the bar");
	return ratio <= START_BAR;
}

/* ---- lines ---- */

/* Lines of 20 to 99 bytes. */
static bool write_lines(const char *path)
{
	static const char filler[] =
		"abcdefghijklmnopqrstuvwxyzabcdefghijklmnopqrstuvwxyzabcdefghijklmnopqrstuvwxyz";
	FILE *f = fopen(path, "we");

	for (unsigned i = 0; f && i < LINES; i++)
		fprintf(f, "line %07u %.*s\n", i, (int)(6 + i * 7919u % (sizeof(filler) - 7)),
			filler);
	return f && fclose(f) == 0;
}

struct bare {
	int fd;
	struct mmsghdr messages[BATCH];
	struct iovec data[BATCH];
	unsigned count;
};

static void bare_flush(struct bare *b)
{
	unsigned done = 0;

	while (done < b->count) {
		int n = sendmmsg(b->fd, b->messages + done, b->count - done, 0);

		if (n < 0 && errno != EINTR)
			break;
		done += n > 0 ? (unsigned)n : 0;
	}
	b->count = 0;
}

/* The least that a program can do that sends each line of a file. */
static double run_bare(const char *input)
{
	struct sockaddr_in to = { .sin_family = AF_INET,
				  .sin_port = htons((uint16_t)strtoul(PORT, NULL, 10)),
				  .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	static char chunk[65536];
	struct bare b = { .fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0) };
	int in = open(input, O_RDONLY | O_CLOEXEC);
	double start = now();
	size_t held = 0;
	ssize_t n;

	for (unsigned i = 0; i < BATCH; i++)
		b.messages[i].msg_hdr = (struct msghdr){ .msg_name = &to,
							 .msg_namelen = sizeof(to),
							 .msg_iov = &b.data[i],
							 .msg_iovlen = 1 };
	while ((n = read(in, chunk + held, sizeof(chunk) - held)) > 0) {
		char *at = chunk, *end = chunk + held + n, *newline;

		while ((newline = memchr(at, '\n', (size_t)(end - at)))) {
			b.data[b.count++] = (struct iovec){ at, (size_t)(newline + 1 - at) };
			at = newline + 1;
			if (b.count == BATCH)
				bare_flush(&b);
		}
		bare_flush(&b);
		held = (size_t)(end - at);
		memmove(chunk, at, held);
	}
	close(in);
	close(b.fd);
	return now() - start;
}

static bool run_rival(struct rival *r, const char *input)
{
	uint64_t before = arrived();
	double seconds = r->argv[0] ? run(r->argv, input) : run_bare(input);

	r->arrived = arrived() - before;
	if (seconds < 0)
		return false;
	if (!r->best || seconds < r->best)
		r->best = seconds;
	/* The sink keeps a handful, and those that are not dropped are not counted. */
	if (r->line_by_line && r->arrived + 100 < LINES) {
		fprintf(stderr, "%s: only %llu of %d lines arrived\n", r->name,
			(unsigned long long)r->arrived, LINES);
		return false;
	}
	return true;
}

static bool bench_lines(const char *program, const char *input)
{
	struct rival rivals[] = {
		{ .name = "bare", .line_by_line = true },
		{ .name = "udpdeck",
		  .argv = { program, "--no-rc", "-q", "0", "127.0.0.1", PORT },
		  .line_by_line = true },
		{ .name = "nc", .argv = { "nc.openbsd", "-u", "-q", "0", "127.0.0.1", PORT } },
		{ .name = "ncat", .argv = { "ncat", "-u", "--send-only", "127.0.0.1", PORT } },
		{ .name = "socat", .argv = { "socat", "-u", "-", "UDP4-SENDTO:127.0.0.1:" PORT } },
	};
	size_t n = sizeof(rivals) / sizeof(rivals[0]);
	double bare, deck;
	bool met = true;

	for (int i = 0; i < LINES_RUNS; i++)
		for (size_t r = 0; r < n; r++)
			if (!run_rival(&rivals[r], input) && rivals[r].line_by_line)
				return false;
	bare = LINES / rivals[0].best;
	deck = LINES / rivals[1].best;
	printf("a file of %d lines, thousand datagrams per second (share of the bare loop):\n",
	       LINES);
	for (size_t r = 0; r < n; r++) {
		double rate = rivals[r].best ? (double)rivals[r].arrived / rivals[r].best : 0;

		printf("  %-8s %7.0f (%.2f)%s\n", rivals[r].name, rate / 1e3, rate / bare,
		       rivals[r].line_by_line || !rivals[r].best ? "" : "  not line by line");
		met &= r < 2 || rate < deck;
	}
	if (deck < LINES_BAR * bare || !met)
		printf("  below the bar\n");
	return met && deck >= LINES_BAR * bare;
}

int main(void)
{
	const char *program = getenv("UDPDECK") ? getenv("UDPDECK") : "./udpdeck";
	char one[] = "/tmp/udpdeck-bench-one-XXXXXX", many[] = "/tmp/udpdeck-bench-lines-XXXXXX";
	int sink, fd = mkostemp(one, O_CLOEXEC), lines = mkostemp(many, O_CLOEXEC);
	bool met;

	if (fd < 0 || lines < 0 || write(fd, "x\n", 2) != 2 || !write_lines(many)) {
		perror("input");
		return 1;
	}
	if (!enter_namespace())
		return 77;
	sink = open_sink();
	met = bench_start(program, one);
	met &= bench_lines(program, many);
	close(sink);
	unlink(one);
	unlink(many);
	return met ? 0 : 1;
}
