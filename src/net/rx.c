/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Receiving in batches.  This is the hot path: one system call per batch, one pass per datagram. */
#include "net/rx.h"

#include "util/clock.h"

#include <errno.h>
#include <netinet/in.h>
#include <netinet/udp.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

/* Buffers a power of two apart would all compete for the same few lines of the caches. */
#define STRIDE (RX_BUFFER + 5 * 64)
/* Both families' PKTINFO, TTL and TOS on a dual-stack socket, time, drops, GRO, fragment size: 272
 * bytes on 6.18. */
#define CONTROL 384

struct rx_batch {
	struct mmsghdr messages[RX_BATCH];
	struct iovec parts[RX_BATCH];
	struct sockaddr_in6 names[RX_BATCH];
	_Alignas(struct cmsghdr) uint8_t control[RX_BATCH][CONTROL];
	int used; /* messages that the last receive has overwritten */
	uint8_t *data;
};

static void arm(struct msghdr *m)
{
	m->msg_namelen = sizeof(struct sockaddr_in6);
	m->msg_controllen = CONTROL;
	m->msg_flags = 0;
}

struct rx_batch *rx_batch_new(void)
{
	struct rx_batch *b = calloc(1, sizeof(*b));

	if (!b)
		return NULL;
	b->data = malloc((size_t)RX_BATCH * STRIDE);
	if (!b->data) {
		free(b);
		return NULL;
	}
	for (size_t i = 0; i < RX_BATCH; i++) {
		struct msghdr *m = &b->messages[i].msg_hdr;

		b->parts[i] = (struct iovec){ b->data + i * STRIDE, RX_BUFFER };
		m->msg_iov = &b->parts[i];
		m->msg_iovlen = 1;
		m->msg_name = &b->names[i];
		m->msg_control = b->control[i];
		arm(m);
	}
	return b;
}

void rx_batch_free(struct rx_batch *b)
{
	if (!b)
		return;
	free(b->data);
	free(b);
}

int rx_receive(struct rx_batch *b, int fd, int *errnum)
{
	int n;

	for (int i = 0; i < b->used; i++)
		arm(&b->messages[i].msg_hdr);
	b->used = 0;
	/* MSG_TRUNC going in: msg_len is the true length. */
	n = recvmmsg(fd, b->messages, RX_BATCH, MSG_DONTWAIT | MSG_TRUNC, NULL);
	if (n >= 0) {
		b->used = n;
		return n;
	}
	if (errno == EAGAIN || errno == EINTR)
		return 0;
	*errnum = errno;
	return -1;
}

static void set_v4(struct addr *a, const void *bytes)
{
	a->family = AF_INET;
	memcpy(a->bytes, bytes, 4);
}

/* With IP_PKTINFO the address in the header (ipi_addr) comes with the one to answer from
 * (ipi_spec_dst); they are the same but for groups and broadcasts. */
static void take_pktinfo(const struct in_pktinfo *info, struct rx_meta *out)
{
	set_v4(&out->local, &info->ipi_addr);
	out->ifindex = (uint32_t)info->ipi_ifindex;
	if (IN_MULTICAST(ntohl(info->ipi_addr.s_addr)))
		out->flags |= RX_MULTICAST;
	else if (info->ipi_addr.s_addr != info->ipi_spec_dst.s_addr)
		out->flags |= RX_BROADCAST;
}

/* An IPv4 datagram on a dual-stack socket brings both; the other one says more. */
static void take_pktinfo6(const struct in6_pktinfo *info, struct rx_meta *out)
{
	if (IN6_IS_ADDR_V4MAPPED(&info->ipi6_addr))
		return;
	out->local.family = AF_INET6;
	out->local.v6 = info->ipi6_addr;
	out->ifindex = info->ipi6_ifindex;
	if (addr_has_zone(&out->local))
		out->local.scope = info->ipi6_ifindex;
	if (IN6_IS_ADDR_MULTICAST(&info->ipi6_addr))
		out->flags |= RX_MULTICAST;
}

static int int_of(const struct cmsghdr *c)
{
	int value;

	memcpy(&value, CMSG_DATA(c), sizeof(value));
	return value;
}

static void take_socket(const struct cmsghdr *c, struct rx_meta *out)
{
	if (c->cmsg_type == SCM_TIMESTAMPNS) {
		struct timespec t;

		memcpy(&t, CMSG_DATA(c), sizeof(t));
		out->time = clock_ns(&t);
	} else if (c->cmsg_type == SO_RXQ_OVFL) {
		out->drops = (uint32_t)int_of(c);
		out->flags |= RX_HAS_DROPS;
	}
}

static void take_ip(const struct cmsghdr *c, struct rx_meta *out)
{
	if (c->cmsg_type == IP_PKTINFO) {
		struct in_pktinfo info;

		memcpy(&info, CMSG_DATA(c), sizeof(info));
		take_pktinfo(&info, out);
	} else if (c->cmsg_type == IP_TTL) {
		out->ttl = (uint8_t)int_of(c);
		out->flags |= RX_HAS_TTL;
	} else if (c->cmsg_type == IP_TOS) {
		out->tos = *CMSG_DATA(c); /* one byte, unlike the rest */
		out->flags |= RX_HAS_TOS;
	} else if (c->cmsg_type == IP_RECVFRAGSIZE) { /* only with what came in fragments */
		out->fragment = (uint32_t)int_of(c);
	}
}

static void take_ipv6(const struct cmsghdr *c, struct rx_meta *out)
{
	if (c->cmsg_type == IPV6_PKTINFO) {
		struct in6_pktinfo info;

		memcpy(&info, CMSG_DATA(c), sizeof(info));
		take_pktinfo6(&info, out);
	} else if (c->cmsg_type == IPV6_HOPLIMIT) {
		out->ttl = (uint8_t)int_of(c);
		out->flags |= RX_HAS_TTL;
	} else if (c->cmsg_type == IPV6_TCLASS) {
		out->tos = (uint8_t)int_of(c);
		out->flags |= RX_HAS_TOS;
	} else if (c->cmsg_type == IPV6_RECVFRAGSIZE) {
		out->fragment = (uint32_t)int_of(c);
	}
}

static void take_control(const struct msghdr *m, struct rx_meta *out)
{
	/* CMSG_NXTHDR() wants a pointer to what may be changed. */
	struct msghdr h = *m;

	for (struct cmsghdr *c = CMSG_FIRSTHDR(&h); c; c = CMSG_NXTHDR(&h, c)) {
		if (c->cmsg_level == SOL_SOCKET)
			take_socket(c, out);
		else if (c->cmsg_level == IPPROTO_IP)
			take_ip(c, out);
		else if (c->cmsg_level == IPPROTO_IPV6)
			take_ipv6(c, out);
		else if (c->cmsg_level == IPPROTO_UDP && c->cmsg_type == UDP_GRO)
			out->segment = (uint16_t)int_of(c);
	}
}

void rx_decode(const struct rx_batch *b, int i, struct rx_meta *out)
{
	const struct mmsghdr *m = &b->messages[i];

	*out = (struct rx_meta){ .len = m->msg_len, .stored = m->msg_len };
	if (m->msg_hdr.msg_flags & MSG_TRUNC)
		out->flags |= RX_TRUNCATED;
	if (out->stored > RX_BUFFER)
		out->stored = RX_BUFFER;
	addr_from_sockaddr(&out->peer, m->msg_hdr.msg_name, m->msg_hdr.msg_namelen);
	take_control(&m->msg_hdr, out);
	if (!out->time)
		out->time = clock_realtime(&clock_system);
}

const uint8_t *rx_data(const struct rx_batch *b, int i)
{
	return b->parts[i].iov_base;
}
