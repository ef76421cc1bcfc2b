/* SPDX-License-Identifier: GPL-3.0-or-later */
/* IP, UDP and ICMP headers around payloads.  See synth.h. */
#include "store/synth.h"

#include "net/errqueue.h"

#include <arpa/inet.h>
#include <netinet/icmp6.h>
#include <netinet/ip_icmp.h>
#include <string.h>

#define IP4_HEAD 20u
#define IP6_HEAD 40u
#define UDP_HEAD 8u
#define ICMP_HEAD 8u
#define USUAL_TTL 64

/* One IP packet to be: its ends, what it carries, and how it travels. */
struct wire {
	int family;
	uint8_t protocol;
	uint8_t source[16], dest[16];
	uint16_t source_port, dest_port;
	uint8_t ttl, tos;
	size_t carried;  /* bytes behind the IP header, on the wire */
	uint16_t length; /* of UDP */
};

static size_t ip_head(const struct wire *w)
{
	return w->family == AF_INET ? IP4_HEAD : IP6_HEAD;
}

static void put16(uint8_t *at, size_t value)
{
	at[0] = (uint8_t)(value >> 8);
	at[1] = (uint8_t)value;
}

static void put32(uint8_t *at, uint32_t value)
{
	put16(at, value >> 16);
	put16(at + 2, value & 0xffff);
}

/* ---- RFC 1071 ---- */

static uint64_t carried(uint64_t sum)
{
	while (sum >> 16)
		sum = (sum >> 16) + (sum & 0xffff);
	return sum;
}

static uint16_t folded(uint64_t sum)
{
	return (uint16_t)~carried(sum);
}

/* n is even but for the last part.  Words are added as the host reads them, and the bytes of the
 * sum exchanged: section 2 (B). */
static uint64_t sum_of(uint64_t sum, const uint8_t *data, size_t n)
{
	uint64_t words = 0;
	size_t i = 0;

	for (; i + 4 <= n; i += 4) {
		uint32_t word;

		memcpy(&word, data + i, 4);
		words += word;
	}
	sum += ntohs((uint16_t)carried(words));
	for (; i + 1 < n; i += 2)
		sum += (unsigned)data[i] << 8 | data[i + 1];
	if (i < n)
		sum += (unsigned)data[i] << 8;
	return sum;
}

/* Over what stands in front of the data, and the data. */
static uint64_t pseudo_header(const struct wire *w, size_t length)
{
	size_t n = w->family == AF_INET ? 4 : 16;
	uint64_t sum = sum_of(0, w->source, n);

	return sum_of(sum, w->dest, n) + length + w->protocol;
}

/* ---- headers ---- */

/* "at" is all zeros. */
static void write_ip(uint8_t *at, const struct wire *w)
{
	if (w->family == AF_INET) {
		at[0] = 0x45;
		at[1] = w->tos;
		put16(at + 2, IP4_HEAD + w->carried);
		at[8] = w->ttl;
		at[9] = w->protocol;
		memcpy(at + 12, w->source, 4);
		memcpy(at + 16, w->dest, 4);
		put16(at + 10, folded(sum_of(0, at, IP4_HEAD)));
		return;
	}
	at[0] = (uint8_t)(0x60 | w->tos >> 4);
	at[1] = (uint8_t)(w->tos << 4);
	put16(at + 4, w->carried);
	at[6] = w->protocol;
	at[7] = w->ttl;
	memcpy(at + 8, w->source, 16);
	memcpy(at + 24, w->dest, 16);
}

/* The checksum is over what was kept; a sum of 0 is written as all ones, because 0 means none. */
static void write_udp(uint8_t *at, const struct wire *w, const uint8_t *data, size_t n)
{
	bool whole = n + UDP_HEAD == w->length;
	uint64_t sum = pseudo_header(w, w->length);
	uint16_t check;

	put16(at, w->source_port);
	put16(at + 2, w->dest_port);
	put16(at + 4, w->length);
	if (!whole && w->family == AF_INET)
		return;
	check = folded(sum_of(sum_of(sum, at, UDP_HEAD), data, n));
	put16(at + 6, check ? check : 0xffff);
}

static uint8_t *extend(struct buf *out, size_t n)
{
	uint8_t *at = (uint8_t *)buf_extend(out, n);

	if (at)
		memset(at, 0, n);
	return at;
}

static bool append_datagram(struct buf *out, const struct wire *w, const uint8_t *data, size_t n)
{
	size_t head = ip_head(w);
	uint8_t *at = extend(out, head + UDP_HEAD);

	if (!at)
		return false;
	write_ip(at, w);
	write_udp(at + head, w, data, n);
	return buf_add(out, data, n);
}

/* ---- from packets ---- */

/* An address of another family is none. */
static void set_end(uint8_t *bytes, int family, const struct addr *a)
{
	if (a->family == family)
		memcpy(bytes, a->bytes, family == AF_INET ? 4 : 16);
}

/* The datagram that went from one end to the other; "len" of its payload. */
static struct wire datagram(const struct packet *p, const struct addr *from, const struct addr *to)
{
	struct wire w = {
		.family = p->peer.family,
		.protocol = IPPROTO_UDP,
		.source_port = from->port,
		.dest_port = to->port,
		.ttl = addr_is_multicast(to) ? 1 : USUAL_TTL,
		.carried = UDP_HEAD + p->len,
		.length = (uint16_t)(UDP_HEAD + p->len),
	};

	set_end(w.source, w.family, from);
	set_end(w.dest, w.family, to);
	if (p->flags & PACKET_HAS_TTL)
		w.ttl = p->ttl;
	if (p->flags & PACKET_HAS_TOS)
		w.tos = p->tos;
	return w;
}

/* RFC 792: the MTU in the last two bytes, the pointer in the first; RFC 4443: all four. */
static void write_info(uint8_t *at, const struct packet_icmp *i, int family)
{
	enum errqueue_info what =
		errqueue_info((enum errqueue_origin)i->origin, i->type, i->errnum);

	if (what == ERRQUEUE_NOTHING)
		return;
	if (family == AF_INET6)
		put32(at, i->info);
	else if (what == ERRQUEUE_MTU)
		put16(at + 2, i->info & 0xffff);
	else
		at[0] = (uint8_t)i->info;
}

static void write_icmp(uint8_t *at, size_t n, const struct packet *p, const struct wire *w)
{
	uint64_t sum = w->family == AF_INET6 ? pseudo_header(w, n) : 0;

	at[0] = p->icmp.type;
	at[1] = p->icmp.code;
	write_info(at + 4, &p->icmp, w->family);
	put16(at + 2, folded(sum_of(sum, at, n)));
}

/* An error is from who sent it to the socket that it was for. */
static bool append_icmp(struct buf *out, const struct packet *p, uint32_t *original)
{
	const bool v6 = p->peer.family == AF_INET6;
	const struct wire quoted = datagram(p, &p->local, &p->peer);
	const size_t head = ip_head(&quoted), n = ICMP_HEAD + head + UDP_HEAD + p->stored;
	const size_t start = out->len;
	struct wire w = {
		.family = quoted.family,
		.protocol = v6 ? IPPROTO_ICMPV6 : IPPROTO_ICMP,
		.ttl = USUAL_TTL,
		.carried = n,
	};
	uint8_t *at;

	if (p->icmp.origin == ERRQUEUE_LOCAL || p->icmp.offender.family != p->peer.family)
		return false;
	set_end(w.source, w.family, &p->icmp.offender);
	set_end(w.dest, w.family, &p->local);
	at = extend(out, head + ICMP_HEAD);
	if (!at || !append_datagram(out, &quoted, p->data, p->stored))
		return false;
	at = (uint8_t *)out->data + start;
	write_ip(at, &w);
	write_icmp(at + head, n, p, &w);
	*original = (uint32_t)(head + n);
	return true;
}

bool synth_packet(struct buf *out, const struct packet *p, uint32_t *original)
{
	const bool received = p->kind == PACKET_RX;
	const struct addr *from = received ? &p->peer : &p->local;
	const struct addr *to = received ? &p->local : &p->peer;
	struct wire w;

	if (p->peer.family != AF_INET && p->peer.family != AF_INET6)
		return false;
	if (p->kind == PACKET_ICMP)
		return append_icmp(out, p, original);
	if (!received && p->kind != PACKET_TX)
		return false;
	w = datagram(p, from, to);
	if (!append_datagram(out, &w, p->data, p->stored))
		return false;
	*original = (uint32_t)(ip_head(&w) + w.carried);
	return true;
}
