/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "command/queue.h"

#include "util/text.h"

#include <stdlib.h>
#include <string.h>

#define NAME_SHOWN 80 /* bytes of a path in a message */

struct queue_item {
	struct queue_item *next; /* queued: the one after it; running: the one that sourced it */
	char *line;              /* NULL: a file */
	bool given;              /* the line was */
	const char *option;      /* that the line is of */
	unsigned number;         /* of the line among all -c; 0: it stands for another option */
	struct lines lines;
};

void queue_init(struct queue *q)
{
	*q = (struct queue){ 0 };
	q->end = &q->first;
}

static void item_free(struct queue_item *item)
{
	if (!item->line)
		lines_close(&item->lines);
	free(item->line);
	free(item);
}

static void pop(struct queue *q)
{
	struct queue_item *item = q->top;

	q->top = item->next;
	q->depth--;
	q->place = (struct place){ 0 };
	item_free(item);
}

void queue_drop(struct queue *q)
{
	while (q->top)
		pop(q);
	while (q->first) {
		struct queue_item *item = q->first;

		q->first = item->next;
		item_free(item);
	}
	queue_init(q);
}

static struct queue_item *item_new(struct error *e)
{
	struct queue_item *item = calloc(1, sizeof(*item));

	if (!item)
		err_set(e, ERR_LIMIT, "no memory for a script");
	return item;
}

static void append(struct queue *q, struct queue_item *item)
{
	*q->end = item;
	q->end = &item->next;
}

bool queue_add_line(struct queue *q, const char *option, const char *line, struct error *e)
{
	struct queue_item *item = item_new(e);

	if (!item)
		return false;
	item->line = strdup(line);
	if (!item->line) {
		free(item);
		return err_set(e, ERR_LIMIT, "no memory for a command line");
	}
	item->option = option ? option : "-c";
	item->number = option ? 0 : ++q->lines_given;
	append(q, item);
	return true;
}

static struct queue_item *open_item(const char *path, bool ordinary, struct error *e)
{
	struct queue_item *item = item_new(e);

	if (item && !lines_open(&item->lines, path, ordinary, e)) {
		free(item);
		return NULL;
	}
	return item;
}

bool queue_add_file(struct queue *q, const char *path, struct error *e)
{
	struct queue_item *item = open_item(path, false, e);

	if (item)
		append(q, item);
	return item != NULL;
}

static void push(struct queue *q, struct queue_item *item)
{
	item->next = q->top;
	q->top = item;
	q->depth++;
}

bool queue_source(struct queue *q, const char *path, struct error *e)
{
	struct queue_item *item;

	if (q->depth >= QUEUE_DEPTH)
		return err_set(e, ERR_LIMIT,
			       "%d files source one another already: does one source itself?",
			       QUEUE_DEPTH);
	item = open_item(path, true, e);
	if (item)
		push(q, item);
	return item != NULL;
}

/* ---- reading ---- */

static void push_first(struct queue *q)
{
	struct queue_item *item = q->first;

	q->first = item->next;
	if (!q->first)
		q->end = &q->first;
	push(q, item);
}

static void set_place(struct queue *q, const char *name, unsigned number, const char *line)
{
	q->place = (struct place){ name, number, line, line[0] == ':' };
}

static enum lines_result next_in_file(struct queue *q, struct error *e)
{
	struct lines *l = &q->top->lines;
	const char *line;
	enum lines_result result = lines_next(l, &line, e);

	if (result == LINES_LINE) {
		set_place(q, l->name, l->number, line);
	} else if (result == LINES_FAULT && e->at >= 0) {
		set_place(q, l->name, l->number, line);
		q->place.start = 0; /* its place is one of the whole line */
	}
	return result;
}

enum lines_result queue_next(struct queue *q, struct error *e)
{
	enum lines_result result;

	q->place = (struct place){ 0 };
	while (q->top || q->first) {
		if (!q->top)
			push_first(q);
		if (q->top->line && !q->top->given) {
			q->top->given = true;
			set_place(q, q->top->option, q->top->number, q->top->line);
			return LINES_LINE;
		}
		result = q->top->line ? LINES_END : next_in_file(q, e);
		if (result != LINES_END)
			return result;
		pop(q);
	}
	return LINES_END;
}

int queue_fd(const struct queue *q)
{
	return q->top->lines.fd;
}

void queue_readable(struct queue *q)
{
	q->top->lines.readable = true;
}

void place_prefix(const struct place *p, struct error *e)
{
	size_t n = p->name ? strlen(p->name) : 0;
	size_t cut = n > NAME_SHOWN ? n - NAME_SHOWN : 0;
	const char *line = p->line ? p->line + p->start : "";

	if (!p->name)
		return;
	if (!p->number)
		err_prefix(e, "%s: ", p->name);
	else if (e->at >= 0)
		err_prefix(e, "%s%s:%u:%zu: ", cut ? ".." : "", p->name + cut, p->number,
			   p->start + text_column(line, strlen(line), (size_t)e->at));
	else
		err_prefix(e, "%s%s:%u: ", cut ? ".." : "", p->name + cut, p->number);
	e->at = -1;
}
