/* SPDX-License-Identifier: GPL-3.0-or-later */
/* How many answers a peer gets, and what happens when there are more peers than places. */
#include "session/quota.h"

#include "util/num.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#define START (1000 * NS_PER_S)

static int setup(void **state)
{
	*state = quota_new();
	return *state ? 0 : -1;
}

static int teardown(void **state)
{
	quota_free(*state);
	return 0;
}

static struct addr peer(uint32_t n)
{
	struct addr a = { .family = AF_INET, .port = 53 };

	a.bytes[0] = 10;
	a.bytes[1] = (uint8_t)(n >> 16);
	a.bytes[2] = (uint8_t)(n >> 8);
	a.bytes[3] = (uint8_t)n;
	return a;
}

static unsigned take(struct quota *q, uint32_t n, unsigned answers, uint64_t after)
{
	struct addr a = peer(n);

	return quota_take(q, &a, answers, START + after);
}

static void each_gets_so_many_in_a_second(void **state)
{
	struct quota *q = *state;

	for (unsigned i = 0; i + 1 < QUOTA; i++)
		assert_int_equal(take(q, 1, 1, 0), 1);
	assert_int_equal(take(q, 1, 2, 0), 1);
	assert_int_equal(take(q, 1, 1, NS_PER_S / 2), 0);
	assert_int_equal(take(q, 2, 1, NS_PER_S / 2), 1);
	assert_int_equal(take(q, 1, 1, 2 * NS_PER_S), 1);
}

static void so_they_do_in_the_long_run(void **state)
{
	struct quota *q = *state;
	unsigned got = 0;

	for (unsigned ms = 0; ms < 10000; ms++)
		got += take(q, 1, 5, (uint64_t)ms * NS_PER_MS);
	assert_in_range(got, 9 * QUOTA, 11 * QUOTA);
}

static void a_clock_that_is_set_back_silences_nobody(void **state)
{
	struct quota *q = *state;

	assert_int_equal(take(q, 1, QUOTA, 0), QUOTA);
	/* a thread that looked at it a moment before another one */
	assert_int_equal(take(q, 1, 1, -(uint64_t)1), 0);
	assert_int_equal(take(q, 1, 1, -(10 * NS_PER_S)), 1);
}

static void those_beyond_the_places_share(void **state)
{
	struct quota *q = *state;
	unsigned got = 0;

	for (uint32_t i = 0; i < QUOTA_PEERS; i++)
		assert_int_equal(take(q, i, 1, 0), 1);
	for (uint32_t i = 0; i < 2 * QUOTA; i++)
		got += take(q, QUOTA_PEERS + i, 1, NS_PER_S / 2);
	assert_int_equal(got, QUOTA);
	assert_int_equal(take(q, 7, 1, NS_PER_S / 2), 1);
	/* those that got nothing for two seconds make room, the others keep their place */
	assert_int_equal(take(q, 7, QUOTA - 3, NS_PER_S + NS_PER_S / 2), QUOTA - 3);
	for (uint32_t i = 0; i < 2 * QUOTA; i++)
		assert_int_equal(take(q, QUOTA_PEERS + i, 1, 2 * NS_PER_S), 1);
	assert_in_range(take(q, 7, 10, 2 * NS_PER_S), 0, 3);
}

#define CASE(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(each_gets_so_many_in_a_second),
		CASE(so_they_do_in_the_long_run),
		CASE(a_clock_that_is_set_back_silences_nobody),
		CASE(those_beyond_the_places_share),
	};

	return cmocka_run_group_tests_name("quota", tests, NULL, NULL);
}
