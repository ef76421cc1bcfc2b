/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The list as a model: following, selecting, moving over runs of errors, and
 * selections that outlive their place in the store.
 */
#include "deck.h"

#include <locale.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static void add(struct deck *d, int count)
{
	for (int i = 0; i < count; i++)
		deck_rx(d, 1, deck_addr("10.0.0.9", 5353), "x");
}

static void test_a_step_selects_the_newest(void **state)
{
	struct deck *d = *state;

	add(d, 30);
	assert_int_equal(deck_selected(d), 0);
	list_move(&d->view, LIST_PREVIOUS);
	assert_int_equal(deck_selected(d), 30);
	list_move(&d->view, LIST_PREVIOUS);
	assert_int_equal(deck_selected(d), 29);
	list_move(&d->view, LIST_NEXT);
	list_move(&d->view, LIST_NEXT);
	assert_int_equal(deck_selected(d), 30);
	assert_true(d->view.list.paused);
}

static void test_moves_from_number_20(void **state)
{
	static const struct {
		enum list_move move;
		uint64_t to; /* 0: following again */
	} table[] = {
		{ LIST_NEXT, 21 },      { LIST_PREVIOUS, 19 }, { LIST_FIRST, 1 },
		{ LIST_LAST, 0 },       { LIST_PAGE_UP, 10 },  { LIST_PAGE_DOWN, 30 },
		{ LIST_HALF_DOWN, 25 }, { LIST_HALF_UP, 15 },
	};
	struct deck *d = *state;

	add(d, 35);
	for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
		assert_true(list_select_number(&d->view, 20, NULL));
		list_move(&d->view, table[i].move);
		assert_int_equal(deck_selected(d), table[i].to);
	}
}

static void test_moves_while_following(void **state)
{
	static const struct {
		enum list_move move;
		uint64_t to;
	} table[] = {
		{ LIST_NEXT, 35 },    { LIST_PREVIOUS, 35 }, { LIST_FIRST, 1 },
		{ LIST_LAST, 0 },     { LIST_PAGE_UP, 25 },  { LIST_PAGE_DOWN, 0 },
		{ LIST_HALF_UP, 30 }, { LIST_HALF_DOWN, 0 },
	};
	struct deck *d = *state;

	add(d, 35);
	for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
		list_follow(&d->view);
		list_move(&d->view, table[i].move);
		assert_int_equal(deck_selected(d), table[i].to);
	}
}

static void test_page_down_past_the_bottom_follows(void **state)
{
	struct deck *d = *state;

	add(d, 35);
	list_select_number(&d->view, 30, NULL);
	list_move(&d->view, LIST_HALF_DOWN);
	assert_int_equal(deck_selected(d), 35);
	list_move(&d->view, LIST_HALF_DOWN);
	assert_int_equal(deck_selected(d), 35);
	list_move(&d->view, LIST_PAGE_DOWN);
	assert_false(d->view.list.paused);
}

static void test_an_empty_list(void **state)
{
	struct deck *d = *state;
	struct store_hold hold = { 0 };
	struct packet p;

	for (int move = LIST_NEXT; move <= LIST_HALF_UP; move++)
		list_move(&d->view, (enum list_move)move);
	assert_false(d->view.list.paused);
	assert_false(list_select_row(&d->view, 0));
	assert_false(view_shown_packet(&d->view, &hold, &p));
	assert_false(view_answered_packet(&d->view, &hold, &p));
}

static void test_a_run_is_one_row(void **state)
{
	struct deck *d = *state;
	struct addr peer = deck_addr("127.0.0.1", 53);

	add(d, 1);
	for (int i = 0; i < 5; i++)
		deck_refused(d, 1, peer, 1);
	add(d, 1);
	list_select_number(&d->view, 7, NULL);
	list_move(&d->view, LIST_PREVIOUS);
	assert_int_equal(deck_selected(d), 2);
	list_move(&d->view, LIST_PREVIOUS);
	assert_int_equal(deck_selected(d), 1);
	list_move(&d->view, LIST_NEXT);
	list_move(&d->view, LIST_NEXT);
	assert_int_equal(deck_selected(d), 7);
	/* A packet inside of the run may be selected by its number. */
	assert_true(list_select_number(&d->view, 4, NULL));
	assert_int_equal(deck_selected(d), 4);
	list_move(&d->view, LIST_NEXT);
	assert_int_equal(deck_selected(d), 7);
}

static void test_a_selection_outlives_its_place(void **state)
{
	struct deck *d = *state;
	struct store_hold hold = { 0 };
	struct store_stats stats;
	struct packet p;
	struct error e;

	deck_rx(d, 1, deck_addr("10.0.0.1", 1), "the first of all");
	list_select_number(&d->view, 1, NULL);
	add(d, 2000);
	store_stats(d->session.store, &stats);
	assert_true(stats.first_no > 1);
	assert_int_equal(deck_selected(d), 1);
	assert_int_equal(list_newer(&d->view), 2000);
	assert_true(view_shown_packet(&d->view, &hold, &p));
	assert_memory_equal(p.data, "the first of all", p.stored);
	assert_true(view_answered_packet(&d->view, &hold, &p));
	assert_int_equal(p.no, 1);
	store_hold_done(&hold);
	/* Found by number because it is the selection; another one that is gone is not. */
	assert_true(list_select_number(&d->view, 1, &e));
	assert_false(list_select_number(&d->view, 2, &e));
	assert_int_equal(e.code, ERR_STATE);
	list_move(&d->view, LIST_PREVIOUS);
	assert_int_equal(deck_selected(d), 1);
	list_move(&d->view, LIST_NEXT);
	assert_int_equal(deck_selected(d), stats.first_no);
}

static void test_numbers_that_are_not_there(void **state)
{
	struct deck *d = *state;
	struct error e;

	assert_false(list_select_number(&d->view, 1, &e));
	assert_int_equal(e.code, ERR_STATE);
	add(d, 3);
	assert_false(list_select_number(&d->view, 4, &e));
	assert_int_equal(e.code, ERR_RANGE);
	assert_string_equal(e.text, "there is no #4 yet, the newest is #3");
	assert_false(list_select_number(&d->view, 0, &e));
	assert_int_equal(e.code, ERR_RANGE);
	assert_false(d->view.list.paused);
}

static void test_newer_than_an_event(void **state)
{
	struct deck *d = *state;

	add(d, 3);
	deck_event(d, PACKET_JOIN, 1, "joined 239.1.2.3");
	deck_event(d, PACKET_NOTE, 1, "hello");
	list_move(&d->view, LIST_PREVIOUS);
	assert_int_equal(d->view.list.selected.packet.kind, PACKET_NOTE);
	assert_int_equal(list_newer(&d->view), 0);
	add(d, 4);
	assert_int_equal(list_newer(&d->view), 4);
	list_follow(&d->view);
	assert_int_equal(list_newer(&d->view), 0);
}

static void test_cleared_packets_are_not_listed(void **state)
{
	struct deck *d = *state;
	struct store_hold hold = { 0 };
	struct packet p;

	add(d, 20);
	d->view.list.cleared = d->view.list.end;
	list_move(&d->view, LIST_PREVIOUS);
	assert_false(d->view.list.paused);
	assert_false(view_shown_packet(&d->view, &hold, &p));
	add(d, 3);
	list_move(&d->view, LIST_FIRST);
	assert_int_equal(deck_selected(d), 21);
	list_move(&d->view, LIST_PREVIOUS);
	assert_int_equal(deck_selected(d), 21);
	store_hold_done(&hold);
}

static void test_shown_and_answered(void **state)
{
	struct deck *d = *state;
	struct store_hold hold = { 0 };
	struct packet p;

	deck_rx(d, 1, deck_addr("10.0.0.1", 1), "one");
	deck_tx(d, 1, deck_addr("10.0.0.1", 1), "two");
	deck_event(d, PACKET_NOTE, 1, "three");
	assert_true(view_shown_packet(&d->view, &hold, &p));
	assert_int_equal(p.no, 2);
	assert_true(view_answered_packet(&d->view, &hold, &p));
	assert_int_equal(p.no, 1);
	/* A selected tx is shown, but it is the newest rx that is answered. */
	list_select_number(&d->view, 2, NULL);
	assert_true(view_answered_packet(&d->view, &hold, &p));
	assert_int_equal(p.no, 1);
	store_hold_done(&hold);
}

static void test_a_selected_tx_learns_its_result(void **state)
{
	struct deck *d = *state;
	struct store_hold hold = { 0 };
	struct packet p = {
		.kind = PACKET_TX,
		.socket = 1,
		.peer = deck_addr("10.0.0.1", 1),
		.result = PACKET_TX_PENDING,
	};

	deck_add(d, p);
	list_select_number(&d->view, 1, NULL);
	store_mark(d->session.store, &(uint64_t){ 0 }, 1, PACKET_TX_SENT);
	assert_true(view_shown_packet(&d->view, &hold, &p));
	assert_int_equal(p.result, PACKET_TX_SENT);
	store_hold_done(&hold);
}

static void test_rows_as_drawn(void **state)
{
	struct deck *d = *state;

	add(d, 50);
	deck_draw(d, 24, 80);
	assert_int_equal(d->view.list.rows, 17);
	assert_true(list_select_row(&d->view, 0));
	assert_int_equal(deck_selected(d), 34);
	assert_true(list_select_row(&d->view, 16));
	assert_int_equal(deck_selected(d), 50);
	assert_false(list_select_row(&d->view, 17));
	assert_false(list_select_row(&d->view, -1));
	assert_int_equal(deck_selected(d), 50);
}

/* New packets do not move what is looked at, and the bar keeps its row where it can. */
static void test_paused_rows_stand_still(void **state)
{
	struct deck *d = *state;
	char before[128];

	add(d, 50);
	deck_draw(d, 24, 80);
	list_select_row(&d->view, 5);
	deck_draw(d, 24, 80);
	snprintf(before, sizeof(before), "%s", deck_row(d, 3));
	add(d, 40);
	deck_draw(d, 24, 80);
	assert_string_equal(deck_row(d, 3), before);
	assert_int_equal(d->view.list.selected_row, 5);
	assert_int_equal(deck_row(d, 8)[0], '>');
	d->view.details.open = true;
	deck_draw(d, 24, 80);
	assert_int_equal(deck_row(d, 8)[0], '>');
	deck_draw(d, 12, 80);
	assert_int_equal(d->view.list.selected_row, d->view.list.rows - 1);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, deck_setup, deck_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_a_step_selects_the_newest),
		TEST(test_moves_from_number_20),
		TEST(test_moves_while_following),
		TEST(test_page_down_past_the_bottom_follows),
		TEST(test_an_empty_list),
		TEST(test_a_run_is_one_row),
		TEST(test_a_selection_outlives_its_place),
		TEST(test_numbers_that_are_not_there),
		TEST(test_newer_than_an_event),
		TEST(test_cleared_packets_are_not_listed),
		TEST(test_shown_and_answered),
		TEST(test_a_selected_tx_learns_its_result),
		TEST(test_rows_as_drawn),
		TEST(test_paused_rows_stand_still),
	};

	setlocale(LC_ALL, "C.UTF-8");
	return cmocka_run_group_tests(tests, NULL, NULL);
}
