/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Pairing: which datagram answers which, by tables of what was sent and heard and when.
 */
#include "fake_face.h"
#include "session/pairing.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#define STEPS 24

/* What happens at "ms"; an rx says which step it answers (from 1), 0: none. */
struct step {
	enum { END, TX, RX, ICMP, RX_GROUP, RX_OWN } what;
	unsigned ms;
	const char *peer;
	const char *data;
	unsigned answers;
	unsigned socket; /* 0: the first */
};

static struct addr address(const char *text)
{
	struct addr a;
	char host[64];
	const char *colon = strrchr(text, ':');
	struct error e;

	snprintf(host, sizeof(host), "%.*s", (int)(colon - text), text);
	assert_true(addr_parse_ip(host, &a, &e));
	assert_true(addr_parse_port(colon + 1, false, &a.port, &e));
	return a;
}

static void feed_by(struct session *s, const struct step *step, uint64_t no, uint64_t time,
		    unsigned ifindex)
{
	struct packet p = {
		.no = no,
		.time = time,
		.kind = step->what == TX     ? PACKET_TX
			: step->what == ICMP ? PACKET_ICMP
					     : PACKET_RX,
		.socket = step->socket ? step->socket : 1,
		.ifindex = ifindex,
		.flags = step->what == RX_GROUP ? PACKET_MULTICAST
			 : step->what == RX_OWN ? PACKET_OWN
						: 0,
		.data = (const uint8_t *)step->data,
		.len = (uint32_t)strlen(step->data),
		.stored = (uint32_t)strlen(step->data),
	};
	bool added;

	if (step->what == ICMP) {
		pairing_refused(s, step->answers);
		return;
	}
	p.peer = address(step->peer);
	if (step->what == TX)
		pairing_sent(s, peer_note(&s->peers, &p.peer, &added), &p);
	else
		pairing_received(s, peer_note(&s->peers, &p.peer, &added), &p);
}

static void feed(struct session *s, const struct step *step, uint64_t no, uint64_t time)
{
	feed_by(s, step, no, time, 0);
}

/* Runs the steps by a clock that stands still but for them, then looks at every pair. */
static void play(struct fake_face *f, const struct step *steps)
{
	const uint64_t start = f->now;
	struct pair pair;

	for (unsigned i = 0; steps[i].what != END; i++) {
		fake_advance(f, start + steps[i].ms * NS_PER_MS - f->now);
		feed(&f->session, &steps[i], i + 1, start + steps[i].ms * NS_PER_MS);
	}
	for (unsigned i = 0; steps[i].what != END; i++) {
		const struct step *step = &steps[i];

		if (step->what == TX || step->what == ICMP)
			continue;
		if (!pairing_of(&f->session, i + 1, &pair))
			pair.request = 0;
		if (pair.request != step->answers)
			fail_msg("step %u answers %u, not %u", i + 1, (unsigned)pair.request,
				 step->answers);
		if (step->answers)
			assert_int_equal(pair.rtt,
					 (step->ms - steps[step->answers - 1].ms) * NS_PER_MS);
	}
}

#define A "10.0.0.1:53"
#define B "10.0.0.2:53"
#define GROUP "239.1.2.3:5000"
#define ALL "255.255.255.255:5000"

static const struct {
	const char *name;
	const char *set; /* a command in front; "" none */
	struct step steps[STEPS];
} tables[] = {
	{ "one", "", { { TX, 0, A, "q", 0, 0 }, { RX, 3, A, "a", 1, 0 } } },
	{ "a burst is answered in order",
	  "",
	  { { TX, 0, A, "1", 0, 0 },
	    { TX, 1, A, "2", 0, 0 },
	    { TX, 2, A, "3", 0, 0 },
	    { RX, 9, A, "a", 1, 0 },
	    { RX, 9, A, "b", 2, 0 },
	    { RX, 9, A, "c", 3, 0 },
	    { RX, 9, A, "d", 0, 0 } } },
	{ "each peer has its own",
	  "",
	  { { TX, 0, A, "1", 0, 0 },
	    { TX, 1, B, "2", 0, 0 },
	    { RX, 5, B, "b", 2, 0 },
	    { RX, 6, A, "a", 1, 0 } } },
	{ "each socket too",
	  "",
	  { { TX, 0, A, "1", 0, 1 },
	    { TX, 0, A, "2", 0, 2 },
	    { TX, 0, A, "3", 0, 1 },
	    { RX, 5, A, "b", 2, 2 },
	    { RX, 6, A, "b", 0, 2 },
	    { RX, 7, A, "a", 1, 1 },
	    { RX, 8, A, "c", 3, 1 } } },
	{ "a loss does not shift what comes after it",
	  "",
	  { { TX, 0, A, "1", 0, 0 },
	    { RX, 5, A, "a", 1, 0 },
	    { TX, 100, A, "2", 0, 0 },
	    { TX, 200, A, "3", 0, 0 },
	    { RX, 205, A, "c", 4, 0 },
	    { TX, 300, A, "4", 0, 0 },
	    { RX, 305, A, "d", 6, 0 },
	    { RX, 306, A, "d", 0, 0 } } },
	{ "many on the way at once, once it is known how long that takes",
	  "",
	  { { TX, 0, A, "1", 0, 0 },
	    { RX, 250, A, "a", 1, 0 },
	    { TX, 300, A, "2", 0, 0 },
	    { TX, 400, A, "3", 0, 0 },
	    { TX, 500, A, "4", 0, 0 },
	    { RX, 550, A, "b", 3, 0 },
	    { RX, 650, A, "c", 4, 0 },
	    { RX, 750, A, "d", 5, 0 } } },
	{ "late, but nothing was asked since",
	  "set answer-timeout 100ms",
	  { { TX, 0, A, "1", 0, 0 }, { RX, 3000, A, "a", 1, 0 } } },
	{ "too late: the newer one is answered",
	  "set answer-timeout 1s",
	  { { TX, 0, A, "1", 0, 0 },
	    { TX, 900, A, "2", 0, 0 },
	    { RX, 1100, A, "a", 2, 0 },
	    { RX, 1101, A, "b", 0, 0 } } },
	{ "in time: the older one is",
	  "set answer-timeout 1s",
	  { { TX, 0, A, "1", 0, 0 },
	    { TX, 800, A, "2", 0, 0 },
	    { RX, 900, A, "a", 1, 0 },
	    { RX, 901, A, "b", 2, 0 } } },
	{ "another copy of an answer answers nothing",
	  "",
	  { { TX, 0, A, "1", 0, 0 }, { RX, 3, A, "a", 1, 0 }, { RX, 3, A, "a", 0, 0 } } },
	{ "what was refused is not answered",
	  "",
	  { { TX, 0, A, "1", 0, 0 },
	    { ICMP, 1, "", "", 1, 0 },
	    { TX, 2, A, "2", 0, 0 },
	    { RX, 4, A, "a", 3, 0 } } },
	{ "from another port, as TFTP",
	  "",
	  { { TX, 0, "10.0.0.1:69", "rrq", 0, 0 },
	    { RX, 4, "10.0.0.1:3456", "data", 1, 0 },
	    { TX, 5, "10.0.0.1:3456", "ack", 0, 0 },
	    { RX, 9, "10.0.0.1:3456", "data", 3, 0 },
	    { RX, 9, "10.0.0.1:3457", "?", 0, 0 } } },
	{ "another service of a host that answers is another one",
	  "",
	  { { TX, 0, A, "1", 0, 0 },
	    { RX, 4, A, "a", 1, 0 },
	    { TX, 5, A, "2", 0, 0 },
	    { RX, 6, "10.0.0.1:99", "?", 0, 0 } } },
	{ "another host is none of it", "", { { TX, 0, A, "1", 0, 0 }, { RX, 4, B, "a", 0, 0 } } },
	{ "many hosts answer a broadcast, each once",
	  "",
	  { { TX, 0, ALL, "who", 0, 0 },
	    { RX, 2, "10.0.0.1:7", "me", 1, 0 },
	    { RX, 3, "10.0.0.2:8", "me", 1, 0 },
	    { RX, 4, "10.0.0.1:7", "me", 0, 0 },
	    { TX, 1000, ALL, "who", 0, 0 },
	    { RX, 1001, "10.0.0.1:7", "me", 5, 0 },
	    { RX, 12000, "10.0.0.2:8", "me", 0, 0 } } },
	{ "a group: not our own copy, nor what others tell it",
	  "",
	  { { TX, 0, GROUP, "who", 0, 0 },
	    { RX_OWN, 0, "10.0.0.9:5000", "who", 0, 0 },
	    { RX_GROUP, 1, "10.0.0.1:5000", "news", 0, 0 },
	    { RX, 2, "10.0.0.2:5000", "me", 1, 0 } } },
	{ "what is sent in return asks nothing",
	  "",
	  { { RX, 0, A, "q", 0, 0 },
	    { TX, 1, A, "a", 0, 0 },
	    { RX, 2000, A, "q", 0, 0 },
	    { TX, 2001, A, "a", 0, 0 },
	    { TX, 2002, A, "and you?", 0, 0 },
	    { RX, 2005, A, "fine", 5, 0 } } },
	{ "by content, in any order",
	  "set match data[0:2]",
	  { { TX, 0, A, "01q", 0, 0 },
	    { TX, 1, A, "02q", 0, 0 },
	    { TX, 2, B, "01q", 0, 0 },
	    { RX, 7, A, "02a", 2, 0 },
	    { RX, 8, A, "03a", 0, 0 },
	    { RX, 900, A, "01a", 1, 0 },
	    { RX, 901, A, "01a", 0, 0 },
	    { RX, 902, B, "01a", 3, 0 },
	    { RX, 903, B, "0", 0, 0 } } },
	{ "by content: of two equal ones the newer first",
	  "set match data[0]",
	  { { TX, 0, A, "x", 0, 0 },
	    { TX, 500, A, "x", 0, 0 },
	    { RX, 503, A, "x", 2, 0 },
	    { RX, 504, A, "x", 1, 0 } } },
	{ "by content: a group's answers, though they are told everybody",
	  "set match data[0:2]",
	  { { TX, 0, GROUP, "77", 0, 0 },
	    { RX_GROUP, 1, "10.0.0.1:5000", "78", 0, 0 },
	    { RX_GROUP, 2, "10.0.0.1:5000", "77", 1, 0 },
	    { RX_GROUP, 3, "10.0.0.2:5000", "77", 1, 0 } } },
};

static void answers_belong_to_their_requests(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(tables) / sizeof(tables[0]); i++) {
		void *made;
		struct fake_face *f;

		assert_int_equal(fake_face_setup_still(&made), 0);
		f = made;
		print_message("%s\n", tables[i].name);
		if (tables[i].set[0])
			fake_must(f, "%s", tables[i].set);
		play(f, tables[i].steps);
		fake_face_teardown(&made);
	}
}

/* ---- guesses ---- */

static const struct {
	const char *name;
	const char *set;
	const char *guesses; /* of each rx: '?' a guess, '.' none, '-' it answers nothing */
	struct step steps[STEPS];
} guessed[] = {
	{ "one at a time",
	  "",
	  "..",
	  { { TX, 0, A, "1", 0, 0 },
	    { RX, 3, A, "a", 0, 0 },
	    { TX, 4, A, "2", 0, 0 },
	    { RX, 9, A, "b", 0, 0 } } },
	{ "together: the last too, for it hangs on the others",
	  "",
	  "???",
	  { { TX, 0, A, "1", 0, 0 },
	    { TX, 1, A, "2", 0, 0 },
	    { TX, 2, A, "3", 0, 0 },
	    { RX, 9, A, "a", 0, 0 },
	    { RX, 9, A, "b", 0, 0 },
	    { RX, 9, A, "c", 0, 0 } } },
	{ "behind a loss, which may come late; not the next one",
	  "",
	  "?.",
	  { { TX, 0, A, "1", 0, 0 },
	    { TX, 500, A, "2", 0, 0 },
	    { RX, 503, A, "b", 0, 0 },
	    { TX, 600, A, "3", 0, 0 },
	    { RX, 603, A, "c", 0, 0 } } },
	{ "what others are asked, and by other sockets, is none of it",
	  "",
	  "...",
	  { { TX, 0, A, "1", 0, 1 },
	    { TX, 0, B, "2", 0, 1 },
	    { TX, 0, A, "3", 0, 2 },
	    { RX, 5, B, "b", 0, 1 },
	    { RX, 6, A, "c", 0, 2 },
	    { RX, 7, A, "a", 0, 1 } } },
	{ "what was refused is answered no more",
	  "",
	  ".",
	  { { TX, 0, A, "1", 0, 0 },
	    { ICMP, 1, "", "", 1, 0 },
	    { TX, 2, A, "2", 0, 0 },
	    { RX, 4, A, "b", 0, 0 } } },
	{ "another port",
	  "",
	  "?.",
	  { { TX, 0, "10.0.0.1:69", "rrq", 0, 0 },
	    { RX, 4, "10.0.0.1:3456", "data", 0, 0 },
	    { TX, 5, "10.0.0.1:3456", "ack", 0, 0 },
	    { RX, 9, "10.0.0.1:3456", "data", 0, 0 } } },
	{ "by content",
	  "set match data[0]",
	  "..??",
	  { { TX, 0, A, "1", 0, 0 },
	    { TX, 1, A, "2", 0, 0 },
	    { RX, 2, A, "2", 0, 0 },
	    { RX, 3, A, "1", 0, 0 },
	    { TX, 4, A, "x", 0, 0 },
	    { TX, 5, A, "x", 0, 0 },
	    { RX, 6, A, "x", 0, 0 },
	    { RX, 7, A, "x", 0, 0 } } },
	{ "by content: the same bytes long ago",
	  "set match data[0]",
	  ".",
	  { { TX, 0, A, "1", 0, 0 }, { TX, 11000, A, "1", 0, 0 }, { RX, 11001, A, "1", 0, 0 } } },
	{ "of many: whoever answered the one before answers this one",
	  "",
	  "..?-",
	  { { TX, 0, ALL, "who", 0, 0 },
	    { RX, 2, "10.0.0.1:7", "me", 0, 0 },
	    { TX, 1000, ALL, "who", 0, 0 },
	    { RX, 1002, "10.0.0.1:7", "me", 0, 0 },
	    { RX, 1003, "10.0.0.2:7", "me", 0, 0 },
	    { RX, 1004, "10.0.0.2:7", "me", 0, 0 } } },
};

/* The request says the same as its answer. */
static void what_could_answer_another_is_a_guess(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(guessed) / sizeof(guessed[0]); i++) {
		const char *want = guessed[i].guesses;
		struct pair pair, request;
		void *made;
		struct fake_face *f;
		uint64_t start;

		assert_int_equal(fake_face_setup_still(&made), 0);
		f = made;
		start = f->now;
		print_message("%s\n", guessed[i].name);
		if (guessed[i].set[0])
			fake_must(f, "%s", guessed[i].set);
		for (unsigned k = 0; guessed[i].steps[k].what != END; k++) {
			const struct step *step = &guessed[i].steps[k];

			fake_advance(f, start + step->ms * NS_PER_MS - f->now);
			feed(&f->session, step, k + 1, start + step->ms * NS_PER_MS);
			if (step->what != RX)
				continue;
			assert_int_equal(pairing_of(&f->session, k + 1, &pair), *want != '-');
			if (*want++ == '-')
				continue;
			assert_int_equal(pair.guess, want[-1] == '?');
			assert_true(pairing_of(&f->session, pair.request, &request));
			if (request.answer == k + 1)
				assert_int_equal(request.guess, pair.guess);
		}
		assert_int_equal(*want, '\0');
		fake_face_teardown(&made);
	}
}

/* ---- overdue ---- */

static bool is_unanswered(const struct fake_face *f, uint64_t no)
{
	struct pair pair;

	return pairing_of(&f->session, no, &pair) && pair.unanswered;
}

static uint64_t unanswered_of(const struct fake_face *f, uint32_t peer)
{
	return peer_by_number(&f->session.peers, peer)->pairing.unanswered;
}

static void requests_are_overdue_after_the_timeout(void **state)
{
	const struct step ask = { TX, 0, A, "q", 0, 0 }, answer = { RX, 0, A, "a", 0, 0 };
	struct fake_face *f = *state;
	struct pair pair;

	fake_must(f, "set answer-timeout 2s");
	feed(&f->session, &ask, 1, f->now);
	fake_advance(f, NS_PER_S);
	feed(&f->session, &ask, 2, f->now);
	assert_false(is_unanswered(f, 1));
	fake_advance(f, NS_PER_S + NS_PER_MS);
	assert_true(is_unanswered(f, 1));
	assert_false(is_unanswered(f, 2));
	assert_int_equal(unanswered_of(f, 1), 1);
	fake_advance(f, NS_PER_S);
	assert_int_equal(unanswered_of(f, 1), 2);
	/* the newest may still be answered, and then is not counted any more */
	feed(&f->session, &answer, 3, f->now);
	assert_true(is_unanswered(f, 1));
	assert_false(is_unanswered(f, 2));
	assert_int_equal(unanswered_of(f, 1), 1);
	assert_true(pairing_of(&f->session, 2, &pair));
	assert_int_equal(pair.answer, 3);
	assert_int_equal(pair.rtt, 2 * NS_PER_S + NS_PER_MS);
}

static void copies_are_answered_where_they_went(void **state)
{
	const struct step ask = { TX, 0, ALL, "who", 0, 0 };
	struct step answer = { RX, 0, A, "me", 0, 0 };
	struct fake_face *f = *state;
	struct pair pair;

	feed_by(&f->session, &ask, 1, f->now, 2);
	feed_by(&f->session, &ask, 2, f->now, 3);
	feed_by(&f->session, &answer, 3, f->now, 2);
	answer.peer = B;
	feed_by(&f->session, &answer, 4, f->now, 3);
	answer.peer = "10.0.0.3:53";
	feed_by(&f->session, &answer, 5, f->now, 4);
	assert_true(pairing_of(&f->session, 3, &pair));
	assert_int_equal(pair.request, 1);
	assert_true(pairing_of(&f->session, 4, &pair));
	assert_int_equal(pair.request, 2);
	/* by an interface that none left by: the newest */
	assert_true(pairing_of(&f->session, 5, &pair));
	assert_int_equal(pair.request, 2);
}

static void another_timeout_counts_anew(void **state)
{
	const struct step ask = { TX, 0, A, "q", 0, 0 };
	struct fake_face *f = *state;

	feed(&f->session, &ask, 1, f->now);
	fake_advance(f, 5 * NS_PER_S);
	assert_false(is_unanswered(f, 1));
	fake_must(f, "set answer-timeout 1s");
	assert_true(is_unanswered(f, 1));
	fake_must(f, "set answer-timeout 1m");
	assert_false(is_unanswered(f, 1));
	assert_int_equal(unanswered_of(f, 1), 0);
	fake_advance(f, 60 * NS_PER_S);
	assert_int_equal(unanswered_of(f, 1), 1);
	fake_must(f, "set answer-timeout off");
	assert_int_equal(unanswered_of(f, 1), 0);
}

static void what_was_refused_is_not_overdue(void **state)
{
	const struct step ask = { TX, 0, A, "q", 0, 0 };
	struct fake_face *f = *state;

	fake_must(f, "set answer-timeout 1s");
	feed(&f->session, &ask, 1, f->now);
	pairing_refused(&f->session, 1);
	fake_advance(f, 5 * NS_PER_S);
	assert_false(is_unanswered(f, 1));
	assert_int_equal(unanswered_of(f, 1), 0);
}

/* ---- bounds ---- */

static void only_the_last_requests_are_kept(void **state)
{
	const struct step ask = { TX, 0, A, "q", 0, 0 }, answer = { RX, 0, A, "a", 0, 0 };
	struct fake_face *f = *state;
	uint64_t no = 0;
	struct pair pair;

	for (unsigned i = 0; i < 3 * PAIRING_KEPT / 2; i++)
		feed(&f->session, &ask, ++no, f->now);
	assert_int_equal(f->session.pairing.waiting, PAIRING_KEPT);
	feed(&f->session, &answer, ++no, f->now + 1);
	assert_true(pairing_of(&f->session, no, &pair));
	assert_int_equal(pair.request, PAIRING_KEPT / 2 + 1);
	for (unsigned i = 0; i < PAIRING_KEPT; i++)
		feed(&f->session, &answer, ++no, f->now + 1);
	assert_int_equal(f->session.pairing.waiting, 0);
	assert_false(pairing_of(&f->session, no, &pair));
	assert_false(pairing_of(&f->session, 1, &pair));
}

static void settings_say_what_they_cannot_read(void **state)
{
	struct fake_face *f = *state;
	struct error e = { .at = -1 };

	assert_false(fake_run(f, "set match data[0:", &e));
	assert_int_equal(e.at, 14);
	assert_false(fake_run(f, "set match text", &e));
	assert_int_equal(e.at, 10);
	assert_false(fake_run(f, "set match data[0:2]x", &e));
	assert_int_equal(e.at, 19);
	assert_false(fake_run(f, "set answer-timeout soon", &e));
	fake_must(f, "set match data[-4:2]");
	assert_string_equal(f->message, "match is data[-4:2]");
	fake_must(f, "set match off");
	assert_string_equal(f->message, "match is off");
	fake_must(f, "set answer-timeout 1.5s");
	assert_string_equal(f->message, "answer-timeout is 1500ms");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(answers_belong_to_their_requests),
		cmocka_unit_test(what_could_answer_another_is_a_guess),
		cmocka_unit_test_setup_teardown(requests_are_overdue_after_the_timeout,
						fake_face_setup_still, fake_face_teardown),
		cmocka_unit_test_setup_teardown(copies_are_answered_where_they_went,
						fake_face_setup_still, fake_face_teardown),
		cmocka_unit_test_setup_teardown(another_timeout_counts_anew, fake_face_setup_still,
						fake_face_teardown),
		cmocka_unit_test_setup_teardown(what_was_refused_is_not_overdue,
						fake_face_setup_still, fake_face_teardown),
		cmocka_unit_test_setup_teardown(only_the_last_requests_are_kept,
						fake_face_setup_still, fake_face_teardown),
		cmocka_unit_test_setup_teardown(settings_say_what_they_cannot_read,
						fake_face_setup_still, fake_face_teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
