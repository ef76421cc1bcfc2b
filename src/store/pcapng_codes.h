/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Numbers of pcapng (draft-ietf-opsawg-pcapng) that its writer and its reader share; only for
 * store/pcapng.c and store/capfile_blocks.c. */
#ifndef STORE_PCAPNG_CODES_H
#define STORE_PCAPNG_CODES_H

enum block {
	BLOCK_INTERFACE = 1,
	BLOCK_OBSOLETE_PACKET = 2,
	BLOCK_SIMPLE_PACKET = 3,
	BLOCK_STATISTICS = 5,
	BLOCK_PACKET = 6, /* enhanced */
	BLOCK_SECTION = 0x0a0d0d0a,
};

#define BLOCK_MIN 12u /* type, length, length */
#define ORDER_MAGIC 0x1a2b3c4du

/* Of one number are options of different blocks. */
enum option {
	OPTION_END = 0,
	OPTION_COMMENT = 1,
	SECTION_OS = 3,
	SECTION_PROGRAM = 4,
	INTERFACE_NAME = 2,
	INTERFACE_DESCRIPTION = 3,
	INTERFACE_RESOLUTION = 9,
	INTERFACE_SHIFT = 14,
	PACKET_FLAGS = 2,
	PACKET_DROPPED = 4,
	STATISTICS_BEGUN = 2,
	STATISTICS_ENDED = 3,
	STATISTICS_RECEIVED = 4,
	STATISTICS_DROPPED_EARLY = 5, /* isb_ifdrop, where dumpcap puts what libpcap counts */
	STATISTICS_DROPPED = 7,       /* isb_osdrop */
};

#endif
