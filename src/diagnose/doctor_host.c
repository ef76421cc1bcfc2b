/* SPDX-License-Identifier: GPL-3.0-or-later */
/* This host: its interfaces, its routes, its filter for the way back. */
#include "diagnose/doctor_private.h"

#include "net/procfile.h"
#include "net/route.h"

#include <stdio.h>

#define CONCERNED_MAX 64

/* The interfaces that matter to the socket, each once, and what they are for. */
struct concerned {
	unsigned ifindex[CONCERNED_MAX];
	bool group[CONCERNED_MAX], v4[CONCERNED_MAX], v6[CONCERNED_MAX];
	size_t count;
};

static void add(struct concerned *c, unsigned ifindex, bool group, int family)
{
	size_t i = 0;

	if (!ifindex)
		return;
	while (i < c->count && c->ifindex[i] != ifindex)
		i++;
	if (i == CONCERNED_MAX)
		return;
	if (i == c->count) {
		c->ifindex[i] = ifindex;
		c->group[i] = c->v4[i] = c->v6[i] = false;
		c->count++;
	}
	c->group[i] = c->group[i] || group;
	c->v4[i] = c->v4[i] || family == AF_INET;
	c->v6[i] = c->v6[i] || family == AF_INET6;
}

static void find_concerned(const struct doctor *d, struct concerned *c)
{
	const struct group_list *l = &d->k->sock.groups;
	const struct addr *targets;
	size_t n = doctor_targets(d, &targets);
	int device = 0;

	c->count = 0;
	doctor_sockopt(d, SOL_SOCKET, SO_BINDTOIFINDEX, &device);
	add(c, (unsigned)device, false, AF_UNSPEC);
	for (size_t i = 0; i < l->count; i++)
		add(c, session_membership_ifindex(d->activity.session, &l->m[i]), true,
		    l->m[i].group.family);
	for (size_t i = 0; i < n; i++) {
		unsigned forced = doctor_forced(d, &targets[i]);

		add(c, forced ? forced : doctor_way(d, &targets[i]), addr_is_multicast(&targets[i]),
		    targets[i].family);
	}
}

/* ---- interfaces ---- */

static bool has_address(const struct iface *dev, int family)
{
	for (size_t i = 0; i < dev->addr_count; i++)
		if (dev->addrs[i].addr.family == family)
			return true;
	return false;
}

static void examine_iface(struct doctor *d, const struct concerned *c, size_t i)
{
	const struct iface *dev = iface_by_index(&d->activity.session->ifaces, c->ifindex[i]);
	char command[64];

	if (!dev) {
		doctor_say(d, DOCTOR_FAULT, "interfaces", "interface %u is gone", c->ifindex[i]);
		return;
	}
	snprintf(command, sizeof(command), "# ip link set dev %s up", dev->name);
	if (!(dev->flags & IFF_UP))
		doctor_say(d, DOCTOR_FAULT, command, "%s is down", dev->name);
	else if (!(dev->flags & IFF_RUNNING))
		doctor_say(d, DOCTOR_FAULT, NULL,
			   "%s is up and has no carrier: no cable, or the "
			   "other end is down",
			   dev->name);
	snprintf(command, sizeof(command), "# ip link set dev %s multicast on", dev->name);
	if (c->group[i] && !(dev->flags & (IFF_MULTICAST | IFF_LOOPBACK)))
		doctor_say(d, DOCTOR_FAULT, command, "%s has no MULTICAST flag: groups do not pass",
			   dev->name);
	if (c->v4[i] && !has_address(dev, AF_INET))
		doctor_say(
			d, DOCTOR_WARNING, NULL,
			"%s has no IPv4 address: what leaves there has no source of its own, and "
			"switches may not believe its IGMP reports",
			dev->name);
	if (c->v6[i] && !has_address(dev, AF_INET6))
		doctor_say(d, DOCTOR_WARNING, NULL,
			   "%s has no IPv6 address: no MLD report leaves there and nothing can be "
			   "sent",
			   dev->name);
}

/* A socket that hears on all interfaces: is there one? */
static void examine_all(struct doctor *d)
{
	const struct iface_table *t = &d->activity.session->ifaces;
	struct buf up;

	buf_init(&up, 256);
	for (size_t i = 0; i < t->count; i++)
		if ((t->ifaces[i].flags & (IFF_UP | IFF_RUNNING)) == (IFF_UP | IFF_RUNNING) &&
		    !(t->ifaces[i].flags & IFF_LOOPBACK))
			buf_printf(&up, "%s%s", up.len ? ", " : "", t->ifaces[i].name);
	if (up.len)
		doctor_say(d, DOCTOR_OK, NULL, "up and running: %s%s", buf_cstr(&up),
			   up.failed ? ", ..." : "");
	else
		doctor_say(d, DOCTOR_WARNING, "interfaces",
			   "no interface but loopback is up and running: only this host is heard");
	buf_done(&up);
}

bool doctor_look_interface(struct doctor *d)
{
	struct concerned c;
	struct buf names;
	char name[32];

	find_concerned(d, &c);
	if (!c.count) {
		if (addr_kind(&d->k->sock.local) == ADDR_LOOPBACK)
			return false;
		examine_all(d);
		return true;
	}
	buf_init(&names, 256);
	for (size_t i = 0; i < c.count; i++) {
		examine_iface(d, &c, i);
		buf_printf(&names, "%s%s", i ? ", " : "", doctor_iface(d, c.ifindex[i], name));
	}
	if (!d->said)
		doctor_say(d, DOCTOR_OK, NULL, "%s: up and running, with what it takes",
			   buf_cstr(&names));
	buf_done(&names);
	return true;
}

/* ---- routes ---- */

static const struct iface *way_out(const struct doctor *d)
{
	const struct iface_table *t = &d->activity.session->ifaces;

	for (size_t i = 0; i < t->count; i++)
		if ((t->ifaces[i].flags & (IFF_UP | IFF_MULTICAST | IFF_LOOPBACK)) ==
		    (IFF_UP | IFF_MULTICAST))
			return &t->ifaces[i];
	return NULL;
}

static void no_route(struct doctor *d, const struct addr *dest, const char *why)
{
	bool group = addr_is_multicast(dest);
	bool all = addr_kind(dest) == ADDR_BROADCAST;
	const struct iface *dev = group || all ? way_out(d) : NULL;
	char command[128], name[80];

	doctor_host(dest, name);
	if (dev)
		snprintf(command, sizeof(command), "set %s %s",
			 group ? "multicast-interface" : "device", dev->name);
	else
		snprintf(command, sizeof(command), "# ip route add %s via GATEWAY", name);
	doctor_say(d, DOCTOR_FAULT, command, "to %s there is %s", name, why);
}

bool doctor_look_route(struct doctor *d)
{
	const struct addr *targets;
	size_t n = doctor_targets(d, &targets);
	char name[80], source[80], where[32];
	struct route r = { 0 };
	struct error e;

	for (size_t i = 0; i < n; i++)
		if (!route_lookup(&targets[i], doctor_forced(d, &targets[i]), &r, &e))
			no_route(d, &targets[i], e.text);
	if (!n || d->said)
		return n > 0;
	doctor_say(d, DOCTOR_OK, NULL, "%s%s leaves by %s%s%s", doctor_host(&targets[n - 1], name),
		   n > 1 ? ", the last target," : "", doctor_iface(d, r.ifindex, where),
		   r.source.family ? " from " : "",
		   r.source.family ? doctor_host(&r.source, source) : "");
	return true;
}

/* ---- the way back ---- */

/* The kernel takes the higher one of both (fib_validate_source(), Linux 6.1). */
static int64_t filter_of(const struct iface *dev)
{
	int64_t all = 0, own = 0;
	char path[96];

	snprintf(path, sizeof(path), "/proc/sys/net/ipv4/conf/%s/rp_filter", dev->name);
	procfile_read_number("", "/proc/sys/net/ipv4/conf/all/rp_filter", &all, NULL);
	procfile_read_number("", path, &own, NULL);
	return all > own ? all : own;
}

/* Would a datagram from the sender be dropped when it comes in on dev? */
static bool filtered(int64_t filter, const struct iface *dev, const struct addr *sender,
		     struct route *back)
{
	if (!route_lookup(sender, 0, back, NULL)) {
		back->ifindex = 0;
		return true;
	}
	return filter == 1 && back->ifindex != dev->index;
}

static bool tell_filtered(struct doctor *d, const struct iface *dev, int64_t filter,
			  const struct addr *sender)
{
	char command[96], from[80], by[32], way[64] = "there is no route back";
	struct route back = { 0 };

	if (sender->family != AF_INET || !filtered(filter, dev, sender, &back))
		return false;
	if (back.ifindex)
		snprintf(way, sizeof(way), "the way back is by %s",
			 doctor_iface(d, back.ifindex, by));
	snprintf(command, sizeof(command), "# sysctl -w net.ipv4.conf.%s.rp_filter=%d", dev->name,
		 back.ifindex ? 2 : 0);
	doctor_say(d, DOCTOR_FAULT, command,
		   "rp_filter on %s is %d: what comes in there from %s is dropped, %s", dev->name,
		   (int)filter, doctor_host(sender, from), way);
	return true;
}

/* Another interface that is up: a sender's way back could be there. */
static const struct iface *another(const struct doctor *d, const struct iface *dev)
{
	const struct addr far = { .bytes = { 192, 0, 2, 1 }, .family = AF_INET };
	struct route r;

	if (!route_lookup(&far, 0, &r, NULL) || r.ifindex == dev->index)
		return NULL;
	return iface_by_index(&d->activity.session->ifaces, r.ifindex);
}

static void examine_filter(struct doctor *d, const struct membership *m)
{
	unsigned on = session_membership_ifindex(d->activity.session, m);
	const struct iface *dev = iface_by_index(&d->activity.session->ifaces, on);
	int64_t filter = dev ? filter_of(dev) : 0;
	const struct iface *other;
	char command[96];
	bool known = false;

	if (filter == 0 || m->group.family != AF_INET)
		return;
	for (size_t i = 0; m->source_specific && i < m->source_count; i++) {
		tell_filtered(d, dev, filter, &m->sources[i]);
		known = true;
	}
	for (size_t i = 0; i < d->heard_count; i++)
		known = known || (d->heard[i].socket == d->k->number && d->heard[i].ifindex == on);
	other = filter == 1 && !known ? another(d, dev) : NULL;
	if (!other)
		return;
	snprintf(command, sizeof(command), "# sysctl -w net.ipv4.conf.%s.rp_filter=2", dev->name);
	doctor_say(
		d, DOCTOR_WARNING, command,
		"rp_filter on %s is strict: senders beyond its network are dropped there, the way "
		"back to them is by %s",
		dev->name, other->name);
}

bool doctor_look_rp_filter(struct doctor *d)
{
	const struct group_list *l = &d->k->sock.groups;
	bool applies = false;

	for (size_t i = 0; i < l->count; i++) {
		examine_filter(d, &l->m[i]);
		applies = applies || l->m[i].group.family == AF_INET;
	}
	return applies;
}
