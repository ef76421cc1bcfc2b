/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Random packets full of what a terminal would act upon.
 */
#ifndef HOSTILE_H
#define HOSTILE_H

#include "store/packet.h"

#define HOSTILE_MAX 3000

struct dice {
	uint64_t state; /* not 0 */
};

/* 0 .. sides - 1 */
uint32_t dice_roll(struct dice *dice, uint32_t sides);
/* Pieces that a terminal would act upon, that take no column or two, or that are broken; returns
 * their bytes. */
size_t hostile_text(struct dice *dice, char *out, size_t most);
/* Of any kind; "data" becomes its bytes. */
struct packet hostile_packet(struct dice *dice, char data[HOSTILE_MAX]);

#endif
