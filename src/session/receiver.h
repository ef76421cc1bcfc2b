/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The receiver thread: epoll over all descriptors, recvmmsg, the error queues,
 * append to the store, wake the main loop.  It does nothing else, but for answers that need no
 * thought (session/responder.h), so a long search or a stalled terminal never makes the
 * kernel drop.
 *
 * Each descriptor belongs to a socket number; several (helpers for further group
 * memberships) may share one.  Kernel drops are noticed from SO_RXQ_OVFL, which
 * arrives only with the next datagram, and from SO_MEMINFO once a flood has been
 * drained; both become gaps at the place where the datagrams are missing.
 */
#ifndef SESSION_RECEIVER_H
#define SESSION_RECEIVER_H

#include "session/sent.h"
#include "store/store.h"

struct receiver;
struct responder; /* session/responder.h */

struct receiver_source {
	int fd;          /* stays the caller's; must stay open until removed */
	uint32_t socket; /* number shown */
	uint16_t port;   /* local port, for the packets */
	bool helper;     /* hears groups (and unicast that the kernel hands to it); its copies of
			    broadcasts are dropped because the socket itself hears them too */
	bool gro;        /* trains are split; gaps say "at least" */
};

/* store and sent are borrowed. */
struct receiver *receiver_new(struct store *st, struct sent_ring *sent, struct error *e);
/* Stops and joins it; drops that nobody has told yet are appended as gaps first. */
void receiver_free(struct receiver *r);

/* Readable when packets were appended since the last receiver_acknowledge(), and when there is
 * something to receive for the first time: then that starts the thread (all signals blocked in it)
 * and can fail. */
int receiver_fd(const struct receiver *r);
bool receiver_acknowledge(struct receiver *r, struct error *e);
/* Until the next receiver_acknowledge() the caller looks for packets by itself and is not woken,
 * unless that is on its way already. */
void receiver_hush(struct receiver *r);

bool receiver_add(struct receiver *r, const struct receiver_source *src, struct error *e);
/* Also to change "gro" of a descriptor known. */
bool receiver_change(struct receiver *r, const struct receiver_source *src, struct error *e);
/* Reads what is still queued, appends it, and returns when the thread no longer touches fd. */
void receiver_remove(struct receiver *r, int fd);
/* From its return on the thread answers by this (NULL: not at all) and no longer touches the one
 * before. */
void receiver_answer_by(struct receiver *r, struct responder *responder);
/* Looks for drops on all descriptors now and appends gaps for them; waits for the thread to have
 * done so. */
void receiver_check_drops(struct receiver *r);
/* The same for the last time: nothing more is received. */
void receiver_stop(struct receiver *r);

#endif
