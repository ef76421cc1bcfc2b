/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * One expectation under way: the script's cursor goes over what was received, datagram by
 * datagram, until one matches or the time is over; what else came is remembered for the message.
 *
 * A datagram that was stored before the time was over counts, however late it is looked at.
 */
#ifndef COMMAND_AWAIT_H
#define COMMAND_AWAIT_H

#include "command/expectation.h"

#define AWAIT_SHOWN 5 /* of what came instead */
#define AWAIT_HEAD 24 /* bytes shown of each */

enum await_result {
	AWAIT_MATCH,   /* with "none": what should not have come */
	AWAIT_TIMEOUT, /* with "none": as it should be */
	AWAIT_REFUSED,
	AWAIT_WAITS, /* nothing to look at now */
	AWAIT_MORE,  /* out of time: call again in the next turn */
};

struct await_other {
	struct addr peer;
	uint32_t len;
	uint8_t head[AWAIT_HEAD];
};

struct await {
	struct session *session;
	struct expectation *x; /* owned; NULL: none under way */
	uint64_t timeout, due; /* ns, monotonic */
	uint64_t end;          /* the time is over: the place in the store up to which to look */
	struct addr dest;      /* from where an answer is expected; family 0: not one address */
	bool refused;
	struct addr refused_peer;
	uint64_t refused_no;
	struct packet_icmp refusal;
	uint64_t matched_no; /* AWAIT_MATCH */
	struct await_other matched;
	uint64_t others, missed;
	struct await_other last[AWAIT_SHOWN]; /* others % AWAIT_SHOWN is the next place */
};

/* Takes x.  The clock starts now. */
void await_begin(struct await *a, struct session *s, struct expectation *x, uint64_t timeout);
void await_done(struct await *a);
/* Looks on from the cursor until the moment "slice" (monotonic ns).  The cursor is then behind the
 * datagram that matched. */
enum await_result await_look(struct await *a, struct store_cursor *cursor, uint64_t slice);
/* Was it as expected? */
bool await_is_met(const struct await *a, enum await_result result);
/* How it went, in one line. */
void await_explain(const struct await *a, enum await_result result, struct buf *out);

#endif
