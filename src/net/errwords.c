/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What the errors of the queue mean.
 *
 * Of ICMP the kernel queues unreachable, time exceeded and parameter problem for UDP, of ICMPv6
 * these and packet too big; source quench and redirect it takes for itself (__udp4_lib_err,
 * __udp6_lib_err, 6.18).
 */
#include "net/errqueue.h"

#include <errno.h>
#include <netinet/icmp6.h>
#include <netinet/ip_icmp.h>
#include <string.h>

struct meaning {
	uint8_t type, code;
	const char *words;
	const char *mark;
};

#define REFUSED "refused"
#define UNREACHABLE "unreachable"
#define PROHIBITED "prohibited"
#define TOO_BIG "too big"
#define EXPIRED "ttl"
#define OTHER "error"

/* RFC 792, RFC 1122 section 3.2.2.1, RFC 1812 section 5.2.7.1; parameter problem 1: RFC 1108. */
static const struct meaning icmp_meanings[] = {
	{ ICMP_DEST_UNREACH, ICMP_NET_UNREACH, "network unreachable", UNREACHABLE },
	{ ICMP_DEST_UNREACH, ICMP_HOST_UNREACH, "host unreachable", UNREACHABLE },
	{ ICMP_DEST_UNREACH, ICMP_PROT_UNREACH, "protocol unreachable", UNREACHABLE },
	{ ICMP_DEST_UNREACH, ICMP_PORT_UNREACH, "port unreachable", REFUSED },
	{ ICMP_DEST_UNREACH, ICMP_FRAG_NEEDED, "fragmentation needed", TOO_BIG },
	{ ICMP_DEST_UNREACH, ICMP_SR_FAILED, "source route failed", UNREACHABLE },
	{ ICMP_DEST_UNREACH, ICMP_NET_UNKNOWN, "network unknown", UNREACHABLE },
	{ ICMP_DEST_UNREACH, ICMP_HOST_UNKNOWN, "host unknown", UNREACHABLE },
	{ ICMP_DEST_UNREACH, ICMP_HOST_ISOLATED, "source host isolated", UNREACHABLE },
	{ ICMP_DEST_UNREACH, ICMP_NET_ANO, "network administratively prohibited", PROHIBITED },
	{ ICMP_DEST_UNREACH, ICMP_HOST_ANO, "host administratively prohibited", PROHIBITED },
	{ ICMP_DEST_UNREACH, ICMP_NET_UNR_TOS, "network unreachable for this TOS", UNREACHABLE },
	{ ICMP_DEST_UNREACH, ICMP_HOST_UNR_TOS, "host unreachable for this TOS", UNREACHABLE },
	{ ICMP_DEST_UNREACH, ICMP_PKT_FILTERED, "administratively prohibited by a filter",
	  PROHIBITED },
	{ ICMP_DEST_UNREACH, ICMP_PREC_VIOLATION, "precedence violation", PROHIBITED },
	{ ICMP_DEST_UNREACH, ICMP_PREC_CUTOFF, "precedence cut off", PROHIBITED },
	{ ICMP_TIME_EXCEEDED, ICMP_EXC_TTL, "TTL exceeded in transit", EXPIRED },
	{ ICMP_TIME_EXCEEDED, ICMP_EXC_FRAGTIME, "fragments did not all arrive in time", OTHER },
	{ ICMP_PARAMETERPROB, 0, "bad IP header", OTHER },
	{ ICMP_PARAMETERPROB, 1, "a required IP option is missing", OTHER },
	{ ICMP_PARAMETERPROB, 2, "bad length of the IP header or datagram", OTHER },
	{ 0 },
};

/* RFC 4443; unreachable 7: RFC 6554, 8: RFC 8883; parameter problem 3: RFC 7112, 4: RFC 8754, 5 to
 * 10: RFC 8883. */
static const struct meaning icmp6_meanings[] = {
	{ ICMP6_DST_UNREACH, ICMP6_DST_UNREACH_NOROUTE, "no route to destination", UNREACHABLE },
	{ ICMP6_DST_UNREACH, ICMP6_DST_UNREACH_ADMIN, "administratively prohibited", PROHIBITED },
	{ ICMP6_DST_UNREACH, ICMP6_DST_UNREACH_BEYONDSCOPE,
	  "beyond the scope of the source address", UNREACHABLE },
	{ ICMP6_DST_UNREACH, ICMP6_DST_UNREACH_ADDR, "address unreachable", UNREACHABLE },
	{ ICMP6_DST_UNREACH, ICMP6_DST_UNREACH_NOPORT, "port unreachable", REFUSED },
	{ ICMP6_DST_UNREACH, 5, "source address prohibited by a policy", PROHIBITED },
	{ ICMP6_DST_UNREACH, 6, "rejected by a route", PROHIBITED },
	{ ICMP6_DST_UNREACH, 7, "error in a source routing header", UNREACHABLE },
	{ ICMP6_DST_UNREACH, 8, "headers too long", UNREACHABLE },
	{ ICMP6_PACKET_TOO_BIG, 0, "packet too big", TOO_BIG },
	{ ICMP6_TIME_EXCEEDED, ICMP6_TIME_EXCEED_TRANSIT, "hop limit exceeded in transit",
	  EXPIRED },
	{ ICMP6_TIME_EXCEEDED, ICMP6_TIME_EXCEED_REASSEMBLY, "fragments did not all arrive in time",
	  OTHER },
	{ ICMP6_PARAM_PROB, ICMP6_PARAMPROB_HEADER, "bad header field", OTHER },
	{ ICMP6_PARAM_PROB, ICMP6_PARAMPROB_NEXTHEADER, "unknown next header", OTHER },
	{ ICMP6_PARAM_PROB, ICMP6_PARAMPROB_OPTION, "unknown IPv6 option", OTHER },
	{ ICMP6_PARAM_PROB, 3, "the first fragment lacks headers", OTHER },
	{ ICMP6_PARAM_PROB, 4, "bad header behind a segment routing header", OTHER },
	{ ICMP6_PARAM_PROB, 5, "unknown next header, says one on the way", OTHER },
	{ ICMP6_PARAM_PROB, 6, "extension header too big", OTHER },
	{ ICMP6_PARAM_PROB, 7, "chain of extension headers too long", OTHER },
	{ ICMP6_PARAM_PROB, 8, "too many extension headers", OTHER },
	{ ICMP6_PARAM_PROB, 9, "too many options in an extension header", OTHER },
	{ ICMP6_PARAM_PROB, 10, "option too big", OTHER },
	{ 0 },
};

/* What a host says to itself where it cannot find out whom to hand a datagram to. */
static const struct meaning no_arp = { .words = "nobody answers ARP", .mark = UNREACHABLE };
static const struct meaning no_neighbour = { .words = "nobody answers neighbour discovery",
					     .mark = UNREACHABLE };

static bool is_v4(enum errqueue_origin origin)
{
	return origin == ERRQUEUE_ICMP || origin == ERRQUEUE_OWN;
}

bool errqueue_is_local(enum errqueue_origin origin)
{
	return origin != ERRQUEUE_ICMP && origin != ERRQUEUE_ICMP6;
}

static const struct meaning *find_meaning(enum errqueue_origin origin, uint8_t type, uint8_t code)
{
	const struct meaning *m = is_v4(origin) ? icmp_meanings : icmp6_meanings;

	if (origin == ERRQUEUE_LOCAL)
		return NULL;
	if (origin == ERRQUEUE_OWN && type == ICMP_DEST_UNREACH && code == ICMP_HOST_UNREACH)
		return &no_arp;
	if (origin == ERRQUEUE_OWN6 && type == ICMP6_DST_UNREACH && code == ICMP6_DST_UNREACH_ADDR)
		return &no_neighbour;
	for (; m->words; m++)
		if (m->type == type && m->code == code)
			return m;
	return NULL;
}

enum errqueue_info errqueue_info(enum errqueue_origin origin, uint8_t type, int errnum)
{
	if (errnum == EMSGSIZE)
		return ERRQUEUE_MTU;
	if (origin != ERRQUEUE_LOCAL &&
	    type == (is_v4(origin) ? ICMP_PARAMETERPROB : ICMP6_PARAM_PROB))
		return ERRQUEUE_POINTER;
	return ERRQUEUE_NOTHING;
}

static void add_words(struct buf *out, enum errqueue_origin origin, uint8_t type, uint8_t code,
		      int errnum)
{
	const struct meaning *m = find_meaning(origin, type, code);
	const char *words = strerrordesc_np(errnum);

	if (m)
		buf_str(out, m->words);
	else if (origin != ERRQUEUE_LOCAL)
		buf_printf(out, "%s type %u code %u", is_v4(origin) ? "ICMP" : "ICMPv6", type,
			   code);
	else if (words)
		buf_str(out, words);
	else
		buf_printf(out, "error %d", errnum);
}

void errqueue_words(struct buf *out, enum errqueue_origin origin, uint8_t type, uint8_t code,
		    int errnum, uint32_t info)
{
	add_words(out, origin, type, code, errnum);
	if (!info)
		return;
	switch (errqueue_info(origin, type, errnum)) {
	case ERRQUEUE_MTU:
		buf_printf(out, " (MTU %u)", info);
		break;
	case ERRQUEUE_POINTER:
		buf_printf(out, " (octet %u)", info);
		break;
	case ERRQUEUE_NOTHING:
		break;
	}
}

const char *errqueue_mark(enum errqueue_origin origin, uint8_t type, uint8_t code, int errnum)
{
	const struct meaning *m = find_meaning(origin, type, code);

	if (m)
		return m->mark;
	switch (errnum) {
	case EMSGSIZE:
		return TOO_BIG;
	case ECONNREFUSED:
		return REFUSED;
	case EHOSTUNREACH:
	case ENETUNREACH:
		return UNREACHABLE;
	}
	return OTHER;
}

bool errqueue_is_unreachable(enum errqueue_origin origin, uint8_t type, uint8_t code)
{
	if (origin == ERRQUEUE_LOCAL)
		return false;
	if (is_v4(origin))
		return type == ICMP_DEST_UNREACH && code != ICMP_FRAG_NEEDED;
	return type == ICMP6_DST_UNREACH;
}
