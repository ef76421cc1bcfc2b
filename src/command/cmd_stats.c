/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The command stats: how much, how fast, of which sizes, in which gaps, what was lost where. */
#include "command/args.h"
#include "command/complete.h"
#include "command/stats_rows.h"
#include "command/tables.h"
#include "util/num.h"
#include "util/spark.h"

#include <string.h>

/* ---- the head: everything, or one socket ---- */

/* A label and a sentence. */
static void say(struct stats_report *r, const char *label, struct buf *text)
{
	listing_row(&r->call->listing, LISTING_PLAIN, NULL, "%s\t%s", label, buf_cstr(text));
	buf_reset(text);
}

static void say_rate(struct stats_report *r, struct buf *text)
{
	const struct traffic *t = stats_traffic(r);
	uint64_t seconds[MINUTE_SECONDS], now = rate_per_second(&t->rate, r->mono), most = 0;

	minute_read(&t->minute, r->mono, seconds);
	for (size_t i = 0; i < MINUTE_SECONDS; i++)
		most = seconds[i] > most ? seconds[i] : most;
	num_format_count(text, now);
	buf_str(text, "/s, ");
	num_format_size(text, rate_per_second(&t->byte_rate, r->mono));
	buf_str(text, "/s; at most ");
	num_format_count(text, now > most ? now : most);
	buf_str(text, " in a second of the last minute");
	say(r, "rate", text);
	if (!most)
		return; /* nothing was received, or not yet for a whole second */
	spark_line(text, seconds, MINUTE_SECONDS);
	say(r, "60 s", text);
}

static void add_count(struct buf *text, uint64_t count, const char *what, uint64_t bytes)
{
	num_format_count(text, count);
	buf_printf(text, " %s", what);
	if (count) {
		buf_str(text, " (");
		num_format_size(text, bytes);
		buf_char(text, ')');
	}
	buf_str(text, ", ");
}

static void add_totals(const struct stats_report *r, uint64_t rx, uint64_t tx, uint64_t errors,
		       const struct traffic *t, struct buf *text)
{
	add_count(text, rx, "received", t->rx_bytes);
	add_count(text, tx, "sent", t->tx_bytes);
	num_format_count(text, errors);
	buf_str(text, errors == 1 ? " error" : " errors");
	if (t->first) {
		buf_str(text, "; first ");
		num_format_age(text, r->now, t->first);
		buf_str(text, ", last ");
		num_format_age(text, r->now, t->last);
	}
}

static void say_totals(struct stats_report *r, struct buf *text)
{
	const struct session *s = r->call->session;

	if (r->socket)
		add_totals(r, r->socket->rx, r->socket->tx, r->socket->errors, stats_traffic(r),
			   text);
	else
		add_totals(r, s->rx, s->tx, s->errors, stats_traffic(r), text);
	say(r, "all", text);
	stats_data_all(r);
}

/* "64 B to 1.4 KiB, half of them up to 128 B, 99 % up to 512 B" */
static void say_spread(struct stats_report *r, const char *label, const struct histogram *h,
		       void (*format)(struct buf *out, uint64_t value), struct buf *text)
{
	if (!h->count)
		return;
	format(text, h->least);
	buf_str(text, " to ");
	format(text, h->most);
	buf_str(text, ", half of them up to ");
	format(text, histogram_quantile(h, 500));
	buf_str(text, ", 99 % up to ");
	format(text, histogram_quantile(h, 990));
	say(r, label, text);
}

/* What this host dropped, apart from what never came here. */
static void say_lost(struct stats_report *r, struct buf *text)
{
	const struct session *s = r->call->session;
	uint64_t dropped = stats_traffic(r)->dropped;
	uint64_t lost = r->socket ? r->socket->lost : s->lost;

	num_format_count(text, dropped);
	buf_str(text, " dropped by this host's kernel");
	if (dropped)
		buf_str(text, ", the receive buffer was full");
	if (lost > dropped) {
		buf_str(text, "; ");
		num_format_count(text, lost - dropped);
		buf_str(text, " left the store before they were counted");
	}
	say(r, "lost", text);
}

static void say_sequence(struct stats_report *r, struct buf *text)
{
	const struct session *s = r->call->session;
	const struct sequence_counts *n;
	uint64_t dropped = s->traffic.dropped - s->sequence_dropped;

	if (!s->sequence)
		return;
	n = sequence_total(s->sequence);
	sequence_format(sequence_spec(s->sequence), text);
	buf_str(text, ": ");
	num_format_count(text, n->missing);
	buf_str(text, " missing, ");
	num_format_count(text, dropped);
	buf_printf(text, " dropped here meanwhile; %llu repeated, %llu late",
		   (unsigned long long)n->repeated, (unsigned long long)n->late);
	if (n->strays || n->restarts)
		buf_printf(text, ", %u strays, %u restarts", n->strays, n->restarts);
	if (sequence_unnumbered(s->sequence))
		buf_printf(text, "; %llu without a number",
			   (unsigned long long)sequence_unnumbered(s->sequence));
	listing_row(&r->call->listing, LISTING_PLAIN, "stats sequence off", "seq\t%s",
		    buf_cstr(text));
	buf_reset(text);
	stats_data_sequence(r);
}

/* What the store keeps: "20 KiB of 256 MiB, 1,204 packets and events, the oldest 36 s ago" */
static void say_store(struct stats_report *r, struct buf *text)
{
	struct store_stats st;

	store_stats(r->call->session->store, &st);
	num_format_size(text, st.bytes);
	buf_str(text, " of ");
	num_format_size(text, st.limit);
	buf_str(text, ", ");
	num_format_count(text, st.end_seq - st.first_seq);
	buf_str(text, " packets and events");
	if (st.oldest_time && st.oldest_time <= r->now) {
		buf_str(text, ", the oldest ");
		num_format_age(text, r->now, st.oldest_time);
	}
	say(r, "kept", text);
}

static void list_histograms(struct stats_report *r, const struct traffic *t)
{
	stats_list_histogram(r, "size", &t->sizes, num_format_size);
	stats_list_histogram(r, "gap", &t->gaps, num_format_about);
}

/* What capture files hold was no traffic of this session: it stands by itself. */
static void show_read(struct stats_report *r, struct buf *text)
{
	const struct session *s = r->call->session;
	const struct traffic *t = &s->read.traffic;

	if (!s->read.rx && !s->read.tx && !s->read.errors && !s->read.lost)
		return;
	listing_row(&r->call->listing, LISTING_HEADING, NULL,
		    "read from capture files, and counted above with the peers only");
	add_totals(r, s->read.rx, s->read.tx, s->read.errors, t, text);
	say(r, "read", text);
	stats_data_read(r);
	say_spread(r, "sizes", &t->sizes, num_format_size, text);
	say_spread(r, "gaps", &t->gaps, num_format_about, text);
	if (s->read.lost) {
		num_format_count(text, s->read.lost);
		buf_str(text, " by who captured");
		say(r, "lost", text);
	}
	list_histograms(r, t);
}

static void show(struct stats_report *r)
{
	const struct traffic *t = stats_traffic(r);
	struct command_call *c = r->call;
	struct buf text;

	buf_init(&text, 1024);
	receiver_check_drops(c->session->receiver);
	buf_str(&c->listing.title, "stats");
	if (r->socket)
		buf_printf(&c->listing.title, " of [%u]", r->socket->number);
	c->listing.live = true;
	say_rate(r, &text);
	say_totals(r, &text);
	say_spread(r, "sizes", &t->sizes, num_format_size, &text);
	say_spread(r, "gaps", &t->gaps, num_format_about, &text);
	say_lost(r, &text);
	if (!r->socket)
		say_sequence(r, &text);
	stats_list_sockets(r);
	stats_list_peers(r);
	list_histograms(r, t);
	if (!r->socket) {
		show_read(r, &text);
		say_store(r, &text);
	}
	buf_done(&text);
}

/* ---- stats sequence ---- */

static bool sequence_run(struct command_call *c, struct error *e)
{
	struct sequence_spec spec;
	struct buf words;

	if (c->word_count < 2)
		return command_usage(c, e);
	if (strcmp(c->words[1].text, "off") == 0)
		return session_sequence(c->session, NULL, e);
	if (!sequence_parse(c->words[1].text, &spec, e))
		return args_at(c, 1, e);
	if (!session_sequence(c->session, &spec, e))
		return false;
	buf_init(&words, 64);
	sequence_format(&spec, &words);
	command_say(c, MESSAGE_INFO, "%s is counted for each peer from now on: \":stats\" tells",
		    buf_cstr(&words));
	buf_done(&words);
	return true;
}

static bool stats_run(struct command_call *c, struct error *e)
{
	struct stats_report r = {
		.call = c,
		.now = clock_realtime(c->session->clock),
		.mono = clock_monotonic(c->session->clock),
	};

	if (c->word_count && strcmp(c->words[0].text, "sequence") == 0)
		return sequence_run(c, e);
	if (c->word_count > 1)
		return command_usage(c, e);
	if (c->word_count) {
		r.socket = args_socket(c, 0, e);
		if (!r.socket)
			return false;
	}
	show(&r);
	return true;
}

static void stats_complete(struct command_completion *c)
{
	if (c->word == 0) {
		completion_offer(c, "sequence");
		for (size_t i = 0; i < c->session->socket_count; i++)
			completion_offer(c, "%u", c->session->sockets[i]->number);
	} else if (c->word == 1 && strcmp(c->first, "sequence") == 0) {
		completion_offer(c, "data[0:4]");
		completion_offer(c, "off");
	}
}

const struct command stats_commands[] = {
	{ "stats", "[N | sequence data[OFFSET:LENGTH][:le|:text] | sequence off]", "looking", 0, 2,
	  0, "rates, sizes, gaps and losses; of socket N; sequence numbers, too", .run = stats_run,
	  .complete = stats_complete },
	{ 0 },
};
