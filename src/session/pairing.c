/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Two rings, both in order of the packets' numbers: requests and answers.  Requests that wait in
 * order are a list of each peer's; all are in chains by host and content, newest first, in which
 * a place that has left the ring ends the chain.
 */
#include "session/pairing.h"

#include "session/interfaces.h"
#include "session/session.h"

#include <stdlib.h>
#include <string.h>

#define CHAINS PAIRING_KEPT
#define LOOKS 64     /* requests looked at for one answer, however many there are */
#define LOOKS_PORT 8 /* the same for an answer from another port */
#define KEY_MANY 0x6d616e79u

enum asked_state {
	ASKED_WAITS = 1,
	ASKED_MANY = 2,
	ASKED_OVERDUE = 4,
	ASKED_REFUSED = 8,
	ASKED_UNSURE = 16, /* others waited at the same time */
	ASKED_GUESS = 32,  /* its answer may have been another's */
};

struct asked {
	uint64_t no, time;
	uint64_t key;    /* of its chain: host and content */
	uint64_t older;  /* in the chain: place + 1 */
	uint64_t newer;  /* in the peer's list: place + 1 */
	uint64_t answer; /* the first one's number */
	uint64_t rtt;
	uint32_t peer, socket;
	uint32_t ifindex; /* that it was sent out of by name; 0: the routing table's choice */
	uint16_t port;    /* local */
	unsigned state;
};

struct answer {
	uint64_t no, request, rtt;
	bool guess;
};

void pairing_done(struct pairing *g)
{
	free(g->asked);
	free(g->chains);
	free(g->answers);
	*g = (struct pairing){ 0 };
}

/* Taken at the first request: most of it stays untouched for as long as few are sent. */
static bool make_rings(struct pairing *g)
{
	if (!g->asked)
		g->asked = calloc(PAIRING_KEPT, sizeof(*g->asked));
	if (!g->chains)
		g->chains = calloc(CHAINS, sizeof(*g->chains));
	if (!g->answers)
		g->answers = calloc(PAIRING_KEPT, sizeof(*g->answers));
	return g->asked && g->chains && g->answers;
}

static struct asked *asked_at(const struct pairing *g, uint64_t place)
{
	return &g->asked[place % PAIRING_KEPT];
}

static uint64_t first_kept(uint64_t count)
{
	return count > PAIRING_KEPT ? count - PAIRING_KEPT : 0;
}

/* ---- keys ---- */

/* FNV-1a; false: the datagram is too short to have those bytes. */
static bool hash_content(const struct pairing *g, const struct packet *p, uint64_t *out)
{
	uint64_t hash = 0xcbf29ce484222325u;
	size_t at, n;

	*out = 0;
	if (!g->by_content)
		return true;
	if (!slice_find(&g->content, p->stored, &at))
		return false;
	n = slice_length(&g->content, p->stored, at);
	for (size_t i = 0; i < n; i++)
		hash = (hash ^ p->data[at + i]) * 0x100000001b3u;
	*out = hash;
	return true;
}

static uint64_t host_key(const struct addr *a)
{
	struct addr host = *a;

	host.port = 0;
	return addr_hash(&host);
}

static uint64_t *chain_of(const struct pairing *g, uint64_t key)
{
	return &g->chains[(key ^ key >> 32) % CHAINS];
}

static bool same_socket(const struct asked *q, const struct packet *p)
{
	/* In a capture there are many sockets behind the one number that it has here. */
	return q->socket == p->socket && (p->socket || q->port == p->local.port);
}

/* The newest of a chain, from a place + 1 on, that waits for such an answer. */
static struct asked *find_older(const struct pairing *g, uint64_t place, uint64_t key,
				const struct packet *p, unsigned looks, uint32_t ifindex)
{
	while (place > first_kept(g->asked_count) && looks-- > 0) {
		struct asked *q = asked_at(g, place - 1);

		if (q->key == key && (q->state & ASKED_WAITS) && same_socket(q, p) &&
		    (!ifindex || q->ifindex == ifindex))
			return q;
		place = q->older;
	}
	return NULL;
}

static struct asked *find_in_chain(const struct pairing *g, uint64_t key, const struct packet *p,
				   unsigned looks, uint32_t ifindex)
{
	return find_older(g, *chain_of(g, key), key, p, looks, ifindex);
}

/* ---- what is overdue ---- */

/* Marks what is overdue; returns when the next will be, realtime ns, 0: nothing waits. */
static uint64_t mark_overdue(struct session *s, uint64_t now)
{
	struct pairing *g = &s->pairing;

	for (; g->timeout && g->counted < g->asked_count; g->counted++) {
		struct asked *q = asked_at(g, g->counted);

		if (q->answer || (q->state & ASKED_REFUSED))
			continue;
		if (q->time + g->timeout > now)
			return q->time + g->timeout;
		q->state |= ASKED_OVERDUE;
		peer_by_number(&s->peers, q->peer)->pairing.unanswered++;
	}
	return 0;
}

static void on_overdue(void *ctx)
{
	struct session *s = ctx;
	uint64_t now = clock_realtime(s->clock), next = mark_overdue(s, now);

	if (next)
		loop_timer_at(s->loop, &s->pairing.overdue,
			      clock_monotonic(s->clock) + (next - now));
	if (s->watcher.changed)
		s->watcher.changed(s->watcher.ctx);
}

static void watch_overdue(struct session *s)
{
	s->pairing.overdue.fire = on_overdue;
	s->pairing.overdue.ctx = s;
	on_overdue(s);
}

/* ---- requests ---- */

/* Takes the oldest off its peer's list, if it is there. */
static void unqueue(struct peer_pairing *a, const struct asked *q, uint64_t place)
{
	if (a->first != place + 1)
		return;
	a->first = q->newer;
	if (!a->first)
		a->last = 0;
}

static void stop_waiting(struct pairing *g, struct asked *q)
{
	if ((q->state & (ASKED_WAITS | ASKED_MANY)) == ASKED_WAITS)
		g->waiting--;
	q->state &= ~(unsigned)ASKED_WAITS;
}

/* Makes its place free for the newest. */
static void forget_oldest(struct session *s)
{
	struct pairing *g = &s->pairing;
	uint64_t place = g->asked_count - PAIRING_KEPT;
	struct asked *q;

	if (g->asked_count < PAIRING_KEPT)
		return;
	q = asked_at(g, place);
	unqueue(&peer_by_number(&s->peers, q->peer)->pairing, q, place);
	stop_waiting(g, q);
	if (g->counted <= place)
		g->counted = place + 1;
}

static void queue(struct pairing *g, struct peer_pairing *a, uint64_t place)
{
	if (a->last)
		asked_at(g, a->last - 1)->newer = place + 1;
	else
		a->first = place + 1;
	a->last = place + 1;
}

/* The interfaces are asked for only where the kernel lets a broadcast pass. */
static bool is_for_many(struct session *s, const struct packet *p)
{
	const struct session_socket *k = session_find(s, p->socket);

	if (addr_is_multicast(&p->peer) || addr_kind(&p->peer) == ADDR_BROADCAST)
		return true;
	return (!k || sockopt_asked(&k->sock.options, "broadcast")->number) &&
	       iface_is_broadcast(session_ifaces(s), &p->peer);
}

static bool reaches_many(struct session *s, struct peer *peer, const struct packet *p)
{
	if (peer->pairing.reach == REACH_UNKNOWN)
		peer->pairing.reach = is_for_many(s, p) ? REACH_MANY : REACH_ONE;
	return peer->pairing.reach == REACH_MANY;
}

static uint64_t wait_of_many(const struct pairing *g)
{
	return g->timeout > PAIRING_MANY ? g->timeout : PAIRING_MANY;
}

/* The oldest that waits in order, of the packet's socket. */
static struct asked *first_waiting(const struct pairing *g, const struct peer_pairing *a,
				   const struct packet *p)
{
	uint64_t place = a->first;

	for (unsigned looks = LOOKS; place && looks > 0; looks--) {
		struct asked *q = asked_at(g, place - 1);

		if ((q->state & ASKED_WAITS) && same_socket(q, p))
			return q;
		place = q->newer;
	}
	return NULL;
}

/* Another one that waits while q is sent: what answers either may be meant for the other. */
static void note_rival(const struct pairing *g, const struct peer_pairing *a, struct asked *q,
		       const struct packet *p)
{
	struct asked *rival = g->by_content ? find_older(g, q->older, q->key, p, LOOKS, 0)
					    : first_waiting(g, a, p);

	if (!rival || (g->by_content && rival->time + wait_of_many(g) < q->time))
		return;
	rival->state |= ASKED_UNSURE;
	q->state |= ASKED_UNSURE;
}

static void add_request(struct session *s, struct peer *peer, const struct packet *p,
			uint64_t content)
{
	struct pairing *g = &s->pairing;
	bool many = reaches_many(s, peer, p);
	uint64_t place = g->asked_count, key = (many ? KEY_MANY : host_key(&p->peer)) ^ content;

	forget_oldest(s);
	*asked_at(g, place) = (struct asked){
		.no = p->no,
		.time = p->time,
		.key = key,
		.older = *chain_of(g, key),
		.peer = peer->number,
		.socket = p->socket,
		.ifindex = p->ifindex,
		.port = p->local.port,
		.state = ASKED_WAITS | (many ? ASKED_MANY : 0),
	};
	*chain_of(g, key) = place + 1;
	g->asked_count++;
	if (many) {
		g->many_until = p->time + wait_of_many(g);
		return;
	}
	note_rival(g, &peer->pairing, asked_at(g, place), p);
	g->waiting++;
	if (!g->by_content)
		queue(g, &peer->pairing, place);
}

void pairing_sent(struct session *s, struct peer *peer, const struct packet *p)
{
	struct peer_pairing *a = peer ? &peer->pairing : NULL;
	uint64_t content;
	bool returns;

	if (!peer || p->result > 0 || s->pairing.off)
		return;
	returns = a->asks && a->owed;
	a->met = true;
	a->owed = false;
	if (returns || !hash_content(&s->pairing, p, &content) || !make_rings(&s->pairing))
		return;
	add_request(s, peer, p, content);
	if (s->pairing.timeout && !s->pairing.overdue.due)
		watch_overdue(s);
}

/* ---- answers ---- */

/* Does the request wait no more, because newer ones were asked since? */
static bool is_passed(const struct pairing *g, const struct peer_pairing *a, const struct asked *q,
		      const struct packet *p)
{
	uint64_t patience = 4 * a->rtt;

	if (g->timeout)
		return q->time + g->timeout < p->time;
	if (patience < PAIRING_BURST)
		patience = PAIRING_BURST;
	return q->time + patience < asked_at(g, a->last - 1)->time;
}

/* Takes q, behind "before" (NULL: the first), out of the peer's list. */
static void unlink_request(struct peer_pairing *a, struct asked *before, uint64_t before_place,
			   const struct asked *q)
{
	if (before)
		before->newer = q->newer;
	else
		a->first = q->newer;
	if (!q->newer)
		a->last = before ? before_place + 1 : 0;
}

/* The oldest that still waits, of the packet's socket; those that were passed leave the list. */
static struct asked *find_in_order(struct pairing *g, struct peer_pairing *a,
				   const struct packet *p)
{
	struct asked *before = NULL, *found = NULL, *q;
	uint64_t before_place = 0, place = a->first;

	for (unsigned others = 0; place && others < LOOKS; place = q->newer) {
		bool passed;

		q = asked_at(g, place - 1);
		if (!same_socket(q, p)) {
			before = q;
			before_place = place - 1;
			others++;
			continue;
		}
		passed = is_passed(g, a, q, p);
		unlink_request(a, before, before_place, q);
		if (!(q->state & ASKED_WAITS))
			continue;
		if (found)
			stop_waiting(g, found);
		found = q;
		if (!passed)
			break;
	}
	return found;
}

/* As TFTP does: the request went to a port that is used for nothing else. */
static struct asked *find_from_other_port(struct session *s, const struct packet *p)
{
	struct asked *q = find_in_chain(&s->pairing, host_key(&p->peer), p, LOOKS_PORT, 0);
	struct peer *asked = q ? peer_by_number(&s->peers, q->peer) : NULL;

	if (!q || asked->pairing.answered || q->time + wait_of_many(&s->pairing) < p->time)
		return NULL;
	return q;
}

/* guess: an older one was not answered by the host either. */
static struct asked *find_of_many(struct pairing *g, struct peer_pairing *a, uint64_t content,
				  const struct packet *p, bool *guess)
{
	const uint32_t many = PACKET_MULTICAST | PACKET_BROADCAST;
	uint32_t ifindex = p->ifindex;
	struct asked *q, *older;

	/* What a host tells everybody is an answer only if its bytes say so. */
	if (p->time > g->many_until || ((p->flags & many) && !g->by_content))
		return NULL;
	/* of copies by several interfaces the one that went where the answer comes from */
	q = find_in_chain(g, KEY_MANY ^ content, p, LOOKS, ifindex);
	if (!q)
		q = find_in_chain(g, KEY_MANY ^ content, p, LOOKS, ifindex = 0);
	if (!q || a->many >= q->no || q->time + wait_of_many(g) < p->time)
		return NULL;
	older = find_older(g, q->older, q->key, p, LOOKS, ifindex);
	*guess = older && older->no > a->many && older->time + wait_of_many(g) >= p->time;
	a->many = q->no;
	return q;
}

/* guess: whether others could be what it answers. */
static struct asked *find_request(struct session *s, struct peer *peer, const struct packet *p,
				  bool *guess)
{
	struct pairing *g = &s->pairing;
	struct asked *q = NULL;
	uint64_t content;

	if (!g->chains || (!g->waiting && p->time > g->many_until) || !hash_content(g, p, &content))
		return NULL;
	if (g->by_content)
		q = find_in_chain(g, host_key(&p->peer) ^ content, p, LOOKS, 0);
	else if (peer->pairing.first)
		q = find_in_order(g, &peer->pairing, p);
	else if (g->waiting && !peer->pairing.met)
		q = find_from_other_port(s, p);
	if (!q)
		return find_of_many(g, &peer->pairing, content, p, guess);
	*guess = (q->state & ASKED_UNSURE) || q->peer != peer->number;
	return q;
}

static void take_back_overdue(struct session *s, struct asked *q)
{
	if (!(q->state & ASKED_OVERDUE))
		return;
	peer_by_number(&s->peers, q->peer)->pairing.unanswered--;
	q->state &= ~(unsigned)ASKED_OVERDUE;
}

static void count_answer(struct peer_pairing *a, uint64_t rtt)
{
	if (!a->answered || rtt < a->rtt_least)
		a->rtt_least = rtt;
	a->answered++;
	a->rtt = rtt;
	a->rtt_sum += rtt;
}

static void pair(struct session *s, struct peer *peer, struct asked *q, const struct packet *p,
		 bool guess)
{
	struct pairing *g = &s->pairing;
	uint64_t rtt = p->time > q->time ? p->time - q->time : 0;

	g->answers[g->answer_count++ % PAIRING_KEPT] =
		(struct answer){ .no = p->no, .request = q->no, .rtt = rtt, .guess = guess };
	if (!q->answer) {
		q->answer = p->no;
		q->rtt = rtt;
		q->state |= guess ? ASKED_GUESS : 0;
	}
	take_back_overdue(s, q);
	if (!(q->state & ASKED_MANY))
		stop_waiting(g, q);
	count_answer(&peer->pairing, rtt);
}

void pairing_received(struct session *s, struct peer *peer, const struct packet *p)
{
	struct peer_pairing *a = peer ? &peer->pairing : NULL;
	bool guess = false;
	struct asked *q;

	if (!peer || (p->flags & PACKET_OWN))
		return;
	q = find_request(s, peer, p, &guess);
	if (q) {
		pair(s, peer, q, p, guess);
		a->met = true;
		return;
	}
	if (!a->met && !(p->flags & (PACKET_MULTICAST | PACKET_BROADCAST)))
		a->met = a->asks = true;
	a->owed = true;
}

/* ---- looking up ---- */

static struct asked *find_asked(const struct pairing *g, uint64_t no)
{
	uint64_t low = first_kept(g->asked_count), high = g->asked_count;

	while (low < high) {
		uint64_t middle = low + (high - low) / 2;

		if (asked_at(g, middle)->no < no)
			low = middle + 1;
		else
			high = middle;
	}
	return low < g->asked_count && asked_at(g, low)->no == no ? asked_at(g, low) : NULL;
}

static const struct answer *find_answer(const struct pairing *g, uint64_t no)
{
	uint64_t low = first_kept(g->answer_count), high = g->answer_count;

	if (low == high || no > g->answers[(high - 1) % PAIRING_KEPT].no)
		return NULL;
	while (low < high) {
		uint64_t middle = low + (high - low) / 2;

		if (g->answers[middle % PAIRING_KEPT].no < no)
			low = middle + 1;
		else
			high = middle;
	}
	return g->answers[low % PAIRING_KEPT].no == no ? &g->answers[low % PAIRING_KEPT] : NULL;
}

bool pairing_of(const struct session *s, uint64_t no, struct pair *out)
{
	const struct answer *answer = find_answer(&s->pairing, no);
	const struct asked *q;

	if (answer) {
		*out = (struct pair){ .request = answer->request,
				      .answer = no,
				      .rtt = answer->rtt,
				      .guess = answer->guess };
		return true;
	}
	q = find_asked(&s->pairing, no);
	if (!q || (!q->answer && !(q->state & ASKED_OVERDUE)))
		return false;
	*out = (struct pair){
		.request = no,
		.answer = q->answer,
		.rtt = q->rtt,
		.unanswered = q->state & ASKED_OVERDUE,
		.guess = q->state & ASKED_GUESS,
	};
	return true;
}

void pairing_refused(struct session *s, uint64_t no)
{
	struct asked *q = find_asked(&s->pairing, no);

	if (!q || q->answer)
		return;
	take_back_overdue(s, q);
	q->state |= ASKED_REFUSED;
	stop_waiting(&s->pairing, q);
}

/* ---- settings ---- */

void pairing_set_timeout(struct session *s, uint64_t ns)
{
	struct pairing *g = &s->pairing;

	for (uint64_t i = first_kept(g->asked_count); i < g->asked_count; i++)
		asked_at(g, i)->state &= ~(unsigned)ASKED_OVERDUE;
	for (uint32_t i = 0; i < s->peers.count; i++)
		s->peers.peers[i]->pairing.unanswered = 0;
	g->counted = first_kept(g->asked_count);
	g->timeout = ns;
	watch_overdue(s);
}

void pairing_set_content(struct session *s, const struct slice *content)
{
	struct pairing *g = &s->pairing;

	for (uint64_t i = first_kept(g->asked_count); i < g->asked_count; i++)
		asked_at(g, i)->state &= ~(unsigned)ASKED_WAITS;
	for (uint32_t i = 0; i < s->peers.count; i++)
		s->peers.peers[i]->pairing.first = s->peers.peers[i]->pairing.last = 0;
	g->waiting = g->many_until = 0;
	g->by_content = content != NULL;
	if (content)
		g->content = *content;
}
