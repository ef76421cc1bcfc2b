/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What of the store the list shows: a bit for each place, set where the filter matches and nobody
 * is muted.
 *
 * What comes is looked at as it comes; what was there before, from the newest back to the oldest
 * in slices of a few milliseconds, so that the first rows are there at once and no key waits.
 * Drawing and moving then look at bits only, however many packets there are.
 */
#ifndef UI_MATCHES_H
#define UI_MATCHES_H

#include "match/what.h"
#include "session/peer.h"
#include "store/store.h"
#include "util/clock.h"
#include "util/num.h"

/* How long to look on in a turn of the loop: other work has its turn between two. */
#define MATCHES_TURN_NS (4 * NS_PER_MS)

struct matches {
	struct what *what;              /* the filter; NULL: none */
	const struct peer_table *peers; /* some of them are muted; NULL: nobody is */
	char *text;                     /* as it was written */
	struct filter_env env;
	uint64_t low, high; /* looked at: low <= seq < high */
	uint64_t start;     /* what is before it is not listed any more */
	uint64_t count;     /* matches from start on */
	uint64_t unknown;   /* not listed because the filter gave up on them */
	uint64_t *bits;     /* the first is that of "base", a multiple of 64 */
	uint64_t base;
	size_t words;
	unsigned block; /* packets looked at between two looks at the clock */
};

/* Is anything not listed?  Else nothing but "env" is set. */
static inline bool matches_on(const struct matches *m)
{
	return m->what || m->peers;
}

/* Is it listed?  What was looked at is known by its bit. */
bool matches_test(const struct matches *m, const struct packet *p);

/* With "peers" as it is; takes "what", which may be NULL, and copies text; [start, end) is still to
 * be looked at. */
bool matches_set(struct matches *m, struct what *what, const char *text, size_t n, uint64_t start,
		 uint64_t end, struct error *e);
void matches_done(struct matches *m); /* no filter then */

/* A packet as it comes, in order. */
void matches_follow(struct matches *m, const struct packet *p);
/* Looks at what was there before until the moment "until" (monotonic ns); false: that was all. */
bool matches_scan(struct matches *m, struct store *st, const struct clock *clock, uint64_t until);
/* Packets before seq are gone. */
void matches_forget(struct matches *m, uint64_t seq);

bool matches_has(const struct matches *m, uint64_t seq);
/* All of first..last, where first <= last? */
bool matches_all(const struct matches *m, uint64_t first, uint64_t last);
/* The first match at or behind "from", the last one before "from". */
bool matches_next(const struct matches *m, uint64_t from, uint64_t *seq);
bool matches_previous(const struct matches *m, uint64_t from, uint64_t *seq);

#endif
