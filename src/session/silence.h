/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Fresh memberships on which nothing is heard: told once, SILENCE_NS after the join, as the notice
 * SESSION_SILENT.  One timer, armed only while a membership is that fresh.
 *
 * A join of many (a range, all interfaces) is one to be told of, and is silent only if none of
 * them was heard.  One's own datagrams looped back do not count.
 */
#ifndef SESSION_SILENCE_H
#define SESSION_SILENCE_H

#include "net/group.h"

#define SILENCE_NS 10000000000ull

struct session;
struct session_socket;

/* Begins to wait for what was just joined; without memory there will be no notice. */
void silence_watch(struct session *s, const struct session_socket *k, const struct group_spec *g);
/* Ends all waiting. */
void silence_done(struct session *s);

#endif
