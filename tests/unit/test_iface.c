/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Interfaces: lo, which every host has, and a network of our own where we may have one.
 */
#include "net/iface.h"
#include "sockets.h"

static void test_loopback(void **state)
{
	struct iface_table t = { 0 };
	const struct iface *lo;
	struct addr v4 = address("127.0.0.1", 0), other = address("127.9.9.9", 0);
	struct addr foreign = address("203.0.113.9", 0);
	bool found = false;

	(void)state;
	assert_true(iface_load(&t, NULL));
	assert_true(iface_load(&t, NULL));
	lo = iface_by_name(&t, "lo");
	assert_non_null(lo);
	assert_ptr_equal(iface_by_index(&t, lo->index), lo);
	assert_int_equal(lo->index, if_nametoindex("lo"));
	assert_int_equal(lo->flags & (IFF_UP | IFF_LOOPBACK), IFF_UP | IFF_LOOPBACK);
	assert_true(lo->mtu >= 1280);
	for (size_t i = 0; i < lo->addr_count; i++) {
		if (!addr_same_host(&lo->addrs[i].addr, &v4))
			continue;
		found = true;
		assert_int_equal(lo->addrs[i].prefix_len, 8);
		assert_int_equal(lo->addrs[i].broadcast.family, AF_UNSPEC);
	}
	assert_true(found);
	assert_true(iface_is_own(&t, &v4));
	assert_true(iface_is_own(&t, &other));
	assert_false(iface_is_own(&t, &foreign));
	assert_false(iface_is_broadcast(&t, &v4));
	for (size_t i = 1; i < t.count; i++)
		assert_true(t.ifaces[i - 1].index < t.ifaces[i].index);
	assert_null(iface_by_name(&t, "nosuch0"));
	assert_null(iface_by_index(&t, 0));
	iface_done(&t);
	assert_int_equal(t.count, 0);
}

/* Addresses of both families, one of them labelled; an interface without any. */
static void test_own_network(void **state)
{
	const bool *alone = *state;
	struct iface_table t = { 0 };
	struct addr v4 = address("10.99.0.1", 0), broadcast = address("10.99.0.255", 0);
	struct addr labelled = address("10.98.0.1", 0), v6 = address("fd99::1", 0);
	const struct iface *ve0;

	if (!*alone ||
	    !run_shell("PATH=$PATH:/usr/sbin:/sbin;"
		       "ip addr add 10.98.0.1/16 dev ve0 label ve0:x && ip link set ve1 down"))
		skip();
	assert_true(iface_load(&t, NULL));
	ve0 = iface_by_name(&t, "ve0");
	assert_non_null(ve0);
	assert_int_equal(ve0->mtu, 1500);
	assert_true(ve0->addr_count >= 3);
	assert_true(iface_is_own(&t, &v4) && iface_is_own(&t, &labelled) && iface_is_own(&t, &v6));
	assert_false(iface_is_own(&t, &broadcast));
	assert_true(iface_is_broadcast(&t, &broadcast));
	assert_false(iface_is_broadcast(&t, &v4));
	for (size_t i = 0; i < ve0->addr_count; i++) {
		const struct iface_addr *a = &ve0->addrs[i];

		if (addr_same_host(&a->addr, &v6))
			assert_int_equal(a->prefix_len, 64);
		if (addr_same_host(&a->addr, &labelled))
			assert_int_equal(a->prefix_len, 16);
	}
	assert_null(iface_by_name(&t, "ve0:x"));
	assert_non_null(iface_by_name(&t, "ve1"));
	assert_int_equal(iface_by_name(&t, "ve1")->flags & IFF_UP, 0);
	iface_done(&t);
}

/* Which interface may take what; ve1 has no IPv4 address. */
static void test_ways_out(void **state)
{
	static const struct {
		const char *to;
		bool lo, ve0, ve1;
	} cases[] = {
		{ "239.1.2.3", false, true, false },   { "255.255.255.255", false, true, false },
		{ "10.99.0.255", false, true, false }, { "10.99.0.2", false, true, false },
		{ "192.0.2.1", false, true, false },   { "10.99.0.1", true, false, false },
		{ "127.1.2.3", true, false, false },   { "ff15::1", false, true, true },
		{ "ff02::1%ve0", false, true, true },  { "fe80::1%ve1", false, false, true },
		{ "2001:db8::1", false, true, true },  { "::1", true, false, false },
	};
	const bool *alone = *state;
	struct iface_table t = { 0 };

	if (!*alone || !run_shell("PATH=$PATH:/usr/sbin:/sbin;"
				  "ip link set ve1 up && ip addr add fd98::1/64 dev ve1 nodad"))
		skip();
	assert_true(iface_load(&t, NULL));
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct addr dest = address(cases[i].to, 9);
		bool lo = iface_can_send(&t, iface_by_name(&t, "lo"), &dest);
		bool ve0 = iface_can_send(&t, iface_by_name(&t, "ve0"), &dest);
		bool ve1 = iface_can_send(&t, iface_by_name(&t, "ve1"), &dest);

		if (lo != cases[i].lo || ve0 != cases[i].ve0 || ve1 != cases[i].ve1)
			fail_msg("%s: lo %d, ve0 %d, ve1 %d", cases[i].to, lo, ve0, ve1);
	}
	iface_done(&t);
}

static void test_parse(void **state)
{
	static const struct {
		const char *word;
		unsigned index; /* 0: refused */
		const char *words;
	} cases[] = {
		{ "lo", 1, NULL },
		{ "1", 1, NULL },
		{ "", 0, "there is no interface \"\": :interfaces lists them" },
		{ "0", 0, NULL },
		{ "l", 0, NULL },
		{ "2147483647", 0, "there is no interface \"2147483647\": :interfaces lists them" },
		{ "a-name-that-is-too-long-for-an-interface", 0, NULL },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		unsigned index = 4711;
		struct error e = { 0 };
		bool ok = iface_parse(cases[i].word, &index, &e);

		assert_int_equal(ok, cases[i].index != 0);
		assert_int_equal(index, ok ? if_nametoindex("lo") : 4711);
		if (!ok)
			assert_int_equal(e.code, ERR_USAGE);
		if (cases[i].words)
			assert_string_equal(e.text, cases[i].words);
	}
}

static void test_flags(void **state)
{
	static const struct {
		unsigned flags;
		const char *words;
	} cases[] = {
		{ 0, "down" },
		{ IFF_UP, "up" },
		{ IFF_UP | IFF_RUNNING | IFF_LOOPBACK, "up, running, loopback" },
		{ IFF_UP | IFF_MULTICAST | IFF_BROADCAST, "up, multicast, broadcast" },
		{ IFF_MULTICAST | IFF_NOARP, "down, multicast, no ARP" },
	};
	struct buf b;

	(void)state;
	buf_init(&b, 100);
	for (size_t i = 0; i < COUNT(cases); i++) {
		buf_reset(&b);
		iface_format_flags(&b, cases[i].flags);
		assert_string_equal(buf_cstr(&b), cases[i].words);
	}
	buf_done(&b);
}

/* Change by change: sorted by index, each address once, and only what is there goes. */
static void test_changes(void **state)
{
	const struct iface_addr a = { .addr = address("10.0.0.1", 0), .prefix_len = 24 };
	const struct iface_addr wider = { .addr = a.addr, .prefix_len = 8 };
	const struct iface_addr b = { .addr = address("10.0.0.2", 0), .prefix_len = 24 };
	struct iface_table t = { 0 };

	(void)state;
	assert_true(iface_set(&t, &(struct iface){ .name = "b", .index = 7, .mtu = 1500 }));
	assert_true(iface_set(&t, &(struct iface){ .name = "a", .index = 3 }));
	assert_true(iface_set(&t, &(struct iface){ .name = "c", .index = 9 }));
	assert_int_equal(t.count, 3);
	assert_string_equal(t.ifaces[0].name, "a");
	assert_string_equal(t.ifaces[1].name, "b");
	assert_string_equal(t.ifaces[2].name, "c");

	assert_true(iface_add_addr(&t, 7, &a));
	assert_false(iface_add_addr(&t, 7, &a));
	assert_true(iface_add_addr(&t, 7, &wider));
	assert_true(iface_add_addr(&t, 7, &b));
	assert_false(iface_add_addr(&t, 8, &b));
	assert_true(iface_set(&t, &(struct iface){ .name = "bb", .index = 7, .mtu = 9000 }));
	assert_int_equal(iface_by_name(&t, "bb")->mtu, 9000);
	assert_int_equal(iface_by_name(&t, "bb")->addr_count, 3);
	assert_true(iface_remove_addr(&t, 7, &wider));
	assert_false(iface_remove_addr(&t, 7, &wider));
	assert_int_equal(iface_by_index(&t, 7)->addr_count, 2);
	assert_true(addr_equal(&iface_by_index(&t, 7)->addrs[1].addr, &b.addr));

	assert_true(iface_remove(&t, 7));
	assert_false(iface_remove(&t, 7));
	assert_false(iface_remove_addr(&t, 7, &a));
	assert_int_equal(t.count, 2);
	assert_null(iface_by_index(&t, 7));
	assert_string_equal(iface_by_index(&t, 9)->name, "c");
	iface_done(&t);
}

int main(void)
{
	bool alone = own_network();
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_loopback),
		cmocka_unit_test_prestate(test_own_network, &alone),
		cmocka_unit_test_prestate(test_ways_out, &alone),
		cmocka_unit_test(test_parse),
		cmocka_unit_test(test_flags),
		cmocka_unit_test(test_changes),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
