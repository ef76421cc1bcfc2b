/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The groups that were seen.  See watch_table.h. */
#include "diagnose/watch_table.h"

#include <stdio.h>
#include <stdlib.h>

void watch_table_done(struct watch_table *t)
{
	free(t->groups);
	*t = (struct watch_table){ 0 };
}

/* The bucket that knows the group, or the one for it: the table is at most half full. */
static uint16_t *bucket_of(struct watch_table *t, const struct sniffed *sn)
{
	const struct frame *f = &sn->frame;
	size_t i = (addr_hash(&f->dest) + sn->ifindex + f->vlan) % WATCH_BUCKETS;

	for (;; i = (i + 1) % WATCH_BUCKETS) {
		const struct watch_group *g = t->buckets[i] ? &t->groups[t->buckets[i] - 1] : NULL;

		if (!g || (g->ifindex == sn->ifindex && g->vlan == f->vlan &&
			   addr_equal(&g->group, &f->dest)))
			return &t->buckets[i];
	}
}

static bool add(struct watch_table *t, const struct sniffed *sn)
{
	if (t->count == t->room) {
		size_t room = t->room ? 2 * t->room : 16;
		struct watch_group *more = NULL;

		if (room <= WATCH_GROUPS)
			more = realloc(t->groups, room * sizeof(*more));
		if (!more)
			return false;
		t->groups = more;
		t->room = room;
	}
	t->groups[t->count++] = (struct watch_group){
		.ifindex = sn->ifindex,
		.vlan = sn->frame.vlan,
		.group = sn->frame.dest,
	};
	return true;
}

static void note_source(struct watch_group *g, struct addr source)
{
	source.port = 0;
	for (size_t i = 0; i < g->source_count; i++)
		if (addr_same_host(&g->sources[i], &source))
			return;
	if (g->source_count < WATCH_SOURCES)
		g->sources[g->source_count++] = source;
	else
		g->others = true;
}

static void note_datagram(struct watch_table *t, const struct sniffed *sn, uint64_t mono)
{
	uint16_t *bucket = bucket_of(t, sn);
	struct watch_group *g;

	t->datagrams++;
	if (!*bucket && add(t, sn))
		*bucket = (uint16_t)t->count;
	if (!*bucket) {
		t->beyond++;
		return;
	}
	g = &t->groups[*bucket - 1];
	g->datagrams++;
	g->bytes += sn->frame.len;
	g->sent += sn->sent;
	rate_add(&g->rate, mono, 1);
	note_source(g, sn->frame.source);
}

static const struct watch_message *note_message(struct watch_table *t, const struct sniffed *sn,
						uint64_t real)
{
	struct watch_message *m = &t->messages[t->message_count++ % WATCH_MESSAGES];
	struct buf text;

	*m = (struct watch_message){
		.time = real,
		.ifindex = sn->ifindex,
		.vlan = sn->frame.vlan,
		.sent = sn->sent,
		.source = sn->frame.source,
	};
	buf_init(&text, 4096);
	frame_format(&sn->frame, &text);
	snprintf(m->text, sizeof(m->text), "%.*s%s", (int)sizeof(m->text) - 3, buf_cstr(&text),
		 text.len > sizeof(m->text) - 3 ? ".." : "");
	buf_done(&text);
	return m;
}

const struct watch_message *watch_table_note(struct watch_table *t, const struct sniffed *sn,
					     uint64_t mono, uint64_t real)
{
	switch (sn->frame.kind) {
	case FRAME_DATAGRAM:
		if (addr_is_multicast(&sn->frame.dest))
			note_datagram(t, sn, mono);
		return NULL;
	case FRAME_QUERY:
	case FRAME_REPORT:
	case FRAME_LEAVE:
		return note_message(t, sn, real);
	case FRAME_OTHER:
		break;
	}
	return NULL;
}
