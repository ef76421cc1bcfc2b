/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The command "route": which way a datagram would leave, as the kernel answers it. */
#include "command/args.h"
#include "command/tables.h"
#include "net/route.h"
#include "util/json.h"

#include <stdio.h>

#define HEADERS_V4 28 /* IPv4 without options, UDP */
#define HEADERS_V6 48

struct way {
	const struct session_socket *k; /* the current socket, NULL: none */
	struct addr dest;
	unsigned forced;
	struct route route;
	const char *kind, *ifname;
	unsigned payload; /* that fits into one packet; 0: unknown */
};

/* A group and a broadcast address may be "local", too: what they are says more. */
static const char *kind_of(const struct way *w)
{
	if (w->route.multicast)
		return "multicast";
	if (w->route.broadcast || addr_kind(&w->dest) == ADDR_BROADCAST)
		return "broadcast";
	return w->route.local ? "local" : "unicast";
}

/* An address as text, "" for none. */
static void format_host(const struct addr *a, struct buf *out)
{
	buf_init(out, 128);
	if (a->family)
		addr_format_host(out, a);
}

static void add_data(struct command_call *c, const struct way *w, const char *host,
		     const char *source, const char *gateway)
{
	struct buf members;

	buf_init(&members, 2048);
	json_string(&members, "dst", host);
	json_string(&members, "kind", w->kind);
	if (w->ifname)
		json_string(&members, "ifname", w->ifname);
	if (source[0])
		json_string(&members, "src", source);
	if (gateway[0])
		json_string(&members, "gateway", gateway);
	json_number_if(&members, "mtu", w->route.mtu);
	json_number_if(&members, "payload", w->payload);
	listing_data(&c->listing, "route", &members);
	buf_done(&members);
}

static void interface_row(struct command_call *c, const struct way *w)
{
	char command[64] = "interfaces", forced[64] = "";

	if (w->kind[0] == 'm' && w->ifname)
		snprintf(command, sizeof(command), "set multicast-interface %s", w->ifname);
	if (w->k && w->forced && w->forced != w->dest.scope)
		snprintf(forced, sizeof(forced), ", chosen by an option of [%u]", w->k->number);
	listing_row(&c->listing, LISTING_PLAIN, command, "interface\t%s%s",
		    w->ifname ? w->ifname : "unknown", forced);
}

static void mtu_row(struct command_call *c, const struct way *w)
{
	if (w->route.mtu)
		listing_row(&c->listing, LISTING_PLAIN, NULL,
			    "MTU\t%u, a payload of %u bytes in one piece", w->route.mtu,
			    w->payload);
	else
		listing_row(&c->listing, LISTING_PLAIN, NULL, "MTU\tunknown");
}

static void show(struct command_call *c, const struct way *w)
{
	const char *next = w->route.local ? "this host" : "on link";
	struct buf host, source, gateway;

	format_host(&w->dest, &host);
	format_host(&w->route.source, &source);
	format_host(&w->route.gateway, &gateway);
	buf_printf(&c->listing.title, "route to %s", buf_cstr(&host));
	listing_row(&c->listing, LISTING_PLAIN, NULL, "kind\t%s", w->kind);
	add_data(c, w, buf_cstr(&host), buf_cstr(&source), buf_cstr(&gateway));
	interface_row(c, w);
	listing_row(&c->listing, LISTING_PLAIN, NULL, "source\t%s",
		    source.len ? buf_cstr(&source) : "unknown");
	listing_row(&c->listing, LISTING_PLAIN, NULL, "next hop\t%s",
		    gateway.len ? buf_cstr(&gateway) : next);
	mtu_row(c, w);
	buf_done(&host);
	buf_done(&source);
	buf_done(&gateway);
}

static bool no_way(const struct way *w, struct error *e)
{
	struct buf host;

	format_host(&w->dest, &host);
	if (addr_is_multicast(&w->dest) && !w->forced)
		err_set(e, ERR_SYSTEM, "%s: no route: \":set multicast-interface IF\" chooses one",
			buf_cstr(&host));
	else
		err_prefix(e, "%s: ", buf_cstr(&host));
	buf_done(&host);
	return false;
}

static bool route_run(struct command_call *c, struct error *e)
{
	struct way w = { .k = c->session->current };
	unsigned headers, most;

	if (!args_host(c, 0, &w.dest, e))
		return false;
	w.forced = session_forced_interface(w.k, &w.dest);
	if (!route_lookup(&w.dest, w.forced, &w.route, e))
		return no_way(&w, e);
	headers = w.dest.family == AF_INET ? HEADERS_V4 : HEADERS_V6;
	w.kind = kind_of(&w);
	w.ifname = session_ifname(c->session, w.route.ifindex);
	most = w.dest.family == AF_INET ? PAYLOAD_MAX_V4 : PAYLOAD_MAX_V6;
	w.payload = w.route.mtu > headers ? w.route.mtu - headers : 0;
	if (w.payload > most)
		w.payload = most;
	c->listing.live = true;
	show(c, &w);
	return true;
}

const struct command route_commands[] = {
	{ "route", "HOST", "diagnosis", 1, 1, 0,
	  "say which way datagrams to HOST leave: interface, source, next hop, MTU",
	  .run = route_run },
	{ 0 },
};
