/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What is known of one membership, put together. */
#include "command/groups_private.h"

#include <string.h>

const char *group_proof(const struct igmp_state *s)
{
	static const char *const words[] = {
		[IGMP_UNPROVEN] = "unproven",
		[IGMP_PROVEN] = "proven",
		[IGMP_FORCED] = "forced",
	};

	return s->mixed ? "was used" : words[s->proof];
}

const char *group_querier(const struct igmp_state *s)
{
	static const char *const words[] = {
		[IGMP_QUERIER_UNKNOWN] = "unknown",
		[IGMP_QUERIER_HEARD] = "heard",
		[IGMP_QUERIER_NONE] = "none",
	};

	return words[s->querier];
}

/* How many of the memberships on an interface are our own. */
static uint32_t count_own(struct session *s, const struct membership *like, unsigned ifindex)
{
	uint32_t count = 0;

	for (size_t i = 0; i < s->socket_count; i++) {
		const struct group_list *l = &s->sockets[i]->sock.groups;

		for (size_t g = 0; g < l->count; g++)
			count += addr_same_host(&l->m[g].group, &like->group) &&
				 session_membership_ifindex(s, &l->m[g]) == ifindex;
	}
	return count;
}

/* ---- sources ---- */

static bool is_listed(const struct group_facts *f, const struct addr *source)
{
	for (size_t i = 0; i < f->source_count; i++)
		if (addr_same_bytes(f->sources[i].addr, source))
			return true;
	return false;
}

static const struct groupstat_entry *find_heard(const struct groupstat *t,
						const struct groupstat_entry *group,
						const struct addr *source)
{
	const struct groupstat_entry *h = group ? groupstat_first(t, group) : NULL;

	while (h && !addr_same_bytes(&h->source, source))
		h = groupstat_next(t, h);
	return h;
}

static void add_source(struct group_facts *f, const struct addr *addr, bool named,
		       const struct groupstat_entry *heard)
{
	if (f->source_count == GROUPS_SOURCES) {
		f->sources_more++;
		return;
	}
	f->sources[f->source_count++] = (struct group_source){ addr, named, heard };
}

/* Those that were named first, then those that were heard. */
static void collect_sources(struct group_facts *f, const struct groupstat *t)
{
	const struct groupstat_entry *h = f->heard ? groupstat_first(t, f->heard) : NULL;

	for (size_t i = 0; i < f->m->source_count; i++)
		add_source(f, &f->m->sources[i], true, find_heard(t, f->heard, &f->m->sources[i]));
	for (; h; h = groupstat_next(t, h))
		if (!is_listed(f, &h->source))
			add_source(f, &h->source, false, h);
}

/* ---- warnings ---- */

static struct buf *warn(struct group_facts *f)
{
	struct buf *b = &f->warnings[f->warning_count++];

	buf_init(b, 256);
	return b;
}

static void warn_of_sources(struct group_facts *f)
{
	const struct igmp_state *s = f->state;
	int family = f->m->group.family;

	if ((grouprange_flags(&f->m->group) & GROUPRANGE_SSM) && !f->m->source_specific) {
		struct buf *b = warn(f);

		buf_str(b, "no source is named: routers forward such a group from named sources "
			   "only (join SRC@");
		addr_format_host(b, &f->m->group);
		buf_char(b, ')');
	}
	if (f->m->source_count && s && igmp_loses_sources(s, family))
		buf_printf(warn(f),
			   "at %sv%u the network knows no sources: it sends those of all, and this "
			   "host drops what was not asked for",
			   family == AF_INET ? "IGMP" : "MLD", s->version);
}

/* The first other group on this interface with the same Ethernet address. */
static const struct igmp_group *find_sharer(const struct igmp_table *t, const struct group_facts *f)
{
	struct addr other;

	for (unsigned i = 0; grouprange_sharer(&f->m->group, i, &other); i++) {
		const struct igmp_group *held = igmp_find(t, f->dev->index, &other);

		if (held)
			return held;
	}
	return NULL;
}

static void warn_of_ether(struct group_facts *f, const struct igmp_table *t)
{
	const struct igmp_group *sharer = find_sharer(t, f);
	struct addr other;
	struct buf *b;

	if (sharer) {
		b = warn(f);
		buf_str(b, "same Ethernet address as ");
		addr_format_host(b, &sharer->group);
		buf_printf(b, ", which %s holds, too: its card takes both in", f->dev->name);
	} else if (grouprange_sharer(&f->m->group, 0, &other) &&
		   (grouprange_flags(&other) & GROUPRANGE_LINK)) {
		b = warn(f);
		buf_str(b, "same Ethernet address as ");
		addr_format_host(b, &other);
		buf_str(b, ": a switch may send it to every port");
	}
}

void group_facts_init(struct group_facts *f, struct session *s, const struct session_socket *k,
		      const struct membership *m)
{
	const struct igmp_table *t = session_igmp(s);
	unsigned ifindex = session_membership_ifindex(s, m);
	uint32_t own;

	*f = (struct group_facts){
		.k = k,
		.m = m,
		.mono = clock_monotonic(s->clock),
		.range = grouprange_of(&m->group),
		.scope = grouprange_scope(&m->group),
		.dev = ifindex ? session_iface(s, ifindex) : NULL,
		.heard = groupstat_find(&s->groups, k->number, &m->group, ifindex),
	};
	collect_sources(f, &s->groups);
	if (!f->dev)
		return;
	f->held = igmp_find(t, ifindex, &m->group);
	f->state = session_igmp_state(s, f->dev, m->group.family);
	/* One is this one; only with more of them it is worth to look whose they are. */
	own = f->held && f->held->users > 1 ? count_own(s, m, ifindex) : 1;
	if (f->held && f->held->users > own)
		f->others = f->held->users - own;
	warn_of_sources(f);
	warn_of_ether(f, t);
}

void group_facts_done(struct group_facts *f)
{
	for (size_t i = 0; i < f->warning_count; i++)
		buf_done(&f->warnings[i]);
}
