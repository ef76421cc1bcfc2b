/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Sweeps: which interfaces take a probe and where it goes, and what the answers differ in.
 */
#include "diagnose/answers.h"
#include "diagnose/sweep_plan.h"

/* cmocka needs these before it */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <arpa/inet.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))
#define ALIVE (IFF_UP | IFF_RUNNING)
#define LAN (ALIVE | IFF_BROADCAST | IFF_MULTICAST)

static struct addr ip(const char *text)
{
	struct addr a = { 0 };

	if (text)
		assert_true(addr_parse_ip(text, &a, NULL));
	return a;
}

/* ---- which interfaces ---- */

/* Address, prefix length, broadcast address. */
struct given {
	const char *addr;
	uint8_t prefix;
	const char *broadcast;
};

static const struct host {
	const char *name;
	unsigned flags;
	struct given addrs[3];
} hosts[] = {
	{ "lo", ALIVE | IFF_LOOPBACK, { { "127.0.0.1", 8, NULL }, { "::1", 128, NULL } } },
	{ "eth0", LAN, { { "10.77.0.1", 24, "10.77.0.255" }, { "fd77::1", 64, NULL } } },
	{ "two",
	  LAN,
	  { { "10.1.0.1", 24, "10.1.0.255" },
	    { "10.1.0.2", 24, "10.1.0.255" },
	    { "10.2.0.1", 16, "10.2.255.255" } } },
	{ "down", IFF_BROADCAST | IFF_MULTICAST, { { "10.3.0.1", 24, "10.3.0.255" } } },
	{ "idle", IFF_UP | IFF_BROADCAST | IFF_MULTICAST, { { "10.4.0.1", 24, "10.4.0.255" } } },
	{ "tun0", ALIVE | IFF_POINTOPOINT | IFF_MULTICAST, { { "10.5.0.1", 32, NULL } } },
	{ "bare", LAN, { { NULL, 0, NULL } } },
	{ "six", LAN, { { "fd78::1", 64, NULL } } },
	{ "host", LAN, { { "10.6.0.1", 32, NULL } } },
	{ "mute", ALIVE | IFF_BROADCAST, { { "10.8.0.1", 24, "10.8.0.255" } } },
};

static void fill(struct iface_table *t)
{
	*t = (struct iface_table){ .ifaces = calloc(COUNT(hosts), sizeof(*t->ifaces)),
				   .count = COUNT(hosts) };
	for (size_t i = 0; i < COUNT(hosts); i++) {
		struct iface *dev = &t->ifaces[i];

		snprintf(dev->name, sizeof(dev->name), "%s", hosts[i].name);
		dev->index = (unsigned)i + 1;
		dev->flags = hosts[i].flags;
		dev->addrs = calloc(COUNT(hosts[i].addrs), sizeof(*dev->addrs));
		for (size_t a = 0; a < COUNT(hosts[i].addrs) && hosts[i].addrs[a].addr; a++)
			dev->addrs[dev->addr_count++] = (struct iface_addr){
				.addr = ip(hosts[i].addrs[a].addr),
				.broadcast = ip(hosts[i].addrs[a].broadcast),
				.prefix_len = hosts[i].addrs[a].prefix,
			};
	}
}

static void format_probe(const struct sweep_probe *p, struct buf *out)
{
	buf_printf(out, "%s%s ", out->len ? "; " : "", p->ifname);
	if (p->refused[0]) {
		buf_str(out, p->refused);
		return;
	}
	addr_format_host(out, &p->dest);
	assert_int_equal(p->dest.port, 7000);
	if (p->source.family) {
		buf_str(out, " from ");
		addr_format_host(out, &p->source);
	}
}

static const struct wish {
	enum sweep_how how;
	const char *group;
	const char *named; /* of one interface, or NULL */
	const char *plan;  /* NULL: an error */
} wishes[] = {
	{ SWEEP_SUBNET, NULL, NULL,
	  "eth0 10.77.0.255 from 10.77.0.1; two 10.1.0.255 from 10.1.0.1; "
	  "two 10.2.255.255 from 10.2.0.1; mute 10.8.0.255 from 10.8.0.1" },
	{ SWEEP_BROADCAST, NULL, NULL,
	  "eth0 255.255.255.255 from 10.77.0.1; two 255.255.255.255 from 10.1.0.1; "
	  "host 255.255.255.255 from 10.6.0.1; mute 255.255.255.255 from 10.8.0.1" },
	{ SWEEP_GROUP, "239.1.2.3", NULL,
	  "eth0 239.1.2.3 from 10.77.0.1; two 239.1.2.3 from 10.1.0.1; "
	  "tun0 239.1.2.3 from 10.5.0.1; host 239.1.2.3 from 10.6.0.1" },
	{ SWEEP_GROUP, "ff15::7", NULL, "eth0 ff15::7; six ff15::7" },
	{ SWEEP_SUBNET, NULL, "lo", "lo 127.255.255.255 from 127.0.0.1" },
	{ SWEEP_GROUP, "239.1.2.3", "lo", "lo 239.1.2.3 from 127.0.0.1" },
	{ SWEEP_SUBNET, NULL, "eth0", "eth0 10.77.0.255 from 10.77.0.1" },
	{ SWEEP_SUBNET, NULL, "down", "down the interface is down" },
	{ SWEEP_SUBNET, NULL, "idle", "idle no carrier" },
	{ SWEEP_SUBNET, NULL, "tun0", "tun0 no BROADCAST flag" },
	{ SWEEP_SUBNET, NULL, "bare", "bare no IPv4 address" },
	{ SWEEP_SUBNET, NULL, "six", "six no IPv4 address" },
	{ SWEEP_SUBNET, NULL, "host", "host its IPv4 subnet has no broadcast address" },
	{ SWEEP_GROUP, "239.1.2.3", "mute", "mute no MULTICAST flag" },
	{ SWEEP_GROUP, "ff15::7", "mute", "mute no MULTICAST flag" },
	{ SWEEP_GROUP, "ff15::7", "two", "two no IPv6 address" },
	{ SWEEP_SUBNET, NULL, "gone", NULL },
};

static void test_interfaces(void **state)
{
	struct sweep_probe *probes = calloc(SWEEP_PROBES, sizeof(*probes));
	struct iface_table t;

	(void)state;
	fill(&t);
	for (size_t i = 0; i < COUNT(wishes); i++) {
		const struct wish *w = &wishes[i];
		const struct iface *named = w->named ? iface_by_name(&t, w->named) : NULL;
		struct sweep_wish wish = { .how = w->how, .group = ip(w->group), .port = 7000 };
		struct error e = { 0 };
		size_t count = 0;
		struct buf text;

		if (w->named) {
			wish.named[0] = named ? named->index : 99;
			wish.named_count = 1;
		}
		buf_init(&text, 1024);
		assert_int_equal(sweep_plan(&wish, &t, probes, &count, &e), w->plan != NULL);
		for (size_t p = 0; p < count; p++)
			format_probe(&probes[p], &text);
		assert_string_equal(buf_cstr(&text), w->plan ? w->plan : "");
		buf_done(&text);
	}
	iface_done(&t);
	free(probes);
}

/* A group that means nothing without an interface gets that of the probe. */
static void test_zone(void **state)
{
	struct sweep_probe *probes = calloc(SWEEP_PROBES, sizeof(*probes));
	struct sweep_wish wish = { .how = SWEEP_GROUP, .port = 5353 };
	struct iface_table t;
	size_t count;

	(void)state;
	fill(&t);
	assert_int_equal(inet_pton(AF_INET6, "ff02::fb", &wish.group.v6), 1);
	wish.group.family = AF_INET6;
	assert_true(sweep_plan(&wish, &t, probes, &count, NULL));
	assert_int_equal(count, 2);
	assert_int_equal(probes[0].dest.scope, probes[0].ifindex);
	assert_int_equal(probes[1].dest.scope, probes[1].ifindex);
	iface_done(&t);
	free(probes);
}

static void test_no_interface(void **state)
{
	struct sweep_probe *probes = calloc(SWEEP_PROBES, sizeof(*probes));
	struct sweep_wish wish = { .port = 7000 };
	struct iface_table none = { 0 };
	struct error e = { 0 };
	size_t count;

	(void)state;
	assert_false(sweep_plan(&wish, &none, probes, &count, &e));
	assert_non_null(strstr(e.text, "IPv4 broadcast"));
	wish.how = SWEEP_GROUP;
	wish.group = ip("ff15::7");
	assert_false(sweep_plan(&wish, &none, probes, &count, &e));
	assert_non_null(strstr(e.text, "multicast and an IPv6 address"));
	free(probes);
}

static void test_too_many(void **state)
{
	struct sweep_probe *probes = calloc(SWEEP_PROBES, sizeof(*probes));
	struct sweep_wish wish = { .port = 7000 };
	struct iface dev = { .name = "many", .index = 1, .flags = LAN };
	struct iface_table t = { .ifaces = &dev, .count = 1 };
	struct error e = { 0 };
	size_t count;

	(void)state;
	dev.addr_count = SWEEP_PROBES + 1;
	dev.addrs = calloc(dev.addr_count, sizeof(*dev.addrs));
	for (size_t i = 0; i < dev.addr_count; i++) {
		dev.addrs[i].addr = dev.addrs[i].broadcast = ip("10.0.0.1");
		dev.addrs[i].broadcast.bytes[2] = (uint8_t)i;
	}
	assert_false(sweep_plan(&wish, &t, probes, &count, &e));
	assert_int_equal(e.code, ERR_LIMIT);
	dev.addr_count--;
	assert_true(sweep_plan(&wish, &t, probes, &count, &e));
	assert_int_equal(count, SWEEP_PROBES);
	free(dev.addrs);
	free(probes);
}

/* ---- answers ---- */

static void note(struct answers *t, unsigned host, const void *data, size_t len)
{
	struct packet p = { .kind = PACKET_RX, .ifindex = 1, .time = 1000 + host };

	p.peer = ip("10.0.0.0");
	p.peer.bytes[2] = (uint8_t)(host >> 8);
	p.peer.bytes[3] = (uint8_t)host;
	p.peer.port = 7000;
	p.data = data;
	p.len = p.stored = (uint32_t)len;
	answers_note(t, &p);
}

static void check_ranges(const struct answers *t, const char *ranges)
{
	struct buf text;

	buf_init(&text, 64 << 10);
	answers_format_ranges(t, &text);
	assert_string_equal(buf_cstr(&text), ranges);
	assert_int_equal(answers_differ(t), ranges[0] != '\0');
	buf_done(&text);
}

static void check_bytes(const struct answers *t, size_t i, size_t max, const char *bytes)
{
	struct buf text;

	buf_init(&text, 1024);
	answers_format_bytes(t, &t->all[i], max, &text);
	assert_string_equal(buf_cstr(&text), bytes);
	buf_done(&text);
}

static void test_differences(void **state)
{
	struct answers t = { 0 };

	(void)state;
	check_ranges(&t, "");
	note(&t, 1, "abcdef", 6);
	check_ranges(&t, "");
	note(&t, 2, "abcdef", 6);
	check_ranges(&t, "");
	note(&t, 3, "aXcdYZ", 6);
	check_ranges(&t, "1,4-5");
	check_bytes(&t, 0, 8, "62 65 66");
	check_bytes(&t, 2, 8, "58 59 5a");
	check_bytes(&t, 2, 2, "58 59..");
	note(&t, 4, "abc", 3);
	check_ranges(&t, "1,3-5");
	check_bytes(&t, 3, 8, "62 -- -- --");
	/* a second answer of somebody counts, too */
	note(&t, 1, "Abcdef", 6);
	check_ranges(&t, "0-1,3-5");
	assert_int_equal(t.count, 4);
	assert_int_equal(t.all[0].count, 2);
	assert_int_equal(t.all[0].first, 1001);
	answers_done(&t);
}

static void test_empty_answers(void **state)
{
	struct answers t = { 0 };

	(void)state;
	note(&t, 1, "", 0);
	note(&t, 2, "", 0);
	check_ranges(&t, "");
	note(&t, 3, "x", 1);
	check_ranges(&t, "0");
	check_bytes(&t, 0, 8, "--");
	answers_done(&t);
}

static void test_long_answers(void **state)
{
	static uint8_t one[ANSWERS_BYTES + 100], other[ANSWERS_BYTES + 200];
	struct answers t = { 0 };

	(void)state;
	one[ANSWERS_BYTES] = 1; /* not compared */
	note(&t, 1, one, ANSWERS_BYTES + 100);
	note(&t, 2, other, ANSWERS_BYTES + 100);
	check_ranges(&t, "");
	note(&t, 3, other, ANSWERS_BYTES + 200);
	check_ranges(&t, "1600-1699");
	check_bytes(&t, 0, 8, "..");
	answers_done(&t);
}

/* The same address by another interface is somebody else; a stranger too many is counted. */
static void test_who(void **state)
{
	struct answers *t = calloc(1, sizeof(*t));
	struct packet p = { .kind = PACKET_RX, .ifindex = 2, .data = (const uint8_t *)"x" };

	(void)state;
	p.len = p.stored = 1;
	p.peer = ip("10.0.0.1");
	p.peer.port = 7000;
	note(t, 1, "x", 1);
	answers_note(t, &p);
	p.peer.port++;
	answers_note(t, &p);
	assert_int_equal(t->count, 3);
	for (unsigned host = 2; host < 2 + ANSWERS_MAX; host++)
		note(t, host, "y", 1);
	assert_int_equal(t->count, ANSWERS_MAX);
	assert_int_equal(t->beyond, 3);
	assert_int_equal(t->heard, ANSWERS_MAX + 3);
	note(t, 5, "y", 1);
	assert_int_equal(t->beyond, 3);
	answers_done(t);
	free(t);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_interfaces),   cmocka_unit_test(test_zone),
		cmocka_unit_test(test_no_interface), cmocka_unit_test(test_too_many),
		cmocka_unit_test(test_differences),  cmocka_unit_test(test_empty_answers),
		cmocka_unit_test(test_long_answers), cmocka_unit_test(test_who),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
