/* SPDX-License-Identifier: GPL-3.0-or-later */
/* How values are spread. */
#include "util/spread.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#define MS 1000000ull

static int setup(void **state)
{
	static struct spread s;

	*state = &s;
	return spread_init(&s, NULL) ? 0 : -1;
}

static int teardown(void **state)
{
	spread_done(*state);
	return 0;
}

static void assert_near(double value, double wanted, double part)
{
	double away = value > wanted ? value - wanted : wanted - value;

	if (away > wanted * part)
		fail_msg("%f is not near %f", value, wanted);
}

static void test_nothing_has_no_spread(void **state)
{
	struct spread *s = *state;

	assert_int_equal(spread_rank(s, 500), 0);
	assert_true(spread_deviation(s) == 0);
}

static void test_one_value_is_all_of_it(void **state)
{
	struct spread *s = *state;

	spread_add(s, 12345678);
	assert_int_equal(s->min, 12345678);
	assert_int_equal(s->max, 12345678);
	for (unsigned permille = 0; permille <= 1000; permille += 250)
		assert_int_equal(spread_rank(s, permille), 12345678);
	assert_true(s->mean == 12345678);
	assert_true(spread_deviation(s) == 0);
}

/* Of 2, 4, 4, 4, 5, 5, 7, 9 the mean is 5 and the deviation 2. */
static void test_small_values_are_exact(void **state)
{
	static const uint64_t values[] = { 9, 4, 5, 4, 2, 4, 7, 5 };
	static const struct {
		unsigned permille;
		uint64_t value;
	} ranks[] = { { 0, 2 },   { 125, 2 }, { 126, 4 }, { 500, 4 }, { 501, 5 },
		      { 750, 5 }, { 875, 7 }, { 990, 9 }, { 1000, 9 } };
	struct spread *s = *state;

	for (size_t i = 0; i < 8; i++)
		spread_add(s, values[i]);
	assert_int_equal(s->count, 8);
	assert_near(s->mean, 5, 1e-12);
	assert_near(spread_deviation(s), 2, 1e-12);
	for (size_t i = 0; i < sizeof(ranks) / sizeof(ranks[0]); i++)
		assert_int_equal(spread_rank(s, ranks[i].permille), ranks[i].value);
}

static void test_percentiles_of_many(void **state)
{
	struct spread *s = *state;

	for (uint64_t i = 1; i <= 100000; i++)
		spread_add(s, (i * 7919 % 100000 + 1) * 1000);
	assert_near((double)spread_rank(s, 500), 50e6, 1.0 / 16384);
	assert_near((double)spread_rank(s, 990), 99e6, 1.0 / 16384);
	assert_int_equal(spread_rank(s, 1000), 100 * MS);
	assert_near(s->mean, 50000.5e3, 1e-9);
	assert_near(spread_deviation(s), 28867.513e3, 1e-6);
}

/* Every power of two and its neighbours are found again as closely as is said. */
static void test_every_magnitude(void **state)
{
	for (unsigned bit = 0; bit < 44; bit++) {
		for (uint64_t off = 0; off < 3; off++) {
			uint64_t value = (1ull << bit) + off - 1;
			struct spread *s = *state;

			if (value > SPREAD_LONGEST)
				continue;
			spread_done(s);
			assert_true(spread_init(s, NULL));
			spread_add(s, 0);
			spread_add(s, value);
			spread_add(s, SPREAD_LONGEST);
			assert_near((double)spread_rank(s, 500), (double)value, 1.0 / 16384);
		}
	}
}

static void test_what_is_longer_counts_as_the_longest(void **state)
{
	struct spread *s = *state;

	spread_add(s, UINT64_MAX);
	spread_add(s, UINT64_MAX);
	assert_int_equal(s->max, UINT64_MAX);
	spread_add(s, 1);
	assert_int_equal(spread_rank(s, 1), 1);
	assert_near((double)spread_rank(s, 500), (double)SPREAD_LONGEST, 1.0 / 16384);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_nothing_has_no_spread, setup, teardown),
		cmocka_unit_test_setup_teardown(test_one_value_is_all_of_it, setup, teardown),
		cmocka_unit_test_setup_teardown(test_small_values_are_exact, setup, teardown),
		cmocka_unit_test_setup_teardown(test_percentiles_of_many, setup, teardown),
		cmocka_unit_test_setup_teardown(test_every_magnitude, setup, teardown),
		cmocka_unit_test_setup_teardown(test_what_is_longer_counts_as_the_longest, setup,
						teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
