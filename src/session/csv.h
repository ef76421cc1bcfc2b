/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Packets as a table (RFC 4180): a line of names, then one line per packet.
 *
 * Names and values are those of JSON (session/json.h), one column for each key, empty where a
 * packet does not have it; "text" is the payload in the text notation, whatever its bytes are.
 * A field that begins like a formula of a spreadsheet (= + - @) begins with that character's
 * \xHH instead, which typed back means the same.  No field holds a control or a line end.
 */
#ifndef SESSION_CSV_H
#define SESSION_CSV_H

#include "session/session.h"

void csv_head(struct buf *out);
void csv_packet(struct session *s, const struct packet *p, struct buf *out);

#endif
