/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Sending: the list first, then the kernel.  See sender.h. */
#include "session/sender.h"

#include "payload/payload.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>

struct outgoing {
	struct outgoing *next;
	uint64_t seq;
	struct addr dest;
	struct tx_via via;
	bool chosen; /* via says something */
	size_t len;
	uint8_t data[];
};

/* A datagram that is to be appended, but for its bytes. */
static struct packet packet_of(const struct session *s, const struct session_socket *k,
			       const struct addr *dest, const struct tx_via *via, uint32_t job)
{
	struct packet p = { .time = clock_realtime(s->clock), .job = job };

	sent_packet(&p, k->number, &k->sock.local, dest, via);
	return p;
}

/* Between store_begin() and store_end(): notes its place, STORE_NOWHERE where there is no memory.
 */
static uint64_t append_one(struct session *s, struct packet *p, const void *data, size_t len)
{
	p->len = p->stored = (uint32_t)len;
	p->data = data;
	if (!store_append(s->store, p))
		return STORE_NOWHERE;
	sent_add(s->sent, p);
	return p->seq;
}

static void append(struct session *s, const struct session_socket *k, const struct addr *dest,
		   const struct tx_via *via, const struct iovec *data, size_t n, uint64_t *seqs,
		   uint32_t job)
{
	struct packet p = packet_of(s, k, dest, via, job);

	store_begin(s->store);
	for (size_t i = 0; i < n; i++)
		seqs[i] = append_one(s, &p, data[i].iov_base, data[i].iov_len);
	store_end(s->store);
}

/* NULL where the kernel knows the destination. */
static const struct addr *name_for(const struct session_socket *k, const struct addr *dest)
{
	return k->sock.peer.family && addr_equal(dest, &k->sock.peer) ? NULL : dest;
}

static void on_writable(void *ctx, short revents);

static bool keep(struct session *s, struct session_socket *k, uint64_t seq, const struct addr *dest,
		 const struct tx_via *via, const void *data, size_t len, struct error *e)
{
	struct outgoing *o = NULL;

	if (k->waiting_bytes + len <= SENDER_WAITING)
		o = malloc(sizeof(*o) + len);
	if (!o)
		return err_set(e, ERR_LIMIT,
			       "[%u] cannot keep more: %zu bytes wait for the kernel to take them",
			       k->number, k->waiting_bytes);
	/* The loop wants no context but the session: it finds the socket by what waits. */
	if (!loop_watch(s->loop, k->sock.fd, POLLOUT, on_writable, s, e)) {
		free(o);
		return false;
	}
	*o = (struct outgoing){ .seq = seq, .dest = *dest, .len = len };
	if (via) {
		o->via = *via;
		o->chosen = true;
	}
	memcpy(o->data, data, len);
	if (k->waiting)
		k->waiting_last->next = o;
	else
		k->waiting = o;
	k->waiting_last = o;
	k->waiting_bytes += len;
	return true;
}

static void drop_first(struct session_socket *k)
{
	struct outgoing *o = k->waiting;

	k->waiting = o->next;
	k->waiting_bytes -= o->len;
	free(o);
}

/* What waited is sent or lost now; a follow that has passed it saw it waiting. */
static void settle(struct session *s, struct session_socket *k, const struct outgoing *o,
		   int result)
{
	store_mark(s->store, &o->seq, 1, result);
	if (o->seq < s->follow.next)
		session_count_sent(s, k, &o->dest, o->len, result);
}

static void flush(struct session *s, struct session_socket *k)
{
	while (k->waiting) {
		struct outgoing *o = k->waiting;
		int err = tx_send_via(&k->sock, name_for(k, &o->dest), o->chosen ? &o->via : NULL,
				      o->data, o->len);

		if (err == EAGAIN)
			return;
		settle(s, k, o, err);
		drop_first(k);
	}
	loop_unwatch(s->loop, k->sock.fd);
}

static void on_writable(void *ctx, short revents)
{
	struct session *s = ctx;

	(void)revents;
	for (size_t i = 0; i < s->socket_count; i++)
		if (s->sockets[i]->waiting)
			flush(s, s->sockets[i]);
	if (s->watcher.changed)
		s->watcher.changed(s->watcher.ctx);
}

static bool check(const struct session_socket *k, const struct addr *dest, size_t len,
		  struct error *e)
{
	size_t max = dest->family == AF_INET ? PAYLOAD_MAX_V4 : PAYLOAD_MAX_V6;

	if (len > max)
		return err_set(e, ERR_RANGE,
			       "%zu bytes do not fit one datagram: at most %zu over %s", len, max,
			       dest->family == AF_INET ? "IPv4" : "IPv6");
	return sock_can_reach(&k->sock, dest, e);
}

bool sender_explain(const struct session_socket *k, const struct addr *dest,
		    const struct tx_via *via, int errnum, struct error *e)
{
	unsigned mtu = errnum == EMSGSIZE ? tx_path_mtu(dest, via ? via->ifindex : 0) : 0;

	return sock_explain_send(&k->sock, dest, via, errnum, mtu, e);
}

static bool send_one(struct session *s, struct session_socket *k, const struct addr *dest,
		     const struct tx_via *via, const void *data, size_t len, uint32_t job,
		     struct error *e)
{
	const struct iovec datagram = { .iov_base = (void *)data, .iov_len = len };
	uint64_t seq;
	int err = EAGAIN;

	append(s, k, dest, via, &datagram, 1, &seq, job);
	if (!k->waiting)
		err = tx_send_via(&k->sock, name_for(k, dest), via, data, len);
	if (err == EAGAIN && keep(s, k, seq, dest, via, data, len, e))
		return true;
	store_mark(s->store, &seq, 1, err == EAGAIN ? ENOBUFS : err);
	if (err == EAGAIN)
		return false;
	return err == 0 ? true : sender_explain(k, dest, via, err, e);
}

/* What is left of a batch waits for room, as far as it can be kept. */
static bool keep_rest(struct session *s, struct session_socket *k, const struct addr *dest,
		      const struct iovec *data, const uint64_t *seqs, size_t n, size_t *done,
		      struct error *e)
{
	for (; *done < n; ++*done) {
		size_t i = *done;

		if (!keep(s, k, seqs[i], dest, NULL, data[i].iov_base, data[i].iov_len, e)) {
			store_mark(s->store, seqs + i, n - i, ENOBUFS);
			return false;
		}
	}
	return true;
}

static bool send_batch(struct session *s, struct session_socket *k, const struct addr *dest,
		       const struct iovec *data, size_t n, size_t *done, struct error *e)
{
	uint64_t seqs[SENDER_BATCH];
	int errnum = EAGAIN;

	append(s, k, dest, NULL, data, n, seqs, 0);
	*done = 0;
	if (!k->waiting)
		*done = tx_send_many(&k->sock, name_for(k, dest), data, n, &errnum);
	store_mark(s->store, seqs, *done, 0);
	if (*done == n)
		return true;
	if (errnum == EAGAIN)
		return keep_rest(s, k, dest, data, seqs, n, done, e);
	store_mark(s->store, seqs + *done, 1, errnum);
	store_mark(s->store, seqs + *done + 1, n - *done - 1, ECANCELED);
	return sender_explain(k, dest, NULL, errnum, e);
}

bool sender_send_many(struct session *s, struct session_socket *k, const struct addr *dest,
		      const struct iovec *data, size_t n, size_t *done, struct error *e)
{
	size_t fit = 0;

	dest = dest ? dest : &k->sock.peer;
	while (fit < n && check(k, dest, data[fit].iov_len, e))
		fit++;
	for (*done = 0; *done < fit;) {
		size_t left = fit - *done, some;
		bool ok = send_batch(s, k, dest, data + *done,
				     left < SENDER_BATCH ? left : SENDER_BATCH, &some, e);

		*done += some;
		if (!ok)
			return false;
	}
	return fit == n;
}

bool sender_check(const struct session_socket *k, const struct addr *dests, size_t count,
		  size_t len, struct error *e)
{
	for (size_t i = 0; i < count; i++)
		if (!check(k, &dests[i], len, e))
			return false;
	return true;
}

bool sender_send_via(struct session *s, struct session_socket *k, const struct addr *dests,
		     size_t count, const struct tx_via *via, const void *data, size_t len,
		     uint32_t job, struct error *e)
{
	if (count == 0) {
		if (!k->sock.peer.family)
			return err_set(e, ERR_STATE,
				       "no target: :to HOST PORT, or wait for a peer");
		dests = &k->sock.peer;
		count = 1;
	}
	if (!sender_check(k, dests, count, len, e))
		return false;
	for (size_t i = 0; i < count; i++) {
		if (send_one(s, k, &dests[i], via, data, len, job, e))
			continue;
		return i == 0 ? false : err_prefix(e, "sent to %zu of %zu, then: ", i, count);
	}
	return true;
}

bool sender_send(struct session *s, struct session_socket *k, const struct addr *dests,
		 size_t count, const void *data, size_t len, uint32_t job, struct error *e)
{
	return sender_send_via(s, k, dests, count, NULL, data, len, job, e);
}

/* ---- each to its own destination ---- */

static const struct tx_via *choice(const struct sender_parcel *p)
{
	return p->chosen ? &p->via : NULL;
}

static void append_each(struct session *s, const struct session_socket *k,
			const struct sender_parcel *parcels, size_t n, uint64_t *seqs)
{
	store_begin(s->store);
	for (size_t i = 0; i < n; i++) {
		const struct sender_parcel *p = &parcels[i];
		struct packet packet = packet_of(s, k, &p->dest, choice(p), p->job);

		seqs[i] = append_one(s, &packet, p->data, p->len);
	}
	store_end(s->store);
}

/* Each that the kernel took or refused; returns how many. */
static size_t hand_each(struct session_socket *k, struct sender_parcel *parcels,
			struct tx_parcel *out, size_t n)
{
	for (size_t i = 0; i < n; i++)
		out[i] = (struct tx_parcel){
			.dest = &parcels[i].dest,
			.via = choice(&parcels[i]),
			.data = parcels[i].data,
			.len = parcels[i].len,
		};
	return k->waiting ? 0 : tx_send_each(k->sock.fd, k->sock.family, out, n);
}

size_t sender_send_each(struct session *s, struct session_socket *k, struct sender_parcel *parcels,
			size_t n, struct error *e)
{
	struct tx_parcel out[SENDER_PARCELS];
	uint64_t seqs[SENDER_PARCELS];
	size_t done, ok = 0;

	append_each(s, k, parcels, n, seqs);
	done = hand_each(k, parcels, out, n);
	store_mark(s->store, seqs, done, 0);
	for (size_t i = 0; i < n; i++) {
		struct sender_parcel *p = &parcels[i];
		const struct tx_via *via = choice(p);
		struct error *why = ok < i ? NULL : e;

		if (i >= done) {
			p->ok = keep(s, k, seqs[i], &p->dest, via, p->data, p->len, why);
			if (!p->ok)
				store_mark(s->store, &seqs[i], 1, ENOBUFS);
		} else {
			p->ok = out[i].result == 0 ||
				sender_explain(k, &p->dest, via, out[i].result, why);
			if (!p->ok)
				store_mark(s->store, &seqs[i], 1, out[i].result);
		}
		ok += p->ok;
	}
	return ok;
}

bool sender_waits(const struct session_socket *k, uint64_t seq)
{
	return k->waiting && k->waiting->seq < seq;
}

void sender_drop(struct session *s, struct session_socket *k)
{
	if (k->waiting)
		loop_unwatch(s->loop, k->sock.fd);
	while (k->waiting) {
		settle(s, k, k->waiting, ECANCELED);
		drop_first(k);
	}
}
