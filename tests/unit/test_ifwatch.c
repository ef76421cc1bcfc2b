/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Notifications of the kernel: what they say, what is cut or made up, and real ones.
 */
#include "net/ifwatch.h"
#include "sockets.h"

#include <linux/rtnetlink.h>
#include <stdlib.h>

#define SEEN_MAX 64

struct seen {
	struct ifwatch_change c[SEEN_MAX];
	size_t count;
};

static void see(void *ctx, const struct ifwatch_change *c)
{
	struct seen *s = ctx;

	if (s->count < SEEN_MAX)
		s->c[s->count++] = *c;
}

/* ---- messages by hand ---- */

struct message {
	_Alignas(struct nlmsghdr) uint8_t bytes[512];
	size_t len;   /* of all messages */
	size_t start; /* of the last */
};

static void set_length(struct message *m)
{
	const uint32_t len = (uint32_t)(m->len - m->start);

	memcpy(m->bytes + m->start, &len, sizeof(len));
}

static void begin(struct message *m, uint16_t type, const void *head, size_t n)
{
	const struct nlmsghdr h = { .nlmsg_type = type };

	m->len = m->start = (m->len + 3) & ~(size_t)3;
	memcpy(m->bytes + m->len, &h, sizeof(h));
	memcpy(m->bytes + m->len + sizeof(h), head, n);
	m->len += sizeof(h) + n;
	set_length(m);
}

static void attr(struct message *m, uint16_t type, const void *data, size_t n)
{
	const struct rtattr a = { .rta_type = type, .rta_len = (uint16_t)(sizeof(a) + n) };

	m->len = (m->len + 3) & ~(size_t)3;
	memcpy(m->bytes + m->len, &a, sizeof(a));
	memcpy(m->bytes + m->len + sizeof(a), data, n);
	m->len += sizeof(a) + n;
	set_length(m);
}

static void link_message(struct message *m, uint16_t type, int family, int index, const char *name)
{
	const struct ifinfomsg info = { .ifi_family = (uint8_t)family,
					.ifi_index = index,
					.ifi_flags = IFF_UP | IFF_MULTICAST };
	const uint32_t mtu = 1400;

	begin(m, type, &info, sizeof(info));
	attr(m, IFLA_IFNAME, name, strlen(name) + 1);
	attr(m, IFLA_MTU, &mtu, sizeof(mtu));
}

static void addr_message(struct message *m, uint16_t type, const char *host, uint8_t prefix)
{
	const struct addr a = address(host, 0);
	const struct ifaddrmsg info = { .ifa_family = a.family,
					.ifa_prefixlen = prefix,
					.ifa_index = 7 };

	begin(m, type, &info, sizeof(info));
	attr(m, IFA_ADDRESS, a.bytes, a.family == AF_INET ? 4 : 16);
}

/* In memory of exactly that size, so that a read past its end is seen. */
static size_t decode(const void *data, size_t n, struct seen *s)
{
	void *copy = malloc(n ? n : 1);

	assert_non_null(copy);
	memcpy(copy, data, n);
	s->count = 0;
	ifwatch_decode(copy, n, see, s);
	free(copy);
	return s->count;
}

static void test_link(void **state)
{
	struct message m = { 0 };
	struct seen s;

	(void)state;
	link_message(&m, RTM_NEWLINK, AF_UNSPEC, 7, "eth7");
	link_message(&m, RTM_DELLINK, AF_UNSPEC, 8, "eth8");
	assert_int_equal(decode(m.bytes, m.len, &s), 2);
	assert_int_equal(s.c[0].kind, IFWATCH_LINK);
	assert_int_equal(s.c[0].ifindex, 7);
	assert_string_equal(s.c[0].name, "eth7");
	assert_int_equal(s.c[0].mtu, 1400);
	assert_int_equal(s.c[0].flags, IFF_UP | IFF_MULTICAST);
	assert_int_equal(s.c[1].kind, IFWATCH_LINK_GONE);
	assert_int_equal(s.c[1].ifindex, 8);
}

/* A port that leaves its bridge is told as a link of the bridge's family that is gone. */
static void test_bridge(void **state)
{
	struct message m = { 0 };
	struct seen s;

	(void)state;
	link_message(&m, RTM_DELLINK, AF_BRIDGE, 7, "eth7");
	assert_int_equal(decode(m.bytes, m.len, &s), 0);
}

static void test_address(void **state)
{
	const uint8_t peer[4] = { 10, 0, 0, 9 }, own[4] = { 10, 0, 0, 1 };
	struct message m = { 0 };
	struct addr wanted;
	struct seen s;

	(void)state;
	addr_message(&m, RTM_NEWADDR, "10.0.0.9", 24);
	attr(&m, IFA_LOCAL, own, sizeof(own));
	attr(&m, IFA_BROADCAST, peer, sizeof(peer));
	addr_message(&m, RTM_DELADDR, "fe80::1", 64);
	assert_int_equal(decode(m.bytes, m.len, &s), 2);
	wanted = address("10.0.0.1", 0);
	assert_int_equal(s.c[0].kind, IFWATCH_ADDR);
	assert_true(addr_equal(&s.c[0].addr.addr, &wanted));
	assert_int_equal(s.c[0].addr.prefix_len, 24);
	wanted = address("10.0.0.9", 0);
	assert_true(addr_equal(&s.c[0].addr.broadcast, &wanted));
	assert_int_equal(s.c[1].kind, IFWATCH_ADDR_GONE);
	assert_int_equal(s.c[1].addr.addr.scope, 7);
	assert_int_equal(s.c[1].ifindex, 7);
}

static void test_route(void **state)
{
	const struct rtmsg route = { .rtm_family = AF_INET };
	struct message m = { 0 };
	struct seen s;

	(void)state;
	begin(&m, RTM_DELROUTE, &route, sizeof(route));
	assert_int_equal(decode(m.bytes, m.len, &s), 1);
	assert_int_equal(s.c[0].kind, IFWATCH_ROUTE);
}

/* Cut anywhere nothing is read that is not there, and nothing is told by halves. */
static void test_cut(void **state)
{
	struct message m = { 0 };
	struct seen s;

	(void)state;
	link_message(&m, RTM_NEWLINK, AF_UNSPEC, 7, "eth7");
	for (size_t n = 0; n < m.len; n++)
		assert_int_equal(decode(m.bytes, n, &s), 0);
}

/* Lengths that lie. */
static void test_lengths(void **state)
{
	struct message whole = { 0 };
	struct seen s;

	(void)state;
	link_message(&whole, RTM_NEWLINK, AF_UNSPEC, 7, "eth7");
	for (size_t at = 0; at + 1 < whole.len; at++) {
		static const uint16_t lies[] = { 0, 1, 3, 4, 15, 16, 0x7fff, 0xffff };

		for (size_t i = 0; i < COUNT(lies); i++) {
			struct message m = whole;

			memcpy(m.bytes + at, &lies[i], sizeof(lies[i]));
			decode(m.bytes, m.len, &s);
			for (size_t k = 0; k < s.count; k++)
				assert_non_null(memchr(s.c[k].name, '\0', sizeof(s.c[k].name)));
		}
	}
}

/* ---- the kernel's own ---- */

/* Reads until a change of that kind comes. */
static struct ifwatch_change hear_change(int fd, enum ifwatch_kind kind)
{
	struct seen s;

	for (;;) {
		if (!wait_events(fd, POLLIN))
			fail_msg("nothing was told");
		s.count = 0;
		assert_int_equal(ifwatch_read(fd, see, &s), IFWATCH_READ);
		for (size_t i = 0; i < s.count; i++)
			if (s.c[i].kind == kind)
				return s.c[i];
	}
}

#define IN_SBIN "PATH=$PATH:/usr/sbin:/sbin; exec 2>/dev/null;"

/* More than the kernel keeps is said to be lost. */
static void overrun(int fd)
{
	const int little = 1;
	struct seen s = { 0 };

	assert_int_equal(setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &little, sizeof(little)), 0);
	assert_true(
		run_shell(IN_SBIN "for i in 1 2 3 4 5 6 7 8; do ip link set lo mtu 140$i; done"));
	assert_int_equal(ifwatch_read(fd, see, &s), IFWATCH_LOST);
	assert_int_equal(ifwatch_read(fd, see, &s), IFWATCH_READ);
}

static void test_real(void **state)
{
	struct ifwatch_change c;
	struct addr wanted;
	int fd;

	(void)state;
	if (!own_network())
		skip();
	fd = ifwatch_open(NULL);
	assert_true(fd >= 0);
	assert_true(run_shell(IN_SBIN "ip link set ve0 mtu 1400"));
	do {
		c = hear_change(fd, IFWATCH_LINK);
	} while (strcmp(c.name, "ve0") != 0 || c.mtu != 1400);
	assert_int_equal(c.ifindex, if_nametoindex("ve0"));
	assert_true(c.flags & IFF_UP);
	assert_true(run_shell(IN_SBIN "ip addr add 10.99.7.1/24 brd + dev ve0"));
	wanted = address("10.99.7.1", 0);
	do {
		c = hear_change(fd, IFWATCH_ADDR);
	} while (!addr_equal(&c.addr.addr, &wanted));
	assert_int_equal(c.addr.prefix_len, 24);
	wanted = address("10.99.7.255", 0);
	assert_true(addr_equal(&c.addr.broadcast, &wanted));
	assert_true(run_shell(IN_SBIN "ip route add 192.0.2.0/24 via 10.99.7.2"));
	hear_change(fd, IFWATCH_ROUTE);
	assert_true(run_shell(IN_SBIN "ip link del ve0"));
	assert_true(hear_change(fd, IFWATCH_LINK_GONE).ifindex > 0);
	overrun(fd);
	close(fd);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_link),    cmocka_unit_test(test_bridge),
		cmocka_unit_test(test_address), cmocka_unit_test(test_route),
		cmocka_unit_test(test_cut),     cmocka_unit_test(test_lengths),
		cmocka_unit_test(test_real),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
