/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "session/via.h"

#include "session/sender.h"

/* ---- which ways ---- */

static struct via_way way_by(const struct via *v, unsigned ifindex, const struct addr *dest)
{
	struct via_way way = { .tx = v->tx, .dest = *dest };

	way.tx.ifindex = ifindex;
	if (addr_has_zone(dest) && (!dest->scope || (v->all && addr_is_multicast(dest))))
		way.dest.scope = ifindex;
	return way;
}

static const char *wanted(const struct addr *dest)
{
	if (addr_is_multicast(dest))
		return " that does multicast";
	return addr_kind(dest) == ADDR_BROADCAST ? " that does broadcast" : "";
}

/* A table that is not watched may be old: then the kernel is the judge. */
static size_t only_way(struct session *s, const struct via *v, const struct addr *dest,
		       struct via_way *way, struct error *e)
{
	const struct iface *dev = iface_by_name(session_ifaces(s), v->ifname);

	if (v->ifname[0] && !dev && s->watch.watched) {
		err_set(e, ERR_STATE, "there is no interface %s any more: :interfaces lists them",
			v->ifname);
		return 0;
	}
	*way = way_by(v, dev ? dev->index : v->tx.ifindex, dest);
	return 1;
}

size_t via_ways(struct session *s, const struct via *v, const struct addr *dest,
		struct via_way ways[VIA_WAYS], struct error *e)
{
	const struct iface_table *all = session_ifaces(s);
	size_t n = 0;

	if (v->tx.source.family && v->tx.source.family != dest->family) {
		err_set(e, ERR_USAGE, "an %s address cannot be the source of %s",
			v->tx.source.family == AF_INET ? "IPv4" : "IPv6",
			dest->family == AF_INET ? "IPv4" : "IPv6");
		return 0;
	}
	if (!v->all)
		return only_way(s, v, dest, ways, e);
	for (size_t i = 0; i < all->count && n < VIA_WAYS; i++)
		if (iface_can_send(all, &all->ifaces[i], dest))
			ways[n++] = way_by(v, all->ifaces[i].index, dest);
	if (!n)
		err_set(e, ERR_STATE, "no interface%s is up with an %s address: :interfaces",
			wanted(dest), dest->family == AF_INET ? "IPv4" : "IPv6");
	return n;
}

/* ---- sending ---- */

static const struct addr *destinations(const struct session_socket *k, const struct addr *dests,
				       size_t *count)
{
	if (*count || !k->sock.peer.family)
		return dests;
	*count = 1;
	return &k->sock.peer;
}

bool via_check(struct session *s, const struct session_socket *k, const struct via *v,
	       const struct addr *dests, size_t count, size_t len, struct error *e)
{
	struct via_way ways[VIA_WAYS];

	if (!v->asked)
		return sender_check(k, dests, count, len, e);
	dests = destinations(k, dests, &count);
	for (size_t i = 0; i < count; i++)
		if (!via_ways(s, v, &dests[i], ways, e) ||
		    !sender_check(k, &ways[0].dest, 1, len, e))
			return false;
	return true;
}

static bool send_all_ways(struct session *s, struct session_socket *k, const struct via_way *ways,
			  size_t n, const void *data, size_t len, uint32_t job, struct error *e)
{
	size_t failed = 0;

	for (size_t i = 0; i < n; i++)
		if (!sender_send_via(s, k, &ways[i].dest, 1, &ways[i].tx, data, len, job,
				     failed ? NULL : e))
			failed++;
	if (failed && failed < n)
		return err_prefix(e, "sent out of %zu of %zu interfaces, not of all: ", n - failed,
				  n);
	return !failed;
}

bool via_send(struct session *s, struct session_socket *k, const struct via *v,
	      const struct addr *dests, size_t count, const void *data, size_t len, uint32_t job,
	      struct error *e)
{
	struct via_way ways[VIA_WAYS];

	if (!v->asked)
		return sender_send(s, k, dests, count, data, len, job, e);
	session_watch_interfaces(s);
	dests = destinations(k, dests, &count);
	if (!count)
		return sender_send(s, k, NULL, 0, data, len, job, e);
	if (!via_check(s, k, v, dests, count, len, e))
		return false;
	for (size_t i = 0; i < count; i++) {
		size_t n = via_ways(s, v, &dests[i], ways, e);

		if (n && send_all_ways(s, k, ways, n, data, len, job, e))
			continue;
		return i == 0 ? false : err_prefix(e, "sent to %zu of %zu, then: ", i, count);
	}
	return true;
}

/* ---- words ---- */

static void format_tos(int tos, struct buf *out)
{
	const struct sockopt_word *w = sockopt_tos_words;

	while (w->name && w->value != tos)
		w++;
	if (w->name)
		buf_printf(out, " tos %s", w->name);
	else
		buf_printf(out, " tos 0x%02x", (unsigned)tos);
}

/* The ways are those of this very table. */
static void format_interfaces(const struct iface_table *all, const struct via_way *ways, size_t n,
			      struct buf *out)
{
	for (size_t i = 0; i < n; i++)
		buf_printf(out, "%s %s", i ? "," : "",
			   iface_by_index(all, ways[i].tx.ifindex)->name);
}

void via_format(struct session *s, const struct via *v, const struct addr *dest, struct buf *out)
{
	struct via_way ways[VIA_WAYS];
	size_t n = v->all && dest ? via_ways(s, v, dest, ways, NULL) : 0;

	buf_str(out, "via");
	if (n) {
		format_interfaces(session_ifaces(s), ways, n, out);
	} else if (v->all) {
		buf_str(out, " all");
	} else if (v->ifname[0]) {
		buf_printf(out, " %s", v->ifname);
	}
	if (v->tx.source.family) {
		buf_str(out, " from ");
		addr_format_host(out, &v->tx.source);
	}
	if (v->tx.ttl)
		buf_printf(out, " ttl %d", v->tx.ttl);
	if (v->tx.tos >= 0)
		format_tos(v->tx.tos, out);
}
