/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A part of a datagram, as Wireshark writes it: [OFFSET:LENGTH], [OFFSET] (one byte), [OFFSET:]
 * (all from there), and with -N in place of OFFSET counted from the end.
 */
#ifndef UTIL_SLICE_H
#define UTIL_SLICE_H

#include "util/buf.h"
#include "util/err.h"

#include <stddef.h>

struct slice {
	int offset;      /* negative: from the end */
	unsigned length; /* 0: up to the end */
};

#define SLICE_MAX 65535 /* of both */

/* Reads "[...]" at the start of text; *used is how much of it that was. */
bool slice_parse(const char *text, struct slice *out, size_t *used, struct error *e);
/* Where the slice lies in len bytes; false: not all of it does. */
bool slice_find(const struct slice *s, size_t len, size_t *at);
/* How many bytes it has there. */
size_t slice_length(const struct slice *s, size_t len, size_t at);
/* As it is written. */
void slice_format(const struct slice *s, struct buf *out);

#endif
