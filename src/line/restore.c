/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Restoring the terminal. */
#include "line/restore.h"

#include "util/clock.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

#define STRING_MAX 512

static const int crashes[] = { SIGABRT, SIGSEGV, SIGBUS, SIGFPE };

#define CRASHES (sizeof(crashes) / sizeof(crashes[0]))

static struct {
	int fd;
	struct termios termios;
	char string[STRING_MAX];
	size_t len;
	volatile sig_atomic_t armed;
	struct sigaction old[CRASHES];
} state = { .fd = -1 };

/* In the background the terminal is somebody else's, and changing it would stop us. */
static bool in_background(void)
{
	pid_t front = tcgetpgrp(state.fd);

	return front > 0 && front != getpgrp();
}

/* Returns how much of the string the terminal has taken, from "from" on. */
static size_t write_from(size_t from)
{
	while (from < state.len) {
		ssize_t n = write(state.fd, state.string + from, state.len - from);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			break;
		from += (size_t)n;
	}
	return from;
}

void restore_force(void)
{
	if (in_background())
		return;
	tcflush(state.fd, TCOFLUSH);
	write_from(0);
	tcsetattr(state.fd, TCSANOW, &state.termios);
}

uint64_t restore_stop(void)
{
	uint64_t start = clock_realtime(&clock_system), end;
	sigset_t stop;

	sigemptyset(&stop);
	sigaddset(&stop, SIGTSTP);
	sigprocmask(SIG_UNBLOCK, &stop, NULL);
	/* The whole job: a script that started us must stop too, or its shell would not notice. */
	kill(0, SIGTSTP);
	sigprocmask(SIG_BLOCK, &stop, NULL);
	end = clock_realtime(&clock_system);
	return end > start ? end - start : 0;
}

static long ms_since(const struct timespec *start)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (now.tv_sec - start->tv_sec) * 1000 + (now.tv_nsec - start->tv_nsec) / 1000000;
}

bool restore_write(int ms)
{
	struct timespec start;
	size_t done = 0;

	if (in_background())
		return true;
	clock_gettime(CLOCK_MONOTONIC, &start);
	while (done < state.len) {
		struct pollfd p = { .fd = state.fd, .events = POLLOUT };
		long left = ms - ms_since(&start);

		if (left <= 0 || poll(&p, 1, (int)left) == 0)
			return false;
		if (p.revents & (POLLERR | POLLHUP))
			break; /* the terminal is gone */
		done = write_from(done);
	}
	tcsetattr(state.fd, TCSANOW, &state.termios);
	return true;
}

static void on_crash(int sig)
{
	for (size_t i = 0; i < CRASHES; i++)
		if (crashes[i] == sig)
			sigaction(sig, &state.old[i], NULL);
	if (state.armed) {
		state.armed = 0;
		restore_force();
	}
	raise(sig); /* comes when this handler returns */
}

int restore_open_tty(int tty, int flags)
{
	char name[128];
	int fd = -1;

	if (ttyname_r(tty, name, sizeof(name)) == 0)
		fd = open(name, flags | O_RDWR | O_NOCTTY | O_CLOEXEC);
	if (fd < 0)
		fd = open("/dev/tty", flags | O_RDWR | O_NOCTTY | O_CLOEXEC);
	return fd >= 0 ? fd : fcntl(tty, F_DUPFD_CLOEXEC, STDERR_FILENO + 1);
}

bool restore_init(const struct termios *termios, const char *string, size_t len, struct error *e)
{
	struct sigaction action = { .sa_handler = on_crash, .sa_flags = SA_ONSTACK };

	if (len > sizeof(state.string))
		return err_set(e, ERR_LIMIT, "this terminal's sequences are too long");
	state.fd = restore_open_tty(STDIN_FILENO, O_NONBLOCK);
	if (state.fd < 0)
		return err_sys(e, errno, "open the terminal");
	state.termios = *termios;
	memcpy(state.string, string, len);
	state.len = len;
	sigemptyset(&action.sa_mask);
	for (size_t i = 0; i < CRASHES; i++)
		sigaction(crashes[i], &action, &state.old[i]);
	return true;
}

void restore_done(void)
{
	if (state.fd < 0)
		return;
	for (size_t i = 0; i < CRASHES; i++)
		sigaction(crashes[i], &state.old[i], NULL);
	state.armed = 0;
	close(state.fd);
	state.fd = -1;
}

void restore_arm(bool armed)
{
	state.armed = armed;
}
