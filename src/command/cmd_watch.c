/* SPDX-License-Identifier: GPL-3.0-or-later */
/* "watch-groups": which groups are alive, without joining them. */
#include "command/args.h"
#include "command/complete.h"
#include "command/diagnose.h"
#include "command/script.h"
#include "command/tables.h"
#include "diagnose/watch.h"
#include "net/igmp.h"
#include "util/json.h"
#include "util/num.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#define COLLECT_IN_SCRIPTS (10 * NS_PER_S)
#define COLLECT_MAX (366 * 24 * 3600 * NS_PER_S)

/* ---- what is asked for ---- */

static bool read_collect(struct command_call *c, size_t i, uint64_t *collect, struct error *e)
{
	if (i + 1 >= c->word_count)
		return command_usage(c, e);
	if (!num_parse_duration(c->words[i + 1].text, collect, e))
		return err_shift(e, (ptrdiff_t)c->words[i + 1].at);
	if (!*collect || *collect > COLLECT_MAX)
		return err_at(e, (ptrdiff_t)c->words[i + 1].at, "collect: %s is outside 1ns..8784h",
			      c->words[i + 1].text);
	return true;
}

static bool is_up(struct command_call *c, unsigned ifindex, struct error *e)
{
	const struct iface *dev = session_iface(c->session, ifindex);

	if (dev && !(dev->flags & IFF_UP))
		return err_at(e, (ptrdiff_t)c->words[0].at, "%s is down: nothing is heard there",
			      dev->name);
	return true;
}

static bool watch_run(struct command_call *c, struct error *e)
{
	struct script *sc = c->face->script;
	uint64_t collect = 0;
	unsigned ifindex = 0;
	struct watch *w;
	size_t i = 0;

	if (sc && (!c->face->is_live || script_is_running(sc)))
		collect = COLLECT_IN_SCRIPTS;
	if (c->word_count && strcmp(c->words[0].text, "collect") != 0) {
		if (!iface_parse(c->words[0].text, &ifindex, e))
			return args_at(c, 0, e);
		if (!is_up(c, ifindex, e))
			return false;
		i++;
	}
	if (i < c->word_count && strcmp(c->words[i].text, "collect") == 0) {
		if (!read_collect(c, i, &collect, e))
			return false;
		i += 2;
	}
	if (i < c->word_count)
		return command_usage(c, e);
	w = watch_start(c->session, ifindex, collect, c->line, e);
	return w && diagnose_begin(c, &w->activity, e);
}

/* ---- what is seen ---- */

/* The sockets of this session that joined it there. */
static void format_own(struct session *s, const struct watch_group *g, struct buf *out)
{
	for (size_t i = 0; i < s->socket_count; i++) {
		const struct group_list *l = &s->sockets[i]->sock.groups;

		for (size_t n = 0; n < l->count; n++) {
			if (!addr_same_bytes(&l->m[n].group, &g->group) ||
			    session_membership_ifindex(s, &l->m[n]) != g->ifindex)
				continue;
			buf_printf(out, "%s[%u]", out->len ? " " : "", s->sockets[i]->number);
			break;
		}
	}
}

/* "[1]", "by others here", "no" */
static void format_joined(struct session *s, const struct watch_group *g, struct buf *out)
{
	format_own(s, g, out);
	if (!out->len)
		buf_str(out, igmp_find(session_igmp(s), g->ifindex, &g->group) ? "by others here"
									       : "no");
}

static void format_sources(const struct watch_group *g, struct buf *out)
{
	for (size_t i = 0; i < g->source_count; i++) {
		buf_str(out, i ? ", " : "");
		addr_format_host(out, &g->sources[i]);
	}
	if (g->others)
		buf_str(out, ", others");
}

static void format_place(const struct iface *dev, unsigned ifindex, uint16_t vlan, struct buf *out)
{
	if (dev)
		buf_str(out, dev->name);
	else
		buf_printf(out, "interface %u", ifindex);
	if (vlan)
		buf_printf(out, " VLAN %u", vlan);
}

static void group_data(struct command_call *c, const struct watch_group *g, const char *ifname,
		       const char *joined, uint64_t rate)
{
	struct buf members, text;

	buf_init(&members, 4096);
	buf_init(&text, 128);
	addr_format_host(&text, &g->group);
	json_string(&members, "group", buf_cstr(&text));
	json_number(&members, "port", g->group.port);
	json_string(&members, "ifname", ifname);
	json_number_if(&members, "vlan", g->vlan);
	json_key(&members, "sources");
	buf_char(&members, '[');
	for (size_t i = 0; i < g->source_count; i++) {
		buf_reset(&text);
		addr_format_host(&text, &g->sources[i]);
		buf_str(&members, i ? "," : "");
		json_text(&members, buf_cstr(&text), text.len);
	}
	buf_char(&members, ']');
	json_bool(&members, "more_sources", g->others);
	json_number(&members, "datagrams", g->datagrams);
	json_number(&members, "bytes", g->bytes);
	json_number(&members, "sent", g->sent);
	json_number(&members, "rate", rate);
	json_bool(&members, "joined", strcmp(joined, "no") != 0);
	listing_data(&c->listing, "group", &members);
	buf_done(&members);
	buf_done(&text);
}

static void group_row(struct command_call *c, const struct watch_group *g)
{
	const struct iface *dev = session_iface(c->session, g->ifindex);
	uint64_t rate = rate_per_second(&g->rate, loop_now(c->session->loop));
	const struct addr any = { 0 };
	struct addr alone = g->group;
	struct buf group, sources, place, joined, command;

	buf_init(&group, 160);
	buf_init(&sources, 1024);
	buf_init(&place, 64);
	buf_init(&joined, 2048);
	buf_init(&command, 160);
	alone.port = 0;
	buf_str(&command, "join ");
	group_format(&command, &alone, &any, g->ifindex);
	addr_format(&group, &g->group);
	format_sources(g, &sources);
	format_place(dev, g->ifindex, g->vlan, &place);
	format_joined(c->session, g, &joined);
	listing_row(&c->listing, LISTING_PLAIN, dev ? buf_cstr(&command) : NULL,
		    "%s\t%s\t%" PRIu64 "\t%" PRIu64 "/s\t%s\t%s%s", buf_cstr(&group),
		    buf_cstr(&place), g->datagrams, rate, buf_cstr(&joined), buf_cstr(&sources),
		    g->sent == g->datagrams ? " (this host)" : "");
	group_data(c, g, dev ? dev->name : "", buf_cstr(&joined), rate);
	buf_done(&group);
	buf_done(&sources);
	buf_done(&place);
	buf_done(&joined);
	buf_done(&command);
}

static void message_row(struct command_call *c, const struct watch_message *m)
{
	uint64_t now = clock_realtime(c->session->clock);
	struct buf age, place, source;

	buf_init(&age, 32);
	buf_init(&place, 64);
	buf_init(&source, 128);
	num_format_duration(&age, now > m->time ? (now - m->time) / NS_PER_S * NS_PER_S : 0);
	format_place(session_iface(c->session, m->ifindex), m->ifindex, m->vlan, &place);
	addr_format_host(&source, &m->source);
	listing_row(&c->listing, LISTING_PLAIN, NULL, "%s ago\t%s\t%s%s: %s", buf_cstr(&age),
		    buf_cstr(&place), buf_cstr(&source), m->sent ? " (this host)" : "", m->text);
	buf_done(&age);
	buf_done(&place);
	buf_done(&source);
}

/* The newest first. */
static void message_rows(struct command_call *c, const struct watch *w)
{
	const struct watch_table *t = &w->table;
	uint64_t n = t->message_count < WATCH_MESSAGES ? t->message_count : WATCH_MESSAGES;

	if (!n)
		listing_row(&c->listing, LISTING_DIM, NULL, "no query, no report was seen%s",
			    w->activity.over ? "" : " yet");
	else
		listing_row(&c->listing, LISTING_HEADING, NULL, "when\tby\twho said what");
	for (uint64_t i = 1; i <= n; i++)
		message_row(c, &t->messages[(t->message_count - i) % WATCH_MESSAGES]);
	if (w->untold)
		listing_row(&c->listing, LISTING_DIM, NULL,
			    "%" PRIu64 " more than %d in a second: not in the list", w->untold,
			    WATCH_NOTES);
}

static void loss_rows(struct command_call *c, const struct watch *w)
{
	if (w->sniff.drops)
		listing_row(&c->listing, LISTING_ERROR, NULL,
			    "%" PRIu64 " frames came faster than they could be read",
			    w->sniff.drops);
	if (w->table.beyond)
		listing_row(&c->listing, LISTING_ERROR, NULL,
			    "%" PRIu64 " datagrams went to more groups than these %zu",
			    w->table.beyond, w->table.count);
}

static void watch_report(struct command_call *c, struct activity *a)
{
	const struct watch *w = watch_of(a);
	const struct watch_table *t = &w->table;
	const struct iface *dev = w->ifindex ? session_iface(c->session, w->ifindex) : NULL;

	buf_printf(&c->listing.title, "watch-groups %s: %zu alive, %" PRIu64 " datagrams, %s",
		   !w->ifindex ? "on all interfaces"
		   : dev       ? dev->name
			       : "on an interface that is gone",
		   t->count, t->datagrams, a->over ? "over" : "listening");
	if (t->count)
		listing_row(&c->listing, LISTING_HEADING, NULL,
			    "group\tby\tdatagrams\trate\tjoined\tsources");
	else
		listing_row(&c->listing, LISTING_DIM, NULL, "no group is alive%s",
			    a->over ? "" : " so far");
	for (size_t i = 0; i < t->count; i++)
		group_row(c, &t->groups[i]);
	message_rows(c, w);
	loss_rows(c, w);
}

static void watch_complete(struct command_completion *c)
{
	if (c->word == 0)
		for (size_t i = 0; i < session_ifaces(c->session)->count; i++)
			completion_offer(c, "%s", c->session->ifaces.ifaces[i].name);
	if (c->word <= 1)
		completion_offer(c, "collect");
}

const struct command watch_commands[] = {
	{ "watch-groups", "[IF] [collect D]", "diagnosis", 0, 3, 0,
	  "the groups that are alive, without joining them, and IGMP and MLD (CAP_NET_RAW)",
	  .run = watch_run, .complete = watch_complete, .report = watch_report },
	{ 0 },
};
