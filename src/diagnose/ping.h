/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Ping: probes to one address by the clock, and what their answers say (diagnose/roundtrip.h).
 *
 * It has a socket of its own on a port of its own, so nothing but answers comes there, and both
 * probes and answers are in the list.  What goes on is kept as events, the latest PING_EVENTS of
 * them, and told as it happens to whoever asked.
 *
 * The round trip is the time from just before the probe was given to the kernel to when the kernel
 * received the answer: waiting in this program is no part of it.
 *
 * With a number of probes it ends when none is waited for any more.  Then it listens on a little
 * while, for duplicates: three times the longest round trip, at least PING_LINGER.
 */
#ifndef DIAGNOSE_PING_H
#define DIAGNOSE_PING_H

#include "diagnose/roundtrip.h"
#include "session/activity.h"
#include "util/num.h"

#define PING_EVERY NS_PER_S
#define PING_EVERY_MIN (100 * NS_PER_US)
#define PING_TIMEOUT NS_PER_S /* or the interval, if that is longer */
#define PING_LINGER (50 * NS_PER_MS)
#define PING_EVENTS 128
#define PING_WORDS 480 /* as many as an error has */

enum ping_what {
	PING_ANSWER,
	PING_LOST,
	PING_REFUSED, /* words: what the error says */
	PING_UNSENT,  /* words: why */
};

struct ping_event {
	enum ping_what what;
	uint64_t time; /* realtime ns */
	uint64_t seq;  /* of the probe; 0: not known */
	uint64_t no;   /* of the answer's or the error's packet; 0: none */
	struct addr peer;
	uint32_t len;
	uint8_t ttl; /* 0: not known */
	struct roundtrip_answer answer;
	char words[PING_WORDS];
};

struct ping_spec {
	struct addr target;
	const char *payload; /* in the text notation, read for each probe; NULL: the usual one */
	size_t payload_len;
	uint64_t every, timeout; /* ns */
	uint64_t times;          /* probes; 0: no end */
	/* Each event as it happens, in place of keeping it; may be NULL. */
	void (*tell)(void *ctx, const struct ping_event *event);
	void (*ended)(void *ctx); /* all is told; may be NULL */
	void *ctx;
};

struct ping {
	struct activity activity;
	struct ping_spec spec; /* payload is the ping's own copy */
	struct roundtrip trips;
	uint64_t seq;     /* of the next probe */
	uint64_t ticks;   /* probes that left, and that did not */
	uint64_t unsent;  /* the latter */
	uint64_t skipped; /* ticks whose time was over before there was time for them */
	uint64_t dropped; /* answers, maybe, for which this host had no room */
	struct loop_timer tick, watch;
	uint64_t due;                          /* of the next tick */
	uint64_t ends;                         /* monotonic; 0: not yet known */
	struct ping_event events[PING_EVENTS]; /* event_count % PING_EVENTS is the next place */
	uint64_t event_count;
};

/* The bytes of the probe that env->seq counts: "udpdeck ping SEQ SECONDS.NANOSECONDS", or as spec
 * says.  Moves env on. */
bool ping_payload(const struct ping_spec *spec, struct payload_env *env, struct buf *out,
		  struct error *e);

/* Opens a socket and sends the first probe; if that cannot be sent there is no ping.  line: what
 * was typed.  The session owns what is returned. */
struct ping *ping_start(struct session *s, const struct ping_spec *spec, const char *line,
			struct error *e);
struct ping *ping_of(struct activity *a);
/* Of those kept; age 0 is the latest.  NULL: there are not so many. */
const struct ping_event *ping_event(const struct ping *p, uint64_t age);

#endif
