/* SPDX-License-Identifier: GPL-3.0-or-later */
/* JSON Lines: packets and rows of listings as objects. */
#include "session/json.h"

#include "net/errqueue.h"
#include "session/words.h"
#include "util/json.h"
#include "util/num.h"
#include "util/text.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <string.h>

#define MESSAGE_MAX 1024

const char *const json_keys[] = {
	"no",        "time",    "event",    "socket",  "src",     "sport", "dst",      "dport",
	"kind",      "ifname",  "ttl",      "tos",     "dscp",    "ecn",   "fragsize", "len",
	"truncated", "own",     "data",     "text",    "request", "rtt",   "guess",    "type",
	"code",      "meaning", "offender", "pointer", "mtu",     "cause", "count",    "where",
	"job",       "errno",   "message",  NULL,
};

static void add_v4(struct buf *out, const uint8_t bytes[4])
{
	buf_char(out, '"');
	for (int i = 0; i < 4; i++) {
		if (i)
			buf_char(out, '.');
		json_digits(out, bytes[i]);
	}
	buf_char(out, '"');
}

/* The zone's name comes from the session's table: the kernel is not asked for each datagram. */
static void add_v6(struct buf *out, struct session *s, const struct addr *a)
{
	const char *zone = a->scope ? session_ifname(s, a->scope) : NULL;
	char text[INET6_ADDRSTRLEN + 1 + IF_NAMESIZE];
	size_t n;

	if (!inet_ntop(AF_INET6, a->bytes, text, INET6_ADDRSTRLEN))
		return;
	n = strlen(text);
	if (zone)
		snprintf(text + n, sizeof(text) - n, "%%%s", zone);
	else if (a->scope)
		snprintf(text + n, sizeof(text) - n, "%%%u", a->scope);
	json_text(out, text, strlen(text));
}

static void host(struct buf *out, struct session *s, const char *key, const struct addr *a)
{
	if (!a->family)
		return;
	json_key(out, key);
	if (a->family == AF_INET)
		add_v4(out, a->bytes);
	else
		add_v6(out, s, a);
}

/* ---- the parts of an object, in order ---- */

static const char *event_name(const struct packet *p)
{
	if (p->kind == PACKET_ICMP && errqueue_is_local((enum errqueue_origin)p->icmp.origin))
		return packet_kind_name(PACKET_ERROR);
	return packet_kind_name(p->kind);
}

static void add_addresses(struct buf *out, struct session *s, const struct packet *p)
{
	bool received = p->kind == PACKET_RX;
	const struct addr *from = received ? &p->peer : &p->local;
	const struct addr *to = received ? &p->local : &p->peer;

	host(out, s, "src", from);
	json_number_if(out, "sport", from->port);
	host(out, s, "dst", to);
	json_number_if(out, "dport", to->port);
}

/* Its number where it has no name. */
static void add_dscp(struct buf *out, uint8_t tos)
{
	const char *name = sockopt_dscp_name(tos);

	json_key(out, "dscp");
	if (name)
		buf_printf(out, "\"%s\"", name);
	else
		buf_printf(out, "\"0x%02x\"", (unsigned)tos >> 2);
}

static void add_facts(struct buf *out, struct session *s, const struct packet *p)
{
	const char *in = p->ifindex ? session_ifname(s, p->ifindex) : NULL;

	if (p->kind == PACKET_RX && p->local.family)
		json_string(out, "kind", words_kind(s, p));
	if (in)
		json_string(out, "ifname", in);
	if (p->flags & PACKET_HAS_TTL)
		json_number(out, "ttl", p->ttl);
	if (p->flags & PACKET_HAS_TOS) {
		json_number(out, "tos", p->tos);
		add_dscp(out, p->tos);
		json_number(out, "ecn", p->tos & 3);
	}
	json_number_if(out, "fragsize", p->fragment);
}

static void add_payload(struct buf *out, const struct packet *p)
{
	if (p->kind != PACKET_ICMP) {
		json_number(out, "len", p->len);
		json_bool(out, "truncated", p->flags & PACKET_TRUNCATED);
		json_bool(out, "own", p->flags & PACKET_OWN);
	}
	json_key(out, "data");
	buf_char(out, '"');
	json_hex(out, p->data, p->stored);
	buf_char(out, '"');
	if (text_is_utf8(p->data, p->stored))
		json_bytes(out, "text", (const char *)p->data, p->stored);
}

static void add_meaning(struct buf *out, const char *key, const struct packet_icmp *i)
{
	struct buf words;

	buf_init(&words, MESSAGE_MAX);
	errqueue_words(&words, (enum errqueue_origin)i->origin, i->type, i->code, i->errnum, 0);
	json_bytes(out, key, buf_cstr(&words), words.len);
	buf_done(&words);
}

static void add_icmp(struct buf *out, struct session *s, const struct packet_icmp *i)
{
	bool local = errqueue_is_local((enum errqueue_origin)i->origin);

	if (!local) {
		json_number(out, "type", i->type);
		json_number(out, "code", i->code);
		add_meaning(out, "meaning", i);
		host(out, s, "offender", &i->offender);
	}
	if (errqueue_info((enum errqueue_origin)i->origin, i->type, i->errnum) == ERRQUEUE_POINTER)
		json_number_if(out, "pointer", i->info);
	else
		json_number_if(out, "mtu", i->info);
	json_number_if(out, "cause", i->cause);
	if (local) {
		json_number_if(out, "errno", (uint64_t)i->errnum);
		add_meaning(out, "message", i);
	}
}

static void add_gap(struct buf *out, const struct packet *p)
{
	json_number(out, "count", p->lost);
	json_string(out, "where", p->where == PACKET_WHERE_STORE ? "store" : "kernel");
}

/* Of an answer: what it answers, and how long that took, in seconds. */
static void add_pair(struct buf *out, const struct session *s, const struct packet *p)
{
	struct pair pair;

	if (!pairing_of(s, p->no, &pair))
		return;
	json_number(out, "request", pair.request);
	json_real(out, "rtt", (double)pair.rtt / (double)NS_PER_S);
	if (pair.guess)
		json_bool(out, "guess", true);
}

/* errno 0: the kernel took it; one that still waits has none. */
static void add_result(struct buf *out, const struct packet *p)
{
	json_number_if(out, "job", p->job);
	if (p->result == PACKET_TX_PENDING)
		return;
	json_number(out, "errno", (uint64_t)p->result);
	if (p->result != PACKET_TX_SENT)
		json_string(out, "message", strerror(p->result));
}

static void add_rest(struct buf *out, struct session *s, const struct packet *p)
{
	switch (p->kind) {
	case PACKET_RX:
		add_payload(out, p);
		add_pair(out, s, p);
		break;
	case PACKET_TX:
		add_payload(out, p);
		add_result(out, p);
		break;
	case PACKET_ICMP:
		if (p->stored)
			add_payload(out, p);
		add_icmp(out, s, &p->icmp);
		break;
	case PACKET_GAP:
		add_gap(out, p);
		break;
	default:
		json_bytes(out, "message", (const char *)p->data, p->stored);
		break;
	}
}

void json_packet(struct session *s, const struct packet *p, struct buf *out)
{
	buf_char(out, '{');
	json_number_if(out, "no", p->no);
	json_time(out, "time", p->time);
	json_string(out, "event", event_name(p));
	json_number_if(out, "socket", p->socket);
	add_addresses(out, s, p);
	add_facts(out, s, p);
	add_rest(out, s, p);
	buf_add(out, "}\n", 2);
}

void json_error(uint64_t time, const char *message, struct buf *out)
{
	buf_char(out, '{');
	json_time(out, "time", time);
	json_string(out, "event", packet_kind_name(PACKET_ERROR));
	json_string(out, "message", message);
	buf_add(out, "}\n", 2);
}

void json_row(uint64_t time, const char *event, const char *members, struct buf *out)
{
	buf_char(out, '{');
	json_time(out, "time", time);
	json_string(out, "event", event);
	if (members[0])
		buf_printf(out, ",%s", members);
	buf_add(out, "}\n", 2);
}
