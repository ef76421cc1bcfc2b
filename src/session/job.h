/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Jobs: a payload sent again and again by the clock, %1, %2, ...
 *
 * A job has its socket and its destinations from the start; what it sends is asked
 * for anew at each tick, so that numbers and times in it go on: each job counts its
 * ${seq} from 1, on with each payload that left.  One tick is one
 * payload to all destinations.  Ticks are due at start + n * every on the monotonic
 * clock, whatever they took.  A tick that comes a whole interval late, or finds the
 * job's former datagram still waiting for room in the kernel's buffer, is counted as
 * late and left out: a job never bursts and never queues without end.
 *
 * A job ends after "times" ticks, by job_stop(), by what it waited for, or with its
 * socket; each but the end of a single delayed datagram is an event in the list.  A tick
 * that fails is counted and told once, and the job goes on: a network may come back.  A job
 * of which nothing left, or that gave up waiting, is the session's job_failure.
 *
 * The session owns its jobs and has at most JOB_MAX.  A pointer to a job is good until
 * the loop's next turn or the next call that may end it; keep the number.
 */
#ifndef SESSION_JOB_H
#define SESSION_JOB_H

#include "session/session.h"
#include "session/via.h"

#define JOB_MAX 64
#define JOB_EVERY_MIN NS_PER_US
#define JOB_EVERY_MAX (8784 * 3600 * NS_PER_S) /* a year */

/* What a job sends, and what ends it.  Told with ctx first; nothing of it may end jobs. */
struct job_source {
	void *ctx;
	/* The bytes of the next datagram; env as in payload/payload.h, with the job's own seq. */
	bool (*payload)(void *ctx, struct payload_env *env, struct buf *out, struct error *e);
	/* Is this what ends it?  Asked of each packet since the start; NULL: nothing is. */
	bool (*until)(void *ctx, const struct packet *p);
	void (*free)(void *ctx); /* with the job; may be NULL */
};

struct job_spec {
	const char *line;      /* what was typed, for listings; copied */
	size_t verb;           /* where in it the sending command begins */
	uint64_t delay, every; /* ns until the first tick, and between ticks; every 0: one tick */
	uint64_t times;        /* ticks; 0: no end */
	uint64_t timeout;      /* ns from the first tick on, then it gives up; 0: never */
	const char *until;     /* what ends it, in words; copied; or NULL */
	const struct addr *dests; /* copied */
	size_t count;
	struct via via;
	struct job_source source;
};

struct job {
	struct job *next;
	struct session *session;
	uint32_t number; /* from 1, never reused */
	uint32_t socket;
	char *line, *until;
	size_t verb;
	uint64_t every, times;
	struct addr *dests;
	size_t count;
	struct via via;
	uint64_t seq;    /* of the next payload */
	uint64_t ticks;  /* sent and failed */
	uint64_t errors; /* failed ticks */
	uint64_t late;   /* ticks that were left out */
	struct job_source source;
	struct loop_timer timer, limit;
	uint64_t due;         /* of the next tick */
	uint64_t first, last; /* monotonic ns of ticks */
	struct rate rate;
	uint64_t handed;  /* places in the store before this one hold what it handed in */
	uint64_t begun;   /* what came before this place is not what it waits for */
	uint64_t found;   /* the number of what it waited for; 0: not yet */
	bool left;        /* something of it did */
	struct error why; /* the first tick that failed did; code 0: none */
};

/* Takes over spec->source on success. */
struct job *job_start(struct session *s, struct session_socket *k, const struct job_spec *spec,
		      struct error *e);
struct job *job_find(const struct session *s, uint32_t number);
/* session_follow(): each packet once, in order; ends the jobs that waited for it. */
void job_follow(struct session *s, const struct packet *p);
void job_stop(struct job *j);
void job_stop_all(struct session *s); /* and the activities */
/* Ends the jobs of a socket that is being closed. */
void job_drop(struct session *s, const struct session_socket *k);

/* "9.8/s": what it achieved, over the last second where it ticks ten times in it, else since its
 * first tick; "-" where there is nothing to measure yet. */
void job_format_rate(const struct job *j, uint64_t now, struct buf *out);

#endif
