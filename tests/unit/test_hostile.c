/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Random views at random sizes, full of what a terminal would act upon: no cell may
 * ever hold it.
 */
#include "deck.h"

#include <locale.h>
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

static int setup(void **state)
{
	static struct deck d;

	deck_init(&d, 1 << 16, 1 << 20);
	*state = &d;
	return 0;
}

static int teardown(void **state)
{
	deck_done(*state);
	return 0;
}

struct dice {
	uint64_t state;
};

/* xorshift64*: the same numbers everywhere, and a failure names its seed. */
static uint32_t roll(struct dice *dice, uint32_t sides)
{
	dice->state ^= dice->state >> 12;
	dice->state ^= dice->state << 25;
	dice->state ^= dice->state >> 27;
	return (uint32_t)((dice->state * 0x2545f4914f6cdd1dull) >> 33) % sides;
}

/* Pieces that a terminal would act upon, that take no column or two, or that are broken. */
static size_t hostile(struct dice *dice, char *out, size_t most)
{
	static const char *const pieces[] = {
		"\x1b[2J",
		"\x1b]0;pwned\a",
		"\x1bP$q\x1b\\\\",
		"\302\23331m",
		"\r\n",
		"\t",
		"\x7f",
		"\xe2\x80\xae",
		"\xe2\x81\xa7",
		"\xef\xbb\xbf",
		"\xe6\xbc\xa2",
		"\xf0\x9f\x98\x80",
		"e\xcc\x81\xcc\x81\xcc\x81",
		"\xcc\x88",
		"\xff\xfe",
		"\xe2\x82",
		"\xed\xa0\x80",
		"\xf4\x8f\xbf\xbf",
		"plain text ",
		"${x}",
		"\\",
		"\xef\xb8\x8f",
		"\xe2\x80\x8d",
	};
	size_t n = 0;

	while (n < most) {
		const char *piece = pieces[roll(dice, sizeof(pieces) / sizeof(pieces[0]))];
		size_t len = strlen(piece);

		if (n + len > most || roll(dice, 40) == 0)
			break;
		memcpy(out + n, piece, len);
		n += len;
	}
	return n;
}

static struct addr any_addr(struct dice *dice)
{
	static const char *const hosts[] = {
		"10.0.0.1",
		"255.255.255.255",
		"239.255.255.250",
		"fe80::12%lo",
		"::1",
		"2001:db8:1111:2222:3333:4444:5555:6666",
	};

	return deck_addr(hosts[roll(dice, 6)], (uint16_t)(1 + roll(dice, 65535)));
}

static void add_any_packet(struct deck *d, struct dice *dice)
{
	static char data[3000];
	struct packet p = {
		.kind = (enum packet_kind)roll(dice, PACKET_NOTE + 1),
		.flags = roll(dice, 128) & ~(uint32_t)PACKET_TRUNCATED,
		.socket = roll(dice, 4),
		.ifindex = roll(dice, 3),
		.ttl = (uint8_t)roll(dice, 256),
		.tos = (uint8_t)roll(dice, 256),
		.peer = any_addr(dice),
		.local = any_addr(dice),
		.data = (const uint8_t *)data,
		.lost = roll(dice, 1000),
		.where = roll(dice, 2) ? PACKET_WHERE_KERNEL : PACKET_WHERE_STORE,
	};

	p.len = p.stored = (uint32_t)hostile(dice, data, roll(dice, sizeof(data)));
	if (p.kind == PACKET_RX && roll(dice, 8) == 0) {
		p.len += 1 + roll(dice, 9000);
		p.flags |= PACKET_TRUNCATED;
	}
	if (p.kind == PACKET_TX)
		p.result = (int)roll(dice, 4) - 1;
	if (p.kind == PACKET_ICMP)
		p.icmp = (struct packet_icmp){ .offender = any_addr(dice),
					       .cause = roll(dice, 9),
					       .mtu = roll(dice, 2) * 1280,
					       .errnum = 111,
					       .origin = (uint8_t)roll(dice, 3),
					       .type = 3,
					       .code = (uint8_t)roll(dice, 20) };
	for (uint32_t again = roll(dice, 3); again > 0; again--)
		deck_add(d, p);
	deck_add(d, p);
}

static void change_view(struct deck *d, struct dice *dice, char *line, size_t room)
{
	struct view *v = &d->view;

	v->focus = (enum focus)roll(dice, FOCUS_COUNT);
	v->details.open = roll(dice, 2);
	v->details.mode = (enum details_mode)roll(dice, 2);
	v->details.byte = roll(dice, 4000);
	v->details.field = (int)roll(dice, 20);
	v->details.scroll = roll(dice, 500);
	v->panel.open = roll(dice, 5) == 0;
	v->panel.row = roll(dice, 200);
	v->panel.top = roll(dice, 200);
	v->panel.left = roll(dice, 100);
	v->typing.input = (enum command_input)roll(dice, 2);
	v->typing.eol = (enum command_eol)roll(dice, 3);
	v->line.len = hostile(dice, line, roll(dice, (uint32_t)room));
	v->line.text = line;
	v->line.point = roll(dice, (uint32_t)v->line.len + 1);
	v->line.prompt = roll(dice, 10) ? "" : "(reverse-i-search)`\x1b[': ";
	v->message.until = roll(dice, 2);
	v->message.kind = (enum command_message)roll(dice, 3);
	v->message.text[hostile(dice, v->message.text, sizeof(v->message.text) - 1)] = '\0';
	v->preview.head[hostile(dice, v->preview.head, sizeof(v->preview.head) - 1)] = '\0';
	v->preview.warning[roll(dice, 2) * hostile(dice, v->preview.warning, 200)] = '\0';
	v->preview.is_payload = roll(dice, 2);
	v->preview.len = roll(dice, 100);
	if (roll(dice, 4) == 0)
		list_move(v, (enum list_move)roll(dice, LIST_HALF_UP + 1));
	if (roll(dice, 30) == 0)
		list_follow(v);
	if (roll(dice, 50) == 0)
		v->list.cleared = v->list.end;
}

static void add_any_listing(struct listing *l, struct dice *dice)
{
	char cells[3][40];

	for (int i = 0; i < 100; i++) {
		for (int k = 0; k < 3; k++)
			cells[k][hostile(dice, cells[k], sizeof(cells[k]) - 1)] = '\0';
		listing_row(l, (enum listing_style)roll(dice, 4), NULL, "%s\t%s\t%s", cells[0],
			    cells[1], cells[2]);
	}
}

/* deck_draw() looks at each cell. */
static void test_nothing_corrupts_the_screen(void **state)
{
	struct deck *d = *state;
	struct dice dice = { 0x5eed };
	char line[3000];

	add_any_listing(&d->view.panel.listing, &dice);
	for (int turn = 0; turn < 1500; turn++) {
		int rows = turn % 100 ? 1 + (int)roll(&dice, 70) : 200;
		int cols = turn % 100 ? 1 + (int)roll(&dice, 220) : 500;

		if (turn % 300 == 100 && d->session.socket_count < DECK_SOCKETS)
			deck_open(d, "127.0.0.1", 5000);
		add_any_packet(d, &dice);
		change_view(d, &dice, line, sizeof(line));
		deck_draw(d, rows, cols);
	}
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_nothing_corrupts_the_screen),
	};

	setlocale(LC_ALL, "C.UTF-8");
	return cmocka_run_group_tests(tests, NULL, NULL);
}
