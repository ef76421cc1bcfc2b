/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Colours of the list's rows: rules in the order in which they were given, the first that matches
 * a packet wins.  How a colour looks, without colours too, is the screen's.
 *
 *	color                 lists them
 *	color WHAT COLOUR     match/what.h; given once more it changes the rule
 *	color off [N]         takes all away, or number N of the list
 */
#ifndef COMMAND_COLOR_H
#define COMMAND_COLOR_H

#include "command/complete.h"
#include "match/what.h"

#define COLOR_RULES_MAX 64

enum row_color {
	ROW_RED,
	ROW_GREEN,
	ROW_YELLOW,
	ROW_BLUE,
	ROW_MAGENTA,
	ROW_CYAN,
	ROW_WHITE,
	ROW_BOLD,
	ROW_DIM,
	ROW_REVERSE,
	ROW_COLORS,
};

struct color_rule {
	struct what *what;
	char *text; /* as it was written */
	enum row_color color;
};

/* A face with rows owns them; zeroed: none. */
struct color_rules {
	struct color_rule list[COLOR_RULES_MAX];
	size_t count;
};

void color_done(struct color_rules *r);
/* The rule of a packet, NULL: none.  A regular expression that gives up again and again is left
 * out, for rows are drawn 30 times a second. */
const struct color_rule *color_find(const struct color_rules *r, const struct packet *p,
				    const struct filter_env *env);
/* The lines that give the same rules again. */
void color_save(const struct color_rules *r, struct buf *out);

/* The command. */
bool color_run(struct command_call *c, struct error *e);
void color_complete(struct command_completion *c);

#endif
