/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * --demo: loopback services to play with, no network and no root needed.
 *
 * An echo, a talker that answers with datagrams of different sizes, and a group on
 * lo that ticks once a second.  They are neighbours on this host, not part of the
 * session: their sockets are their own and they send only to 127.0.0.1 and to a
 * group on lo.
 */
#ifndef DEMO_H
#define DEMO_H

#include "net/addr.h"
#include "util/loop.h"

struct demo;

#define DEMO_GROUP "239.255.77.77"

/* group_port: where the group ticks; heard by a socket on that port that joined DEMO_GROUP on lo */
struct demo *demo_new(struct loop *loop, const struct clock *clock, uint16_t group_port,
		      struct error *e);
void demo_free(struct demo *d);

struct addr demo_echo(const struct demo *d);
struct addr demo_talker(const struct demo *d);

#endif
