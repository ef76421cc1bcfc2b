/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Probes and their answers: which answer belongs to which probe, and what that says of the way.
 *
 * Pure: it is told what was sent, what came and what time it is, and keeps count.
 *
 * An answer that holds a probe's bytes, or equals them, is that probe's.  Where the peer does not
 * echo, answers of the host that was asked are counted off against the probes still waited for, the
 * oldest first.  That is a guess, and so it is where all probes are alike: a lost probe then makes
 * the answers behind it look quicker than they were.  Once an answer was known by its content, one
 * that holds no probe is none.
 *
 * A probe is waited for as long as the timeout, then it is lost; an answer that comes afterwards
 * makes it a late one.  An answer that the kernel received in time is in time, however late it is
 * looked at.  A second answer of the same host with the same probe in it is a duplicate; of another
 * host (broadcast, multicast), or more than there were probes, it is one more.
 *
 * Reordering is RFC 4737's Type-P-Reordered: an answer to an earlier probe than one that was
 * answered before it; duplicates do not count.  Only known content shows it.  Jitter is that of RFC
 * 3550, section 6.4.1 and appendix A.8, over the first answers in the order they came.
 *
 * The last ROUNDTRIP_PROBES probes are remembered, with at most ROUNDTRIP_BYTES of them.
 */
#ifndef DIAGNOSE_ROUNDTRIP_H
#define DIAGNOSE_ROUNDTRIP_H

#include "net/addr.h"
#include "util/spread.h"

#define ROUNDTRIP_PROBES 4096 /* a power of two */
#define ROUNDTRIP_BYTES (16u << 20)
#define ROUNDTRIP_HOSTS 64 /* told apart; further ones count as "more" each time */

enum roundtrip_state {
	ROUNDTRIP_WAITED, /* for */
	ROUNDTRIP_ANSWERED,
	ROUNDTRIP_LATE,    /* answered after the timeout */
	ROUNDTRIP_LOST,    /* not answered in time, nor since */
	ROUNDTRIP_REFUSED, /* an ICMP or local error came instead */
	ROUNDTRIP_STATES
};

struct roundtrip_probe {
	uint64_t no;            /* of its packet */
	uint64_t sent, sent_at; /* realtime and monotonic ns */
	enum roundtrip_state state;
	uint64_t heard; /* who answered, a bit for each of the hosts */
	size_t len;
	uint8_t *data; /* NULL: not kept */
};

struct roundtrip {
	uint64_t timeout;
	struct roundtrip_probe *probes; /* number "seq" is at seq % ROUNDTRIP_PROBES */
	uint64_t oldest, next;          /* remembered: oldest <= seq < next; the first has 1 */
	uint64_t first_waited;          /* none before it is waited for */
	size_t bytes;
	uint64_t dropped; /* the bytes of those before it are not kept */
	struct addr hosts[ROUNDTRIP_HOSTS];
	size_t host_count;

	uint64_t states[ROUNDTRIP_STATES];
	uint64_t duplicates, more, reordered, strays;
	uint64_t errors; /* ICMP and local ones, also about probes answered */
	uint64_t by_content, by_order;
	bool alike;           /* probes were equal: content does not tell them apart */
	uint64_t expected;    /* the next answer that is not reordered */
	struct spread spread; /* of round trips */
	uint64_t last;        /* round trip */
	double jitter;
};

enum roundtrip_kind {
	ROUNDTRIP_IS_FIRST,
	ROUNDTRIP_IS_LATE,
	ROUNDTRIP_IS_DUPLICATE,
	ROUNDTRIP_IS_MORE,
	ROUNDTRIP_IS_STRAY, /* answers no probe */
};

struct roundtrip_answer {
	enum roundtrip_kind kind;
	bool by_order, reordered;
	uint64_t seq;  /* of the probe; 0: not known */
	uint64_t time; /* ns of the round trip; with seq 0 none */
};

/* What came, and when: realtime as the kernel saw it, monotonic as it was looked at. */
struct roundtrip_heard {
	uint64_t time, now;
	struct addr peer;
	bool asked; /* is it a host that may answer by order? */
	const void *data;
	size_t len;
};

bool roundtrip_init(struct roundtrip *r, uint64_t timeout, struct error *e);
void roundtrip_done(struct roundtrip *r);

/* The next probe left: packet "no" at realtime "sent", monotonic "now". */
void roundtrip_sent(struct roundtrip *r, uint64_t no, uint64_t sent, uint64_t now, const void *data,
		    size_t len);
struct roundtrip_answer roundtrip_heard(struct roundtrip *r, const struct roundtrip_heard *h);
/* An error about packet "no"; the number of that probe, 0 if it is none that is remembered. */
uint64_t roundtrip_failed(struct roundtrip *r, uint64_t no);
/* The next probe that is lost by now; 0: none more. */
uint64_t roundtrip_expire(struct roundtrip *r, uint64_t now);
/* The moment to ask that; UINT64_MAX: nothing is waited for. */
uint64_t roundtrip_due(struct roundtrip *r);

/* Probes that left. */
uint64_t roundtrip_count(const struct roundtrip *r);
/* Without an answer, of those that are not waited for any more: lost and refused. */
uint64_t roundtrip_unanswered(const struct roundtrip *r);
uint64_t roundtrip_settled(const struct roundtrip *r);

#endif
