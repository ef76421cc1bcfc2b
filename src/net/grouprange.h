/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What the address of a group says: the range it lies in, how far it goes, and what follows for
 * whoever joins it.  A table with the RFC of each range; it asks nobody.
 */
#ifndef NET_GROUPRANGE_H
#define NET_GROUPRANGE_H

#include "net/addr.h"

#define GROUPRANGE_HOST 1u /* never leaves this host */
#define GROUPRANGE_LINK 2u /* no router forwards it */
#define GROUPRANGE_SSM 4u  /* wants a source */
#define GROUPRANGE_SITE 8u /* not for the Internet */

struct grouprange {
	const char *name; /* "administratively scoped", "link-local" */
	const char *rfc;  /* "RFC 2365" */
	const char *so;   /* what follows; NULL: nothing out of the ordinary */
	unsigned flags;
};

/* NULL: not a group. */
const struct grouprange *grouprange_of(const struct addr *group);
/* IPv6: how far it goes (RFC 4291, RFC 7346); NULL for IPv4, where the range says it. */
const struct grouprange *grouprange_scope(const struct addr *group);
/* The flags of both together. */
unsigned grouprange_flags(const struct addr *group);

/* The Ethernet address that carries the group (RFC 1112 section 6.4, RFC 2464 section 7).  Of IPv4
 * groups it has but 23 bits, so 32 of them share each. */
void grouprange_ether(const struct addr *group, uint8_t ether[6]);
/* The other IPv4 groups on the same Ethernet address, i = 0..30; false past the last, and always
 * for IPv6. */
#define GROUPRANGE_SHARERS 31u
bool grouprange_sharer(const struct addr *group, unsigned i, struct addr *out);

#endif
