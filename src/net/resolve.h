/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Names to addresses, and addresses to names, without ever blocking the caller.
 *
 * A look-up that needs the network runs in a worker thread that can be abandoned
 * (getaddrinfo cannot be cancelled: the thread finishes alone and its answer is
 * dropped).  resolve_name() answers at once for numeric addresses and for names
 * that were just resolved; else it starts the worker, returns ERR_PENDING and the
 * caller runs the same command again when resolver_fd() has become readable.
 * That makes waiting for a name the same for the prompt, for start-up and for
 * scripts: try, wait, try again.
 */
#ifndef NET_RESOLVE_H
#define NET_RESOLVE_H

#include "net/addr.h"

struct clock;
struct resolver;

/* numeric_only: names are refused (-n). */
struct resolver *resolver_new(const struct clock *clock, bool numeric_only, struct error *e);
void resolver_free(struct resolver *r); /* abandons what is under way */

/* Becomes readable when an answer is there; resolver_collect() takes it and makes it unreadable. */
int resolver_fd(const struct resolver *r);
void resolver_collect(struct resolver *r);

/*
 * family: AF_INET, AF_INET6 or AF_UNSPEC (the system's preference, RFC 6724).  An answer is kept
 * for 10 s, a failure for 2 s, so that a command that names two hosts needs at most three tries.
 * An empty host means the wildcard address of the family (AF_UNSPEC: IPv6). Port 0 or none is
 * refused with ERR_RANGE unless zero_port_ok.
 */
bool resolve_name(struct resolver *r, const struct addr_name *name, int family, bool zero_port_ok,
		  struct addr *out, struct error *e);

#define RESOLVE_NAME_MAX 256 /* with its NUL; what DNS can hold */

/* false, with the words of it: this one looks up no names. */
bool resolver_asks(const struct resolver *r, struct error *e);
/*
 * The name of a host by its address, the port aside: PTR, hosts(5), whatever nsswitch.conf(5) says.
 * ERR_PENDING as above, but an answer or failure is told once and not kept.  The name comes from
 * the network: any bytes may be in it.
 */
bool resolve_address(struct resolver *r, const struct addr *addr, char name[RESOLVE_NAME_MAX],
		     struct error *e);

#endif
