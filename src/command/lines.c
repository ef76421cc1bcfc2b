/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "command/lines.h"

#include "command/command.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define CHUNK 16384

static bool check_kind(struct lines *l, bool ordinary, struct error *e)
{
	struct stat st;

	if (fstat(l->fd, &st) < 0)
		return err_sys(e, errno, "%s", l->name);
	if (S_ISDIR(st.st_mode))
		return err_sys(e, EISDIR, "%s", l->name);
	l->polled = !S_ISREG(st.st_mode);
	return !ordinary || !l->polled || err_set(e, ERR_USAGE, "%s is no ordinary file", l->name);
}

bool lines_open(struct lines *l, const char *path, bool ordinary, struct error *e)
{
	bool is_stdin = strcmp(path, "-") == 0;

	*l = (struct lines){ .fd = *path ? STDIN_FILENO : -1 };
	if (!*path)
		return err_set(e, ERR_USAGE, "the name of a file is missing");
	/* Non-blocking: a fifo without a writer does not hold up the program. */
	if (!is_stdin)
		l->fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	if (l->fd < 0)
		return err_sys(e, errno, "%s", path);
	l->name = strdup(is_stdin ? "stdin" : path);
	if (l->name && check_kind(l, ordinary, e)) {
		/* a line, the end of the one before, and what of the next came with it */
		buf_init(&l->buf, COMMAND_LINE_MAX + CHUNK + 2);
		return true;
	}
	if (!l->name)
		err_set(e, ERR_LIMIT, "no memory for %s", path);
	lines_close(l);
	return false;
}

void lines_close(struct lines *l)
{
	if (l->fd > STDIN_FILENO)
		close(l->fd);
	free(l->name);
	buf_done(&l->buf);
	*l = (struct lines){ .fd = -1 };
}

/* Reads once: LINES_LINE, where the buffer may hold more now. */
static enum lines_result read_more(struct lines *l, struct error *e)
{
	char chunk[CHUNK];
	ssize_t n;

	if (l->polled && !l->readable)
		return LINES_WAIT;
	l->readable = false;
	n = read(l->fd, chunk, sizeof(chunk));
	if (n < 0) {
		if (errno == EINTR || errno == EAGAIN)
			return LINES_WAIT;
		err_sys(e, errno, "%s", l->name);
		return LINES_FAULT;
	}
	if (l->at) {
		memmove(l->buf.data, l->buf.data + l->at, l->buf.len - l->at);
		buf_cut(&l->buf, l->buf.len - l->at);
		l->at = 0;
	}
	l->ended = n == 0;
	if (!buf_add(&l->buf, chunk, (size_t)n)) {
		err_set(e, ERR_LIMIT, "no memory for a line of %s", l->name);
		return LINES_FAULT;
	}
	return LINES_LINE;
}

/* Editors on Windows begin a file with a byte order mark, which is none of its text. */
static size_t mark_len(const char *text)
{
	static const char mark[] = "\xef\xbb\xbf";

	return strncmp(text, mark, sizeof(mark) - 1) == 0 ? sizeof(mark) - 1 : 0;
}

/* buf[at..at + n) is the line. */
static enum lines_result give(struct lines *l, size_t n, const char **line, struct error *e)
{
	char *text = l->buf.data + l->at;
	const char *nul = memchr(text, '\0', n);

	l->number++;
	l->at += n + (l->at + n < l->buf.len);
	text[n] = '\0';
	*line = text + (l->number == 1 ? mark_len(text) : 0);
	if (nul) {
		err_at(e, nul - text, "a NUL byte: \\0 writes one");
		return LINES_FAULT;
	}
	if (n > COMMAND_LINE_MAX) {
		err_at(e, COMMAND_LINE_MAX, "a line may hold 256 KiB");
		return LINES_FAULT;
	}
	if (n > 0 && text[n - 1] == '\r')
		text[n - 1] = '\0';
	return LINES_LINE;
}

enum lines_result lines_next(struct lines *l, const char **line, struct error *e)
{
	for (;;) {
		size_t n = l->buf.len - l->at;
		const char *text = n ? l->buf.data + l->at : "";
		const char *newline = memchr(text, '\n', n);
		enum lines_result result;

		if (newline)
			return give(l, (size_t)(newline - text), line, e);
		if (n > COMMAND_LINE_MAX || (l->ended && n))
			return give(l, n, line, e);
		if (l->ended)
			return LINES_END;
		result = read_more(l, e);
		if (result != LINES_LINE)
			return result;
	}
}
