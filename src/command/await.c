/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "command/await.h"

#include "session/words.h"
#include "util/num.h"
#include "util/text.h"

#include <inttypes.h>
#include <string.h>

#define TEXT_MAX 60 /* bytes of the expectation in a message */

/* ---- from whom ---- */

/* Where the socket that is meant sends to, if that is one address. */
static struct addr expected_sender(const struct session *s, const struct expectation *x)
{
	const struct session_socket *k = x->socket ? session_find(s, x->socket) : s->current;
	const struct addr *addrs;

	if (x->has_from && x->from.family)
		return x->from;
	if (k && target_addrs(&k->target, &addrs) == 1)
		return addrs[0];
	return k ? k->sock.peer : (struct addr){ 0 };
}

void await_begin(struct await *a, struct session *s, struct expectation *x, uint64_t timeout)
{
	uint64_t now = clock_monotonic(s->clock);

	if (x->timed)
		timeout = x->timeout;
	*a = (struct await){
		.session = s,
		.x = x,
		.timeout = timeout,
		.due = timeout < UINT64_MAX - now ? now + timeout : UINT64_MAX,
		.end = UINT64_MAX,
		.dest = expected_sender(s, x),
	};
}

void await_done(struct await *a)
{
	expectation_free(a->x);
	a->x = NULL;
}

/* ---- looking ---- */

static void keep_other(struct await_other *o, const struct packet *p)
{
	o->peer = p->peer;
	o->len = p->len;
	if (p->stored)
		memcpy(o->head, p->data, p->stored < AWAIT_HEAD ? p->stored : AWAIT_HEAD);
}

static bool look_rx(struct await *a, const struct packet *p)
{
	if (expectation_matches(a->x, p)) {
		a->matched_no = p->no;
		keep_other(&a->matched, p);
		return true;
	}
	keep_other(&a->last[a->others++ % AWAIT_SHOWN], p);
	return false;
}

/* An answer may still come to what is sent after a refusal. */
static void look_other(struct await *a, const struct packet *p)
{
	if (p->flags & PACKET_READ)
		return;
	if (p->kind == PACKET_GAP)
		a->missed += p->lost;
	if (p->kind == PACKET_TX && a->refused && addr_equal(&p->peer, &a->refused_peer))
		a->refused = false;
	if (p->kind == PACKET_ICMP && expectation_is_refused(a->x, p, &a->dest)) {
		a->refused = true;
		a->refused_peer = p->peer;
		a->refused_no = p->icmp.cause;
		a->refusal = p->icmp;
	}
}

static enum await_result look(struct await *a, struct store_cursor *cursor, uint64_t slice)
{
	const struct clock *clock = a->session->clock;
	struct store_stats st;
	struct packet p;

	if (a->end == UINT64_MAX && clock_monotonic(clock) >= a->due) {
		store_stats(a->session->store, &st);
		a->end = st.end_seq;
	}
	while (cursor->next < a->end && store_cursor_read(cursor, &p) != STORE_END) {
		/* what a file holds is no answer to anything */
		if (p.kind != PACKET_RX)
			look_other(a, &p);
		else if (!(p.flags & PACKET_READ) && look_rx(a, &p))
			return AWAIT_MATCH;
		if (clock_monotonic(clock) >= slice)
			return AWAIT_MORE;
	}
	if (a->refused)
		return AWAIT_REFUSED;
	return a->end == UINT64_MAX ? AWAIT_WAITS : AWAIT_TIMEOUT;
}

enum await_result await_look(struct await *a, struct store_cursor *cursor, uint64_t slice)
{
	enum await_result result = look(a, cursor, slice);

	store_cursor_rest(cursor);
	return result;
}

bool await_is_met(const struct await *a, enum await_result result)
{
	return result == (a->x->none ? AWAIT_TIMEOUT : AWAIT_MATCH);
}

/* ---- words ---- */

static void format_other(const struct await_other *o, struct buf *out)
{
	uint32_t n = o->len < AWAIT_HEAD ? o->len : AWAIT_HEAD;

	addr_format(out, &o->peer);
	buf_str(out, " \"");
	text_escape(out, o->head, n);
	buf_str(out, n < o->len ? "..\"" : "\"");
}

/* In the order they came. */
static void format_others(const struct await *a, struct buf *out)
{
	uint64_t shown = a->others < AWAIT_SHOWN ? a->others : AWAIT_SHOWN;

	buf_str(out, "; ");
	if (!a->others) {
		buf_str(out, "nothing came");
		return;
	}
	num_format_count(out, a->others);
	buf_printf(out, " other%s came%s: ", a->others == 1 ? "" : "s",
		   shown < a->others ? ", the last" : "");
	for (uint64_t i = a->others - shown; i < a->others; i++) {
		format_other(&a->last[i % AWAIT_SHOWN], out);
		buf_str(out, i + 1 < a->others ? ", " : "");
	}
}

static void format_refusal(const struct await *a, struct buf *out)
{
	buf_str(out, ": ");
	addr_format(out, &a->refused_peer);
	words_said(out, &a->refusal, &a->refused_peer);
	if (a->refused_no)
		buf_printf(out, " (#%" PRIu64 ")", a->refused_no);
}

static void format_match(const struct await *a, struct buf *out)
{
	const struct peer *peer = peer_find(&a->session->peers, &a->matched.peer);

	buf_printf(out, ": #%" PRIu64 " from ", a->matched_no);
	if (peer)
		buf_printf(out, "@%u ", peer->number);
	format_other(&a->matched, out);
}

void await_explain(const struct await *a, enum await_result result, struct buf *out)
{
	unsigned given_up = a->x->what ? what_given_up(a->x->what) : 0;
	size_t n = strlen(a->x->text);

	buf_printf(out, "expect %.*s%s", n > TEXT_MAX ? TEXT_MAX : (int)n, a->x->text,
		   n > TEXT_MAX ? ".." : "");
	if (result == AWAIT_MATCH) {
		format_match(a, out);
		return;
	}
	if (result == AWAIT_REFUSED) {
		format_refusal(a, out);
		return;
	}
	buf_str(out, a->x->none ? ": nothing within " : ": not within ");
	num_format_duration(out, a->timeout);
	if (!a->x->none)
		format_others(a, out);
	if (a->missed)
		buf_printf(out, "; %" PRIu64 " were lost before they were looked at", a->missed);
	if (given_up)
		buf_printf(out, "; the pattern was too costly for %u", given_up);
}
