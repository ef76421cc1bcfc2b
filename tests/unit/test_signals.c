/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Signals that are read, and threads that get none. */
#include "util/signals.h"

#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include <sys/signalfd.h>
#include <unistd.h>

static int take(int fd)
{
	struct signalfd_siginfo info;

	return read(fd, &info, sizeof(info)) == (ssize_t)sizeof(info) ? (int)info.ssi_signo : 0;
}

static void signals_are_read_and_nohup_is_obeyed(void **state)
{
	static const int list[] = { SIGHUP, SIGINT, SIGUSR1, 0 };
	int fd;

	(void)state;
	signal(SIGHUP, SIG_IGN);
	signal(SIGINT, SIG_IGN);
	fd = signals_open(list, NULL);
	assert_true(fd >= 0);
	raise(SIGHUP);
	raise(SIGUSR1);
	assert_int_equal(take(fd), SIGUSR1);
	assert_int_equal(take(fd), 0);
	raise(SIGINT);
	assert_int_equal(take(fd), SIGINT);
	close(fd);
}

static void *look(void *arg)
{
	return pthread_sigmask(SIG_BLOCK, NULL, arg) == 0 ? arg : NULL;
}

static void a_thread_gets_only_its_own_crash(void **state)
{
	sigset_t mask, mine, after;
	pthread_t thread;
	void *looked;

	(void)state;
	pthread_sigmask(SIG_BLOCK, NULL, &mine);
	assert_int_equal(signals_thread(&thread, NULL, look, &mask), 0);
	pthread_join(thread, &looked);
	assert_ptr_equal(looked, &mask);
	assert_true(sigismember(&mask, SIGTERM) && sigismember(&mask, SIGINT));
	assert_true(sigismember(&mask, SIGWINCH) && sigismember(&mask, SIGUSR2));
	assert_false(sigismember(&mask, SIGSEGV) || sigismember(&mask, SIGABRT));
	pthread_sigmask(SIG_BLOCK, NULL, &after);
	assert_int_equal(sigismember(&after, SIGTERM), sigismember(&mine, SIGTERM));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(signals_are_read_and_nohup_is_obeyed),
		cmocka_unit_test(a_thread_gets_only_its_own_crash),
	};

	return cmocka_run_group_tests_name("signals", tests, NULL, NULL);
}
