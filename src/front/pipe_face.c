/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What commands may do where there is no screen. */
#include "front/pipe_private.h"
#include "front/rows.h"
#include "util/text.h"

static void face_message(void *ctx, enum command_message kind, const char *text)
{
	struct pipe *p = ctx;

	if (kind != MESSAGE_INFO || p->config.verbose)
		pipe_say(p, "%s", text);
	if (kind == MESSAGE_ERROR && p->config.format == WRITER_JSON)
		pipe_json_error(p, text);
}

/* Where the payloads alone are wanted, or lines of JSON, people's text goes to stderr. */
static struct output *text_output(const struct pipe *p)
{
	bool mixed = p->config.format == WRITER_TEXT || p->config.format == WRITER_HEX;

	return mixed ? p->out : p->err;
}

static void face_listing(void *ctx, const char *line, struct listing *l)
{
	struct pipe *p = ctx;
	struct output *o = text_output(p);

	(void)line;
	rows_format(l, output_buffer(o));
	output_flush(o);
}

static struct command_typing *face_typing(void *ctx)
{
	struct pipe *p = ctx;

	return &p->typing;
}

static void face_quit(void *ctx)
{
	pipe_stop(ctx);
}

void pipe_face_init(struct pipe *p)
{
	command_set_init(&p->set, NULL);
	p->face = (struct face){
		.ctx = p,
		.message = face_message,
		.listing = face_listing,
		.typing = face_typing,
		.quit = face_quit,
	};
}

struct face *pipe_face(struct pipe *p)
{
	return &p->face;
}

const struct command_set *pipe_commands(const struct pipe *p)
{
	return &p->set;
}
