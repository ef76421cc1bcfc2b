/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What a captured frame says about UDP: link layer, IP, UDP, or an ICMP error that quotes UDP.
 *
 * Ethernet with VLAN tags (IEEE 802.1Q, 802.1ad), Linux SLL and SLL2, raw IP, BSD's NULL and LOOP;
 * IPv4 with options (RFC 791), IPv6 with extension headers (RFC 8200), fragments reassembled.
 * Checksums are not looked at: what a host sends often has none yet where it was captured.
 */
#ifndef STORE_DISSECT_H
#define STORE_DISSECT_H

#include "store/capfile.h"
#include "store/packet.h"

struct dissect;

enum dissect_result {
	DISSECT_PACKET,
	DISSECT_FRAGMENT, /* kept until the rest of its datagram comes */
	DISSECT_OTHER,    /* neither UDP nor an error about it */
	DISSECT_BAD,  /* cut off in its headers, lengths that contradict, fragments that overlap */
	DISSECT_LINK, /* a link type that is not known */
};

struct dissected {
	/* PACKET_RX, its peer the source and local the destination, or PACKET_ICMP without a
	 * cause.  Zones are not set.  Its data lies in the frame or in the dissector. */
	struct packet packet;
	enum pcapng_direction direction; /* as the frame or its link layer says */
};

struct dissect *dissect_new(struct error *e);
void dissect_free(struct dissect *d);

/* "interface" becomes the packet's ifindex; fragments of different ones do not mix. */
enum dissect_result dissect_frame(struct dissect *d, const struct capfile_frame *f,
				  uint32_t interface, struct dissected *out);

/*
 * Datagrams of which fragments are missing for good: asked after each DISSECT_FRAGMENT, and at the
 * end with "all", until it says false.  DISSECT_PACKET: what there is of it, marked as truncated;
 * DISSECT_BAD: not even its beginning came.
 */
bool dissect_left(struct dissect *d, bool all, struct dissected *out, enum dissect_result *result);

#endif
