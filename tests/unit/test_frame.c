/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Frames of group traffic: canned ones in words, each cut short at every byte, and broken ones.
 */
#include "net/frame.h"
#include "payload/payload.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))
#define IP4 0x0800
#define IP6 0x86dd
#define TAG 0x8100

/* IPv4 headers by total length and protocol, from 10.77.0.2 to 239.1.2.3 or 224.0.0.22. */
#define V4(len, protocol) "4500 " len " 0000 4000 01 " protocol " 0000 0a4d0002 "
#define V4_OPTIONS(len, protocol, to) \
	"4600 " len " 0000 4000 01 " protocol " 0000 0a4d0002 " to " 94040000 "
#define TO_GROUP "ef010203 "
#define UDP "1388 1389 000b 0000 616263"
/* IPv6 by payload length and next header, from fe80::2. */
#define V6(len, next) "6000 0000 " len " " next " 01 fe80 0000 0000 0000 0000 0000 0000 0002 "
#define TO_FF02_16 "ff02 0000 0000 0000 0000 0000 0000 0016 "
#define TO_FF15_7 "ff15 0000 0000 0000 0000 0000 0000 0007 "
#define HOP_BY_HOP "3a00 0502 0000 0100 "

static const struct row {
	const char *name;
	uint16_t protocol;
	const char *hex;
	const char *words; /* "": FRAME_OTHER */
} rows[] = {
	{ "UDP", IP4, V4("001f", "11") TO_GROUP UDP, "10.77.0.2:5000 > 239.1.2.3:5001 3 ttl 1" },
	{ "padded", IP4, V4("001f", "11") TO_GROUP UDP "0000 0000 0000",
	  "10.77.0.2:5000 > 239.1.2.3:5001 3 ttl 1" },
	{ "options", IP4, V4_OPTIONS("0023", "11", TO_GROUP) UDP,
	  "10.77.0.2:5000 > 239.1.2.3:5001 3 ttl 1" },
	{ "VLAN", TAG, "a005 0800 " V4("001f", "11") TO_GROUP UDP,
	  "10.77.0.2:5000 > 239.1.2.3:5001 3 ttl 1 vlan 5" },
	{ "two VLANs", 0x88a8, "0064 8100 0005 0800 " V4("001f", "11") TO_GROUP UDP,
	  "10.77.0.2:5000 > 239.1.2.3:5001 3 ttl 1 vlan 100" },
	{ "more VLANs than there are", TAG,
	  "0001 8100 0002 8100 0003 8100 0004 0800 " V4("001f", "11") TO_GROUP UDP, "" },
	{ "first fragment", IP4,
	  "4500 001c 0001 2000 01 11 0000 0a4d0002 ef010203 1388 1389 0578 0000",
	  "10.77.0.2:5000 > 239.1.2.3:5001 1392 ttl 1" },
	{ "later fragment", IP4,
	  "4500 001c 0001 00b9 01 11 0000 0a4d0002 ef010203 1388 1389 0578 0000", "" },
	{ "larger than it can say", IP4, V4("0000", "11") TO_GROUP UDP,
	  "10.77.0.2:5000 > 239.1.2.3:5001 3 ttl 1" },
	{ "header too short", IP4, "4400 001f 0000 4000 01 11 0000 0a4d0002 " TO_GROUP UDP, "" },
	{ "total too short", IP4, V4("0013", "11") TO_GROUP UDP, "" },
	{ "version 5", IP4, "5500 001f 0000 4000 01 11 0000 0a4d0002 " TO_GROUP UDP, "" },
	{ "UDP too short", IP4, V4("001f", "11") TO_GROUP "1388 1389 0007 0000 616263", "" },
	{ "TCP", IP4, V4("001f", "06") TO_GROUP UDP, "" },
	{ "ARP", 0x0806, V4("001f", "11") TO_GROUP UDP, "" },
	{ "UDP over IPv6", IP6, V6("000b", "11") TO_FF15_7 UDP,
	  "[fe80::2%9]:5000 > [ff15::7]:5001 3 ttl 1" },
	{ "extension headers", IP6,
	  V6("001b", "00") TO_FF15_7 "3c00 0104 0000 0000 1100 0104 0000 0000 " UDP,
	  "[fe80::2%9]:5000 > [ff15::7]:5001 3 ttl 1" },
	{ "IPv6 first fragment", IP6, V6("0013", "2c") TO_FF15_7 "1100 0001 0000 0001 " UDP,
	  "[fe80::2%9]:5000 > [ff15::7]:5001 3 ttl 1" },
	{ "IPv6 later fragment", IP6, V6("0013", "2c") TO_FF15_7 "1100 00b9 0000 0001 " UDP, "" },
	{ "extension header too long", IP6, V6("0013", "00") TO_FF15_7 "1103 0104 0000 0000 " UDP,
	  "" },
	{ "IGMPv1 query", IP4, V4("001c", "02") "e0000001 1100 eeff 0000 0000",
	  "IGMPv1 query of all groups" },
	{ "IGMPv2 query", IP4, V4_OPTIONS("0020", "02", "ef010203") "1164 0000 ef01 0203",
	  "IGMPv2 query of 239.1.2.3" },
	{ "IGMPv3 query", IP4, V4_OPTIONS("0024", "02", "e0000001") "1164 0000 0000 0000 027d 0000",
	  "IGMPv3 query of all groups" },
	{ "IGMPv3 query for sources", IP4,
	  V4_OPTIONS("002c", "02", "e8010101") "1164 0000 e801 0101 027d 0002 0a4d 0002 0a4d 0003",
	  "IGMPv3 query of 232.1.1.1 for 2 sources" },
	{ "IGMPv1 report", IP4, V4("001c", "02") TO_GROUP "1200 0000 ef01 0203",
	  "IGMPv1 report: is in 239.1.2.3" },
	{ "IGMPv2 report", IP4, V4_OPTIONS("0020", "02", TO_GROUP) "1600 0000 ef01 0203",
	  "IGMPv2 report: is in 239.1.2.3" },
	{ "IGMPv2 leave", IP4, V4_OPTIONS("0020", "02", "e0000002") "1700 0000 ef01 0203",
	  "IGMPv2 leave of 239.1.2.3" },
	{ "IGMPv2 report of nothing", IP4, V4("001c", "02") TO_GROUP "1600 0000 0000 0000", "" },
	{ "IGMPv3 report", IP4,
	  V4_OPTIONS("0040", "02", "e0000016") "2200 0000 0000 0003 "
					       "0400 0000 ef01 0203 0300 0000 ef01 0204 0101 0001 "
					       "e801 0101 0a4d 0003 dead beef",
	  "IGMPv3 report: joins 239.1.2.3, leaves 239.1.2.4, hears 232.1.1.1 from 10.77.0.3" },
	{ "all kinds of records", IP4,
	  V4_OPTIONS("0070", "02", "e0000016") "2200 0000 0000 0007 "
					       "0200 0000 ef01 0201 0100 0000 ef01 0202 0200 0001 "
					       "ef01 0203 0a4d 0003 "
					       "0500 0002 ef01 0204 0a4d 0003 0a4d 0004 0600 0001 "
					       "ef01 0205 0a4d 0003 "
					       "0700 0000 ef01 0206 0300 0001 ef01 0207 0a4d 0003",
	  "IGMPv3 report: is in 239.1.2.1, hears nobody in 239.1.2.2, "
	  "is in 239.1.2.3 but for 10.77.0.3, hears 239.1.2.4 also from 2 sources, "
	  "hears 239.1.2.5 no more from 10.77.0.3, says 7 of 239.1.2.6, "
	  "leaves 239.1.2.7 but for 10.77.0.3" },
	{ "fewer records than it says", IP4,
	  V4_OPTIONS("0028", "02", "e0000016") "2200 0000 0000 0009 0400 0000 ef01 0203",
	  "IGMPv3 report: joins 239.1.2.3, and 8 more" },
	{ "a record of no group", IP4,
	  V4_OPTIONS("0028", "02", "e0000016") "2200 0000 0000 0001 0400 0000 0a4d 0002", "" },
	{ "IGMP of another kind", IP4, V4("001c", "02") TO_GROUP "1300 0000 ef01 0203", "" },
	{ "MLDv1 query", IP6,
	  V6("0020", "00") TO_FF02_16 HOP_BY_HOP "8200 0000 2710 0000 "
						 "0000 0000 0000 0000 0000 0000 0000 0000",
	  "MLDv1 query of all groups" },
	{ "MLDv2 query", IP6,
	  V6("0024", "00") TO_FF02_16 HOP_BY_HOP "8200 0000 2710 0000 " TO_FF15_7 "027d 0000",
	  "MLDv2 query of ff15::7" },
	{ "MLDv1 report", IP6,
	  V6("0020", "00") TO_FF02_16 HOP_BY_HOP "8300 0000 0000 0000 " TO_FF15_7,
	  "MLDv1 report: is in ff15::7" },
	{ "MLDv1 done", IP6,
	  V6("0020", "00") TO_FF02_16 HOP_BY_HOP "8400 0000 0000 0000 " TO_FF15_7,
	  "MLDv1 leave of ff15::7" },
	{ "MLDv2 report", IP6,
	  V6("0038", "00") TO_FF02_16 HOP_BY_HOP "8f00 0000 0000 0002 "
						 "0400 0000 " TO_FF15_7 "0300 0000 " TO_FF15_7,
	  "MLDv2 report: joins ff15::7, leaves ff15::7" },
	{ "neighbour discovery", IP6, V6("0018", "3a") TO_FF02_16 "8700 0000 0000 0000 " TO_FF15_7,
	  "" },
};

static void format(const struct frame *f, struct buf *out)
{
	if (f->kind != FRAME_DATAGRAM) {
		frame_format(f, out);
		return;
	}
	addr_format(out, &f->source);
	buf_str(out, " > ");
	addr_format(out, &f->dest);
	buf_printf(out, " %u ttl %u", f->len, f->ttl);
	if (f->vlan)
		buf_printf(out, " vlan %u", f->vlan);
}

static void read_hex(const char *hex, struct buf *out)
{
	buf_init(out, 4096);
	if (!payload_hex(hex, strlen(hex), NULL, out, NULL))
		fail_msg("%s", hex);
}

static void test_frames(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct buf bytes, words;
		struct frame f;

		read_hex(rows[i].hex, &bytes);
		buf_init(&words, 1024);
		frame_parse(rows[i].protocol, (const uint8_t *)bytes.data, bytes.len, 9, &f);
		format(&f, &words);
		if (strcmp(buf_cstr(&words), rows[i].words) != 0)
			fail_msg("%s: \"%s\"", rows[i].name, buf_cstr(&words));
		buf_done(&bytes);
		buf_done(&words);
	}
}

/* Cut short, from memory of exactly that size, it is another frame or none; nothing is read past
 * the end (the sanitizers look). */
static void test_cut(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct buf bytes, words;

		read_hex(rows[i].hex, &bytes);
		buf_init(&words, 1024);
		for (size_t n = 0; n < bytes.len; n++) {
			uint8_t *exact = malloc(n ? n : 1);
			struct frame f;

			memcpy(exact, bytes.data, n);
			frame_parse(rows[i].protocol, exact, n, 9, &f);
			format(&f, &words);
			assert_true(f.record_count <= FRAME_RECORDS);
			free(exact);
		}
		buf_done(&bytes);
		buf_done(&words);
	}
}

static void test_many_records(void **state)
{
	struct buf hex, bytes, words;
	struct frame f;

	(void)state;
	buf_init(&hex, 4096);
	buf_str(&hex, V4_OPTIONS("0170", "02", "e0000016") "2200 0000 0000 0028 ");
	for (unsigned i = 0; i < 40; i++)
		buf_printf(&hex, "0400 0000 ef01 02%02x ", i);
	read_hex(buf_cstr(&hex), &bytes);
	frame_parse(IP4, (const uint8_t *)bytes.data, bytes.len, 9, &f);
	assert_int_equal(f.record_count, FRAME_RECORDS);
	assert_int_equal(f.records_more, 40 - FRAME_RECORDS);
	buf_init(&words, 1024);
	frame_format(&f, &words);
	assert_non_null(strstr(buf_cstr(&words), "joins 239.1.2.15, and 24 more"));
	buf_done(&hex);
	buf_done(&bytes);
	buf_done(&words);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_frames),
		cmocka_unit_test(test_cut),
		cmocka_unit_test(test_many_records),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
