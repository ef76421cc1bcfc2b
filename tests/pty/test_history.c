/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the line remembers and offers: history with kinds, its file, Ctrl-R, completion. */
#include "app.h"

#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

static void test_history_keeps_the_kind_of_each_entry(void **state)
{
	struct app *app = *state;

	app_line(app->term, "words");
	app_heard(app, "words");
	app_line(app->term, ":input hex");
	app_line(app->term, "61 62");
	app_heard(app, "ab");
	app_line(app->term, ":input text");
	term_row_is(app->term, ROW_INPUT, "text>");
	term_key(app->term, "Up");
	term_row_is(app->term, ROW_INPUT, "cmd> :input text");
	term_key(app->term, "Up");
	term_row_is(app->term, ROW_INPUT, "hex> 61 62");
	term_wait_row(app->term, ROW_PREVIEW, "hex 2 B -> ");
	term_key(app->term, "Up");
	term_row_is(app->term, ROW_INPUT, "cmd> :input hex");
	term_key(app->term, "Up");
	term_row_is(app->term, ROW_INPUT, "text> words");
	term_key(app->term, "Down");
	term_key(app->term, "Down");
	term_row_is(app->term, ROW_INPUT, "hex> 61 62");
	term_key(app->term, "Enter");
	app_heard(app, "ab");
}

/* Up and down again: what was being typed is there as it was. */
static void test_the_line_being_typed_survives_a_look_back(void **state)
{
	struct app *app = *state;

	app_line(app->term, "first");
	app_heard(app, "first");
	term_keys(app->term, "draft");
	term_key(app->term, "Up");
	term_row_is(app->term, ROW_INPUT, "text> first");
	term_key(app->term, "Down");
	term_row_is(app->term, ROW_INPUT, "text> draft");
	term_key(app->term, "Enter");
	app_heard(app, "draft");
}

static void test_ctrl_r_searches_and_sends_nothing(void **state)
{
	struct app *app = *state;

	app_line(app->term, "alpha one");
	app_heard(app, "alpha one");
	app_line(app->term, "beta \u00f6l");
	app_heard(app, "beta \u00f6l");
	app_line(app->term, "gamma");
	app_heard(app, "gamma");
	term_key(app->term, "Ctrl-R");
	term_wait_row(app->term, ROW_INPUT, "reverse-i-search");
	term_keys(app->term, "\u00f6");
	term_wait_row(app->term, ROW_INPUT, "beta \u00f6l");
	term_key(app->term, "Ctrl-C");
	term_row_is(app->term, ROW_INPUT, "text>");
	term_key(app->term, "Ctrl-R");
	term_keys(app->term, "pha");
	term_wait_row(app->term, ROW_INPUT, "alpha one");
	term_keys(app->term, "zz");
	term_wait_row(app->term, ROW_INPUT, "failed");
	term_key(app->term, "Ctrl-G");
	term_row_is(app->term, ROW_INPUT, "text>");
	term_key(app->term, "Ctrl-R");
	term_keys(app->term, "one");
	term_wait_row(app->term, ROW_INPUT, "alpha one");
	/* leaves the search with the entry in the line */
	term_key(app->term, "Ctrl-E");
	term_row_is(app->term, ROW_INPUT, "text> alpha one");
	assert_true(peer_is_quiet(&app->peer));
	term_key(app->term, "Enter");
	app_heard(app, "alpha one");
}

/* Packets that arrive while a search is on the line do not disturb it. */
static void test_ctrl_r_goes_on_while_packets_arrive(void **state)
{
	struct app *app = *state;
	uint16_t port = app_port(app);

	term_key(app->term, "Ctrl-R");
	term_keys(app->term, "which");
	term_wait_row(app->term, ROW_INPUT, "which port?");
	assert_true(peer_send(&app->peer, "127.0.0.1", port, "news", 4));
	term_wait(app->term, "<- @1 ");
	term_wait_row(app->term, ROW_INPUT, "reverse-i-search");
	term_key(app->term, "Ctrl-G");
	term_row_is(app->term, ROW_INPUT, "text>");
}

/* ---- the file ---- */

struct home {
	char dir[32], file[64], variable[64];
};

static void home_make(struct home *h)
{
	snprintf(h->dir, sizeof(h->dir), "/tmp/test_history.XXXXXX");
	assert_non_null(mkdtemp(h->dir));
	snprintf(h->file, sizeof(h->file), "%s/udpdeck/history", h->dir);
	snprintf(h->variable, sizeof(h->variable), "XDG_STATE_HOME=%s", h->dir);
}

static void home_remove(const struct home *h)
{
	char folder[64];

	snprintf(folder, sizeof(folder), "%s/udpdeck", h->dir);
	unlink(h->file);
	rmdir(folder);
	assert_int_equal(rmdir(h->dir), 0);
}

static void run_at_home(struct app *app, const struct home *h)
{
	const char *const env[] = { h->variable, NULL };

	app->term = app_run(24, 80, env, "127.0.0.1 %u", app->peer.port);
	assert_non_null(app->term);
}

static void leave(struct app *app)
{
	app_line(app->term, ":q");
	term_exit_is(app->term, 0);
	term_end(app->term);
	app->term = NULL;
}

static void test_history_outlives_the_program(void **state)
{
	struct app *app = *state;
	struct home h;
	struct stat st;

	home_make(&h);
	run_at_home(app, &h);
	app_line(app->term, "::colon");
	app_heard(app, ":colon");
	app_line(app->term, ":input hex");
	app_line(app->term, "00ff");
	app_heard(app, "\0\xff");
	leave(app);
	assert_int_equal(stat(h.file, &st), 0);
	assert_int_equal(st.st_mode & 07777, 0600);
	run_at_home(app, &h);
	term_key(app->term, "Up");
	term_row_is(app->term, ROW_INPUT, "cmd> :q");
	term_key(app->term, "Up");
	term_row_is(app->term, ROW_INPUT, "hex> 00ff");
	term_key(app->term, "Up");
	term_key(app->term, "Up");
	term_row_is(app->term, ROW_INPUT, "text> ::colon");
	term_key(app->term, "Enter");
	app_heard(app, ":colon");
	leave(app);
	home_remove(&h);
}

static void test_history_follows_no_symlink(void **state)
{
	struct app *app = *state;
	char folder[64], target[64];
	struct home h;
	struct stat st;
	int fd;

	home_make(&h);
	snprintf(folder, sizeof(folder), "%s/udpdeck", h.dir);
	snprintf(target, sizeof(target), "%s/precious", h.dir);
	assert_int_equal(mkdir(folder, 0700), 0);
	fd = open(target, O_CREAT | O_WRONLY | O_CLOEXEC, 0600);
	assert_true(fd >= 0);
	close(fd);
	assert_int_equal(symlink(target, h.file), 0);
	run_at_home(app, &h);
	app_line(app->term, "goes nowhere");
	app_heard(app, "goes nowhere");
	/* there is no file, but there is a history */
	term_key(app->term, "Up");
	term_row_is(app->term, ROW_INPUT, "text> goes nowhere");
	term_key(app->term, "Ctrl-C");
	leave(app);
	assert_int_equal(stat(target, &st), 0);
	assert_int_equal(st.st_size, 0);
	unlink(target);
	home_remove(&h);
}

/* ---- completion ---- */

static void test_tab_completes_what_is_the_only_one(void **state)
{
	static const struct {
		const char *typed, *line;
	} cases[] = {
		{ ":pee", "cmd> :peers" },
		{ ":inter", "cmd> :interfaces" },
		{ ":set mou", "cmd> :set mouse" },
		{ ":set broadcast of", "cmd> :set broadcast off" },
		{ ":set tos af1", "cmd> :set tos af1" },
		{ ":set device l", "cmd> :set device lo" },
		{ ":help payl", "cmd> :help payloads" },
		{ ":inp he", "cmd> :inp hex" },
		{ ":to al", "cmd> :to all" },
	};
	struct app *app = *state;
	char row[80];

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		term_keys(app->term, cases[i].typed);
		snprintf(row, sizeof(row), "cmd> %s", cases[i].typed);
		term_row_is(app->term, ROW_INPUT, row);
		term_key(app->term, "Tab");
		/* a blank may follow, it ends the row unseen */
		term_row_is(app->term, ROW_INPUT, cases[i].line);
		term_key(app->term, "Ctrl-C");
		term_row_is(app->term, ROW_INPUT, "text>");
	}
}

static void test_tab_shows_what_is_one_of_many(void **state)
{
	struct app *app = *state;

	term_keys(app->term, ":soc");
	term_key(app->term, "Tab");
	term_row_is(app->term, ROW_INPUT, "cmd> :socket");
	term_key(app->term, "Tab");
	term_wait_row(app->term, ROW_MESSAGE, "socket  sockets");
	term_row_is(app->term, ROW_INPUT, "cmd> :socket");
	term_key(app->term, "Ctrl-C");
	term_keys(app->term, ":set rcv");
	term_key(app->term, "Tab");
	term_row_is(app->term, ROW_INPUT, "cmd> :set rcvbuf");
	term_key(app->term, "Ctrl-C");
	/* in a payload Tab offers nothing, above all no file names */
	term_keys(app->term, "sen");
	term_key(app->term, "Tab");
	term_keys(app->term, "!");
	term_row_is(app->term, ROW_INPUT, "text> sen!");
	assert_true(peer_is_quiet(&app->peer));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
#define TEST(name, setup) cmocka_unit_test_setup_teardown(name, setup, app_teardown)
		TEST(test_history_keeps_the_kind_of_each_entry, app_setup),
		TEST(test_the_line_being_typed_survives_a_look_back, app_setup),
		TEST(test_ctrl_r_searches_and_sends_nothing, app_setup),
		TEST(test_ctrl_r_goes_on_while_packets_arrive, app_setup),
		TEST(test_history_outlives_the_program, app_setup_peer),
		TEST(test_history_follows_no_symlink, app_setup_peer),
		TEST(test_tab_completes_what_is_the_only_one, app_setup),
		TEST(test_tab_shows_what_is_one_of_many, app_setup),
	};

	return cmocka_run_group_tests_name("history", tests, NULL, NULL);
}
