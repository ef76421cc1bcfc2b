/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A packet socket that hears what interfaces carry before the host decides what becomes of it: the
 * group traffic (UDP to groups, IGMP and MLD, received and sent) without joining anything, or all
 * UDP to one port.  It needs CAP_NET_RAW.
 *
 * While it is open the interfaces take every group from the wire (PACKET_MR_ALLMULTI); what a
 * switch keeps away is not there to be heard.  The kernel's filter lets nothing else through, so
 * other traffic costs nothing.
 */
#ifndef NET_SNIFF_H
#define NET_SNIFF_H

#include "net/frame.h"

#include <net/if.h>

struct sniff {
	int fd;         /* readable when there is something to read */
	uint64_t drops; /* that the kernel had no room for, as of sniff_count_drops() */
};

struct sniffed {
	unsigned ifindex;
	bool sent;    /* by this host */
	bool foreign; /* to another host's link address: the interface takes everything */
	struct frame frame;
};

/* ifindex 0: all interfaces, those to come, too.  port 0: the group traffic; else UDP to it.  all:
 * the interfaces, count of them, that take every group from the wire. */
bool sniff_open(struct sniff *s, unsigned ifindex, uint16_t port, const unsigned *all, size_t count,
		struct error *e);
void sniff_close(struct sniff *s); /* a zeroed one with fd -1 is fine */

/* The next frame; false: there is none now. */
bool sniff_read(struct sniff *s, struct sniffed *out);
/* Reads how many frames were dropped into s->drops. */
void sniff_count_drops(struct sniff *s);

#endif
