/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Readline's life and the text it edits.
 *
 * Its callbacks only note what happened; the owner is told when it has returned.
 */
#include "line/line_private.h"

#include "line/edit.h"
#include "util/num.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define ESCAPE_NS (100 * NS_PER_MS)
#define PROMPT_MAX 4096

static struct line *self;

struct line *line_self(void)
{
	return self;
}

/* ---- what readline calls ---- */

static int next_byte(FILE *in)
{
	(void)in;
	if (!self->queued)
		return EOF;
	self->queued--;
	return (unsigned char)*self->queue++;
}

/* Without it readline would ask the terminal, which is not its own. */
static int byte_waits(void)
{
	return self->queued > 0;
}

static void draw_nothing(void)
{
}

/* ---- what the owner knows ---- */

static bool differs(const struct buf *b, const char *s, size_t n)
{
	return b->len != n || memcmp(buf_cstr(b), s, n) != 0;
}

static bool take_text(struct line *l, const char *text, size_t len, size_t point)
{
	bool news = l->point != point || differs(&l->text, text, len);

	l->point = point < len ? point : len;
	if (news) {
		buf_reset(&l->text);
		buf_add(&l->text, text, len);
	}
	return news;
}

/* Takes over what readline has; true if it is other than before. */
bool line_look(struct line *l)
{
	/* its own prompt is empty; a search and an argument have one */
	const char *prompt =
		rl_display_prompt && rl_display_prompt != rl_prompt ? rl_display_prompt : "";
	bool vi_command = rl_get_keymap() == vi_movement_keymap;
	bool news = take_text(l, rl_line_buffer, (size_t)rl_end, (size_t)rl_point);

	if (differs(&l->prompt, prompt, strlen(prompt))) {
		news = true;
		buf_reset(&l->prompt);
		buf_str(&l->prompt, prompt);
	}
	news |= l->vi_command != vi_command;
	l->vi_command = vi_command;
	return news;
}

void line_tell(struct line *l)
{
	bool news = line_look(l) || l->dirty;

	l->dirty = false;
	if (news)
		l->events.changed(l->events.ctx);
}

void line_state(const struct line *l, struct line_state *out)
{
	*out = (struct line_state){
		.prompt = buf_cstr(&l->prompt),
		.text = buf_cstr(&l->text),
		.len = l->text.len,
		.point = l->point,
		.vi_command = l->vi_command,
	};
}

/* ---- text ---- */

/* A NUL, which readline's strings cannot hold, becomes \0, its spelling in the text notation. */
void line_put(const char *text, size_t len)
{
	size_t used = (size_t)rl_end;
	struct buf b;

	buf_init(&b, used < LINE_BYTES_MAX ? LINE_BYTES_MAX - used : 0);
	for (size_t i = 0; i < len && !b.failed; i++) {
		if (text[i])
			buf_char(&b, text[i]);
		else
			buf_str(&b, "\\0");
	}
	rl_begin_undo_group();
	rl_insert_text(buf_cstr(&b));
	rl_end_undo_group();
	buf_done(&b);
}

static void replace(const char *text, size_t len, size_t point)
{
	rl_begin_undo_group();
	rl_delete_text(0, rl_end);
	rl_point = 0;
	line_put(text, len);
	rl_end_undo_group();
	if (point < (size_t)rl_end)
		rl_point = (int)point;
}

/* A repeated yank must not eat the memory: readline would end the program without any. */
static void cut_overlong(void)
{
	if ((size_t)rl_end <= LINE_BYTES_MAX)
		return;
	rl_delete_text(LINE_BYTES_MAX, rl_end);
	if (rl_point > rl_end)
		rl_point = rl_end;
}

void line_run(struct line *l, const char *key, size_t n)
{
	l->queue = key;
	l->queued = n;
	while (l->queued)
		rl_callback_read_char();
	cut_overlong();
	if (!l->have_next)
		return;
	l->have_next = false;
	replace(buf_cstr(&l->next), l->next.len, l->next_point);
	rl_free_undo_list(); /* undo would not lead back to what was there */
}

/* Ends what readline is in the middle of, as Ctrl-G does. */
void line_cancel(struct line *l)
{
	if (RL_ISSTATE(SEARCHING))
		line_run(l, "\007", 1);
	rl_callback_sigcleanup();
	rl_clear_message();
}

static void set_next(struct line *l, const char *text, size_t len, size_t point)
{
	buf_reset(&l->next);
	buf_add(&l->next, text, len);
	l->next_point = point;
	l->have_next = true;
}

/* The line was entered.  NULL: a command of readline found the queue empty, which is no end of
 * file. */
static void on_line(char *text)
{
	struct line *l = self;
	size_t point, len;

	if (!text)
		return;
	len = strlen(text);
	point = (size_t)rl_point < len ? (size_t)rl_point : len;
	take_text(l, text, len, point);
	l->entering = true;
	l->next_kind = '\0';
	if (l->events.entered(l->events.ctx, text, len, &point))
		line_history_add(l, text);
	else if (!l->have_next)
		set_next(l, text, len, point);
	if (l->next_kind)
		l->kind = l->next_kind;
	l->entering = false;
	free(text);
}

/* An empty line, out of the history, in vi mode ready for insertion. */
static void start_anew(struct line *l)
{
	line_cancel(l);
	/* a history entry that was edited still points to the undo list that goes now */
	rl_free_line_state();
	rl_replace_line("", 1);
	rl_point = rl_mark = 0;
	rl_callback_handler_install("", on_line);
	l->where = where_history();
}

void line_set(struct line *l, const char *text, size_t len, size_t point)
{
	if (l->entering) {
		set_next(l, text, len, point);
		take_text(l, text, len, point);
		return;
	}
	line_cancel(l);
	replace(text, len, point);
	line_look(l);
}

void line_accept(struct line *l)
{
	line_history_add(l, rl_line_buffer);
	start_anew(l);
	line_look(l);
}

bool line_interrupt(struct line *l)
{
	bool pending = RL_ISSTATE(PENDING);

	if (!pending && !rl_end)
		return false;
	if (pending)
		line_cancel(l);
	else
		start_anew(l);
	line_look(l);
	return true;
}

bool line_edit(struct line *l, struct error *e)
{
	struct buf text;
	bool ok;

	line_cancel(l);
	buf_init(&text, LINE_BYTES_MAX);
	ok = edit_text(rl_line_buffer, (size_t)rl_end, &text, e);
	if (ok)
		replace(buf_cstr(&text), text.len, text.len);
	buf_done(&text);
	line_tell(l);
	return ok;
}

/* ---- life ---- */

/* Before readline starts: it must not touch signals, environment or terminal. */
static bool set_up_readline(void)
{
	rl_readline_name = "udpdeck";
	rl_catch_signals = 0;
	rl_catch_sigwinch = 0;
	rl_change_environment = 0;
	rl_prep_term_function = NULL;
	rl_deprep_term_function = NULL;
	rl_instream = stdin; /* read for the terminal's erase and kill characters only */
	rl_outstream = fopen("/dev/null", "we");
	rl_getc_function = next_byte;
	rl_input_available_hook = byte_waits;
	return rl_outstream != NULL;
}

/* After the inputrc was read: what would not work here, whatever it says. */
static void overrule_inputrc(void)
{
	static const char *const settings[][2] = {
		{ "enable-bracketed-paste", "off" }, /* ours is */
		{ "blink-matching-paren", "off" },   /* waits for input in select() */
		{ "bell-style", "none" },            /* writes to stderr */
		{ "show-mode-in-prompt", "off" },    /* line_state() tells */
		{ "input-meta", "on" },
		{ "convert-meta", "off" }, /* on in the locale "C": UTF-8 would be commands */
	};

	for (size_t i = 0; i < sizeof(settings) / sizeof(settings[0]); i++)
		rl_variable_bind(settings[i][0], settings[i][1]);
}

void line_set_width(struct line *l, int rows, int cols)
{
	(void)l;
	rl_set_screen_size(rows > 1 ? rows : 1, cols > 2 ? cols : 2);
}

struct line *line_new(struct loop *loop, const struct line_events *events, unsigned maps,
		      struct error *e)
{
	struct line *l = calloc(1, sizeof(*l));

	if (!l) {
		err_set(e, ERR_LIMIT, "no memory for the line");
		return NULL;
	}
	l->loop = loop;
	l->events = *events;
	l->maps = maps;
	l->escape_time = ESCAPE_NS;
	l->kind = l->kind_below = 't';
	l->timer = (struct loop_timer){ .fire = line_on_timer, .ctx = l };
	buf_init(&l->input, LINE_FEED_MAX);
	buf_init(&l->next, LINE_BYTES_MAX);
	buf_init(&l->text, LINE_BYTES_MAX);
	buf_init(&l->prompt, PROMPT_MAX);
	paste_init(&l->paste, LINE_BYTES_MAX);
	if (!set_up_readline()) {
		err_sys(e, errno, "open /dev/null");
		free(l);
		return NULL;
	}
	self = l;
	rl_initialize();
	/* set before, it would keep readline 8.2 from asking terminfo for Delete and Insert */
	rl_redisplay_function = draw_nothing;
	overrule_inputrc();
	complete_init();
	bind_defaults();
	rl_callback_handler_install("", on_line);
	return l;
}

void line_free(struct line *l)
{
	if (!l)
		return;
	loop_timer_stop(l->loop, &l->timer);
	rl_callback_handler_remove();
	rl_free_line_state();
	fclose(rl_outstream);
	rl_outstream = stdout;
	bind_done(l);
	line_history_done(l);
	paste_done(&l->paste);
	buf_done(&l->prompt);
	buf_done(&l->text);
	buf_done(&l->next);
	buf_done(&l->input);
	free(l);
	self = NULL;
}
