/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copying on the screen: what the terminal is offered, by command and by key. */
#include "app.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static bool was_offered(struct term *t, void *ctx)
{
	const char *bytes = ctx;

	return term_wrote(t, bytes, strlen(bytes));
}

static void offered(struct term *t, const char *base64)
{
	char sequence[256];

	snprintf(sequence, sizeof(sequence), "\033]52;c;%s\a", base64);
	term_wait_fn(t, was_offered, sequence);
}

static void test_a_command_offers(void **state)
{
	struct app *app = *state;
	struct term *t = app->term;

	app_line(t, "hello");
	term_wait(t, "5 hello");
	app_line(t, ":copy #1");
	offered(t, "NjggNjUgNmMgNmMgNmY="); /* 68 65 6c 6c 6f */
	term_wait(t, "5 bytes of #1 as hex offered to the terminal (OSC 52)");
	app_line(t, ":copy #1[1:2] as python");
	offered(t, "cGFja2V0XzEgPSAoCiAgICBiImVsIgopCg==");
	app_line(t, ":copy #99");
	term_wait(t, "packet #99 is not kept");
	term_key(t, "Ctrl-C");
	app_line(t, ":copy #1[4:2]");
	term_wait(t, "#1 has only 5 bytes");
	term_key(t, "Ctrl-C");
	app_line(t, "still here");
	term_wait(t, "still here");
}

static void test_a_key_offers(void **state)
{
	struct app *app = *state;
	struct term *t = app->term;

	app_line(t, "hello");
	term_wait(t, "5 hello");
	term_key(t, "Shift-Tab");
	term_keys(t, "k");
	term_keys(t, "y");
	offered(t, "NjggNjUgNmMgNmMgNmY=");
	term_wait(t, "5 bytes of #1 as hex offered to the terminal (OSC 52)");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, app_setup, app_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_a_command_offers),
		TEST(test_a_key_offers),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
