/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The script runner: command lines one after the other, each when the one before is done.
 *
 * It runs what a face was given (-c lines, -f files), what "source" reads and, at the prompt, what
 * "expect" and "wait" wait for.  It never blocks the loop: a name that is looked up, "wait",
 * "expect", a pipe that has no line yet and a full socket are waited for between two turns, and a
 * long script gives way to everything else after a few milliseconds.  Nothing runs inside a call of
 * these functions; all of it happens in turns of the loop.
 *
 * The first error ends all that is queued.  Errors of files name FILE:LINE:COLUMN.
 *
 * A face owns one runner and puts it into its struct face, for the commands; it calls
 * script_poke() from the session's watcher (changed, resolved).
 */
#ifndef COMMAND_SCRIPT_H
#define COMMAND_SCRIPT_H

#include "command/command.h"
#include "command/expectation.h"

#define SCRIPT_TIMEOUT NS_PER_S /* how long "expect" waits unless told */

struct script;

enum script_status {
	SCRIPT_DONE,
	SCRIPT_ERROR,      /* a command failed: exit status 1 */
	SCRIPT_SILENT,     /* an answer was demanded and none came: 2 */
	SCRIPT_UNEXPECTED, /* an expectation failed, or faults were found: 4 */
	SCRIPT_REFUSED,    /* what was expected cannot come: its sender was unreachable: 3 */
};

struct script_events {
	void *ctx;
	/* All that was queued is done or, with a reason in e, dropped.  More may be added and
	 * started from here, but the script may not be freed. */
	void (*ended)(void *ctx, enum script_status status, const struct error *e);
};

struct script *script_new(struct session *s, struct face *face, const struct command_set *set,
			  const struct script_events *events, struct error *e);
void script_free(struct script *sc); /* ends it without a word */

/* Queues one command line (-c), as it stands. */
bool script_add_line(struct script *sc, const char *line, struct error *e);
/* Queues the line that another option of the command line stands for. */
bool script_add_option(struct script *sc, const char *option, const char *line, struct error *e);
/* Queues a file (-f), which is opened now; "-" is stdin, whose lines run as they arrive. */
bool script_add_file(struct script *sc, const char *path, struct error *e);
/* How long "expect" waits where it does not say (-w). */
void script_set_timeout(struct script *sc, uint64_t ns);
/* Begins with what is queued.  What is received from now on can be expected. */
void script_start(struct script *sc);
/* Something that it may wait for has happened. */
void script_poke(struct script *sc);
bool script_is_idle(const struct script *sc);    /* not started, or ended */
bool script_is_running(const struct script *sc); /* called from inside a line of it */
/* Drops all that is queued and under way; "ended" is not called. */
void script_stop(struct script *sc);
/* The same, because the program is told to end.  false: e names the line that was not done.  What
 * has no end of its own (a pipe's next line, an endless activity) and a wait in the last line are
 * done when somebody ends them. */
bool script_interrupt(struct script *sc, struct error *e);

/*
 * For the commands.  From a line of the script itself the next line waits; typed while the runner
 * is idle it starts by itself and says by a message how it went; typed while it is busy it is
 * ERR_STATE.
 */
bool script_wait(struct script *sc, uint64_t ns, struct error *e);
/* Takes x on success. */
bool script_expect(struct script *sc, struct expectation *x, struct error *e);
/* Until an activity is over; then its report is shown. */
bool script_activity(struct script *sc, uint32_t number, struct error *e);
bool script_source(struct script *sc, const char *path, struct error *e);

#endif
