/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The screen as a face on a session: joins view, line, painter and commands.
 *
 * ui_new() makes everything but the terminal, so that start-up commands can be run
 * with its face; ui_run() takes over the terminal and returns when the user quits
 * or a signal ends the program.
 */
#ifndef UI_UI_H
#define UI_UI_H

#include "command/command.h"

struct ui;

/* The rows that this face adds to the command language. */
extern const struct of_screen ui_of_screen;

struct ui *ui_new(struct session *s, const struct clock *clock, struct loop *loop, struct error *e);
void ui_free(struct ui *ui);

struct face *ui_face(struct ui *ui);
const struct command_set *ui_commands(const struct ui *ui);

/* Says something in the message row that stays until the first line is entered. */
void ui_hint(struct ui *ui, const char *text);
/* false: the terminal could not be taken over (e says why), or the loop failed. */
bool ui_run(struct ui *ui, struct error *e);

#endif
