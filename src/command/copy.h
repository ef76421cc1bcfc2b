/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Bytes as a person takes them along: hex digits that the hex notation reads, an array of C, a
 * literal of Python.  No byte of them is in the result as it came.
 */
#ifndef COMMAND_COPY_H
#define COMMAND_COPY_H

#include "command/command.h"

/* Many terminals take no more in one offer: 100,000 characters of base64. */
#define COPY_TERMINALS 74994

enum copy_format { COPY_HEX, COPY_C, COPY_PYTHON };

/* n bytes, at least one; "number" is the packet's, which names them; ends with a newline but for
 * hex. */
void copy_format(enum copy_format f, uint64_t number, const uint8_t *data, size_t n,
		 struct buf *out);
/* Offers them to the face's clipboard and says so. */
bool copy_offer(struct command_call *c, enum copy_format f, uint64_t number, const uint8_t *data,
		size_t n, struct error *e);

#endif
