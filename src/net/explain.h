/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The words for what the kernel refuses, with the way out.  Each sets ERR_SYSTEM with
 * the errno and returns false; net/sock.h has the one for sending.
 */
#ifndef NET_EXPLAIN_H
#define NET_EXPLAIN_H

#include "net/sock.h"

/* bind() to addr of a socket that asked for these options. */
bool explain_bind(const struct addr *addr, const struct sockopt_values *options, int errnum,
		  struct error *e);
bool explain_connect(const struct sock *s, const struct addr *peer, int errnum, struct error *e);

#endif
