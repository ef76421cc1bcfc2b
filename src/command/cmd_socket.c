/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Commands about sockets. */
#include "command/args.h"
#include "command/complete.h"
#include "command/tables.h"
#include "util/num.h"

#include <stdio.h>
#include <string.h>

static bool read_family(const char *word, int *family)
{
	static const struct {
		const char *name;
		int family;
	} names[] = { { "udp", AF_UNSPEC }, { "udp4", AF_INET }, { "udp6", AF_INET6 } };

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		if (strcmp(word, names[i].name) == 0) {
			*family = names[i].family;
			return true;
		}
	}
	return false;
}

static bool is_option(const char *word)
{
	size_t n = strcspn(word, "=");
	char name[64];

	if (word[n] == '=')
		return true;
	if (n >= sizeof(name))
		return false;
	memcpy(name, word, n + 1);
	return sockopt_find(name, NULL) != NULL;
}

static bool open_run(struct command_call *c, struct error *e)
{
	struct sock_spec spec = { 0 };
	size_t i = 0;
	bool bound = false;

	if (c->word_count && read_family(c->words[0].text, &spec.family))
		i++;
	for (; i < c->word_count; i++) {
		if (is_option(c->words[i].text)) {
			if (!sockopt_parse_assignment(c->words[i].text, &spec.options, e))
				return args_at(c, i, e);
			continue;
		}
		if (bound)
			return err_at(e, (ptrdiff_t)c->words[i].at,
				      "\"%s\" is no option, and the address was given",
				      c->words[i].text);
		if (!args_bind_address(c, i, spec.family, &spec.bind, e))
			return false;
		bound = true;
	}
	struct session_socket *k = session_open(c->session, &spec, e);
	if (!k)
		return false;
	target_roam(&k->target);
	return true;
}

static bool connect_run(struct command_call *c, struct error *e)
{
	struct session_socket *k = c->session->current;
	struct sock_spec spec = { 0 };
	struct addr peer;
	size_t used;

	if (!args_address(c, 0, k && !k->sock.dual ? k->sock.family : AF_UNSPEC, &peer, &used, e))
		return false;
	if (used < c->word_count)
		return err_at(e, (ptrdiff_t)c->words[used].at, "\"%s\" is too much",
			      c->words[used].text);
	if (!k) {
		spec.family = peer.family;
		k = session_open(c->session, &spec, e);
		if (!k)
			return false;
	}
	return session_connect(c->session, k, &peer, e);
}

static bool disconnect_run(struct command_call *c, struct error *e)
{
	if (!c->session->current->sock.peer.family)
		return err_set(e, ERR_STATE, "[%u] is not connected", c->session->current->number);
	return session_disconnect(c->session, c->session->current, e);
}

static bool close_run(struct command_call *c, struct error *e)
{
	struct session_socket *k = c->session->current;

	if (c->word_count) {
		k = args_socket(c, 0, e);
		if (!k)
			return false;
	}
	if (!k)
		return command_no_socket(c, e);
	session_close(c->session, k);
	return true;
}

static bool socket_run(struct command_call *c, struct error *e)
{
	struct session_socket *k = args_socket(c, 0, e);

	if (!k)
		return false;
	session_select(c->session, k);
	return true;
}

static void socket_complete(struct command_completion *c)
{
	for (size_t i = 0; i < c->session->socket_count; i++)
		completion_offer(c, "%u", c->session->sockets[i]->number);
}

/* Where lines typed on this socket go, in words. */
static void format_target(const struct session_socket *k, struct buf *out)
{
	const struct addr *addrs;
	size_t n = target_addrs(&k->target, &addrs);

	if (k->sock.peer.family) {
		buf_str(out, "connected to ");
		addr_format(out, &k->sock.peer);
	} else if (n == 1) {
		buf_str(out, k->target.now.kind == TARGET_ROAMING ? "last heard " : "to ");
		addr_format(out, &addrs[0]);
	} else if (n > 1) {
		buf_printf(out, "to %zu peers", n);
	} else {
		buf_str(out, k->target.now.kind == TARGET_ROAMING ? "to whom is heard first"
								  : "no target");
	}
}

static bool sockets_run(struct command_call *c, struct error *e)
{
	struct session *s = c->session;
	struct buf local, target, granted;
	char command[32];

	(void)e;
	receiver_check_drops(s->receiver);
	buf_str(&c->listing.title, "sockets");
	c->listing.live = true;
	listing_row(&c->listing, LISTING_HEADING, NULL,
		    " \tbound to\ttarget\trx\ttx\tlost\terr\tbuffer");
	buf_init(&local, 128);
	buf_init(&target, 256);
	buf_init(&granted, 64);
	for (size_t i = 0; i < s->socket_count; i++) {
		const struct session_socket *k = s->sockets[i];
		struct sock_memory m;

		buf_reset(&local);
		buf_reset(&target);
		buf_reset(&granted);
		addr_format(&local, &k->sock.local);
		format_target(k, &target);
		if (sock_memory(&k->sock, &m))
			num_format_size(&granted, m.rcvbuf / 2); /* the kernel doubles it */
		snprintf(command, sizeof(command), "socket %u", k->number);
		listing_row(&c->listing, LISTING_PLAIN, command,
			    "[%u%s]\t%s%s\t%s\t%llu\t%llu\t%llu\t%llu\t%s", k->number,
			    k == s->current ? "*" : "", buf_cstr(&local),
			    k->sock.dual ? " and IPv4" : "", buf_cstr(&target),
			    (unsigned long long)k->rx, (unsigned long long)k->tx,
			    (unsigned long long)k->lost, (unsigned long long)k->errors,
			    buf_cstr(&granted));
	}
	if (!s->socket_count)
		listing_row(&c->listing, LISTING_DIM, "open 0.0.0.0:5000",
			    "none is open: \"open 0.0.0.0:5000\" opens one");
	buf_done(&local);
	buf_done(&target);
	buf_done(&granted);
	return true;
}

/* F2: what may be opened, as commands to change. */
static const struct {
	const char *command, *what;
} openings[] = {
	{ "open 0.0.0.0:5000", "hear everybody on port 5000, IPv4" },
	{ "open :5000", "hear everybody on port 5000, IPv4 and IPv6" },
	{ "open [::1]:5000", "hear this host only, IPv6" },
	{ "open udp4", "a port of its own, IPv4: to ask and hear answers" },
	{ "open udp4 broadcast", "the same, allowed to send broadcasts" },
	{ "open udp6", "a port of its own, IPv6" },
	{ "open udp4 :5353 reuseaddr", "share a busy port, here with an mDNS responder" },
	{ "open udp4 :5000 device=lo", "hear one interface only" },
	{ "connect 127.0.0.1:7", "hear one peer only, in the kernel's sense" },
	{ "to 127.0.0.1:7", "send there; a socket is opened if there is none" },
};

static bool opening_run(struct command_call *c, struct error *e)
{
	(void)e;
	buf_str(&c->listing.title, "open a socket: Enter puts the command into the line");
	for (size_t i = 0; i < sizeof(openings) / sizeof(openings[0]); i++)
		listing_row(&c->listing, LISTING_PLAIN, openings[i].command, "%s\t%s",
			    openings[i].command, openings[i].what);
	return true;
}

static void open_complete(struct command_completion *c)
{
	if (c->word == 0) {
		completion_offer(c, "udp");
		completion_offer(c, "udp4");
		completion_offer(c, "udp6");
	}
	for (const struct sockopt *o = sockopts; o->name; o++)
		if (o->kind != SOCKOPT_NOT_UDP)
			completion_offer(c, o->kind == SOCKOPT_BOOL ? "%s" : "%s=", o->name);
}

const struct command socket_commands[] = {
	{ "open", "[udp4|udp6|udp] [ADDR:PORT] [OPTION[=V]...]", "sockets", 0, -1, 0,
	  "open a socket and make it current; without a port on one of its own", .run = open_run,
	  .complete = open_complete },
	{ "connect", "HOST PORT", "sockets", 1, 2, 0,
	  "connect in the kernel's sense: only HOST:PORT is heard", .run = connect_run },
	{ "disconnect", "", "sockets", 0, 0, CMD_SOCKET, "hear everybody again, on the same port",
	  .run = disconnect_run },
	{ "close", "[N]", "sockets", 0, 1, 0, "close the current socket, or socket N",
	  .run = close_run, .complete = socket_complete },
	{ "socket", "N", "sockets", 1, 1, 0, "make socket N the current one", .run = socket_run,
	  .complete = socket_complete },
	{ "sockets", "", "sockets", 0, 0, 0, "list the sockets, their targets, counts and buffers",
	  .run = sockets_run },
	{ "opening", "", "sockets", 0, 0, CMD_HIDDEN, "list what may be opened",
	  .run = opening_run },
	{ 0 },
};
