/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The line in $VISUAL or $EDITOR: through a file that only we can read. */
#include "line/edit.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

/* The variables may hold options and quotes, as other programs allow; the file's name is no text
 * to them. */
static char script[] = "eval \"${VISUAL:-${EDITOR:-vi}} \\\"\\$1\\\"\"";

static bool write_text(int fd, const char *text, size_t len, struct error *e)
{
	while (len > 0) {
		ssize_t n = write(fd, text, len);

		if (n < 0)
			return err_sys(e, errno, "write the line to a file");
		text += n;
		len -= (size_t)n;
	}
	return true;
}

/* Editors end a file with a newline; one is taken off. */
static bool read_text(const char *path, struct buf *out, struct error *e)
{
	int fd = open(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
	char piece[4096];
	struct stat st;
	ssize_t n = 0;

	if (fd < 0)
		return err_sys(e, errno, "read the line back");
	if (fstat(fd, &st) != 0 || !S_ISREG(st.st_mode)) {
		close(fd);
		return err_set(e, ERR_STATE, "the editor left no plain file");
	}
	while ((n = read(fd, piece, sizeof(piece))) > 0 && buf_add(out, piece, (size_t)n))
		;
	if (n < 0)
		err_sys(e, errno, "read the line back");
	else if (out->failed)
		err_set(e, ERR_LIMIT, "the edited line is longer than %zu bytes", out->max);
	close(fd);
	if (n < 0 || out->failed)
		return false;
	if (out->len && out->data[out->len - 1] == '\n')
		buf_cut(out, out->len - 1);
	return true;
}

/* Ctrl-C and Ctrl-Z were meant for the editor; ignoring a pending signal discards it (POSIX). */
static void discard(int sig)
{
	struct sigaction ignore = { .sa_handler = SIG_IGN }, old;

	if (sigaction(sig, &ignore, &old) == 0)
		sigaction(sig, &old, NULL);
}

/* An editor that is stopped stops us too, so that the shell has the terminal. */
static bool wait_for(pid_t pid, struct error *e)
{
	int status = 0;

	while (waitpid(pid, &status, WUNTRACED) < 0 || WIFSTOPPED(status)) {
		if (WIFSTOPPED(status))
			raise(SIGSTOP);
		else if (errno != EINTR)
			return err_sys(e, errno, "wait for the editor");
		status = 0;
	}
	discard(SIGINT);
	discard(SIGQUIT);
	discard(SIGTSTP);
	if (WIFSIGNALED(status))
		return err_set(e, ERR_STATE, "the editor was ended by signal %d (line kept)",
			       WTERMSIG(status));
	if (WEXITSTATUS(status) != 0)
		return err_set(e, ERR_STATE, "the editor ended with status %d (line kept)",
			       WEXITSTATUS(status));
	return true;
}

/* With no signal blocked or ignored, whatever we do with ours. */
static bool run_editor(char *path, struct error *e)
{
	static char shell[] = "sh", option[] = "-c";
	char *const argv[] = { shell, option, script, shell, path, NULL };
	posix_spawnattr_t attr;
	sigset_t set;
	pid_t pid;
	int error;

	error = posix_spawnattr_init(&attr);
	if (error)
		return err_sys(e, error, "start an editor");
	sigemptyset(&set);
	posix_spawnattr_setsigmask(&attr, &set);
	sigfillset(&set);
	posix_spawnattr_setsigdefault(&attr, &set);
	posix_spawnattr_setflags(&attr, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
	error = posix_spawn(&pid, "/bin/sh", NULL, &attr, argv, environ);
	posix_spawnattr_destroy(&attr);
	return error ? err_sys(e, error, "start an editor") : wait_for(pid, e);
}

bool edit_text(const char *text, size_t len, struct buf *out, struct error *e)
{
	const char *dir = getenv("TMPDIR");
	struct buf path;
	bool ok;
	int fd;

	buf_init(&path, 4096);
	if (!buf_printf(&path, "%s/udpdeck-XXXXXX", dir && dir[0] == '/' ? dir : "/tmp"))
		return err_set(e, ERR_LIMIT, "TMPDIR is too long");
	fd = mkostemp(path.data, O_CLOEXEC); /* 0600 */
	if (fd < 0) {
		err_sys(e, errno, "make %s", path.data);
		buf_done(&path);
		return false;
	}
	ok = write_text(fd, text, len, e);
	close(fd);
	ok = ok && run_editor(path.data, e) && read_text(path.data, out, e);
	unlink(path.data);
	buf_done(&path);
	return ok;
}
