/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Any bytes as what nft and iptables-save print: each rule found lies within.
 */
#include "diagnose/firewall.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct text {
	const char *at, *end;
};

static void must(bool truth)
{
	if (!truth)
		abort();
}

static void found(void *ctx, const struct firewall_rule *r)
{
	const struct text *t = ctx;

	must(r->text >= t->at && r->text + r->len <= t->end && r->len > 0);
	must(strlen(r->place) < 256 && r->verdict <= FIREWALL_DIVERT);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct text t = { (const char *)data, (const char *)data + size };

	if (!size)
		return 0;
	firewall_scan_nft(t.at, size, 5000, found, &t);
	firewall_scan_iptables(t.at, size, 5000, found, &t);
	return 0;
}
