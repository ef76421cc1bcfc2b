/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Captures made by hand, byte by byte: all magics, all blocks, and what is damaged. */
#include "capmade.h"
#include "store/capfile.h"

#include "util/num.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

/* ---- reading ---- */

struct reading {
	struct capfile *f;
	const char *bytes;
	size_t n, step;
	struct capfile_frame frame;
	struct error e;
};

/* All of it is read in steps of so many bytes. */
static struct reading reading(const struct made *m, size_t step)
{
	struct reading r = { .bytes = m->b.data, .n = m->b.len, .step = step };

	r.f = capfile_new(NULL);
	assert_non_null(r.f);
	return r;
}

static enum capfile_result next(struct reading *r)
{
	enum capfile_result result;
	size_t n;

	while ((result = capfile_next(r->f, &r->frame, &r->e)) == CAPFILE_MORE) {
		n = capfile_feed(r->f, r->bytes, r->n < r->step ? r->n : r->step);
		r->bytes += n;
		r->n -= n;
	}
	return result;
}

static void expect_frame(struct reading *r, uint64_t number, const char *bytes, uint32_t original,
			 uint64_t time)
{
	assert_int_equal(next(r), CAPFILE_FRAME);
	assert_int_equal(r->frame.number, number);
	assert_int_equal(r->frame.captured, strlen(bytes));
	assert_memory_equal(r->frame.data, bytes, strlen(bytes));
	assert_int_equal(r->frame.original, original);
	assert_int_equal(r->frame.time, time);
}

static void expect_damaged(struct reading *r, const char *text)
{
	assert_int_equal(next(r), CAPFILE_DAMAGED);
	assert_string_equal(r->e.text, text);
	assert_int_equal(next(r), CAPFILE_END);
}

static void done(struct made *m, struct reading *r)
{
	capfile_free(r->f);
	buf_done(&m->b);
}

static void test_magics(void **state)
{
	static const size_t steps[] = { 1, 7, 1000 };

	(void)state;
	for (unsigned i = 0; i < 12; i++) {
		const bool big = i & 1, nano = i & 2;
		struct made m = made_begin(big);
		struct reading r;

		made_pcap_head(&m, nano ? 0xa1b23c4d : 0xa1b2c3d4, 0x10000000u | 113);
		made_pcap_record(&m, 1700000000, 999999, "one", 3);
		made_pcap_record(&m, 4000000000u, 1, "", 60);
		r = reading(&m, steps[i / 4]);
		expect_frame(&r, 1, "one", 3, 1700000000 * NS_PER_S + (nano ? 999999 : 999999000));
		assert_int_equal(r.frame.link_type, 113);
		assert_int_equal(r.frame.offset, 24);
		assert_null(r.frame.interface);
		expect_frame(&r, 2, "", 60, 4000000000 * NS_PER_S + (nano ? 1 : 1000));
		assert_int_equal(next(&r), CAPFILE_END);
		assert_int_equal(capfile_offset(r.f), m.b.len);
		done(&m, &r);
	}
}

/* Two sections of different byte order, interfaces of different link types, clocks and names. */
static void test_sections(void **state)
{
	(void)state;
	for (size_t step = 1; step < 2000; step += 37) {
		struct made m = made_begin(false);
		struct reading r;

		made_section(&m, "dumpcap");
		made_interface(&m, 1, "eth0", 0xff, 0);
		made_interface(&m, 101, NULL, 9, 100);
		made_packet(&m, 1, 5, "raw", 3);
		made_block_end(&m);
		made_packet(&m, 0, 5000001, "ether", 90);
		made_block_end(&m);
		m.big = true;
		made_section(&m, "udpdeck 1");
		made_interface(&m, 276, "any", 0x80 | 1, 0);
		made_packet(&m, 0, 3, "sll", 3);
		made_block_end(&m);
		r = reading(&m, step);
		expect_frame(&r, 1, "raw", 3, 100 * NS_PER_S + 5);
		assert_int_equal(r.frame.link_type, 101);
		assert_null(r.frame.interface);
		expect_frame(&r, 2, "ether", 90, 5000001000);
		assert_string_equal(r.frame.interface, "eth0");
		assert_false(r.frame.own);
		expect_frame(&r, 3, "sll", 3, 1500000000);
		assert_string_equal(r.frame.interface, "any");
		assert_int_equal(r.frame.link_type, 276);
		assert_true(r.frame.own);
		assert_int_equal(next(&r), CAPFILE_END);
		done(&m, &r);
	}
}

static void test_times(void **state)
{
	static const struct {
		uint8_t resolution;
		int64_t shift;
		uint64_t units, time;
	} rows[] = {
		{ 0, 0, 7, 7 * NS_PER_S },
		{ 3, 0, 1500, 1500000000 },
		{ 9, 0, UINT64_MAX, UINT64_MAX },
		{ 12, 0, 1999, 1 },
		{ 127, 0, UINT64_MAX, 0 },
		{ 0, 0, UINT64_MAX, UINT64_MAX },
		{ 9, -1, 5, 0 },
		{ 9, -1, NS_PER_S + 5, 5 },
		{ 9, INT64_MAX, 5, UINT64_MAX },
		{ 9, INT64_MIN, 5, 0 },
		{ 0x80 | 32, 0, 3ull << 31, 1500000000 },
		{ 0xfe, 0, UINT64_MAX, 0 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct made m = made_begin(i % 2);
		struct reading r;

		made_section(&m, NULL);
		made_interface(&m, 1, "x", rows[i].resolution, rows[i].shift);
		made_packet(&m, 0, rows[i].units, "p", 1);
		made_block_end(&m);
		r = reading(&m, 4096);
		expect_frame(&r, 1, "p", 1, rows[i].time);
		done(&m, &r);
	}
}

/* Times that do not fit, lie in the future or years from the one in front; each is odd once. */
static void test_odd_times(void **state)
{
	static const struct {
		uint32_t seconds, part;
		unsigned odd;
	} rows[] = {
		{ 1700000000, 999999, 0 },
		{ 1700000001, 1000000, CAPFILE_ODD_TIME },
		{ 1700000001, 0, 0 },
		{ 1699999000, 0, 0 },
		{ 4000000000u, 0, CAPFILE_ODD_TIME },
		{ 1700000002, 0, 0 },
		{ 1600000000, 0, CAPFILE_ODD_TIME },
		{ 1600000001, 0, 0 },
		{ 0, 0, 0 },
		{ 1700000000, 0, CAPFILE_ODD_TIME },
		{ 1731000000, 0, 0 },
	};
	struct made m = made_begin(false);
	struct reading r;

	(void)state;
	made_pcap_head(&m, 0xa1b2c3d4, 1);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		made_pcap_record(&m, rows[i].seconds, rows[i].part, "p", 1);
	r = reading(&m, 4096);
	capfile_set_latest(r.f, 1800000000 * NS_PER_S);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		expect_frame(&r, i + 1, "p", 1,
			     rows[i].seconds * NS_PER_S + rows[i].part * UINT64_C(1000));
		assert_int_equal(r.frame.odd, rows[i].odd);
	}
	done(&m, &r);
}

/* What is captured is there, whatever the length says; what nobody can have counted is left out. */
static void test_odd_lengths_and_drops(void **state)
{
	static const uint64_t counts[] = { UINT64_MAX, UINT32_MAX, UINT64_C(1) << 48, 1ull << 63 };
	struct made m = made_begin(true);
	struct reading r;

	(void)state;
	made_section(&m, NULL);
	made_interface(&m, 1, "x", 9, 0);
	made_packet(&m, 0, UINT64_MAX, "abcde", 3);
	made_block_end(&m);
	for (size_t i = 0; i < 4; i++) {
		made_packet(&m, 0, 1, "p", 1);
		made_option64(&m, 4, counts[i]);
		made_block_end(&m);
	}
	made_block_begin(&m, 5);
	made_put32(&m, 0);
	made_put64(&m, 0);
	made_option64(&m, 5, 4); /* dropped by the interface, and by the system */
	made_option64(&m, 7, 3);
	made_block_end(&m);
	made_block_begin(&m, 5);
	made_put32(&m, 0);
	made_put64(&m, 0);
	made_option64(&m, 5, UINT64_MAX);
	made_block_end(&m);
	r = reading(&m, 4096);
	expect_frame(&r, 1, "abcde", 5, UINT64_MAX);
	assert_int_equal(r.frame.odd, CAPFILE_ODD_LENGTH);
	for (size_t i = 0; i < 4; i++) {
		expect_frame(&r, i + 2, "p", 1, 1);
		assert_int_equal(r.frame.dropped, 0);
		assert_int_equal(r.frame.odd & CAPFILE_ODD_DROPS, CAPFILE_ODD_DROPS);
	}
	assert_int_equal(next(&r), CAPFILE_DROPS);
	assert_int_equal(r.frame.dropped, 7);
	assert_int_equal(r.frame.odd, 0);
	assert_int_equal(next(&r), CAPFILE_DROPS);
	assert_int_equal(r.frame.dropped, 0);
	assert_int_equal(r.frame.odd, CAPFILE_ODD_DROPS);
	assert_int_equal(next(&r), CAPFILE_END);
	done(&m, &r);
}

static void test_packet_options(void **state)
{
	(void)state;
	for (int big = 0; big < 2; big++) {
		struct made m = made_begin(big);
		struct reading r;

		made_section(&m, NULL);
		made_interface(&m, 1, "x", 9, 0);
		made_packet(&m, 0, 1, "abcde", 5);
		made_option(&m, 1, "first", 5);
		made_option(&m, 9999, "unknown", 7);
		made_option32(&m, 2, 2 | 3 << 2);
		made_option64(&m, 4, 12);
		made_option(&m, 1, "sec\0nd", 6);
		made_block_end(&m);
		made_packet(&m, 0, 2, "f", 1);
		made_option32(&m, 2, 1 | 2 << 2 | 1u << 31);
		made_option(&m, 0, "", 0);
		made_option(&m, 1, "behind the end", 14);
		made_block_end(&m);
		made_packet(&m, 0, 3, "g", 1);
		made_put16(&m, 1);
		made_put16(&m, 60000); /* longer than the block */
		made_block_end(&m);
		r = reading(&m, 4096);
		expect_frame(&r, 1, "abcde", 5, 1);
		assert_string_equal(r.frame.comment, "first\nsec");
		assert_int_equal(r.frame.direction, PCAPNG_OUTBOUND);
		assert_int_equal(r.frame.reception, PCAPNG_BROADCAST);
		assert_int_equal(r.frame.dropped, 12);
		expect_frame(&r, 2, "f", 1, 2);
		assert_null(r.frame.comment);
		assert_int_equal(r.frame.direction, PCAPNG_INBOUND);
		assert_int_equal(r.frame.reception, PCAPNG_MULTICAST);
		expect_frame(&r, 3, "g", 1, 3);
		assert_null(r.frame.comment);
		assert_int_equal(r.frame.direction, PCAPNG_UNKNOWN);
		assert_int_equal(next(&r), CAPFILE_END);
		done(&m, &r);
	}
}

static void obsolete(struct made *m, uint16_t drops, const char *bytes)
{
	made_block_begin(m, 2);
	made_put16(m, 0);
	made_put16(m, drops);
	made_put32(m, 0);
	made_put32(m, 7);
	made_put32(m, (uint32_t)strlen(bytes));
	made_put32(m, 9);
	buf_str(&m->b, bytes);
	buf_fill(&m->b, '\0', (4 - strlen(bytes) % 4) % 4);
	made_option32(m, 2, 1);
	made_block_end(m);
}

/* Simple and obsolete packets, statistics, and what is passed over whatever its size. */
static void test_other_blocks(void **state)
{
	(void)state;
	for (size_t step = 5; step < (2u << 20); step *= 9) {
		struct made m = made_begin(step % 2);
		struct reading r;

		made_section(&m, NULL);
		made_interface(&m, 1, "x", 9, 0);
		made_block_begin(&m, 3);
		made_put32(&m, 6);
		buf_str(&m.b, "simp"); /* the interface keeps 4 of each */
		made_block_end(&m);
		obsolete(&m, 0xffff, "old");
		obsolete(&m, 3, "older");
		made_block_begin(&m, 0xbad);
		buf_fill(&m.b, 'x', CAPFILE_BLOCK_MAX * 2);
		made_block_end(&m);
		made_block_begin(&m, 5);
		made_put32(&m, 0);
		made_put64(&m, 0);
		made_option64(&m, 7, 10);
		made_block_end(&m);
		made_block_begin(&m, 5);
		made_put32(&m, 0);
		made_put64(&m, 0);
		made_option64(&m, 7, 10);
		made_block_end(&m);
		r = reading(&m, step);
		expect_frame(&r, 1, "simp", 6, 0);
		expect_frame(&r, 2, "old", 9, 7);
		assert_int_equal(r.frame.dropped, 0);
		assert_int_equal(r.frame.direction, PCAPNG_INBOUND);
		expect_frame(&r, 3, "older", 9, 7);
		assert_int_equal(r.frame.dropped, 3);
		assert_int_equal(next(&r), CAPFILE_DROPS);
		assert_int_equal(r.frame.dropped, 7);
		assert_string_equal(r.frame.interface, "x");
		assert_int_equal(next(&r), CAPFILE_END);
		done(&m, &r);
	}
}

static void expect_refused(const void *bytes, size_t n, const char *text)
{
	struct made m = made_begin(false);
	struct reading r;

	buf_add(&m.b, bytes, n);
	r = reading(&m, 3);
	expect_damaged(&r, text);
	done(&m, &r);
}

static void test_no_capture(void **state)
{
	static const char none[] = "is no capture file: neither pcap nor pcapng";
	struct made m = made_begin(true);
	struct reading r;

	(void)state;
	expect_refused("", 0, "is empty");
	expect_refused("hi", 2, none);
	expect_refused("hello, world, this is text", 26, none);
	expect_refused("\x1f\x8b\x08\0\0\0", 6, "is compressed: zcat FILE >OTHER unpacks it");
	expect_refused("\x28\xb5\x2f\xfd\0", 5, "is compressed: zstdcat FILE >OTHER unpacks it");
	made_pcap_head(&m, 0xa1b2cd34, 1);
	r = reading(&m, 4096);
	expect_damaged(&r,
		       "is of Alexey Kuznetzov's modified pcap: editcap FILE OTHER rewrites it");
	done(&m, &r);
}

static void test_damaged_pcap(void **state)
{
	struct made m = made_begin(false);
	struct reading r;

	(void)state;
	made_pcap_head(&m, 0xa1b2c3d4, 1);
	made_pcap_record(&m, 1, 1, "fine", 4);
	made_pcap_record(&m, 1, 1, "cut off", 7);
	m.b.len -= 2;
	r = reading(&m, 4096);
	expect_frame(&r, 1, "fine", 4, NS_PER_S + 1000);
	expect_damaged(&r, "at byte 44 a frame is cut off: 21 of 23 bytes are there");
	capfile_free(r.f);
	m.b.len = 44;
	made_put64(&m, 0);
	made_put32(&m, 0x7fffffff);
	made_put32(&m, 4);
	r = reading(&m, 4096);
	expect_frame(&r, 1, "fine", 4, NS_PER_S + 1000);
	expect_damaged(&r, "at byte 44 a frame claims to hold 2147483647 bytes");
	capfile_free(r.f);
	m.b.len = 10;
	r = reading(&m, 4096);
	expect_damaged(&r, "at byte 0 the head of the file is cut off: 10 of 24 bytes are there");
	done(&m, &r);
}

/* Behind a section and an interface (28 and 24 bytes). */
static void expect_damaged_block(void (*block)(struct made *m), const char *text)
{
	struct made m = made_begin(false);
	struct reading r;

	made_section(&m, NULL);
	made_interface(&m, 1, NULL, 0xff, 0);
	assert_int_equal(m.b.len, 52);
	block(&m);
	r = reading(&m, 4096);
	expect_damaged(&r, text);
	done(&m, &r);
}

static void tiny(struct made *m)
{
	made_put32(m, 6);
	made_put32(m, 8);
	made_put32(m, 8);
}

static void uneven(struct made *m)
{
	made_put32(m, 77);
	made_put32(m, 13);
	made_put64(m, 0);
}

static void other_end(struct made *m)
{
	made_packet(m, 0, 1, "x", 1);
	made_block_end(m);
	m->b.data[m->b.len - 4]++;
}

static void nobodys(struct made *m)
{
	made_packet(m, 1, 1, "x", 1);
	made_block_end(m);
}

static void too_full(struct made *m)
{
	made_packet(m, 0, 1, "x", 1);
	m->b.data[m->block + 20] = 100;
	made_block_end(m);
}

static void huge(struct made *m)
{
	made_put32(m, 6);
	made_put32(m, 0x10000000);
	made_put32(m, 0);
}

static void cut_unknown(struct made *m)
{
	made_put32(m, 77);
	made_put32(m, 100);
	made_put32(m, 0);
}

static void no_order(struct made *m)
{
	made_block_begin(m, 0x0a0d0d0a);
	made_put32(m, 0x01020304);
	made_block_end(m);
}

static void half_interface(struct made *m)
{
	made_block_begin(m, 1);
	made_put32(m, 1);
	made_block_end(m);
}

static void test_damaged_blocks(void **state)
{
	(void)state;
	expect_damaged_block(tiny, "at byte 52 a block claims to be 8 bytes long");
	expect_damaged_block(uneven, "at byte 52 a block claims to be 13 bytes long");
	expect_damaged_block(other_end, "at byte 52 a block does not end where it says");
	expect_damaged_block(nobodys, "at byte 52 a packet is of no interface");
	expect_damaged_block(too_full, "at byte 52 a frame claims to hold 100 bytes");
	expect_damaged_block(huge, "at byte 52 a block claims to be 268435456 bytes long");
	expect_damaged_block(cut_unknown, "at byte 64 a block is cut off: 0 of 88 bytes are there");
	expect_damaged_block(no_order, "at byte 52 a section has no byte order");
	expect_damaged_block(half_interface,
			     "at byte 52 there is an interface too many, or half a one");
}

static void test_descriptor(void **state)
{
	struct made m = made_begin(false);
	struct capfile_frame frame;
	struct capfile *f = capfile_new(NULL);
	struct error e;
	int ends[2];

	(void)state;
	made_pcap_head(&m, 0xa1b2c3d4, 1);
	made_pcap_record(&m, 1, 1, "fine", 4);
	assert_int_equal(pipe(ends), 0);
	assert_int_equal(write(ends[1], m.b.data, m.b.len), m.b.len);
	assert_int_equal(capfile_next(f, &frame, &e), CAPFILE_MORE);
	assert_true(capfile_fill(f, ends[0], &e));
	assert_int_equal(capfile_next(f, &frame, &e), CAPFILE_FRAME);
	assert_int_equal(capfile_next(f, &frame, &e), CAPFILE_MORE);
	close(ends[1]);
	assert_true(capfile_fill(f, ends[0], &e));
	assert_int_equal(capfile_next(f, &frame, &e), CAPFILE_END);
	close(ends[0]);
	assert_false(capfile_fill(f, ends[0], &e));
	assert_string_equal(e.text, "cannot read on: Bad file descriptor");
	capfile_free(f);
	buf_done(&m.b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_magics),       cmocka_unit_test(test_sections),
		cmocka_unit_test(test_times),        cmocka_unit_test(test_packet_options),
		cmocka_unit_test(test_odd_times),    cmocka_unit_test(test_odd_lengths_and_drops),
		cmocka_unit_test(test_other_blocks), cmocka_unit_test(test_no_capture),
		cmocka_unit_test(test_damaged_pcap), cmocka_unit_test(test_damaged_blocks),
		cmocka_unit_test(test_descriptor),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
