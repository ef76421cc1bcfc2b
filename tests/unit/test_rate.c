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

static void test_a_pace_glides_from_second_to_second(void **state)
{
	static const struct {
		uint64_t ms;
		uint64_t want;
	} cases[] = {
		{ 0, 100 },   { 999, 100 }, { 1000, 100 }, { 1250, 75 },
		{ 1500, 50 }, { 1999, 0 },  { 2000, 0 },   { 999999, 0 },
	};
	struct pace p = { 0 };

	(void)state;
	pace_add(&p, START, 60);
	pace_add(&p, START + 900 * MS, 40);
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		assert_int_equal(pace_per_second(&p, START + cases[i].ms * MS), cases[i].want);
	pace_add(&p, START + 1500 * MS, 7);
	assert_int_equal(pace_per_second(&p, START + 1500 * MS), 57);
	pace_add(&p, START + 9000 * MS, 3);
	assert_int_equal(pace_per_second(&p, START + 9000 * MS), 3);
	for (uint64_t s = 20; s < 30; s++) {
		pace_add(&p, START + (1000 * s + 200) * MS, 1);
		assert_int_equal(pace_per_second(&p, START + (1000 * s + 200) * MS), 1);
		assert_int_equal(pace_per_second(&p, START + (1000 * s + 1100) * MS), 1);
	}
}

static void test_a_minute_has_its_full_seconds(void **state)
{
	uint64_t seconds[MINUTE_SECONDS];
	struct minute m = { 0 };

	(void)state;
	for (uint32_t s = 0; s < 100; s++)
		minute_add(&m, START + s * 1000 * MS, s);
	minute_add(&m, START + 104 * 1000 * MS, 7);
	minute_read(&m, START + 105 * 1000 * MS, seconds);
	assert_int_equal(seconds[59], 7);
	assert_int_equal(seconds[58], 0);
	assert_int_equal(seconds[55], 0);
	assert_int_equal(seconds[54], 99);
	assert_int_equal(seconds[0], 45);
	/* the second that still grows is not told */
	minute_read(&m, START + 104 * 1000 * MS, seconds);
	assert_int_equal(seconds[59], 0);
	assert_int_equal(seconds[0], 44);
	minute_read(&m, START + 1000 * 1000 * MS, seconds);
	for (size_t i = 0; i < MINUTE_SECONDS; i++)
		assert_int_equal(seconds[i], 0);
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
		cmocka_unit_test(test_a_pace_glides_from_second_to_second),
		cmocka_unit_test(test_a_minute_has_its_full_seconds),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
