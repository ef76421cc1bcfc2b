/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "command/ping_report.h"

#include "util/json.h"

#include <inttypes.h>
#include <stdio.h>

#define MEMBERS_MAX 2048

static double ms(double ns)
{
	return ns / NS_PER_MS;
}

/* As many digits as are known, and as fit a row of five. */
static int digits(double ns)
{
	return ms(ns) < 100 ? 3 : 1;
}

static void add_time(struct buf *out, const char *name, double ns)
{
	buf_printf(out, "%s%s %.*f", out->len ? "  " : "", name, digits(ns), ms(ns));
}

static double seconds(double ns)
{
	return ns / NS_PER_S;
}

/* ---- events; Enter on one prepares a look at its packet ---- */

static const char *const answer_names[] = {
	[ROUNDTRIP_IS_FIRST] = "answer",        [ROUNDTRIP_IS_LATE] = "late",
	[ROUNDTRIP_IS_DUPLICATE] = "duplicate", [ROUNDTRIP_IS_MORE] = "more",
	[ROUNDTRIP_IS_STRAY] = "stray",
};

static const char *const answer_words[] = {
	[ROUNDTRIP_IS_FIRST] = "",
	[ROUNDTRIP_IS_LATE] = ", late",
	[ROUNDTRIP_IS_DUPLICATE] = ", duplicate",
	[ROUNDTRIP_IS_MORE] = ", one more answer",
	[ROUNDTRIP_IS_STRAY] = ", answers no probe",
};

static const char *event_name(const struct ping_event *event)
{
	static const char *const names[] = {
		[PING_LOST] = "lost", [PING_REFUSED] = "refused", [PING_UNSENT] = "unsent"
	};

	return event->what == PING_ANSWER ? answer_names[event->answer.kind] : names[event->what];
}

static void add_host(struct buf *out, const struct addr *a)
{
	struct buf host;

	buf_init(&host, 128);
	addr_format_host(&host, a);
	json_string(out, "src", buf_cstr(&host));
	json_number(out, "sport", a->port);
	buf_done(&host);
}

static void answer_members(struct buf *out, const struct ping_event *event)
{
	const struct roundtrip_answer *a = &event->answer;

	add_host(out, &event->peer);
	if (event->ttl)
		json_number(out, "ttl", event->ttl);
	json_number(out, "len", event->len);
	if (a->seq)
		json_real(out, "rtt", seconds((double)a->time));
	if (a->kind != ROUNDTRIP_IS_STRAY)
		json_string(out, "matched", a->by_order ? "order" : "content");
	json_bool(out, "reordered", a->reordered);
}

static void event_data(struct listing *l, const struct ping_event *event)
{
	struct buf members;

	buf_init(&members, MEMBERS_MAX);
	json_string(&members, "what", event_name(event));
	json_number_if(&members, "seq", event->seq);
	if (event->what == PING_ANSWER)
		answer_members(&members, event);
	else if (event->what != PING_LOST)
		json_string(&members, "message", event->words);
	listing_data(l, "ping", &members);
	buf_done(&members);
}

static void answer_row(struct listing *l, const struct ping_event *event)
{
	const struct roundtrip_answer *a = &event->answer;
	struct buf peer;
	char seq[32] = "", time[32] = "", ttl[16] = "", show[32];

	buf_init(&peer, 128);
	addr_format(&peer, &event->peer);
	if (a->seq) {
		snprintf(seq, sizeof(seq), "seq %" PRIu64 ": ", a->seq);
		snprintf(time, sizeof(time), ", %.3f ms", ms((double)a->time));
	}
	if (event->ttl)
		snprintf(ttl, sizeof(ttl), ", ttl %u", event->ttl);
	snprintf(show, sizeof(show), "show #%" PRIu64, event->no);
	listing_row(l, a->kind == ROUNDTRIP_IS_FIRST ? LISTING_PLAIN : LISTING_ERROR, show,
		    "%s%u bytes from %s%s%s%s%s", seq, event->len, buf_cstr(&peer), ttl, time,
		    answer_words[a->kind], a->reordered ? ", reordered" : "");
	buf_done(&peer);
}

static void other_row(struct listing *l, const struct ping_event *event)
{
	char seq[32] = "", show[32];

	if (event->seq)
		snprintf(seq, sizeof(seq), "seq %" PRIu64 ": ", event->seq);
	snprintf(show, sizeof(show), "show #%" PRIu64, event->no);
	listing_row(l, LISTING_ERROR, event->no ? show : NULL, "%s%s%s", seq,
		    event->what == PING_LOST     ? "no answer in time"
		    : event->what == PING_UNSENT ? "not sent: "
						 : "",
		    event->words);
}

void ping_report_event(struct listing *l, const struct ping_event *event)
{
	if (event->what == PING_ANSWER)
		answer_row(l, event);
	else
		other_row(l, event);
	event_data(l, event);
}

/* ---- sums ---- */

static double loss(const struct roundtrip *r)
{
	uint64_t settled = roundtrip_settled(r);

	return settled ? (double)roundtrip_unanswered(r) / (double)settled : 0;
}

static const char *matched(const struct roundtrip *r)
{
	if (r->by_content && r->by_order)
		return "both";
	if (r->by_order)
		return "order";
	return r->by_content ? "content" : "none";
}

static void sum_members(struct buf *out, const struct ping *p)
{
	const struct roundtrip *r = &p->trips;

	json_string(out, "what", "summary");
	add_host(out, &p->spec.target);
	json_number(out, "sent", roundtrip_count(r));
	json_number(out, "answered", r->states[ROUNDTRIP_ANSWERED]);
	json_number(out, "late", r->states[ROUNDTRIP_LATE]);
	json_number(out, "lost", roundtrip_unanswered(r));
	json_real(out, "loss", loss(r));
	json_number(out, "waited", r->states[ROUNDTRIP_WAITED]);
	json_number(out, "refused", r->states[ROUNDTRIP_REFUSED]);
	json_number(out, "errors", r->errors);
	json_number(out, "unsent", p->unsent);
	json_number(out, "skipped", p->skipped);
	json_number(out, "duplicates", r->duplicates);
	json_number(out, "more", r->more);
	json_number(out, "strays", r->strays);
	json_number(out, "dropped", p->dropped);
	json_string(out, "matched", matched(r));
	if (r->by_content)
		json_number(out, "reordered", r->reordered);
}

static void time_members(struct buf *out, const struct roundtrip *r)
{
	if (!r->spread.count)
		return;
	json_real(out, "min", seconds((double)r->spread.min));
	json_real(out, "avg", seconds(r->spread.mean));
	json_real(out, "p50", seconds((double)spread_rank(&r->spread, 500)));
	json_real(out, "p99", seconds((double)spread_rank(&r->spread, 990)));
	json_real(out, "max", seconds((double)r->spread.max));
	json_real(out, "stddev", seconds(spread_deviation(&r->spread)));
	json_real(out, "jitter", seconds(r->jitter));
}

static void add_if(struct buf *out, uint64_t n, const char *what)
{
	if (n)
		buf_printf(out, ", %" PRIu64 " %s", n, what);
}

static void probes_row(struct listing *l, const struct ping *p)
{
	const struct roundtrip *r = &p->trips;
	struct buf rest, members;

	buf_init(&rest, 256);
	add_if(&rest, r->states[ROUNDTRIP_WAITED], "still waited for");
	add_if(&rest, p->unsent, "could not be sent");
	add_if(&rest, p->skipped, "left out for want of time");
	listing_row(l, roundtrip_unanswered(r) ? LISTING_ERROR : LISTING_PLAIN, NULL,
		    "probes\t%" PRIu64 " sent, %" PRIu64 " answered, %" PRIu64 " late, %" PRIu64
		    " lost (%.4g %%)%s",
		    roundtrip_count(r), r->states[ROUNDTRIP_ANSWERED], r->states[ROUNDTRIP_LATE],
		    roundtrip_unanswered(r), 100 * loss(r), buf_cstr(&rest));
	buf_init(&members, MEMBERS_MAX);
	sum_members(&members, p);
	time_members(&members, r);
	listing_data(l, "ping", &members);
	buf_done(&members);
	buf_done(&rest);
}

/* Answers that are known by their order cannot be seen to be out of it. */
static void answers_row(struct listing *l, const struct ping *p)
{
	const struct roundtrip *r = &p->trips;
	struct buf text;

	buf_init(&text, 256);
	buf_printf(&text, "%" PRIu64 " duplicate%s", r->duplicates, r->duplicates == 1 ? "" : "s");
	if (r->by_content)
		buf_printf(&text, ", %" PRIu64 " reordered", r->reordered);
	add_if(&text, r->more, "more than one to a probe");
	add_if(&text, r->strays, "to no probe");
	add_if(&text, p->dropped, "dropped by this host for want of room");
	listing_row(l, p->dropped ? LISTING_ERROR : LISTING_PLAIN, NULL, "answers\t%s",
		    buf_cstr(&text));
	buf_done(&text);
}

static void errors_row(struct listing *l, const struct roundtrip *r)
{
	if (r->errors)
		listing_row(l, LISTING_ERROR, NULL,
			    "errors\t%" PRIu64 ", %" PRIu64 " of the lost were refused", r->errors,
			    r->states[ROUNDTRIP_REFUSED]);
}

static void times_rows(struct listing *l, const struct roundtrip *r)
{
	const struct spread *s = &r->spread;
	struct buf text;

	if (!s->count)
		return;
	buf_init(&text, 256);
	add_time(&text, "min", (double)s->min);
	add_time(&text, "avg", s->mean);
	add_time(&text, "p50", (double)spread_rank(s, 500));
	add_time(&text, "p99", (double)spread_rank(s, 990));
	add_time(&text, "max", (double)s->max);
	listing_row(l, LISTING_PLAIN, NULL, "round trip\t%s ms", buf_cstr(&text));
	buf_reset(&text);
	add_time(&text, "stddev", spread_deviation(s));
	add_time(&text, "jitter", r->jitter);
	listing_row(l, LISTING_PLAIN, NULL, "variation\t%s ms (RFC 3550)", buf_cstr(&text));
	buf_done(&text);
}

static void matched_row(struct listing *l, const struct roundtrip *r)
{
	const char *words = NULL;

	if (r->by_order && r->alike)
		words = "by order, for the probes are alike: ${seq} tells them apart";
	else if (r->by_order && r->by_content)
		words = "by order until the first echo, then by content";
	else if (r->by_order)
		words = "by order, for the answers do not hold the probes";
	else if (r->by_content)
		words = "by content: the answers hold the probes";
	if (words)
		listing_row(l, LISTING_PLAIN, NULL, "matched\t%s", words);
}

static void add_title(struct buf *title, const struct ping *p)
{
	buf_str(title, "ping ");
	addr_format(title, &p->spec.target);
	buf_str(title, " every ");
	num_format_duration(title, p->spec.every);
	if (!p->activity.over)
		buf_printf(title, "; \":stop %%%u\" ends it", p->activity.number);
}

void ping_report(struct listing *l, const struct ping *p)
{
	const struct ping_event *event;

	add_title(&l->title, p);
	probes_row(l, p);
	answers_row(l, p);
	errors_row(l, &p->trips);
	times_rows(l, &p->trips);
	matched_row(l, &p->trips);
	for (uint64_t age = 0; (event = ping_event(p, age)); age++)
		ping_report_event(l, event);
}
