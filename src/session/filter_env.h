/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What filters ask about a packet that only the session knows: interfaces' names, peers' numbers.
 */
#ifndef SESSION_FILTER_ENV_H
#define SESSION_FILTER_ENV_H

#include "match/filter.h"

struct session;

/* Good as long as the session is; from the main loop only. */
struct filter_env session_filter_env(struct session *s);

#endif
