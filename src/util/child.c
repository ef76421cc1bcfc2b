/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "util/child.h"

#include "util/clock.h"
#include "util/num.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <sys/pidfd.h>
#include <sys/wait.h>
#include <unistd.h>

#define CHUNK 16384u

extern char **environ;

/* In the order of their making; each holds what is to be undone. */
static int set_up(posix_spawnattr_t *attr, posix_spawn_file_actions_t *files, int out)
{
	sigset_t none, all;

	sigemptyset(&none);
	sigfillset(&all);
	posix_spawnattr_setsigmask(attr, &none);
	posix_spawnattr_setsigdefault(attr, &all);
	posix_spawnattr_setflags(attr, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
	if (posix_spawn_file_actions_addopen(files, 0, "/dev/null", O_RDONLY, 0) ||
	    posix_spawn_file_actions_adddup2(files, out, 1) ||
	    posix_spawn_file_actions_addopen(files, 2, "/dev/null", O_WRONLY, 0))
		return ENOMEM;
	return 0;
}

static int start(const char *const argv[], int out, pid_t *pid)
{
	posix_spawn_file_actions_t files;
	posix_spawnattr_t attr;
	int error = posix_spawnattr_init(&attr);

	if (error)
		return error;
	error = posix_spawn_file_actions_init(&files);
	if (!error) {
		error = set_up(&attr, &files, out);
		if (!error) /* the words are not changed, whatever the prototype says */
			error = posix_spawn(pid, argv[0], &files, &attr,
					    (char *const *)(uintptr_t)argv, environ);
		posix_spawn_file_actions_destroy(&files);
	}
	posix_spawnattr_destroy(&attr);
	return error;
}

/* Milliseconds until then, at least 0. */
static int left(uint64_t due)
{
	uint64_t now = clock_monotonic(&clock_system);

	return due > now ? (int)((due - now) / NS_PER_MS + 1) : 0;
}

static bool read_all(int fd, uint64_t due, struct buf *out)
{
	struct pollfd p = { .fd = fd, .events = POLLIN };
	char chunk[CHUNK];
	ssize_t n = 1;

	while (n > 0 && poll(&p, 1, left(due)) > 0) {
		n = read(fd, chunk, sizeof(chunk));
		if (n > 0 && !buf_add(out, chunk, (size_t)n))
			return false;
	}
	return n == 0;
}

/* Its exit status, -1 if it had to be killed. */
static int end(pid_t pid, bool whole, uint64_t due)
{
	int fd = pidfd_open(pid, 0), status;
	struct pollfd p = { .fd = fd, .events = POLLIN };

	if (!whole || fd < 0 || poll(&p, 1, left(due)) <= 0)
		kill(pid, SIGKILL);
	if (fd >= 0)
		close(fd);
	while (waitpid(pid, &status, 0) < 0)
		if (errno != EINTR)
			return -1;
	return whole && WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

bool child_output(const char *const argv[], uint64_t timeout, struct buf *out, struct error *e)
{
	uint64_t due = clock_monotonic(&clock_system) + timeout;
	int ends[2], error, status;
	bool whole;
	pid_t pid;

	if (pipe2(ends, O_CLOEXEC) < 0)
		return err_sys(e, errno, "cannot run %s", argv[0]);
	error = start(argv, ends[1], &pid);
	close(ends[1]);
	if (error) {
		close(ends[0]);
		return err_sys(e, error, "cannot run %s", argv[0]);
	}
	whole = read_all(ends[0], due, out);
	close(ends[0]);
	status = end(pid, whole, due);
	if (out->failed)
		return err_set(e, ERR_LIMIT, "%s: more output than can be looked at", argv[0]);
	if (status < 0)
		return err_set(e, ERR_STATE, "%s did not end in time", argv[0]);
	return status == 0 || err_set(e, ERR_STATE, "%s: exit status %d", argv[0], status);
}
