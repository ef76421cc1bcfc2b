/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Command lines out of a file, one after the other, in the memory of one line.
 *
 * An ordinary file is read as it is needed.  A pipe or a terminal is read only when poll(2) has
 * said that it has something, so nothing here ever waits and nobody's descriptor is made
 * non-blocking.  A line ends with a newline, or a carriage return and a newline, or with the file.
 */
#ifndef COMMAND_LINES_H
#define COMMAND_LINES_H

#include "util/buf.h"
#include "util/err.h"

struct lines {
	char *name;      /* for messages: the path, or "stdin" */
	unsigned number; /* of the line given last, from 1 */
	int fd;
	bool polled;   /* no ordinary file */
	bool readable; /* polled: poll() said so */
	bool ended;    /* nothing more comes */
	struct buf buf;
	size_t at; /* what is before it was given */
};

enum lines_result {
	LINES_LINE,
	LINES_END,
	LINES_WAIT, /* until poll() says POLLIN, or anything else, of fd: then set readable */
	LINES_FAULT,
};

/* path "-": stdin.  ordinary: anything but an ordinary file is refused. */
bool lines_open(struct lines *l, const char *path, bool ordinary, struct error *e);
void lines_close(struct lines *l);

/* *line ends with NUL and lives until the next call.  A line that is too long or holds a NUL is
 * LINES_FAULT; e->at is its place. */
enum lines_result lines_next(struct lines *l, const char **line, struct error *e);

#endif
