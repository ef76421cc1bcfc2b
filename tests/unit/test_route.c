/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Routes: which way, from which address, and none.
 */
#include "net/route.h"
#include "net/tx.h"
#include "sockets.h"

#include <errno.h>

static void test_this_host(void **state)
{
	static const char *const hosts[] = { "127.0.0.1", "127.1.2.3", "::1" };

	(void)state;
	for (size_t i = 0; i < COUNT(hosts); i++) {
		struct addr dest = address(hosts[i], 53);
		struct error e = { 0 };
		struct route r;

		if (!route_lookup(&dest, 0, &r, &e))
			fail_msg("%s: %s", hosts[i], e.text);
		assert_int_equal(r.ifindex, if_nametoindex("lo"));
		assert_int_equal(addr_kind(&r.source), ADDR_LOOPBACK);
		assert_int_equal(r.source.port, 0);
		assert_int_equal(r.gateway.family, AF_UNSPEC);
		assert_true(r.local);
		assert_false(r.broadcast || r.multicast);
		assert_true(r.mtu >= 1280);
	}
}

static const struct way {
	const char *to, *dev; /* dev: the interface asked for, NULL none */
	const char *by;       /* the interface found, NULL: no route */
	const char *source, *gateway;
	unsigned mtu; /* without a route: the errno */
	bool broadcast, multicast;
} ways[] = {
	{ "10.99.0.2", NULL, "ve0", "10.99.0.1", NULL, 1500, false, false },
	{ "10.99.0.255", NULL, "ve0", "10.99.0.1", NULL, 1500, true, false },
	{ "fd99::2", NULL, "ve0", "fd99::1", NULL, 1500, false, false },
	{ "192.0.2.1", NULL, "ve0", "10.99.0.1", "10.99.0.2", 1400, false, false },
	{ "2001:db8::1", NULL, "ve0", "fd99::1", "fd99::2", 1500, false, false },
	{ "239.1.2.3", "ve0", "ve0", "10.99.0.1", NULL, 1500, false, true },
	{ "ff15::1", "ve0", "ve0", "fd99::1", NULL, 1500, false, true },
	{ "255.255.255.255", "ve0", "ve0", "10.99.0.1", NULL, 1500, true, false },
	{ "fe80::2%ve0", NULL, "ve0", NULL, NULL, 1500, false, false },
	{ "239.1.2.3", NULL, NULL, NULL, NULL, ENETUNREACH, false, false },
	{ "255.255.255.255", NULL, NULL, NULL, NULL, ENETUNREACH, false, false },
	{ "100.64.0.1", NULL, NULL, NULL, NULL, ENETUNREACH, false, false },
	{ "2001:db9::1", NULL, NULL, NULL, NULL, ENETUNREACH, false, false },
	{ "198.51.100.1", NULL, NULL, NULL, NULL, EHOSTUNREACH, false, false },
	{ "203.0.113.1", NULL, NULL, NULL, NULL, EINVAL, false,
	  false }, /* the kernel's word for it */
	{ "2001:db8:1::1", NULL, NULL, NULL, NULL, EHOSTUNREACH, false, false },
};

static void check_way(const struct way *w)
{
	struct addr dest = address(w->to, 9), wanted;
	struct error e = { 0 };
	struct route r = { .mtu = 4711 };
	bool ok = route_lookup(&dest, w->dev ? if_nametoindex(w->dev) : 0, &r, &e);

	if (ok != (w->by != NULL))
		fail_msg("%s: %s", w->to, ok ? "found" : e.text);
	if (!ok) {
		assert_int_equal(e.code, ERR_SYSTEM);
		assert_int_equal(e.errnum, w->mtu);
		assert_int_equal(r.mtu, 4711);
		return;
	}
	assert_int_equal(r.ifindex, if_nametoindex(w->by));
	assert_int_equal(r.mtu, w->mtu);
	assert_int_equal(r.broadcast, w->broadcast);
	assert_int_equal(r.multicast, w->multicast);
	assert_false(r.local);
	if (w->source) {
		wanted = address(w->source, 0);
		assert_true(addr_equal(&r.source, &wanted));
	}
	assert_int_equal(r.gateway.family != AF_UNSPEC, w->gateway != NULL);
	if (w->gateway) {
		wanted = address(w->gateway, 0);
		assert_true(addr_equal(&r.gateway, &wanted));
	}
}

static void test_own_network(void **state)
{
	const bool *alone = *state;

	if (!*alone || !run_shell("PATH=$PATH:/usr/sbin:/sbin;"
				  "ip route add 192.0.2.0/24 via 10.99.0.2 mtu 1400 &&"
				  "ip route add unreachable 198.51.100.0/24 metric 5 &&"
				  "ip route add blackhole 203.0.113.0/24 &&"
				  "ip route add 2001:db8::/48 via fd99::2 &&"
				  "ip route add unreachable 2001:db8:1::/48"))
		skip();
	for (size_t i = 0; i < COUNT(ways); i++)
		check_way(&ways[i]);
}

static void test_path_mtu(void **state)
{
	const bool *alone = *state;
	struct addr lo = address("127.0.0.1", 9), nowhere = address("239.1.2.3", 9);

	assert_true(tx_path_mtu(&lo, 0) >= 1280);
	if (!*alone)
		skip();
	assert_int_equal(tx_path_mtu(&nowhere, 0), 0);
}

int main(void)
{
	bool alone = own_network();
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_this_host),
		cmocka_unit_test_prestate(test_own_network, &alone),
		cmocka_unit_test_prestate(test_path_mtu, &alone),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
