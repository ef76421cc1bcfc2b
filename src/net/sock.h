/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * One UDP socket as a person means it: its descriptor, what was asked of it and
 * what it was granted.
 *
 * Where more than 20 IPv4 memberships are wanted (net.ipv4.igmp_max_memberships,
 * per socket) a sock holds helper descriptors bound to the same port; they hear
 * groups only and are shown as one with it.
 *
 * Every descriptor is born CLOEXEC and NONBLOCK, with PKTINFO, TTL, TOS,
 * RECVFRAGSIZE (Linux 4.9), TIMESTAMPNS, RXQ_OVFL and RECVERR on for the family
 * (for both on an AF_INET6 socket that is not v6only), IP(V6)_MULTICAST_ALL off,
 * and a receive buffer of SOCK_RCVBUF_ASK bytes asked.
 */
#ifndef NET_SOCK_H
#define NET_SOCK_H

#include "net/addr.h"
#include "net/group.h"
#include "net/sockopt.h"

struct tx_via;

#define SOCK_RCVBUF_ASK (16u << 20)

struct sock {
	int fd;
	int family;        /* AF_INET or AF_INET6 */
	bool dual;         /* AF_INET6 that hears IPv4 too */
	struct addr local; /* as bound; the port is always known and stays over disconnect */
	struct addr peer;  /* family 0: not connected */
	struct sockopt_values options; /* what was asked, by row of sockopts[] */
	struct group_list groups;
	int *helpers; /* descriptors with further memberships, in order of their making */
	size_t helper_count;
};

/* What to open.  family AF_UNSPEC means a dual-stack AF_INET6 socket, or AF_INET where the host has
 * no IPv6 or the address is IPv4. */
struct sock_spec {
	int family;
	struct addr bind; /* family 0: wildcard; port 0: an ephemeral one is chosen here */
	struct sockopt_values options;
};

/*
 * Opens, sets the options (those that must precede bind first), binds.  An ephemeral port is one
 * that the kernel gave to another socket a moment ago, bound by number, because the kernel
 * forgets a port that it chose itself when a socket is disconnected (Linux 6.18).  Errors are
 * explained with the way out: EADDRINUSE names the owner where /proc lets it (net/owner.h),
 * EADDRNOTAVAIL, EACCES (port below net.ipv4.ip_unprivileged_port_start), EPERM with the
 * capability.
 */
bool sock_open(struct sock *s, const struct sock_spec *spec, struct error *e);
/* For group_join(): one more descriptor on the same port, appended to s->helpers. */
bool sock_add_helper(struct sock *s, struct error *e);
void sock_close(struct sock *s); /* closes all descriptors; s is as zeroed with fd -1 */

/* Kernel connect: only peer is heard.  Allowed again while connected, and what was connected
 * stays so if it fails.  Helpers are never connected: groups are heard on. */
bool sock_connect(struct sock *s, const struct addr *peer, struct error *e);
/* Dissolves it (AF_UNSPEC); port, local address and device stay as they were bound. */
bool sock_disconnect(struct sock *s, struct error *e);

/* Can it send and hear addresses of this family? Explains what to open where not. */
bool sock_speaks(const struct sock *s, int family, struct error *e);
/* The family that a destination needs fits this socket? Explains what to open where not. */
bool sock_can_reach(const struct sock *s, const struct addr *dest, struct error *e);

/* Words and way out for a send that failed with errnum.  via: what it chose (net/tx.h), NULL for
 * nothing.  path_mtu: 0 if unknown. */
bool sock_explain_send(const struct sock *s, const struct addr *dest, const struct tx_via *via,
		       int errnum, unsigned path_mtu, struct error *e);

/* SO_MEMINFO (Linux 4.12).  Bytes waiting and drops since the socket was born are those of all
 * descriptors together, rcvbuf is the socket's own as the kernel counts it: twice what was
 * granted. */
struct sock_memory {
	uint32_t queued, rcvbuf, drops;
};
bool sock_memory(const struct sock *s, struct sock_memory *out);

#endif
