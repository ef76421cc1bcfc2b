/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A sweep as an activity: its socket, its probes, what comes back.  See sweep.h. */
#include "diagnose/sweep.h"

#include "net/tx.h"
#include "session/sender.h"
#include "util/num.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void on_packet(struct activity *a, const struct packet *p)
{
	struct sweep *w = (struct sweep *)a;

	if (w->end && p->seq >= w->end)
		return;
	if (p->kind == PACKET_RX && p->socket == a->socket && !(p->flags & PACKET_OWN))
		answers_note(&w->answers, p);
	/* Its socket is being closed still: the end has to wait for the next turn. */
	if (p->kind == PACKET_CLOSE && p->socket == a->socket)
		loop_timer_at(a->session->loop, &w->timer, loop_now(a->session->loop));
}

static void on_stop(struct activity *a)
{
	struct sweep *w = (struct sweep *)a;

	loop_timer_stop(a->session->loop, &w->timer);
	if (!w->answers.count)
		activity_silent(a);
}

static void on_free(struct activity *a)
{
	struct sweep *w = (struct sweep *)a;

	answers_done(&w->answers);
	free(w);
}

static const struct activity_kind sweep_kind = {
	.name = "sweep",
	.packet = on_packet,
	.stop = on_stop,
	.free = on_free,
};

const struct sweep *sweep_of(const struct activity *a)
{
	return a->kind == &sweep_kind ? (const struct sweep *)a : NULL;
}

/* What has come by now counts, although nobody has looked at it yet; a flood takes several turns to
 * look at. */
static void on_time(void *ctx)
{
	struct sweep *w = ctx;
	struct session *s = w->activity.session;
	uint32_t number = w->activity.number;
	struct store_stats st;
	struct activity *a;

	if (!w->end) {
		store_stats(s->store, &st);
		w->end = st.end_seq;
	}
	session_follow(s);
	a = activity_find(s, number);
	if (!a)
		return;
	if (s->follow.next >= w->end)
		activity_over(a);
	else
		loop_timer_at(s->loop, &w->timer, loop_now(s->loop));
}

static void send_one(struct sweep *w, struct session_socket *k, struct sweep_probe *probe,
		     const void *data)
{
	const struct tx_via via = { .ifindex = probe->ifindex, .source = probe->source, .tos = -1 };
	struct session *s = w->activity.session;
	struct error e = { .at = -1 };

	if (probe->refused[0])
		return;
	probe->time = clock_realtime(s->clock);
	if (sender_send_via(s, k, &probe->dest, 1, &via, data, w->len, 0, &e)) {
		w->sent++;
		return;
	}
	probe->time = 0;
	snprintf(probe->refused, sizeof(probe->refused), "%.*s", (int)sizeof(probe->refused) - 1,
		 e.text);
}

static bool none_sent(const struct sweep *w, struct error *e)
{
	const struct sweep_probe *first = &w->probes[0];

	return err_set(e, ERR_STATE, "%s: %s%s", first->ifname, first->refused,
		       w->probe_count > 1 ? ", and no other interface took a probe" : "");
}

static bool is_refused(const struct sweep *w)
{
	for (size_t i = 0; i < w->probe_count; i++)
		if (!w->probes[i].refused[0])
			return false;
	return true;
}

static struct sweep *make(struct session *s, const struct sweep_wish *wish, struct error *e)
{
	struct sweep *w = calloc(1, sizeof(*w));

	if (!w) {
		err_set(e, ERR_LIMIT, "no memory for a sweep");
		return NULL;
	}
	w->activity.kind = &sweep_kind;
	w->wish = *wish;
	if (sweep_plan(wish, session_ifaces(s), w->probes, &w->probe_count, e) &&
	    (!is_refused(w) || none_sent(w, e)))
		return w;
	on_free(&w->activity);
	return NULL;
}

struct sweep *sweep_start(struct session *s, const struct sweep_wish *wish, uint64_t collect,
			  const void *data, size_t len, const char *line, struct error *e)
{
	static const char *const taken[] = { "ttl", "multicast-ttl", "multicast-loop", "tos",
					     NULL };
	struct sock_spec spec = { .family = sweep_family(wish) };
	struct sweep *w = make(s, wish, e);
	struct session_socket *k;

	if (!w)
		return NULL;
	w->collect = collect;
	w->len = len;
	w->timer = (struct loop_timer){ .fire = on_time, .ctx = w };
	activity_take_options(s, taken, &spec.options);
	if (!activity_start(s, &w->activity, line, e))
		return NULL;
	k = activity_open(&w->activity, &spec, e);
	if (k) {
		for (size_t i = 0; i < w->probe_count; i++)
			send_one(w, k, &w->probes[i], data);
		if (w->sent || none_sent(w, e)) {
			loop_timer_at(s->loop, &w->timer, loop_now(s->loop) + collect);
			return w;
		}
	}
	activity_over(&w->activity);
	return NULL;
}

uint64_t sweep_after(const struct sweep *w, const struct answer *a)
{
	uint64_t sent = 0;

	for (size_t i = 0; i < w->probe_count; i++) {
		const struct sweep_probe *p = &w->probes[i];

		if (p->time && (!sent || p->ifindex == a->ifindex))
			sent = p->time;
		if (p->time && p->ifindex == a->ifindex)
			break;
	}
	return a->first > sent ? a->first - sent : 0;
}
