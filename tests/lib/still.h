/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A session that opens nothing and whose clock stands still: for tests of what packets are as
 * text. */
#ifndef STILL_H
#define STILL_H

#include "session/session.h"

#define STILL_TIME 1699963391301000007ull /* 2023-11-14 12:03:11.301000007 */

struct still {
	struct session session;
	struct iface ifaces[2]; /* lo (1), and one of a name (2); those of this host stay out */
	struct buf out;
};

/* For cmocka: a setup calls the first with its state and the name; *state is a struct still. */
int still_setup(void **state, const char *ifname);
int still_teardown(void **state);

/* Number 7, at STILL_TIME, on socket 1 between 10.0.0.9:5353 and 224.0.0.251:53. */
struct packet still_packet(enum packet_kind kind, const void *data, size_t n);

#endif
