/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Sending through a session: what is sent is a packet in the list before it is
 * given to the kernel, so an answer never precedes its request.
 *
 * A full socket buffer waits for POLLOUT with the datagram kept; nothing spins and
 * nothing is lost silently.  At most SENDER_WAITING bytes wait per socket, then
 * sending is refused with ERR_LIMIT.
 */
#ifndef SESSION_SENDER_H
#define SESSION_SENDER_H

#include "net/tx.h"
#include "session/session.h"

#include <sys/uio.h>

#define SENDER_WAITING (16u << 20)

/*
 * Sends one payload to each of the destinations (count 0 on a connected socket: to its peer).
 * Before the kernel is asked: the size against the family (65,507 and 65,527 bytes), each
 * destination against the socket.  On an error of the first datagram nothing was sent; e is
 * explained (net/sock.h).  job: the number of the job that sends, 0 for none.
 */
bool sender_send(struct session *s, struct session_socket *k, const struct addr *dests,
		 size_t count, const void *data, size_t len, uint32_t job, struct error *e);

/* The same by a choice of its own (net/tx.h; NULL: none), which the datagram keeps while it waits
 * for room, and its packet shows: interface, source, ttl and tos as far as they were chosen. */
bool sender_send_via(struct session *s, struct session_socket *k, const struct addr *dests,
		     size_t count, const struct tx_via *via, const void *data, size_t len,
		     uint32_t job, struct error *e);

/* What the errno of a send means, with the way out; false. */
bool sender_explain(const struct session_socket *k, const struct addr *dest,
		    const struct tx_via *via, int errnum, struct error *e);

/* Does each of them fit, as far as is known without the kernel? */
bool sender_check(const struct session_socket *k, const struct addr *dests, size_t count,
		  size_t len, struct error *e);
/* Does something that was sent before place "seq" of the store wait for room still? */
bool sender_waits(const struct session_socket *k, uint64_t seq);

/*
 * Sends n datagrams to one destination (NULL on a connected socket: to its peer), with fewer locks
 * and system calls.  What the kernel has no room for waits; the caller sends no more until
 * k->waiting is NULL again (the watcher's "changed" tells).  false: e is about datagram *done, and
 * that and those behind it were not sent.
 */
#define SENDER_BATCH 256
bool sender_send_many(struct session *s, struct session_socket *k, const struct addr *dest,
		      const struct iovec *data, size_t n, size_t *done, struct error *e);

/* One of many, each to a destination of its own. */
struct sender_parcel {
	struct addr dest;
	struct tx_via via;
	bool chosen; /* via says something */
	const void *data;
	size_t len;
	uint32_t job;
	bool ok; /* set: it was sent or waits for room */
};

/* Sends n of them, SENDER_PARCELS at most, with one lock and few system calls.  What the kernel has
 * no room for waits; one that fails does not keep the others back.  Returns how many are ok; e is
 * about the first that is not. */
#define SENDER_PARCELS 64
size_t sender_send_each(struct session *s, struct session_socket *k, struct sender_parcel *parcels,
			size_t n, struct error *e);

/* Drops what waits, marking it failed (ECANCELED): the socket is closing. */
void sender_drop(struct session *s, struct session_socket *k);

#endif
