/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Changes of the interfaces as events; memberships lost and joined again.  See interfaces.h. */
#include "session/interfaces.h"

#include "net/ifwatch.h"
#include "session/session.h"
#include "util/num.h"

#include <poll.h>
#include <string.h>
#include <unistd.h>

/* ---- names of those that are gone ---- */

static void remember(struct interfaces *w, const struct iface *dev)
{
	if (w->former_count == INTERFACES_FORMER)
		memmove(&w->former[0], &w->former[1], --w->former_count * sizeof(w->former[0]));
	w->former[w->former_count].index = dev->index;
	memcpy(w->former[w->former_count].name, dev->name, sizeof(dev->name));
	w->former_count++;
}

const char *session_ifname(struct session *s, unsigned index)
{
	const struct iface *dev;
	const struct interfaces *w = &s->watch;

	if (index & CAPTURE_INTERFACE)
		return capture_ifname(s, index);
	dev = session_iface(s, index);
	if (dev)
		return dev->name;
	for (size_t i = w->former_count; index && i-- > 0;)
		if (w->former[i].index == index)
			return w->former[i].name;
	return NULL;
}

/* ---- memberships ---- */

static void tell_membership(struct session *s, enum packet_kind kind,
			    const struct session_socket *k, const struct membership *m,
			    const struct iface *dev)
{
	const struct addr any = { 0 };
	struct buf name;

	buf_init(&name, 256);
	group_format_membership(&name, m,
				m->source_specific && m->source_count ? &m->sources[0] : &any);
	if (m->source_specific && m->source_count > 1)
		buf_printf(&name, " and %zu more sources", m->source_count - 1);
	if (kind == PACKET_LEAVE)
		session_interface_event(s, kind, k->number, dev->index, "[%u] lost %s: %s %s",
					k->number, buf_cstr(&name), m->lost_name, m->lost_why);
	else
		session_interface_event(s, kind, k->number, dev->index, "[%u] joined %s again",
					k->number, buf_cstr(&name));
	buf_done(&name);
}

/* family 0: those of both. */
static void lose_memberships(struct session *s, const struct iface *dev, int family,
			     const char *why)
{
	for (size_t i = 0; i < s->socket_count; i++) {
		struct session_socket *k = s->sockets[i];

		for (size_t n = 0; n < k->sock.groups.count; n++) {
			struct membership *m = &k->sock.groups.m[n];

			if ((family && m->group.family != family) || !group_is_on(m, dev->index))
				continue;
			group_lose(m, dev->index, dev->name, why);
			tell_membership(s, PACKET_LEAVE, k, m, dev);
		}
	}
}

unsigned session_membership_ifindex(struct session *s, const struct membership *m)
{
	const struct iface_table *t = session_ifaces(s);

	if (m->lost || m->ifindex)
		return m->lost ? 0 : m->ifindex;
	for (size_t i = 0; i < t->count; i++)
		if (group_is_on(m, t->ifaces[i].index))
			return t->ifaces[i].index;
	return 0;
}

/* IPv6 is there a moment after the interface, with the first address. */
static bool may_join_later(const struct session *s, const struct membership *m,
			   const struct iface *dev)
{
	const struct iface *known = iface_by_index(&s->ifaces, dev->index);

	return m->group.family == AF_INET6 && known && !iface_has_family(known, AF_INET6);
}

static void rejoin(struct session *s, const struct session_socket *k, struct membership *m,
		   const struct iface *dev)
{
	const struct iface *on;
	struct error e;

	if (group_rejoin(m, dev->index, &e)) {
		on = iface_by_index(&s->ifaces, session_membership_ifindex(s, m));
		tell_membership(s, PACKET_JOIN, k, m, on ? on : dev);
	} else if (m->ifindex && !may_join_later(s, m, dev)) {
		/* where the kernel chooses there may be no route yet */
		session_interface_event(s, PACKET_ERROR, k->number, dev->index, "[%u] %s",
					k->number, e.text);
	}
}

/* Where the kernel chose it may find a way now, whichever interface it is. */
static bool may_be_joined(const struct membership *m, const struct iface *dev)
{
	if (!m->lost || !m->ifindex)
		return m->lost;
	return strcmp(m->lost_name, dev->name) == 0 &&
	       (m->group.family == AF_INET || iface_takes_ipv6(dev));
}

/* An interface is there under this name. */
static void rejoin_memberships(struct session *s, const struct iface *dev)
{
	if (s->watch.no_rejoin)
		return;
	for (size_t i = 0; i < s->socket_count; i++) {
		struct session_socket *k = s->sockets[i];

		for (size_t n = 0; n < k->sock.groups.count; n++) {
			struct membership *m = &k->sock.groups.m[n];

			if (may_be_joined(m, dev))
				rejoin(s, k, m, dev);
		}
	}
}

/* ---- sockets bound to a device ---- */

static const struct sockopt_value *device_of(const struct session_socket *k)
{
	return sockopt_asked(&k->sock.options, "device");
}

static void lose_devices(struct session *s, const struct iface *dev)
{
	for (size_t i = 0; i < s->socket_count; i++)
		if (device_of(s->sockets[i])->number == dev->index)
			session_interface_event(s, PACKET_INTERFACE, s->sockets[i]->number,
						dev->index,
						"[%u] is bound to %s: it hears nothing without it",
						s->sockets[i]->number, dev->name);
}

/* The kernel binds to an index, and an interface that comes back has another one.  Who may not bind
 * anew (it takes CAP_NET_RAW, sock_bindtoindex(), 6.18) is told. */
static void bind_again(struct session *s, const struct iface *dev)
{
	const struct sockopt *o = sockopt_find("device", NULL);
	struct error e;

	if (s->watch.no_rejoin)
		return;
	for (size_t i = 0; i < s->socket_count; i++) {
		struct session_socket *k = s->sockets[i];
		struct sockopt_value v = *device_of(k);

		if (!v.number || strcmp(v.device, dev->name) != 0 || v.number == dev->index)
			continue;
		v.number = dev->index;
		if (sockopt_set(&k->sock, o, &v, &e))
			session_interface_event(s, PACKET_INTERFACE, k->number, dev->index,
						"[%u] is bound to %s again", k->number, dev->name);
		else
			session_interface_event(s, PACKET_ERROR, k->number, dev->index,
						"[%u] stays bound to the former %s: %s", k->number,
						dev->name, e.text);
	}
}

/* ---- changes ---- */

static void tell(struct session *s, const struct iface *dev, const char *what)
{
	session_interface_event(s, PACKET_INTERFACE, 0, dev->index, "%s %s", dev->name, what);
}

static void tell_flags(struct session *s, const struct iface *dev, unsigned before)
{
	const unsigned on = dev->flags & ~before, off = before & ~dev->flags;

	if (on & IFF_UP)
		tell(s, dev, dev->flags & IFF_RUNNING ? "is up" : "is up, without a carrier");
	else if (off & IFF_UP)
		tell(s, dev, "is down");
	else if ((on & IFF_RUNNING) && (dev->flags & IFF_UP))
		tell(s, dev, "has a carrier");
	else if ((off & IFF_RUNNING) && (dev->flags & IFF_UP))
		tell(s, dev, "lost its carrier");
	if ((on | off) & IFF_MULTICAST)
		tell(s, dev,
		     on & IFF_MULTICAST ? "takes multicast" : "takes no multicast any more");
}

static void add_link(struct session *s, const struct iface *dev)
{
	if (!iface_set(&s->ifaces, dev))
		return;
	tell(s, dev,
	     !(dev->flags & IFF_UP)     ? "was added, down"
	     : dev->flags & IFF_RUNNING ? "was added, up"
					: "was added, up, without a carrier");
	bind_again(s, dev);
	rejoin_memberships(s, dev);
}

static void change_link(struct session *s, const struct iface *before, const struct iface *dev)
{
	const struct iface old = *before;
	bool renamed = strcmp(old.name, dev->name) != 0;
	bool had_ipv6 = iface_takes_ipv6(&old), has_ipv6 = iface_takes_ipv6(dev);

	if (!iface_set(&s->ifaces, dev))
		return;
	if (renamed)
		session_interface_event(s, PACKET_INTERFACE, 0, dev->index, "%s is now called %s",
					old.name, dev->name);
	if (old.mtu != dev->mtu)
		session_interface_event(s, PACKET_INTERFACE, 0, dev->index,
					"%s has MTU %u, before %u", dev->name, dev->mtu, old.mtu);
	tell_flags(s, dev, old.flags);
	if (renamed)
		bind_again(s, dev);
	if (had_ipv6 && !has_ipv6)
		lose_memberships(s, dev, AF_INET6, "has no IPv6 below MTU 1280");
	if (renamed || (dev->flags & ~old.flags & IFF_UP) || (has_ipv6 && !had_ipv6))
		rejoin_memberships(s, dev);
}

static void remove_link(struct session *s, unsigned index)
{
	const struct iface *dev = iface_by_index(&s->ifaces, index);
	struct iface gone;

	if (!dev)
		return;
	gone = *dev;
	remember(&s->watch, &gone);
	iface_remove(&s->ifaces, index);
	tell(s, &gone, "was removed");
	lose_devices(s, &gone);
	lose_memberships(s, &gone, 0, "was removed");
}

static void tell_addr(struct session *s, unsigned index, const struct iface_addr *a, bool gone)
{
	const struct iface *dev = iface_by_index(&s->ifaces, index);
	struct addr plain = a->addr;
	struct buf text;

	if (!dev)
		return;
	plain.scope = 0; /* the interface stands in front */
	buf_init(&text, 128);
	buf_str(&text, gone ? "lost " : "got ");
	addr_format_host(&text, &plain);
	buf_printf(&text, "/%u", a->prefix_len);
	tell(s, dev, buf_cstr(&text));
	buf_done(&text);
	if (!gone)
		rejoin_memberships(s, dev);
}

/* Addresses and routes decide where the kernel joins by itself. */
static void retry_chosen(struct session *s)
{
	const struct iface nowhere = { 0 };

	rejoin_memberships(s, &nowhere);
}

static void on_change(void *ctx, const struct ifwatch_change *c)
{
	struct session *s = ctx;
	struct iface dev = { .index = c->ifindex, .flags = c->flags, .mtu = c->mtu };
	const struct iface *known = iface_by_index(&s->ifaces, c->ifindex);

	s->watch.changes++;
	memcpy(dev.name, c->name, sizeof(dev.name));
	switch (c->kind) {
	case IFWATCH_LINK:
		if (known)
			change_link(s, known, &dev);
		else
			add_link(s, &dev);
		break;
	case IFWATCH_LINK_GONE:
		remove_link(s, c->ifindex);
		break;
	case IFWATCH_ADDR:
		if (iface_add_addr(&s->ifaces, c->ifindex, &c->addr))
			tell_addr(s, c->ifindex, &c->addr, false);
		break;
	case IFWATCH_ADDR_GONE:
		if (iface_remove_addr(&s->ifaces, c->ifindex, &c->addr))
			tell_addr(s, c->ifindex, &c->addr, true);
		break;
	case IFWATCH_ROUTE:
		retry_chosen(s);
		break;
	}
}

/* ---- reading everything anew: the differences are changes as if they had been told ---- */

static bool has_addr(const struct iface *dev, const struct iface_addr *a)
{
	for (size_t i = 0; dev && i < dev->addr_count; i++)
		if (dev->addrs[i].prefix_len == a->prefix_len &&
		    addr_same_host(&dev->addrs[i].addr, &a->addr))
			return true;
	return false;
}

/* From the end on, because what is told is removed from the table. */
static void tell_gone(struct session *s, const struct iface_table *fresh)
{
	for (size_t i = s->ifaces.count; i-- > 0;) {
		const unsigned index = s->ifaces.ifaces[i].index;
		const struct iface *now = iface_by_index(fresh, index);

		for (size_t n = s->ifaces.ifaces[i].addr_count; n-- > 0;) {
			struct ifwatch_change c = { .kind = IFWATCH_ADDR_GONE, .ifindex = index };

			c.addr = s->ifaces.ifaces[i].addrs[n];
			if (!has_addr(now, &c.addr))
				on_change(s, &c);
		}
		if (!now)
			on_change(s, &(struct ifwatch_change){ .kind = IFWATCH_LINK_GONE,
							       .ifindex = index });
	}
}

static void tell_new(struct session *s, const struct iface_table *fresh)
{
	for (size_t i = 0; i < fresh->count; i++) {
		const struct iface *dev = &fresh->ifaces[i];
		struct ifwatch_change c = { .kind = IFWATCH_LINK,
					    .ifindex = dev->index,
					    .flags = dev->flags,
					    .mtu = dev->mtu };

		memcpy(c.name, dev->name, sizeof(c.name));
		on_change(s, &c);
		c.kind = IFWATCH_ADDR;
		for (size_t n = 0; n < dev->addr_count; n++) {
			c.addr = dev->addrs[n];
			on_change(s, &c);
		}
	}
}

static void read_anew(struct session *s)
{
	struct iface_table fresh = { 0 };
	struct error e;

	if (iface_load(&fresh, &e)) {
		tell_gone(s, &fresh);
		tell_new(s, &fresh);
		on_change(s, &(struct ifwatch_change){ .kind = IFWATCH_ROUTE });
	} else {
		session_event(s, PACKET_ERROR, 0, "%s", e.text);
	}
	iface_done(&fresh);
}

/* ---- the watch ---- */

static void unwatch(struct session *s)
{
	if (!s->watch.watched)
		return;
	s->watch.watched = false;
	loop_unwatch(s->loop, s->watch.fd);
	close(s->watch.fd);
}

static void catch_up(struct session *s)
{
	uint64_t before = s->watch.changes;

	switch (ifwatch_read(s->watch.fd, on_change, s)) {
	case IFWATCH_READ:
		break;
	case IFWATCH_LOST:
		read_anew(s);
		break;
	case IFWATCH_BROKEN:
		unwatch(s);
		s->watch.failed = true;
		session_event(s, PACKET_ERROR, 0, "the interfaces are watched no more");
		break;
	}
	if (s->watch.changes == before)
		return;
	session_follow(s);
	if (s->watcher.changed)
		s->watcher.changed(s->watcher.ctx);
}

static void on_told(void *ctx, short revents)
{
	(void)revents;
	catch_up(ctx);
}

void session_watch_interfaces(struct session *s)
{
	struct interfaces *w = &s->watch;
	struct error e;

	if (w->watched || w->failed)
		return;
	w->fd = ifwatch_open(&e);
	w->watched = w->fd >= 0;
	/* read behind the first moment of which anything would be told */
	if (!w->watched || !iface_load(&s->ifaces, &e) ||
	    !loop_watch(s->loop, w->fd, POLLIN, on_told, s, &e)) {
		unwatch(s);
		w->failed = true;
		session_event(s, PACKET_ERROR, 0, "%s", e.text);
	}
	w->read = clock_monotonic(s->clock);
}

void interfaces_done(struct session *s)
{
	unwatch(s);
	iface_done(&s->ifaces);
}

void session_set_rejoin(struct session *s, bool on)
{
	s->watch.no_rejoin = !on;
	for (size_t i = 0; i < s->ifaces.count; i++)
		rejoin_memberships(s, &s->ifaces.ifaces[i]);
}

/* ---- questions ---- */

static unsigned forced_by(const struct session_socket *k, const char *option)
{
	return (unsigned)sockopt_asked(&k->sock.options, option)->number;
}

unsigned session_forced_interface(const struct session_socket *k, const struct addr *dest)
{
	unsigned forced = k ? forced_by(k, "device") : 0;

	if (!forced && k && addr_is_multicast(dest))
		forced = forced_by(k, "multicast-interface");
	return forced ? forced : dest->scope;
}

const struct iface_table *session_ifaces(struct session *s)
{
	if (!s->watch.read) {
		s->watch.read = 1; /* long ago: who finds one missing may look again at once */
		iface_load(&s->ifaces, NULL);
	}
	return &s->ifaces;
}

bool session_read_ifaces(struct session *s, struct error *e)
{
	if (!s->watch.watched)
		return iface_load(&s->ifaces, e);
	catch_up(s);
	return true;
}

const struct iface *session_iface(struct session *s, unsigned index)
{
	const struct iface *found = iface_by_index(session_ifaces(s), index);
	uint64_t now;

	if (found || !index || s->watch.watched)
		return found;
	now = clock_monotonic(s->clock);
	if (now - s->watch.read < NS_PER_S)
		return NULL;
	s->watch.read = now;
	return iface_load(&s->ifaces, NULL) ? iface_by_index(&s->ifaces, index) : NULL;
}
