/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Addresses: one small value type for both families, read and written.
 *
 * IPv4 is always plain IPv4 here: a v4-mapped IPv6 address becomes AF_INET when
 * it is read from a sockaddr and is mapped again only for an AF_INET6 socket.
 */
#ifndef NET_ADDR_H
#define NET_ADDR_H

#include "util/buf.h"
#include "util/err.h"

#include <netinet/in.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/socket.h>

struct addr {
	union {
		uint8_t bytes[16]; /* network order; 4 used for AF_INET, the rest zero */
		struct in_addr v4;
		struct in6_addr v6;
	};
	uint32_t scope; /* interface index where addr_has_zone(), else 0 */
	uint16_t port;  /* host order */
	uint8_t family; /* AF_INET, AF_INET6; AF_UNSPEC (0): no address */
};

enum addr_kind {
	ADDR_NONE,
	ADDR_ANY, /* 0.0.0.0, :: */
	ADDR_UNICAST,
	ADDR_LOOPBACK,  /* 127/8, ::1 */
	ADDR_LINKLOCAL, /* fe80::/10: needs a zone; 169.254/16 is ADDR_UNICAST */
	ADDR_BROADCAST, /* 255.255.255.255 only: those of subnets the kernel knows */
	ADDR_MULTICAST, /* 224/4, ff00::/8 */
};

enum addr_kind addr_kind(const struct addr *a);
bool addr_is_multicast(const struct addr *a);
bool addr_is_any(const struct addr *a);
/* Is it meaningless without an interface: fe80::/10, and groups of interface or link scope? */
bool addr_has_zone(const struct addr *a);
bool addr_equal(const struct addr *a, const struct addr *b);     /* address, zone and port */
bool addr_same_host(const struct addr *a, const struct addr *b); /* address and zone */
/* The address alone: of groups and link-local sources the zone may be told or not. */
bool addr_same_bytes(const struct addr *a, const struct addr *b);
uint64_t addr_hash(const struct addr *a);
/* The wildcard address of a family. */
struct addr addr_any(int family, uint16_t port);
/* Group number n of a range: the address plus n; false past the end of the address space. */
bool addr_add(struct addr *a, uint32_t n);

void addr_from_sockaddr(struct addr *a, const struct sockaddr *sa, socklen_t len);
/* For a socket of the given family (AF_INET6: IPv4 becomes v4-mapped; an IPv6 address does not fit
 * AF_INET).  Returns the length, 0 if it cannot be. */
socklen_t addr_to_sockaddr(const struct addr *a, int socket_family, struct sockaddr_storage *out);

/* 10.0.0.9:5353  [fe80::1%eth1]:69  0.0.0.0:5000; the zone by name where the index has one. */
void addr_format(struct buf *out, const struct addr *a);
/* 10.0.0.9  fe80::1%eth1 */
void addr_format_host(struct buf *out, const struct addr *a);
/* As addr_format in at most "columns" columns (>= 12): IPv6 is shortened in the middle with "..",
 * zone and port always stay. */
void addr_format_short(struct buf *out, const struct addr *a, size_t columns);
/* The number of an address in at most room columns: the most is told by its two ends, the network
 * and the host. */
void addr_cut_middle(struct buf *out, const char *text, size_t len, size_t room);

/* A numeric address without a port, with %zone (name or index); no name look-up.  Brackets around
 * IPv6 are allowed.  A zone that is no interface is an error. */
bool addr_parse_ip(const char *s, struct addr *out, struct error *e);

/* What a person may write where an address goes, split but not yet looked up. */
struct addr_name {
	char host[256];   /* "" for ":PORT"; an IPv6 literal without brackets, its zone with "%" */
	char service[64]; /* number or service name; "" if there was none */
};

/*
 * Reads HOST:PORT, [V6%ZONE]:PORT, :PORT, HOST PORT (as two words; port may be NULL), a bare HOST,
 * a bare V6, udp://HOST:PORT[/].  The second word wins over nothing: both a ":PORT" and a second
 * word is an error.  e->at is the offset in "host" (or 0 with the text naming the port word).
 */
bool addr_split(const char *host, const char *port, struct addr_name *out, struct error *e);

/* 1..65535 (0 only if zero_ok), or a name from services(5) for udp. */
bool addr_parse_port(const char *s, bool zero_ok, uint16_t *out, struct error *e);
/* "well-known", "registered", "dynamic" (RFC 6335 section 6). */
const char *addr_port_range(uint16_t port);

#endif
