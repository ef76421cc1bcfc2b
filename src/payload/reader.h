/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What the readers of the payload notations share.  Only src/payload includes it.
 */
#ifndef PAYLOAD_READER_H
#define PAYLOAD_READER_H

#include "util/buf.h"
#include "util/err.h"

#include <stdbool.h>
#include <stddef.h>

/* Appends what s[0..n) says to out; may leave a part behind when it fails. */
typedef bool payload_reader(const char *s, size_t n, struct buf *out, struct error *e);

/* Runs a reader so that it appends all or nothing; a full buffer is an error as well. */
bool payload_read(payload_reader *read, const char *s, size_t n, struct buf *out, struct error *e);

/* May c stand between two bytes in hex?  Blanks of all kinds, ":" "-" and ",". */
bool hex_separator(char c);
/* Appends the byte whose two digits begin at s[at], at < n; the error names what stands there. */
bool hex_byte(const char *s, size_t n, size_t at, struct buf *out, struct error *e);

/* Does the text begin like a hex dump, with an offset and the bytes of a row? */
bool dump_begins(const char *s, size_t n);
/* Reads all lines of such a dump; a payload_reader. */
bool dump_read(const char *s, size_t n, struct buf *out, struct error *e);

#endif
