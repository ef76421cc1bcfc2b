/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Rules: which one answers, with what, from where to, how often and how late; how they end. */
#include "session/rule.h"

#include "session/answers.h"
#include "talk.h"
#include "util/num.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define MS NS_PER_MS
#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

static struct rule *rule_number(struct fake_face *f, uint32_t number)
{
	struct rule *r = rule_find(&f->session, number);

	assert_non_null(r);
	return r;
}

static void the_first_that_matches_answers(void **state)
{
	struct fake_face *f = *state;
	uint16_t port = talk_open(f, "udp4 127.0.0.1:0");
	struct udp_peer p = { 0 };

	assert_true(peer_open(&p, "127.0.0.1", 0));
	fake_must(f, "on \"PING\" reply PONG ${seq} ${req[-1:]}");
	fake_must(f, "on data[0:2] == 0007 hex ${req[0:2]} 80 \"x\" ${len:u8}");
	fake_must(f, "on /^who/i reply me");
	fake_must(f, "on len > 7 reply long");
	talk_ask(f, &p, port, "PING 1", "PONG 1 1");
	talk_ask(f, &p, port, "WHO is", "me");
	talk_ask(f, &p, port, "the 2nd PING", "PONG 2 G");
	talk_ask(f, &p, port, "eight of", "long");
	talk_say(f, &p, "127.0.0.1", port, "short", 5);
	assert_true(peer_is_quiet(&p));
	talk_say(f, &p, "127.0.0.1", port, "\0\7hello", 7);
	{
		char got[20];

		assert_int_equal(peer_recv(&p, got, sizeof(got)), 5);
		assert_memory_equal(got, "\0\7\x80x\5", 5);
	}
	assert_int_equal(rule_number(f, 1)->matched, 2);
	assert_int_equal(rule_number(f, 1)->answered, 2);
	assert_int_equal(rule_number(f, 4)->answered, 1);
	assert_int_equal(f->session.tx, 5);
	peer_close(&p);
}

static void an_answer_is_a_packet_that_names_its_rule(void **state)
{
	struct fake_face *f = *state;
	uint16_t port = talk_open(f, "udp4 127.0.0.1:0");
	struct udp_peer p = { 0 };
	struct packet packet;

	assert_true(peer_open(&p, "127.0.0.1", 0));
	fake_must(f, "on any reply ${req}");
	talk_ask(f, &p, port, "hello", "hello");
	assert_true(fake_packet(f, 2, &packet));
	assert_int_equal(packet.kind, PACKET_TX);
	assert_int_equal(packet.job, 1);
	assert_int_equal(packet.result, PACKET_TX_SENT);
	assert_int_equal(packet.peer.port, p.port);
	assert_int_equal(peer_by_number(&f->session.peers, 1)->tx, 1);
	peer_close(&p);
}

static void it_leaves_by_the_address_that_was_asked(void **state)
{
	static const char *const wheres[] = { "udp4", "udp", "udp6" };
	struct fake_face *f = *state;

	fake_must(f, "on any reply yes");
	for (size_t i = 0; i < COUNT(wheres); i++) {
		uint16_t port = talk_open(f, wheres[i]);
		const char *host = i < 2 ? "127.0.0.7" : "::1";
		struct sockaddr_storage wanted;
		struct udp_peer p = { 0 };

		assert_true(peer_open(&p, i < 2 ? "127.0.0.1" : "::1", 0));
		talk_say(f, &p, host, port, "?", 1);
		talk_hears(&p, "yes");
		assert_int_equal(peer_address(host, port, &wanted), p.last_len);
		assert_memory_equal(&p.last, &wanted,
				    i < 2 ? offsetof(struct sockaddr_in, sin_zero)
					  : offsetof(struct sockaddr_in6, sin6_scope_id));
		peer_close(&p);
	}
}

static void so_does_a_reply_by_hand(void **state)
{
	struct fake_face *f = *state;
	uint16_t port = talk_open(f, "udp");
	struct udp_peer p = { 0 };
	struct sockaddr_storage wanted;

	assert_true(peer_open(&p, "127.0.0.1", 0));
	talk_say(f, &p, "127.0.0.7", port, "?", 1);
	fake_must(f, "reply yes ${req}");
	talk_hears(&p, "yes ?");
	assert_int_equal(peer_address("127.0.0.7", port, &wanted), p.last_len);
	assert_memory_equal(&p.last, &wanted, offsetof(struct sockaddr_in, sin_zero));
	fake_must(f, "delay 5ms reply #1 later ${req}");
	fake_advance(f, 5 * MS);
	talk_hears(&p, "later ?");
	assert_memory_equal(&p.last, &wanted, offsetof(struct sockaddr_in, sin_zero));
	peer_close(&p);
}

static void a_socket_is_chosen_by_an_expression(void **state)
{
	struct fake_face *f = *state;
	uint16_t one = talk_open(f, "udp4 127.0.0.1:0"), two = talk_open(f, "udp4 127.0.0.1:0");
	struct udp_peer p = { 0 };

	assert_true(peer_open(&p, "127.0.0.1", 0));
	fake_must(f, "on socket == 2 reply two");
	talk_say(f, &p, "127.0.0.1", one, "?", 1);
	talk_ask(f, &p, two, "?", "two");
	assert_true(peer_is_quiet(&p));
	peer_close(&p);
}

static void what_is_its_own_is_not_answered(void **state)
{
	struct fake_face *f = *state;
	uint16_t port = talk_open(f, "udp4 multicast-interface=lo");

	fake_must(f, "join 239.255.1.2%%lo");
	fake_must(f, "on any reply ${req}");
	fake_must(f, "to 239.255.1.2:%u send group", port);
	fake_until_rx(f, 1);
	fake_must(f, "to 127.0.0.1:%u send myself", port);
	fake_until_rx(f, 2);
	assert_int_equal(f->session.tx, 2);
	assert_int_equal(rule_number(f, 1)->matched, 0);
}

static void what_came_before_and_what_was_read_is_not_answered(void **state)
{
	struct fake_face *f = *state;
	uint16_t port = talk_open(f, "udp4 127.0.0.1:0");
	struct packet p = {
		.kind = PACKET_RX, .data = (const uint8_t *)"x", .len = 1, .stored = 1
	};
	struct udp_peer peer = { 0 };

	assert_true(peer_open(&peer, "127.0.0.1", 0));
	talk_say(f, &peer, "127.0.0.1", port, "early", 5);
	fake_must(f, "on any reply ${req}");
	store_begin(f->session.store);
	store_append(f->session.store, &p);
	store_end(f->session.store);
	session_follow(&f->session);
	talk_ask(f, &peer, port, "now", "now");
	assert_true(peer_is_quiet(&peer));
	assert_int_equal(rule_number(f, 1)->matched, 1);
	peer_close(&peer);
}

static void answers_may_take_their_time(void **state)
{
	struct fake_face *f = *state;
	uint16_t port = talk_open(f, "udp4 127.0.0.1:0");
	struct udp_peer p = { 0 };

	assert_true(peer_open(&p, "127.0.0.1", 0));
	fake_must(f, "on any delay 50ms reply ${seq}:${req}");
	talk_say(f, &p, "127.0.0.1", port, "a", 1);
	fake_advance(f, 20 * MS);
	talk_say(f, &p, "127.0.0.1", port, "b", 1);
	fake_advance(f, 29 * MS);
	assert_true(peer_is_quiet(&p));
	fake_advance(f, 1 * MS);
	talk_hears(&p, "1:a");
	fake_advance(f, 19 * MS);
	assert_true(peer_is_quiet(&p));
	fake_advance(f, 1 * MS);
	talk_hears(&p, "2:b");
	assert_int_equal(rule_number(f, 1)->answered, 2);
	/* what is still to come ends with its rule, or its socket */
	talk_say(f, &p, "127.0.0.1", port, "c", 1);
	fake_must(f, "stop %%1");
	fake_must(f, "on any delay 50ms reply ${req}");
	talk_say(f, &p, "127.0.0.1", port, "d", 1);
	fake_must(f, "close");
	fake_advance(f, 60 * MS);
	assert_true(peer_is_quiet(&p));
	assert_int_equal(rule_number(f, 2)->failed, 1);
	assert_int_equal(talk_count(f, PACKET_NOTE, "3 matched, 2 answered, 1 not sent any"), 1);
	assert_int_equal(talk_count(f, PACKET_ERROR, ": the socket is closed; it goes on"), 1);
	assert_int_equal(f->session.answers->late_bytes, 0);
	peer_close(&p);
}

static void what_waits_is_bounded(void **state)
{
	struct fake_face *f = *state;
	uint16_t port = talk_open(f, "udp4 127.0.0.1:0");
	struct udp_peer p = { 0 };
	struct rule *r;

	assert_true(peer_open(&p, "127.0.0.1", 0));
	fake_must(f, "on any delay 1h reply ${rand:60000}");
	for (int i = 0; i < 300; i++)
		talk_say(f, &p, "127.0.0.1", port, "x", 1);
	r = rule_number(f, 1);
	assert_int_equal(r->matched, 300);
	assert_true(r->failed > 10);
	assert_true(f->session.answers->late_bytes <= ANSWERS_LATE);
	assert_int_equal(talk_count(f, PACKET_ERROR, "too many answers wait"), 1);
	fake_must(f, "stop rules");
	assert_int_equal(f->session.answers->late_bytes, 0);
	peer_close(&p);
}

/* So many of 400 datagrams are answered 0, 1 and 2 times, by the same seed always. */
static void tally(struct fake_face *f, const char *how, unsigned got[3])
{
	uint16_t port = talk_open(f, "udp4 127.0.0.1:0");
	struct udp_peer p = { 0 };

	assert_true(peer_open(&p, "127.0.0.1", 0));
	f->session.payload_random = 7;
	fake_must(f, "on any %s reply ${req}", how);
	memset(got, 0, 3 * sizeof(*got));
	for (int i = 0; i < 400; i++) {
		uint64_t before = f->session.tx;

		talk_say(f, &p, "127.0.0.1", port, "x", 1);
		assert_in_range(f->session.tx - before, 0, 2);
		got[f->session.tx - before]++;
	}
	fake_must(f, "stop rules");
	fake_must(f, "close");
	peer_close(&p);
}

static void some_are_dropped_and_some_doubled(void **state)
{
	struct fake_face *f = *state;
	unsigned got[3], again[3];

	tally(f, "drop 100%", got);
	assert_int_equal(got[0], 400);
	tally(f, "dup 100%", got);
	assert_int_equal(got[2], 400);
	tally(f, "drop 0% dup 0%", got);
	assert_int_equal(got[1], 400);
	tally(f, "drop 25% dup 50%", got);
	assert_in_range(got[0], 70, 130);
	assert_in_range(got[2], 110, 190);
	tally(f, "drop 25% dup 50%", again);
	assert_memory_equal(got, again, sizeof(got));
	assert_int_equal(talk_count(f, PACKET_NOTE, "400 dropped"), 1);
}

static void a_peer_gets_a_thousand_in_a_second(void **state)
{
	struct fake_face *f = *state;
	uint16_t port = talk_open(f, "udp4 127.0.0.1:0");
	struct udp_peer p = { 0 }, other = { 0 };
	struct rule *r;
	char got[10];

	assert_true(peer_open(&p, "127.0.0.1", 0) && peer_open(&other, "127.0.0.1", 0));
	fake_must(f, "on \"x\" reply ${req}");
	fake_must(f, "on any reply ${req}");
	for (int i = 0; i < 1100; i++) {
		talk_say(f, &p, "127.0.0.1", port, i % 2 ? "x" : "y", 1);
		if (i < 1000)
			assert_int_equal(peer_recv(&p, got, sizeof(got)), 1);
	}
	r = rule_number(f, 1);
	assert_true(peer_is_quiet(&p));
	assert_int_equal(f->session.tx, 1000);
	assert_int_equal(r->matched, 550);
	assert_int_equal(r->answered, 500);
	assert_int_equal(r->limited, 50);
	assert_int_equal(talk_count(f, PACKET_ERROR, "gets 1,000 answers a second, no more"), 2);
	talk_ask(f, &other, port, "x", "x");
	fake_advance(f, 2000 * MS);
	talk_ask(f, &p, port, "x", "x");
	/* and as many each second from then on */
	for (int second = 0; second < 3; second++) {
		uint64_t before = f->session.tx;

		fake_advance(f, 1000 * MS);
		for (int i = 0; i < 20; i++) {
			for (int n = 0; n < 75; n++)
				talk_say(f, &p, "127.0.0.1", port, "y", 1);
			while (!peer_is_quiet(&p))
				peer_recv(&p, got, sizeof(got));
			fake_advance(f, 50 * MS);
		}
		assert_in_range(f->session.tx - before, 900, 1000);
		fake_advance(f, 1000 * MS);
	}
	assert_int_equal(talk_count(f, PACKET_ERROR, "gets 1,000 answers a second, no more"), 2);
	peer_close(&p);
	peer_close(&other);
}

static void what_fails_is_told_once_and_it_goes_on(void **state)
{
	struct fake_face *f = *state;
	uint16_t port = talk_open(f, "udp4 127.0.0.1:0");
	struct udp_peer p = { 0 };

	assert_true(peer_open(&p, "127.0.0.1", 0));
	fake_must(f, "on any reply ${req[0:2]}!");
	talk_say(f, &p, "127.0.0.1", port, "x", 1);
	talk_say(f, &p, "127.0.0.1", port, "", 0);
	talk_ask(f, &p, port, "two", "tw!");
	assert_int_equal(rule_number(f, 1)->failed, 2);
	assert_int_equal(talk_count(f, PACKET_ERROR,
				    "${req[0:2]} is not in a datagram of 1 byte; it"),
			 1);
	assert_int_equal(talk_count(f, PACKET_ERROR, "no answer to"), 1);
	peer_close(&p);
}

static void a_pattern_that_gives_up_is_told_once(void **state)
{
	struct fake_face *f = *state;
	uint16_t port = talk_open(f, "udp4 127.0.0.1:0");
	struct udp_peer p = { 0 };
	char costly[200];

	memset(costly, 'a', sizeof(costly));
	assert_true(peer_open(&p, "127.0.0.1", 0));
	fake_must(f, "on /^(a+a+)+$/ reply all");
	fake_must(f, "on any reply rest");
	costly[sizeof(costly) - 1] = 'b';
	for (int i = 0; i < 2; i++) {
		talk_say(f, &p, "127.0.0.1", port, costly, sizeof(costly));
		talk_hears(&p, "rest");
	}
	talk_ask(f, &p, port, "aaaa", "all");
	assert_int_equal(talk_count(f, PACKET_ERROR, "would take too long to find out"), 1);
	fake_must(f, "stop rules");
	assert_int_equal(talk_count(f, PACKET_NOTE, "1 answered, 2 passed over as too costly"), 1);
	peer_close(&p);
}

static void many_leave_at_once_and_whole(void **state)
{
	struct fake_face *f = *state;
	uint16_t port = talk_open(f, "udp4 127.0.0.1:0");
	enum { PEERS = 5, EACH = 40 };
	struct udp_peer p[PEERS] = { 0 };
	char got[1400], wanted[1400];

	fake_must(f, "on any reply ${req}");
	for (int i = 0; i < PEERS; i++)
		assert_true(peer_open(&p[i], "127.0.0.1", 0));
	for (int n = 0; n < EACH; n++)
		for (int i = 0; i < PEERS; i++) {
			memset(wanted, 'a' + i, sizeof(wanted));
			assert_true(peer_send(&p[i], "127.0.0.1", port, wanted, (size_t)n * 30));
		}
	fake_until_rx(f, (uint64_t)PEERS * EACH);
	for (int n = 0; n < EACH; n++)
		for (int i = 0; i < PEERS; i++) {
			memset(wanted, 'a' + i, sizeof(wanted));
			assert_int_equal(peer_recv(&p[i], got, sizeof(got)), n * 30);
			assert_memory_equal(got, wanted, (size_t)n * 30);
		}
	assert_int_equal(f->session.tx, PEERS * EACH);
	for (int i = 0; i < PEERS; i++)
		peer_close(&p[i]);
}

static void they_end_with_a_word(void **state)
{
	struct fake_face *f = *state;
	struct error e;

	talk_open(f, "udp4 127.0.0.1:0");
	fake_must(f, "on any reply x");
	fake_must(f, "every 1h to 127.0.0.1:9 send x");
	fake_must(f, "echo-server on");
	fake_must(f, "echo-server on");
	assert_int_equal(f->session.rule_count, 2);
	assert_string_equal(f->message, "[1] answers every datagram with itself");
	fake_must(f, "rules");
	assert_string_equal(buf_cstr(&f->listing.title), "2 rules");
	assert_true(fake_listed(f, "%1\t0\t0\t0\t0\t0\ton any reply x"));
	assert_true(fake_listed(f, "%3\t0\t0\t0\t0\t0\techo-server on of [1]"));
	/* Ctrl-C and "stop" end jobs; rules go on */
	fake_must(f, "stop");
	assert_int_equal(f->session.rule_count, 2);
	fake_must(f, "stop");
	assert_string_equal(f->message, "no job runs: \":stop rules\" ends the rules");
	fake_must(f, "stop %%1");
	assert_int_equal(talk_count(f, PACKET_NOTE, "%1 stopped: 0 matched, 0 answered"), 1);
	assert_false(fake_run(f, "stop %1", &e));
	assert_int_equal(e.at, 5);
	fake_must(f, "echo-server off");
	assert_int_equal(f->session.rule_count, 0);
	assert_int_equal(f->session.current->echo, 0);
	fake_must(f, "echo-server on");
	fake_must(f, "close");
	assert_int_equal(talk_count(f, PACKET_NOTE, "%4 ended with its socket"), 1);
	assert_int_equal(f->session.rule_count, 0);
	fake_must(f, "rules");
	assert_true(fake_listed(f, "none answers"));
}

static void quitting_is_asked_about(void **state)
{
	struct fake_face *f = *state;
	struct buf words;

	buf_init(&words, 500);
	assert_false(command_quit_warning(&f->session, &words));
	fake_must(f, "on any reply x");
	assert_true(command_quit_warning(&f->session, &words));
	assert_string_equal(buf_cstr(&words),
			    "1 rule answers: again to leave, :stop rules to end that");
	buf_done(&words);
}

static void errors_have_their_column(void **state)
{
	static const struct {
		const char *line;
		ptrdiff_t at;
		const char *text;
	} cases[] = {
		{ "on none reply x", 3, "a rule answers what comes" },
		{ "on any", 6, "what to answer is missing" },
		{ "on any reply", 12, "reply: what to answer is missing" },
		{ "on any delay", 12, "delay: the time is missing" },
		{ "on any delay soon reply x", 13, "is no duration" },
		{ "on any delay 9000h reply x", 13, "outside" },
		{ "on any drop 5 reply x", 12, "a share is 0%..100%" },
		{ "on any drop 100.1% reply x", 12, "a share is" },
		{ "on any dup -1% reply x", 11, "a share is" },
		{ "on any dup % reply x", 11, "a share is" },
		{ "on any dup 101% reply x", 11, "a share is" },
		{ "on any dup 1e1% reply x", 11, "a share is" },
		{ "on any maybe reply x", 7, "\"maybe\" is none of" },
		{ "on nosuch == 1 reply x", 3, "there is no field \"nosuch\"" },
		{ "on len == 1 and reply x", 16, "there is no field \"reply\"" },
		{ "on len = 1 reply x", 7, "\"=\" is written ==" },
		{ "on \"open reply x", 3, "missing closing quote" },
		{ "on any reply ${nosuch}", 15, "is no field" },
		{ "on any delay 5ms dup 1.5% hex 0g", 30, "is no hex byte" },
	};
	struct fake_face *f = *state;

	for (size_t i = 0; i < COUNT(cases); i++) {
		struct error e = { 0 };

		if (fake_run(f, cases[i].line, &e))
			fail_msg("%s was accepted", cases[i].line);
		if (e.at != cases[i].at || !strstr(e.text, cases[i].text))
			fail_msg("%s: \"%s\" at %td", cases[i].line, e.text, e.at);
	}
	assert_int_equal(f->session.rule_count, 0);
}

static void expressions_end_where_the_answer_begins(void **state)
{
	static const char *const lines[] = {
		"on len > 3 delay 1ms drop 1% dup 0.25% reply a",
		"on peer == 10.0.0.0/8 and (ttl < 2 or not own) reply b",
		"on port in { 53, 5353..5355 } hex 00",
		"on text ~ /delay drop reply/i reply c",
		"on \"delay 1s reply\" reply d",
		"on data[4:] contains 00 reply  e",
		"on hex 0001 hex 0002",
		"on reply reply reply",
	};
	struct fake_face *f = *state;

	for (size_t i = 0; i < COUNT(lines); i++) {
		fake_must(f, "%s", lines[i]);
		assert_string_equal(rule_number(f, (uint32_t)i + 1)->line, lines[i]);
	}
	assert_int_equal(rule_number(f, 1)->delay, MS);
	assert_int_equal(rule_number(f, 1)->drop, RULE_ALWAYS / 100);
	assert_int_equal(rule_number(f, 1)->dup, RULE_ALWAYS / 400);
}

static void there_is_a_limit(void **state)
{
	struct fake_face *f = *state;
	struct error e;

	for (int i = 0; i < RULE_MAX; i++)
		fake_must(f, "on any reply x");
	assert_false(fake_run(f, "on any reply x", &e));
	assert_int_equal(e.code, ERR_LIMIT);
	assert_int_equal(f->session.rule_count, RULE_MAX);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, fake_face_setup_still, fake_face_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(the_first_that_matches_answers),
		TEST(an_answer_is_a_packet_that_names_its_rule),
		TEST(it_leaves_by_the_address_that_was_asked),
		TEST(so_does_a_reply_by_hand),
		TEST(a_socket_is_chosen_by_an_expression),
		TEST(what_is_its_own_is_not_answered),
		TEST(what_came_before_and_what_was_read_is_not_answered),
		TEST(answers_may_take_their_time),
		TEST(what_waits_is_bounded),
		TEST(some_are_dropped_and_some_doubled),
		TEST(a_peer_gets_a_thousand_in_a_second),
		TEST(what_fails_is_told_once_and_it_goes_on),
		TEST(a_pattern_that_gives_up_is_told_once),
		TEST(many_leave_at_once_and_whole),
		TEST(they_end_with_a_word),
		TEST(quitting_is_asked_about),
		TEST(errors_have_their_column),
		TEST(expressions_end_where_the_answer_begins),
		TEST(there_is_a_limit),
	};

	return cmocka_run_group_tests_name("rule", tests, NULL, NULL);
}
