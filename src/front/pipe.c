/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The life of a session without a screen: start, signals, end.  See pipe.h. */
#include "front/pipe_private.h"
#include "session/job.h"
#include "util/num.h"
#include "util/signals.h"
#include "util/text.h"

#include <errno.h>
#include <inttypes.h>
#include <poll.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/signalfd.h>
#include <sys/stat.h>
#include <unistd.h>

/* How long a reader that stands still may hold up the end once it was ordered by a signal, then how
 * long what is told last; together a second. */
#define GRACE (900 * NS_PER_MS)
#define LAST_WORDS (100 * NS_PER_MS)

/* ---- stderr ---- */

void pipe_say(struct pipe *p, const char *fmt, ...)
{
	char text[700];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	buf_str(output_buffer(p->err), "udpdeck: ");
	text_show(output_buffer(p->err), text);
	buf_char(output_buffer(p->err), '\n');
	output_flush(p->err);
}

/* ---- sockets ---- */

void pipe_tell_open(struct pipe *p, const struct packet *packet)
{
	struct buf line;
	struct error e;

	buf_init(&line, 128);
	addr_format(&line, &packet->local);
	if (p->config.verbose)
		pipe_say(p, "[%" PRIu32 "] open %s", packet->socket, buf_cstr(&line));
	buf_char(&line, '\n');
	if (p->config.ready_fd >= 0 &&
	    write(p->config.ready_fd, buf_cstr(&line), line.len) != (ssize_t)line.len) {
		err_sys(&e, errno, "--ready-fd %d", p->config.ready_fd);
		pipe_fail(p, ENDING_ERROR, &e);
	}
	buf_done(&line);
}

void pipe_end_ready(struct pipe *p)
{
	if (p->config.ready_fd > STDERR_FILENO)
		close(p->config.ready_fd);
	p->config.ready_fd = -1;
}

/* ---- the end ---- */

static bool is_printed(const struct pipe *p)
{
	return p->ended_output || (p->printed && output_is_idle(p->out));
}

/* Once it is over only what is still to be printed holds it up. */
static void leave_if_done(struct pipe *p)
{
	if (p->over && is_printed(p) && output_is_idle(p->err))
		loop_stop(p->loop);
}

void pipe_stop(struct pipe *p)
{
	if (p->over)
		return;
	p->over = true;
	script_stop(p->script);
	job_stop_all(p->session);
	pipe_watch_input(p);
	loop_timer_stop(p->loop, &p->check);
	/* What the kernel still holds came before the end. */
	receiver_stop(p->session->receiver);
	session_follow(p->session);
	pipe_print(p);
	leave_if_done(p);
}

void pipe_fail(struct pipe *p, enum ending_status status, const struct error *e)
{
	if (p->failure == ENDING_DONE) {
		p->failure = status;
		p->why = *e;
		if (p->config.format == WRITER_JSON)
			pipe_json_error(p, e->text);
	}
	pipe_stop(p);
}

static void on_give_up(void *ctx)
{
	struct pipe *p = ctx;

	p->gave_up = !is_printed(p);
	loop_stop(p->loop);
}

static void end_by_signal(struct pipe *p)
{
	struct error e = { .at = -1 };

	if (!p->give_up.due)
		loop_timer_at(p->loop, &p->give_up, clock_monotonic(p->clock) + GRACE);
	if (p->over || script_interrupt(p->script, &e))
		pipe_stop(p);
	else
		pipe_fail(p, ENDING_ERROR, &e);
}

/* Input is over when nothing of it waits and nothing that it started goes on. */
static bool is_input_over(const struct pipe *p)
{
	for (size_t i = 0; i < p->session->socket_count; i++)
		if (p->session->sockets[i]->waiting)
			return false;
	return p->input_over && !p->session->jobs;
}

void pipe_check(struct pipe *p)
{
	uint64_t now = clock_monotonic(p->clock), next;

	if (p->over) {
		leave_if_done(p);
		return;
	}
	/* What ends the input, or a wait for answers, does not end the commands before it: those of
	 * the rc file, which run before the rest is there, nor those of the script. */
	if (!p->running || !script_is_idle(p->script))
		return;
	if (!p->session->socket_count && (!p->input_over || p->config.ending.listens)) {
		struct error e;

		err_set(&e, ERR_USAGE,
			"there is no socket: HOST PORT, -l PORT, or a command that "
			"opens one");
		pipe_fail(p, ENDING_ERROR, &e);
		return;
	}
	if (is_input_over(p))
		ending_input_over(&p->ending, now);
	if (ending_is_due(&p->ending, now, &next))
		pipe_stop(p);
	else if (next == UINT64_MAX)
		loop_timer_stop(p->loop, &p->check);
	else if (p->check.due != next)
		loop_timer_at(p->loop, &p->check, next);
}

static void on_check(void *ctx)
{
	pipe_check(ctx);
}

/* ---- signals and descriptors ---- */

static void on_signal(void *ctx, short revents)
{
	struct pipe *p = ctx;
	struct signalfd_siginfo info;

	(void)revents;
	while (read(p->signals, &info, sizeof(info)) == (ssize_t)sizeof(info))
		end_by_signal(p);
	/* While a name is looked up at start-up nothing else runs. */
	if (!p->running)
		loop_stop(p->loop);
}

static bool watch_signals(struct pipe *p, struct error *e)
{
	static const int signals[] = { SIGTERM, SIGHUP, SIGINT, SIGQUIT, 0 };

	p->signals = signals_open(signals, e);
	return p->signals >= 0 && loop_watch(p->loop, p->signals, POLLIN, on_signal, p, e);
}

/* Nobody reads any more: that is the end, and no fault. */
static void end_output(struct pipe *p)
{
	p->ended_output = true;
	pipe_stop(p);
}

static void on_written(void *ctx, short revents)
{
	struct pipe *p = ctx;
	int errnum;

	(void)revents;
	output_turn(p->out);
	errnum = output_error(p->out);
	if (errnum && !p->ended_output) {
		struct error e;

		if (errnum != EPIPE) {
			err_sys(&e, errnum, "stdout");
			pipe_fail(p, ENDING_ERROR, &e);
		}
		end_output(p);
	}
	if (p->running || p->over)
		pipe_print(p);
	script_poke(p->face.script);
	pipe_check(p);
}

static void on_told(void *ctx, short revents)
{
	struct pipe *p = ctx;

	(void)revents;
	output_turn(p->err);
	script_poke(p->face.script);
	leave_if_done(p);
}

static void on_reader_gone(void *ctx, short revents)
{
	struct pipe *p = ctx;

	(void)revents;
	loop_unwatch(p->loop, STDOUT_FILENO);
	end_output(p);
}

/* A pipe tells by POLLERR that its reader is gone, before anything is written, a socket by
 * POLLHUP. */
static bool watch_reader(struct pipe *p, struct error *e)
{
	struct stat st;

	if (fstat(STDOUT_FILENO, &st) < 0 || (!S_ISFIFO(st.st_mode) && !S_ISSOCK(st.st_mode)))
		return true;
	return loop_watch(p->loop, STDOUT_FILENO, 0, on_reader_gone, p, e);
}

/* ---- the session's news ---- */

static void on_changed(void *ctx)
{
	struct pipe *p = ctx;

	script_poke(p->face.script);
	if (!p->running)
		return;
	pipe_print(p);
	pipe_send(p);
	pipe_check(p);
}

static void on_resolved(void *ctx)
{
	struct pipe *p = ctx;

	script_poke(p->face.script);
}

static void on_packet(void *ctx, const struct packet *packet)
{
	pipe_note(ctx, packet);
}

/* The rest of the news are packets. */
static void on_notice(void *ctx, enum session_notice what, const struct packet *packet,
		      const struct peer *peer)
{
	struct pipe *p = ctx;

	(void)peer;
	if ((what == SESSION_SILENT && p->config.verbose) ||
	    (what == SESSION_READ && !packet->result &&
	     (p->config.verbose || (packet->lost && !p->failure && !p->ended_output))))
		pipe_say(p, "%.*s", (int)packet->stored, (const char *)packet->data);
}

static bool is_behind(void *ctx)
{
	const struct pipe *p = ctx;

	return p->running && !p->printed && !p->ended_output;
}

/* ---- life ---- */

struct pipe *pipe_new(struct session *s, const struct clock *clock, struct loop *loop,
		      const struct pipe_config *config, struct error *e)
{
	struct pipe *p = calloc(1, sizeof(*p));

	if (!p) {
		err_set(e, ERR_LIMIT, "no memory");
		return NULL;
	}
	p->session = s;
	p->clock = clock;
	p->loop = loop;
	p->config = *config;
	p->signals = -1;
	p->check = (struct loop_timer){ .fire = on_check, .ctx = p };
	p->give_up = (struct loop_timer){ .fire = on_give_up, .ctx = p };
	pipe_print_init(p);
	input_init(&p->input, &config->input);
	pipe_input_init(p);
	if (pipe_face_init(p, e))
		p->out = output_new(STDOUT_FILENO, e);
	p->err = p->out ? output_new(STDERR_FILENO, e) : NULL;
	if (!p->err || !watch_signals(p, e) ||
	    !loop_watch(loop, output_fd(p->out), POLLIN, on_written, p, e) ||
	    !loop_watch(loop, output_fd(p->err), POLLIN, on_told, p, e) || !watch_reader(p, e)) {
		pipe_free(p);
		return NULL;
	}
	s->watcher = (struct session_watcher){
		.ctx = p,
		.notice = on_notice,
		.packet = on_packet,
		.changed = on_changed,
		.is_behind = is_behind,
		.resolved = on_resolved,
	};
	return p;
}

void pipe_free(struct pipe *p)
{
	if (!p)
		return;
	p->session->watcher = (struct session_watcher){ 0 };
	script_free(p->script);
	pipe_print_done(p);
	pipe_input_done(p);
	loop_timer_stop(p->loop, &p->check);
	loop_timer_stop(p->loop, &p->give_up);
	loop_unwatch(p->loop, STDOUT_FILENO);
	if (p->out)
		loop_unwatch(p->loop, output_fd(p->out));
	if (p->err)
		loop_unwatch(p->loop, output_fd(p->err));
	if (p->signals >= 0) {
		loop_unwatch(p->loop, p->signals);
		close(p->signals);
	}
	output_free(p->out);
	output_free(p->err);
	input_done(&p->input);
	buf_done(&p->kept);
	free(p);
}

/* ---- how it went ---- */

/* The time that a signal leaves was over: who was waited for? */
static void format_unfinished(const struct pipe *p, struct buf *why)
{
	buf_str(why, "the output is not complete: ");
	if (output_waiting(p->out))
		buf_printf(why, "nobody reads stdout, %zu bytes wait", output_waiting(p->out));
	else
		buf_printf(why, "%" PRIu64 " packets were not %s yet",
			   p->session->follow.next - p->print.next,
			   p->printed_only.what ? "looked at by the filter" : "written");
}

static enum ending_status judge(struct pipe *p, struct buf *why)
{
	int errnum = output_error(p->out);

	if (p->failure) {
		buf_str(why, p->why.text);
		return p->failure;
	}
	/* the last that was printed may have failed when nothing was waited for any more */
	if (errnum && errnum != EPIPE) {
		err_sys(&p->why, errnum, "stdout");
		buf_str(why, p->why.text);
		return ENDING_ERROR;
	}
	if (p->missed && !p->ended_output) {
		buf_printf(why,
			   "the output is not complete: %s too slow for %" PRIu64
			   " datagrams; --memory keeps more",
			   p->missed_by_reader    ? "its reader was"
			   : p->printed_only.what ? "the filter was"
						  : "writing them was",
			   p->missed);
		return ENDING_ERROR;
	}
	if (p->gave_up) {
		format_unfinished(p, why);
		return ENDING_ERROR;
	}
	if (p->printed_only.unknown) {
		buf_printf(why,
			   "the output is not complete: the filter was too costly for %" PRIu64
			   " packet%s",
			   p->printed_only.unknown, p->printed_only.unknown == 1 ? "" : "s");
		return ENDING_ERROR;
	}
	if (p->session->job_failure.code) {
		buf_str(why, p->session->job_failure.text);
		return p->session->job_failure.code == ERR_UNMET ? ENDING_UNEXPECTED : ENDING_ERROR;
	}
	return ending_status(&p->ending, clock_monotonic(p->clock), why);
}

static void tell_unprinted(struct pipe *p)
{
	if (p->unprinted)
		pipe_say(p, "%" PRIu64 " datagram%s from other hosts came and %s not printed",
			 p->unprinted, p->unprinted == 1 ? "" : "s",
			 p->unprinted == 1 ? "was" : "were");
}

/* What is told last waits for stderr, but not for ever. */
static void tell_end(struct pipe *p, enum ending_status status, const struct buf *why)
{
	uint64_t end = clock_monotonic(p->clock) + (p->gave_up ? LAST_WORDS : GRACE);
	uint64_t now;

	tell_unprinted(p);
	if (status == ENDING_REFUSED)
		loop_timer_stop(p->loop, &p->tell);
	else
		pipe_tell_complaints(p);
	if (status != ENDING_DONE)
		pipe_say(p, "%s", buf_cstr(why));
	while (!output_is_idle(p->err) && (now = clock_monotonic(p->clock)) < end)
		if (!loop_turn(p->loop, end - now, NULL))
			break;
}

enum ending_status pipe_run(struct pipe *p)
{
	enum ending_status status;
	struct error e;
	struct buf why;

	p->ending.config = p->config.ending;
	p->ending.config.start = clock_monotonic(p->clock);
	p->running = true;
	writer_head(p->config.format, output_buffer(p->out));
	/* where nothing is printed of them they are nobody's business until a group is joined */
	if (p->config.ending.listens && p->config.format != WRITER_RAW)
		session_watch_interfaces(p->session);
	pipe_find_target(p);
	on_changed(p);
	if (!loop_run(p->loop, &e))
		pipe_fail(p, ENDING_ERROR, &e);
	buf_init(&why, 1024);
	status = judge(p, &why);
	tell_end(p, status, &why);
	buf_done(&why);
	return status;
}
