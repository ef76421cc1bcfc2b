/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The rows of the key table and of "bind", as the line and the panes hear them. */
#include "ui/ui_private.h"

#include <stdio.h>
#include <string.h>

/* Places of the user's keys come after those of the table. */
#define USER_ID 1000

static void bind_in(struct ui *ui, const struct key *k, const char *sequence, int id)
{
	for (unsigned focus = 0; focus < FOCUS_COUNT; focus++)
		if (k->focus & KEY_IN(focus))
			line_bind(ui->line, focus, sequence, id);
}

/* In each focus it is for: terminfo's sequence and the usual ones. */
static void bind_key(struct ui *ui, const struct key *k, int id)
{
	const char *sequence = k->terminfo ? screen_key(ui->screen, k->terminfo) : NULL;
	char list[128];
	char *rest = list, *word;

	if (sequence)
		bind_in(ui, k, sequence, id);
	if (strcmp(k->sequences, " ") == 0) {
		bind_in(ui, k, k->sequences, id);
		return;
	}
	snprintf(list, sizeof(list), "%s", k->sequences);
	while ((word = strsep(&rest, " ")))
		if (*word)
			bind_in(ui, k, word, id);
}

void ui_bind_keys(struct ui *ui)
{
	for (int id = 0; keys[id].name; id++)
		bind_key(ui, &keys[id], id);
	for (size_t i = 0; i < ui->user_keys.count; i++)
		bind_key(ui, &ui->user_keys.keys[i]->as_key, USER_ID + (int)i);
}

const char *ui_key_command(const struct ui *ui, int id)
{
	return id < USER_ID ? keys[id].command : ui->user_keys.keys[id - USER_ID]->command;
}

/* Before the screen has started, in the rc file, it is only kept. */
bool ui_bind(void *ctx, const char *key, const char *command, struct error *e)
{
	struct ui *ui = ctx;
	size_t i;

	if (!user_keys_set(&ui->user_keys, key, command, &i, e))
		return false;
	if (ui->screen)
		bind_key(ui, &ui->user_keys.keys[i]->as_key, USER_ID + (int)i);
	ui_dirty(ui);
	return true;
}

void ui_bindings(void *ctx, face_binding *each, void *arg)
{
	const struct ui *ui = ctx;

	for (size_t i = 0; i < ui->user_keys.count; i++)
		each(arg, ui->user_keys.keys[i]->name, ui->user_keys.keys[i]->command);
}
