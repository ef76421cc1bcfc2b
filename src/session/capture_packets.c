/* SPDX-License-Identifier: GPL-3.0-or-later */
/* From frames to packets of the store.  See capture.h. */
#include "session/capture_private.h"
#include "session/session.h"
#include "util/text.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define NOTE_MAX 500 /* bytes of a line of a comment as an event */

/* ---- names of interfaces ---- */

const char *capture_ifname(const struct session *s, unsigned index)
{
	const size_t i = index & ~CAPTURE_INTERFACE;

	return index & CAPTURE_INTERFACE && i < s->captures.name_count ? s->captures.names[i]
								       : NULL;
}

/* 0: there are too many. */
static uint32_t add_name(struct captures *c, const char *name)
{
	char(*more)[CAPFILE_NAME_MAX];
	size_t i = 0;

	while (i < c->name_count && strcmp(c->names[i], name) != 0)
		i++;
	if (i < c->name_count)
		return CAPTURE_INTERFACE | (uint32_t)i;
	if (i == CAPTURE_INTERFACES_MAX)
		return 0;
	more = reallocarray(c->names, i + 1, sizeof(*more));
	if (!more)
		return 0;
	c->names = more;
	snprintf(more[i], sizeof(*more), "%s", name);
	c->name_count++;
	return CAPTURE_INTERFACE | (uint32_t)i;
}

/* An interface is known by its name: one that this host has, too, is the same for all who ask.
 * Where our recorder did not know it, it wrote "unknown". */
static uint32_t find_interface(struct session *s, const char *name, bool own)
{
	const struct iface *dev;

	if (own && strcmp(name, "unknown") == 0)
		return 0;
	dev = iface_by_name(session_ifaces(s), name);
	return dev ? dev->index : add_name(&s->captures, name);
}

static uint32_t interface_of(struct capture *c, const struct capfile_frame *f)
{
	if (!f->interface)
		return 0;
	if (strcmp(f->interface, c->name) != 0) {
		snprintf(c->name, sizeof(c->name), "%s", f->interface);
		c->ifindex = find_interface(c->activity.session, f->interface, f->own);
	}
	return c->ifindex;
}

void captures_done(struct captures *c)
{
	free(c->names);
	*c = (struct captures){ 0 };
}

/* ---- what is no datagram ---- */

static void append(struct capture *c, struct packet *p)
{
	struct session *s = c->activity.session;

	p->flags |= PACKET_READ;
	store_begin(s->store);
	store_append(s->store, p);
	store_end(s->store);
	if (p->no && !c->first_no)
		c->first_no = p->no;
}

void capture_drops(struct capture *c, const struct capfile_frame *f)
{
	struct packet p = {
		.kind = PACKET_GAP,
		.time = f->time ? f->time : c->totals.last,
		.lost = f->dropped,
		.where = PACKET_WHERE_KERNEL,
	};

	c->totals.odd_drops += (f->odd & CAPFILE_ODD_DROPS) != 0;
	if (!f->dropped)
		return;
	c->totals.lost += f->dropped;
	append(c, &p);
}

/* A file may hold anything: who shows it escapes it, as all events. */
static void add_note(struct capture *c, uint64_t time, const char *line, size_t n)
{
	struct packet p = { .kind = PACKET_NOTE, .time = time, .data = (const uint8_t *)line };

	p.len = p.stored = (uint32_t)(n < NOTE_MAX ? n : NOTE_MAX);
	if (n)
		append(c, &p);
}

/* What our recorder says about a gap stands in the gap already. */
static bool tells_gap(const struct capfile_frame *f, const char *line, size_t n)
{
	static const char words[] = " lost here";

	return f->own && f->dropped && memmem(line, n, words, sizeof(words) - 1);
}

static void add_comment(struct capture *c, const struct capfile_frame *f)
{
	for (const char *line = f->comment; line && *line;) {
		const size_t n = strcspn(line, "\n");

		if (!tells_gap(f, line, n))
			add_note(c, f->time, line, n);
		line += n + (line[n] != '\0');
	}
}

/* ---- datagrams ---- */

/* An address means something here with an interface of this host only. */
static void set_zone(struct addr *a, uint32_t ifindex)
{
	if (!(ifindex & CAPTURE_INTERFACE) && addr_has_zone(a))
		a->scope = ifindex;
}

static bool is_local(const struct captures *c, const struct addr *a)
{
	for (size_t i = 0; i < c->local_count; i++)
		if (addr_same_bytes(&c->local[i], a))
			return true;
	return false;
}

static bool was_sent(const struct capture *c, const struct dissected *d)
{
	if (d->direction != PCAPNG_UNKNOWN)
		return d->direction == PCAPNG_OUTBOUND;
	return is_local(&c->activity.session->captures, &d->packet.peer);
}

static void turn_round(struct packet *p)
{
	const struct addr source = p->peer;

	p->kind = PACKET_TX;
	p->peer = p->local;
	p->local = source;
	p->fragment = 0;
}

static void find_cause(struct capture *c, struct packet *p)
{
	struct sent_error about = {
		.dest = p->peer,
		.quote = p->data,
		.quoted = p->stored,
		.time = p->time,
	};

	p->icmp.cause = sent_cause(c->sent, &about);
}

static uint8_t port_bit(uint16_t port)
{
	return (uint8_t)(1u << port % 8);
}

static void note_sent(struct capture *c, const struct packet *p)
{
	sent_add(c->sent, p);
	c->ports[p->local.port / 8] |= port_bit(p->local.port);
}

/* Looped back: the long look is for what may have been sent at all. */
static bool is_own(const struct capture *c, const struct packet *p)
{
	return p->flags & (PACKET_MULTICAST | PACKET_BROADCAST) &&
	       c->ports[p->peer.port / 8] & port_bit(p->peer.port) &&
	       sent_is_own(c->sent, &p->local, p->peer.port, p->data, p->stored, p->time);
}

static void add_packet(struct capture *c, const struct dissected *d)
{
	struct packet p = d->packet;

	set_zone(&p.peer, p.ifindex);
	set_zone(&p.local, p.ifindex);
	set_zone(&p.icmp.offender, p.ifindex);
	if (p.kind == PACKET_ICMP)
		find_cause(c, &p);
	else if (was_sent(c, d))
		turn_round(&p);
	else if (is_own(c, &p))
		p.flags |= PACKET_OWN;
	append(c, &p);
	if (p.kind == PACKET_TX)
		note_sent(c, &p);
	if (p.kind == PACKET_ICMP)
		c->totals.errors++;
	else
		c->totals.datagrams++;
	if (!c->totals.first)
		c->totals.first = p.time;
	c->totals.last = p.time;
}

/* Datagrams that will not become whole. */
void capture_left(struct capture *c, bool all)
{
	enum dissect_result result;
	struct dissected d;

	while (dissect_left(c->dissect, all, &d, &result)) {
		c->totals.incomplete++;
		if (result == DISSECT_PACKET)
			add_packet(c, &d);
	}
}

void capture_frame(struct capture *c, const struct capfile_frame *given)
{
	struct capfile_frame f = *given;
	struct dissected d;

	/* one without a time came after the one before it, that is all that is known */
	if (!f.time)
		f.time = c->totals.last;
	c->totals.frames++;
	c->totals.odd_times += (f.odd & CAPFILE_ODD_TIME) != 0;
	c->totals.odd_lengths += (f.odd & CAPFILE_ODD_LENGTH) != 0;
	capture_drops(c, &f);
	add_comment(c, &f);
	switch (dissect_frame(c->dissect, &f, interface_of(c, &f), &d)) {
	case DISSECT_PACKET:
		add_packet(c, &d);
		break;
	case DISSECT_FRAGMENT:
		capture_left(c, false);
		break;
	case DISSECT_OTHER:
		c->totals.others++;
		break;
	case DISSECT_BAD:
		c->totals.bad++;
		break;
	case DISSECT_LINK:
		c->totals.unknown++;
		break;
	}
}
