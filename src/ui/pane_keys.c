/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The key bar: the rows of the key table that have a word for it, spread over the width.
 * A key that the user has bound shows the command's first letters instead.
 */
#include "ui/user_keys.h"
#include "util/text.h"

#include <string.h>

#define WORD_COLUMNS 6

static bool is_shown(const struct key *k, enum focus focus)
{
	return k->bar && (k->focus & KEY_IN(focus));
}

/* Bytes of the word, in *word. */
static size_t word_of(const struct view *v, const struct key *k, const char **word)
{
	const struct user_key *bound = user_keys_find(v->user_keys, k, v->focus);

	*word = bound ? bound->command : k->bar;
	return text_fit(*word, strcspn(*word, " "), WORD_COLUMNS);
}

static int width_of(const struct view *v, const struct key *k)
{
	const char *word;
	size_t n = word_of(v, k, &word);

	return (int)(text_width(k->name, strlen(k->name)) + text_width(word, n));
}

/* Blanks between two keys so that those that fit fill the width. */
static int find_gap(const struct view *v, int cols)
{
	int used = 1, count = 0;

	for (const struct key *k = keys; k->name; k++) {
		if (!is_shown(k, v->focus) || used + width_of(v, k) > cols)
			continue;
		used += width_of(v, k) + 1;
		count++;
	}
	return count > 1 && cols > used ? 1 + (cols - used) / (count - 1) : 1;
}

void pane_keys_draw(struct view *v, const struct layout *l, struct canvas *c)
{
	int gap = find_gap(v, l->cols), col = 1;
	const char *word;
	size_t n;

	if (l->keys < 0)
		return;
	canvas_fill(c, l->keys, 0, l->cols, STYLE_LABEL, ' ');
	for (const struct key *k = keys; k->name; k++) {
		if (!is_shown(k, v->focus) || col + width_of(v, k) > l->cols)
			continue;
		col += canvas_str(c, l->keys, col, l->cols - col, STYLE_KEY, k->name);
		n = word_of(v, k, &word);
		col += canvas_text(c, l->keys, col, l->cols - col, STYLE_LABEL, word, n);
		col += gap;
	}
}
