/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What stands where: 80x24 and 200x50 as they are meant, small screens, colour, panels. */
#include "app.h"
#include "look.h"

#include <regex.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))
#define KEY_BAR " F1Help F2Open F3Find F4Filt F5Hex F6Reply F7Opts F8Group F9Detail F10Quit"
/* HH:MM:SS and a fraction of so many digits */
#define CLOCK "[0-2][0-9]:[0-5][0-9]:[0-6][0-9]"

/* ---- rows as extended regular expressions, whole ---- */

struct rows {
	const char *const *want;
	size_t count;
	int wrong;
};

static bool row_matches(struct term *t, int row, const char *want)
{
	char text[VT_ROW_BYTES], whole[1024];
	regex_t re;
	bool same;

	snprintf(whole, sizeof(whole), "^(%s)$", want);
	if (regcomp(&re, whole, REG_EXTENDED | REG_NOSUB) != 0)
		fail_msg("no regular expression: %s", want);
	look_row(t, row, text);
	same = regexec(&re, text, 0, NULL, 0) == 0;
	regfree(&re);
	return same;
}

static bool rows_match(struct term *t, void *ctx)
{
	struct rows *rows = ctx;

	for (size_t i = 0; i < rows->count; i++) {
		rows->wrong = (int)i;
		if (!row_matches(t, (int)i, rows->want[i]))
			return false;
	}
	return true;
}

static void screen_is(struct term *t, const char *const *want, size_t count)
{
	struct rows rows = { .want = want, .count = count };

	if (term_until(t, rows_match, &rows, DEADLINE_DEFAULT_MS))
		return;
	term_dump(t, stderr);
	fail_msg("row %d is not: %s", rows.wrong, want[rows.wrong]);
}

/* One sent, one answered, one refused. */
static void talk(struct app *app)
{
	struct udp_peer closed;

	app_line(app->term, "hello");
	app_heard(app, "hello");
	assert_true(peer_answer(&app->peer, "ok\n", 3));
	term_wait(app->term, " ok\\n");
	assert_true(peer_open_closed(&closed, "127.0.0.1"));
	term_keys(app->term, ":to 127.0.0.1 ");
	{
		char port[16];

		snprintf(port, sizeof(port), "%u send x", closed.port);
		app_line(app->term, port);
	}
	term_wait(app->term, "port unreachable");
	peer_close(&closed);
}

static void test_80x24_is_head_list_and_foot(void **state)
{
	static const char *const rows[] = {
		" \\[1\\* refused\\] 0\\.0\\.0\\.0:[0-9]+",
		" rx [0-9/s]+  tx 2  lost 0  err 1",
		"      No Time         +Peer                        Len Info",
		"         " CLOCK "\\.[0-9]{3} -- .*",
		"       1 " CLOCK "\\.[0-9]{3} -> @1 127\\.0\\.0\\.1:[0-9]+ +5 hello",
		"       2 " CLOCK "\\.[0-9]{3} <- @1 127\\.0\\.0\\.1:[0-9]+ +3 ok\\\\n "
		"+\\([0-9.]+ [mu]?s\\)",
		"       3 " CLOCK "\\.[0-9]{3} -> @2 127\\.0\\.0\\.1:[0-9]+ +1 x",
		"       4 " CLOCK "\\.[0-9]{3} !! 127\\.0\\.0\\.1:[0-9]+ refused #3: "
		"port unreachable",
		"",
		"",
		"",
		"",
		"",
		"",
		"",
		"",
		"",
		"",
		"",
		"",
		" 127\\.0\\.0\\.1:[0-9]+ refused #3: .*port unreachable.*; \\[1\\] stays open",
		" text -> @1 127\\.0\\.0\\.1:[0-9]+ from \\[1\\] 127\\.0\\.0\\.1:[0-9]+ on lo",
		"text>",
		KEY_BAR,
	};
	struct app *app = *state;

	talk(app);
	screen_is(app->term, rows, COUNT(rows));
}

static void test_details_take_the_lower_half(void **state)
{
	static const char *const rows[] = {
		" \\[1\\* refused\\] .*",
		" rx .* PAUSED at #2, 2 newer",
		"      No Time .*",
		"         .* -- .*",
		"       1 .* -> .*",
		">      2 .* <- .*",
		"       3 .* -> .*",
		"       4 .* !! .*",
		"",
		"",
		"",
		"-#2 @1 -> 127\\.0\\.0\\.1:[0-9]+ on lo ttl 64 -+ 1-3 of 3 -",
		" From       @1 127\\.0\\.0\\.1:[0-9]+ +0000 6f 6b 0a +ok\\.",
		" To         127\\.0\\.0\\.1:[0-9]+",
		" Kind       unicast",
		" Interface  lo, index 1",
		" TTL        64",
		" DSCP       .*ECN .*",
		" Answers    #1 after [0-9.]+ [mu]?s",
		" Time       " CLOCK "\\.[0-9]{9} kernel",
	};
	struct app *app = *state;

	talk(app);
	app_line(app->term, ":show #2");
	screen_is(app->term, rows, COUNT(rows));
	term_row_is(app->term, ROW_KEYS, KEY_BAR);
	app_line(app->term, ":show #9");
	term_wait_row(app->term, ROW_MESSAGE, "there is no #9 yet, the newest is #4");
}

/* The columns that only a wide screen has, details open by themselves, sixteen bytes. */
static void test_200x50_shows_more(void **state)
{
	struct app *app = *state;

	app->term = app_run(50, 200, NULL, "127.0.0.1 %u", app->peer.port);
	assert_non_null(app->term);
	app_line(app->term, "hello");
	app_heard(app, "hello");
	assert_true(peer_answer(&app->peer, "0123456789abcdefg", 17));
	term_wait_row(app->term, ROW_HEADS, "No Time");
	term_wait_row(app->term, ROW_HEADS, " Delta ");
	term_wait_row(app->term, ROW_HEADS, " To ");
	term_wait_row(app->term, ROW_HEADS, " TTL ");
	term_wait_row(app->term, ROW_COUNTERS, "kept ");
	term_wait(app->term, "0000 30 31 32 33 34 35 36 37  38 39 61 62 63 64 65 66  "
			     "0123456789abcdef");
	term_wait(app->term, "0010 67 ");
	term_wait_row(app->term, 5, " 0123456789abcdefg");
	term_row_is(app->term, ROW_INPUT, "text>");
	term_wait_row(app->term, ROW_KEYS, "F1Help");
	term_cursor_is(app->term, 48, TEXT_COL);
}

/* Status, two rows of the list, preview, line. */
static void test_20x5_is_enough_to_work(void **state)
{
	static const char *const rows[] = {
		" \\[1\\*.*", ".*<-.*@1.*|.*<-.*ok.*|.*->.*", ".*<-.*|.*->.*", " text.*",
		"text> abc",
	};
	struct app *app = *state;

	app->term = app_run(5, 20, NULL, "127.0.0.1 %u", app->peer.port);
	assert_non_null(app->term);
	app_line(app->term, "hello");
	app_heard(app, "hello");
	assert_true(peer_answer(&app->peer, "ok", 2));
	term_keys(app->term, "abc");
	screen_is(app->term, rows, COUNT(rows));
	term_key(app->term, "Enter");
	app_heard(app, "abc");
}

/* ---- sizes ---- */

static void test_any_size_in_the_middle_of_a_flood(void **state)
{
	static const int sizes[][2] = {
		{ 5, 20 },  { 24, 80 }, { 50, 200 }, { 1, 12 }, { 500, 20 },
		{ 2, 500 }, { 20, 79 }, { 19, 130 }, { 5, 20 }, { 24, 80 }
	};
	struct app *app = *state;
	struct flood_plan plan = {
		.addr = "127.0.0.1", .port = app_port(app), .size = 100, .rate = 5000
	};

	assert_true(flood_start(&app->flood, &plan));
	term_keys(app->term, "draft");
	for (size_t i = 0; i < COUNT(sizes); i++) {
		term_resize(app->term, sizes[i][0], sizes[i][1]);
		if (sizes[i][0] > 1)
			term_wait(app->term, "draft");
	}
	assert_true(flood_stop(&app->flood) > 0);
	term_row_is(app->term, ROW_INPUT, "text> draft");
	term_wait_row(app->term, ROW_HEADS, "No Time");
	term_row_is(app->term, ROW_KEYS, KEY_BAR);
	term_wait_row(app->term, 19, "<- @2 127.0.0.1:");
	term_key(app->term, "Enter");
	app_heard(app, "draft");
}

/* ---- colour ---- */

static bool has_colour(struct term *t)
{
	struct vt_cell cell;

	for (int row = 0; row < 24; row++)
		for (int col = 0; col < 80; col++)
			if (vt_cell(term_vt(t), row, col, &cell) &&
			    (cell.fg != VT_DEFAULT_COLOR || cell.bg != VT_DEFAULT_COLOR))
				return true;
	return false;
}

static void try_colour(struct app *app, const char *variable, bool colour)
{
	const char *const env[] = { variable, NULL };

	app->term = app_run(24, 80, env, "127.0.0.1 %u", app->peer.port);
	assert_non_null(app->term);
	talk(app);
	term_row_is(app->term, ROW_KEYS, KEY_BAR);
	app_line(app->term, ":focus list");
	term_key(app->term, "Up");
	term_wait_row(app->term, ROW_COUNTERS, "PAUSED");
	/* the bar is there without colour, too */
	term_wait(app->term, ">      ");
	assert_int_equal(has_colour(app->term), colour);
	term_end(app->term);
	app->term = NULL;
}

static void test_colour_only_where_it_is_wanted(void **state)
{
	struct app *app = *state;

	try_colour(app, "TERM=xterm-256color", true);
	try_colour(app, "NO_COLOR=1", false);
	try_colour(app, "TERM=vt100", false);
}

/* ---- panels ---- */

static void test_panels_have_titles_and_rows(void **state)
{
	static const struct {
		const char *key, *line, *title, *row;
	} panels[] = {
		{ "F1", NULL, "-help: keys -", "in the line" },
		{ "F2", NULL, "-open a socket: ", "open 0.0.0.0:5000 " },
		{ "F7", NULL, "-options of [1] -", "broadcast " },
		{ "F8", NULL, "-groups -", "none is joined" },
		{ NULL, ":peers", "-2 peers -", "@2  127.0.0.1:" },
		{ NULL, ":sockets", "-sockets -", "[1*]" },
		{ NULL, ":stats", "-stats -", "rate   " },
		{ NULL, ":interfaces", "-interfaces -", "lo " },
		{ NULL, ":help", "-help: commands", "sockets" },
		{ NULL, ":help to", "-help: to -", "to HOST PORT" },
	};
	struct app *app = *state;

	talk(app);
	for (size_t i = 0; i < COUNT(panels); i++) {
		if (panels[i].key)
			term_key(app->term, panels[i].key);
		else
			app_line(app->term, panels[i].line);
		term_wait_row(app->term, LOOK_PANEL_TOP - 1, panels[i].title);
		term_wait(app->term, panels[i].row);
		term_keys(app->term, "q");
		term_wait_row(app->term, ROW_HEADS, "No Time");
		term_row_is(app->term, ROW_INPUT, "text>");
	}
}

/* A panel of living things is made again by itself. */
static void test_live_panels_follow(void **state)
{
	struct app *app = *state;
	struct udp_peer other;
	uint16_t port;

	port = app_port(app);
	app_line(app->term, ":peers");
	term_wait(app->term, "-1 peer -");
	assert_true(peer_open(&other, "127.0.0.1", 0));
	assert_true(peer_send(&other, "127.0.0.1", port, "new", 3));
	term_wait(app->term, "-2 peers -");
	term_wait(app->term, "@2  127.0.0.1:");
	/* the panel stays, and so does the focus */
	assert_false(term_state(app->term).cursor_visible);
	peer_close(&other);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
#define TEST(name, setup) cmocka_unit_test_setup_teardown(name, setup, app_teardown)
		TEST(test_80x24_is_head_list_and_foot, app_setup),
		TEST(test_details_take_the_lower_half, app_setup),
		TEST(test_200x50_shows_more, app_setup_peer),
		TEST(test_20x5_is_enough_to_work, app_setup_peer),
		TEST(test_any_size_in_the_middle_of_a_flood, app_setup),
		TEST(test_colour_only_where_it_is_wanted, app_setup_peer),
		TEST(test_panels_have_titles_and_rows, app_setup),
		TEST(test_live_panels_follow, app_setup),
	};

	return cmocka_run_group_tests_name("screen", tests, NULL, NULL);
}
