/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "match/field.h"

#include <string.h>

static void number(struct field_value *out, uint64_t n)
{
	out->number[out->count++] = n;
}

static void bytes(struct field_value *out, const void *data, size_t n)
{
	out->count = 1;
	out->data = data ? data : "";
	out->n = n;
}

static void get_no(const struct packet *p, const struct filter_env *env, struct field_value *out)
{
	(void)env;
	if (p->no)
		number(out, p->no);
}

static void get_time(const struct packet *p, const struct filter_env *env, struct field_value *out)
{
	(void)env;
	number(out, p->time);
}

static void get_socket(const struct packet *p, const struct filter_env *env,
		       struct field_value *out)
{
	(void)env;
	if (p->socket)
		number(out, p->socket);
}

#define BIT_IN 1u
#define BIT_OUT 2u

static const struct field_word dir_words[] = { { "in", BIT_IN }, { "out", BIT_OUT }, { NULL, 0 } };

static void get_dir(const struct packet *p, const struct filter_env *env, struct field_value *out)
{
	(void)env;
	if (p->kind == PACKET_RX || p->kind == PACKET_ICMP)
		number(out, BIT_IN);
	else if (p->kind == PACKET_TX)
		number(out, BIT_OUT);
}

#define BIT_OF(kind) (UINT64_C(1) << (kind))
#define BIT_UNICAST BIT_OF(32)
#define BIT_MULTICAST BIT_OF(33)
#define BIT_BROADCAST BIT_OF(34)

static const struct field_word kind_words[] = {
	{ "rx", BIT_OF(PACKET_RX) },
	{ "tx", BIT_OF(PACKET_TX) },
	{ "icmp", BIT_OF(PACKET_ICMP) },
	{ "gap", BIT_OF(PACKET_GAP) },
	{ "open", BIT_OF(PACKET_OPEN) },
	{ "close", BIT_OF(PACKET_CLOSE) },
	{ "join", BIT_OF(PACKET_JOIN) },
	{ "leave", BIT_OF(PACKET_LEAVE) },
	{ "error", BIT_OF(PACKET_ERROR) },
	{ "interface", BIT_OF(PACKET_INTERFACE) },
	{ "note", BIT_OF(PACKET_NOTE) },
	{ "unicast", BIT_UNICAST },
	{ "multicast", BIT_MULTICAST },
	{ "broadcast", BIT_BROADCAST },
	{ NULL, 0 },
};

/* To what it was sent: of what was received the kernel said it, of what is sent only an address
 * that is broadcast everywhere is known as one. */
static uint64_t cast_bit(const struct packet *p)
{
	const struct addr *to = p->kind == PACKET_RX ? &p->local : &p->peer;

	if ((p->kind != PACKET_RX && p->kind != PACKET_TX) || !to->family)
		return 0;
	if ((p->flags & PACKET_MULTICAST) || addr_is_multicast(to))
		return BIT_MULTICAST;
	if ((p->flags & PACKET_BROADCAST) || addr_kind(to) == ADDR_BROADCAST)
		return BIT_BROADCAST;
	return BIT_UNICAST;
}

static void get_kind(const struct packet *p, const struct filter_env *env, struct field_value *out)
{
	(void)env;
	number(out, BIT_OF(p->kind) | cast_bit(p));
}

static void put_addr(const struct addr *a, struct field_value *out)
{
	out->addr = a;
	out->count = a->family != AF_UNSPEC;
}

static void put_port(const struct addr *a, struct field_value *out)
{
	if (a->port)
		number(out, a->port);
}

static void get_peer(const struct packet *p, const struct filter_env *env, struct field_value *out)
{
	(void)env;
	put_addr(&p->peer, out);
}

static void get_peer_port(const struct packet *p, const struct filter_env *env,
			  struct field_value *out)
{
	(void)env;
	put_port(&p->peer, out);
}

static void get_local(const struct packet *p, const struct filter_env *env, struct field_value *out)
{
	(void)env;
	put_addr(&p->local, out);
}

static void get_local_port(const struct packet *p, const struct filter_env *env,
			   struct field_value *out)
{
	(void)env;
	put_port(&p->local, out);
}

static void get_port(const struct packet *p, const struct filter_env *env, struct field_value *out)
{
	(void)env;
	put_port(&p->peer, out);
	put_port(&p->local, out);
}

static void get_src(const struct packet *p, const struct filter_env *env, struct field_value *out)
{
	(void)env;
	if (packet_is_numbered(p->kind))
		put_addr(p->kind == PACKET_RX ? &p->peer : &p->local, out);
}

static void get_dst(const struct packet *p, const struct filter_env *env, struct field_value *out)
{
	(void)env;
	if (packet_is_numbered(p->kind))
		put_addr(p->kind == PACKET_RX ? &p->local : &p->peer, out);
}

static void get_dev(const struct packet *p, const struct filter_env *env, struct field_value *out)
{
	const char *name = NULL;

	if (p->ifindex && env && env->ifname)
		name = env->ifname(env->ctx, p->ifindex);
	if (name)
		bytes(out, name, strlen(name));
}

static void get_ttl(const struct packet *p, const struct filter_env *env, struct field_value *out)
{
	(void)env;
	if (p->flags & PACKET_HAS_TTL)
		number(out, p->ttl);
}

static void get_tos(const struct packet *p, const struct filter_env *env, struct field_value *out)
{
	(void)env;
	if (p->flags & PACKET_HAS_TOS)
		number(out, p->tos);
}

static bool is_datagram(const struct packet *p)
{
	return p->kind == PACKET_RX || p->kind == PACKET_TX;
}

static void get_len(const struct packet *p, const struct filter_env *env, struct field_value *out)
{
	(void)env;
	if (is_datagram(p))
		number(out, p->len);
}

static void get_truncated(const struct packet *p, const struct filter_env *env,
			  struct field_value *out)
{
	(void)env;
	if (is_datagram(p))
		number(out, (p->flags & PACKET_TRUNCATED) != 0);
}

static void get_own(const struct packet *p, const struct filter_env *env, struct field_value *out)
{
	(void)env;
	if (is_datagram(p))
		number(out, (p->flags & PACKET_OWN) != 0);
}

static void get_job(const struct packet *p, const struct filter_env *env, struct field_value *out)
{
	(void)env;
	if (p->job)
		number(out, p->job);
}

static void get_data(const struct packet *p, const struct filter_env *env, struct field_value *out)
{
	(void)env;
	if (is_datagram(p) || (p->kind == PACKET_ICMP && p->stored))
		bytes(out, p->data, p->stored);
}

static void get_text(const struct packet *p, const struct filter_env *env, struct field_value *out)
{
	if (packet_is_numbered(p->kind))
		get_data(p, env, out);
	else if (p->kind != PACKET_GAP)
		bytes(out, p->data, p->stored);
}

static const struct field fields[] = {
	{ "no", FIELD_NUMBER, get_no, NULL, .help = "number of a packet: rx, tx and icmp have one",
	  .of_session = true },
	{ "time", FIELD_TIME, get_time, NULL,
	  .help = "12:03 is that minute of any day, 12:03:11.301 that millisecond; "
		  "2026-03-01T12:03:11, UTC with Z behind it" },
	{ "socket", FIELD_NUMBER, get_socket, NULL, .help = "number of the socket" },
	{ "dir", FIELD_WORD, get_dir, dir_words, .help = "in, out: which way it went" },
	{ "kind", FIELD_WORD, get_kind, kind_words,
	  .help = "rx, tx, icmp, gap, open, close, join, leave, error, interface, note; and to "
		  "what it was sent: unicast, multicast, broadcast" },
	{ "peer", FIELD_ADDRESS, get_peer, NULL, .help = "the other side; @2 is that peer" },
	{ "peer.port", FIELD_NUMBER, get_peer_port, NULL, .help = "its port", .max = UINT16_MAX },
	{ "local", FIELD_ADDRESS, get_local, NULL, .help = "this side" },
	{ "local.port", FIELD_NUMBER, get_local_port, NULL, .help = "its port", .max = UINT16_MAX },
	{ "port", FIELD_NUMBER, get_port, NULL, .help = "either side's", .max = UINT16_MAX },
	{ "src", FIELD_ADDRESS, get_src, NULL, .help = "who sent it" },
	{ "dst", FIELD_ADDRESS, get_dst, NULL, .help = "to what it was sent" },
	{ "dev", FIELD_TEXT, get_dev, NULL, .help = "interface that it came in by",
	  .of_session = true },
	{ "ttl", FIELD_NUMBER, get_ttl, NULL, .help = "time to live, hop limit", .max = UINT8_MAX },
	{ "tos", FIELD_NUMBER, get_tos, NULL,
	  .help = "type of service, traffic class: all eight bits", .max = UINT8_MAX },
	{ "len", FIELD_NUMBER, get_len, NULL, .help = "bytes of the datagram, stored or not" },
	{ "truncated", FIELD_FLAG, get_truncated, NULL, .help = "not all bytes are stored" },
	{ "own", FIELD_FLAG, get_own, NULL, .help = "our own datagram looped back" },
	{ "job", FIELD_NUMBER, get_job, NULL, .help = "number of the job that sent it" },
	{ "data", FIELD_BYTES, get_data, NULL,
	  .help = "the bytes; of an icmp packet those that it quotes" },
	{ "text", FIELD_TEXT, get_text, NULL, .help = "the same bytes as text; an event's words" },
};

#define FIELD_COUNT (sizeof(fields) / sizeof(fields[0]))

const struct field *field_find(const char *name, size_t n)
{
	for (size_t i = 0; i < FIELD_COUNT; i++)
		if (strlen(fields[i].name) == n && memcmp(fields[i].name, name, n) == 0)
			return &fields[i];
	return NULL;
}

const struct field *field_at(size_t i)
{
	return i < FIELD_COUNT ? &fields[i] : NULL;
}

const char *field_type_name(enum field_type type)
{
	static const char *const names[] = {
		[FIELD_NUMBER] = "number", [FIELD_TIME] = "time", [FIELD_ADDRESS] = "address",
		[FIELD_WORD] = "word",     [FIELD_FLAG] = "flag", [FIELD_TEXT] = "text",
		[FIELD_BYTES] = "bytes",
	};

	return names[type];
}

const char *field_type_phrase(enum field_type type)
{
	static const char *const phrases[] = {
		[FIELD_NUMBER] = "a number",
		[FIELD_TIME] = "a time",
		[FIELD_ADDRESS] = "an address",
		[FIELD_WORD] = "a word",
		[FIELD_FLAG] = "a flag",
		[FIELD_TEXT] = "a text",
		[FIELD_BYTES] = "a string of bytes",
	};

	return phrases[type];
}
