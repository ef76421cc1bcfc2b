/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Sending: the list first, then the kernel.  See sender.h. */
#include "session/sender.h"

#include "net/tx.h"
#include "payload/payload.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>

struct outgoing {
	struct outgoing *next;
	uint64_t seq;
	struct addr dest;
	size_t len;
	uint8_t data[];
};

static uint64_t append(struct session *s, const struct session_socket *k, const struct addr *dest,
		       const void *data, size_t len, uint32_t job)
{
	struct packet p = {
		.time = clock_realtime(s->clock),
		.kind = PACKET_TX,
		.socket = k->number,
		.peer = *dest,
		.local = k->sock.local,
		.len = (uint32_t)len,
		.stored = (uint32_t)len,
		.data = data,
		.result = PACKET_TX_PENDING,
		.job = job,
	};

	store_begin(s->store);
	if (store_append(s->store, &p))
		sent_add(s->sent, &p);
	store_end(s->store);
	return p.seq;
}

static int give_to_kernel(const struct session_socket *k, const struct addr *dest, const void *data,
			  size_t len)
{
	bool connected = k->sock.peer.family && addr_equal(dest, &k->sock.peer);

	return tx_send(&k->sock, connected ? NULL : dest, data, len);
}

static void on_writable(void *ctx, short revents);

static bool keep(struct session *s, struct session_socket *k, uint64_t seq, const struct addr *dest,
		 const void *data, size_t len, struct error *e)
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
	store_mark(s->store, o->seq, result);
	if (o->seq < s->follow.next)
		session_count_sent(s, k, &o->dest, o->len, result);
}

static void flush(struct session *s, struct session_socket *k)
{
	while (k->waiting) {
		struct outgoing *o = k->waiting;
		int err = give_to_kernel(k, &o->dest, o->data, o->len);

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

static bool send_one(struct session *s, struct session_socket *k, const struct addr *dest,
		     const void *data, size_t len, uint32_t job, struct error *e)
{
	uint64_t seq = append(s, k, dest, data, len, job);
	int err = k->waiting ? EAGAIN : give_to_kernel(k, dest, data, len);

	if (err == EAGAIN) {
		if (keep(s, k, seq, dest, data, len, e))
			return true;
		store_mark(s->store, seq, ENOBUFS);
		return false;
	}
	store_mark(s->store, seq, err);
	if (err == 0)
		return true;
	return sock_explain_send(&k->sock, dest, err, err == EMSGSIZE ? tx_path_mtu(dest) : 0, e);
}

bool sender_check(const struct session_socket *k, const struct addr *dests, size_t count,
		  size_t len, struct error *e)
{
	for (size_t i = 0; i < count; i++)
		if (!check(k, &dests[i], len, e))
			return false;
	return true;
}

bool sender_send(struct session *s, struct session_socket *k, const struct addr *dests,
		 size_t count, const void *data, size_t len, uint32_t job, struct error *e)
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
		if (send_one(s, k, &dests[i], data, len, job, e))
			continue;
		return i == 0 ? false : err_prefix(e, "sent to %zu of %zu, then: ", i, count);
	}
	return true;
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
