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

/* Who says so.  OWN and OWN6 are ICMP errors, with its types and codes, that this host wrote to
 * itself about another host: nobody answered ARP or neighbour discovery, or a rule of its own
 * firewall rejects (told by the address that the error came from and came to, 6.18). */
enum errqueue_origin {
	ERRQUEUE_LOCAL, /* this host's own, without ICMP: an errno */
	ERRQUEUE_ICMP,
	ERRQUEUE_ICMP6,
	ERRQUEUE_OWN,
	ERRQUEUE_OWN6,
};

/* What the number is that comes along. */
enum errqueue_info {
	ERRQUEUE_NOTHING,
	ERRQUEUE_MTU,     /* of the next hop; of a local error what this host knows of the path */
	ERRQUEUE_POINTER, /* of a parameter problem: the octet from the IP header on */
};

struct errqueue_entry {
	uint64_t time; /* realtime ns */
	/* Where the datagram was going; a local error of an unconnected socket does not tell the
	 * port (6.18): 0. */
	struct addr dest;
	struct addr offender; /* who sent the error; family 0 where nobody did */
	enum errqueue_origin origin;
	uint8_t type, code;
	int errnum;
	uint32_t info;   /* errqueue_info() says what; 0: it was not told */
	uint32_t quoted; /* bytes of the datagram's payload that came back */
	uint8_t quote[ERRQUEUE_QUOTE];
};

/* Takes one entry; false when the queue is empty. Entries that are no errors (time stamps) are
 * skipped. */
bool errqueue_read(int fd, struct errqueue_entry *out);

/* Is it this host that says so, not the network? */
bool errqueue_is_local(enum errqueue_origin origin);
enum errqueue_info errqueue_info(enum errqueue_origin origin, uint8_t type, int errnum);

/* "port unreachable", "TTL exceeded in transit", "fragmentation needed (MTU 1280)", "nobody answers
 * ARP", or the words of errno.  info 0: without the number.  Static text but for unknown ones,
 * hence the buffer. */
void errqueue_words(struct buf *out, enum errqueue_origin origin, uint8_t type, uint8_t code,
		    int errnum, uint32_t info);
/* The short mark of a socket or peer: "refused", "unreachable", "prohibited", "ttl", "too big",
 * "error". */
const char *errqueue_mark(enum errqueue_origin origin, uint8_t type, uint8_t code, int errnum);

/* Did somebody say that the destination cannot be reached?  Packets that are too big or too old do
 * not count. */
bool errqueue_is_unreachable(enum errqueue_origin origin, uint8_t type, uint8_t code);

#endif
