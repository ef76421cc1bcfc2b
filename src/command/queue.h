/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The command lines that are still to be run, in their order: single ones (-c), files (-f), and
 * files that those source.  Only command/script.c uses it.
 */
#ifndef COMMAND_QUEUE_H
#define COMMAND_QUEUE_H

#include "command/lines.h"

#define QUEUE_DEPTH 16 /* files that "source" one another */

struct queue_item;

/* The line that runs; it lives until the next call of queue_next() or queue_drop(). */
struct place {
	const char *name; /* NULL: typed at the prompt */
	unsigned number;
	const char *line; /* NULL: none */
	size_t start;     /* behind the colon that a line may begin with */
};

struct queue {
	struct queue_item *first, **end; /* not yet begun */
	struct queue_item *top;          /* whose lines run */
	unsigned depth, lines_given;
	struct place place;
};

void queue_init(struct queue *q);
void queue_drop(struct queue *q); /* empties it */

/* option: the name of the one that the line stands for; NULL: -c. */
bool queue_add_line(struct queue *q, const char *option, const char *line, struct error *e);
bool queue_add_file(struct queue *q, const char *path, struct error *e);
/* An ordinary file whose lines come before the rest of the one that runs. */
bool queue_source(struct queue *q, const char *path, struct error *e);

/* The next line into q->place.  LINES_WAIT: when queue_fd() can be read, queue_readable() and the
 * same again.  LINES_FAULT: q->place is where, if e->at is a column. */
enum lines_result queue_next(struct queue *q, struct error *e);
int queue_fd(const struct queue *q);
void queue_readable(struct queue *q);

/* Puts FILE:LINE:COLUMN of the line that runs in front of what is wrong with it; of a long path
 * the end says which it is. */
void place_prefix(const struct place *p, struct error *e);

#endif
