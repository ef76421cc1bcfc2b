/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Files below /proc: read whole, then looked at word by word within their bounds.
 *
 * "root" stands in front of every path, so that tests can bring files of their own; "" is the
 * system's.
 */
#ifndef NET_PROCFILE_H
#define NET_PROCFILE_H

#include "util/buf.h"
#include "util/err.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define PROCFILE_MAX (8u << 20) /* bytes; a list gone wild is an error, not a cut */

/* Replaces what "out" held; the maximum is out's own.  ERR_SYSTEM names the path. */
bool procfile_read(const char *root, const char *path, struct buf *out, struct error *e);
/* A file that holds one number: a sysctl. */
bool procfile_read_number(const char *root, const char *path, int64_t *out, struct error *e);

/* Text that is being looked at: what is left of it. */
struct procfile_text {
	const char *at, *end;
};

static inline struct procfile_text procfile_text(const char *s, size_t n)
{
	return (struct procfile_text){ s, n ? s + n : s };
}

/* Takes the next line (without its newline), the next word between blanks; false: none is left. */
bool procfile_line(struct procfile_text *t, struct procfile_text *line);
bool procfile_word(struct procfile_text *t, struct procfile_text *word);
/* Takes "skip" words away, then one that has to be a number without a sign, all of it and at most
 * "max".  Base 16 takes a leading 0x, too. */
bool procfile_number(struct procfile_text *t, unsigned skip, unsigned base, uint64_t max,
		     uint64_t *out);
bool procfile_is(const struct procfile_text *word, const char *s);

#endif
