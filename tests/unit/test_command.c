/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The command language: finding, arity, columns, and each command's effect on a session. */
#include "fake_face.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

static void faults_are_named_with_their_column(void **state)
{
	static const struct {
		const char *line;
		ptrdiff_t at;
		const char *text;
	} rows[] = {
		{ "opne", 0, "did you mean open" },
		{ "  xyzzy 1", 2, "\"xyzzy\" is no command" },
		{ "re", 0, "may be" },
		{ "s", 0, "may be" },
		{ "socket", 6, "usage: socket N" },
		{ "socket 1 2", 9, "usage: socket N" },
		{ "disconnect now", 11, "usage: disconnect" },
		{ "open udp4 :70000", 10, "70000" },
		{ "open udp4 127.0.0.1:5 nonsense=1", 22, "nonsense" },
		{ "open udp4 ttl=300", 14, "1..255" },
		{ "open udp4 device=nosuchif0", 10, "nosuchif0" },
		{ "to 127.0.0.1 0", -2, "0" },
		{ "to 127.0.0.1 70000", -2, "70000" },
		{ "to @7", 3, "no peer @7" },
		{ "to 127.0.0.1:9 peers", 15, "sends nothing" },
		{ "set tlt 3", 4, "ttl" },
		{ "set ttl 300", 8, "1..255" },
		{ "set ttl", -2, "ttl" },
		{ "set answer-timeout", -2, "one of off, D" },
		{ "set keepalive on", -2, "TCP" },
		{ "set linger 3", -2, "TCP" },
		{ "set nodelay", -2, "TCP" },
		{ "set v6only on", -2, "open" },
		{ "join 10.0.0.1", 5, "multicast" },
		{ "join 239.1.1.1%nosuchif0", -2, "nosuchif0" },
		{ "send \\q", 5, "\\q" },
		{ "send abc${sqe}", 10, "did you mean seq" },
		{ "send abc${u8:256}", 13, "256 is outside 0..255" },
		{ "hex 00 ${seq", 7, "missing" },
		{ "send ${len:u8}${rand:300}", 5, "len: 301 is outside 0..255" },
		{ "hex 00 0g", 7, "0g" },
		{ "to 127.0.0.1:9 hex 0", 19, "0" },
		{ "file", 4, "usage" },
		{ "file /nonexistent/x", 5, "No such file" },
		{ "file /dev/null", 5, "ordinary" },
		{ "send", 4, "usage: send TEXT" },
		{ "hex ", 4, "usage: hex BYTES" },
		{ "reply x", -2, "nobody was heard" },
		{ "resend #99", -2, "#99" },
		{ "resend x", -2, "usage" },
		{ "resend 99", -2, "#99" },
		{ "let seq = 1", 4, "${seq} is a field already" },
		{ "let u16 = 1", 4, "${u16} is a field already" },
		{ "let 1a = 1", 4, "\"1a\" is no name" },
		{ "let = 1", 4, "\"\" is no name" },
		{ "let a", 5, "usage: let NAME = PAYLOAD" },
		{ "let a b", 6, "usage: let NAME = PAYLOAD" },
		{ "let a = x\\q", 9, "\\q" },
		{ "let a = ${b}", 10, "\"b\" is no field" },
		{ "echo-server maybe", 12, "neither on nor off" },
		{ "input morse", 6, "morse" },
		{ "help nothing", 5, "nothing" },
		{ "show x", 5, "x" },
		{ "mtu", 3, "usage: mtu HOST PORT" },
		{ "mtu 239.1.2.3 9", 4, "asks one host" },
		{ "trace 127.0.0.1", -2, "port" },
		{ "trace 255.255.255.255:9", 6, "sweep" },
		{ "trace 127.0.0.1:9 9", -2, "" },
		{ "label @7 x", 6, "no peer @7" },
		{ "label x y", 6, "\"x\" is neither @N nor" },
		{ "bind F3", 7, "usage: bind KEY COMMAND" },
	};
	struct fake_face *f = *state;
	struct error e;

	fake_must(f, "open udp4 127.0.0.1:0");
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		if (fake_run(f, rows[i].line, &e))
			fail_msg("\"%s\" was accepted", rows[i].line);
		if (!strstr(e.text, rows[i].text))
			fail_msg("\"%s\": \"%s\" does not say \"%s\"", rows[i].line, e.text,
				 rows[i].text);
		if (rows[i].at > -2 && e.at != rows[i].at)
			fail_msg("\"%s\": at %td, not %td (%s)", rows[i].line, e.at, rows[i].at,
				 e.text);
	}
	assert_int_equal(f->session.tx, 0);
}

static void without_a_socket_it_says_so(void **state)
{
	static const char *const lines[] = { "close",   "disconnect",     "join 239.1.1.1",
					     "send x",  "empty",          "set ttl 3",
					     "get ttl", "echo-server on", "to last" };
	struct fake_face *f = *state;
	struct error e;

	for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++) {
		assert_false(fake_run(f, lines[i], &e));
		if (!strstr(e.text, "no socket"))
			fail_msg("\"%s\": %s", lines[i], e.text);
	}
}

static void names_are_whole_in_files_and_prefixes_at_the_prompt(void **state)
{
	struct fake_face *f = *state;
	struct error e;

	assert_non_null(command_find(&f->set, "inter", true, &e));
	assert_null(command_find(&f->set, "inter", false, &e));
	assert_string_equal(command_find(&f->set, "q", true, &e)->name, "quit");
	assert_string_equal(command_find(&f->set, "h", true, &e)->name, "help");
	assert_string_equal(command_find(&f->set, "socket", true, &e)->name, "socket");
	assert_true(fake_run(f, "# a comment", &e));
	assert_true(fake_run(f, "", &e));
	assert_true(fake_run(f, "   ", &e));
}

static void every_row_is_whole(void **state)
{
	struct fake_face *f = *state;
	const struct command *row;
	size_t i;

	for (i = 0; (row = command_at(&f->set, i)); i++) {
		assert_non_null(row->run);
		assert_non_null(row->args);
		assert_true(row->help && row->help[0] && row->help[strlen(row->help) - 1] != '.');
		assert_true(row->max < 0 || row->max >= row->min);
		assert_ptr_equal(command_find(&f->set, row->name, false, NULL), row);
	}
	assert_true(i > 30);
}

/* Sends everything to the socket itself: what comes back is what left. */
static void sending_commands_send_their_bytes(void **state)
{
	static const struct {
		const char *line;
		const char *bytes;
		size_t len;
	} rows[] = {
		{ "send hello", "hello", 5 },
		{ "send  two blanks", " two blanks", 11 },
		{ "send a\\n\\x00\\u{e4}", "a\n\0\xc3\xa4", 5 },
		{ "raw a\\n", "a\\n", 3 },
		{ "hex 00 ff:10 \"x\\n\"", "\0\xff\x10x\n", 5 },
		{ "empty", "", 0 },
		{ "send n=${seq} ${seq:u8}", "n=1 \1", 5 },
		{ "send n=${seq}", "n=2", 3 },
		{ "raw n=${seq}", "n=${seq}", 8 },
		{ "hex 00${len:u8}\"${seq}\" ${xor8}", "\0\4\x33\x37", 4 },
		{ "send :quit", ":quit", 5 },
		{ "resend #1", "hello", 5 },
		{ "reply pong", "pong", 4 },
		{ "reply #1 ping", "ping", 4 },
	};
	struct fake_face *f = *state;
	struct packet p;

	fake_must(f, "open udp4 127.0.0.1:0");
	fake_must(f, "to 127.0.0.1:%u", f->session.current->sock.local.port);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		fake_must(f, "%s", rows[i].line);
		fake_until_rx(f, i + 1);
		assert_true(fake_packet(f, 2 * i + 2, &p));
		assert_int_equal(p.kind, PACKET_RX);
		assert_int_equal(p.len, rows[i].len);
		assert_memory_equal(p.data, rows[i].bytes, rows[i].len);
	}
	assert_int_equal(f->session.tx, sizeof(rows) / sizeof(rows[0]));
}

static void a_file_is_sent_whole_or_not_at_all(void **state)
{
	struct fake_face *f = *state;
	char path[] = "/tmp/udpdeck-test-XXXXXX";
	static const char block[4096];
	int fd = mkstemp(path);
	struct error e;
	struct packet p;
	char line[64];

	assert_true(fd >= 0);
	for (int i = 0; i < 15; i++)
		assert_int_equal(write(fd, block, sizeof(block)), sizeof(block));
	fake_must(f, "open udp4 127.0.0.1:0");
	fake_must(f, "to 127.0.0.1:%u", f->session.current->sock.local.port);
	fake_must(f, "file %s", path);
	fake_until_rx(f, 1);
	assert_true(fake_packet(f, 2, &p));
	assert_int_equal(p.len, 15 * 4096);
	assert_int_equal(write(fd, block, 4080), 4080);
	snprintf(line, sizeof(line), "file %s", path);
	assert_false(fake_run(f, line, &e));
	assert_non_null(strstr(e.text, "65507"));
	for (int i = 0; i < 8; i++)
		assert_int_equal(write(fd, block, sizeof(block)), sizeof(block));
	assert_false(fake_run(f, line, &e));
	assert_non_null(strstr(e.text, "larger than one datagram: at most 65507 bytes"));
	assert_int_equal(f->session.tx, 1);
	close(fd);
	unlink(path);
}

static const struct addr *target(struct fake_face *f, size_t *count)
{
	const struct addr *addrs;

	*count = target_addrs(&f->session.current->target, &addrs);
	return addrs;
}

static void to_reads_every_form(void **state)
{
	static const struct {
		const char *line;
		const char *shown;
		size_t count;
	} rows[] = {
		{ "to 127.0.0.1 5000", "127.0.0.1:5000", 1 },
		{ "to 127.0.0.1:5001", "127.0.0.1:5001", 1 },
		{ "to udp://127.0.0.1:5002", "127.0.0.1:5002", 1 },
		{ "to 127.0.0.1:5003,127.0.0.2:5004", "127.0.0.1:5003", 2 },
		{ "to 127.0.0.1 domain", "127.0.0.1:53", 1 },
		{ "to [::1]:69", "[::1]:69", 1 },
		{ "to ::1 70", "[::1]:70", 1 },
		{ "to -", "[::1]:69", 1 },
		{ "to -", "[::1]:70", 1 },
	};
	struct fake_face *f = *state;
	struct buf shown;
	size_t count;

	fake_must(f, "open");
	buf_init(&shown, 128);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		fake_must(f, "%s", rows[i].line);
		const struct addr *addrs = target(f, &count);
		assert_int_equal(count, rows[i].count);
		buf_reset(&shown);
		addr_format(&shown, &addrs[0]);
		assert_string_equal(buf_cstr(&shown), rows[i].shown);
	}
	buf_done(&shown);
	fake_must(f, "to last");
	target(f, &count);
	assert_int_equal(count, 0);
}

static void to_opens_a_socket_of_the_right_family(void **state)
{
	struct fake_face *f = *state;

	fake_must(f, "to [::1]:9");
	assert_int_equal(f->session.socket_count, 1);
	assert_int_equal(f->session.current->sock.family, AF_INET6);
	fake_must(f, "close");
	fake_must(f, "to 127.0.0.1:9 send x");
	assert_int_equal(f->session.current->sock.family, AF_INET);
	assert_int_equal(f->session.current->number, 2);
}

static void a_peer_is_answered_from_the_socket_that_heard_it(void **state)
{
	struct fake_face *f = *state;
	uint16_t first, second;
	size_t count;

	fake_must(f, "open udp4 127.0.0.1:0");
	first = f->session.current->sock.local.port;
	fake_must(f, "open udp4 127.0.0.1:0");
	second = f->session.current->sock.local.port;
	fake_must(f, "to 127.0.0.1:%u send hello", first);
	fake_until_rx(f, 1);
	fake_must(f, "to @%u",
		  peer_find(&f->session.peers, &f->session.sockets[1]->sock.local)->number);
	assert_int_equal(f->session.current->number, 1);
	assert_non_null(strstr(f->message, "[1]"));
	assert_int_equal(target(f, &count)->port, second);
	fake_must(f, "reply back");
	fake_until_rx(f, 2);
	assert_int_equal(f->session.sockets[1]->rx, 1);
	fake_must(f, "to all");
	target(f, &count);
	assert_int_equal(count, 1);
}

static void areas_stand_once(const struct listing *l)
{
	for (size_t i = 0; i < l->count; i++)
		for (size_t k = 0; k < i; k++)
			if (l->rows[i].style == LISTING_HEADING)
				assert_string_not_equal(listing_text(l, i), listing_text(l, k));
}

static void listings_list(void **state)
{
	struct fake_face *f = *state;

	fake_must(f, "open udp4 127.0.0.1:0");
	fake_must(f, "to 127.0.0.1:9 send x");
	fake_must(f, "sockets");
	assert_true(fake_listed(f, "127.0.0.1:"));
	fake_must(f, "peers");
	assert_true(fake_listed(f, "127.0.0.1:9"));
	fake_must(f, "label @1 \xc3\xa4nne");
	fake_must(f, "peers");
	assert_true(fake_listed(f, "@1 \xc3\xa4nne\t127.0.0.1:9"));
	fake_must(f, "label @1");
	fake_must(f, "peers");
	assert_true(fake_listed(f, "@1\t127.0.0.1:9"));
	fake_must(f, "stats");
	assert_true(fake_listed(f, "all\t0 received, 1 sent (1 B), "));
	assert_true(fake_listed(f, "@1\t127.0.0.1:9\t0/s\t0\t0 B\t"));
	assert_true(fake_listed(f, "of 8 MiB"));
	fake_must(f, "bind");
	assert_true(fake_listed(f, "none is"));
	/* a face without keys takes it without a word */
	fake_must(f, "bind F3 no such command");
	/* so it does what only the screen has */
	fake_must(f, "set fold");
	assert_non_null(strstr(f->message, "fold is a matter of the screen"));
	fake_must(f, "options");
	for (const struct sockopt *o = sockopts; o->name; o++)
		assert_int_equal(fake_listed(f, o->name), o->kind != SOCKOPT_NOT_UDP);
	fake_must(f, "interfaces");
	assert_true(fake_listed(f, "127.0.0.1/8"));
	fake_must(f, "groups");
	assert_true(fake_listed(f, "none is joined"));
	fake_must(f, "help");
	assert_true(fake_listed(f, "echo-server"));
	areas_stand_once(&f->listing);
	fake_must(f, "help hex");
	assert_true(fake_listed(f, "hex BYTES"));
	fake_must(f, "help expressions");
	assert_true(fake_listed(f, "bytes\t== != < <= > >= contains ~ in"));
	assert_true(fake_listed(f, "flag\t== !="));
	assert_true(fake_listed(f, "peer.port\tnumber\t"));
	fake_must(f, "help options");
	assert_true(fake_listed(f, "ttl\t1..255 hops\t"));
	assert_true(fake_listed(f, "rcvbuf\t1 B..1 GiB\t"));
	assert_true(fake_listed(f, "no interface has (yet); only before bind, with open"));
	fake_must(f, "help payloads");
	assert_true(fake_listed(f, "\\xHH"));
	assert_true(fake_listed(f, "${crc16-modbus[:le]}"));
	assert_true(fake_listed(f, "u24le"));
	fake_must(f, "opening");
	for (size_t i = 0; i < f->listing.count; i++)
		assert_non_null(listing_command(&f->listing, i));
}

static void let_makes_a_field_of_a_payload(void **state)
{
	static const struct {
		const char *line;
		const char *bytes; /* of "send <${a}>" then */
		size_t len;
	} rows[] = {
		{ "let a = \\x00 b\\n", "<\0 b\n>", 6 },
		{ "let a=c", "<c>", 3 },
		{ "let  a\t=  c ", "< c >", 5 },
		{ "let a = ", "<>", 2 },
		{ "let a =", "<>", 2 },
		{ "let a = ${u16be:1}${len:u8}=", "<\0\1\4=>", 6 },
		{ "let a = ${a}${a}", "<\0\1\4=\0\1\4=>", 10 },
	};
	struct fake_face *f = *state;
	struct packet p;
	struct error e;
	char name[80];

	fake_must(f, "let");
	assert_true(fake_listed(f, "none is set"));
	fake_must(f, "open udp4 127.0.0.1:0");
	fake_must(f, "to 127.0.0.1:%u", f->session.current->sock.local.port);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		fake_must(f, "%s", rows[i].line);
		fake_must(f, "send <${a}>");
		fake_until_rx(f, i + 1);
		assert_true(fake_packet(f, 2 * i + 1, &p));
		assert_int_equal(p.len, rows[i].len);
		assert_memory_equal(p.data, rows[i].bytes, rows[i].len);
	}
	assert_string_equal(f->message, "${a} is 8 bytes");
	/* Two that are drawn differ, and a failure keeps what was set. */
	fake_must(f, "let r1 = ${rand:8}");
	fake_must(f, "let r2 = ${rand:8}");
	assert_memory_not_equal(f->session.variables.list[1].data,
				f->session.variables.list[2].data, 8);
	assert_false(fake_run(f, "let a = ${nonsense}", &e));
	assert_int_equal(f->session.variables.list[0].len, 8);
	/* A row of the listing is the line that sets it again. */
	fake_must(f, "let esc = \\x1b[31m\\${seq}\\n");
	fake_must(f, "let");
	assert_int_equal(f->listing.count, 4);
	assert_string_equal(listing_text(&f->listing, 1), "esc\t12 B\t\\x1b[31m\\${seq}\\n");
	assert_string_equal(listing_command(&f->listing, 1), "let esc = \\x1b[31m\\${seq}\\n");
	/* There is an end to it. */
	for (size_t i = f->session.variables.count; i < VARIABLE_MAX; i++)
		fake_must(f, "let v%zu = x", i);
	assert_false(fake_run(f, "let more = x", &e));
	assert_int_equal(e.code, ERR_LIMIT);
	fake_must(f, "let esc = still");
	snprintf(name, sizeof(name), "let %064d = x", 0);
	assert_false(fake_run(f, name, &e));
}

/* Only a payload that really left moves ${seq} and ${rand} on. */
static void what_was_not_sent_is_not_counted(void **state)
{
	struct fake_face *f = *state;
	struct command_intent intent;
	struct packet p;
	struct error e;

	assert_false(fake_run(f, "send ${seq}", &e));
	fake_must(f, "open udp4 127.0.0.1:0");
	assert_false(fake_run(f, "send ${seq}", &e));
	assert_false(fake_run(f, "to [::1]:9 send ${seq}", &e));
	fake_must(f, "to 127.0.0.1:%u", f->session.current->sock.local.port);
	assert_true(command_intend(&f->session, &f->set, "send ${seq} ${rand:9}", &intent, &e));
	fake_must(f, "send ${seq} ${rand:9}");
	assert_true(fake_packet(f, 1, &p));
	assert_int_equal(p.len, 2 + 9);
	assert_int_equal(intent.bytes.len, p.len);
	assert_memory_equal(intent.bytes.data, p.data, p.len);
	assert_int_equal(p.data[0], '1');
	command_intent_done(&intent);
	assert_true(command_intend(&f->session, &f->set, "send ${seq} ${rand:9}", &intent, &e));
	assert_int_equal(intent.bytes.data[0], '2');
	assert_memory_not_equal(intent.bytes.data + 2, p.data + 2, 9);
	command_intent_done(&intent);
}

/* What the preview shows is what would leave, and looking at it does nothing. */
static void an_intent_is_what_would_be_sent(void **state)
{
	static const struct {
		const char *line;
		const char *bytes; /* NULL: nothing would be sent */
		size_t len, count;
	} rows[] = {
		{ "send a\\n", "a\n", 2, 1 },
		{ "hex 00 01", "\0\1", 2, 1 },
		{ "empty", "", 0, 1 },
		{ "to 127.0.0.1 7 send oops", "oops", 4, 1 },
		{ "to 127.0.0.1:7,127.0.0.2:7 raw x", "x", 1, 2 },
		{ "reply #2 hi", "hi", 2, 1 },
		{ "resend 1", "hello", 5, 1 },
		{ "reply #99 x", NULL, 0, 0 },
		{ "to name.invalid 7 send x", NULL, 0, 0 },
		{ "to 127.0.0.1 7", NULL, 0, 0 },
		{ "send", NULL, 0, 0 },
		{ "close", NULL, 0, 0 },
		{ "open udp4", NULL, 0, 0 },
	};
	struct fake_face *f = *state;
	struct command_intent intent;
	const struct addr *before;
	uint16_t port;
	struct error e;

	fake_must(f, "open udp4 127.0.0.1:0");
	fake_must(f, "to 127.0.0.1:%u", f->session.current->sock.local.port);
	fake_must(f, "send hello");
	fake_until_rx(f, 1);
	target_addrs(&f->session.current->target, &before);
	port = before->port;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		bool sends;

		e = (struct error){ .at = -1 };
		sends = command_intend(&f->session, &f->set, rows[i].line, &intent, &e) &&
			intent.sends;
		if (sends != (rows[i].bytes != NULL))
			fail_msg("\"%s\": %d (%s)", rows[i].line, sends, e.text);
		if (sends) {
			assert_int_equal(intent.bytes.len, rows[i].len);
			assert_memory_equal(buf_cstr(&intent.bytes), rows[i].bytes, rows[i].len);
			assert_int_equal(intent.count, rows[i].count);
		}
		command_intent_done(&intent);
	}
	assert_int_equal(f->session.tx, 1);
	assert_int_equal(f->session.socket_count, 1);
	target_addrs(&f->session.current->target, &before);
	assert_int_equal(before->port, port);
}

static void typed_lines_follow_input(void **state)
{
	struct fake_face *f = *state;
	struct error e;
	struct packet p;

	fake_must(f, "open udp4 127.0.0.1:0");
	assert_false(command_type(&f->session, &f->face, "x", 1, &e));
	assert_non_null(strstr(e.text, "no target"));
	fake_must(f, "to 127.0.0.1:%u", f->session.current->sock.local.port);
	fake_must(f, "input text eol=crlf");
	assert_true(command_type(&f->session, &f->face, "${seq}${len}", 12, &e));
	fake_must(f, "input hex");
	assert_true(command_type(&f->session, &f->face, "0a", 2, &e));
	assert_false(command_type(&f->session, &f->face, "0a 0g", 5, &e));
	assert_int_equal(e.at, 3);
	fake_until_rx(f, 2);
	assert_true(fake_packet(f, 1, &p));
	assert_memory_equal(p.data, "14\r\n", 4);
	assert_int_equal(f->session.tx, 2);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, fake_face_setup, fake_face_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(faults_are_named_with_their_column),
		TEST(without_a_socket_it_says_so),
		TEST(names_are_whole_in_files_and_prefixes_at_the_prompt),
		TEST(every_row_is_whole),
		TEST(sending_commands_send_their_bytes),
		TEST(a_file_is_sent_whole_or_not_at_all),
		TEST(to_reads_every_form),
		TEST(to_opens_a_socket_of_the_right_family),
		TEST(a_peer_is_answered_from_the_socket_that_heard_it),
		TEST(listings_list),
		TEST(let_makes_a_field_of_a_payload),
		TEST(what_was_not_sent_is_not_counted),
		TEST(an_intent_is_what_would_be_sent),
		TEST(typed_lines_follow_input),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
