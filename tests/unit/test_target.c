/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Targets: pinning, roaming, going back, freezing while a line is typed.
 */
#include "session/target.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static struct addr peer(uint16_t port)
{
	struct addr a = { .family = AF_INET, .port = port };

	a.bytes[0] = 127;
	a.bytes[3] = 1;
	return a;
}

/* The port of the only address, 0 if there is none. */
static uint16_t only(const struct target *t)
{
	const struct addr *addrs;
	size_t count = target_addrs(t, &addrs);

	assert_true(count <= 1);
	return count ? addrs[0].port : 0;
}

static void pin(struct target *t, uint16_t port)
{
	struct addr a = peer(port);

	assert_true(target_pin(t, &a, 1, NULL));
}

static void heard(struct target *t, uint16_t port)
{
	struct addr a = peer(port);

	target_heard(t, &a);
}

static void test_none_goes_nowhere(void **state)
{
	struct target t = { 0 };

	(void)state;
	heard(&t, 1);
	assert_int_equal(only(&t), 0);
	target_done(&t);
}

static void test_roaming_follows_the_last_peer(void **state)
{
	struct target t = { 0 };

	(void)state;
	target_roam(&t);
	assert_int_equal(only(&t), 0);
	heard(&t, 1);
	assert_int_equal(only(&t), 1);
	heard(&t, 2);
	assert_int_equal(only(&t), 2);
	target_done(&t);
}

static void test_a_frozen_target_stays_until_thawed(void **state)
{
	struct target t = { 0 };

	(void)state;
	target_roam(&t);
	heard(&t, 1);
	target_freeze(&t);
	heard(&t, 2);
	target_freeze(&t);
	assert_int_equal(only(&t), 1);
	target_thaw(&t);
	assert_int_equal(only(&t), 2);
	target_done(&t);
}

static void test_frozen_before_anybody_was_heard(void **state)
{
	struct target t = { 0 };

	(void)state;
	target_roam(&t);
	target_freeze(&t);
	heard(&t, 1);
	assert_int_equal(only(&t), 0);
	target_done(&t);
}

static void test_a_list_is_a_copy(void **state)
{
	struct target t = { 0 };
	struct addr list[] = { peer(1), peer(2), peer(3) };
	const struct addr *addrs;

	(void)state;
	assert_true(target_pin(&t, list, 3, NULL));
	list[1] = peer(9);
	assert_int_equal(target_addrs(&t, &addrs), 3);
	assert_int_equal(addrs[1].port, 2);
	heard(&t, 7);
	assert_int_equal(target_addrs(&t, &addrs), 3);
	target_done(&t);
}

static void test_swap_goes_back_and_forth(void **state)
{
	struct target t = { 0 };
	struct error e;

	(void)state;
	assert_false(target_swap(&t, &e));
	assert_int_equal(e.code, ERR_STATE);
	pin(&t, 1);
	assert_false(target_swap(&t, &e));
	pin(&t, 2);
	assert_true(target_swap(&t, &e));
	assert_int_equal(only(&t), 1);
	assert_true(target_swap(&t, &e));
	assert_int_equal(only(&t), 2);
	target_done(&t);
}

static void test_the_same_again_keeps_the_one_before(void **state)
{
	struct target t = { 0 };

	(void)state;
	target_roam(&t);
	pin(&t, 1);
	pin(&t, 1);
	assert_true(target_swap(&t, NULL));
	assert_int_equal(t.now.kind, TARGET_ROAMING);
	target_done(&t);
}

static void test_an_empty_list_is_refused(void **state)
{
	struct target t = { 0 };
	struct error e;

	(void)state;
	pin(&t, 1);
	assert_false(target_pin(&t, NULL, 0, &e));
	assert_int_equal(e.code, ERR_STATE);
	assert_int_equal(only(&t), 1);
	target_done(&t);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_none_goes_nowhere),
		cmocka_unit_test(test_roaming_follows_the_last_peer),
		cmocka_unit_test(test_a_frozen_target_stays_until_thawed),
		cmocka_unit_test(test_frozen_before_anybody_was_heard),
		cmocka_unit_test(test_a_list_is_a_copy),
		cmocka_unit_test(test_swap_goes_back_and_forth),
		cmocka_unit_test(test_the_same_again_keeps_the_one_before),
		cmocka_unit_test(test_an_empty_list_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
