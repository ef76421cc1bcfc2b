/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * JSON Lines (RFC 8259): one object per event, keys always in the same order, those that do not
 * apply left out:
 *
 *	no time event socket src sport dst dport ifname ttl tos ecn len truncated own data text
 *	type code meaning offender mtu cause count where job errno message
 *
 * "time" is UTC (RFC 3339) to the nanosecond, "len" the true length, "data" hex, "text" the same
 * bytes where they are UTF-8.  All strings are UTF-8; what a terminal must not see is \u-escaped.
 */
#ifndef FRONT_JSON_H
#define FRONT_JSON_H

#include "session/session.h"

/* Any kind of packet. */
void json_packet(struct session *s, const struct packet *p, struct buf *out);
/* {"time":...,"event":"error","message":...} */
void json_error(uint64_t time, const char *message, struct buf *out);

#endif
