/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Hostile bytes in every place where bytes of others, or of the command line, are
 * shown: the terminal's state stays as it was, and what is edited and sent again is
 * what came.
 */
#include "app.h"
#include "look.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static const struct payload {
	const char *bytes;
	size_t len;
} payloads[] = {
#define PAYLOAD(text)                  \
	{                              \
		text, sizeof(text) - 1 \
	}
	PAYLOAD("\x1b"
		"c"),
	PAYLOAD("\x1b]0;owned\x07"),
	PAYLOAD("\x1b]2;owned\x1b\\"),
	PAYLOAD("\x1b]52;c;b3duZWQ=\x07"),
	PAYLOAD("\x1b[2J\x1b[H\x1b[?1049l"),
	PAYLOAD("\x1b[?1000h\x1b[?1006h\x1b[?2004l\x1b[?1h\x1b[?5h\x1b[?25l"),
	PAYLOAD("\x1b[c\x1b[5n\x1b[6n\x1b[21t\x1b[4 q"),
	PAYLOAD("\x1bP$q\"p\x1b\\\x1b_apc\x1b\\\x1b^pm\x1b\\\x1bXsos\x1b\\"),
	PAYLOAD("\x9b"
		"2J\x9b?1049l\x9d"
		"0;owned\x9c\x90$q\"p\x9c"),
	PAYLOAD("\xc2\x9b"
		"2J\xc2\x9d"
		"0;owned\xc2\x9c"),
	PAYLOAD("\x07\x07\x08\x08\x0b\x0c\x0e\x0f\x7f\x05"),
	PAYLOAD("one\rtwo\nthree\ttab"),
	PAYLOAD("a\0b\0"),
	PAYLOAD("\u202egnp.exe\u202c \u2066x\u2069 \u200f\u061c"),
	PAYLOAD("\u2028\u2029\u200b\u200d\ufeff\u00ad\ufe0f"),
	PAYLOAD("\xff\xfe\xc0\xaf\xed\xa0\x80\xf4\x90\x80\x80\xe2\x82"),
	PAYLOAD("e\u0301\u0301\u0301\u0301\u0301\u0301\u0301\u0301\u0301\u0301"),
	PAYLOAD("\u0301 begins with a mark"),
	PAYLOAD("\U000e0041\U000f0000\uffff\uffff\U0010fffd"),
	PAYLOAD("${seq} \\x41 \\ \" ' $(id)"),
#undef PAYLOAD
};

/* "P7:" and the payload, so that the test can tell them apart. */
static size_t mark(size_t i, char out[256])
{
	int head = snprintf(out, 256, "P%zu:", i);

	memcpy(out + head, payloads[i].bytes, payloads[i].len);
	return (size_t)head + payloads[i].len;
}

static bool row_is_shown(struct term *t, void *row)
{
	return look_has(t, row);
}

/* The peer sends payload i, which becomes packet #no. */
static void receive(struct app *app, uint16_t port, size_t i, size_t no)
{
	char bytes[256], row[24];
	size_t len = mark(i, bytes);

	assert_true(peer_send(&app->peer, "127.0.0.1", port, bytes, len));
	snprintf(row, sizeof(row), "\n %7zu ", no);
	term_wait_fn(app->term, row_is_shown, row);
}

/* app_port() was #1. */
static void test_in_the_list(void **state)
{
	struct app *app = *state;
	uint16_t port = app_port(app);
	struct vt_state before = term_state(app->term);

	for (size_t i = 0; i < COUNT(payloads); i++) {
		receive(app, port, i, i + 2);
		term_unharmed(app->term, &before);
	}
	term_row_is(app->term, ROW_INPUT, "text>");
	app_line(app->term, "end");
	app_heard(app, "end");
}

static void test_in_the_details(void **state)
{
	struct app *app = *state;
	uint16_t port = app_port(app);
	static const struct {
		const char *command, *shows, *gone;
	} views[] = {
		{ ":details hex", " 0000 50 ", "Kind " },
		{ ":details text", "-#", "0000 50 " },
		{ ":details c", "/* 0000 */ 0x50,", "Kind " },
		{ ":details fields", "Kind ", "/* 0000 */" },
	};
	struct vt_state before = term_state(app->term);
	char text[40];

	for (size_t i = 0; i < COUNT(payloads); i++) {
		app_line(app->term, ":follow");
		receive(app, port, i, i + 2);
		snprintf(text, sizeof(text), ":show #%zu", i + 2);
		app_line(app->term, text);
		snprintf(text, sizeof(text), "-#%zu @1 -> ", i + 2);
		term_wait(app->term, text);
		term_wait(app->term, "0000 50 ");
		term_unharmed(app->term, &before);
		for (size_t v = 0; v < COUNT(views); v++) {
			app_line(app->term, views[v].command);
			term_gone(app->term, views[v].gone);
			term_wait(app->term, views[v].shows);
			term_unharmed(app->term, &before);
		}
		term_unharmed(app->term, &before);
	}
}

/* What is edited and sent again is what came; so is what history brings back. */
static void test_in_the_line_and_in_history(void **state)
{
	struct app *app = *state;
	uint16_t port = app_port(app);
	struct vt_state before = term_state(app->term);
	char line[40];

	for (size_t i = 0; i < COUNT(payloads); i++) {
		/* each comes once and is sent twice */
		size_t no = i * 3 + 2, len;
		char bytes[256];

		len = mark(i, bytes);
		app_line(app->term, ":input text");
		receive(app, port, i, no);
		snprintf(line, sizeof(line), ":edit #%zu", no);
		app_line(app->term, line);
		snprintf(line, sizeof(line), " %zu B -> @1 ", len);
		term_wait(app->term, line);
		term_unharmed(app->term, &before);
		term_key(app->term, "Enter");
		assert_true(app_hears(app, bytes, len));
		term_gone(app->term, line);
		term_key(app->term, "Up");
		term_wait(app->term, line);
		term_unharmed(app->term, &before);
		term_key(app->term, "Enter");
		assert_true(app_hears(app, bytes, len));
	}
}

static void test_answering_shows_only_the_peer(void **state)
{
	struct app *app = *state;
	uint16_t port = app_port(app);
	struct vt_state before = term_state(app->term);

	for (size_t i = 0; i < COUNT(payloads); i++) {
		receive(app, port, i, i + 2);
		term_key(app->term, "F6");
		term_wait_row(app->term, ROW_PREVIEW, "text -> @1 127.0.0.1:");
		term_row_is(app->term, ROW_INPUT, "text>");
		term_unharmed(app->term, &before);
	}
}

/* The message row is two above the line's first row. */
static bool has_message(struct term *t, void *ctx)
{
	char row[VT_ROW_BYTES];
	int i = 0;

	(void)ctx;
	do {
		look_row(t, ++i, row);
	} while (i < 24 && strncmp(row, "cmd> ", 5) != 0);
	look_row(t, i - 2, row);
	return i < 24 && row[0];
}

/*
 * Errors quote what was typed, and what was typed may have been pasted.  Each payload comes
 * in two of them.
 */
static void test_in_messages(void **state)
{
	static const char *const heads[] = { ":",      ":open ", ":set ",  ":to ",
					     ":join ", ":file ", ":help ", ":send \\" };
	struct app *app = *state;
	struct vt_state before = term_state(app->term);

	for (size_t i = 0; i < 2 * COUNT(payloads); i++) {
		char bytes[256];
		size_t len = mark(i % COUNT(payloads), bytes);

		term_keys(app->term, heads[i % COUNT(heads)]);
		term_paste(app->term, bytes, len);
		term_key(app->term, "Enter");
		term_wait_fn(app->term, has_message, NULL);
		term_unharmed(app->term, &before);
		term_key(app->term, "Ctrl-C");
		term_row_is(app->term, ROW_INPUT, "text>");
	}
	app_line(app->term, "end");
	app_heard(app, "end");
}

static void test_on_stderr(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(payloads); i++) {
		const char *argv[] = { getenv("UDPDECK"), "-n", payloads[i].bytes, "9", NULL };
		struct vt_state before;
		struct term *t;

		if (memchr(payloads[i].bytes, 0, payloads[i].len))
			continue;
		t = term_start(24, 80, argv, NULL);
		assert_non_null(t);
		before = term_state(t);
		term_exit_is(t, 1);
		term_wait(t, "udpdeck: ");
		term_unharmed(t, &before);
		term_end(t);
	}
}

/* Where the locale is not UTF-8, nothing beyond ASCII may reach the terminal. */
static void test_in_a_locale_without_utf8(void **state)
{
	static const char *const env[] = { "LC_ALL=C", NULL };
	struct app *app = *state;
	struct vt_state before;
	uint16_t port;

	app->term = app_run(24, 80, env, "127.0.0.1 %u", app->peer.port);
	assert_non_null(app->term);
	port = app_port(app);
	before = term_state(app->term);
	assert_true(peer_send(&app->peer, "127.0.0.1", port, "\xc3\xb6\xe6\x97\xa5 text", 10));
	term_wait(app->term, " text");
	for (int c = 0x80; c < 0x100; c++) {
		char byte = (char)c;

		assert_false(term_wrote(app->term, &byte, 1));
	}
	term_unharmed(app->term, &before);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
#define TEST(name, setup) cmocka_unit_test_setup_teardown(name, setup, app_teardown)
		TEST(test_in_the_list, app_setup),
		TEST(test_in_the_details, app_setup),
		TEST(test_in_the_line_and_in_history, app_setup),
		TEST(test_answering_shows_only_the_peer, app_setup),
		TEST(test_in_messages, app_setup),
		TEST(test_on_stderr, app_setup_peer),
		TEST(test_in_a_locale_without_utf8, app_setup_peer),
	};

	return cmocka_run_group_tests_name("hostile", tests, NULL, NULL);
}
