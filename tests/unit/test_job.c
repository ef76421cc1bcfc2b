/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Jobs, with a clock that stands still: when they send, what they leave out, how they end. */
#include "session/job.h"

#include "fake_face.h"
#include "net/tx.h"
#include "util/num.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#define MS NS_PER_MS

/* The kernel's buffer, full when a test says so: loopback never fills one. */
static bool buffer_is_full;

int __real_tx_send_via(const struct sock *s, const struct addr *dest, const struct tx_via *via,
		       const void *data, size_t len);
int __wrap_tx_send_via(const struct sock *s, const struct addr *dest, const struct tx_via *via,
		       const void *data, size_t len);

int __wrap_tx_send_via(const struct sock *s, const struct addr *dest, const struct tx_via *via,
		       const void *data, size_t len)
{
	return buffer_is_full ? EAGAIN : __real_tx_send_via(s, dest, via, data, len);
}

/* A socket that talks to itself. */
static void open_mirror(struct fake_face *f)
{
	fake_must(f, "open udp4 127.0.0.1:0");
	fake_must(f, "to 127.0.0.1:%u", f->session.current->sock.local.port);
}

static bool is_kept(struct fake_face *f, uint64_t seq, struct packet *out, char *text, size_t size)
{
	struct store_hold hold = { 0 };
	bool found = store_get(f->session.store, seq, &hold, out);

	if (found) {
		size_t n = out->stored < size ? out->stored : size - 1;

		memcpy(text, out->data, n);
		text[n] = '\0';
	}
	store_hold_done(&hold);
	return found;
}

/* How many packets of that kind hold the text. */
static unsigned count(struct fake_face *f, enum packet_kind kind, const char *text)
{
	char bytes[512];
	struct packet p;
	unsigned n = 0;

	for (uint64_t seq = 0; is_kept(f, seq, &p, bytes, sizeof(bytes)); seq++)
		n += p.kind == kind && strstr(bytes, text) != NULL;
	return n;
}

static void ticks_come_at_their_multiples(void **state)
{
	struct fake_face *f = *state;
	struct job *j;

	open_mirror(f);
	fake_must(f, "every 100ms send tick");
	j = f->session.jobs;
	assert_int_equal(f->session.tx, 0);
	fake_advance(f, 0);
	assert_int_equal(f->session.tx, 1);
	/* 30 ms do not divide 100 ms: what was late once must not stay late */
	for (unsigned t = 30; t <= 3000; t += 30) {
		fake_advance(f, 30 * MS);
		assert_int_equal(f->session.tx, t / 100 + 1);
	}
	assert_int_equal(j->ticks, 31);
	assert_int_equal(j->late, 0);
	assert_int_equal(j->errors, 0);
}

static void a_stall_is_counted_and_not_made_up_for(void **state)
{
	struct fake_face *f = *state;
	struct job *j;

	open_mirror(f);
	fake_must(f, "every 100ms send tick");
	j = f->session.jobs;
	fake_advance(f, 0);
	fake_advance(f, 1050 * MS);
	assert_int_equal(f->session.tx, 2);
	assert_int_equal(j->late, 9);
	fake_advance(f, 49 * MS);
	assert_int_equal(f->session.tx, 2);
	fake_advance(f, 1 * MS);
	assert_int_equal(f->session.tx, 3);
	assert_int_equal(j->late, 9);
}

static void a_full_buffer_holds_one_datagram_of_a_job(void **state)
{
	struct fake_face *f = *state;
	struct job *j;

	open_mirror(f);
	fake_must(f, "every 10ms send tick");
	j = f->session.jobs;
	buffer_is_full = true;
	fake_advance(f, 0);
	for (int i = 0; i < 50; i++)
		fake_advance(f, 10 * MS);
	buffer_is_full = false;
	assert_int_equal(j->ticks, 1);
	assert_int_equal(j->late, 50);
	assert_int_equal(count(f, PACKET_TX, "tick"), 1);
	fake_advance(f, 0);
	assert_int_equal(f->session.tx, 1);
	fake_advance(f, 10 * MS);
	assert_int_equal(f->session.tx, 2);
}

static void times_end_it(void **state)
{
	struct fake_face *f = *state;

	open_mirror(f);
	fake_must(f, "every 1s times 3 send tick");
	for (int i = 0; i < 10; i++)
		fake_advance(f, NS_PER_S);
	assert_int_equal(f->session.tx, 3);
	assert_int_equal(f->session.job_count, 0);
	assert_int_equal(count(f, PACKET_NOTE, "%1 done: 3 sent"), 1);
}

static void a_delayed_datagram_is_sent_once(void **state)
{
	struct fake_face *f = *state;

	open_mirror(f);
	fake_must(f, "delay 250ms send late");
	assert_non_null(strstr(f->message, "%1 sends in 250 ms"));
	fake_advance(f, 249 * MS);
	assert_int_equal(f->session.tx, 0);
	fake_advance(f, 1 * MS);
	assert_int_equal(f->session.tx, 1);
	assert_null(f->session.jobs);
	fake_advance(f, NS_PER_S);
	assert_int_equal(f->session.tx, 1);
}

static void modifiers_come_in_any_order(void **state)
{
	static const char *const lines[] = {
		"every 1s times 2 delay 5s to 127.0.0.1:%u send x",
		"to 127.0.0.1:%u delay 5s every 1s times 2 send x",
		"delay 5s to 127.0.0.1 %u every 1s times 2 hex 78",
	};
	struct fake_face *f = *state;
	unsigned port;

	fake_must(f, "open udp4 127.0.0.1:0");
	port = f->session.current->sock.local.port;
	for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++) {
		char line[128];

		/* each of them holds one %u */
		const char *hole = strstr(lines[i], "%u");
		snprintf(line, sizeof(line), "%.*s%u%s", (int)(hole - lines[i]), lines[i], port,
			 hole + 2);
		fake_must(f, "%s", line);
		fake_advance(f, 4999 * MS);
		assert_int_equal(f->session.tx, 2 * i);
		for (int t = 0; t < 5; t++)
			fake_advance(f, NS_PER_S);
		assert_int_equal(f->session.tx, 2 * i + 2);
		assert_int_equal(f->session.job_count, 0);
	}
}

static void one_tick_is_one_payload_to_all_its_targets(void **state)
{
	struct fake_face *f = *state;
	struct packet p;
	unsigned port;

	fake_must(f, "open udp4 127.0.0.1:0");
	port = f->session.current->sock.local.port;
	fake_must(f, "to 127.0.0.1:%u,127.0.0.2:%u every 1s send x", port, port);
	/* where it sends was settled when it was given */
	fake_must(f, "to 127.0.0.3:9");
	fake_advance(f, 0);
	fake_advance(f, NS_PER_S);
	assert_int_equal(f->session.jobs->ticks, 2);
	assert_int_equal(f->session.tx, 4);
	for (uint64_t no = 1, tx = 0; tx < 4; no++) {
		assert_true(fake_packet(f, no, &p));
		if (p.kind != PACKET_TX)
			continue;
		assert_int_equal(p.job, 1);
		assert_int_equal(p.peer.port, port);
		tx++;
	}
	fake_must(f, "to 127.0.0.1:%u send by hand", port);
	assert_int_equal(count(f, PACKET_TX, "by hand"), 1);
}

static void several_run_and_each_is_stopped_by_its_number(void **state)
{
	struct fake_face *f = *state;
	struct error e;

	open_mirror(f);
	fake_must(f, "every 1s send one");
	fake_must(f, "every 100ms send ten");
	fake_must(f, "every 500ms send two");
	fake_advance(f, 0);
	for (int i = 0; i < 10; i++)
		fake_advance(f, 100 * MS);
	fake_must(f, "stop %%2");
	fake_must(f, "jobs");
	assert_true(fake_listed(f, "%1"));
	assert_false(fake_listed(f, "%2"));
	assert_string_equal(listing_command(&f->listing, 1), "stop %1");
	assert_int_equal(count(f, PACKET_TX, "ten"), 11);
	assert_int_equal(count(f, PACKET_TX, "two"), 3);
	assert_int_equal(count(f, PACKET_TX, "one"), 2);
	fake_advance(f, 900 * MS);
	fake_advance(f, 100 * MS);
	assert_int_equal(count(f, PACKET_TX, "one"), 3);
	assert_int_equal(count(f, PACKET_TX, "ten"), 11);
	assert_false(fake_run(f, "stop %2", &e));
	assert_int_equal(e.at, 5);
	assert_non_null(strstr(e.text, "no job %2 runs"));
	fake_must(f, "stop");
	assert_int_equal(f->session.job_count, 0);
	assert_int_equal(count(f, PACKET_NOTE, "stopped: "), 3);
	fake_must(f, "stop");
	assert_string_equal(f->message, "no job runs");
	fake_must(f, "every 1s send four");
	assert_int_equal(f->session.jobs->number, 4);
}

static void faults_are_found_before_it_starts(void **state)
{
	static const struct {
		const char *line;
		ptrdiff_t at; /* -2: anywhere */
		const char *text;
	} rows[] = {
		{ "every", 5, "usage: every D" },
		{ "every 1s", 8, "usage: every D" },
		{ "every 1s times 3", 16, "usage: every D" },
		{ "every often send x", 6, "often" },
		{ "every 0 send x", 6, "1us..8784h" },
		{ "every 9000h send x", 6, "1us..8784h" },
		{ "every 1s times none send x", 15, "none" },
		{ "every 1s times 0 send x", 15, "0" },
		{ "every 1s until none send x", 15, "never comes" },
		{ "every 1s until /(/ send x", -2, "regular expression" },
		{ "every 1s until pong", 19, "usage: every D" },
		{ "every 1s until timeout often x send y", 23, "often" },
		{ "every 1s times 2 until x peers", 25, "\"every\" stands before" },
		{ "every 1s peers", 9, "\"every\" stands before send" },
		{ "every 1s to 127.0.0.1 9", 23, "usage: to" },
		{ "every 1s to last", -2, "nothing may follow" },
		{ "every 1s to 127.0.0.1:9 peers", 24, "\"to\" stands before send" },
		{ "every 1s every 2s send x", -2, "twice" },
		{ "delay 1s delay 2s send x", -2, "twice" },
		{ "to 127.0.0.1:9 to 127.0.0.1:9 send x", -2, "twice" },
		{ "every 1s send \\q", 14, "\\q" },
		{ "every 1s to 127.0.0.1:9 hex 0g", 28, "0g" },
		{ "every 1s to [::1]:9 send x", -2, "IPv6" },
		{ "every 1s file /nonexistent/x", -2, "No such file" },
		{ "every 1s reply x", -2, "nobody was heard" },
		{ "every 1s send", 13, "usage: send" },
		{ "stop x", 5, "x" },
	};
	struct fake_face *f = *state;
	struct error e;

	fake_must(f, "open udp4 127.0.0.1:0");
	assert_false(fake_run(f, "every 1s send x", &e));
	assert_non_null(strstr(e.text, "no target"));
	fake_must(f, "to 127.0.0.1:9");
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		if (fake_run(f, rows[i].line, &e))
			fail_msg("\"%s\" was accepted", rows[i].line);
		if (!strstr(e.text, rows[i].text))
			fail_msg("\"%s\": \"%s\" does not say \"%s\"", rows[i].line, e.text,
				 rows[i].text);
		if (rows[i].at != -2 && e.at != rows[i].at)
			fail_msg("\"%s\": at %td, not %td (%s)", rows[i].line, e.at, rows[i].at,
				 e.text);
		assert_null(f->session.jobs);
	}
	fake_advance(f, NS_PER_S);
	assert_int_equal(f->session.tx, 0);
}

static void it_opens_a_socket_and_ends_with_it(void **state)
{
	struct fake_face *f = *state;
	struct error e;

	assert_false(fake_run(f, "every 1s send x", &e));
	assert_non_null(strstr(e.text, "no socket"));
	fake_must(f, "every 1s to [::1]:9 send x");
	assert_int_equal(f->session.socket_count, 1);
	assert_int_equal(f->session.current->sock.family, AF_INET6);
	fake_advance(f, 0);
	fake_must(f, "open udp4");
	fake_must(f, "close 1");
	assert_null(f->session.jobs);
	assert_int_equal(count(f, PACKET_NOTE, "%1 ended with its socket: 1 sent"), 1);
	fake_advance(f, NS_PER_S);
	assert_int_equal(f->session.tx, 1);
}

static void failures_are_counted_and_told_once(void **state)
{
	struct fake_face *f = *state;

	fake_must(f, "open udp4 127.0.0.1:0");
	fake_must(f, "every 1s to 255.255.255.255:9,127.0.0.1:%u send x",
		  f->session.current->sock.local.port);
	for (int i = 0; i < 5; i++)
		fake_advance(f, NS_PER_S);
	assert_int_equal(f->session.jobs->errors, 5);
	/* the other target gets its datagrams all the same */
	assert_int_equal(f->session.tx, 5);
	assert_int_equal(count(f, PACKET_ERROR, "broadcast is off"), 1);
	assert_int_equal(count(f, PACKET_ERROR, "it goes on"), 1);
}

static void a_file_is_read_anew_and_a_packet_kept(void **state)
{
	char path[] = "/tmp/udpdeck-test-XXXXXX";
	int fd = mkstemp(path);
	struct fake_face *f = *state;

	assert_true(fd >= 0);
	assert_int_equal(write(fd, "old", 3), 3);
	open_mirror(f);
	fake_must(f, "send kept");
	fake_must(f, "every 1s file %s", path);
	fake_must(f, "every 1s resend #1");
	fake_advance(f, 0);
	assert_int_equal(pwrite(fd, "new", 3, 0), 3);
	fake_advance(f, NS_PER_S);
	assert_int_equal(count(f, PACKET_TX, "old"), 1);
	assert_int_equal(count(f, PACKET_TX, "new"), 1);
	unlink(path);
	fake_advance(f, NS_PER_S);
	assert_int_equal(f->session.jobs->errors, 1);
	assert_int_equal(count(f, PACKET_ERROR, "No such file"), 1);
	assert_int_equal(count(f, PACKET_TX, "kept"), 4);
	close(fd);
}

/* Socket 1 asks, socket 2 answers with what it was asked. */
static unsigned open_echo(struct fake_face *f)
{
	unsigned port;

	fake_must(f, "open udp4 127.0.0.1:0");
	fake_must(f, "open udp4 127.0.0.1:0");
	fake_must(f, "echo-server on");
	port = f->session.current->sock.local.port;
	fake_must(f, "socket 1");
	return port;
}

static void it_ends_with_what_it_waits_for(void **state)
{
	static const char *const wanted[] = {
		"tick", "\"ick 3\"", "/^t.*3$/", "hex 7469636b2033", "socket 1 any",
	};
	struct fake_face *f = *state;
	unsigned port = open_echo(f);
	uint64_t rx = 0;

	for (size_t i = 0; i < sizeof(wanted) / sizeof(wanted[0]); i++) {
		char note[32];

		fake_must(f, "every 1s until from 127.0.0.1:%u %s to 127.0.0.1:%u send tick 3",
			  port, wanted[i], port);
		fake_advance(f, 0);
		/* heard by socket 2, and its answer by socket 1 */
		rx += 2;
		fake_until_rx(f, rx);
		assert_null(f->session.jobs);
		snprintf(note, sizeof(note), "%%%zu ended with #",
			 i + 2); /* the echo server is %1 */
		assert_int_equal(count(f, PACKET_NOTE, note), 1);
	}
	/* an answer that came before it began, and others, do not end it */
	fake_must(f, "every 1s until from 127.0.0.1:%u 5 to 127.0.0.1:%u send tick ${seq}", port,
		  port);
	for (int i = 1; i <= 5; i++) {
		assert_int_equal(f->session.job_count, 1);
		fake_advance(f, i == 1 ? 0 : NS_PER_S);
		rx += 2;
		fake_until_rx(f, rx);
	}
	assert_int_equal(f->session.job_count, 0);
	assert_int_equal(count(f, PACKET_NOTE, ": 5 sent"), 1);
}

static void it_gives_up_after_its_timeout(void **state)
{
	struct fake_face *f = *state;

	open_mirror(f);
	fake_must(f, "delay 2s every 1s times 9 until timeout 2500ms never send x");
	for (int i = 0; i < 10; i++)
		fake_advance(f, 500 * MS);
	assert_null(f->session.jobs);
	assert_int_equal(count(f, PACKET_NOTE, "%1 gave up: 3 sent"), 1);
}

/* Looking at the line asks no name server. */
static void a_look_looks_up_no_name(void **state)
{
	struct fake_face *f = *state;
	struct command_intent intent;
	struct error e;

	open_mirror(f);
	assert_false(command_intend(&f->session, &f->set,
				    "every 1s until from name.invalid any send x", &intent, &e));
	assert_int_equal(e.code, ERR_PENDING);
	assert_non_null(strstr(e.text, "not looked up"));
	command_intent_done(&intent);
	assert_true(command_intend(&f->session, &f->set, "every 1s until from 127.0.0.1 any send x",
				   &intent, &e));
	assert_true(intent.sends);
	command_intent_done(&intent);
}

/* What a job sends counts by itself, and goes on only with what left. */
static void each_job_has_its_own_seq(void **state)
{
	struct fake_face *f = *state;
	struct command_intent intent;
	struct error e;

	open_mirror(f);
	fake_must(f, "send by hand ${seq}");
	fake_must(f, "every 1s send a${seq}.");
	fake_must(f, "every 500ms send b${seq}.");
	fake_advance(f, 0);
	fake_advance(f, 500 * MS);
	fake_must(f, "send by hand ${seq}");
	fake_advance(f, 500 * MS);
	assert_int_equal(count(f, PACKET_TX, "a1."), 1);
	assert_int_equal(count(f, PACKET_TX, "a2."), 1);
	assert_int_equal(count(f, PACKET_TX, "b3."), 1);
	assert_int_equal(count(f, PACKET_TX, "by hand 2"), 1);
	fake_must(f, "stop");
	/* the first of a job that is only looked at */
	assert_true(command_intend(&f->session, &f->set, "every 1s send n${seq}", &intent, &e));
	assert_string_equal(buf_cstr(&intent.bytes), "n1");
	command_intent_done(&intent);
	fake_must(f, "every 1s to 255.255.255.255:9 send c${seq}.");
	fake_advance(f, 0);
	fake_advance(f, NS_PER_S);
	assert_int_equal(count(f, PACKET_TX, "c1."), 2);
	assert_int_equal(count(f, PACKET_TX, "c2."), 0);
}

/* Only a modifier's own words are words: what is sent may have any number. */
static void a_payload_of_many_words_stands_behind_modifiers(void **state)
{
	struct fake_face *f = *state;
	char line[600] = "every 1s send w", *at = line + strlen(line);

	for (int i = 0; i < 200; i++) {
		*at++ = ' ';
		*at++ = 'w';
	}
	*at = '\0';
	open_mirror(f);
	fake_must(f, "%s", line);
	fake_advance(f, 0);
	assert_int_equal(count(f, PACKET_TX, line + strlen("every 1s send ")), 1);
}

static void a_look_at_it_starts_nothing(void **state)
{
	struct fake_face *f = *state;
	struct command_intent intent;
	struct error e;

	open_mirror(f);
	assert_true(command_intend(&f->session, &f->set, "every 1s to 127.0.0.1:9 send abc",
				   &intent, &e));
	assert_true(intent.sends);
	assert_int_equal(intent.bytes.len, 3);
	assert_int_equal(intent.addrs[0].port, 9);
	command_intent_done(&intent);
	assert_null(f->session.jobs);
}

static void there_is_a_limit(void **state)
{
	struct fake_face *f = *state;
	struct error e;

	open_mirror(f);
	for (int i = 0; i < JOB_MAX; i++)
		fake_must(f, "delay 1h send x");
	assert_false(fake_run(f, "delay 1h send x", &e));
	assert_int_equal(e.code, ERR_LIMIT);
	assert_int_equal(f->session.job_count, JOB_MAX);
}

static void the_rate_is_what_was_achieved(void **state)
{
	struct fake_face *f = *state;
	const struct {
		const char *line;
		unsigned step, steps;
		const char *rate;
	} rows[] = {
		{ "every 1ms send x", 1, 1500, "1000/s" },  { "every 1ms send x", 4, 500, "250/s" },
		{ "every 200ms send x", 200, 20, "5.0/s" }, { "every 4s send x", 4000, 5, "0.3/s" },
		{ "every 4s send x", 100, 5, "-" },
	};

	open_mirror(f);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct buf rate;

		fake_must(f, "%s", rows[i].line);
		fake_advance(f, 0);
		for (unsigned n = 0; n < rows[i].steps; n++)
			fake_advance(f, rows[i].step * MS);
		buf_init(&rate, 32);
		job_format_rate(f->session.jobs, f->now, &rate);
		assert_string_equal(buf_cstr(&rate), rows[i].rate);
		buf_done(&rate);
		fake_must(f, "stop");
	}
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, fake_face_setup_still, fake_face_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(ticks_come_at_their_multiples),
		TEST(a_stall_is_counted_and_not_made_up_for),
		TEST(a_full_buffer_holds_one_datagram_of_a_job),
		TEST(times_end_it),
		TEST(a_delayed_datagram_is_sent_once),
		TEST(modifiers_come_in_any_order),
		TEST(one_tick_is_one_payload_to_all_its_targets),
		TEST(several_run_and_each_is_stopped_by_its_number),
		TEST(faults_are_found_before_it_starts),
		TEST(it_opens_a_socket_and_ends_with_it),
		TEST(failures_are_counted_and_told_once),
		TEST(a_file_is_read_anew_and_a_packet_kept),
		TEST(it_ends_with_what_it_waits_for),
		TEST(it_gives_up_after_its_timeout),
		TEST(a_look_looks_up_no_name),
		TEST(each_job_has_its_own_seq),
		TEST(a_payload_of_many_words_stands_behind_modifiers),
		TEST(a_look_at_it_starts_nothing),
		TEST(there_is_a_limit),
		TEST(the_rate_is_what_was_achieved),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
