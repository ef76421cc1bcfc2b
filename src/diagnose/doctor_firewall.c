/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The firewall's rules, as nft and iptables list them to who may see them. */
#include "diagnose/doctor_private.h"

#include "diagnose/firewall.h"
#include "net/procfile.h"
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
#define PROGRAMS 2

/* Root's programs by their whole names, whatever PATH says. */
static const char *const nft[] = { "/usr/sbin/nft", "-s", "-n", "list", "ruleset", NULL };
static const struct {
	const char *tables;            /* of the old kernel interface; what nft does not list */
	const char *argv[PROGRAMS][2]; /* the first that is there */
} iptables[] = {
	{ "/proc/net/ip_tables_names",
	  { { "/usr/sbin/iptables-legacy-save" }, { "/usr/sbin/iptables-save" } } },
	{ "/proc/net/ip6_tables_names",
	  { { "/usr/sbin/ip6tables-legacy-save" }, { "/usr/sbin/ip6tables-save" } } },
};

struct rules {
	struct doctor *d;
	const char *program; /* that lists them */
	bool is_nft;
	bool named, accepted;
	char dropping[200]; /* a chain whose policy is to drop; "" none */
};

static void format_rule(const struct firewall_rule *r, struct buf *out)
{
	buf_printf(out, "%s: ", r->place);
	text_escape(out, r->text, r->len < RULE_SHOWN ? r->len : RULE_SHOWN);
	buf_str(out, r->len < RULE_SHOWN ? "" : " ...");
}

/* What shows the rule to who would change it; for nft with the handle that takes it away. */
static void name_command(const struct rules *rules, const struct firewall_rule *r,
			 char command[DOCTOR_COMMAND_MAX])
{
	static const char plain[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
				    "0123456789_.- ";

	if (!rules->is_nft)
		snprintf(command, DOCTOR_COMMAND_MAX, "# %s", rules->program);
	else if (r->place[strspn(r->place, plain)])
		snprintf(command, DOCTOR_COMMAND_MAX, "# nft -a list ruleset");
	else
		snprintf(command, DOCTOR_COMMAND_MAX, "# nft -a list chain %s", r->place);
}

static void on_rule(void *ctx, const struct firewall_rule *r)
{
	char command[DOCTOR_COMMAND_MAX];
	struct rules *rules = ctx;
	struct buf place, text;

	rules->named = rules->named || !r->is_policy;
	if (rules->d->said >= FINDINGS_MAX)
		return;
	buf_init(&place, sizeof(rules->dropping) - 1);
	buf_init(&text, 4096);
	format_rule(r, &text);
	name_command(rules, r, command);
	if (r->is_policy) {
		text_escape(&place, r->place, strlen(r->place));
		snprintf(rules->dropping, sizeof(rules->dropping), "%s", buf_cstr(&place));
	} else if (r->verdict == FIREWALL_DROP) {
		doctor_say(rules->d, r->narrow ? DOCTOR_WARNING : DOCTOR_FAULT, command,
			   "the firewall drops %s of port %u: %s", r->narrow ? "some" : "all",
			   rules->d->k->sock.local.port, buf_cstr(&text));
	} else if (r->verdict == FIREWALL_DIVERT) {
		doctor_say(rules->d, DOCTOR_WARNING, command,
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

/* ---- who lists them ---- */

static void add_rules(struct doctor *d, const char *const *argv, bool is_iptables)
{
	struct doctor_rules *r = &d->rules[d->rules_count++];

	*r = (struct doctor_rules){ .argv = argv, .iptables = is_iptables };
	buf_init(&r->text, RULES_MAX);
}

/* Only where the old interface is in use: it is loaded by asking for it. */
static bool has_tables(const char *path)
{
	struct buf text;
	bool any;

	buf_init(&text, 4096);
	any = procfile_read("", path, &text, NULL) && text.len;
	buf_done(&text);
	return any;
}

void doctor_ask_firewall(struct doctor *d)
{
	if (!doctor_capable(CAP_NET_ADMIN))
		return;
	add_rules(d, nft, false);
	for (size_t i = 0; i < sizeof(iptables) / sizeof(iptables[0]); i++) {
		size_t k = 0;

		if (!has_tables(iptables[i].tables))
			continue;
		while (k + 1 < PROGRAMS && access(iptables[i].argv[k][0], X_OK) < 0)
			k++;
		add_rules(d, iptables[i].argv[k], true);
	}
}

static void on_listed(void *ctx, const struct error *why)
{
	struct doctor *d = ctx;
	struct doctor_rules *r = &d->rules[d->rules_asked++];

	r->listed = !why;
	if (why)
		r->failed = *why;
	child_free(d->child);
	d->child = NULL;
	doctor_go_on(d);
}

bool doctor_list_rules(struct doctor *d)
{
	for (; !d->child && d->rules_asked < d->rules_count; d->rules_asked += !d->child) {
		struct doctor_rules *r = &d->rules[d->rules_asked];

		d->child = child_run(d->activity.session->loop, r->argv, PATIENCE, &r->text,
				     on_listed, d, &r->failed);
	}
	return d->child != NULL;
}

/* ---- what they say of the port ---- */

bool doctor_look_firewall(struct doctor *d)
{
	struct rules rules = { .d = d };

	if (!d->rules_count) {
		doctor_say(d, DOCTOR_UNKNOWN, NULL,
			   "the firewall's rules are not shown without CAP_NET_ADMIN (root)");
		return true;
	}
	for (size_t i = 0; i < d->rules_count; i++) {
		const struct doctor_rules *r = &d->rules[i];

		rules.program = r->argv[0];
		rules.is_nft = !r->iptables;
		if (!r->listed)
			doctor_say(d, DOCTOR_UNKNOWN, NULL, "the rules of %s are not seen: %s",
				   r->iptables ? "iptables" : "nftables", r->failed.text);
		else if (r->iptables)
			firewall_scan_iptables(buf_cstr(&r->text), r->text.len,
					       d->k->sock.local.port, on_rule, &rules);
		else
			firewall_scan_nft(buf_cstr(&r->text), r->text.len, d->k->sock.local.port,
					  on_rule, &rules);
	}
	tell_rest(&rules);
	return true;
}
