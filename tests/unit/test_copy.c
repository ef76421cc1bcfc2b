/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Bytes taken along: what the notations make of them, and base64. */
#include "command/copy.h"
#include "payload/payload.h"
#include "util/base64.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

static void test_base64(void **state)
{
	/* RFC 4648, section 10 */
	static const char *const table[][2] = {
		{ "", "" },
		{ "f", "Zg==" },
		{ "fo", "Zm8=" },
		{ "foo", "Zm9v" },
		{ "foob", "Zm9vYg==" },
		{ "fooba", "Zm9vYmE=" },
		{ "foobar", "Zm9vYmFy" },
	};
	struct buf out;

	(void)state;
	buf_init(&out, 64);
	for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
		buf_reset(&out);
		base64_encode(&out, table[i][0], strlen(table[i][0]));
		assert_string_equal(buf_cstr(&out), table[i][1]);
		assert_int_equal(out.len, BASE64_LEN(strlen(table[i][0])));
	}
	buf_reset(&out);
	base64_encode(&out, "\xff\xfe\xfd", 3);
	assert_string_equal(buf_cstr(&out), "//79");
	buf_done(&out);
}

static void expect(enum copy_format f, const void *data, size_t n, const char *text)
{
	struct buf out;

	buf_init(&out, 4096);
	copy_format(f, 12, data, n, &out);
	assert_string_equal(buf_cstr(&out), text);
	buf_done(&out);
}

static void test_formats(void **state)
{
	(void)state;
	expect(COPY_HEX, "\0\x04hi", 4, "00 04 68 69");
	expect(COPY_C, "\0\x04hi", 4,
	       "static const unsigned char packet_12[4] = {\n\t0x00, 0x04, 0x68, 0x69,\n};\n");
	expect(COPY_C, "0123456789ab", 13,
	       "static const unsigned char packet_12[13] = {\n"
	       "\t0x30, 0x31, 0x32, 0x33, 0x34, 0x35, 0x36, 0x37, 0x38, 0x39, 0x61, 0x62,\n"
	       "\t0x00,\n};\n");
	expect(COPY_PYTHON, "\0\x1b\"\\hi'", 7,
	       "packet_12 = (\n    b\"\\x00\\x1b\\x22\\x5chi'\"\n)\n");
	expect(COPY_PYTHON, "0123456789abcdefg", 17,
	       "packet_12 = (\n    b\"0123456789abcdef\"\n    b\"g\"\n)\n");
}

static void test_hex_reads_back(void **state)
{
	struct payload_env env = { 0 };
	struct buf text, bytes;
	uint8_t all[256];

	(void)state;
	for (size_t i = 0; i < sizeof(all); i++)
		all[i] = (uint8_t)i;
	buf_init(&text, 4096);
	buf_init(&bytes, 4096);
	copy_format(COPY_HEX, 1, all, sizeof(all), &text);
	assert_true(payload_hex(buf_cstr(&text), text.len, &env, &bytes, NULL));
	assert_int_equal(bytes.len, sizeof(all));
	assert_memory_equal(bytes.data, all, sizeof(all));
	buf_done(&text);
	buf_done(&bytes);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_base64),
		cmocka_unit_test(test_formats),
		cmocka_unit_test(test_hex_reads_back),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
