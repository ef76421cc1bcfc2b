/* SPDX-License-Identifier: GPL-3.0-or-later */
/* When what was captured is due again. */
#include "session/replay_pace.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#define MS UINT64_C(1000000)

static void test_distances_are_kept(void **state)
{
	struct replay_pace p = { .speed = 1 };

	(void)state;
	assert_int_equal(replay_pace_due(&p, 5000 * MS, 100 * MS), 100 * MS);
	replay_pace_done(&p, 100 * MS, 100 * MS);
	assert_int_equal(replay_pace_due(&p, 5250 * MS, 101 * MS), 350 * MS);
	/* the loop's own delay does not add up */
	replay_pace_done(&p, 350 * MS, 351 * MS);
	assert_int_equal(replay_pace_due(&p, 5300 * MS, 351 * MS), 400 * MS);
	assert_int_equal(p.late, 0);
}

static void test_speed_divides_them(void **state)
{
	struct replay_pace p = { .speed = 4 }, slow = { .speed = 0.5 }, fast = { .speed = 0 };

	(void)state;
	replay_pace_due(&p, 1000 * MS, 0);
	assert_int_equal(replay_pace_due(&p, 1400 * MS, 1), 100 * MS);
	replay_pace_due(&slow, 1000 * MS, 0);
	assert_int_equal(replay_pace_due(&slow, 1400 * MS, 1), 800 * MS);
	replay_pace_due(&fast, 1000 * MS, 0);
	assert_int_equal(replay_pace_due(&fast, 9000 * MS, 7), 7);
}

static void test_late_does_not_burst(void **state)
{
	struct replay_pace p = { .speed = 1 };
	uint64_t due;

	(void)state;
	replay_pace_due(&p, 0, 0);
	due = replay_pace_due(&p, 100 * MS, 0);
	replay_pace_done(&p, due, 700 * MS);
	assert_int_equal(p.late, 1);
	assert_int_equal(replay_pace_due(&p, 200 * MS, 700 * MS), 800 * MS);
	assert_int_equal(replay_pace_due(&p, 300 * MS, 700 * MS), 900 * MS);
}

static void test_times_that_go_back(void **state)
{
	struct replay_pace p = { .speed = 1 };

	(void)state;
	replay_pace_due(&p, 1000 * MS, 0);
	assert_int_equal(replay_pace_due(&p, 1500 * MS, 0), 500 * MS);
	assert_int_equal(replay_pace_due(&p, 1100 * MS, 500 * MS), 500 * MS);
	assert_int_equal(replay_pace_due(&p, 0, 500 * MS), 500 * MS);
	assert_int_equal(replay_pace_due(&p, 1600 * MS, 500 * MS), 600 * MS);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_distances_are_kept),
		cmocka_unit_test(test_speed_divides_them),
		cmocka_unit_test(test_late_does_not_burst),
		cmocka_unit_test(test_times_that_go_back),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
