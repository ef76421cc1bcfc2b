/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Which interfaces carry a probe, and where to.  See sweep_plan.h. */
#include "diagnose/sweep_plan.h"

#include <stdio.h>
#include <string.h>

int sweep_family(const struct sweep_wish *w)
{
	return w->how == SWEEP_GROUP ? w->group.family : AF_INET;
}

static bool is_named(const struct sweep_wish *w, unsigned index)
{
	for (size_t i = 0; i < w->named_count; i++)
		if (w->named[i] == index)
			return true;
	return false;
}

static const struct iface_addr *first_address(const struct iface *dev, int family)
{
	for (size_t i = 0; i < dev->addr_count; i++)
		if (dev->addrs[i].addr.family == family)
			return &dev->addrs[i];
	return NULL;
}

/* A loopback interface carries groups and broadcasts without having the flags (Linux 6.18). */
static const char *unsuitable(const struct sweep_wish *w, const struct iface *dev)
{
	unsigned flag = w->how == SWEEP_GROUP ? IFF_MULTICAST : IFF_BROADCAST;

	return iface_unfit(dev, sweep_family(w), dev->flags & IFF_LOOPBACK ? 0 : flag);
}

/* The kernel gives loopback no broadcast address, but routes the last one of its subnet as such. */
static bool subnet_broadcast(const struct iface *dev, const struct iface_addr *a, struct addr *out)
{
	if (a->addr.family != AF_INET)
		return false;
	*out = a->broadcast;
	if (dev->flags & IFF_LOOPBACK && a->prefix_len < 31) {
		*out = a->addr;
		out->v4.s_addr |= htonl(UINT32_MAX >> a->prefix_len);
	}
	return out->family == AF_INET && !addr_is_any(out);
}

struct plan {
	const struct sweep_wish *wish;
	struct sweep_probe *probes;
	size_t count;
	struct error *e;
};

static struct sweep_probe *add(struct plan *p, const struct iface *dev, const struct addr *dest)
{
	struct sweep_probe *probe = &p->probes[p->count];

	if (p->count == SWEEP_PROBES) {
		err_set(p->e, ERR_LIMIT, "more than %d probes: name interfaces with \"via\"",
			SWEEP_PROBES);
		return NULL;
	}
	p->count++;
	*probe = (struct sweep_probe){ .ifindex = dev->index, .dest = *dest };
	memcpy(probe->ifname, dev->name, sizeof(probe->ifname));
	probe->dest.port = p->wish->port;
	return probe;
}

static bool refuse(struct plan *p, const struct iface *dev, const char *why)
{
	struct addr nowhere = addr_any(sweep_family(p->wish), 0);
	struct sweep_probe *probe = add(p, dev, &nowhere);

	if (!probe)
		return false;
	probe->dest.family = AF_UNSPEC;
	snprintf(probe->refused, sizeof(probe->refused), "%s", why);
	return true;
}

/* Two addresses of one subnet are one probe. */
static bool is_planned(const struct plan *p, const struct iface *dev, const struct addr *dest)
{
	for (size_t i = 0; i < p->count; i++)
		if (p->probes[i].ifindex == dev->index && addr_same_host(&p->probes[i].dest, dest))
			return true;
	return false;
}

static bool add_subnets(struct plan *p, const struct iface *dev, bool named)
{
	size_t before = p->count;

	for (size_t i = 0; i < dev->addr_count; i++) {
		struct sweep_probe *probe;
		struct addr dest;

		if (!subnet_broadcast(dev, &dev->addrs[i], &dest) || is_planned(p, dev, &dest))
			continue;
		probe = add(p, dev, &dest);
		if (!probe)
			return false;
		probe->source = dev->addrs[i].addr;
	}
	return p->count > before || !named ||
	       refuse(p, dev, "its IPv4 subnet has no broadcast address");
}

/* An IPv6 source is the kernel's to choose: it has rules for that (RFC 6724). */
static bool add_one(struct plan *p, const struct iface *dev)
{
	struct addr dest = p->wish->group;
	struct sweep_probe *probe;

	if (p->wish->how == SWEEP_BROADCAST) {
		dest = addr_any(AF_INET, 0);
		dest.v4.s_addr = htonl(INADDR_BROADCAST);
	}
	dest.scope = addr_has_zone(&dest) ? dev->index : 0;
	probe = add(p, dev, &dest);
	if (probe && dest.family == AF_INET)
		probe->source = first_address(dev, AF_INET)->addr;
	return probe;
}

static bool plan_one(struct plan *p, const struct iface *dev)
{
	bool named = is_named(p->wish, dev->index);
	const char *why = unsuitable(p->wish, dev);

	if (p->wish->named_count ? !named : (dev->flags & IFF_LOOPBACK) != 0)
		return true;
	if (why)
		return named ? refuse(p, dev, why) : true;
	return p->wish->how == SWEEP_SUBNET ? add_subnets(p, dev, named) : add_one(p, dev);
}

bool sweep_plan(const struct sweep_wish *w, const struct iface_table *ifaces,
		struct sweep_probe *probes, size_t *count, struct error *e)
{
	struct plan p = { .wish = w, .probes = probes, .e = e };

	for (size_t i = 0; i < ifaces->count; i++)
		if (!plan_one(&p, &ifaces->ifaces[i]))
			return false;
	if (!p.count && w->named_count)
		return err_set(e, ERR_STATE, "the interface is gone: \":interfaces\" lists them");
	if (!p.count)
		return err_set(e, ERR_STATE,
			       "no interface is up that has %s (\"via lo\" tries loopback)",
			       w->how != SWEEP_GROUP        ? "an IPv4 broadcast address"
			       : w->group.family == AF_INET ? "multicast and an IPv4 address"
							    : "multicast and an IPv6 address");
	*count = p.count;
	return true;
}
