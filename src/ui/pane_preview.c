/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The message row, and the preview: what Enter would send, its bytes, what speaks against it.
 */
#include "ui/view.h"
#include "ui/wrap.h"
#include "util/text.h"

#include <string.h>

#define BYTES_MAX 400 /* three columns for each of bytes[] and tail[] */

static bool has_message(const struct view *v)
{
	return v->message.until && v->message.text[0];
}

int pane_message_rows(const struct view *v, int cols)
{
	return has_message(v) ? wrap_rows(v->message.text, cols - 2, 0) : 1;
}

static void draw_message(const struct view *v, int row, int rows, struct canvas *c)
{
	static const enum style styles[] = {
		[MESSAGE_INFO] = STYLE_INFO,
		[MESSAGE_WARNING] = STYLE_WARNING,
		[MESSAGE_ERROR] = STYLE_ERROR,
	};
	struct wrap w;

	wrap_begin(&w, v->message.text, c->cols - 2, 0);
	do {
		if (--rows == 0)
			canvas_words(c, row, 1, c->cols - 1, styles[v->message.kind], w.rest);
		else
			canvas_text(c, row++, 1, c->cols - 1, styles[v->message.kind], w.rest, w.n);
	} while (rows > 0 && wrap_next(&w));
}

static void add_bytes(struct buf *out, const uint8_t *bytes, size_t n)
{
	for (size_t i = 0; i < n; i++)
		buf_printf(out, "%s%02x", out->len ? " " : "", bytes[i]);
}

/* As many bytes as "columns" hold: all, else head .. tail. */
static void format_bytes(const struct preview_view *p, size_t columns, struct buf *out)
{
	size_t fits = (columns + 1) / 3;
	size_t head = p->len < sizeof(p->bytes) ? p->len : sizeof(p->bytes);
	const uint8_t *tail =
		p->len > sizeof(p->bytes) ? p->tail + sizeof(p->tail) - 2 : p->bytes + head - 2;

	if (p->len <= fits && p->len <= sizeof(p->bytes)) {
		add_bytes(out, p->bytes, p->len);
		return;
	}
	if (fits < 4)
		return;
	add_bytes(out, p->bytes, head < fits - 3 ? head : fits - 3);
	buf_str(out, " ..");
	add_bytes(out, tail, 2);
}

/* The warning stands in place of the bytes; one that is too long for that takes the message row
 * unless something weightier is read there. */
static void draw_warning(const struct view *v, const struct layout *l, struct canvas *c, int col)
{
	const char *warning = v->preview.warning;

	/* An error that the message row tells of the same line is not told twice. */
	if (has_message(v) && strncmp(v->message.text, warning, strlen(warning)) == 0)
		return;
	int width = (int)text_width(warning, strlen(warning));

	if (width > l->cols - col && l->message >= 0 &&
	    (!has_message(v) || (v->message.kind == MESSAGE_INFO && !v->message.answers))) {
		canvas_fill(c, l->message, 0, l->cols, STYLE_NORMAL, ' ');
		canvas_words(c, l->message, 1, l->cols - 1, STYLE_WARNING, warning);
	} else {
		canvas_words(c, l->preview, col, l->cols - col, STYLE_WARNING, warning);
	}
}

static void draw_preview(const struct view *v, const struct layout *l, struct canvas *c)
{
	const struct preview_view *p = &v->preview;
	struct buf bytes;
	int col = 1;

	col += canvas_words(c, l->preview, col, l->cols - col, STYLE_NORMAL, p->head) + 2;
	if (p->warning[0]) {
		draw_warning(v, l, c, col);
		return;
	}
	if (!p->is_payload || l->cols - 1 - col < 2)
		return;
	buf_init(&bytes, BYTES_MAX);
	format_bytes(p, (size_t)(l->cols - 1 - col), &bytes);
	canvas_right(c, l->preview, col, l->cols - 1 - col, STYLE_DIM, buf_cstr(&bytes));
	buf_done(&bytes);
}

/* On a screen too low for a message row a message covers the preview for its time. */
void pane_preview_draw(struct view *v, const struct layout *l, struct canvas *c)
{
	if (l->message >= 0 && has_message(v))
		draw_message(v, l->message, l->message_rows, c);
	if (l->preview < 0)
		return;
	if (l->message < 0 && has_message(v) && v->mono < v->message.until)
		draw_message(v, l->preview, 1, c);
	else
		draw_preview(v, l, c);
}
