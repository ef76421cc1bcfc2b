/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Commands that send, and "to", which says where. */
#include "command/args.h"
#include "command/complete.h"
#include "command/send.h"
#include "command/tables.h"
#include "payload/payload.h"
#include "session/rule.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct session_socket *send_socket_for(struct session *s, const struct addr *dest, struct error *e)
{
	struct sock_spec spec = { .family = dest->family };

	return s->current ? s->current : session_open(s, &spec, e);
}

static bool intend(struct command_intent *intent, struct session_socket *k,
		   const struct addr *dests, size_t count, const void *data, size_t len,
		   struct error *e)
{
	intent->sends = true;
	intent->socket = k;
	intent->count = count;
	intent->addrs = count ? malloc(count * sizeof(*dests)) : NULL;
	if ((count && !intent->addrs) || !buf_add(&intent->bytes, data, len))
		return err_set(e, ERR_LIMIT, "no memory for %zu bytes", len);
	if (count)
		memcpy(intent->addrs, dests, count * sizeof(*dests));
	return true;
}

bool send_bytes(struct command_call *c, const void *data, size_t len, struct error *e)
{
	struct session *s = c->session;
	struct session_socket *k = c->to.socket ? c->to.socket : s->current;
	const struct addr *dests = c->to.addrs;
	size_t count = c->to.count;

	if (!k && !count)
		return command_no_socket(c, e);
	if (!count)
		count = target_addrs(&k->target, &dests);
	if (c->intent)
		return intend(c->intent, k, dests, count, data, len, e);
	k = k ? k : send_socket_for(s, &dests[0], e);
	return k && via_send(s, k, &c->via, dests, count, data, len, 0, e);
}

bool send_set_target(struct command_call *c, const struct destination *d, struct error *e)
{
	struct session *s = c->session;
	struct session_socket *k = d->socket ? d->socket : send_socket_for(s, &d->addrs[0], e);

	if (!k)
		return false;
	for (size_t i = 0; i < d->count; i++)
		if (!sock_can_reach(&k->sock, &d->addrs[i], e))
			return false;
	if (!target_pin(&k->target, d->addrs, d->count, e))
		return false;
	if (k != s->current) {
		session_select(s, k);
		command_say(c, MESSAGE_INFO, "[%u] heard it and is the current socket now",
			    k->number);
	} else if (k->sock.peer.family && !addr_equal(&k->sock.peer, &d->addrs[0])) {
		command_say(c, MESSAGE_WARNING,
			    "[%u] is connected: answers from there will be dropped (:disconnect)",
			    k->number);
	}
	return true;
}

/* "to X" alone sets the target; before a sending command it is that command's destination. */
static bool to_run(struct command_call *c, struct error *e)
{
	struct session_socket *k = c->session->current;
	const char *word = c->words[0].text;
	bool last = strcmp(word, "last") == 0;
	size_t used = 1;

	if (c->to.count)
		return err_set(e, ERR_USAGE, "\"to\" is given twice");
	if (last || strcmp(word, "-") == 0) {
		if (c->word_count > 1 || c->schedule.asked || c->via.asked)
			return err_at(e, (ptrdiff_t)c->words[1].at, "nothing may follow \"to %s\"",
				      word);
		if (!k)
			return command_no_socket(c, e);
		if (c->intent)
			return true;
		if (!last)
			return target_swap(&k->target, e);
		target_roam(&k->target);
		return true;
	}
	if (!args_destination(c, &used, &c->to, e))
		return false;
	if (used < c->word_count) {
		c->rest = c->words[used].at;
		return true;
	}
	if (c->schedule.asked || c->via.asked)
		return command_usage(c, e);
	return c->intent ? true : send_set_target(c, &c->to, e);
}

static void to_complete(struct command_completion *c)
{
	if (c->word > 0) {
		completion_offer_sending(c);
		return;
	}
	completion_offer(c, "last");
	completion_offer(c, "all");
	completion_offer_peers(c);
}

/* The payload as the command's row reads it, then sent: send, hex, raw, reply. */
static bool payload_run(struct command_call *c, struct error *e)
{
	struct payload_env own, *env = c->env ? c->env : &own;
	struct buf bytes;
	bool ok;

	session_payload_env(c->session, &own);
	if (c->schedule.asked) /* the first tick of a job, which counts by itself */
		own.seq = 1;
	if (c->answered) {
		env->request = c->answered->data;
		env->request_len = c->answered->stored;
	}
	buf_init(&bytes, COMMAND_LINE_MAX);
	ok = c->row->payload(c->payload, c->payload_len, env, &bytes, e)
		     ? send_bytes(c, buf_cstr(&bytes), bytes.len, e)
		     : err_shift(e, (ptrdiff_t)c->payload_at);
	if (ok && !c->intent)
		session_payload_used(c->session, &own);
	buf_done(&bytes);
	return ok;
}

static bool payload_raw(const char *text, size_t n, struct payload_env *env, struct buf *out,
			struct error *e)
{
	(void)env;
	return buf_add(out, text, n) || err_set(e, ERR_LIMIT, "no memory for %zu bytes", n);
}

static bool empty_run(struct command_call *c, struct error *e)
{
	return send_bytes(c, "", 0, e);
}

/* The blank that completion puts behind a path is no part of it, unless there is a file of that
 * name. */
static bool read_file(const char *path, size_t max, struct buf *out, struct error *e)
{
	char trimmed[PATH_MAX];
	size_t n = strlen(path);

	if (n == 0 || n >= sizeof(trimmed) || path[n - 1] != ' ' || access(path, F_OK) == 0)
		return payload_file(path, max, out, e);
	memcpy(trimmed, path, n);
	while (n > 0 && trimmed[n - 1] == ' ')
		n--;
	trimmed[n] = '\0';
	return payload_file(trimmed, max, out, e);
}

static bool file_run(struct command_call *c, struct error *e)
{
	const struct session_socket *k = c->to.socket ? c->to.socket : c->session->current;
	const bool v4 = k && k->sock.family == AF_INET;
	struct buf bytes;
	bool ok;

	buf_init(&bytes, PAYLOAD_MAX_V6);
	ok = read_file(c->payload, v4 ? PAYLOAD_MAX_V4 : PAYLOAD_MAX_V6, &bytes, e);
	if (!ok && e)
		e->at = (ptrdiff_t)c->payload_at;
	ok = ok && send_bytes(c, buf_cstr(&bytes), bytes.len, e);
	buf_done(&bytes);
	return ok;
}

static void file_complete(struct command_completion *c)
{
	if (c->word == 0)
		completion_offer_files(c);
}

bool send_newest_rx(struct session *s, struct store_hold *hold, struct packet *out)
{
	struct store_stats st;

	store_stats(s->store, &st);
	for (uint64_t seq = st.end_seq; seq-- > st.first_seq;)
		if (store_get(s->store, seq, hold, out) && out->kind == PACKET_RX &&
		    !(out->flags & PACKET_OWN))
			return true;
	return false;
}

/* "#N" at the start of the payload names a packet; the rest is what is sent.  bare: "N" does too */
static bool take_number(struct command_call *c, bool bare, uint64_t *number, struct error *e)
{
	char digits[24];
	size_t n;
	struct command_word w = { .text = digits, .at = c->payload_at };

	*number = 0;
	if (c->payload[0] != '#' && !(bare && c->payload[0] >= '0' && c->payload[0] <= '9'))
		return true;
	n = strcspn(c->payload, " \t");
	if (n >= sizeof(digits))
		return err_at(e, (ptrdiff_t)c->payload_at, "a packet is named by #NUMBER");
	memcpy(digits, c->payload, n);
	digits[n] = '\0';
	if (!args_number(&w, '#', number, e))
		return false;
	n += c->payload[n] != '\0';
	c->payload += n;
	c->payload_at += n;
	c->payload_len -= n;
	return true;
}

/* The packet that was named, or with 0 the newest rx. */
static bool find_answered(struct session *s, uint64_t number, struct packet *p,
			  struct store_hold *hold)
{
	return number ? store_find(s->store, number, hold, p) : send_newest_rx(s, hold, p);
}

/* The packet that was named (0: the newest rx): its peer and socket become the destination. */
static bool aim_at(struct command_call *c, uint64_t number, struct packet *p,
		   struct store_hold *hold, struct error *e)
{
	if (!find_answered(c->session, number, p, hold))
		return number ? err_set(e, ERR_STATE, "packet #%llu is not kept",
					(unsigned long long)number)
			      : err_set(e, ERR_STATE,
					"nobody was heard yet: there is nothing to answer");
	if (c->to.count)
		return true;
	c->to.addrs = malloc(sizeof(*c->to.addrs));
	if (!c->to.addrs)
		return err_set(e, ERR_LIMIT, "no memory");
	c->to.addrs[0] = p->peer;
	c->to.count = 1;
	c->to.socket = session_find(c->session, p->socket);
	return true;
}

/* From the address that was asked, unless "via" says else. */
static void choose_source(struct command_call *c, const struct packet *p)
{
	const struct session_socket *k = c->to.socket;
	struct tx_via tx;

	if (c->via.asked || p->kind != PACKET_RX || !k || c->to.count != 1 ||
	    !addr_equal(&c->to.addrs[0], &p->peer) || !rule_source(&k->sock.local, p, &tx))
		return;
	c->via = (struct via){ .asked = true, .tx = tx };
	if (c->intent)
		c->intent->via = c->via;
}

static bool reply_run(struct command_call *c, struct error *e)
{
	struct store_hold hold = { 0 };
	struct packet p;
	uint64_t number;
	bool ok, found = false;

	ok = take_number(c, false, &number, e);
	if (ok && c->env)
		found = find_answered(c->session, number, &p, &hold);
	else if (ok)
		ok = found = aim_at(c, number, &p, &hold, e);
	if (ok && !c->payload_len)
		ok = err_at(e, (ptrdiff_t)c->payload_at, "usage: reply [#N] TEXT");
	if (ok && !c->env)
		choose_source(c, &p);
	c->answered = found ? &p : NULL;
	ok = ok && payload_run(c, e);
	c->answered = NULL;
	store_hold_done(&hold);
	return ok;
}

static bool resend_run(struct command_call *c, struct error *e)
{
	struct store_hold hold = { 0 };
	struct packet p;
	uint64_t number;
	bool ok;

	if (!take_number(c, true, &number, e))
		return false;
	if (!number || c->payload_len)
		return err_at(e, (ptrdiff_t)c->payload_at, "usage: resend #N");
	ok = aim_at(c, number, &p, &hold, e);
	if (ok && p.kind != PACKET_TX && p.kind != PACKET_RX)
		ok = err_set(e, ERR_STATE, "#%llu is no datagram", (unsigned long long)number);
	ok = ok && send_bytes(c, p.data, p.stored, e);
	store_hold_done(&hold);
	return ok;
}

const struct command send_commands[] = {
	{ "to", "HOST PORT | @N[,@M] | last | all | -", "target", 1, -1, CMD_MODIFIER,
	  "where lines go; before a sending command: where this one goes", .run = to_run,
	  .complete = to_complete },
	{ "send", "TEXT", "sending", 1, -1, CMD_PAYLOAD | CMD_SENDS,
	  "send text; \\n \\xHH ... and ${...} are read: help payloads", .run = payload_run,
	  .payload = payload_text },
	{ "raw", "TEXT", "sending", 1, -1, CMD_PAYLOAD | CMD_SENDS,
	  "send text as it stands, no escapes", .run = payload_run, .payload = payload_raw },
	{ "hex", "BYTES", "sending", 1, -1, CMD_PAYLOAD | CMD_SENDS,
	  "send bytes: hex digits, \"text\" and ${...} in between, a dump", .run = payload_run,
	  .payload = payload_hex },
	{ "file", "PATH", "sending", 1, -1, CMD_PAYLOAD | CMD_SENDS, "send what a file holds",
	  .run = file_run, .complete = file_complete },
	{ "empty", "", "sending", 0, 0, CMD_SENDS, "send a datagram without a payload",
	  .run = empty_run },
	{ "reply", "[#N] TEXT", "sending", 1, -1, CMD_PAYLOAD | CMD_SENDS,
	  "answer packet N (else the newest) once, from the socket that heard it", .run = reply_run,
	  .payload = payload_text },
	{ "resend", "#N", "sending", 1, -1, CMD_PAYLOAD | CMD_SENDS | CMD_ONCE,
	  "send packet N's payload again", .run = resend_run },
	{ 0 },
};
