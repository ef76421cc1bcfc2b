/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The session without a screen: stdin becomes datagrams, what comes back is printed,
 * and the exit status says how it went.
 *
 * Nothing here blocks the loop: stdout and stderr have threads of their own, and input
 * is read only as fast as it can be sent.
 */
#ifndef FRONT_PIPE_H
#define FRONT_PIPE_H

#include "command/command.h"
#include "front/ending.h"
#include "front/input.h"
#include "session/writer.h"

struct pipe_config {
	struct input_config input;
	struct ending_config ending; /* one_target and start are filled in by pipe_run() */
	enum writer_format format;
	bool format_given; /* by a person, not because of what stdout is */
	int ready_fd; /* told each socket that is opened, closed after the commands; -1: none */
	uint64_t interval; /* ns between two datagrams of the input, 0: none */
	bool reads_stdin;  /* after the commands, if there are any */
	bool verbose;
	const struct of_screen *of_screen; /* may be NULL */
	bool only_target; /* what other hosts than the target's send is counted, not printed */
};

struct pipe;

struct pipe *pipe_new(struct session *s, const struct clock *clock, struct loop *loop,
		      const struct pipe_config *config, struct error *e);
void pipe_free(struct pipe *p);

/* The face and the commands with which the session is started, before pipe_run(). */
struct face *pipe_face(struct pipe *p);
const struct command_set *pipe_commands(const struct pipe *p);

/* Runs the commands queued in the face's script, then the input, to the end.  Returns the exit
 * status; why it is not 0 was written to stderr. */
enum ending_status pipe_run(struct pipe *p);

#endif
