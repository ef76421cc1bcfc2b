/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Who owns a UDP port on this host, as far as /proc lets an ordinary user see.
 */
#ifndef NET_OWNER_H
#define NET_OWNER_H

#include "net/addr.h"

#include <sys/types.h>

#define OWNER_LIST_MAX 256 /* sockets of one port that are told */

struct owner {
	pid_t pid; /* 0: somebody of another user, not ours to see */
	uid_t uid;
	char program[16]; /* comm of the process, "" if unknown; may hold any bytes */
	bool own;         /* this very process */
};

/* The first socket in /proc/net/udp and udp6 that is bound to the port and conflicts with addr. */
bool owner_of_port(const struct addr *addr, struct owner *out);

/* One socket that is bound to a port. */
struct owner_entry {
	struct addr local;
	struct addr peer; /* family 0: not connected */
	bool six;         /* an IPv6 socket; on :: it may hear IPv4, too */
	uid_t uid;
	unsigned long inode; /* as fstat(2) tells of its descriptor */
};

struct owner_list {
	struct owner_entry *entries; /* IPv4 first; within a family as the kernel looks at them: of
					two that are alike the first one gets unicast */
	size_t count;
};

/* All sockets on the port.  root: as in net/procfile.h. */
bool owner_list_read(const char *root, uint16_t port, struct owner_list *out, struct error *e);
void owner_list_done(struct owner_list *l);
/* Who holds the socket. */
void owner_of_entry(const char *root, const struct owner_entry *entry, struct owner *out);

/* For owner_list_read(): one line of /proc/net/udp or udp6; false for what is none. */
bool owner_parse_line(const char *line, bool six, struct owner_entry *out);

#endif
