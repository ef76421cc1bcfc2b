/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A packet copied aside, so that it survives the store's turn-over. */
#ifndef UI_KEPT_H
#define UI_KEPT_H

#include "store/packet.h"

#include <stdbool.h>

struct kept_packet {
	bool set;
	struct packet packet; /* data points to bytes */
	uint8_t *bytes;
};

bool kept_packet_set(struct kept_packet *k, const struct packet *p);
void kept_packet_clear(struct kept_packet *k);

#endif
