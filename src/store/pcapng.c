/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Blocks of a pcapng file.  See pcapng.h. */
#include "store/pcapng.h"

#include "store/pcapng_codes.h"

#include <endian.h>
#include <string.h>

#define NANOSECONDS 9 /* if_tsresol: 10 to the power of -9 */

#define PACKET_HEAD 28u     /* of an enhanced packet block, up to its bytes */
#define PACKET_CAPTURED 20u /* in it */

static void put16(struct buf *out, uint16_t value)
{
	value = htole16(value);
	buf_add(out, &value, sizeof(value));
}

static void put32(struct buf *out, uint32_t value)
{
	value = htole32(value);
	buf_add(out, &value, sizeof(value));
}

static void put64(struct buf *out, uint64_t value)
{
	value = htole64(value);
	buf_add(out, &value, sizeof(value));
}

/* A time is two words, the high one first whatever the byte order. */
static void put_time(struct buf *out, uint64_t ns)
{
	put32(out, (uint32_t)(ns >> 32));
	put32(out, (uint32_t)ns);
}

static void pad(struct buf *out, size_t n)
{
	buf_fill(out, '\0', (4 - n % 4) % 4);
}

static void option_head(struct buf *out, enum option code, size_t n)
{
	put16(out, (uint16_t)code);
	put16(out, (uint16_t)n);
}

/* Cut where a character of UTF-8 begins. */
static void option_text(struct buf *out, enum option code, const char *text)
{
	size_t n = text ? strlen(text) : 0;

	if (!n)
		return;
	if (n > PCAPNG_COMMENT_MAX) {
		n = PCAPNG_COMMENT_MAX;
		while (n && ((unsigned char)text[n] & 0xc0) == 0x80)
			n--;
	}
	option_head(out, code, n);
	buf_add(out, text, n);
	pad(out, n);
}

static void option64(struct buf *out, enum option code, uint64_t value)
{
	option_head(out, code, 8);
	put64(out, value);
}

static void option_time(struct buf *out, enum option code, uint64_t ns)
{
	option_head(out, code, 8);
	put_time(out, ns);
}

static size_t block_begin(struct buf *out, uint32_t type)
{
	size_t at = out->len;

	put32(out, type);
	put32(out, 0); /* the length, when it is known */
	return at;
}

static void set32(struct buf *out, size_t at, uint32_t value)
{
	value = htole32(value);
	if (!out->failed)
		memcpy(out->data + at, &value, sizeof(value));
}

static void block_end(struct buf *out, size_t at)
{
	uint32_t length = (uint32_t)(out->len - at + 4);

	put32(out, length);
	set32(out, at + 4, length);
}

void pcapng_section(struct buf *out, const char *os, const char *program, const char *comment)
{
	size_t at = block_begin(out, BLOCK_SECTION);

	put32(out, ORDER_MAGIC);
	put16(out, 1); /* version 1.0 */
	put16(out, 0);
	put64(out, UINT64_MAX); /* a section of unknown length */
	option_text(out, OPTION_COMMENT, comment);
	option_text(out, SECTION_OS, os);
	option_text(out, SECTION_PROGRAM, program);
	option_head(out, OPTION_END, 0);
	block_end(out, at);
}

void pcapng_interface(struct buf *out, const char *name, const char *description,
		      uint16_t link_type)
{
	size_t at = block_begin(out, BLOCK_INTERFACE);

	put16(out, link_type);
	put16(out, 0);
	put32(out, PCAPNG_SNAPLEN);
	option_text(out, INTERFACE_NAME, name);
	option_text(out, INTERFACE_DESCRIPTION, description);
	option_head(out, INTERFACE_RESOLUTION, 1);
	buf_char(out, NANOSECONDS);
	pad(out, 1);
	option_head(out, OPTION_END, 0);
	block_end(out, at);
}

size_t pcapng_packet_begin(struct buf *out)
{
	size_t at = block_begin(out, BLOCK_PACKET);

	buf_fill(out, '\0', PACKET_HEAD - 8);
	return at;
}

static void packet_options(struct buf *out, const struct pcapng_packet *p)
{
	uint32_t flags = (uint32_t)p->direction | (uint32_t)p->reception << 2;

	if (flags) {
		option_head(out, PACKET_FLAGS, 4);
		put32(out, flags);
	}
	if (p->dropped)
		option64(out, PACKET_DROPPED, p->dropped);
	option_text(out, OPTION_COMMENT, p->comment);
	option_head(out, OPTION_END, 0);
}

void pcapng_packet_end(struct buf *out, size_t block, const struct pcapng_packet *p)
{
	size_t captured = out->len - block - PACKET_HEAD;

	set32(out, block + 8, p->interface);
	set32(out, block + 12, (uint32_t)(p->time >> 32));
	set32(out, block + 16, (uint32_t)p->time);
	set32(out, block + PACKET_CAPTURED, (uint32_t)captured);
	set32(out, block + PACKET_CAPTURED + 4, p->original);
	pad(out, captured);
	packet_options(out, p);
	block_end(out, block);
}

void pcapng_statistics(struct buf *out, const struct pcapng_statistics *s)
{
	size_t at = block_begin(out, BLOCK_STATISTICS);

	put32(out, s->interface);
	put_time(out, s->ended);
	option_time(out, STATISTICS_BEGUN, s->begun);
	option_time(out, STATISTICS_ENDED, s->ended);
	option64(out, STATISTICS_RECEIVED, s->received);
	option64(out, STATISTICS_DROPPED, s->dropped);
	option_head(out, OPTION_END, 0);
	block_end(out, at);
}

uint64_t pcapng_whole(uint64_t from, uint64_t n,
		      bool (*length_of)(void *ctx, uint64_t at, uint32_t *length), void *ctx)
{
	uint32_t length;

	while (n - from >= BLOCK_MIN && length_of(ctx, from + 4, &length)) {
		length = le32toh(length);
		if (length < BLOCK_MIN || length > n - from)
			break;
		from += length;
	}
	return from;
}
