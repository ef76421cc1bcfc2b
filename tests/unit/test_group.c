/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Groups: read as typed, joined, left, blocked, and more of them than one socket holds.
 */
#include "net/iface.h"
#include "net/tx.h"
#include "sockets.h"

#include <errno.h>
#include <stdlib.h>

static bool alone; /* in a network of our own, with ve0 */

static struct group_spec spec(const char *word)
{
	struct group_spec g;
	struct error e = { 0 };

	if (!group_parse(word, &g, &e))
		fail_msg("%s: %s", word, e.text);
	return g;
}

/* ---- reading ---- */

static void test_parse(void **state)
{
	static const struct {
		const char *word, *group, *source; /* source NULL: any */
		uint32_t count;
		unsigned ifindex;
		bool all;
	} cases[] = {
		{ "239.1.2.3", "239.1.2.3", NULL, 1, 0, false },
		{ "239.1.2.3%lo", "239.1.2.3", NULL, 1, 1, false },
		{ "239.1.2.3%1", "239.1.2.3", NULL, 1, 1, false },
		{ "239.1.2.3%all", "239.1.2.3", NULL, 1, 0, true },
		{ "239.1.2.3+50", "239.1.2.3", NULL, 50, 0, false },
		{ "239.1.2.3+50%lo", "239.1.2.3", NULL, 50, 1, false },
		{ "10.0.0.1@232.1.1.1", "232.1.1.1", "10.0.0.1", 1, 0, false },
		{ "10.0.0.1@232.1.1.1+2%lo", "232.1.1.1", "10.0.0.1", 2, 1, false },
		{ "ff02::fb%lo", "ff02::fb", NULL, 1, 1, false },
		{ "2001:db8::1@ff35::1", "ff35::1", "2001:db8::1", 1, 0, false },
		{ "fe80::1%lo@ff32::1%lo", "ff32::1", "fe80::1%lo", 1, 1, false },
		{ "239.255.255.255+1", "239.255.255.255", NULL, 1, 0, false },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct group_spec g = spec(cases[i].word);
		struct addr group = address(cases[i].group, 0), source = { 0 };

		if (cases[i].source)
			source = address(cases[i].source, 0);
		assert_true(addr_equal(&g.group, &group));
		assert_true(addr_equal(&g.source, &source));
		assert_int_equal(g.count, cases[i].count);
		assert_int_equal(g.ifindex, cases[i].ifindex);
		assert_int_equal(g.all, cases[i].all);
	}
}

static void test_parse_refuses(void **state)
{
	static const struct {
		const char *word;
		ptrdiff_t at;
		const char *words;
	} cases[] = {
		{ "", 0, "an address is missing here" },
		{ "10.0.0.1", 0,
		  "10.0.0.1 is no multicast group: they are in 224.0.0.0/4 and ff00::/8" },
		{ "239.1.2", 0, "\"239.1.2\" is no IP address" },
		{ "@239.1.2.3", 0, "an address is missing here" },
		{ "10.0.0.1@", 9, "an address is missing here" },
		{ "x@239.1.2.3", 0, "\"x\" is no IP address" },
		{ "239.1.1.1@239.1.2.3", 0,
		  "239.1.1.1 is no source: SRC@GROUP names the sender first" },
		{ "10.0.0.1@ff35::1", 9, "the source and the group are of different families" },
		{ "10.0.0.1@10.0.0.2", 9,
		  "10.0.0.2 is no multicast group: they are in 224.0.0.0/4 and ff00::/8" },
		{ "239.1.2.3+", 10, "an address is missing here" },
		{ "239.1.2.3+0", 10, "0 is outside 1..4096" },
		{ "239.1.2.3+5000", 10, "5000 is outside 1..4096" },
		{ "239.1.2.3+x", 10, "\"x\" is no number" },
		{ "239.255.255.255+2", 16,
		  "so many groups leave the block of multicast addresses" },
		{ "239.1.2.3%", 10, "there is no interface \"\": :interfaces lists them" },
		{ "239.1.2.3+2%nosuch0", 12,
		  "there is no interface \"nosuch0\": :interfaces lists them" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct group_spec g = { .count = 77 };
		struct error e = { 0 };

		assert_false(group_parse(cases[i].word, &g, &e));
		assert_string_equal(e.text, cases[i].words);
		assert_int_equal(e.at, cases[i].at);
		assert_int_equal(g.count, 77);
		assert_false(group_parse(cases[i].word, &g, NULL));
	}
}

static void test_format(void **state)
{
	static const char *const words[] = { "239.1.2.3", "239.1.2.3%lo", "10.0.0.1@232.1.1.1%lo",
					     "2001:db8::1@ff35::1", "ff02::fb%lo" };
	struct buf b;

	(void)state;
	buf_init(&b, 200);
	for (size_t i = 0; i < COUNT(words); i++) {
		struct group_spec g = spec(words[i]);

		buf_reset(&b);
		group_format(&b, &g.group, &g.source, g.ifindex);
		assert_string_equal(buf_cstr(&b), words[i]);
	}
	buf_done(&b);
}

/* ---- joining and leaving ---- */

static void check_join(struct sock *s, const char *word, unsigned expected)
{
	struct group_spec g = spec(word);
	struct error e = { 0 };
	unsigned joined = 99;

	if (!group_join(s, &g, &joined, &e))
		fail_msg("join %s: %s", word, e.text);
	assert_int_equal(joined, expected);
}

static void check_leave(struct sock *s, const char *word, unsigned expected)
{
	struct group_spec g = spec(word);
	struct error e = { 0 };
	unsigned left = 99;

	if (!group_leave(s, &g, &left, &e))
		fail_msg("leave %s: %s", word, e.text);
	assert_int_equal(left, expected);
}

static void check_refused(struct sock *s, const char *verb, const char *word, const char *words)
{
	struct group_spec g = spec(word);
	struct error e = { 0 };
	unsigned n = 0;
	bool ok = strcmp(verb, "join") == 0    ? group_join(s, &g, &n, &e)
		  : strcmp(verb, "leave") == 0 ? group_leave(s, &g, &n, &e)
		  : strcmp(verb, "block") == 0 ? group_block(s, &g, &e)
					       : group_unblock(s, &g, &e);

	assert_false(ok);
	assert_int_equal(n, 0);
	if (!strstr(e.text, words))
		fail_msg("%s %s: \"%s\" lacks \"%s\"", verb, word, e.text, words);
}

static void test_memberships_are_listed(void **state)
{
	struct sock s = must_open(AF_UNSPEC, NULL, NULL);

	(void)state;
	check_join(&s, "239.1.2.3%lo", 1);
	check_join(&s, "10.0.0.1@232.1.1.1%lo", 1);
	check_join(&s, "10.0.0.2@232.1.1.1%lo", 1);
	check_join(&s, "ff02::fb%lo", 1);
	assert_int_equal(s.groups.count, 3);
	assert_int_equal(s.groups.m[1].source_count, 2);
	assert_true(s.groups.m[1].source_specific);
	assert_false(s.groups.m[0].source_specific);
	assert_int_equal(s.groups.m[0].fd, s.fd);

	check_leave(&s, "10.0.0.1@232.1.1.1%lo", 1);
	assert_int_equal(s.groups.m[1].source_count, 1);
	check_leave(&s, "10.0.0.2@232.1.1.1%lo", 1);
	assert_int_equal(s.groups.count, 2);
	check_leave(&s, "239.1.2.3", 1); /* wherever it was joined */
	check_leave(&s, "ff02::fb%lo", 1);
	assert_int_equal(s.groups.count, 0);
	check_join(&s, "239.1.2.3%lo", 1); /* the kernel has forgotten it, too */
	sock_close(&s);
	assert_null(s.groups.m);
}

static void test_refusals(void **state)
{
	struct sock s = must_open(AF_INET, NULL, NULL);

	(void)state;
	check_join(&s, "239.1.2.3%lo", 1);
	check_join(&s, "10.0.0.1@232.1.1.1%lo", 1);
	check_refused(&s, "join", "239.1.2.3%lo", "239.1.2.3%lo is joined already");
	check_refused(&s, "join", "10.0.0.1@232.1.1.1%lo", "joined already");
	check_refused(&s, "join", "10.0.0.1@239.1.2.3%lo", "joined for any source");
	check_refused(&s, "join", "232.1.1.1%lo", "joined for single sources");
	check_refused(&s, "leave", "239.9.9.9%lo", "239.9.9.9%lo is not joined");
	check_refused(&s, "leave", "239.9.9.9", "239.9.9.9 is not joined");
	check_refused(&s, "leave", "10.0.0.9@232.1.1.1%lo", "not joined");
	check_refused(&s, "leave", "10.0.0.1@239.1.2.3%lo", "joined for any source");
	check_refused(&s, "block", "10.0.0.1@239.9.9.9%lo", "not joined");
	check_refused(&s, "block", "239.1.2.3%lo", "name the source");
	check_refused(&s, "block", "10.0.0.1@232.1.1.1%lo", "only the sources that were joined");
	check_refused(&s, "unblock", "10.0.0.1@239.1.2.3%lo", "is not blocked");
	check_refused(&s, "join", "ff02::fb%lo", "speaks IPv4 only");
	sock_close(&s);
}

/* Where no route leads to groups, the kernel cannot choose. */
static void test_no_route_for_the_group(void **state)
{
	struct sock s;

	(void)state;
	if (!alone)
		skip();
	s = must_open(AF_INET, NULL, NULL);
	check_refused(&s, "join", "239.1.2.3", "no route tells the interface: name it with %IF");
	sock_close(&s);
}

/* Ranges pass over what is so already; %all means those that are up and know groups. */
static void test_several_at_once(void **state)
{
	struct sock s = must_open(AF_INET, NULL, NULL);

	(void)state;
	check_join(&s, "239.1.0.2%lo", 1);
	check_join(&s, "239.1.0.1+4%lo", 3);
	check_refused(&s, "join", "239.1.0.1+4%lo", "joined already");
	check_leave(&s, "239.1.0.3+9%lo", 2);
	check_leave(&s, "239.1.0.1+2", 2);
	check_refused(&s, "leave", "239.1.0.1+4", "not joined");
	if (alone) {
		check_join(&s, "239.1.0.1%all", 2); /* ve0 and ve1 */
		check_leave(&s, "239.1.0.1%ve1", 1);
		check_leave(&s, "239.1.0.1%all", 1);
	}
	sock_close(&s);
}

static void test_sources_have_a_limit(void **state)
{
	struct sock s = must_open(AF_INET, NULL, NULL);
	struct error e = { 0 };
	unsigned joined, count = 0;
	char word[64];

	(void)state;
	for (unsigned i = 1; i < 250 && count + 1 == i; i++) {
		struct group_spec g;

		snprintf(word, sizeof(word), "10.0.0.%u@232.1.1.1%%lo", i);
		g = spec(word);
		if (group_join(&s, &g, &joined, &e))
			count++;
	}
	if (count == 249)
		skip(); /* net.ipv4.igmp_max_msf was raised */
	assert_non_null(strstr(e.text, "igmp_max_msf"));
	assert_int_equal(s.groups.count, 1);
	assert_int_equal(s.groups.m[0].source_count, count);
	assert_int_equal(s.helper_count, 0);
	sock_close(&s);
}

/* ---- hearing ---- */

static struct sock must_speak(int family, const char *option, const char *dev)
{
	struct sock s = must_open(family, NULL, option);
	struct sockopt_value v = { .asked = true, .number = if_nametoindex(dev) };

	assert_true(sockopt_set(&s, sockopt_find("multicast-interface", NULL), &v, NULL));
	return s;
}

static void say(const struct sock *from, const char *group, uint16_t port, const char *text)
{
	struct addr dest = address(group, port);

	assert_int_equal(tx_send(from, &dest, text, strlen(text)), 0);
}

/* Another socket of this host joined the group: that is no reason to hear it. */
static void test_only_own_groups_are_heard(void **state)
{
	struct sock joined = must_open(AF_INET, NULL, "reuseaddr"), other, from;
	struct rx_batch *b = rx_batch_new();

	(void)state;
	assert_true(try_open(&other, AF_INET, NULL, joined.local.port, "reuseaddr", NULL));
	from = must_speak(AF_INET, NULL, "lo");
	check_join(&joined, "239.1.2.3%lo", 1);
	check_join(&other, "239.1.2.4%lo", 1);
	say(&from, "239.1.2.3", joined.local.port, "three");
	assert_int_equal(hear(b, joined.fd).len, 5);
	say(&from, "239.1.2.4", joined.local.port, "four");
	assert_int_equal(hear(b, other.fd).len, 4);
	assert_true(is_quiet(joined.fd) && is_quiet(other.fd));
	rx_batch_free(b);
	sock_close(&joined);
	sock_close(&other);
	sock_close(&from);
}

/* Of two sources on lo one is blocked, or the only one admitted. */
static void test_sources(void **state)
{
	struct sock s = must_open(AF_UNSPEC, NULL, NULL);
	struct sockopt_value lo = { .asked = true, .number = 1 };
	struct sock one = must_open(AF_INET, "127.0.0.1", NULL);
	struct sock two = must_open(AF_INET, "127.0.0.2", NULL);
	struct group_spec blocked = spec("127.0.0.1@239.1.2.3%lo");
	struct rx_batch *b = rx_batch_new();

	(void)state;
	assert_true(sockopt_set(&one, sockopt_find("multicast-interface", NULL), &lo, NULL));
	assert_true(sockopt_set(&two, sockopt_find("multicast-interface", NULL), &lo, NULL));
	check_join(&s, "239.1.2.3%lo", 1);
	assert_true(group_block(&s, &blocked, NULL));
	assert_int_equal(s.groups.m[0].source_count, 1);
	check_refused(&s, "block", "127.0.0.1@239.1.2.3%lo", "blocked already");
	say(&one, "239.1.2.3", s.local.port, "one");
	say(&two, "239.1.2.3", s.local.port, "two!");
	assert_int_equal(hear(b, s.fd).len, 4);
	assert_true(is_quiet(s.fd));
	assert_true(group_unblock(&s, &blocked, NULL));
	assert_int_equal(s.groups.m[0].source_count, 0);
	say(&one, "239.1.2.3", s.local.port, "one");
	assert_int_equal(hear(b, s.fd).len, 3);

	check_join(&s, "127.0.0.2@232.1.1.1%lo", 1);
	say(&one, "232.1.1.1", s.local.port, "one");
	say(&two, "232.1.1.1", s.local.port, "two!");
	assert_int_equal(hear(b, s.fd).len, 4);
	assert_true(is_quiet(s.fd));
	check_leave(&s, "232.1.1.1", 1);
	say(&two, "232.1.1.1", s.local.port, "two!");
	say(&two, "239.1.2.3", s.local.port, "still");
	assert_int_equal(hear(b, s.fd).len, 5);
	rx_batch_free(b);
	sock_close(&s);
	sock_close(&one);
	sock_close(&two);
}

/* ---- more groups than one socket holds ---- */

#define MANY 50

/* How often what was just said was heard, by all descriptors; broadcasts by the socket itself,
 * as the receiver counts them. */
static unsigned count_copies(const struct sock *s, struct rx_batch *b)
{
	unsigned copies = 0;

	for (size_t i = 0; i <= s->helper_count; i++) {
		int errnum = 0, n = rx_receive(b, i ? s->helpers[i - 1] : s->fd, &errnum);

		assert_true(n >= 0);
		for (int k = 0; k < n; k++) {
			struct rx_meta m;

			rx_decode(b, k, &m);
			if (i == 0 || !(m.flags & RX_BROADCAST))
				copies++;
		}
	}
	return copies;
}

static void check_heard_once(struct sock *s, const struct sock *from, const struct addr *dest,
			     struct rx_batch *b)
{
	assert_int_equal(tx_send(from, dest, "x", 1), 0);
	assert_int_equal(count_copies(s, b), 1); /* this host delivers before send() returns */
}

static void check_many(int family, const char *first, const char *dev, const char *unicast)
{
	struct sock s = must_open(family, NULL, NULL);
	struct sock from = must_speak(unicast[0] == 'f' ? AF_INET6 : AF_INET, "broadcast", dev);
	struct rx_batch *b = rx_batch_new();
	struct addr dest = address(unicast, s.local.port), group = address(first, s.local.port);
	struct sockopt_value ttl = { .asked = true, .number = 5 };
	char word[100];

	snprintf(word, sizeof(word), "%s+%d%%%s", first, MANY, dev);
	check_join(&s, word, MANY);
	assert_int_equal(s.groups.count, MANY);
	check_heard_once(&s, &from, &dest, b);
	if (dest.family == AF_INET) {
		struct addr all = address(strcmp(dev, "lo") ? "10.99.0.255" : "127.255.255.255",
					  s.local.port);

		assert_true(s.helper_count >= 2);
		check_heard_once(&s, &from, &all, b);
	}
	for (uint32_t i = 0; i < MANY; i++) {
		check_heard_once(&s, &from, &group, b);
		addr_add(&group, 1);
	}
	/* Options reach all of them, and nobody else got in. */
	assert_true(sockopt_set(&s, sockopt_find("ttl", NULL), &ttl, NULL));
	assert_false(try_open(&(struct sock){ 0 }, family, NULL, s.local.port, "reuseaddr", NULL));

	size_t helpers = s.helper_count;

	check_leave(&s, word, MANY);
	check_join(&s, word, MANY);
	assert_int_equal(s.helper_count, helpers);
	rx_batch_free(b);
	sock_close(&s);
	sock_close(&from);
}

static void test_fifty_groups(void **state)
{
	(void)state;
	check_many(AF_INET, "239.7.0.1", "lo", "127.0.0.1");
	check_many(AF_UNSPEC, "239.7.0.1", "lo", "127.0.0.1");
	if (!alone)
		return;
	check_many(AF_INET, "239.7.0.1", "ve0", "10.99.0.1");
	check_many(AF_UNSPEC, "239.7.0.1", "ve0", "10.99.0.1");
	check_many(AF_UNSPEC, "ff15::1", "ve0", "fd99::1");
}

/* Connected, the socket hears one peer only; its helpers go on with their groups. */
static void test_options_that_helpers_inherit(void **state)
{
	struct sock s = must_open(AF_INET, NULL, "tos=ef");
	int tos = 0;
	socklen_t len = sizeof(tos);

	(void)state;
	check_join(&s, "239.7.0.1+30%lo", 30);
	assert_int_equal(s.helper_count, 1);
	assert_int_equal(getsockopt(s.helpers[0], IPPROTO_IP, IP_TOS, &tos, &len), 0);
	assert_int_equal(tos, 0xb8);
	assert_int_equal(fcntl(s.helpers[0], F_GETFD) & FD_CLOEXEC, FD_CLOEXEC);
	sock_close(&s);
}

/* All groups of the host would come by each descriptor. */
static void test_multicast_all_excludes_helpers(void **state)
{
	struct sock s = must_open(AF_INET, NULL, "multicast-all"), many;
	struct sockopt_value on = { .asked = true, .number = 1 };
	struct group_spec g = spec("239.7.0.1+30%lo");
	struct error e = { 0 };
	unsigned joined = 0;

	(void)state;
	assert_false(group_join(&s, &g, &joined, &e));
	assert_int_equal(joined, 20);
	assert_non_null(strstr(e.text, "after 20: "));
	assert_non_null(strstr(e.text, "multicast-all"));
	many = must_open(AF_INET, NULL, NULL);
	assert_true(group_join(&many, &g, &joined, &e));
	assert_false(sockopt_set(&many, sockopt_find("multicast-all", NULL), &on, &e));
	assert_int_equal(e.code, ERR_STATE);
	sock_close(&s);
	sock_close(&many);
}

/* One group on one interface, named once and found once by its route, is heard once. */
static void test_same_interface_by_two_ways(void **state)
{
	struct sock s;
	struct group_spec g = spec("239.1.2.3");
	unsigned joined;

	(void)state;
	if (!alone || !run_shell("PATH=$PATH:/usr/sbin:/sbin; ip route add 239.0.0.0/8 dev ve0"))
		skip();
	s = must_open(AF_INET, NULL, NULL);
	check_join(&s, "239.7.0.1+20%ve0", 20);
	assert_true(group_join(&s, &g, &joined, NULL)); /* on a helper */
	check_leave(&s, "239.7.0.1+20%ve0", 20);        /* there is room on the socket now */
	check_refused(&s, "join", "239.1.2.3%ve0", "joined already");
	sock_close(&s);
	run_shell("PATH=$PATH:/usr/sbin:/sbin; ip route del 239.0.0.0/8 dev ve0");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_parse),
		cmocka_unit_test(test_parse_refuses),
		cmocka_unit_test(test_format),
		cmocka_unit_test(test_memberships_are_listed),
		cmocka_unit_test(test_refusals),
		cmocka_unit_test(test_no_route_for_the_group),
		cmocka_unit_test(test_several_at_once),
		cmocka_unit_test(test_sources_have_a_limit),
		cmocka_unit_test(test_only_own_groups_are_heard),
		cmocka_unit_test(test_sources),
		cmocka_unit_test(test_fifty_groups),
		cmocka_unit_test(test_options_that_helpers_inherit),
		cmocka_unit_test(test_multicast_all_excludes_helpers),
		cmocka_unit_test(test_same_interface_by_two_ways),
	};

	alone = own_network();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
