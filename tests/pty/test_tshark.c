/* SPDX-License-Identifier: GPL-3.0-or-later */
/* W: Wireshark's tree in the details, its rows and bytes; and a tshark that is not well. */
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

#define DUMP_COL 41

/* A question about example.com, sent to a port that tshark takes for DNS. */
static const char question[] = ":hex 1234 0100 0001 0000 0000 0000 07 \"example\" 03 \"com\" 00 "
			       "0001 0001";

static bool has_tshark(void)
{
	return access("/usr/bin/tshark", X_OK) == 0 || access("/usr/local/bin/tshark", X_OK) == 0;
}

/* Is the byte at that place of the dump one of the field under the cursor? */
static bool is_lit(struct term *t, int row, int byte)
{
	struct vt_cell cell;

	return vt_cell(term_vt(t), LOOK_DETAILS_TOP + row, DUMP_COL + 5 + 3 * byte, &cell) &&
	       (cell.reverse || cell.bg != VT_DEFAULT_COLOR);
}

/* Bytes 2 and 3, and no others of the first row. */
static bool are_flags_lit(struct term *t, void *ctx)
{
	(void)ctx;
	for (int i = 0; i < 8; i++)
		if (is_lit(t, 0, i) != (i == 2 || i == 3))
			return false;
	return true;
}

static bool is_name_lit(struct term *t, void *ctx)
{
	(void)ctx;
	return !is_lit(t, 1, 3) && is_lit(t, 1, 4) && is_lit(t, 1, 7);
}

static void ask_question(struct app *app)
{
	char line[64];

	snprintf(line, sizeof(line), ":decode-as %u dns", app->peer.port);
	app_line(app->term, line);
	app_line(app->term, question);
	term_wait_row(app->term, ROW_LIST + 1, "29");
}

static void test_fields_and_their_bytes(void **state)
{
	struct app *app = *state;
	struct term *t = app->term;

	if (!has_tshark())
		skip();
	ask_question(app);
	app_line(t, ":focus list");
	term_keys(t, "W");
	term_wait(t, "Domain Name System (query)");
	term_wait(t, "Transaction ID: 0x1234");
	app_line(t, "i:focus details");
	term_keys(t, "jj");
	term_wait_fn(t, are_flags_lit, NULL);
	/* a byte's field: that of the fewest bytes */
	term_keys(t, "llllllllll");
	term_wait(t, "Name: example.com");
	term_wait_fn(t, is_name_lit, NULL);
	/* our own fields again */
	term_keys(t, "W");
	term_wait(t, "State");
	term_gone(t, "Transaction ID");
}

static void test_by_command(void **state)
{
	struct app *app = *state;
	struct term *t = app->term;

	if (!has_tshark())
		skip();
	ask_question(app);
	app_line(t, ":show #1 tshark");
	term_wait(t, "Domain Name System (query)");
	term_wait_row(t, ROW_COUNTERS, "PAUSED at #1");
	app_line(t, ":decode-as 1 dns");
	term_wait(t, "Domain Name System (query)");
}

/* A tshark of our own in front of the PATH. */
static void run_with(struct app *app, const char *script, char *dir)
{
	char program[80], path[256];
	const char *env[] = { path, NULL };
	FILE *f;

	assert_non_null(mkdtemp(dir));
	assert_int_equal(chmod(dir, 0755), 0);
	snprintf(program, sizeof(program), "%s/tshark", dir);
	snprintf(path, sizeof(path), "PATH=%s:/usr/bin:/bin", dir);
	f = fopen(program, "we");
	assert_non_null(f);
	assert_true(fputs(script, f) >= 0);
	assert_int_equal(fclose(f), 0);
	assert_int_equal(chmod(program, 0755), 0);
	app->term = app_run(24, 80, env, "127.0.0.1 %u", app->peer.port);
	app_line(app->term, "hello");
	term_wait_row(app->term, ROW_LIST + 1, "hello");
}

static void remove_program(const char *dir)
{
	char program[80];

	snprintf(program, sizeof(program), "%s/tshark", dir);
	assert_int_equal(unlink(program), 0);
	assert_int_equal(rmdir(dir), 0);
}

static void test_one_that_stands_still_holds_nobody_up(void **state)
{
	char dir[] = "/tmp/test_tshark.XXXXXX";
	struct app *app = *state;
	struct term *t;

	run_with(app, "#!/bin/sh\nkill -STOP $$\n", dir);
	t = app->term;
	app_line(t, ":show #1 tshark");
	term_wait(t, "tshark is asked ...");
	app_line(t, "next");
	term_wait(t, "next");
	app_line(t, ":show #2 tshark");
	term_wait_row(t, ROW_COUNTERS, "PAUSED at #2");
	remove_program(dir);
}

static void test_one_that_dies_is_told_of(void **state)
{
	char dir[] = "/tmp/test_tshark.XXXXXX";
	struct app *app = *state;
	struct term *t;

	run_with(app, "#!/bin/sh\necho 'tshark: no way' >&2\nexit 2\n", dir);
	t = app->term;
	app_line(t, ":show #1 tshark");
	term_wait(t, "tshark ended: no way");
	term_wait(t, "W twice asks again");
	app_line(t, "next");
	term_wait(t, "next");
	remove_program(dir);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_fields_and_their_bytes, app_setup,
						app_teardown),
		cmocka_unit_test_setup_teardown(test_by_command, app_setup, app_teardown),
		cmocka_unit_test_setup_teardown(test_one_that_stands_still_holds_nobody_up,
						app_setup_peer, app_teardown),
		cmocka_unit_test_setup_teardown(test_one_that_dies_is_told_of, app_setup_peer,
						app_teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
