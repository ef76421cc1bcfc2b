/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The walk over sizes with its socket and timer.  See mtu.h. */
#include "diagnose/mtu.h"

#include "payload/payload.h"
#include "session/sender.h"

#include <errno.h>
#include <stdlib.h>

static void on_packet(struct activity *a, const struct packet *p)
{
	struct mtu *m = (struct mtu *)a;

	if (p->socket != a->socket)
		return;
	mtu_walk_packet(&m->walk, p);
	/* What follows from it is done in the next turn: its socket may just be closing. */
	loop_timer_at(a->session->loop, &m->timer, loop_now(a->session->loop));
}

static void on_stop(struct activity *a)
{
	struct mtu *m = (struct mtu *)a;
	struct mtu_result r;

	loop_timer_stop(a->session->loop, &m->timer);
	mtu_walk_result(&m->walk, &r);
	if (m->failed.code)
		a->verdict = m->failed;
	else if (!r.heard && !r.told && !r.blocked)
		activity_silent(a);
}

static void on_free(struct activity *a)
{
	free((struct mtu *)a);
}

static const struct activity_kind mtu_kind = {
	.name = "mtu",
	.packet = on_packet,
	.stop = on_stop,
	.free = on_free,
};

const struct mtu *mtu_of(const struct activity *a)
{
	return a->kind == &mtu_kind ? (const struct mtu *)a : NULL;
}

static void send_probe(struct mtu *m, struct session_socket *k, uint32_t payload)
{
	struct session *s = m->activity.session;
	uint8_t probe[PAYLOAD_MAX_V6];
	struct error e = { .at = -1 };

	mtu_walk_fill(&m->walk, probe, payload);
	if (sender_send(s, k, &m->walk.dest, 1, probe, payload, 0, &e))
		return;
	if (e.errnum == EMSGSIZE)
		mtu_walk_refused(&m->walk, loop_now(s->loop));
	else
		m->failed = e;
}

static void go_on(struct mtu *m)
{
	struct activity *a = &m->activity;
	struct session_socket *k = activity_socket(a);
	uint64_t now = loop_now(a->session->loop);
	uint32_t payload;

	mtu_walk_tick(&m->walk, now);
	if (k && mtu_walk_next(&m->walk, now, &payload))
		send_probe(m, k, payload);
	if (!k || m->walk.over || m->failed.code)
		activity_over(a);
	else
		loop_timer_at(a->session->loop, &m->timer, m->walk.due);
}

/* What has come by now counts, although nobody has looked at it yet; it may end the activity. */
static void on_time(void *ctx)
{
	struct mtu *m = ctx;
	struct session *s = m->activity.session;
	uint32_t number = m->activity.number;
	struct activity *a;

	session_follow(s);
	a = activity_find(s, number);
	if (a && !a->over)
		go_on((struct mtu *)a);
	if (s->watcher.changed)
		s->watcher.changed(s->watcher.ctx);
}

struct mtu *mtu_start(struct session *s, const struct addr *dest, const char *line, struct error *e)
{
	struct sock_spec spec = { .family = dest->family };
	struct mtu *m = calloc(1, sizeof(*m));

	if (!m) {
		err_set(e, ERR_LIMIT, "no memory for a walk over sizes");
		return NULL;
	}
	m->activity.kind = &mtu_kind;
	m->timer = (struct loop_timer){ .fire = on_time, .ctx = m };
	mtu_walk_init(&m->walk, dest, loop_now(s->loop));
	if (!sockopt_parse_assignment("df=probe", &spec.options, e)) {
		free(m);
		return NULL;
	}
	if (!activity_start(s, &m->activity, line, e))
		return NULL;
	if (!activity_open(&m->activity, &spec, e)) {
		activity_over(&m->activity);
		return NULL;
	}
	loop_timer_at(s->loop, &m->timer, loop_now(s->loop));
	return m;
}
