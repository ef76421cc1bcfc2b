/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The firewall's rules, as nft and iptables list them to who may see them. */
#include "diagnose/doctor_private.h"

#include "diagnose/firewall.h"
#include "net/procfile.h"
#include "util/child.h"
#include "util/num.h"
#include "util/text.h"

#include <linux/capability.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define PATIENCE NS_PER_S /* it answers in milliseconds */
#define RULES_MAX (4u << 20)
#define RULE_SHOWN 160 /* bytes */
#define FINDINGS_MAX 16

/* Root's programs by their whole names, whatever PATH says. */
static const char *const nft[] = { "/usr/sbin/nft", "-s", "-n", "list", "ruleset", NULL };
static const struct {
	const char *tables; /* of the old kernel interface; what nft does not list */
	const char *argv[3][2];
} iptables[] = {
	{ "/proc/net/ip_tables_names",
	  { { "/usr/sbin/iptables-legacy-save" }, { "/usr/sbin/iptables-save" } } },
	{ "/proc/net/ip6_tables_names",
	  { { "/usr/sbin/ip6tables-legacy-save" }, { "/usr/sbin/ip6tables-save" } } },
};

struct rules {
	struct doctor *d;
	bool named, accepted;
	char dropping[200]; /* a chain whose policy is to drop; "" none */
};

static void format_rule(const struct firewall_rule *r, struct buf *out)
{
	buf_printf(out, "%s: ", r->place);
	text_escape(out, r->text, r->len < RULE_SHOWN ? r->len : RULE_SHOWN);
	buf_str(out, r->len < RULE_SHOWN ? "" : " ...");
}

static void on_rule(void *ctx, const struct firewall_rule *r)
{
	struct rules *rules = ctx;
	struct buf place, text;

	rules->named = rules->named || !r->is_policy;
	if (rules->d->said >= FINDINGS_MAX)
		return;
	buf_init(&place, sizeof(rules->dropping) - 1);
	buf_init(&text, 4096);
	format_rule(r, &text);
	if (r->is_policy) {
		text_escape(&place, r->place, strlen(r->place));
		snprintf(rules->dropping, sizeof(rules->dropping), "%s", buf_cstr(&place));
	} else if (r->verdict == FIREWALL_DROP) {
		doctor_say(rules->d, r->narrow ? DOCTOR_WARNING : DOCTOR_FAULT, NULL,
			   "the firewall drops %s of port %u: %s", r->narrow ? "some" : "all",
			   rules->d->k->sock.local.port, buf_cstr(&text));
	} else if (r->verdict == FIREWALL_DIVERT) {
		doctor_say(rules->d, DOCTOR_WARNING, NULL,
			   "the firewall sends what comes for port %u elsewhere: %s",
			   rules->d->k->sock.local.port, buf_cstr(&text));
	} else {
		rules->accepted = rules->accepted || r->verdict == FIREWALL_ACCEPT;
	}
	buf_done(&place);
	buf_done(&text);
}

/* What is to be said of all rules together. */
static void tell_rest(struct rules *rules)
{
	struct doctor *d = rules->d;

	if (rules->dropping[0] && !rules->accepted)
		doctor_say(
			d, DOCTOR_WARNING, NULL,
			"the firewall drops what no rule takes (%s), and no rule accepts port %u",
			rules->dropping, d->k->sock.local.port);
	else if (rules->named && !d->said)
		doctor_say(d, DOCTOR_OK, NULL, "the firewall's rules for port %u drop nothing",
			   d->k->sock.local.port);
}

static bool look_nft(struct rules *rules, struct buf *text, struct error *e)
{
	buf_reset(text);
	if (!child_output(nft, PATIENCE, text, e))
		return false;
	firewall_scan_nft(buf_cstr(text), text->len, rules->d->k->sock.local.port, on_rule, rules);
	return true;
}

/* Only where the old interface is in use: it is loaded by asking for it. */
static bool look_iptables(struct rules *rules, size_t i, struct buf *text, struct error *e)
{
	buf_reset(text);
	if (!procfile_read(rules->d->root, iptables[i].tables, text, NULL) || !text->len)
		return true;
	for (size_t k = 0; iptables[i].argv[k][0]; k++) {
		if (access(iptables[i].argv[k][0], X_OK) < 0)
			continue;
		buf_reset(text);
		if (!child_output(iptables[i].argv[k], PATIENCE, text, e))
			return false;
		firewall_scan_iptables(buf_cstr(text), text->len, rules->d->k->sock.local.port,
				       on_rule, rules);
		return true;
	}
	return err_set(e, ERR_STATE, "rules of iptables are in force, but there is no %s",
		       iptables[i].argv[1][0]);
}

bool doctor_look_firewall(struct doctor *d)
{
	struct rules rules = { .d = d };
	struct error e = { 0 };
	struct buf text;

	if (!doctor_capable(d, CAP_NET_ADMIN)) {
		doctor_say(d, DOCTOR_UNKNOWN, NULL,
			   "the firewall's rules are not shown without CAP_NET_ADMIN (root)");
		return true;
	}
	buf_init(&text, RULES_MAX);
	if (!look_nft(&rules, &text, &e))
		doctor_say(d, DOCTOR_UNKNOWN, NULL, "the rules of nftables are not seen: %s",
			   e.text);
	for (size_t i = 0; i < sizeof(iptables) / sizeof(iptables[0]); i++)
		if (!look_iptables(&rules, i, &text, &e))
			doctor_say(d, DOCTOR_UNKNOWN, NULL, "%s", e.text);
	tell_rest(&rules);
	buf_done(&text);
	return true;
}
