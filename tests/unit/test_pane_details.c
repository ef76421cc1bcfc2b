/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Details and panels.
 */
#include "deck.h"
#include "net/errqueue.h"

#include <errno.h>
#include <locale.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define FIELDS_ROW 22 /* first row of the details at 80x44 ... */
#define TITLE_ROW 11  /* ... and at 80x24 */
#define BODY_ROW 12

/* ---- fields ---- */

/* The value of a field on the screen, or NULL. */
static const char *field(const struct deck *d, const char *name)
{
	for (int row = FIELDS_ROW; row < d->canvas.rows - 4; row++) {
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

static void test_fields_of_a_received_datagram(void **state)
{
	static struct service_name names[] = { { 53, "domain" } };
	struct deck *d = *state;
	struct packet p = deck_datagram("hello", 5);

	d->session.services.rows = names;
	d->session.services.count = 1;
	p.peer.port = 53;
	p.local = deck_addr("10.0.0.255", 50000);
	p.flags = PACKET_BROADCAST | PACKET_OWN | PACKET_HAS_TTL | PACKET_HAS_TOS;
	p.ifindex = 1;
	p.ttl = 3;
	p.tos = 0xb9;
	p.fragment = 1500;
	draw_details_of(d, p);
	assert_field(d, "From", "@1 10.0.0.9:53");
	assert_field(d, "To", "10.0.0.255:50000");
	assert_field(d, "Kind", "subnet broadcast");
	assert_field(d, "Own", "looped back");
	assert_field(d, "Interface", "lo, index 1");
	assert_field(d, "TTL", "3");
	assert_field(d, "DSCP", "ef, ECN ect(1)");
	assert_field(d, "Fragments", "up to 1500 bytes each");
	assert_field(d, "Time", "12:03:11.301000000 kernel");
	assert_field(d, "Length", "5 bytes");
	assert_field(d, "From port", "53 well-known, domain");
	assert_field(d, "To port", "50000 dynamic");
	assert_field(d, "Socket", "[1]");
	assert_field(d, "Date", "2023-11-14");
}

/* A name comes from the network. */
static void test_the_name_of_a_peer(void **state)
{
	struct deck *d = *state;
	struct packet p = deck_datagram("hello", 5);

	draw_details_of(d, p);
	d->session.peers.peers[0]->name = strdup("");
	deck_draw(d, 44, 80);
	assert_field(d, "From", "@1 10.0.0.9:9 ");
	free(d->session.peers.peers[0]->name);
	d->session.peers.peers[0]->name = strdup("ns\033");
	deck_draw(d, 44, 80);
	assert_field(d, "From", "@1 10.0.0.9:9, ns\\x1b");
}

static void test_fields_of_sent_datagrams(void **state)
{
	struct deck *d = *state;
	struct packet p = deck_datagram("hello", 5);

	p.kind = PACKET_TX;
	p.peer = deck_addr("239.1.2.3", 5353);
	p.local = deck_addr("0.0.0.0", 5000);
	draw_details_of(d, p);
	assert_field(d, "From", ":5000, the route's address ");
	assert_field(d, "To", "@1 239.1.2.3:5353");
	assert_field(d, "Kind", "multicast");
	assert_field(d, "State", "sent");
	assert_starts(deck_row(d, FIELDS_ROW - 1), "-#1 :5000 -> @1 239.1.2.3:5353 ---");
	assert_ends(deck_row(d, FIELDS_ROW - 1), "- 1-5 of 5 -");
	p.job = 3;
	p.local = deck_addr("10.0.0.1", 5000);
	draw_details_of(d, p);
	assert_field(d, "From", "10.0.0.1:5000");
	assert_starts(deck_row(d, FIELDS_ROW - 1), "-#2 10.0.0.1:5000 -> @1 239.1.2.3:5353 ---");
	assert_field(d, "Job", "%3");
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
	struct packet p = deck_datagram("ping", 4);

	p.kind = PACKET_ICMP;
	p.icmp = (struct packet_icmp){
		.origin = ERRQUEUE_ICMP,
		.type = 3,
		.code = 4,
		.errnum = EMSGSIZE,
		.info = 1280,
		.cause = 7,
		.offender = deck_addr("10.77.0.254", 0),
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
	assert_starts(deck_row(d, FIELDS_ROW - 1), "-nothing yet ---");
	list_move(&d->view, LIST_PREVIOUS);
	deck_draw(d, 44, 80);
	assert_starts(deck_row(d, FIELDS_ROW - 1), "-gap ---");
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
	struct packet p = deck_datagram("hello", 5);

	p.peer = deck_addr("2001:db8:1111:2222:3333:4444:5555:6666", 54321);
	draw_details_of(d, p);
	assert_starts(deck_row(d, FIELDS_ROW), " From       @1 [2001:db8:1111:2222:3333 0000 68");
	assert_starts(deck_row(d, FIELDS_ROW + 1), "              :4444:5555:6666]:54321");
}

/* By words, and no line of a payload looks like the rest of another. */
static void test_lines_of_text_wrap(void **state)
{
	struct deck *d = *state;
	const char text[] = "the first line has no space here\n  the second";
	int row = FIELDS_ROW;

	draw_details_of(d, deck_datagram(text, sizeof(text) - 1));
	while (row < 40 && strncmp(deck_row(d, row), " Text  ", 7) != 0)
		row++;
	assert_starts(deck_row(d, row), " Text       the first line has no space");
	assert_starts(deck_row(d, row + 1), "              here");
	assert_starts(deck_row(d, row + 2), "   line 2     the second");
	/* the rows of one field are lit together, and so are its bytes */
	d->view.focus = FOCUS_DETAILS;
	d->view.details.field = d->view.details.fields - 2;
	deck_draw(d, 44, 80);
	assert_int_equal(deck_style(d, row, 1), STYLE_SELECTED);
	assert_int_equal(deck_style(d, row + 1, 1), STYLE_SELECTED);
	assert_int_equal(deck_style(d, row + 2, 1), STYLE_DIM);
	assert_int_equal(deck_style(d, FIELDS_ROW + 3, 46 + 3 * 7), STYLE_SELECTED_DIM);
	assert_int_equal(deck_style(d, FIELDS_ROW + 4, 45 + 3), STYLE_NORMAL);
}

static void test_empty_and_cut_datagrams_in_the_title(void **state)
{
	struct deck *d = *state;
	struct packet p = deck_datagram("hello", 5);

	draw_details_of(d, deck_datagram("", 0));
	assert_ends(deck_row(d, FIELDS_ROW - 1), "- empty -");
	p.len = 70000;
	p.flags = PACKET_TRUNCATED;
	draw_details_of(d, p);
	assert_ends(deck_row(d, FIELDS_ROW - 1), "- 1-5 of 5, cut from 70000 -");
	assert_field(d, "Length", "70000 bytes, cut: 5 are");
}

/* ---- bytes, at 80x24 ---- */

static void test_hex_alone(void **state)
{
	struct deck *d = *state;
	char bytes[256];

	for (int i = 0; i < 256; i++)
		bytes[i] = (char)i;
	d->view.details.open = true;
	d->view.details.mode = DETAILS_HEX;
	deck_add(d, deck_datagram(bytes, 256));
	deck_draw(d, 24, 80);
	assert_string_equal(
		deck_row(d, BODY_ROW + 4),
		" 0040 40 41 42 43 44 45 46 47  48 49 4a 4b 4c 4d 4e 4f  @ABCDEFGHIJKLMNO");
	assert_int_equal(d->view.details.width, 16);
	assert_int_equal(d->view.details.rows, 8);
	deck_draw(d, 24, 140);
	assert_int_equal(d->view.details.width, 32);
	deck_draw(d, 24, 20);
	assert_string_equal(deck_row(d, BODY_ROW), " 0000 00 01  ..");
}

static void test_the_other_forms(void **state)
{
	struct deck *d = *state;

	d->view.details.open = true;
	d->view.details.mode = DETAILS_TEXT;
	deck_add(d, deck_datagram("NOTIFY *\r\nHOST: a\\b\r\n\0end", 25));
	deck_draw(d, 24, 80);
	assert_string_equal(deck_row(d, BODY_ROW), " NOTIFY *\\r\\n");
	assert_string_equal(deck_row(d, BODY_ROW + 1), " HOST: a\\\\b\\r\\n");
	assert_string_equal(deck_row(d, BODY_ROW + 2), " \\0end");
	assert_int_equal(deck_style(d, BODY_ROW, 1), STYLE_NORMAL);
	assert_int_equal(deck_style(d, BODY_ROW, 9), STYLE_DIM);
	assert_ends(deck_row(d, TITLE_ROW), "- 1-25 of 25 -");
	d->view.details.mode = DETAILS_C;
	deck_draw(d, 24, 80);
	assert_string_equal(deck_row(d, BODY_ROW + 3), " /* 0018 */ 0x64,");
	deck_draw(d, 24, 120);
	assert_starts(deck_row(d, BODY_ROW + 1), " /* 0010 */ 0x61, 0x5c, 0x62,");
}

static void test_bytes_in_a_row_as_asked(void **state)
{
	static char bytes[600];
	struct deck *d = *state;

	d->view.details.open = true;
	d->view.details.hex_width = 32;
	deck_add(d, deck_datagram(bytes, sizeof(bytes)));
	deck_draw(d, 24, 200);
	assert_int_equal(d->view.details.width, 32);
	assert_starts(deck_row(d, BODY_ROW), " From       @1 10.0.0.9:9");
	deck_draw(d, 24, 80);
	assert_int_equal(d->view.details.width, 8);
	d->view.details.hex_width = 8;
	d->view.details.mode = DETAILS_HEX;
	deck_draw(d, 24, 200);
	assert_starts(deck_row(d, BODY_ROW + 1), " 0008 00 00 00 00 00 00 00 00  ....");
	d->view.details.mode = DETAILS_C;
	deck_draw(d, 24, 200);
	assert_starts(deck_row(d, BODY_ROW + 1), " /* 0008 */ 0x00, 0x00,");
}

static void test_the_byte_under_the_cursor(void **state)
{
	struct deck *d = *state;
	char bytes[256] = "";

	d->view.details.open = true;
	d->view.focus = FOCUS_DETAILS;
	deck_add(d, deck_datagram(bytes, 256));
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

static void test_the_bytes_of_the_field_under_the_cursor(void **state)
{
	struct deck *d = *state;

	d->view.details.open = true;
	d->view.focus = FOCUS_DETAILS;
	d->view.details.field = 99;
	d->view.details.byte = 9;
	deck_add(d, deck_datagram("one\nand two", 11));
	deck_draw(d, 24, 80);
	/* The last field is the second line, of which one byte is under the other cursor. */
	assert_int_equal(deck_style(d, BODY_ROW, 45 + 9), STYLE_NORMAL);
	assert_int_equal(deck_style(d, BODY_ROW, 45 + 12), STYLE_SELECTED_DIM);
	assert_int_equal(deck_style(d, BODY_ROW + 1, 45), STYLE_SELECTED_DIM);
	assert_int_equal(deck_style(d, BODY_ROW + 1, 45 + 3), STYLE_MARKED);
	assert_int_equal(deck_style(d, BODY_ROW + 1, 45 + 6), STYLE_SELECTED_DIM);
	assert_int_equal(deck_style(d, BODY_ROW + 1, 72), STYLE_SELECTED_DIM);
	d->view.focus = FOCUS_LIST;
	deck_draw(d, 24, 80);
	assert_int_equal(deck_style(d, BODY_ROW + 1, 45), STYLE_NORMAL);
}

static void test_fields_scroll_with_their_cursor(void **state)
{
	struct deck *d = *state;
	struct packet p = deck_datagram("hello", 5);

	p.local = deck_addr("10.0.0.1", 5000);
	d->view.details.open = true;
	d->view.focus = FOCUS_DETAILS;
	d->view.details.field = 99;
	deck_add(d, p);
	deck_draw(d, 24, 80);
	assert_int_equal(d->view.details.field, d->view.details.fields - 1);
	assert_starts(deck_row(d, BODY_ROW + 7), " Text       hello");
	assert_int_equal(deck_style(d, BODY_ROW + 7, 1), STYLE_SELECTED);
}

static void test_details_on_a_narrow_screen(void **state)
{
	struct deck *d = *state;

	d->view.details.open = true;
	deck_add(d, deck_datagram("hello", 5));
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
		listing_row(l, LISTING_PLAIN, "set ttl 64", "ttl%d\t%d\thops, as far as it goes", i,
			    i);
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
	assert_ends(deck_row(d, 2), "- 1-16 of 39 -");
	assert_string_equal(deck_row(d, 3), "  name   asked  what for");
	assert_string_equal(deck_row(d, 4), "> ttl1   1      hops, as far as it goes");
	assert_int_equal(deck_style(d, 3, 2), STYLE_COLUMNS);
	assert_int_equal(deck_style(d, 4, 79), STYLE_SELECTED);
	assert_int_equal(d->view.panel.rows, 17);
	d->view.panel.row = 20;
	deck_draw(d, 24, 80);
	assert_ends(deck_row(d, 2), "- 4-20 of 39 -");
	assert_starts(deck_row(d, 19), "> ttl20  20 ");
	d->view.panel.row = 1000;
	d->view.focus = FOCUS_LINE;
	deck_draw(d, 24, 80);
	assert_ends(deck_row(d, 2), "- 23-39 of 39 -");
	assert_int_equal(deck_style(d, 19, 0), STYLE_SELECTED_DIM);
}

/* The words go on under themselves; rows under the bar are lit together. */
static void test_words_of_a_panel_wrap(void **state)
{
	struct deck *d = *state;
	struct listing *l = &d->view.panel.listing;

	listing_row(l, LISTING_HEADING, NULL, "level\tcheck\tfact");
	listing_row(l, LISTING_ERROR, "set rcvbuf 4M",
		    "fault\tbuffer\tthe receive buffer is too "
		    "small for what comes: set rcvbuf 4M");
	for (int i = 0; i < 30; i++)
		listing_row(l, LISTING_PLAIN, NULL, "ok\tnumber %d\tas it should be", i);
	d->view.panel.open = true;
	d->view.panel.row = 1;
	deck_draw(d, 24, 60);
	assert_string_equal(deck_row(d, 4),
			    "> fault  buffer     the receive buffer is too small for what");
	assert_string_equal(deck_row(d, 5), "                    comes: set rcvbuf 4M");
	assert_string_equal(deck_row(d, 6), "  ok     number 0   as it should be");
	assert_int_equal(deck_style(d, 5, 0), STYLE_SELECTED_DIM);
	assert_ends(deck_row(d, 2), "- 1-15 of 31 -");
	/* it needs two rows, so one below has to go, and the heading comes back with the first */
	d->view.panel.row = 20;
	deck_draw(d, 24, 60);
	assert_ends(deck_row(d, 2), "- 4-20 of 31 -");
	d->view.panel.row = 1;
	deck_draw(d, 24, 60);
	assert_starts(deck_row(d, 3), "  level");
	assert_int_equal(d->view.panel.top, 0);
	/* without room for words the rows go to the right */
	d->view.panel.left = 1000;
	deck_draw(d, 24, 36);
	assert_ends(deck_row(d, 4), "for what comes: set rcvbuf 4M");
}

static void test_names_leave_room_for_words(void **state)
{
	struct deck *d = *state;
	struct listing *l = &d->view.panel.listing;

	listing_row(l, LISTING_PLAIN, NULL, "open [udp4|udp6|udp] [ADDR:PORT]\topens a socket");
	listing_row(l, LISTING_PLAIN, NULL, "close\tcloses what was opened");
	d->view.panel.open = true;
	deck_draw(d, 24, 44);
	assert_string_equal(deck_row(d, 3), "> open [udp4|udp6|udp] [ADDR:PORT]  opens a");
	assert_string_equal(deck_row(d, 4), "                  socket");
	assert_string_equal(deck_row(d, 5), "  close           closes what was opened");
}

/* As in the list, zone and port stay; words and IPv4 are as they are. */
static void test_addresses_leave_room_for_columns(void **state)
{
	struct deck *d = *state;
	struct listing *l = &d->view.panel.listing;

	listing_row(l, LISTING_HEADING, NULL, "who\taddress\tnumbers\tlast");
	listing_row(l, LISTING_PLAIN, NULL,
		    "@1\t[fd77:1234:5678:9abc:def0:1234:5678:9abc]:7006\t1\tnow");
	listing_row(l, LISTING_PLAIN, NULL, "@2\t[fe80::1234:5678:9abc:def0%%eth0]:53\t2\tnow");
	listing_row(l, LISTING_PLAIN, NULL, "@3\t10.0.0.1:7\t3\tnow");
	d->view.panel.open = true;
	d->view.panel.row = 1;
	deck_draw(d, 24, 60);
	assert_string_equal(deck_row(d, 3), "  who  address                     numbers  last");
	assert_string_equal(deck_row(d, 4), "> @1   [fd77:1234..678:9abc]:7006  1        now");
	assert_string_equal(deck_row(d, 5), "  @2   [fe80::1..bc:def0%eth0]:53  2        now");
	assert_string_equal(deck_row(d, 6), "  @3   10.0.0.1:7                  3        now");
	deck_draw(d, 24, 120);
	assert_starts(deck_row(d, 4), "> @1   [fd77:1234:5678:9abc:def0:1234:5678:9abc]:7006  1 ");
}

static void test_the_bar_is_on_no_heading(void **state)
{
	static const enum listing_style styles[] = { LISTING_HEADING, LISTING_PLAIN,
						     LISTING_HEADING, LISTING_HEADING,
						     LISTING_DIM,     LISTING_HEADING };
	static const struct {
		size_t row, down, up;
	} table[] = {
		{ 0, 1, 1 }, { 1, 1, 1 }, { 2, 4, 1 }, { 3, 4, 1 }, { 5, 4, 4 }, { 6, 6, 6 }
	};
	struct deck *d = *state;
	struct listing *l = &d->view.panel.listing;

	for (size_t i = 0; i < sizeof(styles) / sizeof(styles[0]); i++)
		listing_row(l, styles[i], NULL, "row");
	for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
		assert_int_equal(panel_item(l, table[i].row, false), table[i].down);
		assert_int_equal(panel_item(l, table[i].row, true), table[i].up);
	}
	listing_reset(l);
	listing_row(l, LISTING_HEADING, NULL, "nothing");
	assert_int_equal(panel_item(l, 0, false), 0);
}

static void test_a_title_is_cut_between_words(void **state)
{
	struct deck *d = *state;

	fill_panel(d, 3);
	buf_str(&d->view.panel.listing.title, " and of all others");
	deck_draw(d, 24, 50);
	assert_string_equal(deck_row(d, 2), "-options of [1] and of all others ----- 1-2 of 2 -");
	deck_draw(d, 24, 38);
	assert_string_equal(deck_row(d, 2), "-options of [1] and of.. -- 1-2 of 2 -");
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

#define TEST(name) cmocka_unit_test_setup_teardown(name, deck_setup, deck_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_fields_of_a_received_datagram),
		TEST(test_fields_of_sent_datagrams),
		TEST(test_fields_of_an_error),
		TEST(test_fields_of_gaps_and_events),
		TEST(test_the_name_of_a_peer),
		TEST(test_long_values_wrap),
		TEST(test_lines_of_text_wrap),
		TEST(test_empty_and_cut_datagrams_in_the_title),
		TEST(test_hex_alone),
		TEST(test_the_other_forms),
		TEST(test_bytes_in_a_row_as_asked),
		TEST(test_the_byte_under_the_cursor),
		TEST(test_the_bytes_of_the_field_under_the_cursor),
		TEST(test_fields_scroll_with_their_cursor),
		TEST(test_details_on_a_narrow_screen),
		TEST(test_panel),
		TEST(test_words_of_a_panel_wrap),
		TEST(test_names_leave_room_for_words),
		TEST(test_addresses_leave_room_for_columns),
		TEST(test_the_bar_is_on_no_heading),
		TEST(test_a_title_is_cut_between_words),
		TEST(test_panel_to_the_right),
		TEST(test_an_empty_panel),
	};

	setlocale(LC_ALL, "C.UTF-8");
	return cmocka_run_group_tests(tests, NULL, NULL);
}
