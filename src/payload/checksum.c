/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Checksums: one loop for every CRC, four of other kinds.
 *
 * A CRC's register stands in the upper bits of 32 (reflected: in the lower), so that
 * one width serves all; it takes four bits a step from a table of 16 entries, which costs
 * less to make anew than a short datagram to sum.
 */
#include "payload/checksum.h"

#include <string.h>

#define ADLER_BASE 65521
/* So many bytes fit before the second sum passes 32 bits (RFC 1950, zlib's NMAX). */
#define ADLER_RUN 5552

static uint32_t run_inet16(const uint8_t *data, size_t n)
{
	uint64_t sum = 0;

	for (size_t i = 0; i + 1 < n; i += 2)
		sum += (uint32_t)data[i] << 8 | data[i + 1];
	if (n % 2)
		sum += (uint32_t)data[n - 1] << 8;
	while (sum >> 16)
		sum = (sum & 0xffff) + (sum >> 16);
	return (uint32_t)~sum & 0xffff;
}

static uint32_t run_adler32(const uint8_t *data, size_t n)
{
	uint32_t a = 1, b = 0;

	for (size_t i = 0; i < n;) {
		size_t end = n - i < ADLER_RUN ? n : i + ADLER_RUN;

		for (; i < end; i++) {
			a += data[i];
			b += a;
		}
		a %= ADLER_BASE;
		b %= ADLER_BASE;
	}
	return b << 16 | a;
}

static uint32_t run_sum8(const uint8_t *data, size_t n)
{
	uint32_t sum = 0;

	for (size_t i = 0; i < n; i++)
		sum += data[i];
	return sum & 0xff;
}

static uint32_t run_xor8(const uint8_t *data, size_t n)
{
	uint32_t all = 0;

	for (size_t i = 0; i < n; i++)
		all ^= data[i];
	return all;
}

const struct checksum checksums[] = {
	{ "inet16", 2, "of IP, UDP and ICMP (RFC 1071)", .run = run_inet16 },
	{ "crc8-smbus", 1, "CRC-8/SMBUS", .poly = 0x07 },
	{ "crc16-modbus", 2, "CRC-16/MODBUS; on the wire \":le\"", .poly = 0x8005, .init = 0xffff,
	  .reflected = true },
	{ "crc16-xmodem", 2, "CRC-16/XMODEM", .poly = 0x1021 },
	{ "crc16-ibm-3740", 2, "CRC-16/IBM-3740, often called CCITT-FALSE", .poly = 0x1021,
	  .init = 0xffff },
	{ "crc32", 4, "CRC-32/ISO-HDLC: Ethernet, zip, PNG", .poly = 0x04c11db7, .init = 0xffffffff,
	  .xorout = 0xffffffff, .reflected = true },
	{ "crc32c", 4, "CRC-32/ISCSI, Castagnoli: SCTP, iSCSI", .poly = 0x1edc6f41,
	  .init = 0xffffffff, .xorout = 0xffffffff, .reflected = true },
	{ "adler32", 4, "of zlib (RFC 1950)", .run = run_adler32 },
	{ "sum8", 1, "sum of all bytes modulo 256", .run = run_sum8 },
	{ "xor8", 1, "all bytes joined by exclusive or", .run = run_xor8 },
	{ 0 },
};

const struct checksum *checksum_find(const char *name)
{
	for (const struct checksum *c = checksums; c->name; c++)
		if (strcmp(c->name, name) == 0)
			return c;
	return NULL;
}

static uint32_t reflect(uint32_t bits)
{
	uint32_t out = 0;

	for (int i = 0; i < 32; i++)
		out |= (bits >> i & 1) << (31 - i);
	return out;
}

/* The polynomial and the first register are "width" bits wide; both start at the top of 32. */

static uint32_t run_reflected(uint32_t poly, uint32_t crc, const uint8_t *data, size_t n)
{
	uint32_t table[16];

	for (uint32_t i = 0; i < 16; i++) {
		table[i] = i;
		for (int bit = 0; bit < 4; bit++)
			table[i] = table[i] >> 1 ^ (table[i] & 1 ? poly : 0);
	}
	for (size_t i = 0; i < n; i++) {
		crc ^= data[i];
		crc = crc >> 4 ^ table[crc & 15];
		crc = crc >> 4 ^ table[crc & 15];
	}
	return crc;
}

static uint32_t run_straight(uint32_t poly, uint32_t crc, const uint8_t *data, size_t n)
{
	uint32_t table[16];

	for (uint32_t i = 0; i < 16; i++) {
		table[i] = i << 28;
		for (int bit = 0; bit < 4; bit++)
			table[i] = table[i] << 1 ^ (table[i] >> 31 ? poly : 0);
	}
	for (size_t i = 0; i < n; i++) {
		crc ^= (uint32_t)data[i] << 24;
		crc = crc << 4 ^ table[crc >> 28];
		crc = crc << 4 ^ table[crc >> 28];
	}
	return crc;
}

uint32_t checksum_run(const struct checksum *c, const void *data, size_t n)
{
	unsigned up = 32 - 8 * (unsigned)c->size; /* from the width to the top of 32 bits */
	uint32_t crc;

	if (c->run)
		return c->run(data, n);
	/* An init that is no palindrome would have to be reflected as well, hence both. */
	if (c->reflected)
		crc = run_reflected(reflect(c->poly << up), reflect(c->init << up), data, n);
	else
		crc = run_straight(c->poly << up, c->init << up, data, n) >> up;
	return crc ^ c->xorout;
}
