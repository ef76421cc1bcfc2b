/* SPDX-License-Identifier: GPL-3.0-or-later */
/* From a frame to a datagram.  See dissect.h. */
#include "store/dissect_private.h"

#include "store/reassembly.h"

#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>

#define TAGS_MAX 4 /* of VLANs in a frame */
#define UDP_HEAD 8u

/* https://www.tcpdump.org/linktypes.html */
enum link_type {
	LINK_NULL = 0,
	LINK_ETHERNET = 1,
	LINK_RAW_BSD = 12, /* what RAW is called in files of some systems */
	LINK_RAW_OPENBSD = 14,
	LINK_RAW = 101,
	LINK_LOOP = 108,
	LINK_SLL = 113,
	LINK_IPV4 = 228,
	LINK_IPV6 = 229,
	LINK_SLL2 = 276,
};

enum ether_type {
	ETHER_IPV4 = 0x0800,
	ETHER_VLAN = 0x8100,
	ETHER_IPV6 = 0x86dd,
	ETHER_QINQ = 0x88a8,
	ETHER_QINQ_OLD = 0x9100, /* before IEEE 802.1ad */
};

enum sll_kind { SLL_BROADCAST = 1, SLL_MULTICAST = 2, SLL_OUTGOING = 4 };

struct dissect {
	struct reassembly *fragments;
};

/* What is known of a frame besides its IP packet. */
struct link {
	uint64_t time;
	uint32_t interface;
	enum pcapng_direction direction;
	bool broadcast;
};

struct dissect *dissect_new(struct error *e)
{
	struct dissect *d = calloc(1, sizeof(*d));

	if (!d) {
		err_set(e, ERR_LIMIT, "no memory to read frames");
		return NULL;
	}
	d->fragments = reassembly_new(e);
	if (!d->fragments) {
		free(d);
		return NULL;
	}
	return d;
}

void dissect_free(struct dissect *d)
{
	if (!d)
		return;
	reassembly_free(d->fragments);
	free(d);
}

const uint8_t *view_take(struct view *v, uint32_t size)
{
	const uint8_t *at = v->at;

	if (v->n < size)
		return NULL;
	v->at += size;
	v->n -= size;
	v->len -= size;
	return at;
}

void view_limit(struct view *v, uint32_t len)
{
	v->len = len;
	if (v->n > len)
		v->n = len;
}

/* ---- UDP ---- */

static void set_facts(struct packet *p, const struct link *link, const struct ip_head *ip)
{
	p->time = link->time;
	p->ifindex = link->interface;
	p->ttl = ip->ttl;
	p->tos = ip->tos;
	p->flags |= PACKET_HAS_TTL | PACKET_HAS_TOS;
	if (addr_is_multicast(&ip->dest))
		p->flags |= PACKET_MULTICAST;
	else if (link->broadcast || addr_kind(&ip->dest) == ADDR_BROADCAST)
		p->flags |= PACKET_BROADCAST;
}

/* A length of 0 is one that does not fit (RFC 2675), or that the card was to fill in. */
static enum dissect_result udp(struct view v, const struct link *link, const struct ip_head *ip,
			       struct packet *out)
{
	const uint8_t *head = view_take(&v, UDP_HEAD);
	uint32_t length;

	if (!head)
		return DISSECT_BAD;
	length = view_get16(head + 4);
	if (length == 0)
		length = v.len + UDP_HEAD;
	if (length < UDP_HEAD || length > UINT16_MAX)
		return DISSECT_BAD;
	view_limit(&v, length - UDP_HEAD);
	*out = (struct packet){
		.kind = PACKET_RX,
		.peer = ip->source,
		.local = ip->dest,
		.len = v.len,
		.stored = v.n,
		.data = v.at,
		.flags = v.n < v.len ? PACKET_TRUNCATED : 0,
	};
	out->peer.port = view_get16(head);
	out->local.port = view_get16(head + 2);
	set_facts(out, link, ip);
	return DISSECT_PACKET;
}

static enum dissect_result carried(struct view v, const struct link *link, const struct ip_head *ip,
				   struct packet *out)
{
	enum dissect_result result;

	if (ip->protocol == IPPROTO_UDP)
		return udp(v, link, ip, out);
	if (ip->protocol != (ip->source.family == AF_INET ? IPPROTO_ICMP : IPPROTO_ICMPV6))
		return DISSECT_OTHER;
	result = dissect_icmp(v, ip, out);
	if (result == DISSECT_PACKET) {
		out->time = link->time;
		out->ifindex = link->interface;
	}
	return result;
}

/* ---- fragments ---- */

/* What is said about the whole goes by its beginning; link_facts: direction and broadcast. */
static enum dissect_result reassembled(const struct reassembled *r, struct dissected *out)
{
	const struct fragment *f = &r->of;
	struct view v = { .at = r->data, .n = r->captured, .len = r->len };
	const struct link link = {
		.time = f->time,
		.interface = f->interface,
		.direction = (enum pcapng_direction)(f->link_facts & 3),
		.broadcast = f->link_facts & 4,
	};
	struct ip_head ip = {
		.source = f->source,
		.dest = f->dest,
		.ttl = f->ttl,
		.tos = f->tos,
		.protocol = f->protocol,
	};
	enum dissect_result result = DISSECT_PACKET;

	if (ip.source.family == AF_INET6)
		result = dissect_extensions(&v, &ip);
	if (result == DISSECT_PACKET && ip.fragment)
		result = DISSECT_BAD; /* a fragment of a fragment */
	if (result == DISSECT_PACKET)
		result = carried(v, &link, &ip, &out->packet);
	if (result != DISSECT_PACKET)
		return result;
	if (out->packet.kind == PACKET_RX)
		out->packet.fragment = f->size;
	out->direction = link.direction;
	return DISSECT_PACKET;
}

/* The first header of the fragmented part: behind some of IPv6 UDP may come. */
static bool may_lead_to_udp(const struct ip_head *ip)
{
	if (ip->source.family == AF_INET)
		return ip->protocol == IPPROTO_UDP;
	return ip->protocol == IPPROTO_UDP || ip->protocol == IPPROTO_DSTOPTS ||
	       ip->protocol == IPPROTO_ROUTING || ip->protocol == IPPROTO_AH;
}

static enum dissect_result fragment(struct dissect *d, struct view v, const struct link *link,
				    const struct ip_head *ip, struct dissected *out)
{
	const struct fragment f = {
		.source = ip->source,
		.dest = ip->dest,
		.id = ip->id,
		.interface = link->interface,
		.protocol = ip->protocol,
		.time = link->time,
		.size = ip->size,
		.link_facts = (uint32_t)link->direction | (link->broadcast ? 4 : 0),
		.ttl = ip->ttl,
		.tos = ip->tos,
		.offset = ip->offset,
		.more = ip->more,
		.data = v.at,
		.len = v.len,
		.captured = v.n,
	};
	struct reassembled whole;

	if (!may_lead_to_udp(ip))
		return DISSECT_OTHER;
	switch (reassembly_add(d->fragments, &f, &whole)) {
	case REASSEMBLY_WAITS:
		return DISSECT_FRAGMENT;
	case REASSEMBLY_REFUSED:
		return DISSECT_BAD;
	case REASSEMBLY_WHOLE:
		break;
	}
	return reassembled(&whole, out);
}

bool dissect_left(struct dissect *d, bool all, struct dissected *out, enum dissect_result *result)
{
	struct reassembled part;

	if (!reassembly_left(d->fragments, all, &part))
		return false;
	*result = part.captured ? reassembled(&part, out) : DISSECT_BAD;
	if (*result == DISSECT_PACKET)
		out->packet.flags |= PACKET_TRUNCATED;
	return true;
}

/* ---- IP ---- */

static enum dissect_result ip(struct dissect *d, struct view v, const struct link *link,
			      struct dissected *out)
{
	const unsigned version = v.n ? v.at[0] >> 4 : 0;
	enum dissect_result result = DISSECT_BAD;
	struct ip_head head;

	if (version == 4)
		result = dissect_ip4(&v, &head);
	else if (version == 6)
		result = dissect_ip6(&v, &head);
	if (result != DISSECT_PACKET)
		return result;
	if (head.fragment)
		return fragment(d, v, link, &head, out);
	out->direction = link->direction;
	return carried(v, link, &head, &out->packet);
}

/* Behind any number of tags. */
static enum dissect_result ether_type(struct dissect *d, struct view v, unsigned type,
				      const struct link *link, struct dissected *out)
{
	for (int tags = 0; type == ETHER_VLAN || type == ETHER_QINQ || type == ETHER_QINQ_OLD;
	     tags++) {
		const uint8_t *tag = view_take(&v, 4);

		if (!tag || tags == TAGS_MAX)
			return DISSECT_BAD;
		type = view_get16(tag + 2);
	}
	if (type != ETHER_IPV4 && type != ETHER_IPV6)
		return DISSECT_OTHER;
	return ip(d, v, link, out);
}

/* ---- links ---- */

static enum dissect_result ethernet(struct dissect *d, struct view v, struct link *link,
				    struct dissected *out)
{
	static const uint8_t broadcast[] = { 0xff, 0xff, 0xff, 0xff, 0xff, 0xff };
	const uint8_t *head = view_take(&v, 14);

	if (!head)
		return DISSECT_BAD;
	if (memcmp(head, broadcast, sizeof(broadcast)) == 0)
		link->broadcast = true;
	return ether_type(d, v, view_get16(head + 12), link, out);
}

static void take_sll_kind(struct link *link, unsigned kind)
{
	if (kind == SLL_BROADCAST)
		link->broadcast = true;
	if (link->direction == PCAPNG_UNKNOWN)
		link->direction = kind == SLL_OUTGOING ? PCAPNG_OUTBOUND : PCAPNG_INBOUND;
}

static enum dissect_result sll(struct dissect *d, struct view v, struct link *link,
			       struct dissected *out)
{
	const uint8_t *head = view_take(&v, 16);

	if (!head)
		return DISSECT_BAD;
	take_sll_kind(link, view_get16(head));
	return ether_type(d, v, view_get16(head + 14), link, out);
}

static enum dissect_result sll2(struct dissect *d, struct view v, struct link *link,
				struct dissected *out)
{
	const uint8_t *head = view_take(&v, 20);

	if (!head)
		return DISSECT_BAD;
	take_sll_kind(link, head[10]);
	return ether_type(d, v, view_get16(head), link, out);
}

/* The address family of the system it was captured on, in its byte order (LOOP: in the network's).
 * 24: NetBSD, OpenBSD; 28: FreeBSD; 30: Darwin. */
static enum dissect_result loopback(struct dissect *d, struct view v, const struct link *link,
				    struct dissected *out)
{
	const uint8_t *head = view_take(&v, 4);
	uint32_t family;

	if (!head)
		return DISSECT_BAD;
	family = view_get32(head);
	if (family > UINT16_MAX)
		family = __builtin_bswap32(family);
	if (family != AF_INET && family != AF_INET6 && family != 24 && family != 28 && family != 30)
		return DISSECT_OTHER;
	return ip(d, v, link, out);
}

enum dissect_result dissect_frame(struct dissect *d, const struct capfile_frame *f,
				  uint32_t interface, struct dissected *out)
{
	const struct view v = { .at = f->data, .n = f->captured, .len = f->original };
	struct link link = {
		.time = f->time,
		.interface = interface,
		.direction = f->direction,
		.broadcast = f->reception == PCAPNG_BROADCAST,
	};

	switch (f->link_type) {
	case LINK_ETHERNET:
		return ethernet(d, v, &link, out);
	case LINK_SLL:
		return sll(d, v, &link, out);
	case LINK_SLL2:
		return sll2(d, v, &link, out);
	case LINK_NULL:
	case LINK_LOOP:
		return loopback(d, v, &link, out);
	case LINK_RAW:
	case LINK_RAW_BSD:
	case LINK_RAW_OPENBSD:
	case LINK_IPV4:
	case LINK_IPV6:
		return ip(d, v, &link, out);
	default:
		return DISSECT_LINK;
	}
}
