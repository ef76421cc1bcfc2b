/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The walk over sizes on paths that are made up: what is tried, and what is said of it. */
#include "diagnose/mtu_walk.h"

#include "net/errqueue.h"
#include "payload/payload.h"
#include "util/num.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define MS NS_PER_MS

enum peer { ECHOES, ANSWERS, REFUSES, MUTE };

/* A path and who is at its end.  MTUs; 0: no limit of that kind. */
struct path {
	int family;
	uint32_t local, router, hole; /* a router that says so, and one that does not */
	enum peer peer;
	unsigned lost;   /* that many of the first tries of each size go astray */
	bool mtu_untold; /* the router says "too big" and no number, as old ones do */
	uint64_t rtt;    /* 0: a millisecond */
};

struct scene {
	const struct path *path;
	struct mtu_walk walk;
	struct addr router;
	uint64_t now, no;
	unsigned probes;
	uint32_t last;
	unsigned same;
};

static struct addr address(int family, uint8_t last)
{
	struct addr a = { .family = (uint8_t)family, .port = 7 };

	a.bytes[0] = family == AF_INET ? 10 : 0xfd;
	a.bytes[family == AF_INET ? 3 : 15] = last;
	return a;
}

static void come(struct scene *s, struct packet p)
{
	p.time = s->now;
	p.no = ++s->no;
	mtu_walk_packet(&s->walk, &p);
}

static void come_error(struct scene *s, enum errqueue_origin origin, const struct addr *from,
		       uint8_t type, uint8_t code, int errnum, uint32_t info)
{
	struct packet p = { .kind = PACKET_ICMP, .peer = s->walk.dest };

	p.icmp = (struct packet_icmp){
		.cause = s->no,
		.origin = (uint8_t)origin,
		.type = type,
		.code = code,
		.errnum = errnum,
		.info = info,
	};
	if (from)
		p.icmp.offender = *from;
	come(s, p);
}

static void answer(struct scene *s, const uint8_t *bytes, uint32_t len)
{
	const bool v4 = s->path->family == AF_INET;
	const enum errqueue_origin icmp = v4 ? ERRQUEUE_ICMP : ERRQUEUE_ICMP6;
	struct packet p = { .kind = PACKET_RX, .peer = s->walk.dest };

	switch (s->path->peer) {
	case ECHOES:
		p.data = bytes;
		p.len = p.stored = len;
		come(s, p);
		break;
	case ANSWERS:
		p.data = (const uint8_t *)"ok";
		p.len = p.stored = 2;
		come(s, p);
		break;
	case REFUSES:
		come_error(s, icmp, &s->walk.dest, v4 ? 3 : 1, v4 ? 3 : 4, ECONNREFUSED, 0);
		break;
	case MUTE:
		break;
	}
}

static void probe(struct scene *s, uint32_t len)
{
	const struct path *path = s->path;
	const bool v4 = path->family == AF_INET;
	const uint32_t size = len + s->walk.headers;
	uint8_t bytes[PAYLOAD_MAX_V6];
	struct packet p = { .kind = PACKET_TX, .peer = s->walk.dest, .len = len, .stored = len };

	mtu_walk_fill(&s->walk, bytes, len);
	p.data = bytes;
	s->probes++;
	s->same = len == s->last ? s->same + 1 : 1;
	s->last = len;
	come(s, p);
	if (path->local && size > path->local) {
		mtu_walk_refused(&s->walk, s->now);
		come_error(s, ERRQUEUE_LOCAL, NULL, 0, 0, EMSGSIZE, path->local);
		return;
	}
	s->now += path->rtt ? path->rtt : MS;
	if (s->same <= path->lost)
		return;
	if (path->router && size > path->router)
		come_error(s, v4 ? ERRQUEUE_ICMP : ERRQUEUE_ICMP6, &s->router, v4 ? 3 : 2,
			   v4 ? 4 : 0, EMSGSIZE, path->mtu_untold ? 0 : path->router);
	else if (!path->hole || size <= path->hole)
		answer(s, bytes, len);
}

static struct mtu_result walk(struct scene *s, const struct path *path)
{
	const struct addr dest = address(path->family, 9);
	struct mtu_result r;
	uint32_t len;

	*s = (struct scene){ .path = path, .router = address(path->family, 1), .now = NS_PER_S };
	s->router.port = 0;
	mtu_walk_init(&s->walk, &dest, s->now);
	while (!s->walk.over) {
		mtu_walk_tick(&s->walk, s->now);
		if (mtu_walk_next(&s->walk, s->now, &len))
			probe(s, len);
		else if (s->now < s->walk.due)
			s->now = s->walk.due;
		assert_true(s->probes < 200);
	}
	assert_true(s->now - s->walk.begun <= MTU_LIMIT_NS + 2 * NS_PER_S);
	mtu_walk_result(&s->walk, &r);
	return r;
}

static const struct {
	struct path path;
	struct {
		uint32_t local, told, answered, silent;
		bool heard, by_order;
		unsigned probes; /* at most */
	} is;
} cases[] = {
	/* the whole way takes what the interface takes */
	{ { AF_INET, .local = 1500, .peer = ECHOES }, { 1500, 0, 1472, 0, true, false, 3 } },
	{ { AF_INET6, .local = 1500, .peer = ECHOES }, { 1500, 0, 1452, 0, true, false, 3 } },
	/* loopback: nothing is too big */
	{ { AF_INET, .peer = REFUSES }, { 0, 0, 65507, 0, true, false, 2 } },
	{ { AF_INET6, .peer = ECHOES }, { 0, 0, 65527, 0, true, false, 2 } },
	/* a router tells */
	{ { AF_INET, .local = 1500, .router = 1280, .peer = ECHOES },
	  { 1500, 1280, 1252, 0, true, false, 4 } },
	{ { AF_INET6, .local = 1500, .router = 1280, .peer = REFUSES },
	  { 1500, 1280, 1232, 0, true, false, 4 } },
	/* the answers are no echoes */
	{ { AF_INET, .local = 1500, .router = 1400, .peer = ANSWERS },
	  { 1500, 1400, 1372, 0, true, true, 4 } },
	/* nobody answers: what ICMP tells is all there is, and no silence is a black hole */
	{ { AF_INET, .local = 1500, .router = 1280, .peer = MUTE },
	  { 1500, 1280, 0, 0, false, false, 8 } },
	{ { AF_INET, .local = 1500, .peer = MUTE }, { 1500, 0, 0, 0, false, false, 7 } },
	/* somebody drops what is long and says nothing */
	{ { AF_INET, .local = 1500, .hole = 1280, .peer = ECHOES, .rtt = 20 * MS },
	  { 1500, 0, 1252, 1253, true, false, 50 } },
	{ { AF_INET6, .local = 1500, .hole = 1281, .peer = ANSWERS },
	  { 1500, 0, 1233, 1234, true, true, 50 } },
	{ { AF_INET, .local = 9000, .router = 1500, .hole = 1400, .peer = ECHOES },
	  { 9000, 1500, 1372, 1373, true, false, 50 } },
	/* two of three are lost on a good path */
	{ { AF_INET, .local = 1500, .router = 1300, .peer = ECHOES, .lost = 2 },
	  { 1500, 1300, 1272, 0, true, false, 12 } },
	/* a router that names no MTU is asked until it is found */
	{ { AF_INET, .local = 1500, .router = 1006, .peer = ECHOES, .mtu_untold = true },
	  { 1500, 0, 978, 0, true, false, 20 } },
	{ { AF_INET, .local = 1500, .router = 1006, .peer = MUTE, .mtu_untold = true },
	  { 1500, 0, 0, 0, false, false, 6 } },
	/* small ones do not even pass */
	{ { AF_INET, .local = 68, .peer = ECHOES }, { 68, 0, 40, 0, true, false, 4 } },
};

static void test_paths(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct scene s;
		struct mtu_result r = walk(&s, &cases[i].path);

		assert_int_equal(r.local, cases[i].is.local);
		assert_int_equal(r.told ? r.told->info : 0, cases[i].is.told);
		assert_int_equal(r.answered, cases[i].is.answered);
		assert_int_equal(r.silent, cases[i].is.silent);
		assert_int_equal(r.heard, cases[i].is.heard);
		assert_int_equal(r.by_order, cases[i].is.by_order);
		assert_int_equal(r.refused, cases[i].path.peer == REFUSES);
		assert_null(r.blocked);
		assert_in_range(s.probes, 1, cases[i].is.probes);
		assert_false(s.walk.timed_out);
		if (r.told)
			assert_true(addr_equal(&r.told->offender, &s.router));
	}
}

/* A host sends few refusals a second, so the search for the edge of a hole has to be patient, and
 * ends when its time is over: what lies between is said as it is known. */
static void test_time_is_bounded(void **state)
{
	const struct path slow = { AF_INET, .local = 1500, .hole = 92, .peer = REFUSES,
				   .rtt = NS_PER_S };
	struct scene s;
	struct mtu_result r = walk(&s, &slow);

	(void)state;
	assert_true(s.walk.timed_out);
	assert_true(r.heard);
	assert_int_equal(r.answered, MTU_SMALL);
	assert_in_range(r.silent, MTU_SMALL + 1, 200);
}

static void begin(struct scene *s, const struct path *path, uint32_t expected)
{
	const struct addr dest = address(path->family, 9);
	uint32_t len = 0;

	*s = (struct scene){ .path = path, .router = address(path->family, 1), .now = NS_PER_S };
	mtu_walk_init(&s->walk, &dest, s->now);
	assert_true(mtu_walk_next(&s->walk, s->now, &len));
	assert_int_equal(len, expected);
	assert_false(mtu_walk_next(&s->walk, s->now, &len));
}

/* No way there for any size: it ends, with the words of who says so. */
static void test_what_blocks_every_size(void **state)
{
	const struct path path = { AF_INET, .local = 1500, .peer = MUTE };
	struct packet sent = { .kind = PACKET_TX, .len = MTU_SMALL };
	struct mtu_result r;
	struct scene s;

	(void)state;
	begin(&s, &path, MTU_SMALL);
	come(&s, sent);
	come_error(&s, ERRQUEUE_ICMP, &s.router, 3, 13, EHOSTUNREACH, 0);
	assert_true(s.walk.over);
	mtu_walk_result(&s.walk, &r);
	assert_non_null(r.blocked);
	assert_int_equal(r.blocked->code, 13);
	assert_false(r.heard);
	/* The port unreachable of another host is no answer of this one. */
	begin(&s, &path, MTU_SMALL);
	come(&s, sent);
	come_error(&s, ERRQUEUE_ICMP, &s.router, 3, 3, ECONNREFUSED, 0);
	mtu_walk_result(&s.walk, &r);
	assert_non_null(r.blocked);
}

/* An echo that comes after its step was given up counts for its own size and no other. */
static void test_late_echoes(void **state)
{
	const struct path path = { AF_INET, .local = 1500, .hole = 1300, .peer = ECHOES,
				   .rtt = MS };
	uint8_t early[1472];
	struct packet p = { .kind = PACKET_RX };
	struct mtu_result r;
	struct scene s;
	uint32_t len;

	(void)state;
	begin(&s, &path, MTU_SMALL);
	probe(&s, MTU_SMALL);
	for (;;) {
		mtu_walk_tick(&s.walk, s.now);
		if (!mtu_walk_next(&s.walk, s.now, &len)) {
			s.now = s.walk.due;
			continue;
		}
		if (len == 1472)
			mtu_walk_fill(&s.walk, early, sizeof(early));
		if (len < 1472 && len > MTU_SMALL)
			break;
		probe(&s, len);
	}
	mtu_walk_result(&s.walk, &r);
	assert_int_equal(r.silent, 1472);
	p.peer = s.walk.dest;
	p.data = early;
	p.len = p.stored = sizeof(early);
	come(&s, p);
	mtu_walk_result(&s.walk, &r);
	assert_int_equal(r.answered, 1472);
	assert_int_equal(r.silent, 0);
	assert_false(r.by_order);
}

/* Whatever comes, it is read within its bounds and leads to no size out of them. */
static void test_hostile_packets(void **state)
{
	static const char *const texts[] = {
		"",
		"u",
		"udpdeck mtu probe ",
		"udpdeck mtu probe 99999999999999999999999999",
		"udpdeck mtu probe 0",
		"udpdeck mtu probe -1",
		"udpdeck mtu probe 47 ",
	};
	const struct path path = { AF_INET, .local = 1500, .peer = MUTE };
	struct scene s;
	uint32_t len;

	(void)state;
	srand(4);
	for (unsigned round = 0; round < 300; round++) {
		begin(&s, &path, MTU_SMALL);
		for (unsigned i = 0; i < 200; i++) {
			const char *text = texts[rand() % 7];
			struct packet p = { .kind = rand() % 3, .peer = s.walk.dest };

			p.data = (const uint8_t *)text;
			p.len = p.stored = (uint32_t)strlen(text);
			if (p.kind == PACKET_ICMP)
				come_error(&s, rand() % 5, &s.router, (uint8_t)rand(),
					   (uint8_t)rand(), rand() % 2 ? EMSGSIZE : ECONNREFUSED,
					   (uint32_t)rand() % 3000);
			else
				come(&s, p);
			mtu_walk_tick(&s.walk, s.now += (unsigned)rand() % (400 * MS));
			if (mtu_walk_next(&s.walk, s.now, &len))
				assert_in_range(len, 1, PAYLOAD_MAX_V4);
			assert_true(s.walk.count <= MTU_STEPS_MAX);
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_paths),
		cmocka_unit_test(test_time_is_bounded),
		cmocka_unit_test(test_what_blocks_every_size),
		cmocka_unit_test(test_late_echoes),
		cmocka_unit_test(test_hostile_packets),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
