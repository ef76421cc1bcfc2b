/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Looking at a terminal's screen, and waiting for it to look right. */
#include "term_impl.h"

#include <ctype.h>
#include <string.h>

/* How long a wait goes without asking again, for facts outside the terminal. */
#define ASK_AGAIN_MS 10

struct expectation {
	const char *text;
	int row, col, count;
};

pid_t term_pid(const struct term *t)
{
	return t->pid;
}

struct vt *term_vt(struct term *t)
{
	return t->vt;
}

struct vt_state term_state(struct term *t)
{
	return vt_state(t->vt);
}

const char *term_why(const struct term *t)
{
	return t->why;
}

static int count_in(const char *line, const char *text)
{
	size_t len = strlen(text);
	int count = 0;

	for (const char *at = line; len && (at = strstr(at, text)); at += len)
		count++;
	return count;
}

int term_count(const struct term *t, const char *text)
{
	char line[VT_ROW_BYTES];
	int rows, cols, count = 0;

	vt_size(t->vt, &rows, &cols);
	for (int row = 0; row < rows; row++) {
		vt_row(t->vt, row, line, sizeof(line));
		count += count_in(line, text);
	}
	return count;
}

bool term_shows(const struct term *t, const char *text)
{
	return term_count(t, text) > 0;
}

bool term_wrote(const struct term *t, const void *bytes, size_t len)
{
	return memmem(t->tail, t->tail_len, bytes, len) != NULL;
}

bool term_until(struct term *t, term_fn *fn, void *ctx, int ms)
{
	deadline_t end = deadline_in(ms);

	while (!fn(t, ctx)) {
		int left = deadline_left(end);

		if (t->hung_up)
			return term_fail(t,
					 "the program has ended before what was waited for came");
		if (!left)
			return term_fail(t, "what was waited for did not come in %d ms", ms);
		term_pump(t, left < ASK_AGAIN_MS ? left : ASK_AGAIN_MS);
	}
	return true;
}

static void get_row(struct term *t, int row, char line[VT_ROW_BYTES])
{
	int rows, cols;

	vt_size(t->vt, &rows, &cols);
	vt_row(t->vt, row < 0 ? rows + row : row, line, VT_ROW_BYTES);
}

static bool is_shown(struct term *t, void *ctx)
{
	return term_shows(t, ((struct expectation *)ctx)->text);
}

static bool is_gone(struct term *t, void *ctx)
{
	return !term_shows(t, ((struct expectation *)ctx)->text);
}

static bool row_has(struct term *t, void *ctx)
{
	const struct expectation *want = ctx;
	char line[VT_ROW_BYTES];

	get_row(t, want->row, line);
	return strstr(line, want->text) != NULL;
}

static bool row_is(struct term *t, void *ctx)
{
	const struct expectation *want = ctx;
	char line[VT_ROW_BYTES];

	get_row(t, want->row, line);
	return strcmp(line, want->text) == 0;
}

static bool count_is(struct term *t, void *ctx)
{
	const struct expectation *want = ctx;

	return term_count(t, want->text) == want->count;
}

static bool cursor_is(struct term *t, void *ctx)
{
	const struct expectation *want = ctx;
	struct vt_state state = vt_state(t->vt);

	return state.row == want->row && state.col == want->col;
}

/* The reason names what was wanted, and keeps why the wait ended. */
static bool wait_for(struct term *t, term_fn *fn, struct expectation want, const char *what)
{
	const char *end;

	if (term_until(t, fn, &want, DEADLINE_DEFAULT_MS))
		return true;
	end = t->hung_up ? "the program has ended" : "deadline";
	if (want.text)
		return term_fail(t, "%s: \"%s\", row %d, count %d: %s", what, want.text, want.row,
				 want.count, end);
	return term_fail(t, "%s: row %d, column %d: %s", what, want.row, want.col, end);
}

bool term_until_shown(struct term *t, const char *text)
{
	return wait_for(t, is_shown, (struct expectation){ .text = text }, "text never shown");
}

bool term_until_gone(struct term *t, const char *text)
{
	return wait_for(t, is_gone, (struct expectation){ .text = text }, "text never gone");
}

bool term_until_row_has(struct term *t, int row, const char *text)
{
	return wait_for(t, row_has, (struct expectation){ .text = text, .row = row },
			"text never in its row");
}

bool term_until_row_is(struct term *t, int row, const char *text)
{
	return wait_for(t, row_is, (struct expectation){ .text = text, .row = row },
			"row never was that");
}

bool term_until_count(struct term *t, const char *text, int count)
{
	return wait_for(t, count_is, (struct expectation){ .text = text, .count = count },
			"text never shown so often");
}

bool term_until_cursor(struct term *t, int row, int col)
{
	return wait_for(t, cursor_is, (struct expectation){ .row = row, .col = col },
			"cursor never there");
}

int term_exit_status(struct term *t)
{
	int status;

	return term_until_exit(t, DEADLINE_DEFAULT_MS, &status) ? status : -1;
}

bool term_exited_with(struct term *t, int status)
{
	int got;

	if (!term_until_exit(t, DEADLINE_DEFAULT_MS, &got))
		return false;
	return got == status || term_fail(t, "exit status is %d, not %d", got, status);
}

bool term_is_unharmed(struct term *t, const struct vt_state *before)
{
	struct vt_state now = vt_state(t->vt);

	return vt_unharmed(before, &now, t->why, sizeof(t->why));
}

/* The dump goes to a person's own terminal or a log: no control leaves it unescaped. */
static void put_escaped(const char *bytes, size_t len, FILE *out)
{
	for (size_t i = 0; i < len; i++) {
		unsigned char c = (unsigned char)bytes[i];

		if (isprint(c) && c != '\\')
			putc(c, out);
		else
			fprintf(out, "\\x%02x", c);
	}
}

void term_dump(struct term *t, FILE *out)
{
	struct vt_state s = vt_state(t->vt);
	size_t shown = t->tail_len < 400 ? t->tail_len : 400;
	char line[VT_ROW_BYTES];
	int rows, cols;

	vt_size(t->vt, &rows, &cols);
	fprintf(out, "# screen %dx%d, cursor %d,%d%s%s%s%s%s, title \"", rows, cols, s.row, s.col,
		s.cursor_visible ? "" : " hidden", s.alt_screen ? ", alternate" : "",
		t->stalled ? ", stalled" : "", t->hung_up ? ", hung up" : "",
		t->reaped ? ", ended" : "");
	put_escaped(s.title, strlen(s.title), out);
	fprintf(out, "\"\n");
	for (int row = 0; row < rows; row++) {
		vt_row(t->vt, row, line, sizeof(line));
		fprintf(out, "# %3d|%s\n", row, line);
	}
	fprintf(out, "# last bytes: ");
	put_escaped(t->tail + t->tail_len - shown, shown, out);
	fprintf(out, "\n");
}
