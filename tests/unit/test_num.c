/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Numbers, sizes and durations: read, refused in words, and written.
 */
#include "util/num.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

static void test_integers(void **state)
{
	static const struct {
		const char *word;
		int64_t min, max, value;
		const char *error; /* NULL: it is read */
	} cases[] = {
		{ "0", 0, 255, 0, NULL },
		{ "255", 0, 255, 255, NULL },
		{ "007", 0, 255, 7, NULL },
		{ "0xfF", 0, 255, 255, NULL },
		{ "0X10", 0, 255, 16, NULL },
		{ "-1", -1, 255, -1, NULL },
		{ "+5", -1, 255, 5, NULL },
		{ "-0x10", -20, 0, -16, NULL },
		{ "9223372036854775807", INT64_MIN, INT64_MAX, INT64_MAX, NULL },
		{ "-9223372036854775808", INT64_MIN, INT64_MAX, INT64_MIN, NULL },
		{ "300", 1, 255, 0, "300 is outside 1..255" },
		{ "0", 1, 255, 0, "0 is outside 1..255" },
		{ "-5", 0, 255, 0, "-5 is outside 0..255" },
		{ "-0", 0, 255, 0, "-0 is outside 0..255" },
		{ "99999999999999999999", 1, 255, 0, "99999999999999999999 is outside 1..255" },
		{ "9223372036854775808", 0, INT64_MAX, 0,
		  "9223372036854775808 is outside 0..9223372036854775807" },
		{ "0g", 0, 255, 0, "\"0g\" is no number" },
		{ "", 0, 255, 0, "\"\" is no number" },
		{ "-", -1, 255, 0, "\"-\" is no number" },
		{ "0x", 0, 255, 0, "\"0x\" is no number" },
		{ "+5", 0, 255, 0, "\"+5\" is no number" },
		{ "--5", -9, 255, 0, "\"--5\" is no number" },
		{ " 5", 0, 255, 0, "\" 5\" is no number" },
		{ "5 ", 0, 255, 0, "\"5 \" is no number" },
		{ "1.5", 0, 255, 0, "\"1.5\" is no number" },
		{ "1234567890123456789012345678901234567890x", 0, 255, 0,
		  "\"1234567890123456789012345678901234567890...\" is no number" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct error e = { 0 };
		int64_t value = 4711;
		bool ok = num_parse_int(cases[i].word, cases[i].min, cases[i].max, &value, &e);
		if (cases[i].error) {
			assert_false(ok);
			assert_int_equal(value, 4711);
			assert_string_equal(e.text, cases[i].error);
			assert_int_equal(e.at, 0);
		} else {
			assert_true(ok);
			assert_int_equal(value, cases[i].value);
		}
	}
}

#define NO_SIZE " is no size: write 512, 64k, 1.5M or 1GiB"

static void test_sizes(void **state)
{
	static const struct {
		const char *word;
		uint64_t value;
		const char *error;
	} cases[] = {
		{ "512", 512, NULL },
		{ "512B", 512, NULL },
		{ "64k", 65536, NULL },
		{ "64K", 65536, NULL },
		{ "64KiB", 65536, NULL },
		{ "16M", 16 << 20, NULL },
		{ "1.5MiB", 3 << 19, NULL },
		{ "1G", 1 << 30, NULL },
		{ "0.3k", 307, NULL },
		{ "255", 0, "255 is outside 256 B..4 GiB" },
		{ "5G", 0, "5G is outside 256 B..4 GiB" },
		{ "99999999999999G", 0, "99999999999999G is outside 256 B..4 GiB" },
		{ "99999999999999999999", 0, "99999999999999999999 is outside 256 B..4 GiB" },
		{ "1.5", 0, "\"1.5\"" NO_SIZE },
		{ "1.k", 0, "\"1.k\"" NO_SIZE },
		{ ".5k", 0, "\".5k\"" NO_SIZE },
		{ "k", 0, "\"k\"" NO_SIZE },
		{ "", 0, "\"\"" NO_SIZE },
		{ "-1", 0, "\"-1\"" NO_SIZE },
		{ "16m", 0, "\"16m\"" NO_SIZE },
		{ "16MB", 0, "\"16MB\"" NO_SIZE },
		{ "16 M", 0, "\"16 M\"" NO_SIZE },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct error e = { 0 };
		uint64_t value = 4711;
		bool ok = num_parse_size(cases[i].word, 256, 4ull << 30, &value, &e);
		if (cases[i].error) {
			assert_false(ok);
			assert_int_equal(value, 4711);
			assert_string_equal(e.text, cases[i].error);
		} else {
			assert_true(ok);
			assert_int_equal(value, cases[i].value);
		}
	}
}

#define NO_DURATION " is no duration: write 250ms, 0.5s, 2m or 1h; a bare number is seconds"

static void test_durations(void **state)
{
	static const struct {
		const char *word;
		uint64_t ns;
		const char *error;
	} cases[] = {
		{ "250ms", 250 * NS_PER_MS, NULL },
		{ "0.5s", 500 * NS_PER_MS, NULL },
		{ "0.000000001", 1, NULL },
		{ "0.0000000019", 1, NULL },
		{ "2m", 120 * NS_PER_S, NULL },
		{ "1.5h", 5400 * NS_PER_S, NULL },
		{ "10us", 10 * NS_PER_US, NULL },
		{ "3", 3 * NS_PER_S, NULL },
		{ "0", 0, NULL },
		{ "18446744073", 18446744073 * NS_PER_S, NULL },
		{ "18446744074", 0, "18446744074 is outside 0 s..584 years" },
		{ "18446744073.8", 0, "18446744073.8 is outside 0 s..584 years" },
		{ "5x", 0, "\"5x\"" NO_DURATION },
		{ "5 s", 0, "\"5 s\"" NO_DURATION },
		{ "ms", 0, "\"ms\"" NO_DURATION },
		{ "-1s", 0, "\"-1s\"" NO_DURATION },
		{ "1.2.3", 0, "\"1.2.3\"" NO_DURATION },
		{ "", 0, "\"\"" NO_DURATION },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct error e = { 0 };
		uint64_t ns = 4711;
		bool ok = num_parse_duration(cases[i].word, &ns, &e);
		if (cases[i].error) {
			assert_false(ok);
			assert_int_equal(ns, 4711);
			assert_string_equal(e.text, cases[i].error);
		} else {
			assert_true(ok);
			assert_int_equal(ns, cases[i].ns);
		}
	}
}

static void check_format(void (*format)(struct buf *, uint64_t), uint64_t value, const char *text)
{
	struct buf b;
	buf_init(&b, 64);
	format(&b, value);
	assert_string_equal(buf_cstr(&b), text);
	buf_done(&b);
}

static void test_formats(void **state)
{
	static const struct {
		void (*format)(struct buf *, uint64_t);
		uint64_t value;
		const char *text;
	} cases[] = {
		{ num_format_size, 0, "0 B" },
		{ num_format_size, 516, "516 B" },
		{ num_format_size, 1500, "1500 B" },
		{ num_format_size, 1536, "1.5 KiB" },
		{ num_format_size, 212992, "208 KiB" },
		{ num_format_size, 1025 << 10, "1025 KiB" },
		{ num_format_size, 16 << 20, "16 MiB" },
		{ num_format_size, 65507, "64.0 KiB" },
		{ num_format_size, (1 << 20) - 1, "1.0 MiB" },
		{ num_format_size, UINT64_MAX, "17179869184.0 GiB" },
		{ num_format_count, 0, "0" },
		{ num_format_count, 999, "999" },
		{ num_format_count, 1204, "1,204" },
		{ num_format_count, 1000000, "1,000,000" },
		{ num_format_count, UINT64_MAX, "18,446,744,073,709,551,615" },
		{ num_format_duration, 0, "0 s" },
		{ num_format_duration, 36 * NS_PER_S, "36 s" },
		{ num_format_duration, 91 * NS_PER_S, "91 s" },
		{ num_format_duration, 250 * NS_PER_MS, "250 ms" },
		{ num_format_duration, 150 * NS_PER_S, "2.5 m" },
		{ num_format_duration, 5400 * NS_PER_S, "1.5 h" },
		{ num_format_duration, 83456, "83.5 us" },
		{ num_format_duration, 80, "80 ns" },
		{ num_format_duration, 36251 * NS_PER_MS, "36.3 s" },
		{ num_format_about, 0, "0 s" },
		{ num_format_about, 99, "99 ns" },
		{ num_format_about, 1024, "1 us" },
		{ num_format_about, 123456, "120 us" },
		{ num_format_about, 1234567, "1.2 ms" },
		{ num_format_about, 999999, "1 ms" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++)
		check_format(cases[i].format, cases[i].value, cases[i].text);
}

static void test_ages(void **state)
{
	static const struct {
		uint64_t now, then;
		const char *text;
	} rows[] = {
		{ 5 * NS_PER_S, 5 * NS_PER_S, "now" },
		{ 5 * NS_PER_S, 2 * NS_PER_S, "3 s ago" },
		{ 5 * NS_PER_S, 6 * NS_PER_S, "now" },
		{ 5 * NS_PER_S, UINT64_MAX, "in the future" },
		{ 599 * NS_PER_S, 1, "598 s ago" },
		{ 660 * NS_PER_S, 0, "11 m ago" },
		{ 36000 * NS_PER_S, 0, "10 h ago" },
		{ 86400 * 1204 * NS_PER_S, 1, "1,203 days ago" },
	};
	struct buf text;

	(void)state;
	buf_init(&text, 64);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		buf_reset(&text);
		num_format_age(&text, rows[i].now, rows[i].then);
		assert_string_equal(buf_cstr(&text), rows[i].text);
	}
	buf_done(&text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_integers),  cmocka_unit_test(test_sizes),
		cmocka_unit_test(test_durations), cmocka_unit_test(test_formats),
		cmocka_unit_test(test_ages),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
