/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Whole screens: which row shows what at any size, and the picture of the manual at
 * 80x24, at 200x50 and at 20x5.
 */
#include "deck.h"
#include "ui/keys.h"
#include "util/num.h"

#include <locale.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

/* A definition here keeps the program's own table out of this test. */
const struct key keys[] = {
	{ .name = "F1", .focus = KEY_IN_ALL, .bar = "Help" },
	{ .name = "F2", .focus = KEY_IN_ALL, .bar = "Open" },
	{ .name = "F3", .focus = KEY_IN_ALL, .bar = "Find" },
	{ .name = "F4", .focus = KEY_IN_ALL, .bar = "Filt" },
	{ .name = "F5", .focus = KEY_IN_ALL, .bar = "Hex" },
	{ .name = "Alt-x", .focus = KEY_IN(FOCUS_LINE) },
	{ .name = "F6", .focus = KEY_IN_ALL, .bar = "Reply" },
	{ .name = "F7", .focus = KEY_IN_ALL, .bar = "Opts" },
	{ .name = "F8", .focus = KEY_IN_ALL, .bar = "Group" },
	{ .name = "F9", .focus = KEY_IN_ALL, .bar = "Detail" },
	{ .name = "F10", .focus = KEY_IN_ALL, .bar = "Quit" },
	{ 0 },
};

/* Packets up to this number went by and were cleared. */
static void begin_at(struct deck *d, uint64_t number)
{
	for (uint64_t i = 1; i < number; i++)
		deck_rx(d, 1, deck_addr("10.0.0.1", 9), "");
	d->view.list.cleared = d->view.list.end;
	peer_table_done(&d->session.peers);
	d->time = DECK_START;
}

static void make_picture(struct deck *d)
{
	static struct addr groups[1];
	static struct membership memberships[1];
	static const uint8_t tftp[516] = "\0\3\0\1hello\n";
	struct packet data = { .kind = PACKET_RX,
			       .socket = 1,
			       .len = 516,
			       .stored = 516,
			       .ifindex = 7777,
			       .ttl = 64,
			       .flags = PACKET_HAS_TTL | PACKET_HAS_TOS,
			       .data = tftp };
	struct addr one = deck_addr("192.168.1.17", 49152), two = deck_addr("10.0.0.9", 5353);
	struct packet mdns = { .kind = PACKET_RX,
			       .socket = 1,
			       .len = 14,
			       .stored = 14,
			       .peer = two,
			       .flags = PACKET_MULTICAST,
			       .data = (const uint8_t *)"_ipp._tcp mDNS" };
	struct session_socket *first;

	begin_at(d, 1197);
	first = deck_open(d, "0.0.0.0", 5000);
	deck_open(d, "0.0.0.0", 5001)->unseen = true;
	snprintf(deck_open(d, "0.0.0.0", 5002)->mark, 16, "refused");
	d->session.current = first;
	first->sock.options.v[sockopt_index(sockopt_find("broadcast", NULL))] =
		(struct sockopt_value){ .asked = true, .number = 1 };
	groups[0] = deck_addr("239.1.2.3", 0);
	memberships[0] = (struct membership){ .group = groups[0] };
	first->sock.groups = (struct group_list){ .m = memberships, .count = 1 };

	deck_rx(d, 1, one, "hello");
	deck_tx(d, 1, one, "ok");
	mdns.local = deck_addr("224.0.0.251", 5353);
	deck_add(d, mdns);
	deck_add(d, (struct packet){ .kind = PACKET_GAP, .socket = 1, .lost = 312 });
	deck_refused(d, 3, deck_addr("127.0.0.1", 53), 1198);
	data.peer = deck_addr("fe80::12%lo", 69);
	data.local = deck_addr("0.0.0.0", 5000);
	deck_add(d, data);
	d->session.rx = 3;
	d->session.tx = 12;
	d->session.lost = 312;
	d->session.errors = 1;
	rate_add(&d->session.traffic.rate, NS_PER_S, 1204);
	d->view.mono = NS_PER_S + 500 * NS_PER_MS;
	d->view.details.open = true;
	d->view.focus = FOCUS_LIST;
	deck_draw(d, 24, 80);
	list_move(&d->view, LIST_PREVIOUS);
	for (int i = 0; i < 312; i++)
		deck_rx(d, 1, two, "later");
	d->view.typing.input = INPUT_HEX;
	deck_line(d, "0004 0001");
	d->view.message.until = 1;
	snprintf(d->view.message.text, sizeof(d->view.message.text),
		 "@4 10.0.0.7:1900 is new: Alt-a answers it");
	d->view.preview = (struct preview_view){
		.head = "hex 4 B -> @4 [fe80::12%lo]:69 from [1] :5000",
		.bytes = { 0, 4, 0, 1 },
		.len = 4,
		.is_payload = true,
	};
}

static void test_picture_80x24(void **state)
{
	static const char *const rows[] = {
		" [1*] 0.0.0.0:5000 bcast +239.1.2.3                            [2+] [3 refused]",
		" rx 1204/s  tx 12  lost 312  err 1                   PAUSED at #1201, 312 newer",
		"      No Time          S    Peer                        Len Info",
		"    1197 12:03:11.301  1 <- @1 192.168.1.17:49152         5 hello",
		"    1198 12:03:11.308  1 -> @1 192.168.1.17:49152         2 ok",
		"    1199 12:03:11.315  1 <m @2 10.0.0.9:5353             14 _ipp._tcp mDNS",
		"         ------- 312 lost here before they could be received -------",
		"    1200 12:03:11.329  3 !! 127.0.0.1:53 refused #1198: port unreachable",
		">   1201 12:03:11.336  1 <- @4 [fe80::12%lo]:69         516 0003 0001 6865 6c6c",
		"    1202 12:03:11.343  1 <- @2 10.0.0.9:5353              5 later",
		"    1203 12:03:11.350  1 <- @2 10.0.0.9:5353              5 later",
		"-#1201 @4 -> 0.0.0.0:5000 on eth1 ttl 64 ------------------------- 1-64 of 516 -",
		" From       @4 [fe80::12%lo]:69         0000 00 03 00 01 68 65 6c 6c  ....hell",
		" To         0.0.0.0:5000                0008 6f 0a 00 00 00 00 00 00  o.......",
		" Kind       unicast                     0010 00 00 00 00 00 00 00 00  ........",
		" Interface  eth1, index 7777            0018 00 00 00 00 00 00 00 00  ........",
		" Hop limit  64                          0020 00 00 00 00 00 00 00 00  ........",
		" DSCP       cs0, ECN not-ect            0028 00 00 00 00 00 00 00 00  ........",
		" Time       12:03:11.336000000 kernel   0030 00 00 00 00 00 00 00 00  ........",
		" Length     516 bytes                   0038 00 00 00 00 00 00 00 00  ........",
		" @4 10.0.0.7:1900 is new: Alt-a answers it",
		" hex 4 B -> @4 [fe80::12%lo]:69 from [1] :5000                      00 04 00 01",
		"hex> 0004 0001",
		" F1Help F2Open F3Find F4Filt F5Hex F6Reply F7Opts F8Group F9Detail F10Quit",
	};
	struct deck *d = *state;

	make_picture(d);
	deck_draw(d, 24, 80);
	deck_expect(d, rows, 24);
	assert_int_equal(d->canvas.cursor_row, -1);
	assert_int_equal(deck_style(d, 0, 1), STYLE_STATUS);
	assert_int_equal(deck_style(d, 1, 12), STYLE_STATUS);
	assert_int_equal(deck_style(d, 1, 19), STYLE_ERROR);
	assert_int_equal(deck_style(d, 1, 60), STYLE_WARNING);
	assert_int_equal(deck_style(d, 2, 6), STYLE_COLUMNS);
	assert_int_equal(deck_style(d, 3, 28), STYLE_RX);
	assert_int_equal(deck_style(d, 4, 28), STYLE_TX);
	assert_int_equal(deck_style(d, 6, 28), STYLE_GAP);
	assert_int_equal(deck_style(d, 7, 28), STYLE_ERROR);
	for (int col = 0; col < 80; col++)
		assert_int_equal(deck_style(d, 8, col), STYLE_SELECTED);
	assert_int_equal(deck_style(d, 11, 0), STYLE_TITLE);
	assert_int_equal(deck_style(d, 20, 1), STYLE_INFO);
	assert_int_equal(deck_style(d, 22, 0), STYLE_PROMPT);
	assert_int_equal(deck_style(d, 22, 5), STYLE_INPUT);
	assert_int_equal(deck_style(d, 23, 1), STYLE_KEY);
	assert_int_equal(deck_style(d, 23, 3), STYLE_LABEL);
	d->view.focus = FOCUS_LINE;
	deck_draw(d, 24, 80);
	assert_int_equal(deck_style(d, 8, 40), STYLE_SELECTED_DIM);
	assert_int_equal(d->canvas.cursor_row, 22);
	assert_int_equal(d->canvas.cursor_col, 14);
}

static void test_picture_without_details(void **state)
{
	static const char *const rows[] = {
		" [1*] 0.0.0.0:5000 bcast +239.1.2.3                            [2+] [3 refused]",
		" rx 1204/s  tx 12  lost 312  err 1                   PAUSED at #1201, 312 newer",
		"      No Time          S    Peer                        Len Info",
		"    1197 12:03:11.301  1 <- @1 192.168.1.17:49152         5 hello",
		"    1198 12:03:11.308  1 -> @1 192.168.1.17:49152         2 ok",
		"    1199 12:03:11.315  1 <m @2 10.0.0.9:5353             14 _ipp._tcp mDNS",
		"         ------- 312 lost here before they could be received -------",
		"    1200 12:03:11.329  3 !! 127.0.0.1:53 refused #1198: port unreachable",
		">   1201 12:03:11.336  1 <- @4 [fe80::12%lo]:69         516 0003 0001 6865 6c6c",
		"    1202 12:03:11.343  1 <- @2 10.0.0.9:5353              5 later",
		"    1203 12:03:11.350  1 <- @2 10.0.0.9:5353              5 later",
		"    1204 12:03:11.357  1 <- @2 10.0.0.9:5353              5 later",
		"    1205 12:03:11.364  1 <- @2 10.0.0.9:5353              5 later",
		"    1206 12:03:11.371  1 <- @2 10.0.0.9:5353              5 later",
		"    1207 12:03:11.378  1 <- @2 10.0.0.9:5353              5 later",
		"    1208 12:03:11.385  1 <- @2 10.0.0.9:5353              5 later",
		"    1209 12:03:11.392  1 <- @2 10.0.0.9:5353              5 later",
		"    1210 12:03:11.399  1 <- @2 10.0.0.9:5353              5 later",
		"    1211 12:03:11.406  1 <- @2 10.0.0.9:5353              5 later",
		"    1212 12:03:11.413  1 <- @2 10.0.0.9:5353              5 later",
		" @4 10.0.0.7:1900 is new: Alt-a answers it",
		" hex 4 B -> @4 [fe80::12%lo]:69 from [1] :5000                      00 04 00 01",
		"hex> 0004 0001",
		" F1Help F2Open F3Find F4Filt F5Hex F6Reply F7Opts F8Group F9Detail F10Quit",
	};
	struct deck *d = *state;

	make_picture(d);
	d->view.details.open = false;
	deck_draw(d, 24, 80);
	deck_expect(d, rows, 24);
}

/* The rows of the large screen that do not merely repeat the one above. */
static void test_picture_200x50(void **state)
{
	static const struct {
		int row;
		const char *text;
	} rows[] = {
		{ 0, " [1*] 0.0.0.0:5000 bcast +239.1.2.3                                     "
		     "                                                                        "
		     "                                       [2+] [3 refused]" },
		{ 1, " rx 3 (1204/s)  tx 12  lost 312  err 1  kept 128 KiB of 320 KiB         "
		     "                                                                        "
		     "                             PAUSED at #1201, 312 newer" },
		{ 2, "      No Time                  Delta  S    Peer                         "
		     "            To                             TTL   Len Info" },
		{ 3, "    1197 12:03:11.301000              1 <- @1 192.168.1.17:49152        "
		     "            127.0.0.1:5000                  64     5 hello" },
		{ 4, "    1198 12:03:11.308000    0.007000  1 -> @1 192.168.1.17:49152        "
		     "                                                   2 ok" },
		{ 5, "    1199 12:03:11.315000    0.007000  1 <m @2 10.0.0.9:5353             "
		     "            224.0.0.251:5353                      14 _ipp._tcp mDNS" },
		{ 6, "         ------- 312 lost here before they could be received -------" },
		{ 7, "    1200 12:03:11.329000    0.007000  3 !! 127.0.0.1:53 refused #1198: p"
		     "ort unreachable" },
		{ 8, ">   1201 12:03:11.336000    0.007000  1 <- @4 [fe80::12%lo]:69          "
		     "            0.0.0.0:5000                    64   516 0003 0001 6865 6c6c"
		     " 6f0a 0000 0000 0000 0000 0000 0000 0000 0000 0000 0000" },
		{ 9, "    1202 12:03:11.343000    0.007000  1 <- @2 10.0.0.9:5353             "
		     "            127.0.0.1:5000                  64     5 later" },
		{ 24, "-#1201 @4 -> 0.0.0.0:5000 on eth1 ttl 64 -------------------------------"
		      "------------------------------------------------------------------------"
		      "----------------------------------------- 1-336 of 516 -" },
		{ 25, " From       @4 [fe80::12%lo]:69                                 0000 00 "
		      "03 00 01 68 65 6c 6c  6f 0a 00 00 00 00 00 00  ....hello......." },
		{ 26, " To         0.0.0.0:5000                                        0010 00 "
		      "00 00 00 00 00 00 00  00 00 00 00 00 00 00 00  ................" },
		{ 35, " Socket     [1]                                                 00a0 00 "
		      "00 00 00 00 00 00 00  00 00 00 00 00 00 00 00  ................" },
		{ 46, " @4 10.0.0.7:1900 is new: Alt-a answers it" },
		{ 47, " hex 4 B -> @4 [fe80::12%lo]:69 from [1] :5000                          "
		      "                                                                        "
		      "                                            00 04 00 01" },
		{ 48, "hex> 0004 0001" },
		{ 49, " F1Help              F2Open              F3Find              F4Filt     "
		      "         F5Hex              F6Reply              F7Opts              F8G"
		      "roup              F9Detail              F10Quit" },
	};
	struct deck *d = *state;

	make_picture(d);
	deck_draw(d, 50, 200);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		assert_string_equal(deck_row(d, rows[i].row), rows[i].text);
}

static void test_picture_20x5(void **state)
{
	static const char *const rows[] = {
		" [1*] 0.0.0.0:5000", " !! 127.0.0.1:53 ref", "><- @4 [fe..2%lo]:69",
		" hex 4 B -> @4..",   "hex> 0004 0001",
	};
	struct deck *d = *state;

	make_picture(d);
	deck_draw(d, 5, 20);
	deck_expect(d, rows, 5);
}

/* One socket ever opened, nothing selected: no S, the newest at the end, columns of 100 and 130. */
static void test_following_with_one_socket(void **state)
{
	static const char *const rows[] = {
		" [1*] 127.0.0.1:5000",
		"      No Time                  Delta    Peer                      To    "
		"               TTL   Len Info",
		"       1 12:03:11.301000             -> @1 10.0.0.9:5353                "
		"                       4 ping",
		"       2 12:03:11.308000    0.007000 <- @1 10.0.0.9:5353          127.0."
		"0.1:5000        64     4 pong",
		"         12:03:11.315000    0.007000 -- joined 239.1.2.3 on lo",
		"",
		"",
		"",
		"",
		"",
		"",
		"text> x",
	};
	struct deck *d = *state;
	struct addr peer = deck_addr("10.0.0.9", 5353);

	deck_open(d, "127.0.0.1", 5000);
	deck_tx(d, 1, peer, "ping");
	deck_rx(d, 1, peer, "pong");
	deck_event(d, PACKET_JOIN, 1, "joined 239.1.2.3 on lo");
	deck_line(d, "x");
	deck_draw(d, 12, 130);
	deck_expect(d, rows, 12);
}

static void test_rows_by_size(void **state)
{
	static const struct {
		bool details, panel;
		/* status counters columns | list_top list_rows | title body_top body_rows |
		 * message message_rows preview input input_rows keys */
		struct layout want;
	} table[] = {
		{ false, false, { 24, 80, 0, 1, 2, 3, 17, -1, 0, 0, 20, 1, 21, 22, 1, 23 } },
		{ true, false, { 24, 80, 0, 1, 2, 3, 8, 11, 12, 8, 20, 1, 21, 22, 1, 23 } },
		{ true, true, { 24, 80, 0, 1, -1, 2, 0, 2, 3, 17, 20, 1, 21, 22, 1, 23 } },
		{ false, false, { 19, 80, 0, 1, 2, 3, 13, -1, 0, 0, 16, 1, 17, 18, 1, -1 } },
		{ false, false, { 15, 80, 0, -1, 1, 2, 10, -1, 0, 0, 12, 1, 13, 14, 1, -1 } },
		{ true, false, { 5, 80, 0, -1, -1, 1, 2, -1, 0, 0, -1, 0, 3, 4, 1, -1 } },
		{ false, false, { 2, 80, -1, -1, -1, 0, 0, -1, 0, 0, -1, 0, 0, 1, 1, -1 } },
		{ false, false, { 1, 80, -1, -1, -1, 0, 0, -1, 0, 0, -1, 0, -1, 0, 1, -1 } },
	};
	struct deck *d = *state;

	for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
		struct layout got;

		d->view.details.open = table[i].details;
		d->view.panel.open = table[i].panel;
		layout_make(&d->view, table[i].want.rows, table[i].want.cols, &got);
		assert_memory_equal(&got, &table[i].want, sizeof(got));
	}
}

/* At any size the parts stand in order, without holes and without overlaps. */
static void test_rows_never_overlap(void **state)
{
	struct deck *d = *state;
	char text[2000];

	memset(text, 'x', sizeof(text));
	for (int rows = 1; rows <= 60; rows++) {
		for (int mask = 0; mask < 16; mask++) {
			struct layout l;
			int next = 0;

			d->view.details.open = mask & 1;
			d->view.panel.open = mask & 2;
			d->view.focus = mask & 4 ? FOCUS_DETAILS : FOCUS_LINE;
			d->view.line.text = text;
			d->view.line.len = mask & 8 ? sizeof(text) : 0;
			layout_make(&d->view, rows, 80, &l);
			for (int i = 0; i < 3; i++) {
				int head = i == 0 ? l.status : i == 1 ? l.counters : l.columns;

				if (head >= 0)
					assert_int_equal(head, next++);
			}
			assert_int_equal(l.list_top, next);
			next += l.list_rows;
			if (l.title >= 0) {
				assert_int_equal(l.title, next++);
				assert_int_equal(l.body_top, next);
				assert_true(l.body_rows >= 0);
				next += l.body_rows;
			}
			if (l.message >= 0) {
				assert_int_equal(l.message, next);
				next += l.message_rows;
			}
			if (l.preview >= 0)
				assert_int_equal(l.preview, next++);
			assert_int_equal(l.input, next);
			assert_in_range(l.input_rows, 1, 6);
			next += l.input_rows;
			if (l.keys >= 0)
				assert_int_equal(l.keys, next++);
			assert_int_equal(next, rows);
			if (rows >= 5 && l.title < 0)
				assert_in_range(l.list_rows, 2, rows);
		}
	}
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, deck_setup_large, deck_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_picture_80x24),
		TEST(test_picture_without_details),
		TEST(test_picture_200x50),
		TEST(test_picture_20x5),
		TEST(test_following_with_one_socket),
		TEST(test_rows_by_size),
		TEST(test_rows_never_overlap),
	};

	setlocale(LC_ALL, "C.UTF-8");
	return cmocka_run_group_tests(tests, NULL, NULL);
}
