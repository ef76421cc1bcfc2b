/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Frames as a packet socket hands them over, read as far as group traffic goes: UDP datagrams, and
 * what hosts and routers say about memberships by IGMP (RFC 1112, 2236, 3376) and MLD (RFC 2710,
 * 3810).
 *
 * Every byte is somebody else's: nothing is read past the end, extension headers, VLAN tags and
 * records have budgets.  Checksums are not verified: the kernel fills those of its own datagrams in
 * after a packet socket has seen them.
 */
#ifndef NET_FRAME_H
#define NET_FRAME_H

#include "net/addr.h"

#define FRAME_RECORDS 16 /* of a report are kept; there is room for some 180 in a frame */

enum frame_kind {
	FRAME_OTHER, /* nothing of the below, a later fragment, or broken */
	FRAME_DATAGRAM,
	FRAME_QUERY,
	FRAME_REPORT,
	FRAME_LEAVE, /* IGMPv2 leave, MLDv1 done */
};

/* RFC 3376 section 4.2.12, RFC 3810 section 5.2.12 */
enum frame_record_type {
	RECORD_IS_INCLUDE = 1,
	RECORD_IS_EXCLUDE,
	RECORD_TO_INCLUDE,
	RECORD_TO_EXCLUDE,
	RECORD_ALLOW,
	RECORD_BLOCK,
};

/* What a report says of one group.  Older reports are one record that excludes nothing. */
struct frame_record {
	uint8_t type;
	uint16_t sources;
	struct addr group;
	struct addr source; /* the first one */
};

struct frame {
	enum frame_kind kind;
	uint16_t vlan;      /* the outer tag that was still in the frame; 0: none */
	struct addr source; /* of a datagram with its port */
	struct addr dest;
	uint8_t ttl;
	uint32_t len;      /* of a datagram's payload, as its header says */
	uint8_t version;   /* of IGMP or MLD */
	struct addr group; /* FRAME_QUERY: that is asked for, family 0: all; FRAME_LEAVE */
	uint16_t sources;  /* FRAME_QUERY: that are asked for */
	struct frame_record records[FRAME_RECORDS]; /* FRAME_REPORT */
	size_t record_count;
	uint16_t records_more; /* that were not kept */
};

/*
 * Reads a frame whose network header (or further VLAN tag) begins at data; protocol is the
 * EtherType in host order.  ifindex goes into addresses that need a zone.  Always fills *out.
 */
void frame_parse(uint16_t protocol, const uint8_t *data, size_t n, unsigned ifindex,
		 struct frame *out);

/* "IGMPv3 report: joins 239.1.2.3, leaves 239.1.2.4", "MLDv2 query of ff15::1"; for queries,
 * reports and leaves. */
void frame_format(const struct frame *f, struct buf *out);

#endif
