/* SPDX-License-Identifier: GPL-3.0-or-later */
/* "ping": what is asked for, its probes on a socket of its own, its end, and what is told. */
#include "diagnose/ping.h"

#include "fake_face.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* [1] answers itself, or nothing, on this port; that took the number %1. */
static uint16_t open_peer(struct fake_face *f, bool echoes)
{
	fake_must(f, "open udp4 127.0.0.1:0");
	fake_must(f, "echo-server on");
	if (!echoes)
		fake_must(f, "echo-server off");
	return f->session.current->sock.local.port;
}

static struct ping *ping_number(struct fake_face *f, uint32_t number)
{
	struct activity *a = activity_find(&f->session, number);

	assert_non_null(a);
	return ping_of(a);
}

static bool is_over(struct fake_face *f, void *ctx)
{
	(void)ctx;
	return ping_number(f, 2)->activity.over;
}

static bool has_ended(struct fake_face *f, void *ctx)
{
	(void)ctx;
	return f->ends > 0;
}

static bool has_three(struct fake_face *f, void *ctx)
{
	(void)ctx;
	return ping_number(f, 2)->trips.states[ROUNDTRIP_ANSWERED] >= 3;
}

/* A row of the last listing whose JSON has this. */
static bool has_data(const struct fake_face *f, const char *text)
{
	const char *event, *members;

	for (size_t i = 0; i < f->listing.count; i++)
		if (listing_event(&f->listing, i, &event, &members) && strcmp(event, "ping") == 0 &&
		    strstr(members, text))
			return true;
	return false;
}

static void test_each_answer_is_told_and_the_sums(void **state)
{
	struct fake_face *f = *state;
	uint16_t port = open_peer(f, true);
	struct ping *p;

	fake_must(f, "ping 127.0.0.1 %u times 3 every 5ms", port);
	assert_int_equal(f->session.socket_count, 2);
	assert_int_equal(f->session.current->number, 1);
	fake_until(f, is_over, NULL);
	p = ping_number(f, 2);
	assert_int_equal(p->ticks, 3);
	assert_int_equal(roundtrip_count(&p->trips), 3);
	assert_int_equal(p->trips.by_content, 3);
	assert_int_equal(p->activity.verdict.code, ERR_NONE);
	assert_int_equal(f->listings, 4);
	assert_true(fake_listed(f, "3 sent, 3 answered, 0 late, 0 lost (0 %)"));
	assert_true(fake_listed(f, "by content"));
	assert_true(has_data(f, "\"what\":\"summary\""));
	assert_int_equal(f->session.socket_count, 1);
}

static void test_a_script_sends_four(void **state)
{
	struct fake_face *f = *state;
	char line[64];

	snprintf(line, sizeof(line), "ping 127.0.0.1:%u every 5ms", open_peer(f, true));
	assert_true(script_add_line(f->face.script, line, NULL));
	script_start(f->face.script);
	fake_until(f, has_ended, NULL);
	assert_int_equal(f->ended, SCRIPT_DONE);
	assert_int_equal(f->listings, 5);
	assert_true(fake_listed(f, "4 sent, 4 answered"));
	assert_false(fake_listed(f, "seq "));
}

static void test_a_script_ends_with_silence(void **state)
{
	struct fake_face *f = *state;
	char line[80];

	snprintf(line, sizeof(line), "ping 127.0.0.1:%u times 2 every 5ms timeout 10ms",
		 open_peer(f, false));
	assert_true(script_add_line(f->face.script, line, NULL));
	script_start(f->face.script);
	fake_until(f, has_ended, NULL);
	assert_int_equal(f->ended, SCRIPT_SILENT);
	assert_int_equal(f->listings, 3);
	assert_true(fake_listed(f, "2 lost (100 %)"));
}

/* What was said of a script that is stopped is not lost. */
static void test_a_script_that_is_stopped(void **state)
{
	struct fake_face *f = *state;
	char line[64];

	snprintf(line, sizeof(line), "ping 127.0.0.1:%u times 1000 every 5ms", open_peer(f, true));
	assert_true(script_add_line(f->face.script, line, NULL));
	script_start(f->face.script);
	/* that it was received proves no answer: this session has both ends */
	fake_until_rx(f, 1);
	fake_until(f, has_three, NULL);
	script_stop(f->face.script);
	fake_must(f, "stop");
	assert_true(fake_listed(f, "by content"));
}

static void test_a_screen_shows_it_live(void **state)
{
	struct fake_face *f = *state;
	struct error e;

	f->face.is_live = true;
	fake_must(f, "ping 127.0.0.1 %u every 5ms", open_peer(f, true));
	assert_true(f->listing.live);
	assert_string_equal(buf_cstr(&f->listing.remake), "show %2");
	assert_non_null(strstr(buf_cstr(&f->listing.title), "\":stop %2\" ends it"));
	fake_until(f, has_three, NULL);
	assert_int_equal(f->listings, 1);
	fake_must(f, "show %%2");
	assert_true(fake_listed(f, "seq 1: "));
	assert_true(has_data(f, "\"what\":\"answer\",\"seq\":3,\"src\":\"127.0.0.1\""));
	assert_non_null(strstr(listing_command(&f->listing, f->listing.count - 1), "show #"));
	fake_must(f, "stop %%2");
	fake_must(f, "show %%2");
	assert_false(f->listing.live);
	assert_false(fake_run(f, "stop %2", &e));
}

static void test_what_was_asked_of_the_current_socket(void **state)
{
	struct fake_face *f = *state;
	uint16_t port = open_peer(f, true);
	const struct session_socket *k;
	struct buf ttl;

	f->face.is_live = true;
	fake_must(f, "set ttl 9");
	fake_must(f, "ping 127.0.0.1 %u", port);
	k = activity_socket(&ping_number(f, 2)->activity);
	assert_non_null(k);
	buf_init(&ttl, 32);
	assert_true(sockopt_get(&k->sock, sockopt_find("ttl", NULL), &ttl, NULL));
	assert_string_equal(buf_cstr(&ttl), "9");
	buf_reset(&ttl);
	assert_true(sockopt_get(&k->sock, sockopt_find("broadcast", NULL), &ttl, NULL));
	assert_string_equal(buf_cstr(&ttl), "on");
	buf_done(&ttl);
}

static void test_it_ends_with_its_socket(void **state)
{
	struct fake_face *f = *state;

	f->face.is_live = true;
	fake_must(f, "ping 127.0.0.1 %u every 5ms", open_peer(f, true));
	session_close(&f->session, activity_socket(&ping_number(f, 2)->activity));
	fake_until(f, is_over, NULL);
	assert_int_equal(f->session.job_count, 0);
}

static void test_a_first_probe_that_cannot_leave(void **state)
{
	static char line[70000];
	struct fake_face *f = *state;
	struct error e;
	int n = snprintf(line, sizeof(line), "ping 127.0.0.1 7 ");

	memset(line + n, 'x', PAYLOAD_MAX_V4 + 1);
	assert_false(fake_run(f, line, &e));
	assert_non_null(strstr(e.text, "do not fit one datagram"));
	assert_int_equal(f->session.job_count, 0);
	assert_int_equal(f->session.socket_count, 0);
	assert_int_equal(f->listings, 0);
}

static void test_a_probe_that_cannot_leave(void **state)
{
	static const char large[PAYLOAD_MAX_V6];
	struct fake_face *f = *state;
	struct ping *p;

	f->face.is_live = true;
	fake_must(f, "let name = known");
	fake_must(f, "ping 127.0.0.1 %u times 3 every 5ms ${name} ${seq}", open_peer(f, true));
	assert_true(variable_set(&f->session.variables, "name", 4, large, sizeof(large), NULL));
	fake_until(f, is_over, NULL);
	p = ping_number(f, 2);
	assert_int_equal(p->unsent, 2);
	assert_int_equal(roundtrip_count(&p->trips), 1);
	fake_must(f, "show %%2");
	assert_true(fake_listed(f, "2 could not be sent"));
	assert_true(fake_listed(f, "seq 2: not sent: "));
}

/* Time that was missed is made up for by no burst. */
static void test_ticks_that_are_missed(void **state)
{
	struct fake_face *f = *state;
	struct ping *p;

	f->face.is_live = true;
	fake_must(f, "ping 127.0.0.1 %u times 4 every 10ms", open_peer(f, false));
	p = ping_number(f, 2);
	assert_int_equal(p->ticks, 1);
	fake_advance(f, 10 * NS_PER_MS);
	assert_int_equal(p->ticks, 2);
	fake_advance(f, 35 * NS_PER_MS);
	assert_int_equal(p->ticks, 3);
	assert_int_equal(p->skipped, 2);
	fake_advance(f, 5 * NS_PER_MS);
	assert_int_equal(p->ticks, 4);
	fake_advance(f, 999 * NS_PER_MS);
	assert_int_equal(p->trips.states[ROUNDTRIP_WAITED], 1);
	assert_false(p->activity.over);
	fake_advance(f, 1 * NS_PER_MS);
	assert_int_equal(p->trips.states[ROUNDTRIP_LOST], 4);
	fake_advance(f, PING_LINGER);
	assert_true(p->activity.over);
	assert_int_equal(p->activity.verdict.code, ERR_SILENT);
}

static void test_answers_that_this_host_dropped(void **state)
{
	struct fake_face *f = *state;
	struct packet gap = { .kind = PACKET_GAP, .lost = 3, .where = PACKET_WHERE_KERNEL };

	f->face.is_live = true;
	fake_must(f, "ping 127.0.0.1 %u", open_peer(f, true));
	gap.socket = ping_number(f, 2)->activity.socket;
	store_begin(f->session.store);
	store_append(f->session.store, &gap);
	store_end(f->session.store);
	session_follow(&f->session);
	fake_must(f, "show %%2");
	assert_true(fake_listed(f, "3 dropped by this host"));
	assert_true(has_data(f, "\"dropped\":3"));
}

static void test_what_it_would_send(void **state)
{
	struct fake_face *f = *state;
	struct command_intent intent;
	struct error e;

	assert_true(command_intend(&f->session, &f->set, "ping 127.0.0.1 7 every 2s", &intent, &e));
	assert_true(intent.sends);
	assert_int_equal(intent.count, 1);
	assert_int_equal(intent.addrs[0].port, 7);
	assert_int_equal(intent.schedule.every, 2 * NS_PER_S);
	assert_memory_equal(intent.bytes.data, "udpdeck ping 1 ", 15);
	command_intent_done(&intent);
	assert_true(command_intend(&f->session, &f->set, "ping 127.0.0.1 7  times 2  n=${seq} ",
				   &intent, &e));
	assert_string_equal(buf_cstr(&intent.bytes), "n=1 ");
	assert_int_equal(intent.schedule.times, 2);
	command_intent_done(&intent);
	assert_int_equal(f->session.socket_count, 0);
}

static void test_what_is_no_ping(void **state)
{
	static const struct {
		const char *line;
		ptrdiff_t at;
		const char *text;
	} wrong[] = {
		{ "ping", 4, "usage: ping HOST PORT" },
		{ "ping 127.0.0.1", -1, "" },
		{ "ping 127.0.0.1 7 times", 22, "usage: ping HOST PORT" },
		{ "ping 127.0.0.1 7 times 0", 23, "0 is outside 1.." },
		{ "ping 127.0.0.1 7 times 2 times 3", 25, "\"times\" is given twice" },
		{ "ping 127.0.0.1 7 every 1us", 23, "every: 1us is outside 100us..8784h" },
		{ "ping 127.0.0.1 7 every 1s every 1s", 26, "\"every\" is given twice" },
		{ "ping 127.0.0.1 7 timeout 25h", 25, "timeout: 25h is outside 1ms..24h" },
		{ "ping 127.0.0.1 7 timeout soon", 25, "soon" },
		{ "ping 127.0.0.1 7 every 1s a\\q", 27, "" },
		{ "ping 127.0.0.1 7 every 1ms timeout 5s", -1, "5001 probes would be waited for" },
	};
	struct fake_face *f = *state;

	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
		struct error e = { .at = -1 };

		if (fake_run(f, wrong[i].line, &e))
			fail_msg("%s: is taken", wrong[i].line);
		if (!strstr(e.text, wrong[i].text))
			fail_msg("%s: %s", wrong[i].line, e.text);
		if (wrong[i].at >= 0 && e.at != wrong[i].at)
			fail_msg("%s: %s, at %td", wrong[i].line, e.text, e.at);
		assert_int_equal(f->session.job_count, 0);
	}
}

int main(void)
{
#define TEST(function) \
	cmocka_unit_test_setup_teardown(function, fake_face_setup, fake_face_teardown)
	const struct CMUnitTest tests[] = {
		TEST(test_each_answer_is_told_and_the_sums),
		TEST(test_a_script_sends_four),
		TEST(test_a_script_ends_with_silence),
		TEST(test_a_script_that_is_stopped),
		TEST(test_a_screen_shows_it_live),
		TEST(test_what_was_asked_of_the_current_socket),
		TEST(test_it_ends_with_its_socket),
		TEST(test_a_first_probe_that_cannot_leave),
		TEST(test_a_probe_that_cannot_leave),
		cmocka_unit_test_setup_teardown(test_ticks_that_are_missed, fake_face_setup_still,
						fake_face_teardown),
		TEST(test_answers_that_this_host_dropped),
		TEST(test_what_it_would_send),
		TEST(test_what_is_no_ping),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
