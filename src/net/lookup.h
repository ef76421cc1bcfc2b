/* SPDX-License-Identifier: GPL-3.0-or-later */
/* For tests: a resolver that asks somebody else than getaddrinfo(3) and getnameinfo(3). */
#ifndef NET_LOOKUP_H
#define NET_LOOKUP_H

#include "net/resolve.h"

#include <netdb.h>

/* getaddrinfo() itself, or what behaves like it; called in a worker thread.  What it finds is freed
 * with freeaddrinfo(). */
typedef int lookup_fn(const char *host, const char *service, const struct addrinfo *hints,
		      struct addrinfo **found);

/* getnameinfo() itself, or what behaves like it; likewise. */
typedef int naming_fn(const struct sockaddr *sa, socklen_t len, char *host, socklen_t host_size,
		      char *service, socklen_t service_size, int flags);

/* From now on; NULL leaves one as it is. */
void resolver_ask_instead(struct resolver *r, lookup_fn *look, naming_fn *name);

#endif
