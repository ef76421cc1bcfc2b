/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * IP fragments become datagrams again (RFC 791, RFC 8200 section 4.5).
 *
 * Bounded: REASSEMBLY_MAX datagrams at a time, 64 KiB each; the oldest makes room.  One with
 * fragments that overlap is refused as a whole (RFC 5722, and here for IPv4 as well); the same
 * fragment once more, as captures on several interfaces have it, changes nothing.
 */
#ifndef STORE_REASSEMBLY_H
#define STORE_REASSEMBLY_H

#include "net/addr.h"

#define REASSEMBLY_MAX 64
#define REASSEMBLY_RANGES 64                      /* pieces with holes between them */
#define REASSEMBLY_NS (UINT64_C(30) * 1000000000) /* how long the rest may take, in file time */

struct reassembly;

/* Of which datagram, and what its header says besides; all but the key is kept of the first. */
struct fragment {
	/* the key */
	struct addr source, dest;
	uint32_t id, interface;
	uint8_t protocol; /* IPv6: of what follows the fragment header */
	/* facts */
	uint64_t time;
	uint32_t size;       /* of the IP packet */
	uint32_t link_facts; /* the user's */
	uint8_t ttl, tos;
	/* this piece */
	uint32_t offset;
	bool more;
	const uint8_t *data;
	uint32_t len, captured; /* what is missing of it at the end was not captured */
};

struct reassembled {
	struct fragment of;     /* of the piece at the beginning; size: the largest */
	const uint8_t *data;    /* from the beginning on, without a hole */
	uint32_t len, captured; /* len: as far as it is known */
};

enum reassembly_result {
	REASSEMBLY_WAITS,
	REASSEMBLY_WHOLE,   /* out is good until the next call */
	REASSEMBLY_REFUSED, /* this piece, or the datagram because of it */
};

struct reassembly *reassembly_new(struct error *e);
void reassembly_free(struct reassembly *r);

/* What reassembly_left() has to give goes first. */
enum reassembly_result reassembly_add(struct reassembly *r, const struct fragment *f,
				      struct reassembled *out);

/*
 * The datagrams that will not become whole: had to make room, took too long, or (all) each that
 * waits; false: no more.  captured 0: their beginning never came.  They are out of order.
 */
bool reassembly_left(struct reassembly *r, bool all, struct reassembled *out);

#endif
