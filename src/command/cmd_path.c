/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Commands about the way to a host: "mtu", which sizes get there, and "trace", who is on it. */
#include "command/args.h"
#include "command/complete.h"
#include "command/diagnose.h"
#include "command/tables.h"
#include "diagnose/mtu.h"
#include "diagnose/trace.h"
#include "net/errqueue.h"
#include "session/words.h"
#include "util/json.h"
#include "util/num.h"

#define MEMBERS_MAX 2048
#define WORDS_MAX 512

/* ---- both ---- */

/* One host, and no group. */
static bool read_dest(struct command_call *c, struct addr *dest, struct error *e)
{
	size_t used;

	if (!args_address(c, 0, AF_UNSPEC, dest, &used, e))
		return false;
	if (used < c->word_count)
		return command_usage(c, e);
	if (addr_is_multicast(dest) || addr_kind(dest) == ADDR_BROADCAST ||
	    iface_is_broadcast(session_ifaces(c->session), dest))
		return err_at(
			e, (ptrdiff_t)c->words[0].at,
			"%s asks one host: \":sweep\" finds those behind a group or broadcast "
			"address",
			c->row->name);
	return true;
}

static void title(struct command_call *c, const struct activity *a, const struct addr *dest)
{
	buf_printf(&c->listing.title, "%s to ", a->kind->name);
	addr_format(&c->listing.title, dest);
	if (!a->over)
		buf_str(&c->listing.title, ", under way");
}

/* "prohibited: administratively prohibited by a filter, says 10.77.0.2" */
static void add_error(struct buf *out, const struct packet_icmp *i, const struct addr *dest)
{
	buf_str(out, errqueue_mark((enum errqueue_origin)i->origin, i->type, i->code, i->errnum));
	words_said(out, i, dest);
}

static void add_meaning(struct buf *members, const char *key, const struct packet_icmp *i)
{
	struct buf words;

	buf_init(&words, WORDS_MAX);
	errqueue_words(&words, (enum errqueue_origin)i->origin, i->type, i->code, i->errnum, 0);
	json_string(members, key, buf_cstr(&words));
	buf_done(&words);
}

static void add_host(struct buf *members, const char *key, const struct addr *a)
{
	struct buf host;

	if (!a->family)
		return;
	buf_init(&host, 128);
	addr_format_host(&host, a);
	json_string(members, key, buf_cstr(&host));
	buf_done(&host);
}

static void failed_row(struct command_call *c, const struct error *failed)
{
	if (failed->code)
		listing_row(&c->listing, LISTING_ERROR, NULL, "no probe left any more: %s",
			    failed->text);
}

static void path_complete(struct command_completion *c)
{
	if (c->word == 0)
		completion_offer_peers(c);
}

/* ---- mtu ---- */

static bool mtu_run(struct command_call *c, struct error *e)
{
	struct addr dest;
	struct mtu *m;

	if (!read_dest(c, &dest, e))
		return false;
	m = mtu_start(c->session, &dest, c->line, e);
	return m && diagnose_begin(c, &m->activity, e);
}

static void add_outcome(struct buf *out, const struct mtu_walk *w, const struct mtu_step *s)
{
	switch (s->outcome) {
	case MTU_WAITING:
		buf_printf(out, "try %u", s->tries ? s->tries : 1);
		break;
	case MTU_ANSWERED:
		buf_str(out, "answered after ");
		num_format_duration(out, s->rtt);
		break;
	case MTU_REFUSED:
		buf_str(out, "arrived, the port refused it after ");
		num_format_duration(out, s->rtt);
		break;
	case MTU_SILENT:
		buf_printf(out, "nothing came back, %u tries", s->tries);
		break;
	case MTU_TOO_BIG:
	case MTU_BLOCKED:
		add_error(out, &s->icmp, &w->dest);
		break;
	case MTU_LOCAL:
		buf_str(out, "more than this host's interface takes");
		if (s->icmp.info)
			buf_printf(out, " (MTU %u)", s->icmp.info);
		break;
	}
}

static void step_row(struct command_call *c, const struct mtu_walk *w, const struct mtu_step *s)
{
	struct buf words;

	buf_init(&words, WORDS_MAX);
	add_outcome(&words, w, s);
	listing_row(&c->listing, LISTING_DIM, NULL, "%u\t%u\ttried: %s", s->payload + w->headers,
		    s->payload, buf_cstr(&words));
	buf_done(&words);
}

static void size_row(struct command_call *c, const struct mtu_walk *w, uint32_t mtu,
		     const char *words)
{
	listing_row(&c->listing, LISTING_PLAIN, NULL, "%u\t%u\t%s", mtu,
		    mtu > w->headers ? mtu - w->headers : 0, words);
}

static void heard_row(struct command_call *c, const struct mtu_walk *w, const struct mtu_result *r,
		      bool over)
{
	const char *words = r->refused ? "arrived: the largest so far, the port refused it"
				       : "answered: the largest so far";

	if (over)
		words = r->refused ? "arrived: the largest that did, the port refused it"
				   : "answered: the largest that was answered";
	size_row(c, w, r->answered + w->headers, words);
}

static void told_row(struct command_call *c, const struct mtu_walk *w, const struct packet_icmp *i)
{
	struct buf words;

	buf_init(&words, WORDS_MAX);
	buf_str(&words, "path: the smallest that ICMP told, says ");
	addr_format_host(&words, &i->offender);
	size_row(c, w, i->info, buf_cstr(&words));
	buf_done(&words);
}

/* What is not known is said, too. */
static void doubt_rows(struct command_call *c, const struct mtu *m, const struct mtu_result *r)
{
	if (r->silent && m->activity.over)
		listing_row(&c->listing, LISTING_ERROR, NULL,
			    "%u\t%u\tblack hole likely: neither answer nor ICMP from here on",
			    r->silent + m->walk.headers, r->silent);
	if (!r->heard && !r->blocked && m->activity.over && !m->failed.code)
		listing_row(&c->listing, LISTING_ERROR, NULL,
			    "\t\tnobody answered: only this host%s something",
			    r->told ? " and ICMP say" : " says");
	if (r->by_order)
		listing_row(&c->listing, LISTING_DIM, NULL,
			    "\t\tthe answers are no echoes: each was taken for one to the latest "
			    "probe");
	if (m->walk.timed_out)
		listing_row(&c->listing, LISTING_DIM, NULL, "\t\tstopped after %u s",
			    (unsigned)(MTU_LIMIT_NS / NS_PER_S));
}

static void blocked_row(struct command_call *c, const struct mtu_walk *w,
			const struct packet_icmp *i)
{
	struct buf words;

	buf_init(&words, WORDS_MAX);
	add_error(&words, i, &w->dest);
	listing_row(&c->listing, LISTING_ERROR, NULL, "\t\tno way there: %s", buf_cstr(&words));
	buf_done(&words);
}

static void mtu_data(struct command_call *c, const struct mtu_walk *w, const struct mtu_result *r)
{
	struct buf members;

	buf_init(&members, MEMBERS_MAX);
	add_host(&members, "dst", &w->dest);
	json_number(&members, "dport", w->dest.port);
	json_number_if(&members, "local", r->local);
	if (r->told) {
		json_number(&members, "path", r->told->info);
		add_host(&members, "offender", &r->told->offender);
	}
	if (r->answered) {
		json_number(&members, "answered", r->answered + w->headers);
		json_number(&members, "payload", r->answered);
	}
	json_number_if(&members, "silent", r->silent ? r->silent + w->headers : 0);
	json_bool(&members, "blackhole", r->silent > 0);
	if (r->blocked)
		add_meaning(&members, "blocked", r->blocked);
	listing_data(&c->listing, "mtu", &members);
	buf_done(&members);
}

static void mtu_report(struct command_call *c, struct activity *a)
{
	const struct mtu *m = mtu_of(a);
	const struct mtu_walk *w = &m->walk;
	struct mtu_result r;

	mtu_walk_result(w, &r);
	title(c, a, &w->dest);
	listing_row(&c->listing, LISTING_HEADING, NULL, "MTU\tpayload\t");
	if (a->over)
		mtu_data(c, w, &r);
	if (r.local)
		size_row(c, w, r.local, "local: what this host's interface takes");
	if (r.told)
		told_row(c, w, r.told);
	if (r.heard)
		heard_row(c, w, &r, a->over);
	if (r.blocked)
		blocked_row(c, w, r.blocked);
	doubt_rows(c, m, &r);
	failed_row(c, &m->failed);
	for (size_t i = 0; i < w->count; i++)
		step_row(c, w, &w->steps[i]);
}

/* ---- trace ---- */

static bool trace_run(struct command_call *c, struct error *e)
{
	struct addr dest;
	struct trace *t;

	if (!read_dest(c, &dest, e))
		return false;
	t = trace_start(c->session, &dest, c->line, e);
	return t && diagnose_begin(c, &t->activity, e);
}

static bool is_same(const struct trace_probe *a, const struct trace_probe *b)
{
	return a->outcome == b->outcome && addr_same_host(&a->who, &b->who) &&
	       a->by_icmp == b->by_icmp && a->icmp.type == b->icmp.type &&
	       a->icmp.code == b->icmp.code;
}

/* Those of the hop that say the same as this one make one row, at the first of them. */
static bool is_first(const struct trace_hop *h, unsigned n)
{
	for (unsigned i = 0; i < n; i++)
		if (is_same(&h->probes[i], &h->probes[n]))
			return false;
	return true;
}

/* A locale has no say in where the point is. */
static void add_seconds(struct buf *out, uint64_t ns)
{
	buf_printf(out, "%u.%09u", (unsigned)(ns / NS_PER_S), (unsigned)(ns % NS_PER_S));
}

static void add_times(struct buf *shown, struct buf *members, const struct trace_hop *h, unsigned n)
{
	bool any = false;

	json_key(members, "rtt");
	buf_char(members, '[');
	for (unsigned i = n; i < h->sent; i++) {
		if (!is_same(&h->probes[i], &h->probes[n]))
			continue;
		buf_str(shown, any ? ", " : "");
		num_format_duration(shown, h->probes[i].rtt);
		buf_str(members, any ? "," : "");
		add_seconds(members, h->probes[i].rtt);
		any = true;
	}
	buf_char(members, ']');
}

/* Passing on is what is expected of a hop: that needs no words. */
static void add_what(struct buf *shown, struct buf *members, const struct trace_hops *t,
		     const struct trace_probe *b)
{
	if (b->outcome == TRACE_ARRIVED)
		buf_str(shown, b->by_icmp ? "there, " : "there, answered");
	if (b->outcome != TRACE_PASSED && b->by_icmp)
		add_error(shown, &b->icmp, &t->dest);
	if (b->by_icmp)
		add_meaning(members, "meaning", &b->icmp);
	json_bool(members, "arrived", b->outcome == TRACE_ARRIVED);
}

static void hop_row(struct command_call *c, const struct trace_hops *t, size_t ttl, unsigned n)
{
	const struct trace_hop *h = &t->hops[ttl - 1];
	const struct trace_probe *b = &h->probes[n];
	struct buf members, who, times, what;

	buf_init(&members, MEMBERS_MAX);
	buf_init(&who, 128);
	buf_init(&times, 128);
	buf_init(&what, WORDS_MAX);
	addr_format_host(&who, &b->who);
	json_number(&members, "ttl", ttl);
	json_number(&members, "sent", h->sent);
	add_host(&members, "host", &b->who);
	add_times(&times, &members, h, n);
	add_what(&what, &members, t, b);
	listing_row(&c->listing, b->outcome == TRACE_BLOCKED ? LISTING_ERROR : LISTING_PLAIN, NULL,
		    "%zu\t%s\t%u of %u\t%s\t%s", ttl, buf_cstr(&who), h->settled, h->sent,
		    buf_cstr(&times), buf_cstr(&what));
	listing_data(&c->listing, "hop", &members);
	buf_done(&members);
	buf_done(&who);
	buf_done(&times);
	buf_done(&what);
}

static void silent_row(struct command_call *c, const struct trace_hops *t, size_t ttl, bool waits)
{
	struct buf members;

	buf_init(&members, MEMBERS_MAX);
	json_number(&members, "ttl", ttl);
	json_number(&members, "sent", t->hops[ttl - 1].sent);
	listing_row(&c->listing, LISTING_DIM, NULL, "%zu\t*\t0 of %u\t%s", ttl,
		    t->hops[ttl - 1].sent, waits ? "waiting" : "silent");
	listing_data(&c->listing, "hop", &members);
	buf_done(&members);
}

static void end_row(struct command_call *c, const struct trace_hops *t)
{
	const struct trace_hop *last = &t->hops[t->count - 1];

	if (trace_hop_has(last, TRACE_ARRIVED))
		listing_row(&c->listing, LISTING_PLAIN, NULL, "there after %zu hop%s", t->count,
			    t->count == 1 ? "" : "s");
	else if (trace_hop_has(last, TRACE_BLOCKED))
		listing_row(&c->listing, LISTING_ERROR, NULL, "it goes no further");
	else if (last->settled)
		listing_row(&c->listing, LISTING_ERROR, NULL, "not there after %zu hops", t->count);
	else
		listing_row(&c->listing, LISTING_ERROR, NULL,
			    "%d hops in a row are silent: what lies behind them, or that nobody "
			    "answers there, cannot be told",
			    TRACE_SILENT);
}

static void trace_report(struct command_call *c, struct activity *a)
{
	const struct trace *t = trace_of(a);

	title(c, a, &t->hops.dest);
	listing_row(&c->listing, LISTING_HEADING, NULL, "hop\thost\theard\tafter\t");
	for (size_t ttl = 1; ttl <= t->hops.count; ttl++) {
		const struct trace_hop *h = &t->hops.hops[ttl - 1];

		if (!h->settled)
			silent_row(c, &t->hops, ttl, ttl == t->hops.count && !a->over);
		for (unsigned n = 0; n < h->sent; n++)
			if (h->probes[n].outcome != TRACE_NOTHING && is_first(h, n))
				hop_row(c, &t->hops, ttl, n);
	}
	failed_row(c, &t->failed);
	if (t->hops.over)
		end_row(c, &t->hops);
}

const struct command path_commands[] = {
	{ "mtu", "HOST PORT", "diagnosis", 1, 2, 0,
	  "find out which sizes get there: this host's, what ICMP tells, what is answered",
	  .run = mtu_run, .complete = path_complete, .report = mtu_report },
	{ "trace", "HOST PORT", "diagnosis", 1, 2, 0,
	  "find out who is on the way, by a TTL that grows from probe to probe", .run = trace_run,
	  .complete = path_complete, .report = trace_report },
	{ 0 },
};
