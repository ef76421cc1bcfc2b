/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "command/stats_rows.h"

#include "util/json.h"
#include "util/num.h"
#include "util/spark.h"

#include <stdio.h>

#define BAR_COLUMNS 24
#define DATA_MAX 1024 /* bytes of a row's members */

const struct traffic *stats_traffic(const struct stats_report *r)
{
	return r->socket ? &r->socket->traffic : &r->call->session->traffic;
}

/* ---- JSON ---- */

static void data_begin(struct buf *data, const char *of)
{
	buf_init(data, DATA_MAX);
	json_string(data, "of", of);
}

static void data_end(struct stats_report *r, struct buf *data)
{
	listing_data(&r->call->listing, "stats", data);
	buf_done(data);
}

static void data_times(struct buf *data, uint64_t first, uint64_t last)
{
	if (!first)
		return;
	json_time(data, "first", first);
	json_time(data, "last", last);
}

static void data_spread(struct buf *data, const char *const keys[4], const struct histogram *h)
{
	if (!h->count)
		return;
	json_number(data, keys[0], h->least);
	json_number(data, keys[1], histogram_quantile(h, 500));
	json_number(data, keys[2], histogram_quantile(h, 990));
	json_number(data, keys[3], h->most);
}

static void data_spreads(const struct traffic *t, struct buf *data)
{
	static const char *const sizes[] = { "size_min", "size_p50", "size_p99", "size_max" };
	static const char *const gaps[] = { "gap_min_ns", "gap_p50_ns", "gap_p99_ns",
					    "gap_max_ns" };

	data_spread(data, sizes, &t->sizes);
	data_spread(data, gaps, &t->gaps);
	data_times(data, t->first, t->last);
}

static void data_traffic(struct stats_report *r, const struct traffic *t, struct buf *data)
{
	json_number(data, "rx_bytes", t->rx_bytes);
	json_number(data, "tx_bytes", t->tx_bytes);
	json_number(data, "dropped", t->dropped);
	json_number(data, "rate", rate_per_second(&t->rate, r->mono));
	json_number(data, "byte_rate", rate_per_second(&t->byte_rate, r->mono));
	data_spreads(t, data);
}

static void data_socket(struct stats_report *r, const struct session_socket *k)
{
	struct buf data;

	data_begin(&data, "socket");
	json_number(&data, "socket", k->number);
	json_number(&data, "rx", k->rx);
	json_number(&data, "tx", k->tx);
	json_number(&data, "errors", k->errors);
	json_number(&data, "lost", k->lost);
	data_traffic(r, &k->traffic, &data);
	data_end(r, &data);
}

void stats_data_all(struct stats_report *r)
{
	const struct session *s = r->call->session;
	struct buf data;

	if (r->socket)
		return;
	data_begin(&data, "all");
	json_number(&data, "rx", s->rx);
	json_number(&data, "tx", s->tx);
	json_number(&data, "errors", s->errors);
	json_number(&data, "lost", s->lost);
	json_number(&data, "peers", s->peers.count);
	data_traffic(r, &s->traffic, &data);
	data_end(r, &data);
}

void stats_data_read(struct stats_report *r)
{
	const struct session *s = r->call->session;
	struct buf data;

	data_begin(&data, "read");
	json_number(&data, "rx", s->read.rx);
	json_number(&data, "tx", s->read.tx);
	json_number(&data, "errors", s->read.errors);
	json_number(&data, "lost", s->read.lost);
	json_number(&data, "rx_bytes", s->read.traffic.rx_bytes);
	json_number(&data, "tx_bytes", s->read.traffic.tx_bytes);
	data_spreads(&s->read.traffic, &data);
	data_end(r, &data);
}

static void data_counts(const struct sequence_counts *n, struct buf *data)
{
	json_number(data, "numbered", n->numbered);
	json_number(data, "missing", n->missing);
	json_number(data, "gaps", n->gaps);
	json_number(data, "repeated", n->repeated);
	json_number(data, "late", n->late);
	json_number(data, "strays", n->strays);
	json_number(data, "restarts", n->restarts);
}

void stats_data_sequence(struct stats_report *r)
{
	const struct session *s = r->call->session;
	struct buf data, where;

	buf_init(&where, 64);
	sequence_format(sequence_spec(s->sequence), &where);
	data_begin(&data, "sequence");
	json_string(&data, "where", buf_cstr(&where));
	data_counts(sequence_total(s->sequence), &data);
	json_number(&data, "unnumbered", sequence_unnumbered(s->sequence));
	json_number(&data, "dropped", s->traffic.dropped - s->sequence_dropped);
	data_end(r, &data);
	buf_done(&where);
}

static void data_peer(struct stats_report *r, const struct peer *p, const char *address,
		      const struct sequence_peer *q)
{
	struct buf data;

	data_begin(&data, "peer");
	json_number(&data, "peer", p->number);
	json_string(&data, "address", address);
	if (p->label)
		json_string(&data, "label", p->label);
	json_number(&data, "socket", p->socket);
	json_number(&data, "rx", p->rx);
	json_number(&data, "tx", p->tx);
	json_number(&data, "errors", p->errors);
	json_number(&data, "rx_bytes", p->rx_bytes);
	json_number(&data, "tx_bytes", p->tx_bytes);
	json_number(&data, "rate", pace_per_second(&p->rx_pace, r->mono));
	data_times(&data, p->first, p->last);
	if (q) {
		data_counts(&q->counts, &data);
		json_number(&data, "jitter_ns", sequence_jitter(q));
	}
	data_end(r, &data);
}

/* ---- sockets ---- */

/* The cells that sockets and peers have in common. */
struct cells {
	struct buf address, bytes, first, last, rest;
};

static void cells_init(struct cells *x)
{
	buf_init(&x->address, 128);
	buf_init(&x->bytes, 32);
	buf_init(&x->first, 32);
	buf_init(&x->last, 32);
	buf_init(&x->rest, 96);
}

static void cells_done(struct cells *x)
{
	buf_done(&x->address);
	buf_done(&x->bytes);
	buf_done(&x->first);
	buf_done(&x->last);
	buf_done(&x->rest);
}

static void cells_fill(struct cells *x, const struct stats_report *r, const struct addr *address,
		       uint64_t bytes, uint64_t first, uint64_t last)
{
	buf_reset(&x->address);
	buf_reset(&x->bytes);
	buf_reset(&x->first);
	buf_reset(&x->last);
	buf_reset(&x->rest);
	addr_format(&x->address, address);
	num_format_size(&x->bytes, bytes);
	buf_str(&x->first, first ? "" : "-");
	buf_str(&x->last, first ? "" : "-");
	if (first) {
		num_format_age(&x->first, r->now, first);
		num_format_age(&x->last, r->now, last);
	}
}

static void list_socket(struct stats_report *r, const struct session_socket *k, struct cells *x)
{
	const struct traffic *t = &k->traffic;
	struct sock_memory m = { 0 };
	char command[32];

	cells_fill(x, r, &k->sock.local, t->rx_bytes, t->first, t->last);
	sock_memory(&k->sock, &m);
	num_format_size(&x->rest, m.queued);
	buf_str(&x->rest, " of ");
	num_format_size(&x->rest, m.rcvbuf);
	snprintf(command, sizeof(command), "stats %u", k->number);
	listing_row(&r->call->listing, LISTING_PLAIN, command,
		    "[%u]\t%s\t%llu/s\t%llu\t%s\t%llu\t%llu\t%s\t%llu\t%s\t%s", k->number,
		    buf_cstr(&x->address), (unsigned long long)rate_per_second(&t->rate, r->mono),
		    (unsigned long long)k->rx, buf_cstr(&x->bytes), (unsigned long long)k->errors,
		    (unsigned long long)t->dropped, buf_cstr(&x->last), (unsigned long long)k->tx,
		    buf_cstr(&x->first), buf_cstr(&x->rest));
	data_socket(r, k);
}

void stats_list_sockets(struct stats_report *r)
{
	const struct session *s = r->call->session;
	struct cells x;

	if (!s->socket_count)
		return;
	cells_init(&x);
	listing_row(&r->call->listing, LISTING_HEADING, NULL,
		    " \tsocket\trate\trx\tbytes\terr\tdropped\tlast\ttx\tfirst\twaits to be read");
	for (size_t i = 0; i < s->socket_count; i++)
		if (!r->socket || r->socket == s->sockets[i])
			list_socket(r, s->sockets[i], &x);
	cells_done(&x);
}

/* ---- the busiest peers ---- */

struct ranked {
	const struct peer *peer;
	uint64_t rate;
};

/* By rate, then by what was received in all; the older number first. */
static bool is_busier(const struct ranked *a, const struct ranked *b)
{
	if (a->rate != b->rate)
		return a->rate > b->rate;
	return a->peer->rx > b->peer->rx;
}

static size_t busiest(const struct stats_report *r, struct ranked top[STATS_PEERS])
{
	const struct peer_table *t = &r->call->session->peers;
	size_t count = 0;

	for (uint32_t i = 0; i < t->count; i++) {
		struct ranked new = { .peer = t->peers[i] };
		size_t at;

		if (r->socket && new.peer->socket != r->socket->number)
			continue;
		new.rate = pace_per_second(&new.peer->rx_pace, r->mono);
		if (count == STATS_PEERS && !is_busier(&new, &top[count - 1]))
			continue;
		at = count < STATS_PEERS ? count++ : count - 1;
		for (; at > 0 && is_busier(&new, &top[at - 1]); at--)
			top[at] = top[at - 1];
		top[at] = new;
	}
	return count;
}

/* "gaps 3, repeated 1, late 2, jitter 1.2 ms" */
static void add_sequence(const struct sequence_peer *q, struct buf *out)
{
	buf_printf(out, "gaps %llu, repeated %llu, late %llu, jitter ",
		   (unsigned long long)q->counts.gaps, (unsigned long long)q->counts.repeated,
		   (unsigned long long)q->counts.late);
	num_format_about(out, sequence_jitter(q));
}

static void list_peer(struct stats_report *r, const struct ranked *ranked, struct cells *x)
{
	const struct sequence *sequence = r->call->session->sequence;
	const struct peer *p = ranked->peer;
	const struct sequence_peer *q = sequence ? sequence_peer(sequence, p->number) : NULL;
	char command[32], missing[24] = "-";

	cells_fill(x, r, &p->addr, p->rx_bytes, p->first, p->last);
	if (p->label)
		buf_printf(&x->address, " %s", p->label);
	if (q) {
		snprintf(missing, sizeof(missing), "%llu", (unsigned long long)q->counts.missing);
		add_sequence(q, &x->rest);
	}
	snprintf(command, sizeof(command), "to @%u", p->number);
	listing_row(&r->call->listing, LISTING_PLAIN, command,
		    "@%u\t%s\t%llu/s\t%llu\t%s\t%llu\t%s\t%s\t%llu\t%s%s%s", p->number,
		    buf_cstr(&x->address), (unsigned long long)ranked->rate,
		    (unsigned long long)p->rx, buf_cstr(&x->bytes), (unsigned long long)p->errors,
		    missing, buf_cstr(&x->last), (unsigned long long)p->tx, buf_cstr(&x->first),
		    q ? "\t" : "", buf_cstr(&x->rest));
	buf_reset(&x->address);
	addr_format(&x->address, &p->addr);
	data_peer(r, p, buf_cstr(&x->address), q);
}

void stats_list_peers(struct stats_report *r)
{
	struct ranked top[STATS_PEERS];
	size_t count = busiest(r, top);
	struct cells x;

	if (!count)
		return;
	cells_init(&x);
	listing_row(&r->call->listing, LISTING_HEADING, "peers",
		    " \tpeer, busiest first\trate\trx\tbytes\terr\tmissing\tlast\ttx\tfirst%s",
		    r->call->session->sequence ? "\tby sequence" : "");
	for (size_t i = 0; i < count; i++)
		list_peer(r, &top[i], &x);
	if (!r->socket && count < r->call->session->peers.count)
		listing_row(&r->call->listing, LISTING_DIM, "peers", "\tand %u more",
			    r->call->session->peers.count - (uint32_t)count);
	cells_done(&x);
}

/* ---- histograms ---- */

static void list_octave(struct stats_report *r, const struct histogram *h, unsigned octave,
			uint64_t most, void (*format)(struct buf *out, uint64_t value))
{
	uint64_t count = histogram_octave(h, octave);
	struct buf range, bar;

	buf_init(&range, 64);
	buf_init(&bar, 4 * BAR_COLUMNS);
	format(&range, octave ? 1ull << octave : 0);
	buf_str(&range, octave + 1 < HISTOGRAM_OCTAVES ? " to " : " and more");
	if (octave + 1 < HISTOGRAM_OCTAVES)
		format(&range, (2ull << octave) - 1);
	spark_bar(&bar, count, most, BAR_COLUMNS);
	listing_row(&r->call->listing, LISTING_PLAIN, NULL, "\t%s\t%.1f %%\t%llu\t%s",
		    buf_cstr(&range), 100.0 * (double)count / (double)h->count,
		    (unsigned long long)count, buf_cstr(&bar));
	buf_done(&range);
	buf_done(&bar);
}

void stats_list_histogram(struct stats_report *r, const char *what, const struct histogram *h,
			  void (*format)(struct buf *out, uint64_t value))
{
	unsigned first = histogram_octave_of(h->least), last = histogram_octave_of(h->most);
	uint64_t most = 0;

	if (!h->count)
		return;
	for (unsigned i = first; i <= last; i++)
		most = histogram_octave(h, i) > most ? histogram_octave(h, i) : most;
	listing_row(&r->call->listing, LISTING_HEADING, NULL, " \t%s\tshare\trx\t ", what);
	for (unsigned i = first; i <= last; i++)
		list_octave(r, h, i, most, format);
}
