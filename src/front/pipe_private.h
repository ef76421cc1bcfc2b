/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the files of the pipe face share: pipe.c (life), pipe_face.c, pipe_input.c, pipe_print.c. */
#ifndef FRONT_PIPE_PRIVATE_H
#define FRONT_PIPE_PRIVATE_H

#include "command/script.h"
#include "front/printed.h"
#include "util/output.h"
#include "front/pipe.h"

struct pipe {
	struct session *session;
	const struct clock *clock;
	struct loop *loop;
	struct pipe_config config;
	struct face face;
	struct command_set set;
	struct buf kept; /* what was said of the screen */
	struct command_typing typing;
	struct script *script; /* goes before the input */
	int signals;
	bool running; /* started; before, only errors of the start matter */

	/* stdin to datagrams */
	struct input input;
	struct loop_timer pace;
	uint64_t paced; /* when the next datagram is due */
	bool watching;  /* stdin */
	bool input_over;

	/* packets to stdout */
	struct output *out, *err;
	struct store_cursor print;
	struct loop_timer more;
	struct printed printed_only; /* "filter" */
	uint64_t print_end;          /* seq of the first packet that is too much (-W) */
	bool printed;                /* the cursor is at the end */
	bool used;                   /* something was printed */
	bool muted;                  /* stdout is taken by a file: nothing is printed */
	uint64_t missed;             /* datagrams that the cursor was too slow for */
	bool waits_for_reader;       /* what held printing up last was stdout, not the work ... */
	bool missed_by_reader;       /* ... and was it when datagrams were missed last? */
	struct addr target;    /* only_target: whose datagrams are printed; family 0: everybody's */
	uint64_t unprinted;    /* datagrams of others */
	struct buf complained; /* the newest complaint for stderr */
	struct buf subject;    /* what it is about */
	struct loop_timer tell; /* when it is told */
	struct packet gap;      /* the sum of losses that stderr was not told of yet */
	struct loop_timer tell_gap;
	uint64_t gap_told; /* when the last one was */

	/* the end */
	struct ending ending;
	struct loop_timer check, give_up;
	bool over;         /* nothing more is sent or waited for */
	bool ended_output; /* nobody reads stdout any more, or it failed */
	bool gave_up;      /* stdout stood still too long after a signal */
	enum ending_status failure;
	struct error why;
};

/* pipe.c */
void pipe_say(struct pipe *p, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
void pipe_stop(struct pipe *p); /* ends it; what came so far is still printed */
void pipe_fail(struct pipe *p, enum ending_status status, const struct error *e);
void pipe_check(struct pipe *p);                                  /* is it time to end? */
void pipe_tell_open(struct pipe *p, const struct packet *packet); /* a socket was opened */
void pipe_end_ready(struct pipe *p); /* all sockets that somebody waits for are open */

/* pipe_face.c */
bool pipe_face_init(struct pipe *p, struct error *e);

/* pipe_input.c */
void pipe_input_init(struct pipe *p);
void pipe_input_done(struct pipe *p);
void pipe_watch_input(struct pipe *p); /* watches stdin exactly while it is to be read */
void pipe_send(struct pipe *p);        /* as much of the input as can be sent now */

/* pipe_print.c */
void pipe_print_init(struct pipe *p);
void pipe_print_done(struct pipe *p);
void pipe_find_target(struct pipe *p);
void pipe_note(struct pipe *p, const struct packet *packet); /* counts it for the end */
void pipe_print(struct pipe *p);                             /* as much as stdout takes */
void pipe_json_error(struct pipe *p, const char *text);      /* {"event":"error",...} */
void pipe_tell_complaints(struct pipe *p);                   /* what was not told yet */

#endif
