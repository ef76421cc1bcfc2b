/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The life of line mode: terminal, signals, end.  See plain.h. */
#include "front/plain_private.h"
#include "line/restore.h"
#include "util/signals.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/signalfd.h>
#include <unistd.h>

#define PATIENCE_MS 300

/* ---- the terminal ---- */

/* Keys come as they are typed; what we print still gets its "\r" before each line end. */
static bool take_terminal(struct plain *p, struct error *e)
{
	if (!isatty(STDIN_FILENO) || !isatty(STDOUT_FILENO))
		return err_set(e, ERR_STATE,
			       "--plain is a prompt: standard input and output are not both a "
			       "terminal");
	if (tcgetattr(STDIN_FILENO, &p->shell) != 0)
		return err_sys(e, errno, "read the terminal's settings");
	if (!restore_init(&p->shell, "", 0, e))
		return false;
	p->raw = p->shell;
	p->raw.c_iflag &= ~(tcflag_t)(IXON | ICRNL | INLCR | IGNCR | ISTRIP);
	p->raw.c_oflag |= OPOST | ONLCR;
	p->raw.c_lflag &= ~(tcflag_t)(ICANON | ECHO | ISIG | IEXTEN);
	p->raw.c_cc[VMIN] = 1;
	p->raw.c_cc[VTIME] = 0;
	restore_arm(true);
	tcsetattr(STDIN_FILENO, TCSADRAIN, &p->raw);
	return true;
}

/* The terminal is the shell's for a while. */
static bool leave(struct plain *p, struct error *e)
{
	if (!p->running)
		return err_set(e, ERR_STATE, "there is no terminal yet");
	buf_char(plain_above(p), '\n');
	if (!plain_drain(p) || !restore_write(PATIENCE_MS))
		return err_set(e, ERR_STATE, "the terminal is stalled: it cannot be left now");
	restore_arm(false);
	return true;
}

static void come_back(struct plain *p)
{
	tcsetattr(STDIN_FILENO, TCSADRAIN, &p->raw);
	restore_arm(true);
	plain_touch(p);
}

bool plain_suspend(struct plain *p, struct error *e)
{
	if (!leave(p, e))
		return false;
	session_stopped(p->session, restore_stop());
	come_back(p);
	return true;
}

bool plain_editor(struct plain *p, struct error *e)
{
	bool ok;

	if (!leave(p, e))
		return false;
	ok = line_edit(p->line, e);
	come_back(p);
	return ok;
}

/* ---- signals and descriptors ---- */

static void suspend_or_say(struct plain *p)
{
	struct error e = { .at = -1 };

	if (!plain_suspend(p, &e))
		plain_error(p, &e, NULL, "");
}

static void on_signal(void *ctx, short revents)
{
	struct plain *p = ctx;
	struct signalfd_siginfo info;

	(void)revents;
	while (read(p->signals, &info, sizeof(info)) == (ssize_t)sizeof(info)) {
		if (info.ssi_signo == SIGWINCH)
			plain_touch(p);
		else if (info.ssi_signo == SIGTSTP)
			suspend_or_say(p);
		else
			loop_stop(p->loop);
	}
}

static bool watch_signals(struct plain *p, struct error *e)
{
	static const int list[] = { SIGTERM, SIGHUP, SIGINT, SIGQUIT, SIGWINCH, SIGTSTP, 0 };

	p->signals = signals_open(list, e);
	return p->signals >= 0 && loop_watch(p->loop, p->signals, POLLIN, on_signal, p, e);
}

static void on_input(void *ctx, short revents)
{
	struct plain *p = ctx;
	char bytes[4096];
	ssize_t n;

	(void)revents;
	n = read(STDIN_FILENO, bytes, sizeof(bytes));
	if (n > 0)
		line_feed(p->line, bytes, (size_t)n);
	else if (n == 0 || (errno != EINTR && errno != EAGAIN))
		loop_stop(p->loop); /* the terminal is gone */
}

static void on_written(void *ctx, short revents)
{
	struct plain *p = ctx;

	(void)revents;
	output_turn(p->out);
	if (output_error(p->out))
		loop_stop(p->loop);
	else
		plain_print(p);
}

/* ---- life ---- */

struct plain *plain_new(struct session *s, const struct clock *clock, struct loop *loop,
			const struct of_screen *of_screen, bool verbose, struct error *e)
{
	struct plain *p = calloc(1, sizeof(*p));

	if (!p) {
		err_set(e, ERR_LIMIT, "no memory for the prompt");
		return NULL;
	}
	p->session = s;
	p->clock = clock;
	p->loop = loop;
	p->verbose = verbose;
	p->signals = -1;
	p->acts = 1;
	plain_print_init(p);
	p->out = output_new(STDOUT_FILENO, e);
	if (!p->out || !plain_line_init(p, e) || !plain_face_init(p, of_screen, e) ||
	    !watch_signals(p, e) ||
	    !loop_watch(loop, output_fd(p->out), POLLIN, on_written, p, e)) {
		plain_free(p);
		return NULL;
	}
	return p;
}

void plain_free(struct plain *p)
{
	if (!p)
		return;
	p->session->watcher = (struct session_watcher){ 0 };
	script_free(p->script);
	loop_timer_stop(p->loop, &p->draw);
	loop_timer_stop(p->loop, &p->more);
	store_cursor_rest(&p->print);
	printed_done(&p->printed_only);
	buf_done(&p->kept);
	if (p->out)
		loop_unwatch(p->loop, output_fd(p->out));
	if (p->signals >= 0) {
		loop_unwatch(p->loop, p->signals);
		close(p->signals);
	}
	output_free(p->out);
	line_free(p->line);
	prompt_done(&p->prompt);
	free(p);
}

struct face *plain_face(struct plain *p)
{
	return &p->face;
}

const struct command_set *plain_commands(const struct plain *p)
{
	return &p->set;
}

void plain_hint(struct plain *p, const char *text)
{
	if (text[0])
		plain_say(p, MESSAGE_INFO, "%s", text);
}

bool plain_run(struct plain *p, struct error *e)
{
	bool ok;

	if (!take_terminal(p, e))
		return false;
	p->running = true;
	session_watch_interfaces(p->session);
	line_history_home(p->line);
	plain_print(p);
	ok = loop_watch(p->loop, STDIN_FILENO, POLLIN, on_input, p, e) && loop_run(p->loop, e);
	loop_unwatch(p->loop, STDIN_FILENO);
	p->running = false;
	if (p->prompt.shown)
		buf_char(output_buffer(p->out), '\n');
	if (!plain_drain(p) || !restore_write(PATIENCE_MS))
		restore_force();
	restore_done();
	return ok;
}
