/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the checks of the doctor share. */
#ifndef DIAGNOSE_DOCTOR_PRIVATE_H
#define DIAGNOSE_DOCTOR_PRIVATE_H

#include "diagnose/doctor.h"
#include "net/sniff.h"
#include "util/child.h"

/* Who was heard, by which of our sockets, on the examined one's port; or who was seen on the wire
 * sending to it. */
struct heard {
	struct addr to; /* group, broadcast or own address; port 0 */
	struct addr from;
	unsigned ifindex;
	uint32_t socket; /* 0: seen on the wire */
	bool delivered;  /* what was seen on the wire came to the examined socket */
	uint64_t count;
};

#define HEARD_MAX 256
#define HEARD_WIRE 128 /* of them, seen on the wire */

/* The rules that one program listed. */
struct doctor_rules {
	const char *const *argv;
	bool iptables;       /* in its words, else in those of nft */
	bool listed;         /* "text" holds them */
	struct error failed; /* why they are not seen */
	struct buf text;
};

#define DOCTOR_RULES 3

struct doctor {
	struct activity activity; /* first */
	uint32_t socket;          /* the patient, and its port */
	uint16_t port;
	const struct session_socket *k; /* only at the start and while the checks look */
	/* what is looked at before */
	struct sniff sniff;
	size_t frames;
	bool watched;          /* the wire was looked at ... */
	uint64_t watched_from; /* ... from here on, realtime ns */
	struct loop_timer due; /* armed until that is done */
	struct doctor_rules rules[DOCTOR_RULES];
	size_t rules_count, rules_asked;
	struct child *child; /* that lists them */
	struct heard heard[HEARD_MAX];
	size_t heard_count;
	/* the checks */
	const struct doctor_check *check; /* that looks */
	size_t said;                      /* findings of it so far */
	bool shared;                      /* other sockets have the port, too */
	struct diagnosis found;
	bool examined;
	struct error failed; /* why it is not */
};

/* Goes on with what is to be looked at, or else has the checks look. */
void doctor_go_on(struct doctor *d);

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
bool doctor_capable(unsigned capability);

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
void doctor_ask_firewall(struct doctor *d); /* finds out whom to ask; needs CAP_NET_ADMIN */
bool doctor_list_rules(struct doctor *d);   /* asks the next; false: all have spoken */
bool doctor_look_firewall(struct doctor *d);
/* doctor_wire.c */
void doctor_watch_wire(struct doctor *d); /* needs CAP_NET_RAW */
void doctor_leave_wire(struct doctor *d);
void doctor_note_delivered(struct doctor *d, const struct packet *p);
bool doctor_look_wire(struct doctor *d);
/* doctor_querier.c */
bool doctor_look_querier(struct doctor *d);

#endif
