/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The harness tests itself: this program runs itself again in a terminal, as the
 * child "test_term ROLE", and looks at it with term.h.
 */
#include "term.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <unistd.h>

#include <cmocka.h>

/* ---- what the child does ---- */

static void raw_mode(void)
{
	struct termios tio;

	tcgetattr(STDIN_FILENO, &tio);
	cfmakeraw(&tio);
	tcsetattr(STDIN_FILENO, TCSANOW, &tio);
}

static void say(const char *text)
{
	fputs(text, stdout);
	fflush(stdout);
}

/* Shows how many bytes came, and the last eight; "q" ends it with 7. */
static int role_keys(void)
{
	unsigned char buf[4096], last[8] = { 0 };
	size_t total = 0;
	ssize_t n = 0;

	raw_mode();
	say("\033[?2004h\033[?1hready\r\n");
	while (last[7] != 'q' && (n = read(STDIN_FILENO, buf, sizeof(buf))) > 0) {
		total += (size_t)n;
		for (ssize_t i = 0; i < n; i++) {
			memmove(last, last + 1, 7);
			last[7] = buf[i];
		}
		printf("\r\033[Ktotal %zu last", total);
		for (int i = 0; i < 8; i++)
			printf(" %02x", last[i]);
		fflush(stdout);
	}
	return 7;
}

static void say_size(void)
{
	struct winsize size;

	ioctl(STDIN_FILENO, TIOCGWINSZ, &size);
	printf("\033[H\033[2Jsize %dx%d", size.ws_row, size.ws_col);
	fflush(stdout);
}

static int role_size(void)
{
	sigset_t set;
	int sig;

	sigemptyset(&set);
	sigaddset(&set, SIGWINCH);
	sigprocmask(SIG_BLOCK, &set, NULL);
	say_size();
	while (sigwait(&set, &sig) == 0)
		say_size();
	return 0;
}

/* Draws one screen of everything and waits for a key. */
static int role_paint(void)
{
	raw_mode();
	say("\033[?1049h\033[H\033[2J"
	    "plain \033[1mbold\033[m \033[7mreverse\033[m \033[31;42mred\033[m "
	    "\033[38;5;208morange\033[m"
	    "\033[2;1H\u65e5\u672c e\u0301 \U0001f600|"
	    "\033[3;1Hx\033[9b"
	    "\033[5;7Hhere\033[?25l\033[5;7H");
	getchar();
	say("\033[?25h\033[?1049l");
	return 0;
}

static int role_hostile(void)
{
	static const char *const attack[128] = {
		['b'] = "\a",          ['t'] = "\033]0;owned\a", ['o'] = "\033]52;c;b3duZWQ=\a",
		['d'] = "\033[c",      ['c'] = "\033[5;6;7y",    ['p'] = "\033Pnonsense\033\\",
		['m'] = "\033[?1000h", ['a'] = "\033[?1049h",    ['r'] = "\033[?5h",
		['s'] = "\033[4 q",
	};
	int c;

	raw_mode();
	say("ready\r\n");
	while ((c = getchar()) != EOF && c != 'q') {
		if (c >= 0 && c < 128 && attack[c])
			say(attack[c]);
		else if (c == '?')
			say("key 63 ");
		printf("did %c ", c);
		fflush(stdout);
	}
	return 0;
}

static int role_env(void)
{
	static const char *const names[] = { "TERM",  "LC_ALL",  "HOME",  "INPUTRC",
					     "LINES", "COLUMNS", "STATE", "LEAK" };

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		const char *value = getenv(names[i]);

		printf("%s=%s\n", names[i], value ? value : "(unset)");
	}
	return 0;
}

/* Writes until the terminal takes no more, says so through a file, goes on when it can. */
static int role_stall(const char *path)
{
	struct pollfd out = { .fd = STDOUT_FILENO, .events = POLLOUT };
	int file;

	raw_mode();
	fcntl(STDOUT_FILENO, F_SETFL, O_RDWR | O_NONBLOCK);
	while (write(STDOUT_FILENO, "all work and no play\r\n", 22) > 0)
		;
	file = errno == EAGAIN ? open(path, O_CREAT | O_WRONLY | O_CLOEXEC, 0600) : -1;
	if (file < 0)
		return 1;
	close(file);
	poll(&out, 1, -1);
	fcntl(STDOUT_FILENO, F_SETFL, O_RDWR);
	say("\r\nflowing again");
	return 0;
}

static int child(const char *role, const char *arg)
{
	if (strcmp(role, "keys") == 0)
		return role_keys();
	if (strcmp(role, "size") == 0)
		return role_size();
	if (strcmp(role, "paint") == 0)
		return role_paint();
	if (strcmp(role, "hostile") == 0)
		return role_hostile();
	if (strcmp(role, "env") == 0)
		return role_env();
	return strcmp(role, "stall") == 0 ? role_stall(arg) : 99;
}

/* ---- the tests ---- */

static struct term *start_with(void **state, const char *role, const char *arg)
{
	const char *const argv[] = { "/proc/self/exe", role, arg, NULL };
	const char *const env[] = { "STATE=given", NULL };
	struct term *t = term_start(12, 60, argv, env);

	assert_non_null(t);
	*state = t;
	return t;
}

static struct term *start(void **state, const char *role)
{
	return start_with(state, role, NULL);
}

static int end(void **state)
{
	term_end(*state);
	*state = NULL;
	return 0;
}

static void test_keys_arrive_as_xterm_sends_them(void **state)
{
	static const struct {
		const char *key, *bytes;
	} cases[] = {
		{ "F1", " 1b 4f 50" },
		{ "F5", " 1b 5b 31 35 7e" },
		{ "F10", " 1b 5b 32 31 7e" },
		{ "Up", " 1b 4f 41" },
		{ "pgdn", " 1b 5b 36 7e" },
		{ "Shift-Tab", " 1b 5b 5a" },
		{ "Alt-Up", " 1b 5b 31 3b 33 41" },
		{ "Alt-Enter", " 1b 0d" },
		{ "Alt-a", " 1b 61" },
		{ "Ctrl-C", " 03" },
		{ "Ctrl-@", " 00" },
		{ "Ctrl-_", " 1f" },
		{ "Backspace", " 7f" },
	};
	struct term *t = start(state, "keys");
	char want[64];

	term_wait(t, "ready");
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		/* something else in front, so that a missing byte cannot hide */
		term_keys(t, "........");
		term_key(t, cases[i].key);
		snprintf(want, sizeof(want), "2e%s", cases[i].bytes);
		term_wait_row(t, 1, want);
	}
	assert_false(term_send_key(t, "F99"));
	assert_false(term_send_key(t, "Ctrl-1"));
	term_keys(t, "q");
	term_exit_is(t, 7);
}

static void test_arrows_follow_the_cursor_key_mode(void **state)
{
	char out[8];

	(void)state;
	assert_int_equal(term_key_bytes("Up", false, out, sizeof(out)), 3);
	assert_memory_equal(out, "\033[A", 3);
	assert_int_equal(term_key_bytes("Up", true, out, sizeof(out)), 3);
	assert_memory_equal(out, "\033OA", 3);
	assert_int_equal(term_key_bytes("Alt-Alt-", true, out, sizeof(out)), 0);
}

static void test_paste_is_bracketed_and_whole(void **state)
{
	static char bytes[100000];
	struct term *t = start(state, "keys");

	memset(bytes, 'p', sizeof(bytes));
	term_paste(t, bytes, sizeof(bytes));
	term_wait(t, "total 100012 last 70 70 1b 5b 32 30 31 7e");
	assert_true(term_state(t).bracketed_paste);
	term_keys(t, "q");
	term_exit_is(t, 7);
}

static void test_screen_text_cells_and_cursor(void **state)
{
	struct term *t = start(state, "paint");
	struct vt_cell cell;

	term_row_is(t, 0, "plain bold reverse red orange");
	term_row_is(t, 1, "\u65e5\u672c e\u0301 \U0001f600|");
	term_row_is(t, 2, "xxxxxxxxxx");
	term_row_is(t, -8, "      here");
	term_cursor_is(t, 4, 6);
	assert_false(term_state(t).cursor_visible);
	assert_true(term_state(t).alt_screen);
	assert_true(vt_cell(term_vt(t), 0, 6, &cell));
	assert_true(cell.bold);
	assert_string_equal(cell.text, "b");
	vt_cell(term_vt(t), 0, 11, &cell);
	assert_true(cell.reverse && !cell.bold);
	vt_cell(term_vt(t), 0, 19, &cell);
	assert_int_equal(cell.fg, 1);
	assert_int_equal(cell.bg, 2);
	vt_cell(term_vt(t), 0, 23, &cell);
	assert_int_equal(cell.fg, 208);
	assert_int_equal(cell.bg, VT_DEFAULT_COLOR);
	vt_cell(term_vt(t), 1, 0, &cell);
	assert_int_equal(cell.width, 2);
	vt_cell(term_vt(t), 1, 1, &cell);
	assert_string_equal(cell.text, "");
	assert_false(vt_cell(term_vt(t), 12, 0, &cell));
	assert_int_equal(term_count(t, "xx"), 5);
	term_keys(t, ".");
	term_exit_is(t, 0);
	assert_false(term_state(t).alt_screen);
}

static void test_resize_is_told_and_drawn(void **state)
{
	static const int sizes[][2] = { { 5, 20 }, { 50, 200 }, { 1, 12 }, { 24, 80 } };
	struct term *t = start(state, "size");
	char want[32];

	term_row_is(t, 0, "size 12x60");
	for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
		term_resize(t, sizes[i][0], sizes[i][1]);
		snprintf(want, sizeof(want), "size %dx%d", sizes[i][0], sizes[i][1]);
		term_row_is(t, 0, want);
	}
	term_signal(t, SIGTERM);
	term_exit_is(t, 128 + SIGTERM);
}

static void test_everything_hostile_is_noticed(void **state)
{
	struct term *t = start(state, "hostile");
	struct vt_state before;
	char did[] = "did ?";

	term_wait(t, "ready");
	/* The answer to DA ends in "c" and so is a key of its own: it comes last. */
	for (const char *key = "btocpmsrad"; *key; key++) {
		before = term_state(t);
		term_send(t, key, 1);
		did[4] = *key;
		term_wait(t, did);
		assert_false(term_is_unharmed(t, &before));
	}
	assert_string_equal(term_state(t).title, "owned");
	assert_int_equal(term_state(t).mouse, VT_MOUSE_CLICK);
	/* the terminal's answer to DA comes back as if typed: what an attacker is after */
	term_wait(t, "key 63");
	term_keys(t, "q");
	term_exit_is(t, 0);
}

static void test_environment_is_fixed(void **state)
{
	struct term *t;

	setenv("LEAK", "of the machine", 1);
	t = start(state, "env");
	term_wait(t, "LEAK=(unset)");
	term_row_is(t, 0, "TERM=xterm-256color");
	term_row_is(t, 1, "LC_ALL=C.UTF-8");
	term_row_is(t, 2, "HOME=/nonexistent");
	term_row_is(t, 3, "INPUTRC=/dev/null");
	term_row_is(t, 4, "LINES=7");
	term_row_is(t, 5, "COLUMNS=33");
	term_row_is(t, 6, "STATE=given");
	term_exit_is(t, 0);
}

static bool file_exists(struct term *t, void *ctx)
{
	(void)t;
	return access(ctx, F_OK) == 0;
}

static void test_stall_stops_the_program_until_unstalled(void **state)
{
	char dir[] = "/tmp/test_term.XXXXXX";
	char path[64];
	struct term *t;

	assert_non_null(mkdtemp(dir));
	snprintf(path, sizeof(path), "%s/stalled", dir);
	t = start_with(state, "stall", path);
	term_stall(t);
	term_wait_fn(t, file_exists, path);
	assert_false(term_shows(t, "all work"));
	term_unstall(t);
	term_wait(t, "flowing again");
	term_exit_is(t, 0);
	assert_true(term_wrote(t, "\r\nflowing again", 15));
	unlink(path);
	rmdir(dir);
}

static bool never(struct term *t, void *ctx)
{
	(void)t, (void)ctx;
	return false;
}

static void test_waiting_ends_at_the_deadline_or_with_the_program(void **state)
{
	struct term *t = start(state, "keys");
	int status;

	term_wait(t, "ready");
	assert_false(term_until(t, never, NULL, 20));
	assert_non_null(strstr(term_why(t), "did not come"));
	assert_false(term_until_exit(t, 20, &status));
	term_keys(t, "q");
	/* at once, not after ten seconds */
	assert_false(term_until_shown(t, "never there"));
	assert_non_null(strstr(term_why(t), "ended"));
	assert_int_equal(term_exit_status(t), 7);
	assert_false(term_send_text(t, "nobody reads"));
}

static void test_missing_program_ends_with_127(void **state)
{
	const char *const argv[] = { "/nonexistent/program", NULL };
	struct term *t = term_start(3, 40, argv, NULL);

	assert_non_null(t);
	*state = t;
	term_wait(t, "cannot run the program");
	term_exit_is(t, 127);
}

static void test_end_leaves_nothing_running(void **state)
{
	struct term *t = start(state, "size");
	pid_t pid = term_pid(t);

	term_wait(t, "size");
	end(state);
	assert_int_equal(kill(pid, 0), -1);
	assert_int_equal(errno, ESRCH);
}

#define TEST(function) cmocka_unit_test_teardown(function, end)

int main(int argc, char **argv)
{
	static const struct CMUnitTest tests[] = {
		TEST(test_keys_arrive_as_xterm_sends_them),
		TEST(test_arrows_follow_the_cursor_key_mode),
		TEST(test_paste_is_bracketed_and_whole),
		TEST(test_screen_text_cells_and_cursor),
		TEST(test_resize_is_told_and_drawn),
		TEST(test_everything_hostile_is_noticed),
		TEST(test_environment_is_fixed),
		TEST(test_stall_stops_the_program_until_unstalled),
		TEST(test_waiting_ends_at_the_deadline_or_with_the_program),
		TEST(test_missing_program_ends_with_127),
		TEST(test_end_leaves_nothing_running),
	};

	if (argc > 1)
		return child(argv[1], argv[2]);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
