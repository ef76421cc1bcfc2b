/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One question to rtnetlink(7); the kernel answers before send() returns. */
#include "net/route.h"

#include <errno.h>
#include <linux/rtnetlink.h>
#include <net/if.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

struct question {
	struct nlmsghdr head;
	struct rtmsg route;
	uint8_t attrs[64];
};

static void add_attr(struct question *q, unsigned short type, const void *data, size_t len)
{
	struct rtattr *a = (struct rtattr *)(void *)((uint8_t *)q + NLMSG_ALIGN(q->head.nlmsg_len));

	a->rta_type = type;
	a->rta_len = (unsigned short)RTA_LENGTH(len);
	memcpy(RTA_DATA(a), data, len);
	q->head.nlmsg_len = (uint32_t)(NLMSG_ALIGN(q->head.nlmsg_len) + RTA_ALIGN(a->rta_len));
}

static void build(struct question *q, const struct addr *dest, unsigned oif)
{
	size_t size = dest->family == AF_INET ? 4 : 16;
	const uint32_t index = oif ? oif : dest->scope;

	*q = (struct question){
		.head = { .nlmsg_len = NLMSG_LENGTH(sizeof(struct rtmsg)),
			  .nlmsg_type = RTM_GETROUTE,
			  .nlmsg_flags = NLM_F_REQUEST },
		.route = { .rtm_family = dest->family, .rtm_dst_len = (unsigned char)(8 * size) },
	};
	add_attr(q, RTA_DST, dest->bytes, size);
	if (index)
		add_attr(q, RTA_OIF, &index, sizeof(index));
}

/* ---- the answer ---- */

static struct addr address_of(int family, const struct rtattr *a)
{
	struct addr out = { .family = (uint8_t)family };
	size_t size = family == AF_INET ? 4 : 16;

	if (RTA_PAYLOAD(a) < size)
		return (struct addr){ 0 };
	memcpy(out.bytes, RTA_DATA(a), size);
	return out;
}

/* An IPv4 route by an IPv6 gateway (RFC 5549): a family, then the address. */
static struct addr via_of(const struct rtattr *a)
{
	struct addr out = { .family = AF_INET6 };
	const struct rtvia *via = RTA_DATA(a);

	if (RTA_PAYLOAD(a) < sizeof(*via) + sizeof(out.v6) || via->rtvia_family != AF_INET6)
		return (struct addr){ 0 };
	memcpy(&out.v6, via->rtvia_addr, sizeof(out.v6));
	return out;
}

static uint32_t u32_of(const struct rtattr *a)
{
	uint32_t value = 0;

	if (RTA_PAYLOAD(a) >= sizeof(value))
		memcpy(&value, RTA_DATA(a), sizeof(value));
	return value;
}

static uint32_t mtu_of(const struct rtattr *metrics)
{
	size_t left = RTA_PAYLOAD(metrics);

	for (const struct rtattr *a = RTA_DATA(metrics); RTA_OK(a, left); a = RTA_NEXT(a, left))
		if (a->rta_type == RTAX_MTU)
			return u32_of(a);
	return 0;
}

static void read_attrs(const struct nlmsghdr *head, struct route *out)
{
	const struct rtmsg *m = NLMSG_DATA(head);
	size_t left = head->nlmsg_len - NLMSG_LENGTH(sizeof(*m));

	for (const struct rtattr *a = RTM_RTA(m); RTA_OK(a, left); a = RTA_NEXT(a, left)) {
		if (a->rta_type == RTA_PREFSRC)
			out->source = address_of(m->rtm_family, a);
		else if (a->rta_type == RTA_GATEWAY)
			out->gateway = address_of(m->rtm_family, a);
		else if (a->rta_type == RTA_VIA)
			out->gateway = via_of(a);
		else if (a->rta_type == RTA_OIF)
			out->ifindex = u32_of(a);
		else if (a->rta_type == RTA_METRICS)
			out->mtu = mtu_of(a);
	}
}

/* Returns 0 or the errno. */
static int read_answer(const struct nlmsghdr *head, size_t len, struct route *out)
{
	const struct rtmsg *m = NLMSG_DATA(head);

	if (!NLMSG_OK(head, len))
		return EBADMSG;
	if (head->nlmsg_type == NLMSG_ERROR) {
		const struct nlmsgerr *error = NLMSG_DATA(head);

		return error->error ? -error->error : EBADMSG;
	}
	if (head->nlmsg_type != RTM_NEWROUTE || head->nlmsg_len < NLMSG_LENGTH(sizeof(*m)))
		return EBADMSG;
	if (m->rtm_type == RTN_UNREACHABLE || m->rtm_type == RTN_BLACKHOLE)
		return ENETUNREACH;
	if (m->rtm_type == RTN_PROHIBIT)
		return EACCES;
	out->broadcast = m->rtm_type == RTN_BROADCAST;
	out->local = m->rtm_type == RTN_LOCAL;
	read_attrs(head, out);
	return 0;
}

static int ask(int fd, const struct question *q, struct route *out)
{
	union {
		struct nlmsghdr head;
		uint8_t bytes[4096];
	} answer;
	ssize_t n;

	if (send(fd, q, q->head.nlmsg_len, 0) < 0)
		return errno;
	n = recv(fd, &answer, sizeof(answer), 0);
	return n < 0 ? errno : read_answer(&answer.head, (size_t)n, out);
}

static unsigned interface_mtu(unsigned index)
{
	struct ifreq request = { .ifr_ifindex = (int)index };
	int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	unsigned mtu = 0;

	if (fd < 0)
		return 0;
	if (ioctl(fd, SIOCGIFNAME, &request) == 0 && ioctl(fd, SIOCGIFMTU, &request) == 0)
		mtu = (unsigned)request.ifr_mtu;
	close(fd);
	return mtu;
}

/* Routes that lead nowhere have an errno each (fib_props[], Linux 6.1). */
static bool no_way(int errnum, struct error *e)
{
	static const struct {
		int errnum;
		const char *words;
	} ways[] = {
		{ ENETUNREACH, "no route" },
		{ EHOSTUNREACH, "a route that says unreachable" },
		{ EINVAL, "a blackhole route" },
		{ EACCES, "a route that says prohibit" },
	};
	size_t i = 0, n = sizeof(ways) / sizeof(ways[0]);

	while (i < n && ways[i].errnum != errnum)
		i++;
	if (i == n)
		return err_sys(e, errnum, "no route");
	err_set(e, ERR_SYSTEM, "%s", ways[i].words);
	if (e)
		e->errnum = errnum;
	return false;
}

bool route_lookup(const struct addr *dest, unsigned oif, struct route *out, struct error *e)
{
	int fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK, NETLINK_ROUTE);
	struct route found = { 0 };
	struct question q;
	int errnum;

	if (fd < 0)
		return err_sys(e, errno, "cannot ask for the route");
	build(&q, dest, oif);
	errnum = ask(fd, &q, &found);
	close(fd);
	if (errnum)
		return no_way(errnum, e);
	found.multicast = addr_is_multicast(dest); /* IPv6 routes to groups are of type unicast */
	if (!found.mtu)
		found.mtu = interface_mtu(found.ifindex);
	if (found.source.family && addr_has_zone(&found.source))
		found.source.scope = found.ifindex;
	if (found.gateway.family && addr_has_zone(&found.gateway))
		found.gateway.scope = found.ifindex;
	*out = found;
	return true;
}
