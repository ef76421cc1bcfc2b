/* SPDX-License-Identifier: GPL-3.0-or-later */
/* "save": what is written opens the same session again, and no file is lost to it. */
#include "command/save.h"

#include "fake_face.h"
#include "util/num.h"

#include <dirent.h>
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

/* ---- a face with keys ---- */

static struct {
	char key[16], command[64];
} bound[8];
static size_t bound_count;

static bool bind_key(void *ctx, const char *key, const char *command, struct error *e)
{
	(void)ctx;
	(void)e;
	snprintf(bound[bound_count].key, sizeof(bound[0].key), "%s", key);
	snprintf(bound[bound_count].command, sizeof(bound[0].command), "%s", command);
	bound_count++;
	return true;
}

static void each_bound(void *ctx, face_binding *each, void *arg)
{
	(void)ctx;
	for (size_t i = 0; i < bound_count; i++)
		each(arg, bound[i].key, bound[i].command);
}

static struct fake_face *begin(void)
{
	void *state;
	struct fake_face *f;

	assert_int_equal(fake_face_setup(&state), 0);
	f = state;
	f->face.bind = bind_key;
	f->face.bindings = each_bound;
	bound_count = 0;
	return f;
}

static void finish(struct fake_face *f)
{
	void *state = f;

	fake_face_teardown(&state);
}

static void save_text(struct fake_face *f, struct buf *out)
{
	buf_init(out, SAVE_MAX);
	save_format(&f->session, &f->face, out);
	assert_false(out->failed);
}

/* ---- a face with a setting ---- */

static char depth[16];

static bool depth_set(void *ctx, const char *value, struct error *e)
{
	(void)ctx;
	(void)e;
	snprintf(depth, sizeof(depth), "%s", value);
	return true;
}

static void depth_get(void *ctx, struct buf *out)
{
	(void)ctx;
	buf_str(out, depth);
}

static const struct face_setting settings[] = {
	{ "depth", "1..9", "how deep", depth_set, depth_get, "1" },
	{ 0 },
};

static void test_settings_that_are_not_as_at_the_start(void **state)
{
	struct fake_face *f = begin();
	struct buf text;

	(void)state;
	f->face.settings = settings;
	depth_set(NULL, "1", NULL);
	save_text(f, &text);
	assert_null(strstr(buf_cstr(&text), "set "));
	buf_done(&text);
	fake_must(f, "set depth 7");
	fake_must(f, "set rejoin off");
	save_text(f, &text);
	assert_non_null(strstr(buf_cstr(&text), "set rejoin off\nset depth 7\n"));
	buf_done(&text);
	finish(f);
}

/* ---- round trips ---- */

/* Runs a saved session as a file is run: whole names, line by line. */
static struct fake_face *reopen(const char *text)
{
	struct fake_face *f = begin();
	char *copy = strdup(text), *rest = copy, *line;
	struct error e = { .at = -1 };

	while ((line = strsep(&rest, "\n")))
		if (!command_run(&f->session, &f->face, &f->set, line, false, &e))
			fail_msg("\"%s\": %s", line, e.text);
	free(copy);
	return f;
}

static void assert_round_trip(struct fake_face *f)
{
	struct buf first, second;

	save_text(f, &first);
	finish(f);
	f = reopen(buf_cstr(&first));
	save_text(f, &second);
	finish(f);
	assert_string_equal(buf_cstr(&first), buf_cstr(&second));
	buf_done(&first);
	buf_done(&second);
}

/* The first rule that matches answers: an echo server in front of the others would hide them. */
static void echo_servers_stand_among_the_rules(void **state)
{
	struct fake_face *f = begin();
	struct buf text;

	(void)state;
	fake_must(f, "open udp4");
	fake_must(f, "on len > 3 reply a");
	fake_must(f, "open udp4");
	fake_must(f, "socket 1");
	fake_must(f, "echo-server on");
	fake_must(f, "on any reply b");
	fake_must(f, "socket 2");
	save_text(f, &text);
	assert_non_null(strstr(buf_cstr(&text), "on len > 3 reply a\nsocket 1\necho-server on\n"
						"on any reply b\nsocket 2\n"));
	buf_done(&text);
	finish(f);
}

static void every_kind_of_session_comes_back(void **state)
{
	/* each ends with an empty line */
	static const char *const sessions[] = {
		"\n",
		"open udp4 127.0.0.1:0\n\n",
		"open\n\n",
		"open udp6\n\n",
		"open udp6 [::1]:0 ttl=3\n\n",
		"open udp6 v6only=off\n\n",
		"open udp4 127.0.0.1:0 broadcast reuseaddr ttl=3 tos=ef rcvbuf=64k device=lo\n\n",
		"open udp4\nset multicast-ttl 7\nset multicast-loop off\nset df probe\n\n",
		"open udp4\nto 127.0.0.1:9\n\n",
		"open\nto 127.0.0.1:9,[::1]:9\n\n",
		"to 127.0.0.1:9\n\n",
		"open udp4\nto 127.0.0.1:9\nto 127.0.0.1:10\n\n",
		"open udp4\nto 127.0.0.1:9\nto last\n\n",
		"open udp4\nconnect 127.0.0.1 9\n\n",
		"open udp4\nto 127.0.0.1:8\nconnect 127.0.0.1 9\n\n",
		"open udp4\nconnect 127.0.0.1 9\nto 127.0.0.1:10\n\n",
		"open udp4\nconnect 127.0.0.1 9\nto last\n\n",
		"open udp4\nconnect 127.0.0.1 9\ndisconnect\n\n",
		"open udp4\njoin 239.1.2.3+3%lo\njoin 232.1.1.1%lo\n\n",
		"open udp4\njoin 10.0.0.9@232.1.1.1%lo\njoin 10.0.0.8@232.1.1.1%lo\n\n",
		"open udp4\njoin 239.1.2.3%lo\nblock 10.0.0.1@239.1.2.3%lo\n\n",
		"open\njoin ff02::1234%lo\njoin 239.1.2.3%lo\n\n",
		"open udp4 127.0.0.1:0\necho-server on\n\n",
		"on len > 3 reply a\nopen udp4\nopen udp4\nsocket 1\necho-server on\n"
		"on any reply b\nsocket 2\necho-server on\n\n",
		"on len > 3 delay 5ms drop 0.5% reply PONG ${seq}\non any hex ${req}00\n\n",
		"open udp4\nopen udp6\nopen\nsocket 2\n\n",
		"label 10.0.0.9:53 dns\nmute 10.0.0.9:53\nmute [fe80::9%lo]:5353\n\n",
		"solo 10.0.0.9:53 10.0.0.8:53\nset match data[0:2]\nset answer-timeout 250ms\n\n",
		"open udp4\nopen udp4\nopen udp4\nclose 1\nsocket 2\n\n",
		"input hex\n\n",
		"input text eol=crlf\n\n",
		"bind F3 send x\nbind Alt-z every 1s to 127.0.0.1:9 hex 00\n\n",
		"stats sequence data[0:4]\n\n",
		"stats sequence data[-2:2]:le\n\n",
		"stats sequence data[2:8]:text\n\n",
		"let a = \\x00\\xff\\n\nlet name =   two blanks \nlet dollar = \\${seq}\n\n",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(sessions) / sizeof(sessions[0]); i++) {
		struct fake_face *f = begin();
		const char *at = sessions[i], *end;

		for (; (end = strchr(at, '\n')) > at; at = end + 1)
			fake_must(f, "%.*s", (int)(end - at), at);
		assert_round_trip(f);
	}
}

static void it_says_what_was_asked_for_and_no_more(void **state)
{
	struct fake_face *f = begin();
	struct buf text;
	char want[400];
	unsigned port;

	(void)state;
	fake_must(f, "let a = b");
	fake_must(f, "open udp4 127.0.0.1:0");
	port = f->session.current->sock.local.port;
	fake_must(f, "to 127.0.0.1:9 send x");
	fake_must(f, "to @1");
	fake_must(f, "every 100ms times 5 to @1 send n=${seq}\\n");
	fake_must(f, "every 1500us until from 127.0.0.1 \"a b\" to 127.0.0.1:8 hex 00");
	fake_must(f, "via lo ttl 9 tos ef every 1m send y");
	fake_must(f, "delay 90m send a\nb");
	fake_must(f, "bind F3 send a\nb");
	save_text(f, &text);
	snprintf(want, sizeof(want),
		 "# a session of udpdeck: udpdeck --stay -f FILE opens it again\n"
		 "let a = b\n"
		 "open udp4 127.0.0.1:%u\n"
		 "to 127.0.0.1:9\n"
		 "# every 100ms times 5 to 127.0.0.1:9 send n=${seq}\\n\n"
		 "# every 1500us until from 127.0.0.1 \"a b\" to 127.0.0.1:8 hex 00\n"
		 "# every 1m via lo ttl 9 tos ef to 127.0.0.1:9 send y\n"
		 "# once to 127.0.0.1:9 send a\\nb\n"
		 "# not in one line: bind F3 send a\\nb\n",
		 port);
	assert_string_equal(buf_cstr(&text), want);
	buf_done(&text);
	finish(f);
}

/* ---- the file ---- */

static unsigned files_in(const char *folder)
{
	DIR *d = opendir(folder);
	unsigned n = 0;

	assert_non_null(d);
	while (readdir(d))
		n++;
	closedir(d);
	return n - 2; /* . and .. */
}

static void read_back(const char *path, char *out, size_t size)
{
	FILE *in = fopen(path, "re");
	size_t n;

	assert_non_null(in);
	n = fread(out, 1, size - 1, in);
	out[n] = '\0';
	fclose(in);
}

static void a_file_is_written_whole_and_never_over_another(void **state)
{
	struct fake_face *f = begin();
	char folder[] = "/tmp/udpdeck-test-XXXXXX", path[64], line[128], text[256];
	struct error e;
	struct stat st;

	(void)state;
	assert_non_null(mkdtemp(folder));
	snprintf(path, sizeof(path), "%s/a file", folder);
	snprintf(line, sizeof(line), "save %s ", path);
	fake_must(f, "%s", line);
	assert_non_null(strstr(f->message, path));
	assert_int_equal(stat(path, &st), 0);
	assert_int_equal(st.st_mode & 07777, 0600);
	read_back(path, text, sizeof(text));
	assert_non_null(strstr(text, "# a session"));
	fake_must(f, "input hex");
	assert_false(fake_run(f, line, &e));
	assert_non_null(strstr(e.text, "save --force"));
	read_back(path, text, sizeof(text));
	assert_null(strstr(text, "input hex"));
	fake_must(f, "save --force %s", path);
	read_back(path, text, sizeof(text));
	assert_non_null(strstr(text, "input hex"));
	assert_int_equal(files_in(folder), 1);
	unlink(path);
	/* a symlink is not followed */
	assert_int_equal(symlink("/dev/null", path), 0);
	assert_false(fake_run(f, line, &e));
	snprintf(line, sizeof(line), "save --force %s", path);
	assert_false(fake_run(f, line, &e));
	assert_non_null(strstr(e.text, "no ordinary file"));
	unlink(path);
	snprintf(line, sizeof(line), "save --force %s", folder);
	assert_false(fake_run(f, line, &e));
	assert_int_equal(files_in(folder), 0);
	rmdir(folder);
	finish(f);
}

static void where_it_cannot_be_written_it_says_so(void **state)
{
	static const char *const lines[] = {
		"save", "save ", "save --force", "save --force ", "save /dev/null/x", "save /"
	};
	struct fake_face *f = begin();
	char line[5000];
	struct error e;

	(void)state;
	for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++)
		assert_false(fake_run(f, lines[i], &e));
	memset(line, 'x', sizeof(line));
	memcpy(line, "save ", 5);
	line[sizeof(line) - 1] = '\0';
	assert_false(fake_run(f, line, &e));
	assert_non_null(strstr(e.text, "too long"));
	finish(f);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_settings_that_are_not_as_at_the_start),
		cmocka_unit_test(echo_servers_stand_among_the_rules),
		cmocka_unit_test(every_kind_of_session_comes_back),
		cmocka_unit_test(it_says_what_was_asked_for_and_no_more),
		cmocka_unit_test(a_file_is_written_whole_and_never_over_another),
		cmocka_unit_test(where_it_cannot_be_written_it_says_so),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
