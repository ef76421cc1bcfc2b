/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The names that services(5) gives to UDP ports, read once and kept by the caller.
 */
#ifndef NET_SERVICES_H
#define NET_SERVICES_H

#include <stddef.h>
#include <stdint.h>

struct service_name {
	uint16_t port; /* host order */
	char name[30]; /* the official one, cut if it is longer */
};

/* A zeroed table knows no name. */
struct services {
	struct service_name *rows; /* by port, ascending */
	size_t count;
};

/* Reads the system's list (getservent(3), so from one thread only).  It is a convenience: where
 * there is no list, or no memory, the table stays empty or short. */
void services_load(struct services *s);
void services_done(struct services *s);

/* NULL if the port has no name; borrowed from the table. */
const char *services_name(const struct services *s, uint16_t port);

#endif
