/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Rules of firewalls, word by word within their bounds. */
#include "diagnose/firewall.h"

#include "net/procfile.h"

#include <stdio.h>
#include <string.h>

#define PLACE_MAX 200

struct scan {
	uint16_t port;
	firewall_found *found;
	void *ctx;
	char table[PLACE_MAX / 2], place[PLACE_MAX];
	bool in_chain;
};

static bool is_one_of(const struct procfile_text *w, const char *const *words)
{
	while (*words && !procfile_is(w, *words))
		words++;
	return *words;
}

static void add_word(char *out, size_t room, const struct procfile_text *w)
{
	size_t used = strlen(out), n = (size_t)(w->end - w->at);

	if (used + 1 < room && used)
		out[used++] = ' ';
	if (n > room - used - 1)
		n = room - used - 1;
	memcpy(out + used, w->at, n);
	out[used + n] = '\0';
}

static void found(struct scan *s, const struct procfile_text *rule, enum firewall_verdict verdict,
		  bool narrow, bool is_policy)
{
	const struct firewall_rule r = {
		.place = s->place,
		.text = rule->at,
		.len = (size_t)(rule->end - rule->at),
		.verdict = verdict,
		.narrow = narrow,
		.is_policy = is_policy,
	};

	s->found(s->ctx, &r);
}

/* ---- ports ---- */

/* "5000", "5000-5010", "5000:5010", each with a comma behind it or not. */
static bool in_range(const struct procfile_text *word, uint16_t port)
{
	unsigned long value[2] = { 0, 0 };
	size_t k = 0;

	for (const char *c = word->at; c < word->end; c++) {
		if (*c >= '0' && *c <= '9' && value[k] <= UINT16_MAX)
			value[k] = value[k] * 10 + (unsigned long)(*c - '0');
		else if ((*c == '-' || *c == ':') && k == 0 && c > word->at && c + 1 < word->end)
			k = 1;
		else if (*c != ',' || c + 1 != word->end)
			return false;
	}
	return word->end > word->at && value[0] <= port && port <= value[k];
}

/* Up to the brace: "5000, 6000-6010 }", or of a map "5000 : drop, 5001 : accept }". */
static bool in_set(struct procfile_text *rest, uint16_t port, struct procfile_text *mapped)
{
	struct procfile_text word;
	bool hit = false, fits = false;

	while (procfile_word(rest, &word) && !procfile_is(&word, "}")) {
		if (!procfile_is(&word, ":")) {
			fits = in_range(&word, port);
			hit = hit || fits;
		} else if (procfile_word(rest, &word) && fits && !mapped->at) {
			*mapped = word;
		}
	}
	return hit;
}

/* What follows "dport": a range, "!= range", "{ range, ... }" or a "vmap { ... }". */
static bool nft_port(struct procfile_text *rest, uint16_t port, struct procfile_text *mapped)
{
	struct procfile_text word;
	bool negated = false, any = procfile_word(rest, &word);

	if (any && procfile_is(&word, "!=")) {
		negated = true;
		any = procfile_word(rest, &word);
	} else if (any && procfile_is(&word, "vmap")) {
		any = procfile_word(rest, &word);
	}
	if (!any || *word.at == '@')
		return false;
	if (procfile_is(&word, "{"))
		return in_set(rest, port, mapped) != negated;
	return in_range(&word, port) != negated;
}

/* ---- nftables ---- */

static enum firewall_verdict nft_verdict(struct procfile_text *w)
{
	static const char *const drop[] = { "drop", "reject", NULL };
	static const char *const divert[] = { "redirect", "dnat", "tproxy", "queue", NULL };

	while (w->end > w->at && w->end[-1] == ',')
		w->end--;
	if (is_one_of(w, drop))
		return FIREWALL_DROP;
	if (is_one_of(w, divert))
		return FIREWALL_DIVERT;
	return procfile_is(w, "accept") ? FIREWALL_ACCEPT : FIREWALL_NOTHING;
}

static void nft_rule(struct scan *s, const struct procfile_text *rule)
{
	static const char *const narrows[] = { "saddr",   "daddr", "iif",   "iifname", "oif",
					       "oifname", "ct",    "limit", "mark",    "sport",
					       "ip",      "ip6",   "ether", "fib",     "numgen",
					       "length",  NULL };
	struct procfile_text rest = *rule, word, mapped = { 0 };
	enum firewall_verdict verdict = FIREWALL_NOTHING;
	bool named = false, narrow = false, tcp = false;

	while (procfile_word(&rest, &word)) {
		if (procfile_is(&word, "tcp"))
			tcp = true;
		else if (procfile_is(&word, "udp") || procfile_is(&word, "th"))
			tcp = false;
		else if (procfile_is(&word, "dport") && !tcp)
			named = nft_port(&rest, s->port, &mapped);
		else if (is_one_of(&word, narrows))
			narrow = true;
		else if (verdict == FIREWALL_NOTHING)
			verdict = nft_verdict(&word);
	}
	if (mapped.at)
		verdict = nft_verdict(&mapped);
	if (named)
		found(s, rule, verdict, narrow, false);
}

static void nft_policy(struct scan *s, const struct procfile_text *line)
{
	struct procfile_text rest = *line, word;
	bool input = false;

	while (procfile_word(&rest, &word)) {
		if (procfile_is(&word, "hook") && procfile_word(&rest, &word))
			input = procfile_is(&word, "input") || procfile_is(&word, "prerouting") ||
				procfile_is(&word, "ingress");
		else if (procfile_is(&word, "policy") && procfile_word(&rest, &word) && input &&
			 (procfile_is(&word, "drop;") || procfile_is(&word, "drop")))
			found(s, line, FIREWALL_DROP, false, true);
	}
}

/* A set in braces may go on in the next lines. */
static void close_braces(struct procfile_text *all, struct procfile_text *line)
{
	struct procfile_text more;
	const char *from = line->at;
	int open = 0;

	for (;;) {
		for (const char *c = from; c < line->end; c++)
			open += *c == '{' ? 1 : *c == '}' ? -1 : 0;
		if (open <= 0 || !procfile_line(all, &more))
			return;
		from = more.at;
		line->end = more.end;
	}
}

/* "table inet filter {" and "chain input {". */
static bool nft_opening(struct scan *s, const struct procfile_text *line)
{
	struct procfile_text rest = *line, word;
	bool chain;

	if (!procfile_word(&rest, &word))
		return false;
	chain = procfile_is(&word, "chain");
	if (!chain && !procfile_is(&word, "table"))
		return false;
	s->place[0] = '\0';
	if (chain)
		snprintf(s->place, sizeof(s->place), "%s", s->table);
	else
		s->table[0] = '\0';
	while (procfile_word(&rest, &word) && !procfile_is(&word, "{")) {
		if (chain)
			add_word(s->place, sizeof(s->place), &word);
		else
			add_word(s->table, sizeof(s->table), &word);
	}
	s->in_chain = chain;
	return true;
}

void firewall_scan_nft(const char *text, size_t n, uint16_t port, firewall_found *fn, void *ctx)
{
	struct procfile_text all = procfile_text(text, n), line, rest, word;
	struct scan s = { .port = port, .found = fn, .ctx = ctx };

	while (procfile_line(&all, &line)) {
		rest = line;
		if (nft_opening(&s, &line) || !procfile_word(&rest, &word))
			continue;
		line.at = word.at;
		if (procfile_is(&word, "}")) {
			s.in_chain = false;
		} else if (s.in_chain && procfile_is(&word, "type")) {
			nft_policy(&s, &line);
		} else if (s.in_chain) {
			close_braces(&all, &line);
			nft_rule(&s, &line);
		}
	}
}

/* ---- iptables ---- */

static bool iptables_ports(struct procfile_text ports, uint16_t port)
{
	struct procfile_text one = ports;

	while (one.at < ports.end) {
		one.end = memchr(one.at, ',', (size_t)(ports.end - one.at));
		if (!one.end)
			one.end = ports.end;
		if (in_range(&one, port))
			return true;
		one.at = one.end + (one.end < ports.end ? 1 : 0);
	}
	return false;
}

static enum firewall_verdict iptables_verdict(const struct procfile_text *w)
{
	static const char *const drop[] = { "DROP", "REJECT", NULL };
	static const char *const divert[] = { "REDIRECT", "DNAT", "TPROXY", "NFQUEUE", NULL };

	if (is_one_of(w, drop))
		return FIREWALL_DROP;
	if (is_one_of(w, divert))
		return FIREWALL_DIVERT;
	return procfile_is(w, "ACCEPT") ? FIREWALL_ACCEPT : FIREWALL_NOTHING;
}

/* Takes an option and its word, where it has one. */
static void iptables_option(const struct procfile_text *option, struct procfile_text *rest,
			    uint16_t port, bool *named, bool *narrow,
			    enum firewall_verdict *verdict)
{
	static const char *const port_options[] = { "--dport", "--dports", NULL };
	static const char *const narrows[] = { "-s",      "-d",       "-i",      "-o",
					       "--sport", "--sports", "--state", "--ctstate",
					       "--limit", "--mark",   NULL };
	struct procfile_text word;

	if (is_one_of(option, narrows))
		*narrow = true;
	else if (is_one_of(option, port_options) && procfile_word(rest, &word))
		*named = iptables_ports(word, port);
	else if (procfile_is(option, "-j") && procfile_word(rest, &word))
		*verdict = iptables_verdict(&word);
}

/* "-A INPUT -p udp -m udp --dport 5000 -j DROP" */
static void iptables_rule(struct scan *s, const struct procfile_text *line)
{
	struct procfile_text rest = *line, word;
	enum firewall_verdict verdict = FIREWALL_NOTHING;
	bool named = false, narrow = false, negated = false, not = false, udp = true;

	procfile_word(&rest, &word);
	s->place[0] = '\0';
	add_word(s->place, sizeof(s->place),
		 &(struct procfile_text){ s->table, s->table + strlen(s->table) });
	if (!procfile_word(&rest, &word))
		return;
	add_word(s->place, sizeof(s->place), &word);
	while (procfile_word(&rest, &word)) {
		if (procfile_is(&word, "-p") && procfile_word(&rest, &word)) {
			udp = procfile_is(&word, "udp");
		} else if (procfile_is(&word, "!")) {
			not = true;
			continue;
		} else {
			negated = negated || (not &&(procfile_is(&word, "--dport") ||
						     procfile_is(&word, "--dports")));
			iptables_option(&word, &rest, s->port, &named, &narrow, &verdict);
		}
		not = false;
	}
	if (udp && named != negated)
		found(s, line, verdict, narrow, false);
}

void firewall_scan_iptables(const char *text, size_t n, uint16_t port, firewall_found *fn,
			    void *ctx)
{
	static const char *const inputs[] = { ":INPUT", ":PREROUTING", NULL };
	struct procfile_text all = procfile_text(text, n), line, rest, word, policy;
	struct scan s = { .port = port, .found = fn, .ctx = ctx };

	while (procfile_line(&all, &line)) {
		rest = line;
		if (!procfile_word(&rest, &word))
			continue;
		if (*word.at == '*') {
			s.table[0] = '\0';
			word.at++;
			add_word(s.table, sizeof(s.table), &word);
		} else if (procfile_is(&word, "-A")) {
			iptables_rule(&s, &line);
		} else if (is_one_of(&word, inputs) && procfile_word(&rest, &policy) &&
			   procfile_is(&policy, "DROP")) {
			snprintf(s.place, sizeof(s.place), "%s %.*s", s.table,
				 (int)(word.end - word.at - 1), word.at + 1);
			found(&s, &line, FIREWALL_DROP, false, true);
		}
	}
}
