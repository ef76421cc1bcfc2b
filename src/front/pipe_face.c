/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What commands may do where there is no screen. */
#include "session/json.h"
#include "front/pipe_private.h"
#include "front/rows.h"
#include "util/text.h"

#include <unistd.h>

static void face_message(void *ctx, enum command_message kind, const char *text)
{
	struct pipe *p = ctx;

	if (kind != MESSAGE_INFO || p->config.verbose)
		pipe_say(p, "%s", text);
	if (kind == MESSAGE_ERROR && p->config.format == WRITER_JSON)
		pipe_json_error(p, text);
}

/* Where the payloads alone are wanted, or lines of JSON, people's text goes to stderr; else behind
 * what came before it. */
static struct output *text_output(struct pipe *p)
{
	if (p->config.format != WRITER_TEXT && p->config.format != WRITER_HEX)
		return p->err;
	pipe_print(p);
	return p->out;
}

/* The rows that JSON has; false: none. */
static bool print_events(struct pipe *p, const struct listing *l)
{
	uint64_t now = clock_realtime(p->session->clock);
	const char *event, *members;
	bool any = false;

	for (size_t i = 0; i < l->count; i++) {
		if (!listing_event(l, i, &event, &members))
			continue;
		if (!any)
			pipe_print(p); /* what came before */
		any = true;
		json_row(now, event, members, output_buffer(p->out));
	}
	if (any)
		output_flush(p->out);
	return any;
}

static void face_listing(void *ctx, const char *line, struct listing *l)
{
	struct pipe *p = ctx;
	struct output *o;

	(void)line;
	if (p->config.format == WRITER_JSON && print_events(p, l))
		return;
	o = text_output(p);
	rows_format(l, output_buffer(o));
	output_flush(o);
}

static struct command_typing *face_typing(void *ctx)
{
	struct pipe *p = ctx;

	return &p->typing;
}

/* What came before is printed as before. */
static bool face_filter(void *ctx, const char *text, size_t n, struct error *e)
{
	struct pipe *p = ctx;

	pipe_print(p);
	return printed_set(&p->printed_only, p->session, text, n, e);
}

static const char *face_filtered(void *ctx)
{
	const struct pipe *p = ctx;

	return p->printed_only.text;
}

static void face_quit(void *ctx)
{
	pipe_stop(ctx);
}

static void face_echo(void *ctx, const char *text)
{
	struct pipe *p = ctx;
	struct output *o = text_output(p);

	buf_printf(output_buffer(o), "%s\n", text);
	output_flush(o);
}

/* Payloads are not printed any more, but what is wrong is told on stderr as with them. */
static bool face_take_stdout(void *ctx, struct error *e)
{
	struct pipe *p = ctx;

	if (p->config.format_given)
		return err_set(e, ERR_USAGE, "stdout is taken by -o");
	if (isatty(STDOUT_FILENO))
		return err_set(e, ERR_USAGE, "stdout is a terminal");
	if (p->muted)
		return err_set(e, ERR_STATE, "stdout is taken already");
	if (p->used)
		return err_set(e, ERR_STATE, "stdout holds payloads already");
	p->muted = true;
	return true;
}

static bool face_take_stdin(void *ctx, struct error *e)
{
	const struct pipe *p = ctx;

	if (p->config.reads_stdin)
		return err_set(e, ERR_USAGE, "stdin is what is sent: -d leaves it to read -");
	if (isatty(STDIN_FILENO))
		return err_set(e, ERR_USAGE, "stdin is a terminal: zcat FILE | udpdeck --read -");
	return true;
}

static bool face_is_full(void *ctx)
{
	const struct pipe *p = ctx;

	return output_is_full(p->out) || output_is_full(p->err);
}

/* A command in front of the input that chose a notation meant it for the input. */
static void take_typing(struct pipe *p)
{
	struct input_config *c = &p->input.config;

	if (p->typing.input == INPUT_HEX)
		c->notation = NOTATION_HEX;
	if (p->typing.eol != EOL_NONE)
		c->line_end = p->typing.eol == EOL_LF ? LINE_END_LF : LINE_END_CRLF;
}

/* The end of the commands is where the input begins, if it is read at all. */
static void on_script_ended(void *ctx, enum script_status status, const struct error *e)
{
	static const enum ending_status statuses[] = {
		[SCRIPT_DONE] = ENDING_DONE,        [SCRIPT_ERROR] = ENDING_ERROR,
		[SCRIPT_SILENT] = ENDING_NO_ANSWER, [SCRIPT_UNEXPECTED] = ENDING_UNEXPECTED,
		[SCRIPT_REFUSED] = ENDING_REFUSED,
	};
	struct pipe *p = ctx;

	pipe_end_ready(p);
	if (status != SCRIPT_DONE) {
		pipe_fail(p, statuses[status], e);
		return;
	}
	take_typing(p);
	pipe_send(p);
	pipe_check(p);
}

bool pipe_face_init(struct pipe *p, struct error *e)
{
	const struct script_events events = { .ctx = p, .ended = on_script_ended };

	command_set_init(&p->set, NULL, p->config.of_screen);
	buf_init(&p->kept, FACE_KEPT_MAX);
	p->face = (struct face){
		.ctx = p,
		.kept = &p->kept,
		.message = face_message,
		.listing = face_listing,
		.typing = face_typing,
		.filter = face_filter,
		.filtered = face_filtered,
		.quit = face_quit,
		.echo = face_echo,
		.take_stdout = face_take_stdout,
		.take_stdin = face_take_stdin,
		.is_full = face_is_full,
	};
	p->script = p->face.script = script_new(p->session, &p->face, &p->set, &events, e);
	return p->script != NULL;
}

struct face *pipe_face(struct pipe *p)
{
	return &p->face;
}

const struct command_set *pipe_commands(const struct pipe *p)
{
	return &p->set;
}
