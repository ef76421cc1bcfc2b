/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Names of keys that "bind" takes: what they send and where they work. */
#include "ui/user_keys.h"

#include <locale.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#define ALL KEY_IN_ALL
#define PANES KEY_IN_PANES

static void names_are_read_as_the_table_writes_them(void **state)
{
	static const struct {
		const char *name, *kept, *sequences;
		unsigned focus;
	} rows[] = {
		{ "F3", "F3", "\\eOR \\e[13~ \\e[[C", ALL },
		{ "f12", "F12", "\\e[24~", ALL },
		{ "F9", "F9", "\\e[20~", ALL },
		{ "n", "n", "n", PANES },
		{ "N", "N", "N", PANES },
		{ "q", "q", "q", PANES },
		{ "\\", "\\", "\\\\", PANES },
		{ "\"", "\"", "\\\"", PANES },
		{ "Space", "Space", " ", PANES },
		{ "Alt-z", "Alt-z", "\\ez", ALL },
		{ "alt-Z", "Alt-Z", "\\eZ", ALL },
		{ "Alt-x", "Alt-x", "\\ex", ALL },
		{ "Alt-3", "Alt-3", "\\e3", ALL },
		{ "Alt-1", "Alt-1", "\\e1", ALL },
		{ "ctrl-t", "Ctrl-T", "\\C-t", ALL },
		{ "Ctrl-D", "Ctrl-D", "\\C-d", PANES },
		{ "pgup", "PgUp", "\\e[5~", ALL },
		{ "Up", "Up", "\\e[A \\eOA", PANES },
		{ "Esc", "Esc", "\\e", PANES },
	};
	struct user_keys u = { 0 };
	struct error e;
	size_t at;

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const struct key *k;

		if (!user_keys_set(&u, rows[i].name, "help", &at, &e))
			fail_msg("%s: %s", rows[i].name, e.text);
		assert_int_equal(at, i);
		k = &u.keys[at]->as_key;
		assert_string_equal(k->name, rows[i].kept);
		assert_string_equal(k->sequences, rows[i].sequences);
		assert_string_equal(k->command, "help");
		if (k->focus != rows[i].focus)
			fail_msg("%s: works in %x, not %x", rows[i].name, k->focus, rows[i].focus);
	}
	user_keys_done(&u);
}

static void what_is_no_key_is_said(void **state)
{
	static const char *const names[] = {
		"",         "F13",      "F0",     "Alt-",   "Alt-xy", "Alt-[",  "Alt-O",
		"Alt-1..9", "Ctrl-",    "Ctrl-1", "Ctrl-[", "Return", "nn",     "\n",
		"\x7f",     "\xc3\xa4", "Enter",  "enter",  "Ctrl-C", "ctrl-c", "Ctrl-M",
	};
	struct user_keys u = { 0 };
	struct error e;
	size_t at;

	(void)state;
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		if (user_keys_set(&u, names[i], "help", &at, &e))
			fail_msg("\"%s\" was taken as %s", names[i], u.keys[at]->name);
		assert_int_equal(e.at, 0);
	}
	assert_int_equal(u.count, 0);
	user_keys_done(&u);
}

static void a_key_bound_again_has_the_newer_command(void **state)
{
	const struct key *f9 = keys;
	struct user_keys u = { 0 };
	struct error e;
	size_t at;

	(void)state;
	while (strcmp(f9->name, "F9") != 0)
		f9++;
	assert_null(user_keys_find(NULL, f9, FOCUS_LINE));
	assert_null(user_keys_find(&u, f9, FOCUS_LINE));
	assert_true(user_keys_set(&u, "n", "follow", &at, &e));
	assert_true(user_keys_set(&u, "F9", "peers", &at, &e));
	assert_true(user_keys_set(&u, "f9", "sockets", &at, &e));
	assert_int_equal(u.count, 2);
	assert_string_equal(user_keys_find(&u, f9, FOCUS_LINE)->command, "sockets");
	user_keys_done(&u);
}

static void there_is_room_for_every_key(void **state)
{
	struct user_keys u = { 0 };
	struct error e;
	char name[8];
	size_t at;

	(void)state;
	for (char c = '!'; c <= '~'; c++) {
		name[0] = c;
		name[1] = '\0';
		assert_true(user_keys_set(&u, name, "help", &at, &e));
	}
	assert_int_equal(u.count, 94);
	for (char c = '!'; c <= '~'; c++) {
		memcpy(name, "Alt-x", 6);
		name[4] = c;
		assert_int_equal(user_keys_set(&u, name, "help", &at, &e), c != '[' && c != 'O');
	}
	user_keys_done(&u);
}

static void what_was_pressed_has_the_name_that_bind_takes(void **state)
{
	static const struct {
		const char *bytes, *name;
	} rows[] = {
		{ "Z", "Z" },
		{ "^", "^" },
		{ " ", "Space" },
		{ "\t", "Tab" },
		{ "\r", "Enter" },
		{ "\033", "Esc" },
		{ "\024", "Ctrl-T" },
		{ "\033z", "Alt-z" },
		{ "\033Z", "Alt-Z" },
		{ "\0331", "Alt-1" },
		{ "\0332", "Alt-2" },
		{ "\033[23~", "F11" },
		{ "\033OR", "F3" },
		{ "\033[D", "Left" },
		{ "\033\033[A", "Alt-Up" },
		{ "\033[1;5D", "^[[1;5D" },
		{ "\034", "^\\" },
		{ "\177", "^?" },
		{ "\303\274", "\303\274" },
		{ "\377", "\\xff" },
	};
	struct user_keys u = { 0 };
	struct error e;
	struct buf name;
	size_t at;

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		buf_init(&name, 64);
		user_keys_name(rows[i].bytes, strlen(rows[i].bytes), &name);
		assert_string_equal(buf_cstr(&name), rows[i].name);
		/* what has a name can be bound by it */
		if (rows[i].name[0] == 'F' || rows[i].name[1] == 'l')
			assert_true(user_keys_set(&u, buf_cstr(&name), "help", &at, &e));
		buf_done(&name);
	}
	user_keys_done(&u);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(names_are_read_as_the_table_writes_them),
		cmocka_unit_test(what_is_no_key_is_said),
		cmocka_unit_test(a_key_bound_again_has_the_newer_command),
		cmocka_unit_test(there_is_room_for_every_key),
		cmocka_unit_test(what_was_pressed_has_the_name_that_bind_takes),
	};

	setlocale(LC_ALL, "C.UTF-8");
	return cmocka_run_group_tests(tests, NULL, NULL);
}
