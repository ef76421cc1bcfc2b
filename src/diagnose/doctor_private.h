/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the checks of the doctor share. */
#ifndef DIAGNOSE_DOCTOR_PRIVATE_H
#define DIAGNOSE_DOCTOR_PRIVATE_H

#include "diagnose/doctor.h"

/* Who was heard, by which of our sockets, on the examined one's port; or who was seen on the wire,
 * and whether that was delivered is not told. */
struct heard {
	struct addr to; /* group, broadcast or own address; port 0 */
	struct addr from;
	unsigned ifindex;
	uint32_t socket; /* 0: seen on the wire */
	uint64_t count;
};

#define HEARD_MAX 256

struct doctor {
	struct session *session;
	const struct session_socket *k; /* the patient */
	const char *root;
	const struct doctor_check *check; /* that looks */
	size_t said;                      /* findings of it so far */
	struct diagnosis *out;
	struct heard heard[HEARD_MAX];
	size_t heard_count;
	bool watched; /* the wire was looked at */
};

#define DOCTOR_COMMAND_MAX 256

/* command may be NULL. */
void doctor_say(struct doctor *d, enum doctor_level level, const char *command, const char *fmt,
		...) __attribute__((format(printf, 4, 5)));

void doctor_note(struct doctor *d, const struct addr *to, const struct addr *from, unsigned ifindex,
		 uint32_t socket);
/* "where [2] hears it", "as seen on the wire" */
const char *doctor_witness(const struct heard *h, char out[48]);
/* Where the socket's lines go: the connected peer, or its targets. */
size_t doctor_targets(const struct doctor *d, const struct addr **out);
/* The interface that the socket forces datagrams to dest out of; 0: the routing table's choice. */
unsigned doctor_forced(const struct doctor *d, const struct addr *dest);
/* The interface a datagram to dest leaves by; 0: no route. */
unsigned doctor_way(const struct doctor *d, const struct addr *dest);
int64_t doctor_option(const struct doctor *d, const char *name); /* what was asked; 0 else */
/* One option of the kernel for the socket, or for IPv4 on an IPv6 socket. */
bool doctor_sockopt(const struct doctor *d, int level, int name, int *out);

/* An interface's name; "interface 7" where it is gone.  The text is d's until the next call. */
const char *doctor_iface(struct doctor *d, unsigned ifindex, char out[32]);
/* "join 239.1.2.3%eth0" and the like into command. */
void doctor_group_command(const char *verb, const struct addr *group, const struct addr *source,
			  unsigned ifindex, char command[DOCTOR_COMMAND_MAX]);
/* Address without port as text. */
const char *doctor_host(const struct addr *a, char out[80]);
/* Does the membership let datagrams of that source pass? */
bool doctor_admits(const struct membership *m, const struct addr *source);
/* Does the socket hold the group on that interface (0: on any)? */
bool doctor_joined(const struct doctor *d, const struct addr *group, unsigned ifindex);

/* Has this process the capability (CAP_NET_ADMIN, ... of linux/capability.h)? */
bool doctor_capable(const struct doctor *d, unsigned capability);

/* doctor_socket.c */
bool doctor_look_address(struct doctor *d);
bool doctor_look_connect(struct doctor *d);
bool doctor_look_device(struct doctor *d);
bool doctor_look_sender(struct doctor *d);
/* doctor_load.c */
bool doctor_look_port(struct doctor *d);
bool doctor_look_buffer(struct doctor *d);
bool doctor_look_counters(struct doctor *d);
/* doctor_group.c */
bool doctor_look_joined(struct doctor *d);
bool doctor_look_arrival(struct doctor *d);
bool doctor_look_source(struct doctor *d);
/* doctor_host.c */
bool doctor_look_interface(struct doctor *d);
bool doctor_look_route(struct doctor *d);
bool doctor_look_rp_filter(struct doctor *d);
/* doctor_firewall.c */
bool doctor_look_firewall(struct doctor *d);
/* doctor_wire.c */
void doctor_watch_wire(struct doctor *d); /* before the checks; needs CAP_NET_RAW */
bool doctor_look_wire(struct doctor *d);
/* doctor_querier.c */
bool doctor_look_querier(struct doctor *d);

#endif
