/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Firewall rules that name a UDP port, in the words of "nft list ruleset" (nftables 1.0) and of
 * "iptables-save" (iptables 1.8).
 *
 * What a rule matches besides the port is not judged: "narrow" says that there is more.  Sets with
 * a name are not looked into.
 */
#ifndef DIAGNOSE_FIREWALL_H
#define DIAGNOSE_FIREWALL_H

#include "util/buf.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum firewall_verdict {
	FIREWALL_NOTHING, /* counts, marks, ... */
	FIREWALL_ACCEPT,
	FIREWALL_DROP,   /* drop and reject */
	FIREWALL_DIVERT, /* redirect, dnat, tproxy, queue */
};

struct firewall_rule {
	const char *place; /* "inet filter input", "filter INPUT" */
	const char *text;  /* the rule as listed; any bytes */
	size_t len;
	enum firewall_verdict verdict;
	bool narrow;    /* matches on more than protocol and port */
	bool is_policy; /* no rule: the input hook's chain drops what no rule takes */
};

typedef void firewall_found(void *ctx, const struct firewall_rule *r);

/* Calls found() for each rule whose destination port is "port", and for each policy of drop. */
void firewall_scan_nft(const char *text, size_t n, uint16_t port, firewall_found *found, void *ctx);
void firewall_scan_iptables(const char *text, size_t n, uint16_t port, firewall_found *found,
			    void *ctx);

#endif
