/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Checksums by their names in the catalogue of parametrised CRC algorithms
 * (reveng.sourceforge.io/crc-catalogue): crc32 is CRC-32/ISO-HDLC, crc32c CRC-32/ISCSI.
 *
 * inet16 is RFC 1071, adler32 RFC 1950; sum8 and xor8 are plain: the sum of all bytes
 * modulo 256, and all bytes joined by exclusive or.
 */
#ifndef PAYLOAD_CHECKSUM_H
#define PAYLOAD_CHECKSUM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct checksum {
	const char *name;
	size_t size; /* bytes of the result */
	const char *help;
	/* NULL: a CRC, with the catalogue's parameters; refin and refout are the same in all. */
	uint32_t (*run)(const uint8_t *data, size_t n);
	uint32_t poly, init, xorout;
	bool reflected;
};

/* All of them; ends with name NULL. */
extern const struct checksum checksums[];

/* NULL: there is none of that name. */
const struct checksum *checksum_find(const char *name);

uint32_t checksum_run(const struct checksum *c, const void *data, size_t n);

#endif
