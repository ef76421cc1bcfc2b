/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "ui/preview.h"

#include "command/entry.h"
#include "payload/payload.h"
#include "session/sender.h"
#include "util/num.h"
#include "util/text.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define HEADERS_V4 28 /* IPv4 without options, UDP */
#define HEADERS_V6 48

static void warn(struct view *v, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

/* The first warning stays: they are found in order of weight. */
static void warn(struct view *v, const char *fmt, ...)
{
	va_list ap;

	if (v->preview.warning[0])
		return;
	va_start(ap, fmt);
	vsnprintf(v->preview.warning, sizeof(v->preview.warning), fmt, ap);
	va_end(ap);
}

static void keep_bytes(struct preview_view *p, const struct buf *bytes)
{
	size_t head = bytes->len < sizeof(p->bytes) ? bytes->len : sizeof(p->bytes);

	p->len = bytes->len;
	memcpy(p->bytes, buf_cstr(bytes), head);
	if (bytes->len > sizeof(p->bytes))
		memcpy(p->tail, bytes->data + bytes->len - sizeof(p->tail), sizeof(p->tail));
}

static void warn_error(struct view *v, const struct error *e, const char *text, size_t n)
{
	if (e->at >= 0)
		warn(v, "column %zu: %s", text_column(text, n, (size_t)e->at), e->text);
	else
		warn(v, "%s", e->text);
}

/* ---- the way to the target ---- */

static void ask_route(const struct view *v, struct preview_cache *c, const struct session_socket *k,
		      const struct addr *dest, unsigned chosen)
{
	unsigned oif = chosen ? chosen : session_forced_interface(k, dest);

	if (c->asked && v->session->watch.watched && c->changes == v->session->watch.changes &&
	    c->oif == oif && c->socket == k->number && addr_equal(&c->dest, dest))
		return;
	*c = (struct preview_cache){
		.dest = *dest,
		.oif = oif,
		.socket = k->number,
		.asked = true,
		.changes = v->session->watch.changes,
	};
	c->found = route_lookup(dest, oif, &c->route, NULL);
}

/* A broadcast would be refused. */
static void warn_off(struct view *v, const struct session_socket *k)
{
	if (!sockopt_asked(&k->sock.options, "broadcast")->number)
		warn(v, "broadcast is off on [%u]: \":set broadcast on\"", k->number);
}

/* Why there is no way out of the interface that was chosen. */
static void warn_no_way(struct view *v, const struct addr *dest, unsigned chosen)
{
	const struct iface *dev = chosen ? session_iface(v->session, chosen) : NULL;

	if (dev && !(dev->flags & IFF_UP))
		warn(v, "%s is down", dev->name);
	else if (dev && !iface_has_family(dev, dest->family))
		warn(v, "%s has no %s address", dev->name,
		     dest->family == AF_INET ? "IPv4" : "IPv6");
	else if (dev)
		warn(v, "no route by %s", dev->name);
	else
		warn(v, addr_is_multicast(dest)
				? "no route: \":set multicast-interface IF\" chooses one"
				: "no route");
}

static void check_route(struct view *v, const struct session_socket *k, const struct addr *dest,
			unsigned chosen, const struct preview_cache *c)
{
	const struct iface *dev = session_iface(v->session, c->route.ifindex);
	size_t headers = dest->family == AF_INET ? HEADERS_V4 : HEADERS_V6;
	bool broadcast = c->route.broadcast || addr_kind(dest) == ADDR_BROADCAST;

	if (broadcast)
		warn_off(v, k);
	if (!c->found) {
		warn_no_way(v, dest, chosen);
		return;
	}
	if (dev && !(dev->flags & IFF_RUNNING))
		warn(v, "%s has no carrier", dev->name);
	if (v->preview.len && c->route.mtu && v->preview.len + headers > c->route.mtu)
		warn(v, "would fragment at MTU %u", c->route.mtu);
	if ((broadcast || addr_is_multicast(dest)) && !chosen && dev &&
	    !(dev->flags & IFF_LOOPBACK))
		warn(v, "leaves by %s only", dev->name);
}

/* Where the datagrams would go, and from which socket (NULL: one that would be opened). */
struct journey {
	const char *kind;
	bool sized;
	struct session_socket *socket;
	const struct addr *dests;
	size_t count;
	const struct via *via; /* NULL: nothing was chosen */
};

/* How much of it is told: on a narrow screen the source goes before the target does. */
enum detail { WITH_INTERFACE, WITH_SOURCE, WITH_SOCKET, TARGET_ONLY };

/* " from [1] 10.77.0.1:5000 on eth0": what the kernel will put into the datagram. */
static void format_source(const struct view *v, const struct journey *j,
			  const struct preview_cache *c, enum detail detail, struct buf *out)
{
	const struct iface *dev = c->found ? session_iface(v->session, c->route.ifindex) : NULL;
	struct addr source = j->socket->sock.local;

	buf_printf(out, " from [%u]", j->socket->number);
	if (detail > WITH_SOURCE)
		return;
	if (j->via && j->via->tx.source.family)
		source = j->via->tx.source;
	else if (addr_is_any(&source) && c->found && c->route.source.family)
		source = c->route.source;
	source.port = j->socket->sock.local.port;
	if (addr_is_any(&source)) {
		buf_printf(out, " :%u", source.port);
	} else {
		buf_char(out, ' ');
		addr_format(out, &source);
	}
	if (dev && detail == WITH_INTERFACE && !(j->via && j->via->tx.ifindex))
		buf_printf(out, " on %s", dev->name);
}

/* "text 5 B" */
static void format_what(const struct view *v, const struct journey *j, struct buf *out)
{
	buf_str(out, j->kind);
	if (j->sized)
		buf_printf(out, " %zu B", v->preview.len);
}

/* "text 5 B -> @1 192.168.1.17:49152 from [1] ..." */
static void format_journey(const struct view *v, const struct journey *j,
			   const struct preview_cache *c, enum detail detail, struct buf *out)
{
	const struct peer *peer = j->count == 1 ? peer_find(&v->session->peers, j->dests) : NULL;

	format_what(v, j, out);
	buf_str(out, " -> ");
	if (peer)
		buf_printf(out, "@%u ", peer->number);
	if (peer && peer->label)
		buf_printf(out, "%s ", peer->label);
	if (j->count == 1)
		addr_format(out, j->dests);
	else
		buf_printf(out, "%zu peers", j->count);
	if (!j->socket)
		buf_str(out, " from a socket to be opened");
	else if (detail < TARGET_ONLY)
		format_source(v, j, c, detail, out);
}

static void describe(struct view *v, struct preview_cache *cache, const struct journey *j, int cols)
{
	struct preview_cache unknown = { 0 };
	/* "all" leaves by many: no route says from where. */
	bool single = j->socket && j->count == 1 && !(j->via && j->via->all);
	unsigned chosen = j->via ? j->via->tx.ifindex : 0;
	struct error e;
	struct buf head;

	if (j->socket && !sender_check(j->socket, j->dests, j->count, v->preview.len, &e))
		warn(v, "%s", e.text);
	if (single) {
		ask_route(v, cache, j->socket, j->dests, chosen);
		check_route(v, j->socket, j->dests, chosen, cache);
	}
	buf_init(&head, sizeof(v->preview.head) - 1);
	for (int detail = WITH_INTERFACE; detail <= TARGET_ONLY; detail++) {
		buf_reset(&head);
		format_journey(v, j, single ? cache : &unknown, (enum detail)detail, &head);
		if (text_width(buf_cstr(&head), head.len) + 2 <= (size_t)cols)
			break;
	}
	snprintf(v->preview.head, sizeof(v->preview.head), "%s", buf_cstr(&head));
	buf_done(&head);
}

/* There is no target yet, or no socket that could have one. */
static void preview_nowhere(struct view *v, const struct journey *j)
{
	struct buf head;

	buf_init(&head, sizeof(v->preview.head) - 1);
	format_what(v, j, &head);
	buf_str(&head, j->socket ? ": no target, \":to HOST PORT\""
				 : ": no socket, \":open 0.0.0.0:5000\" or F2");
	snprintf(v->preview.head, sizeof(v->preview.head), "%s", buf_cstr(&head));
	buf_done(&head);
}

/* A connected socket hears its peer only. */
static void check_connected(struct view *v, const struct journey *j)
{
	const struct addr *peer = j->socket ? &j->socket->sock.peer : NULL;
	struct buf name;

	if (!peer || !peer->family || j->count != 1 || addr_equal(peer, j->dests))
		return;
	buf_init(&name, 128);
	addr_format(&name, peer);
	warn(v, "[%u] is connected to %s: answers from others will be dropped", j->socket->number,
	     buf_cstr(&name));
	buf_done(&name);
}

/* ---- the line ---- */

static void check_words(struct view *v, const struct command_set *set, const char *text, size_t n)
{
	char word[32];
	size_t len = 0, bytes;
	struct buf hex;

	if (v->typing.input == INPUT_TEXT && payload_looks_hex(text, n)) {
		buf_init(&hex, PAYLOAD_MAX_V6);
		bytes = payload_hex(text, n, NULL, &hex, NULL) ? hex.len : 0;
		buf_done(&hex);
		if (bytes)
			warn(v, "looks like hex, F5 rereads it as %zu bytes", bytes);
	}
	while (len < n && len < sizeof(word) - 1 && text[len] != ' ')
		len++;
	memcpy(word, text, len);
	word[len] = '\0';
	if (v->typing.input == INPUT_TEXT && len > 2 && command_find(set, word, false, NULL))
		warn(v, "this sends the text \"%s\", the command is :%s", word, word);
}

static void preview_data(struct view *v, struct preview_cache *cache, const struct command_set *set,
			 int cols)
{
	static const char *const eols[] = {
		[EOL_NONE] = "", [EOL_LF] = "+lf", [EOL_CRLF] = "+crlf"
	};
	size_t start = entry_payload_at(v->line.text, v->line.len, v->line.pasted),
	       n = v->line.len - start;
	const char *text = v->line.text + start;
	struct journey j = { .socket = v->session->current };
	struct payload_env env;
	struct buf bytes;
	bool ok = true;
	struct error e;
	char kind[16];

	snprintf(kind, sizeof(kind), "%s%s", v->typing.input == INPUT_HEX ? "hex" : "text",
		 v->typing.input == INPUT_HEX ? "" : eols[v->typing.eol]);
	session_payload_env(v->session, &env);
	buf_init(&bytes, COMMAND_LINE_MAX);
	if (v->line.len && !command_typed_payload(&v->typing, text, n, &env, &bytes, &e)) {
		ok = false;
		err_shift(&e, (ptrdiff_t)start);
		warn_error(v, &e, v->line.text, v->line.len);
	}
	keep_bytes(&v->preview, &bytes);
	v->preview.is_payload = true;
	j.kind = kind;
	j.sized = ok && v->line.len > 0;
	j.count = j.socket ? target_addrs(&j.socket->target, &j.dests) : 0;
	if (j.count) {
		describe(v, cache, &j, cols);
		check_connected(v, &j);
	} else {
		preview_nowhere(v, &j);
	}
	if (v->line.len)
		check_words(v, set, text, n);
	buf_done(&bytes);
}

/* "every 1 s: via eth1 from 10.0.0.1 ttl 9: send": the verb, when, and which way. */
static void format_kind(struct session *s, const struct command_intent *intent, struct buf *out)
{
	const struct command_schedule *when = &intent->schedule;

	if (when->delay) {
		buf_str(out, "in ");
		num_format_duration(out, when->delay);
	}
	if (when->every) {
		buf_str(out, when->delay ? ", every " : "every ");
		num_format_duration(out, when->every);
	}
	if (when->asked)
		buf_str(out, ": ");
	if (intent->via.asked) {
		via_format(s, &intent->via,
			   intent->count ? intent->addrs : &intent->socket->sock.peer, out);
		buf_str(out, ": ");
	}
	buf_str(out, intent->row->name);
}

/* What of the choice cannot be. */
static void check_ways(struct view *v, const struct journey *j)
{
	struct via_way ways[VIA_WAYS];
	struct error e = { .at = -1 };
	const struct addr *dest = j->dests;
	bool broadcast;

	if (!j->via || !j->count)
		return;
	if (!via_ways(v->session, j->via, dest, ways, &e))
		warn(v, "%s", e.text);
	broadcast = addr_kind(dest) == ADDR_BROADCAST ||
		    iface_is_broadcast(session_ifaces(v->session), dest);
	if (j->via->all && broadcast && j->socket)
		warn_off(v, j->socket);
}

static void preview_intent(struct view *v, struct preview_cache *cache,
			   const struct command_intent *intent, int cols)
{
	struct journey j = { .sized = true,
			     .socket = intent->socket,
			     .dests = intent->addrs,
			     .count = intent->count,
			     .via = intent->via.asked ? &intent->via : NULL };
	struct buf kind;

	buf_init(&kind, 128);
	format_kind(v->session, intent, &kind);
	j.kind = buf_cstr(&kind);
	keep_bytes(&v->preview, &intent->bytes);
	v->preview.is_payload = true;
	check_ways(v, &j);
	if (intent->ways.len) {
		snprintf(v->preview.head, sizeof(v->preview.head), "%s %zu B by %s", j.kind,
			 intent->bytes.len, buf_cstr(&intent->ways));
	} else if (j.count) {
		describe(v, cache, &j, cols);
		check_connected(v, &j);
	} else {
		preview_nowhere(v, &j);
	}
	buf_done(&kind);
}

/* A command that sends shows what; any other its usage. */
static void preview_command(struct view *v, struct preview_cache *cache,
			    const struct command_set *set, int cols)
{
	char *line = strndup(v->line.text + 1, v->line.len - 1);
	struct command_intent intent;
	struct error e = { .at = -1 };
	bool ok;

	if (!line)
		return;
	ok = command_intend(v->session, set, line, &intent, &e);
	if (ok && intent.sends) {
		preview_intent(v, cache, &intent, cols);
	} else if (intent.row) {
		snprintf(v->preview.head, sizeof(v->preview.head), "%s%s%s: %s", intent.row->name,
			 intent.row->args[0] ? " " : "", intent.row->args, intent.row->help);
		err_shift(&e, e.at >= 0);
		if (!ok && e.code != ERR_USAGE && e.code != ERR_PENDING)
			warn_error(v, &e, v->line.text, v->line.len);
	} else {
		snprintf(v->preview.head, sizeof(v->preview.head), "%s",
			 ok ? "a command; Tab lists them, \"::\" sends a colon" : e.text);
	}
	command_intent_done(&intent);
	free(line);
}

void preview_make(struct view *v, struct preview_cache *cache, const struct command_set *set,
		  int cols)
{
	v->preview = (struct preview_view){ 0 };
	if (v->line.waiting)
		snprintf(v->preview.head, sizeof(v->preview.head),
			 "waiting for a name, or for tshark; Ctrl-C gives up");
	else if (entry_is_command(v->line.text, v->line.len, v->line.pasted))
		preview_command(v, cache, set, cols);
	else
		preview_data(v, cache, set, cols);
}
