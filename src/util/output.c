/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Two buffers and a thread.  See output.h. */
#include "util/output.h"

#include "util/signals.h"

#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <sys/prctl.h>
#include <unistd.h>

struct output {
	int fd, done; /* done: an eventfd */
	struct buf filling;
	bool busy; /* "writing" was handed over and its end not noted yet */
	int errnum;
	bool started; /* the thread runs: not before there is something to write */
	pthread_t thread;
	/* under the lock */
	pthread_mutex_t lock;
	pthread_cond_t handed;
	struct buf writing;
	bool full, stop; /* "writing" is the thread's; the thread is to end */
	int failed;      /* errno of the thread */
};

/* The descriptor may be non-blocking, because somebody who shares it made it so. */
static int write_all(int fd, const char *at, size_t n)
{
	while (n > 0) {
		ssize_t done = write(fd, at, n);

		if (done < 0 && (errno == EAGAIN || errno == EWOULDBLOCK)) {
			struct pollfd room = { .fd = fd, .events = POLLOUT };

			poll(&room, 1, -1);
			continue;
		}
		if (done < 0 && errno != EINTR)
			return errno;
		if (done > 0) {
			at += done;
			n -= (size_t)done;
		}
	}
	return 0;
}

static void unlock(void *lock)
{
	pthread_mutex_unlock(lock);
}

/* Waits until there is something to write; false: it is time to end. */
static bool await(struct output *o)
{
	bool go;

	pthread_mutex_lock(&o->lock);
	pthread_cleanup_push(unlock, &o->lock);
	while (!o->full && !o->stop)
		pthread_cond_wait(&o->handed, &o->lock);
	go = !o->stop;
	pthread_cleanup_pop(1);
	return go;
}

/* It is cancelled only in a write or a wait that does not end, and holds nothing there. */
static void *write_out(void *arg)
{
	struct output *o = arg;
	const uint64_t one = 1;

	prctl(PR_SET_NAME, "output");
	while (await(o)) {
		int errnum = write_all(o->fd, buf_cstr(&o->writing), o->writing.len);

		pthread_mutex_lock(&o->lock);
		o->full = false;
		o->failed = errnum;
		pthread_mutex_unlock(&o->lock);
		if (write(o->done, &one, sizeof(one)) < 0)
			continue; /* cannot be: the counter is far from its end */
	}
	return NULL;
}

/* The owner hears of it as of a failed write. */
static void give_up(struct output *o, int errnum)
{
	const uint64_t one = 1;

	o->errnum = errnum;
	if (write(o->done, &one, sizeof(one)) < 0)
		return; /* cannot be, see above */
}

/* Without a thread nothing can be written. */
static void start(struct output *o)
{
	int errnum = signals_thread(&o->thread, NULL, write_out, o);

	o->started = errnum == 0;
	if (errnum)
		give_up(o, errnum);
}

static void release(struct output *o)
{
	if (o->done >= 0)
		close(o->done);
	buf_done(&o->filling);
	buf_done(&o->writing);
	pthread_cond_destroy(&o->handed);
	pthread_mutex_destroy(&o->lock);
	free(o);
}

struct output *output_new(int fd, struct error *e)
{
	struct output *o = calloc(1, sizeof(*o));

	if (!o) {
		err_set(e, ERR_LIMIT, "no memory for the output");
		return NULL;
	}
	o->fd = fd;
	buf_init(&o->filling, OUTPUT_MAX);
	buf_init(&o->writing, OUTPUT_MAX);
	pthread_mutex_init(&o->lock, NULL);
	pthread_cond_init(&o->handed, NULL);
	o->done = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	if (o->done < 0) {
		err_sys(e, errno, "cannot prepare the output");
		release(o);
		return NULL;
	}
	return o;
}

void output_free(struct output *o)
{
	if (!o)
		return;
	if (o->started) {
		pthread_mutex_lock(&o->lock);
		o->stop = true;
		if (o->full)
			pthread_cancel(o->thread);
		pthread_cond_signal(&o->handed);
		pthread_mutex_unlock(&o->lock);
		pthread_join(o->thread, NULL);
	}
	release(o);
}

int output_fd(const struct output *o)
{
	return o->done;
}

static void hand_over(struct output *o)
{
	struct buf empty = o->writing;

	buf_reset(&empty);
	pthread_mutex_lock(&o->lock);
	o->writing = o->filling;
	o->full = true;
	pthread_cond_signal(&o->handed);
	pthread_mutex_unlock(&o->lock);
	o->filling = empty;
	o->busy = true;
}

void output_flush(struct output *o)
{
	/* What did not fit is missing: nothing after it makes up for that. */
	if (o->filling.failed && !o->errnum)
		give_up(o, ENOBUFS);
	if (!o->started && !o->errnum && o->filling.len)
		start(o);
	if (o->errnum)
		buf_reset(&o->filling);
	else if (!o->busy && o->filling.len)
		hand_over(o);
}

void output_turn(struct output *o)
{
	uint64_t count;

	if (read(o->done, &count, sizeof(count)) < 0)
		return;
	pthread_mutex_lock(&o->lock);
	o->busy = o->full;
	if (o->failed)
		o->errnum = o->failed;
	pthread_mutex_unlock(&o->lock);
	output_flush(o);
}

struct buf *output_buffer(struct output *o)
{
	return &o->filling;
}

bool output_is_full(const struct output *o)
{
	return o->filling.len >= OUTPUT_FULL;
}

bool output_is_idle(const struct output *o)
{
	return o->errnum || (!o->busy && !o->filling.len);
}

size_t output_waiting(const struct output *o)
{
	return output_is_idle(o) ? 0 : o->filling.len + (o->busy ? o->writing.len : 0);
}

int output_error(const struct output *o)
{
	return o->errnum;
}
