/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "session/filter_env.h"

#include "session/session.h"

static const char *ifname(void *ctx, uint32_t ifindex)
{
	return session_ifname(ctx, ifindex);
}

static bool peer_address(void *ctx, uint32_t number, struct addr *out)
{
	const struct session *s = ctx;
	const struct peer *p = peer_by_number(&s->peers, number);

	if (p)
		*out = p->addr;
	return p != NULL;
}

struct filter_env session_filter_env(struct session *s)
{
	return (struct filter_env){ .ctx = s, .ifname = ifname, .peer = peer_address };
}
