/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Fresh memberships on which nothing is heard.  See silence.h. */
#include "session/silence.h"

#include "session/session.h"

#include <stdlib.h>
#include <string.h>

struct silence {
	struct silence *next; /* in order of "due" */
	uint32_t socket;
	struct group_spec joined;
	uint64_t before; /* datagrams heard in earlier memberships */
	uint64_t due;    /* monotonic ns */
};

static uint64_t heard(const struct session *s, const struct silence *w)
{
	return groupstat_heard(&s->groups, w->socket, &w->joined.group, w->joined.count,
			       &w->joined.source, w->joined.ifindex);
}

/* Was it left or lost meanwhile?  Of a range the first stands for all. */
static bool is_joined(const struct session *s, const struct silence *w)
{
	const struct session_socket *k = session_find(s, w->socket);

	for (size_t i = 0; k && i < k->sock.groups.count; i++) {
		const struct membership *m = &k->sock.groups.m[i];

		if (!m->lost && (!w->joined.ifindex || m->ifindex == w->joined.ifindex) &&
		    addr_same_host(&m->group, &w->joined.group))
			return true;
	}
	return false;
}

static void tell(struct session *s, const struct silence *w)
{
	const struct group_spec *g = &w->joined;
	const struct iface *dev = session_iface(s, g->ifindex);
	struct packet p = { .kind = PACKET_NOTE, .socket = w->socket };
	struct buf text;

	buf_init(&text, 256);
	buf_str(&text, "joined ");
	group_format(&text, &g->group, &g->source, 0);
	if (g->count > 1)
		buf_printf(&text, " and the %u groups after it", g->count - 1);
	if (g->all)
		buf_str(&text, " on all interfaces");
	else if (dev)
		buf_printf(&text, " on %s", dev->name);
	buf_str(&text, ", nothing heard for 10 s: :doctor says why");
	p.time = clock_realtime(s->clock);
	p.data = (const uint8_t *)buf_cstr(&text);
	p.len = p.stored = (uint32_t)text.len;
	if (s->watcher.notice)
		s->watcher.notice(s->watcher.ctx, SESSION_SILENT, &p, NULL);
	buf_done(&text);
}

static void on_due(void *ctx)
{
	struct session *s = ctx;
	uint64_t now = clock_monotonic(s->clock);
	struct silence *w;

	/* What came while the program stood still was heard, too. */
	session_follow(s);
	while ((w = s->silences) && w->due <= now) {
		s->silences = w->next;
		if (is_joined(s, w) && heard(s, w) == w->before)
			tell(s, w);
		free(w);
	}
	if (s->silences)
		loop_timer_at(s->loop, &s->silence, s->silences->due);
}

void silence_watch(struct session *s, const struct session_socket *k, const struct group_spec *g)
{
	struct silence *w = calloc(1, sizeof(*w)), **last = &s->silences;

	if (!w)
		return;
	*w = (struct silence){ .socket = k->number,
			       .joined = *g,
			       .due = clock_monotonic(s->clock) + SILENCE_NS };
	w->before = heard(s, w);
	while (*last)
		last = &(*last)->next;
	*last = w;
	if (s->silences != w)
		return;
	s->silence = (struct loop_timer){ .fire = on_due, .ctx = s };
	loop_timer_at(s->loop, &s->silence, w->due);
}

void silence_done(struct session *s)
{
	struct silence *w;

	if (s->loop)
		loop_timer_stop(s->loop, &s->silence);
	while ((w = s->silences)) {
		s->silences = w->next;
		free(w);
	}
}
