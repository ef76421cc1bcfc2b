/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Watching groups.  See watch.h. */
#include "diagnose/watch.h"

#include "util/num.h"

#include <poll.h>
#include <stdlib.h>

#define READS 256 /* in a turn of the loop */
#define REDRAW (250 * NS_PER_MS)
#define RATES_SETTLE (1500 * NS_PER_MS) /* then they are zero and nothing changes any more */
#define ALL_MAX 64                      /* interfaces that take all groups from the wire */

static void on_stop(struct activity *a)
{
	struct watch *w = (struct watch *)a;
	struct loop *loop = a->session->loop;

	loop_timer_stop(loop, &w->end);
	loop_timer_stop(loop, &w->redraw);
	if (w->sniff.fd < 0)
		return;
	sniff_count_drops(&w->sniff);
	loop_unwatch(loop, w->sniff.fd);
	sniff_close(&w->sniff);
}

static void on_free(struct activity *a)
{
	struct watch *w = (struct watch *)a;

	sniff_close(&w->sniff);
	watch_table_done(&w->table);
	free(w);
}

static const struct activity_kind watch_kind = {
	.name = "watch-groups",
	.stop = on_stop,
	.free = on_free,
};

const struct watch *watch_of(const struct activity *a)
{
	return a->kind == &watch_kind ? (const struct watch *)a : NULL;
}

/* ---- what is heard ---- */

/* Was it told? */
static bool tell(struct watch *w, const struct watch_message *m, uint64_t mono)
{
	struct session *s = w->activity.session;
	const struct iface *dev = session_iface(s, m->ifindex);
	struct buf source;

	if (mono / NS_PER_S != w->second) {
		w->second = mono / NS_PER_S;
		w->notes = 0;
	}
	if (w->notes >= WATCH_NOTES) {
		w->untold++;
		return false;
	}
	w->notes++;
	buf_init(&source, 128);
	addr_format_host(&source, &m->source);
	session_event(s, PACKET_NOTE, 0, "%s: %s%s: %s", dev ? dev->name : "?", buf_cstr(&source),
		      m->sent ? " (this host)" : "", m->text);
	buf_done(&source);
	return true;
}

static void on_readable(void *ctx, short revents)
{
	struct watch *w = ctx;
	struct session *s = w->activity.session;
	uint32_t number = w->activity.number;
	uint64_t mono = loop_now(s->loop);
	bool told = false;

	(void)revents;
	for (unsigned i = 0; i < READS; i++) {
		const struct watch_message *m;
		struct sniffed sn;

		if (!sniff_read(&w->sniff, &sn))
			break;
		w->heard = mono;
		m = watch_table_note(&w->table, &sn, mono, clock_realtime(s->clock));
		if (!m)
			continue;
		told = tell(w, m, mono) || told;
		/* Whoever hears of a note may end it. */
		if (activity_find(s, number) != &w->activity || w->activity.over)
			return;
	}
	if (!w->redraw.due)
		loop_timer_at(s->loop, &w->redraw, mono + REDRAW);
	if (told)
		session_follow(s);
}

static void on_redraw(void *ctx)
{
	struct watch *w = ctx;
	struct session *s = w->activity.session;
	uint64_t now = loop_now(s->loop);

	sniff_count_drops(&w->sniff);
	if (now - w->heard < RATES_SETTLE)
		loop_timer_at(s->loop, &w->redraw, now + REDRAW);
	if (s->watcher.changed)
		s->watcher.changed(s->watcher.ctx);
}

static void on_end(void *ctx)
{
	struct watch *w = ctx;
	struct session *s = w->activity.session;
	uint32_t number = w->activity.number;
	struct activity *a;

	on_readable(w, 0); /* what has come already counts */
	a = activity_find(s, number);
	if (a)
		activity_over(a);
}

/* ---- starting ---- */

static bool listen_on(struct watch *w, const struct iface_table *t, struct error *e)
{
	unsigned all[ALL_MAX];
	size_t count = 0;

	for (size_t i = 0; i < t->count && count < ALL_MAX; i++)
		if (!w->ifindex || t->ifaces[i].index == w->ifindex)
			all[count++] = t->ifaces[i].index;
	return sniff_open(&w->sniff, w->ifindex, 0, all, count, e);
}

struct watch *watch_start(struct session *s, unsigned ifindex, uint64_t collect, const char *line,
			  struct error *e)
{
	struct watch *w = calloc(1, sizeof(*w));

	if (!w) {
		err_set(e, ERR_LIMIT, "no memory to watch groups");
		return NULL;
	}
	w->activity.kind = &watch_kind;
	w->ifindex = ifindex;
	w->end = (struct loop_timer){ .fire = on_end, .ctx = w };
	w->redraw = (struct loop_timer){ .fire = on_redraw, .ctx = w };
	w->sniff.fd = -1;
	if (!listen_on(w, session_ifaces(s), e)) {
		on_free(&w->activity);
		return NULL;
	}
	w->activity.endless = true;
	if (!activity_start(s, &w->activity, line, e))
		return NULL;
	if (!loop_watch(s->loop, w->sniff.fd, POLLIN, on_readable, w, e)) {
		activity_over(&w->activity);
		return NULL;
	}
	if (collect)
		loop_timer_at(s->loop, &w->end, loop_now(s->loop) + collect);
	return w;
}
