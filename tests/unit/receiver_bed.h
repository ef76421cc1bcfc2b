/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A store and a receiver on loopback, shared by the tests of the receiver. */
#ifndef RECEIVER_BED_H
#define RECEIVER_BED_H

#include "session/receiver.h"

struct bed {
	struct store *store;
	struct sent_ring *sent;
	struct receiver *receiver;
	struct store_cursor cursor;
};

int bed_setup(void **state);
int bed_teardown(void **state);
void bed_set(int fd, int level, int name, int value);
/* A bound loopback socket with the control data that a session asks for; rcvbuf 0: a large one. */
int bed_open_socket(int rcvbuf, uint16_t *port);
void bed_send_to(int fd, const char *host, uint16_t port, const void *data, size_t n);
void bed_hear(struct bed *b, struct receiver_source src);
/* The next packet, waiting for the receiver to say that there is one. */
struct packet bed_next(struct bed *b);
bool bed_nothing_more(struct bed *b);
void bed_assert_text(const struct packet *p, const char *text);
/* Appends a sent packet as a session does, then sends it. */
uint64_t bed_send_known(struct bed *b, int fd, uint16_t from, const char *host, uint16_t port,
			const char *text);

#endif
