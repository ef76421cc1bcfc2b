/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "command/save.h"

#include "command/color.h"
#include "command/send.h"
#include "command/setting.h"
#include "session/activity.h"
#include "session/job.h"
#include "session/rule.h"
#include "session/tshark.h"
#include "util/num.h"
#include "util/text.h"

#include <inttypes.h>
#include <string.h>

/* ---- lines ---- */

/* Characters that have no place in a file of lines are escaped, the rest stays as it was typed. */
static void add_shown(struct buf *out, const char *text)
{
	size_t n = strlen(text);
	int marks = 0;

	for (size_t i = 0; i < n;) {
		struct text_glyph g = text_next_on(text + i, n - i, &marks);

		if (g.shown)
			buf_add(out, text + i, g.bytes);
		else
			text_escape(out, text + i, g.bytes);
		i += g.bytes;
	}
}

/* A line begun at "start"; one that would be too long to be read becomes a comment. */
static void end_line(struct buf *out, size_t start, const char *what)
{
	if (!out->failed && out->len - start > COMMAND_LINE_MAX) {
		buf_cut(out, start);
		buf_printf(out, "# too long for a line: %s", what);
	}
	buf_char(out, '\n');
}

/* ---- sockets ---- */

/* What sock_open() asks for by itself is not said. */
static bool is_default(const struct sockopt *o, const struct sockopt_value *v)
{
	return !v->asked || (strcmp(o->name, "rcvbuf") == 0 && v->number == SOCK_RCVBUF_ASK);
}

static void add_open(const struct session_socket *k, struct buf *out)
{
	buf_printf(out, "open %s ",
		   k->sock.dual                ? "udp"
		   : k->sock.family == AF_INET ? "udp4"
					       : "udp6");
	addr_format(out, &k->sock.local);
	for (const struct sockopt *o = sockopts; o->name; o++) {
		if (is_default(o, &k->sock.options.v[sockopt_index(o)]))
			continue;
		buf_printf(out, " %s=", o->name);
		sockopt_format_asked(&k->sock, o, out);
	}
	buf_char(out, '\n');
}

static void add_membership(const struct membership *m, struct buf *out)
{
	const struct addr any = { 0 };

	if (!m->source_specific) {
		buf_str(out, "join ");
		group_format_membership(out, m, &any);
		buf_char(out, '\n');
	}
	for (size_t i = 0; i < m->source_count; i++) {
		buf_str(out, m->source_specific ? "join " : "block ");
		group_format_membership(out, m, &m->sources[i]);
		buf_char(out, '\n');
	}
}

static void add_addrs(const struct addr *addrs, size_t count, struct buf *out)
{
	for (size_t i = 0; i < count; i++) {
		if (i)
			buf_char(out, ',');
		addr_format(out, &addrs[i]);
	}
}

static void add_pinned(const struct target_choice *t, struct buf *out)
{
	size_t start = out->len;

	if (t->kind != TARGET_PINNED)
		return;
	buf_str(out, "to ");
	add_addrs(t->addrs, t->count, out);
	end_line(out, start, "a target of many peers");
}

static bool is_only(const struct target_choice *t, const struct addr *addr)
{
	return t->kind == TARGET_PINNED && t->count == 1 && addr_equal(&t->addrs[0], addr);
}

/* "connect" pins its peer, "open" roams: what is so by itself is not said. */
static void add_target(const struct session_socket *k, struct buf *out)
{
	const struct target *t = &k->target;
	const struct addr *peer = &k->sock.peer;
	bool by_connect = peer->family && is_only(&t->now, peer);

	if (by_connect)
		add_pinned(&t->before, out);
	if (peer->family) {
		buf_str(out, "connect ");
		addr_format(out, peer);
		buf_char(out, '\n');
	}
	if (by_connect)
		return;
	if (!peer->family || !is_only(&t->before, peer))
		add_pinned(&t->before, out);
	add_pinned(&t->now, out);
	if (t->now.kind != TARGET_PINNED && (peer->family || t->before.kind == TARGET_PINNED))
		buf_str(out, "to last\n");
}

/* With its destinations, which were settled when it was started. */
static void add_job(struct session *s, const struct job *j, struct buf *out)
{
	size_t start = out->len;

	buf_str(out, "# ");
	if (j->every) {
		buf_str(out, "every ");
		num_format_typed(out, j->every);
	} else {
		buf_str(out, "once");
	}
	if (j->times)
		buf_printf(out, " times %" PRIu64, j->times);
	if (j->until) {
		buf_str(out, " until ");
		add_shown(out, j->until);
	}
	if (j->via.asked) {
		buf_char(out, ' ');
		via_format(s, &j->via, NULL, out);
	}
	buf_str(out, " to ");
	add_addrs(j->dests, j->count, out);
	buf_char(out, ' ');
	add_shown(out, j->line + j->verb);
	end_line(out, start, "a job");
}

static void add_socket(struct session *s, const struct session_socket *k, struct buf *out)
{
	add_open(k, out);
	for (size_t i = 0; i < k->sock.groups.count; i++)
		add_membership(&k->sock.groups.m[i], out);
	add_target(k, out);
	for (const struct job *j = s->jobs; j; j = j->next)
		if (j->socket == k->number)
			add_job(s, j, out);
}

/* Those of activities end with them, and are not written. */
static bool is_written(struct session *s, const struct session_socket *k)
{
	return !activity_owns(s, k->number);
}

/* A fresh session numbers them anew: those up to "number" that are written; 0: that one is not. */
static size_t number_then(struct session *s, uint32_t number)
{
	size_t count = 0;

	for (size_t i = 0; i < s->socket_count; i++) {
		count += is_written(s, s->sockets[i]);
		if (s->sockets[i]->number == number)
			return is_written(s, s->sockets[i]) ? count : 0;
	}
	return 0;
}

/* *current: the one that is by itself, the newest. */
static void add_sockets(struct session *s, size_t *current, struct buf *out)
{
	for (size_t i = 0; i < s->socket_count; i++) {
		if (!is_written(s, s->sockets[i]))
			continue;
		add_socket(s, s->sockets[i], out);
		++*current;
	}
}

static void add_change(size_t *current, size_t number, struct buf *out)
{
	if (!number || number == *current)
		return;
	buf_printf(out, "socket %zu\n", number);
	*current = number;
}

/* ---- rules ---- */

/* In their order, echo servers too: the first that matches answers. */
static void add_rules(struct session *s, size_t *current, struct buf *out)
{
	for (const struct rule *r = s->rules; r; r = r->next) {
		size_t number = number_then(s, r->socket), start;

		if (r->socket && !number)
			continue;
		add_change(current, number, out);
		start = out->len;
		add_shown(out, r->line);
		end_line(out, start, "a rule");
	}
}

/* ---- peers ---- */

/* By address: a fresh session numbers them anew. */
static void add_peer(const char *command, const struct peer *p, const char *label, struct buf *out)
{
	buf_printf(out, "%s ", command);
	addr_format(out, &p->addr);
	buf_str(out, label ? " " : "");
	buf_str(out, label ? label : "");
	buf_char(out, '\n');
}

static void add_peers(const struct session *s, struct buf *out)
{
	for (uint32_t i = 0; i < s->peers.count; i++) {
		const struct peer *p = s->peers.peers[i];

		if (p->label)
			add_peer("label", p, p->label, out);
		if (p->muted)
			add_peer("mute", p, NULL, out);
	}
	/* in one line: each takes the place of the one before */
	if (!s->peers.solo)
		return;
	buf_str(out, "solo");
	for (uint32_t i = 0; i < s->peers.count; i++) {
		if (!s->peers.peers[i]->solo)
			continue;
		buf_char(out, ' ');
		addr_format(out, &s->peers.peers[i]->addr);
	}
	buf_char(out, '\n');
}

/* ---- the face ---- */

static void add_binding(void *arg, const char *key, const char *command)
{
	struct buf *out = arg;

	buf_printf(out, "%sbind %s ", strpbrk(command, "\r\n") ? "# not in one line: " : "", key);
	add_shown(out, command);
	buf_char(out, '\n');
}

static void add_typing(const struct command_typing *t, struct buf *out)
{
	static const char *const eols[] = {
		[EOL_NONE] = "none", [EOL_LF] = "lf", [EOL_CRLF] = "crlf"
	};

	if (t->input != INPUT_TEXT || t->eol != EOL_NONE)
		buf_printf(out, "input %s eol=%s\n", t->input == INPUT_HEX ? "hex" : "text",
			   eols[t->eol]);
}

static void add_decoding(const struct session *s, struct buf *out)
{
	size_t count;
	const struct tshark_rule *rules = tshark_rules(s, &count);

	for (size_t i = 0; i < count; i++)
		buf_printf(out, "decode-as %u %s\n", rules[i].port, rules[i].protocol);
}

void save_format(struct session *s, const struct face *face, struct buf *out)
{
	size_t current = 0;

	buf_str(out, "# a session of udpdeck: udpdeck --stay -f FILE opens it again\n");
	setting_save(s, face, out);
	for (size_t i = 0; i < s->variables.count; i++) {
		size_t start = out->len;

		let_format(out, &s->variables.list[i]);
		end_line(out, start, s->variables.list[i].name);
	}
	add_sockets(s, &current, out);
	add_rules(s, &current, out);
	if (s->current)
		add_change(&current, number_then(s, s->current->number), out);
	add_peers(s, out);
	if (s->sequence) {
		buf_str(out, "stats sequence ");
		sequence_format(sequence_spec(s->sequence), out);
		buf_char(out, '\n');
	}
	add_decoding(s, out);
	if (face->filtered && face->filtered(face->ctx))
		buf_printf(out, "filter %s\n", face->filtered(face->ctx));
	if (face->colors)
		color_save(face->colors(face->ctx), out);
	if (face->bindings)
		face->bindings(face->ctx, add_binding, out);
	if (face->kept && face->kept->len)
		buf_add(out, face->kept->data, face->kept->len);
	if (face->typing)
		add_typing(face->typing(face->ctx), out);
}
