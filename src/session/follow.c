/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Following the store: each packet passes by once, in order, and leaves its mark on
 * peers, sockets, targets and totals.  Rules answer from here.
 */
#include "net/errqueue.h"
#include "session/activity.h"
#include "session/job.h"
#include "session/recorder.h"
#include "session/rule.h"
#include "session/session.h"
#include "util/num.h"

#include <stdio.h>

/* A follow gives way to the terminal after so long; it looks at the clock each FOLLOW_STRIDE
 * packets. */
#define FOLLOW_NS (4 * NS_PER_MS)
#define FOLLOW_STRIDE 256

static void notice(struct session *s, enum session_notice what, const struct packet *p,
		   const struct peer *peer)
{
	if (s->watcher.notice)
		s->watcher.notice(s->watcher.ctx, what, p, peer);
}

static struct peer *touch_peer(struct session *s, const struct packet *p, bool *added)
{
	struct peer *peer = peer_note(&s->peers, &p->peer, added);

	if (!peer)
		return NULL;
	/* What is read may be older than what was heard. */
	if (!peer->first || (p->flags & PACKET_READ && p->time < peer->first))
		peer->first = p->time;
	if (!(p->flags & PACKET_READ) || p->time > peer->last)
		peer->last = p->time;
	if (p->socket && (p->kind == PACKET_RX || !peer->socket))
		peer->socket = p->socket;
	return peer;
}

static void count_group(struct session *s, const struct packet *p, uint64_t now)
{
	const struct groupstat_datagram d = {
		.socket = p->socket,
		.ifindex = p->ifindex,
		.group = &p->local,
		.source = &p->peer,
		.len = p->len,
		.own = p->flags & PACKET_OWN,
		.time = p->time,
	};

	groupstat_note(&s->groups, &d, now);
}

static void count_received(struct session *s, struct session_socket *k, struct peer *peer,
			   const struct packet *p, uint64_t now)
{
	const bool read = p->flags & PACKET_READ;

	if (read) {
		s->read.rx++;
		traffic_read(&s->read.traffic, p);
	} else {
		s->rx++;
		traffic_received(&s->traffic, p, now);
	}
	if (s->sequence)
		sequence_heard(s->sequence, peer ? peer->number : 0, p);
	if (peer) {
		peer->rx++;
		peer->rx_bytes += p->len;
		if (!read)
			pace_add(&peer->rx_pace, now, 1);
	}
	if (k) {
		k->rx++;
		traffic_received(&k->traffic, p, now);
	}
}

static void follow_rx(struct session *s, struct session_socket *k, const struct packet *p,
		      uint64_t now)
{
	bool added = false;
	struct peer *peer = touch_peer(s, p, &added);

	count_received(s, k, peer, p, now);
	pairing_received(s, peer, p);
	if (p->flags & PACKET_MULTICAST && !(p->flags & PACKET_READ))
		count_group(s, p, now);
	if (k) {
		k->mark[0] = '\0';
		k->unseen = k != s->current;
		if (!(p->flags & PACKET_OWN))
			target_heard(&k->target, &p->peer);
		if (p->flags & PACKET_AT_ONCE)
			s->answering = true;
		else if (s->rules)
			rule_hear(s, k, p);
	}
	if (added && !(p->flags & (PACKET_OWN | PACKET_READ)))
		notice(s, SESSION_PEER_NEW, p, peer);
}

void session_count_sent(struct session *s, struct session_socket *k, const struct addr *dest,
			size_t len, int result)
{
	struct peer *peer = peer_find(&s->peers, dest);

	if (result == PACKET_TX_SENT) {
		s->tx++;
		s->traffic.tx_bytes += len;
		if (k) {
			k->tx++;
			k->traffic.tx_bytes += len;
		}
		if (peer) {
			peer->tx++;
			peer->tx_bytes += len;
		}
		return;
	}
	s->errors++;
	if (k)
		k->errors++;
	if (peer) {
		peer->errors++;
		peer->error = errqueue_mark(ERRQUEUE_LOCAL, 0, 0, result);
	}
}

static void count_read_sent(struct session *s, struct peer *peer, const struct packet *p)
{
	s->read.tx++;
	s->read.traffic.tx_bytes += p->len;
	if (peer) {
		peer->tx++;
		peer->tx_bytes += p->len;
	}
}

/* One that waits for room in the kernel's buffer is counted when that is settled. */
static void follow_tx(struct session *s, struct session_socket *k, const struct packet *p)
{
	bool added = false;
	struct peer *peer = touch_peer(s, p, &added);

	pairing_sent(s, peer, p);
	if (p->flags & PACKET_AT_ONCE)
		rule_answered(s, k, p);
	if (p->flags & PACKET_READ)
		count_read_sent(s, peer, p);
	else if (p->result != PACKET_TX_PENDING)
		session_count_sent(s, k, &p->peer, p->len, p->result);
}

static void follow_icmp(struct session *s, struct session_socket *k, const struct packet *p)
{
	const enum errqueue_origin origin = (enum errqueue_origin)p->icmp.origin;
	const char *mark = errqueue_mark(origin, p->icmp.type, p->icmp.code, p->icmp.errnum);
	/* One that this host itself queued came with a send that failed: that one is counted. */
	const uint64_t more = origin != ERRQUEUE_LOCAL;
	bool added = false;
	/* Where its cause is not known, it names no port (Linux 6.18): that is no peer. */
	struct peer *peer = p->peer.port ? touch_peer(s, p, &added) : NULL;

	if (p->icmp.cause)
		pairing_refused(s, p->icmp.cause);
	*(p->flags & PACKET_READ ? &s->read.errors : &s->errors) += more;
	if (peer) {
		peer->errors += more;
		peer->error = mark;
	}
	if (k) {
		k->errors += more;
		snprintf(k->mark, sizeof(k->mark), "%s", mark);
	}
	if (!(p->flags & PACKET_READ) && !activity_owns(s, p->socket))
		notice(s, SESSION_ERROR, p, peer);
}

static void follow_gap(struct session *s, struct session_socket *k, const struct packet *p)
{
	uint64_t dropped = p->where == PACKET_WHERE_KERNEL ? p->lost : 0;

	/* What somebody else's capture lost is none of ours. */
	if (p->flags & PACKET_READ) {
		s->read.lost += p->lost;
		return;
	}
	s->lost += p->lost;
	s->traffic.dropped += dropped;
	if (k) {
		k->lost += p->lost;
		k->traffic.dropped += dropped;
	}
	notice(s, SESSION_LOST, p, NULL);
}

static void follow_packet(struct session *s, const struct packet *p, uint64_t now)
{
	struct session_socket *k = p->socket ? session_find(s, p->socket) : NULL;

	switch (p->kind) {
	case PACKET_RX:
		follow_rx(s, k, p, now);
		break;
	case PACKET_TX:
		follow_tx(s, k, p);
		break;
	case PACKET_ICMP:
		follow_icmp(s, k, p);
		break;
	case PACKET_GAP:
		follow_gap(s, k, p);
		break;
	case PACKET_OPEN:
	case PACKET_CLOSE:
	case PACKET_JOIN:
	case PACKET_LEAVE:
	case PACKET_ERROR:
	case PACKET_INTERFACE:
	case PACKET_NOTE:
		break;
	}
	if (s->watcher.packet)
		s->watcher.packet(s->watcher.ctx, p);
	if (p->flags & PACKET_READ)
		return;
	if (s->jobs)
		job_follow(s, p);
	if (s->activities)
		activity_follow(s, p);
}

/* Answers leave once there is nothing more to answer, and are followed, too. */
static bool follow_next(struct session *s, struct packet *p)
{
	while (store_cursor_read(&s->follow, p) == STORE_END)
		if (!rule_settle(s))
			return false;
	return true;
}

void session_follow(struct session *s)
{
	uint64_t start = clock_monotonic(s->clock), now = start;
	struct packet p;
	unsigned seen = 0;

	/* A follow inside of another one's "changed" does the rest of that, too. */
	loop_timer_stop(s->loop, &s->again);
	while (follow_next(s, &p)) {
		follow_packet(s, &p, now);
		/* What a job waits for may be a pattern that takes long at each datagram. */
		if (++seen % FOLLOW_STRIDE == 0 || s->jobs) {
			now = clock_monotonic(s->clock);
			if (now - start > FOLLOW_NS) {
				loop_timer_at(s->loop, &s->again, now);
				break;
			}
		}
	}
	rule_settle(s);
	store_cursor_pause(&s->follow);
	recorder_follow(s);
	if (seen && s->watcher.changed)
		s->watcher.changed(s->watcher.ctx);
}
