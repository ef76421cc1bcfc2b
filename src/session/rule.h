/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Rules: what is answered by itself.
 *
 * Each datagram that a socket of the session hears is shown to the rules in the order in which they
 * were made; the first that it matches answers it, from the socket that heard it, to where it came
 * from, and with the address as source that it was sent to.  Not answered is what this program sent
 * itself (looped back groups and broadcasts, or to a socket's own address), what an activity's
 * socket hears, and what is read from files.
 *
 * No peer gets more than QUOTA answers in a second, all rules together, so that two
 * programs that answer each other do not run for ever; the first time a rule holds back is an
 * event, and so is the first answer that fails.
 *
 * The session owns its rules.  They are numbered with the jobs, and there are at most RULE_MAX.
 */
#ifndef SESSION_RULE_H
#define SESSION_RULE_H

#include "match/what.h"
#include "net/tx.h"
#include "session/session.h"

#define RULE_MAX 64
#define RULE_ALWAYS 1000000u /* of drop and dup */

struct late_answer;

struct rule_spec {
	const char *line; /* as it is typed, for listings; copied */
	struct what *what;
	struct payload_template *reply;
	uint64_t delay;     /* ns from the datagram to its answer */
	uint32_t drop, dup; /* of RULE_ALWAYS answers: so many are left out, are sent twice */
	uint32_t socket;    /* it is the echo server of this one; 0: it is asked about all */
};

/* The receiver's thread may ask it, too (session/responder.h): what it decides by does not change
 * from start to stop, and only the main loop counts. */
struct rule {
	struct rule *next;
	struct session *session;
	uint32_t number; /* from 1, never reused */
	char *line;
	struct what *what;
	struct payload_template *reply;
	uint64_t delay;
	uint32_t drop, dup;
	uint32_t socket;
	uint64_t begun;    /* what came before this place in the store is not answered */
	uint64_t seq;      /* of the next answer */
	uint64_t matched;  /* datagrams */
	uint64_t answered; /* answers that left */
	uint64_t dropped;  /* left out by "drop" */
	uint64_t limited;  /* held back: the peer had enough of them */
	uint64_t failed;
	uint64_t forgotten; /* that still had to wait when it ended */
	bool limit_told, failure_told, unknown_told;
	char *news;                           /* an event that is to come; heap */
	struct late_answer *late, *late_last; /* in order of time */
	struct loop_timer timer;              /* of the first of them */
};

/* Takes over spec->what and spec->reply on success. */
struct rule *rule_start(struct session *s, const struct rule_spec *spec, struct error *e);
struct rule *rule_find(const struct session *s, uint32_t number); /* NULL: none */
void rule_stop(struct rule *r);
void rule_stop_all(struct session *s);
/* Ends the echo server of a socket that is being closed. */
void rule_drop(struct session *s, const struct session_socket *k);

/* session_follow(): each datagram that k heard and the receiver's thread did not answer, once, in
 * order. */
void rule_hear(struct session *s, struct session_socket *k, const struct packet *p);
/* session_follow(): an answer of the receiver's thread. */
void rule_answered(struct session *s, const struct session_socket *k, const struct packet *p);
/* What was answered leaves, or what is to be told becomes an event; false: neither was there. */
bool rule_settle(struct session *s);
/* session_done(): without a word. */
void rule_free_all(struct session *s);

/* The address that p was sent to, for an answer by the socket that is bound to "local": of one for
 * all addresses the kernel would take that of the route back, from where the peer may not expect
 * one.  false: it may. */
bool rule_source(const struct addr *local, const struct packet *p, struct tx_via *out);

/* One answer came to nothing; e is why, or NULL. */
void rule_failed(struct rule *r, const struct addr *dest, const struct error *e);

#endif
