/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a short look at the wire sees of the socket's port, and whether it was delivered. */
#include "diagnose/doctor_private.h"

#include "util/num.h"

#include <inttypes.h>
#include <linux/capability.h>
#include <poll.h>

/* As long as a person does not mind to wait, and many senders speak. */
#define LOOK_NS (300 * NS_PER_MS)
#define SETTLE_NS (10 * NS_PER_MS)
#define READS 256 /* in a turn of the loop */
#define FRAMES_MAX 20000
#define IFACES_MAX 64

static void on_readable(void *ctx, short revents)
{
	struct doctor *d = ctx;
	struct sniffed f;

	(void)revents;
	for (unsigned i = 0; i < READS; i++) {
		if (d->frames == FRAMES_MAX || !sniff_read(&d->sniff, &f))
			break;
		d->frames++;
		/* what has a tag is another interface's, and comes there again */
		if (!f.sent && !f.foreign && !f.frame.vlan && f.frame.kind == FRAME_DATAGRAM &&
		    f.frame.dest.port == d->port)
			doctor_note(d, &f.frame.dest, &f.frame.source, f.ifindex, 0);
	}
	if (d->frames == FRAMES_MAX)
		doctor_leave_wire(d);
}

static void on_settled(void *ctx)
{
	doctor_go_on(ctx);
}

/* A frame is seen a moment before the socket has its datagram. */
static void on_looked(void *ctx)
{
	struct doctor *d = ctx;
	struct loop *loop = d->activity.session->loop;

	on_readable(d, 0); /* what has come already counts */
	doctor_leave_wire(d);
	d->due.fire = on_settled;
	loop_timer_at(loop, &d->due, loop_now(loop) + SETTLE_NS);
}

void doctor_leave_wire(struct doctor *d)
{
	if (d->sniff.fd < 0)
		return;
	loop_unwatch(d->activity.session->loop, d->sniff.fd);
	sniff_close(&d->sniff);
	d->sniff.fd = -1;
}

void doctor_watch_wire(struct doctor *d)
{
	struct session *s = d->activity.session;
	const struct iface_table *t = &s->ifaces;
	unsigned all[IFACES_MAX];
	size_t count = 0;

	/* A connected socket is not meant to hear others. */
	if (d->k->sock.peer.family || !doctor_capable(CAP_NET_RAW))
		return;
	for (size_t i = 0; i < t->count && count < IFACES_MAX; i++)
		if (t->ifaces[i].flags & IFF_UP)
			all[count++] = t->ifaces[i].index;
	d->watched_from = clock_realtime(s->clock);
	if (!sniff_open(&d->sniff, 0, d->port, all, count, NULL))
		return;
	d->watched = loop_watch(s->loop, d->sniff.fd, POLLIN, on_readable, d, NULL);
	if (!d->watched) {
		sniff_close(&d->sniff);
		d->sniff.fd = -1;
		return;
	}
	d->due = (struct loop_timer){ .fire = on_looked, .ctx = d };
	loop_timer_at(s->loop, &d->due, loop_now(s->loop) + LOOK_NS);
}

/* ---- seen and not delivered ---- */

/* The interface does not count where a bridge or a bond hands on by its own what came by another;
 * who joined a group has named one. */
void doctor_note_delivered(struct doctor *d, const struct packet *p)
{
	if (!d->watched || p->socket != d->k->number || p->time < d->watched_from)
		return;
	for (size_t i = 0; i < d->heard_count; i++) {
		struct heard *h = &d->heard[i];

		if (!h->socket && addr_same_bytes(&h->to, &p->local) &&
		    addr_same_host(&h->from, &p->peer) &&
		    (h->ifindex == p->ifindex || !addr_is_multicast(&h->to)))
			h->delivered = true;
	}
}

static bool is_member(const struct doctor *d, const struct heard *seen)
{
	const struct group_list *l = &d->k->sock.groups;

	for (size_t i = 0; i < l->count; i++)
		if (addr_same_bytes(&l->m[i].group, &seen->to) &&
		    session_membership_ifindex(d->activity.session, &l->m[i]) == seen->ifindex &&
		    doctor_admits(&l->m[i], &seen->from))
			return true;
	return false;
}

/* Should the socket have it?  Who gets unicast where several have the port is told by "port", and
 * what a device hides by "device". */
static bool is_wanted(const struct doctor *d, const struct heard *seen)
{
	const struct iface_table *ifaces = &d->activity.session->ifaces;
	const struct sock *k = &d->k->sock;
	unsigned device = (unsigned)doctor_option(d, "device");

	if ((k->family != seen->to.family && !(k->dual && seen->to.family == AF_INET)) ||
	    (device && device != seen->ifindex) ||
	    !(addr_is_any(&k->local) || addr_same_bytes(&k->local, &seen->to)))
		return false;
	if (addr_is_multicast(&seen->to))
		return is_member(d, seen);
	if (iface_is_own(ifaces, &seen->to))
		return !d->shared;
	return addr_kind(&seen->to) == ADDR_BROADCAST || iface_is_broadcast(ifaces, &seen->to);
}

static void say_seen(struct doctor *d, size_t seen)
{
	if (seen)
		doctor_say(d, DOCTOR_OK, NULL,
			   "what came in for [%u] in 0.3 s, as seen on the wire, was delivered",
			   d->k->number);
	else
		doctor_say(d, DOCTOR_OK, NULL, "nothing for [%u] came in on any interface in 0.3 s",
			   d->k->number);
}

bool doctor_look_wire(struct doctor *d)
{
	char from[80], to[80], where[32];
	size_t seen = 0;

	if (d->k->sock.peer.family)
		return false;
	if (!d->watched) {
		doctor_say(d, DOCTOR_UNKNOWN, NULL,
			   "what comes in and is not delivered is not seen without CAP_NET_RAW");
		return true;
	}
	for (size_t i = 0; i < d->heard_count; i++) {
		const struct heard *h = &d->heard[i];

		if (h->socket || !is_wanted(d, h))
			continue;
		seen++;
		if (h->delivered)
			continue;
		doctor_say(d, DOCTOR_FAULT, NULL,
			   "%s sends to %s, seen on %s (%" PRIu64 " in 0.3 s) and not delivered to "
			   "[%u]: the firewall, rp_filter or a wrong checksum drops it",
			   doctor_host(&h->from, from), doctor_host(&h->to, to),
			   doctor_iface(d, h->ifindex, where), h->count, d->k->number);
	}
	if (!d->said)
		say_seen(d, seen);
	return true;
}
