/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Frames made by hand: each link type, IP with options and extensions, fragments, ICMP errors. */
#include "store/dissect.h"

#include "net/errqueue.h"
#include "store/reassembly.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

/* 10.0.0.1:5000 to 10.0.0.2:53, "abc" */
#define V4                         \
	"4510001f0001000040110000" \
	"0a0000010a000002"
#define UDP                \
	"13880035000b0000" \
	"616263"
#define V6_ENDS                            \
	"fe800000000000000000000000000001" \
	"fe800000000000000000000000000002"
#define V6 "6ab00000000b1140" V6_ENDS
#define MACS "020000000001020000000002"

static size_t unhex(const char *hex, uint8_t *out)
{
	size_t n = 0;
	unsigned byte;

	for (; *hex; hex += 2, n++) {
		assert_int_equal(sscanf(hex, "%2x", &byte), 1);
		out[n] = (uint8_t)byte;
	}
	return n;
}

static enum dissect_result dissect(struct dissect *d, uint32_t link_type, const char *hex,
				   uint32_t missing, struct dissected *out)
{
	static uint8_t bytes[2048]; /* what comes out lies in it */
	struct capfile_frame f = { .link_type = link_type, .data = bytes, .time = 77 };

	f.captured = (uint32_t)unhex(hex, bytes);
	f.original = f.captured + missing;
	return dissect_frame(d, &f, 3, out);
}

static void expect_address(const struct addr *a, const char *text)
{
	struct buf b;

	buf_init(&b, 100);
	addr_format(&b, a);
	assert_string_equal(buf_cstr(&b), text);
	buf_done(&b);
}

static void expect_datagram(const struct dissected *d, bool v6)
{
	const struct packet *p = &d->packet;

	assert_int_equal(p->kind, PACKET_RX);
	expect_address(&p->peer, v6 ? "[fe80::1]:5000" : "10.0.0.1:5000");
	expect_address(&p->local, v6 ? "[fe80::2]:53" : "10.0.0.2:53");
	assert_int_equal(p->len, 3);
	assert_int_equal(p->stored, 3);
	assert_memory_equal(p->data, "abc", 3);
	assert_int_equal(p->ttl, 64);
	assert_int_equal(p->tos, v6 ? 0xab : 0x10);
	assert_int_equal(p->time, 77);
	assert_int_equal(p->ifindex, 3);
	assert_true(p->flags & PACKET_HAS_TTL);
	assert_false(p->flags & PACKET_TRUNCATED);
}

static void test_links(void **state)
{
	static const struct {
		uint32_t link_type;
		const char *hex;
		enum pcapng_direction direction;
		bool v6;
	} rows[] = {
		{ 1, MACS "0800" V4 UDP, PCAPNG_UNKNOWN, false },
		{ 1, MACS "0800" V4 UDP "00000000000000", PCAPNG_UNKNOWN, false },
		{ 1, MACS "86dd" V6 UDP, PCAPNG_UNKNOWN, true },
		{ 1,
		  MACS "8100"
		       "0064"
		       "0800" V4 UDP,
		  PCAPNG_UNKNOWN, false },
		{ 1,
		  MACS "88a8"
		       "0064"
		       "8100"
		       "2065"
		       "86dd" V6 UDP,
		  PCAPNG_UNKNOWN, true },
		{ 1,
		  MACS "9100"
		       "0064"
		       "8100"
		       "2065"
		       "0800" V4 UDP,
		  PCAPNG_UNKNOWN, false },
		{ 113,
		  "0000"
		  "0001"
		  "0006"
		  "0200000000010000"
		  "0800" V4 UDP,
		  PCAPNG_INBOUND, false },
		{ 113,
		  "0004"
		  "0304"
		  "0006"
		  "0000000000000000"
		  "86dd" V6 UDP,
		  PCAPNG_OUTBOUND, true },
		{ 276,
		  "0800"
		  "0000"
		  "00000002"
		  "0001"
		  "04"
		  "06"
		  "0200000000010000" V4 UDP,
		  PCAPNG_OUTBOUND, false },
		{ 276,
		  "8100"
		  "0000"
		  "00000002"
		  "0001"
		  "02"
		  "06"
		  "0200000000010000"
		  "0001"
		  "86dd" V6 UDP,
		  PCAPNG_INBOUND, true },
		{ 101, V4 UDP, PCAPNG_UNKNOWN, false },
		{ 101, V6 UDP, PCAPNG_UNKNOWN, true },
		{ 12, V4 UDP, PCAPNG_UNKNOWN, false },
		{ 14, V6 UDP, PCAPNG_UNKNOWN, true },
		{ 228, V4 UDP, PCAPNG_UNKNOWN, false },
		{ 229, V6 UDP, PCAPNG_UNKNOWN, true },
		{ 0, "02000000" V4 UDP, PCAPNG_UNKNOWN, false },
		{ 0, "00000002" V4 UDP, PCAPNG_UNKNOWN, false },
		{ 0, "0a000000" V6 UDP, PCAPNG_UNKNOWN, true },
		{ 0, "0000001e" V6 UDP, PCAPNG_UNKNOWN, true },
		{ 108, "00000002" V4 UDP, PCAPNG_UNKNOWN, false },
		{ 108, "00000018" V6 UDP, PCAPNG_UNKNOWN, true },
		{ 108, "0000001c" V6 UDP, PCAPNG_UNKNOWN, true },
	};
	struct dissect *d = dissect_new(NULL);
	struct dissected out;

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		assert_int_equal(dissect(d, rows[i].link_type, rows[i].hex, 0, &out),
				 DISSECT_PACKET);
		expect_datagram(&out, rows[i].v6);
		assert_int_equal(out.direction, rows[i].direction);
	}
	dissect_free(d);
}

static void test_headers(void **state)
{
	static const struct {
		const char *hex;
		bool v6;
	} rows[] = {
		/* options: router alert; a total length for the card to fill in */
		{ "461000230001000040110000"
		  "0a0000010a000002"
		  "94040000" UDP,
		  false },
		{ "451000000001000040110000"
		  "0a0000010a000002" UDP,
		  false },
		/* hop by hop, destination options, routing, AH, an atomic fragment */
		{ "6ab0000000130040" V6_ENDS "1100050200000100" UDP, true },
		{ "6ab00000001b0040" V6_ENDS "3c00050200000100"
		  "1100010400000000" UDP,
		  true },
		{ "6ab0000000132b40" V6_ENDS "1100000000000000" UDP, true },
		{ "6ab0000000173340" V6_ENDS "110100000000000100000001" UDP, true },
		{ "6ab0000000132c40" V6_ENDS "1100000012345678" UDP, true },
		/* a payload length of 0 */
		{ "6ab0000000001140" V6_ENDS UDP, true },
	};
	struct dissect *d = dissect_new(NULL);
	struct dissected out;

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		assert_int_equal(dissect(d, 101, rows[i].hex, 0, &out), DISSECT_PACKET);
		if (!strncmp(rows[i].hex, "46", 2))
			assert_int_equal(out.packet.tos, 0x10);
		expect_datagram(&out, rows[i].v6);
	}
	dissect_free(d);
}

static void test_left_out(void **state)
{
	static const struct {
		uint32_t link_type;
		const char *hex;
		enum dissect_result result;
	} rows[] = {
		{ 147, V4 UDP, DISSECT_LINK },
		{ 1,
		  MACS "0806"
		       "0001",
		  DISSECT_OTHER },
		{ 1,
		  MACS "0026"
		       "4242",
		  DISSECT_OTHER },
		{ 1, "0200", DISSECT_BAD },
		{ 1,
		  MACS "8100"
		       "00",
		  DISSECT_BAD },
		{ 1,
		  MACS "8100"
		       "0001"
		       "8100"
		       "0001"
		       "8100"
		       "0001"
		       "8100"
		       "0001"
		       "8100"
		       "0001"
		       "0800" V4 UDP,
		  DISSECT_BAD },
		{ 113,
		  "0000"
		  "0001",
		  DISSECT_BAD },
		{ 276,
		  "0800"
		  "0000",
		  DISSECT_BAD },
		{ 0, "0200", DISSECT_BAD },
		{ 0, "07000000" V4 UDP, DISSECT_OTHER },
		{ 101, "", DISSECT_BAD },
		{ 101, "50", DISSECT_BAD },
		{ 101, "4510001f", DISSECT_BAD },
		{ 101,
		  "441000230001000040110000"
		  "0a0000010a000002" UDP,
		  DISSECT_BAD },
		{ 101,
		  "4f1000230001000040110000"
		  "0a0000010a000002" UDP,
		  DISSECT_BAD },
		{ 101,
		  "451000100001000040110000"
		  "0a0000010a000002" UDP,
		  DISSECT_BAD },
		{ 101,
		  "451000280001000040060000"
		  "0a0000010a000002" UDP,
		  DISSECT_OTHER },
		{ 101, V4 "1388", DISSECT_BAD },
		{ 101,
		  V4 "1388003500070000"
		     "616263",
		  DISSECT_BAD },
		{ 101, "6ab0000000133b40" V6_ENDS "1100050200000100" UDP, DISSECT_OTHER },
		{ 101, "6ab0000000130040" V6_ENDS "11ff050200000100" UDP, DISSECT_BAD },
		{ 101, "6ab0", DISSECT_BAD },
	};
	struct dissect *d = dissect_new(NULL);
	struct dissected out;

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		assert_int_equal(dissect(d, rows[i].link_type, rows[i].hex, 0, &out),
				 rows[i].result);
	dissect_free(d);
}

static void test_truncated(void **state)
{
	struct dissect *d = dissect_new(NULL);
	struct dissected out;

	(void)state;
	assert_int_equal(dissect(d, 101,
				 V4 "13880035000b0000"
				    "61",
				 2, &out),
			 DISSECT_PACKET);
	assert_int_equal(out.packet.len, 3);
	assert_int_equal(out.packet.stored, 1);
	assert_true(out.packet.flags & PACKET_TRUNCATED);
	/* it claims more than its IP packet holds */
	assert_int_equal(dissect(d, 101,
				 V4 "1388003500ff0000"
				    "616263",
				 0, &out),
			 DISSECT_PACKET);
	assert_int_equal(out.packet.len, 247);
	assert_int_equal(out.packet.stored, 3);
	assert_true(out.packet.flags & PACKET_TRUNCATED);
	dissect_free(d);
}

static void test_groups(void **state)
{
	struct dissect *d = dissect_new(NULL);
	struct dissected out;

	(void)state;
	dissect(d, 101,
		"4510001f0001000001110000"
		"0a000001e0000001" UDP,
		0, &out);
	assert_true(out.packet.flags & PACKET_MULTICAST);
	dissect(d, 101,
		"4510001f0001000001110000"
		"0a000001ffffffff" UDP,
		0, &out);
	assert_true(out.packet.flags & PACKET_BROADCAST);
	dissect(d, 1,
		"ffffffffffff020000000002"
		"0800"
		"4510001f0001000001110000"
		"0a0000010a0000ff" UDP,
		0, &out);
	assert_true(out.packet.flags & PACKET_BROADCAST);
	dissect_free(d);
}

/* ---- fragments ---- */

/* 32 bytes of UDP, 24 of payload, in pieces of 16, 8 and 8. */
#define HEAD4(total, place)                  \
	"4510" total "4242" place "40110000" \
	"0a0000010a000002"
#define PIECE1             \
	"1388003500200000" \
	"4142434445464748"
#define PIECE2 "494a4b4c4d4e4f50"
#define PIECE3 "5152535455565758"
#define FIRST HEAD4("0024", "2000") PIECE1
#define SECOND HEAD4("001c", "2002") PIECE2
#define THIRD HEAD4("001c", "0003") PIECE3

static void test_fragments(void **state)
{
	static const char *const orders[][3] = {
		{ FIRST, SECOND, THIRD },
		{ THIRD, SECOND, FIRST },
		{ SECOND, FIRST, THIRD },
	};
	struct dissect *d = dissect_new(NULL);
	struct dissected out;
	enum dissect_result result;

	(void)state;
	for (size_t i = 0; i < 3; i++) {
		assert_int_equal(dissect(d, 101, orders[i][0], 0, &out), DISSECT_FRAGMENT);
		/* once more changes nothing */
		assert_int_equal(dissect(d, 101, orders[i][0], 0, &out), DISSECT_FRAGMENT);
		assert_int_equal(dissect(d, 101, orders[i][1], 0, &out), DISSECT_FRAGMENT);
		assert_false(dissect_left(d, false, &out, &result));
		assert_int_equal(dissect(d, 101, orders[i][2], 0, &out), DISSECT_PACKET);
		assert_int_equal(out.packet.len, 24);
		assert_int_equal(out.packet.stored, 24);
		assert_memory_equal(out.packet.data, "ABCDEFGHIJKLMNOPQRSTUVWX", 24);
		assert_int_equal(out.packet.fragment, 36);
		expect_address(&out.packet.peer, "10.0.0.1:5000");
	}
	assert_false(dissect_left(d, true, &out, &result));
	dissect_free(d);
}

#define HEAD6(length, place) "6ab00000" length "2c40" V6_ENDS "1100" place "00000007"

static void test_fragments_of_ipv6(void **state)
{
	struct dissect *d = dissect_new(NULL);
	struct dissected out;

	(void)state;
	assert_int_equal(dissect(d, 101, HEAD6("0018", "0001") PIECE1, 0, &out), DISSECT_FRAGMENT);
	assert_int_equal(dissect(d, 101, HEAD6("0010", "0011") PIECE2, 0, &out), DISSECT_FRAGMENT);
	assert_int_equal(dissect(d, 101, HEAD6("0010", "0018") PIECE3, 0, &out), DISSECT_PACKET);
	assert_memory_equal(out.packet.data, "ABCDEFGHIJKLMNOPQRSTUVWX", 24);
	assert_int_equal(out.packet.fragment, 64);
	dissect_free(d);
}

static void test_overlap(void **state)
{
	struct dissect *d = dissect_new(NULL);
	struct dissected out;
	enum dissect_result result;

	(void)state;
	assert_int_equal(dissect(d, 101, FIRST, 0, &out), DISSECT_FRAGMENT);
	assert_int_equal(dissect(d, 101, HEAD4("001c", "2001") PIECE2, 0, &out), DISSECT_BAD);
	/* nothing of it is believed any more */
	assert_int_equal(dissect(d, 101, SECOND, 0, &out), DISSECT_BAD);
	assert_int_equal(dissect(d, 101, THIRD, 0, &out), DISSECT_BAD);
	assert_false(dissect_left(d, true, &out, &result));
	/* a piece behind the end, a piece that is no multiple of 8, one past 64 KiB */
	assert_int_equal(dissect(d, 101, THIRD, 0, &out), DISSECT_FRAGMENT);
	assert_int_equal(dissect(d, 101, HEAD4("001c", "2004") PIECE3, 0, &out), DISSECT_BAD);
	assert_int_equal(dissect(d, 101, HEAD4("0017", "2000") "414243", 0, &out), DISSECT_BAD);
	assert_int_equal(dissect(d, 101, HEAD4("001c", "1fff") PIECE2, 0, &out), DISSECT_BAD);
	/* of TCP */
	assert_int_equal(dissect(d, 101,
				 "4510001c4242200040060000"
				 "0a0000010a000002" PIECE2,
				 0, &out),
			 DISSECT_OTHER);
	dissect_free(d);
}

/* What there is of it is shown, and only its beginning can be. */
static void test_incomplete(void **state)
{
	struct dissect *d = dissect_new(NULL);
	enum dissect_result result;
	struct dissected out;

	(void)state;
	assert_int_equal(dissect(d, 101, FIRST, 0, &out), DISSECT_FRAGMENT);
	assert_int_equal(dissect(d, 101, THIRD, 0, &out), DISSECT_FRAGMENT);
	assert_true(dissect_left(d, true, &out, &result));
	assert_int_equal(result, DISSECT_PACKET);
	assert_int_equal(out.packet.len, 24);
	assert_int_equal(out.packet.stored, 8);
	assert_memory_equal(out.packet.data, "ABCDEFGH", 8);
	assert_true(out.packet.flags & PACKET_TRUNCATED);
	assert_false(dissect_left(d, true, &out, &result));
	assert_int_equal(dissect(d, 101, THIRD, 0, &out), DISSECT_FRAGMENT);
	assert_true(dissect_left(d, true, &out, &result));
	assert_int_equal(result, DISSECT_BAD);
	/* the second half of the first piece was not captured */
	assert_int_equal(dissect(d, 101,
				 HEAD4("0024", "2000") "1388003500200000"
						       "41424344",
				 4, &out),
			 DISSECT_FRAGMENT);
	assert_int_equal(dissect(d, 101, SECOND, 0, &out), DISSECT_FRAGMENT);
	assert_int_equal(dissect(d, 101, THIRD, 0, &out), DISSECT_PACKET);
	assert_int_equal(out.packet.stored, 4);
	assert_int_equal(out.packet.len, 24);
	assert_true(out.packet.flags & PACKET_TRUNCATED);
	dissect_free(d);
}

/* Only so many at a time, and only so long. */
static void test_bounds(void **state)
{
	struct reassembly *r = reassembly_new(NULL);
	struct fragment f = { .more = true, .len = 8, .captured = 8, .time = 1 };
	struct reassembled out;
	unsigned left = 0;

	(void)state;
	f.data = (const uint8_t *)"12345678";
	for (f.id = 0; f.id < 3 * REASSEMBLY_MAX; f.id++) {
		assert_int_equal(reassembly_add(r, &f, &out), REASSEMBLY_WAITS);
		while (reassembly_left(r, false, &out)) {
			assert_int_equal(out.captured, 8);
			left++;
		}
		f.time++;
	}
	assert_int_equal(left, 2 * REASSEMBLY_MAX + 1);
	f.time += REASSEMBLY_NS + REASSEMBLY_MAX;
	reassembly_add(r, &f, &out);
	while (reassembly_left(r, false, &out))
		left++;
	assert_int_equal(left, 3 * REASSEMBLY_MAX);
	/* holes everywhere */
	f.id++;
	for (unsigned i = 0; i < REASSEMBLY_RANGES; i++) {
		f.offset = 16 * i;
		assert_int_equal(reassembly_add(r, &f, &out), REASSEMBLY_WAITS);
	}
	f.offset += 16;
	assert_int_equal(reassembly_add(r, &f, &out), REASSEMBLY_REFUSED);
	reassembly_free(r);
}

/* ---- ICMP ---- */

static void test_icmp(void **state)
{
	struct dissect *d = dissect_new(NULL);
	const struct packet *p;
	struct dissected out;

	(void)state;
	/* port unreachable, says the destination */
	assert_int_equal(dissect(d, 101,
				 "4500003b0001000040010000"
				 "0a0000020a000001"
				 "0303000000000000" V4 UDP,
				 0, &out),
			 DISSECT_PACKET);
	p = &out.packet;
	assert_int_equal(p->kind, PACKET_ICMP);
	expect_address(&p->peer, "10.0.0.2:53");
	expect_address(&p->local, "10.0.0.1:5000");
	assert_int_equal(p->icmp.origin, ERRQUEUE_ICMP);
	assert_int_equal(p->icmp.errnum, ECONNREFUSED);
	assert_int_equal(p->len, 3);
	assert_memory_equal(p->data, "abc", 3);
	/* fragmentation needed, says a router; only the headers are quoted */
	dissect(d, 101,
		"450000380001000040010000"
		"0a0000fe0a000001"
		"0304000000000578" V4 "13880035000b0000",
		0, &out);
	assert_int_equal(p->icmp.info, 1400);
	assert_int_equal(p->icmp.errnum, EMSGSIZE);
	assert_int_equal(p->len, 3);
	assert_int_equal(p->stored, 0);
	/* host unreachable, says this host */
	dissect(d, 101,
		"4500003b0001000040010000"
		"0a0000010a000001"
		"0301000000000000" V4 UDP,
		0, &out);
	assert_int_equal(p->icmp.origin, ERRQUEUE_OWN);
	/* packet too big */
	dissect(d, 101, "60000000003b3a40" V6_ENDS "0200000000000500" V6 UDP, 0, &out);
	assert_int_equal(p->kind, PACKET_ICMP);
	assert_int_equal(p->icmp.info, 1280);
	assert_int_equal(p->icmp.origin, ERRQUEUE_ICMP6);
	expect_address(&p->icmp.offender, "[fe80::1]:0");
	/* an echo request, an error about TCP, half a quote */
	assert_int_equal(dissect(d, 101,
				 "4500003b0001000040010000"
				 "0a0000020a000001"
				 "0800000000000000" V4 UDP,
				 0, &out),
			 DISSECT_OTHER);
	assert_int_equal(dissect(d, 101,
				 "4500003b0001000040010000"
				 "0a0000020a000001"
				 "0303000000000000"
				 "451000280001000040060000"
				 "0a0000010a000002" UDP,
				 0, &out),
			 DISSECT_OTHER);
	assert_int_equal(dissect(d, 101,
				 "4500003b0001000040010000"
				 "0a0000020a000001"
				 "0303000000000000" V4 "1388",
				 0, &out),
			 DISSECT_BAD);
	dissect_free(d);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_links),
		cmocka_unit_test(test_headers),
		cmocka_unit_test(test_left_out),
		cmocka_unit_test(test_truncated),
		cmocka_unit_test(test_groups),
		cmocka_unit_test(test_fragments),
		cmocka_unit_test(test_fragments_of_ipv6),
		cmocka_unit_test(test_overlap),
		cmocka_unit_test(test_incomplete),
		cmocka_unit_test(test_bounds),
		cmocka_unit_test(test_icmp),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
