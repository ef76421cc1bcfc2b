/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Who owns a UDP port on this host, as far as /proc lets an ordinary user see.
 */
#ifndef NET_OWNER_H
#define NET_OWNER_H

#include "net/addr.h"

#include <sys/types.h>

struct owner {
	pid_t pid; /* 0: somebody of another user, not ours to see */
	uid_t uid;
	char program[16]; /* comm of the process, "" if unknown; may hold any bytes */
	bool own;         /* this very process */
};

/* The first socket in /proc/net/udp and udp6 that is bound to the port and conflicts with addr. */
bool owner_of_port(const struct addr *addr, struct owner *out);

#endif
