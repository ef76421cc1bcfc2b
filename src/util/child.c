/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "util/child.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdlib.h>
#include <sys/pidfd.h>
#include <sys/wait.h>
#include <unistd.h>

#define CHUNK 16384u

extern char **environ;

struct child {
	struct loop *loop;
	const char *name;
	pid_t pid; /* 0: it was waited for */
	int output, pidfd;
	struct buf *out;
	struct loop_timer due;
	child_ended *ended;
	void *ctx;
};

/* ---- starting ---- */

static int set_file(posix_spawn_file_actions_t *files, int fd, int as)
{
	if (fd >= 0)
		return posix_spawn_file_actions_adddup2(files, fd, as);
	return posix_spawn_file_actions_addopen(files, as, "/dev/null", O_RDWR, 0);
}

static int set_up(posix_spawnattr_t *attr, posix_spawn_file_actions_t *actions, const int files[3],
		  bool apart)
{
	sigset_t none, all;

	sigemptyset(&none);
	sigfillset(&all);
	posix_spawnattr_setsigmask(attr, &none);
	posix_spawnattr_setsigdefault(attr, &all);
	posix_spawnattr_setpgroup(attr, 0);
	posix_spawnattr_setflags(attr, (short)(POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF |
					       (apart ? POSIX_SPAWN_SETPGROUP : 0)));
	for (int i = 0; i < 3; i++)
		if (set_file(actions, files[i], i))
			return ENOMEM;
	return apart ? posix_spawn_file_actions_addchdir_np(actions, "/") : 0;
}

/* In the order of their making; each holds what is to be undone. */
int child_spawn(const char *const argv[], const char *const env[], const int files[3], pid_t *pid)
{
	posix_spawn_file_actions_t actions;
	posix_spawnattr_t attr;
	int error = posix_spawnattr_init(&attr);

	if (error)
		return error;
	error = posix_spawn_file_actions_init(&actions);
	if (!error) {
		error = set_up(&attr, &actions, files, env != NULL);
		if (!error) /* the words are not changed, whatever the prototype says */
			error = posix_spawn(pid, argv[0], &actions, &attr,
					    (char *const *)(uintptr_t)argv,
					    env ? (char *const *)(uintptr_t)env : environ);
		posix_spawn_file_actions_destroy(&actions);
	}
	posix_spawnattr_destroy(&attr);
	return error;
}

/* ---- gathering ---- */

static void stop_reading(struct child *c)
{
	if (c->output < 0)
		return;
	loop_unwatch(c->loop, c->output);
	close(c->output);
	c->output = -1;
}

/* Waits for it; who may still run is killed first, and so ends at once.  Its exit status, -1 if it
 * has none. */
static int reap(struct child *c, bool kill_it)
{
	int status = -1;

	if (!c->pid)
		return -1;
	if (kill_it)
		kill(c->pid, SIGKILL);
	while (waitpid(c->pid, &status, 0) < 0)
		if (errno != EINTR)
			break;
	c->pid = 0;
	return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

static void release(struct child *c)
{
	stop_reading(c);
	if (c->pidfd >= 0) {
		loop_unwatch(c->loop, c->pidfd);
		close(c->pidfd);
		c->pidfd = -1;
	}
	loop_timer_stop(c->loop, &c->due);
	reap(c, true);
}

void child_free(struct child *c)
{
	if (!c)
		return;
	release(c);
	free(c);
}

static void end(struct child *c, const struct error *why)
{
	release(c);
	c->ended(c->ctx, why);
}

static void on_due(void *ctx)
{
	struct child *c = ctx;
	struct error e;

	err_set(&e, ERR_STATE, "%s did not end in time", c->name);
	end(c, &e);
}

static void on_exit_status(void *ctx, short revents)
{
	struct child *c = ctx;
	int status = reap(c, false);
	struct error e;

	(void)revents;
	if (status < 0)
		err_set(&e, ERR_STATE, "%s was killed", c->name);
	else if (status)
		err_set(&e, ERR_STATE, "%s: exit status %d", c->name, status);
	end(c, status ? &e : NULL);
}

static void on_readable(void *ctx, short revents)
{
	struct child *c = ctx;
	char chunk[CHUNK];
	struct error e;
	ssize_t n = read(c->output, chunk, sizeof(chunk));

	(void)revents;
	if (n < 0 && (errno == EAGAIN || errno == EINTR))
		return;
	if (n > 0 && !buf_add(c->out, chunk, (size_t)n)) {
		err_set(&e, ERR_LIMIT, "%s: more output than can be looked at", c->name);
		end(c, &e);
		return;
	}
	if (n > 0)
		return;
	stop_reading(c);
	if (!loop_watch(c->loop, c->pidfd, POLLIN, on_exit_status, c, &e))
		end(c, &e);
}

static bool run(struct child *c, const char *const argv[], struct error *e)
{
	int files[3] = { -1, -1, -1 }, ends[2], error;

	if (pipe2(ends, O_CLOEXEC) < 0)
		return err_sys(e, errno, "cannot run %s", argv[0]);
	c->output = ends[0];
	files[1] = ends[1];
	error = child_spawn(argv, NULL, files, &c->pid);
	close(ends[1]);
	if (error)
		return err_sys(e, error, "cannot run %s", argv[0]);
	c->pidfd = pidfd_open(c->pid, 0);
	if (c->pidfd < 0 || fcntl(c->output, F_SETFL, O_NONBLOCK) < 0)
		return err_sys(e, errno, "cannot run %s", argv[0]);
	return loop_watch(c->loop, c->output, POLLIN, on_readable, c, e);
}

struct child *child_run(struct loop *l, const char *const argv[], uint64_t timeout, struct buf *out,
			child_ended *ended, void *ctx, struct error *e)
{
	struct child *c = calloc(1, sizeof(*c));

	if (!c) {
		err_set(e, ERR_LIMIT, "no memory to run %s", argv[0]);
		return NULL;
	}
	*c = (struct child){ .loop = l,
			     .name = argv[0],
			     .output = -1,
			     .pidfd = -1,
			     .out = out,
			     .due = { .fire = on_due, .ctx = c },
			     .ended = ended,
			     .ctx = ctx };
	if (!run(c, argv, e)) {
		child_free(c);
		return NULL;
	}
	loop_timer_at(l, &c->due, loop_now(l) + timeout);
	return c;
}
