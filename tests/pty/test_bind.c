/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Keys that a person bound: at the prompt, in the rc file, over the table's own. */
#include "app.h"
#include "look.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

static void test_a_key_runs_its_command(void **state)
{
	struct app *app = *state;
	struct term *t = app->term;

	app_line(t, ":bind F3 send ping\\n");
	term_key(t, "F3");
	app_heard(app, "ping\n");
	/* the draft stays: a key is no Enter */
	term_keys(t, "draft");
	term_key(t, "F3");
	app_heard(app, "ping\n");
	term_row_is(t, ROW_INPUT, "text> draft");
	term_key(t, "Ctrl-C");
	app_line(t, ":bind F3 :send pong");
	term_key(t, "F3");
	app_heard(app, "pong");
	app_line(t, ":bind");
	term_wait(t, "F3  send pong");
}

static void test_it_goes_before_the_tables_own(void **state)
{
	struct app *app = *state;
	struct term *t = app->term;

	app_line(t, ":bind F9 sockets");
	term_wait_row(t, ROW_KEYS, "F9socket ");
	app_line(t, ":bind Alt-z peers");
	app_line(t, ":bind n interfaces");
	term_key(t, "F9");
	term_wait(t, "-sockets -");
	term_keys(t, "n");
	term_wait(t, "127.0.0.1/8");
	/* in the line it is text, and Alt-z is free there */
	term_keys(t, "qn");
	term_row_is(t, ROW_INPUT, "text> n");
	term_key(t, "Alt-z");
	term_wait(t, " peer");
	term_key(t, "F1");
	term_wait(t, "bound by bind");
	term_wait(t, "Alt-z");
}

static void test_what_cannot_be_bound(void **state)
{
	struct app *app = *state;
	struct term *t = app->term;

	app_line(t, ":bind F13 peers");
	term_wait_row(t, ROW_MESSAGE, "column 7: \"F13\" is no key");
	term_cursor_is(t, 22, CMD_COL + 6);
	term_key(t, "Ctrl-C");
	app_line(t, ":bind Ctrl-C peers");
	term_wait_row(t, ROW_MESSAGE, "column 7: Ctrl-C keeps its meaning");
	term_key(t, "Ctrl-C");
	app_line(t, ":bind F3 opne");
	term_wait_row(t, ROW_MESSAGE, "column 10: \"opne\" is no command");
	term_key(t, "Ctrl-C");
	app_line(t, ":bind F3");
	term_wait_row(t, ROW_MESSAGE, "usage: bind KEY COMMAND");
}

static void test_the_rc_file_binds(void **state)
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
	fprintf(rc, "# keys\nbind F4 to 127.0.0.1:%u send from a key\n", app->peer.port);
	fclose(rc);
	app->term = term_start(24, 80, argv, env);
	assert_non_null(app->term);
	term_wait(app->term, "text>");
	term_key(app->term, "F4");
	app_heard(app, "from a key");
	unlink(path);
	snprintf(path, sizeof(path), "%s/udpdeck", folder);
	rmdir(path);
	rmdir(folder);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_a_key_runs_its_command, app_setup,
						app_teardown),
		cmocka_unit_test_setup_teardown(test_it_goes_before_the_tables_own, app_setup,
						app_teardown),
		cmocka_unit_test_setup_teardown(test_what_cannot_be_bound, app_setup, app_teardown),
		cmocka_unit_test_setup_teardown(test_the_rc_file_binds, app_setup_peer,
						app_teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
