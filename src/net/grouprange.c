/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the address of a group says.  See grouprange.h. */
#include "net/grouprange.h"

#include <arpa/inet.h>
#include <string.h>

struct block {
	uint8_t prefix[16];
	uint8_t bits;
	struct grouprange is;
};

#define FLOODED "no router forwards it, and switches send it to every port (RFC 4541)"
#define NOBODYS "no use is assigned to this range"

/* The first that fits. */
static const struct block blocks4[] = {
	{ { 224, 0, 0 }, 24, { "link-local", "RFC 5771", FLOODED, GROUPRANGE_LINK } },
	{ { 224, 0, 1 }, 24, { "internetwork control", "RFC 5771", NULL, 0 } },
	{ { 224, 0 }, 16, { "ad-hoc, global", "RFC 5771", NULL, 0 } },
	{ { 224, 1 }, 16, { "reserved", "RFC 5771", NOBODYS, 0 } },
	{ { 224, 2 }, 16, { "session announcements, global", "RFC 5771", NULL, 0 } },
	{ { 224, 3 }, 16, { "ad-hoc, global", "RFC 5771", NULL, 0 } },
	{ { 224, 4 }, 16, { "ad-hoc, global", "RFC 5771", NULL, 0 } },
	{ { 232 }, 8, { "source-specific", "RFC 4607", NULL, GROUPRANGE_SSM } },
	{ { 233, 252 }, 14, { "ad-hoc, global", "RFC 5771", NULL, 0 } },
	{ { 233 }, 8, { "GLOP, global, by AS number", "RFC 3180", NULL, 0 } },
	{ { 234 }, 8, { "unicast-prefix, global", "RFC 6034", NULL, 0 } },
	{ { 239, 255 },
	  16,
	  { "administratively scoped, site-local", "RFC 2365", "not for the Internet",
	    GROUPRANGE_SITE } },
	{ { 239, 192 },
	  14,
	  { "administratively scoped, organization", "RFC 2365", "not for the Internet",
	    GROUPRANGE_SITE } },
	{ { 239 },
	  8,
	  { "administratively scoped", "RFC 2365", "not for the Internet", GROUPRANGE_SITE } },
	{ { 224 }, 4, { "reserved", "RFC 5771", NOBODYS, 0 } },
};

/* What the flags in the second byte say, and addresses of the system; its scope is left out. */
static const struct block blocks6[] = {
	{ { 0xff, 0x02, [11] = 1, [12] = 0xff },
	  104,
	  { "solicited-node", "RFC 4291", "of neighbour discovery: the system joins it", 0 } },
	/* R, P and T: the rendezvous point stands in the address. */
	{ { 0xff, 0x70 }, 12, { "embedded-RP", "RFC 3956", NULL, 0 } },
	{ { 0xff, 0x30 }, 12, { "unicast-prefix", "RFC 3306", NULL, 0 } },
	{ { 0xff, 0x10 }, 12, { "transient", "RFC 4291", NULL, 0 } },
	{ { 0xff, 0x00 }, 12, { "well-known", "RFC 4291", NULL, 0 } },
	{ { 0xff },
	  8,
	  { "reserved flags", "RFC 7371", "the flags of this address have no meaning yet", 0 } },
};

/* ff3x::/32 (RFC 4607 section 1): a unicast prefix of no bits, whatever the scope. */
static const struct grouprange ssm6 = { "source-specific", "RFC 4607", NULL, GROUPRANGE_SSM };

static const struct grouprange scopes[16] = {
	[0] = { "reserved scope", "RFC 4291", "datagrams of this scope are dropped",
		GROUPRANGE_HOST },
	[1] = { "interface-local", "RFC 4291", "this host only", GROUPRANGE_HOST },
	[2] = { "link-local", "RFC 4291", "no router forwards it", GROUPRANGE_LINK },
	[3] = { "realm-local", "RFC 7346", "ends with the network of this kind", GROUPRANGE_SITE },
	[4] = { "admin-local", "RFC 7346", "ends where an administrator said so", GROUPRANGE_SITE },
	[5] = { "site-local", "RFC 7346", "not for the Internet", GROUPRANGE_SITE },
	[8] = { "organization-local", "RFC 7346", "not for the Internet", GROUPRANGE_SITE },
	[14] = { "global", "RFC 4291", NULL, 0 },
	[15] = { "reserved scope", "RFC 4291", "taken as global", 0 },
};

static const struct grouprange unassigned = { "unassigned scope", "RFC 7346",
					      "administrators may give it a meaning", 0 };

static bool lies_in(const struct addr *a, const struct block *b)
{
	size_t bytes = b->bits / 8;
	unsigned rest = b->bits % 8;
	uint8_t mask = (uint8_t)(0xff00u >> rest);

	return memcmp(a->bytes, b->prefix, bytes) == 0 &&
	       (!rest || (a->bytes[bytes] & mask) == b->prefix[bytes]);
}

static const struct grouprange *search(const struct addr *a, const struct block *blocks,
				       size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (lies_in(a, &blocks[i]))
			return &blocks[i].is;
	return NULL;
}

static bool is_ssm6(const struct addr *a)
{
	return a->bytes[0] == 0xff && a->bytes[1] >> 4 == 3 && !a->bytes[2] && !a->bytes[3];
}

const struct grouprange *grouprange_of(const struct addr *group)
{
	if (group->family == AF_INET)
		return search(group, blocks4, sizeof(blocks4) / sizeof(blocks4[0]));
	if (group->family != AF_INET6)
		return NULL;
	if (is_ssm6(group))
		return &ssm6;
	return search(group, blocks6, sizeof(blocks6) / sizeof(blocks6[0]));
}

const struct grouprange *grouprange_scope(const struct addr *group)
{
	const struct grouprange *scope;

	if (group->family != AF_INET6 || !addr_is_multicast(group))
		return NULL;
	scope = &scopes[group->bytes[1] & 15];
	return scope->name ? scope : &unassigned;
}

unsigned grouprange_flags(const struct addr *group)
{
	const struct grouprange *range = grouprange_of(group), *scope = grouprange_scope(group);

	return (range ? range->flags : 0) | (scope ? scope->flags : 0);
}

void grouprange_ether(const struct addr *group, uint8_t ether[6])
{
	if (group->family == AF_INET) {
		const uint8_t start[3] = { 0x01, 0x00, 0x5e };

		memcpy(ether, start, 3);
		memcpy(ether + 3, group->bytes + 1, 3);
		ether[3] &= 0x7f;
	} else {
		memset(ether, 0x33, 2);
		memcpy(ether + 2, group->bytes + 12, 4);
	}
}

/* 28 bits of a group, 23 of them in the Ethernet address. */
bool grouprange_sharer(const struct addr *group, unsigned i, struct addr *out)
{
	uint32_t host = ntohl(group->v4.s_addr);
	uint32_t own = host >> 23 & 31;

	if (group->family != AF_INET || i >= GROUPRANGE_SHARERS)
		return false;
	*out = *group;
	out->v4.s_addr = htonl((host & ~(31u << 23)) | (i < own ? i : i + 1) << 23);
	return true;
}
