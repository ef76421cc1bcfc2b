/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What this host counts of UDP: /proc/net/snmp and snmp6 (RFC 4113, and what Linux adds).
 *
 * The counters are the network namespace's, not one socket's; that they moved is a hint, not a
 * proof.  InErrors holds RcvbufErrors, InCsumErrors and MemErrors, too (Linux 6.18).
 */
#ifndef NET_UDPSTAT_H
#define NET_UDPSTAT_H

#include "util/err.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct udp_counters {
	uint64_t no_ports;      /* nobody was bound to the port */
	uint64_t in_errors;     /* all that could not be delivered for other reasons */
	uint64_t rcvbuf_errors; /* a socket's receive buffer was full */
	uint64_t csum_errors;   /* wrong checksum */
	uint64_t mem_errors;    /* udp_mem was used up */
};

struct udpstat {
	struct udp_counters v4, v6;
};

/* root: as in net/procfile.h.  A host without IPv6 has zeroes there. */
bool udpstat_read(const char *root, struct udpstat *out, struct error *e);

/* For udpstat_read(): of the whole text of /proc/net/snmp, snmp6.  Counters that are not named stay
 * as they are; false if none is. */
bool udpstat_parse(const char *text, size_t n, struct udp_counters *out);
bool udpstat_parse6(const char *text, size_t n, struct udp_counters *out);

#endif
