/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the kernel refused, why, and what to do about it. */
#include "net/explain.h"

#include "net/iface.h"
#include "net/owner.h"
#include "net/route.h"
#include "net/tx.h"
#include "util/text.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

/* The text is set already; returns false. */
static bool with_errno(struct error *e, int errnum)
{
	if (e)
		e->errnum = errnum;
	return false;
}

static int64_t asked(const struct sockopt_values *options, const char *name)
{
	return sockopt_asked(options, name)->number;
}

/* ---- bind ---- */

/* "dnsmasq (pid 812)" as far as /proc tells; a program's name may hold any bytes. */
static void format_owner(struct buf *out, const struct owner *o)
{
	if (o->own) {
		buf_str(out, "udpdeck itself");
	} else if (o->pid) {
		text_escape(out, o->program, strlen(o->program));
		buf_printf(out, " (pid %d)", (int)o->pid);
	} else {
		buf_printf(out, "a process of user %u", (unsigned)o->uid);
	}
}

/* The kernel lets two sockets share a port where both ask for it in the same way. */
static const char *sharing_advice(const struct sockopt_values *options, const struct owner *o)
{
	if (asked(options, "reuseaddr") && asked(options, "reuseport"))
		return "it does not share it";
	if (asked(options, "reuseaddr"))
		return "it does not share it with reuseaddr; reuseport may do where both are of "
		       "one user";
	if (asked(options, "reuseport"))
		return "it does not share it with reuseport, or is another user's";
	if (o->own)
		return "open both with reuseaddr to share it, unicast then goes to only one";
	return "reuseaddr would share it if both ask for it, unicast then goes to only one";
}

static bool explain_in_use(const struct addr *addr, const struct sockopt_values *options,
			   struct error *e)
{
	struct owner o = { 0 };
	struct buf who;

	if (!owner_of_port(addr, &o))
		return err_set(e, ERR_SYSTEM, "port %u is taken; %s", addr->port,
			       sharing_advice(options, &o));
	buf_init(&who, 128);
	format_owner(&who, &o);
	err_set(e, ERR_SYSTEM, "port %u is taken by %s; %s", addr->port, buf_cstr(&who),
		sharing_advice(options, &o));
	buf_done(&who);
	return false;
}

/* net.ipv4.ip_unprivileged_port_start is for both families. */
static unsigned first_free_port(void)
{
	FILE *f = fopen("/proc/sys/net/ipv4/ip_unprivileged_port_start", "re");
	unsigned port = 1024;

	if (!f)
		return port;
	if (fscanf(f, "%u", &port) != 1)
		port = 1024;
	fclose(f);
	return port;
}

bool explain_bind(const struct addr *addr, const struct sockopt_values *options, int errnum,
		  struct error *e)
{
	struct buf host;

	buf_init(&host, 128);
	addr_format_host(&host, addr);
	switch (errnum) {
	case EADDRINUSE:
		explain_in_use(addr, options, e);
		break;
	case EADDRNOTAVAIL:
		err_set(e, ERR_SYSTEM,
			"no interface has the address %s: :interfaces lists them; freebind binds "
			"to it anyway",
			buf_cstr(&host));
		break;
	case EACCES:
		err_set(e, ERR_SYSTEM,
			"port %u needs CAP_NET_BIND_SERVICE: as root, or choose one from %u up "
			"(net.ipv4.ip_unprivileged_port_start)",
			addr->port, first_free_port());
		break;
	case EINVAL:
		err_set(e, ERR_SYSTEM, "cannot bind to %s%s", buf_cstr(&host),
			addr_has_zone(addr) && !addr->scope
				? ": a link-local address needs its interface, ADDRESS%IF"
				: ": the kernel calls the address invalid here");
		break;
	case ENODEV:
		err_set(e, ERR_SYSTEM, "cannot bind to %s: no such interface", buf_cstr(&host));
		break;
	default:
		err_sys(e, errnum, "cannot bind to %s, port %u", buf_cstr(&host), addr->port);
		break;
	}
	buf_done(&host);
	return with_errno(e, errnum);
}

/* ---- sending and connecting ---- */

/* "eth1", or its index where it has no name any more. */
static void name_interface(unsigned index, char name[IF_NAMESIZE])
{
	if (!if_indextoname(index, name))
		snprintf(name, IF_NAMESIZE, "%u", index);
}

/* The interface that an option chose for what goes there; "": none did. */
static void chosen_by_option(const struct sock *s, const struct addr *dest, char name[IF_NAMESIZE])
{
	int64_t index = asked(&s->options, "device");

	if (!index && addr_is_multicast(dest))
		index = asked(&s->options, "multicast-interface");
	name[0] = '\0';
	if (index)
		name_interface((unsigned)index, name);
}

static bool explain_unreachable(const struct sock *s, const char *to, const struct addr *dest,
				struct error *e)
{
	char name[IF_NAMESIZE];

	chosen_by_option(s, dest, name);
	if (name[0])
		return err_set(e, ERR_SYSTEM,
			       "no route to %s by %s, which the socket's options choose: is it up, "
			       "has it an address? :interfaces tells",
			       to, name);
	if (addr_is_multicast(dest))
		return err_set(e, ERR_SYSTEM,
			       "no route to the group %s: choose an interface, "
			       "\":set multicast-interface IF\"",
			       to);
	if (addr_kind(dest) == ADDR_BROADCAST)
		return err_set(e, ERR_SYSTEM,
			       "no route to %s: choose an interface, \":set device IF\", or open "
			       "with device=IF",
			       to);
	return err_set(e, ERR_SYSTEM, "no route to %s: no interface of this host leads there", to);
}

/* A prohibited route is EACCES too, so the routes are asked what the address is. */
static bool is_broadcast(const struct sock *s, const struct addr *dest)
{
	struct route route;

	if (addr_kind(dest) == ADDR_BROADCAST)
		return true;
	return route_lookup(dest, (unsigned)asked(&s->options, "device"), &route, NULL) &&
	       route.broadcast;
}

static bool explain_forbidden(const struct sock *s, const char *to, const struct addr *dest,
			      struct error *e)
{
	if (!asked(&s->options, "broadcast") && is_broadcast(s, dest))
		return err_set(e, ERR_SYSTEM,
			       "broadcast is off: \":set broadcast on\" or -b, then again");
	return err_set(e, ERR_SYSTEM, "a route or rule of this host forbids to send to %s", to);
}

static bool explain_too_large(const struct sock *s, const char *to, const struct addr *dest,
			      unsigned path_mtu, struct error *e)
{
	const unsigned headers = dest->family == AF_INET ? 28 : 48;

	if (path_mtu <= headers)
		return err_set(e, ERR_SYSTEM, "too large for one datagram to %s", to);
	return err_set(e, ERR_SYSTEM,
		       "too large for the path MTU %u to %s, that is %u bytes of payload%s",
		       path_mtu, to, path_mtu - headers,
		       asked(&s->options, "df")
			       ? ", and df forbids fragments: \":set df dont\" allows them"
			       : "");
}

static bool explain_invalid(const struct sock *s, const char *to, const struct addr *dest,
			    struct error *e)
{
	struct error way = { 0 };
	struct route route;

	if (addr_has_zone(dest) && !dest->scope)
		return err_set(e, ERR_SYSTEM, "%s needs its interface: ADDRESS%%IF", to);
	if (addr_kind(&s->local) == ADDR_LOOPBACK && addr_kind(dest) != ADDR_LOOPBACK)
		return err_set(
			e, ERR_SYSTEM,
			"this socket is bound to a loopback address, from there no other host "
			"can be reached: open one on 0.0.0.0 or [::]");
	if (!route_lookup(dest, (unsigned)asked(&s->options, "device"), &route, &way) &&
	    way.errnum == EINVAL)
		return err_set(e, ERR_SYSTEM, "%s of this host drops what goes to %s", way.text,
			       to);
	return err_sys(e, EINVAL, "cannot send to %s from this socket", to);
}

static bool explain_path(const struct sock *s, const struct addr *dest, const char *to, int errnum,
			 unsigned path_mtu, struct error *e)
{
	switch (errnum) {
	case ENETUNREACH:
		return explain_unreachable(s, to, dest, e);
	case EACCES:
		return explain_forbidden(s, to, dest, e);
	case EMSGSIZE:
		return explain_too_large(s, to, dest, path_mtu, e);
	case EINVAL:
		return explain_invalid(s, to, dest, e);
	case EPERM:
		return err_set(e, ERR_SYSTEM,
			       "a firewall rule of this host (nft, iptables: OUTPUT) drops what "
			       "goes to %s",
			       to);
	case EADDRNOTAVAIL:
		return err_set(e, ERR_SYSTEM,
			       "no address of this host can be the source towards %s: has the "
			       "interface one? :interfaces tells",
			       to);
	case ENODEV:
	case ENXIO:
		return err_set(e, ERR_SYSTEM,
			       "the interface for %s is gone: :interfaces lists those there are",
			       to);
	case ENETDOWN:
		return err_set(e, ERR_SYSTEM, "the interface towards %s is down", to);
	case ENOBUFS:
		return err_set(
			e, ERR_SYSTEM,
			"the queue of the interface is full, the datagram to %s was dropped: "
			"send slower",
			to);
	case EHOSTUNREACH:
		return err_set(e, ERR_SYSTEM,
			       "%s cannot be reached: no route, or nobody answers ARP", to);
	case ECONNREFUSED:
		return err_set(e, ERR_SYSTEM, "%s keeps refusing: nobody listens there", to);
	default:
		return err_sys(e, errnum, "cannot send to %s", to);
	}
}

/* ---- what a send chose for itself ---- */

static bool explain_interface(const struct iface_table *all, const struct sock *s,
			      const struct addr *dest, const struct tx_via *via, const char *to,
			      struct error *e)
{
	const struct iface *dev = iface_by_index(all, via->ifindex);
	const int64_t bound = asked(&s->options, "device");
	char name[IF_NAMESIZE], other[IF_NAMESIZE];

	name_interface(via->ifindex, name);
	if (!dev)
		return err_set(e, ERR_SYSTEM,
			       "the interface %s is gone: :interfaces lists those there are", name);
	if (!(dev->flags & IFF_UP))
		return err_set(e, ERR_SYSTEM, "%s is down", name);
	if (dest->scope && dest->scope != via->ifindex) {
		name_interface(dest->scope, other);
		return err_set(e, ERR_SYSTEM, "%s is on %s, it cannot leave by %s", to, other,
			       name);
	}
	if (bound && bound != (int64_t)via->ifindex && dest->family == AF_INET6) {
		name_interface((unsigned)bound, other);
		return err_set(e, ERR_SYSTEM,
			       "the socket is bound to %s, it cannot send by %s: \":set device\" "
			       "unbinds it",
			       other, name);
	}
	if (!iface_has_family(dev, dest->family))
		return err_set(e, ERR_SYSTEM, "%s has no %s address to send from", name,
			       dest->family == AF_INET ? "IPv4" : "IPv6");
	return err_set(e, ERR_SYSTEM, "no route to %s by %s", to, name);
}

/* True where the choice itself is why it failed: e is set then. */
static bool choice_is_why(const struct sock *s, const struct addr *dest, const struct tx_via *via,
			  const char *to, int errnum, struct error *e)
{
	struct iface_table all = { 0 };
	struct buf source;
	bool why = true;

	if (errnum != ENODEV && errnum != EINVAL && errnum != ENETUNREACH &&
	    errnum != EADDRNOTAVAIL)
		return false;
	buf_init(&source, 128);
	addr_format_host(&source, &via->source);
	if (!iface_load(&all, NULL))
		why = false;
	else if (via->source.family && !iface_is_own(&all, &via->source))
		err_set(e, ERR_SYSTEM,
			"%s is no address of this host: \"from\" wants one of its own, "
			":interfaces lists them",
			buf_cstr(&source));
	else if (via->ifindex && !(via->source.family && errnum == EINVAL))
		explain_interface(&all, s, dest, via, to, e);
	else if (via->source.family)
		err_set(e, ERR_SYSTEM, "%s cannot be reached from %s%s", to, buf_cstr(&source),
			via->ifindex ? " by that interface" : "");
	else
		why = false;
	iface_done(&all);
	buf_done(&source);
	return why;
}

bool sock_explain_send(const struct sock *s, const struct addr *dest, const struct tx_via *via,
		       int errnum, unsigned path_mtu, struct error *e)
{
	struct buf to;

	if (errnum == EDESTADDRREQ) {
		err_set(e, ERR_SYSTEM,
			"no target: the socket is not connected, and no destination was given: "
			":to HOST PORT");
		return with_errno(e, errnum);
	}
	buf_init(&to, 128);
	addr_format(&to, dest);
	if (!via || !choice_is_why(s, dest, via, buf_cstr(&to), errnum, e))
		explain_path(s, dest, buf_cstr(&to), errnum, path_mtu, e);
	buf_done(&to);
	return with_errno(e, errnum);
}

bool explain_connect(const struct sock *s, const struct addr *peer, int errnum, struct error *e)
{
	sock_explain_send(s, peer, NULL, errnum, 0, e);
	return err_prefix(e, "not connected: ");
}
