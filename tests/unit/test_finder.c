/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Finding: from where, around the end, under a filter, in turns, and the places in a datagram. */
#include "deck.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

/* The number of what was found, 0: nothing. */
static uint64_t finish(struct deck *d)
{
	enum finding state;

	while ((state = view_find_turn(&d->view, &clock_system, UINT64_MAX)) == FINDER_LOOKING)
		;
	return state == FINDER_FOUND ? deck_selected(d) : 0;
}

static uint64_t find(struct deck *d, const char *text)
{
	struct error e = { .code = ERR_NONE };

	if (!view_find(&d->view, text, strlen(text), &e))
		fail_msg("%s: %s", text, e.text);
	return finish(d);
}

static uint64_t again(struct deck *d, bool up)
{
	view_find_again(&d->view, up);
	return finish(d);
}

static void filter(struct deck *d, const char *text)
{
	assert_true(list_filter(&d->view, text, strlen(text), NULL));
}

static void what_it_passed_over_is_counted(void **state)
{
	const char costly[] = "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaab";
	struct deck *d = *state;
	struct addr peer = deck_addr("10.0.0.9", 5353);

	deck_rx(d, 1, peer, costly);
	deck_rx(d, 1, peer, "aaa");
	deck_rx(d, 1, peer, costly);
	deck_rx(d, 1, peer, costly);
	assert_int_equal(find(d, "/^(a+)+$/"), 2);
	assert_int_equal(d->view.finder.unknown, 2);
	assert_int_equal(again(d, false), 2);
	assert_int_equal(d->view.finder.unknown, 3);
	list_follow(&d->view);
	assert_int_equal(find(d, "text contains aaa and not text ~ /^(a+)+$/"), 0);
	assert_int_equal(d->view.finder.unknown, 3);
}

static void following_the_newest_is_found(void **state)
{
	struct deck *d = *state;

	deck_digits(d, 100);
	assert_int_equal(find(d, "3"), 94);
	assert_false(d->view.finder.wrapped);
	assert_int_equal(again(d, true), 84);
	assert_int_equal(again(d, false), 94);
	assert_false(d->view.finder.wrapped);
	assert_int_equal(again(d, false), 4);
	assert_true(d->view.finder.wrapped);
	assert_int_equal(again(d, true), 94);
	assert_true(d->view.finder.wrapped);
}

static void paused_it_is_the_next_one(void **state)
{
	struct deck *d = *state;

	deck_digits(d, 100);
	assert_true(list_select_number(&d->view, 44, NULL));
	assert_int_equal(find(d, "3"), 54);
	assert_int_equal(find(d, "no == 54"), 54);
	assert_true(d->view.finder.wrapped);
	assert_int_equal(find(d, "no == 50"), 50);
	assert_true(d->view.finder.wrapped);
}

static void a_folded_row_is_one_step(void **state)
{
	struct deck *d = *state;

	for (int i = 0; i < 10; i++) {
		if (i == 0 || i == 6)
			deck_digits(d, 1);
		else
			deck_refused(d, 1, deck_addr("10.0.0.9", 53), 1);
	}
	assert_int_equal(find(d, "kind == icmp"), 10);
	assert_int_equal(again(d, true), 6);
	assert_int_equal(again(d, true), 10);
	assert_true(d->view.finder.wrapped);
	assert_int_equal(again(d, false), 2);
	assert_int_equal(again(d, false), 8);
}

static void what_is_nowhere_moves_nothing(void **state)
{
	struct deck *d = *state;

	assert_int_equal(find(d, "x"), 0);
	deck_digits(d, 1000);
	assert_int_equal(find(d, "x"), 0);
	assert_int_equal(d->view.finder.state, FINDER_NOTHING);
	assert_false(d->view.list.paused);
	assert_true(list_select_number(&d->view, 44, NULL));
	assert_int_equal(find(d, "x"), 0);
	assert_int_equal(deck_selected(d), 44);
}

static void the_filter_is_respected(void **state)
{
	struct deck *d = *state;

	deck_digits(d, 100);
	filter(d, "no < 50");
	/* nothing was looked at for the filter yet */
	assert_int_equal(find(d, "3"), 44);
	while (list_filter_turn(&d->view, &clock_system, UINT64_MAX))
		;
	assert_int_equal(again(d, false), 4);
	assert_int_equal(again(d, true), 44);
	filter(d, "text == 4");
	assert_int_equal(find(d, "3"), 0);
}

static void what_is_gone_or_cleared_is_not_found(void **state)
{
	struct deck *d = *state;
	struct store_stats stats;

	deck_digits(d, 10000);
	store_stats(d->session.store, &stats);
	assert_true(stats.first_no > 1);
	assert_true(list_select_number(&d->view, 9994, NULL));
	assert_int_equal(find(d, "no < 9000"), stats.first_no);
	d->view.list.cleared = d->view.list.end;
	assert_int_equal(find(d, "3"), 0);
	deck_digits(d, 10);
	assert_int_equal(find(d, "3"), 10004);
}

static void a_fault_keeps_the_old_one(void **state)
{
	struct deck *d = *state;
	struct error e = { .code = ERR_NONE, .at = -1 };

	deck_digits(d, 10);
	assert_int_equal(find(d, "3"), 4);
	assert_false(view_find(&d->view, "len ==", 6, &e));
	assert_int_equal(e.at, 6);
	assert_int_equal(again(d, false), 4);
	assert_true(view_find(&d->view, "", 0, &e));
	assert_null(d->view.finder.what);
	assert_int_equal(view_find_turn(&d->view, &clock_system, UINT64_MAX), FINDER_IDLE);
}

static void who_moves_ends_it(void **state)
{
	struct deck *d = *state;

	deck_digits(d, 5000);
	assert_true(view_find(&d->view, "no == 1", 7, NULL));
	assert_int_equal(view_find_turn(&d->view, &clock_system, 0), FINDER_LOOKING);
	list_move(&d->view, LIST_PREVIOUS);
	assert_int_equal(view_find_turn(&d->view, &clock_system, UINT64_MAX), FINDER_IDLE);
	assert_int_equal(deck_selected(d), 5000);
}

/* A tenth of a millisecond for each look. */
static uint64_t slow(void *ctx)
{
	uint64_t *ns = ctx;

	return *ns += 100000;
}

static void it_goes_on_in_turns(void **state)
{
	struct deck *d = *state;
	uint64_t ns = 0;
	const struct clock clock = { .monotonic = slow, .ctx = &ns };
	int turns = 0;

	deck_digits(d, 2000);
	assert_true(view_find(&d->view, "no == 1", 7, NULL));
	while (view_find_turn(&d->view, &clock, ns + 200000) == FINDER_LOOKING) {
		deck_digits(d, 1);
		turns++;
	}
	assert_in_range(turns, 2, 100);
	assert_int_equal(d->view.finder.state, FINDER_FOUND);
	assert_int_equal(deck_selected(d), 1);
}

static void places_in_a_datagram_go_round(void **state)
{
	struct deck *d = *state;
	struct found_places at;

	deck_rx(d, 1, deck_addr("10.0.0.9", 5353), "..ab..ab..ab");
	assert_int_equal(find(d, "ab"), 1);
	assert_int_equal(d->view.details.byte, 2);
	at = view_find_place(&d->view, false);
	assert_true(at.number == 2 && at.count == 3);
	assert_int_equal(d->view.details.byte, 6);
	view_find_place(&d->view, false);
	assert_int_equal(d->view.details.byte, 10);
	view_find_place(&d->view, false);
	assert_int_equal(d->view.details.byte, 2);
	at = view_find_place(&d->view, true);
	assert_true(at.number == 3 && at.count == 3);
	assert_int_equal(d->view.details.byte, 10);
	at = view_find_place(&d->view, true);
	assert_true(at.number == 2 && d->view.details.byte == 6);
	d->view.details.byte = 7;
	view_find_place(&d->view, true);
	assert_int_equal(d->view.details.byte, 6);
	find(d, "len > 3");
	assert_int_equal(view_find_place(&d->view, false).count, 0);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, deck_setup_large, deck_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(following_the_newest_is_found),
		TEST(paused_it_is_the_next_one),
		TEST(a_folded_row_is_one_step),
		TEST(what_is_nowhere_moves_nothing),
		TEST(the_filter_is_respected),
		TEST(what_is_gone_or_cleared_is_not_found),
		TEST(a_fault_keeps_the_old_one),
		TEST(who_moves_ends_it),
		TEST(it_goes_on_in_turns),
		TEST(places_in_a_datagram_go_round),
		TEST(what_it_passed_over_is_counted),
	};

	return cmocka_run_group_tests_name("finder", tests, NULL, NULL);
}
