/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "session/rule.h"

#include "payload/payload.h"
#include "session/activity.h"
#include "session/answers.h"
#include "session/filter_env.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct rule *rule_find(const struct session *s, uint32_t number)
{
	struct rule *r = s->rules;

	while (r && r->number != number)
		r = r->next;
	return r;
}

/* ---- beginning and end ---- */

static void free_rule(struct rule *r)
{
	what_free(r->what);
	payload_template_free(r->reply);
	free(r->line);
	free(r->news);
	free(r);
}

/* All but what is taken over on success. */
static struct rule *new_rule(struct session *s, const struct rule_spec *spec)
{
	struct rule *r = calloc(1, sizeof(*r));
	struct store_stats st;

	if (r && !(r->line = strdup(spec->line))) {
		free(r);
		r = NULL;
	}
	if (!r)
		return NULL;
	store_stats(s->store, &st);
	r->session = s;
	r->begun = st.end_seq;
	r->seq = 1;
	r->delay = spec->delay;
	r->drop = spec->drop;
	r->dup = spec->dup;
	r->socket = spec->socket;
	return r;
}

/* What the receiver's thread answers by itself is other than before. */
static void share(struct session *s)
{
	struct responder *former = s->answers->responder, *fresh = NULL;
	struct rule *r = s->rules;

	if (r)
		fresh = responder_new(s->clock, s->answers->quota);
	while (fresh && r && responder_add_rule(fresh, r))
		r = r->next;
	if (r == s->rules) {
		/* the first takes thought already */
		responder_free(fresh);
		fresh = NULL;
	}
	for (size_t i = 0; fresh && i < s->socket_count; i++)
		if (s->sockets[i]->answers)
			responder_add_socket(fresh, s->sockets[i]->number, &s->sockets[i]->sock);
	receiver_answer_by(s->receiver, fresh);
	s->answers->responder = fresh;
	responder_free(former);
}

static void set_echo(const struct session *s, uint32_t socket, uint32_t rule)
{
	struct session_socket *k = socket ? session_find(s, socket) : NULL;

	if (k)
		k->echo = rule;
}

struct rule *rule_start(struct session *s, const struct rule_spec *spec, struct error *e)
{
	struct rule **at = &s->rules, *r;

	if (s->rule_count == RULE_MAX) {
		err_set(e, ERR_LIMIT, "%d rules answer: stop one first (:rules lists them)",
			RULE_MAX);
		return NULL;
	}
	s->answers = s->answers ? s->answers : answers_new();
	r = s->answers ? new_rule(s, spec) : NULL;
	if (!r) {
		err_set(e, ERR_LIMIT, "no memory for a rule");
		return NULL;
	}
	r->what = spec->what;
	r->reply = spec->reply;
	r->number = ++s->job_last;
	set_echo(s, r->socket, r->number);
	while (*at)
		at = &(*at)->next;
	*at = r;
	s->rule_count++;
	share(s);
	return r;
}

/* What it has answered leaves before it is gone. */
static void unlink_rule(struct session *s, struct rule *r)
{
	struct rule **at = &s->rules;

	answers_flush(s);
	answers_forget(s, r);
	while (*at != r)
		at = &(*at)->next;
	*at = r->next;
	s->rule_count--;
	set_echo(s, r->socket, 0);
	share(s);
}

/* "12 matched, 11 answered, 1 dropped" */
static void format_counts(const struct rule *r, struct buf *out)
{
	buf_printf(out, "%" PRIu64 " matched, %" PRIu64 " answered", r->matched, r->answered);
	if (r->dropped)
		buf_printf(out, ", %" PRIu64 " dropped", r->dropped);
	if (r->limited)
		buf_printf(out, ", %" PRIu64 " over the limit", r->limited);
	if (r->failed)
		buf_printf(out, ", %" PRIu64 " failed", r->failed);
	if (r->forgotten)
		buf_printf(out, ", %" PRIu64 " not sent any more", r->forgotten);
	if (what_given_up(r->what))
		buf_printf(out, ", %u passed over as too costly", what_given_up(r->what));
}

/* What the receiver's thread has answered is counted first; that may be news upon which somebody
 * ends the rule.  The event comes last: whoever hears it may act on the session. */
static void end(struct rule *r, const char *how)
{
	struct session *s = r->session;
	const uint32_t number = r->number;
	struct buf counts;

	receiver_answer_by(s->receiver, NULL);
	session_follow(s);
	r = rule_find(s, number);
	if (!r)
		return;
	unlink_rule(s, r);
	buf_init(&counts, 256);
	buf_printf(&counts, "%%%" PRIu32 " %s: ", r->number, how);
	format_counts(r, &counts);
	free_rule(r);
	session_event(s, PACKET_NOTE, 0, "%s", buf_cstr(&counts));
	buf_done(&counts);
}

void rule_stop(struct rule *r)
{
	end(r, "stopped");
}

void rule_stop_all(struct session *s)
{
	while (s->rules)
		rule_stop(s->rules);
}

void rule_drop(struct session *s, const struct session_socket *k)
{
	answers_flush(s);
	if (k->echo)
		end(rule_find(s, k->echo), "ended with its socket");
}

void rule_free_all(struct session *s)
{
	if (s->answers)
		receiver_answer_by(s->receiver, NULL);
	while (s->rules) {
		struct rule *r = s->rules;

		answers_forget(s, r);
		s->rules = r->next;
		free_rule(r);
	}
	answers_free(s->answers);
}

/* ---- what is told ---- */

static void tell(struct rule *r, bool *told, const struct addr *peer, const char *what,
		 const char *why)
{
	struct buf text;

	if (*told || r->news)
		return;
	buf_init(&text, 500);
	buf_printf(&text, "%%%" PRIu32 ": ", r->number);
	buf_str(&text, what);
	addr_format(&text, peer);
	buf_str(&text, why);
	r->news = strdup(buf_cstr(&text));
	*told = r->news != NULL;
	buf_done(&text);
}

void rule_failed(struct rule *r, const struct addr *dest, const struct error *e)
{
	char why[sizeof(e->text) + 20];

	r->failed++;
	if (!e)
		return;
	snprintf(why, sizeof(why), ": %s; it goes on", e->text);
	tell(r, &r->failure_told, dest, "no answer to ", why);
}

void rule_answered(struct session *s, const struct session_socket *k, const struct packet *p)
{
	struct rule *r = rule_find(s, p->job);
	struct error e = { .at = -1 };

	if (!r)
		return;
	r->matched++;
	if (p->result == PACKET_TX_SENT) {
		r->answered++;
		return;
	}
	if (k)
		sender_explain(k, &p->peer, NULL, p->result, &e);
	rule_failed(r, &p->peer, k ? &e : NULL);
}

static void held_back(struct rule *r, const struct addr *dest, unsigned answers)
{
	r->limited += answers;
	tell(r, &r->limit_told, dest, "",
	     " gets 1,000 answers a second, no more; :rules counts the rest");
}

/* What a pattern gave up on may have been for this rule: the next one is asked. */
static void gave_up(struct rule *r, const struct addr *peer)
{
	tell(r, &r->unknown_told, peer, "whether it matches a datagram of ",
	     " would take too long to find out: it does not, then");
}

static bool tell_next(struct session *s)
{
	struct rule *r = s->rules;
	char *news;

	while (r && !r->news)
		r = r->next;
	if (!r)
		return false;
	news = r->news;
	r->news = NULL;
	session_event(s, PACKET_ERROR, r->socket, "%s", news);
	free(news);
	return true;
}

bool rule_settle(struct session *s)
{
	return answers_flush(s) || tell_next(s);
}

/* ---- answering ---- */

/* An answer to oneself would be heard, and answered, again; and no datagram comes from a group. */
static bool is_from_nobody(struct session *s, const struct session_socket *k,
			   const struct packet *p)
{
	return (p->flags & PACKET_OWN) || addr_is_multicast(&p->peer) ||
	       (p->peer.port == k->sock.local.port && iface_is_own(session_ifaces(s), &p->peer));
}

static bool matches(struct rule *r, const struct packet *p, const struct filter_env *env)
{
	if (what_matches(r->what, p, env))
		return true;
	if (what_given_up(r->what))
		gave_up(r, &p->peer);
	return false;
}

static struct rule *first_match(struct session *s, const struct packet *p)
{
	const struct filter_env env = session_filter_env(s);
	struct rule *r = s->rules;

	while (r &&
	       ((r->socket && r->socket != p->socket) || p->seq < r->begun || !matches(r, p, &env)))
		r = r->next;
	return r;
}

static bool happens(struct session *s, uint32_t chance)
{
	return chance && payload_random(&s->payload_random) % RULE_ALWAYS < chance;
}

bool rule_source(const struct addr *local, const struct packet *p, struct tx_via *out)
{
	*out = (struct tx_via){ .tos = -1 };
	if (!addr_is_any(local) || !p->local.family || addr_is_any(&p->local) ||
	    p->flags & (PACKET_MULTICAST | PACKET_BROADCAST))
		return false;
	out->source = p->local;
	out->ifindex = addr_has_zone(&p->local) ? p->ifindex : 0;
	return true;
}

static bool make(struct session *s, struct rule *r, const struct packet *p, struct error *e)
{
	struct payload_env env;

	session_payload_env(s, &env);
	env.seq = r->seq;
	env.request = p->data;
	env.request_len = p->stored;
	if (!payload_template_make(r->reply, &env, &s->answers->bytes, e))
		return false;
	r->seq = env.seq;
	s->payload_random = env.random;
	return true;
}

static void answer(struct session *s, const struct session_socket *k, struct rule *r,
		   const struct packet *p, unsigned copies)
{
	struct answer to = { .socket = k->number, .dest = p->peer };
	struct error e = { .at = -1 };
	size_t at = answers_begin(s, k->number);

	to.chosen = rule_source(&k->sock.local, p, &to.via);
	if (!make(s, r, p, &e))
		rule_failed(r, &p->peer, &e);
	else if (!answers_add(s, r, &to, at, copies)) {
		err_set(&e, ERR_LIMIT, "too many answers wait for their time");
		rule_failed(r, &p->peer, &e);
	}
}

void rule_hear(struct session *s, struct session_socket *k, const struct packet *p)
{
	struct rule *r;
	unsigned wanted, copies;

	if (is_from_nobody(s, k, p) || activity_owns(s, k->number) || !(r = first_match(s, p)))
		return;
	r->matched++;
	if (happens(s, r->drop)) {
		r->dropped++;
		return;
	}
	wanted = happens(s, r->dup) ? 2 : 1;
	copies = quota_take(s->answers->quota, &p->peer, wanted, clock_realtime(s->clock));
	if (copies < wanted)
		held_back(r, &p->peer, wanted - copies);
	if (copies)
		answer(s, k, r, p, copies);
	if (!k->answers) {
		k->answers = true;
		share(s);
	}
}
