/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What happened in words, as every face says it.
 *
 * All append to "out"; nothing of what they append comes from a peer, but an interface may have
 * been given any name: who prints an address passes it through a canvas or text_escape().
 */
#ifndef SESSION_WORDS_H
#define SESSION_WORDS_H

#include "session/session.h"

/* 12:03:11.301; digits: 0 (no fraction), 3, 6 or 9. */
void words_time(struct buf *out, uint64_t time, int digits, bool utc);
/* "<-", "<m", "<b", "<o", "->", "!!", "--" */
const char *words_direction(const struct packet *p);
/* What a datagram was sent to: "unicast", "multicast", "subnet broadcast", "limited broadcast". */
const char *words_kind(struct session *s, const struct packet *p);
/* "127.0.0.1:53 refused #1198: port unreachable, says 10.0.0.1" */
void words_error(struct buf *out, const struct packet *p);
/* Without the address: "refused #1198: port unreachable, says 10.0.0.1" */
void words_error_event(struct buf *out, const struct packet *p);
/* Its two ends: "127.0.0.1:53 refused" and ": port unreachable, says 10.0.0.1". */
void words_error_subject(struct buf *out, const struct packet *p);
void words_error_meaning(struct buf *out, const struct packet *p);
/* The latter of an error about a datagram to "about". */
void words_said(struct buf *out, const struct packet_icmp *i, const struct addr *about);
/* "312 lost here before they could be received" */
void words_gap(struct buf *out, const struct packet *p);

#endif
