/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "ui/kept.h"

#include <stdlib.h>
#include <string.h>

bool kept_packet_set(struct kept_packet *k, const struct packet *p)
{
	struct packet copy = *p;
	uint8_t *bytes = malloc(p->stored ? p->stored : 1);

	if (!bytes)
		return false;
	if (p->stored)
		memcpy(bytes, p->data, p->stored);
	copy.data = bytes;
	kept_packet_clear(k);
	k->packet = copy;
	k->bytes = bytes;
	k->set = true;
	return true;
}

void kept_packet_clear(struct kept_packet *k)
{
	free(k->bytes);
	*k = (struct kept_packet){ 0 };
}
