/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The tables of "stats": sockets, the busiest peers, histograms; and what JSON gets of
 * them, events "stats" whose "of" is all, socket, peer, sequence or read.
 *
 * The peers are looked through once for each report, so that one with 10,000 of them can
 * be made thirty times a second.
 */
#ifndef COMMAND_STATS_ROWS_H
#define COMMAND_STATS_ROWS_H

#include "command/command.h"

#define STATS_PEERS 32 /* listed */

struct stats_report {
	struct command_call *call;
	const struct session_socket *socket; /* NULL: of everything */
	uint64_t now, mono;                  /* realtime, monotonic ns */
};

const struct traffic *stats_traffic(const struct stats_report *r);

void stats_list_sockets(struct stats_report *r);
void stats_list_peers(struct stats_report *r);
void stats_list_histogram(struct stats_report *r, const char *what, const struct histogram *h,
			  void (*format)(struct buf *out, uint64_t value));

/* Of the row just added. */
void stats_data_all(struct stats_report *r);
void stats_data_sequence(struct stats_report *r);
void stats_data_read(struct stats_report *r);

#endif
