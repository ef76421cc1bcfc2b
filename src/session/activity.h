/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Activities: what goes on in a session by itself besides jobs (ping, sweep, ...) and ends with
 * a report.  They are numbered together with the jobs, %1, %2, ...
 *
 * An activity is the first member of a struct of its own, whose maker knows what it does;
 * the session owns it from activity_start() on, tells it each packet, and keeps what is over
 * for a while, so that its report can be looked at again.
 */
#ifndef SESSION_ACTIVITY_H
#define SESSION_ACTIVITY_H

#include "session/session.h"

#define ACTIVITY_KEPT 16 /* of those that are over */

struct activity;

struct activity_kind {
	const char *name; /* the command that starts it, and whose report shows it */
	/* Each packet since the start, once, in order; may call activity_over(). */
	void (*packet)(struct activity *a, const struct packet *p);
	/* Its timers are to stop; called once, before its socket is closed.
	 */
	void (*stop)(struct activity *a);
	/* How far it is, for listings: "34 %"; may be NULL. */
	void (*progress)(const struct activity *a, struct buf *out);
	void (*free)(struct activity *a); /* the memory, struct and all; it is over */
	bool told; /* it says by itself how it ended: nobody waits for a report */
};

struct activity {
	struct activity *next;
	const struct activity_kind *kind; /* set by the maker */
	struct session *session;          /* from here on by activity_start() */
	uint32_t number;
	char *line;      /* what was typed, for listings */
	uint64_t begun;  /* packets before this place of the store are not told */
	uint32_t socket; /* the number of the socket that is its own; 0: none */
	bool endless;    /* somebody has to end it, or may: it is whole when somebody does */
	bool over;       /* the report is final */
	/* Set before activity_over(): why a script that waited for it ends (ERR_SILENT, ERR_UNMET,
	 * what went wrong); code 0: it goes on. */
	struct error verdict;
};

/* The session owns a from now on, also if it fails (then it was freed). */
bool activity_start(struct session *s, struct activity *a, const char *line, struct error *e);
/* Opens a socket that is closed when the activity is over; the current one stays current. */
struct session_socket *activity_open(struct activity *a, const struct sock_spec *spec,
				     struct error *e);
/* For that: it may broadcast, and of the named options (up to NULL) those that were asked of the
 * current socket are asked of it, too. */
void activity_take_options(const struct session *s, const char *const *names,
			   struct sockopt_values *out);
/* Its own socket; NULL if a person has closed it, or it never had one. */
struct session_socket *activity_socket(const struct activity *a);
/* Is that socket an activity's own?  What is heard there is its report's to tell. */
bool activity_owns(const struct session *s, uint32_t socket);
/* Nobody answered what it asked: its verdict. */
void activity_silent(struct activity *a);
/* It has come to its end, by itself or because it is to stop.  Twice does nothing. */
void activity_over(struct activity *a);
void activity_stop_all(struct session *s); /* those that run */

/* NULL: there is none, or it is forgotten. */
struct activity *activity_find(const struct session *s, uint32_t number);
/* session_follow(): each packet once, in order. */
void activity_follow(struct session *s, const struct packet *p);
/* session_done(): ends and frees them all. */
void activity_free_all(struct session *s);

#endif
