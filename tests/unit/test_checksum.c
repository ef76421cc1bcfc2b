/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Checksums against the check values of the catalogue of parametrised CRC algorithms, of RFC 1071
 * and RFC 1950, and against a second opinion (Python: zlib, a bitwise CRC).
 */
#include "payload/checksum.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static const struct {
	const char *name;
	uint32_t check;               /* over "123456789" */
	uint32_t nothing, zero, ramp; /* no byte, one of 0, the bytes 0 to 255 */
} rows[] = {
	{ "inet16", 0xf62a, 0xffff, 0xffff, 0x3fc0 },
	{ "crc8-smbus", 0xf4, 0, 0, 0x14 },
	{ "crc16-modbus", 0x4b37, 0xffff, 0x40bf, 0xde6c },
	{ "crc16-xmodem", 0x31c3, 0, 0, 0x7e55 },
	{ "crc16-ibm-3740", 0x29b1, 0xffff, 0xe1f0, 0x3fbd },
	{ "crc32", 0xcbf43926, 0, 0xd202ef8d, 0x29058c73 },
	{ "crc32c", 0xe3069283, 0, 0x527d5351, 0x9c44184b },
	{ "adler32", 0x091e01de, 1, 0x00010001, 0xadf67f81 },
	{ "sum8", 0xdd, 0, 0, 0x80 },
	{ "xor8", 0x31, 0, 0, 0 },
};

#define ROWS (sizeof(rows) / sizeof(rows[0]))

static void each_gives_its_check_values(void **state)
{
	uint8_t ramp[256];

	(void)state;
	for (size_t i = 0; i < sizeof(ramp); i++)
		ramp[i] = (uint8_t)i;
	for (size_t i = 0; i < ROWS; i++) {
		const struct checksum *c = checksum_find(rows[i].name);

		assert_non_null(c);
		assert_int_equal(checksum_run(c, "123456789", 9), rows[i].check);
		assert_int_equal(checksum_run(c, "", 0), rows[i].nothing);
		assert_int_equal(checksum_run(c, "", 1), rows[i].zero);
		assert_int_equal(checksum_run(c, ramp, sizeof(ramp)), rows[i].ramp);
	}
}

static void none_is_without_a_check(void **state)
{
	size_t n = 0;

	(void)state;
	for (const struct checksum *c = checksums; c->name; c++, n++) {
		assert_string_equal(c->name, rows[n].name);
		assert_true(c->size > 0 && c->size <= sizeof(uint32_t) && c->help[0]);
	}
	assert_int_equal(n, ROWS);
	assert_null(checksum_find("crc"));
	assert_null(checksum_find(""));
}

/* The largest datagram of the largest bytes: sums must not pass their registers. */
static void long_runs_do_not_overflow(void **state)
{
	static uint8_t ones[65527];

	(void)state;
	memset(ones, 0xff, sizeof(ones));
	assert_int_equal(checksum_run(checksum_find("adler32"), ones, sizeof(ones)), 0x14f105fb);
	assert_int_equal(checksum_run(checksum_find("inet16"), ones, sizeof(ones)), 0xff);
}

/* The example of RFC 1071, section 3; and a sum with its complement is zero. */
static void the_internet_checksum_is_the_rfcs(void **state)
{
	static const uint8_t bytes[] = { 0x00, 0x01, 0xf2, 0x03, 0xf4, 0xf5, 0xf6, 0xf7 };
	static const uint8_t closed[] = {
		0x00, 0x01, 0xf2, 0x03, 0xf4, 0xf5, 0xf6, 0xf7, 0x22, 0x0d
	};

	(void)state;
	assert_int_equal(checksum_run(checksum_find("inet16"), bytes, sizeof(bytes)), 0x220d);
	assert_int_equal(checksum_run(checksum_find("inet16"), closed, sizeof(closed)), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_gives_its_check_values),
		cmocka_unit_test(none_is_without_a_check),
		cmocka_unit_test(long_runs_do_not_overflow),
		cmocka_unit_test(the_internet_checksum_is_the_rfcs),
	};

	return cmocka_run_group_tests_name("checksum", tests, NULL, NULL);
}
