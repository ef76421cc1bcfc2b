/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Counts per group, interface and source: what is kept apart, what is left out when it is full. */
#include "session/groupstat.h"
#include "sockets.h"
#include "util/num.h"

#include <arpa/inet.h>
#include <stdlib.h>

static const struct addr group = { .family = AF_INET, .bytes = { 239, 1, 2, 3 } };

static struct addr v4(uint32_t host, uint16_t port)
{
	struct addr a = { .family = AF_INET, .port = port };

	a.v4.s_addr = htonl(host);
	return a;
}

static void note_one(struct groupstat *t, uint32_t socket, const struct addr *to, unsigned ifindex,
		     const struct addr *from, bool own)
{
	const struct groupstat_datagram d = { .socket = socket,
					      .ifindex = ifindex,
					      .group = to,
					      .source = from,
					      .len = 10,
					      .own = own,
					      .time = 5 };

	groupstat_note(t, &d, NS_PER_S);
}

static void groups_and_sources_are_counted_apart(void **state)
{
	const struct addr a = v4(0x0a4d0002, 4000), b = v4(0x0a4d0003, 4000);
	const struct addr a_elsewhere = v4(0x0a4d0002, 4001);
	struct addr to = group;
	const struct groupstat_entry *g, *s;
	struct groupstat t = { 0 };

	(void)state;
	to.port = 5000;
	assert_null(groupstat_find(&t, 1, &group, 4));
	note_one(&t, 1, &to, 4, &a, false);
	note_one(&t, 1, &to, 4, &b, false);
	note_one(&t, 1, &to, 4, &a_elsewhere, false);
	note_one(&t, 1, &to, 5, &a, false);
	note_one(&t, 2, &to, 4, &a, true);
	g = groupstat_find(&t, 1, &group, 4);
	assert_non_null(g);
	assert_int_equal(g->rx, 3);
	assert_int_equal(g->bytes, 30);
	assert_int_equal(g->last, 5);
	assert_int_equal(pace_per_second(&g->pace, 2 * NS_PER_S), 3);
	s = groupstat_first(&t, g);
	assert_true(addr_same_host(&s->source, &a));
	assert_int_equal(s->rx, 2);
	s = groupstat_next(&t, s);
	assert_true(addr_same_host(&s->source, &b));
	assert_int_equal(s->rx, 1);
	assert_null(groupstat_next(&t, s));
	assert_int_equal(groupstat_find(&t, 1, &group, 5)->rx, 1);
	assert_int_equal(groupstat_find(&t, 2, &group, 4)->own, 1);
	assert_null(groupstat_find(&t, 2, &group, 5));
	groupstat_done(&t);
}

static void own_datagrams_are_not_heard(void **state)
{
	const struct addr a = v4(0x0a4d0002, 4000);
	const struct addr b = v4(0x0a4d0003, 0), any = { 0 };
	struct addr last = group;
	struct groupstat t = { 0 };

	(void)state;
	assert_true(addr_add(&last, 49));
	note_one(&t, 1, &group, 4, &a, true);
	assert_int_equal(groupstat_heard(&t, 1, &group, 50, &any, 4), 0);
	note_one(&t, 1, &last, 4, &a, false);
	assert_int_equal(groupstat_heard(&t, 1, &group, 50, &any, 4), 1);
	assert_int_equal(groupstat_heard(&t, 1, &group, 50, &any, 0), 1);
	assert_int_equal(groupstat_heard(&t, 1, &group, 50, &a, 0), 1);
	assert_int_equal(groupstat_heard(&t, 1, &group, 50, &b, 0), 0);
	assert_int_equal(groupstat_heard(&t, 1, &group, 49, &any, 0), 0);
	assert_int_equal(groupstat_heard(&t, 1, &group, 50, &any, 5), 0);
	assert_int_equal(groupstat_heard(&t, 2, &group, 50, &any, 0), 0);
	groupstat_done(&t);
}

/* Every datagram is in the group's total; a source is found or said to be missing. */
static void forged_sources_leave_room_for_groups(void **state)
{
	struct addr other = group;
	uint64_t told = 0, sources = 0;
	const struct groupstat_entry *g;
	struct groupstat t = { 0 };

	(void)state;
	for (uint32_t i = 0; i < 2 * GROUPSTAT_MAX; i++) {
		const struct addr source = v4(0x0a000000 + i, 9);

		note_one(&t, 1, &group, 4, &source, false);
	}
	g = groupstat_find(&t, 1, &group, 4);
	assert_int_equal(g->rx, 2 * GROUPSTAT_MAX);
	for (const struct groupstat_entry *s = groupstat_first(&t, g); s;
	     s = groupstat_next(&t, s)) {
		told += s->rx;
		sources++;
	}
	assert_int_equal(told + g->uncounted, g->rx);
	assert_int_equal(sources, GROUPSTAT_MAX / 2);
	for (uint32_t i = 1; i <= 4096; i++) {
		other = group;
		assert_true(addr_add(&other, i));
		note_one(&t, 1, &other, 4, &group, false);
		assert_int_equal(groupstat_find(&t, 1, &other, 4)->rx, 1);
	}
	assert_int_equal(t.uncounted, 0);
	groupstat_done(&t);
}

static void a_full_table_counts_what_it_cannot_keep(void **state)
{
	const struct addr a = v4(0x0a4d0002, 4000);
	struct groupstat t = { 0 };

	(void)state;
	for (uint32_t i = 0; i < GROUPSTAT_MAX + 100; i++) {
		struct addr to = group;

		assert_true(addr_add(&to, i));
		note_one(&t, 1, &to, 4, &a, false);
	}
	assert_true(t.count <= GROUPSTAT_MAX);
	assert_true(t.uncounted > 0);
	assert_int_equal(t.count - t.sources + t.uncounted, GROUPSTAT_MAX + 100);
	groupstat_done(&t);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(groups_and_sources_are_counted_apart),
		cmocka_unit_test(own_datagrams_are_not_heard),
		cmocka_unit_test(forged_sources_leave_room_for_groups),
		cmocka_unit_test(a_full_table_counts_what_it_cannot_keep),
	};

	return cmocka_run_group_tests_name("groupstat", tests, NULL, NULL);
}
