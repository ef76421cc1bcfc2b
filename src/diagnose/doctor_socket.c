/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The socket itself: what its address, its peer, its device and its options shut out. */
#include "diagnose/doctor_private.h"

#include "net/route.h"

#include <stdio.h>

/* ---- where it is bound ---- */

static bool is_broadcast(const struct doctor *d, const struct addr *a)
{
	return addr_kind(a) == ADDR_BROADCAST ||
	       iface_is_broadcast(&d->activity.session->ifaces, a);
}

/* Does the socket write to somebody whose answers come to the address it writes from? */
static bool talks_unicast(const struct doctor *d)
{
	const struct addr *targets;
	size_t n = doctor_targets(d, &targets);

	for (size_t i = 0; i < n; i++)
		if (addr_is_multicast(&targets[i]) || is_broadcast(d, &targets[i]))
			return false;
	return n > 0;
}

static void bound_to_one(struct doctor *d, const struct addr *local, const char *name)
{
	const char *any = local->family == AF_INET6 ? "[::]" : "0.0.0.0";
	char command[32];

	/* Not both at once on one port: first this one goes, then another is opened. */
	snprintf(command, sizeof(command), "close %u", d->k->number);
	if (d->k->sock.groups.count)
		doctor_say(d, DOCTOR_FAULT, command,
			   "bound to %s: the kernel delivers no datagram to a group to [%u]; open "
			   "%s:%u instead",
			   name, d->k->number, any, local->port);
	else if (addr_kind(local) == ADDR_LOOPBACK)
		doctor_say(d, DOCTOR_OK, NULL, "bound to %s: only this host is heard", name);
	else if (talks_unicast(d))
		doctor_say(d, DOCTOR_OK, NULL, "bound to %s: unicast to it is heard", name);
	else
		doctor_say(d, DOCTOR_WARNING, command,
			   "bound to %s: broadcasts and groups do not reach [%u]; open %s:%u "
			   "instead",
			   name, d->k->number, any, local->port);
}

bool doctor_look_address(struct doctor *d)
{
	const struct addr *local = &d->k->sock.local;
	char name[80];

	doctor_host(local, name);
	if (addr_is_any(local))
		doctor_say(d, DOCTOR_OK, NULL,
			   "bound to %s%s: all addresses of this host are heard", name,
			   d->k->sock.dual ? " and IPv4" : "");
	else if (addr_is_multicast(local))
		doctor_say(d, DOCTOR_OK, NULL,
			   "bound to the group %s: unicast and broadcasts do not reach [%u]", name,
			   d->k->number);
	else if (!is_broadcast(d, local))
		bound_to_one(d, local, name);
	else if (d->k->sock.groups.count)
		doctor_say(d, DOCTOR_FAULT, NULL,
			   "bound to the broadcast address %s: no group reaches [%u]", name,
			   d->k->number);
	else
		doctor_say(d, DOCTOR_OK, NULL,
			   "bound to the broadcast address %s: unicast does not reach [%u]", name,
			   d->k->number);
	return true;
}

/* ---- connected ---- */

bool doctor_look_connect(struct doctor *d)
{
	const struct addr *peer = &d->k->sock.peer;
	char name[80];

	if (!peer->family)
		return false;
	doctor_host(peer, name);
	if (addr_is_multicast(peer) || is_broadcast(d, peer))
		doctor_say(d, DOCTOR_FAULT, "disconnect",
			   "connected to %s: who answers does so from an address of its own and is "
			   "not heard",
			   name);
	else if (d->k->sock.groups.count)
		doctor_say(d, DOCTOR_FAULT, "disconnect",
			   "connected to %s: the groups' other senders are not heard", name);
	else if (d->k->tx && !d->k->rx)
		doctor_say(d, DOCTOR_WARNING, "disconnect",
			   "connected to %s port %u, which did not answer: an answer from another "
			   "port or host is not heard",
			   name, peer->port);
	else
		doctor_say(d, DOCTOR_OK, NULL, "connected: only %s port %u is heard", name,
			   peer->port);
	return true;
}

/* ---- bound to a device ---- */

static const struct iface *iface_of(const struct doctor *d, const struct addr *addr)
{
	const struct iface_table *t = &d->activity.session->ifaces;

	for (size_t i = 0; i < t->count; i++)
		for (size_t n = 0; n < t->ifaces[i].addr_count; n++)
			if (addr_same_host(&t->ifaces[i].addrs[n].addr, addr))
				return &t->ifaces[i];
	return NULL;
}

static void hidden_groups(struct doctor *d, unsigned device, const char *name)
{
	const struct group_list *l = &d->k->sock.groups;
	char command[DOCTOR_COMMAND_MAX], group[80], where[32];

	for (size_t i = 0; i < l->count; i++) {
		unsigned on = session_membership_ifindex(d->activity.session, &l->m[i]);

		if (!on || on == device)
			continue;
		doctor_group_command("join", &l->m[i].group, NULL, device, command);
		doctor_say(d, DOCTOR_FAULT, command,
			   "bound to the device %s: %s is joined on %s and not heard from there",
			   name, doctor_host(&l->m[i].group, group), doctor_iface(d, on, where));
	}
}

static void hidden_senders(struct doctor *d, unsigned device, const char *name)
{
	char from[80], where[32], witness[48];

	for (size_t i = 0; i < d->heard_count; i++) {
		const struct heard *h = &d->heard[i];

		if (h->socket == d->k->number || h->ifindex == device || !h->ifindex ||
		    (!h->socket && addr_is_multicast(&h->to) && !doctor_joined(d, &h->to, 0)))
			continue;
		doctor_say(d, DOCTOR_WARNING, "set device none",
			   "bound to the device %s: %s comes in on %s, %s", name,
			   doctor_host(&h->from, from), doctor_iface(d, h->ifindex, where),
			   doctor_witness(h, witness));
		return;
	}
}

static void hidden_targets(struct doctor *d, unsigned device, const char *name)
{
	const struct addr *targets;
	size_t n = doctor_targets(d, &targets);
	char host[80], where[32];
	struct route r;

	for (size_t i = 0; i < n; i++) {
		if (addr_is_multicast(&targets[i]) || is_broadcast(d, &targets[i]) ||
		    !route_lookup(&targets[i], 0, &r, NULL) || r.ifindex == device)
			continue;
		doctor_say(
			d, DOCTOR_WARNING, "set device none",
			"bound to the device %s: the route to %s leaves by %s, answers that come "
			"in there are not heard",
			name, doctor_host(&targets[i], host), doctor_iface(d, r.ifindex, where));
		return;
	}
}

bool doctor_look_device(struct doctor *d)
{
	const struct iface *own;
	int device = 0;
	char name[32];

	if (!doctor_sockopt(d, SOL_SOCKET, SO_BINDTOIFINDEX, &device) || !device)
		return false;
	doctor_iface(d, (unsigned)device, name);
	own = iface_of(d, &d->k->sock.local);
	if (own && own->index != (unsigned)device)
		doctor_say(d, DOCTOR_FAULT, "set device none",
			   "bound to the device %s and to an address of %s: what comes in there is "
			   "not heard",
			   name, own->name);
	hidden_groups(d, (unsigned)device, name);
	hidden_senders(d, (unsigned)device, name);
	hidden_targets(d, (unsigned)device, name);
	if (!d->said)
		doctor_say(d, DOCTOR_OK, NULL,
			   "bound to the device %s: only what comes in there is "
			   "heard",
			   name);
	return true;
}

/* ---- as a sender ---- */

/* What routers never pass on, whatever its TTL (RFC 5771, RFC 4291). */
static bool stays_on_link(const struct addr *group)
{
	if (group->family == AF_INET)
		return group->bytes[0] == 224 && !group->bytes[1] && !group->bytes[2];
	return (group->bytes[1] & 0x0f) <= 2;
}

static void sends_to_group(struct doctor *d, const struct addr *group)
{
	bool v4 = group->family == AF_INET;
	int ttl = -1, loop = 1;
	char name[80];

	doctor_sockopt(d, v4 ? IPPROTO_IP : IPPROTO_IPV6,
		       v4 ? IP_MULTICAST_TTL : IPV6_MULTICAST_HOPS, &ttl);
	doctor_sockopt(d, v4 ? IPPROTO_IP : IPPROTO_IPV6,
		       v4 ? IP_MULTICAST_LOOP : IPV6_MULTICAST_LOOP, &loop);
	doctor_host(group, name);
	if (ttl == 0)
		doctor_say(d, DOCTOR_FAULT, "set multicast-ttl 8",
			   "multicast-ttl is 0: nothing that [%u] sends to %s leaves this host",
			   d->k->number, name);
	else if (ttl == 1 && !stays_on_link(group))
		doctor_say(d, DOCTOR_WARNING, "set multicast-ttl 8",
			   "multicast-ttl is 1: no router passes on what [%u] sends to %s",
			   d->k->number, name);
	if (!loop)
		doctor_say(d, DOCTOR_WARNING, "set multicast-loop on",
			   "multicast-loop is off: members of %s on this host do not hear [%u]",
			   name, d->k->number);
}

bool doctor_look_sender(struct doctor *d)
{
	const struct addr *targets;
	size_t n = doctor_targets(d, &targets);
	bool applies = false;
	char name[80];

	for (size_t i = 0; i < n; i++) {
		if (addr_is_multicast(&targets[i])) {
			sends_to_group(d, &targets[i]);
			applies = true;
		} else if (is_broadcast(d, &targets[i])) {
			if (!doctor_option(d, "broadcast"))
				doctor_say(d, DOCTOR_FAULT, "set broadcast on",
					   "broadcast is off: the kernel refuses to send to %s",
					   doctor_host(&targets[i], name));
			applies = true;
		}
	}
	return applies;
}
