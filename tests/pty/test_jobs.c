/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Jobs on the screen: seen, listed, stopped by Ctrl-C, asked about when leaving. */
#include "app.h"
#include "look.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

static void start_job(struct app *app)
{
	app_line(app->term, ":every 50ms send tick");
	term_wait_row(app->term, ROW_MESSAGE, "%1 sends every 50 ms: \":stop %1\" ends it");
	for (int i = 0; i < 3; i++)
		app_heard(app, "tick");
	term_wait_row(app->term, ROW_COUNTERS, "jobs 1");
}

static void test_a_job_ticks_and_is_listed(void **state)
{
	struct app *app = *state;
	struct term *t = app->term;

	start_job(app);
	app_line(t, ":jobs");
	term_wait(t, "1 job");
	term_wait(t, "%1");
	term_wait(t, "every 50ms send tick");
	/* the bar stands on the job: Enter prepares its end */
	term_key(t, "Enter");
	term_row_is(t, ROW_INPUT, "cmd> :stop %1");
	term_key(t, "Enter");
	term_wait(t, "%1 stopped: ");
	term_gone(t, "jobs 1");
	app_line(t, ":show #1");
	term_wait(t, " Job ");
}

/* A look at the whole line before it is entered: what a tick would send, and nothing is sent. */
static void test_the_preview_shows_a_tick(void **state)
{
	struct app *app = *state;
	struct term *t = app->term;

	term_keys(t, ":every 1s hex 00 01 02");
	term_wait_row(t, ROW_PREVIEW, "every 1 s: hex 3 B -> ");
	term_key(t, "Ctrl-U");
	term_keys(t, ":delay 2s every 1s send x");
	term_wait_row(t, ROW_PREVIEW, "in 2 s, every 1 s: send 1 B -> ");
	term_key(t, "Ctrl-U");
	term_keys(t, ":every 1s via lo from 127.0.0.9 ttl 9 tos ef send x");
	term_wait_row(t, ROW_PREVIEW,
		      "every 1 s: via lo from 127.0.0.9 ttl 9 tos ef: send 1 B -> ");
	term_key(t, "Ctrl-U");
	term_keys(t, ":via nosuch0 send x");
	term_wait(t, "column 6: there is no interface \"nosuch0\"");
	term_key(t, "Ctrl-U");
	app_line(t, "seen");
	app_heard(app, "seen");
	assert_true(peer_is_quiet(&app->peer));
}

static void test_ctrl_c_clears_the_line_and_then_stops_the_jobs(void **state)
{
	struct app *app = *state;
	struct term *t = app->term;

	start_job(app);
	term_keys(t, "draft");
	term_row_is(t, ROW_INPUT, "text> draft");
	term_key(t, "Ctrl-C");
	term_row_is(t, ROW_INPUT, "text>");
	term_wait_row(t, ROW_COUNTERS, "jobs 1");
	term_key(t, "Ctrl-C");
	term_wait_row(t, ROW_MESSAGE, "1 job stopped");
	term_wait(t, "%1 stopped: ");
	term_gone(t, "jobs 1");
	term_key(t, "Ctrl-C");
	term_wait_row(t, ROW_MESSAGE, "to leave: :q");
}

static void test_leaving_is_asked_about_while_a_job_runs(void **state)
{
	static const char asks[] = "1 job runs: again to leave";
	struct app *app = *state;
	struct term *t = app->term;

	start_job(app);
	term_key(t, "F10");
	term_wait_row(t, ROW_MESSAGE, asks);
	/* something else in between: it is asked again */
	app_line(t, ":details on");
	term_gone(t, asks);
	app_line(t, ":quit");
	term_wait_row(t, ROW_MESSAGE, asks);
	term_key(t, "Ctrl-D");
	term_exit_is(t, 0);
}

static void test_leaving_is_asked_about_while_it_records(void **state)
{
	struct app *app = *state;
	struct term *t = app->term;
	char path[40], line[60];

	snprintf(path, sizeof(path), "/tmp/udpdeck-test-%d", (int)getpid());
	snprintf(line, sizeof(line), ":record %s", path);
	unlink(path);
	app_line(t, line);
	term_wait_row(t, ROW_COUNTERS, " rec");
	term_key(t, "F10");
	term_wait_row(t, ROW_MESSAGE, "again to leave, :record off");
	app_line(t, ":record off");
	term_wait_row(t, ROW_MESSAGE, "recorded 0 packets");
	term_key(t, "F10");
	term_exit_is(t, 0);
	assert_int_equal(unlink(path), 0);
}

static void test_without_a_job_nothing_is_asked(void **state)
{
	struct app *app = *state;
	struct term *t = app->term;

	start_job(app);
	app_line(t, ":stop");
	term_gone(t, "jobs 1");
	term_key(t, "F10");
	term_exit_is(t, 0);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, app_setup, app_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_a_job_ticks_and_is_listed),
		TEST(test_the_preview_shows_a_tick),
		TEST(test_ctrl_c_clears_the_line_and_then_stops_the_jobs),
		TEST(test_leaving_is_asked_about_while_a_job_runs),
		TEST(test_leaving_is_asked_about_while_it_records),
		TEST(test_without_a_job_nothing_is_asked),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
