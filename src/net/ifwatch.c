/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Notifications of rtnetlink(7), read and decoded. */
#include "net/ifwatch.h"

#include <errno.h>
#include <linux/rtnetlink.h>
#include <string.h>
#include <unistd.h>

/* A link with many virtual functions tells so much; what is longer has everything read anew. */
#define MESSAGE_MAX 32768
#define ATTR_TYPE 0x3fffu /* NLA_TYPE_MASK, without its sign */
#define READS_MAX 64      /* in one turn of the loop */

/* ---- bytes, as far as there are any ---- */

struct span {
	const uint8_t *at;
	size_t left;
};

/* The next "n" bytes into "to", false if there are not so many. */
static bool take(struct span *s, void *to, size_t n)
{
	if (s->left < n)
		return false;
	memcpy(to, s->at, n);
	s->at += n;
	s->left -= n;
	return true;
}

/* The next piece, whose length (its head of "head" bytes included) is "whole"; then to the next
 * multiple of four. */
static bool take_piece(struct span *s, size_t head, size_t whole, struct span *body)
{
	size_t padded = (whole + 3) & ~(size_t)3;

	if (whole < head || whole > s->left)
		return false;
	*body = (struct span){ .at = s->at + head, .left = whole - head };
	if (padded > s->left)
		padded = s->left;
	s->at += padded;
	s->left -= padded;
	return true;
}

static bool take_message(struct span *s, struct nlmsghdr *head, struct span *body)
{
	struct span peek = *s;

	return take(&peek, head, sizeof(*head)) &&
	       take_piece(s, sizeof(*head), head->nlmsg_len, body);
}

static bool take_attr(struct span *s, unsigned *type, struct span *value)
{
	struct span peek = *s;
	struct rtattr head;

	if (!take(&peek, &head, sizeof(head)) || !take_piece(s, sizeof(head), head.rta_len, value))
		return false;
	*type = head.rta_type & ATTR_TYPE;
	return true;
}

/* ---- the messages ---- */

static void read_name(struct span value, char name[IF_NAMESIZE])
{
	size_t n = strnlen((const char *)value.at, value.left);

	if (n < IF_NAMESIZE)
		memcpy(name, value.at, n);
}

/* Those of a bridge about its ports (AF_BRIDGE) name the same interface and the same types, and
 * "gone" means only that the port left the bridge. */
static bool read_link(struct span body, struct ifwatch_change *c)
{
	struct ifinfomsg info;
	struct span value;
	unsigned type;

	if (!take(&body, &info, sizeof(info)) || info.ifi_family != AF_UNSPEC ||
	    info.ifi_index <= 0)
		return false;
	c->ifindex = (unsigned)info.ifi_index;
	c->flags = info.ifi_flags;
	while (take_attr(&body, &type, &value)) {
		if (type == IFLA_IFNAME)
			read_name(value, c->name);
		else if (type == IFLA_MTU)
			take(&value, &c->mtu, sizeof(c->mtu));
	}
	return c->name[0] != '\0';
}

static void read_host(struct span value, int family, struct addr *out)
{
	size_t size = family == AF_INET ? 4 : 16;

	if (value.left == size) {
		out->family = (uint8_t)family;
		take(&value, out->bytes, size);
	}
}

/* On a point-to-point link IFA_ADDRESS is the other end and IFA_LOCAL one's own. */
static bool read_addr(struct span body, struct ifwatch_change *c)
{
	struct addr address = { 0 }, local = { 0 };
	struct ifaddrmsg info;
	struct span value;
	unsigned type;

	if (!take(&body, &info, sizeof(info)) || !info.ifa_index ||
	    (info.ifa_family != AF_INET && info.ifa_family != AF_INET6))
		return false;
	c->ifindex = info.ifa_index;
	c->addr.prefix_len = info.ifa_prefixlen;
	while (take_attr(&body, &type, &value)) {
		if (type == IFA_ADDRESS)
			read_host(value, info.ifa_family, &address);
		else if (type == IFA_LOCAL)
			read_host(value, info.ifa_family, &local);
		else if (type == IFA_BROADCAST)
			read_host(value, info.ifa_family, &c->addr.broadcast);
	}
	c->addr.addr = local.family ? local : address;
	if (addr_has_zone(&c->addr.addr))
		c->addr.addr.scope = c->ifindex;
	return c->addr.addr.family != AF_UNSPEC;
}

static bool read_change(unsigned type, struct span body, struct ifwatch_change *c)
{
	*c = (struct ifwatch_change){ 0 };
	switch (type) {
	case RTM_NEWLINK:
	case RTM_DELLINK:
		c->kind = type == RTM_NEWLINK ? IFWATCH_LINK : IFWATCH_LINK_GONE;
		return read_link(body, c);
	case RTM_NEWADDR:
	case RTM_DELADDR:
		c->kind = type == RTM_NEWADDR ? IFWATCH_ADDR : IFWATCH_ADDR_GONE;
		return read_addr(body, c);
	case RTM_NEWROUTE:
	case RTM_DELROUTE:
		c->kind = IFWATCH_ROUTE;
		return true;
	default:
		return false;
	}
}

void ifwatch_decode(const void *data, size_t n, ifwatch_fn *fn, void *ctx)
{
	struct span all = { .at = data, .left = n }, body;
	struct ifwatch_change c;
	struct nlmsghdr head;

	while (take_message(&all, &head, &body))
		if (read_change(head.nlmsg_type, body, &c))
			fn(ctx, &c);
}

/* ---- the descriptor ---- */

int ifwatch_open(struct error *e)
{
	const struct sockaddr_nl groups = {
		.nl_family = AF_NETLINK,
		.nl_groups = RTMGRP_LINK | RTMGRP_IPV4_IFADDR | RTMGRP_IPV6_IFADDR |
			     RTMGRP_IPV4_ROUTE | RTMGRP_IPV6_ROUTE,
	};
	int fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK, NETLINK_ROUTE);

	if (fd < 0) {
		err_sys(e, errno, "cannot watch the interfaces");
		return -1;
	}
	if (bind(fd, (const struct sockaddr *)(const void *)&groups, sizeof(groups)) < 0) {
		err_sys(e, errno, "cannot watch the interfaces");
		close(fd);
		return -1;
	}
	return fd;
}

/* One message.  A privileged program may write to our descriptor, too: only the kernel is port 0.
 * Returns 0 or the errno. */
static int read_one(int fd, ifwatch_fn *fn, void *ctx, bool *cut)
{
	_Alignas(struct nlmsghdr) uint8_t data[MESSAGE_MAX];
	struct iovec iov = { .iov_base = data, .iov_len = sizeof(data) };
	struct sockaddr_nl from = { 0 };
	struct msghdr m = {
		.msg_name = &from,
		.msg_namelen = sizeof(from),
		.msg_iov = &iov,
		.msg_iovlen = 1,
	};
	ssize_t n = recvmsg(fd, &m, 0);

	if (n < 0)
		return errno;
	if (n == 0)
		return EPIPE;
	if (from.nl_pid == 0 && (m.msg_flags & MSG_TRUNC))
		*cut = true;
	else if (from.nl_pid == 0)
		ifwatch_decode(data, (size_t)n, fn, ctx);
	return 0;
}

enum ifwatch_result ifwatch_read(int fd, ifwatch_fn *fn, void *ctx)
{
	bool lost = false;

	/* What waits behind a loss is older than what is read anew: it must be told before. */
	for (int i = 0; i < READS_MAX || lost; i++) {
		int errnum = read_one(fd, fn, ctx, &lost);

		if (errnum == EAGAIN)
			break;
		if (errnum == ENOBUFS)
			lost = true;
		else if (errnum && errnum != EINTR)
			return IFWATCH_BROKEN;
	}
	return lost ? IFWATCH_LOST : IFWATCH_READ;
}
