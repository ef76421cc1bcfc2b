/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "front/json.h"

#include "net/errqueue.h"
#include "util/num.h"
#include "util/text.h"

#include <string.h>
#include <time.h>

static const char digits[] = "0123456789abcdef";

/* Numbers are most of a line; this is several times faster than printf. */
static void put_number(struct buf *out, uint64_t n, int width)
{
	char text[20];
	size_t at = sizeof(text);

	do {
		text[--at] = (char)('0' + n % 10);
		n /= 10;
	} while (n || (int)(sizeof(text) - at) < width);
	buf_add(out, text + at, sizeof(text) - at);
}

/* "key": with the comma in front of it */
static void key(struct buf *out, const char *name)
{
	buf_str(out, ",\"");
	buf_str(out, name);
	buf_str(out, "\":");
}

static void number(struct buf *out, const char *name, uint64_t n)
{
	key(out, name);
	put_number(out, n, 1);
}

static void boolean(struct buf *out, const char *name, bool value)
{
	key(out, name);
	buf_str(out, value ? "true" : "false");
}

/* ---- strings ---- */

static void unit(struct buf *out, uint32_t code)
{
	const char text[6] = { '\\',
			       'u',
			       digits[code >> 12 & 15],
			       digits[code >> 8 & 15],
			       digits[code >> 4 & 15],
			       digits[code & 15] };

	buf_add(out, text, sizeof(text));
}

static void escape(struct buf *out, uint32_t cp)
{
	if (cp > 0xffff) {
		unit(out, 0xd800 + ((cp - 0x10000) >> 10));
		unit(out, 0xdc00 + ((cp - 0x10000) & 0x3ff));
	} else {
		unit(out, cp);
	}
}

/* Printable ASCII is by far the most common, and needs no look at each character. */
static size_t plain(const char *s, size_t n)
{
	size_t i = 0;

	while (i < n && s[i] >= 0x20 && s[i] < 0x7f && s[i] != '"' && s[i] != '\\')
		i++;
	return i;
}

/* s must be UTF-8; a byte that is not becomes U+FFFD. */
static void string(struct buf *out, const char *name, const char *s, size_t n)
{
	key(out, name);
	buf_char(out, '"');
	for (size_t i = 0; i < n;) {
		size_t some = plain(s + i, n - i);
		struct text_glyph g;

		buf_add(out, s + i, some);
		i += some;
		if (i == n)
			break;
		g = text_next(s + i, n - i);
		if (g.cp == '"' || g.cp == '\\') {
			buf_char(out, '\\');
			buf_char(out, (char)g.cp);
		} else if (g.shown) {
			buf_add(out, s + i, g.bytes);
		} else {
			escape(out, g.valid ? g.cp : 0xfffd);
		}
		i += g.bytes;
	}
	buf_char(out, '"');
}

static void c_string(struct buf *out, const char *name, const char *s)
{
	string(out, name, s, strlen(s));
}

static void hex(struct buf *out, const char *name, const uint8_t *data, size_t n)
{
	char pairs[512];

	key(out, name);
	buf_char(out, '"');
	for (size_t i = 0; i < n;) {
		size_t used = 0;

		for (; i < n && used < sizeof(pairs); i++) {
			pairs[used++] = digits[data[i] >> 4];
			pairs[used++] = digits[data[i] & 15];
		}
		buf_add(out, pairs, used);
	}
	buf_char(out, '"');
}

/* 2026-03-01T12:03:11.301234567Z */
static void timestamp(struct buf *out, uint64_t time)
{
	time_t seconds = (time_t)(time / NS_PER_S);
	struct tm tm = { 0 };

	gmtime_r(&seconds, &tm);
	buf_str(out, "\"time\":\"");
	put_number(out, (uint64_t)tm.tm_year + 1900, 4);
	buf_char(out, '-');
	put_number(out, (uint64_t)tm.tm_mon + 1, 2);
	buf_char(out, '-');
	put_number(out, (uint64_t)tm.tm_mday, 2);
	buf_char(out, 'T');
	put_number(out, (uint64_t)tm.tm_hour, 2);
	buf_char(out, ':');
	put_number(out, (uint64_t)tm.tm_min, 2);
	buf_char(out, ':');
	put_number(out, (uint64_t)tm.tm_sec, 2);
	buf_char(out, '.');
	put_number(out, time % NS_PER_S, 9);
	buf_str(out, "Z\"");
}

/* ---- events ---- */

static void address(struct buf *out, const char *host_name, const char *port_name,
		    const struct addr *a)
{
	struct buf host;

	if (!a->family)
		return;
	buf_init(&host, 128);
	addr_format_host(&host, a);
	c_string(out, host_name, buf_cstr(&host));
	if (port_name)
		number(out, port_name, a->port);
	buf_done(&host);
}

static void payload(struct buf *out, const struct packet *p)
{
	number(out, "len", p->len);
	boolean(out, "truncated", p->flags & PACKET_TRUNCATED);
	boolean(out, "own", p->flags & PACKET_OWN);
	hex(out, "data", p->data, p->stored);
	if (text_is_utf8(p->data, p->stored))
		string(out, "text", (const char *)p->data, p->stored);
}

static void rx(struct session *s, const struct packet *p, struct buf *out)
{
	const struct iface *in = session_iface(s, p->ifindex);

	address(out, "src", "sport", &p->peer);
	address(out, "dst", "dport", &p->local);
	if (in)
		c_string(out, "ifname", in->name);
	if (p->flags & PACKET_HAS_TTL)
		number(out, "ttl", p->ttl);
	if (p->flags & PACKET_HAS_TOS) {
		number(out, "tos", p->tos);
		number(out, "ecn", p->tos & 3);
	}
	payload(out, p);
}

static void tx(struct session *s, const struct packet *p, struct buf *out)
{
	(void)s;
	address(out, "src", "sport", &p->local);
	address(out, "dst", "dport", &p->peer);
	payload(out, p);
	if (p->job)
		number(out, "job", p->job);
	if (p->result != PACKET_TX_PENDING)
		number(out, "errno", (uint64_t)p->result);
}

static void icmp(struct session *s, const struct packet *p, struct buf *out)
{
	const struct packet_icmp *i = &p->icmp;
	struct buf words;

	(void)s;
	number(out, "sport", p->local.port);
	address(out, "dst", "dport", &p->peer);
	if (i->origin != ERRQUEUE_LOCAL) {
		number(out, "type", i->type);
		number(out, "code", i->code);
	}
	buf_init(&words, 256);
	errqueue_words(&words, (enum errqueue_origin)i->origin, i->type, i->code, i->errnum,
		       i->mtu);
	c_string(out, "meaning", buf_cstr(&words));
	buf_done(&words);
	address(out, "offender", NULL, &i->offender);
	if (i->mtu)
		number(out, "mtu", i->mtu);
	if (i->cause)
		number(out, "cause", i->cause);
}

static void gap(struct session *s, const struct packet *p, struct buf *out)
{
	(void)s;
	number(out, "count", p->lost);
	c_string(out, "where", p->where == PACKET_WHERE_STORE ? "store" : "kernel");
}

static void event(struct session *s, const struct packet *p, struct buf *out)
{
	(void)s;
	string(out, "message", (const char *)p->data, p->stored);
}

void json_packet(struct session *s, const struct packet *p, struct buf *out)
{
	static void (*const writers[])(struct session *, const struct packet *, struct buf *) = {
		[PACKET_RX] = rx,      [PACKET_TX] = tx,       [PACKET_ICMP] = icmp,
		[PACKET_GAP] = gap,    [PACKET_OPEN] = event,  [PACKET_CLOSE] = event,
		[PACKET_JOIN] = event, [PACKET_LEAVE] = event, [PACKET_NOTE] = event,
	};

	buf_char(out, '{');
	if (packet_is_numbered(p->kind)) {
		buf_str(out, "\"no\":");
		put_number(out, p->no, 1);
		buf_char(out, ',');
	}
	timestamp(out, p->time);
	c_string(out, "event", packet_kind_name(p->kind));
	if (p->socket)
		number(out, "socket", p->socket);
	writers[p->kind](s, p, out);
	buf_str(out, "}\n");
}

void json_error(uint64_t time, const char *message, struct buf *out)
{
	buf_char(out, '{');
	timestamp(out, time);
	c_string(out, "event", "error");
	c_string(out, "message", message);
	buf_str(out, "}\n");
}
