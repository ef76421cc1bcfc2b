/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The listing of all memberships.  A row each, the cells that matter most first so that they stand
 * on 80 columns, below it its sources, its warnings, and once for neighbours that are alike what
 * the range of the address means.
 */
#include "command/groups.h"

#include "command/groups_private.h"
#include "util/num.h"

#include <inttypes.h>
#include <net/if.h>
#include <stdio.h>

#define MEMBERS_MAX 16384 /* bytes of a row's JSON */

/* "1,204" and "10/s"; nothing for none. */
static void format_heard(const struct groupstat_entry *h, uint64_t mono, struct buf *count,
			 char rate[24])
{
	uint64_t per_second = h ? pace_per_second(&h->pace, mono) : 0;

	buf_reset(count);
	num_format_count(count, h ? h->rx : 0);
	rate[0] = '\0';
	if (per_second)
		snprintf(rate, 24, "%" PRIu64 "/s", per_second);
}

static void format_where(struct buf *out, const struct group_facts *f)
{
	if (f->m->lost)
		buf_printf(out, "lost: %s %s", f->m->lost_name, f->m->lost_why);
	else if (f->dev)
		buf_str(out, f->dev->name);
	else if (f->m->ifindex)
		buf_printf(out, "interface %u is gone", f->m->ifindex);
	else
		buf_str(out, "kernel's choice");
}

static void format_sources(struct buf *out, const struct membership *m)
{
	for (size_t i = 0; i < m->source_count; i++) {
		buf_str(out, i ? ", " : m->source_specific ? "only " : "all but ");
		addr_format_host(out, &m->sources[i]);
	}
	if (!m->source_count)
		buf_str(out, "any");
}

/* A command about the membership as it was joined: "leave SRC@GROUP%IF"; an interface that is gone
 * cannot be named. */
static void format_command(struct buf *out, const char *verb, const struct membership *m,
			   const struct addr *source)
{
	const struct addr none = { 0 };

	buf_reset(out);
	buf_printf(out, "%s ", verb);
	group_format(out, &m->group, source ? source : &none, m->lost ? 0 : m->ifindex);
}

static void membership_row(struct listing *l, const struct group_facts *f)
{
	const struct membership *m = f->m;
	struct buf group, where, count, sources, command, members;
	char rate[24], version[24] = "", others[16] = "";

	buf_init(&group, 128);
	buf_init(&where, 64);
	buf_init(&count, 32);
	buf_init(&sources, 1024);
	buf_init(&command, 256);
	buf_init(&members, MEMBERS_MAX);
	addr_format_host(&group, &m->group);
	format_where(&where, f);
	format_heard(f->heard, f->mono, &count, rate);
	format_sources(&sources, m);
	format_command(&command, "leave", m,
		       m->source_specific && m->source_count ? &m->sources[0] : NULL);
	if (f->state && f->state->version)
		snprintf(version, sizeof(version), "v%u %s", f->state->version,
			 group_proof(f->state));
	if (f->held)
		snprintf(others, sizeof(others), "%" PRIu32, f->others);
	listing_row(l, LISTING_PLAIN, buf_cstr(&command), "[%u]\t%s\t%s\t%s\t%s\t%s\t%s\t%s\t%s",
		    f->k->number, buf_cstr(&group), buf_cstr(&where), buf_cstr(&count), rate,
		    version, f->state ? group_querier(f->state) : "", others, buf_cstr(&sources));
	group_members(&members, f);
	if (!members.failed)
		listing_data(l, "group", &members);
	buf_done(&group);
	buf_done(&where);
	buf_done(&count);
	buf_done(&sources);
	buf_done(&command);
	buf_done(&members);
}

static const char *source_note(const struct group_facts *f, const struct group_source *source)
{
	if (source->named)
		return f->m->source_specific ? "asked for" : "blocked";
	return source->heard->own == source->heard->rx ? "own, looped back" : "";
}

/* Enter takes back what was said of a source, or blocks it. */
static void source_row(struct listing *l, const struct group_facts *f,
		       const struct group_source *source)
{
	struct buf name, count, command;
	char rate[24];

	buf_init(&name, 128);
	buf_init(&count, 32);
	buf_init(&command, 256);
	addr_format_host(&name, source->addr);
	format_heard(source->heard, f->mono, &count, rate);
	format_command(&command,
		       f->m->source_specific ? "leave"
		       : source->named       ? "unblock"
					     : "block",
		       f->m, source->addr);
	listing_row(l, LISTING_PLAIN,
		    source->named || !f->m->source_specific ? buf_cstr(&command) : NULL,
		    "\t  %s\t\t%s\t%s\t%s", buf_cstr(&name), buf_cstr(&count), rate,
		    source_note(f, source));
	buf_done(&name);
	buf_done(&count);
	buf_done(&command);
}

/* "administratively scoped (RFC 2365): not for the Internet" */
static void range_row(struct listing *l, const struct group_facts *f)
{
	const struct grouprange *r = f->range, *scope = f->scope;
	struct buf text;

	buf_init(&text, 256);
	buf_printf(&text, "     %s (%s", r->name, r->rfc);
	if (scope)
		buf_printf(&text, "), %s (%s", scope->name, scope->rfc);
	buf_char(&text, ')');
	if (r->so)
		buf_printf(&text, ": %s", r->so);
	if (scope && scope->so)
		buf_printf(&text, "%s %s", r->so ? ";" : ":", scope->so);
	listing_row(l, LISTING_DIM, NULL, "%s", buf_cstr(&text));
	buf_done(&text);
}

static bool is_like_next(const struct membership *m, const struct membership *next)
{
	return grouprange_of(&m->group) == grouprange_of(&next->group) &&
	       grouprange_scope(&m->group) == grouprange_scope(&next->group);
}

static void membership_rows(struct command_call *c, const struct session_socket *k, size_t at)
{
	const struct group_list *groups = &k->sock.groups;
	struct listing *l = &c->listing;
	struct group_facts f;

	group_facts_init(&f, c->session, k, &groups->m[at]);
	membership_row(l, &f);
	for (size_t i = 0; i < f.source_count; i++)
		source_row(l, &f, &f.sources[i]);
	if (f.sources_more)
		listing_row(l, LISTING_DIM, NULL, "       and %zu more sources", f.sources_more);
	if (f.heard && f.heard->uncounted)
		listing_row(l, LISTING_DIM, NULL,
			    "       and %" PRIu64
			    " datagrams of sources that are not counted one by one",
			    f.heard->uncounted);
	for (size_t i = 0; i < f.warning_count; i++)
		listing_row(l, LISTING_ERROR, NULL, "     %s", buf_cstr(&f.warnings[i]));
	if (at + 1 == groups->count || !is_like_next(&groups->m[at], &groups->m[at + 1]))
		range_row(l, &f);
	group_facts_done(&f);
}

/* ---- the interfaces ---- */

static void format_protocol(struct buf *out, const struct igmp_state *s, int family)
{
	if (!s->version)
		return;
	if (out->len)
		buf_str(out, "; ");
	igmp_format(out, s, family);
	if (family == AF_INET6)
		buf_printf(out, ", %" PRIu64 " queries heard", s->queries);
}

static void interface_row(struct command_call *c, const struct iface *dev)
{
	char command[64];
	struct buf text;

	if (!(dev->flags & IFF_UP))
		return;
	buf_init(&text, 160);
	snprintf(command, sizeof(command), "join 239.1.2.3%%%s", dev->name);
	if (!(dev->flags & IFF_MULTICAST))
		buf_str(&text, "no MULTICAST flag");
	format_protocol(&text, session_igmp_state(c->session, dev, AF_INET), AF_INET);
	format_protocol(&text, session_igmp_state(c->session, dev, AF_INET6), AF_INET6);
	listing_row(&c->listing, LISTING_DIM, command, "join\ton %s\t%s", dev->name,
		    buf_cstr(&text));
	buf_done(&text);
}

bool groups_run(struct command_call *c, struct error *e)
{
	struct session *s = c->session;
	size_t memberships = 0;

	if (!session_read_ifaces(s, e))
		return false;
	buf_str(&c->listing.title, "groups");
	c->listing.live = true;
	listing_row(&c->listing, LISTING_HEADING, NULL,
		    " \tgroup\ton\theard\trate\tIGMP/MLD\tquerier\tothers\tsources");
	for (size_t i = 0; i < s->socket_count; i++) {
		size_t count = s->sockets[i]->sock.groups.count;

		for (size_t g = 0; g < count; g++)
			membership_rows(c, s->sockets[i], g);
		memberships += count;
	}
	if (!memberships)
		listing_row(&c->listing, LISTING_DIM, NULL, "none is joined");
	if (s->groups.uncounted)
		listing_row(&c->listing, LISTING_DIM, NULL,
			    "%" PRIu64 " datagrams to more groups than are counted",
			    s->groups.uncounted);
	for (size_t i = 0; i < s->ifaces.count; i++)
		interface_row(c, &s->ifaces.ifaces[i]);
	return true;
}
