/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * ICMP errors about UDP, told as the error queue of the socket would have told them (RFC 792, RFC
 * 4443, RFC 4884).
 */
#include "net/errqueue.h"
#include "store/dissect_private.h"

#include <errno.h>
#include <netinet/icmp6.h>
#include <netinet/ip_icmp.h>
#include <string.h>

#define ICMP_HEAD 8u
#define UDP_HEAD 8u

/* As icmp_err_convert[] has it (Linux 6.18). */
static int errno_of_icmp(uint8_t type, uint8_t code)
{
	static const int unreachable[] = {
		ENETUNREACH,  EHOSTUNREACH, ENOPROTOOPT,  ECONNREFUSED, EMSGSIZE,     EOPNOTSUPP,
		ENETUNREACH,  EHOSTDOWN,    ENONET,       ENETUNREACH,  EHOSTUNREACH, ENETUNREACH,
		EHOSTUNREACH, EHOSTUNREACH, EHOSTUNREACH, EHOSTUNREACH,
	};

	switch (type) {
	case ICMP_DEST_UNREACH:
		return code < sizeof(unreachable) / sizeof(unreachable[0]) ? unreachable[code]
									   : EHOSTUNREACH;
	case ICMP_TIME_EXCEEDED:
		return EHOSTUNREACH;
	case ICMP_PARAMETERPROB:
		return EPROTO;
	default:
		return 0;
	}
}

/* As icmpv6_err_convert() does (Linux 6.18). */
static int errno_of_icmp6(uint8_t type, uint8_t code)
{
	static const int unreachable[] = { ENETUNREACH,  EACCES, EHOSTUNREACH, EHOSTUNREACH,
					   ECONNREFUSED, EACCES, EACCES };

	switch (type) {
	case ICMP6_DST_UNREACH:
		return code < sizeof(unreachable) / sizeof(unreachable[0]) ? unreachable[code]
									   : EPROTO;
	case ICMP6_PACKET_TOO_BIG:
		return EMSGSIZE;
	case ICMP6_TIME_EXCEEDED:
		return EHOSTUNREACH;
	case ICMP6_PARAM_PROB:
		return EPROTO;
	default:
		return 0;
	}
}

/* RFC 4884: where the quoted datagram ends, if anything may follow it; 0: it is the rest. */
static uint32_t quoted_length(bool v6, const uint8_t *head)
{
	if (v6)
		return head[0] == ICMP6_DST_UNREACH || head[0] == ICMP6_TIME_EXCEEDED ? head[4] * 8u
										      : 0;
	return head[5] * 4u;
}

static uint32_t info_of(bool v6, const uint8_t *head, enum errqueue_info what)
{
	if (what == ERRQUEUE_NOTHING)
		return 0;
	if (v6)
		return view_get32(head + 4);
	return what == ERRQUEUE_MTU ? view_get16(head + 6) : head[4];
}

static void set_error(struct packet_icmp *i, const struct ip_head *ip, const struct ip_head *quoted,
		      const uint8_t *head, int errnum)
{
	const bool v6 = ip->source.family == AF_INET6;
	/* This host told itself about another one, see net/errqueue.c. */
	const bool own = addr_same_bytes(&ip->source, &ip->dest) &&
			 !addr_same_bytes(&ip->source, &quoted->dest);

	*i = (struct packet_icmp){
		.offender = ip->source,
		.errnum = errnum,
		.origin = own ? (v6 ? ERRQUEUE_OWN6 : ERRQUEUE_OWN)
			      : (v6 ? ERRQUEUE_ICMP6 : ERRQUEUE_ICMP),
		.type = head[0],
		.code = head[1],
	};
	i->info =
		info_of(v6, head, errqueue_info((enum errqueue_origin)i->origin, i->type, errnum));
}

/* Of the UDP header there are the first 8 bytes, which is all of it, or this is not ours. */
static enum dissect_result quoted_udp(struct view v, const struct ip_head *quoted,
				      struct packet *out)
{
	const uint8_t *udp;

	if (quoted->protocol != IPPROTO_UDP || quoted->offset)
		return DISSECT_OTHER;
	udp = view_take(&v, UDP_HEAD);
	if (!udp)
		return DISSECT_BAD;
	*out = (struct packet){
		.kind = PACKET_ICMP,
		.peer = quoted->dest,
		.local = quoted->source,
		.data = v.at,
	};
	out->peer.port = view_get16(udp + 2);
	out->local.port = view_get16(udp);
	out->len = v.len;
	if (view_get16(udp + 4) >= UDP_HEAD)
		out->len = view_get16(udp + 4) - UDP_HEAD;
	out->stored = v.n < out->len ? v.n : out->len;
	return DISSECT_PACKET;
}

enum dissect_result dissect_icmp(struct view v, const struct ip_head *ip, struct packet *out)
{
	const bool v6 = ip->source.family == AF_INET6;
	const uint8_t *head = view_take(&v, ICMP_HEAD);
	enum dissect_result result;
	struct ip_head quoted;
	uint32_t length;
	int errnum;

	if (!head)
		return DISSECT_BAD;
	errnum = v6 ? errno_of_icmp6(head[0], head[1]) : errno_of_icmp(head[0], head[1]);
	if (!errnum || !v.n || v.at[0] >> 4 != (v6 ? 6 : 4))
		return DISSECT_OTHER;
	length = quoted_length(v6, head);
	if (length && length < v.len)
		view_limit(&v, length);
	result = v6 ? dissect_ip6(&v, &quoted) : dissect_ip4(&v, &quoted);
	if (result == DISSECT_PACKET)
		result = quoted_udp(v, &quoted, out);
	if (result != DISSECT_PACKET)
		return result;
	set_error(&out->icmp, ip, &quoted, head, errnum);
	return DISSECT_PACKET;
}
