/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The list with a filter: what it shows, what is selected, and what packets that come and go do. */
#include "deck.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static void filter(struct deck *d, const char *text)
{
	struct error e = { .code = ERR_NONE };

	if (!list_filter(&d->view, text, strlen(text), &e))
		fail_msg("%s: %s", text, e.text);
	while (list_filter_turn(&d->view, &clock_system, UINT64_MAX))
		;
}

static uint64_t select_at(struct deck *d, enum list_move move)
{
	list_move(&d->view, move);
	return deck_selected(d);
}

static void only_matches_are_rows(void **state)
{
	struct deck *d = *state;

	deck_digits(d, 100);
	filter(d, "text == 3");
	assert_int_equal(d->view.list.matches.count, 10);
	assert_int_equal(select_at(d, LIST_PREVIOUS), 94);
	assert_int_equal(select_at(d, LIST_PREVIOUS), 84);
	assert_int_equal(select_at(d, LIST_NEXT), 94);
	assert_int_equal(select_at(d, LIST_NEXT), 94);
	assert_int_equal(select_at(d, LIST_FIRST), 4);
	assert_int_equal(select_at(d, LIST_PREVIOUS), 4);
	assert_int_equal(select_at(d, LIST_HALF_DOWN), 54);
	filter(d, "");
	assert_int_equal(deck_selected(d), 54);
	assert_int_equal(select_at(d, LIST_NEXT), 55);
}

static void what_the_filter_gives_up_on_is_counted(void **state)
{
	const char costly[] = "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaab";
	struct deck *d = *state;

	deck_rx(d, 1, deck_addr("10.0.0.9", 5353), costly);
	deck_rx(d, 1, deck_addr("10.0.0.9", 5353), "aaa");
	filter(d, "not text ~ /^(a+)+$/");
	deck_rx(d, 1, deck_addr("10.0.0.9", 5353), costly);
	deck_rx(d, 1, deck_addr("10.0.0.9", 5353), "b");
	assert_int_equal(d->view.list.matches.count, 1);
	assert_int_equal(d->view.list.matches.unknown, 2);
	deck_draw(d, 24, 80);
	assert_non_null(strstr(deck_row(d, 1), "1 of 4, 2 too costly"));
	assert_true(list_refilter(&d->view, NULL));
	while (list_filter_turn(&d->view, &clock_system, UINT64_MAX))
		;
	assert_int_equal(d->view.list.matches.unknown, 2);
	filter(d, "text ~ /a/");
	assert_int_equal(d->view.list.matches.unknown, 0);
}

static void what_comes_is_filtered(void **state)
{
	struct deck *d = *state;
	struct store_hold hold = { 0 };
	struct packet p;

	deck_digits(d, 5);
	filter(d, "text == 3");
	assert_int_equal(d->view.list.matches.count, 1);
	deck_digits(d, 15);
	assert_int_equal(d->view.list.matches.count, 3);
	assert_true(view_shown_packet(&d->view, &hold, &p));
	assert_int_equal(p.no, 19);
	store_hold_done(&hold);
	assert_int_equal(select_at(d, LIST_FIRST), 4);
}

static void the_selection_goes_to_the_nearest(void **state)
{
	static const struct {
		uint64_t before;
		const char *filter;
		uint64_t after;
	} rows[] = {
		{ 54, "text == 3", 54 }, { 53, "text == 3", 54 },  { 57, "text == 3", 54 },
		{ 59, "text == 3", 64 }, { 1, "text == 3", 4 },    { 99, "text == 3", 94 },
		{ 50, "no == 7", 7 },    { 50, "no == 100", 100 }, { 50, "no == 1000", 50 },
	};
	struct deck *d = *state;

	deck_digits(d, 100);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		filter(d, "");
		assert_true(list_select_number(&d->view, rows[i].before, NULL));
		filter(d, rows[i].filter);
		assert_int_equal(deck_selected(d), rows[i].after);
	}
}

static void look_again(struct deck *d)
{
	assert_true(list_refilter(&d->view, NULL));
	while (list_filter_turn(&d->view, &clock_system, UINT64_MAX))
		;
}

/* Each time with the filter, and without; what comes while they are muted is hidden too. */
static void muted_peers_are_no_rows(void **state)
{
	struct deck *d = *state;
	struct peer_table *peers = &d->session.peers;
	struct peer *one;

	for (int i = 0; i < 10; i++) {
		deck_rx(d, 1, deck_addr("10.0.0.1", 7), "one");
		deck_rx(d, 1, deck_addr("10.0.0.2", 7), "two");
	}
	one = peer_by_number(peers, 1);
	assert_non_null(one);
	peer_mute(peers, one, true);
	look_again(d);
	assert_int_equal(d->view.list.matches.count, 10);
	assert_int_equal(select_at(d, LIST_FIRST), 2);
	assert_int_equal(select_at(d, LIST_NEXT), 4);
	deck_rx(d, 1, deck_addr("10.0.0.1", 7), "one");
	deck_rx(d, 1, deck_addr("10.0.0.3", 7), "three");
	assert_int_equal(d->view.list.matches.count, 11);
	filter(d, "text == three");
	assert_int_equal(d->view.list.matches.count, 1);
	filter(d, "text == one");
	assert_int_equal(d->view.list.matches.count, 0);
	list_follow(&d->view);
	deck_draw(d, 24, 80);
	assert_string_equal(deck_row(d, 3), " nothing of peers that are shown matches the filter; "
					    ":filter, :unmute show more");
	peer_solo(peers, one, true);
	look_again(d);
	assert_int_equal(d->view.list.matches.count, 11);
	filter(d, "");
	assert_int_equal(d->view.list.matches.count, 11);
	peer_solo(peers, one, false);
	peer_mute(peers, one, false);
	look_again(d);
	assert_false(matches_on(&d->view.list.matches));
	assert_int_equal(select_at(d, LIST_FIRST), 1);
}

static void a_fault_keeps_the_old_one(void **state)
{
	struct deck *d = *state;
	struct error e = { .code = ERR_NONE };

	deck_digits(d, 20);
	filter(d, "text == 3");
	assert_false(list_filter(&d->view, "text == 3 and lem > 1", 21, &e));
	assert_int_equal(e.at, 14);
	assert_string_equal(d->view.list.matches.text, "text == 3");
	assert_int_equal(d->view.list.matches.count, 2);
}

static void what_is_gone_is_no_match(void **state)
{
	struct deck *d = *state;
	struct store_stats stats;
	uint64_t first;

	deck_digits(d, 100);
	filter(d, "text == 3");
	for (int i = 0; i < 200; i++)
		deck_digits(d, 100);
	store_stats(d->session.store, &stats);
	assert_true(stats.first_no > 1000);
	matches_forget(&d->view.list.matches, list_start(&d->view));
	first = select_at(d, LIST_FIRST);
	assert_true(first >= stats.first_no && first < stats.first_no + 10);
	assert_int_equal(first % 10, 4);
	assert_int_equal(d->view.list.matches.count, (stats.last_no + 6 - first) / 10);
	/* and the bits of what is gone went with it */
	assert_true(d->view.list.matches.words <= 4096);
}

static uint64_t ticks;

static void a_cleared_list_is_empty(void **state)
{
	struct deck *d = *state;
	uint64_t at;

	deck_digits(d, 100);
	filter(d, "text == 3");
	d->view.list.cleared = d->view.list.end;
	matches_forget(&d->view.list.matches, list_start(&d->view));
	assert_int_equal(d->view.list.matches.count, 0);
	assert_false(matches_next(&d->view.list.matches, 0, &at));
	deck_digits(d, 10);
	assert_int_equal(d->view.list.matches.count, 1);
	assert_int_equal(select_at(d, LIST_FIRST), 104);
}

/* A ns for each look. */
static uint64_t tick(void *ctx)
{
	(void)ctx;
	return ++ticks;
}

static const struct clock ticking = { .monotonic = tick };

/* A first turn that has no time looks at nothing; matches appear from the newest on. */
static void it_goes_on_in_turns(void **state)
{
	struct deck *d = *state;
	struct matches *m = &d->view.list.matches;

	deck_digits(d, 2000);
	assert_true(list_filter(&d->view, "text == 3", 9, NULL));
	assert_true(list_filter_turn(&d->view, &clock_system, 0));
	assert_int_equal(m->count, 0);
	m->block = 100;
	assert_true(list_filter_turn(&d->view, &ticking, ticks + 3));
	assert_in_range(m->count, 10, 190);
	assert_int_equal(select_at(d, LIST_LAST), 0);
	assert_int_equal(select_at(d, LIST_PREVIOUS), 1994);
	deck_digits(d, 10);
	while (list_filter_turn(&d->view, &clock_system, UINT64_MAX))
		;
	assert_int_equal(m->count, 201);
}

/* Two datagrams, three equal errors, a datagram, two errors. */
static void a_run_that_matches_is_one_row(void **state)
{
	struct deck *d = *state;
	struct addr peer = deck_addr("10.0.0.9", 9);

	deck_digits(d, 2);
	for (int i = 0; i < 3; i++)
		deck_refused(d, 1, peer, 1);
	deck_digits(d, 1);
	for (int i = 0; i < 2; i++)
		deck_refused(d, 1, peer, 1);
	filter(d, "kind == icmp");
	assert_int_equal(select_at(d, LIST_FIRST), 3);
	assert_int_equal(select_at(d, LIST_NEXT), 7);
	assert_int_equal(select_at(d, LIST_NEXT), 7);
	assert_int_equal(select_at(d, LIST_PREVIOUS), 3);
	/* but one of which a part is hidden is not */
	filter(d, "no >= 4");
	assert_int_equal(select_at(d, LIST_FIRST), 4);
	assert_int_equal(select_at(d, LIST_NEXT), 5);
	assert_int_equal(select_at(d, LIST_NEXT), 6);
	assert_int_equal(select_at(d, LIST_NEXT), 7);
	assert_int_equal(select_at(d, LIST_NEXT), 7);
	select_at(d, LIST_LAST);
	assert_int_equal(select_at(d, LIST_PREVIOUS), 7);
}

static void bits_are_found_at_the_edges_of_words(void **state)
{
	struct deck *d = *state;
	const struct matches *m = &d->view.list.matches;
	uint64_t at;

	deck_digits(d, 200);
	filter(d, "no in { 1, 64, 65, 128, 129, 200 }");
	assert_true(matches_next(m, 0, &at) && at == 0);
	assert_true(matches_next(m, 1, &at) && at == 63);
	assert_true(matches_next(m, 64, &at) && at == 64);
	assert_true(matches_next(m, 65, &at) && at == 127);
	assert_true(matches_next(m, 129, &at) && at == 199);
	assert_false(matches_next(m, 200, &at));
	assert_true(matches_previous(m, 1000000, &at) && at == 199);
	assert_true(matches_previous(m, 199, &at) && at == 128);
	assert_true(matches_previous(m, 128, &at) && at == 127);
	assert_true(matches_previous(m, 64, &at) && at == 63);
	assert_true(matches_previous(m, 63, &at) && at == 0);
	assert_false(matches_previous(m, 0, &at));
	assert_true(matches_all(m, 63, 64) && matches_all(m, 127, 128));
	assert_false(matches_all(m, 62, 64) || matches_all(m, 63, 65) || matches_all(m, 64, 127));
	assert_false(matches_has(m, 62) || matches_has(m, 1000000) || !matches_has(m, 63));
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, deck_setup_large, deck_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(only_matches_are_rows),
		TEST(what_the_filter_gives_up_on_is_counted),
		TEST(what_comes_is_filtered),
		TEST(the_selection_goes_to_the_nearest),
		TEST(muted_peers_are_no_rows),
		TEST(a_fault_keeps_the_old_one),
		TEST(what_is_gone_is_no_match),
		TEST(a_cleared_list_is_empty),
		TEST(it_goes_on_in_turns),
		TEST(a_run_that_matches_is_one_row),
		TEST(bits_are_found_at_the_edges_of_words),
	};

	return cmocka_run_group_tests_name("matches", tests, NULL, NULL);
}
