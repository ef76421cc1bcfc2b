/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * pcapng written: blocks appended to a buffer (draft-ietf-opsawg-pcapng).
 *
 * Little-endian whatever the host, times in nanoseconds.  One section holds interface
 * description blocks, each before the first packet that names it, enhanced packet blocks and at
 * the end interface statistics.  Who writes them counts the interfaces, from 0.  Nothing here
 * fails but for want of room: the buffer's sticky flag says so.
 */
#ifndef STORE_PCAPNG_H
#define STORE_PCAPNG_H

#include "util/buf.h"

/* Begins with an Ethernet header.  LINKTYPE_RAW would do without it, but libpcap (1.10.3) opens no
 * file with two interfaces of that type. */
#define PCAPNG_ETHERNET 1
#define PCAPNG_SNAPLEN 262144
#define PCAPNG_COMMENT_MAX 4096 /* longer ones are cut */

/* What each of them is NULL for is left out. */
void pcapng_section(struct buf *out, const char *os, const char *program, const char *comment);
void pcapng_interface(struct buf *out, const char *name, const char *description,
		      uint16_t link_type);

enum pcapng_direction { PCAPNG_UNKNOWN = 0, PCAPNG_INBOUND = 1, PCAPNG_OUTBOUND = 2 };
enum pcapng_reception {
	PCAPNG_UNSPECIFIED = 0,
	PCAPNG_UNICAST = 1,
	PCAPNG_MULTICAST = 2,
	PCAPNG_BROADCAST = 3,
};

struct pcapng_packet {
	uint32_t interface;
	uint64_t time;     /* ns since 1970 */
	uint32_t original; /* length on the wire; what was appended may be less */
	enum pcapng_direction direction;
	enum pcapng_reception reception;
	uint64_t dropped;    /* between the packet before and this one */
	const char *comment; /* NULL: none */
};

/* The packet's bytes are appended between the two; begin returns the place of the block, and
 * buf_cut() there takes it back. */
size_t pcapng_packet_begin(struct buf *out);
void pcapng_packet_end(struct buf *out, size_t block, const struct pcapng_packet *p);

struct pcapng_statistics {
	uint32_t interface;
	uint64_t begun, ended; /* ns since 1970 */
	uint64_t received;
	uint64_t dropped; /* by the operating system, lost to whoever listened */
};

void pcapng_statistics(struct buf *out, const struct pcapng_statistics *s);

/* Where the last whole block ends of those that begin at "from", in a file of n bytes; "length_of"
 * reads the length of a block, which stands at an offset, as it is there. */
uint64_t pcapng_whole(uint64_t from, uint64_t n,
		      bool (*length_of)(void *ctx, uint64_t at, uint32_t *length), void *ctx);

#endif
