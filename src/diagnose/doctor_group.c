/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Groups: not joined, joined elsewhere, heard from the wrong source. */
#include "diagnose/doctor_private.h"

#include "net/grouprange.h"
#include "net/route.h"

#include <stdio.h>
#include <string.h>

/* ---- not joined ---- */

/* Ports that are spoken to in groups (IANA). */
static const struct {
	uint16_t port;
	const char *protocol, *v4, *v6;
} known_groups[] = {
	{ 319, "PTP", "224.0.1.129", "ff0e::181" },
	{ 320, "PTP", "224.0.1.129", "ff0e::181" },
	{ 520, "RIP", "224.0.0.9", NULL },
	{ 521, "RIPng", NULL, "ff02::9" },
	{ 547, "DHCPv6", NULL, "ff02::1:2" },
	{ 1900, "SSDP", "239.255.255.250", "ff02::c" },
	{ 3702, "WS-Discovery", "239.255.255.250", "ff02::c" },
	{ 5353, "mDNS", "224.0.0.251", "ff02::fb" },
	{ 5355, "LLMNR", "224.0.0.252", "ff02::1:3" },
};

static void not_joined(struct doctor *d, enum doctor_level level, const struct addr *group,
		       unsigned ifindex, const char *why)
{
	char command[DOCTOR_COMMAND_MAX], name[80];
	struct addr plain = *group;

	plain.port = 0;
	plain.scope = 0;
	doctor_group_command("join", &plain, NULL, ifindex, command);
	doctor_say(d, level, command, "%s is not joined: %s", doctor_host(&plain, name), why);
}

/* The port is the same at both ends, so this host is meant to be a member. */
static void targets_joined(struct doctor *d)
{
	const struct addr *targets;
	size_t n = doctor_targets(d, &targets);

	for (size_t i = 0; i < n; i++)
		if (addr_is_multicast(&targets[i]) && targets[i].port == d->k->sock.local.port &&
		    !doctor_joined(d, &targets[i], 0))
			not_joined(d, DOCTOR_FAULT, &targets[i], doctor_way(d, &targets[i]),
				   "it is the target, and members' datagrams to it are not heard");
}

static void heard_joined(struct doctor *d)
{
	char why[112], on[32], witness[48];

	/* Bound to one address no membership would help. */
	if (!addr_is_any(&d->k->sock.local))
		return;
	for (size_t i = 0; i < d->heard_count; i++) {
		const struct heard *h = &d->heard[i];

		if (h->socket == d->k->number || !addr_is_multicast(&h->to) ||
		    doctor_joined(d, &h->to, 0) ||
		    (h->to.family == AF_INET6 && d->k->sock.family == AF_INET))
			continue;
		snprintf(why, sizeof(why), "it comes in on %s, %s", doctor_iface(d, h->ifindex, on),
			 doctor_witness(h, witness));
		not_joined(d, h->socket ? DOCTOR_FAULT : DOCTOR_WARNING, &h->to, h->ifindex, why);
		return;
	}
}

static void known_joined(struct doctor *d)
{
	bool six = d->k->sock.family == AF_INET6 && !d->k->sock.dual;
	const struct addr *local = &d->k->sock.local;
	struct addr group;
	char why[64];

	if (!addr_is_any(local) || d->k->sock.groups.count)
		return;
	for (size_t i = 0; i < sizeof(known_groups) / sizeof(known_groups[0]); i++) {
		const char *name =
			six || !known_groups[i].v4 ? known_groups[i].v6 : known_groups[i].v4;

		if (known_groups[i].port != local->port || !name ||
		    (d->k->sock.family == AF_INET && !known_groups[i].v4) ||
		    !addr_parse_ip(name, &group, NULL))
			continue;
		snprintf(why, sizeof(why), "%s speaks to it on port %u", known_groups[i].protocol,
			 local->port);
		not_joined(d, DOCTOR_WARNING, &group, doctor_way(d, &group), why);
	}
}

static void gone_interfaces(struct doctor *d)
{
	const struct group_list *l = &d->k->sock.groups;
	char command[DOCTOR_COMMAND_MAX], name[80];

	for (size_t i = 0; i < l->count; i++) {
		const struct membership *m = &l->m[i];
		const struct iface *back;

		if (!m->lost)
			continue;
		back = iface_by_name(&d->activity.session->ifaces, m->lost_name);
		doctor_group_command("join", &m->group, NULL, back ? back->index : 0, command);
		if (back && !iface_takes_ipv6(back) && m->group.family == AF_INET6)
			snprintf(command, sizeof(command), "# ip link set dev %s mtu 1280",
				 back->name);
		doctor_say(d, DOCTOR_FAULT, command,
			   "%s was joined on %s, which %s: the membership went with it",
			   doctor_host(&m->group, name), m->lost_name, m->lost_why);
	}
}

bool doctor_look_joined(struct doctor *d)
{
	const struct addr *local = &d->k->sock.local;
	size_t n = d->k->sock.groups.count;
	char name[80];

	if (addr_is_multicast(local) && !doctor_joined(d, local, 0))
		not_joined(d, DOCTOR_FAULT, local, doctor_way(d, local),
			   "the socket is bound to it and hears nothing else");
	targets_joined(d);
	if (!d->said)
		heard_joined(d);
	if (!d->said)
		known_joined(d);
	gone_interfaces(d);
	if (d->said || !n)
		return n > 0;
	if (n == 1)
		doctor_say(d, DOCTOR_OK, NULL, "%s is joined",
			   doctor_host(&d->k->sock.groups.m[0].group, name));
	else
		doctor_say(d, DOCTOR_OK, NULL, "%zu memberships are held", n);
	return true;
}

/* ---- joined on another interface ---- */

static bool heard_itself(const struct doctor *d, const struct addr *group)
{
	for (size_t i = 0; i < d->heard_count; i++)
		if (d->heard[i].socket == d->k->number && addr_same_bytes(&d->heard[i].to, group))
			return true;
	return false;
}

static void arrives_elsewhere(struct doctor *d, const struct membership *m)
{
	char command[DOCTOR_COMMAND_MAX], group[80], where[32], on[32], witness[48];

	for (size_t i = 0; i < d->heard_count; i++) {
		const struct heard *h = &d->heard[i];

		if (h->socket == d->k->number || !h->ifindex ||
		    !addr_same_bytes(&h->to, &m->group) || doctor_joined(d, &m->group, h->ifindex))
			continue;
		doctor_group_command("join", &m->group, NULL, h->ifindex, command);
		doctor_say(d, heard_itself(d, &m->group) ? DOCTOR_WARNING : DOCTOR_FAULT, command,
			   "%s comes in on %s, %s; [%u] joined it on %s only",
			   doctor_host(&m->group, group), doctor_iface(d, h->ifindex, where),
			   doctor_witness(h, witness), d->k->number,
			   doctor_iface(d, session_membership_ifindex(d->activity.session, m), on));
		return;
	}
}

static void routed_elsewhere(struct doctor *d, const struct membership *m)
{
	char command[DOCTOR_COMMAND_MAX], group[80], where[32], on[32];
	const struct iface *dev;
	struct route r;

	if (!m->ifindex || heard_itself(d, &m->group) || !route_lookup(&m->group, 0, &r, NULL) ||
	    doctor_joined(d, &m->group, r.ifindex))
		return;
	dev = iface_by_index(&d->activity.session->ifaces, r.ifindex);
	if (!dev || dev->flags & IFF_LOOPBACK)
		return;
	doctor_group_command("join", &m->group, NULL, r.ifindex, command);
	doctor_say(d, DOCTOR_WARNING, command,
		   "%s is joined on %s only and nothing came; this host's route to it is by %s",
		   doctor_host(&m->group, group), doctor_iface(d, m->ifindex, on),
		   doctor_iface(d, r.ifindex, where));
}

bool doctor_look_arrival(struct doctor *d)
{
	const struct group_list *l = &d->k->sock.groups;

	for (size_t i = 0; i < l->count; i++) {
		size_t before = d->said;

		arrives_elsewhere(d, &l->m[i]);
		if (d->said == before)
			routed_elsewhere(d, &l->m[i]);
	}
	return l->count > 0;
}

/* ---- wrong source ---- */

bool doctor_admits(const struct membership *m, const struct addr *source)
{
	for (size_t i = 0; i < m->source_count; i++)
		if (addr_same_host(&m->sources[i], source))
			return m->source_specific;
	return !m->source_specific;
}

static void shut_out(struct doctor *d, const struct membership *m, const struct heard *h)
{
	char command[DOCTOR_COMMAND_MAX], from[80], group[80], witness[48];

	doctor_group_command(m->source_specific ? "join" : "unblock", &m->group, &h->from,
			     m->ifindex, command);
	doctor_say(d, DOCTOR_FAULT, command, "%s sends to %s, %s; [%u] %s",
		   doctor_host(&h->from, from), doctor_host(&m->group, group),
		   doctor_witness(h, witness), d->k->number,
		   m->source_specific ? "joined it for other sources only" : "blocked this source");
}

bool doctor_look_source(struct doctor *d)
{
	const struct group_list *l = &d->k->sock.groups;
	char name[80];

	for (size_t i = 0; i < l->count; i++) {
		const struct membership *m = &l->m[i];

		/* Who hears one sender does without the others on purpose. */
		for (size_t h = 0; !heard_itself(d, &m->group) && h < d->heard_count; h++)
			if (d->heard[h].socket != d->k->number &&
			    addr_same_bytes(&d->heard[h].to, &m->group) &&
			    session_membership_ifindex(d->activity.session, m) ==
				    d->heard[h].ifindex &&
			    !doctor_admits(m, &d->heard[h].from))
				shut_out(d, m, &d->heard[h]);
		if (!m->source_specific && grouprange_flags(&m->group) & GROUPRANGE_SSM)
			doctor_say(
				d, DOCTOR_WARNING, NULL,
				"%s is of the range for one source: routers pass it on only to who "
				"joins SOURCE@GROUP (RFC 4607)",
				doctor_host(&m->group, name));
	}
	return l->count > 0;
}
