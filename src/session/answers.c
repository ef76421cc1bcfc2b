/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "session/answers.h"

#include "payload/payload.h"

#include <stdlib.h>
#include <string.h>

#define COPIES_MAX 2
/* A batch leaves before it holds more than this and one payload. */
#define BYTES_MAX (256u << 10)

struct answers *answers_new(void)
{
	struct answers *a = calloc(1, sizeof(*a));

	if (!a)
		return NULL;
	buf_init(&a->bytes, BYTES_MAX + PAYLOAD_MAX_V6);
	a->quota = quota_new();
	if (a->quota)
		return a;
	answers_free(a);
	return NULL;
}

void answers_free(struct answers *a)
{
	if (!a)
		return;
	buf_done(&a->bytes);
	responder_free(a->responder);
	quota_free(a->quota);
	free(a);
}

/* ---- leaving ---- */

/* Of what failed, the first of each rule's life is told. */
static void count(struct session *s, const struct sender_parcel *parcels, size_t n,
		  const struct error *e)
{
	struct rule *r = NULL;
	bool first = true;

	for (size_t i = 0; i < n; i++) {
		if (!r || r->number != parcels[i].job)
			r = rule_find(s, parcels[i].job);
		if (r && parcels[i].ok)
			r->answered++;
		else if (r)
			rule_failed(r, &parcels[i].dest, first ? e : NULL);
		first &= parcels[i].ok;
	}
}

bool answers_flush(struct session *s)
{
	struct answers *a = s->answers;
	struct session_socket *k;
	struct error e = { .at = -1 };

	if (!a || !a->count)
		return false;
	k = session_find(s, a->socket);
	for (size_t i = 0; i < a->count; i++)
		a->parcels[i].data = buf_cstr(&a->bytes) + a->at[i];
	if (k)
		sender_send_each(s, k, a->parcels, a->count, &e);
	else
		err_set(&e, ERR_STATE, "the socket is closed");
	count(s, a->parcels, a->count, &e);
	a->count = 0;
	buf_reset(&a->bytes);
	return true;
}

size_t answers_begin(struct session *s, uint32_t socket)
{
	struct answers *a = s->answers;

	if (a->socket != socket || a->count + COPIES_MAX > SENDER_PARCELS ||
	    a->bytes.len >= BYTES_MAX)
		answers_flush(s);
	a->socket = socket;
	return a->bytes.len;
}

static void gather(struct answers *a, uint32_t rule, const struct answer *to, size_t at)
{
	a->parcels[a->count] = (struct sender_parcel){
		.dest = to->dest,
		.via = to->via,
		.chosen = to->chosen,
		.len = a->bytes.len - at,
		.job = rule,
	};
	a->at[a->count++] = at;
}

/* ---- later ---- */

static void drop_first(struct session *s, struct rule *r)
{
	struct late_answer *l = r->late;

	r->late = l->next;
	s->answers->late_bytes -= sizeof(*l) + l->len;
	free(l);
}

/* The socket may have gone meanwhile. */
static void hand_over_first(struct session *s, struct rule *r)
{
	const struct late_answer *l = r->late;
	struct error e = { .at = -1 };
	size_t at;

	if (session_find(s, l->to.socket)) {
		at = answers_begin(s, l->to.socket);
		if (buf_add(&s->answers->bytes, l->data, l->len))
			gather(s->answers, r->number, &l->to, at);
	} else {
		err_set(&e, ERR_STATE, "the socket is closed");
		rule_failed(r, &l->to.dest, &e);
	}
	drop_first(s, r);
}

static void on_due(void *ctx)
{
	struct rule *r = ctx;
	struct session *s = r->session;
	uint64_t now = loop_now(s->loop);

	while (r->late && r->late->due <= now)
		hand_over_first(s, r);
	if (r->late)
		loop_timer_at(s->loop, &r->timer, r->late->due);
	session_follow(s);
}

static bool put_off(struct session *s, struct rule *r, const struct answer *to, size_t at)
{
	struct answers *a = s->answers;
	size_t len = a->bytes.len - at;
	struct late_answer *l = NULL;

	if (a->late_bytes + sizeof(*l) + len <= ANSWERS_LATE)
		l = malloc(sizeof(*l) + len);
	if (!l)
		return false;
	*l = (struct late_answer){ .due = loop_now(s->loop) + r->delay, .to = *to, .len = len };
	memcpy(l->data, buf_cstr(&a->bytes) + at, len);
	a->late_bytes += sizeof(*l) + len;
	if (r->late) {
		r->late_last->next = l;
	} else {
		r->late = l;
		r->timer = (struct loop_timer){ .fire = on_due, .ctx = r };
		loop_timer_at(s->loop, &r->timer, l->due);
	}
	r->late_last = l;
	return true;
}

void answers_forget(struct session *s, struct rule *r)
{
	loop_timer_stop(s->loop, &r->timer);
	for (; r->late; r->forgotten++)
		drop_first(s, r);
}

bool answers_add(struct session *s, struct rule *r, const struct answer *to, size_t at,
		 unsigned copies)
{
	bool ok = true;

	if (!r->delay) {
		for (unsigned i = 0; i < copies; i++)
			gather(s->answers, r->number, to, at);
		return true;
	}
	for (unsigned i = 0; i < copies && ok; i++)
		ok = put_off(s, r, to, at);
	buf_cut(&s->answers->bytes, at);
	return ok;
}
