/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What happened, printed: the formats of -o.
 *
 *	raw     the payloads of received datagrams and nothing else; not our own looped back
 *	text    TIME SOCKET DIR PEER LEN TEXT, parted by tabs
 *	hex     a head line, then the payload as a dump, which the hex notation reads back
 *	json    one object a line (session/json.h)
 *	csv     the same facts as a table, below a line with their names (session/csv.h)
 *
 * text and hex print received datagrams, errors (what could not be sent is one) and gaps, with
 * verbose also what was sent; json and csv print everything.  TIME is local, to the microsecond;
 * DIR is what the screen's list has; TEXT of a datagram is in the text notation: typing it back
 * gives the same bytes.  LEN of one that was cut is "1000 of 1500".  What is no datagram has LEN
 * "-", and TEXT says what happened; what does not apply is "-".
 *
 * But for raw no byte of a peer leaves as it came: lines hold neither controls nor anything else
 * that text_next() refuses, whatever a datagram or the name of an interface holds.
 */
#ifndef SESSION_WRITER_H
#define SESSION_WRITER_H

#include "session/session.h"

enum writer_format { WRITER_RAW, WRITER_TEXT, WRITER_HEX, WRITER_JSON, WRITER_CSV };

/* By name. */
bool writer_named(const char *name, enum writer_format *out);
const char *writer_name(enum writer_format format);
/* As writer_named(), of -o; an unknown one is an error that says what there is. */
bool writer_find(const char *name, enum writer_format *out, struct error *e);

/* Appends what stands before the first packet. */
void writer_head(enum writer_format format, struct buf *out);

/* Has the format anything to say about p? */
bool writer_tells(enum writer_format format, bool verbose, const struct packet *p);

/* Appends what that is. */
void writer_packet(enum writer_format format, struct session *s, bool verbose,
		   const struct packet *p, struct buf *out);

#endif
