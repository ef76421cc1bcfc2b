/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Peers that talk to a session, for the tests of what it answers by itself. */
#ifndef TALK_H
#define TALK_H

#include "fake_face.h"
#include "peer.h"

/* ":open WHERE"; returns the port. */
uint16_t talk_open(struct fake_face *f, const char *where);
/* Is heard, and what is due to be answered was answered, once this returns. */
void talk_say(struct fake_face *f, struct udp_peer *p, const char *addr, uint16_t port,
	      const void *bytes, size_t n);
void talk_hears(struct udp_peer *p, const char *wanted);
/* Both, on loopback. */
void talk_ask(struct fake_face *f, struct udp_peer *p, uint16_t port, const char *request,
	      const char *answer);
/* How many packets of that kind hold the text. */
unsigned talk_count(struct fake_face *f, enum packet_kind kind, const char *text);

#endif
