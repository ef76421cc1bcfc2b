/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The head of a packet in words.
 */
#include "ui/fields.h"

#include "net/errqueue.h"
#include "session/words.h"
#include "ui/words.h"
#include "util/num.h"
#include "util/text.h"

#include <inttypes.h>
#include <string.h>
#include <time.h>

#define VALUE_MAX 4096
#define WHOLE_ADDR 80 /* columns that no address fills: nothing is shortened here */

/* Rows are made one value at a time in "value". */
struct maker {
	struct listing *out;
	const struct view *v;
	const struct packet *p;
	struct buf value;
};

static void add(struct maker *m, const char *name)
{
	listing_row(m->out, LISTING_PLAIN, NULL, "%s\t%s", name, buf_cstr(&m->value));
	buf_reset(&m->value);
}

static void add_str(struct maker *m, const char *name, const char *value)
{
	buf_str(&m->value, value);
	add(m, name);
}

static void add_addr(struct maker *m, const char *name, const struct addr *a)
{
	words_peer(&m->value, m->v, a, WHOLE_ADDR);
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
	add(m, "Date");
}

/* A datagram's receive time is the kernel's, to the nanosecond. */
static void add_time(struct maker *m)
{
	words_time(&m->value, m->p->time, 9, m->v->utc);
	if (m->p->kind == PACKET_RX)
		buf_str(&m->value, " kernel");
	add(m, "Time");
}

static void add_socket(struct maker *m)
{
	if (!m->p->socket)
		return;
	buf_printf(&m->value, "[%" PRIu32 "]", m->p->socket);
	add(m, "Socket");
}

static void add_interface(struct maker *m)
{
	const char *name = session_ifname(m->v->session, m->p->ifindex);

	if (!m->p->ifindex)
		return;
	if (name)
		buf_printf(&m->value, "%s, ", name);
	buf_printf(&m->value, "index %" PRIu32, m->p->ifindex);
	add(m, "Interface");
}

static void add_ttl(struct maker *m)
{
	if (!(m->p->flags & PACKET_HAS_TTL))
		return;
	buf_printf(&m->value, "%u", m->p->ttl);
	add(m, m->p->peer.family == AF_INET6 ? "Hop limit" : "TTL");
}

static void add_tos(struct maker *m)
{
	if (!(m->p->flags & PACKET_HAS_TOS))
		return;
	sockopt_format_dscp(&m->value, m->p->tos);
	buf_printf(&m->value, ", ECN %s", sockopt_ecn_name(m->p->tos));
	add(m, "DSCP");
}

static void add_fragments(struct maker *m)
{
	if (!m->p->fragment)
		return;
	buf_printf(&m->value, "up to %" PRIu32 " bytes each", m->p->fragment);
	add(m, "Fragments");
}

static void add_port(struct maker *m, const char *name, uint16_t port)
{
	const char *service = session_service(m->v->session, port);

	if (!port)
		return;
	buf_printf(&m->value, "%u %s", port, addr_port_range(port));
	if (service)
		buf_printf(&m->value, ", %s", service);
	add(m, name);
}

static void add_length(struct maker *m)
{
	const struct packet *p = m->p;

	buf_printf(&m->value, "%" PRIu32 " byte%s", p->len, p->len == 1 ? "" : "s");
	if (p->flags & PACKET_TRUNCATED)
		buf_printf(&m->value, ", cut: %" PRIu32 " are here", p->stored);
	add(m, "Length");
}

static void add_kind(struct maker *m)
{
	buf_str(&m->value, words_kind(m->v->session, m->p));
	add(m, "Kind");
	if (m->p->flags & PACKET_OWN)
		add_str(m, "Own", "looped back");
}

static void make_rx(struct maker *m)
{
	const struct packet *p = m->p;

	add_addr(m, "From", &p->peer);
	add_addr(m, "To", &p->local);
	add_kind(m);
	add_interface(m);
	add_ttl(m);
	add_tos(m);
	add_fragments(m);
	add_time(m);
	add_length(m);
	add_port(m, "From port", p->peer.port);
	add_port(m, "To port", p->local.port);
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
	add(m, "Job");
}

static void make_tx(struct maker *m)
{
	const struct packet *p = m->p;

	add_addr(m, "From", &p->local);
	add_addr(m, "To", &p->peer);
	add_kind(m);
	add_interface(m);
	add_ttl(m);
	add_tos(m);
	add_result(m);
	add_job(m);
	add_time(m);
	add_length(m);
	add_port(m, "From port", p->local.port);
	add_port(m, "To port", p->peer.port);
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
	add(m, "Error");
	add_addr(m, "About", &m->p->peer);
	if (i->cause) {
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
	add(m, "Quoted");
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
	add_str(m, "Event", packet_kind_name(m->p->kind));
	text_escape(&m->value, m->p->data, m->p->stored);
	add(m, "What");
	add_time(m);
}

void fields_make(struct listing *out, const struct view *v, const struct packet *p)
{
	struct maker m = { .out = out, .v = v, .p = p };

	buf_init(&m.value, VALUE_MAX);
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
	buf_done(&m.value);
}
