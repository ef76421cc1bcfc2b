/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The socket error queue: ICMP and local errors, who sent them, about which datagram.
 *
 * recvmsg(MSG_ERRQUEUE) with IP_RECVERR / IPV6_RECVERR (Linux 2.2).  A v4 destination on an
 * AF_INET6 socket arrives as IPV6_RECVERR with origin ICMP and IPv4 types (seen on 6.18).
 */
#ifndef NET_ERRQUEUE_H
#define NET_ERRQUEUE_H

#include "net/addr.h"

#define ERRQUEUE_QUOTE 1536 /* what is kept of the quoted payload */

enum errqueue_origin { ERRQUEUE_LOCAL, ERRQUEUE_ICMP, ERRQUEUE_ICMP6 };

struct errqueue_entry {
	uint64_t time; /* realtime ns */
	/* Where the datagram was going; a local error of an unconnected socket does not tell the
	 * port (6.18): 0. */
	struct addr dest;
	struct addr offender; /* who sent the error; family 0: this host's own */
	enum errqueue_origin origin;
	uint8_t type, code;
	int errnum;
	uint32_t mtu;    /* of "fragmentation needed" / "packet too big", else 0 */
	uint32_t quoted; /* bytes of the datagram's payload that came back */
	uint8_t quote[ERRQUEUE_QUOTE];
};

/* Takes one entry; false when the queue is empty. Entries that are no errors (time stamps) are
 * skipped. */
bool errqueue_read(int fd, struct errqueue_entry *out);

/* "port unreachable", "TTL exceeded in transit", "fragmentation needed (MTU 1280)", or for a local
 * error the words of errno.  Static text but for unknown ones, hence the buffer. */
void errqueue_words(struct buf *out, enum errqueue_origin origin, uint8_t type, uint8_t code,
		    int errnum, uint32_t mtu);
/* The short mark of a socket: "refused", "unreachable", "ttl", "too big", "error". */
const char *errqueue_mark(enum errqueue_origin origin, uint8_t type, uint8_t code, int errnum);

/* Did somebody say that the destination cannot be reached?  Packets that are too big or too old do
 * not count. */
bool errqueue_is_unreachable(enum errqueue_origin origin, uint8_t type, uint8_t code);

#endif
