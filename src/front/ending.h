/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * When a session without a screen is over, and with which exit status.
 *
 * A pure state machine: it is told what happened and when (monotonic ns, never 0), and
 * says whether to stop now or when to ask again.
 */
#ifndef FRONT_ENDING_H
#define FRONT_ENDING_H

#include "util/buf.h"

#include <stdbool.h>
#include <stdint.h>

enum ending_status {
	ENDING_DONE = 0,
	ENDING_ERROR = 1,      /* usage, a local error, output that could not be completed */
	ENDING_NO_ANSWER = 2,  /* none in time, or fewer than were asked for */
	ENDING_REFUSED = 3,    /* ICMP unreachable, and no answer came */
	ENDING_UNEXPECTED = 4, /* an expectation failed */
};

struct ending_config {
	bool listens;       /* -l: the end of input is no end */
	bool one_target;    /* a refusal of it ends at once: one address, no -l, no script */
	bool has_idle;      /* -w */
	bool has_linger;    /* -q */
	uint64_t idle;      /* ns without a datagram after which it stops */
	uint64_t linger;    /* ns to wait after the end of input */
	uint64_t max_count; /* -W: datagrams after which it stops; 0: no such limit */
	uint64_t start;     /* when the sockets were bound */
};

struct ending {
	struct ending_config config;
	uint64_t first_send, last_rx, input_over; /* 0: not yet */
	uint64_t sent, received;
	char refusal[240]; /* "127.0.0.1:9 refused: port unreachable"; "": it was not */
};

void ending_sent(struct ending *d, uint64_t now);
void ending_received(struct ending *d, uint64_t now);
/* The target, or a router on the way, answered with an ICMP error of the unreachable kind. */
void ending_refused(struct ending *d, const char *words);
/* Input (or the commands, and the jobs that they started) came to its end. */
void ending_input_over(struct ending *d, uint64_t now);

/* Is it over?  If not, *next is the time to ask again though nothing happened; UINT64_MAX: no such
 * time. */
bool ending_is_due(const struct ending *d, uint64_t now, uint64_t *next);

/* The exit status at the end; "why" gets the line for stderr unless it is ENDING_DONE. */
enum ending_status ending_status(const struct ending *d, uint64_t now, struct buf *why);

#endif
