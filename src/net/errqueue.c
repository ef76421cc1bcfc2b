/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The error queue of a socket, one entry at a time. */
#include "net/errqueue.h"

#include <errno.h>
#include <linux/errqueue.h>
#include <netinet/icmp6.h>
#include <netinet/in.h>
#include <netinet/ip_icmp.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>

/* Both families' facts of a dual-stack socket come along, beside the error with its offender. */
#define CONTROL 512

/* ---- reading ---- */

static bool is_error(const struct cmsghdr *c)
{
	return (c->cmsg_level == IPPROTO_IP && c->cmsg_type == IP_RECVERR) ||
	       (c->cmsg_level == IPPROTO_IPV6 && c->cmsg_type == IPV6_RECVERR);
}

static bool take_origin(uint8_t origin, enum errqueue_origin *out)
{
	switch (origin) {
	case SO_EE_ORIGIN_LOCAL:
		*out = ERRQUEUE_LOCAL;
		return true;
	case SO_EE_ORIGIN_ICMP:
		*out = ERRQUEUE_ICMP;
		return true;
	case SO_EE_ORIGIN_ICMP6:
		*out = ERRQUEUE_ICMP6;
		return true;
	}
	return false;
}

/* The extended error, and the address of who sent it right behind. */
static bool take_error(const struct cmsghdr *c, struct errqueue_entry *out)
{
	struct {
		struct sock_extended_err err;
		struct sockaddr_in6 offender;
	} seen = { 0 };
	size_t len = c->cmsg_len - CMSG_LEN(0);

	if (len < sizeof(seen.err))
		return false;
	memcpy(&seen, CMSG_DATA(c), len < sizeof(seen) ? len : sizeof(seen));
	if (!take_origin(seen.err.ee_origin, &out->origin))
		return false;
	out->type = seen.err.ee_type;
	out->code = seen.err.ee_code;
	out->errnum = (int)seen.err.ee_errno;
	out->mtu = out->errnum == EMSGSIZE ? seen.err.ee_info : 0;
	if (out->origin != ERRQUEUE_LOCAL && len > sizeof(seen.err)) {
		addr_from_sockaddr(&out->offender, (struct sockaddr *)&seen.offender,
				   (socklen_t)(len - sizeof(seen.err)));
		out->offender.port = 0;
	}
	return true;
}

static uint64_t nanoseconds(const struct timespec *t)
{
	return (uint64_t)t->tv_sec * 1000000000u + (uint64_t)t->tv_nsec;
}

static bool take_control(struct msghdr *m, struct errqueue_entry *out)
{
	bool found = false;
	struct timespec t;

	for (struct cmsghdr *c = CMSG_FIRSTHDR(m); c; c = CMSG_NXTHDR(m, c)) {
		if (is_error(c)) {
			found |= take_error(c, out);
		} else if (c->cmsg_level == SOL_SOCKET && c->cmsg_type == SCM_TIMESTAMPNS) {
			memcpy(&t, CMSG_DATA(c), sizeof(t));
			out->time = nanoseconds(&t);
		}
	}
	if (!out->time) {
		clock_gettime(CLOCK_REALTIME, &t);
		out->time = nanoseconds(&t);
	}
	return found;
}

bool errqueue_read(int fd, struct errqueue_entry *out)
{
	union {
		struct cmsghdr align;
		uint8_t bytes[CONTROL];
	} control;
	struct sockaddr_in6 dest;

	for (;;) {
		struct iovec part = { out->quote, sizeof(out->quote) };
		struct msghdr m = {
			.msg_name = &dest,
			.msg_namelen = sizeof(dest),
			.msg_iov = &part,
			.msg_iovlen = 1,
			.msg_control = &control,
			.msg_controllen = sizeof(control),
		};
		ssize_t n = recvmsg(fd, &m, MSG_ERRQUEUE | MSG_DONTWAIT);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return false;
		out->time = 0;
		out->offender = (struct addr){ 0 };
		out->quoted = (uint32_t)n;
		addr_from_sockaddr(&out->dest, (struct sockaddr *)&dest, m.msg_namelen);
		if (take_control(&m, out))
			return true;
	}
}

/* ---- words ---- */

struct meaning {
	uint8_t type, code;
	const char *words;
	const char *mark;
};

#define UNREACHABLE "unreachable"

/* RFC 792, RFC 1122 section 3.2.2.1, RFC 1812 section 5.2.7.1. */
static const struct meaning icmp_meanings[] = {
	{ ICMP_DEST_UNREACH, ICMP_NET_UNREACH, "network unreachable", UNREACHABLE },
	{ ICMP_DEST_UNREACH, ICMP_HOST_UNREACH, "host unreachable", UNREACHABLE },
	{ ICMP_DEST_UNREACH, ICMP_PROT_UNREACH, "protocol unreachable", UNREACHABLE },
	{ ICMP_DEST_UNREACH, ICMP_PORT_UNREACH, "port unreachable", "refused" },
	{ ICMP_DEST_UNREACH, ICMP_FRAG_NEEDED, "fragmentation needed", "too big" },
	{ ICMP_DEST_UNREACH, ICMP_SR_FAILED, "source route failed", UNREACHABLE },
	{ ICMP_DEST_UNREACH, ICMP_NET_UNKNOWN, "network unknown", UNREACHABLE },
	{ ICMP_DEST_UNREACH, ICMP_HOST_UNKNOWN, "host unknown", UNREACHABLE },
	{ ICMP_DEST_UNREACH, ICMP_HOST_ISOLATED, "source host isolated", UNREACHABLE },
	{ ICMP_DEST_UNREACH, ICMP_NET_ANO, "network prohibited", UNREACHABLE },
	{ ICMP_DEST_UNREACH, ICMP_HOST_ANO, "host prohibited", UNREACHABLE },
	{ ICMP_DEST_UNREACH, ICMP_NET_UNR_TOS, "network unreachable for this TOS", UNREACHABLE },
	{ ICMP_DEST_UNREACH, ICMP_HOST_UNR_TOS, "host unreachable for this TOS", UNREACHABLE },
	{ ICMP_DEST_UNREACH, ICMP_PKT_FILTERED, "prohibited by a filter", UNREACHABLE },
	{ ICMP_DEST_UNREACH, ICMP_PREC_VIOLATION, "precedence violation", UNREACHABLE },
	{ ICMP_DEST_UNREACH, ICMP_PREC_CUTOFF, "precedence cut off", UNREACHABLE },
	{ ICMP_SOURCE_QUENCH, 0, "source quench", "error" },
	{ ICMP_TIME_EXCEEDED, ICMP_EXC_TTL, "TTL exceeded in transit", "ttl" },
	{ ICMP_TIME_EXCEEDED, ICMP_EXC_FRAGTIME, "fragments did not all arrive in time", "error" },
	{ ICMP_PARAMETERPROB, 0, "bad IP header", "error" },
	{ ICMP_PARAMETERPROB, 1, "a required option is missing", "error" },
	{ ICMP_PARAMETERPROB, 2, "bad length", "error" },
	{ 0 },
};

/* RFC 4443; codes 5 to 7 of unreachable: there and RFC 7112. */
static const struct meaning icmp6_meanings[] = {
	{ ICMP6_DST_UNREACH, ICMP6_DST_UNREACH_NOROUTE, "no route to destination", UNREACHABLE },
	{ ICMP6_DST_UNREACH, ICMP6_DST_UNREACH_ADMIN, "prohibited by a filter", UNREACHABLE },
	{ ICMP6_DST_UNREACH, ICMP6_DST_UNREACH_BEYONDSCOPE,
	  "beyond the scope of the source address", UNREACHABLE },
	{ ICMP6_DST_UNREACH, ICMP6_DST_UNREACH_ADDR, "address unreachable", UNREACHABLE },
	{ ICMP6_DST_UNREACH, ICMP6_DST_UNREACH_NOPORT, "port unreachable", "refused" },
	{ ICMP6_DST_UNREACH, 5, "source address failed a policy", UNREACHABLE },
	{ ICMP6_DST_UNREACH, 6, "rejected by a route", UNREACHABLE },
	{ ICMP6_DST_UNREACH, 7, "error in a source routing header", UNREACHABLE },
	{ ICMP6_PACKET_TOO_BIG, 0, "packet too big", "too big" },
	{ ICMP6_TIME_EXCEEDED, ICMP6_TIME_EXCEED_TRANSIT, "hop limit exceeded in transit", "ttl" },
	{ ICMP6_TIME_EXCEEDED, ICMP6_TIME_EXCEED_REASSEMBLY, "fragments did not all arrive in time",
	  "error" },
	{ ICMP6_PARAM_PROB, ICMP6_PARAMPROB_HEADER, "bad header field", "error" },
	{ ICMP6_PARAM_PROB, ICMP6_PARAMPROB_NEXTHEADER, "unknown next header", "error" },
	{ ICMP6_PARAM_PROB, ICMP6_PARAMPROB_OPTION, "unknown option", "error" },
	{ 0 },
};

static const struct meaning *find_meaning(enum errqueue_origin origin, uint8_t type, uint8_t code)
{
	const struct meaning *m = origin == ERRQUEUE_ICMP ? icmp_meanings : icmp6_meanings;

	if (origin == ERRQUEUE_LOCAL)
		return NULL;
	for (; m->words; m++)
		if (m->type == type && m->code == code)
			return m;
	return NULL;
}

void errqueue_words(struct buf *out, enum errqueue_origin origin, uint8_t type, uint8_t code,
		    int errnum, uint32_t mtu)
{
	const struct meaning *m = find_meaning(origin, type, code);
	const char *words = strerrordesc_np(errnum);

	if (m)
		buf_str(out, m->words);
	else if (origin != ERRQUEUE_LOCAL)
		buf_printf(out, "%s type %u code %u", origin == ERRQUEUE_ICMP ? "ICMP" : "ICMPv6",
			   type, code);
	else if (words)
		buf_str(out, words);
	else
		buf_printf(out, "error %d", errnum);
	if (mtu)
		buf_printf(out, " (MTU %u)", mtu);
}

const char *errqueue_mark(enum errqueue_origin origin, uint8_t type, uint8_t code, int errnum)
{
	const struct meaning *m = find_meaning(origin, type, code);

	if (m)
		return m->mark;
	switch (errnum) {
	case EMSGSIZE:
		return "too big";
	case ECONNREFUSED:
		return "refused";
	case EHOSTUNREACH:
	case ENETUNREACH:
		return UNREACHABLE;
	}
	return "error";
}

bool errqueue_is_unreachable(enum errqueue_origin origin, uint8_t type, uint8_t code)
{
	if (origin == ERRQUEUE_ICMP)
		return type == ICMP_DEST_UNREACH && code != ICMP_FRAG_NEEDED;
	return origin == ERRQUEUE_ICMP6 && type == ICMP6_DST_UNREACH;
}
