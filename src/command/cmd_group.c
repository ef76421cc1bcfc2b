/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Commands about multicast groups and interfaces. */
#include "command/args.h"
#include "command/complete.h"
#include "command/groups.h"
#include "command/tables.h"

#include <stdio.h>

/* Joining needs a socket that hears the group's port, so it is not opened by itself: the port would
 * be a guess. */
static bool read_group(struct command_call *c, struct group_spec *g, struct error *e)
{
	return group_parse(c->words[0].text, g, e) ? true : args_at(c, 0, e);
}

static bool join_run(struct command_call *c, struct error *e)
{
	struct group_spec g;
	unsigned joined = 0;

	if (!read_group(c, &g, e) || !session_join(c->session, c->session->current, &g, &joined, e))
		return false;
	if (joined > 1)
		command_say(c, MESSAGE_INFO, "%u memberships made on [%u]", joined,
			    c->session->current->number);
	return true;
}

static bool leave_run(struct command_call *c, struct error *e)
{
	struct group_spec g;
	unsigned left = 0;

	if (!read_group(c, &g, e) || !session_leave(c->session, c->session->current, &g, &left, e))
		return false;
	if (left > 1)
		command_say(c, MESSAGE_INFO, "%u memberships of [%u] ended", left,
			    c->session->current->number);
	return true;
}

static bool change_source(struct command_call *c, bool block, struct error *e)
{
	struct session_socket *k = c->session->current;
	struct group_spec g;
	struct buf name;

	if (!read_group(c, &g, e))
		return false;
	if (!g.source.family)
		return err_at(e, (ptrdiff_t)c->words[0].at, "name the source: SRC@GROUP[%%IF]");
	if (!(block ? group_block : group_unblock)(&k->sock, &g, e))
		return false;
	buf_init(&name, 256);
	group_format(&name, &g.group, &g.source, g.ifindex);
	session_event(c->session, PACKET_NOTE, k->number, "[%u] %s %s", k->number,
		      block ? "blocked" : "unblocked", buf_cstr(&name));
	buf_done(&name);
	return true;
}

static bool block_run(struct command_call *c, struct error *e)
{
	return change_source(c, true, e);
}

static bool unblock_run(struct command_call *c, struct error *e)
{
	return change_source(c, false, e);
}

static bool interfaces_run(struct command_call *c, struct error *e)
{
	struct session *s = c->session;
	struct buf flags, addrs;
	char command[64];

	if (!session_read_ifaces(s, e))
		return false;
	buf_str(&c->listing.title, "interfaces");
	listing_row(&c->listing, LISTING_HEADING, NULL, "name\tindex\tmtu\tflags\taddresses");
	buf_init(&flags, 256);
	buf_init(&addrs, 4096);
	for (size_t i = 0; i < s->ifaces.count; i++) {
		const struct iface *dev = &s->ifaces.ifaces[i];

		buf_reset(&flags);
		buf_reset(&addrs);
		iface_format_flags(&flags, dev->flags);
		for (size_t a = 0; a < dev->addr_count; a++) {
			buf_str(&addrs, a ? ", " : "");
			addr_format_host(&addrs, &dev->addrs[a].addr);
			buf_printf(&addrs, "/%u", dev->addrs[a].prefix_len);
		}
		snprintf(command, sizeof(command), "set multicast-interface %s", dev->name);
		listing_row(&c->listing, LISTING_PLAIN, command, "%s\t%u\t%u\t%s\t%s", dev->name,
			    dev->index, dev->mtu, buf_cstr(&flags), buf_cstr(&addrs));
	}
	buf_done(&flags);
	buf_done(&addrs);
	return true;
}

static void leave_complete(struct command_completion *c)
{
	const struct session_socket *k = c->session->current;
	const struct addr none = { 0 };
	struct buf name;

	buf_init(&name, 256);
	for (size_t i = 0; k && i < k->sock.groups.count; i++) {
		const struct membership *m = &k->sock.groups.m[i];

		buf_reset(&name);
		group_format(&name, &m->group,
			     m->source_specific && m->source_count ? &m->sources[0] : &none,
			     m->lost ? 0 : m->ifindex);
		completion_offer(c, "%s", buf_cstr(&name));
	}
	buf_done(&name);
}

/* Behind the "%" of a group come the interfaces. */
static void join_complete(struct command_completion *c)
{
	size_t n = 0;

	while (c->prefix[n] && c->prefix[n] != '%')
		n++;
	if (!c->prefix[n])
		return;
	completion_offer(c, "%.*s%%all", (int)n, c->prefix);
	for (size_t i = 0; i < session_ifaces(c->session)->count; i++)
		completion_offer(c, "%.*s%%%s", (int)n, c->prefix,
				 c->session->ifaces.ifaces[i].name);
}

#define GROUP_ARGS "[SRC@]GROUP[+N][%IF]"

const struct command group_commands[] = {
	{ "join", GROUP_ARGS, "groups", 1, 1, CMD_SOCKET,
	  "join a group, N groups in a row, one source only; %all: on every interface",
	  .run = join_run, .complete = join_complete },
	{ "leave", GROUP_ARGS, "groups", 1, 1, CMD_SOCKET, "leave what was joined",
	  .run = leave_run, .complete = leave_complete },
	{ "block", "SRC@GROUP[%IF]", "groups", 1, 1, CMD_SOCKET,
	  "hear a joined group without one source", .run = block_run, .complete = leave_complete },
	{ "unblock", "SRC@GROUP[%IF]", "groups", 1, 1, CMD_SOCKET, "hear a blocked source again",
	  .run = unblock_run, .complete = leave_complete },
	{ "groups", "", "groups", 0, 0, 0, "list the memberships of all sockets",
	  .run = groups_run },
	{ "interfaces", "", "groups", 0, 0, 0,
	  "list the interfaces: name, index, MTU, flags, addresses", .run = interfaces_run },
	{ 0 },
};
