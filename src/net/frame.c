/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Reading frames.  See frame.h. */
#include "net/frame.h"

#include <linux/if_ether.h>
#include <string.h>

#define TAGS_MAX 3       /* VLAN tags in a row */
#define EXTENSIONS_MAX 8 /* IPv6 extension headers in a row */

/* A read past the end gives zeros and marks the cursor. */
struct cursor {
	const uint8_t *at, *end;
	bool bad;
};

static const uint8_t *take(struct cursor *c, size_t n)
{
	const uint8_t *at = c->at;

	if (c->bad || (size_t)(c->end - c->at) < n) {
		c->bad = true;
		return NULL;
	}
	c->at += n;
	return at;
}

static uint8_t get8(struct cursor *c)
{
	const uint8_t *at = take(c, 1);

	return at ? *at : 0;
}

static uint16_t get16(struct cursor *c)
{
	const uint8_t *at = take(c, 2);

	return at ? (uint16_t)((unsigned)at[0] << 8 | at[1]) : 0;
}

static struct addr get_addr(struct cursor *c, int family)
{
	const uint8_t *at = take(c, family == AF_INET ? 4 : 16);
	struct addr a = { .family = (uint8_t)family };

	if (at)
		memcpy(a.bytes, at, family == AF_INET ? 4 : 16);
	return a;
}

static size_t left(const struct cursor *c)
{
	return c->bad ? 0 : (size_t)(c->end - c->at);
}

/* What lies behind n bytes from here is padding. */
static void limit(struct cursor *c, size_t n)
{
	if (left(c) > n)
		c->end = c->at + n;
}

struct parse {
	struct cursor c;
	struct frame *out;
	unsigned ifindex;
};

static struct addr with_zone(const struct parse *p, struct addr a)
{
	a.scope = addr_has_zone(&a) ? p->ifindex : 0;
	return a;
}

/* ---- UDP ---- */

static void parse_udp(struct parse *p)
{
	struct frame *f = p->out;
	uint16_t len;

	f->source.port = get16(&p->c);
	f->dest.port = get16(&p->c);
	len = get16(&p->c);
	get16(&p->c); /* checksum */
	if (p->c.bad || len < 8)
		return;
	f->len = len - 8u;
	f->kind = FRAME_DATAGRAM;
}

/* ---- IGMP and MLD ---- */

/* The group of a query or of an older report; family 0 if it is none at all. */
static struct addr get_group(struct parse *p, int family)
{
	struct addr group = get_addr(&p->c, family);

	if (p->c.bad || addr_is_any(&group))
		return (struct addr){ 0 };
	return with_zone(p, group);
}

static void parse_query(struct parse *p, int family, uint8_t version, bool sources)
{
	struct frame *f = p->out;

	f->group = get_group(p, family);
	if (sources) {
		get16(&p->c); /* robustness, interval */
		f->sources = get16(&p->c);
	}
	f->version = version;
	f->kind = p->c.bad ? FRAME_OTHER : FRAME_QUERY;
}

static void parse_single(struct parse *p, int family, uint8_t version, bool leave)
{
	struct frame *f = p->out;

	f->group = get_group(p, family);
	f->version = version;
	if (p->c.bad || !f->group.family)
		return;
	f->kind = leave ? FRAME_LEAVE : FRAME_REPORT;
	if (leave)
		return;
	f->records[0] = (struct frame_record){ .type = RECORD_IS_EXCLUDE, .group = f->group };
	f->record_count = 1;
}

static bool parse_record(struct parse *p, int family, struct frame_record *out)
{
	size_t words, size = family == AF_INET ? 4 : 16;

	*out = (struct frame_record){ .type = get8(&p->c) };
	words = get8(&p->c); /* of auxiliary data */
	out->sources = get16(&p->c);
	out->group = with_zone(p, get_addr(&p->c, family));
	if (out->sources) {
		out->source = with_zone(p, get_addr(&p->c, family));
		take(&p->c, (out->sources - 1u) * size);
	}
	take(&p->c, 4 * words);
	return !p->c.bad && addr_is_multicast(&out->group);
}

/* IGMPv3 and MLDv2 differ in nothing here but the size of addresses. */
static void parse_records(struct parse *p, int family, uint8_t version)
{
	struct frame *f = p->out;
	uint16_t count;

	get16(&p->c); /* reserved */
	count = get16(&p->c);
	f->version = version;
	while (f->record_count < count && f->record_count < FRAME_RECORDS &&
	       parse_record(p, family, &f->records[f->record_count]))
		f->record_count++;
	if (f->record_count == 0)
		return;
	f->records_more = (uint16_t)(count - f->record_count);
	f->kind = FRAME_REPORT;
}

static void parse_igmp(struct parse *p)
{
	size_t n = left(&p->c);
	uint8_t type = get8(&p->c), response = get8(&p->c);

	get16(&p->c); /* checksum */
	switch (type) {
	case 0x11:
		parse_query(p, AF_INET, n >= 12 ? 3 : response ? 2 : 1, n >= 12);
		break;
	case 0x12:
		parse_single(p, AF_INET, 1, false);
		break;
	case 0x16:
		parse_single(p, AF_INET, 2, false);
		break;
	case 0x17:
		parse_single(p, AF_INET, 2, true);
		break;
	case 0x22:
		parse_records(p, AF_INET, 3);
		break;
	}
}

static void parse_icmpv6(struct parse *p)
{
	size_t n = left(&p->c);
	uint8_t type = get8(&p->c);

	take(&p->c, 3); /* code, checksum */
	if (type == 143) {
		parse_records(p, AF_INET6, 2);
		return;
	}
	take(&p->c, 4); /* response delay, reserved */
	if (type == 130)
		parse_query(p, AF_INET6, n >= 28 ? 2 : 1, n >= 28);
	else if (type == 131 || type == 132)
		parse_single(p, AF_INET6, 1, type == 132);
}

/* ---- IP ---- */

static void parse_ipv4(struct parse *p)
{
	const uint8_t *head = take(&p->c, 12);
	size_t header, total;

	if (!head || head[0] >> 4 != 4)
		return;
	header = (head[0] & 15u) * 4;
	total = (size_t)(head[2] << 8 | head[3]);
	p->out->ttl = head[8];
	p->out->source = get_addr(&p->c, AF_INET);
	p->out->dest = get_addr(&p->c, AF_INET);
	/* What the kernel has yet to cut into datagrams may be too large to say how large it is. */
	if (header < 20 || (total && total < header) || ((head[6] & 0x1f) | head[7]))
		return;
	if (total)
		limit(&p->c, total - 20);
	take(&p->c, header - 20); /* options */
	if (head[9] == IPPROTO_UDP)
		parse_udp(p);
	else if (head[9] == IPPROTO_IGMP)
		parse_igmp(p);
}

/* The protocol behind the extension headers; -1: none that can be read here. */
static int skip_extensions(struct parse *p, uint8_t next)
{
	for (unsigned i = 0; i < EXTENSIONS_MAX && !p->c.bad; i++) {
		uint8_t this = next;
		size_t words;

		if (this != IPPROTO_HOPOPTS && this != IPPROTO_ROUTING && this != IPPROTO_DSTOPTS &&
		    this != IPPROTO_FRAGMENT)
			return this;
		next = get8(&p->c);
		words = get8(&p->c);
		if (this == IPPROTO_FRAGMENT) {
			if (get16(&p->c) & 0xfff8)
				return -1; /* not the first one */
			take(&p->c, 4);
		} else {
			take(&p->c, 8 * words + 6);
		}
	}
	return -1;
}

static void parse_ipv6(struct parse *p)
{
	const uint8_t *head = take(&p->c, 8);
	size_t payload;
	int protocol;

	if (!head || head[0] >> 4 != 6)
		return;
	payload = (size_t)(head[4] << 8 | head[5]);
	p->out->ttl = head[7];
	p->out->source = with_zone(p, get_addr(&p->c, AF_INET6));
	p->out->dest = with_zone(p, get_addr(&p->c, AF_INET6));
	if (payload)
		limit(&p->c, payload);
	protocol = skip_extensions(p, head[6]);
	if (protocol == IPPROTO_UDP)
		parse_udp(p);
	else if (protocol == IPPROTO_ICMPV6)
		parse_icmpv6(p);
}

void frame_parse(uint16_t protocol, const uint8_t *data, size_t n, unsigned ifindex,
		 struct frame *out)
{
	struct parse p = { .c = { data, data + n, false }, .out = out, .ifindex = ifindex };

	*out = (struct frame){ 0 };
	for (unsigned tags = 0; protocol == ETH_P_8021Q || protocol == ETH_P_8021AD; tags++) {
		uint16_t tag = get16(&p.c);

		if (tags == TAGS_MAX)
			return;
		if (!out->vlan)
			out->vlan = tag & 0xfff;
		protocol = get16(&p.c);
	}
	if (protocol == ETH_P_IP)
		parse_ipv4(&p);
	else if (protocol == ETH_P_IPV6)
		parse_ipv6(&p);
}

/* ---- words ---- */

static void format_sources(const struct frame_record *r, struct buf *out)
{
	if (r->sources == 1)
		addr_format_host(out, &r->source);
	else
		buf_printf(out, "%u sources", r->sources);
}

static void format_record(const struct frame_record *r, struct buf *out)
{
	static const char *const verbs[][2] = {
		[RECORD_IS_INCLUDE] = { "hears nobody in ", " from " },
		[RECORD_IS_EXCLUDE] = { "is in ", " but for " },
		[RECORD_TO_INCLUDE] = { "leaves ", " but for " },
		[RECORD_TO_EXCLUDE] = { "joins ", " but for " },
		[RECORD_ALLOW] = { "allows nobody more in ", " also from " },
		[RECORD_BLOCK] = { "blocks nobody in ", " no more from " },
	};
	bool known = r->type >= RECORD_IS_INCLUDE && r->type <= RECORD_BLOCK;

	if (!known)
		buf_printf(out, "says %u of ", r->type);
	else
		buf_str(out, !r->sources || r->type == RECORD_IS_EXCLUDE ||
					     r->type == RECORD_TO_INCLUDE ||
					     r->type == RECORD_TO_EXCLUDE
				     ? verbs[r->type][0]
				     : "hears ");
	addr_format_host(out, &r->group);
	if (!known || !r->sources)
		return;
	buf_str(out, verbs[r->type][1]);
	format_sources(r, out);
}

void frame_format(const struct frame *f, struct buf *out)
{
	static const char *const names[] = {
		[FRAME_QUERY] = "query", [FRAME_REPORT] = "report", [FRAME_LEAVE] = "leave"
	};

	if (f->kind < FRAME_QUERY)
		return;
	buf_printf(out, "%sv%u %s", f->dest.family == AF_INET ? "IGMP" : "MLD", f->version,
		   names[f->kind]);
	if (f->kind != FRAME_REPORT) {
		buf_str(out, f->group.family ? " of " : " of all groups");
		if (f->group.family)
			addr_format_host(out, &f->group);
		if (f->sources)
			buf_printf(out, " for %u source%s", f->sources, f->sources == 1 ? "" : "s");
		return;
	}
	for (size_t i = 0; i < f->record_count; i++) {
		buf_str(out, i ? ", " : ": ");
		format_record(&f->records[i], out);
	}
	if (f->records_more)
		buf_printf(out, ", and %u more", f->records_more);
}
