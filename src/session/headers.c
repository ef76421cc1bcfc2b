/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Facts of sent datagrams, asked of the kernel.  See headers.h. */
#include "session/headers.h"

#include "util/num.h"

static unsigned interface_of(const struct session_socket *k, const struct packet *p)
{
	return p->ifindex ? p->ifindex : session_forced_interface(k, &p->peer);
}

/* A route changes now and then, and most datagrams go where others went. */
static const struct route *find_way(struct headers *h, struct session *s, const struct addr *dest,
				    unsigned oif)
{
	struct headers_way *w = &h->ways[(addr_hash(dest) + oif) % HEADERS_WAYS];
	uint64_t now = clock_monotonic(s->clock);

	if (!w->asked || now - w->asked > NS_PER_S || w->oif != oif ||
	    !addr_equal(&w->dest, dest)) {
		*w = (struct headers_way){ .dest = *dest, .oif = oif, .asked = now };
		route_lookup(dest, oif, &w->route, NULL);
	}
	return &w->route;
}

static void complete_way(struct headers *h, struct session *s, const struct session_socket *k,
			 struct packet *p)
{
	const bool bound = p->local.family == p->peer.family && !addr_is_any(&p->local);
	const struct route *way;

	if (bound && p->ifindex)
		return;
	way = find_way(h, s, &p->peer, interface_of(k, p));
	if (!bound && way->source.family == p->peer.family) {
		uint16_t port = p->local.port;

		p->local = way->source;
		p->local.port = port;
	}
	if (!p->ifindex)
		p->ifindex = way->ifindex;
}

/* What the kernel would write into the next datagram of that family; false: it does not say. */
static bool ask(const struct session_socket *k, int family, const char *name, uint8_t *out)
{
	const struct sockopt *o = sockopt_find(name, NULL);
	const struct sockopt_call *call = family == AF_INET ? &o->v4 : &o->v6;
	socklen_t len = sizeof(int);
	int value;

	if (getsockopt(k->sock.fd, call->level, call->name, &value, &len) < 0 || value < 0)
		return false;
	*out = (uint8_t)value;
	return true;
}

static void complete_options(const struct session_socket *k, struct packet *p)
{
	const char *ttl = addr_is_multicast(&p->peer) ? "multicast-ttl" : "ttl";

	if (!(p->flags & PACKET_HAS_TTL) && ask(k, p->peer.family, ttl, &p->ttl))
		p->flags |= PACKET_HAS_TTL;
	if (!(p->flags & PACKET_HAS_TOS) && ask(k, p->peer.family, "tos", &p->tos))
		p->flags |= PACKET_HAS_TOS;
}

void headers_complete(struct headers *h, struct session *s, struct packet *p)
{
	const struct session_socket *k = session_find(s, p->socket);

	if (p->peer.family != AF_INET && p->peer.family != AF_INET6)
		return;
	if (p->kind == PACKET_ICMP && k && k->sock.local.family == p->peer.family &&
	    !addr_is_any(&k->sock.local))
		p->local = k->sock.local;
	complete_way(h, s, k, p);
	if (k)
		complete_options(k, p);
}
