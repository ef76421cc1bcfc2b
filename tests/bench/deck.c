/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * udpdeck as a person runs it: its screen alive in a terminal of 200x50 that is read
 * all the time.  The receiver thread has RECEIVER_CPU for itself as the bare loop has;
 * the main loop, the painter and the terminal share the other one with the sender.
 */
#include "rx.h"

#include "term.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define ROWS 50
#define COLS 200
#define DEADLINE_MS 20000

struct deck {
	struct term *term;
	uint64_t received, lost; /* what the screen has to show */
};

static bool shows_prompt(struct term *t, void *ctx)
{
	(void)ctx;
	return term_shows(t, "text>");
}

void *deck_start(const struct contender *c, const struct row *row, uint16_t port)
{
	const char *program = getenv("UDPDECK");
	char number[16], buffer[32];
	const char *const argv[] = { program ? program : "./udpdeck",
				     "--no-rc",
				     "--set",
				     buffer,
				     "-l",
				     "127.0.0.1",
				     number,
				     NULL };
	struct deck *d = calloc(1, sizeof(*d));

	(void)c;
	snprintf(number, sizeof(number), "%u", port);
	snprintf(buffer, sizeof(buffer), "rcvbuf=%d", row->rcvbuf);
	if (!d)
		abort();
	d->term = term_start(ROWS, COLS, argv, NULL);
	if (!d->term || !term_until(d->term, shows_prompt, NULL, DEADLINE_MS)) {
		fprintf(stderr, "udpdeck: %s\n", d->term ? term_why(d->term) : "no terminal");
		deck_stop(d);
		return NULL;
	}
	return d;
}

static bool never(struct term *t, void *ctx)
{
	(void)t;
	(void)ctx;
	return false;
}

void deck_attend(void *ctx, int ms)
{
	struct deck *d = ctx;

	term_until(d->term, never, NULL, ms);
}

/* The number behind a word on the screen's second row: "lost 1,204". */
static uint64_t counter(struct term *t, const char *word)
{
	char row[VT_ROW_BYTES];
	const char *at;
	uint64_t n = 0;

	vt_row(term_vt(t), 1, row, sizeof(row));
	at = strstr(row, word);
	for (at = at ? at + strlen(word) : ""; isdigit((unsigned char)*at) || *at == ','; at++)
		if (*at != ',')
			n = 10 * n + (uint64_t)(*at - '0');
	return n;
}

/* The highest packet number in the list. */
static uint64_t last_number(struct term *t)
{
	char row[VT_ROW_BYTES];
	uint64_t most = 0;

	for (int i = 3; i < ROWS; i++) {
		uint64_t no;

		vt_row(term_vt(t), i, row, sizeof(row));
		no = strtoull(row, NULL, 10);
		if (no > most)
			most = no;
	}
	return most;
}

static bool has_counted(struct term *t, void *ctx)
{
	const struct deck *d = ctx;

	return last_number(t) == d->received && counter(t, " lost ") == d->lost;
}

bool deck_agrees(void *ctx, uint64_t sent, uint64_t dropped)
{
	struct deck *d = ctx;

	d->received = sent - dropped;
	d->lost = dropped;
	if (term_until(d->term, has_counted, d, DEADLINE_MS))
		return true;
	fprintf(stderr, "udpdeck shows %llu received and %llu lost, %llu and %llu are true\n",
		(unsigned long long)last_number(d->term),
		(unsigned long long)counter(d->term, " lost "), (unsigned long long)d->received,
		(unsigned long long)d->lost);
	return false;
}

pid_t deck_pid(void *ctx)
{
	const struct deck *d = ctx;

	return term_pid(d->term);
}

void deck_stop(void *ctx)
{
	struct deck *d = ctx;

	if (d->term)
		term_end(d->term);
	free(d);
}
