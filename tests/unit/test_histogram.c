/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Histograms: what a bucket holds, octaves, quantiles.
 */
#include "util/histogram.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static void an_empty_one_tells_nothing(void **state)
{
	const struct histogram h = { 0 };

	(void)state;
	assert_int_equal(histogram_quantile(&h, 0), 0);
	assert_int_equal(histogram_quantile(&h, 500), 0);
	assert_int_equal(histogram_quantile(&h, 1000), 0);
	assert_int_equal(histogram_octave(&h, 0), 0);
}

static void quantiles(void **state)
{
	static const struct {
		uint64_t values[8];
		size_t n;
		unsigned permille;
		uint64_t want;
	} cases[] = {
		{ { 5 }, 1, 0, 5 },
		{ { 5 }, 1, 1000, 5 },
		{ { 1, 2, 3 }, 3, 500, 2 },
		{ { 1, 2, 3, 4 }, 4, 500, 2 },
		{ { 1, 2, 3, 4 }, 4, 990, 4 },
		{ { 0, 0, 0, 9 }, 4, 750, 0 },
		{ { 0, 0, 0, 9 }, 4, 751, 9 },
		/* 100 lies in 96..103, but no more than the most is told */
		{ { 100 }, 1, 500, 100 },
		{ { 100, 100, 5000 }, 3, 500, 103 },
		{ { 1, 1ull << 60 }, 2, 1000, 1ull << 60 },
		{ { 1ull << 50, 1ull << 60 }, 2, 100, 1ull << 60 },
		{ { UINT64_MAX }, 1, 500, UINT64_MAX },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct histogram h = { 0 };

		for (size_t k = 0; k < cases[i].n; k++)
			histogram_add(&h, cases[i].values[k]);
		assert_int_equal(h.count, cases[i].n);
		assert_true(histogram_quantile(&h, cases[i].permille) == cases[i].want);
	}
}

/* Both ends of each octave, and what lies past the last one. */
static void octaves(void **state)
{
	struct histogram h = { 0 };

	(void)state;
	for (unsigned i = 0; i < 64; i++) {
		histogram_add(&h, i ? 1ull << i : 0);
		histogram_add(&h, (1ull << i) + ((1ull << i) - 1));
		assert_int_equal(histogram_octave_of(1ull << i),
				 i < HISTOGRAM_OCTAVES ? i : HISTOGRAM_OCTAVES - 1);
	}
	for (unsigned i = 0; i < HISTOGRAM_OCTAVES - 1; i++)
		assert_int_equal(histogram_octave(&h, i), 2);
	assert_int_equal(histogram_octave(&h, HISTOGRAM_OCTAVES - 1),
			 2 * (64 - HISTOGRAM_OCTAVES + 1));
	assert_int_equal(histogram_octave_of(0), 0);
	assert_true(h.least == 0 && h.most == UINT64_MAX);
}

static void a_value_is_known_to_an_eighth(void **state)
{
	(void)state;
	for (uint64_t v = 1; v < 1ull << 41; v += v / 7 + 1) {
		struct histogram h = { 0 };
		uint64_t got;

		histogram_add(&h, v);
		histogram_add(&h, v);
		histogram_add(&h, 4 * v);
		got = histogram_quantile(&h, 500);
		assert_true(got >= v && got - v <= v / 8);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_empty_one_tells_nothing),
		cmocka_unit_test(quantiles),
		cmocka_unit_test(octaves),
		cmocka_unit_test(a_value_is_known_to_an_eighth),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
