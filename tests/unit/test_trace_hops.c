/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The walk along hops that are made up: whom it asks, when it goes on, where it ends. */
#include "diagnose/trace_hops.h"

#include "net/errqueue.h"
#include "util/num.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define MS NS_PER_MS

struct scene {
	struct trace_hops t;
	uint64_t now, no;
	char texts[TRACE_PROBES][TRACE_TEXT]; /* of the latest hop */
	uint64_t numbers[TRACE_PROBES];
};

static struct addr address(uint8_t last)
{
	return (struct addr){ .bytes = { 10, 0, 0, last }, .family = AF_INET };
}

static struct addr dest(void)
{
	struct addr a = address(99);

	a.port = 7;
	return a;
}

static void begin(struct scene *s)
{
	struct addr a = dest();

	*s = (struct scene){ .now = NS_PER_S };
	trace_hops_init(&s->t, &a, s->now);
}

static void come(struct scene *s, struct packet p)
{
	p.time = s->now;
	p.no = ++s->no;
	trace_hops_packet(&s->t, &p, s->now);
}

/* All of one hop, as the session does it: sent first, heard of later. */
static void send_hop(struct scene *s, int expected)
{
	unsigned n = 0;
	int ttl;

	trace_hops_tick(&s->t, s->now);
	for (; trace_hops_next(&s->t, s->now, &ttl); n++) {
		assert_int_equal(ttl, expected);
		assert_in_range(trace_hops_fill(&s->t, s->texts[n]), 20, TRACE_TEXT - 1);
	}
	assert_int_equal(n, TRACE_PROBES);
	for (unsigned i = 0; i < n; i++) {
		come(s, (struct packet){ .kind = PACKET_TX });
		s->numbers[i] = s->no;
	}
}

static void come_error(struct scene *s, uint64_t cause, uint8_t from, uint8_t type, uint8_t code)
{
	struct packet p = { .kind = PACKET_ICMP, .peer = dest() };

	p.icmp = (struct packet_icmp){
		.offender = address(from),
		.cause = cause,
		.origin = ERRQUEUE_ICMP,
		.type = type,
		.code = code,
		.errnum = type == 3 && code == 3 ? ECONNREFUSED : EHOSTUNREACH,
	};
	come(s, p);
}

static void come_answer(struct scene *s, const char *text)
{
	come(s, (struct packet){
			.kind = PACKET_RX,
			.peer = dest(),
			.data = (const uint8_t *)text,
			.len = (uint32_t)strlen(text),
			.stored = (uint32_t)strlen(text),
		});
}

static void pass_hop(struct scene *s, int ttl)
{
	send_hop(s, ttl);
	s->now += MS;
	for (unsigned i = 0; i < TRACE_PROBES; i++)
		come_error(s, s->numbers[i], (uint8_t)ttl, 11, 0);
}

static void assert_hop(const struct scene *s, int ttl, unsigned probe, enum trace_outcome outcome,
		       uint8_t who, uint64_t rtt)
{
	const struct trace_probe *b = &s->t.hops[ttl - 1].probes[probe];
	struct addr a = address(who);

	assert_int_equal(b->outcome, outcome);
	assert_true(addr_equal(&b->who, &a));
	assert_int_equal(b->rtt, rtt);
}

static void test_two_hops_and_there(void **state)
{
	struct scene s;

	(void)state;
	begin(&s);
	assert_false(trace_hops_heard(&s.t));
	pass_hop(&s, 1);
	pass_hop(&s, 2);
	send_hop(&s, 3);
	s.now += 2 * MS;
	for (unsigned i = 0; i < TRACE_PROBES; i++)
		come_error(&s, s.numbers[i], 99, 3, 3);
	trace_hops_tick(&s.t, s.now);
	assert_true(s.t.over);
	assert_int_equal(s.t.count, 3);
	assert_hop(&s, 1, 0, TRACE_PASSED, 1, MS);
	assert_hop(&s, 2, 2, TRACE_PASSED, 2, MS);
	assert_hop(&s, 3, 1, TRACE_ARRIVED, 99, 2 * MS);
	assert_true(trace_hops_heard(&s.t));
}

/* Echoes name their probe; other answers are for the oldest that waits. */
static void test_answers(void **state)
{
	struct scene s;

	(void)state;
	begin(&s);
	send_hop(&s, 1);
	s.now += MS;
	come_answer(&s, s.texts[2]);
	assert_hop(&s, 1, 2, TRACE_ARRIVED, 99, MS);
	s.now += MS;
	come_answer(&s, "what?");
	assert_hop(&s, 1, 0, TRACE_ARRIVED, 99, 2 * MS);
	come_answer(&s, s.texts[2]);
	assert_int_equal(s.t.hops[0].settled, 2);
	come_answer(&s, "what?");
	come_answer(&s, "what?");
	assert_int_equal(s.t.hops[0].settled, 3);
	trace_hops_tick(&s.t, s.now);
	assert_true(s.t.over);
}

/* A lost probe costs a little more than an answer takes, not the whole time. */
static void test_one_lost(void **state)
{
	struct scene s;

	(void)state;
	begin(&s);
	send_hop(&s, 1);
	s.now += 10 * MS;
	come_error(&s, s.numbers[0], 1, 11, 0);
	come_error(&s, s.numbers[2], 2, 11, 0);
	trace_hops_tick(&s.t, s.now);
	assert_int_equal(s.t.count, 1);
	assert_in_range(s.t.due - s.now, 30 * MS, 200 * MS);
	s.now = s.t.due;
	send_hop(&s, 2);
	assert_int_equal(s.t.hops[0].settled, 2);
	assert_hop(&s, 1, 2, TRACE_PASSED, 2, 10 * MS);
	assert_false(trace_hop_has(&s.t.hops[0], TRACE_ARRIVED));
}

static void test_silence_ends(void **state)
{
	struct scene s;

	(void)state;
	begin(&s);
	pass_hop(&s, 1);
	for (int ttl = 2; ttl <= TRACE_SILENT + 1; ttl++) {
		send_hop(&s, ttl);
		assert_int_equal(s.t.due - s.now, NS_PER_S);
		s.now = s.t.due;
	}
	trace_hops_tick(&s.t, s.now);
	assert_true(s.t.over);
	assert_int_equal(s.t.count, TRACE_SILENT + 1);
}

static void test_silent_hops_in_between(void **state)
{
	struct scene s;

	(void)state;
	begin(&s);
	for (int ttl = 1; ttl <= TRACE_HOPS; ttl++) {
		assert_false(s.t.over);
		if (ttl % TRACE_SILENT == 1) {
			pass_hop(&s, ttl);
		} else {
			send_hop(&s, ttl);
			s.now = s.t.due;
		}
	}
	trace_hops_tick(&s.t, s.now);
	assert_true(s.t.over);
	assert_int_equal(s.t.count, TRACE_HOPS);
}

static void test_no_way(void **state)
{
	struct scene s;

	(void)state;
	begin(&s);
	pass_hop(&s, 1);
	send_hop(&s, 2);
	come_error(&s, s.numbers[0], 1, 3, 13);
	assert_hop(&s, 2, 0, TRACE_BLOCKED, 1, 0);
	s.now = s.t.due;
	trace_hops_tick(&s.t, s.now);
	assert_true(s.t.over);
}

/* Nobody answers ARP: that is known three seconds later. */
static void test_late_news_end_it(void **state)
{
	uint64_t first;
	struct scene s;

	(void)state;
	begin(&s);
	send_hop(&s, 1);
	first = s.numbers[0];
	s.now = s.t.due;
	send_hop(&s, 2);
	s.now = s.t.due;
	send_hop(&s, 3);
	come_error(&s, first, 7, 3, 1);
	assert_true(s.t.over);
	assert_int_equal(s.t.count, 1);
	assert_hop(&s, 1, 0, TRACE_BLOCKED, 7, 2 * NS_PER_S);
	come_error(&s, first + 1, 7, 3, 1);
	assert_int_equal(s.t.hops[0].settled, 1);
}

/* Whatever comes is read within its bounds. */
static void test_hostile_packets(void **state)
{
	static const char *const texts[] = {
		"",
		"udpdeck trace ttl ",
		"udpdeck trace ttl 0 probe 1",
		"udpdeck trace ttl 99 probe 9",
		"udpdeck trace ttl 1 probe 0",
		"udpdeck trace ttl 99999999999999999999 probe 99999999999999999999",
		"udpdeck trace ttl 30 probe 3 and a tail that is longer than any probe of it",
	};
	struct scene s;
	int ttl;

	(void)state;
	srand(4);
	for (unsigned round = 0; round < 300; round++) {
		begin(&s);
		for (unsigned i = 0; i < 200; i++) {
			switch (rand() % 3) {
			case 0:
				come_answer(&s, texts[rand() % 7]);
				break;
			case 1:
				come_error(&s, (uint64_t)rand() % 20, (uint8_t)rand(),
					   (uint8_t)(rand() % 13), (uint8_t)(rand() % 16));
				break;
			default:
				come(&s, (struct packet){ .kind = PACKET_TX });
			}
			trace_hops_tick(&s.t, s.now += (unsigned)rand() % (400 * MS));
			if (trace_hops_next(&s.t, s.now, &ttl))
				assert_in_range(ttl, 1, TRACE_HOPS);
			assert_in_range(s.t.count, 1, TRACE_HOPS);
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_two_hops_and_there),
		cmocka_unit_test(test_answers),
		cmocka_unit_test(test_one_lost),
		cmocka_unit_test(test_silence_ends),
		cmocka_unit_test(test_silent_hops_in_between),
		cmocka_unit_test(test_no_way),
		cmocka_unit_test(test_late_news_end_it),
		cmocka_unit_test(test_hostile_packets),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
