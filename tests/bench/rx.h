/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The receiving benchmark: a sender at a given rate, and contenders that receive.
 *
 * What was lost is what the kernel says that it dropped at the contender's socket,
 * so programs that count nothing themselves can be compared with those that do.
 */
#ifndef TESTS_BENCH_RX_H
#define TESTS_BENCH_RX_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#define SENDER_CPU 1
#define RECEIVER_CPU 0

/* What all contenders of a row of the table get. */
struct row {
	size_t payload;
	int rcvbuf;       /* asked; the kernel grants twice as much */
	double seconds;   /* of one trial */
	unsigned chances; /* to show three lossless trials at a rate */
};

/* ---- contenders ---- */

struct contender {
	const char *name;
	bool ours; /* false: somebody else's program, with the buffer that the system gives it */
	/* Receives on 127.0.0.1:port.  NULL: not there; says why on stderr. */
	void *(*start)(const struct contender *c, const struct row *row, uint16_t port);
	void (*stop)(void *ctx);
	/* The rest may be NULL. */
	/* Does its own count of what was received since the start agree? */
	bool (*agrees)(void *ctx, uint64_t sent, uint64_t dropped);
	/* Does what is to do while a trial runs, for at most ms. */
	void (*attend)(void *ctx, int ms);
	/* Its process; NULL: this one. */
	pid_t (*pid)(void *ctx);
	const char *const *argv; /* of those that are programs; "PORT" stands for the port */
};

extern const struct contender contenders[]; /* the bare loop first; ends with name NULL */

/* bare.c, library.c, program.c */
void *bare_start(const struct contender *c, const struct row *row, uint16_t port);
bool bare_agrees(void *ctx, uint64_t sent, uint64_t dropped);
void bare_stop(void *ctx);
void *library_start(const struct contender *c, const struct row *row, uint16_t port);
void *plain_start(const struct contender *c, const struct row *row, uint16_t port);
void library_attend(void *ctx, int ms);
bool library_agrees(void *ctx, uint64_t sent, uint64_t dropped);
void library_stop(void *ctx);
void *program_start(const struct contender *c, const struct row *row, uint16_t port);
void program_stop(void *ctx);
pid_t program_pid(void *ctx);
void *deck_start(const struct contender *c, const struct row *row, uint16_t port);
void deck_attend(void *ctx, int ms);
bool deck_agrees(void *ctx, uint64_t sent, uint64_t dropped);
void deck_stop(void *ctx);
pid_t deck_pid(void *ctx);

/* Bytes that the store keeps per datagram of n bytes, beyond these: head, index, rounding, slack */
double library_overhead(size_t n);

/* A bound loopback socket with the row's buffer and, if wanted, the control data that udpdeck asks
 * for. */
int open_receiver(const struct row *row, uint16_t port, bool metadata);

/* ---- thread.c ---- */

/* The thread in which a process receives: the one named "receiver", else the first. */
pid_t receiving_thread(pid_t pid);
void pin_to_cpu(int cpu); /* the calling thread, and those that it makes */
bool pin_thread(pid_t tid, int cpu);
/* Gives a process the highest priority where that is allowed, for a calmer measurement. */
void prefer_process(pid_t pid);
/* What the receiving thread suffered from others so far. */
struct waits {
	unsigned long long ns; /* it could have run but did not; waking up takes some of it, too */
	unsigned long long preemptions;
};
struct waits waits_of(pid_t pid);
void nap(int ms);

/* ---- space.c ---- */

bool enter_namespace(void);

/* ---- offer.c ---- */

struct offer {
	int fd; /* connected to the contender */
	size_t payload;
	double rate; /* per second; 0: as fast as the kernel takes them */
	double seconds;
	size_t burst;    /* datagrams that may be sent at once to catch up */
	uint64_t sent;   /* results */
	double achieved; /* per second */
};

struct offering;

/* Sends from a thread of its own on SENDER_CPU. */
struct offering *offer_start(struct offer *o);
bool offer_done(const struct offering *g);
void offer_finish(struct offering *g);
int offer_socket(uint16_t port);

struct socket_counts {
	uint64_t queued, drops;
	unsigned sockets; /* bound to the port */
};
/* From /proc/net/udp and udp6. */
struct socket_counts count_socket(uint16_t port);

#endif
