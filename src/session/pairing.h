/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Requests and answers: which datagram that came answers which one that was sent, and how long
 * that took.
 *
 * UDP knows of no such thing, so it is a reading of what was seen:
 *
 * - In order.  An answer belongs to the oldest request to its sender, by the same socket, that
 *   still waits.  Requests in front of the newest do not wait any more once it was sent so much
 *   later that theirs would have come: the answer-timeout, or, without one, four times what the
 *   last answer took, at least PAIRING_BURST.  What answers a request closes all before it.
 * - By content ("set match data[0:2]").  The newest request with the same bytes there.
 * - From another port of the host, as TFTP answers, if its own port never did.
 * - What goes to a group or to everybody is answered by each host once, the newest first (of those
 *   that left by the interface where the answer came in, if there are), for PAIRING_MANY or the
 *   answer-timeout, whichever is longer.
 * - Where a peer spoke first, what is sent to it in return is an answer and no request.
 *
 * The last PAIRING_KEPT requests and answers are known.  Each packet costs the same however many
 * wait, and nothing where nothing does.
 */
#ifndef SESSION_PAIRING_H
#define SESSION_PAIRING_H

#include "store/packet.h"
#include "util/loop.h"
#include "util/num.h"
#include "util/slice.h"

#define PAIRING_KEPT (1u << 16) /* of each; a power of two */
#define PAIRING_BURST (20 * NS_PER_MS)
#define PAIRING_MANY (10 * NS_PER_S)

struct peer;
struct session;

struct pairing {
	struct asked *asked;    /* the ring of requests; place n is at n % PAIRING_KEPT */
	uint64_t *chains;       /* by host and content: place + 1 of the newest request, 0 none */
	struct answer *answers; /* the ring of answers */
	uint64_t asked_count, answer_count; /* ever */
	uint64_t waiting;                   /* requests to one host that may still be answered */
	uint64_t many_until; /* realtime ns; later nothing answers what went to many */
	uint64_t counted;    /* places before it were looked at for being overdue */
	uint64_t timeout;    /* "answer-timeout", ns; 0: off */
	struct loop_timer overdue;
	bool off; /* nobody will ask */
	bool by_content;
	struct slice content;
};

/* What struct peer keeps for this. */
struct peer_pairing {
	uint64_t first, last; /* requests that wait in order: place + 1 of oldest, newest; 0 none */
	uint64_t many;        /* the newest request to many that it answered */
	uint64_t answered, unanswered;    /* of requests sent to it; of many, those it answered */
	uint64_t rtt, rtt_least, rtt_sum; /* ns, of those answered: the last, the least, all */
	enum { REACH_UNKNOWN, REACH_ONE, REACH_MANY } reach;
	bool met;  /* who spoke first is known */
	bool asks; /* the peer did */
	bool owed; /* and nothing was sent in return yet */
};

struct pair {
	uint64_t request, answer; /* numbers; answer 0: none yet.  Of many answers the first */
	uint64_t rtt;             /* ns; the kernel's receive time minus that of sending */
	bool unanswered;          /* for longer than the answer-timeout */
	bool guess;               /* others waited too, or another port answered */
};

void pairing_done(struct pairing *g); /* its timer is the session's to stop */

/* Each packet once, in order, from session_follow(); peer is that of the packet or NULL. */
void pairing_sent(struct session *s, struct peer *peer, const struct packet *p);
void pairing_received(struct session *s, struct peer *peer, const struct packet *p);
/* An error about request "no": nothing is to be expected. */
void pairing_refused(struct session *s, uint64_t no);

/* "answer-timeout": 0 off.  What was overdue is counted anew. */
void pairing_set_timeout(struct session *s, uint64_t ns);
/* "match": NULL in order.  What waits so far is not answered any more. */
void pairing_set_content(struct session *s, const struct slice *content);

/* The pair that datagram "no" is a part of; false: none that is known. */
bool pairing_of(const struct session *s, uint64_t no, struct pair *out);

#endif
