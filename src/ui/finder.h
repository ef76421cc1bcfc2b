/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * "find": the next packet of the list that matches, and which bytes do.
 *
 * The search looks at packets in slices of a few milliseconds, from the selection on, around the
 * end of the list and back, so that no key waits however many there are.  What the list's filter
 * hides is not found.
 */
#ifndef UI_FINDER_H
#define UI_FINDER_H

#include "match/what.h"
#include "store/store.h"
#include "ui/matches.h"
#include "util/clock.h"

/* What became of a search. */
enum finding {
	FINDER_IDLE,    /* there is none */
	FINDER_LOOKING, /* it goes on */
	FINDER_FOUND,   /* at "at" */
	FINDER_NOTHING, /* all was looked at */
};

struct finder {
	struct what *what; /* NULL: nothing is looked for and highlighted */
	struct filter_env env;
	enum finding state;
	bool up;          /* to older ones */
	bool wrapped;     /* it went on at the other end */
	uint64_t at;      /* looked at next, or found */
	uint64_t stop;    /* where it began; once wrapped it ends here */
	uint64_t origin;  /* what was selected then; UINT64_MAX: nothing */
	uint64_t unknown; /* passed over, because WHAT gave up on them */
	unsigned block;   /* packets looked at between two looks at the clock */
};

/* Takes "what"; NULL: no highlighting any more. */
void finder_set(struct finder *f, struct what *what);
/* Looks behind "from", or before it; what is there itself comes last. */
void finder_start(struct finder *f, uint64_t from, bool up);
void finder_stop(struct finder *f);

/* Looks on until the moment "until" (monotonic ns) at what is listed: [start, end) of which "m"
 * shows; returns the state. */
enum finding finder_turn(struct finder *f, struct store *st, const struct matches *m,
			 uint64_t start, uint64_t end, const struct clock *clock, uint64_t until);

#endif
