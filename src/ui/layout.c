/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Which row of the screen shows what, for any size.
 *
 * The line and the preview stay to the last, then the status; the rest goes one by
 * one as the screen gets lower.
 */
#include "ui/view.h"

#include "util/text.h"

#include <string.h>

/* Below so many rows these are not shown. */
#define ROWS_FOR_KEYS 20
#define ROWS_FOR_COUNTERS 16
#define ROWS_FOR_COLUMNS 10
#define ROWS_FOR_MESSAGE 7

#define LINE_ROWS_MAX 6
#define MESSAGE_ROWS_MAX 3
#define LIST_ROWS_MIN 2
#define SPLIT_BODY_MIN 5 /* list and details one above the other */

static int row_if(bool shown, int *next)
{
	return shown ? (*next)++ : -1;
}

static int min(int a, int b)
{
	return a < b ? a : b;
}

/* From the bottom upwards; returns the first row of the foot. */
static int place_foot(const struct view *v, struct layout *l)
{
	int room = l->rows - 2 - LIST_ROWS_MIN; /* besides status and preview */
	int foot = l->rows;

	if (l->rows >= ROWS_FOR_KEYS)
		l->keys = --foot;
	l->input_rows = min(pane_line_rows(v, l->cols), min(LINE_ROWS_MAX, room > 1 ? room : 1));
	l->input = foot -= l->input_rows;
	if (foot > 0)
		l->preview = --foot;
	if (l->rows >= ROWS_FOR_MESSAGE && foot > 1 + LIST_ROWS_MIN) {
		l->message_rows = min(pane_message_rows(v, l->cols),
				      min(MESSAGE_ROWS_MAX, foot - 1 - LIST_ROWS_MIN));
		l->message = foot -= l->message_rows;
	}
	return foot;
}

/* The body's rows [top, end) between list, and details under it or a panel over it. */
static void place_body(const struct view *v, struct layout *l, int top, int end)
{
	int rows = end > top ? end - top : 0;

	l->list_top = top;
	l->list_rows = rows;
	if (v->panel.open)
		l->list_rows = 0;
	else if (v->details.open && rows >= SPLIT_BODY_MIN)
		l->list_rows = (rows - 1) / 2;
	else if (v->details.open && v->focus == FOCUS_DETAILS)
		l->list_rows = 0;
	if (l->list_rows == rows)
		return;
	l->title = top + l->list_rows;
	l->body_top = l->title + 1;
	l->body_rows = end - l->body_top;
}

void layout_make(const struct view *v, int rows, int cols, struct layout *out)
{
	int next = 0, foot;

	*out = (struct layout){
		.rows = rows,
		.cols = cols,
		.status = -1,
		.counters = -1,
		.columns = -1,
		.title = -1,
		.message = -1,
		.preview = -1,
		.keys = -1,
	};
	foot = place_foot(v, out);
	out->status = row_if(foot > 0, &next);
	out->counters = row_if(rows >= ROWS_FOR_COUNTERS && foot > next + LIST_ROWS_MIN, &next);
	out->columns =
		row_if(rows >= ROWS_FOR_COLUMNS && foot > next + LIST_ROWS_MIN && !v->panel.open,
		       &next);
	place_body(v, out, next, foot);
}

void pane_title_draw(struct canvas *c, int row, const char *left, const char *right)
{
	int right_width = (int)text_width(right, strlen(right));
	int right_at = c->cols - 2 - right_width;
	int used;

	canvas_fill(c, row, 0, c->cols, STYLE_TITLE, '-');
	if (right_width && right_at > 1) {
		canvas_fill(c, row, right_at - 1, right_width + 2, STYLE_TITLE, ' ');
		canvas_str(c, row, right_at, right_width, STYLE_TITLE, right);
	}
	used = canvas_words(c, row, 1, right_at - 3, STYLE_TITLE, left);
	if (used)
		canvas_fill(c, row, 1 + used, 1, STYLE_TITLE, ' ');
}

void view_draw(struct view *v, struct canvas *c)
{
	struct layout l;

	layout_make(v, c->rows, c->cols, &l);
	canvas_clear(c);
	pane_status_draw(v, &l, c);
	pane_list_draw(v, &l, c);
	if (v->panel.open)
		pane_panel_draw(v, &l, c);
	else if (l.title >= 0)
		pane_details_draw(v, &l, c);
	pane_preview_draw(v, &l, c);
	pane_line_draw(v, &l, c);
	pane_keys_draw(v, &l, c);
}
