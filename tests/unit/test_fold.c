/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Folds: which errors make a run, how runs are found and forgotten.
 */
#include "ui/fold.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static struct packet error_at(uint64_t seq, uint16_t port)
{
	return (struct packet){
		.seq = seq,
		.kind = PACKET_ICMP,
		.time = 1000 + seq,
		.socket = 1,
		.peer = { .family = AF_INET, .port = port },
		.icmp = { .type = 3, .code = 3, .origin = 1, .cause = seq },
	};
}

static void follow_errors(struct fold_table *t, uint64_t first, uint64_t last, uint16_t port)
{
	for (uint64_t seq = first; seq <= last; seq++) {
		struct packet p = error_at(seq, port);

		fold_follow(t, &p);
	}
}

static void follow_other(struct fold_table *t, uint64_t seq)
{
	struct packet p = { .seq = seq, .kind = PACKET_RX };

	fold_follow(t, &p);
}

static void test_equal_errors_make_a_run(void **state)
{
	struct fold_table t = { 0 };
	const struct fold *f;

	(void)state;
	follow_other(&t, 0);
	follow_errors(&t, 1, 5, 9);
	follow_other(&t, 6);
	assert_null(fold_find(&t, 0));
	assert_null(fold_find(&t, 6));
	for (uint64_t seq = 1; seq <= 5; seq++) {
		f = fold_find(&t, seq);
		assert_non_null(f);
		assert_int_equal(f->first, 1);
		assert_int_equal(f->last, 5);
		assert_int_equal(f->last_time, 1005);
	}
	fold_done(&t);
}

static void test_one_error_is_no_run(void **state)
{
	struct fold_table t = { 0 };

	(void)state;
	follow_errors(&t, 0, 0, 9);
	follow_other(&t, 1);
	follow_errors(&t, 2, 2, 9);
	assert_null(fold_find(&t, 0));
	assert_null(fold_find(&t, 2));
	fold_done(&t);
}

static void test_what_makes_errors_differ(void **state)
{
	struct packet others[6];

	(void)state;
	for (size_t i = 0; i < 6; i++)
		others[i] = error_at(1, 9);
	others[0].peer.port = 10;
	others[1].socket = 2;
	others[2].icmp.code = 1;
	others[3].icmp.offender.family = AF_INET;
	others[4].icmp.info = 1280;
	others[5].kind = PACKET_TX;
	for (size_t i = 0; i < 6; i++) {
		struct fold_table t = { 0 };

		follow_errors(&t, 0, 0, 9);
		fold_follow(&t, &others[i]);
		assert_null(fold_find(&t, 0));
		assert_null(fold_find(&t, 1));
		fold_done(&t);
	}
}

static void test_runs_side_by_side(void **state)
{
	struct fold_table t = { 0 };

	(void)state;
	follow_errors(&t, 0, 2, 9);
	follow_errors(&t, 3, 4, 10);
	assert_int_equal(fold_find(&t, 2)->last, 2);
	assert_int_equal(fold_find(&t, 3)->first, 3);
	assert_int_equal(fold_find(&t, 3)->last, 4);
	fold_done(&t);
}

static void test_forgotten_runs_make_room(void **state)
{
	struct fold_table t = { 0 };

	(void)state;
	for (uint64_t i = 0; i < 10000; i++) {
		follow_errors(&t, i * 3, i * 3 + 1, 9);
		follow_other(&t, i * 3 + 2);
		if (i > 100)
			fold_forget(&t, (i - 100) * 3 + 1);
	}
	assert_in_range(t.room, 100, 512);
	assert_null(fold_find(&t, 9890 * 3));
	/* A run of which only a part is gone is still a run. */
	assert_non_null(fold_find(&t, 9899 * 3));
	for (uint64_t i = 9900; i < 10000; i++) {
		assert_int_equal(fold_find(&t, i * 3)->first, i * 3);
		assert_int_equal(fold_find(&t, i * 3 + 1)->first, i * 3);
		assert_null(fold_find(&t, i * 3 + 2));
	}
	fold_done(&t);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_equal_errors_make_a_run),
		cmocka_unit_test(test_one_error_is_no_run),
		cmocka_unit_test(test_what_makes_errors_differ),
		cmocka_unit_test(test_runs_side_by_side),
		cmocka_unit_test(test_forgotten_runs_make_room),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
