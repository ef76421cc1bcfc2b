/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The walk along the hops with its socket and timer.  See trace.h. */
#include "diagnose/trace.h"

#include "session/sender.h"

#include <stdlib.h>

static void on_packet(struct activity *a, const struct packet *p)
{
	struct trace *t = (struct trace *)a;
	uint64_t now = loop_now(a->session->loop);

	if (p->socket != a->socket)
		return;
	trace_hops_packet(&t->hops, p, now);
	/* What follows from it is done in the next turn: its socket may just be closing. */
	loop_timer_at(a->session->loop, &t->timer, now);
}

static void on_stop(struct activity *a)
{
	struct trace *t = (struct trace *)a;

	loop_timer_stop(a->session->loop, &t->timer);
	if (t->failed.code)
		a->verdict = t->failed;
	else if (!trace_hops_heard(&t->hops))
		activity_silent(a);
}

static void on_free(struct activity *a)
{
	free((struct trace *)a);
}

static const struct activity_kind trace_kind = {
	.name = "trace",
	.packet = on_packet,
	.stop = on_stop,
	.free = on_free,
};

const struct trace *trace_of(const struct activity *a)
{
	return a->kind == &trace_kind ? (const struct trace *)a : NULL;
}

static void send_probes(struct trace *t, struct session_socket *k, uint64_t now)
{
	struct tx_via via = { .tos = -1 };
	struct error e = { .at = -1 };
	char text[TRACE_TEXT];

	while (!t->failed.code && trace_hops_next(&t->hops, now, &via.ttl)) {
		size_t n = trace_hops_fill(&t->hops, text);

		if (!sender_send_via(t->activity.session, k, &t->hops.dest, 1, &via, text, n, 0,
				     &e))
			t->failed = e;
	}
}

static void go_on(struct trace *t)
{
	struct activity *a = &t->activity;
	struct session_socket *k = activity_socket(a);
	uint64_t now = loop_now(a->session->loop);

	trace_hops_tick(&t->hops, now);
	if (k)
		send_probes(t, k, now);
	if (!k || t->hops.over || t->failed.code)
		activity_over(a);
	else
		loop_timer_at(a->session->loop, &t->timer, t->hops.due);
}

/* What has come by now counts, although nobody has looked at it yet; it may end the activity. */
static void on_time(void *ctx)
{
	struct trace *t = ctx;
	struct session *s = t->activity.session;
	uint32_t number = t->activity.number;
	struct activity *a;

	session_follow(s);
	a = activity_find(s, number);
	if (a && !a->over)
		go_on((struct trace *)a);
	if (s->watcher.changed)
		s->watcher.changed(s->watcher.ctx);
}

struct trace *trace_start(struct session *s, const struct addr *dest, const char *line,
			  struct error *e)
{
	struct sock_spec spec = { .family = dest->family };
	struct trace *t = calloc(1, sizeof(*t));

	if (!t) {
		err_set(e, ERR_LIMIT, "no memory for a trace");
		return NULL;
	}
	t->activity.kind = &trace_kind;
	t->timer = (struct loop_timer){ .fire = on_time, .ctx = t };
	trace_hops_init(&t->hops, dest, loop_now(s->loop));
	if (!activity_start(s, &t->activity, line, e))
		return NULL;
	if (!activity_open(&t->activity, &spec, e)) {
		activity_over(&t->activity);
		return NULL;
	}
	loop_timer_at(s->loop, &t->timer, loop_now(s->loop));
	return t;
}
