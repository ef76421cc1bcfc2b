/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * "filter" where there is no screen: what of the packets is printed from now on.  What an
 * activity (ping, sweep, ...) hears is told by its report: raw leaves it out, text and hex print it
 * with -v, the formats for programs have all.
 */
#ifndef FRONT_PRINTED_H
#define FRONT_PRINTED_H

#include "match/what.h"
#include "session/writer.h"

struct session;

struct printed {
	struct what *what; /* NULL: all of them */
	char *text;        /* as it was written */
	struct filter_env env;
	uint64_t unknown; /* not printed because a filter gave up on them */
};

/* Reads WHAT (match/what.h); n 0: everything.  On an error nothing changes. */
bool printed_set(struct printed *p, struct session *s, const char *text, size_t n, struct error *e);
void printed_done(struct printed *p);
/* Does the filter match it, and is its peer not muted? */
bool printed_shows(struct printed *p, const struct session *s, const struct packet *packet);
/* That, and the format tells something of it, and no report does instead. */
bool printed_has(struct printed *p, const struct session *s, enum writer_format format,
		 bool verbose, const struct packet *packet);

#endif
