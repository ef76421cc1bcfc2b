/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Completion: what Tab offers for the word at the end of a line. */
#include "command/complete.h"
#include "fake_face.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

struct row {
	const char *line;
	size_t start;
	const char *wanted;   /* among the matches */
	const char *unwanted; /* or NULL */
};

static void completes(struct fake_face *f, const struct row *rows, size_t count)
{
	struct command_completion c;
	size_t start;

	for (size_t i = 0; i < count; i++) {
		bool wanted = false, unwanted = false;

		completion_make(&f->session, &f->face, &f->set, rows[i].line, strlen(rows[i].line),
				&start, &c);
		for (size_t m = 0; m < c.count; m++) {
			wanted |= strcmp(c.matches[m], rows[i].wanted) == 0;
			unwanted |= rows[i].unwanted && strcmp(c.matches[m], rows[i].unwanted) == 0;
		}
		if (!wanted || unwanted || start != rows[i].start)
			fail_msg("\"%s\": wanted %d, unwanted %d, start %zu", rows[i].line, wanted,
				 unwanted, start);
		completion_done(&c);
	}
}

static void words_are_completed(void **state)
{
	static const struct row rows[] = {
		{ "so", 0, "socket", "send" },
		{ "set mu", 4, "multicast-ttl", "ttl" },
		{ "set df ", 7, "probe", "on" },
		{ "set broadcast o", 14, "off", NULL },
		{ "set device ", 11, "lo", NULL },
		{ "open udp4 reuse", 10, "reuseaddr", "udp4" },
		{ "socket ", 7, "1", NULL },
		{ "to ", 3, "@1", NULL },
		{ "mtu ", 4, "@1", "all" },
		{ "trace @", 6, "@1", NULL },
		{ "to @1 re", 6, "resend", NULL },
		{ "every 1s ", 9, "times", "peers" },
		{ "every 1s to ", 12, "@1", "send" },
		{ "every 1s times 3 se", 17, "send", "sockets" },
		{ "every 1s delay 2s to @1 file /proc/vers", 29, "/proc/version", NULL },
		{ "via ", 4, "lo", "send" },
		{ "via ", 4, "all", "eth9" },
		{ "via l", 4, "lo", "tos" },
		{ "via lo ", 7, "ttl", "lo" },
		{ "via lo from 127", 12, "127.0.0.1", NULL },
		{ "via lo tos e", 11, "ef", "every" },
		{ "via tos ", 8, "cs1", "send" },
		{ "via ttl 9 t", 10, "tos", "cs1" },
		{ "every 1s via lo ttl 9 re", 22, "resend", "reuse" },
		{ "via lo to ", 10, "@1", "tos" },
		{ "help he", 5, "hex", "send" },
		{ "input ", 6, "eol=crlf", NULL },
		{ "join 239.1.1.1%l", 5, "239.1.1.1%lo", NULL },
		{ "send a ${crc16-m", 9, "crc16-modbus}", "crc16-modbus" },
		{ "send ${len} ${u1", 14, "u16be:", "u16be}" },
		{ "hex 00 ${", 9, "seq}", "help" },
		{ "send \\\\${mi", 9, "mine}", "mine:" },
		{ "let x = ${mi", 10, "mine}", NULL },
	};
	struct fake_face *f = *state;

	fake_must(f, "to 127.0.0.1:9 empty");
	fake_must(f, "let mine = x");
	completes(f, rows, sizeof(rows) / sizeof(rows[0]));
}

static void expressions_are_completed(void **state)
{
	static const struct row rows[] = {
		{ "filter ", 7, "kind", "and" },
		{ "filter pe", 7, "peer.port", "port" },
		{ "filter not (no", 11, "(no", "no" },
		{ "filter kind ", 12, "in", "<" },
		{ "filter kind ", 12, "and", "kind" },
		{ "filter data[0:2] ", 17, "contains", "kind" },
		{ "filter kind == ", 15, "multicast", "and" },
		{ "filter dir == o", 14, "out", "own" },
		{ "filter own == ", 14, "off", "rx" },
		{ "filter dev == l", 14, "lo", NULL },
		{ "filter socket == ", 17, "1", "and" },
		{ "filter src != ", 14, "@1", "and" },
		{ "filter kind in ", 15, "{", "rx" },
		{ "filter kind in {r", 15, "{rx", "rx" },
		{ "filter kind in { ", 17, "rx", "and" },
		{ "filter len > 4 or (kind in { rx, t", 33, "tx", "text" },
		{ "filter kind in { rx } ", 22, "or", "rx" },
		{ "filter len > 4 ", 15, "and", "len" },
		{ "filter len > 4 and ", 19, "ttl", "and" },
		{ "expect timeout 1s tt", 18, "ttl", NULL },
		{ "expect from ", 12, "@1", "kind" },
		{ "expect from @1 dir == ", 22, "in", "send" },
		{ "every 1s until ", 15, "len", "send" },
		{ "every 1s until len > ", 21, "send", "len" },
		{ "every 1s until kind == ", 23, "rx", "kind" },
		{ "every 1s until len > 5 ", 23, "and", "len" },
		{ "every 1s until len > 5 s", 23, "send", "socket" },
	};
	struct fake_face *f = *state;

	fake_must(f, "to 127.0.0.1:9 empty");
	completes(f, rows, sizeof(rows) / sizeof(rows[0]));
}

/* Where no "${" is open nothing is offered of it. */
static void fields_of_payloads_have_their_place(void **state)
{
	struct fake_face *f = *state;
	struct command_completion c;
	size_t start;

	assert_false(completion_make_fields(&f->session, "\\${", 3, &start, &c));
	assert_false(completion_make_fields(&f->session, "${seq} s", 8, &start, &c));
	assert_false(completion_make_fields(&f->session, "${seq:u", 7, &start, &c));
	assert_false(completion_make_fields(&f->session, "{", 1, &start, &c));
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, fake_face_setup, fake_face_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(words_are_completed),
		TEST(expressions_are_completed),
		TEST(fields_of_payloads_have_their_place),
	};

	return cmocka_run_group_tests_name("complete", tests, NULL, NULL);
}
