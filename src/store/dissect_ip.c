/* SPDX-License-Identifier: GPL-3.0-or-later */
/* IPv4 with options, IPv6 with extension headers.  See dissect.h. */
#include "store/dissect_private.h"

#include <netinet/in.h>
#include <string.h>

#define IP4_HEAD 20u
#define IP6_HEAD 40u
#define EXTENSIONS_MAX 16
#define MORE_FRAGMENTS 0x2000u
#define OFFSET_MASK 0x1fffu

static struct addr address(int family, const uint8_t *bytes)
{
	struct addr a = { .family = (uint8_t)family };

	memcpy(a.bytes, bytes, family == AF_INET ? 4 : 16);
	return a;
}

/* A total length of 0: the card was to cut it into packets and fill that in. */
enum dissect_result dissect_ip4(struct view *v, struct ip_head *out)
{
	const struct view whole = *v;
	const uint8_t *head = view_take(v, IP4_HEAD);
	uint32_t size, total, place;

	if (!head)
		return DISSECT_BAD;
	size = (head[0] & 0xfu) * 4;
	total = view_get16(head + 2);
	place = view_get16(head + 6);
	if (!total)
		total = whole.len;
	if (size < IP4_HEAD || total < size || !view_take(v, size - IP4_HEAD))
		return DISSECT_BAD;
	view_limit(v, total - size);
	*out = (struct ip_head){
		.source = address(AF_INET, head + 12),
		.dest = address(AF_INET, head + 16),
		.ttl = head[8],
		.tos = head[1],
		.protocol = head[9],
		.size = total,
		.more = place & MORE_FRAGMENTS,
		.offset = (place & OFFSET_MASK) * 8,
		.id = view_get16(head + 4),
	};
	out->fragment = out->more || out->offset;
	return DISSECT_PACKET;
}

/* Its length; 0: this is none. */
static uint32_t extension_size(uint8_t protocol, const uint8_t *at)
{
	switch (protocol) {
	case IPPROTO_HOPOPTS:
	case IPPROTO_ROUTING:
	case IPPROTO_DSTOPTS:
	case IPPROTO_MH:
		return 8 + 8u * at[1];
	case IPPROTO_AH:
		return 8 + 4u * at[1];
	case IPPROTO_FRAGMENT:
		return 8;
	default:
		return 0;
	}
}

static void take_fragment(struct ip_head *out, const uint8_t *at)
{
	const uint32_t place = view_get16(at + 2);

	out->offset = place & ~7u;
	out->more = place & 1;
	out->id = view_get32(at + 4);
	/* an atomic fragment is a whole datagram (RFC 6946) */
	out->fragment = out->more || out->offset;
}

/* Those behind a fragment header belong to the fragmented part. */
enum dissect_result dissect_extensions(struct view *v, struct ip_head *out)
{
	static const uint8_t any[2];

	for (int i = 0; extension_size(out->protocol, any) && !out->fragment; i++) {
		const uint8_t protocol = out->protocol;
		const uint8_t *at = v->at;

		if (v->n < 8 || i == EXTENSIONS_MAX || !view_take(v, extension_size(protocol, at)))
			return DISSECT_BAD;
		out->protocol = at[0];
		if (protocol == IPPROTO_FRAGMENT)
			take_fragment(out, at);
	}
	return DISSECT_PACKET;
}

/* A payload length of 0 is a jumbogram's (RFC 2675), or the card's to fill in. */
enum dissect_result dissect_ip6(struct view *v, struct ip_head *out)
{
	const uint8_t *head = view_take(v, IP6_HEAD);
	uint32_t length;

	if (!head)
		return DISSECT_BAD;
	length = view_get16(head + 4);
	if (length)
		view_limit(v, length);
	*out = (struct ip_head){
		.source = address(AF_INET6, head + 8),
		.dest = address(AF_INET6, head + 24),
		.ttl = head[7],
		.tos = (uint8_t)(view_get16(head) >> 4),
		.protocol = head[6],
		.size = IP6_HEAD + v->len,
	};
	return dissect_extensions(v, out);
}
