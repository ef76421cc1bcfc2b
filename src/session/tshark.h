/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Wireshark's dissectors: a tshark that runs beside the session and is asked about one packet at a
 * time.
 *
 * It is started when the first packet is asked about, gets packets through a pipe as pcapng with
 * synthesised headers, and tells their trees (-T pdml).  The main loop never waits for it: the
 * newest question wins, an older one that was not given yet is dropped.  A tshark that is missing,
 * dies, stands still, or says too much is an answer in words; the next question starts another one.
 *
 * Each packet stands for itself: its source is an address that no other one has (of the ranges for
 * benchmarks, RFC 2544 and 5180), so that tshark makes no conversations of what was looked at by
 * chance, and repeats of nothing.
 *
 * Seen with tshark 4.0.17: a start takes 160-380 ms, a tree 0.15 ms; a HOME that cannot be read
 * makes it crash, one that is not there does not.
 */
#ifndef SESSION_TSHARK_H
#define SESSION_TSHARK_H

#include "proto/pdml.h"
#include "session/session.h"

#define TSHARK_RULES_MAX 64
#define TSHARK_PROTOCOL_MAX 48

enum tshark_state {
	TSHARK_UNASKED, /* another packet was asked about since, or none */
	TSHARK_WAITS,
	TSHARK_KNOWN,
	TSHARK_FAILED,
};

/* Asks for the tree of p, unless that was the last question.  The watcher hears "resolved" and
 * "changed" when the answer is there; it may be there at once. */
void tshark_ask(struct session *s, const struct packet *p);
/* How far packet "no" is.  Of one that is known *tree is set, of a failed one *why; both are good
 * until the loop's next turn. */
enum tshark_state tshark_look(const struct session *s, uint64_t no, const struct pdml **tree,
			      const struct error **why);
/* The last question is forgotten: it can be asked anew. */
void tshark_forget(struct session *s);

/* What comes from or goes to a port is of that protocol, by tshark's name for it. */
struct tshark_rule {
	uint16_t port;
	char protocol[TSHARK_PROTOCOL_MAX];
};
/* protocol NULL: no rule for the port any more.  The last question is forgotten.  ERR_PENDING:
 * tshark is asked for the names that it knows. */
bool tshark_decode_as(struct session *s, uint16_t port, const char *protocol, struct error *e);
const struct tshark_rule *tshark_rules(const struct session *s, size_t *count);

/* Those names, or the usual ones while they are not known; NULL: no more. */
const char *tshark_name_at(const struct session *s, size_t i);

void tshark_done(struct session *s); /* session_done() */

#endif
