/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * "sweep" in a session: what is read, what the preview knows, and sweeps over loopback with
 * somebody who answers.
 */
#include "command/complete.h"
#include "deadline.h"
#include "diagnose/sweep.h"
#include "fake_face.h"
#include "util/num.h"

#include <arpa/inet.h>
#include <poll.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

/* A socket that hears broadcasts; its port to *port. */
static int listener(uint16_t *port)
{
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	struct sockaddr_in at = { .sin_family = AF_INET };
	socklen_t len = sizeof(at);

	assert_true(fd >= 0);
	assert_return_code(bind(fd, (struct sockaddr *)&at, sizeof(at)), 0);
	assert_return_code(getsockname(fd, (struct sockaddr *)&at, &len), 0);
	*port = ntohs(at.sin_port);
	return fd;
}

/* Answers the next datagram with each of the texts (NULL ends); what it said to *heard. */
static void answer(int fd, char heard[64], const char *const *texts)
{
	struct pollfd p = { .fd = fd, .events = POLLIN };
	struct sockaddr_in from;
	socklen_t len = sizeof(from);
	ssize_t n;

	assert_int_equal(poll(&p, 1, deadline_left(deadline_in(DEADLINE_DEFAULT_MS))), 1);
	n = recvfrom(fd, heard, 63, 0, (struct sockaddr *)&from, &len);
	assert_true(n >= 0);
	heard[n] = '\0';
	for (; *texts; texts++)
		assert_int_equal(sendto(fd, *texts, strlen(*texts), 0, (struct sockaddr *)&from,
					len),
				 strlen(*texts));
}

static bool is_over(struct fake_face *f, void *ctx)
{
	const struct activity *a = activity_find(&f->session, *(uint32_t *)ctx);

	return !a || a->over;
}

/* One that is its own on the screen: the listing comes at once. */
static struct fake_face *live(void **state)
{
	struct fake_face *f = *state;

	f->face.is_live = true;
	return f;
}

static void it_finds_who_answers(void **state)
{
	static const char *const texts[] = { "one=1", "one=2", NULL };
	struct fake_face *f = live(state);
	uint32_t number = 1;
	uint16_t port;
	char heard[64];
	int fd = listener(&port);
	const struct sweep *w;

	fake_must(f, "open udp4 127.0.0.1:0");
	fake_must(f, "sweep %u via lo collect 0.2s send n=${seq}", port);
	assert_true(fake_listed(f, "by lo from 127.0.0.1"));
	assert_true(fake_listed(f, "nobody has answered yet"));
	assert_int_equal(f->session.socket_count, 2);
	assert_int_equal(f->session.current->number, 1);
	answer(fd, heard, texts);
	assert_string_equal(heard, "n=1");
	assert_int_equal(f->session.payload_seq, 2);
	fake_until(f, is_over, &number);
	w = sweep_of(activity_find(&f->session, 1));
	assert_non_null(w);
	assert_int_equal(w->answers.count, 1);
	assert_int_equal(w->answers.all[0].count, 2);
	assert_true(sweep_after(w, &w->answers.all[0]) < 10 * NS_PER_S);
	assert_int_equal(f->session.socket_count, 1);
	fake_must(f, "show %%1");
	assert_true(fake_listed(f, "one=1"));
	assert_true(fake_listed(f, "differ at byte 4 of 5"));
	close(fd);
}

static void nobody_answers(void **state)
{
	struct fake_face *f = live(state);
	uint32_t number = 1;
	uint16_t port;
	int fd = listener(&port);

	fake_must(f, "sweep %u via lo collect 10ms empty", port);
	assert_null(f->session.current);
	fake_until(f, is_over, &number);
	assert_int_equal(activity_find(&f->session, 1)->verdict.code, ERR_SILENT);
	assert_int_equal(f->session.socket_count, 0);
	fake_must(f, "show %%1");
	assert_true(fake_listed(f, "nobody has answered"));
	close(fd);
}

/* The end comes a turn later: while a socket is closed nobody may close it once more. */
static void its_socket_may_be_closed(void **state)
{
	struct fake_face *f = live(state);
	uint32_t number = 1;
	uint16_t port;
	int fd = listener(&port);

	fake_must(f, "sweep %u via lo collect 1h send x", port);
	assert_int_equal(f->session.socket_count, 1);
	fake_must(f, "socket 1");
	fake_must(f, "close");
	fake_until(f, is_over, &number);
	assert_int_equal(f->session.socket_count, 0);
	close(fd);
}

static void stop_ends_it(void **state)
{
	struct fake_face *f = live(state);
	uint16_t port;
	int fd = listener(&port);

	fake_must(f, "sweep %u via lo collect 1h send x", port);
	fake_must(f, "stop %%1");
	assert_true(activity_find(&f->session, 1)->over);
	assert_int_equal(f->session.socket_count, 0);
	close(fd);
}

/* More words than a command may have otherwise: they are the payload's. */
static void a_payload_may_have_many_words(void **state)
{
	static const char *const none[] = { NULL };
	struct fake_face *f = live(state);
	char words[2 * 100 + 1], heard[64];
	uint16_t port;
	int fd = listener(&port);

	for (size_t i = 0; i < 100; i++)
		memcpy(words + 2 * i, "w ", 3);
	fake_must(f, "sweep %u via lo send %s", port, words);
	answer(fd, heard, none);
	assert_int_equal(strlen(heard), 63);
	close(fd);
}

static void the_preview_knows_the_ways(void **state)
{
	struct fake_face *f = *state;
	struct command_intent intent;
	struct error e = { 0 };

	assert_true(
		command_intend(&f->session, &f->set, "sweep 7000 via lo hex 0102", &intent, &e));
	assert_true(intent.sends);
	assert_int_equal(intent.bytes.len, 2);
	assert_string_equal(buf_cstr(&intent.ways), "lo to 127.255.255.255:7000");
	assert_int_equal(f->session.socket_count, 0);
	command_intent_done(&intent);
	assert_false(command_intend(&f->session, &f->set, "sweep 7000 via lo hex 0", &intent, &e));
	assert_int_equal(e.at, 22);
	command_intent_done(&intent);
}

static void faults_are_named_with_their_column(void **state)
{
	static const struct {
		const char *line;
		ptrdiff_t at;
		const char *text;
	} rows[] = {
		{ "sweep", 5, "usage: sweep PORT" },
		{ "sweep 7000", 10, "usage" },
		{ "sweep 0 send x", 6, "0" },
		{ "sweep nosuchservice send x", 6, "nosuchservice" },
		{ "sweep 7000 via lo", 17, "usage" },
		{ "sweep 7000 collect 1x send x", 19, "1x" },
		{ "sweep 7000 collect 0 send x", 19, "outside" },
		{ "sweep 7000 collect 25h send x", 19, "outside 1ns..24h" },
		{ "sweep 7000 via lo,nosuchif0 send x", 18, "nosuchif0" },
		{ "sweep 7000 group 10.0.0.1 send x", 17, "multicast" },
		{ "sweep 7000 group 239.1.2.3+2 send x", 17, "one group" },
		{ "sweep 7000 group 10.0.0.1@232.1.2.3 send x", 17, "one group" },
		{ "sweep 7000 broadcast group 239.1.2.3 send x", 21, "twice" },
		{ "sweep 7000 peers", 11, "comes send, hex" },
		{ "sweep 7000 to 127.0.0.1:9 send x", 11, "comes send, hex" },
		{ "sweep 7000 sned x", 11, "did you mean send" },
		{ "sweep 7000 via lo send \\q", 23, "\\q" },
		{ "to 127.0.0.1:9 sweep 7000 send x", 15, "says itself where to" },
		{ "every 1s sweep 7000 send x", 9, "says itself where to" },
	};
	struct fake_face *f = *state;
	struct error e;

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		if (fake_run(f, rows[i].line, &e))
			fail_msg("\"%s\" was accepted", rows[i].line);
		if (!strstr(e.text, rows[i].text) || e.at != rows[i].at)
			fail_msg("\"%s\": at %td: %s", rows[i].line, e.at, e.text);
	}
	assert_int_equal(f->session.opened, 0);
}

static bool offered(struct fake_face *f, const char *line, const char *word)
{
	struct command_completion c;
	bool found = false;
	size_t start;

	completion_make(&f->session, &f->face, &f->set, line, strlen(line), &start, &c);
	for (size_t i = 0; i < c.count; i++)
		found = found || strcmp(c.matches[i], word) == 0;
	completion_done(&c);
	return found;
}

static void what_may_follow_is_offered(void **state)
{
	struct fake_face *f = *state;

	assert_true(offered(f, "sweep 7000 ", "collect"));
	assert_true(offered(f, "sweep 7000 v", "via"));
	assert_true(offered(f, "sweep 7000  via  ", "lo"));
	assert_false(offered(f, "sweep 7000 via ", "send"));
	assert_true(offered(f, "sweep 7000 via lo ", "send"));
	assert_false(offered(f, "sweep 7000 via lo ", "every"));
	assert_false(offered(f, "sweep 7000 collect ", "send"));
	assert_false(offered(f, "sweep ", "send"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
#define TEST(name) cmocka_unit_test_setup_teardown(name, fake_face_setup, fake_face_teardown)
		TEST(it_finds_who_answers),
		TEST(nobody_answers),
		TEST(its_socket_may_be_closed),
		TEST(stop_ends_it),
		TEST(a_payload_may_have_many_words),
		TEST(the_preview_knows_the_ways),
		TEST(faults_are_named_with_their_column),
		TEST(what_may_follow_is_offered),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
