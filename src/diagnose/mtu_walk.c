/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Which size is next follows from the outcomes of all before it; nothing else is kept. */
#include "diagnose/mtu_walk.h"

#include "net/errqueue.h"
#include "payload/payload.h"
#include "util/num.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#define TRIES 3
/* Three of them outlast ARP and neighbour discovery, which give up after three seconds. */
#define WAIT_FIRST (1100 * NS_PER_MS)
#define WAIT_LEAST (250 * NS_PER_MS)
/* A host sends one port unreachable a second to the same one, after a few at once (Linux: 6). */
#define WAIT_REFUSAL (1100 * NS_PER_MS)
/* The kernel's error queue is read at once; this is for one that says nothing. */
#define WAIT_LOCAL (100 * NS_PER_MS)

#define MARK "udpdeck mtu probe "

void mtu_walk_init(struct mtu_walk *w, const struct addr *dest, uint64_t now)
{
	*w = (struct mtu_walk){
		.dest = *dest,
		.headers = dest->family == AF_INET ? 28 : 48,
		.begun = now,
		.due = now,
	};
}

static struct mtu_step *latest(struct mtu_walk *w)
{
	return &w->steps[w->count - 1];
}

static bool is_answer(enum mtu_outcome outcome)
{
	return outcome == MTU_ANSWERED || outcome == MTU_REFUSED;
}

/* ---- what is known ---- */

/* Payload bytes from which on it does not get through: as the MTU says that came along, else what
 * was tried. */
static uint32_t limit_of(const struct mtu_walk *w, const struct mtu_step *s, bool *exact)
{
	uint32_t mtu = s->outcome == MTU_SILENT ? 0 : s->icmp.info;

	*exact = mtu > w->headers && mtu - w->headers < s->payload;
	return *exact ? mtu - w->headers + 1 : s->payload;
}

struct bounds {
	uint32_t good;  /* largest that was answered; 0: none was */
	uint32_t bad;   /* smallest above it that did not get through; 0: none is known */
	bool exact;     /* an MTU said so */
	bool is_silent; /* nothing came back */
};

static void find_bounds(const struct mtu_walk *w, struct bounds *b)
{
	*b = (struct bounds){ 0 };
	for (size_t i = 0; i < w->count; i++)
		if (is_answer(w->steps[i].outcome) && w->steps[i].payload > b->good)
			b->good = w->steps[i].payload;
	for (size_t i = 0; i < w->count; i++) {
		const struct mtu_step *s = &w->steps[i];
		bool exact;
		uint32_t bad = limit_of(w, s, &exact);

		if (s->outcome != MTU_SILENT && s->outcome != MTU_TOO_BIG &&
		    s->outcome != MTU_LOCAL)
			continue;
		/* Silence says something only where small ones are answered. */
		if (s->outcome == MTU_SILENT && !b->good)
			continue;
		if (bad <= b->good || (b->bad && bad >= b->bad))
			continue;
		b->bad = bad;
		b->exact = exact;
		b->is_silent = s->outcome == MTU_SILENT;
	}
}

void mtu_walk_result(const struct mtu_walk *w, struct mtu_result *out)
{
	struct bounds b;

	find_bounds(w, &b);
	*out = (struct mtu_result){ .heard = b.good > 0, .answered = b.good };
	for (size_t i = 0; i < w->count; i++) {
		const struct mtu_step *s = &w->steps[i];

		out->refused |= s->outcome == MTU_REFUSED && s->payload == b.good;
		out->by_order |= s->outcome == MTU_ANSWERED && !s->echoed;
		if (s->outcome == MTU_LOCAL)
			out->local = s->icmp.info;
		if (s->outcome == MTU_BLOCKED)
			out->blocked = &s->icmp;
		if (s->outcome == MTU_TOO_BIG && s->icmp.info &&
		    (!out->told || s->icmp.info < out->told->info))
			out->told = &s->icmp;
	}
	if (b.good && b.is_silent)
		out->silent = b.bad;
}

/* ---- what to do next ---- */

static bool was_tried(const struct mtu_walk *w, uint32_t payload)
{
	for (size_t i = 0; i < w->count; i++)
		if (w->steps[i].payload == payload)
			return true;
	return false;
}

/* 0: nothing more can be learnt. */
static uint32_t next_size(const struct mtu_walk *w)
{
	const uint32_t top = w->dest.family == AF_INET ? PAYLOAD_MAX_V4 : PAYLOAD_MAX_V6;
	struct bounds b;

	if (w->count == 0)
		return MTU_SMALL;
	if (!was_tried(w, top))
		return top;
	find_bounds(w, &b);
	if (!b.bad || b.bad - 1 <= b.good)
		return 0;
	if (b.exact)
		return was_tried(w, b.bad - 1) ? 0 : b.bad - 1;
	/* Between what gets through and what does not; where nobody answers there is no former. */
	return b.good ? b.good + (b.bad - b.good) / 2 : 0;
}

static void begin_step(struct mtu_walk *w)
{
	uint32_t size = w->count < MTU_STEPS_MAX ? next_size(w) : 0;

	if (!size) {
		w->over = true;
		return;
	}
	w->steps[w->count++] = (struct mtu_step){ .payload = size };
	w->unsent = true;
}

static void settle(struct mtu_walk *w, struct mtu_step *s, enum mtu_outcome outcome)
{
	bool current = s == latest(w) && s->outcome == MTU_WAITING;

	s->outcome = outcome;
	if (outcome == MTU_BLOCKED)
		w->over = true;
	if (current) {
		w->unsent = false;
		if (!w->over)
			begin_step(w);
	}
}

/* How long an answer may take, by those that came; a short wait has the price of a wrong word. */
static uint64_t patience(const struct mtu_walk *w)
{
	uint64_t longest = 0;

	for (size_t i = 0; i < w->count; i++) {
		if (w->steps[i].outcome == MTU_REFUSED)
			return WAIT_REFUSAL;
		if (w->steps[i].outcome == MTU_ANSWERED && w->steps[i].rtt > longest)
			longest = w->steps[i].rtt;
	}
	if (!longest)
		return WAIT_FIRST;
	longest = 4 * longest + 50 * NS_PER_MS;
	return longest < WAIT_LEAST ? WAIT_LEAST : longest > WAIT_FIRST ? WAIT_FIRST : longest;
}

bool mtu_walk_next(struct mtu_walk *w, uint64_t now, uint32_t *payload)
{
	if (w->over)
		return false;
	if (w->count == 0)
		begin_step(w);
	if (!w->unsent)
		return false;
	w->unsent = false;
	latest(w)->tries++;
	w->due = now + patience(w);
	*payload = latest(w)->payload;
	return true;
}

void mtu_walk_fill(const struct mtu_walk *w, uint8_t *out, size_t n)
{
	char text[48];
	int len = snprintf(text, sizeof(text), MARK "%zu ", w->count);

	memset(out, '.', n);
	memcpy(out, text, (size_t)len < n ? (size_t)len : n);
}

void mtu_walk_refused(struct mtu_walk *w, uint64_t now)
{
	latest(w)->refused = true;
	w->due = now + WAIT_LOCAL;
}

void mtu_walk_tick(struct mtu_walk *w, uint64_t now)
{
	struct mtu_step *s = w->count ? latest(w) : NULL;

	if (w->over || w->unsent || !s || now < w->due)
		return;
	if (now - w->begun > MTU_LIMIT_NS) {
		w->timed_out = w->over = true;
		s->outcome = MTU_SILENT;
	} else if (s->refused) {
		settle(w, s, MTU_LOCAL);
	} else if (s->tries < TRIES) {
		w->unsent = true;
	} else {
		settle(w, s, MTU_SILENT);
	}
}

/* ---- what comes ---- */

static struct mtu_step *step_of(struct mtu_walk *w, uint64_t no)
{
	for (size_t i = w->count; no && i-- > 0;)
		if (w->steps[i].first_no && w->steps[i].first_no <= no)
			return &w->steps[i];
	return NULL;
}

/* The number in an echoed probe; 0: it is none. */
static size_t echoed(const struct packet *p)
{
	size_t at = strlen(MARK), number = 0;

	if (p->stored <= at || memcmp(p->data, MARK, at) != 0)
		return 0;
	for (; at < p->stored && p->data[at] >= '0' && p->data[at] <= '9'; at++)
		if (number <= MTU_STEPS_MAX)
			number = number * 10 + (size_t)(p->data[at] - '0');
	return number;
}

static uint64_t since(uint64_t then, uint64_t now)
{
	return now > then ? now - then : 0;
}

static void take_answer(struct mtu_walk *w, const struct packet *p)
{
	size_t number = echoed(p);
	struct mtu_step *s = number >= 1 && number <= w->count ? &w->steps[number - 1] : latest(w);

	if (!s->tries || is_answer(s->outcome))
		return;
	s->echoed = number > 0;
	s->rtt = since(s->sent, p->time);
	settle(w, s, MTU_ANSWERED);
}

static void take_error(struct mtu_walk *w, const struct packet *p)
{
	enum errqueue_origin origin = (enum errqueue_origin)p->icmp.origin;
	struct mtu_step *s = step_of(w, p->icmp.cause);

	if (!s || s->outcome == MTU_ANSWERED)
		return;
	s->icmp = p->icmp;
	if (origin == ERRQUEUE_LOCAL) {
		settle(w, s, MTU_LOCAL);
	} else if (errqueue_info(origin, p->icmp.type, p->icmp.errnum) == ERRQUEUE_MTU) {
		settle(w, s, MTU_TOO_BIG);
	} else if (p->icmp.errnum == ECONNREFUSED && addr_same_host(&p->icmp.offender, &w->dest)) {
		s->rtt = since(s->sent, p->time);
		settle(w, s, MTU_REFUSED);
	} else {
		settle(w, s, MTU_BLOCKED);
	}
}

static void take_sent(struct mtu_walk *w, const struct packet *p)
{
	struct mtu_step *s = latest(w);

	if (p->len != s->payload)
		return;
	if (!s->first_no)
		s->first_no = p->no;
	s->sent = p->time;
}

void mtu_walk_packet(struct mtu_walk *w, const struct packet *p)
{
	if (!w->count || w->over)
		return;
	if (p->kind == PACKET_TX)
		take_sent(w, p);
	else if (p->kind == PACKET_RX && addr_same_host(&p->peer, &w->dest))
		take_answer(w, p);
	else if (p->kind == PACKET_ICMP)
		take_error(w, p);
}
