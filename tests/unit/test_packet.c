/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Packets keep all their facts through the stored form. */
#include "store/packet.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#define FIRST_NO 4000000000ull

static const uint8_t hello[] = "hello, world";

static struct addr v4(uint8_t last, uint16_t port)
{
	return (struct addr){ .bytes = { 10, 0, 0, last }, .port = port, .family = AF_INET };
}

static struct addr v6(uint8_t last, uint32_t scope, uint16_t port)
{
	return (struct addr){ .bytes = { 0xfe, 0x80, [15] = last },
			      .scope = scope,
			      .port = port,
			      .family = AF_INET6 };
}

static void assert_addr(const struct addr *a, const struct addr *b)
{
	assert_memory_equal(a->bytes, b->bytes, sizeof(a->bytes));
	assert_int_equal(a->scope, b->scope);
	assert_int_equal(a->port, b->port);
	assert_int_equal(a->family, b->family);
}

static void assert_same(const struct packet *a, const struct packet *b)
{
	assert_int_equal(a->kind, b->kind);
	assert_true(a->time == b->time);
	assert_int_equal(a->flags, b->flags);
	assert_int_equal(a->socket, b->socket);
	assert_int_equal(a->ifindex, b->ifindex);
	assert_addr(&a->peer, &b->peer);
	assert_addr(&a->local, &b->local);
	assert_int_equal(a->len, b->len);
	assert_int_equal(a->stored, b->stored);
	assert_int_equal(a->ttl, b->ttl);
	assert_int_equal(a->tos, b->tos);
	assert_int_equal(a->result, b->result);
	assert_int_equal(a->job, b->job);
	assert_int_equal(a->fragment, b->fragment);
	assert_addr(&a->icmp.offender, &b->icmp.offender);
	assert_true(a->icmp.cause == b->icmp.cause);
	assert_int_equal(a->icmp.info, b->icmp.info);
	assert_int_equal(a->icmp.errnum, b->icmp.errnum);
	assert_int_equal(a->icmp.origin, b->icmp.origin);
	assert_int_equal(a->icmp.type, b->icmp.type);
	assert_int_equal(a->icmp.code, b->icmp.code);
	assert_true(a->lost == b->lost);
	assert_int_equal(a->where, b->where);
	if (a->stored)
		assert_memory_equal(a->data, b->data, a->stored);
}

/* Encodes into memory of exactly the announced size, so that a sanitizer sees a byte too many. */
static void round_trip(const struct packet *p)
{
	size_t size = packet_encoded_size(p);
	uint8_t *at = test_malloc(size);
	struct packet back;

	assert_int_equal(size % 8, 0);
	memset(at, 0xee, size);
	packet_encode(p, 7, at);
	assert_int_equal(packet_number_offset(at), 7);
	packet_decode(at, FIRST_NO, &back);
	assert_same(p, &back);
	assert_true(back.no == (packet_is_numbered(p->kind) ? FIRST_NO + 7 : 0));
	test_free(at);
}

static void test_every_kind(void **state)
{
	(void)state;
	const struct packet table[] = {
		{ .kind = PACKET_RX,
		  .time = 1700000000123456789u,
		  .socket = 3,
		  .ifindex = 7,
		  .flags = PACKET_MULTICAST | PACKET_OWN | PACKET_HAS_TTL | PACKET_HAS_TOS,
		  .peer = v4(9, 5353),
		  .local = v4(1, 5353),
		  .len = 12,
		  .stored = 12,
		  .ttl = 255,
		  .tos = 0xb8,
		  .data = hello },
		{ .kind = PACKET_RX,
		  .peer = v6(2, 4, 69),
		  .local = v6(3, 0, 65535),
		  .len = 1,
		  .stored = 1,
		  .data = hello },
		{ .kind = PACKET_RX,
		  .peer = v6(2, 4, 69),
		  .local = v4(3, 1),
		  .len = 70000,
		  .stored = 12,
		  .flags = PACKET_TRUNCATED,
		  .data = hello },
		{ .kind = PACKET_RX, .peer = v4(2, 1) },
		{ .kind = PACKET_RX,
		  .peer = v4(2, 1),
		  .local = v6(3, 0, 1),
		  .len = 4000,
		  .stored = 12,
		  .fragment = 1500,
		  .data = hello },
		{ .kind = PACKET_TX,
		  .peer = v4(2, 53),
		  .local = v6(1, 0, 9),
		  .len = 5,
		  .stored = 5,
		  .data = hello,
		  .result = PACKET_TX_PENDING },
		{ .kind = PACKET_TX,
		  .peer = v6(2, 1, 53),
		  .len = 5,
		  .stored = 5,
		  .data = hello,
		  .result = ECONNREFUSED,
		  .job = 4000000000u },
		{ .kind = PACKET_ICMP,
		  .peer = v4(2, 53),
		  .len = 5,
		  .stored = 5,
		  .data = hello,
		  .icmp = { .offender = v4(254, 0),
			    .cause = 1ull << 40,
			    .info = 1280,
			    .errnum = EMSGSIZE,
			    .origin = 1,
			    .type = 3,
			    .code = 4 } },
		{ .kind = PACKET_ICMP,
		  .peer = v6(2, 1, 53),
		  .icmp = { .offender = v6(9, 2, 0), .origin = 2, .type = 1, .code = 4 } },
		{ .kind = PACKET_GAP,
		  .lost = 1ull << 33,
		  .where = PACKET_WHERE_STORE,
		  .flags = PACKET_AT_LEAST },
		{ .kind = PACKET_NOTE, .socket = 1, .len = 12, .stored = 12, .data = hello },
		{ .kind = PACKET_JOIN, .local.port = 17 },
	};

	for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++)
		round_trip(&table[i]);
}

static void test_head_is_48_bytes(void **state)
{
	(void)state;
	struct packet p = { .kind = PACKET_RX, .peer = v4(1, 2), .local = v4(3, 4), .data = hello };

	assert_int_equal(packet_encoded_size(&p), 48);
	p.stored = p.len = 8;
	assert_int_equal(packet_encoded_size(&p), 56);
	p.stored = p.len = 9;
	assert_int_equal(packet_encoded_size(&p), 64);
}

static void test_result_changes_in_place(void **state)
{
	(void)state;
	uint64_t at[16];
	struct packet back, p = { .kind = PACKET_TX,
				  .peer = v4(1, 2),
				  .len = 5,
				  .stored = 5,
				  .data = hello,
				  .result = PACKET_TX_PENDING };

	assert_true(packet_encoded_size(&p) <= sizeof(at));
	packet_encode(&p, 0, (uint8_t *)at);
	for (int errnum = 0; errnum < 200; errnum++) {
		packet_set_result((uint8_t *)at, errnum);
		packet_decode((uint8_t *)at, 1, &back);
		assert_int_equal(back.result, errnum);
	}
	p.result = 199;
	assert_same(&p, &back);
}

static void test_names(void **state)
{
	(void)state;
	static const char *const names[] = { "rx",   "tx",    "icmp",  "gap",       "open", "close",
					     "join", "leave", "error", "interface", "note" };

	for (unsigned kind = PACKET_RX; kind <= PACKET_NOTE; kind++)
		assert_string_equal(packet_kind_name((enum packet_kind)kind), names[kind]);
	assert_true(packet_is_numbered(PACKET_ICMP));
	assert_false(packet_is_numbered(PACKET_GAP));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_every_kind),
		cmocka_unit_test(test_head_is_48_bytes),
		cmocka_unit_test(test_result_changes_in_place),
		cmocka_unit_test(test_names),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
