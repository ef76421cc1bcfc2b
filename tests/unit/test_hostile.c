/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Random views at random sizes, full of what a terminal would act upon: no cell may
 * ever hold it.
 */
#include "deck.h"
#include "hostile.h"

#include <locale.h>
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

static void change_view(struct deck *d, struct dice *dice, char *line, size_t room)
{
	struct view *v = &d->view;

	v->focus = (enum focus)dice_roll(dice, FOCUS_COUNT);
	v->details.open = dice_roll(dice, 2);
	v->details.mode = (enum details_mode)dice_roll(dice, 2);
	v->details.byte = dice_roll(dice, 4000);
	v->details.field = (int)dice_roll(dice, 20);
	v->details.scroll = dice_roll(dice, 500);
	v->panel.open = dice_roll(dice, 5) == 0;
	v->panel.row = dice_roll(dice, 200);
	v->panel.top = dice_roll(dice, 200);
	v->panel.left = dice_roll(dice, 100);
	v->typing.input = (enum command_input)dice_roll(dice, 2);
	v->typing.eol = (enum command_eol)dice_roll(dice, 3);
	v->line.len = hostile_text(dice, line, dice_roll(dice, (uint32_t)room));
	v->line.text = line;
	v->line.point = dice_roll(dice, (uint32_t)v->line.len + 1);
	v->line.prompt = dice_roll(dice, 10) ? "" : "(reverse-i-search)`\x1b[': ";
	v->message.until = dice_roll(dice, 2);
	v->message.kind = (enum command_message)dice_roll(dice, 3);
	v->message.text[hostile_text(dice, v->message.text, sizeof(v->message.text) - 1)] = '\0';
	v->preview.head[hostile_text(dice, v->preview.head, sizeof(v->preview.head) - 1)] = '\0';
	v->preview.warning[dice_roll(dice, 2) * hostile_text(dice, v->preview.warning, 200)] = '\0';
	v->preview.is_payload = dice_roll(dice, 2);
	v->preview.len = dice_roll(dice, 100);
	if (dice_roll(dice, 4) == 0)
		list_move(v, (enum list_move)dice_roll(dice, LIST_HALF_UP + 1));
	if (dice_roll(dice, 30) == 0)
		list_follow(v);
	if (dice_roll(dice, 50) == 0)
		v->list.cleared = v->list.end;
}

static void add_any_listing(struct listing *l, struct dice *dice)
{
	char cells[3][40];

	for (int i = 0; i < 100; i++) {
		for (int k = 0; k < 3; k++)
			cells[k][hostile_text(dice, cells[k], sizeof(cells[k]) - 1)] = '\0';
		listing_row(l, (enum listing_style)dice_roll(dice, 4), NULL, "%s\t%s\t%s", cells[0],
			    cells[1], cells[2]);
	}
}

/* deck_draw() looks at each cell. */
static void test_nothing_corrupts_the_screen(void **state)
{
	struct deck *d = *state;
	struct dice dice = { 0x5eed };
	static char data[HOSTILE_MAX];
	struct packet packet;
	char line[3000];

	add_any_listing(&d->view.panel.listing, &dice);
	for (int turn = 0; turn < 1500; turn++) {
		int rows = turn % 100 ? 1 + (int)dice_roll(&dice, 70) : 200;
		int cols = turn % 100 ? 1 + (int)dice_roll(&dice, 220) : 500;

		if (turn % 300 == 100 && d->session.socket_count < DECK_SOCKETS)
			deck_open(d, "127.0.0.1", 5000);
		packet = hostile_packet(&dice, data);
		for (uint32_t again = dice_roll(&dice, 3) + 1; again > 0; again--)
			deck_add(d, packet);
		change_view(d, &dice, line, sizeof(line));
		deck_draw(d, rows, cols);
	}
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, deck_setup_large, deck_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_nothing_corrupts_the_screen),
	};

	setlocale(LC_ALL, "C.UTF-8");
	return cmocka_run_group_tests(tests, NULL, NULL);
}
