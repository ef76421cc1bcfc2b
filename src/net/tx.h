/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Sending one datagram or a few.
 */
#ifndef NET_TX_H
#define NET_TX_H

#include "net/addr.h"

#include <stddef.h>

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

/* The path MTU towards dest as the kernel knows it (IP_MTU on a scratch socket), 0 if unknown. */
unsigned tx_path_mtu(const struct addr *dest);

#endif
