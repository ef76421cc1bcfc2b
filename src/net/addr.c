/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Addresses as values: what they are, how they compare, how they are written. */
#include "net/addr.h"

#include <arpa/inet.h>
#include <net/if.h>
#include <string.h>

static size_t addr_size(const struct addr *a)
{
	return a->family == AF_INET ? 4 : a->family == AF_INET6 ? 16 : 0;
}

static enum addr_kind kind_v4(uint32_t host)
{
	if (host == INADDR_ANY)
		return ADDR_ANY;
	if (host == INADDR_BROADCAST)
		return ADDR_BROADCAST;
	if (host >> 24 == 127)
		return ADDR_LOOPBACK;
	return host >> 28 == 14 ? ADDR_MULTICAST : ADDR_UNICAST;
}

static enum addr_kind kind_v6(const struct in6_addr *a)
{
	if (IN6_IS_ADDR_UNSPECIFIED(a))
		return ADDR_ANY;
	if (IN6_IS_ADDR_LOOPBACK(a))
		return ADDR_LOOPBACK;
	if (IN6_IS_ADDR_LINKLOCAL(a))
		return ADDR_LINKLOCAL;
	return IN6_IS_ADDR_MULTICAST(a) ? ADDR_MULTICAST : ADDR_UNICAST;
}

enum addr_kind addr_kind(const struct addr *a)
{
	if (a->family == AF_INET)
		return kind_v4(ntohl(a->v4.s_addr));
	return a->family == AF_INET6 ? kind_v6(&a->v6) : ADDR_NONE;
}

bool addr_is_multicast(const struct addr *a)
{
	return addr_kind(a) == ADDR_MULTICAST;
}

bool addr_is_any(const struct addr *a)
{
	return addr_kind(a) == ADDR_ANY;
}

bool addr_has_zone(const struct addr *a)
{
	return a->family == AF_INET6 &&
	       (IN6_IS_ADDR_LINKLOCAL(&a->v6) || IN6_IS_ADDR_MC_LINKLOCAL(&a->v6) ||
		IN6_IS_ADDR_MC_NODELOCAL(&a->v6));
}

bool addr_same_bytes(const struct addr *a, const struct addr *b)
{
	return a->family == b->family && memcmp(a->bytes, b->bytes, addr_size(a)) == 0;
}

bool addr_same_host(const struct addr *a, const struct addr *b)
{
	return a->scope == b->scope && addr_same_bytes(a, b);
}

bool addr_equal(const struct addr *a, const struct addr *b)
{
	return a->port == b->port && addr_same_host(a, b);
}

/* The finalizer of MurmurHash3: each bit of x changes about half of the result. */
static uint64_t mix(uint64_t x)
{
	x ^= x >> 33;
	x *= 0xff51afd7ed558ccdull;
	x ^= x >> 33;
	x *= 0xc4ceb9fe1a85ec53ull;
	return x ^ x >> 33;
}

uint64_t addr_hash(const struct addr *a)
{
	uint64_t words[2] = { 0 };

	memcpy(words, a->bytes, addr_size(a));
	return mix(mix(mix((uint64_t)a->scope << 32 | (uint64_t)a->family << 16 | a->port) ^
		       words[0]) ^
		   words[1]);
}

struct addr addr_any(int family, uint16_t port)
{
	return (struct addr){ .family = (uint8_t)family, .port = port };
}

bool addr_add(struct addr *a, uint32_t n)
{
	struct addr sum = *a;
	uint64_t carry = n;

	for (size_t i = addr_size(a); i-- > 0; carry >>= 8) {
		carry += sum.bytes[i];
		sum.bytes[i] = (uint8_t)carry;
	}
	if (carry)
		return false;
	*a = sum;
	return true;
}

/* ---- the kernel's form ---- */

static void from_sockaddr_in6(struct addr *a, const struct sockaddr_in6 *in6)
{
	a->port = ntohs(in6->sin6_port);
	if (IN6_IS_ADDR_V4MAPPED(&in6->sin6_addr)) {
		a->family = AF_INET;
		memcpy(a->bytes, &in6->sin6_addr.s6_addr[12], 4);
		return;
	}
	a->family = AF_INET6;
	a->v6 = in6->sin6_addr;
	if (in6->sin6_scope_id && addr_has_zone(a))
		a->scope = in6->sin6_scope_id;
}

void addr_from_sockaddr(struct addr *a, const struct sockaddr *sa, socklen_t len)
{
	*a = (struct addr){ 0 };
	if (len >= sizeof(struct sockaddr_in) && sa->sa_family == AF_INET) {
		const struct sockaddr_in *in = (const struct sockaddr_in *)(const void *)sa;

		a->family = AF_INET;
		a->v4 = in->sin_addr;
		a->port = ntohs(in->sin_port);
	} else if (len >= sizeof(struct sockaddr_in6) && sa->sa_family == AF_INET6) {
		from_sockaddr_in6(a, (const struct sockaddr_in6 *)(const void *)sa);
	}
}

static socklen_t to_sockaddr_in6(const struct addr *a, struct sockaddr_in6 *in6)
{
	in6->sin6_family = AF_INET6;
	in6->sin6_port = htons(a->port);
	in6->sin6_scope_id = a->scope;
	if (a->family == AF_INET6) {
		in6->sin6_addr = a->v6;
	} else {
		in6->sin6_addr.s6_addr[10] = in6->sin6_addr.s6_addr[11] = 0xff;
		memcpy(&in6->sin6_addr.s6_addr[12], a->bytes, 4);
	}
	return sizeof(*in6);
}

socklen_t addr_to_sockaddr(const struct addr *a, int socket_family, struct sockaddr_storage *out)
{
	if (a->family == AF_UNSPEC || (socket_family == AF_INET && a->family != AF_INET))
		return 0;
	memset(out, 0, sizeof(*out));
	if (socket_family == AF_INET6)
		return to_sockaddr_in6(a, (struct sockaddr_in6 *)out);

	struct sockaddr_in *in = (struct sockaddr_in *)out;

	in->sin_family = AF_INET;
	in->sin_port = htons(a->port);
	in->sin_addr = a->v4;
	return sizeof(*in);
}

/* ---- as people read it ---- */

static void format_zone(struct buf *out, const struct addr *a)
{
	char name[IF_NAMESIZE];

	if (!a->scope)
		return;
	if (if_indextoname(a->scope, name))
		buf_printf(out, "%%%s", name);
	else
		buf_printf(out, "%%%u", a->scope);
}

static void format_number(struct buf *out, const struct addr *a)
{
	char text[INET6_ADDRSTRLEN];

	buf_str(out, a->family && inet_ntop(a->family, a->bytes, text, sizeof(text)) ? text : "-");
}

void addr_format_host(struct buf *out, const struct addr *a)
{
	format_number(out, a);
	format_zone(out, a);
}

void addr_format(struct buf *out, const struct addr *a)
{
	buf_str(out, a->family == AF_INET6 ? "[" : "");
	addr_format_host(out, a);
	buf_printf(out, a->family == AF_INET6 ? "]:%u" : ":%u", a->port);
}

void addr_cut_middle(struct buf *out, const char *text, size_t len, size_t room)
{
	size_t kept = room > 2 ? room - 2 : 0, tail = kept / 2;

	if (len <= room) {
		buf_add(out, text, len);
		return;
	}
	buf_add(out, text, kept - tail);
	buf_str(out, "..");
	buf_add(out, text + len - tail, tail);
}

void addr_format_short(struct buf *out, const struct addr *a, size_t columns)
{
	struct buf number, rest;

	if (a->family != AF_INET6) {
		addr_format(out, a);
		return;
	}
	buf_init(&number, INET6_ADDRSTRLEN);
	buf_init(&rest, 64);
	format_number(&number, a);
	format_zone(&rest, a);
	buf_printf(&rest, "]:%u", a->port);
	buf_char(out, '[');
	addr_cut_middle(out, buf_cstr(&number), number.len,
			columns > rest.len + 1 ? columns - rest.len - 1 : 0);
	buf_str(out, buf_cstr(&rest));
	buf_done(&number);
	buf_done(&rest);
}

const char *addr_port_range(uint16_t port)
{
	return port < 1024 ? "well-known" : port < 49152 ? "registered" : "dynamic";
}
