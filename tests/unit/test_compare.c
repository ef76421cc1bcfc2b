/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Two packets beside each other, and bytes that changed since the datagram before.
 */
#include "deck.h"
#include "ui/changes.h"

#include <locale.h>
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#define TITLE_ROW 11 /* at 80x24 */
#define BODY_ROW 12
#define RIGHT 41
#define INFO 57 /* column of the list */

static int setup(void **state)
{
	struct deck *d;

	deck_setup(state);
	d = *state;
	d->view.details.open = true;
	d->view.details.mode = DETAILS_COMPARE;
	return 0;
}

static void mark(struct deck *d, uint64_t number)
{
	struct store_hold hold = { 0 };
	struct packet p;

	assert_true(list_find_number(&d->view, number, &hold, &p, NULL));
	assert_true(compare_mark(&d->view.compare, &p));
	store_hold_done(&hold);
}

/* ---- compared ---- */

static void test_side_by_side(void **state)
{
	struct deck *d = *state;

	deck_add(d, deck_datagram("temp=21 ok", 10));
	deck_add(d, deck_datagram("temp=23 ok", 10));
	mark(d, 1);
	deck_draw(d, 24, 80);
	assert_starts(deck_row(d, TITLE_ROW), "-#1 (marked) beside #2: 1 byte differs ---");
	assert_ends(deck_row(d, TITLE_ROW), "- 1-10 of 10 -");
	assert_string_equal(
		deck_row(d, BODY_ROW),
		" 0000 74 65 6d 70 3d 32 31 20  temp=21   0000 74 65 6d 70 3d 32 33 20  "
		"temp=23");
	assert_int_equal(deck_style(d, BODY_ROW, 1 + 5 + 3 * 5), STYLE_NORMAL);
	assert_int_equal(deck_style(d, BODY_ROW, 1 + 5 + 3 * 6), STYLE_CHANGED);
	assert_int_equal(deck_style(d, BODY_ROW, 1 + 30 + 6), STYLE_CHANGED);
	assert_int_equal(deck_style(d, BODY_ROW, RIGHT + 5 + 3 * 6), STYLE_CHANGED);
	assert_int_equal(deck_style(d, BODY_ROW, RIGHT + 30 + 6), STYLE_CHANGED);
	assert_starts(deck_row(d, BODY_ROW - 9), "m    ");
}

static void test_insertions_leave_gaps(void **state)
{
	struct deck *d = *state;

	deck_add(d, deck_datagram("abcdefgh", 8));
	deck_add(d, deck_datagram("abcXXdefgh", 10));
	mark(d, 1);
	deck_draw(d, 24, 80);
	assert_starts(deck_row(d, TITLE_ROW),
		      "-#1 (marked) beside #2: 0 bytes differ, 2 only in #2 ---");
	assert_string_equal(
		deck_row(d, BODY_ROW),
		" 0000 61 62 63 -- -- 64 65 66  abc  def  0000 61 62 63 58 58 64 65 66  "
		"abcXXdef");
	assert_starts(deck_row(d, BODY_ROW + 1), " 0006 67 68 ");
	assert_starts(deck_row(d, BODY_ROW + 1) + RIGHT, "0008 67 68 ");
	assert_int_equal(deck_style(d, BODY_ROW, 1 + 5 + 3 * 3), STYLE_CHANGED);
}

static void test_equal_ones_say_so(void **state)
{
	struct deck *d = *state;

	deck_add(d, deck_datagram("same", 4));
	deck_add(d, deck_datagram("same", 4));
	mark(d, 2);
	deck_draw(d, 24, 80);
	assert_starts(deck_row(d, TITLE_ROW), "-#2 (marked) beside #2: the same 4 bytes ---");
	compare_mark(&d->view.compare, NULL);
	deck_draw(d, 24, 80);
	assert_starts(deck_row(d, TITLE_ROW), "-nothing is marked: m marks a packet ---");
}

static void test_one_above_the_other(void **state)
{
	struct deck *d = *state;

	deck_add(d, deck_datagram("0123456789", 10));
	deck_add(d, deck_datagram("01234x6789", 10));
	mark(d, 1);
	deck_draw(d, 24, 60);
	assert_string_equal(deck_row(d, BODY_ROW), "-0000 30 31 32 33 34 35 36 37  01234567");
	assert_string_equal(deck_row(d, BODY_ROW + 1), "+0000 30 31 32 33 34 78 36 37  01234x67");
	assert_string_equal(deck_row(d, BODY_ROW + 2), "-0008 38 39                    89");
}

static void test_a_wide_screen(void **state)
{
	static char bytes[64];
	struct deck *d = *state;

	deck_add(d, deck_datagram(bytes, 64));
	deck_add(d, deck_datagram(bytes, 64));
	mark(d, 1);
	deck_draw(d, 24, 200);
	assert_int_equal(d->view.details.width, 16);
	d->view.details.hex_width = 8;
	deck_draw(d, 24, 200);
	assert_int_equal(d->view.details.width, 8);
}

static void test_it_begins_at_the_first_difference(void **state)
{
	static char one[1000], two[1000];
	struct deck *d = *state;

	memset(one, 'a', sizeof(one));
	memset(two, 'a', sizeof(two));
	two[500] = 'b';
	deck_add(d, deck_datagram(one, 1000));
	deck_add(d, deck_datagram(two, 1000));
	mark(d, 1);
	d->view.details.scroll = DETAILS_TO_DIFFERENCE;
	deck_draw(d, 24, 80);
	assert_int_equal(d->view.details.scroll, 61);
	assert_starts(deck_row(d, BODY_ROW), " 01e8 61 ");
	d->view.details.scroll = 9999;
	deck_draw(d, 24, 80);
	assert_ends(deck_row(d, TITLE_ROW), "- 937-1000 of 1000 -");
}

static void test_a_mark_survives_its_place(void **state)
{
	static char bytes[1000];
	struct deck *d = *state;
	struct store_hold hold = { 0 };
	struct packet p;
	struct error e;

	deck_add(d, deck_datagram("first", 5));
	mark(d, 1);
	for (int i = 0; i < 40; i++)
		deck_add(d, deck_datagram(bytes, sizeof(bytes)));
	assert_false(store_find(d->session.store, 1, &hold, &p));
	assert_true(list_find_number(&d->view, 1, &hold, &p, NULL));
	assert_memory_equal(p.data, "first", 5);
	assert_false(list_find_number(&d->view, 2, &hold, &p, &e));
	assert_non_null(strstr(e.text, "#2 made room for newer ones"));
	store_hold_done(&hold);
	deck_draw(d, 24, 80);
	assert_starts(deck_row(d, TITLE_ROW), "-#1 (marked) beside #41: ");
}

/* ---- folded ---- */

static void test_repeats_are_one_row(void **state)
{
	struct deck *d = *state;
	struct addr a = deck_addr("10.0.0.1", 1);

	d->view.details.open = false;
	deck_rx(d, 1, a, "tick");
	deck_rx(d, 1, a, "tick");
	list_fold(&d->view, true);
	/* What comes before the turn is folded, too. */
	deck_rx(d, 1, a, "tick");
	deck_draw(d, 24, 80);
	assert_string_equal(deck_row(d, 5) + INFO, "tick");
	assert_false(list_fold_turn(&d->view, &clock_system, UINT64_MAX));
	deck_rx(d, 1, a, "tick");
	deck_rx(d, 1, a, "tock");
	deck_draw(d, 24, 80);
	assert_starts(deck_row(d, 3), "       1 12:03:11.301 <- ");
	assert_string_equal(deck_row(d, 3) + INFO, "x 4, last 12:03:11) ti");
	assert_int_equal(deck_style(d, 3, INFO), STYLE_WARNING);
	assert_int_equal(deck_style(d, 3, INFO + 20), STYLE_RX);
	assert_string_equal(deck_row(d, 4) + INFO, "tock");
	list_move(&d->view, LIST_PREVIOUS);
	list_move(&d->view, LIST_PREVIOUS);
	assert_int_equal(d->view.list.selected_no, 1);
	deck_draw(d, 24, 39);
	assert_non_null(strstr(deck_row(d, 3), "x 4, last 12:03:11"));
	list_fold(&d->view, false);
	assert_false(list_fold_turn(&d->view, &clock_system, UINT64_MAX));
	deck_draw(d, 24, 80);
	assert_string_equal(deck_row(d, 6) + INFO, "tick");
}

/* ---- changed ---- */

static void changed_in(struct deck *d, const struct packet *p, struct spans *out)
{
	spans_init(out, 0, 1000);
	changes_add(d->session.store, p, out);
}

static struct packet newest(struct deck *d, struct store_hold *hold)
{
	struct store_stats stats;
	struct packet p;

	store_stats(d->session.store, &stats);
	assert_true(store_get(d->session.store, stats.end_seq - 1, hold, &p));
	return p;
}

static void assert_changed(struct deck *d, size_t count, size_t offset, size_t length)
{
	struct store_hold hold = { 0 };
	struct packet p = newest(d, &hold);
	struct spans spans;

	changed_in(d, &p, &spans);
	assert_int_equal(spans.count, count);
	if (count) {
		assert_int_equal(spans.list[0].offset, offset);
		assert_int_equal(spans.list[0].length, length);
		assert_int_equal(spans.list[0].style, STYLE_CHANGED);
	}
	store_hold_done(&hold);
}

static void test_against_the_datagram_before(void **state)
{
	struct deck *d = *state;
	struct addr a = deck_addr("10.0.0.1", 1), b = deck_addr("10.0.0.2", 1);

	deck_rx(d, 1, a, "count 01");
	assert_changed(d, 0, 0, 0);
	deck_rx(d, 1, b, "count 99");
	assert_changed(d, 0, 0, 0);
	deck_tx(d, 1, a, "count 55");
	assert_changed(d, 0, 0, 0);
	deck_rx(d, 1, a, "longer than that");
	assert_changed(d, 0, 0, 0);
	deck_rx(d, 1, a, "count 12");
	assert_changed(d, 1, 6, 2);
	deck_rx(d, 1, a, "Count 13");
	assert_changed(d, 2, 0, 1);
	deck_refused(d, 1, a, 1);
	assert_changed(d, 0, 0, 0);
}

static void test_no_further_back_than_is_cheap(void **state)
{
	struct deck *d = *state;
	struct addr a = deck_addr("10.0.0.1", 1), b = deck_addr("10.0.0.2", 1);

	deck_done(d);
	deck_init(d, 1 << 20, 8 << 20);
	deck_rx(d, 1, a, "1");
	for (int i = 0; i < 1023; i++)
		deck_rx(d, 1, b, "-");
	deck_rx(d, 1, a, "2");
	assert_changed(d, 1, 0, 1);
	for (int i = 0; i < 1024; i++)
		deck_rx(d, 1, b, "-");
	deck_rx(d, 1, a, "3");
	assert_changed(d, 0, 0, 0);
}

static void test_changes_in_list_and_dump(void **state)
{
	struct deck *d = *state;

	d->view.details.mode = DETAILS_FIELDS;
	deck_add(d, deck_datagram("value 17", 8));
	deck_add(d, deck_datagram("value 18", 8));
	deck_draw(d, 24, 80);
	assert_int_equal(deck_style(d, 4, INFO + 7), STYLE_RX);
	d->view.highlight_changes = true;
	deck_draw(d, 24, 80);
	assert_string_equal(deck_row(d, 4) + INFO, "value 18");
	assert_int_equal(deck_style(d, 4, INFO + 6), STYLE_RX);
	assert_int_equal(deck_style(d, 4, INFO + 7), STYLE_CHANGED);
	assert_int_equal(deck_style(d, BODY_ROW, 45 + 3 * 6), STYLE_NORMAL);
	assert_int_equal(deck_style(d, BODY_ROW, 45 + 3 * 7), STYLE_CHANGED);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, deck_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_side_by_side),
		TEST(test_insertions_leave_gaps),
		TEST(test_equal_ones_say_so),
		TEST(test_one_above_the_other),
		TEST(test_a_wide_screen),
		TEST(test_it_begins_at_the_first_difference),
		TEST(test_a_mark_survives_its_place),
		TEST(test_repeats_are_one_row),
		TEST(test_against_the_datagram_before),
		TEST(test_no_further_back_than_is_cheap),
		TEST(test_changes_in_list_and_dump),
	};

	setlocale(LC_ALL, "C.UTF-8");
	return cmocka_run_group_tests(tests, NULL, NULL);
}
