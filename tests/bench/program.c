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

static void exec_program(const struct contender *c, uint16_t port)
{
	const char *argv[ARGS] = { NULL };
	char number[64];
	int null = open("/dev/null", O_RDWR);

	for (size_t i = 0; c->argv[i] && i + 1 < ARGS; i++) {
		const char *at = strstr(c->argv[i], "PORT");

		argv[i] = c->argv[i];
		if (at) {
			snprintf(number, sizeof(number), "%.*s%u%s", (int)(at - c->argv[i]),
				 c->argv[i], port, at + 4);
			argv[i] = number;
		}
	}
	dup2(null, 0);
	dup2(null, 1);
	dup2(null, 2);
	pin_to_cpu(RECEIVER_CPU);
	execvp(argv[0], (char *const *)(const void *)argv);
	_exit(127);
}

void *program_start(const struct contender *c, const struct row *row, uint16_t port)
{
	struct program *p = calloc(1, sizeof(*p));

	(void)row;
	if (!p)
		abort();
	p->pid = fork();
	if (p->pid == 0)
		exec_program(c, port);
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
