/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The interfaces of this host in a session: read when first asked for; from
 * session_watch_interfaces() on kept current by the kernel's notifications, with an event for
 * each change and memberships joined again when the interface they were lost with is back.
 *
 * A session that never watches pays nothing; one that does is woken by changes only.
 */
#ifndef SESSION_INTERFACES_H
#define SESSION_INTERFACES_H

#include "net/iface.h"

#include <stdint.h>

struct session;
struct membership; /* net/group.h */
struct session_socket;

#define INTERFACES_FORMER 64

struct interfaces {
	bool watched;
	bool failed; /* cannot be watched: told once */
	int fd;
	uint64_t read;    /* monotonic ns; 0: the table was never read */
	uint64_t changes; /* counts what the kernel told, about routes, too */
	bool no_rejoin;   /* "set rejoin off" */
	/* Names of interfaces that were removed, the newest last: what came in by them is shown. */
	struct {
		unsigned index;
		char name[IF_NAMESIZE];
	} former[INTERFACES_FORMER];
	size_t former_count;
};

/* From now on changes are followed.  What forbids it is an event, once. */
void session_watch_interfaces(struct session *s);
void interfaces_done(struct session *s);

/* "set rejoin": turned on, what waits is joined at once. */
void session_set_rejoin(struct session *s, bool on);

/* The interface that the socket's options (or the zone) force for dest, as far as the kernel
 * follows them; 0: the routing table chooses.  k may be NULL. */
unsigned session_forced_interface(const struct session_socket *k, const struct addr *dest);

/* Where a membership is heard; what the kernel chose is asked of the socket.  0: it is lost. */
unsigned session_membership_ifindex(struct session *s, const struct membership *m);

/* The interfaces as they were when first asked for, or read anew since; while watched, as the
 * kernel last told. */
const struct iface_table *session_ifaces(struct session *s);
/* As they are now: for who is asked for a list. */
bool session_read_ifaces(struct session *s, struct error *e);
/* An interface by index, NULL if there is none; while nothing is watched an unknown one has the
 * table read anew, at most once a second. */
const struct iface *session_iface(struct session *s, unsigned index);
/* Its name, if it was removed the one that it had; NULL: never heard of. */
const char *session_ifname(struct session *s, unsigned index);

#endif
