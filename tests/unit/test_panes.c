/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Head and list in the cases that the whole screens do not show.
 */
#include "deck.h"
#include "net/errqueue.h"
#include "util/num.h"

#include <errno.h>
#include <locale.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#define FIRST_ROW 3 /* of the list at 80x24 */

/* ---- head ---- */

static void ask(struct session_socket *k, const char *name, const char *device)
{
	struct sockopt_value *v = &k->sock.options.v[sockopt_index(sockopt_find(name, NULL))];

	v->asked = true;
	v->number = 1;
	snprintf(v->device, sizeof(v->device), "%s", device);
}

static void test_no_socket(void **state)
{
	struct deck *d = *state;

	deck_draw(d, 24, 80);
	assert_string_equal(deck_row(d, 0), " no socket: :open 0.0.0.0:5000, or F2");
	assert_string_equal(deck_row(d, 1), " rx 0  tx 0  lost 0  err 0");
	d->session.job_count = 2;
	deck_draw(d, 24, 80);
	assert_string_equal(deck_row(d, 1), " rx 0  tx 0  lost 0  err 0  jobs 2");
	d->session.recorder = (void *)d; /* it is only looked whether there is one */
	deck_draw(d, 24, 80);
	assert_string_equal(deck_row(d, 1), " rx 0  tx 0  lost 0  err 0  jobs 2  rec");
	d->session.recorder = NULL;
	d->session.job_count = 0;
	assert_string_equal(deck_row(d, 2),
			    "      No Time            Peer                        Len Info");
}

static void test_current_socket_is_whole(void **state)
{
	struct deck *d = *state;
	struct session_socket *k = deck_open(d, "10.0.0.1", 5000);

	k->sock.peer = deck_addr("10.0.0.9", 53);
	k->echo = true;
	ask(k, "device", "eth1");
	ask(k, "broadcast", "");
	snprintf(k->mark, sizeof(k->mark), "refused");
	deck_draw(d, 24, 80);
	assert_string_equal(deck_row(d, 0),
			    " [1* refused] 10.0.0.1:5000 ->10.0.0.9:53 on eth1 bcast echo");
}

static void test_options_that_are_off_are_not_named(void **state)
{
	struct deck *d = *state;
	struct session_socket *k = deck_open(d, "10.0.0.1", 5000);

	ask(k, "broadcast", "");
	k->sock.options.v[sockopt_index(sockopt_find("broadcast", NULL))].number = 0;
	deck_draw(d, 24, 80);
	assert_string_equal(deck_row(d, 0), " [1*] 10.0.0.1:5000");
}

static void test_many_groups_are_counted(void **state)
{
	struct deck *d = *state;
	struct membership m[50];
	struct session_socket *k = deck_open(d, "0.0.0.0", 5000);
	struct addr source = deck_addr("10.0.0.9", 0);

	for (int i = 0; i < 50; i++)
		m[i] = (struct membership){ .group = deck_addr("239.1.2.3", 0) };
	k->sock.groups = (struct group_list){ .m = m, .count = 2 };
	m[1].sources = &source;
	m[1].source_count = 1;
	m[1].source_specific = true;
	deck_draw(d, 24, 80);
	assert_string_equal(deck_row(d, 0), " [1*] 0.0.0.0:5000 +239.1.2.3 +10.0.0.9@239.1.2.3");
	k->sock.groups.count = 50;
	deck_draw(d, 24, 80);
	assert_string_equal(deck_row(d, 0), " [1*] 0.0.0.0:5000 +50 groups");
	k->sock.groups.count = 1;
	deck_draw(d, 24, 29);
	assert_string_equal(deck_row(d, 0), " [1*] 0.0.0.0:5000 +1 group");
}

static void test_sockets_that_do_not_fit(void **state)
{
	struct deck *d = *state;

	deck_open(d, "0.0.0.0", 5000);
	deck_open(d, "0.0.0.0", 5001);
	deck_open(d, "0.0.0.0", 5002);
	deck_draw(d, 24, 80);
	assert_ends(deck_row(d, 0), " [1] [2]");
	assert_starts(deck_row(d, 0), " [3*] 0.0.0.0:5002 ");
	deck_draw(d, 24, 27);
	assert_string_equal(deck_row(d, 0), " [3*] 0.0.0.0:5002 [1] [2]");
	deck_draw(d, 24, 26);
	assert_string_equal(deck_row(d, 0), " [3*] 0.0.0.0:5002 [1] ..");
	deck_draw(d, 24, 18);
	assert_string_equal(deck_row(d, 0), " [3*] 0.0.0.0:500");
}

static void test_counters_of_a_wide_screen(void **state)
{
	struct deck *d = *state;

	d->session.rx = 57113;
	for (int i = 0; i < 3000; i++)
		deck_rx(d, 1, deck_addr("10.0.0.9", 1), "x");
	d->view.now = d->time + 40 * NS_PER_S;
	deck_draw(d, 24, 120);
	assert_starts(deck_row(d, 1),
		      " rx 57,113  tx 0  lost 0  err 0  kept 20 KiB of 20 KiB, oldest 4");
	assert_ends(deck_row(d, 1), " s");
}

static void test_paused(void **state)
{
	struct deck *d = *state;

	deck_rx(d, 1, deck_addr("10.0.0.9", 1), "x");
	deck_event(d, PACKET_NOTE, 1, "hello");
	list_move(&d->view, LIST_PREVIOUS);
	deck_rx(d, 1, deck_addr("10.0.0.9", 1), "x");
	deck_draw(d, 24, 80);
	assert_ends(deck_row(d, 1), "  PAUSED, 1 newer");
	list_select_number(&d->view, 2, NULL);
	deck_draw(d, 24, 80);
	assert_ends(deck_row(d, 1), "  PAUSED at #2, 0 newer");
	deck_draw(d, 24, 20);
	assert_ends(deck_row(d, 1), " PAUSED +0");
}

/* ---- list ---- */

/* Draws and returns the row of the list's only packet. */
static const char *only_row(struct deck *d, struct packet p)
{
	d->view.list.cleared = d->view.list.end;
	deck_add(d, p);
	deck_draw(d, 24, 80);
	return deck_row(d, FIRST_ROW);
}

static void test_payloads_in_the_info_column(void **state)
{
	static const struct {
		const char *bytes;
		uint32_t len;
		const char *info;
	} table[] = {
		{ "hello", 5, "     5 hello" },
		{ "a\nb\x1b[2J", 7, "     7 a\\nb\\x1b[2J" },
		{ "", 0, "     0(empty datagram)" },
		{ "\0\1\2\3\4\5\6", 7, "     7 0001 0203 0405 06" },
		{ "\xe6\xbc\xa2\xe5\xad\x97", 6, "     6 \xe6\xbc\xa2\xe5\xad\x97" },
		{ "ab\xff", 3, "     3 6162 ff" },
		{ "abc\xff", 4, "     4 abc\\xff" },
	};
	struct deck *d = *state;

	for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++)
		assert_ends(only_row(d, deck_datagram(table[i].bytes, table[i].len)),
			    table[i].info);
}

static void test_a_cut_datagram_says_so(void **state)
{
	struct packet p = deck_datagram("hello", 5);

	p.len = 9000;
	p.flags = PACKET_TRUNCATED;
	assert_ends(only_row(*state, p), "  9000(cut: 5 of 9000 bytes)");
}

/* What is told about how it came, in a style of its own. */
static void test_what_is_unusual(void **state)
{
	static const struct {
		uint32_t flags, fragment, ifindex;
		uint8_t ttl, tos;
		const char *to, *info;
	} table[] = {
		{ 0, 0, 7777, 1, 3, "10.0.0.1", " hello" }, /* neither is known */
		{ PACKET_HAS_TTL | PACKET_HAS_TOS, 0, 7777, 64, 0xba, "10.0.0.1", " hello" },
		{ 0, 1500, 7777, 0, 0, "10.0.0.1", "(in fragments) hello" },
		{ PACKET_HAS_TTL, 0, 7777, 1, 0, "10.0.0.1", "(ttl 1) hello" },
		{ PACKET_HAS_TTL | PACKET_MULTICAST, 0, 7777, 1, 0, "239.1.2.3", " hello" },
		{ PACKET_HAS_TOS, 0, 7777, 0, 0xbb, "10.0.0.1", "(ECN CE) hello" },
		{ 0, 0, 7777, 0, 0, "10.5.0.1", "(by eth1) hello" },
		{ 0, 0, 1, 0, 0, "10.0.0.1", " hello" },    /* a host talks to itself by lo */
		{ 0, 0, 7777, 0, 0, "10.9.9.9", " hello" }, /* nobody has that */
		{ PACKET_HAS_TTL | PACKET_HAS_TOS, 1280, 7777, 1, 3, "10.5.0.1",
		  "(in fragments, ECN CE, ttl 1, by eth1) hello" },
	};
	struct deck *d = *state;
	struct iface_addr here = { .addr = deck_addr("10.0.0.1", 0) };
	struct iface_addr there = { .addr = deck_addr("10.5.0.1", 0) };
	struct iface ifaces[] = {
		{ .name = "lo", .index = 1, .flags = IFF_LOOPBACK },
		{ .name = "eth1", .index = 7777, .addrs = &here, .addr_count = 1 },
		{ .name = "eth2", .index = 7778, .addrs = &there, .addr_count = 1 },
	};

	d->session.ifaces = (struct iface_table){ .ifaces = ifaces, .count = 3 };
	for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
		struct packet p = deck_datagram("hello", 5);
		const char *row;
		int col;

		p.local = deck_addr(table[i].to, 9);
		p.flags = table[i].flags;
		p.fragment = table[i].fragment;
		p.ifindex = table[i].ifindex;
		p.ttl = table[i].ttl;
		p.tos = table[i].tos;
		d->view.list.cleared = d->view.list.end;
		deck_add(d, p);
		deck_draw(d, 24, 129);
		row = deck_row(d, FIRST_ROW);
		assert_ends(row, table[i].info);
		col = (int)(strstr(row, table[i].info) + 1 - row);
		assert_int_equal(deck_style(d, FIRST_ROW, col),
				 table[i].info[0] == ' ' ? STYLE_RX : STYLE_WARNING);
		assert_int_equal(deck_style(d, FIRST_ROW, (int)strlen(row) - 1), STYLE_RX);
	}
	d->session.ifaces = (struct iface_table){ 0 };
}

/* Where a column of peers would leave no room, a payload follows its peer at once. */
static void test_a_narrow_list(void **state)
{
	struct deck *d = *state;

	deck_rx(d, 1, deck_addr("10.0.0.9", 9), "hello there");
	deck_rx(d, 1, deck_addr("10.0.0.9", 9), "");
	deck_draw(d, 24, 40);
	assert_string_equal(deck_row(d, FIRST_ROW), "       1 <- @1 10.0.0.9:9 hello there");
	assert_string_equal(deck_row(d, FIRST_ROW + 1), "       2 <- @1 10.0.0.9:9(empty datagram");
	deck_draw(d, 24, 50);
	assert_string_equal(deck_row(d, FIRST_ROW),
			    "       1 <- @1 10.0.0.9:9         hello there");
}

/* What a payload says stands where none of our words begins or ends. */
static void test_notes_cannot_be_forged(void **state)
{
	static const char forged[] = "(x 4, last 12:03:11) hello                    (1.2 ms)";
	static const int cols[] = { 80, 200, 36 };
	struct deck *d = *state;

	deck_rx(d, 1, deck_addr("10.0.0.9", 9), forged);
	deck_rx(d, 1, deck_addr("10.0.0.9", 9), "(unanswered) hello");
	for (size_t i = 0; i < sizeof(cols) / sizeof(cols[0]); i++) {
		deck_draw(d, 24, cols[i]);
		for (int row = FIRST_ROW - 1; row < FIRST_ROW + 2; row++)
			if (strstr(deck_row(d, row), "hello"))
				assert_null(strstr(deck_row(d, row), "9("));
		if (cols[i] == 80)
			assert_int_equal(strlen(deck_row(d, FIRST_ROW)), 79);
	}
}

static void test_directions(void **state)
{
	static const struct {
		enum packet_kind kind;
		uint32_t flags;
		int result;
		const char *sign;
		enum style style;
	} table[] = {
		{ PACKET_RX, 0, 0, " <- ", STYLE_RX },
		{ PACKET_RX, PACKET_MULTICAST, 0, " <m ", STYLE_RX },
		{ PACKET_RX, PACKET_BROADCAST, 0, " <b ", STYLE_RX },
		{ PACKET_RX, PACKET_OWN | PACKET_MULTICAST, 0, " <o ", STYLE_RX },
		{ PACKET_TX, 0, PACKET_TX_SENT, " -> ", STYLE_TX },
		{ PACKET_TX, 0, PACKET_TX_PENDING, " -> ", STYLE_DIM },
		{ PACKET_TX, 0, ENETUNREACH, " !! ", STYLE_ERROR },
		{ PACKET_ERROR, 0, 0, " !! ", STYLE_ERROR },
		{ PACKET_NOTE, 0, 0, " -- ", STYLE_EVENT },
	};
	struct deck *d = *state;

	for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
		struct packet p = deck_datagram("hello", 5);

		p.kind = table[i].kind;
		p.flags = table[i].flags;
		p.result = table[i].result;
		assert_non_null(strstr(only_row(d, p), table[i].sign));
		assert_int_equal(deck_style(d, FIRST_ROW, 22), table[i].style);
	}
}

static void test_a_failed_send_says_why(void **state)
{
	struct packet p = deck_datagram("hello", 5);

	p.kind = PACKET_TX;
	p.result = EMSGSIZE;
	assert_ends(only_row(*state, p), " not sent: Message too");
	p.result = PACKET_TX_PENDING;
	assert_ends(only_row(*state, p), "(waiting) hello");
}

static void test_gaps(void **state)
{
	struct packet p = { .kind = PACKET_GAP, .lost = 1 };

	assert_string_equal(only_row(*state, p),
			    "         ------- 1 lost here before it could be received -------");
	p.lost = 20;
	p.flags = PACKET_AT_LEAST;
	assert_string_equal(
		only_row(*state, p),
		"         ------- at least 20 lost here before they could be received -------");
	p.where = PACKET_WHERE_STORE;
	p.flags = 0;
	assert_string_equal(only_row(*state, p),
			    "         ------- 20 lost here: no memory to keep them -------");
}

static void test_errors_and_their_runs(void **state)
{
	struct deck *d = *state;
	struct addr peer = deck_addr("127.0.0.1", 53);
	struct packet far = {
		.kind = PACKET_ICMP,
		.socket = 1,
		.peer = peer,
		.icmp = { .origin = ERRQUEUE_ICMP,
			  .type = 3,
			  .code = 3,
			  .errnum = ECONNREFUSED,
			  .offender = deck_addr("10.7.0.25", 0) },
	};

	deck_tx(d, 1, peer, "ping");
	for (int i = 0; i < 20; i++)
		deck_refused(d, 1, peer, 1);
	deck_add(d, far);
	deck_draw(d, 24, 80);
	assert_ends(deck_row(d, FIRST_ROW + 1),
		    " !! 127.0.0.1:53 refused x 20, last 12:03:11: port unreacha");
	assert_starts(deck_row(d, FIRST_ROW + 1), "       2 ");
	assert_ends(deck_row(d, FIRST_ROW + 2),
		    " !! 127.0.0.1:53 refused: port unreachable, says 10.7.0.25");
}

static void test_a_selection_that_outlived_its_place(void **state)
{
	struct deck *d = *state;
	struct store_stats stats;
	char want[96];

	deck_rx(d, 1, deck_addr("10.0.0.9", 1), "first");
	list_select_number(&d->view, 1, NULL);
	for (int i = 0; i < 2000; i++)
		deck_rx(d, 1, deck_addr("10.0.0.9", 1), "x");
	store_stats(d->session.store, &stats);
	deck_draw(d, 24, 80);
	assert_starts(deck_row(d, FIRST_ROW), ">      1 12:03:11.301 <- ");
	assert_ends(deck_row(d, FIRST_ROW), " first");
	snprintf(want, sizeof(want), "         ------- %d made room for newer ones -------",
		 (int)stats.first_no - 2);
	assert_string_equal(deck_row(d, FIRST_ROW + 1), want);
	snprintf(want, sizeof(want), "%8d ", (int)stats.first_no);
	assert_starts(deck_row(d, FIRST_ROW + 2), want);
	d->view.list.cleared = d->view.list.end;
	deck_rx(d, 1, deck_addr("10.0.0.9", 1), "after");
	deck_draw(d, 24, 80);
	assert_string_equal(deck_row(d, FIRST_ROW + 1), "         ------- 2000 cleared -------");
	assert_ends(deck_row(d, FIRST_ROW + 2), " after");
}

static void test_addresses_keep_zone_and_port(void **state)
{
	struct deck *d = *state;
	struct addr peer = deck_addr("fe80::1111:2222:3333:4444%lo", 54321);

	deck_rx(d, 1, peer, "x");
	deck_draw(d, 24, 80);
	assert_non_null(strstr(deck_row(d, FIRST_ROW), "@1 [fe80"));
	assert_non_null(strstr(deck_row(d, FIRST_ROW), ".."));
	assert_non_null(strstr(deck_row(d, FIRST_ROW), "%lo]:54321 "));
	deck_draw(d, 24, 200);
	assert_non_null(strstr(deck_row(d, FIRST_ROW), "@1 [fe80::1111:2222:3333:4444%lo]:54321 "));
}

/* It takes the address's place where both have no room; the details have both. */
static void test_a_peer_with_a_label(void **state)
{
	struct deck *d = *state;
	struct error e;

	deck_rx(d, 1, deck_addr("fe80::1111:2222:3333:4444%lo", 54321), "x");
	deck_rx(d, 1, deck_addr("10.0.0.9", 9), "y");
	assert_true(peer_label(peer_by_number(&d->session.peers, 1), "gateway", &e));
	assert_true(peer_label(peer_by_number(&d->session.peers, 2), "lab", &e));
	deck_draw(d, 24, 80);
	assert_non_null(strstr(deck_row(d, FIRST_ROW), "@1 gateway  "));
	assert_non_null(strstr(deck_row(d, FIRST_ROW + 1), "@2 lab 10.0.0.9:9 "));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, deck_setup, deck_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_no_socket),
		TEST(test_current_socket_is_whole),
		TEST(test_options_that_are_off_are_not_named),
		TEST(test_many_groups_are_counted),
		TEST(test_sockets_that_do_not_fit),
		TEST(test_counters_of_a_wide_screen),
		TEST(test_paused),
		TEST(test_payloads_in_the_info_column),
		TEST(test_a_cut_datagram_says_so),
		TEST(test_what_is_unusual),
		TEST(test_a_narrow_list),
		TEST(test_notes_cannot_be_forged),
		TEST(test_directions),
		TEST(test_a_failed_send_says_why),
		TEST(test_gaps),
		TEST(test_errors_and_their_runs),
		TEST(test_a_selection_that_outlived_its_place),
		TEST(test_addresses_keep_zone_and_port),
		TEST(test_a_peer_with_a_label),
	};

	setlocale(LC_ALL, "C.UTF-8");
	return cmocka_run_group_tests(tests, NULL, NULL);
}
