/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "ui/compare.h"

static void forget_other(struct compare *c)
{
	align_done(&c->align);
	kept_packet_clear(&c->other);
}

bool compare_mark(struct compare *c, const struct packet *p)
{
	if (p && !kept_packet_set(&c->marked, p))
		return false;
	if (!p)
		kept_packet_clear(&c->marked);
	forget_other(c);
	return true;
}

bool compare_with(struct compare *c, const struct packet *p)
{
	const struct packet *a = &c->marked.packet, *b = &c->other.packet;

	if (!c->marked.set)
		return false;
	if (c->other.set && b->seq == p->seq)
		return true;
	forget_other(c);
	if (!kept_packet_set(&c->other, p))
		return false;
	if (align_make(&c->align, a->data, a->stored, b->data, b->stored))
		return true;
	forget_other(c);
	return false;
}

void compare_done(struct compare *c)
{
	forget_other(c);
	kept_packet_clear(&c->marked);
}
