/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A snapshot of the interfaces, out of getifaddrs(3). */
#include "net/iface.h"

#include "util/near.h"
#include "util/num.h"

#include <errno.h>
#include <ifaddrs.h>
#include <linux/if_packet.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

static int by_index(const void *a, const void *b)
{
	const struct iface *x = a, *y = b;

	return (x->index > y->index) - (x->index < y->index);
}

/* IPv4 addresses may have a label, "eth0:1", where the interface's name is expected. */
static struct iface *find_labelled(struct iface_table *t, const char *label)
{
	size_t len = strcspn(label, ":");

	for (size_t i = 0; i < t->count; i++)
		if (strlen(t->ifaces[i].name) == len && memcmp(t->ifaces[i].name, label, len) == 0)
			return &t->ifaces[i];
	return NULL;
}

static unsigned read_mtu(int fd, const char *name)
{
	struct ifreq request = { 0 };

	memcpy(request.ifr_name, name, strlen(name));
	return ioctl(fd, SIOCGIFMTU, &request) == 0 ? (unsigned)request.ifr_mtu : 0;
}

/* Each interface has one AF_PACKET entry, addresses or not. */
static bool add_iface(struct iface_table *t, const struct ifaddrs *ifa, int fd)
{
	struct iface *more = realloc(t->ifaces, (t->count + 1) * sizeof(*more));
	const struct sockaddr_ll *ll = (const struct sockaddr_ll *)(const void *)ifa->ifa_addr;

	if (!more)
		return false;
	t->ifaces = more;
	more = &t->ifaces[t->count++];
	*more = (struct iface){ .index = (unsigned)ll->sll_ifindex, .flags = ifa->ifa_flags };
	memcpy(more->name, ifa->ifa_name, strnlen(ifa->ifa_name, sizeof(more->name) - 1));
	more->mtu = read_mtu(fd, more->name);
	return true;
}

static uint8_t prefix_length(const struct addr *mask)
{
	unsigned bits = 0;

	for (size_t i = 0; i < sizeof(mask->bytes); i++)
		bits += (unsigned)__builtin_popcount(mask->bytes[i]);
	return (uint8_t)bits;
}

static bool is_ip(const struct sockaddr *sa)
{
	return sa && (sa->sa_family == AF_INET || sa->sa_family == AF_INET6);
}

static struct addr from(const struct sockaddr *sa)
{
	struct addr a = { 0 };

	if (is_ip(sa))
		addr_from_sockaddr(&a, sa,
				   sa->sa_family == AF_INET ? sizeof(struct sockaddr_in)
							    : sizeof(struct sockaddr_in6));
	return a;
}

/* The kernel takes the last address of the subnet for one (fib_add_ifaddr(), Linux 6.18), also
 * where the interface's address came without; getifaddrs() gives that address itself then. */
static void complete_broadcast(const struct iface *dev, struct iface_addr *a)
{
	if (a->addr.family != AF_INET || !(dev->flags & IFF_BROADCAST) || a->prefix_len > 30 ||
	    (a->broadcast.family && !addr_same_bytes(&a->broadcast, &a->addr)))
		return;
	a->broadcast = a->addr;
	a->broadcast.v4.s_addr |= htonl(UINT32_MAX >> a->prefix_len);
}

static bool add_addr(struct iface_table *t, const struct ifaddrs *ifa)
{
	struct iface *dev = find_labelled(t, ifa->ifa_name);
	const struct addr mask = from(ifa->ifa_netmask);
	struct iface_addr *more;

	if (!dev)
		return true; /* born between the two dumps that getifaddrs() asks for */
	more = realloc(dev->addrs, (dev->addr_count + 1) * sizeof(*more));
	if (!more)
		return false;
	dev->addrs = more;
	more = &dev->addrs[dev->addr_count++];
	*more = (struct iface_addr){ .addr = from(ifa->ifa_addr),
				     .prefix_len = prefix_length(&mask) };
	if (more->addr.family == AF_INET && ifa->ifa_flags & IFF_BROADCAST)
		more->broadcast = from(ifa->ifa_broadaddr);
	complete_broadcast(dev, more);
	return true;
}

static bool fill(struct iface_table *t, const struct ifaddrs *list, int fd)
{
	for (const struct ifaddrs *ifa = list; ifa; ifa = ifa->ifa_next)
		if (ifa->ifa_addr && ifa->ifa_addr->sa_family == AF_PACKET &&
		    !add_iface(t, ifa, fd))
			return false;
	for (const struct ifaddrs *ifa = list; ifa; ifa = ifa->ifa_next)
		if (is_ip(ifa->ifa_addr) && !add_addr(t, ifa))
			return false;
	if (t->count)
		qsort(t->ifaces, t->count, sizeof(*t->ifaces), by_index);
	return true;
}

bool iface_load(struct iface_table *t, struct error *e)
{
	int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	struct iface_table fresh = { 0 };
	struct ifaddrs *list;
	bool ok;

	if (fd < 0)
		return err_sys(e, errno, "the interfaces cannot be read");
	if (getifaddrs(&list) < 0) {
		err_sys(e, errno, "the interfaces cannot be read");
		close(fd);
		return false;
	}
	ok = fill(&fresh, list, fd);
	freeifaddrs(list);
	close(fd);
	if (!ok) {
		iface_done(&fresh);
		return err_set(e, ERR_LIMIT, "no memory for the list of interfaces");
	}
	iface_done(t);
	*t = fresh;
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

/* ---- change by change ---- */

static struct iface *find(struct iface_table *t, unsigned index)
{
	for (size_t i = 0; i < t->count; i++)
		if (t->ifaces[i].index == index)
			return &t->ifaces[i];
	return NULL;
}

/* Room for one more where its index belongs. */
static struct iface *insert(struct iface_table *t, unsigned index)
{
	struct iface *more = realloc(t->ifaces, (t->count + 1) * sizeof(*more));
	size_t at = 0;

	if (!more)
		return NULL;
	t->ifaces = more;
	while (at < t->count && more[at].index < index)
		at++;
	memmove(&more[at + 1], &more[at], (t->count - at) * sizeof(*more));
	t->count++;
	more[at] = (struct iface){ .index = index };
	return &more[at];
}

bool iface_set(struct iface_table *t, const struct iface *link)
{
	struct iface *dev = find(t, link->index);

	if (!dev)
		dev = insert(t, link->index);
	if (!dev)
		return false;
	memcpy(dev->name, link->name, sizeof(dev->name));
	dev->flags = link->flags;
	dev->mtu = link->mtu;
	return true;
}

bool iface_remove(struct iface_table *t, unsigned index)
{
	struct iface *dev = find(t, index);

	if (!dev)
		return false;
	free(dev->addrs);
	t->count--;
	memmove(dev, dev + 1, (t->count - (size_t)(dev - t->ifaces)) * sizeof(*dev));
	return true;
}

static struct iface_addr *find_addr(struct iface *dev, const struct iface_addr *a)
{
	for (size_t i = 0; i < dev->addr_count; i++)
		if (dev->addrs[i].prefix_len == a->prefix_len &&
		    addr_same_host(&dev->addrs[i].addr, &a->addr))
			return &dev->addrs[i];
	return NULL;
}

bool iface_add_addr(struct iface_table *t, unsigned index, const struct iface_addr *a)
{
	struct iface *dev = find(t, index);
	struct iface_addr *more;

	if (!dev || find_addr(dev, a))
		return false;
	more = realloc(dev->addrs, (dev->addr_count + 1) * sizeof(*more));
	if (!more)
		return false;
	dev->addrs = more;
	dev->addrs[dev->addr_count] = *a;
	complete_broadcast(dev, &dev->addrs[dev->addr_count++]);
	return true;
}

bool iface_remove_addr(struct iface_table *t, unsigned index, const struct iface_addr *a)
{
	struct iface *dev = find(t, index);
	struct iface_addr *known = dev ? find_addr(dev, a) : NULL;

	if (!known)
		return false;
	dev->addr_count--;
	memmove(known, known + 1,
		(dev->addr_count - (size_t)(known - dev->addrs)) * sizeof(*known));
	return true;
}

/* ---- questions ---- */

static bool has_broadcast(const struct iface *dev, const struct addr *addr)
{
	for (size_t i = 0; i < dev->addr_count; i++)
		if (dev->addrs[i].broadcast.family &&
		    addr_same_host(&dev->addrs[i].broadcast, addr))
			return true;
	return false;
}

bool iface_is_broadcast(const struct iface_table *t, const struct addr *addr)
{
	for (size_t i = 0; i < t->count; i++)
		if (has_broadcast(&t->ifaces[i], addr))
			return true;
	return false;
}

bool iface_has_addr(const struct iface *dev, const struct addr *addr)
{
	for (size_t i = 0; i < dev->addr_count; i++)
		if (addr_same_host(&dev->addrs[i].addr, addr))
			return true;
	return false;
}

bool iface_is_own(const struct iface_table *t, const struct addr *addr)
{
	if (addr_kind(addr) == ADDR_LOOPBACK) /* all of 127/8, of which lo names one */
		return true;
	for (size_t i = 0; i < t->count; i++)
		if (iface_has_addr(&t->ifaces[i], addr))
			return true;
	return false;
}

bool iface_has_family(const struct iface *dev, int family)
{
	for (size_t i = 0; i < dev->addr_count; i++)
		if (dev->addrs[i].addr.family == family)
			return true;
	return false;
}

bool iface_takes_ipv6(const struct iface *dev)
{
	return dev->mtu >= 1280 || (dev->flags & IFF_LOOPBACK);
}

const char *iface_unfit(const struct iface *dev, int family, unsigned flag)
{
	if (!(dev->flags & IFF_UP))
		return "the interface is down";
	if (!(dev->flags & IFF_RUNNING))
		return "no carrier";
	if ((dev->flags & flag) != flag)
		return flag == IFF_MULTICAST ? "no MULTICAST flag" : "no BROADCAST flag";
	if (!iface_has_family(dev, family))
		return family == AF_INET ? "no IPv4 address" : "no IPv6 address";
	return NULL;
}

bool iface_can_send(const struct iface_table *t, const struct iface *dev, const struct addr *dest)
{
	bool group = addr_is_multicast(dest), all = addr_kind(dest) == ADDR_BROADCAST;

	if (iface_unfit(dev, dest->family, group ? IFF_MULTICAST : all ? IFF_BROADCAST : 0))
		return false;
	if (group || all)
		return true;
	if (iface_is_broadcast(t, dest))
		return has_broadcast(dev, dest);
	if (addr_has_zone(dest) && dest->scope)
		return dest->scope == dev->index;
	return (dev->flags & IFF_LOOPBACK) ? iface_is_own(t, dest) : !iface_is_own(t, dest);
}

static bool unknown(const char *word, struct error *e)
{
	struct if_nameindex *all = if_nameindex();
	struct buf hint;
	struct near near;

	near_init(&near, word);
	for (const struct if_nameindex *i = all; i && i->if_name; i++)
		near_offer(&near, i->if_name);
	buf_init(&hint, 128);
	near_format(&near, &hint);
	err_set(e, ERR_USAGE, "there is no interface \"%.64s\"%s", word,
		near.count ? buf_cstr(&hint) : ": :interfaces lists them");
	buf_done(&hint);
	if (all)
		if_freenameindex(all);
	return false;
}

bool iface_parse(const char *word, unsigned *index, struct error *e)
{
	unsigned found = if_nametoindex(word);
	char name[IF_NAMESIZE];
	int64_t number;

	if (!found && num_parse_int(word, 1, INT32_MAX, &number, NULL) &&
	    if_indextoname((unsigned)number, name))
		found = (unsigned)number;
	if (!found)
		return unknown(word, e);
	*index = found;
	return true;
}

void iface_format_flags(struct buf *out, unsigned flags)
{
	static const struct {
		unsigned flag;
		const char *name;
	} names[] = {
		{ IFF_RUNNING, "running" },
		{ IFF_MULTICAST, "multicast" },
		{ IFF_BROADCAST, "broadcast" },
		{ IFF_LOOPBACK, "loopback" },
		{ IFF_POINTOPOINT, "point-to-point" },
		{ IFF_NOARP, "no ARP" },
		{ IFF_PROMISC, "promiscuous" },
	};

	buf_str(out, flags & IFF_UP ? "up" : "down");
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (flags & names[i].flag)
			buf_printf(out, ", %s", names[i].name);
}
