/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A packet: one thing that happened, as every reader of the store sees it.
 *
 * rx, tx and icmp packets have a number ("no") from 1 without holes; the other
 * kinds stand between them in the same order and have none.  A struct packet is
 * a view: "data" and "text" point into the store (or into the appender's memory)
 * and live as long as the segment is held.  Nobody keeps such a pointer: a packet
 * is known by its number, which never changes.
 */
#ifndef STORE_PACKET_H
#define STORE_PACKET_H

#include "net/addr.h"

#include <stdint.h>

enum packet_kind {
	PACKET_RX,   /* a datagram that was received */
	PACKET_TX,   /* a datagram that was sent, or that the kernel refused to send */
	PACKET_ICMP, /* an error about a datagram that was sent, from the socket error queue */
	PACKET_GAP,  /* "lost" datagrams are missing here */
	PACKET_OPEN, /* the rest are events; "data" is their text, in UTF-8 */
	PACKET_CLOSE,
	PACKET_JOIN,
	PACKET_LEAVE,
	PACKET_ERROR, /* what went wrong by itself: a socket no longer heard, a job that fails */
	PACKET_INTERFACE, /* one came, went, changed; ifindex */
	PACKET_NOTE,      /* connected, disconnected, stopped 12 s, ... */
};

enum packet_flag {
	PACKET_TRUNCATED = 1, /* len > stored */
	PACKET_MULTICAST = 2, /* destination is a group */
	PACKET_BROADCAST = 4, /* destination is a broadcast address */
	PACKET_OWN = 8,       /* rx: our own datagram looped back */
	PACKET_HAS_TTL = 16,
	PACKET_HAS_TOS = 32,
	PACKET_AT_LEAST = 64, /* gap: more may be lost (GRO trains count as one) */
	PACKET_READ = 128,    /* from a capture file: this session neither sent nor heard it */
	PACKET_AT_ONCE = 256, /* rx: a rule answered it as soon as it came; tx: is that answer */
};

enum packet_where { PACKET_WHERE_KERNEL, PACKET_WHERE_STORE };

/* result of PACKET_TX */
#define PACKET_TX_PENDING (-1) /* handed to the kernel, or waiting for room in its buffer */
#define PACKET_TX_SENT 0       /* else the errno */

struct packet_icmp {
	struct addr offender; /* who sent it; family 0: nobody, it is an errno of this host */
	uint64_t cause;       /* number of the datagram it is about, 0 unknown */
	uint32_t info;        /* MTU or pointer, as errqueue_info() says */
	int errnum;
	uint8_t origin; /* enum errqueue_origin */
	uint8_t type, code;
};

struct packet {
	uint64_t seq;  /* place in the store, from 0, all kinds */
	uint64_t no;   /* number, from 1; 0 for kinds without */
	uint64_t time; /* realtime ns */
	enum packet_kind kind;
	uint32_t flags;
	uint32_t socket;   /* session's number of the socket; 0 none */
	uint32_t ifindex;  /* rx: where it came in; 0 unknown; join, leave: not 0 if with it */
	struct addr peer;  /* rx: source; tx: destination; icmp: destination of the cause */
	struct addr local; /* rx: destination address and port; tx: the socket's address and port */
	uint32_t len;      /* true length of the payload */
	uint32_t stored;   /* bytes at data */
	uint8_t ttl, tos;
	uint32_t fragment; /* rx: size of the largest IP fragment it came in, 0: it came whole */
	const uint8_t *data;
	int result;              /* PACKET_TX */
	uint32_t job;            /* PACKET_TX: the job that sent it, 0 none */
	struct packet_icmp icmp; /* PACKET_ICMP */
	uint64_t lost;           /* PACKET_GAP */
	enum packet_where where; /* PACKET_GAP */
};

static inline bool packet_is_numbered(enum packet_kind kind)
{
	return kind == PACKET_RX || kind == PACKET_TX || kind == PACKET_ICMP;
}

/* "rx", "tx", "icmp", "gap", ...: the names of the JSON output. */
const char *packet_kind_name(enum packet_kind kind);

/*
 * The stored form: a fixed head of 48 bytes, then only what the packet has (IPv6 addresses, the
 * facts of an ICMP error, ...), then the bytes, rounded up to 8.  "number_offset" is no - first_no
 * of the segment; the place and the number itself are not stored.
 */
size_t packet_encoded_size(const struct packet *p);
void packet_encode(const struct packet *p, uint32_t number_offset, uint8_t *at);
/* first_no: of the segment.  seq is the caller's to set. */
void packet_decode(const uint8_t *at, uint64_t first_no, struct packet *out);
uint32_t packet_number_offset(const uint8_t *at);
/* The result of a tx packet changes after it was published: atomically. */
void packet_set_result(uint8_t *at, int result);

#endif
