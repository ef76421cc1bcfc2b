/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "diagnose/ping.h"

#include "net/errqueue.h"
#include "payload/payload.h"
#include "session/sender.h"
#include "session/words.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct ping *ping_of(struct activity *a)
{
	return (struct ping *)a;
}

static uint64_t mono(const struct ping *p)
{
	return clock_monotonic(p->activity.session->clock);
}

/* ---- events ---- */

static void note(struct ping *p, const struct ping_event *event)
{
	if (p->spec.tell)
		p->spec.tell(p->spec.ctx, event);
	else
		p->events[p->event_count++ % PING_EVENTS] = *event;
}

const struct ping_event *ping_event(const struct ping *p, uint64_t age)
{
	if (age >= p->event_count || age >= PING_EVENTS)
		return NULL;
	return &p->events[(p->event_count - 1 - age) % PING_EVENTS];
}

/* ---- the end ---- */

static bool has_answer(const struct ping *p)
{
	return p->trips.states[ROUNDTRIP_ANSWERED] || p->trips.states[ROUNDTRIP_LATE];
}

static bool is_all_sent(const struct ping *p)
{
	return p->spec.times && p->ticks >= p->spec.times;
}

static uint64_t linger(const struct ping *p)
{
	uint64_t longest = 3 * p->trips.spread.max;

	if (longest > p->spec.timeout)
		longest = p->spec.timeout;
	return longest > PING_LINGER ? longest : PING_LINGER;
}

static void on_watch(void *ctx);

/* When to look again: for the next loss, or for the end. */
static void arm_watch(struct ping *p)
{
	struct loop *loop = p->activity.session->loop;
	uint64_t due = roundtrip_due(&p->trips);

	if (p->activity.over)
		return;
	if (due == UINT64_MAX && is_all_sent(p)) {
		if (!p->ends)
			p->ends = mono(p) + linger(p);
		due = p->ends;
	}
	if (due == UINT64_MAX)
		loop_timer_stop(loop, &p->watch);
	else
		loop_timer_at(loop, &p->watch, due);
}

static void find_losses(struct ping *p)
{
	struct session *s = p->activity.session;
	bool any = false;
	uint64_t seq;

	while ((seq = roundtrip_expire(&p->trips, mono(p)))) {
		const struct ping_event event = {
			.what = PING_LOST,
			.time = clock_realtime(s->clock),
			.seq = seq,
			.peer = p->spec.target,
		};

		note(p, &event);
		any = true;
	}
	if (any && s->watcher.changed)
		s->watcher.changed(s->watcher.ctx);
}

static void on_watch(void *ctx)
{
	struct ping *p = ctx;

	session_follow(p->activity.session); /* what has come already counts */
	if (p->activity.over)
		return;
	find_losses(p);
	if (p->ends && mono(p) >= p->ends) {
		if (!has_answer(p))
			activity_silent(&p->activity);
		activity_over(&p->activity);
		return;
	}
	arm_watch(p);
}

static void ping_stop(struct activity *a)
{
	struct ping *p = ping_of(a);

	loop_timer_stop(a->session->loop, &p->tick);
	loop_timer_stop(a->session->loop, &p->watch);
	if (p->spec.ended)
		p->spec.ended(p->spec.ctx);
	p->spec.tell = NULL;
}

static void ping_free(struct activity *a)
{
	struct ping *p = ping_of(a);

	roundtrip_done(&p->trips);
	free((char *)p->spec.payload);
	free(p);
}

/* ---- what passes by ---- */

/* Who may answer without an echo: the host that was asked, or anybody where many were. */
static bool is_asked(struct ping *p, const struct addr *peer)
{
	const struct addr *target = &p->spec.target;

	return addr_same_host(peer, target) || addr_is_multicast(target) ||
	       addr_kind(target) == ADDR_BROADCAST || addr_is_any(target) ||
	       iface_is_broadcast(session_ifaces(p->activity.session), target);
}

static void take_answer(struct ping *p, const struct packet *packet)
{
	const struct roundtrip_heard heard = {
		.time = packet->time,
		.now = mono(p),
		.peer = packet->peer,
		.asked = is_asked(p, &packet->peer),
		.data = packet->data,
		.len = packet->stored,
	};
	struct ping_event event = {
		.what = PING_ANSWER,
		.time = packet->time,
		.no = packet->no,
		.peer = packet->peer,
		.len = packet->len,
		.ttl = packet->flags & PACKET_HAS_TTL ? packet->ttl : 0,
		.answer = roundtrip_heard(&p->trips, &heard),
	};

	event.seq = event.answer.seq;
	note(p, &event);
}

static void take_error(struct ping *p, const struct packet *packet)
{
	struct ping_event event = {
		.what = PING_REFUSED,
		.time = packet->time,
		.no = packet->no,
		.seq = roundtrip_failed(&p->trips, packet->icmp.cause),
		.peer = p->spec.target,
	};
	struct buf words;

	buf_init(&words, sizeof(event.words) - 1);
	buf_str(&words, errqueue_mark((enum errqueue_origin)packet->icmp.origin, packet->icmp.type,
				      packet->icmp.code, packet->icmp.errnum));
	words_said(&words, &packet->icmp, &p->spec.target);
	snprintf(event.words, sizeof(event.words), "%s", buf_cstr(&words));
	buf_done(&words);
	note(p, &event);
}

static void ping_packet(struct activity *a, const struct packet *packet)
{
	struct ping *p = ping_of(a);

	if (!packet->socket || packet->socket != a->socket)
		return;
	if (packet->kind == PACKET_TX && packet->job == a->number && packet->result <= 0)
		roundtrip_sent(&p->trips, packet->no, packet->time, mono(p), packet->data,
			       packet->stored);
	else if (packet->kind == PACKET_RX && !(packet->flags & PACKET_OWN))
		take_answer(p, packet);
	else if (packet->kind == PACKET_ICMP)
		take_error(p, packet);
	else if (packet->kind == PACKET_GAP)
		p->dropped += packet->lost;
	else
		return;
	arm_watch(p);
}

static const struct activity_kind kind = {
	.name = "ping", .packet = ping_packet, .stop = ping_stop, .free = ping_free
};

/* ---- probes ---- */

bool ping_payload(const struct ping_spec *spec, struct payload_env *env, struct buf *out,
		  struct error *e)
{
	if (spec->payload)
		return payload_text(spec->payload, spec->payload_len, env, out, e);
	return buf_printf(out, "udpdeck ping %" PRIu64 " %llu.%09llu", env->seq,
			  env->now / NS_PER_S, env->now % NS_PER_S) ||
	       err_set(e, ERR_LIMIT, "no memory for a probe");
}

/* The payload's other fields are the session's; the number is the ping's own. */
static bool send_probe(struct ping *p, struct session_socket *k, struct error *e)
{
	struct session *s = p->activity.session;
	struct payload_env env;
	struct buf bytes;
	bool ok;

	session_payload_env(s, &env);
	env.seq = p->seq;
	buf_init(&bytes, PAYLOAD_MAX_V6 + 1);
	ok = ping_payload(&p->spec, &env, &bytes, e) &&
	     sender_send(s, k, &p->spec.target, 1, buf_cstr(&bytes), bytes.len, p->activity.number,
			 e);
	if (ok) {
		p->seq++;
		env.seq = s->payload_seq;
		session_payload_used(s, &env);
	}
	buf_done(&bytes);
	return ok;
}

static void note_unsent(struct ping *p, const char *why)
{
	struct ping_event event = {
		.what = PING_UNSENT,
		.time = clock_realtime(p->activity.session->clock),
		.peer = p->spec.target,
		.seq = p->seq,
	};

	p->unsent++;
	snprintf(event.words, sizeof(event.words), "%s", why);
	note(p, &event);
}

static bool probe(struct ping *p, struct session_socket *k, struct error *e)
{
	p->ticks++;
	if (k->waiting)
		return err_set(e, ERR_LIMIT, "the kernel has no room for it yet");
	return send_probe(p, k, e);
}

/* The next tick is due at the next multiple that lies ahead: it never bursts. */
static void arm_tick(struct ping *p, uint64_t now)
{
	uint64_t missed = (now - p->due) / p->spec.every;

	p->skipped += missed;
	p->due += (missed + 1) * p->spec.every;
	loop_timer_at(p->activity.session->loop, &p->tick, p->due);
}

static void on_tick(void *ctx)
{
	struct ping *p = ctx;
	struct session_socket *k = activity_socket(&p->activity);
	struct error e = { .at = -1 };

	if (!k) { /* a person closed it */
		activity_over(&p->activity);
		return;
	}
	if (!probe(p, k, &e))
		note_unsent(p, e.text);
	if (!is_all_sent(p))
		arm_tick(p, mono(p));
	arm_watch(p);
	session_follow(p->activity.session);
}

/* ---- the start ---- */

static struct ping *new_ping(const struct ping_spec *spec, struct error *e)
{
	struct ping *p = calloc(1, sizeof(*p));
	char *payload = spec->payload ? strndup(spec->payload, spec->payload_len) : NULL;

	if (!p || (spec->payload && !payload) || !roundtrip_init(&p->trips, spec->timeout, e)) {
		free(payload);
		free(p);
		err_set(e, ERR_LIMIT, "no memory for a ping");
		return NULL;
	}
	p->activity.kind = &kind;
	p->spec = *spec;
	p->spec.payload = payload;
	p->seq = 1;
	p->tick = (struct loop_timer){ .fire = on_tick, .ctx = p };
	p->watch = (struct loop_timer){ .fire = on_watch, .ctx = p };
	return p;
}

static bool begin(struct ping *p, struct error *e)
{
	static const char *const taken[] = {
		"ttl", "tos", "multicast-ttl", "multicast-loop", "multicast-interface", NULL
	};
	struct sock_spec socket = { .family = p->spec.target.family };
	struct session_socket *k;

	activity_take_options(p->activity.session, taken, &socket.options);
	k = activity_open(&p->activity, &socket, e);
	if (!k)
		return false;
	p->due = mono(p);
	if (!probe(p, k, e))
		return false;
	if (!is_all_sent(p))
		arm_tick(p, p->due);
	session_follow(p->activity.session);
	return true;
}

struct ping *ping_start(struct session *s, const struct ping_spec *spec, const char *line,
			struct error *e)
{
	struct ping *p = new_ping(spec, e);

	if (p)
		p->activity.endless = true;
	if (!p || !activity_start(s, &p->activity, line, e))
		return NULL;
	if (begin(p, e))
		return p;
	p->spec.tell = NULL;
	p->spec.ended = NULL;
	activity_over(&p->activity);
	return NULL;
}
