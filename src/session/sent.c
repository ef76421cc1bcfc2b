/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The ring of what was sent lately.  It is searched from end to end: errors are
 * rare, and of received group datagrams only those from a port of ours are asked
 * about.
 */
#include "session/sent.h"

#include "util/num.h"

#include <stdlib.h>
#include <string.h>

struct sent {
	uint64_t no, time;
	uint64_t digest; /* of all the bytes, if they are more than the prefix; else 0 */
	struct addr dest;
	uint32_t socket, len;
	uint16_t port; /* local */
	bool linked;   /* an error was attributed to it */
	uint8_t prefix[SENT_PREFIX];
};

struct sent_ring {
	struct sent kept[SENT_KEPT];
	uint64_t count; /* ever added */
};

struct sent_ring *sent_new(void)
{
	return calloc(1, sizeof(struct sent_ring));
}

void sent_free(struct sent_ring *r)
{
	free(r);
}

static void note_choice(struct packet *p, const struct tx_via *via)
{
	p->ifindex = via->ifindex;
	if (via->source.family) {
		uint16_t port = p->local.port;

		p->local = via->source;
		p->local.port = port;
	}
	if (via->ttl) {
		p->ttl = (uint8_t)via->ttl;
		p->flags |= PACKET_HAS_TTL;
	}
	if (via->tos >= 0) {
		p->tos = (uint8_t)via->tos;
		p->flags |= PACKET_HAS_TOS;
	}
}

void sent_packet(struct packet *p, uint32_t socket, const struct addr *local,
		 const struct addr *dest, const struct tx_via *via)
{
	p->kind = PACKET_TX;
	p->socket = socket;
	p->peer = *dest;
	p->local = *local;
	p->result = PACKET_TX_PENDING;
	if (via)
		note_choice(p, via);
}

/* Eight bytes at a time, because every datagram that is sent pays for it. */
static uint64_t digest(const void *data, size_t len)
{
	const uint8_t *at = data;
	uint64_t sum = len, word;

	if (len <= SENT_PREFIX)
		return 0;
	for (; len >= sizeof(word); len -= sizeof(word), at += sizeof(word)) {
		memcpy(&word, at, sizeof(word));
		sum = (sum ^ word) * 0x9e3779b97f4a7c15u;
		sum ^= sum >> 29;
	}
	for (; len > 0; len--)
		sum = (sum ^ *at++) * 0x9e3779b97f4a7c15u;
	return sum ^ sum >> 32;
}

static size_t least(size_t a, size_t b)
{
	return a < b ? a : b;
}

void sent_add(struct sent_ring *r, const struct packet *p)
{
	struct sent *s = &r->kept[r->count++ % SENT_KEPT];

	*s = (struct sent){
		.no = p->no,
		.time = p->time,
		.digest = digest(p->data, p->stored),
		.dest = p->peer,
		.socket = p->socket,
		.len = p->stored,
		.port = p->local.port,
	};
	if (p->stored)
		memcpy(s->prefix, p->data, least(p->stored, SENT_PREFIX));
}

/* The same address; a zone counts only where both sides know one, because a scoped
 * destination may be written without it. */
static bool same_host(const struct addr *a, const struct addr *b)
{
	return a->family == b->family && (a->scope == b->scope || !a->scope || !b->scope) &&
	       memcmp(a->bytes, b->bytes, sizeof(a->bytes)) == 0;
}

static bool same_dest(const struct addr *a, const struct addr *b)
{
	return a->port == b->port && same_host(a, b);
}

/* A quote may be longer than the datagram: routers pad it to 128 bytes (RFC 4884 section 4). */
static bool begins_with(const struct sent *s, const void *quote, size_t quoted)
{
	size_t n = least(quoted, least(s->len, SENT_PREFIX));

	return n == 0 || memcmp(s->prefix, quote, n) == 0;
}

static uint64_t distance(uint64_t a, uint64_t b)
{
	return a > b ? a - b : b - a;
}

static bool may_be_cause(const struct sent *s, const struct sent_error *about)
{
	return s->socket == about->socket && same_host(&s->dest, &about->dest) &&
	       (s->dest.port == about->dest.port || !about->dest.port) &&
	       (!about->longer_than || s->len > about->longer_than) &&
	       begins_with(s, about->quote, about->quoted);
}

uint64_t sent_cause(struct sent_ring *r, struct sent_error *about)
{
	struct sent *oldest = NULL, *newest = NULL, *latest = NULL;

	for (uint64_t i = r->count > SENT_KEPT ? r->count - SENT_KEPT : 0; i < r->count; i++) {
		struct sent *s = &r->kept[i % SENT_KEPT];

		if (!may_be_cause(s, about))
			continue;
		latest = s;
		if (s->linked || distance(about->time, s->time) > NS_PER_S)
			continue;
		newest = s;
		if (!oldest)
			oldest = s;
	}
	if (oldest)
		latest = about->dest.port ? oldest : newest;
	if (!latest)
		return 0;
	latest->linked = true;
	about->dest.port = latest->dest.port;
	return latest->no;
}

bool sent_is_own(const struct sent_ring *r, const struct addr *dest, uint16_t port,
		 const void *data, size_t len, uint64_t now)
{
	uint64_t sum = digest(data, len);

	for (uint64_t i = r->count; i > 0 && r->count - i < SENT_KEPT; i--) {
		const struct sent *s = &r->kept[(i - 1) % SENT_KEPT];

		if (distance(now, s->time) > 2 * NS_PER_S)
			return false;
		if (s->port == port && s->len == len && s->digest == sum &&
		    same_dest(&s->dest, dest) && begins_with(s, data, len))
			return true;
	}
	return false;
}
