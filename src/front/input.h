/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Piped input becomes datagrams: one line is one datagram, however it was chunked.
 *
 * It is data: bytes go as they are, NUL included; what begins with ":" is no command
 * and "${" no field.  Only if asked for is a line read in the text or hex notation.
 */
#ifndef FRONT_INPUT_H
#define FRONT_INPUT_H

#include "payload/payload.h"
#include "util/buf.h"
#include "util/err.h"

#include <stdint.h>

#define INPUT_LINE_MAX (256u << 10) /* bytes of a line in text or hex notation */

enum input_notation { NOTATION_NONE, NOTATION_TEXT, NOTATION_HEX };
enum input_line_end { LINE_END_KEEP, LINE_END_NONE, LINE_END_LF, LINE_END_CRLF };

struct input_config {
	enum input_notation notation;
	enum input_line_end line_end; /* hex has none */
	bool whole;                   /* all of the input is one datagram */
};

struct input {
	struct input_config config;
	struct buf bytes; /* read and not used up yet */
	size_t used;      /* of bytes: taken as datagrams */
	size_t looked;    /* of bytes: known to hold no line end */
	uint64_t line;    /* number of the line taken last, from 1 */
	bool over;        /* no more bytes will come */
	struct buf made;  /* a datagram that is not just a piece of bytes */
};

void input_init(struct input *in, const struct input_config *config);
void input_done(struct input *in);

/* Is there room for another chunk?  Take datagrams out first if not. */
#define INPUT_CHUNK (64u << 10)
bool input_wants_more(const struct input *in);
/* Bytes that were read, at most INPUT_CHUNK; 0: that was all.  Datagrams taken before are gone. */
void input_feed(struct input *in, const void *bytes, size_t n);

enum input_next { INPUT_MORE, INPUT_DATAGRAM, INPUT_OVER, INPUT_ERROR };

/*
 * The next datagram.  INPUT_MORE: its line is not complete; INPUT_ERROR: e says what is wrong and
 * begins with the place, "stdin:LINE:COLUMN: ".  The bytes live until the next input_feed() where
 * input_is_stable(), else until the next input_next().
 */
enum input_next input_next(struct input *in, struct payload_env *env, const uint8_t **data,
			   size_t *len, struct error *e);
bool input_is_stable(const struct input *in);
/* Has the last datagram been taken? */
bool input_is_over(const struct input *in);

#endif
