/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Any bytes as notifications of rtnetlink: what is told has a name that ends and a known family. */
#include "net/ifwatch.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must(bool truth)
{
	if (!truth)
		abort();
}

static void check(void *ctx, const struct ifwatch_change *c)
{
	const int family = c->addr.addr.family;

	(void)ctx;
	must(memchr(c->name, '\0', sizeof(c->name)) != NULL);
	switch (c->kind) {
	case IFWATCH_LINK:
	case IFWATCH_LINK_GONE:
		must(c->ifindex > 0 && c->name[0]);
		break;
	case IFWATCH_ADDR:
	case IFWATCH_ADDR_GONE:
		must(c->ifindex > 0 && (family == AF_INET || family == AF_INET6));
		must(!c->addr.addr.scope || addr_has_zone(&c->addr.addr));
		break;
	case IFWATCH_ROUTE:
		must(c->ifindex == 0);
		break;
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	ifwatch_decode(data, size, check, NULL);
	return 0;
}
