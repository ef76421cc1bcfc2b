/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The pseudo terminal: start, input, output, end.  What is on the screen is in term_check.c. */
#include "term_impl.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pty.h>
#include <signal.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/pidfd.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#define ENV_MAX 64

struct environment {
	const char *vars[ENV_MAX + 1];
	size_t count;
};

static const char *const fixed_env[] = {
	"TERM=xterm-256color",
	"LC_ALL=C.UTF-8",
	"HOME=/nonexistent",
	"XDG_CONFIG_HOME=/dev/null/config",
	"XDG_STATE_HOME=/dev/null/state",
	"INPUTRC=/dev/null",
	"LINES=7",
	"COLUMNS=33",
	NULL,
};

static const char *const passed_env[] = {
	"PATH=",         "LD_LIBRARY_PATH=", "TMPDIR=",
	"UDPDECK_DATA=", "ASAN_OPTIONS=",    "LSAN_OPTIONS=",
	"TSAN_OPTIONS=", "UBSAN_OPTIONS=",   NULL,
};

bool term_fail(struct term *t, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(t->why, sizeof(t->why), fmt, ap);
	va_end(ap);
	return false;
}

static void env_put(struct environment *env, const char *var)
{
	size_t name = strcspn(var, "=") + 1;
	size_t i = 0;

	while (i < env->count && strncmp(env->vars[i], var, name) != 0)
		i++;
	if (i == ENV_MAX)
		return;
	env->vars[i] = var;
	if (i == env->count)
		env->count++;
}

static void env_fill(struct environment *env, const char *const extra[])
{
	for (const char *const *v = fixed_env; *v; v++)
		env_put(env, *v);
	for (char **v = environ; *v; v++)
		for (const char *const *p = passed_env; *p; p++)
			if (strncmp(*v, *p, strlen(*p)) == 0)
				env_put(env, *v);
	for (; extra && *extra; extra++)
		env_put(env, *extra);
}

/* Between fork and exec of a program that may have threads: nothing that allocates. */
static void become(const char *const argv[], const struct environment *env)
{
	static const char message[] = "cannot run the program\r\n";
	sigset_t none;

	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	signal(SIGPIPE, SIG_DFL);
	/* a test that crashes must leave nothing running */
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	execvpe(argv[0], (char *const *)argv, (char *const *)env->vars);
	if (write(STDERR_FILENO, message, sizeof(message) - 1) < 0)
		_exit(126);
	_exit(127);
}

static bool queue(struct term *t, const char *bytes, size_t len)
{
	char *grown = len ? realloc(t->out, t->out_len + len) : t->out;

	if (len && !grown)
		return term_fail(t, "no memory for %zu bytes of input", len);
	if (len)
		memcpy(grown + t->out_len, bytes, len);
	t->out = grown;
	t->out_len += len;
	return true;
}

static void on_reply(const char *bytes, size_t len, void *ctx)
{
	queue(ctx, bytes, len);
}

static bool spawn(struct term *t, const char *const argv[], const char *const env[])
{
	struct environment full = { .count = 0 };
	struct winsize size = { .ws_row = 0 };
	int rows, cols;

	vt_size(t->vt, &rows, &cols);
	size.ws_row = (unsigned short)rows;
	size.ws_col = (unsigned short)cols;
	env_fill(&full, env);
	t->pid = forkpty(&t->pty, NULL, NULL, &size);
	if (t->pid < 0)
		return term_fail(t, "no pseudo terminal: %s", strerror(errno));
	if (t->pid == 0)
		become(argv, &full);
	fcntl(t->pty, F_SETFD, FD_CLOEXEC);
	fcntl(t->pty, F_SETFL, O_RDWR | O_NONBLOCK);
	t->pidfd = pidfd_open(t->pid, 0);
	if (t->pidfd < 0)
		return term_fail(t, "no pidfd: %s", strerror(errno));
	return true;
}

struct term *term_start(int rows, int cols, const char *const argv[], const char *const env[])
{
	struct term *t = calloc(1, sizeof(*t));

	if (!t)
		return NULL;
	t->pty = t->pidfd = -1;
	t->vt = vt_new(rows, cols, on_reply, t);
	if (!t->vt || !spawn(t, argv, env)) {
		fprintf(stderr, "cannot start %s: %s\n", argv[0], t->why);
		term_end(t);
		return NULL;
	}
	return t;
}

void term_end(struct term *t)
{
	if (!t)
		return;
	if (t->pid > 0 && !t->reaped) {
		/* forkpty made it the leader of a session and of a group of its own */
		kill(-t->pid, SIGKILL);
		kill(t->pid, SIGKILL);
		waitpid(t->pid, NULL, 0);
	}
	if (t->pty >= 0)
		close(t->pty);
	if (t->pidfd >= 0)
		close(t->pidfd);
	vt_free(t->vt);
	free(t->out);
	free(t);
}

static void remember(struct term *t, const char *bytes, size_t len)
{
	if (len > TAIL_BYTES - t->tail_len) {
		size_t keep = TAIL_BYTES - len < t->tail_len ? TAIL_BYTES - len : t->tail_len;

		memmove(t->tail, t->tail + t->tail_len - keep, keep);
		t->tail_len = keep;
	}
	memcpy(t->tail + t->tail_len, bytes, len);
	t->tail_len += len;
}

/*
 * Reads what is there, but not for ever: a program that writes without end must
 * not keep a test from its deadline.
 */
static void read_output(struct term *t)
{
	char buf[16384];

	for (int i = 0; i < 64; i++) {
		ssize_t n = read(t->pty, buf, sizeof(buf));

		if (n > 0) {
			remember(t, buf, (size_t)n);
			vt_feed(t->vt, buf, (size_t)n);
			continue;
		}
		if (n < 0 && errno == EINTR)
			continue;
		/* EIO: the last descriptor of the other side was closed */
		if (n == 0 || errno != EAGAIN)
			t->hung_up = true;
		return;
	}
}

static void write_input(struct term *t)
{
	ssize_t n = write(t->pty, t->out, t->out_len);

	if (n <= 0)
		return;
	t->out_len -= (size_t)n;
	memmove(t->out, t->out + n, t->out_len);
}

void term_pump(struct term *t, int ms)
{
	struct pollfd fds[2] = {
		{ .fd = t->hung_up ? -1 : t->pty },
		{ .fd = t->reaped ? -1 : t->pidfd, .events = POLLIN },
	};

	if (!t->stalled)
		fds[0].events |= POLLIN;
	if (t->out_len)
		fds[0].events |= POLLOUT;
	if (!fds[0].events)
		fds[0].fd = -1;
	if (poll(fds, 2, ms) <= 0)
		return;
	if (fds[0].revents & POLLOUT)
		write_input(t);
	if (fds[0].revents & (POLLIN | POLLHUP | POLLERR) && !t->stalled)
		read_output(t);
	if (fds[1].revents && waitpid(t->pid, &t->status, WNOHANG) == t->pid)
		t->reaped = true;
}

bool term_send(struct term *t, const void *bytes, size_t len)
{
	deadline_t end = deadline_in(DEADLINE_DEFAULT_MS);

	if (!queue(t, bytes, len))
		return false;
	while (t->out_len) {
		if (t->hung_up || t->reaped)
			return term_fail(t, "the program has ended, it reads nothing more");
		if (!deadline_left(end))
			return term_fail(t, "the program does not read: %zu bytes are left",
					 t->out_len);
		term_pump(t, deadline_left(end));
	}
	return true;
}

bool term_send_text(struct term *t, const char *text)
{
	return term_send(t, text, strlen(text));
}

bool term_send_key(struct term *t, const char *name)
{
	char bytes[16];
	size_t len = term_key_bytes(name, term_state(t).app_cursor_keys, bytes, sizeof(bytes));

	return len ? term_send(t, bytes, len) : term_fail(t, "no key is called \"%s\"", name);
}

static bool paste_is_on(struct term *t, void *ctx)
{
	(void)ctx;
	return vt_state(t->vt).bracketed_paste;
}

bool term_send_paste(struct term *t, const void *bytes, size_t len)
{
	if (!term_until(t, paste_is_on, NULL, DEADLINE_DEFAULT_MS))
		return term_fail(t, "the program never turned bracketed paste on");
	return queue(t, "\033[200~", 6) && queue(t, bytes, len) && term_send(t, "\033[201~", 6);
}

void term_resize(struct term *t, int rows, int cols)
{
	struct winsize size = { .ws_row = (unsigned short)rows, .ws_col = (unsigned short)cols };

	vt_resize(t->vt, rows, cols);
	ioctl(t->pty, TIOCSWINSZ, &size);
}

void term_stall(struct term *t)
{
	t->stalled = true;
}

void term_unstall(struct term *t)
{
	t->stalled = false;
}

void term_signal(struct term *t, int sig)
{
	if (!t->reaped)
		kill(t->pid, sig);
}

bool term_until_exit(struct term *t, int ms, int *status)
{
	deadline_t end = deadline_in(ms);

	while (!t->reaped) {
		if (!deadline_left(end))
			return term_fail(t, "the program runs on after %d ms", ms);
		term_pump(t, deadline_left(end));
	}
	/* its last words are still in the terminal */
	if (!t->stalled && !t->hung_up)
		read_output(t);
	*status = WIFEXITED(t->status) ? WEXITSTATUS(t->status) : 128 + WTERMSIG(t->status);
	return true;
}
