/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The script runner: order, places of errors, what is waited for, and what "expect" sees. */
#include "command/script.h"
#include "fake_face.h"
#include "util/num.h"

#include <fcntl.h>
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

static bool is_over(struct fake_face *f, void *ctx)
{
	(void)ctx;
	return script_is_idle(f->face.script);
}

/* Runs what is queued to its end. */
static enum script_status run(struct fake_face *f)
{
	unsigned ends = f->ends;

	script_start(f->face.script);
	fake_until(f, is_over, NULL);
	assert_int_equal(f->ends, ends + 1);
	return f->ended;
}

static void add(struct fake_face *f, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

static void add(struct fake_face *f, const char *fmt, ...)
{
	char line[1024];
	struct error e;
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(line, sizeof(line), fmt, ap);
	va_end(ap);
	if (!script_add_line(f->face.script, line, &e))
		fail_msg("%s", e.text);
}

/* Two sockets that know each other: [1] answers itself, [2] is current and sends to [1]. */
static void open_pair(struct fake_face *f)
{
	fake_must(f, "open udp4 127.0.0.1:0");
	fake_must(f, "echo-server on");
	fake_must(f, "open udp4 127.0.0.1:0");
	fake_must(f, "to 127.0.0.1:%u", f->session.sockets[0]->sock.local.port);
}

/* A file that lives as long as the test. */
static const char *file_of(const char *text, size_t n)
{
	static char path[64];
	int fd;

	snprintf(path, sizeof(path), "/tmp/udpdeck-script-XXXXXX");
	fd = mkstemp(path);
	assert_true(fd >= 0);
	assert_int_equal(write(fd, text, n), n);
	close(fd);
	return path;
}

static void add_text(struct fake_face *f, const char *text, size_t n)
{
	const char *path = file_of(text, n);
	struct error e;

	if (!script_add_file(f->face.script, path, &e))
		fail_msg("%s", e.text);
	unlink(path);
}

static void must_say(const struct fake_face *f, const char *text)
{
	if (!strstr(f->why.text, text))
		fail_msg("\"%s\" does not say \"%s\"", f->why.text, text);
}

/* ---- order and places ---- */

static void lines_run_in_order(void **state)
{
	static const char file[] = "open udp6\n\n# a comment\n:echo in the file";
	struct fake_face *f = *state;

	assert_true(script_is_idle(f->face.script));
	add(f, "open udp4 127.0.0.1:0");
	add(f, ":set ttl 9");
	add(f, "# nothing");
	add(f, " ");
	add_text(f, file, strlen(file));
	add(f, "echo a\\tb");
	assert_int_equal(f->session.socket_count, 0);
	assert_int_equal(run(f), SCRIPT_DONE);
	assert_int_equal(f->session.socket_count, 2);
	assert_string_equal(f->echoed, "in the file\na\\tb\n");
	assert_int_equal(run(f), SCRIPT_DONE);
}

static void faults_have_their_place(void **state)
{
	static const struct {
		const char *text;
		size_t n;
		const char *says;
	} rows[] = {
		{ "open udp4\nsend \\q\n", 18, ":2:6: \"\\q\"" },
		{ "open udp4\n:send \\q", 18, ":2:7: \"\\q\"" },
		{ "\n\n\xc3\xa4\xc3\xb6 x", 8, ":3:1: " },
		{ "close\n", 6, ":1: no socket" },
		{ "so", 2, ":1:1: \"so\" is no command" },
		{ "wait 1x\r\n", 9, ":1:6: \"1x\"" },
		{ "open udp4\nraw a\0b\n", 18, ":2:6: a NUL byte" },
		{ ":raw \0", 6, ":1:6: a NUL byte" },
		{ "expect", 6, ":1:7: usage: expect" },
		{ "expect timeout 1s from 1.2.3.4:99999 x", 38, ":1:" },
		{ "expect /a(/", 11, ":1:11: " },
		{ "source /nonexistent/file", 24, ":1: /nonexistent/file" },
		{ "source /dev/null", 16, "no ordinary file" },
	};
	struct fake_face *f = *state;

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		add_text(f, rows[i].text, rows[i].n);
		add(f, "echo not reached");
		assert_int_equal(run(f), SCRIPT_ERROR);
		must_say(f, rows[i].says);
		if (strncmp(f->why.text, "/tmp/udpdeck-script-", 20) != 0)
			fail_msg("\"%s\" does not name the file", f->why.text);
		assert_int_equal(f->why.at, -1);
		assert_string_equal(f->echoed, "");
		while (f->session.socket_count)
			fake_must(f, "close");
	}
	add(f, "open udp4");
	add(f, ":send \\q");
	assert_int_equal(run(f), SCRIPT_ERROR);
	must_say(f, "-c:2:7: \"\\q\"");
	assert_false(script_add_file(f->face.script, "/nonexistent/file", &f->why));
	assert_false(script_add_file(f->face.script, "/tmp", &f->why));
}

static void a_line_has_a_greatest_length(void **state)
{
	struct fake_face *f = *state;
	size_t n = COMMAND_LINE_MAX + 1;
	char *text = malloc(n + 1);

	assert_non_null(text);
	memset(text, 'x', n);
	memcpy(text, "# ", 2);
	text[n - 1] = '\n';
	add_text(f, text, n);
	assert_int_equal(run(f), SCRIPT_DONE);
	text[n - 1] = 'x';
	text[n] = '\n';
	add_text(f, text, n + 1);
	assert_int_equal(run(f), SCRIPT_ERROR);
	must_say(f, ":1:262145: a line may hold 256 KiB");
	free(text);
}

static void files_source_files(void **state)
{
	struct fake_face *f = *state;
	char inner[64], outer[256];
	FILE *file;

	snprintf(inner, sizeof(inner), "%s", file_of("echo one\necho two\n", 18));
	snprintf(outer, sizeof(outer), "echo begin\nsource %s\necho end\n", inner);
	add_text(f, outer, strlen(outer));
	assert_int_equal(run(f), SCRIPT_DONE);
	assert_string_equal(f->echoed, "begin\none\ntwo\nend\n");
	unlink(inner);

	/* one that sources itself */
	snprintf(inner, sizeof(inner), "%s", file_of("", 0));
	file = fopen(inner, "we");
	assert_non_null(file);
	fprintf(file, "wait 0\nsource %s\n", inner);
	fclose(file);
	add(f, "source %s", inner);
	assert_int_equal(run(f), SCRIPT_ERROR);
	must_say(f, ":2: 16 files source one another");
	unlink(inner);
}

static void commands_name_the_column(void **state)
{
	static const struct {
		const char *line;
		ptrdiff_t at; /* -2: wherever */
		const char *says;
	} rows[] = {
		{ "wait", 4, "usage: wait D" },
		{ "wait soon", 5, "soon" },
		{ "wait 1s 2s", 8, "usage: wait D" },
		{ "echo \\q", 5, "\\q" },
		{ "expect", 6, "usage: expect" },
		{ "expect ", 7, "usage: expect" },
		{ "expect  timeout", 15, "the time is missing" },
		{ "expect timeout soon any", 15, "soon" },
		{ "expect from", 11, "the address is missing" },
		{ "expect from 1.2.3.999 any", 12, "1.2.3.999" },
		{ "expect from :99999 any", 12, "99999" },
		{ "expect from @7 any", 12, "no peer @7" },
		{ "expect from @x any", -2, "x" },
		{ "expect socket 9 any", 14, "no socket 9" },
		{ "expect socket any", 14, "any" },
		{ "expect socket 1", 15, "is missing" },
		{ "expect none x", 12, "nothing may follow" },
		{ "expect two words", 11, "in quotes" },
		{ "expect /a(/", 10, "parenthesis" },
		{ "expect hex 0g", 11, "0g" },
		{ "source", 6, "usage: source FILE" },
		{ "source /nonexistent/x", -2, "No such file" },
		{ "source /dev/null", -2, "ordinary" },
	};
	struct fake_face *f = *state;
	struct error e;

	fake_must(f, "open udp4 127.0.0.1:0");
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		if (fake_run(f, rows[i].line, &e))
			fail_msg("\"%s\" was accepted", rows[i].line);
		if (!strstr(e.text, rows[i].says) || (rows[i].at > -2 && e.at != rows[i].at))
			fail_msg("\"%s\": at %td: %s", rows[i].line, e.at, e.text);
		assert_true(script_is_idle(f->face.script));
	}
}

/* ---- waiting ---- */

static void a_pipe_runs_line_by_line_as_it_arrives(void **state)
{
	struct fake_face *f = *state;
	char path[64];
	struct error e;
	int fd, turns = 0;

	snprintf(path, sizeof(path), "%s", file_of("", 0));
	unlink(path);
	assert_int_equal(mkfifo(path, 0600), 0);
	assert_true(script_add_file(f->face.script, path, &e));
	script_start(f->face.script);
	assert_true(loop_turn(f->loop, 0, &e));
	fd = open(path, O_WRONLY | O_CLOEXEC);
	assert_true(fd >= 0);
	assert_int_equal(write(fd, "echo one\nec", 11), 11);
	while (!f->echoed[0] && turns++ < 1000)
		assert_true(loop_turn(f->loop, NS_PER_S / 100, &e));
	assert_string_equal(f->echoed, "one\n");
	assert_false(script_is_idle(f->face.script));
	assert_int_equal(write(fd, "ho two", 6), 6);
	close(fd);
	fake_until(f, is_over, NULL);
	assert_string_equal(f->echoed, "one\ntwo\n");
	assert_int_equal(f->ended, SCRIPT_DONE);
	unlink(path);
}

static void wait_waits(void **state)
{
	struct fake_face *f = *state;
	uint64_t start = clock_monotonic(&clock_system);

	add(f, "wait 50ms");
	add(f, "echo later");
	assert_int_equal(run(f), SCRIPT_DONE);
	assert_true(clock_monotonic(&clock_system) - start >= 50 * NS_PER_MS);
	assert_string_equal(f->echoed, "later\n");
}

static void a_name_is_waited_for(void **state)
{
	struct fake_face *f = *state;

	add(f, "open udp4 127.0.0.1:0");
	add(f, "to localhost 9");
	add(f, "send x");
	add(f, "to no-such-host.invalid:9 send x");
	assert_int_equal(run(f), SCRIPT_ERROR);
	must_say(f, "-c:4:");
	must_say(f, "no-such-host.invalid");
	assert_int_equal(f->session.tx, 1);
}

static void a_script_can_be_stopped(void **state)
{
	struct fake_face *f = *state;
	struct error e;

	add(f, "wait 1h");
	script_start(f->face.script);
	assert_true(loop_turn(f->loop, NS_PER_S, &e));
	assert_false(script_is_idle(f->face.script));
	script_stop(f->face.script);
	assert_true(script_is_idle(f->face.script));
	assert_int_equal(f->ends, 0);
	add(f, "quit"); /* the fake face's quit stops the script that runs it */
	add(f, "echo not reached");
	script_start(f->face.script);
	fake_until(f, is_over, NULL);
	assert_true(f->quit);
	assert_int_equal(f->ends, 0);
	assert_string_equal(f->echoed, "");
}

/* ---- expect ---- */

static void expect_sees_each_form(void **state)
{
	static const char *const lines[] = {
		"expect socket 2 PONG",
		"expect socket 2 \"PONG 1\"",
		"expect socket 2 /^pong \\d$/i",
		"expect socket 2 hex 50 4f 4e 47",
		"expect timeout 10s socket 2 any",
		"expect socket 2 from 127.0.0.1 any",
		"expect from @1 PONG",
	};
	struct fake_face *f = *state;

	open_pair(f);
	fake_must(f, "send hello");
	fake_until_rx(f, 2);
	for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++) {
		add(f, "send PONG 1");
		add(f, "%s", lines[i]);
		add(f, "expect timeout 0 socket 2 none");
	}
	if (run(f) != SCRIPT_DONE)
		fail_msg("%s", f->why.text);
}

static void expect_looks_only_at_what_was_not_consumed(void **state)
{
	struct fake_face *f = *state;

	open_pair(f);
	fake_must(f, "send before");
	fake_until_rx(f, 2);
	add(f, "send one");
	add(f, "send two");
	add(f, "send three");
	add(f, "expect socket 2 two");
	add(f, "expect socket 2 three");
	add(f, "expect timeout 30ms one");
	assert_int_equal(run(f), SCRIPT_UNEXPECTED);
	must_say(f, "-c:6: expect timeout 30ms one: not within 30 ms; nothing came");
	add(f, "expect timeout 0 before");
	assert_int_equal(run(f), SCRIPT_UNEXPECTED);
}

/* With a clock that stands still: the time of the first is over when all has come. */
static void a_failure_lists_what_came(void **state)
{
	struct fake_face *f = *state;

	open_pair(f);
	for (int i = 1; i <= 4; i++)
		add(f, "send no %d\\n\\x1b[31m", i);
	add(f, "expect timeout 100ms PONG");
	script_start(f->face.script);
	fake_until_rx(f, 8);
	fake_advance(f, 100 * NS_PER_MS);
	fake_until(f, is_over, NULL);
	assert_int_equal(f->ended, SCRIPT_UNEXPECTED);
	must_say(f, "8 others came, the last: 127.0.0.1:");
	must_say(f, "\"no 4\\n\\x1b[31m\"");
	assert_null(strchr(f->why.text, '\x1b'));
	add(f, "send PONG and much that follows it in the datagram");
	add(f, "expect socket 2 none");
	assert_int_equal(run(f), SCRIPT_UNEXPECTED);
	must_say(f, "expect socket 2 none: #");
	must_say(f, "\"PONG and much that follo..\"");
}

static void the_timeout_is_the_face_s(void **state)
{
	struct fake_face *f = *state;

	open_pair(f);
	script_set_timeout(f->face.script, 20 * NS_PER_MS);
	add(f, "expect any");
	assert_int_equal(run(f), SCRIPT_UNEXPECTED);
	must_say(f, "not within 20 ms");
	add(f, "expect none");
	assert_int_equal(run(f), SCRIPT_DONE);
}

static void a_refusal_of_the_expected_ends_it(void **state)
{
	struct fake_face *f = *state;
	uint16_t gone;

	fake_must(f, "open udp4 127.0.0.1:0");
	gone = f->session.current->sock.local.port;
	fake_must(f, "close");
	fake_must(f, "open udp4 127.0.0.1:0");
	add(f, "to 127.0.0.1:%u", gone);
	add(f, "send x");
	add(f, "expect timeout 1h any");
	assert_int_equal(run(f), SCRIPT_REFUSED);
	must_say(f, "port unreachable (#1)");
	/* who sends the answer is not who refused */
	add(f, "send x");
	add(f, "expect timeout 50ms from 127.0.0.2 any");
	assert_int_equal(run(f), SCRIPT_UNEXPECTED);
	add(f, "send x");
	add(f, "expect timeout 50ms none");
	assert_int_equal(run(f), SCRIPT_DONE);
	/* an answer counts more than a refusal before it */
	add(f, "send x");
	add(f, "to 127.0.0.1:%u send PONG", f->session.current->sock.local.port);
	add(f, "wait 20ms");
	add(f, "expect PONG");
	assert_int_equal(run(f), SCRIPT_DONE);
}

/* ---- at the prompt ---- */

static void what_is_typed_goes_on_in_the_background(void **state)
{
	struct fake_face *f = *state;
	struct error e;

	open_pair(f);
	fake_must(f, "expect socket 2 PONG");
	assert_false(script_is_idle(f->face.script));
	assert_false(fake_run(f, "wait 1s", &e));
	assert_non_null(strstr(e.text, "still waited for"));
	fake_must(f, "send PONG");
	fake_until(f, is_over, NULL);
	assert_non_null(strstr(f->message, "expect socket 2 PONG: #"));
	assert_int_equal(f->ended, SCRIPT_DONE);

	fake_must(f, "expect timeout 10ms any");
	fake_until(f, is_over, NULL);
	assert_int_equal(f->ended, SCRIPT_UNEXPECTED);
	assert_int_equal(strncmp(f->why.text, "expect ", 7), 0);

	fake_must(f, "wait 1ms");
	fake_until(f, is_over, NULL);
	assert_string_equal(f->message, "the wait is over");
	assert_false(fake_run(f, "expect PONG now", &e));
	assert_int_equal(e.at, 12);
}

static void a_typed_source_says_when_it_is_done(void **state)
{
	struct fake_face *f = *state;
	const char *path = file_of("echo x\nwait 1ms\n", 16);
	struct error e;

	fake_must(f, "source %s ", path);
	unlink(path);
	assert_false(fake_run(f, "expect any", &e));
	fake_until(f, is_over, NULL);
	assert_string_equal(f->message, "2 lines were run");
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, fake_face_setup, fake_face_teardown)
	const struct CMUnitTest tests[] = {
		TEST(lines_run_in_order),
		TEST(faults_have_their_place),
		TEST(commands_name_the_column),
		TEST(a_line_has_a_greatest_length),
		TEST(files_source_files),
		TEST(a_pipe_runs_line_by_line_as_it_arrives),
		TEST(wait_waits),
		TEST(a_name_is_waited_for),
		TEST(a_script_can_be_stopped),
		TEST(expect_sees_each_form),
		TEST(expect_looks_only_at_what_was_not_consumed),
		cmocka_unit_test_setup_teardown(a_failure_lists_what_came, fake_face_setup_still,
						fake_face_teardown),
		TEST(the_timeout_is_the_face_s),
		TEST(a_refusal_of_the_expected_ends_it),
		TEST(what_is_typed_goes_on_in_the_background),
		TEST(a_typed_source_says_when_it_is_done),
	};

	return cmocka_run_group_tests_name("script", tests, NULL, NULL);
}
