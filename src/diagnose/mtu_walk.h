/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Which sizes get through: the thinking of "mtu" without its socket.
 *
 * Probes go one after the other with DF set and without regard to what the kernel remembers of the
 * path (IP_PMTUDISC_PROBE): a small one first, which tells whether anybody answers, then the
 * largest.  What says "too big" with an MTU (RFC 1191, RFC 8201) gives the next size.  What gets
 * neither answer nor ICMP, while small ones are answered, is narrowed down byte by byte (RFC 2923
 * calls such a path a black hole).  An echo is told by the number that each probe carries, any
 * other answer is taken for one to the latest probe; "port unreachable" of the destination is an
 * answer, too: the probe arrived.
 *
 * It is fed with packets and times (monotonic ns) and says what to send and when to come back.
 */
#ifndef DIAGNOSE_MTU_WALK_H
#define DIAGNOSE_MTU_WALK_H

#include "store/packet.h"

#define MTU_STEPS_MAX 48
#define MTU_SMALL 64 /* bytes of payload of the first probe */
#define MTU_LIMIT_NS 30000000000u

enum mtu_outcome {
	MTU_WAITING,
	MTU_ANSWERED,
	MTU_REFUSED, /* port unreachable: it arrived */
	MTU_TOO_BIG, /* somebody on the way says so */
	MTU_LOCAL,   /* this host says so */
	MTU_SILENT,
	MTU_BLOCKED, /* another ICMP error: there is no way for any size */
};

struct mtu_step {
	uint32_t payload; /* bytes */
	unsigned tries;
	uint64_t first_no; /* number of its first try; 0: not known yet */
	uint64_t sent;     /* realtime ns of the last try */
	bool refused;      /* the kernel did not send it: its reason is in the error queue */
	bool echoed;       /* of MTU_ANSWERED: the answer began as the probe did */
	enum mtu_outcome outcome;
	uint64_t rtt;            /* ns; of MTU_ANSWERED and MTU_REFUSED */
	struct packet_icmp icmp; /* of those that have one */
};

struct mtu_walk {
	struct addr dest;
	uint32_t headers; /* IP and UDP: 28 or 48 */
	struct mtu_step steps[MTU_STEPS_MAX];
	size_t count;
	uint64_t begun, due;
	bool unsent; /* the last step has a try to be sent */
	bool over, timed_out;
};

void mtu_walk_init(struct mtu_walk *w, const struct addr *dest, uint64_t now);

/* Is there something to send?  Then it counts as sent at "now". */
bool mtu_walk_next(struct mtu_walk *w, uint64_t now, uint32_t *payload);
/* The bytes of the probe that is to be sent now: text with its number, then dots. */
void mtu_walk_fill(const struct mtu_walk *w, uint8_t *out, size_t n);
/* Each packet of its socket, in order. */
void mtu_walk_packet(struct mtu_walk *w, const struct packet *p);
/* The kernel refused the probe as too big; its error queue will tell the MTU. */
void mtu_walk_refused(struct mtu_walk *w, uint64_t now);
/* Time has gone by; w->due says when to come back. */
void mtu_walk_tick(struct mtu_walk *w, uint64_t now);

/* What came of it, as far as it is known now. */
struct mtu_result {
	bool heard;                     /* anybody answered */
	bool by_order;                  /* of the answers some are no echoes */
	uint32_t local;                 /* MTU of this host's interface; 0: not known */
	const struct packet_icmp *told; /* the smallest MTU that ICMP told; NULL: none did */
	const struct packet_icmp *blocked;
	uint32_t answered; /* largest payload that was answered; 0: none */
	bool refused;      /* its answer is that the port refused it */
	uint32_t
		silent; /* smallest that was not, while smaller ones were: a black hole is likely */
};
void mtu_walk_result(const struct mtu_walk *w, struct mtu_result *out);

#endif
