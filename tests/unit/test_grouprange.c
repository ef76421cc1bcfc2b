/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Ranges of groups at their first and last address, scopes, shared Ethernet addresses. */
#include "net/grouprange.h"
#include "sockets.h"

static void ipv4_ranges_have_their_edges(void **state)
{
	static const struct {
		const char *group, *name, *rfc;
		unsigned flags;
	} rows[] = {
		{ "224.0.0.0", "link-local", "RFC 5771", GROUPRANGE_LINK },
		{ "224.0.0.255", "link-local", "RFC 5771", GROUPRANGE_LINK },
		{ "224.0.1.0", "internetwork control", "RFC 5771", 0 },
		{ "224.0.1.255", "internetwork control", "RFC 5771", 0 },
		{ "224.0.2.0", "ad-hoc, global", "RFC 5771", 0 },
		{ "224.0.255.255", "ad-hoc, global", "RFC 5771", 0 },
		{ "224.1.0.0", "reserved", "RFC 5771", 0 },
		{ "224.2.127.254", "session announcements, global", "RFC 5771", 0 },
		{ "224.4.255.255", "ad-hoc, global", "RFC 5771", 0 },
		{ "224.5.0.0", "reserved", "RFC 5771", 0 },
		{ "231.255.255.255", "reserved", "RFC 5771", 0 },
		{ "232.0.0.0", "source-specific", "RFC 4607", GROUPRANGE_SSM },
		{ "232.255.255.255", "source-specific", "RFC 4607", GROUPRANGE_SSM },
		{ "233.0.0.0", "GLOP, global, by AS number", "RFC 3180", 0 },
		{ "233.251.255.255", "GLOP, global, by AS number", "RFC 3180", 0 },
		{ "233.252.0.1", "ad-hoc, global", "RFC 5771", 0 },
		{ "234.1.2.3", "unicast-prefix, global", "RFC 6034", 0 },
		{ "235.0.0.0", "reserved", "RFC 5771", 0 },
		{ "238.255.255.255", "reserved", "RFC 5771", 0 },
		{ "239.0.0.0", "administratively scoped", "RFC 2365", GROUPRANGE_SITE },
		{ "239.191.255.255", "administratively scoped", "RFC 2365", GROUPRANGE_SITE },
		{ "239.192.0.0", "administratively scoped, organization", "RFC 2365",
		  GROUPRANGE_SITE },
		{ "239.195.255.255", "administratively scoped, organization", "RFC 2365",
		  GROUPRANGE_SITE },
		{ "239.196.0.0", "administratively scoped", "RFC 2365", GROUPRANGE_SITE },
		{ "239.255.255.250", "administratively scoped, site-local", "RFC 2365",
		  GROUPRANGE_SITE },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		const struct addr group = address(rows[i].group, 0);
		const struct grouprange *r = grouprange_of(&group);

		assert_non_null(r);
		assert_string_equal(r->name, rows[i].name);
		assert_string_equal(r->rfc, rows[i].rfc);
		assert_int_equal(r->flags, rows[i].flags);
		assert_int_equal(grouprange_flags(&group), rows[i].flags);
		assert_null(grouprange_scope(&group));
	}
}

static void ipv6_has_flags_and_scope(void **state)
{
	static const struct {
		const char *group, *name, *scope;
		unsigned flags;
	} rows[] = {
		{ "ff01::1", "well-known", "interface-local", GROUPRANGE_HOST },
		{ "ff02::fb", "well-known", "link-local", GROUPRANGE_LINK },
		{ "ff02::1:ff00:1", "solicited-node", "link-local", GROUPRANGE_LINK },
		{ "ff02::1:fe00:1", "well-known", "link-local", GROUPRANGE_LINK },
		{ "ff13::7", "transient", "realm-local", GROUPRANGE_SITE },
		{ "ff14::7", "transient", "admin-local", GROUPRANGE_SITE },
		{ "ff15::7", "transient", "site-local", GROUPRANGE_SITE },
		{ "ff18::7", "transient", "organization-local", GROUPRANGE_SITE },
		{ "ff1e::7", "transient", "global", 0 },
		{ "ff16::7", "transient", "unassigned scope", 0 },
		{ "ff0f::7", "well-known", "reserved scope", 0 },
		{ "ff00::7", "well-known", "reserved scope", GROUPRANGE_HOST },
		{ "ff35::1", "source-specific", "site-local", GROUPRANGE_SSM | GROUPRANGE_SITE },
		{ "ff3e:0:ffff::1", "source-specific", "global", GROUPRANGE_SSM },
		{ "ff3e:40:2001:db8::1", "unicast-prefix", "global", 0 },
		{ "ff7e:140:2001:db8::1", "embedded-RP", "global", 0 },
		{ "ff8e::1", "reserved flags", "global", 0 },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		const struct addr group = address(rows[i].group, 0);

		assert_string_equal(grouprange_of(&group)->name, rows[i].name);
		assert_string_equal(grouprange_scope(&group)->name, rows[i].scope);
		assert_int_equal(grouprange_flags(&group), rows[i].flags);
	}
}

static void what_is_no_group_has_no_range(void **state)
{
	static const char *const hosts[] = { "10.0.0.1",        "223.255.255.255", "240.0.0.1",
					     "255.255.255.255", "fe80::1",         "::1" };

	(void)state;
	for (size_t i = 0; i < COUNT(hosts); i++) {
		const struct addr host = address(hosts[i], 0);

		assert_null(grouprange_of(&host));
		assert_null(grouprange_scope(&host));
	}
}

static void thirty_two_groups_share_an_ethernet_address(void **state)
{
	const struct addr group = address("239.129.2.3", 0), six = address("ff15::1:2:3", 0);
	const uint8_t wanted[6] = { 0x01, 0x00, 0x5e, 0x01, 0x02, 0x03 };
	const uint8_t wanted6[6] = { 0x33, 0x33, 0x00, 0x02, 0x00, 0x03 };
	uint8_t ether[6], other[6];
	struct addr sharer;

	(void)state;
	grouprange_ether(&group, ether);
	assert_memory_equal(ether, wanted, 6);
	for (unsigned i = 0; i < GROUPRANGE_SHARERS; i++) {
		assert_true(grouprange_sharer(&group, i, &sharer));
		assert_true(addr_is_multicast(&sharer));
		assert_false(addr_same_host(&sharer, &group));
		grouprange_ether(&sharer, other);
		assert_memory_equal(other, wanted, 6);
	}
	assert_false(grouprange_sharer(&group, GROUPRANGE_SHARERS, &sharer));
	grouprange_ether(&six, ether);
	assert_memory_equal(ether, wanted6, 6);
	assert_false(grouprange_sharer(&six, 0, &sharer));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(ipv4_ranges_have_their_edges),
		cmocka_unit_test(ipv6_has_flags_and_scope),
		cmocka_unit_test(what_is_no_group_has_no_range),
		cmocka_unit_test(thirty_two_groups_share_an_ethernet_address),
	};

	return cmocka_run_group_tests_name("grouprange", tests, NULL, NULL);
}
