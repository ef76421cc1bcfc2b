/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Sending one datagram or many.
 */
#ifndef NET_TX_H
#define NET_TX_H

#include "net/addr.h"

#include <stddef.h>
#include <sys/uio.h>

struct sock;

/*
 * Sends n bytes to dest (NULL on a connected socket) and returns 0 or the errno.  EAGAIN: the
 * socket's buffer is full, wait for POLLOUT.
 *
 * A pending ICMP error of an earlier datagram is returned by the next, unrelated send, which is
 * then not sent; each entry taken from the error queue arms the next (Linux 6.18).  So an errno
 * that ICMP can cause (the values of the kernel's icmp_err_convert: ECONNREFUSED, EHOSTUNREACH,
 * ...) is repeated up to TX_RETRIES times before it is believed.
 */
#define TX_RETRIES 64
int tx_send(const struct sock *s, const struct addr *dest, const void *data, size_t n);

/*
 * What one send chooses for itself, by control data: the socket stays as it is set.
 *
 * An IPv4 destination takes the messages of level IPPROTO_IP, on a dual-stack AF_INET6 socket too:
 * there the kernel honours IP_PKTINFO, IP_TTL and IP_TOS, passes over IPV6_HOPLIMIT and
 * IPV6_TCLASS, and takes IPV6_PKTINFO only with a v4-mapped source (:: is EINVAL).  An IPv6
 * destination takes IPV6_PKTINFO, IPV6_HOPLIMIT and IPV6_TCLASS; those of IPPROTO_IP are passed
 * over.
 *
 * An interface that is chosen so wins over a device that an IPv4 socket is bound to; on IPv6 that
 * is EINVAL.  IPv4 asks no route where the interface is chosen: without one the destination is
 * taken to be on its link.  All of it seen on Linux 6.18.
 */
struct tx_via {
	unsigned ifindex;   /* 0: as the routing table says */
	struct addr source; /* family 0: the kernel's choice; else of the destination's family */
	int ttl;            /* 1..255; 0: the socket's, of unicast or of multicast */
	int tos;            /* -1: the socket's */
};

/* tx_send() with a choice; via NULL is none. */
int tx_send_via(const struct sock *s, const struct addr *dest, const struct tx_via *via,
		const void *data, size_t n);

/*
 * Sends n datagrams, one per element of data, to dest (NULL: as above) in few system calls:
 * sendmmsg(2), and equal sizes in a row as one UDP_SEGMENT message (Linux 4.18), which arrive as
 * if they had been sent alone.  Returns how many were sent; *errnum is why the next one was not, 0
 * if all were.
 */
size_t tx_send_many(const struct sock *s, const struct addr *dest, const struct iovec *data,
		    size_t n, int *errnum);

/* One of many, each to a destination of its own. */
struct tx_parcel {
	const struct addr *dest;
	const struct tx_via *via; /* NULL: no choice */
	const void *data;
	size_t len;
	int result; /* set: 0 sent, else the errno */
};

/* Sends them in order in few system calls from a descriptor of that family; one that fails does not
 * keep the others back.  Returns how many were sent or failed; the next one found the socket's
 * buffer full. */
size_t tx_send_each(int fd, int family, struct tx_parcel *parcels, size_t n);

/* The path MTU towards dest as the kernel knows it (IP_MTU on a scratch socket), 0 if unknown.
 * ifindex: the interface it is to leave by, 0 for the routing table's choice. */
unsigned tx_path_mtu(const struct addr *dest, unsigned ifindex);

#endif
