/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What tshark.c (questions and answers), tshark_start.c (options) and tshark_names.c share. */
#ifndef SESSION_TSHARK_PRIVATE_H
#define SESSION_TSHARK_PRIVATE_H

#include "session/tshark.h"
#include "util/helper.h"

/* A packet to be asked about; no 0: none. */
struct question {
	uint64_t no;
	struct buf block;   /* pcapng */
	struct buf payload; /* what trees are compared with */
	size_t payload_at;  /* in the IP packet */
};

struct tshark_names {
	struct helper child; /* one that lists them */
	struct loop_timer patience;
	struct buf list; /* what it said, then the names; empty: they are not known */
	bool asked;
};

struct tshark {
	struct session *session;
	struct helper child;
	uint32_t given; /* packets, to this child */
	bool answered;  /* this child has */
	struct question asked, next;
	struct buf out, said, complaint; /* to be written, read so far */
	size_t written;                  /* of out */
	struct loop_timer patience;
	uint32_t source; /* the last that was made up */
	uint64_t no;     /* the last question */
	enum tshark_state state;
	struct pdml tree;
	struct error why;
	struct tshark_rule rules[TSHARK_RULES_MAX];
	size_t rule_count;
	struct tshark_names names;
};

/* The session's, made when it is first asked for; NULL: no memory. */
struct tshark *tshark_of(struct session *s);
/* Starts the process with the options that the rules are. */
bool tshark_start_process(struct tshark *t, struct error *e);
void tshark_end_child(struct tshark *t);
/* A tshark of one's own; words[0] is set to its path. */
bool tshark_run(struct helper *child, const char *words[], struct error *e);
/* The watcher hears that an answer is there; called by the loop only. */
void tshark_tell(struct tshark *t);

/* Is it a protocol that tshark knows, as far as one can tell?  ERR_PENDING while it is asked. */
bool tshark_check_name(struct tshark *t, const char *name, struct error *e);
void tshark_names_done(struct tshark *t);

#endif
