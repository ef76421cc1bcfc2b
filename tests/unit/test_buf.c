/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Buffers: growth, the maximum, the sticky failure, memory that is refused.
 */
#include "util/buf.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

/* malloc() refuses what no machine has; AddressSanitizer would end the program instead. */
const char *__asan_default_options(void);
const char *__asan_default_options(void)
{
	return "allocator_may_return_null=1";
}

static void test_appends(void **state)
{
	struct buf b;

	(void)state;
	buf_init(&b, 100);
	assert_string_equal(buf_cstr(&b), "");
	assert_true(buf_str(&b, "ab"));
	assert_true(buf_add(&b, "c\0d", 3));
	assert_true(buf_char(&b, 'e'));
	assert_true(buf_fill(&b, '.', 3));
	assert_true(buf_printf(&b, "%d-%s", 17, "x"));
	assert_true(buf_add(&b, NULL, 0));
	assert_int_equal(b.len, 13);
	assert_memory_equal(buf_cstr(&b), "abc\0de...17-x", 14);
	buf_done(&b);
	assert_null(b.data);
	assert_int_equal(b.max, 100);
}

static void test_maximum_is_exact_and_failure_sticks(void **state)
{
	struct buf b;

	(void)state;
	buf_init(&b, 8);
	assert_true(buf_str(&b, "12345678"));
	assert_true(buf_add(&b, "", 0));
	assert_false(buf_char(&b, '9'));
	assert_true(b.failed);
	assert_false(buf_add(&b, "", 0));
	assert_false(buf_printf(&b, "%s", ""));
	assert_string_equal(buf_cstr(&b), "12345678");

	buf_reset(&b);
	assert_false(b.failed);
	assert_string_equal(buf_cstr(&b), "");
	assert_true(buf_str(&b, "1234"));
	assert_false(buf_printf(&b, "%05d", 7));
	assert_string_equal(buf_cstr(&b), "1234");
	assert_int_equal(b.len, 4);
	assert_false(buf_fill(&b, 'x', 1));
	buf_done(&b);
}

static void test_cut(void **state)
{
	struct buf b;

	(void)state;
	buf_init(&b, 6);
	buf_str(&b, "abcdef");
	assert_false(buf_char(&b, 'g'));
	buf_cut(&b, 10);
	assert_string_equal(buf_cstr(&b), "abcdef");
	buf_cut(&b, 2);
	assert_string_equal(buf_cstr(&b), "ab");
	assert_true(buf_str(&b, "yz"));
	assert_string_equal(buf_cstr(&b), "abyz");
	buf_done(&b);
}

static void test_zeroed_struct_holds_nothing(void **state)
{
	struct buf b = { 0 };

	(void)state;
	buf_reset(&b);
	buf_cut(&b, 0);
	assert_true(buf_str(&b, ""));
	assert_true(buf_printf(&b, "%s", ""));
	assert_false(buf_char(&b, 'x'));
	assert_string_equal(buf_cstr(&b), "");
	buf_done(&b);
}

static void test_growth_keeps_the_bytes(void **state)
{
	struct buf b;

	(void)state;
	buf_init(&b, 100000);
	for (int i = 0; i < 20000; i++)
		assert_true(buf_printf(&b, "%05d", i));
	assert_int_equal(b.len, 100000);
	assert_true(b.cap <= b.max + 1);
	assert_memory_equal(b.data + 5 * 12345, "12345", 5);
	assert_false(buf_char(&b, 'x'));
	buf_done(&b);
}

static void test_no_memory_is_a_failure_not_an_end(void **state)
{
	struct buf b;

	(void)state;
	buf_init(&b, SIZE_MAX);
	assert_true(buf_str(&b, "kept"));
	assert_false(buf_fill(&b, 'x', SIZE_MAX / 4));
	assert_true(b.failed);
	assert_string_equal(buf_cstr(&b), "kept");

	buf_reset(&b);
	assert_false(buf_fill(&b, 'x', SIZE_MAX));
	buf_reset(&b);
	assert_true(buf_str(&b, "again"));
	buf_done(&b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_appends),
		cmocka_unit_test(test_maximum_is_exact_and_failure_sticks),
		cmocka_unit_test(test_cut),
		cmocka_unit_test(test_zeroed_struct_holds_nothing),
		cmocka_unit_test(test_growth_keeps_the_bytes),
		cmocka_unit_test(test_no_memory_is_a_failure_not_an_end),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
