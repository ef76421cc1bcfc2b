/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * read [COUNT]: a pcap of a million datagrams of 64 bytes, read and printed a line each, beside
 * tshark, tcpdump and ngrep in the same run: seconds and the most memory that each held.
 *
 * All look up no names and print to /dev/null.  tshark -q would print nothing and dissect next to
 * nothing, so it is measured as it is used: tshark -n -r FILE.
 */
#include <errno.h>
#include <fcntl.h>
#include <spawn.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define COUNT 1000000
#define PEERS 1000
#define PAYLOAD 64
#define HEADS 42 /* Ethernet, IPv4, UDP */
#define TIME_BAR 5.0
#define MEMORY_BAR 5.0
#define ARGS 10

extern char **environ;

struct reader {
	const char *name;
	const char *argv[ARGS];
	double seconds; /* < 0: it is not there */
	long kib;
};

struct record {
	uint32_t seconds, part, captured, original;
	uint8_t bytes[HEADS + PAYLOAD];
};

static double now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

/* From so many peers, in turns. */
static bool write_capture(FILE *out, unsigned count)
{
	static const uint32_t head[] = { 0xa1b2c3d4, 2 | 4 << 16, 0, 0, 65535, 1 };
	struct record r = { .captured = sizeof(r.bytes), .original = sizeof(r.bytes) };

	memcpy(r.bytes,
	       "\2\0\0\0\0\1\2\0\0\0\0\2\x08\0\x45\0\0\x5c\0\1\0\0\x40\x11\0\0\x0a\1\0\0\x0a\0\0\2"
	       "\x13\x88\x13\x89\0\x48\0\0",
	       HEADS);
	for (unsigned i = 0; i < PAYLOAD; i++)
		r.bytes[HEADS + i] = (uint8_t)('a' + i % 26);
	fwrite(head, sizeof(head), 1, out);
	for (unsigned i = 0; i < count; i++) {
		r.seconds = 1700000000 + i / 100000;
		r.part = i % 100000 * 10;
		r.bytes[28] = (uint8_t)(i % PEERS >> 8);
		r.bytes[29] = (uint8_t)(i % PEERS);
		r.bytes[HEADS] = (uint8_t)('a' + i % 26);
		fwrite(&r, offsetof(struct record, bytes) + sizeof(r.bytes), 1, out);
	}
	return fflush(out) == 0 && !ferror(out);
}

static void run(struct reader *r)
{
	posix_spawn_file_actions_t files;
	struct rusage usage;
	double start = now();
	int status = 0;
	pid_t pid;

	r->seconds = -1;
	posix_spawn_file_actions_init(&files);
	posix_spawn_file_actions_addopen(&files, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
	posix_spawn_file_actions_addopen(&files, STDOUT_FILENO, "/dev/null", O_WRONLY, 0);
	posix_spawn_file_actions_addopen(&files, STDERR_FILENO, "/dev/null", O_WRONLY, 0);
	if (posix_spawnp(&pid, r->argv[0], &files, NULL, (char *const *)(uintptr_t)r->argv,
			 environ) == 0 &&
	    wait4(pid, &status, 0, &usage) == pid && WIFEXITED(status) &&
	    WEXITSTATUS(status) == 0) {
		r->seconds = now() - start;
		r->kib = usage.ru_maxrss;
	}
	posix_spawn_file_actions_destroy(&files);
}

static void show(const struct reader *r, unsigned count)
{
	if (r->seconds < 0)
		printf("%-24s not there, or it failed\n", r->name);
	else
		printf("%-24s %8.3f s %10.0f /s %8ld KiB\n", r->name, r->seconds,
		       count / r->seconds, r->kib);
}

/* true: the bar holds, or nobody can tell. */
static bool compare(const struct reader *ours, const struct reader *theirs)
{
	double time, memory;

	if (theirs->seconds < 0)
		return true;
	time = theirs->seconds / ours->seconds;
	memory = (double)theirs->kib / (double)ours->kib;
	printf("%.1f times as fast (at least %.0f), 1/%.1f of the memory (at most 1/%.0f)\n", time,
	       TIME_BAR, memory, MEMORY_BAR);
	return time >= TIME_BAR && memory >= MEMORY_BAR;
}

int main(int argc, char **argv)
{
	unsigned count = argc > 1 ? (unsigned)strtoul(argv[1], NULL, 10) : COUNT;
	const char *deck = getenv("UDPDECK");
	char path[] = "/tmp/udpdeck-read.XXXXXX";
	struct reader readers[] = {
		{ "udpdeck --read FILE",
		  { deck ? deck : "./udpdeck", "--no-rc", "--read", path, "-o", "text" },
		  0,
		  0 },
		{ "tshark -n -r FILE", { "tshark", "-n", "-r", path }, 0, 0 },
		{ "tcpdump -n -r FILE", { "tcpdump", "-n", "-r", path }, 0, 0 },
		{ "ngrep -q -t -I FILE", { "ngrep", "-q", "-t", "-I", path }, 0, 0 },
	};
	int fd = mkostemp(path, O_CLOEXEC);
	FILE *out = fd < 0 ? NULL : fdopen(fd, "w");
	bool ok;

	if (!out || !write_capture(out, count)) {
		perror(path);
		return 1;
	}
	printf("%u datagrams of %d bytes from %d peers\n", count, PAYLOAD, PEERS);
	for (size_t i = 0; i < sizeof(readers) / sizeof(readers[0]); i++) {
		run(&readers[i]);
		show(&readers[i], count);
	}
	ok = readers[0].seconds > 0 && compare(&readers[0], &readers[1]);
	fclose(out);
	unlink(path);
	return !ok;
}
