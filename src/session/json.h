/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * JSON Lines (RFC 8259): one object per packet, in one line.  Keys come always in this order, those
 * that do not apply are left out:
 *
 *	no	number of a datagram or of an error about one
 *	time	UTC, RFC 3339, nanoseconds: "2026-03-01T11:03:11.301482917Z"
 *	event	rx tx icmp gap open close join leave error note
 *	socket	its number
 *	src sport dst dport
 *		addresses without brackets, a zone by name ("fe80::1%eth1"), and ports.  Of icmp:
 *		where the datagram went that the error is about
 *	ifname	where it was received
 *	ttl tos ecn
 *		numbers; tos is the whole byte, ecn its two lower bits
 *	len truncated own
 *		the payload's true length; was it cut; is it our own looped back
 *	data	payload in hex, of icmp what was quoted of it
 *	text	the same bytes as a string, where they are UTF-8
 *	type code meaning offender pointer mtu cause
 *		of icmp: who said so, and "no" of the datagram it is about
 *	count where
 *		of a gap: how many datagrams are missing, and if "kernel" or "store" dropped them
 *	request rtt
 *		of an answer: "no" of what it answers, and seconds since that was sent
 *	job errno
 *		of tx: errno 0 if the kernel took it, none as long as it waits
 *	message	why it was not sent; what an event is about
 *
 * An error that this host itself found, also one that it wrote to itself by ICMP because nobody
 * answered ARP, has no ICMP type: its event is "error".  Strings are UTF-8 and hold what a terminal
 * may see; all else is \u-escaped.
 */
#ifndef SESSION_JSON_H
#define SESSION_JSON_H

#include "session/session.h"

/* All keys that a packet's object may have, each once, in the order of columns; ends with NULL. */
extern const char *const json_keys[];

/* Any kind of packet. */
void json_packet(struct session *s, const struct packet *p, struct buf *out);
/* What went wrong without a packet that tells it: {"time":...,"event":"error","message":...} */
void json_error(uint64_t time, const char *message, struct buf *out);
/* A row of a listing: {"time":...,"event":EVENT,MEMBERS} */
void json_row(uint64_t time, const char *event, const char *members, struct buf *out);

#endif
