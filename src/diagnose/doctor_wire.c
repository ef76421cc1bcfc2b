/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a short look at the wire sees of the socket's port, and whether it was delivered. */
#include "diagnose/doctor_private.h"

#include "net/sniff.h"
#include "util/clock.h"
#include "util/num.h"

#include <inttypes.h>
#include <linux/capability.h>
#include <poll.h>

/* As long as a person does not mind to wait, and many senders speak. */
#define LOOK_NS (300 * NS_PER_MS)
#define SETTLE_NS (200 * NS_PER_MS)
#define FRAMES_MAX 20000
#define IFACES_MAX 64

static void take_frames(struct doctor *d, struct sniff *s, size_t *frames)
{
	struct sniffed f;

	for (; *frames < FRAMES_MAX && sniff_read(s, &f); ++*frames)
		if (!f.sent && f.frame.kind == FRAME_DATAGRAM &&
		    f.frame.dest.port == d->k->sock.local.port)
			doctor_note(d, &f.frame.dest, &f.frame.source, f.ifindex, 0);
}

static void look(struct doctor *d, struct sniff *s)
{
	uint64_t now = clock_monotonic(&clock_system), due = now + LOOK_NS;
	struct pollfd p = { .fd = s->fd, .events = POLLIN };
	size_t frames = 0;

	for (; now < due && frames < FRAMES_MAX; now = clock_monotonic(&clock_system))
		if (poll(&p, 1, (int)((due - now) / NS_PER_MS + 1)) > 0)
			take_frames(d, s, &frames);
}

/* What came during the look has to be in the store before it is compared: the receiver begins with
 * the first datagram, and the loop, which would tell it so, is held up here. */
static void settle(struct doctor *d)
{
	uint64_t due = clock_monotonic(&clock_system) + SETTLE_NS;
	struct sock_memory m;

	receiver_acknowledge(d->session->receiver, NULL);
	do
		poll(NULL, 0, 10);
	while (sock_memory(&d->k->sock, &m) && m.queued && clock_monotonic(&clock_system) < due);
	session_follow(d->session);
}

void doctor_watch_wire(struct doctor *d)
{
	const struct iface_table *t = &d->session->ifaces;
	unsigned all[IFACES_MAX];
	struct sniff s = { .fd = -1 };
	size_t count = 0;

	/* A connected socket is not meant to hear groups. */
	if (d->k->sock.peer.family || !doctor_capable(d, CAP_NET_RAW))
		return;
	for (size_t i = 0; i < t->count && count < IFACES_MAX; i++)
		if (t->ifaces[i].flags & IFF_UP)
			all[count++] = t->ifaces[i].index;
	d->watched = sniff_open(&s, 0, all, count, NULL);
	if (!d->watched)
		return;
	look(d, &s);
	sniff_close(&s);
	settle(d);
}

/* ---- seen and not delivered ---- */

static bool delivered(const struct doctor *d, const struct heard *seen)
{
	for (size_t i = 0; i < d->heard_count; i++) {
		const struct heard *h = &d->heard[i];

		if (h->socket == d->k->number && h->ifindex == seen->ifindex &&
		    addr_same_bytes(&h->to, &seen->to) && addr_same_host(&h->from, &seen->from))
			return true;
	}
	return false;
}

static bool is_wanted(const struct doctor *d, const struct heard *seen)
{
	const struct group_list *l = &d->k->sock.groups;

	for (size_t i = 0; i < l->count; i++)
		if (addr_same_bytes(&l->m[i].group, &seen->to) &&
		    session_membership_ifindex(d->session, &l->m[i]) == seen->ifindex &&
		    doctor_admits(&l->m[i], &seen->from))
			return true;
	return false;
}

bool doctor_look_wire(struct doctor *d)
{
	char from[80], to[80], where[32];

	if (d->k->sock.peer.family)
		return false;
	if (!d->watched) {
		doctor_say(d, DOCTOR_UNKNOWN, NULL,
			   "what comes in and is not delivered is not seen without CAP_NET_RAW");
		return true;
	}
	for (size_t i = 0; i < d->heard_count; i++) {
		const struct heard *h = &d->heard[i];

		if (h->socket || !is_wanted(d, h) || delivered(d, h))
			continue;
		doctor_say(d, DOCTOR_FAULT, NULL,
			   "%s sends to %s, seen on %s (%" PRIu64 " in 0.3 s) and not delivered to "
			   "[%u]: the firewall, rp_filter or a wrong checksum drops it",
			   doctor_host(&h->from, from), doctor_host(&h->to, to),
			   doctor_iface(d, h->ifindex, where), h->count, d->k->number);
	}
	return true;
}
