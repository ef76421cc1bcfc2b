/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The names of peers as the network gives them (PTR, hosts(5)), looked up only for those that
 * somebody asks for: by itself nothing is sent that nobody sees.
 *
 * A request is names_begin(), names_want() for each peer, names_look().  A few hosts are asked
 * about at a time, each once; answers go into the peers (struct peer, name).  The request may be
 * made again until names_look() finds that all are known: it asks about nobody twice.
 */
#ifndef SESSION_NAMES_H
#define SESSION_NAMES_H

#include "net/addr.h"

#define NAMES_MAX 1000u /* hosts asked about by one request */

struct peer;
struct session;

struct names {
	struct addr *wanted; /* those under way come first; room for NAMES_MAX, NULL at the start */
	size_t count, taken; /* of wanted now, and since the request began */
	uint64_t ended;      /* monotonic ns: when the last of them was known; or 0 */
};

void names_done(struct names *n);
/* From two seconds after all was known, who had no name is asked about again.  false: -n, or no
 * memory. */
bool names_begin(struct session *s, struct error *e);
/* Nothing happens for who was asked about already, nor beyond NAMES_MAX. */
void names_want(struct session *s, const struct peer *p);
/* Takes answers, asks on; is anything still under way? */
bool names_look(struct session *s);

#endif
