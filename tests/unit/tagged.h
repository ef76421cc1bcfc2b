/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Packets whose bytes follow from a tag (kept as ifindex): any reader can tell that they are
 * intact. */
#ifndef TESTS_UNIT_TAGGED_H
#define TESTS_UNIT_TAGGED_H

#include "store/store.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

static inline struct store *make(size_t segment, size_t limit)
{
	struct error e;
	struct store *st = store_new(segment, limit, &e);

	if (!st)
		fail_msg("%s", e.text);
	return st;
}

static inline uint32_t mixed(uint32_t n)
{
	n = (n ^ n >> 16) * 0x45d9f3bu;
	return n ^ n >> 16;
}

static inline uint32_t length_of(uint32_t tag)
{
	return mixed(tag) % 300;
}

static inline void fill(uint8_t *bytes, uint32_t tag)
{
	for (uint32_t i = 0; i < length_of(tag); i++)
		bytes[i] = (uint8_t)mixed(tag + i);
}

static inline bool is_intact(const struct packet *p)
{
	uint8_t bytes[300];

	fill(bytes, p->ifindex);
	return p->len == length_of(p->ifindex) && p->stored == p->len &&
	       memcmp(p->data, bytes, p->len) == 0;
}

static inline bool append_tagged(struct store *st, enum packet_kind kind, uint32_t tag)
{
	uint8_t bytes[300];
	struct packet p = {
		.kind = kind,
		.time = 1000 + tag,
		.ifindex = tag,
		.len = length_of(tag),
		.stored = length_of(tag),
		.data = bytes,
		.result = kind == PACKET_TX ? PACKET_TX_PENDING : 0,
	};

	fill(bytes, tag);
	return store_append(st, &p);
}

#endif
