/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Rates: the last full second, whatever the gaps between events.
 */
#include "session/rate.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#define MS 1000000ull
#define START (1000000 * MS)

static void test_the_growing_slice_does_not_count(void **state)
{
	struct rate r = { 0 };

	(void)state;
	rate_add(&r, START, 7);
	assert_int_equal(rate_per_second(&r, START), 0);
	assert_int_equal(rate_per_second(&r, START + 99 * MS), 0);
	assert_int_equal(rate_per_second(&r, START + 100 * MS), 7);
}

static void test_events_fade_after_a_second(void **state)
{
	struct rate r = { 0 };

	(void)state;
	rate_add(&r, START, 7);
	assert_int_equal(rate_per_second(&r, START + 1000 * MS), 7);
	assert_int_equal(rate_per_second(&r, START + 1100 * MS), 0);
	assert_int_equal(rate_per_second(&r, START + 1000000 * MS), 0);
}

static void test_a_steady_stream(void **state)
{
	struct rate r = { 0 };

	(void)state;
	for (uint64_t ms = 0; ms < 5000; ms += 4)
		rate_add(&r, START + ms * MS, 3);
	assert_int_equal(rate_per_second(&r, START + 5000 * MS), 750);
}

static void test_sparse_events_leave_nothing_behind(void **state)
{
	struct rate r = { 0 };

	(void)state;
	for (uint64_t s = 0; s < 50; s++) {
		rate_add(&r, START + s * 1234 * MS, 1);
		assert_int_equal(rate_per_second(&r, START + s * 1234 * MS + 100 * MS), 1);
	}
}

static void test_a_count_does_not_wrap(void **state)
{
	struct rate r = { 0 };

	(void)state;
	rate_add(&r, START, UINT32_MAX);
	rate_add(&r, START, 5);
	assert_int_equal(rate_per_second(&r, START + 100 * MS), UINT32_MAX);
}

static void test_an_earlier_moment_is_the_newest_slice(void **state)
{
	struct rate r = { 0 };

	(void)state;
	rate_add(&r, START + 500 * MS, 1);
	rate_add(&r, START, 1);
	assert_int_equal(rate_per_second(&r, START + 600 * MS), 2);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_the_growing_slice_does_not_count),
		cmocka_unit_test(test_events_fade_after_a_second),
		cmocka_unit_test(test_a_steady_stream),
		cmocka_unit_test(test_sparse_events_leave_nothing_behind),
		cmocka_unit_test(test_a_count_does_not_wrap),
		cmocka_unit_test(test_an_earlier_moment_is_the_newest_slice),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
