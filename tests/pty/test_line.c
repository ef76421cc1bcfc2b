/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The readline bridge in a terminal: every key whole, the cursor where the character
 * is, history with kinds, completion, pastes.
 */
#include "demo.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#define LINE 1
#define EVENT (-2)

static struct term *start(void **state)
{
	struct term *t = demo_start(state, NULL);

	assert_non_null(t);
	return t;
}

static struct term *start_with(void **state, const char *variable)
{
	const char *const env[] = { variable, NULL };
	struct term *t = demo_start(state, env);

	assert_non_null(t);
	return t;
}

/* Row LINE is "> text". */
static void line_is(struct term *t, const char *text)
{
	char row[200];

	snprintf(row, sizeof(row), *text ? "> %s" : ">", text);
	term_row_is(t, LINE, row);
}

/* ---- typing ---- */

static void test_cursor_is_where_the_character_is(void **state)
{
	static const struct {
		const char *typed;
		const char *left; /* text before the cursor has so many columns after these keys */
		int columns;
	} cases[] = {
		{ "h\u00f6llo", "", 5 },
		{ "\u65e5\u672c", "", 4 },
		{ "\u65e5\u672c", "\033[D", 2 },
		{ "e\u0301x", "", 2 },
		{ "ab", "\001", 0 },
		{ "a\u65e5b", "\033OD\033OD", 1 },
		{ "x\U0001f600y", "\002", 3 },
	};
	struct term *t = start(state);

	for (size_t i = 0; i < COUNT(cases); i++) {
		term_keys(t, cases[i].typed);
		term_keys(t, cases[i].left);
		line_is(t, cases[i].typed);
		term_cursor_is(t, LINE, TEXT_COL + cases[i].columns);
		term_key(t, "Ctrl-C");
		line_is(t, "");
	}
}

static void test_kept_line_has_its_cursor(void **state)
{
	struct term *t = start(state);

	term_keys(t, "keep\r");
	term_wait_row(t, 0, "entered=1");
	line_is(t, "keep");
	term_cursor_is(t, LINE, TEXT_COL + 2);
	term_key(t, "Ctrl-C");
	term_keys(t, "set\r");
	line_is(t, "was set");
	term_cursor_is(t, LINE, TEXT_COL + 3);
}

static void test_newline_inside_the_line(void **state)
{
	struct term *t = start(state);

	term_keys(t, "a\033\rb\026\nc");
	line_is(t, "a/b/c");
	term_key(t, "Enter");
	term_wait_row(t, EVENT, "entered a\\nb\\nc");
	term_wait_row(t, 0, "entered=1");
}

static void test_bytes_that_are_no_character(void **state)
{
	struct term *t = start(state);

	term_keys(t, "\xff\xfeQ\xc3");
	line_is(t, "..Q");
	term_keys(t, "\xa4z\r");
	term_wait_row(t, EVENT, "entered \\xff\\xfeQ\u00e4z");
}

/* A character or sequence may come in pieces; only a silence ends it. */
static void test_keys_in_pieces(void **state)
{
	struct term *t = start_with(state, "ESCAPE_MS=60000");

	term_keys(t, "ab\033");
	demo_pass(t, 10);
	term_keys(t, "[");
	demo_pass(t, 60);
	term_keys(t, "D\xe6\x97");
	demo_pass(t, 10);
	term_keys(t, "\xa5");
	line_is(t, "a\u65e5b");
	term_keys(t, "\033[1");
	demo_pass(t, 10);
	term_keys(t, "5~");
	term_wait_row(t, 0, "key=F5");
	line_is(t, "a\u65e5b");
}

static void test_lone_escape_is_released(void **state)
{
	struct term *t = start(state);

	term_keys(t, "abc\033");
	demo_pass(t, 300);
	term_keys(t, "b");
	line_is(t, "abcb");
	term_keys(t, "\033b"); /* together they are Alt-b */
	term_cursor_is(t, LINE, TEXT_COL);
}

/* ---- keys ---- */

static void test_bound_keys(void **state)
{
	static const char *const names[] = { "F1", "F5", "PgUp", "Alt-Up", "Alt-a", "Alt-3" };
	struct term *t = start(state);
	char want[40];

	term_keys(t, "text");
	for (size_t i = 0; i < COUNT(names); i++) {
		term_key(t, names[i]);
		snprintf(want, sizeof(want), "key=%s ", names[i]);
		term_wait_row(t, 0, want);
	}
	line_is(t, "text");
}

static void test_unbound_keys_leave_no_garbage(void **state)
{
	struct term *t = start(state);

	term_keys(t, "a\033[24~\033[25;9~\033[1;9Q\033q\033[I\033[M !!\033[201~b\033\u00f6");
	/* of Alt with a character the character stays: it may have been Esc and ":" */
	line_is(t, "aqb\u00f6");
	term_row_is(t, EVENT, "");
}

static void test_other_map(void **state)
{
	struct term *t = start(state);

	term_keys(t, "ab");
	term_key(t, "Shift-Tab");
	term_wait_row(t, 0, "map=1");
	term_keys(t, "j");
	term_wait_row(t, 0, "key=j");
	term_key(t, "Up");
	term_wait_row(t, 0, "key=Up");
	term_keys(t, "x");
	term_wait_row(t, EVENT, "stray x");
	term_paste(t, "q\rj", 3);
	term_wait_row(t, EVENT, "stray q\\nj");
	term_wait_row(t, 0, "key=Up");
	term_key(t, "Esc");
	term_wait_row(t, 0, "map=0");
	term_keys(t, "c");
	line_is(t, "abc");
	/* Esc and a key at once are both keys, the second one the line's again */
	term_key(t, "Shift-Tab");
	term_wait_row(t, 0, "map=1");
	term_keys(t, "\033:d");
	term_wait_row(t, 0, "map=0");
	line_is(t, "abc:d");
}

static void test_mouse(void **state)
{
	struct term *t = start(state);

	term_keys(t, "mouse\r");
	term_wait_row(t, 0, "entered=1");
	term_keys(t, "a\033[<0;5;7Mb");
	term_wait_row(t, EVENT, "mouse 0 at 5,7 down");
	term_keys(t, "\033[<64;80;24m");
	term_wait_row(t, EVENT, "mouse 64 at 80,24 up");
	line_is(t, "ab");
	assert_int_equal(term_state(t).mouse, VT_MOUSE_CLICK);
	term_keys(t, "\003quit\r");
	term_exit_is(t, 0);
	assert_int_equal(term_state(t).mouse, VT_MOUSE_NONE);
}

static void test_interrupt(void **state)
{
	struct term *t = start(state);

	term_keys(t, "text");
	line_is(t, "text");
	term_key(t, "Ctrl-C");
	term_wait_row(t, EVENT, "interrupted");
	line_is(t, "");
	term_key(t, "Ctrl-C");
	term_wait_row(t, EVENT, "nothing to interrupt");
	term_keys(t, "ab\030\003"); /* in the middle of a key of two */
	term_wait_row(t, EVENT, "interrupted");
	line_is(t, "ab");
	term_keys(t, "\004"); /* deletes: only on an empty line it ends */
	line_is(t, "ab");
	term_keys(t, "\003\004");
	term_exit_is(t, 0);
}

static void test_vi(void **state)
{
	char path[] = "/tmp/inputrc-XXXXXX", variable[60];
	int fd = mkstemp(path);
	struct term *t;

	assert_true(fd >= 0 && write(fd, "set editing-mode vi\n", 20) == 20);
	close(fd);
	snprintf(variable, sizeof(variable), "INPUTRC=%s", path);
	t = start_with(state, variable);
	unlink(path);
	term_keys(t, "hello\033");
	term_row_is(t, LINE, "vi> hello");
	term_keys(t, "0x");
	term_row_is(t, LINE, "vi> ello");
	term_keys(t, "\033[C\033[15~");
	term_wait_row(t, 0, "key=F5");
	term_cursor_is(t, LINE, TEXT_COL + 3);
	term_keys(t, "iX\0330\004"); /* Esc and 0 in one read, and no Ctrl-D that sends */
	term_row_is(t, LINE, "vi> eXllo");
	term_cursor_is(t, LINE, TEXT_COL + 2);
	term_keys(t, "\r");
	term_wait_row(t, EVENT, "entered eXllo");
	term_row_is(t, LINE, ">");
}

/* ---- history ---- */

static void search_is(struct term *t, const char *prompt, const char *text)
{
	char row[200];

	snprintf(row, sizeof(row), "%s> %s", prompt, text);
	term_row_is(t, LINE, row);
}

static void test_search(void **state)
{
	struct term *t = start(state);

	term_keys(t, "one\rgr\u00f6n\rthree\rmine");
	term_wait_row(t, 0, "entered=3");
	term_keys(t, "\022gr\u00f6");
	search_is(t, "(reverse-i-search)`gr\u00f6': ", "gr\u00f6n");
	term_keys(t, "q");
	search_is(t, "(failed reverse-i-search)`gr\u00f6q': ", "gr\u00f6n");
	term_key(t, "Ctrl-C");
	line_is(t, "mine");
	term_keys(t, "\022on");
	search_is(t, "(reverse-i-search)`on': ", "one");
	term_keys(t, "\007");
	line_is(t, "mine");
	term_keys(t, "\022on\033[C"); /* an arrow takes what was found, and moves */
	line_is(t, "one");
	term_cursor_is(t, LINE, TEXT_COL + 1);
}

static void test_history_has_kinds_and_a_file(void **state)
{
	char dir[] = "/tmp/history-XXXXXX", file[80], variable[100];
	struct term *t;
	struct stat st;

	assert_non_null(mkdtemp(dir));
	snprintf(file, sizeof(file), "%s/a/b/history", dir);
	snprintf(variable, sizeof(variable), "HISTORY=%s", file);
	t = start_with(state, variable);
	term_keys(t, "plain\rhex\r00 ff\r00 ff\r:open\033\rback\\slash\rtext\rquit\r");
	term_exit_is(t, 0);
	demo_end(state);
	assert_int_equal(stat(file, &st), 0);
	assert_int_equal(st.st_mode & 07777, 0600);
	assert_int_equal(st.st_size, strlen("tplain\nthex\nx00 ff\n:"
					    ":open\\nback\\\\slash\nttext\ntquit\n"));

	t = start_with(state, variable);
	term_keys(t, "mine");
	term_key(t, "Up");
	line_is(t, "quit");
	term_key(t, "Up");
	term_key(t, "Up");
	line_is(t, ":open/back\\slash");
	term_wait_row(t, EVENT, "recalled :");
	term_key(t, "Up");
	line_is(t, "00 ff");
	term_wait_row(t, EVENT, "recalled x");
	for (int i = 0; i < 4; i++)
		term_key(t, "Down");
	line_is(t, "mine");
	term_wait_row(t, EVENT, "recalled t");
	unlink(file);
	snprintf(file, sizeof(file), "%s/a/b", dir);
	rmdir(file);
	snprintf(file, sizeof(file), "%s/a", dir);
	rmdir(file);
	assert_int_equal(rmdir(dir), 0);
}

static size_t lines_in(const char *path)
{
	FILE *f = fopen(path, "re");
	size_t count = 0;
	int c;

	assert_non_null(f);
	while ((c = getc(f)) != EOF)
		count += c == '\n';
	fclose(f);
	return count;
}

static void test_history_file_that_is_damaged_or_too_long(void **state)
{
	char path[] = "/tmp/history-XXXXXX", variable[60];
	int fd = mkstemp(path);
	struct term *t;

	assert_true(fd >= 0);
	for (int i = 0; i < 1500; i++)
		assert_true(dprintf(fd, "tentry %d\n", i) > 0);
	assert_true(dprintf(fd, "?kind\nxbad\\q\nt\n\nhalf") > 0);
	close(fd);
	snprintf(variable, sizeof(variable), "HISTORY=%s", path);
	t = start_with(state, variable);
	assert_int_equal(lines_in(path), 1000);
	term_key(t, "Up");
	line_is(t, "entry 1499");
	term_keys(t, "\033<"); /* the oldest */
	line_is(t, "entry 500");
	unlink(path);
}

static void test_history_follows_no_symlink(void **state)
{
	char dir[] = "/tmp/history-XXXXXX", file[80], variable[100];
	const char *const env[] = { variable, NULL };
	struct term *t;

	assert_non_null(mkdtemp(dir));
	snprintf(file, sizeof(file), "%s/link", dir);
	snprintf(variable, sizeof(variable), "HISTORY=%s", file);
	assert_int_equal(symlink("/dev/null", file), 0);
	t = demo_run(state, 24, 80, env);
	assert_non_null(t);
	term_exit_is(t, 1);
	assert_true(term_shows(t, "error: open /tmp/history-"));
	unlink(file);
	assert_int_equal(mkfifo(file, 0600), 0); /* nor waits for a writer */
	demo_end(state);
	t = demo_run(state, 24, 80, env);
	assert_non_null(t);
	term_exit_is(t, 1);
	assert_true(term_shows(t, "is no plain file"));
	unlink(file);
	rmdir(dir);
}

/* ---- completion ---- */

static void test_completion(void **state)
{
	static const struct {
		const char *typed, *line, *event;
	} cases[] = {
		{ "be\t", "beta", "" },
		{ "x k\ty", "x key=y", "" },
		{ "al\t", "alp", "matches alpha alpine" },
		{ "alp\t\t", "alp", "matches alpha alpine" },
		{ "s\t", "s\u00f6nke", "" },
		{ "nothing\t", "nothing", "" },
		{ "al\be\t", "ae", "" },
	};
	struct term *t = start(state);

	for (size_t i = 0; i < COUNT(cases); i++) {
		term_keys(t, cases[i].typed);
		line_is(t, cases[i].line);
		if (*cases[i].event)
			term_row_is(t, EVENT, cases[i].event);
		term_keys(t, "|");
		term_key(t, "Ctrl-C");
		term_row_is(t, EVENT, "interrupted");
	}
	term_keys(t, "be\t|");
	line_is(t, "beta |");
}

/* ---- pastes ---- */

static void test_paste_is_text(void **state)
{
	struct term *t = start(state);

	term_paste(t, ":q\r\nab\rc\n\x01\x00z", 12);
	line_is(t, ":q/ab/c/.\\0z");
	term_wait_row(t, EVENT, "pasted into empty");
	term_wait_row(t, 0, "entered=0");
	term_paste(t, "more", 4);
	term_row_is(t, EVENT, "pasted");
	line_is(t, ":q/ab/c/.\\0zmore");
	term_keys(t, "\037"); /* one step for undo */
	line_is(t, ":q/ab/c/.\\0z");
}

static void test_paste_is_found_however_it_is_cut(void **state)
{
	static const char paste[] = "\033[200~one\033[2J\033[20two\r\033[201~x";
	struct term *t = start(state);

	for (size_t cut = 6; cut < sizeof(paste) - 1; cut++) {
		term_send(t, paste, cut);
		demo_pass(t, 5);
		term_send(t, paste + cut, sizeof(paste) - 1 - cut);
		line_is(t, "one.[2J.[20two/x");
		term_key(t, "Ctrl-C");
		line_is(t, "");
	}
}

static void test_long_paste(void **state)
{
	static char bytes[10001];
	struct term *t = start(state);

	for (size_t i = 0; i < sizeof(bytes) - 1; i++)
		bytes[i] = (char)(i % 100 == 99 ? '\r' : 'a' + (int)(i % 26));
	term_paste(t, bytes, sizeof(bytes) - 1);
	term_wait_row(t, EVENT, "pasted into empty");
	term_keys(t, "\001keep this\r");
	term_wait_row(t, 0, "entered=1");
	term_wait_row(t, EVENT, "entered keep thisabcdef");
}

static void test_paste_without_end(void **state)
{
	struct term *t = start(state);

	term_keys(t, "\033[200~lost");
	line_is(t, "lost");
	term_keys(t, "\rmore\r"); /* it only was late: still a paste */
	line_is(t, "lost/more/");
	term_keys(t, "x"); /* one key after a silence is a person */
	line_is(t, "lost/more/x");
	term_key(t, "Enter");
	term_wait_row(t, 0, "entered=1");

	term_keys(t, "\033[200~dropped");
	demo_pass(t, 5);
	term_key(t, "Ctrl-C");
	term_keys(t, "y");
	term_wait_row(t, LINE, "y");
	term_key(t, "Enter");
	term_wait_row(t, 0, "entered=2");
}

/* ---- the editor ---- */

static void test_editor(void **state)
{
	struct term *t = start_with(state, "VISUAL=sed -i 's/o/0/g; s/$/ edited/'");

	term_keys(t, "foo\030\005");
	line_is(t, "f00 edited");
	term_wait_row(t, EVENT, "edited");
	term_cursor_is(t, LINE, TEXT_COL + 10);
	assert_true(term_state(t).alt_screen);
}

static void test_editor_that_fails(void **state)
{
	struct term *t = start_with(state, "VISUAL=false");

	term_keys(t, "foo\030\005");
	term_wait_row(t, EVENT, "not edited: the editor ended with status 1");
	line_is(t, "foo");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_teardown(test_cursor_is_where_the_character_is, demo_end),
		cmocka_unit_test_teardown(test_kept_line_has_its_cursor, demo_end),
		cmocka_unit_test_teardown(test_newline_inside_the_line, demo_end),
		cmocka_unit_test_teardown(test_bytes_that_are_no_character, demo_end),
		cmocka_unit_test_teardown(test_keys_in_pieces, demo_end),
		cmocka_unit_test_teardown(test_lone_escape_is_released, demo_end),
		cmocka_unit_test_teardown(test_bound_keys, demo_end),
		cmocka_unit_test_teardown(test_unbound_keys_leave_no_garbage, demo_end),
		cmocka_unit_test_teardown(test_other_map, demo_end),
		cmocka_unit_test_teardown(test_mouse, demo_end),
		cmocka_unit_test_teardown(test_interrupt, demo_end),
		cmocka_unit_test_teardown(test_vi, demo_end),
		cmocka_unit_test_teardown(test_search, demo_end),
		cmocka_unit_test_teardown(test_history_has_kinds_and_a_file, demo_end),
		cmocka_unit_test_teardown(test_history_file_that_is_damaged_or_too_long, demo_end),
		cmocka_unit_test_teardown(test_history_follows_no_symlink, demo_end),
		cmocka_unit_test_teardown(test_completion, demo_end),
		cmocka_unit_test_teardown(test_paste_is_text, demo_end),
		cmocka_unit_test_teardown(test_paste_is_found_however_it_is_cut, demo_end),
		cmocka_unit_test_teardown(test_long_paste, demo_end),
		cmocka_unit_test_teardown(test_paste_without_end, demo_end),
		cmocka_unit_test_teardown(test_editor, demo_end),
		cmocka_unit_test_teardown(test_editor_that_fails, demo_end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
