/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The stored form of a packet: written once by the store's writer, read in place
 * by any number of readers.
 *
 * Addresses of IPv4, which is nearly all, fit the head; what is rarer follows it
 * in this order, each only if the head's "shape" or kind says so: the IPv6 peer,
 * the IPv6 local address, the job, the fragment size, the facts of an ICMP error,
 * the count of a gap.  Then come the bytes.  Records begin at multiples of 8, the parts need not.
 */
#include "store/packet.h"

#include <assert.h>
#include <string.h>

struct head {
	uint64_t time;
	uint32_t number; /* no - first_no of the segment */
	uint32_t len, stored;
	uint32_t socket, ifindex;
	uint8_t peer[4], local[4]; /* IPv4 */
	uint16_t peer_port, local_port;
	int16_t result; /* the only field that changes after publishing; errno values are small */
	uint16_t flags;
	uint8_t kind, ttl, tos, shape;
};

static_assert(sizeof(struct head) == 48, "a head is three quarters of a cache line");

enum shape {
	PEER_V4 = 1,
	PEER_V6 = 2,
	LOCAL_V4 = 4,
	LOCAL_V6 = 8,
	HAS_JOB = 16,
	HAS_FRAGMENT = 32,
};

struct gap_part {
	uint64_t lost;
	uint32_t where;
};

static const char *const kind_names[] = {
	[PACKET_RX] = "rx",       [PACKET_TX] = "tx",
	[PACKET_ICMP] = "icmp",   [PACKET_GAP] = "gap",
	[PACKET_OPEN] = "open",   [PACKET_CLOSE] = "close",
	[PACKET_JOIN] = "join",   [PACKET_LEAVE] = "leave",
	[PACKET_ERROR] = "error", [PACKET_INTERFACE] = "interface",
	[PACKET_NOTE] = "note",
};

const char *packet_kind_name(enum packet_kind kind)
{
	return kind_names[kind];
}

static uint8_t shape_of(const struct packet *p)
{
	unsigned shape = 0;

	if (p->peer.family == AF_INET)
		shape |= PEER_V4;
	else if (p->peer.family == AF_INET6)
		shape |= PEER_V6;
	if (p->local.family == AF_INET)
		shape |= LOCAL_V4;
	else if (p->local.family == AF_INET6)
		shape |= LOCAL_V6;
	if (p->job)
		shape |= HAS_JOB;
	if (p->fragment)
		shape |= HAS_FRAGMENT;
	return (uint8_t)shape;
}

static size_t parts_size(enum packet_kind kind, uint8_t shape)
{
	size_t n = 0;

	if (shape & PEER_V6)
		n += sizeof(struct addr);
	if (shape & LOCAL_V6)
		n += sizeof(struct addr);
	if (shape & HAS_JOB)
		n += sizeof(uint32_t);
	if (shape & HAS_FRAGMENT)
		n += sizeof(uint32_t);
	if (kind == PACKET_ICMP)
		n += sizeof(struct packet_icmp);
	else if (kind == PACKET_GAP)
		n += sizeof(struct gap_part);
	return n;
}

size_t packet_encoded_size(const struct packet *p)
{
	size_t n = sizeof(struct head) + parts_size(p->kind, shape_of(p)) + p->stored;

	return (n + 7) & ~(size_t)7;
}

static uint8_t *put(uint8_t *at, const void *from, size_t n)
{
	memcpy(at, from, n);
	return at + n;
}

static uint8_t *encode_parts(const struct packet *p, uint8_t shape, uint8_t *at)
{
	if (shape & PEER_V6)
		at = put(at, &p->peer, sizeof(p->peer));
	if (shape & LOCAL_V6)
		at = put(at, &p->local, sizeof(p->local));
	if (shape & HAS_JOB)
		at = put(at, &p->job, sizeof(p->job));
	if (shape & HAS_FRAGMENT)
		at = put(at, &p->fragment, sizeof(p->fragment));
	if (p->kind == PACKET_ICMP) {
		at = put(at, &p->icmp, sizeof(p->icmp));
	} else if (p->kind == PACKET_GAP) {
		struct gap_part gap = { .lost = p->lost, .where = p->where };

		at = put(at, &gap, sizeof(gap));
	}
	return at;
}

void packet_encode(const struct packet *p, uint32_t number_offset, uint8_t *at)
{
	struct head *h = (struct head *)(void *)at;
	uint8_t shape = shape_of(p);

	h->time = p->time;
	h->number = number_offset;
	h->len = p->len;
	h->stored = p->stored;
	h->socket = p->socket;
	h->ifindex = p->ifindex;
	memcpy(h->peer, p->peer.bytes, sizeof(h->peer));
	memcpy(h->local, p->local.bytes, sizeof(h->local));
	h->peer_port = p->peer.port;
	h->local_port = p->local.port;
	h->result = (int16_t)p->result;
	h->kind = (uint8_t)p->kind;
	h->flags = (uint16_t)p->flags;
	h->ttl = p->ttl;
	h->tos = p->tos;
	h->shape = shape;
	at = encode_parts(p, shape, at + sizeof(*h));
	if (p->stored)
		memcpy(at, p->data, p->stored);
}

static const uint8_t *get(const uint8_t *at, void *to, size_t n)
{
	memcpy(to, at, n);
	return at + n;
}

static const uint8_t *decode_parts(const uint8_t *at, uint8_t shape, struct packet *out)
{
	if (shape & PEER_V6)
		at = get(at, &out->peer, sizeof(out->peer));
	if (shape & LOCAL_V6)
		at = get(at, &out->local, sizeof(out->local));
	if (shape & HAS_JOB)
		at = get(at, &out->job, sizeof(out->job));
	if (shape & HAS_FRAGMENT)
		at = get(at, &out->fragment, sizeof(out->fragment));
	if (out->kind == PACKET_ICMP) {
		at = get(at, &out->icmp, sizeof(out->icmp));
	} else if (out->kind == PACKET_GAP) {
		struct gap_part gap;

		at = get(at, &gap, sizeof(gap));
		out->lost = gap.lost;
		out->where = gap.where;
	}
	return at;
}

static void decode_v4(struct addr *a, const uint8_t bytes[4], uint16_t port, bool present)
{
	memset(a->bytes, 0, sizeof(a->bytes));
	if (present)
		memcpy(a->bytes, bytes, 4);
	a->scope = 0;
	a->port = port;
	a->family = present ? AF_INET : AF_UNSPEC;
}

/* What few packets have. */
static void clear_parts(struct packet *out)
{
	out->fragment = 0;
	out->job = 0;
	out->icmp = (struct packet_icmp){ 0 };
	out->lost = 0;
	out->where = PACKET_WHERE_KERNEL;
}

/* Each field by itself: to clear the whole first takes as long as all the rest (gcc 12, x86-64). */
void packet_decode(const uint8_t *at, uint64_t first_no, struct packet *out)
{
	const struct head *h = (const struct head *)(const void *)at;

	static_assert(sizeof(*out) == 184, "a new field is to be set here");
	out->seq = 0;
	out->kind = h->kind;
	out->no = packet_is_numbered(out->kind) ? first_no + h->number : 0;
	out->time = h->time;
	out->flags = h->flags;
	out->socket = h->socket;
	out->ifindex = h->ifindex;
	decode_v4(&out->peer, h->peer, h->peer_port, h->shape & PEER_V4);
	decode_v4(&out->local, h->local, h->local_port, h->shape & LOCAL_V4);
	out->len = h->len;
	out->stored = h->stored;
	out->ttl = h->ttl;
	out->tos = h->tos;
	out->result = __atomic_load_n(&h->result, __ATOMIC_RELAXED);
	clear_parts(out);
	out->data = decode_parts(at + sizeof(*h), h->shape, out);
}

uint32_t packet_number_offset(const uint8_t *at)
{
	return ((const struct head *)(const void *)at)->number;
}

void packet_set_result(uint8_t *at, int result)
{
	struct head *h = (struct head *)(void *)at;

	__atomic_store_n(&h->result, (int16_t)result, __ATOMIC_RELAXED);
}
