/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The error queue of a socket, one entry at a time; errwords.c has the words. */
#include "net/errqueue.h"

#include "util/clock.h"

#include <errno.h>
#include <linux/errqueue.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>

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
	out->info = errqueue_info(out->origin, out->type, out->errnum) != ERRQUEUE_NOTHING
			    ? seen.err.ee_info
			    : 0;
	if (out->origin != ERRQUEUE_LOCAL && len > sizeof(seen.err)) {
		addr_from_sockaddr(&out->offender, (struct sockaddr *)&seen.offender,
				   (socklen_t)(len - sizeof(seen.err)));
		out->offender.port = 0;
	}
	return true;
}

/* Which of our addresses the error came to; a dual-stack socket is told twice. */
static void take_heard_at(const struct cmsghdr *c, struct addr *out)
{
	struct sockaddr_in v4 = { .sin_family = AF_INET };
	struct sockaddr_in6 v6 = { .sin6_family = AF_INET6 };

	if (c->cmsg_level == IPPROTO_IP && c->cmsg_type == IP_PKTINFO) {
		struct in_pktinfo info;

		memcpy(&info, CMSG_DATA(c), sizeof(info));
		v4.sin_addr = info.ipi_addr;
		addr_from_sockaddr(out, (struct sockaddr *)&v4, sizeof(v4));
	} else if (c->cmsg_level == IPPROTO_IPV6 && c->cmsg_type == IPV6_PKTINFO) {
		struct in6_pktinfo info;

		memcpy(&info, CMSG_DATA(c), sizeof(info));
		v6.sin6_addr = info.ipi6_addr;
		addr_from_sockaddr(out, (struct sockaddr *)&v6, sizeof(v6));
	}
}

static bool same_bytes(const struct addr *a, const struct addr *b)
{
	return a->family == b->family && memcmp(a->bytes, b->bytes, sizeof(a->bytes)) == 0;
}

/*
 * An ICMP error that this host wrote to itself about another one: nobody answered ARP or
 * neighbour discovery, or a rule of its own firewall rejects.  What it refuses as the
 * destination is an answer like any other's.
 */
static void tell_own(struct errqueue_entry *out, const struct addr *heard_at)
{
	if (out->origin == ERRQUEUE_LOCAL || !same_bytes(&out->offender, heard_at) ||
	    same_bytes(&out->offender, &out->dest))
		return;
	out->origin = out->origin == ERRQUEUE_ICMP ? ERRQUEUE_OWN : ERRQUEUE_OWN6;
}

static bool take_control(struct msghdr *m, struct errqueue_entry *out)
{
	struct addr heard_at = { 0 };
	bool found = false;
	struct timespec t;

	for (struct cmsghdr *c = CMSG_FIRSTHDR(m); c; c = CMSG_NXTHDR(m, c)) {
		if (is_error(c)) {
			found |= take_error(c, out);
		} else if (c->cmsg_level == SOL_SOCKET && c->cmsg_type == SCM_TIMESTAMPNS) {
			memcpy(&t, CMSG_DATA(c), sizeof(t));
			out->time = clock_ns(&t);
		} else {
			take_heard_at(c, &heard_at);
		}
	}
	tell_own(out, &heard_at);
	if (!out->time)
		out->time = clock_realtime(&clock_system);
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
