/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The painter thread. */
#include "ui/painter.h"

#include "util/signals.h"

#include <errno.h>
#include <pthread.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <time.h>
#include <unistd.h>

struct painter {
	painter_fn *work;
	void *ctx;
	pthread_t thread;
	int done;          /* eventfd */
	struct canvas now; /* the thread's */

	pthread_mutex_t lock; /* of all that follows */
	pthread_cond_t wake;  /* for the thread */
	pthread_cond_t idle;  /* from the thread: it has finished something */
	struct canvas waiting;
	unsigned due; /* PAINT_ bits */
	bool paused, quit;
	bool busy, ended;
};

/* ---- the thread ---- */

/* Called with the lock held. */
static unsigned take_work(struct painter *p)
{
	unsigned what = p->due;
	struct canvas swap = p->now;

	if (!(what & PAINT_FRAME))
		what &= ~(unsigned)PAINT_ANEW;
	p->due &= ~what;
	if (what & PAINT_FRAME) {
		p->now = p->waiting;
		p->waiting = swap;
	}
	return what;
}

static void wait_for_work(struct painter *p)
{
	while (!p->quit && (p->paused || !(p->due & ~(unsigned)PAINT_ANEW)))
		pthread_cond_wait(&p->wake, &p->lock);
}

static void do_work(struct painter *p, unsigned what)
{
	pthread_setcancelstate(PTHREAD_CANCEL_ENABLE, NULL);
	p->work(p->ctx, what, &p->now);
	pthread_setcancelstate(PTHREAD_CANCEL_DISABLE, NULL);
}

static void *run(void *arg)
{
	static const uint64_t one = 1;
	struct painter *p = arg;
	unsigned what;
	bool told = true; /* an eventfd takes it always */

	pthread_setcancelstate(PTHREAD_CANCEL_DISABLE, NULL);
	pthread_mutex_lock(&p->lock);
	for (wait_for_work(p); !p->quit && told; wait_for_work(p)) {
		what = take_work(p);
		p->busy = true;
		pthread_mutex_unlock(&p->lock);
		do_work(p, what);
		pthread_mutex_lock(&p->lock);
		p->busy = false;
		pthread_cond_signal(&p->idle);
		told = write(p->done, &one, sizeof(one)) > 0;
	}
	p->ended = true;
	pthread_cond_signal(&p->idle);
	pthread_mutex_unlock(&p->lock);
	return NULL;
}

/* ---- what others ask of it ---- */

int painter_fd(const struct painter *p)
{
	return p->done;
}

void painter_acknowledge(struct painter *p)
{
	uint64_t count;

	if (read(p->done, &count, sizeof(count)) < 0)
		return; /* nothing new */
}

bool painter_frame(struct painter *p, const struct canvas *c)
{
	bool free;

	pthread_mutex_lock(&p->lock);
	free = !p->busy && !(p->due & PAINT_FRAME);
	if (canvas_copy(&p->waiting, c))
		p->due |= PAINT_FRAME;
	pthread_cond_signal(&p->wake);
	pthread_mutex_unlock(&p->lock);
	return free;
}

void painter_post(struct painter *p, unsigned what)
{
	const unsigned mouse = PAINT_MOUSE_ON | PAINT_MOUSE_OFF;

	pthread_mutex_lock(&p->lock);
	if (what & mouse)
		p->due &= ~mouse;
	p->due |= what;
	pthread_cond_signal(&p->wake);
	pthread_mutex_unlock(&p->lock);
}

bool painter_busy(struct painter *p)
{
	bool busy;

	pthread_mutex_lock(&p->lock);
	busy = p->busy || (p->due & PAINT_FRAME);
	pthread_mutex_unlock(&p->lock);
	return busy;
}

/* Called with the lock held; false: "done" did not become "wanted" in time. */
static bool wait_until(struct painter *p, const bool *done, bool wanted, int ms)
{
	struct timespec end;

	clock_gettime(CLOCK_MONOTONIC, &end);
	end.tv_nsec += ms % 1000 * 1000000L;
	end.tv_sec += ms / 1000 + end.tv_nsec / 1000000000L;
	end.tv_nsec %= 1000000000L;
	while (*done != wanted)
		if (pthread_cond_timedwait(&p->idle, &p->lock, &end) == ETIMEDOUT)
			return *done == wanted;
	return true;
}

bool painter_pause(struct painter *p, int ms)
{
	bool paused;

	pthread_mutex_lock(&p->lock);
	p->paused = true;
	paused = wait_until(p, &p->busy, false, ms);
	p->paused = paused;
	pthread_mutex_unlock(&p->lock);
	return paused;
}

void painter_resume(struct painter *p)
{
	pthread_mutex_lock(&p->lock);
	p->paused = false;
	pthread_cond_signal(&p->wake);
	pthread_mutex_unlock(&p->lock);
}

/* ---- life ---- */

static struct painter *make(painter_fn *work, void *ctx)
{
	struct painter *p = calloc(1, sizeof(*p));
	pthread_condattr_t attr;

	if (!p)
		return NULL;
	p->work = work;
	p->ctx = ctx;
	pthread_condattr_init(&attr);
	pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
	pthread_mutex_init(&p->lock, NULL);
	pthread_cond_init(&p->wake, NULL);
	pthread_cond_init(&p->idle, &attr);
	pthread_condattr_destroy(&attr);
	return p;
}

static void destroy(struct painter *p)
{
	if (p->done >= 0)
		close(p->done);
	pthread_cond_destroy(&p->idle);
	pthread_cond_destroy(&p->wake);
	pthread_mutex_destroy(&p->lock);
	canvas_done(&p->waiting);
	canvas_done(&p->now);
	free(p);
}

struct painter *painter_start(painter_fn *work, void *ctx, struct error *e)
{
	struct painter *p = make(work, ctx);
	int error;

	if (!p) {
		err_set(e, ERR_LIMIT, "no memory for the painter");
		return NULL;
	}
	p->done = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	error = p->done < 0 ? errno : signals_thread(&p->thread, NULL, run, p);
	if (!error)
		return p;
	err_sys(e, error, "start the painter");
	destroy(p);
	return NULL;
}

bool painter_stop(struct painter *p, int ms)
{
	bool ended;

	pthread_mutex_lock(&p->lock);
	p->quit = true;
	pthread_cond_signal(&p->wake);
	ended = wait_until(p, &p->ended, true, ms);
	pthread_mutex_unlock(&p->lock);
	if (!ended)
		pthread_cancel(p->thread);
	pthread_join(p->thread, NULL);
	destroy(p);
	return ended;
}
