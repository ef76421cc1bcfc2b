/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "diagnose/trace_hops.h"

#include "net/errqueue.h"
#include "util/num.h"

#include <stdio.h>
#include <string.h>

#define WAIT NS_PER_S
/* Once one of a hop's probes was answered the others have this much longer than it. */
#define WAIT_MORE (100 * NS_PER_MS)
#define WAIT_FACTOR 3

#define MARK "udpdeck trace ttl "

void trace_hops_init(struct trace_hops *t, const struct addr *dest, uint64_t now)
{
	*t = (struct trace_hops){ .dest = *dest, .count = 1, .due = now };
}

bool trace_hop_has(const struct trace_hop *h, enum trace_outcome outcome)
{
	for (unsigned i = 0; i < h->sent; i++)
		if (h->probes[i].outcome == outcome)
			return true;
	return false;
}

static bool is_silent(const struct trace_hop *h)
{
	return !h->settled;
}

bool trace_hops_heard(const struct trace_hops *t)
{
	for (size_t i = 0; i < t->count; i++)
		if (!is_silent(&t->hops[i]))
			return true;
	return false;
}

/* ---- what to do next ---- */

bool trace_hops_next(struct trace_hops *t, uint64_t now, int *ttl)
{
	struct trace_hop *h = &t->hops[t->count - 1];

	if (t->over || h->sent == TRACE_PROBES)
		return false;
	h->sent++;
	t->due = now + WAIT;
	*ttl = (int)t->count;
	return true;
}

size_t trace_hops_fill(const struct trace_hops *t, char out[TRACE_TEXT])
{
	return (size_t)snprintf(out, TRACE_TEXT, MARK "%zu probe %u", t->count,
				t->hops[t->count - 1].sent);
}

static bool is_given_up(const struct trace_hops *t)
{
	if (t->count < TRACE_SILENT)
		return false;
	for (size_t i = t->count - TRACE_SILENT; i < t->count; i++)
		if (!is_silent(&t->hops[i]))
			return false;
	return true;
}

static void finish_hop(struct trace_hops *t, uint64_t now)
{
	const struct trace_hop *h = &t->hops[t->count - 1];

	if (trace_hop_has(h, TRACE_ARRIVED) || trace_hop_has(h, TRACE_BLOCKED) ||
	    t->count == TRACE_HOPS || is_given_up(t)) {
		t->over = true;
		return;
	}
	t->count++;
	t->due = now;
}

void trace_hops_tick(struct trace_hops *t, uint64_t now)
{
	const struct trace_hop *h = &t->hops[t->count - 1];

	if (!t->over && h->sent == TRACE_PROBES && (h->settled == TRACE_PROBES || now >= t->due))
		finish_hop(t, now);
}

/* ---- what comes ---- */

static void settle(struct trace_hops *t, struct trace_hop *h, struct trace_probe *b,
		   enum trace_outcome outcome, const struct packet *p, uint64_t now)
{
	uint64_t soon;

	if (b->outcome != TRACE_NOTHING)
		return;
	b->outcome = outcome;
	b->rtt = p->time > b->sent ? p->time - b->sent : 0;
	h->settled++;
	/* Late news that it ends there: those asked since were beyond it. */
	if (outcome != TRACE_PASSED && h != &t->hops[t->count - 1]) {
		t->count = (size_t)(h - t->hops) + 1;
		t->over = true;
	}
	soon = now + WAIT_FACTOR * b->rtt + WAIT_MORE;
	if (h == &t->hops[t->count - 1] && soon < t->due)
		t->due = soon;
}

/* Packets are told in order, so it is the oldest that has no number yet. */
static void take_sent(struct trace_hops *t, const struct packet *p)
{
	struct trace_hop *h = &t->hops[t->count - 1];

	for (unsigned i = 0; i < h->sent; i++) {
		if (h->probes[i].no)
			continue;
		h->probes[i].no = p->no;
		h->probes[i].sent = p->time;
		return;
	}
}

static struct trace_probe *find_probe(struct trace_hops *t, uint64_t no, struct trace_hop **hop)
{
	for (size_t i = t->count; no && i-- > 0;) {
		*hop = &t->hops[i];
		for (unsigned j = 0; j < (*hop)->sent; j++)
			if ((*hop)->probes[j].no == no)
				return &(*hop)->probes[j];
	}
	return NULL;
}

static enum trace_outcome outcome_of(const struct trace_hops *t, const struct packet_icmp *i)
{
	const enum errqueue_origin origin = (enum errqueue_origin)i->origin;

	if (strcmp(errqueue_mark(origin, i->type, i->code, i->errnum), "ttl") == 0)
		return TRACE_PASSED;
	return addr_same_host(&i->offender, &t->dest) ? TRACE_ARRIVED : TRACE_BLOCKED;
}

static void take_error(struct trace_hops *t, const struct packet *p, uint64_t now)
{
	struct trace_hop *h;
	struct trace_probe *b = find_probe(t, p->icmp.cause, &h);

	if (!b || b->outcome != TRACE_NOTHING)
		return;
	b->who = p->icmp.offender;
	b->by_icmp = true;
	b->icmp = p->icmp;
	settle(t, h, b, outcome_of(t, &p->icmp), p, now);
}

/* The probe whose bytes came back; NULL: it is no echo. */
static struct trace_probe *echoed(struct trace_hops *t, const struct packet *p,
				  struct trace_hop **hop)
{
	char text[TRACE_TEXT];
	size_t n = p->stored < sizeof(text) ? p->stored : sizeof(text) - 1;
	unsigned ttl, number;

	memcpy(text, p->data, n);
	text[n] = '\0';
	if (sscanf(text, MARK "%2u probe %1u", &ttl, &number) != 2)
		return NULL;
	if (ttl < 1 || ttl > t->count || number < 1 || number > t->hops[ttl - 1].sent)
		return NULL;
	*hop = &t->hops[ttl - 1];
	return &(*hop)->probes[number - 1];
}

static void take_answer(struct trace_hops *t, const struct packet *p, uint64_t now)
{
	struct trace_hop *h = NULL;
	struct trace_probe *b = echoed(t, p, &h);

	if (!b) {
		h = &t->hops[t->count - 1];
		for (unsigned i = 0; !b && i < h->sent; i++)
			if (h->probes[i].no && h->probes[i].outcome == TRACE_NOTHING)
				b = &h->probes[i];
	}
	if (!b || b->outcome != TRACE_NOTHING)
		return;
	b->who = p->peer;
	b->who.port = 0;
	settle(t, h, b, TRACE_ARRIVED, p, now);
}

void trace_hops_packet(struct trace_hops *t, const struct packet *p, uint64_t now)
{
	if (t->over)
		return;
	if (p->kind == PACKET_TX)
		take_sent(t, p);
	else if (p->kind == PACKET_ICMP)
		take_error(t, p, now);
	else if (p->kind == PACKET_RX && addr_same_host(&p->peer, &t->dest))
		take_answer(t, p, now);
}
