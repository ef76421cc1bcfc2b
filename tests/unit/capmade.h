/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Captures made by hand, in either byte order: heads and records of pcap, blocks of pcapng.
 * What is wrong in a file that is to be damaged, a test writes by itself.
 */
#ifndef TESTS_UNIT_CAPMADE_H
#define TESTS_UNIT_CAPMADE_H

#include "util/buf.h"

struct made {
	struct buf b;
	bool big;
	size_t block; /* where the block at hand begins */
};

void made_put16(struct made *m, uint16_t value);
void made_put32(struct made *m, uint32_t value);
void made_put64(struct made *m, uint64_t value);
struct made made_begin(bool big);
void made_pcap_head(struct made *m, uint32_t magic, uint32_t link_type);
void made_pcap_record(struct made *m, uint32_t seconds, uint32_t part, const char *bytes,
		      uint32_t original);
/* The length is filled in at the end. */
void made_block_begin(struct made *m, uint32_t type);
void made_block_end(struct made *m);
void made_option(struct made *m, uint16_t code, const void *value, uint16_t n);
void made_option32(struct made *m, uint16_t code, uint32_t value);
void made_option64(struct made *m, uint16_t code, uint64_t value);
/* program NULL: none. */
void made_section(struct made *m, const char *program);
/* It keeps 4 bytes of each packet.  resolution 0xff: not told. */
void made_interface(struct made *m, uint16_t link_type, const char *name, uint8_t resolution,
		    int64_t shift);
/* What is appended between it and made_block_end() are options. */
void made_packet(struct made *m, uint32_t number, uint64_t units, const char *bytes,
		 uint32_t original);

#endif
