/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The line: prompt and text, wrapped over up to six rows, with the cursor.
 *
 * Text and cursor are laid out by one walk over the glyphs, which both counting
 * and drawing use, so the cursor is where the character is.
 */
#include "command/entry.h"
#include "ui/view.h"
#include "util/piece.h"
#include "util/text.h"

#include <string.h>

/* Where the walk is: rows of the wrapped line, from 0. */
struct place {
	int row, col;
};

static const char *prompt_of(const struct view *v)
{
	const struct line_view *line = &v->line;

	if (line->prompt && line->prompt[0])
		return line->prompt;
	if (line->waiting)
		return "wait> ";
	return entry_prompt(&v->typing, line->text, line->len, line->pasted);
}

/* Where a piece of so many columns goes: the next row if this one has no room for it. */
static void wrap(struct place *at, int width, int cols)
{
	if (at->col + width > cols && at->col > 0) {
		at->row++;
		at->col = 0;
	}
}

static struct place after_prompt(const struct view *v, int cols)
{
	const char *prompt = prompt_of(v);
	int width = (int)text_width(prompt, strlen(prompt));

	return (struct place){ .col = width < cols ? width : cols - 1 };
}

/*
 * Walks over the whole line.  With a canvas, draws what falls on rows [first, first + rows) from
 * row "top" on.  Returns the end; *cursor is where point is.
 */
static struct place walk_line(const struct view *v, int cols, struct place *cursor,
			      struct canvas *c, int top, int first, int rows)
{
	const struct line_view *line = &v->line;
	struct place at = after_prompt(v, cols);
	struct piece p;
	int marks = 0;

	for (size_t i = 0, n; i < line->len; i += n) {
		n = piece_next(line->text + i, line->len - i, &marks, &p);
		wrap(&at, p.width, cols);
		if (i <= line->point)
			*cursor = at;
		if (c && at.row >= first && at.row < first + rows)
			canvas_text(c, top + at.row - first, at.col, cols - at.col,
				    p.plain ? STYLE_INPUT : STYLE_MARKED, p.text, p.len);
		at.col += p.width;
	}
	wrap(&at, 1, cols);
	if (line->point >= line->len)
		*cursor = at;
	return at;
}

int pane_line_rows(const struct view *v, int cols)
{
	struct place cursor;

	return walk_line(v, cols, &cursor, NULL, 0, 0, 0).row + 1;
}

void pane_line_draw(struct view *v, const struct layout *l, struct canvas *c)
{
	struct place cursor = { 0 };
	int total = walk_line(v, l->cols, &cursor, NULL, 0, 0, 0).row + 1;
	int first = total > l->input_rows ? total - l->input_rows : 0;

	if (first > cursor.row)
		first = cursor.row;
	if (!first)
		canvas_str(c, l->input, 0, l->cols, STYLE_PROMPT, prompt_of(v));
	walk_line(v, l->cols, &cursor, c, l->input, first, l->input_rows);
	if (v->focus == FOCUS_LINE) {
		c->cursor_row = l->input + cursor.row - first;
		c->cursor_col = cursor.col;
	}
}
