/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A file of a recording.  See record_file.h. */
#include "session/record_file.h"

#include "session/new_file.h"
#include "store/pcapng.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define STALLED_MS 2000 /* how long at the end a writer may stand still */

static bool is_stdout(const struct record_file *f)
{
	return strcmp(f->path, "-") == 0;
}

bool record_file_open(struct record_file *f, const char *path, bool overwrite, struct error *e)
{
	int n = snprintf(f->path, sizeof(f->path), "%s", path);

	if (n < 0 || (size_t)n >= sizeof(f->path))
		return err_sys(e, ENAMETOOLONG, "%.60s..", path);
	f->appended = f->written = 0;
	f->fd = STDOUT_FILENO;
	/* Read too: where the last whole block ends is looked up in the file. */
	if (!is_stdout(f) && !new_file_open(path, overwrite, "record FILE", &f->fd, e))
		return false;
	f->out = output_new(f->fd, e);
	if (f->out)
		return true;
	if (!is_stdout(f)) {
		close(f->fd);
		unlink(path);
	}
	return false;
}

/* All that was appended ends with a block. */
static void note_written(struct record_file *f)
{
	if (!output_error(f->out) && output_is_idle(f->out))
		f->written = f->appended;
}

void record_file_flush(struct record_file *f, const struct buf *blocks)
{
	if (blocks->len) {
		f->appended += blocks->len;
		buf_add(output_buffer(f->out), blocks->data, blocks->len);
	}
	output_flush(f->out);
}

void record_file_turn(struct record_file *f)
{
	output_turn(f->out);
	note_written(f);
}

void record_file_wait(struct record_file *f)
{
	struct pollfd done = { .fd = output_fd(f->out), .events = POLLIN };

	output_flush(f->out);
	while (!output_is_idle(f->out)) {
		int n = poll(&done, 1, STALLED_MS);

		if (n == 0 || (n < 0 && errno != EINTR))
			return;
		record_file_turn(f);
	}
}

static bool length_at(void *ctx, uint64_t at, uint32_t *length)
{
	const struct record_file *f = ctx;

	return pread(f->fd, length, sizeof(*length), (off_t)at) == (ssize_t)sizeof(*length);
}

static void cut(struct record_file *f)
{
	struct stat st;
	uint64_t whole;

	if (fstat(f->fd, &st) < 0 || (uint64_t)st.st_size < f->written)
		return;
	whole = pcapng_whole(f->written, (uint64_t)st.st_size, length_at, f);
	if (ftruncate(f->fd, (off_t)whole) < 0)
		return; /* then the file ends within a block, which readers can tell */
}

bool record_file_close(struct record_file *f, struct error *e)
{
	size_t waiting = output_waiting(f->out);
	int errnum = output_error(f->out);

	output_free(f->out);
	f->out = NULL;
	if (is_stdout(f)) {
		/* That a reader leaves is no fault. */
		if (errnum && errnum != EPIPE)
			return err_sys(e, errnum, "recording to stdout");
		return !waiting || err_set(e, ERR_STATE,
					   "the recording is not complete: nobody reads stdout, "
					   "%zu bytes wait",
					   waiting);
	}
	if (errnum || waiting)
		cut(f);
	if (close(f->fd) < 0 && !errnum)
		errnum = errno;
	if (errnum)
		return err_sys(e, errnum, "recording to %s", f->path);
	return !waiting ||
	       err_set(e, ERR_STATE, "%s is not complete: the disk stands still", f->path);
}
