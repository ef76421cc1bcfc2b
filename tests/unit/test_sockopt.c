/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Options: each is set and asked back on IPv4, IPv6 and dual-stack sockets, and read as typed.
 */
#include "sockets.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/wait.h>

static const struct sockopt *row(const char *name)
{
	const struct sockopt *o = sockopt_find(name, NULL);

	if (!o)
		fail_msg("no option %s", name);
	return o;
}

static const char *get(const struct sock *s, const char *name)
{
	static char text[64];
	struct error e = { 0 };
	struct buf b;

	buf_init(&b, sizeof(text) - 1);
	if (!sockopt_get(s, row(name), &b, &e))
		fail_msg("%s: %s", name, e.text);
	snprintf(text, sizeof(text), "%s", buf_cstr(&b));
	buf_done(&b);
	return text;
}

static const char *asked(const struct sock *s, const char *name)
{
	static char text[64];
	struct buf b;

	buf_init(&b, sizeof(text) - 1);
	sockopt_format_asked(s, row(name), &b);
	snprintf(text, sizeof(text), "%s", buf_cstr(&b));
	buf_done(&b);
	return text;
}

/* ---- the table ---- */

static void test_rows_are_whole(void **state)
{
	size_t n = 0;

	(void)state;
	for (const struct sockopt *o = sockopts; o->name; o++, n++) {
		assert_int_equal(sockopt_index(o), n);
		assert_ptr_equal(sockopt_find(o->name, NULL), o);
		assert_non_null(o->help);
		assert_int_equal(o->kind == SOCKOPT_WORD, o->words != NULL);
		if (o->kind != SOCKOPT_NOT_UDP)
			assert_true(o->any.name || o->v4.name || o->v6.name);
		if (o->kind == SOCKOPT_INT || o->kind == SOCKOPT_SIZE)
			assert_true(o->min < o->max);
		for (const struct sockopt_word *w = o->words; w && w->name; w++)
			for (const struct sockopt_word *v = o->words; v < w; v++)
				assert_string_not_equal(v->name, w->name);
	}
	assert_true(n <= SOCKOPT_MAX);
}

/* ---- round trips ---- */

struct trip {
	const char *option, *set, *get; /* get NULL: as set */
};

/* What an ordinary user may set, after bind. */
static const struct trip trips[] = {
	{ "broadcast", "on", NULL },
	{ "broadcast", "off", NULL },
	{ "rcvbuf", "32k", "65536" },
	{ "sndbuf", "32k", "65536" },
	{ "ttl", "7", NULL },
	{ "ttl", "255", NULL },
	{ "multicast-ttl", "0", NULL },
	{ "multicast-ttl", "32", NULL },
	{ "multicast-loop", "off", NULL },
	{ "multicast-loop", "on", NULL },
	{ "multicast-interface", "lo", NULL },
	{ "multicast-interface", "none", NULL },
	{ "multicast-all", "on", NULL },
	{ "multicast-all", "off", NULL },
	{ "tos", "ef", NULL },
	{ "tos", "af41", NULL },
	{ "tos", "CS6", "cs6" },
	{ "tos", "lowdelay", NULL },
	{ "tos", "lowcost", NULL },
	{ "tos", "critical", "cs5" },
	{ "tos", "netcontrol", "cs7" },
	{ "tos", "inetcontrol", "cs6" },
	{ "tos", "0xb8", "ef" },
	{ "tos", "4", "reliability" },
	{ "tos", "0", "cs0" },
	{ "df", "dont", NULL },
	{ "df", "want", NULL },
	{ "df", "do", NULL },
	{ "df", "probe", NULL },
	{ "df", "interface", NULL },
	{ "df", "omit", NULL },
	{ "priority", "6", NULL },
	{ "dontroute", "on", NULL },
	{ "dontroute", "off", NULL },
	{ "no-checksum", "on", NULL },
	{ "no-checksum", "off", NULL },
	{ "gro", "on", NULL },
	{ "gro", "off", NULL },
	{ "errors", "off", NULL },
	{ "errors", "on", NULL },
	{ "device", "lo", NULL },
};

static void check_trip(struct sock *s, const struct trip *t)
{
	const struct sockopt *o = row(t->option);
	struct sockopt_value v;
	struct error e = { 0 };

	if (!sockopt_parse(o, t->set, &v, &e) || !sockopt_set(s, o, &v, &e))
		fail_msg("%s %s: %s", t->option, t->set, e.text);
	if (strcmp(get(s, t->option), t->get ? t->get : t->set) != 0)
		fail_msg("%s %s is %s", t->option, t->set, get(s, t->option));
	if (o->kind == SOCKOPT_SIZE)
		assert_string_equal(asked(s, t->option), "32768");
	else
		assert_string_equal(asked(s, t->option), t->get ? t->get : t->set);
}

static void test_every_option_comes_back(void **state)
{
	static const int families[] = { AF_INET, AF_INET6, AF_UNSPEC };

	(void)state;
	for (size_t f = 0; f < COUNT(families); f++) {
		struct sock s = must_open(families[f], NULL, NULL);

		for (size_t i = 0; i < COUNT(trips); i++)
			check_trip(&s, &trips[i]);
		sock_close(&s);
	}
}

static void test_options_before_bind(void **state)
{
	static const struct trip before[] = {
		{ "reuseaddr", "on", NULL },
		{ "reuseport", "on", NULL },
		{ "freebind", "on", NULL },
		{ "v6only", "on", NULL },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(before); i++) {
		struct sock s = must_open(AF_UNSPEC, NULL, before[i].option);
		struct sockopt_value v = { .asked = true };
		struct error e = { 0 };

		assert_string_equal(get(&s, before[i].option), "on");
		assert_string_equal(asked(&s, before[i].option), "on");
		assert_false(sockopt_set(&s, row(before[i].option), &v, &e));
		assert_int_equal(e.code, ERR_STATE);
		assert_non_null(strstr(e.text, ":open ADDR:PORT"));
		sock_close(&s);
	}
}

static void test_defaults(void **state)
{
	static const int families[] = { AF_INET, AF_INET6, AF_UNSPEC };

	(void)state;
	for (size_t f = 0; f < COUNT(families); f++) {
		struct sock s = must_open(families[f], NULL, NULL);

		assert_string_equal(get(&s, "errors"), "on");
		assert_string_equal(get(&s, "multicast-all"), "off");
		assert_string_equal(get(&s, "gro"), "off");
		assert_string_equal(get(&s, "broadcast"), "off");
		assert_string_equal(get(&s, "device"), "none");
		assert_string_equal(get(&s, "multicast-interface"), "none");
		assert_string_equal(asked(&s, "rcvbuf"), "16777216");
		assert_string_equal(asked(&s, "ttl"), "");
		sock_close(&s);
	}
}

/* One name makes both calls, and tells when somebody else made only one. */
static void test_dual_stack_has_two_halves(void **state)
{
	struct sock s = must_open(AF_UNSPEC, NULL, "ttl=9");
	int hops = 0, other = 11;
	socklen_t len = sizeof(hops);

	(void)state;
	assert_int_equal(getsockopt(s.fd, IPPROTO_IP, IP_TTL, &hops, &len), 0);
	assert_int_equal(hops, 9);
	assert_int_equal(getsockopt(s.fd, IPPROTO_IPV6, IPV6_UNICAST_HOPS, &hops, &len), 0);
	assert_int_equal(hops, 9);
	assert_int_equal(setsockopt(s.fd, IPPROTO_IP, IP_TTL, &other, sizeof(other)), 0);
	assert_string_equal(get(&s, "ttl"), "9, IPv4 11");
	sock_close(&s);
}

static void test_wrong_family(void **state)
{
	struct sock s = must_open(AF_INET, NULL, NULL);
	struct error e = { 0 };
	struct buf b;

	(void)state;
	buf_init(&b, 64);
	assert_false(sockopt_get(&s, row("v6only"), &b, &e));
	assert_string_equal(e.text, "v6only is for IPv6 sockets, this one speaks IPv4");
	assert_false(try_open(&s, AF_INET, NULL, 0, "v6only", &e));
	buf_done(&b);
	sock_close(&s);
}

/* In a child that is nobody, so that root tests it, too. */
static int as_nobody(void)
{
	struct sock s;
	struct error e = { 0 };
	struct sockopt_value v = { .asked = true, .number = 1 };

	if (getuid() == 0 && setuid(65534) < 0)
		return 1;
	s = must_open(AF_INET, NULL, "device=lo");
	if (sockopt_set(&s, row("mark"), &v, &e) || e.errnum != EPERM ||
	    !strstr(e.text, "mark needs CAP_NET_ADMIN"))
		return 2;
	v.number = 7;
	if (sockopt_set(&s, row("priority"), &v, &e) || !strstr(e.text, "CAP_NET_ADMIN"))
		return 3;
	v.number = 0;
	if (sockopt_set(&s, row("device"), &v, &e) || !strstr(e.text, "CAP_NET_RAW"))
		return 4;
	if (try_open(&s, AF_INET, NULL, 0, "transparent", &e) ||
	    !strstr(e.text, "transparent needs CAP_NET_ADMIN"))
		return 5;
	return 0;
}

static void test_capabilities_are_named(void **state)
{
	pid_t child = fork();
	int status;

	(void)state;
	if (child == 0)
		_exit(as_nobody());
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_true(WIFEXITED(status));
	assert_int_equal(WEXITSTATUS(status), 0);
}

static void test_privileged_options(void **state)
{
	static const struct trip privileged[] = {
		{ "mark", "0xffffffff", "4294967295" },
		{ "mark", "0", NULL },
		{ "priority", "2147483647", NULL },
		{ "busy-poll", "50", NULL },
		{ "device", "none", NULL },
	};
	pid_t child = fork();
	int status;

	(void)state;
	if (child == 0) {
		struct sock s, transparent;

		if (!own_network())
			_exit(77);
		s = must_open(AF_UNSPEC, NULL, "device=lo");
		for (size_t i = 0; i < COUNT(privileged); i++) {
			const struct sockopt *o = row(privileged[i].option);
			struct sockopt_value v;

			if (!sockopt_parse(o, privileged[i].set, &v, NULL) ||
			    !sockopt_set(&s, o, &v, NULL) ||
			    strcmp(get(&s, o->name),
				   privileged[i].get ? privileged[i].get : privileged[i].set) != 0)
				_exit(1 + (int)i);
		}
		transparent = must_open(AF_UNSPEC, NULL, "transparent");
		_exit(strcmp(get(&transparent, "transparent"), "on") == 0 ? 0 : 70);
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_true(WIFEXITED(status));
	if (WEXITSTATUS(status) == 77)
		skip();
	assert_int_equal(WEXITSTATUS(status), 0);
}

/* ---- reading ---- */

static void test_values(void **state)
{
	static const struct {
		const char *option, *text;
		int64_t number; /* -1: refused */
		const char *words;
	} cases[] = {
		{ "broadcast", NULL, 1, NULL },
		{ "broadcast", "", 1, NULL },
		{ "broadcast", "yes", 1, NULL },
		{ "broadcast", "OFF", 0, NULL },
		{ "broadcast", "no", 0, NULL },
		{ "broadcast", "true", 1, NULL },
		{ "broadcast", "0", 0, NULL },
		{ "ttl", "255", 255, NULL },
		{ "rcvbuf", "1M", 1 << 20, NULL },
		{ "tos", "0x2e", 0x2e, NULL },
		{ "tos", "voice-admit", 0xb0, NULL },
		{ "device", "lo", 1, NULL },
		{ "device", "none", 0, NULL },
		{ "broadcast", "maybe", -1, "broadcast: \"maybe\" is none of: on, off" },
		{ "ttl", NULL, -1, "ttl wants a value: 1..255 hops" },
		{ "ttl", "300", -1, "ttl: 300 is outside 1..255" },
		{ "ttl", "0", -1, "ttl: 0 is outside 1..255" },
		{ "ttl", "x", -1, "ttl: \"x\" is no number" },
		{ "tos", "256", -1, "tos: 256 is outside 0..255" },
		{ "tos", "gold", -1, NULL },
		{ "df", "1", -1, "df: \"1\" is none of: dont, want, do, probe, interface, omit" },
		{ "rcvbuf", "2G", -1, "rcvbuf: 2G is outside 1 B..1 GiB" },
		{ "device", "nosuch0", -1,
		  "device: there is no interface \"nosuch0\": :interfaces lists them" },
		{ "device", NULL, -1, "device wants a value: INTERFACE, none" },
		{ "keepalive", "on", -1, NULL },
		{ "linger", NULL, -1, NULL },
		{ "nodelay", NULL, -1,
		  "nodelay is TCP's: UDP never holds a datagram back to fill it up" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct sockopt_value v = { .number = 4711 };
		struct error e = { 0 };
		bool ok = sockopt_parse(row(cases[i].option), cases[i].text, &v, &e);

		assert_int_equal(ok, cases[i].number >= 0);
		assert_int_equal(v.number, ok ? cases[i].number : 4711);
		assert_int_equal(v.asked, ok);
		if (cases[i].words)
			assert_string_equal(e.text, cases[i].words);
	}
}

static void test_assignments(void **state)
{
	static const struct {
		const char *word, *option;
		int64_t number; /* -1: refused */
		ptrdiff_t at;
	} cases[] = {
		{ "broadcast", "broadcast", 1, 0 },
		{ "broadcast=off", "broadcast", 0, 0 },
		{ "ttl=5", "ttl", 5, 0 },
		{ "ttl=300", "ttl", -1, 4 },
		{ "tos=gold", "tos", -1, 4 },
		{ "ttl", "ttl", -1, -1 },
		{ "brodcast", "broadcast", -1, -1 },
		{ "=5", "ttl", -1, -1 },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct sockopt_values values = { 0 };
		struct error e = { 0 };
		bool ok = sockopt_parse_assignment(cases[i].word, &values, &e);
		const struct sockopt_value *v = &values.v[sockopt_index(row(cases[i].option))];

		assert_int_equal(ok, cases[i].number >= 0);
		assert_int_equal(v->asked, ok);
		if (ok)
			assert_int_equal(v->number, cases[i].number);
		else
			assert_int_equal(e.at, cases[i].at);
	}
}

static void test_unknown_names_are_guessed(void **state)
{
	struct error e = { 0 };

	(void)state;
	assert_null(sockopt_find("brodcast", &e));
	assert_string_equal(e.text, "no option \"brodcast\": did you mean broadcast?");
	assert_null(sockopt_find("zzzzzzzz", &e));
	assert_string_equal(e.text, "no option \"zzzzzzzz\"");
}

static void test_dscp_and_ecn(void **state)
{
	static const struct {
		uint8_t tos;
		const char *dscp, *ecn;
	} cases[] = {
		{ 0xb8, "ef", "not-ect" },   { 0xb9, "ef", "ect(1)" },
		{ 0x2a, "af11", "ect(0)" },  { 0xc3, "cs6", "ce" },
		{ 0x00, "cs0", "not-ect" },  { 0x10, "0x04", "not-ect" },
		{ 0x2c, "0x0b", "not-ect" },
	};
	struct buf b;

	(void)state;
	buf_init(&b, 32);
	for (size_t i = 0; i < COUNT(cases); i++) {
		buf_reset(&b);
		sockopt_format_dscp(&b, cases[i].tos);
		assert_string_equal(buf_cstr(&b), cases[i].dscp);
		assert_string_equal(sockopt_ecn_name(cases[i].tos), cases[i].ecn);
	}
	buf_done(&b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_rows_are_whole),
		cmocka_unit_test(test_every_option_comes_back),
		cmocka_unit_test(test_options_before_bind),
		cmocka_unit_test(test_defaults),
		cmocka_unit_test(test_dual_stack_has_two_halves),
		cmocka_unit_test(test_wrong_family),
		cmocka_unit_test(test_capabilities_are_named),
		cmocka_unit_test(test_privileged_options),
		cmocka_unit_test(test_values),
		cmocka_unit_test(test_assignments),
		cmocka_unit_test(test_unknown_names_are_guessed),
		cmocka_unit_test(test_dscp_and_ecn),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
