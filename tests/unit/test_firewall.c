/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Rules of firewalls that name a port, and helper programs that are asked for them.
 */
#include "diagnose/firewall.h"
#include "util/child.h"
#include "util/num.h"

#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

/* A letter each: the verdict, in capitals if it is not narrow; "p" a policy. */
static void note(void *ctx, const struct firewall_rule *r)
{
	static const char letters[] = { [FIREWALL_NOTHING] = 'N',
					[FIREWALL_ACCEPT] = 'A',
					[FIREWALL_DROP] = 'D',
					[FIREWALL_DIVERT] = 'R' };
	char *out = ctx;
	size_t n = strlen(out);
	char letter = letters[r->verdict];

	assert_true(n < 30);
	out[n] = r->is_policy ? 'p' : r->narrow ? (char)(letter | 0x20) : letter;
	out[n + 1] = '\0';
}

static void test_nft(void **state)
{
	static const struct {
		const char *rule, *found;
	} rows[] = {
		{ "udp dport 5000 drop", "D" },
		{ "udp dport 5001 drop", "" },
		{ "udp dport 50000 drop", "" },
		{ "udp dport 500 drop", "" },
		{ "udp dport 4000-5000 counter packets 3 bytes 99 reject", "D" },
		{ "udp dport 5001-6000 drop", "" },
		{ "udp dport { 53, 5000 } accept", "A" },
		{ "udp dport { 53, 123, 4999-5001 } accept", "A" },
		{ "udp dport { 53, 123 } accept", "" },
		{ "udp dport { 53,\n\t\t\t     5000, 6000 } drop", "D" },
		{ "udp dport != 5000 drop", "" },
		{ "udp dport != 53 drop", "D" },
		{ "udp dport != { 53, 54 } drop", "D" },
		{ "udp dport vmap { 53 : accept, 5000 : drop }", "D" },
		{ "udp dport vmap { 53 : drop, 5000 : accept }", "A" },
		{ "udp dport @blocked drop", "" },
		{ "tcp dport 5000 drop", "" },
		{ "th dport 5000 drop", "D" },
		{ "meta l4proto { tcp, udp } th dport 5000 drop", "D" },
		{ "ip saddr 10.0.0.1 udp dport 5000 drop", "d" },
		{ "iifname \"eth0\" udp dport 5000 drop", "d" },
		{ "udp dport 5000 redirect to :5001", "R" },
		{ "udp dport 5000 counter packets 1 bytes 2", "N" },
		{ "udp dport", "" },
		{ "udp dport {", "" },
		{ "udp dport !=", "" },
		{ "udp sport 5000 drop", "" },
		{ "type filter hook input priority filter; policy drop;", "p" },
		{ "type filter hook input priority filter; policy accept;", "" },
		{ "type filter hook output priority filter; policy drop;", "" },
	};
	char text[512], seen[32];

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		seen[0] = '\0';
		snprintf(text, sizeof(text),
			 "table inet filter {\n\tchain input {\n\t\t%s\n\t}\n}\n", rows[i].rule);
		firewall_scan_nft(text, strlen(text), 5000, note, seen);
		if (strcmp(seen, rows[i].found) != 0)
			fail_msg("%s: \"%s\"", rows[i].rule, seen);
	}
}

static void take_place(void *ctx, const struct firewall_rule *r)
{
	char *out = ctx;

	snprintf(out, 200, "%s|%.*s", r->place, (int)r->len, r->text);
}

static void test_places(void **state)
{
	static const char nft[] =
		"table inet a {\n\tset x {\n\t\telements = { 5000 }\n\t}\n"
		"\tchain one {\n\t}\n\tchain two {\n\t\tudp dport 5000 drop\n\t}\n}\n"
		"udp dport 5000 accept\n";
	static const char old[] =
		"*filter\n:INPUT ACCEPT [0:0]\n-A IN -p udp --dport 5000 -j DROP\n";
	char seen[200] = "";

	(void)state;
	firewall_scan_nft(nft, sizeof(nft) - 1, 5000, take_place, seen);
	assert_string_equal(seen, "inet a two|udp dport 5000 drop");
	firewall_scan_iptables(old, sizeof(old) - 1, 5000, take_place, seen);
	assert_string_equal(seen, "filter IN|-A IN -p udp --dport 5000 -j DROP");
}

static void test_iptables(void **state)
{
	static const struct {
		const char *rule, *found;
	} rows[] = {
		{ "-A INPUT -p udp -m udp --dport 5000 -j DROP", "D" },
		{ "-A INPUT -p udp -m udp --dport 5000:5010 -j REJECT --reject-with x", "D" },
		{ "-A INPUT -p udp -m udp --dport 5001 -j DROP", "" },
		{ "-A INPUT -p tcp -m tcp --dport 5000 -j DROP", "" },
		{ "-A INPUT -p udp -m multiport --dports 53,5000 -j ACCEPT", "A" },
		{ "-A INPUT -p udp -m multiport --dports 53,54:60 -j ACCEPT", "" },
		{ "-A INPUT -p udp -m udp ! --dport 53 -j DROP", "D" },
		{ "-A INPUT -p udp -m udp ! --dport 5000 -j DROP", "" },
		{ "-A INPUT -s 10.0.0.0/8 -p udp -m udp --dport 5000 -j DROP", "d" },
		{ "-A PREROUTING -p udp -m udp --dport 5000 -j REDIRECT --to-ports 1", "R" },
		{ "-A INPUT -p udp -m udp --dport 5000", "N" },
		{ "-A", "" },
		{ "-A INPUT --dport", "" },
		{ ":INPUT DROP [0:0]", "p" },
		{ ":INPUT ACCEPT [0:0]", "" },
		{ ":OUTPUT DROP [0:0]", "" },
	};
	char text[512], seen[32];

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		seen[0] = '\0';
		snprintf(text, sizeof(text), "# Generated\n*filter\n%s\nCOMMIT\n", rows[i].rule);
		firewall_scan_iptables(text, strlen(text), 5000, note, seen);
		if (strcmp(seen, rows[i].found) != 0)
			fail_msg("%s: \"%s\"", rows[i].rule, seen);
	}
}

/* ---- the programs ---- */

struct run {
	struct loop *loop;
	bool ended;
	struct error why;
};

static void on_end(void *ctx, const struct error *why)
{
	struct run *r = ctx;

	r->ended = true;
	r->why = why ? *why : (struct error){ 0 };
}

/* Runs it to its end, by the loop. */
static bool run(struct run *r, const char *const argv[], uint64_t patience, struct buf *out)
{
	struct child *c = child_run(r->loop, argv, patience, out, on_end, r, &r->why);

	r->ended = false;
	while (c && !r->ended)
		assert_true(loop_turn(r->loop, UINT64_MAX, NULL));
	child_free(c);
	return c && !r->why.code;
}

static void test_child(void **state)
{
	static const char *const echo[] = { "/bin/sh", "-c", "printf 'a\\0b'; echo lost >&2",
					    NULL };
	static const char *const fails[] = { "/bin/sh", "-c", "exit 3", NULL };
	static const char *const hangs[] = { "/bin/sh", "-c", "echo begun; exec sleep 60", NULL };
	static const char *const closes[] = { "/bin/sh", "-c", "exec >&-; exec sleep 60", NULL };
	static const char *const floods[] = { "/bin/sh", "-c", "while :; do echo yes; done", NULL };
	static const char *const nobody[] = { "/nonexistent/nft", NULL };
	static const struct {
		const char *const *argv;
		const char *error;
	} rows[] = {
		{ fails, "exit status 3" },        { hangs, "did not end in time" },
		{ closes, "did not end in time" }, { floods, "more output" },
		{ nobody, "No such file" },
	};
	struct run r = { .loop = loop_new(&clock_system) };
	struct buf out;

	(void)state;
	buf_init(&out, 4096);
	assert_true(run(&r, echo, 10 * NS_PER_S, &out));
	assert_int_equal(out.len, 3);
	assert_memory_equal(out.data, "a\0b", 3);
	for (size_t i = 0; i < COUNT(rows); i++) {
		uint64_t patience = strcmp(rows[i].error, "did not end in time") ? 10 * NS_PER_S
										 : 50 * NS_PER_MS;

		buf_reset(&out);
		assert_false(run(&r, rows[i].argv, patience, &out));
		if (!strstr(r.why.text, rows[i].error))
			fail_msg("row %zu: %s", i, r.why.text);
	}
	buf_done(&out);
	loop_free(r.loop);
}

/* Who is let go of does not go on, and tells nobody. */
static void test_child_is_let_go_of(void **state)
{
	static const char *const hangs[] = { "/bin/sh", "-c", "echo $$; exec sleep 60", NULL };
	struct run r = { .loop = loop_new(&clock_system) };
	struct child *c;
	struct buf out;

	(void)state;
	buf_init(&out, 4096);
	c = child_run(r.loop, hangs, 60 * NS_PER_S, &out, on_end, &r, &r.why);
	assert_non_null(c);
	while (!out.len)
		assert_true(loop_turn(r.loop, UINT64_MAX, NULL));
	child_free(c);
	assert_false(r.ended);
	assert_int_equal(kill((pid_t)strtol(buf_cstr(&out), NULL, 10), 0), -1);
	buf_done(&out);
	loop_free(r.loop);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_nft),
		cmocka_unit_test(test_places),
		cmocka_unit_test(test_iptables),
		cmocka_unit_test(test_child),
		cmocka_unit_test(test_child_is_let_go_of),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
