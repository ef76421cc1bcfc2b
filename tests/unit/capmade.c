/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Captures made by hand, in either byte order. */
#include "capmade.h"

#include <string.h>

void made_put16(struct made *m, uint16_t value)
{
	buf_char(&m->b, (char)(m->big ? value >> 8 : value));
	buf_char(&m->b, (char)(m->big ? value : value >> 8));
}

void made_put32(struct made *m, uint32_t value)
{
	made_put16(m, (uint16_t)(m->big ? value >> 16 : value));
	made_put16(m, (uint16_t)(m->big ? value : value >> 16));
}

void made_put64(struct made *m, uint64_t value)
{
	made_put32(m, (uint32_t)(m->big ? value >> 32 : value));
	made_put32(m, (uint32_t)(m->big ? value : value >> 32));
}

struct made made_begin(bool big)
{
	struct made m = { .big = big };

	buf_init(&m.b, 4u << 20);
	return m;
}

/* ---- pcap ---- */

void made_pcap_head(struct made *m, uint32_t magic, uint32_t link_type)
{
	made_put32(m, magic);
	made_put16(m, 2);
	made_put16(m, 4);
	made_put64(m, 0);
	made_put32(m, 262144);
	made_put32(m, link_type);
}

void made_pcap_record(struct made *m, uint32_t seconds, uint32_t part, const char *bytes,
		      uint32_t original)
{
	made_put32(m, seconds);
	made_put32(m, part);
	made_put32(m, (uint32_t)strlen(bytes));
	made_put32(m, original);
	buf_str(&m->b, bytes);
}

/* ---- pcapng ---- */

void made_block_begin(struct made *m, uint32_t type)
{
	m->block = m->b.len;
	made_put32(m, type);
	made_put32(m, 0);
}

void made_block_end(struct made *m)
{
	struct made length = made_begin(m->big);
	uint32_t n;

	buf_fill(&m->b, '\0', (4 - m->b.len % 4) % 4);
	n = (uint32_t)(m->b.len - m->block + 4);
	made_put32(m, n);
	made_put32(&length, n);
	memcpy(m->b.data + m->block + 4, length.b.data, 4);
	buf_done(&length.b);
}

void made_option(struct made *m, uint16_t code, const void *value, uint16_t n)
{
	made_put16(m, code);
	made_put16(m, n);
	buf_add(&m->b, value, n);
	buf_fill(&m->b, '\0', (4u - n % 4u) % 4u);
}

void made_option32(struct made *m, uint16_t code, uint32_t value)
{
	made_put16(m, code);
	made_put16(m, 4);
	made_put32(m, value);
}

void made_option64(struct made *m, uint16_t code, uint64_t value)
{
	made_put16(m, code);
	made_put16(m, 8);
	made_put64(m, value);
}

void made_section(struct made *m, const char *program)
{
	made_block_begin(m, 0x0a0d0d0a);
	made_put32(m, 0x1a2b3c4d);
	made_put16(m, 1);
	made_put16(m, 0);
	made_put64(m, UINT64_MAX);
	if (program)
		made_option(m, 4, program, (uint16_t)strlen(program));
	made_block_end(m);
}

void made_interface(struct made *m, uint16_t link_type, const char *name, uint8_t resolution,
		    int64_t shift)
{
	made_block_begin(m, 1);
	made_put16(m, link_type);
	made_put16(m, 0);
	made_put32(m, 4);
	if (name)
		made_option(m, 2, name, (uint16_t)strlen(name));
	if (resolution != 0xff)
		made_option(m, 9, &resolution, 1);
	if (shift)
		made_option64(m, 14, (uint64_t)shift);
	made_option(m, 0, "", 0);
	made_block_end(m);
}

void made_packet(struct made *m, uint32_t number, uint64_t units, const char *bytes,
		 uint32_t original)
{
	made_block_begin(m, 6);
	made_put32(m, number);
	made_put32(m, (uint32_t)(units >> 32));
	made_put32(m, (uint32_t)units);
	made_put32(m, (uint32_t)strlen(bytes));
	made_put32(m, original);
	buf_str(&m->b, bytes);
	buf_fill(&m->b, '\0', (4 - strlen(bytes) % 4) % 4);
}
