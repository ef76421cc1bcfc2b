/* SPDX-License-Identifier: GPL-3.0-or-later */
/* JSON Lines.  A fast pipe is bound by this, so nothing here is printed by a format. */
#include "front/json.h"

#include "net/errqueue.h"
#include "session/words.h"
#include "util/num.h"
#include "util/text.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#define MESSAGE_MAX 1024
#define DIGITS_MAX 20 /* of a 64-bit number */

static const char hex_digits[] = "0123456789abcdef";

/* ---- values ---- */

static void add_number(struct buf *out, uint64_t value)
{
	char digits[DIGITS_MAX];
	size_t at = DIGITS_MAX;

	do {
		digits[--at] = (char)('0' + value % 10);
		value /= 10;
	} while (value);
	buf_add(out, digits + at, DIGITS_MAX - at);
}

static void add_hex(struct buf *out, const uint8_t *data, size_t n)
{
	char *at = buf_extend(out, 2 * n);

	for (size_t i = 0; at && i < n; i++) {
		*at++ = hex_digits[data[i] >> 4];
		*at++ = hex_digits[data[i] & 15];
	}
}

/* \uXXXX of one UTF-16 unit. */
static void add_unit(struct buf *out, unsigned unit)
{
	const char escape[] = {
		'\\',
		'u',
		hex_digits[unit >> 12 & 15],
		hex_digits[unit >> 8 & 15],
		hex_digits[unit >> 4 & 15],
		hex_digits[unit & 15],
	};

	buf_add(out, escape, sizeof(escape));
}

/* A byte that is no UTF-8 becomes U+FFFD: JSON has no word for it, "data" has. */
static void add_escape(struct buf *out, const struct text_glyph *g)
{
	if (!g->valid) {
		add_unit(out, 0xfffd);
	} else if (g->cp == '"' || g->cp == '\\') {
		buf_char(out, '\\');
		buf_char(out, (char)g->cp);
	} else if (g->cp < 0x10000) {
		add_unit(out, g->cp);
	} else {
		add_unit(out, 0xd800 + ((g->cp - 0x10000) >> 10));
		add_unit(out, 0xdc00 + ((g->cp - 0x10000) & 0x3ff));
	}
}

static size_t plain_length(const char *s, size_t n)
{
	size_t i = 0;

	while (i < n && s[i] >= 0x20 && s[i] < 0x7f && s[i] != '"' && s[i] != '\\')
		i++;
	return i;
}

static void add_string(struct buf *out, const char *s, size_t n)
{
	int marks = 0;

	buf_char(out, '"');
	for (size_t i = 0; i < n;) {
		size_t plain = plain_length(s + i, n - i);

		if (plain) {
			buf_add(out, s + i, plain);
			marks = TEXT_MAX_MARKS;
			i += plain;
			continue;
		}
		struct text_glyph g = text_next_on(s + i, n - i, &marks);

		if (g.shown && g.cp >= 0x80) {
			buf_add(out, s + i, g.bytes);
		} else {
			add_escape(out, &g);
			marks = 0;
		}
		i += g.bytes;
	}
	buf_char(out, '"');
}

/* ---- keys ---- */

static void add_key(struct buf *out, const char *name)
{
	if (out->len && out->data[out->len - 1] != '{')
		buf_char(out, ',');
	buf_char(out, '"');
	buf_str(out, name);
	buf_add(out, "\":", 2);
}

static void number(struct buf *out, const char *key, uint64_t value)
{
	add_key(out, key);
	add_number(out, value);
}

static void number_if(struct buf *out, const char *key, uint64_t value)
{
	if (value)
		number(out, key, value);
}

static void string(struct buf *out, const char *key, const char *s, size_t n)
{
	add_key(out, key);
	add_string(out, s, n);
}

static void word(struct buf *out, const char *key, const char *s)
{
	string(out, key, s, strlen(s));
}

static void truth(struct buf *out, const char *key, bool is)
{
	add_key(out, key);
	buf_str(out, is ? "true" : "false");
}

static char *put_digits(char *at, uint64_t value, int digits)
{
	for (int i = digits; i-- > 0; value /= 10)
		at[i] = (char)('0' + value % 10);
	return at + digits;
}

/* 2026-03-01T11:03:11.301482917Z */
static void add_time(struct buf *out, uint64_t ns)
{
	time_t seconds = (time_t)(ns / NS_PER_S);
	char text[] = "0000-00-00T00:00:00.000000000Z";
	struct tm tm = { 0 };

	gmtime_r(&seconds, &tm);
	put_digits(text, (uint64_t)tm.tm_year + 1900, 4);
	put_digits(text + 5, (uint64_t)tm.tm_mon + 1, 2);
	put_digits(text + 8, (uint64_t)tm.tm_mday, 2);
	put_digits(text + 11, (uint64_t)tm.tm_hour, 2);
	put_digits(text + 14, (uint64_t)tm.tm_min, 2);
	put_digits(text + 17, (uint64_t)tm.tm_sec, 2);
	put_digits(text + 20, ns % NS_PER_S, 9);
	word(out, "time", text);
}

static void add_v4(struct buf *out, const uint8_t bytes[4])
{
	buf_char(out, '"');
	for (int i = 0; i < 4; i++) {
		if (i)
			buf_char(out, '.');
		add_number(out, bytes[i]);
	}
	buf_char(out, '"');
}

/* The zone's name comes from the session's table: the kernel is not asked for each datagram. */
static void add_v6(struct buf *out, struct session *s, const struct addr *a)
{
	const struct iface *zone = a->scope ? session_iface(s, a->scope) : NULL;
	char text[INET6_ADDRSTRLEN + 1 + IF_NAMESIZE];
	size_t n;

	if (!inet_ntop(AF_INET6, a->bytes, text, INET6_ADDRSTRLEN))
		return;
	n = strlen(text);
	if (zone)
		snprintf(text + n, sizeof(text) - n, "%%%s", zone->name);
	else if (a->scope)
		snprintf(text + n, sizeof(text) - n, "%%%u", a->scope);
	add_string(out, text, strlen(text));
}

static void host(struct buf *out, struct session *s, const char *key, const struct addr *a)
{
	if (!a->family)
		return;
	add_key(out, key);
	if (a->family == AF_INET)
		add_v4(out, a->bytes);
	else
		add_v6(out, s, a);
}

/* ---- the parts of an object, in order ---- */

static const char *event_name(const struct packet *p)
{
	if (p->kind == PACKET_ICMP && p->icmp.origin == ERRQUEUE_LOCAL)
		return packet_kind_name(PACKET_ERROR);
	return packet_kind_name(p->kind);
}

static void add_addresses(struct buf *out, struct session *s, const struct packet *p)
{
	bool received = p->kind == PACKET_RX;
	const struct addr *from = received ? &p->peer : &p->local;
	const struct addr *to = received ? &p->local : &p->peer;

	host(out, s, "src", from);
	number_if(out, "sport", from->port);
	host(out, s, "dst", to);
	number_if(out, "dport", to->port);
}

static void add_facts(struct buf *out, struct session *s, const struct packet *p)
{
	const struct iface *in = p->ifindex ? session_iface(s, p->ifindex) : NULL;

	if (in)
		word(out, "ifname", in->name);
	if (p->flags & PACKET_HAS_TTL)
		number(out, "ttl", p->ttl);
	if (p->flags & PACKET_HAS_TOS) {
		number(out, "tos", p->tos);
		number(out, "ecn", p->tos & 3);
	}
}

static void add_payload(struct buf *out, const struct packet *p)
{
	if (p->kind != PACKET_ICMP) {
		number(out, "len", p->len);
		truth(out, "truncated", p->flags & PACKET_TRUNCATED);
		truth(out, "own", p->flags & PACKET_OWN);
	}
	add_key(out, "data");
	buf_char(out, '"');
	add_hex(out, p->data, p->stored);
	buf_char(out, '"');
	if (text_is_utf8(p->data, p->stored))
		string(out, "text", (const char *)p->data, p->stored);
}

static void add_meaning(struct buf *out, const char *key, const struct packet_icmp *i)
{
	struct buf words;

	buf_init(&words, MESSAGE_MAX);
	errqueue_words(&words, (enum errqueue_origin)i->origin, i->type, i->code, i->errnum, 0);
	string(out, key, buf_cstr(&words), words.len);
	buf_done(&words);
}

static void add_icmp(struct buf *out, struct session *s, const struct packet_icmp *i)
{
	bool local = i->origin == ERRQUEUE_LOCAL;

	if (!local) {
		number(out, "type", i->type);
		number(out, "code", i->code);
		add_meaning(out, "meaning", i);
		host(out, s, "offender", &i->offender);
	}
	number_if(out, "mtu", i->mtu);
	number_if(out, "cause", i->cause);
	if (local) {
		number_if(out, "errno", (uint64_t)i->errnum);
		add_meaning(out, "message", i);
	}
}

static void add_gap(struct buf *out, const struct packet *p)
{
	number(out, "count", p->lost);
	word(out, "where", p->where == PACKET_WHERE_STORE ? "store" : "kernel");
}

/* errno 0: the kernel took it; one that still waits has none. */
static void add_result(struct buf *out, const struct packet *p)
{
	number_if(out, "job", p->job);
	if (p->result == PACKET_TX_PENDING)
		return;
	number(out, "errno", (uint64_t)p->result);
	if (p->result != PACKET_TX_SENT)
		word(out, "message", strerror(p->result));
}

static void add_rest(struct buf *out, struct session *s, const struct packet *p)
{
	switch (p->kind) {
	case PACKET_RX:
		add_payload(out, p);
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
		string(out, "message", (const char *)p->data, p->stored);
		break;
	}
}

void json_packet(struct session *s, const struct packet *p, struct buf *out)
{
	buf_char(out, '{');
	number_if(out, "no", p->no);
	add_time(out, p->time);
	word(out, "event", event_name(p));
	number_if(out, "socket", p->socket);
	add_addresses(out, s, p);
	add_facts(out, s, p);
	add_rest(out, s, p);
	buf_add(out, "}\n", 2);
}

void json_error(uint64_t time, const char *message, struct buf *out)
{
	buf_char(out, '{');
	add_time(out, time);
	word(out, "event", packet_kind_name(PACKET_ERROR));
	word(out, "message", message);
	buf_add(out, "}\n", 2);
}
