/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "net/iface.h"

#include "util/near.h"
#include "util/num.h"

#include <errno.h>
#include <ifaddrs.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

static unsigned read_mtu(int fd, const char *name)
{
	struct ifreq req = { 0 };

	memcpy(req.ifr_name, name, strnlen(name, sizeof(req.ifr_name) - 1));
	return fd >= 0 && ioctl(fd, SIOCGIFMTU, &req) == 0 ? (unsigned)req.ifr_mtu : 0;
}

/* getifaddrs gives one entry an address; an interface comes into being with the first. */
static struct iface *find_or_add(struct iface_table *t, const struct ifaddrs *ifa)
{
	struct iface *more;

	for (size_t i = 0; i < t->count; i++)
		if (strcmp(t->ifaces[i].name, ifa->ifa_name) == 0)
			return &t->ifaces[i];
	more = realloc(t->ifaces, (t->count + 1) * sizeof(*more));
	if (!more)
		return NULL;
	t->ifaces = more;
	more = &t->ifaces[t->count++];
	*more = (struct iface){ .flags = ifa->ifa_flags, .index = if_nametoindex(ifa->ifa_name) };
	memcpy(more->name, ifa->ifa_name, strnlen(ifa->ifa_name, sizeof(more->name) - 1));
	return more;
}

static uint8_t prefix_len(const struct sockaddr *mask)
{
	struct sockaddr_in6 in6;
	struct sockaddr_in in;
	const uint8_t *bytes;
	size_t n;
	unsigned bits = 0;

	if (!mask)
		return 0;
	if (mask->sa_family == AF_INET6) {
		memcpy(&in6, mask, sizeof(in6));
		bytes = in6.sin6_addr.s6_addr;
		n = 16;
	} else {
		memcpy(&in, mask, sizeof(in));
		bytes = (const uint8_t *)&in.sin_addr;
		n = 4;
	}
	for (size_t i = 0; i < n; i++)
		bits += (unsigned)__builtin_popcount(bytes[i]);
	return (uint8_t)bits;
}

static bool add_address(struct iface *dev, const struct ifaddrs *ifa)
{
	bool v4 = ifa->ifa_addr->sa_family == AF_INET;
	socklen_t len = v4 ? sizeof(struct sockaddr_in) : sizeof(struct sockaddr_in6);
	struct iface_addr *more = realloc(dev->addrs, (dev->addr_count + 1) * sizeof(*more));

	if (!more)
		return false;
	dev->addrs = more;
	more = &dev->addrs[dev->addr_count++];
	*more = (struct iface_addr){ .prefix_len = prefix_len(ifa->ifa_netmask) };
	addr_from_sockaddr(&more->addr, ifa->ifa_addr, len);
	if (v4 && (ifa->ifa_flags & IFF_BROADCAST) && ifa->ifa_broadaddr)
		addr_from_sockaddr(&more->broadcast, ifa->ifa_broadaddr, len);
	return true;
}

static int by_index(const void *a, const void *b)
{
	const struct iface *x = a, *y = b;

	return (x->index > y->index) - (x->index < y->index);
}

bool iface_load(struct iface_table *t, struct error *e)
{
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	struct iface_table next = { 0 };
	struct ifaddrs *list;
	bool ok = true;

	if (getifaddrs(&list) < 0) {
		err_sys(e, errno, "the interfaces cannot be read");
		if (fd >= 0)
			close(fd);
		return false;
	}
	for (const struct ifaddrs *ifa = list; ifa && ok; ifa = ifa->ifa_next) {
		struct iface *dev = find_or_add(&next, ifa);
		int family = ifa->ifa_addr ? ifa->ifa_addr->sa_family : AF_UNSPEC;

		ok = dev != NULL;
		if (ok && !dev->mtu)
			dev->mtu = read_mtu(fd, dev->name);
		if (ok && (family == AF_INET || family == AF_INET6))
			ok = add_address(dev, ifa);
	}
	freeifaddrs(list);
	if (fd >= 0)
		close(fd);
	if (!ok) {
		iface_done(&next);
		return err_set(e, ERR_LIMIT, "no memory for the list of interfaces");
	}
	if (next.count)
		qsort(next.ifaces, next.count, sizeof(*next.ifaces), by_index);
	iface_done(t);
	*t = next;
	return true;
}

void iface_done(struct iface_table *t)
{
	for (size_t i = 0; i < t->count; i++)
		free(t->ifaces[i].addrs);
	free(t->ifaces);
	*t = (struct iface_table){ 0 };
}

const struct iface *iface_by_index(const struct iface_table *t, unsigned index)
{
	for (size_t i = 0; i < t->count; i++)
		if (t->ifaces[i].index == index)
			return &t->ifaces[i];
	return NULL;
}

const struct iface *iface_by_name(const struct iface_table *t, const char *name)
{
	for (size_t i = 0; i < t->count; i++)
		if (strcmp(t->ifaces[i].name, name) == 0)
			return &t->ifaces[i];
	return NULL;
}

static bool same_ip(const struct addr *a, const struct addr *b)
{
	return a->family && a->family == b->family && memcmp(a->bytes, b->bytes, 16) == 0;
}

bool iface_is_broadcast(const struct iface_table *t, const struct addr *addr)
{
	for (size_t i = 0; i < t->count; i++)
		for (size_t a = 0; a < t->ifaces[i].addr_count; a++)
			if (same_ip(&t->ifaces[i].addrs[a].broadcast, addr))
				return true;
	return false;
}

bool iface_is_own(const struct iface_table *t, const struct addr *addr)
{
	if (addr_kind(addr) == ADDR_LOOPBACK)
		return true;
	for (size_t i = 0; i < t->count; i++)
		for (size_t a = 0; a < t->ifaces[i].addr_count; a++)
			if (same_ip(&t->ifaces[i].addrs[a].addr, addr))
				return true;
	return false;
}

bool iface_parse(const char *word, unsigned *index, struct error *e)
{
	struct if_nameindex *names;
	unsigned found = if_nametoindex(word);
	char name[IF_NAMESIZE];
	struct near near;
	struct buf hint;
	int64_t n;

	if (!found && num_parse_int(word, 1, INT32_MAX, &n, NULL) && if_indextoname((unsigned)n, name))
		found = (unsigned)n;
	if (found) {
		*index = found;
		return true;
	}
	near_init(&near, word);
	names = if_nameindex();
	for (const struct if_nameindex *i = names; i && i->if_index; i++)
		near_offer(&near, i->if_name);
	buf_init(&hint, 256);
	near_format(&near, &hint);
	err_set(e, ERR_USAGE, "there is no interface \"%s\"%s", word,
		near.count ? buf_cstr(&hint) : ": :interfaces lists them");
	buf_done(&hint);
	if (names)
		if_freenameindex(names);
	return false;
}

void iface_format_flags(struct buf *out, unsigned flags)
{
	static const struct {
		unsigned flag;
		const char *name;
	} names[] = {
		{ IFF_UP, "up" },		{ IFF_RUNNING, "running" },
		{ IFF_MULTICAST, "multicast" }, { IFF_BROADCAST, "broadcast" },
		{ IFF_LOOPBACK, "loopback" },	{ IFF_POINTOPOINT, "point-to-point" },
		{ IFF_PROMISC, "promiscuous" }, { IFF_NOARP, "no ARP" },
	};
	bool any = false;

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		if (!(flags & names[i].flag))
			continue;
		buf_printf(out, "%s%s", any ? ", " : "", names[i].name);
		any = true;
	}
	if (!(flags & IFF_UP))
		buf_printf(out, "%sdown", any ? ", " : "");
}
