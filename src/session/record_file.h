/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * One file of a recording: opened new, written by a thread, and whatever happens left with whole
 * blocks only.  Part of the recorder: nobody else uses this.
 */
#ifndef SESSION_RECORD_FILE_H
#define SESSION_RECORD_FILE_H

#include "util/err.h"
#include "util/output.h"

#include <limits.h>
#include <stdint.h>

struct record_file {
	char path[PATH_MAX]; /* "-": stdout, which is not closed */
	int fd;
	struct output *out; /* NULL: not open */
	uint64_t appended;  /* bytes, since it was opened */
	uint64_t written;   /* of them surely on the file, up to the end of a block */
};

/* A new file of mode 0600; overwrite: an ordinary one of that name is removed first. */
bool record_file_open(struct record_file *f, const char *path, bool overwrite, struct error *e);

/* Appends "blocks", hands over what waits. */
void record_file_flush(struct record_file *f, const struct buf *blocks);
/* output_fd() has something to tell. */
void record_file_turn(struct record_file *f);

/* Waits until all that was appended is written, or failed, or nothing moved for a while. */
void record_file_wait(struct record_file *f);
/* What was not written by now is cut off, so that the last block is whole; e is why. */
bool record_file_close(struct record_file *f, struct error *e);

#endif
