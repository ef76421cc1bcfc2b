/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "util/signals.h"

#include <errno.h>
#include <signal.h>
#include <sys/signalfd.h>

static bool outlives_terminal(void)
{
	struct sigaction action;

	return sigaction(SIGHUP, NULL, &action) == 0 && action.sa_handler == SIG_IGN;
}

int signals_open(const int *list, struct error *e)
{
	sigset_t set;
	int fd;

	sigemptyset(&set);
	for (; *list; list++)
		if (*list != SIGHUP || !outlives_terminal())
			sigaddset(&set, *list);
	sigprocmask(SIG_BLOCK, &set, NULL);
	fd = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
	if (fd < 0)
		err_sys(e, errno, "signalfd");
	return fd;
}

int signals_thread(pthread_t *thread, const pthread_attr_t *attr, void *(*run)(void *), void *arg)
{
	sigset_t all, before;
	int errnum;

	sigfillset(&all);
	sigdelset(&all, SIGABRT);
	sigdelset(&all, SIGSEGV);
	sigdelset(&all, SIGBUS);
	sigdelset(&all, SIGFPE);
	pthread_sigmask(SIG_BLOCK, &all, &before);
	errnum = pthread_create(thread, attr, run, arg);
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	return errnum;
}
