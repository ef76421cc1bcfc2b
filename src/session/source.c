/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What comes out of a descriptor becomes packets: datagrams, ICMP errors, and gaps
 * where the kernel says that it dropped.
 */
#include "session/source.h"

#include "net/errqueue.h"
#include "util/clock.h"

#include <assert.h>
#include <errno.h>
#include <linux/sock_diag.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>

/* What one source may take of a turn, so that a flood on it leaves the others their share. */
#define TURN_BATCHES 4
#define TURN_ERRORS 64
/* A flush ends with what came after it began; the bound is for a clock that was set back. */
#define FLUSH_BATCHES 4096
/* A descriptor that only fails is given up instead of waking the thread for ever. */
#define FAILURES_MAX 16

static_assert(RX_BATCH <= 64, "a bit for each");
static_assert(RX_TRUNCATED == PACKET_TRUNCATED && RX_MULTICAST == PACKET_MULTICAST &&
		      RX_BROADCAST == PACKET_BROADCAST && RX_HAS_TTL == PACKET_HAS_TTL &&
		      RX_HAS_TOS == PACKET_HAS_TOS,
	      "flags pass unchanged");

/* ---- appending; between store_begin and store_end ---- */

static void append(struct intake *in, struct packet *p)
{
	store_append(in->store, p);
	in->appended = true;
}

/* The kernel's count wraps; one that arrives late, after SO_MEMINFO told more, is older news. */
static void tell_drops(struct intake *in, struct source *s, uint32_t drops, uint64_t time)
{
	int32_t more = (int32_t)(drops - s->told);
	struct packet gap = {
		.kind = PACKET_GAP,
		.where = PACKET_WHERE_KERNEL,
		.time = time,
		.socket = s->is.socket,
		.flags = s->is.gro ? PACKET_AT_LEAST : 0,
		.lost = (uint64_t)more,
	};

	if (more <= 0)
		return;
	s->told = drops;
	append(in, &gap);
}

static bool is_our_port(const struct intake *in, uint16_t port)
{
	return in->ports[port / 8] >> (port % 8) & 1;
}

static void append_datagram(struct intake *in, struct packet *p, const struct rx_meta *m)
{
	if (m->flags & (RX_MULTICAST | RX_BROADCAST) && is_our_port(in, m->peer.port) &&
	    sent_is_own(in->sent, &p->local, m->peer.port, p->data, p->stored, m->time))
		p->flags |= PACKET_OWN;
	append(in, p);
}

/* With UDP_GRO one message is a train of datagrams of equal size, the last one maybe shorter. */
static void append_train(struct intake *in, struct packet *p, const struct rx_meta *m)
{
	const uint32_t flags = p->flags;

	for (uint32_t left = m->stored; left > 0; left -= p->len) {
		p->len = p->stored = left < m->segment ? left : m->segment;
		p->flags = flags;
		append_datagram(in, p, m);
		p->data += p->len;
	}
}

/* Number i of the batch. */
static void take(const struct intake *in, const struct source *s, int i, struct heard *h)
{
	struct packet *p = &h->packet;
	const struct rx_meta *m = &h->meta;

	rx_decode(in->batch, i, &h->meta);
	p->kind = PACKET_RX;
	p->socket = s->is.socket;
	p->time = m->time;
	p->flags = m->flags & ~RX_HAS_DROPS;
	p->peer = m->peer;
	p->local = m->local;
	p->local.port = s->is.port;
	p->ifindex = m->ifindex;
	p->ttl = m->ttl;
	p->tos = m->tos;
	p->fragment = m->fragment;
	p->len = m->len;
	p->stored = m->stored;
	p->data = rx_data(in->batch, i);
}

static void append_heard(struct intake *in, struct source *s, struct heard *h)
{
	const struct rx_meta *m = &h->meta;

	if (m->flags & RX_HAS_DROPS)
		tell_drops(in, s, m->drops, m->time);
	if (s->is.helper && m->flags & RX_BROADCAST)
		return;
	if (m->segment)
		append_train(in, &h->packet, m);
	else
		append_datagram(in, &h->packet, m);
}

/* Not what comes from a port of ours, which may be our own, and what seems to come from a group. */
static void answer(struct intake *in, const struct source *s, int n)
{
	uint64_t answered;

	for (int i = 0; i < n; i++) {
		struct heard *h = &in->heard[i];

		take(in, s, i, h);
		if (!h->meta.segment && !is_our_port(in, h->meta.peer.port) &&
		    !addr_is_multicast(&h->meta.peer))
			responder_hear(in->responder, &h->packet, (unsigned)i);
	}
	answered = responder_send(in->responder);
	for (int i = 0; i < n; i++)
		if (answered >> i & 1)
			in->heard[i].packet.flags |= PACKET_AT_ONCE;
}

static void answer_batch(struct intake *in, struct source *s, int n)
{
	answer(in, s, n);
	store_begin(in->store);
	for (int i = 0; i < n; i++)
		append_heard(in, s, &in->heard[i]);
	responder_append(in->responder, in->store, in->sent);
	store_end(in->store);
	in->latest = in->heard[n - 1].meta.time;
}

static void store_batch(struct intake *in, struct source *s, int n)
{
	struct heard h = { 0 };

	if (in->responder && !s->is.helper && responder_begin(in->responder, s->is.socket)) {
		answer_batch(in, s, n);
		return;
	}
	store_begin(in->store);
	for (int i = 0; i < n; i++) {
		take(in, s, i, &h);
		append_heard(in, s, &h);
	}
	store_end(in->store);
	in->latest = h.meta.time;
}

/* Payload bytes beyond which a datagram was too big for what the error tells, else 0. */
static size_t too_big_beyond(const struct errqueue_entry *q)
{
	size_t headers = q->dest.family == AF_INET ? 28 : 48;

	if (errqueue_info(q->origin, q->type, q->errnum) != ERRQUEUE_MTU || q->info <= headers)
		return 0;
	return q->info - headers;
}

static void append_icmp(struct intake *in, const struct source *s, const struct errqueue_entry *q)
{
	struct packet p = {
		.kind = PACKET_ICMP,
		.time = q->time,
		.socket = s->is.socket,
		.peer = q->dest,
		.local.port = s->is.port,
		.len = q->quoted,
		.stored = q->quoted,
		.data = q->quote,
		.icmp = {
			.offender = q->offender,
			.info = q->info,
			.errnum = q->errnum,
			.origin = (uint8_t)q->origin,
			.type = q->type,
			.code = q->code,
		},
	};
	struct sent_error about = {
		.socket = s->is.socket,
		.dest = q->dest,
		.quote = q->quote,
		.quoted = q->quoted,
		.longer_than = too_big_beyond(q),
		.time = q->time,
	};

	store_begin(in->store);
	p.icmp.cause = sent_cause(in->sent, &about);
	p.peer = about.dest;
	append(in, &p);
	store_end(in->store);
}

static void give_up(struct intake *in, struct source *s, int errnum)
{
	struct error why;
	struct packet p = {
		.kind = PACKET_ERROR,
		.time = clock_realtime(&clock_system),
		.socket = s->is.socket,
		.data = (const uint8_t *)why.text,
	};

	s->given_up = true;
	err_sys(&why, errnum, "socket %u is no longer heard", s->is.socket);
	p.len = p.stored = (uint32_t)strlen(why.text);
	store_begin(in->store);
	append(in, &p);
	store_end(in->store);
}

/* ---- reading a source ---- */

/*
 * Drops that no later datagram reports.  As long as something is queued there will be another turn,
 * and the gap belongs behind it.
 */
static void source_check_drops(struct intake *in, struct source *s, bool even_if_queued)
{
	uint32_t info[SK_MEMINFO_VARS];
	socklen_t len = sizeof(info);

	if (getsockopt(s->is.fd, SOL_SOCKET, SO_MEMINFO, info, &len) < 0 || len < sizeof(info))
		return;
	if (info[SK_MEMINFO_RMEM_ALLOC] > 0 && !even_if_queued)
		return;
	s->burst = false;
	store_begin(in->store);
	tell_drops(in, s, info[SK_MEMINFO_DROPS], clock_realtime(&clock_system));
	store_end(in->store);
}

static bool source_errors(struct intake *in, const struct source *s)
{
	struct errqueue_entry entry;
	int n = 0;

	for (; n < TURN_ERRORS && errqueue_read(s->is.fd, &entry); n++)
		append_icmp(in, s, &entry);
	return n > 0;
}

/*
 * Reads until the queue is empty, "batches" were read or a datagram came after "until".  An errno
 * that an ICMP error caused is returned once and then cleared; what it means came by the error
 * queue.
 */
static void source_receive(struct intake *in, struct source *s, unsigned batches, uint64_t until)
{
	for (unsigned i = 0; i < batches && !s->given_up; i++) {
		int errnum = 0;
		int n = rx_receive(in->batch, s->is.fd, &errnum);

		if (n < 0) {
			if (!source_errors(in, s) && ++s->failures == FAILURES_MAX)
				give_up(in, s, errnum);
			continue;
		}
		s->failures = 0;
		s->burst |= n > 1;
		if (n > 0)
			store_batch(in, s, n);
		if (n < RX_BATCH || in->latest >= until)
			return;
	}
}

void source_flush(struct intake *in, struct source *s)
{
	source_receive(in, s, FLUSH_BATCHES, clock_realtime(&clock_system));
	source_errors(in, s);
	source_check_drops(in, s, true);
}

void source_serve(struct intake *in, struct source *s, uint32_t events)
{
	if (events & (EPOLLHUP | EPOLLRDHUP)) {
		/* Shut down: recv() answers 0 at once, for ever. */
		give_up(in, s, ESHUTDOWN);
		return;
	}
	source_receive(in, s, TURN_BATCHES, UINT64_MAX);
	if (events & EPOLLERR) {
		source_errors(in, s);
		source_receive(in, s, TURN_BATCHES, UINT64_MAX);
	}
	if (s->burst)
		source_check_drops(in, s, false);
}
