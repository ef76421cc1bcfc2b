/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The head of a packet in words.
 */
#include "ui/fields.h"

#include "net/errqueue.h"
#include "session/words.h"
#include "ui/tree.h"
#include "ui/words.h"
#include "util/num.h"
#include "util/text.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define VALUE_MAX 4096
#define WHOLE_ADDR 80    /* columns that no address fills: nothing is shortened here */
#define LINES_MAX 100    /* rows of a payload that is text ... */
#define LINE_BYTES 512   /* ... and bytes shown of each */
#define FILTER_BYTES 256 /* more bytes are not compared by a filter that a key makes */

/* Rows are made one value at a time in "value", with its filter in "filter". */
struct maker {
	struct fields *out;
	const struct view *v;
	const struct packet *p;
	struct buf value, filter;
};

/* ---- rows ---- */

void fields_init(struct fields *f)
{
	*f = (struct fields){ 0 };
	listing_init(&f->rows);
}

void fields_done(struct fields *f)
{
	listing_done(&f->rows);
	free(f->bytes);
	*f = (struct fields){ 0 };
}

static bool make_room(struct fields *f)
{
	size_t room = f->room ? f->room * 2 : 32;
	struct field_bytes *bytes;

	if (f->rows.count < f->room)
		return true;
	bytes = realloc(f->bytes, room * sizeof(*bytes));
	if (!bytes)
		return false;
	f->bytes = bytes;
	f->room = room;
	return true;
}

void fields_add(struct fields *f, const char *name, const char *value, const char *filter,
		size_t offset, size_t length)
{
	size_t row = f->rows.count;

	if (!make_room(f))
		return;
	listing_row(&f->rows, LISTING_PLAIN, filter, "%s\t%s", name, value);
	if (f->rows.count > row)
		f->bytes[row] = (struct field_bytes){ offset, length };
}

bool fields_find(const struct fields *f, size_t byte, size_t *row)
{
	size_t least = SIZE_MAX;

	for (size_t i = 0; i < f->rows.count; i++) {
		const struct field_bytes *b = &f->bytes[i];

		if (byte >= b->offset && byte - b->offset < b->length && b->length <= least) {
			least = b->length;
			*row = i;
		}
	}
	return least != SIZE_MAX;
}

bool fields_filter(const struct fields *f, size_t row, const struct packet *p, struct buf *out)
{
	const char *filter = listing_command(&f->rows, row);
	const struct field_bytes *b = &f->bytes[row];

	if (filter) {
		buf_str(out, filter);
		return true;
	}
	if (!b->length || b->length > FILTER_BYTES || b->offset > p->stored ||
	    b->length > p->stored - b->offset)
		return false;
	buf_printf(out, "data[%zu:%zu] == ", b->offset, b->length);
	for (size_t i = 0; i < b->length; i++)
		buf_printf(out, "%02x", p->data[b->offset + i]);
	return true;
}

/* ---- what all packets have ---- */

static void add_bytes(struct maker *m, const char *name, size_t offset, size_t length)
{
	fields_add(m->out, name, buf_cstr(&m->value), m->filter.len ? buf_cstr(&m->filter) : NULL,
		   offset, length);
	buf_reset(&m->value);
	buf_reset(&m->filter);
}

static void add(struct maker *m, const char *name)
{
	add_bytes(m, name, 0, 0);
}

static void add_str(struct maker *m, const char *name, const char *value)
{
	buf_str(&m->value, value);
	add(m, name);
}

/* field: the expression's name for it. */
static void add_addr(struct maker *m, const char *name, const char *field, const struct addr *a)
{
	const struct peer *p = peer_find(&m->v->session->peers, a);

	words_peer(&m->value, m->v, a, WHOLE_ADDR);
	if (p && p->name && p->name[0]) {
		buf_str(&m->value, ", ");
		text_escape(&m->value, p->name, strlen(p->name));
	}
	if (a->family) {
		buf_printf(&m->filter, "%s == ", field);
		addr_format(&m->filter, a);
	}
	add(m, name);
}

static void add_date(struct maker *m)
{
	time_t seconds = (time_t)(m->p->time / NS_PER_S);
	struct tm tm = { 0 };

	if (m->v->utc)
		gmtime_r(&seconds, &tm);
	else
		localtime_r(&seconds, &tm);
	buf_printf(&m->value, "%04d-%02d-%02d", tm.tm_year + 1900, tm.tm_mon + 1, tm.tm_mday);
	buf_printf(&m->filter, "time == %s", buf_cstr(&m->value));
	add(m, "Date");
}

/* A datagram's receive time is the kernel's, to the nanosecond. */
static void add_time(struct maker *m)
{
	words_time(&m->value, m->p->time, 9, m->v->utc);
	if (m->p->flags & PACKET_READ)
		buf_str(&m->value, " in a file");
	else if (m->p->kind == PACKET_RX)
		buf_str(&m->value, " kernel");
	buf_str(&m->filter, "time == ");
	words_time(&m->filter, m->p->time, 0, m->v->utc);
	add(m, "Time");
}

static void add_socket(struct maker *m)
{
	if (!m->p->socket)
		return;
	buf_printf(&m->value, "[%" PRIu32 "]", m->p->socket);
	buf_printf(&m->filter, "socket == %" PRIu32, m->p->socket);
	add(m, "Socket");
}

static void add_interface(struct maker *m)
{
	const char *name = session_ifname(m->v->session, m->p->ifindex);

	if (!m->p->ifindex)
		return;
	if (name)
		buf_printf(&m->value, "%s, ", name);
	if (name && m->p->kind == PACKET_RX)
		buf_printf(&m->filter, "dev == \"%s\"", name);
	buf_printf(&m->value, "index %" PRIu32, m->p->ifindex);
	add(m, "Interface");
}

static void add_ttl(struct maker *m)
{
	if (!(m->p->flags & PACKET_HAS_TTL))
		return;
	buf_printf(&m->value, "%u", m->p->ttl);
	buf_printf(&m->filter, "ttl == %u", m->p->ttl);
	add(m, m->p->peer.family == AF_INET6 ? "Hop limit" : "TTL");
}

static void add_tos(struct maker *m)
{
	if (!(m->p->flags & PACKET_HAS_TOS))
		return;
	sockopt_format_dscp(&m->value, m->p->tos);
	buf_printf(&m->value, ", ECN %s", sockopt_ecn_name(m->p->tos));
	buf_printf(&m->filter, "tos == %u", m->p->tos);
	add(m, "DSCP");
}

static void add_fragments(struct maker *m)
{
	if (!m->p->fragment)
		return;
	buf_printf(&m->value, "up to %" PRIu32 " bytes each", m->p->fragment);
	add(m, "Fragments");
}

static void add_port(struct maker *m, const char *name, const char *field, uint16_t port)
{
	const char *service = session_service(m->v->session, port);

	if (!port)
		return;
	buf_printf(&m->value, "%u %s", port, addr_port_range(port));
	if (service)
		buf_printf(&m->value, ", %s", service);
	buf_printf(&m->filter, "%s == %u", field, port);
	add(m, name);
}

static void add_length(struct maker *m)
{
	const struct packet *p = m->p;

	buf_printf(&m->value, "%" PRIu32 " byte%s", p->len, p->len == 1 ? "" : "s");
	if (p->flags & PACKET_TRUNCATED)
		buf_printf(&m->value, ", cut: %" PRIu32 " are here", p->stored);
	buf_printf(&m->filter, "len == %" PRIu32, p->len);
	add(m, "Length");
}

/* An expression knows a subnet's broadcast only where the kernel said so. */
static void add_kind(struct maker *m)
{
	const char *kind = words_kind(m->v->session, m->p), *last = strrchr(kind, ' ');

	buf_str(&m->value, kind);
	if (m->p->kind == PACKET_RX || strcmp(kind, "subnet broadcast") != 0)
		buf_printf(&m->filter, "kind == %s", last ? last + 1 : kind);
	add(m, "Kind");
	if (m->p->flags & PACKET_OWN) {
		buf_str(&m->filter, "own == on");
		add_str(m, "Own", "looped back");
	}
}

/* A payload that is text: each line with its bytes.  All have a name, so that a row without one
 * is the rest of a value that was wrapped, whatever the payload looks like. */
static void add_lines(struct maker *m)
{
	const uint8_t *data = m->p->data;
	size_t n = m->p->stored;
	char name[24] = "Text";
	int line = 0;

	if (!n || !words_is_text(m->p))
		return;
	for (size_t at = 0; at < n && line < LINES_MAX; line++) {
		const uint8_t *feed = memchr(data + at, '\n', n - at);
		size_t end = feed ? (size_t)(feed - data) + 1 : n, shown = end - at;

		while (shown && (data[at + shown - 1] == '\n' || data[at + shown - 1] == '\r'))
			shown--;
		text_escape(&m->value, data + at, shown < LINE_BYTES ? shown : LINE_BYTES);
		if (line)
			snprintf(name, sizeof(name), "  line %d", line + 1);
		add_bytes(m, name, at, end - at);
		at = end;
	}
}

/* What it answers, or what answered it. */
static void add_pair(struct maker *m)
{
	struct pair pair;

	if (!pairing_of(m->v->session, m->p->no, &pair))
		return;
	if (pair.unanswered)
		buf_str(&m->value, "none so far");
	else
		buf_printf(&m->value, "#%" PRIu64 " after ",
			   m->p->kind == PACKET_RX ? pair.request : pair.answer);
	if (!pair.unanswered)
		num_format_duration(&m->value, pair.rtt);
	if (pair.guess)
		buf_str(&m->value, ": a guess, others fit too");
	add(m, m->p->kind == PACKET_RX ? "Answers" : "Answer");
}

static void make_rx(struct maker *m)
{
	const struct packet *p = m->p;

	add_addr(m, "From", "peer", &p->peer);
	add_addr(m, "To", "local", &p->local);
	add_kind(m);
	add_interface(m);
	add_ttl(m);
	add_tos(m);
	add_fragments(m);
	add_pair(m);
	add_time(m);
	add_length(m);
	add_port(m, "From port", "peer.port", p->peer.port);
	add_port(m, "To port", "local.port", p->local.port);
}

static void add_result(struct maker *m)
{
	int result = m->p->result;

	if (result == PACKET_TX_SENT)
		buf_str(&m->value, "sent");
	else if (result == PACKET_TX_PENDING)
		buf_str(&m->value, "waiting for room in the socket's buffer");
	else
		buf_printf(&m->value, "failed: %s", strerror(result));
	add(m, "State");
}

static void add_job(struct maker *m)
{
	if (!m->p->job)
		return;
	buf_printf(&m->value, "%%%" PRIu32, m->p->job);
	buf_printf(&m->filter, "job == %" PRIu32, m->p->job);
	add(m, "Job");
}

/* A socket that is bound to no address has the route choose one, for each datagram. */
static void add_source(struct maker *m)
{
	const struct addr *a = &m->p->local;

	if (!addr_is_any(a)) {
		add_addr(m, "From", "local", a);
		return;
	}
	words_source(&m->value, a, WHOLE_ADDR);
	buf_str(&m->value, ", the route's address");
	buf_printf(&m->filter, "local.port == %u", a->port);
	add(m, "From");
}

static void make_tx(struct maker *m)
{
	const struct packet *p = m->p;

	add_source(m);
	add_addr(m, "To", "peer", &p->peer);
	add_kind(m);
	add_interface(m);
	add_ttl(m);
	add_tos(m);
	add_result(m);
	add_pair(m);
	add_job(m);
	add_time(m);
	add_length(m);
	add_port(m, "From port", "local.port", p->local.port);
	add_port(m, "To port", "peer.port", p->peer.port);
}

static void add_icmp_type(struct maker *m)
{
	const struct packet_icmp *i = &m->p->icmp;

	bool v6 = i->origin == ERRQUEUE_ICMP6 || i->origin == ERRQUEUE_OWN6;

	if (i->origin == ERRQUEUE_LOCAL)
		buf_str(&m->value, "none: an error of this host");
	else
		buf_printf(&m->value, "%u, code %u (%s%s)", i->type, i->code,
			   v6 ? "ICMPv6" : "ICMP",
			   errqueue_is_local((enum errqueue_origin)i->origin)
				   ? " of this host to itself"
				   : "");
	add(m, "Type");
}

static void add_icmp_info(struct maker *m)
{
	const struct packet_icmp *i = &m->p->icmp;

	if (!i->info)
		return;
	switch (errqueue_info((enum errqueue_origin)i->origin, i->type, i->errnum)) {
	case ERRQUEUE_MTU:
		buf_printf(&m->value, "%" PRIu32 " bytes", i->info);
		add(m, "MTU");
		break;
	case ERRQUEUE_POINTER:
		buf_printf(&m->value, "octet %" PRIu32 " from the IP header on", i->info);
		add(m, "Where");
		break;
	case ERRQUEUE_NOTHING:
		break;
	}
}

static void make_icmp(struct maker *m)
{
	const struct packet_icmp *i = &m->p->icmp;

	errqueue_words(&m->value, (enum errqueue_origin)i->origin, i->type, i->code, i->errnum,
		       i->info);
	buf_str(&m->filter, "kind == icmp");
	add(m, "Error");
	add_addr(m, "About", "peer", &m->p->peer);
	if (i->cause) {
		buf_printf(&m->filter, "no == %" PRIu64, i->cause);
		buf_printf(&m->value, "#%" PRIu64, i->cause);
		add(m, "Cause");
	}
	add_icmp_type(m);
	if (errqueue_is_local((enum errqueue_origin)i->origin))
		buf_str(&m->value, i->offender.family ? "this host, " : "this host");
	if (i->offender.family)
		addr_format_host(&m->value, &i->offender);
	add(m, "Said by");
	add_icmp_info(m);
	if (i->errnum)
		add_str(m, "For us", strerror(i->errnum));
	add_time(m);
	buf_printf(&m->value, "%" PRIu32 " bytes of the payload", m->p->stored);
	add_bytes(m, "Quoted", 0, m->p->stored);
}

static void make_gap(struct maker *m)
{
	const struct packet *p = m->p;

	buf_printf(&m->value, "%s%" PRIu64 " datagram%s",
		   p->flags & PACKET_AT_LEAST ? "at least " : "", p->lost, p->lost == 1 ? "" : "s");
	add(m, "Lost");
	add_str(m, "Where",
		p->where == PACKET_WHERE_STORE ? "here, in the store" : "in the kernel");
	add_str(m, "Why",
		p->where == PACKET_WHERE_STORE ? "no memory to keep them"
					       : "the receive buffer was full");
	add_time(m);
}

static void make_event(struct maker *m)
{
	buf_printf(&m->filter, "kind == %s", packet_kind_name(m->p->kind));
	add_str(m, "Event", packet_kind_name(m->p->kind));
	text_escape(&m->value, m->p->data, m->p->stored);
	add(m, "What");
	add_time(m);
}

void fields_make(struct fields *out, const struct view *v, const struct packet *p)
{
	struct maker m = { .out = out, .v = v, .p = p };

	if (v->details.tshark) {
		tree_make(out, v, p);
		return;
	}
	buf_init(&m.value, VALUE_MAX);
	buf_init(&m.filter, VALUE_MAX);
	switch (p->kind) {
	case PACKET_RX:
		make_rx(&m);
		break;
	case PACKET_TX:
		make_tx(&m);
		break;
	case PACKET_ICMP:
		make_icmp(&m);
		break;
	case PACKET_GAP:
		make_gap(&m);
		break;
	default:
		make_event(&m);
		break;
	}
	add_socket(&m);
	add_date(&m);
	if (p->kind == PACKET_RX || p->kind == PACKET_TX)
		add_lines(&m);
	buf_done(&m.value);
	buf_done(&m.filter);
}
