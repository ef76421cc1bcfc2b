/* SPDX-License-Identifier: GPL-3.0-or-later */
/* udpdeck's receiver and store in this process, and one reader: the program without its screen. */
#include "rx.h"

#include "session/receiver.h"

#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define MEMORY (256u << 20) /* the default of --memory */

struct library {
	int fd;
	struct store *store;
	struct sent_ring *sent;
	struct receiver *receiver;
	struct store_cursor cursor;
};

static void *start(const struct row *row, uint16_t port, bool metadata)
{
	struct library *l = calloc(1, sizeof(*l));
	struct error e = { .text = "out of memory" };

	if (!l)
		abort();
	l->fd = open_receiver(row, port, metadata);
	fcntl(l->fd, F_SETFL, O_NONBLOCK);
	l->store = store_new(STORE_SEGMENT, MEMORY, &e);
	l->sent = sent_new();
	l->cursor.store = l->store;
	l->receiver = l->store && l->sent ? receiver_new(l->store, l->sent, &e) : NULL;
	if (!l->receiver ||
	    !receiver_add(l->receiver,
			  &(struct receiver_source){ .fd = l->fd, .socket = 1, .port = port },
			  &e)) {
		fprintf(stderr, "library: %s\n", e.text);
		exit(1);
	}
	return l;
}

void *library_start(const struct contender *c, const struct row *row, uint16_t port)
{
	(void)c;
	return start(row, port, true);
}

/* The same, but nobody asks the kernel for when, where to, by which interface, TTL and TOS; both
 * count what was lost. */
void *plain_start(const struct contender *c, const struct row *row, uint16_t port)
{
	(void)c;
	return start(row, port, false);
}

/* Reads on as a main loop does. */
void library_attend(void *ctx, int ms)
{
	struct library *l = ctx;
	struct pollfd pfd = { .fd = receiver_fd(l->receiver), .events = POLLIN };
	struct packet p;

	if (poll(&pfd, 1, ms) <= 0)
		return;
	if (!receiver_acknowledge(l->receiver, NULL))
		abort();
	while (store_cursor_read(&l->cursor, &p) != STORE_END)
		;
	store_cursor_pause(&l->cursor);
}

bool library_agrees(void *ctx, uint64_t sent, uint64_t dropped)
{
	struct library *l = ctx;
	struct store_stats stats;

	receiver_check_drops(l->receiver);
	store_stats(l->store, &stats);
	return stats.last_no + dropped == sent;
}

void library_stop(void *ctx)
{
	struct library *l = ctx;

	receiver_free(l->receiver);
	store_cursor_rest(&l->cursor);
	store_free(l->store);
	sent_free(l->sent);
	close(l->fd);
	free(l);
}

double library_overhead(size_t n)
{
	static const uint8_t bytes[2048];
	struct error e;
	struct store *st = store_new(STORE_SEGMENT, MEMORY, &e);
	struct packet p = { .kind = PACKET_RX,
			    .peer.family = AF_INET,
			    .local.family = AF_INET,
			    .len = (uint32_t)n,
			    .stored = (uint32_t)n,
			    .data = bytes };
	struct store_stats stats;
	uint64_t kept;

	if (!st)
		abort();
	store_begin(st);
	do {
		store_append(st, &p);
	} while (p.seq < 2 * MEMORY / n);
	store_end(st);
	store_stats(st, &stats);
	kept = stats.end_seq - stats.first_seq;
	store_free(st);
	return (double)stats.bytes / (double)kept - (double)n;
}
