/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the files of line mode share: plain.c (life), plain_face.c, plain_line.c, plain_print.c. */
#ifndef FRONT_PLAIN_PRIVATE_H
#define FRONT_PLAIN_PRIVATE_H

#include "command/script.h"
#include "front/printed.h"
#include "util/output.h"
#include "front/plain.h"
#include "front/prompt.h"
#include "line/line.h"

#include <termios.h>

struct plain {
	struct session *session;
	const struct clock *clock;
	struct loop *loop;
	struct face face;
	struct command_set set;
	struct buf kept; /* what was said of the screen */
	struct command_typing typing;
	struct script *script;
	bool verbose;
	bool behind;  /* not all that is stored was printed */
	bool running; /* the terminal is ours; before, there is no prompt */
	int signals;
	struct termios shell, raw;

	/* the line */
	struct line *line;
	bool pasted;         /* it came back from the history as a paste: payload */
	bool waiting;        /* it was entered and waits for a name, or for tshark */
	uint64_t acts;       /* lines entered and keys pressed */
	uint64_t quit_asked; /* the act that was told that a job runs */
	bool by_hand;        /* the command that runs was a person's act, no script's */

	/* the terminal */
	struct output *out;
	struct prompt prompt;
	struct loop_timer draw; /* the prompt, once all that happens in this turn is printed */
	struct store_cursor print;
	struct printed printed_only; /* "filter" */
	struct loop_timer more;
};

/* plain_print.c */
void plain_print_init(struct plain *p);
/* Where to print lines above the prompt; plain_touch() follows. */
struct buf *plain_above(struct plain *p);
/* What is appended is on its way, and the prompt is drawn soon. */
void plain_touch(struct plain *p);
/* A message; "text" may hold anything. */
void plain_say(struct plain *p, enum command_message kind, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));
void plain_print(struct plain *p);                     /* packets, as much as the terminal takes */
void plain_end_line(struct plain *p, const char *add); /* the line stays, the next row begins */
bool plain_drain(struct plain *p);                     /* waits a moment; all was taken? */

/* plain_face.c */
bool plain_face_init(struct plain *p, const struct of_screen *of_screen, struct error *e);

/* plain_line.c */
bool plain_line_init(struct plain *p, struct error *e);
void plain_resolved(struct plain *p);  /* a name is known: what waits is tried again */
bool plain_interrupt(struct plain *p); /* Ctrl-C; false: there was nothing to end */
void plain_error(struct plain *p, const struct error *e, const char *line, const char *after);

/* plain.c */
bool plain_suspend(struct plain *p, struct error *e);
bool plain_editor(struct plain *p, struct error *e);

#endif
