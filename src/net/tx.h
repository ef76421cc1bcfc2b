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
 * Sends n datagrams, one per element of data, to dest (NULL: as above) in few system calls:
 * sendmmsg(2), and equal sizes in a row as one UDP_SEGMENT message (Linux 4.18), which arrive as
 * if they had been sent alone.  Returns how many were sent; *errnum is why the next one was not, 0
 * if all were.
 */
size_t tx_send_many(const struct sock *s, const struct addr *dest, const struct iovec *data,
		    size_t n, int *errnum);

/* The path MTU towards dest as the kernel knows it (IP_MTU on a scratch socket), 0 if unknown. */
unsigned tx_path_mtu(const struct addr *dest);

#endif
