/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "ui/changes.h"

#define LOOK_BACK 1024

static bool is_like(const struct packet *p, const struct packet *before)
{
	return before->kind == p->kind && before->len == p->len && before->stored == p->stored &&
	       addr_equal(&before->peer, &p->peer);
}

static bool find_before(struct store *st, const struct packet *p, struct store_hold *hold,
			struct packet *out)
{
	for (uint64_t i = 1; i <= LOOK_BACK && i <= p->seq; i++) {
		if (!store_get(st, p->seq - i, hold, out))
			return false;
		if (is_like(p, out))
			return true;
	}
	return false;
}

static void add_changed(const struct packet *p, const struct packet *before, struct spans *out)
{
	size_t end = p->stored < out->to ? p->stored : out->to, at = out->from;

	while (at < end) {
		size_t first = at;

		while (at < end && p->data[at] != before->data[at])
			at++;
		if (at > first)
			spans_add(out, first, at - first, STYLE_CHANGED);
		else
			at++;
	}
}

void changes_add(struct store *st, const struct packet *p, struct spans *out)
{
	struct store_hold hold = { 0 };
	struct packet before;

	if (p->kind != PACKET_RX && p->kind != PACKET_TX)
		return;
	if (find_before(st, p, &hold, &before))
		add_changed(p, &before, out);
	store_hold_done(&hold);
}
