/* SPDX-License-Identifier: GPL-3.0-or-later */
/* IP packets made up around payloads: golden bytes, and checksums that add up. */
#include "store/synth.h"

#include "net/errqueue.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static struct addr address(const char *text, uint16_t port)
{
	struct addr a;

	assert_true(addr_parse_ip(text, &a, NULL));
	a.port = port;
	return a;
}

static struct packet packet(enum packet_kind kind, const char *peer, const char *local,
			    const void *data, uint32_t n)
{
	return (struct packet){
		.kind = kind,
		.peer = address(peer, 53),
		.local = address(local, 5000),
		.data = data,
		.stored = n,
		.len = n,
	};
}

static uint32_t add(uint32_t sum, const uint8_t *at, size_t n)
{
	for (size_t i = 0; i < n; i++)
		sum += i % 2 ? at[i] : (uint32_t)at[i] << 8;
	return sum;
}

/* Summed the slow way: a whole with its checksum gives all ones. */
static uint32_t fold(uint32_t sum)
{
	while (sum >> 16)
		sum = (sum & 0xffff) + (sum >> 16);
	return sum;
}

static uint32_t carried_sum(const uint8_t *ip, size_t n, bool pseudo)
{
	const bool v6 = ip[0] >> 4 == 6;
	const size_t head = v6 ? 40 : 20;
	uint32_t sum = 0;

	if (pseudo)
		sum = add((uint32_t)(n - head) + ip[v6 ? 6 : 9], ip + (v6 ? 8 : 12), v6 ? 32 : 8);
	return fold(add(sum, ip + head, n - head));
}

static void ipv4_to_the_byte(void **state)
{
	static const uint8_t expected[] = { /* version, tos, length */
					    0x45, 0xb8, 0, 31, 0, 0, 0, 0,
					    /* ttl, UDP, checksum, addresses */
					    9, 17, 0x9d, 0x14, 10, 0, 0, 1, 10, 0, 0, 2,
					    /* UDP: ports, length, checksum */
					    0x13, 0x88, 0, 53, 0, 11, 0x13, 0xb6,
					    /* payload */
					    'a', 'b', 'c'
	};
	struct packet p = packet(PACKET_TX, "10.0.0.2", "10.0.0.1", "abc", 3);
	uint32_t original;
	struct buf b;

	(void)state;
	p.flags = PACKET_HAS_TTL | PACKET_HAS_TOS;
	p.ttl = 9;
	p.tos = 0xb8;
	buf_init(&b, 4096);
	assert_true(synth_packet(&b, &p, &original));
	assert_int_equal(original, sizeof(expected));
	assert_int_equal(b.len, sizeof(expected));
	assert_memory_equal(b.data, expected, sizeof(expected));
	buf_done(&b);
}

static void ipv6_to_the_byte(void **state)
{
	static const uint8_t expected[] = { /* class, length, next header, hop limit */
					    0x6b, 0x80, 0, 0, 0, 10, 17, 7,
					    /* received: from the peer */
					    0xfe, 0x80, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 2,
					    /* to this host */
					    0xfe, 0x80, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1,
					    /* UDP */
					    0, 53, 0x13, 0x88, 0, 10, 0x86, 0xaf, 'h', 'i'
	};
	struct packet p = packet(PACKET_RX, "fe80::2", "fe80::1", "hi", 2);
	uint32_t original;
	struct buf b;

	(void)state;
	p.flags = PACKET_HAS_TTL | PACKET_HAS_TOS;
	p.ttl = 7;
	p.tos = 0xb8;
	buf_init(&b, 4096);
	assert_true(synth_packet(&b, &p, &original));
	assert_int_equal(b.len, sizeof(expected));
	assert_int_equal(carried_sum((uint8_t *)b.data, b.len, true), 0xffff);
	assert_memory_equal(b.data, expected, sizeof(expected));
	buf_done(&b);
}

/* Of every length up to the largest, with bytes that carry. */
static void checksums_of_all_sizes_add_up(void **state)
{
	static const uint32_t sizes[] = { 0, 1, 2, 3, 4, 5, 7, 1472, 1473, 65506, 65507 };
	static uint8_t data[65507];
	uint32_t original;
	struct buf b;

	(void)state;
	memset(data, 0xff, sizeof(data));
	buf_init(&b, 1u << 17);
	for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
		struct packet four = packet(PACKET_RX, "192.0.2.1", "192.0.2.2", data, sizes[i]);
		struct packet six = packet(PACKET_TX, "2001:db8::1", "::", data, sizes[i]);

		buf_reset(&b);
		assert_true(synth_packet(&b, &four, &original));
		assert_int_equal(original, 28 + sizes[i]);
		assert_int_equal(fold(add(0, (uint8_t *)b.data, 20)), 0xffff);
		assert_int_equal(carried_sum((uint8_t *)b.data, b.len, true), 0xffff);
		buf_reset(&b);
		assert_true(synth_packet(&b, &six, &original));
		assert_int_equal(original, 48 + sizes[i]);
		assert_int_equal(carried_sum((uint8_t *)b.data, b.len, true), 0xffff);
	}
	buf_done(&b);
}

/* A sum of 0 would mean that there is none. */
static void a_checksum_is_never_zero(void **state)
{
	uint8_t data[2] = { 0, 0 };
	struct packet p = packet(PACKET_RX, "192.0.2.1", "192.0.2.2", data, 2);
	uint32_t original;
	struct buf b;
	uint8_t *sum;

	(void)state;
	buf_init(&b, 4096);
	assert_true(synth_packet(&b, &p, &original));
	sum = (uint8_t *)b.data + 26;
	memcpy(data, sum, 2); /* with it the sum of the rest is all ones */
	buf_reset(&b);
	assert_true(synth_packet(&b, &p, &original));
	assert_memory_equal(b.data + 26, "\xff\xff", 2);
	assert_int_equal(carried_sum((uint8_t *)b.data, b.len, true), 0xffff);
	buf_done(&b);
}

static void what_was_not_kept_is_missing_with_its_true_length(void **state)
{
	struct packet p = packet(PACKET_RX, "192.0.2.1", "192.0.2.2", "abcd", 4);
	uint32_t original;
	struct buf b;

	(void)state;
	p.len = 1000;
	p.flags = PACKET_TRUNCATED;
	buf_init(&b, 4096);
	assert_true(synth_packet(&b, &p, &original));
	assert_int_equal(original, 1028);
	assert_int_equal(b.len, 32);
	assert_memory_equal(b.data + 2, "\x04\x04", 2);  /* IP: 1028 */
	assert_memory_equal(b.data + 24, "\x03\xf0", 2); /* UDP: 1008 */
	assert_memory_equal(b.data + 26, "\0\0", 2);     /* nobody can tell it any more */
	buf_done(&b);
}

static struct packet icmp(const char *offender, const char *peer, const char *local,
			  enum errqueue_origin origin)
{
	struct packet p = packet(PACKET_ICMP, peer, local, "who?", 4);

	p.icmp.offender = address(offender, 0);
	p.icmp.origin = (uint8_t)origin;
	return p;
}

static void an_icmp_error_quotes_the_datagram(void **state)
{
	struct packet p = icmp("10.0.0.9", "10.0.0.2", "10.0.0.1", ERRQUEUE_ICMP);
	uint32_t original;
	struct buf b;
	const uint8_t *at;

	(void)state;
	p.icmp.type = 3;
	p.icmp.code = 4;
	p.icmp.info = 1280;
	p.icmp.errnum = 90;
	p.len = 1400; /* of the one that was sent */
	buf_init(&b, 4096);
	assert_true(synth_packet(&b, &p, &original));
	at = (const uint8_t *)b.data;
	assert_int_equal(b.len, 20 + 8 + 20 + 8 + 4);
	assert_int_equal(original, b.len);
	assert_int_equal(fold(add(0, at, 20)), 0xffff);
	assert_int_equal(carried_sum(at, b.len, false), 0xffff);
	assert_memory_equal(at + 12, "\x0a\0\0\x09\x0a\0\0\x01", 8);
	assert_memory_equal(at + 20, "\x03\x04", 2);
	assert_memory_equal(at + 24, "\0\0\x05\0", 4);
	assert_memory_equal(at + 28 + 2, "\x05\x94", 2); /* 1428 */
	assert_memory_equal(at + 28 + 12, "\x0a\0\0\x01\x0a\0\0\x02\x13\x88\0\x35\x05\x80", 14);
	assert_memory_equal(at + 56, "who?", 4);
	buf_done(&b);
}

static void an_icmpv6_error_has_a_pseudo_header(void **state)
{
	struct packet p = icmp("2001:db8::9", "2001:db8::2", "2001:db8::1", ERRQUEUE_ICMP6);
	uint32_t original;
	struct buf b;
	const uint8_t *at;

	(void)state;
	p.icmp.type = 2;
	p.icmp.info = 1280;
	p.icmp.errnum = 90;
	buf_init(&b, 4096);
	assert_true(synth_packet(&b, &p, &original));
	at = (const uint8_t *)b.data;
	assert_int_equal(b.len, 40 + 8 + 40 + 8 + 4);
	assert_int_equal(at[6], 58);
	assert_int_equal(carried_sum(at, b.len, true), 0xffff);
	assert_memory_equal(at + 44, "\0\0\x05\0", 4);
	buf_done(&b);
}

static void what_no_wire_has_seen_is_no_packet(void **state)
{
	struct packet none[] = {
		icmp("10.0.0.9", "10.0.0.2", "10.0.0.1", ERRQUEUE_LOCAL),
		icmp("10.0.0.9", "2001:db8::2", "2001:db8::1", ERRQUEUE_ICMP),
		packet(PACKET_NOTE, "10.0.0.2", "10.0.0.1", "text", 4),
		{ .kind = PACKET_RX },
	};
	uint32_t original = 7;
	struct buf b;

	(void)state;
	buf_init(&b, 4096);
	for (size_t i = 0; i < sizeof(none) / sizeof(none[0]); i++)
		assert_false(synth_packet(&b, &none[i], &original));
	assert_int_equal(original, 7);
	assert_int_equal(b.len, 0);
	buf_done(&b);
}

static void a_group_is_reached_with_one_hop_where_nothing_is_known(void **state)
{
	struct packet p = packet(PACKET_TX, "239.1.2.3", "0.0.0.0", "x", 1);
	uint32_t original;
	struct buf b;

	(void)state;
	buf_init(&b, 4096);
	assert_true(synth_packet(&b, &p, &original));
	assert_int_equal(b.data[8], 1);
	p.peer = address("192.0.2.1", 9);
	buf_reset(&b);
	assert_true(synth_packet(&b, &p, &original));
	assert_int_equal(b.data[8], 64);
	buf_done(&b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(ipv4_to_the_byte),
		cmocka_unit_test(ipv6_to_the_byte),
		cmocka_unit_test(checksums_of_all_sizes_add_up),
		cmocka_unit_test(a_checksum_is_never_zero),
		cmocka_unit_test(what_was_not_kept_is_missing_with_its_true_length),
		cmocka_unit_test(an_icmp_error_quotes_the_datagram),
		cmocka_unit_test(an_icmpv6_error_has_a_pseudo_header),
		cmocka_unit_test(what_no_wire_has_seen_is_no_packet),
		cmocka_unit_test(a_group_is_reached_with_one_hop_where_nothing_is_known),
	};

	return cmocka_run_group_tests_name("synth", tests, NULL, NULL);
}
