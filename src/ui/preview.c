/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "ui/preview.h"

#include "payload/payload.h"
#include "util/num.h"
#include "util/text.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#define ROUTE_KEPT (3 * NS_PER_S)
#define HEADERS_V4 28 /* IPv4 without options, UDP */
#define HEADERS_V6 48

bool preview_is_command(const struct line_view *line)
{
	return line->len > 0 && line->text[0] == ':' && !line->pasted &&
	       !(line->len > 1 && line->text[1] == ':');
}

/* "::" sends a colon. */
static size_t payload_start(const struct line_view *line)
{
	return line->len > 1 && line->text[0] == ':' && line->text[1] == ':' && !line->pasted;
}

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

/* The interface that the socket's options force, as far as the kernel would follow them. */
static unsigned forced_interface(const struct session_socket *k, const struct addr *dest)
{
	const struct sockopt *device = sockopt_find("device", NULL);
	const struct sockopt *group = sockopt_find("multicast-interface", NULL);
	const struct sockopt_values *o = &k->sock.options;

	if (o->v[sockopt_index(device)].number)
		return (unsigned)o->v[sockopt_index(device)].number;
	if (addr_is_multicast(dest))
		return (unsigned)o->v[sockopt_index(group)].number;
	return dest->scope;
}

static void ask_route(const struct view *v, struct preview_cache *c, const struct session_socket *k,
		      const struct addr *dest)
{
	unsigned oif = forced_interface(k, dest);

	if (c->asked && v->mono - c->asked < ROUTE_KEPT && c->oif == oif &&
	    c->socket == k->number && addr_equal(&c->dest, dest))
		return;
	*c = (struct preview_cache){
		.dest = *dest, .oif = oif, .socket = k->number, .asked = v->mono
	};
	c->found = route_lookup(dest, oif, &c->route, NULL);
}

static bool is_on(const struct session_socket *k, const char *option)
{
	return k->sock.options.v[sockopt_index(sockopt_find(option, NULL))].number != 0;
}

static void check_route(struct view *v, const struct session_socket *k, const struct addr *dest,
			const struct preview_cache *c)
{
	const struct iface *dev = session_iface(v->session, c->route.ifindex);
	size_t headers = dest->family == AF_INET ? HEADERS_V4 : HEADERS_V6;
	bool broadcast = c->route.broadcast || addr_kind(dest) == ADDR_BROADCAST;

	if (broadcast && !is_on(k, "broadcast"))
		warn(v, "broadcast is off on [%u]: \":set broadcast on\"", k->number);
	if (!c->found) {
		warn(v, addr_is_multicast(dest)
				? "no route: \":set multicast-interface IF\" chooses one"
				: "no route");
		return;
	}
	if (v->preview.len && c->route.mtu && v->preview.len + headers > c->route.mtu)
		warn(v, "would fragment at MTU %u", c->route.mtu);
	if ((broadcast || addr_is_multicast(dest)) && dev && !(dev->flags & IFF_LOOPBACK))
		warn(v, "leaves by %s only", dev->name);
}

/* " from [1] 10.77.0.1:5000 on eth0": what the kernel will put into the datagram. */
static void format_source(const struct view *v, const struct session_socket *k,
			  const struct preview_cache *c, struct buf *out)
{
	const struct iface *dev =
		c && c->found ? session_iface(v->session, c->route.ifindex) : NULL;
	struct addr source = k->sock.local;

	buf_printf(out, " from [%u] ", k->number);
	if (addr_is_any(&source) && c && c->found && c->route.source.family) {
		source = c->route.source;
		source.port = k->sock.local.port;
	}
	if (addr_is_any(&source))
		buf_printf(out, ":%u", source.port);
	else
		addr_format_short(out, &source, 28);
	if (dev)
		buf_printf(out, " on %s", dev->name);
}

/* "text 5 B -> @1 192.168.1.17:49152 from [1] ..." */
static void describe(struct view *v, struct preview_cache *cache, const char *kind, bool sized)
{
	struct session_socket *k = v->session->current;
	const struct addr *dests = NULL;
	struct buf head;
	size_t n = 0;

	buf_init(&head, sizeof(v->preview.head) - 1);
	buf_str(&head, kind);
	if (sized)
		buf_printf(&head, " %zu B", v->preview.len);
	if (k && k->sock.peer.family) {
		dests = &k->sock.peer;
		n = 1;
	} else if (k) {
		n = target_addrs(&k->target, &dests);
	}
	if (n == 1) {
		const struct peer *peer = peer_find(&v->session->peers, &dests[0]);

		buf_str(&head, " -> ");
		if (peer)
			buf_printf(&head, "@%u ", peer->number);
		addr_format_short(&head, &dests[0], 28);
		ask_route(v, cache, k, &dests[0]);
		format_source(v, k, cache, &head);
		check_route(v, k, &dests[0], cache);
	} else if (n > 1) {
		buf_printf(&head, " -> %zu peers", n);
		format_source(v, k, NULL, &head);
	} else {
		buf_str(&head, k ? ": no target, \":to HOST PORT\""
				 : ": no socket, \":open 0.0.0.0:5000\" or F2");
	}
	snprintf(v->preview.head, sizeof(v->preview.head), "%s", buf_cstr(&head));
	buf_done(&head);
}

/* ---- the line ---- */

static void check_words(struct view *v, const struct command_set *set, const char *text, size_t n)
{
	char word[32];
	size_t len = 0, bytes;
	struct buf hex;

	if (v->typing.input == INPUT_TEXT && payload_looks_hex(text, n)) {
		buf_init(&hex, PAYLOAD_MAX_V6);
		bytes = payload_hex(text, n, &hex, NULL) ? hex.len : 0;
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

static void preview_data(struct view *v, struct preview_cache *cache, const struct command_set *set)
{
	static const char *const eols[] = {
		[EOL_NONE] = "", [EOL_LF] = "+lf", [EOL_CRLF] = "+crlf"
	};
	const struct session_socket *k = v->session->current;
	size_t start = payload_start(&v->line), n = v->line.len - start;
	const char *text = v->line.text + start;
	struct buf bytes;
	bool ok = true;
	struct error e;
	char kind[16];

	snprintf(kind, sizeof(kind), "%s%s", v->typing.input == INPUT_HEX ? "hex" : "text",
		 v->typing.input == INPUT_HEX ? "" : eols[v->typing.eol]);
	buf_init(&bytes, COMMAND_LINE_MAX);
	if (v->line.len && !command_typed_payload(&v->typing, text, n, &bytes, &e)) {
		ok = false;
		err_shift(&e, (ptrdiff_t)start);
		warn_error(v, &e, v->line.text, v->line.len);
	}
	keep_bytes(&v->preview, &bytes);
	v->preview.is_payload = true;
	describe(v, cache, kind, ok && v->line.len > 0);
	if (k && k->sock.peer.family && k->target.now.kind == TARGET_PINNED &&
	    k->target.now.count && !addr_equal(&k->target.now.addrs[0], &k->sock.peer))
		warn(v, "the socket is connected: others are not heard");
	if (v->line.len)
		check_words(v, set, text, n);
	buf_done(&bytes);
}

/* A command shows its usage; one that sends a payload shows the bytes. */
static void preview_command(struct view *v, struct preview_cache *cache,
			    const struct command_set *set)
{
	const char *text = v->line.text + 1, *end = v->line.text + v->line.len;
	const struct command *row;
	struct buf bytes;
	struct error e;
	char word[32];
	size_t len;

	while (text < end && *text == ' ')
		text++;
	for (len = 0; text + len < end && len < sizeof(word) - 1 && text[len] != ' '; len++)
		;
	memcpy(word, text, len);
	word[len] = '\0';
	row = len ? command_find(set, word, true, &e) : NULL;
	if (!row) {
		snprintf(v->preview.head, sizeof(v->preview.head), "%s",
			 len ? e.text : "a command; Tab lists them, \"::\" sends a colon");
		return;
	}
	if (!row->payload || text + len >= end) {
		snprintf(v->preview.head, sizeof(v->preview.head), "%s%s%s: %s", row->name,
			 row->args[0] ? " " : "", row->args, row->help);
		return;
	}
	text += len + 1;
	buf_init(&bytes, COMMAND_LINE_MAX);
	if (!row->payload(text, (size_t)(end - text), &bytes, &e)) {
		err_shift(&e, text - v->line.text);
		warn_error(v, &e, v->line.text, v->line.len);
	}
	keep_bytes(&v->preview, &bytes);
	v->preview.is_payload = true;
	describe(v, cache, row->name, true);
	buf_done(&bytes);
}

void preview_make(struct view *v, struct preview_cache *cache, const struct command_set *set)
{
	v->preview = (struct preview_view){ 0 };
	if (v->line.waiting)
		snprintf(v->preview.head, sizeof(v->preview.head),
			 "waiting for a name to resolve; Ctrl-C gives up");
	else if (preview_is_command(&v->line))
		preview_command(v, cache, set);
	else
		preview_data(v, cache, set);
}
