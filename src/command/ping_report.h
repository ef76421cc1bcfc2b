/* SPDX-License-Identifier: GPL-3.0-or-later */
/* How a ping is told: a row for each event, and the sums. */
#ifndef COMMAND_PING_REPORT_H
#define COMMAND_PING_REPORT_H

#include "command/listing.h"
#include "diagnose/ping.h"

/* A row, for JSON the same as members; so in all of these. */
void ping_report_event(struct listing *l, const struct ping_event *event);
/* The sums, then the events that were kept, the latest first. */
void ping_report(struct listing *l, const struct ping *p);

#endif
