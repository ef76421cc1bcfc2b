/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * -z: an empty datagram to each of a host's ports, to see which answer, which are
 * refused (ICMP unreachable) and which keep silent.
 *
 * Probes leave one by one: hosts answer only so many with ICMP errors (Linux: six, then
 * one a second; a thousand a second over loopback), and a port beyond that looks silent.
 */
#ifndef FRONT_SCAN_H
#define FRONT_SCAN_H

#include "front/ending.h"
#include "session/session.h"

struct scan_config {
	struct addr first; /* of the host's ports */
	uint16_t last;
	uint64_t interval; /* ns between two probes */
	uint64_t wait;     /* ns to wait after the last one */
	bool verbose;      /* tell the refused ones too; for a single port always */
	bool json;
};

/* From the session's current socket.  What was found goes to stdout, a line each: "ADDR:PORT
 * answered", or an event "port".  ENDING_DONE if one answered, ENDING_NO_ANSWER if one is silent,
 * else ENDING_REFUSED; "why" gets the line for stderr.  ENDING_ERROR: e is set. */
enum ending_status scan_run(struct session *s, const struct scan_config *config, struct buf *why,
			    struct error *e);

#endif
