/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Answers of rules on their way: gathered, so that many leave with one lock and few system calls,
 * or kept until their time has come.
 *
 * Part of session/rule.h, which decides what is answered; nobody else uses this.  What waits for
 * its time is bounded by ANSWERS_LATE bytes, all rules together.  Nothing here makes an event.
 */
#ifndef SESSION_ANSWERS_H
#define SESSION_ANSWERS_H

#include "session/quota.h"
#include "session/responder.h"
#include "session/rule.h"
#include "session/sender.h"

#define ANSWERS_LATE (16u << 20)

/* Where an answer goes, and by which choice of its own. */
struct answer {
	uint32_t socket;
	struct addr dest;
	struct tx_via via;
	bool chosen;
};

struct late_answer {
	struct late_answer *next;
	uint64_t due; /* monotonic ns */
	struct answer to;
	size_t len;
	uint8_t data[];
};

struct answers {
	struct sender_parcel parcels[SENDER_PARCELS]; /* "data" is known when they leave */
	size_t at[SENDER_PARCELS];                    /* of each in "bytes" */
	size_t count;
	uint32_t socket; /* that all of them leave by */
	struct buf bytes;
	size_t late_bytes;
	struct quota *quota;
	struct responder *responder; /* what the receiver's thread has; NULL: nothing */
};

struct answers *answers_new(void);
void answers_free(struct answers *a);

/* Makes room for an answer by that socket, whose bytes the caller then appends to a->bytes; returns
 * where they begin. */
size_t answers_begin(struct session *s, uint32_t socket);
/* The bytes from "at" on leave with the next answers_flush(), twice if so many copies are wanted;
 * with r->delay they leave that much later, and false says that there is no room for them. */
bool answers_add(struct session *s, struct rule *r, const struct answer *to, size_t at,
		 unsigned copies);
/* What was gathered leaves and is counted; false: nothing was. */
bool answers_flush(struct session *s);
/* Forgets what a rule was still to send. */
void answers_forget(struct session *s, struct rule *r);

#endif
