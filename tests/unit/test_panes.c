/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The panes one by one: what each says in the cases that the whole screens do not show.
 */
#include "deck.h"
#include "net/errqueue.h"
#include "ui/keys.h"
#include "util/num.h"

#include <errno.h>
#include <locale.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

const struct key keys[] = {
	{ .name = "F1", .focus = KEY_IN_ALL, .bar = "Help" },
	{ .name = "Alt-x", .focus = KEY_IN(FOCUS_LINE) },
	{ .name = "F5", .focus = KEY_IN(FOCUS_LINE), .bar = "Hex" },
	{ .name = "x", .focus = KEY_IN(FOCUS_DETAILS), .bar = "Bytes" },
	{ .name = "F10", .focus = KEY_IN_ALL, .bar = "Quit" },
	{ 0 },
};

#define FIRST_ROW 3 /* of the list at 80x24 */
#define TITLE_ROW 11
#define BODY_ROW 12

static int setup(void **state)
{
	static struct deck d;

	deck_init(&d, 4096, 5 * 4096);
	*state = &d;
	return 0;
}

static int teardown(void **state)
{
	deck_done(*state);
	return 0;
}

static void assert_starts(const char *text, const char *start)
{
	if (strncmp(text, start, strlen(start)) != 0)
		fail_msg("\"%s\" does not begin with \"%s\"", text, start);
}

static void assert_ends(const char *text, const char *end)
{
	size_t n = strlen(text), m = strlen(end);

	if (n < m || strcmp(text + n - m, end) != 0)
		fail_msg("\"%s\" does not end with \"%s\"", text, end);
}

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
	assert_string_equal(deck_row(d, 2), "      No Time            Peer                        Len Info");
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
	assert_starts(deck_row(d, 1), " rx 57,113  tx 0  lost 0  err 0  kept 20 KiB of 20 KiB, oldest 4");
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

static struct packet received(const char *bytes, uint32_t len)
{
	return (struct packet){
		.kind = PACKET_RX, .socket = 1, .len = len, .stored = len,
		.peer = { .family = AF_INET, .port = 9, .bytes = { 10, 0, 0, 9 } },
		.data = (const uint8_t *)bytes,
	};
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
		{ "", 0, "     0 (empty datagram)" },
		{ "\0\1\2\3\4\5\6", 7, "     7 0001 0203 0405 06" },
		{ "\xe6\xbc\xa2\xe5\xad\x97", 6, "     6 \xe6\xbc\xa2\xe5\xad\x97" },
		{ "ab\xff", 3, "     3 6162 ff" },
		{ "abc\xff", 4, "     4 abc\\xff" },
	};
	struct deck *d = *state;

	for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++)
		assert_ends(only_row(d, received(table[i].bytes, table[i].len)), table[i].info);
}

static void test_a_cut_datagram_says_so(void **state)
{
	struct packet p = received("hello", 5);

	p.len = 9000;
	p.flags = PACKET_TRUNCATED;
	assert_ends(only_row(*state, p), "  9000 cut: 5 of 9000 bytes he");
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
		{ PACKET_NOTE, 0, 0, " -- ", STYLE_EVENT },
	};
	struct deck *d = *state;

	for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
		struct packet p = received("hello", 5);

		p.kind = table[i].kind;
		p.flags = table[i].flags;
		p.result = table[i].result;
		assert_non_null(strstr(only_row(d, p), table[i].sign));
		assert_int_equal(deck_style(d, FIRST_ROW, 22), table[i].style);
	}
}

static void test_a_failed_send_says_why(void **state)
{
	struct packet p = received("hello", 5);

	p.kind = PACKET_TX;
	p.result = EMSGSIZE;
	assert_ends(only_row(*state, p), " Message too long");
	p.result = PACKET_TX_PENDING;
	assert_ends(only_row(*state, p), " waiting: hello");
}

static void test_gaps(void **state)
{
	struct packet p = { .kind = PACKET_GAP, .lost = 1 };

	assert_string_equal(only_row(*state, p),
			    "         ------- 1 lost here before it could be received -------");
	p.lost = 20;
	p.flags = PACKET_AT_LEAST;
	assert_string_equal(only_row(*state, p),
			    "         ------- at least 20 lost here before they could be received -------");
	p.where = PACKET_WHERE_STORE;
	p.flags = 0;
	assert_string_equal(only_row(*state, p),
			    "         ------- 20 could not be stored here: no memory -------");
}

static void test_errors_and_their_runs(void **state)
{
	struct deck *d = *state;
	struct addr peer = deck_addr("127.0.0.1", 53);
	struct packet far = {
		.kind = PACKET_ICMP, .socket = 1, .peer = peer,
		.icmp = { .origin = ERRQUEUE_ICMP, .type = 3, .code = 3, .errnum = ECONNREFUSED,
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

/* ---- details ---- */

/* The value of a field on the screen, or NULL. */
static const char *field(const struct deck *d, const char *name)
{
	for (int row = BODY_ROW; row < d->canvas.rows - 4; row++) {
		const char *text = deck_row(d, row);

		if (text[0] == ' ' && strncmp(text + 1, name, strlen(name)) == 0 &&
		    strlen(text) > 12 && text[1 + strlen(name)] == ' ')
			return text + 12;
	}
	return NULL;
}

static void assert_field(const struct deck *d, const char *name, const char *value)
{
	const char *text = field(d, name);

	if (!text)
		fail_msg("no field %s", name);
	assert_starts(text, value);
}

/* Tall enough that all fields are seen at once. */
static void draw_details_of(struct deck *d, struct packet p)
{
	d->view.details.open = true;
	deck_add(d, p);
	deck_draw(d, 44, 80);
}

#undef BODY_ROW
#define BODY_ROW 22

static void test_fields_of_a_received_datagram(void **state)
{
	static struct service_name names[] = { { 53, "domain" } };
	struct deck *d = *state;
	struct packet p = received("hello", 5);

	d->session.services.rows = names;
	d->session.services.count = 1;
	p.peer.port = 53;
	p.local = deck_addr("10.0.0.255", 50000);
	p.flags = PACKET_BROADCAST | PACKET_OWN | PACKET_HAS_TTL | PACKET_HAS_TOS;
	p.ifindex = 1;
	p.ttl = 3;
	p.tos = 0xb9;
	draw_details_of(d, p);
	assert_field(d, "From", "@1 10.0.0.9:53");
	assert_field(d, "To", "10.0.0.255:50000");
	assert_field(d, "Kind", "broadcast, own looped back");
	assert_field(d, "Interface", "lo, index 1");
	assert_field(d, "TTL", "3");
	assert_field(d, "DSCP", "ef, ECN ect(1)");
	assert_field(d, "Time", "12:03:11.301000000 kernel");
	assert_field(d, "Length", "5 bytes");
	assert_field(d, "From port", "53 well-known, domain");
	assert_field(d, "To port", "50000 dynamic");
	assert_field(d, "Socket", "[1]");
	assert_field(d, "Date", "2023-11-14");
}

static void test_fields_of_sent_datagrams(void **state)
{
	struct deck *d = *state;
	struct packet p = received("hello", 5);

	p.kind = PACKET_TX;
	p.peer = deck_addr("239.1.2.3", 5353);
	p.local = deck_addr("0.0.0.0", 5000);
	draw_details_of(d, p);
	assert_field(d, "To", "@1 239.1.2.3:5353");
	assert_field(d, "Kind", "multicast");
	assert_field(d, "State", "sent");
	assert_starts(deck_row(d, BODY_ROW - 1), "-#1 0.0.0.0:5000 -> @1 239.1.2.3:5353 ---");
	assert_ends(deck_row(d, BODY_ROW - 1), "- 1-5 of 5 -");
	p.result = PACKET_TX_PENDING;
	draw_details_of(d, p);
	assert_field(d, "State", "waiting for room in the");
	p.result = ENETUNREACH;
	draw_details_of(d, p);
	assert_field(d, "State", "failed: Network is");
}

static void test_fields_of_an_error(void **state)
{
	struct deck *d = *state;
	struct packet p = received("ping", 4);

	p.kind = PACKET_ICMP;
	p.icmp = (struct packet_icmp){
		.origin = ERRQUEUE_ICMP, .type = 3, .code = 4, .errnum = EMSGSIZE, .mtu = 1280,
		.cause = 7, .offender = deck_addr("10.77.0.254", 0),
	};
	draw_details_of(d, p);
	assert_field(d, "About", "@1 10.0.0.9:9");
	assert_field(d, "Cause", "#7");
	assert_field(d, "Type", "3, code 4 (ICMP)");
	assert_field(d, "Said by", "10.77.0.254");
	assert_field(d, "MTU", "1280 bytes");
	assert_field(d, "Quoted", "4 bytes of the payload");
}

static void test_fields_of_gaps_and_events(void **state)
{
	struct deck *d = *state;
	struct packet gap = { .kind = PACKET_GAP, .lost = 312, .socket = 1 };

	d->view.list.rows = 1;
	draw_details_of(d, gap);
	/* Without a selection the newest numbered packet is shown; there is none. */
	assert_starts(deck_row(d, BODY_ROW - 1), "-nothing yet ---");
	list_move(&d->view, LIST_PREVIOUS);
	deck_draw(d, 44, 80);
	assert_starts(deck_row(d, BODY_ROW - 1), "-gap ---");
	assert_field(d, "Lost", "312 datagrams");
	assert_field(d, "Where", "in the kernel");
	assert_field(d, "Why", "the receive buffer was full");
	deck_event(d, PACKET_JOIN, 1, "joined 239.1.2.3 on eth1");
	list_move(&d->view, LIST_NEXT);
	deck_draw(d, 44, 80);
	assert_field(d, "Event", "join");
	assert_field(d, "What", "joined 239.1.2.3 on eth1");
}

static void test_long_values_wrap(void **state)
{
	struct deck *d = *state;
	struct packet p = received("hello", 5);

	p.peer = deck_addr("2001:db8:1111:2222:3333:4444:5555:6666", 54321);
	draw_details_of(d, p);
	assert_starts(deck_row(d, BODY_ROW), " From       @1 [2001:db8:1111:2222:3333 0000 68");
	assert_starts(deck_row(d, BODY_ROW + 1), "            :4444:5555:6666]:54321");
}

static void test_empty_and_cut_datagrams_in_the_title(void **state)
{
	struct deck *d = *state;
	struct packet p = received("hello", 5);

	draw_details_of(d, received("", 0));
	assert_ends(deck_row(d, BODY_ROW - 1), "- empty -");
	p.len = 70000;
	p.flags = PACKET_TRUNCATED;
	draw_details_of(d, p);
	assert_ends(deck_row(d, BODY_ROW - 1), "- 1-5 of 5, cut from 70000 -");
	assert_field(d, "Length", "70000 bytes, cut: 5 are");
}

#undef BODY_ROW
#define BODY_ROW 12

static void test_hex_alone(void **state)
{
	struct deck *d = *state;
	char bytes[256];

	for (int i = 0; i < 256; i++)
		bytes[i] = (char)i;
	d->view.details.open = true;
	d->view.details.mode = DETAILS_HEX;
	deck_add(d, received(bytes, 256));
	deck_draw(d, 24, 80);
	assert_string_equal(deck_row(d, BODY_ROW + 4),
			    " 0040 40 41 42 43 44 45 46 47  48 49 4a 4b 4c 4d 4e 4f  @ABCDEFGHIJKLMNO");
	assert_int_equal(d->view.details.width, 16);
	assert_int_equal(d->view.details.rows, 8);
	deck_draw(d, 24, 140);
	assert_int_equal(d->view.details.width, 32);
	deck_draw(d, 24, 20);
	assert_string_equal(deck_row(d, BODY_ROW), " 0000 00 01  ..");
}

static void test_the_byte_under_the_cursor(void **state)
{
	struct deck *d = *state;
	char bytes[256] = "";

	d->view.details.open = true;
	d->view.focus = FOCUS_DETAILS;
	deck_add(d, received(bytes, 256));
	d->view.details.byte = 9;
	deck_draw(d, 24, 80);
	assert_int_equal(deck_style(d, BODY_ROW + 1, 48), STYLE_MARKED);
	assert_int_equal(deck_style(d, BODY_ROW + 1, 49), STYLE_MARKED);
	assert_int_equal(deck_style(d, BODY_ROW + 1, 50), STYLE_NORMAL);
	assert_int_equal(deck_style(d, BODY_ROW + 1, 71), STYLE_MARKED);
	assert_int_equal(deck_style(d, BODY_ROW, 5), STYLE_SELECTED);
	assert_int_equal(d->view.details.scroll, 0);
	/* Past the end it is the last byte, and the dump scrolls to it. */
	d->view.details.byte = 9999;
	deck_draw(d, 24, 80);
	assert_int_equal(d->view.details.byte, 255);
	assert_int_equal(d->view.details.scroll, 24);
	assert_ends(deck_row(d, TITLE_ROW), "- 193-256 of 256 -");
	d->view.focus = FOCUS_LIST;
	deck_draw(d, 24, 80);
	assert_int_equal(deck_style(d, BODY_ROW + 7, 71), STYLE_NORMAL);
}

static void test_fields_scroll_with_their_cursor(void **state)
{
	struct deck *d = *state;
	struct packet p = received("hello", 5);

	p.local = deck_addr("10.0.0.1", 5000);
	d->view.details.open = true;
	d->view.focus = FOCUS_DETAILS;
	d->view.details.field = 99;
	deck_add(d, p);
	deck_draw(d, 24, 80);
	assert_int_equal(d->view.details.field, d->view.details.fields - 1);
	assert_starts(deck_row(d, BODY_ROW + 7), " Date ");
	assert_int_equal(deck_style(d, BODY_ROW + 7, 1), STYLE_SELECTED);
}

static void test_details_on_a_narrow_screen(void **state)
{
	struct deck *d = *state;

	d->view.details.open = true;
	deck_add(d, received("hello", 5));
	deck_draw(d, 24, 60);
	assert_starts(deck_row(d, BODY_ROW), " From       @1 10.0.0.9:9");
	assert_ends(deck_row(d, TITLE_ROW), "- 5 bytes -");
	assert_null(strstr(deck_row(d, BODY_ROW), "0000"));
}

/* ---- panel ---- */

static void fill_panel(struct deck *d, int rows)
{
	struct listing *l = &d->view.panel.listing;

	buf_str(&l->title, "options of [1]");
	listing_row(l, LISTING_HEADING, NULL, "name\tasked\twhat for");
	for (int i = 1; i < rows; i++)
		listing_row(l, LISTING_PLAIN, "set ttl 64", "ttl%d\t%d\thops, as far as it goes", i, i);
	d->view.panel.open = true;
	d->view.focus = FOCUS_PANEL;
}

static void test_panel(void **state)
{
	struct deck *d = *state;

	fill_panel(d, 40);
	d->view.panel.row = 1;
	deck_draw(d, 24, 80);
	assert_starts(deck_row(d, 2), "-options of [1] ---");
	assert_ends(deck_row(d, 2), "- 1-17 of 40 -");
	assert_string_equal(deck_row(d, 3), "  name   asked  what for");
	assert_string_equal(deck_row(d, 4), "> ttl1   1      hops, as far as it goes");
	assert_int_equal(deck_style(d, 3, 2), STYLE_COLUMNS);
	assert_int_equal(deck_style(d, 4, 79), STYLE_SELECTED);
	assert_int_equal(d->view.panel.rows, 17);
	d->view.panel.row = 20;
	deck_draw(d, 24, 80);
	assert_ends(deck_row(d, 2), "- 5-21 of 40 -");
	assert_starts(deck_row(d, 19), "> ttl20  20 ");
	d->view.panel.row = 1000;
	d->view.focus = FOCUS_LINE;
	deck_draw(d, 24, 80);
	assert_ends(deck_row(d, 2), "- 24-40 of 40 -");
	assert_int_equal(deck_style(d, 19, 0), STYLE_SELECTED_DIM);
}

static void test_panel_to_the_right(void **state)
{
	struct deck *d = *state;

	fill_panel(d, 5);
	d->view.panel.left = 8;
	deck_draw(d, 24, 30);
	assert_string_equal(deck_row(d, 3), "> ked  what for");
	d->view.panel.left = 1000;
	deck_draw(d, 24, 30);
	assert_int_equal(d->view.panel.left, 8);
	deck_draw(d, 24, 80);
	assert_int_equal(d->view.panel.left, 0);
}

static void test_an_empty_panel(void **state)
{
	struct deck *d = *state;

	d->view.panel.open = true;
	d->view.panel.row = 7;
	deck_draw(d, 24, 80);
	assert_int_equal(d->view.panel.row, 0);
	assert_starts(deck_row(d, 2), "------");
}

/* ---- message and preview ---- */

static void set_preview(struct deck *d, const char *head, size_t len)
{
	struct preview_view *p = &d->view.preview;

	*p = (struct preview_view){ .len = len, .is_payload = true };
	snprintf(p->head, sizeof(p->head), "%s", head);
	for (size_t i = 0; i < sizeof(p->bytes); i++)
		p->bytes[i] = (uint8_t)i;
	memset(p->tail, 0xee, sizeof(p->tail));
}

static void test_preview_bytes(void **state)
{
	static const struct {
		size_t len;
		const char *end;
	} table[] = {
		{ 0, " text -> @1" },
		{ 3, " 00 01 02" },
		{ 9, " 00 01 02 03 04 05 06 07 08" },
		{ 20, " 00 01 02 03 04 05 .. 12 13" },
		{ 64, " 00 01 02 03 04 05 .. 3e 3f" },
		{ 65, " 00 01 02 03 04 05 .. ee ee" },
		{ 65507, " 00 01 02 03 04 05 .. ee ee" },
	};
	struct deck *d = *state;

	for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
		set_preview(d, "text -> @1", table[i].len);
		deck_draw(d, 24, 42);
		assert_starts(deck_row(d, 21), " text -> @1");
		assert_ends(deck_row(d, 21), table[i].end);
	}
	d->view.preview.is_payload = false;
	deck_draw(d, 24, 42);
	assert_string_equal(deck_row(d, 21), " text -> @1");
}

static void test_warnings(void **state)
{
	struct deck *d = *state;
	const char *text = "the socket is connected to 10.0.0.9:53: answers from others will be dropped";

	set_preview(d, "text 3 B -> @1", 3);
	snprintf(d->view.preview.warning, sizeof(d->view.preview.warning), "broadcast is off");
	deck_draw(d, 24, 80);
	assert_string_equal(deck_row(d, 21), " text 3 B -> @1  broadcast is off");
	assert_int_equal(deck_style(d, 21, 17), STYLE_WARNING);
	/* A long one takes the message row, unless a message stands there. */
	snprintf(d->view.preview.warning, sizeof(d->view.preview.warning), "%s", text);
	deck_draw(d, 24, 80);
	assert_string_equal(deck_row(d, 20) + 1, text);
	assert_string_equal(deck_row(d, 21), " text 3 B -> @1");
	d->view.message.until = 1;
	snprintf(d->view.message.text, sizeof(d->view.message.text), "a message");
	deck_draw(d, 24, 80);
	assert_string_equal(deck_row(d, 20), " a message");
	assert_starts(deck_row(d, 21), " text 3 B -> @1  the socket is");
}

static void test_messages(void **state)
{
	static const enum style styles[] = { STYLE_INFO, STYLE_WARNING, STYLE_ERROR };
	struct deck *d = *state;

	snprintf(d->view.message.text, sizeof(d->view.message.text), "bad \x1b[31m");
	deck_draw(d, 24, 80);
	assert_string_equal(deck_row(d, 20), "");
	d->view.message.until = 1000;
	for (int kind = MESSAGE_INFO; kind <= MESSAGE_ERROR; kind++) {
		d->view.message.kind = (enum command_message)kind;
		deck_draw(d, 24, 80);
		assert_string_equal(deck_row(d, 20), " bad .[31m");
		assert_int_equal(deck_style(d, 20, 1), styles[kind]);
	}
	/* Without a row of its own it covers the preview for its time. */
	set_preview(d, "text", 0);
	deck_draw(d, 5, 80);
	assert_string_equal(deck_row(d, 3), " bad .[31m");
	d->view.mono = 1001;
	deck_draw(d, 5, 80);
	assert_string_equal(deck_row(d, 3), " text");
}

/* ---- line ---- */

static void test_prompts(void **state)
{
	static const struct {
		enum command_input input;
		enum command_eol eol;
		const char *text, *row;
	} table[] = {
		{ INPUT_TEXT, EOL_NONE, "hi", "text> hi" },
		{ INPUT_TEXT, EOL_LF, "hi", "text+lf> hi" },
		{ INPUT_TEXT, EOL_CRLF, "hi", "text+crlf> hi" },
		{ INPUT_HEX, EOL_CRLF, "00", "hex> 00" },
		{ INPUT_HEX, EOL_NONE, ":quit", "cmd> :quit" },
		{ INPUT_TEXT, EOL_NONE, "::quit", "text> ::quit" },
	};
	struct deck *d = *state;

	for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
		d->view.typing.input = table[i].input;
		d->view.typing.eol = table[i].eol;
		deck_line(d, table[i].text);
		deck_draw(d, 24, 80);
		assert_string_equal(deck_row(d, 22), table[i].row);
		assert_int_equal(d->canvas.cursor_col, strlen(table[i].row));
	}
	d->view.line.prompt = "(reverse-i-search)`q': ";
	deck_draw(d, 24, 80);
	assert_string_equal(deck_row(d, 22), "(reverse-i-search)`q': ::quit");
	d->view.line.prompt = "";
	d->view.line.waiting = true;
	deck_draw(d, 24, 80);
	assert_string_equal(deck_row(d, 22), "wait> ::quit");
}

/* The cursor stands on the character at "point", whatever those before it take. */
static void test_signs_and_cursor(void **state)
{
	static const struct {
		const char *text;
		size_t point;
		const char *row;
		int col;
	} table[] = {
		{ "abc", 1, "text> abc", 7 },
		{ "a\nb", 2, "text> a\xe2\x86\xb5" "b", 8 },
		{ "a\x1b" "b", 2, "text> a^[b", 9 },
		{ "\x7f", 1, "text> ^?", 8 },
		{ "\xe6\xbc\xa2x", 3, "text> \xe6\xbc\xa2x", 8 },
		{ "e\xcc\x81x", 3, "text> e\xcc\x81x", 7 },
		{ "\xffx", 1, "text> \\xffx", 10 },
		{ "\xe2\x80\xaex", 3, "text> \\u{202e}x", 14 },
	};
	struct deck *d = *state;

	for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
		deck_line(d, table[i].text);
		d->view.line.point = table[i].point;
		deck_draw(d, 24, 80);
		assert_string_equal(deck_row(d, 22), table[i].row);
		assert_int_equal(d->canvas.cursor_row, 22);
		assert_int_equal(d->canvas.cursor_col, table[i].col);
	}
	assert_int_equal(deck_style(d, 22, 6), STYLE_MARKED);
	assert_int_equal(deck_style(d, 22, 14), STYLE_INPUT);
}

static void test_a_long_line_wraps_to_six_rows(void **state)
{
	struct deck *d = *state;
	char text[1001];

	for (size_t i = 0; i < sizeof(text) - 1; i++)
		text[i] = (char)('a' + i % 26);
	text[sizeof(text) - 1] = '\0';
	deck_line(d, text);
	/* Seven rows and a bit at 80 columns: 6 of the prompt, 74, then 80 each. */
	d->view.line.len = d->view.line.point = 74 + 80;
	deck_draw(d, 24, 80);
	assert_int_equal(d->canvas.cursor_row, 22);
	assert_int_equal(d->canvas.cursor_col, 0);
	assert_starts(deck_row(d, 20), "text> abc");
	d->view.line.len = d->view.line.point = 1000;
	deck_draw(d, 24, 80);
	assert_int_equal(d->view.list.rows, 12);
	assert_int_equal(d->canvas.cursor_row, 22);
	assert_int_equal(d->canvas.cursor_col, (1000 + 6) % 80);
	assert_int_equal(deck_row(d, 17)[0], text[7 * 80 - 6]);
	/* The cursor draws the window back to the start. */
	d->view.line.point = 0;
	deck_draw(d, 24, 80);
	assert_starts(deck_row(d, 17), "text> abc");
	assert_int_equal(d->canvas.cursor_row, 17);
	assert_int_equal(d->canvas.cursor_col, 6);
}

static void test_a_wide_character_is_not_split(void **state)
{
	struct deck *d = *state;

	deck_line(d, "1234567890123\xe6\xbc\xa2x");
	deck_draw(d, 24, 20);
	assert_string_equal(deck_row(d, 21), "text> 1234567890123");
	assert_string_equal(deck_row(d, 22), "\xe6\xbc\xa2x");
	assert_int_equal(d->canvas.cursor_col, 3);
}

static void test_the_cursor_is_hidden_elsewhere(void **state)
{
	struct deck *d = *state;

	for (int focus = FOCUS_LIST; focus < FOCUS_COUNT; focus++) {
		d->view.focus = (enum focus)focus;
		deck_draw(d, 24, 80);
		assert_int_equal(d->canvas.cursor_row, -1);
	}
}

/* ---- key bar ---- */

static void test_key_bar(void **state)
{
	static const struct {
		enum focus focus;
		int cols;
		const char *row;
	} table[] = {
		{ FOCUS_LINE, 40, " F1Help          F5Hex          F10Quit" },
		{ FOCUS_LIST, 30, " F1Help               F10Quit" },
		{ FOCUS_DETAILS, 24, " F1Help xBytes F10Quit" },
		{ FOCUS_LINE, 16, " F1Help   F5Hex" },
		{ FOCUS_LINE, 5, "" },
	};
	struct deck *d = *state;

	for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
		d->view.focus = table[i].focus;
		deck_draw(d, 24, table[i].cols);
		assert_string_equal(deck_row(d, 23), table[i].row);
	}
	deck_draw(d, 19, 80);
	assert_starts(deck_row(d, 18), "text>");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

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
		TEST(test_directions),
		TEST(test_a_failed_send_says_why),
		TEST(test_gaps),
		TEST(test_errors_and_their_runs),
		TEST(test_a_selection_that_outlived_its_place),
		TEST(test_addresses_keep_zone_and_port),
		TEST(test_fields_of_a_received_datagram),
		TEST(test_fields_of_sent_datagrams),
		TEST(test_fields_of_an_error),
		TEST(test_fields_of_gaps_and_events),
		TEST(test_long_values_wrap),
		TEST(test_empty_and_cut_datagrams_in_the_title),
		TEST(test_hex_alone),
		TEST(test_the_byte_under_the_cursor),
		TEST(test_fields_scroll_with_their_cursor),
		TEST(test_details_on_a_narrow_screen),
		TEST(test_panel),
		TEST(test_panel_to_the_right),
		TEST(test_an_empty_panel),
		TEST(test_preview_bytes),
		TEST(test_warnings),
		TEST(test_messages),
		TEST(test_prompts),
		TEST(test_signs_and_cursor),
		TEST(test_a_long_line_wraps_to_six_rows),
		TEST(test_a_wide_character_is_not_split),
		TEST(test_the_cursor_is_hidden_elsewhere),
		TEST(test_key_bar),
	};

	setlocale(LC_ALL, "C.UTF-8");
	return cmocka_run_group_tests(tests, NULL, NULL);
}
