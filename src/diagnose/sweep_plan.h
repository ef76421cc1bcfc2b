/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Which probes a sweep sends: one out of every interface that can carry it.
 *
 * Pure: a table of interfaces and a wish in, a list of probes out.  Without names every interface
 * that is up, running and no loopback is considered, and those that cannot carry the probe are
 * passed over in silence; an interface that was named and cannot is a probe that was refused, with
 * the reason.  An interface with addresses in several IPv4 subnets broadcasts into each of them.
 */
#ifndef DIAGNOSE_SWEEP_PLAN_H
#define DIAGNOSE_SWEEP_PLAN_H

#include "net/iface.h"

#define SWEEP_PROBES 128 /* more subnets than that are an error */
#define SWEEP_NAMED 32   /* interfaces that "via" may name */

enum sweep_how {
	SWEEP_SUBNET,    /* to the broadcast address of each IPv4 subnet */
	SWEEP_BROADCAST, /* to 255.255.255.255 */
	SWEEP_GROUP,
};

struct sweep_wish {
	enum sweep_how how;
	struct addr group; /* SWEEP_GROUP */
	uint16_t port;
	unsigned named[SWEEP_NAMED]; /* interface indexes */
	size_t named_count;          /* 0: all that suit */
};

struct sweep_probe {
	unsigned ifindex;
	char ifname[IF_NAMESIZE];
	struct addr dest;
	struct addr source; /* family 0: the kernel's choice */
	char refused[160];  /* why it was not sent; "": it was, or has yet to be */
	uint64_t time;      /* realtime ns of sending; 0: it was not */
};

/* The family of the destinations. */
int sweep_family(const struct sweep_wish *w);

/* *count probes to probes[SWEEP_PROBES], in the order of the table; ERR_STATE, naming what is
 * missing, if no interface at all suits. */
bool sweep_plan(const struct sweep_wish *w, const struct iface_table *ifaces,
		struct sweep_probe *probes, size_t *count, struct error *e);

#endif
