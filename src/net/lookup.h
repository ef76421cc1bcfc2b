/* SPDX-License-Identifier: GPL-3.0-or-later */
/* For tests: a resolver that asks somebody else than getaddrinfo(3). */
#ifndef NET_LOOKUP_H
#define NET_LOOKUP_H

#include "net/resolve.h"

#include <netdb.h>

/* getaddrinfo() itself, or what behaves like it; called in a worker thread.  What it finds is freed
 * with freeaddrinfo(). */
typedef int lookup_fn(const char *host, const char *service, const struct addrinfo *hints,
		      struct addrinfo **found);

struct resolver *resolver_new_with(const struct clock *clock, bool numeric_only, lookup_fn *look,
				   struct error *e);

#endif
