/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The table of a watcher: groups by interface, VLAN and port, sources, messages, its limits.
 */
#include "diagnose/watch_table.h"
#include "util/num.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static struct addr ip(const char *text, uint16_t port)
{
	struct addr a;

	assert_true(addr_parse_ip(text, &a, NULL));
	a.port = port;
	return a;
}

static struct sniffed datagram(unsigned ifindex, const char *source, const char *group,
			       uint16_t port)
{
	return (struct sniffed){
		.ifindex = ifindex,
		.frame = { .kind = FRAME_DATAGRAM,
			   .source = ip(source, 40000),
			   .dest = ip(group, port),
			   .len = 10 },
	};
}

static void note(struct watch_table *t, const struct sniffed *sn, uint64_t mono)
{
	assert_null(watch_table_note(t, sn, mono, 0));
}

static int setup(void **state)
{
	*state = calloc(1, sizeof(struct watch_table));
	return *state ? 0 : -1;
}

static int teardown(void **state)
{
	watch_table_done(*state);
	free(*state);
	return 0;
}

static void test_groups(void **state)
{
	struct watch_table *t = *state;
	struct sniffed sn = datagram(2, "10.0.0.1", "239.1.2.3", 5000);

	note(t, &sn, NS_PER_S);
	sn.frame.source.port++;
	note(t, &sn, NS_PER_S);
	assert_int_equal(t->count, 1);
	assert_int_equal(t->groups[0].datagrams, 2);
	assert_int_equal(t->groups[0].bytes, 20);
	assert_int_equal(t->groups[0].source_count, 1);
	sn.sent = true;
	sn.frame.source = ip("10.0.0.2", 1);
	note(t, &sn, NS_PER_S);
	assert_int_equal(t->groups[0].source_count, 2);
	assert_int_equal(t->groups[0].sent, 1);
	assert_int_equal(rate_per_second(&t->groups[0].rate, 2 * NS_PER_S), 3);
	sn.frame.dest.port++;
	note(t, &sn, NS_PER_S);
	sn.ifindex++;
	note(t, &sn, NS_PER_S);
	sn.frame.vlan = 5;
	note(t, &sn, NS_PER_S);
	sn.frame.dest = ip("ff15::7", 5000);
	note(t, &sn, NS_PER_S);
	assert_int_equal(t->count, 5);
	assert_int_equal(t->datagrams, 7);
	assert_int_equal(t->message_count, 0);
}

static void test_no_group(void **state)
{
	struct watch_table *t = *state;
	struct sniffed sn = datagram(2, "10.0.0.1", "10.0.0.2", 5000);

	note(t, &sn, NS_PER_S);
	sn = datagram(2, "10.0.0.1", "239.1.2.3", 5000);
	sn.frame.kind = FRAME_OTHER;
	note(t, &sn, NS_PER_S);
	assert_int_equal(t->count, 0);
	assert_int_equal(t->datagrams, 0);
}

static void test_many_sources(void **state)
{
	struct watch_table *t = *state;
	struct sniffed sn = datagram(2, "10.0.0.1", "239.1.2.3", 5000);

	for (unsigned i = 0; i <= WATCH_SOURCES; i++) {
		assert_false(t->count && t->groups[0].others);
		sn.frame.source.bytes[3] = (uint8_t)i;
		note(t, &sn, NS_PER_S);
	}
	assert_int_equal(t->groups[0].source_count, WATCH_SOURCES);
	assert_true(t->groups[0].others);
}

/* Those that were there first stay, the rest is counted. */
static void test_many_groups(void **state)
{
	struct watch_table *t = *state;
	struct sniffed sn = datagram(2, "10.0.0.1", "239.0.0.0", 5000);

	for (unsigned i = 0; i < WATCH_GROUPS + 3; i++) {
		sn.frame.dest.bytes[2] = (uint8_t)(i >> 8);
		sn.frame.dest.bytes[3] = (uint8_t)i;
		note(t, &sn, NS_PER_S);
	}
	assert_int_equal(t->count, WATCH_GROUPS);
	assert_int_equal(t->beyond, 3);
	sn.frame.dest = ip("239.0.0.7", 5000);
	note(t, &sn, NS_PER_S);
	assert_int_equal(t->groups[7].datagrams, 2);
	assert_int_equal(t->beyond, 3);
}

static void test_messages(void **state)
{
	struct watch_table *t = *state;
	struct sniffed sn = {
		.ifindex = 3,
		.frame = { .kind = FRAME_LEAVE,
			   .source = ip("10.0.0.1", 0),
			   .dest = ip("224.0.0.2", 0),
			   .group = ip("239.1.2.3", 0),
			   .version = 2 },
	};
	const struct watch_message *m = NULL;

	for (uint64_t i = 0; i <= WATCH_MESSAGES; i++)
		m = watch_table_note(t, &sn, NS_PER_S, i + 1);
	assert_non_null(m);
	assert_ptr_equal(m, &t->messages[0]);
	assert_int_equal(m->time, WATCH_MESSAGES + 1);
	assert_int_equal(m->ifindex, 3);
	assert_string_equal(m->text, "IGMPv2 leave of 239.1.2.3");
	assert_int_equal(t->message_count, WATCH_MESSAGES + 1);
	assert_int_equal(t->messages[1].time, 2);
	assert_int_equal(t->count, 0);
}

/* A report of many groups says that it goes on. */
static void test_long_message(void **state)
{
	struct watch_table *t = *state;
	struct sniffed sn = { .ifindex = 3,
			      .frame = { .kind = FRAME_REPORT,
					 .source = ip("fe80::1%lo", 0),
					 .dest = ip("ff02::16%lo", 0),
					 .version = 2,
					 .record_count = FRAME_RECORDS } };
	const struct watch_message *m;

	for (size_t i = 0; i < FRAME_RECORDS; i++)
		sn.frame.records[i] = (struct frame_record){ .type = RECORD_TO_EXCLUDE,
							     .group = ip("ff15::1234:5678", 0) };
	m = watch_table_note(t, &sn, NS_PER_S, 1);
	assert_non_null(m);
	assert_int_equal(strlen(m->text), WATCH_TEXT - 1);
	assert_string_equal(m->text + WATCH_TEXT - 3, "..");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_groups, setup, teardown),
		cmocka_unit_test_setup_teardown(test_no_group, setup, teardown),
		cmocka_unit_test_setup_teardown(test_many_sources, setup, teardown),
		cmocka_unit_test_setup_teardown(test_many_groups, setup, teardown),
		cmocka_unit_test_setup_teardown(test_messages, setup, teardown),
		cmocka_unit_test_setup_teardown(test_long_message, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
