/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Other programs that receive datagrams, writing to /dev/null. */
#include "rx.h"

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#define ARGS 16

struct program {
	pid_t pid;
};

/* An argument with "PORT" and "ROOM" replaced. */
static void fill_in(char *out, size_t size, const char *arg, const struct row *row, uint16_t port)
{
	const char *at = strstr(arg, "PORT"), *room = strstr(arg, "ROOM");

	if (strcmp(arg, "UDPDECK") == 0)
		snprintf(out, size, "%s", getenv("UDPDECK") ? getenv("UDPDECK") : "./udpdeck");
	else if (at)
		snprintf(out, size, "%.*s%u%s", (int)(at - arg), arg, port, at + 4);
	else if (room)
		snprintf(out, size, "%.*s%d%s", (int)(room - arg), arg, row->rcvbuf, room + 4);
	else
		snprintf(out, size, "%s", arg);
}

static void exec_program(const struct contender *c, const struct row *row, uint16_t port)
{
	static char args[ARGS][512];
	char *argv[ARGS + 1] = { NULL };
	int null = open("/dev/null", O_RDWR);

	for (size_t i = 0; c->argv[i] && i < ARGS; i++) {
		fill_in(args[i], sizeof(args[i]), c->argv[i], row, port);
		argv[i] = args[i];
	}
	dup2(null, 0);
	dup2(null, 1);
	dup2(null, 2);
	execvp(argv[0], argv);
	_exit(127);
}

void *program_start(const struct contender *c, const struct row *row, uint16_t port)
{
	struct program *p = calloc(1, sizeof(*p));

	if (!p)
		abort();
	p->pid = fork();
	if (p->pid == 0)
		exec_program(c, row, port);
	for (int tries = 0; tries < 200 && waitpid(p->pid, NULL, WNOHANG) == 0; tries++) {
		if (count_socket(port).sockets)
			return p;
		nap(10);
	}
	program_stop(p);
	return NULL;
}

pid_t program_pid(void *ctx)
{
	const struct program *p = ctx;

	return p->pid;
}

void program_stop(void *ctx)
{
	struct program *p = ctx;

	kill(p->pid, SIGKILL);
	waitpid(p->pid, NULL, 0);
	free(p);
}
