/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Scripts in the cockpit: what goes on behind the prompt, and how it is told. */
#include "app.h"
#include "look.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

/* Writes a file of commands; the caller unlinks it. */
static void write_script(char *path, const char *text)
{
	int fd = mkstemp(path);

	assert_true(fd >= 0);
	assert_int_equal(write(fd, text, strlen(text)), strlen(text));
	close(fd);
}

static void test_expect_goes_on_behind_the_prompt(void **state)
{
	struct app *app = *state;
	struct term *t = app->term;

	app_line(t, ":expect timeout 1h /^PO.G$/");
	term_row_is(t, ROW_INPUT, "text>");
	app_line(t, "PING");
	app_heard(app, "PING");
	assert_true(peer_answer(&app->peer, "no", 2));
	assert_true(peer_answer(&app->peer, "PONG", 4));
	term_wait_row(t, ROW_MESSAGE, "expect timeout 1h /^PO.G$/: #3 from @1");
	app_line(t, ":expect timeout 50ms PONG");
	term_wait_row(t, ROW_MESSAGE, "expect timeout 50ms PONG: not within 50 ms; nothing came");
}

static void test_a_sourced_file_runs(void **state)
{
	struct app *app = *state;
	struct term *t = app->term;
	char path[] = "/tmp/udpdeck-test-XXXXXX", line[64];

	write_script(path, "# a script\nsend one\nexpect OK\nsend two\necho all is well\n"
			   "wait 1h\nsend never\n");
	snprintf(line, sizeof(line), ":source %s", path);
	app_line(t, line);
	app_heard(app, "one");
	assert_true(peer_answer(&app->peer, "OK", 2));
	app_heard(app, "two");
	term_wait_row(t, ROW_MESSAGE, "all is well");
	app_line(t, ":wait 1s");
	term_wait_row(t, ROW_MESSAGE, ", line 6, is still under way");
	term_key(t, "Ctrl-C");
	term_row_is(t, ROW_INPUT, "text>");
	term_key(t, "Ctrl-C");
	term_wait_row(t, ROW_MESSAGE, "the script was stopped");
	unlink(path);
}

static void test_its_fault_is_told_with_its_place(void **state)
{
	struct app *app = *state;
	struct term *t = app->term;
	char path[] = "/tmp/udpdeck-test-XXXXXX", line[64];

	write_script(path, "send one\n:send \\q\nsend two\n");
	snprintf(line, sizeof(line), ":source %s", path);
	app_line(t, line);
	app_heard(app, "one");
	snprintf(line, sizeof(line), "%s:2:7: \"\\q\" is no escape", path);
	term_wait(t, line);
	unlink(path);
}

static void test_stay_goes_on_to_the_screen(void **state)
{
	struct app *app = *state;

	app->term = app_run(24, 80, NULL, "--stay -c empty -c empty 127.0.0.1 %u", app->peer.port);
	assert_non_null(app->term);
	app_heard(app, "");
	app_heard(app, "");
	app_line(app->term, "typed");
	app_heard(app, "typed");
}

static void test_a_fault_in_the_rc_file_is_told(void **state)
{
	struct app *app = *state;
	char folder[] = "/tmp/udpdeck-test-XXXXXX", path[64], config[64];
	const char *const env[] = { config, NULL };
	const char *argv[] = { getenv("UDPDECK"), NULL };
	FILE *rc;

	assert_non_null(mkdtemp(folder));
	snprintf(config, sizeof(config), "XDG_CONFIG_HOME=%s", folder);
	snprintf(path, sizeof(path), "%s/udpdeck", folder);
	assert_int_equal(mkdir(path, 0700), 0);
	snprintf(path, sizeof(path), "%s/udpdeck/rc", folder);
	rc = fopen(path, "we");
	assert_non_null(rc);
	fprintf(rc, "to 127.0.0.1:%u\nwait 20ms\nsend here\nset ttl 300\n", app->peer.port);
	fclose(rc);
	app->term = term_start(24, 80, argv, env);
	assert_non_null(app->term);
	app_heard(app, "here");
	term_wait_row(app->term, ROW_MESSAGE, "/udpdeck/rc:4:9: ");
	unlink(path);
	snprintf(path, sizeof(path), "%s/udpdeck", folder);
	rmdir(path);
	rmdir(folder);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_expect_goes_on_behind_the_prompt, app_setup,
						app_teardown),
		cmocka_unit_test_setup_teardown(test_a_sourced_file_runs, app_setup, app_teardown),
		cmocka_unit_test_setup_teardown(test_its_fault_is_told_with_its_place, app_setup,
						app_teardown),
		cmocka_unit_test_setup_teardown(test_stay_goes_on_to_the_screen, app_setup_peer,
						app_teardown),
		cmocka_unit_test_setup_teardown(test_a_fault_in_the_rc_file_is_told, app_setup_peer,
						app_teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
