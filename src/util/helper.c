/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "util/helper.h"

#include "util/child.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#define NOBODY 65534
#define FILE_MAX "1048576" /* bytes */

bool helper_find(const char *name, struct buf *path)
{
	const char *at = getenv("PATH");

	for (; at && *at; at += *at == ':') {
		size_t n = strcspn(at, ":");

		buf_reset(path);
		buf_add(path, at, n);
		buf_printf(path, "/%s", name);
		/* A relative one would depend on where udpdeck was started. */
		if (*at == '/' && !path->failed && access(buf_cstr(path), X_OK) == 0)
			return true;
		at += n;
	}
	buf_reset(path);
	return false;
}

/* ---- its words ---- */

struct words {
	const char *list[HELPER_WORDS + 12];
	size_t count;
	struct buf prlimit, setpriv, memory; /* some of them */
};

/* In a user namespace there may be no such id. */
static bool can_be_nobody(void)
{
	uint64_t first, count = 0;
	FILE *f;

	if (geteuid() != 0)
		return false;
	f = fopen("/proc/self/uid_map", "re");
	if (!f)
		return false;
	if (fscanf(f, "%" SCNu64 " %*u %" SCNu64, &first, &count) != 2 || first != 0)
		count = 0;
	fclose(f);
	return count > NOBODY;
}

static void add_word(struct words *w, const char *word)
{
	if (w->count < HELPER_WORDS + 11)
		w->list[w->count++] = word;
}

/* The helper lowers its limits itself: for another user's process that takes a capability, which
 * root in a container may lack. */
static void make_words(struct words *w, const char *const argv[])
{
	if (helper_find("prlimit", &w->prlimit)) {
		add_word(w, buf_cstr(&w->prlimit));
		add_word(w, "--core=0");
		add_word(w, "--fsize=" FILE_MAX);
		add_word(w, buf_cstr(&w->memory));
	}
	if (helper_find("setpriv", &w->setpriv)) {
		add_word(w, buf_cstr(&w->setpriv));
		add_word(w, "--no-new-privs");
		add_word(w, "--pdeathsig=KILL");
		if (can_be_nobody()) {
			add_word(w, "--reuid=65534");
			add_word(w, "--regid=65534");
			add_word(w, "--clear-groups");
		}
		add_word(w, "--");
	}
	while (*argv)
		add_word(w, *argv++);
}

/* ---- starting ---- */

/* pipes[0] is written to, the others are read. */
static int make_pipes(int pipes[3][2])
{
	for (int i = 0; i < 3; i++) {
		int ours;

		if (pipe2(pipes[i], O_CLOEXEC) < 0)
			return errno;
		ours = pipes[i][i == 0];
		if (fcntl(ours, F_SETFL, fcntl(ours, F_GETFL) | O_NONBLOCK) < 0)
			return errno;
	}
	return 0;
}

static void close_all(int pipes[3][2])
{
	for (int i = 0; i < 3; i++)
		for (int k = 0; k < 2; k++)
			if (pipes[i][k] >= 0)
				close(pipes[i][k]);
}

bool helper_start(struct helper *h, const char *const argv[], const char *const env[],
		  uint64_t memory, struct error *e)
{
	int pipes[3][2] = { { -1, -1 }, { -1, -1 }, { -1, -1 } };
	struct words w = { .count = 0 };
	pid_t pid = 0;
	int error;

	buf_init(&w.prlimit, 4096);
	buf_init(&w.setpriv, 4096);
	buf_init(&w.memory, 64);
	buf_printf(&w.memory, "--as=%" PRIu64, memory);
	make_words(&w, argv);
	error = make_pipes(pipes);
	if (!error) {
		const int files[3] = { pipes[0][0], pipes[1][1], pipes[2][1] };

		error = child_spawn(w.list, env, files, &pid);
	}
	buf_done(&w.prlimit);
	buf_done(&w.setpriv);
	buf_done(&w.memory);
	if (error) {
		close_all(pipes);
		return err_sys(e, error, "cannot run %s", argv[0]);
	}
	close(pipes[0][0]);
	close(pipes[1][1]);
	close(pipes[2][1]);
	*h = (struct helper){ pid, pipes[0][1], pipes[1][0], pipes[2][0] };
	return true;
}

void helper_end(struct helper *h)
{
	if (!h->pid)
		return;
	kill(h->pid, SIGKILL);
	close(h->in);
	close(h->out);
	close(h->err);
	while (waitpid(h->pid, NULL, 0) < 0 && errno == EINTR)
		;
	*h = (struct helper){ 0 };
}
