/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "session/responder.h"

#include "payload/payload.h"
#include "session/rule.h"

#include <errno.h>
#include <stdlib.h>

#define HEARD_MAX 64

/* Where answers leave. */
struct end {
	uint32_t socket;
	int fd, family;
	struct addr local;
};

struct leaving {
	const struct rule *rule;
	struct addr dest;
	struct tx_via via;
	bool chosen; /* via says something */
	unsigned heard;
	size_t at; /* of its bytes */
};

struct responder {
	const struct clock *clock;
	struct quota *quota;
	const struct rule *rules[RULE_MAX];
	size_t rule_count;
	struct end ends[SESSION_MAX_SOCKETS];
	size_t end_count;
	/* the thread's own: answers on their way */
	const struct end *end;
	uint64_t now; /* realtime, when it began to answer; 0: it did not yet */
	struct leaving answers[HEARD_MAX];
	struct tx_parcel parcels[HEARD_MAX];
	size_t count;
	struct buf bytes;
};

struct responder *responder_new(const struct clock *clock, struct quota *quota)
{
	struct responder *r = calloc(1, sizeof(*r));

	if (!r)
		return NULL;
	r->clock = clock;
	r->quota = quota;
	buf_init(&r->bytes, (HEARD_MAX + 1) * PAYLOAD_MAX_V6);
	return r;
}

void responder_free(struct responder *r)
{
	if (!r)
		return;
	buf_done(&r->bytes);
	free(r);
}

bool responder_add_rule(struct responder *r, const struct rule *rule)
{
	if (rule->delay || rule->drop || rule->dup || !what_is_pure(rule->what) ||
	    !payload_template_is_pure(rule->reply))
		return false;
	r->rules[r->rule_count++] = rule;
	return true;
}

void responder_add_socket(struct responder *r, uint32_t number, const struct sock *sock)
{
	r->ends[r->end_count++] = (struct end){
		.socket = number,
		.fd = sock->fd,
		.family = sock->family,
		.local = sock->local,
	};
}

/* ---- the thread's ---- */

bool responder_begin(struct responder *r, uint32_t socket)
{
	r->end = NULL;
	r->now = 0;
	r->count = 0;
	buf_reset(&r->bytes);
	for (size_t i = 0; i < r->end_count && !r->end; i++)
		if (r->ends[i].socket == socket)
			r->end = &r->ends[i];
	return r->end != NULL;
}

static const struct rule *first_match(const struct responder *r, const struct packet *p)
{
	for (size_t i = 0; i < r->rule_count; i++) {
		const struct rule *rule = r->rules[i];

		if ((!rule->socket || rule->socket == p->socket) &&
		    what_matches(rule->what, p, NULL))
			return rule;
	}
	return NULL;
}

static bool make(struct responder *r, const struct rule *rule, const struct packet *p)
{
	struct payload_env env = { .request = p->data, .request_len = p->stored };
	size_t at = r->bytes.len;

	if (!payload_template_make(rule->reply, &env, &r->bytes, NULL))
		return false;
	if (r->bytes.len - at <= PAYLOAD_MAX_V6)
		return true;
	buf_cut(&r->bytes, at);
	return false;
}

static bool may_answer(struct responder *r, const struct addr *peer)
{
	if (!r->now)
		r->now = clock_realtime(r->clock);
	return quota_take(r->quota, peer, 1, r->now) == 1;
}

void responder_hear(struct responder *r, const struct packet *p, unsigned i)
{
	struct leaving *a = &r->answers[r->count];
	size_t at = r->bytes.len;
	const struct rule *rule = first_match(r, p);

	if (!rule || !make(r, rule, p))
		return;
	if (!may_answer(r, &p->peer)) {
		buf_cut(&r->bytes, at);
		return;
	}
	*a = (struct leaving){ .rule = rule, .dest = p->peer, .heard = i, .at = at };
	a->chosen = rule_source(&r->end->local, p, &a->via);
	r->count++;
}

static size_t length_of(const struct responder *r, size_t i)
{
	size_t end = i + 1 < r->count ? r->answers[i + 1].at : r->bytes.len;

	return end - r->answers[i].at;
}

uint64_t responder_send(struct responder *r)
{
	uint64_t answered = 0;
	size_t done;

	for (size_t i = 0; i < r->count; i++) {
		const struct leaving *a = &r->answers[i];

		r->parcels[i] = (struct tx_parcel){
			.dest = &a->dest,
			.via = a->chosen ? &a->via : NULL,
			.data = buf_cstr(&r->bytes) + a->at,
			.len = length_of(r, i),
		};
	}
	if (!r->count)
		return 0;
	done = tx_send_each(r->end->fd, r->end->family, r->parcels, r->count);
	for (size_t i = done; i < r->count; i++)
		r->parcels[i].result = EAGAIN;
	for (size_t i = 0; i < done; i++)
		answered |= UINT64_C(1) << r->answers[i].heard;
	return answered;
}

void responder_append(struct responder *r, struct store *store, struct sent_ring *sent)
{
	for (size_t i = 0; i < r->count; i++) {
		const struct leaving *a = &r->answers[i];
		const struct tx_parcel *out = &r->parcels[i];
		struct packet p = {
			.time = r->now,
			.flags = PACKET_AT_ONCE,
			.job = a->rule->number,
		};

		if (out->result == EAGAIN)
			continue;
		sent_packet(&p, r->end->socket, &r->end->local, out->dest, out->via);
		p.result = out->result; /* 0 is PACKET_TX_SENT */
		p.data = out->data;
		p.len = p.stored = (uint32_t)out->len;
		if (store_append(store, &p))
			sent_add(sent, &p);
	}
}
