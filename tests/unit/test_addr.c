/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Addresses: kinds, comparison, the kernel's form, reading and writing.
 */
#include "net/addr.h"
#include "net/services.h"

#include <arpa/inet.h>
#include <net/if.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

static struct addr ip(const char *text)
{
	struct error e = { 0 };
	struct addr a = { 0 };

	if (!addr_parse_ip(text, &a, &e))
		fail_msg("%s: %s", text, e.text);
	return a;
}

static void test_kinds(void **state)
{
	static const struct {
		const char *text;
		enum addr_kind kind;
		bool zone;
	} cases[] = {
		{ "0.0.0.0", ADDR_ANY, false },
		{ "::", ADDR_ANY, false },
		{ "10.0.0.1", ADDR_UNICAST, false },
		{ "169.254.1.1", ADDR_UNICAST, false },
		{ "2001:db8::1", ADDR_UNICAST, false },
		{ "fd00::1", ADDR_UNICAST, false },
		{ "127.0.0.1", ADDR_LOOPBACK, false },
		{ "127.255.255.254", ADDR_LOOPBACK, false },
		{ "::1", ADDR_LOOPBACK, false },
		{ "fe80::1", ADDR_LINKLOCAL, true },
		{ "febf::1", ADDR_LINKLOCAL, true },
		{ "255.255.255.255", ADDR_BROADCAST, false },
		{ "224.0.0.1", ADDR_MULTICAST, false },
		{ "239.255.255.255", ADDR_MULTICAST, false },
		{ "240.0.0.0", ADDR_UNICAST, false },
		{ "ff02::1", ADDR_MULTICAST, true },
		{ "ff01::1", ADDR_MULTICAST, true },
		{ "ff05::1", ADDR_MULTICAST, false },
		{ "::ffff:127.0.0.1", ADDR_LOOPBACK, false },
		{ "::ffff:224.0.0.1", ADDR_MULTICAST, false },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct addr a = ip(cases[i].text);

		assert_int_equal(addr_kind(&a), cases[i].kind);
		assert_int_equal(addr_has_zone(&a), cases[i].zone);
		assert_int_equal(addr_is_multicast(&a), cases[i].kind == ADDR_MULTICAST);
		assert_int_equal(addr_is_any(&a), cases[i].kind == ADDR_ANY);
	}
	assert_int_equal(addr_kind(&(struct addr){ 0 }), ADDR_NONE);
}

static void test_comparison(void **state)
{
	struct addr a = ip("10.0.0.1"), b = a, other = ip("10.0.0.2"), none = { 0 };
	struct addr link = ip("fe80::1"), elsewhere = link;

	(void)state;
	assert_true(addr_equal(&a, &b));
	assert_int_equal(addr_hash(&a), addr_hash(&b));
	b.port = 53;
	assert_false(addr_equal(&a, &b));
	assert_true(addr_same_host(&a, &b));
	assert_int_not_equal(addr_hash(&a), addr_hash(&b));
	assert_false(addr_same_host(&a, &other));
	assert_int_not_equal(addr_hash(&a), addr_hash(&other));
	elsewhere.scope = 2;
	assert_false(addr_same_host(&link, &elsewhere));
	assert_int_not_equal(addr_hash(&link), addr_hash(&elsewhere));
	assert_false(addr_same_host(&a, &none));
	assert_true(addr_equal(&none, &none));
	b = addr_any(AF_INET, 0);
	assert_false(addr_equal(&b, &none));
}

static void test_ranges(void **state)
{
	static const struct {
		const char *from;
		uint32_t n;
		const char *to; /* NULL: past the end */
	} cases[] = {
		{ "239.1.2.3", 0, "239.1.2.3" },
		{ "239.1.2.255", 1, "239.1.3.0" },
		{ "239.1.2.3", 65536, "239.2.2.3" },
		{ "255.255.255.255", 1, NULL },
		{ "0.0.0.1", UINT32_MAX, NULL },
		{ "ff02::ffff", 1, "ff02::1:0" },
		{ "ff02::", UINT32_MAX, "ff02::ffff:ffff" },
		{ "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", 1, NULL },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct addr a = ip(cases[i].from), before = a;
		bool ok = addr_add(&a, cases[i].n);

		assert_int_equal(ok, cases[i].to != NULL);
		before = cases[i].to ? ip(cases[i].to) : before;
		assert_true(addr_equal(&a, &before));
	}
}

/* Out to a socket of either family and back gives the same. */
static void test_sockaddr(void **state)
{
	static const struct {
		const char *text;
		bool fits_v4;
	} cases[] = { { "10.0.0.1", true },
		      { "2001:db8::1", false },
		      { "fe80::1%1", false },
		      { "ff02::1%1", false } };
	struct sockaddr_storage sa;
	struct addr back;

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct addr a = ip(cases[i].text);
		socklen_t len;

		a.port = 5353;
		len = addr_to_sockaddr(&a, AF_INET6, &sa);
		assert_int_equal(len, sizeof(struct sockaddr_in6));
		addr_from_sockaddr(&back, (struct sockaddr *)&sa, len);
		assert_true(addr_equal(&a, &back));
		len = addr_to_sockaddr(&a, AF_INET, &sa);
		assert_int_equal(len, cases[i].fits_v4 ? sizeof(struct sockaddr_in) : 0);
		if (!len)
			continue;
		addr_from_sockaddr(&back, (struct sockaddr *)&sa, len);
		assert_true(addr_equal(&a, &back));
	}
	back = ip("::1");
	addr_from_sockaddr(&back, (struct sockaddr *)&sa, 2);
	assert_int_equal(back.family, AF_UNSPEC);
	assert_int_equal(addr_to_sockaddr(&back, AF_INET6, &sa), 0);
}

/* The kernel gives a scope to addresses that have none for us. */
static void test_scope_only_where_it_means_something(void **state)
{
	struct sockaddr_in6 in6 = { .sin6_family = AF_INET6, .sin6_scope_id = 3 };
	struct addr a;

	(void)state;
	inet_pton(AF_INET6, "2001:db8::1", &in6.sin6_addr);
	addr_from_sockaddr(&a, (struct sockaddr *)&in6, sizeof(in6));
	assert_int_equal(a.scope, 0);
	inet_pton(AF_INET6, "fe80::1", &in6.sin6_addr);
	addr_from_sockaddr(&a, (struct sockaddr *)&in6, sizeof(in6));
	assert_int_equal(a.scope, 3);
}

static void test_formats(void **state)
{
	static const struct {
		const char *text;
		uint16_t port;
		const char *host, *full;
	} cases[] = {
		{ "10.0.0.9", 5353, "10.0.0.9", "10.0.0.9:5353" },
		{ "0.0.0.0", 0, "0.0.0.0", "0.0.0.0:0" },
		{ "::", 5000, "::", "[::]:5000" },
		{ "fe80::1%lo", 69, "fe80::1%lo", "[fe80::1%lo]:69" },
		{ "::ffff:10.0.0.1", 1, "10.0.0.1", "10.0.0.1:1" },
	};
	struct addr gone = ip("fe80::1");
	struct buf b;

	(void)state;
	buf_init(&b, 200);
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct addr a = ip(cases[i].text);

		a.port = cases[i].port;
		buf_reset(&b);
		addr_format_host(&b, &a);
		assert_string_equal(buf_cstr(&b), cases[i].host);
		buf_reset(&b);
		addr_format(&b, &a);
		assert_string_equal(buf_cstr(&b), cases[i].full);
	}
	gone.scope = 0x7ffffff0;
	buf_reset(&b);
	addr_format_host(&b, &gone);
	assert_string_equal(buf_cstr(&b), "fe80::1%2147483632");
	buf_done(&b);
}

static void test_short_format(void **state)
{
	static const struct {
		const char *text;
		size_t columns;
		const char *out;
	} cases[] = {
		{ "2001:db8:1:2:3:4:5:6", 40, "[2001:db8:1:2:3:4:5:6]:65535" },
		{ "2001:db8:1:2:3:4:5:6", 28, "[2001:db8:1:2:3:4:5:6]:65535" },
		{ "2001:db8:1:2:3:4:5:6", 27, "[2001:db8:..:3:4:5:6]:65535" },
		{ "2001:db8:1:2:3:4:5:6", 20, "[2001:..4:5:6]:65535" },
		{ "fe80::1234:5678%lo", 22, "[fe80:..5678%lo]:65535" },
		{ "fe80::1234:5678%lo", 12, "[..%lo]:65535" },
		{ "192.168.100.200", 12, "192.168.100.200:65535" },
	};
	struct buf b;

	(void)state;
	buf_init(&b, 200);
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct addr a = ip(cases[i].text);

		a.port = 65535;
		buf_reset(&b);
		addr_format_short(&b, &a, cases[i].columns);
		assert_string_equal(buf_cstr(&b), cases[i].out);
	}
	buf_done(&b);
}

static void test_parse_refuses(void **state)
{
	static const struct {
		const char *text;
		ptrdiff_t at;
		const char *words;
	} cases[] = {
		{ "", 0, "\"\" is no IP address" },
		{ "10.0.0.300", 0, "\"10.0.0.300\" is no IP address" },
		{ "10.1", 0, "\"10.1\" is no IP address" },
		{ "010.0.0.1", 0, "\"010.0.0.1\" is no IP address" },
		{ "[10.0.0.1]", 0, "\"[10.0.0.1]\" is no IP address" },
		{ "[]", 0, "\"[]\" is no IP address" },
		{ "[::1", 0, "\"[::1\" is no IP address" },
		{ "1:2:3", 0, "\"1:2:3\" is no IP address" },
		{ "fe80::1%nosuch0", 8,
		  "there is no interface \"nosuch0\": :interfaces lists them" },
		{ "[fe80::1%nosuch0]", 9,
		  "there is no interface \"nosuch0\": :interfaces lists them" },
		{ "fe80::1%", 8, "there is no interface \"\": :interfaces lists them" },
		{ "2001:db8::1%lo", 12,
		  "2001:db8::1 has no zone: only a link-local address has; "
		  "\":set device IF\" chooses the way out" },
		{ "10.0.0.1%lo", 9,
		  "10.0.0.1 has no zone: only a link-local address has; "
		  "\":set device IF\" chooses the way out" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct addr a = { .port = 7 };
		struct error e = { 0 };

		assert_false(addr_parse_ip(cases[i].text, &a, &e));
		assert_string_equal(e.text, cases[i].words);
		assert_int_equal(e.at, cases[i].at);
		assert_int_equal(a.port, 7);
		assert_false(addr_parse_ip(cases[i].text, &a, NULL));
	}
}

static void test_parse_zone(void **state)
{
	struct addr by_name = ip("[fe80::1%lo]"), by_index = ip("fe80::1%1");

	(void)state;
	assert_int_equal(by_name.scope, if_nametoindex("lo"));
	assert_int_equal(by_index.scope, 1);
}

static void test_split(void **state)
{
	static const struct {
		const char *word, *port, *host, *service;
	} cases[] = {
		{ "10.0.0.1:53", NULL, "10.0.0.1", "53" },
		{ "10.0.0.1", "53", "10.0.0.1", "53" },
		{ "10.0.0.1", NULL, "10.0.0.1", "" },
		{ ":5000", NULL, "", "5000" },
		{ "5000", NULL, "5000", "" },
		{ "example.org:domain", NULL, "example.org", "domain" },
		{ "example.org", "ntp", "example.org", "ntp" },
		{ "::1", NULL, "::1", "" },
		{ "::1", "53", "::1", "53" },
		{ "::", NULL, "::", "" },
		{ "fe80::1%eth0", NULL, "fe80::1%eth0", "" },
		{ "[::1]", NULL, "::1", "" },
		{ "[::1]", "53", "::1", "53" },
		{ "[fe80::1%eth0]:69", NULL, "fe80::1%eth0", "69" },
		{ "udp://10.0.0.1:53", NULL, "10.0.0.1", "53" },
		{ "udp://10.0.0.1:53/", NULL, "10.0.0.1", "53" },
		{ "UDP://[::1]:53/", NULL, "::1", "53" },
		{ "udp://host", "7", "host", "7" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct addr_name name;
		struct error e = { 0 };

		if (!addr_split(cases[i].word, cases[i].port, &name, &e))
			fail_msg("%s: %s", cases[i].word, e.text);
		assert_string_equal(name.host, cases[i].host);
		assert_string_equal(name.service, cases[i].service);
	}
}

static void test_split_refuses(void **state)
{
	static const struct {
		const char *word, *port;
		ptrdiff_t at;
	} cases[] = {
		{ "", NULL, 0 },          { "udp://", NULL, 6 },
		{ "udp:///", NULL, 6 },   { "http://host:80", NULL, 0 },
		{ "host:", NULL, 5 },     { "[::1]:", NULL, 6 },
		{ "[::1]53", NULL, 5 },   { "[::1", NULL, 0 },
		{ "[host]:53", NULL, 1 }, { "[10.0.0.1]:53", NULL, 1 },
		{ "[]:53", NULL, 1 },     { "1:2:3", NULL, 0 },
		{ "a b", NULL, 1 },       { "a\033b", NULL, 1 },
		{ "host:53", "54", 0 },   { "host", "", 0 },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct addr_name name = { .host = "untouched" };
		struct error e = { 0 };
		bool ok = addr_split(cases[i].word, cases[i].port, &name, &e);

		if (ok || e.at != cases[i].at)
			fail_msg("%s: %d at %td, %s", cases[i].word, ok, e.at, e.text);
		assert_int_equal(e.code, ERR_SYNTAX);
		assert_string_equal(name.host, "untouched");
	}
}

static void test_split_too_long(void **state)
{
	char word[400];
	struct addr_name name;
	struct error e;

	(void)state;
	memset(word, 'a', sizeof(word));
	word[255] = '\0';
	assert_true(addr_split(word, NULL, &name, &e));
	word[255] = 'a';
	word[256] = '\0';
	assert_false(addr_split(word, NULL, &name, &e));
	word[1] = ':';
	assert_false(addr_split(word, NULL, &name, &e));
	assert_int_equal(e.at, 2);
	assert_false(addr_split("host", word + 2, &name, &e));
}

static void test_ports(void **state)
{
	static const struct {
		const char *text;
		bool zero_ok;
		int port; /* -1: refused */
		const char *words;
	} cases[] = {
		{ "1", false, 1, NULL },
		{ "65535", false, 65535, NULL },
		{ "0", true, 0, NULL },
		{ "domain", false, 53, NULL },
		{ "0", false, -1, "port 0 is outside 1..65535" },
		{ "70000", false, -1, "port 70000 is outside 1..65535" },
		{ "70000", true, -1, "port 70000 is outside 0..65535" },
		{ "", false, -1, "\"\" is no port: 1..65535 or a name from /etc/services" },
		{ "-1", false, -1, "\"-1\" is no port: 1..65535 or a name from /etc/services" },
		{ "no-such-service", false, -1,
		  "\"no-such-service\" is no port: 1..65535 or a name from /etc/services" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		uint16_t port = 4711;
		struct error e = { 0 };
		bool ok = addr_parse_port(cases[i].text, cases[i].zero_ok, &port, &e);

		if (!ok && cases[i].port == 53)
			continue; /* a system without services(5) */
		assert_int_equal(ok, cases[i].port >= 0);
		assert_int_equal(port, ok ? cases[i].port : 4711);
		if (!ok)
			assert_string_equal(e.text, cases[i].words);
	}
	assert_string_equal(addr_port_range(1023), "well-known");
	assert_string_equal(addr_port_range(1024), "registered");
	assert_string_equal(addr_port_range(49151), "registered");
	assert_string_equal(addr_port_range(49152), "dynamic");
}

static void test_services(void **state)
{
	struct services s = { 0 };
	uint16_t domain;

	(void)state;
	assert_null(services_name(&s, 53));
	services_load(&s);
	if (addr_parse_port("domain", false, &domain, NULL)) {
		assert_non_null(services_name(&s, domain));
		assert_string_equal(services_name(&s, domain), "domain");
	}
	for (size_t i = 1; i < s.count; i++)
		assert_true(s.rows[i - 1].port <= s.rows[i].port);
	services_done(&s);
	assert_int_equal(s.count, 0);
	assert_null(services_name(&s, 53));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_kinds),
		cmocka_unit_test(test_comparison),
		cmocka_unit_test(test_ranges),
		cmocka_unit_test(test_sockaddr),
		cmocka_unit_test(test_scope_only_where_it_means_something),
		cmocka_unit_test(test_formats),
		cmocka_unit_test(test_short_format),
		cmocka_unit_test(test_parse_refuses),
		cmocka_unit_test(test_parse_zone),
		cmocka_unit_test(test_split),
		cmocka_unit_test(test_split_refuses),
		cmocka_unit_test(test_split_too_long),
		cmocka_unit_test(test_ports),
		cmocka_unit_test(test_services),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
