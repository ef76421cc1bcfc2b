/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the receiver's thread answers by itself, and what it leaves to the main loop. */
#include "session/responder.h"

#include "talk.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

/* Was the newest datagram answered by the receiver's thread? */
static bool was_at_once(struct fake_face *f)
{
	struct store_stats st;
	struct packet p;
	uint64_t no;
	bool at_once = false;

	store_stats(f->session.store, &st);
	for (no = st.last_no; no && fake_packet(f, no, &p); no--)
		if (p.kind == PACKET_RX) {
			at_once = p.flags & PACKET_AT_ONCE;
			break;
		}
	if (at_once) {
		assert_true(fake_packet(f, no + 1, &p));
		assert_int_equal(p.kind, PACKET_TX);
		assert_true(p.flags & PACKET_AT_ONCE);
	}
	return at_once;
}

/* The first by hand of the main loop, which so knows that the socket is one to answer by. */
static void what_needs_no_thought_is_answered_at_once(void **state)
{
	static const struct {
		const char *line, *before;
		bool at_once;
	} cases[] = {
		{ "on any reply ${req}", NULL, true },
		{ "on \"ask\" reply yes", NULL, true },
		{ "on hex 6b reply ${req[0:2]} ${len} ${crc32}", NULL, true },
		{ "on len > 0 and not own and peer == 127.0.0.0/8 reply yes", NULL, true },
		{ "on data contains 73 or text == \"no\" reply yes", NULL, true },
		{ "on any reply yes", "on \"nothing like it\" reply no", true },
		{ "echo-server on", NULL, true },
		{ "on text ~ /ask/ reply yes", NULL, false },
		{ "on /ask/ reply yes", NULL, false },
		{ "on any reply yes", "on /nothing like it/ reply no", false },
		{ "on any reply ${seq}", NULL, false },
		{ "on any reply ${time}", NULL, false },
		{ "on any reply ${rand:4}", NULL, false },
		{ "on no > 0 reply yes", NULL, false },
		{ "on dev == lo reply yes", NULL, false },
		{ "on peer != @99 reply yes", NULL, false },
		{ "on any drop 0.0001% reply yes", NULL, false },
		{ "on any dup 0.0001% reply yes", NULL, false },
	};
	struct fake_face *f = *state;
	char got[100];

	for (size_t i = 0; i < COUNT(cases); i++) {
		uint16_t port = talk_open(f, "udp4 127.0.0.1:0");
		struct udp_peer p = { 0 };

		assert_true(peer_open(&p, "127.0.0.1", 0));
		if (cases[i].before)
			fake_must(f, "%s", cases[i].before);
		fake_must(f, "%s", cases[i].line);
		for (int n = 0; n < 3; n++) {
			talk_say(f, &p, "127.0.0.1", port, "ask", 3);
			assert_true(peer_recv(&p, got, sizeof(got)) >= 0);
			if (was_at_once(f) != (n > 0 && cases[i].at_once))
				fail_msg("%s: datagram %d", cases[i].line, n);
		}
		fake_must(f, "stop rules");
		fake_must(f, "close");
		peer_close(&p);
	}
	assert_int_equal(talk_count(f, PACKET_NOTE, "stopped: 3 matched, 3 answered"),
			 COUNT(cases));
}

static void answers_keep_the_order_of_the_requests(void **state)
{
	static char bytes[9000], got[sizeof(bytes)];
	struct fake_face *f = *state;
	uint16_t port = talk_open(f, "udp4 127.0.0.1:0");
	struct udp_peer p = { 0 };

	assert_true(peer_open(&p, "127.0.0.1", 0));
	fake_must(f, "on any reply ${req}");
	talk_ask(f, &p, port, "first", "first");
	/* not more at a time than the peer's buffer holds */
	for (size_t n = 1; n <= 40; n += 4) {
		for (size_t i = n; i < n + 4; i++)
			assert_true(peer_send(&p, "127.0.0.1", port, bytes,
					      i % 2 ? i : sizeof(bytes) - i));
		for (size_t i = n; i < n + 4; i++)
			assert_int_equal(peer_recv(&p, got, sizeof(got)),
					 i % 2 ? i : sizeof(bytes) - i);
	}
	fake_until_rx(f, 41);
	assert_true(was_at_once(f));
	peer_close(&p);
}

/* 65,507 bytes fit an IPv4 datagram. */
static void what_the_kernel_refuses_is_told_once(void **state)
{
	static char bytes[65500];
	struct fake_face *f = *state;
	uint16_t port = talk_open(f, "udp4 127.0.0.1:0");
	struct udp_peer p = { 0 };

	assert_true(peer_open(&p, "127.0.0.1", 0));
	fake_must(f, "on any reply ${req}0123456789");
	talk_ask(f, &p, port, "first ", "first 0123456789");
	for (int i = 0; i < 2; i++)
		talk_say(f, &p, "127.0.0.1", port, bytes, sizeof(bytes));
	assert_true(was_at_once(f));
	talk_ask(f, &p, port, "last ", "last 0123456789");
	assert_int_equal(talk_count(f, PACKET_ERROR, "no answer to 127.0.0.1"), 1);
	fake_must(f, "stop rules");
	assert_int_equal(talk_count(f, PACKET_NOTE, "4 matched, 2 answered, 2 failed"), 1);
	peer_close(&p);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, fake_face_setup_still, fake_face_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(what_needs_no_thought_is_answered_at_once),
		TEST(answers_keep_the_order_of_the_requests),
		TEST(what_the_kernel_refuses_is_told_once),
	};

	return cmocka_run_group_tests_name("responder", tests, NULL, NULL);
}
