/* SPDX-License-Identifier: GPL-3.0-or-later */
/* "via" in front of sending commands, on loopback: what each sends so, what is refused where. */
#include "fake_face.h"
#include "session/job.h"
#include "util/num.h"

#include <net/if.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

/* A socket that talks to itself, so what it sent comes back as it was sent. */
static void open_mirror(struct fake_face *f)
{
	fake_must(f, "open udp4 127.0.0.1:0");
	fake_must(f, "to 127.0.0.1:%u", f->session.current->sock.local.port);
}

/* The newest of that kind. */
static struct packet newest(struct fake_face *f, enum packet_kind kind)
{
	struct store_stats st;
	struct packet p;

	store_stats(f->session.store, &st);
	for (uint64_t no = st.last_no; no; no--)
		if (fake_packet(f, no, &p) && p.kind == kind)
			return p;
	fail_msg("no %s is kept", packet_kind_name(kind));
	return p;
}

static void check_both(struct fake_face *f, const char *source, unsigned ttl, unsigned tos)
{
	struct packet tx, rx;
	struct addr from;

	fake_until_rx(f, f->session.tx);
	tx = newest(f, PACKET_TX);
	rx = newest(f, PACKET_RX);
	assert_true(addr_parse_ip(source, &from, NULL));
	assert_true(addr_same_host(&rx.peer, &from));
	assert_int_equal(rx.ttl, ttl);
	assert_int_equal(rx.tos, tos);
	assert_true(addr_same_host(&tx.local, &from));
	assert_int_equal(tx.local.port, f->session.current->sock.local.port);
	assert_int_equal(tx.flags & PACKET_HAS_TTL ? tx.ttl : 64, ttl);
	assert_int_equal(tx.flags & PACKET_HAS_TOS ? tx.tos : 0, tos);
}

static void every_sending_command_takes_it(void **state)
{
	static const struct {
		const char *line, *source;
		unsigned ttl, tos, ifindex;
	} rows[] = {
		{ "via lo send x", "127.0.0.1", 64, 0, 1 },
		{ "via lo from 127.0.0.9 ttl 9 tos ef send x", "127.0.0.9", 9, 0xb8, 1 },
		{ "via lo tos 0x21 from 127.0.0.9 raw x", "127.0.0.9", 64, 0x21, 1 },
		{ "via ttl 9 hex 78", "127.0.0.1", 9, 0, 0 },
		{ "via from 127.0.0.8 empty", "127.0.0.8", 64, 0, 0 },
		{ "via tos cs1 ttl 255 file /proc/sys/kernel/ostype", "127.0.0.1", 255, 0x20, 0 },
		{ "via all ttl 3 resend #1", "127.0.0.1", 3, 0, 1 },
		{ "via all reply #2 hi", "127.0.0.1", 64, 0, 1 },
		{ "send plain", "127.0.0.1", 64, 0, 0 },
	};
	struct fake_face *f = *state;

	open_mirror(f);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		fake_must(f, "%s", rows[i].line);
		assert_int_equal(f->session.tx, i + 1);
		check_both(f, rows[i].source, rows[i].ttl, rows[i].tos);
		assert_int_equal(newest(f, PACKET_TX).ifindex, rows[i].ifindex);
	}
}

/* Nothing of it stays with the socket. */
static void the_options_stay(void **state)
{
	struct fake_face *f = *state;
	const struct session_socket *k;
	struct buf before, after;

	open_mirror(f);
	k = f->session.current;
	buf_init(&before, 4096);
	buf_init(&after, 4096);
	for (const struct sockopt *o = sockopts; o->name; o++)
		sockopt_get(&k->sock, o, &before, NULL);
	fake_must(f, "via lo from 127.0.0.9 ttl 9 tos ef send x");
	for (const struct sockopt *o = sockopts; o->name; o++)
		sockopt_get(&k->sock, o, &after, NULL);
	assert_string_equal(buf_cstr(&before), buf_cstr(&after));
	buf_done(&before);
	buf_done(&after);
}

static void faults_are_named_with_their_column(void **state)
{
	static const struct {
		const char *line;
		ptrdiff_t at;
		const char *words;
	} rows[] = {
		{ "via nosuch0 send x", 4, "there is no interface \"nosuch0\"" },
		{ "via lo from 203.0.113.9 send x", 12, "203.0.113.9 is no address of this host" },
		{ "via lo from here send x", 12, "here" },
		{ "via lo ttl 0 send x", 11, "1..255" },
		{ "via ttl 256 send x", 8, "1..255" },
		{ "via lo tos nosuch send x", 11, "nosuch" },
		{ "via lo ttl 3 ttl 4 send x", 13, "\"ttl\" is given twice" },
		{ "via lo via lo send x", -1, "\"via\" is given twice" },
		{ "via lo", 6, "usage: via" },
		{ "via lo ttl", 10, "usage: via" },
		{ "via lo ttl 3", 12, "usage: via" },
		{ "via lo jobs", 7, "\"jobs\" sends nothing: \"via\" stands before" },
		{ "via lo to 127.0.0.1:9", 21, "usage: to" },
		{ "via from ::1 to 127.0.0.1:9 send x", -1, "cannot be the source of IPv4" },
		{ "every 1s via from ::1 to 127.0.0.1:9 send x", -1, "cannot be the source of" },
		{ "via 4711 to 127.0.0.1:9 send x", 4, "there is no interface" },
	};
	struct fake_face *f = *state;

	fake_must(f, "open udp4 127.0.0.1:0");
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct error e = { .at = -1 };

		assert_false(fake_run(f, rows[i].line, &e));
		if (e.at != rows[i].at || !strstr(e.text, rows[i].words))
			fail_msg("\"%s\": at %td \"%s\"", rows[i].line, e.at, e.text);
	}
	assert_int_equal(f->session.tx, 0);
	assert_int_equal(f->session.job_count, 0);
}

static bool is_over(struct fake_face *f, void *ctx)
{
	(void)ctx;
	return f->session.job_count == 0;
}

static void a_job_keeps_it(void **state)
{
	struct fake_face *f = *state;

	open_mirror(f);
	fake_must(f, "every 1ms times 3 via lo ttl 9 send x");
	fake_until(f, is_over, NULL);
	fake_until_rx(f, 3);
	check_both(f, "127.0.0.1", 9, 0);
	fake_must(f, "via from 127.0.0.7 delay 1ms resend #1");
	fake_until(f, is_over, NULL);
	fake_until_rx(f, 4);
	check_both(f, "127.0.0.7", 64, 0);
}

/* A link-local target may leave its zone to it. */
static void it_is_the_zone_of_a_link_local_target(void **state)
{
	struct fake_face *f = *state;
	struct error e = { .at = -1 };
	struct packet p;

	fake_must(f, "open udp6");
	assert_false(fake_run(f, "to [fe80::1]:9 send x", &e));
	assert_non_null(strstr(e.text, "%IF"));
	/* lo has no route to fe80::1, but that it was asked there is what counts */
	fake_run(f, "via lo to [fe80::1]:9 send x", &e);
	p = newest(f, PACKET_TX);
	assert_int_equal(p.peer.scope, 1);
	assert_int_equal(p.ifindex, 1);
}

/* What would be sent is known before it is: the ways by name. */
static void it_is_told_before(void **state)
{
	static const struct {
		const char *line, *words;
	} rows[] = {
		{ "via lo from 127.0.0.9 ttl 9 tos ef send x",
		  "via lo from 127.0.0.9 ttl 9 tos ef" },
		{ "via all tos 0x21 send x", "via lo tos 0x21" },
		{ "via ttl 1 send x", "via ttl 1" },
	};
	struct fake_face *f = *state;

	open_mirror(f);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct command_intent intent;
		struct buf words;

		buf_init(&words, 200);
		assert_true(command_intend(&f->session, &f->set, rows[i].line, &intent, NULL));
		assert_true(intent.sends && intent.via.asked);
		via_format(&f->session, &intent.via, intent.addrs, &words);
		assert_string_equal(buf_cstr(&words), rows[i].words);
		buf_done(&words);
		command_intent_done(&intent);
	}
	assert_int_equal(f->session.tx, 0);
}

/* Whatever was typed is written so that it means the same again. */
static void it_is_written_as_it_may_be_typed(void **state)
{
	static const char *const lines[] = {
		"via lo from 127.0.0.9 ttl 9 tos ef ",
		"via all tos 0x21 ",
		"via from ::1 ",
		"via ttl 255 tos cs0 ",
	};
	struct fake_face *f = *state;

	open_mirror(f);
	for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++) {
		struct command_intent intent;
		char line[100];
		struct buf words;

		buf_init(&words, 200);
		snprintf(line, sizeof(line), "%ssend x", lines[i]);
		assert_true(command_intend(&f->session, &f->set, line, &intent, NULL));
		via_format(&f->session, &intent.via, NULL, &words);
		buf_char(&words, ' ');
		assert_string_equal(buf_cstr(&words), lines[i]);
		buf_done(&words);
		command_intent_done(&intent);
	}
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, fake_face_setup, fake_face_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(every_sending_command_takes_it),        TEST(the_options_stay),
		TEST(faults_are_named_with_their_column),    TEST(a_job_keeps_it),
		TEST(it_is_the_zone_of_a_link_local_target), TEST(it_is_told_before),
		TEST(it_is_written_as_it_may_be_typed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
