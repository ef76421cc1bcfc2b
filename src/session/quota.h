/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * How many answers a peer may still get: at most QUOTA within any second, so that two programs that
 * answer each other do not run for ever.
 *
 * Any thread may take.  QUOTA_PEERS peers are told apart at a time; those beyond share one quota.
 * One that got nothing for a second is forgotten.
 */
#ifndef SESSION_QUOTA_H
#define SESSION_QUOTA_H

#include "net/addr.h"

#define QUOTA 1000u
#define QUOTA_PEERS 65536u

struct quota;

struct quota *quota_new(void); /* NULL: no memory */
void quota_free(struct quota *q);

/* Of so many answers to that address so many may leave; now: realtime ns, which may be set back. */
unsigned quota_take(struct quota *q, const struct addr *peer, unsigned answers, uint64_t now);

#endif
