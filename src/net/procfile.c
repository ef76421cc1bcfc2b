/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Files below /proc, read within their bounds.  See procfile.h. */
#include "net/procfile.h"

#include "util/num.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define CHUNK 4096

/* The kernel gives such files in pieces of a page and says no size beforehand. */
static ssize_t read_some(int fd, struct buf *out)
{
	size_t before = out->len, room = out->max - before < CHUNK ? out->max - before : CHUNK;
	char more, *at = room ? buf_extend(out, room) : &more;
	ssize_t n;

	if (!at) {
		errno = ENOMEM;
		return -1;
	}
	do
		n = read(fd, at, room ? room : 1);
	while (n < 0 && errno == EINTR);
	buf_cut(out, before + (room && n > 0 ? (size_t)n : 0));
	if (!room && n > 0) {
		errno = EFBIG;
		return -1;
	}
	return n;
}

static bool read_all(int fd, struct buf *out)
{
	ssize_t n;

	while ((n = read_some(fd, out)) > 0)
		continue;
	return n == 0;
}

bool procfile_read(const char *root, const char *path, struct buf *out, struct error *e)
{
	char name[512];
	int fd, n = snprintf(name, sizeof(name), "%s%s", root, path);
	bool ok;

	if (n < 0 || (size_t)n >= sizeof(name))
		return err_sys(e, ENAMETOOLONG, "%s", path);
	buf_reset(out);
	fd = open(name, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return err_sys(e, errno, "%s", name);
	ok = read_all(fd, out);
	if (!ok)
		err_sys(e, errno, "%s", name);
	close(fd);
	return ok;
}

bool procfile_read_number(const char *root, const char *path, int64_t *out, struct error *e)
{
	struct buf b;
	bool ok;

	buf_init(&b, 64);
	ok = procfile_read(root, path, &b, e);
	if (ok) {
		buf_cut(&b, strcspn(buf_cstr(&b), "\n"));
		ok = num_parse_int(buf_cstr(&b), INT64_MIN, INT64_MAX, out, e) ||
		     err_prefix(e, "%s: ", path);
	}
	buf_done(&b);
	return ok;
}

bool procfile_line(struct procfile_text *t, struct procfile_text *line)
{
	const char *newline;

	if (t->at == t->end)
		return false;
	newline = memchr(t->at, '\n', (size_t)(t->end - t->at));
	line->at = t->at;
	line->end = newline ? newline : t->end;
	t->at = newline ? newline + 1 : t->end;
	return true;
}

static bool is_blank(char c)
{
	return c == ' ' || c == '\t';
}

bool procfile_word(struct procfile_text *t, struct procfile_text *word)
{
	while (t->at < t->end && is_blank(*t->at))
		t->at++;
	if (t->at == t->end)
		return false;
	word->at = t->at;
	while (t->at < t->end && !is_blank(*t->at))
		t->at++;
	word->end = t->at;
	return true;
}

static bool read_number(const struct procfile_text *word, unsigned base, uint64_t max,
			uint64_t *out)
{
	const char *at = word->at;
	uint64_t value = 0;

	if (base == 16 && word->end - at > 2 && at[0] == '0' && at[1] == 'x')
		at += 2;
	for (; at < word->end; at++) {
		int digit = num_hex_digit(*at);

		if (digit < 0 || (unsigned)digit >= base ||
		    value > (UINT64_MAX - (unsigned)digit) / base)
			return false;
		value = value * base + (unsigned)digit;
	}
	if (value > max)
		return false;
	*out = value;
	return true;
}

bool procfile_number(struct procfile_text *t, unsigned skip, unsigned base, uint64_t max,
		     uint64_t *out)
{
	struct procfile_text word;

	do {
		if (!procfile_word(t, &word))
			return false;
	} while (skip--);
	return read_number(&word, base, max, out);
}

bool procfile_is(const struct procfile_text *word, const char *s)
{
	size_t n = (size_t)(word->end - word->at);

	return n == strlen(s) && memcmp(word->at, s, n) == 0;
}
