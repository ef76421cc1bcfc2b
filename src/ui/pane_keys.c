/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The key bar: the rows of the key table that have a word for it, spread over the width.
 */
#include "ui/keys.h"
#include "util/text.h"

#include <string.h>

static bool is_shown(const struct key *k, enum focus focus)
{
	return k->bar && (k->focus & KEY_IN(focus));
}

static int width_of(const struct key *k)
{
	return (int)(text_width(k->name, strlen(k->name)) + text_width(k->bar, strlen(k->bar)));
}

/* Blanks between two keys so that those that fit fill the width. */
static int find_gap(enum focus focus, int cols)
{
	int used = 1, count = 0;

	for (const struct key *k = keys; k->name; k++) {
		if (!is_shown(k, focus) || used + width_of(k) > cols)
			continue;
		used += width_of(k) + 1;
		count++;
	}
	return count > 1 && cols > used ? 1 + (cols - used) / (count - 1) : 1;
}

void pane_keys_draw(struct view *v, const struct layout *l, struct canvas *c)
{
	int gap = find_gap(v->focus, l->cols), col = 1;

	if (l->keys < 0)
		return;
	canvas_fill(c, l->keys, 0, l->cols, STYLE_LABEL, ' ');
	for (const struct key *k = keys; k->name; k++) {
		if (!is_shown(k, v->focus) || col + width_of(k) > l->cols)
			continue;
		col += canvas_str(c, l->keys, col, l->cols - col, STYLE_KEY, k->name);
		col += canvas_str(c, l->keys, col, l->cols - col, STYLE_LABEL, k->bar);
		col += gap;
	}
}
