/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The receiver thread.  Sources belong to the thread alone: whoever wants one added
 * or removed posts a request, which the thread obeys between two sources, and waits.
 * epoll is level-triggered, so a turn may end early at any point and nothing is lost.
 *
 * Until something is there to receive there is no thread, and the one who asks obeys
 * itself: who sends one datagram and ends does not wait for a thread to come and go.
 */
#include "session/receiver.h"

#include "session/source.h"
#include "util/signals.h"

#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#define EVENTS 16
#define WAKE_NS 1000000u
#define SLICE_NS 100000u /* the shortest that Linux 6.12 grants */

enum request_kind {
	REQUEST_ADD,
	REQUEST_CHANGE,
	REQUEST_REMOVE,
	REQUEST_ANSWER,
	REQUEST_CHECK,
	REQUEST_STOP,
};

struct request {
	enum request_kind kind;
	const struct receiver_source *source;
	struct source *room; /* REQUEST_ADD: memory for it, from the thread that asks */
	struct responder *responder;
	int fd;
	struct error *e;
	bool ok, done;
};

struct receiver {
	int epoll, wake, control;
	int front; /* an epoll of "wake" and, until the thread runs, of "epoll" */
	pthread_t thread;
	bool running; /* the thread: from the first that is there to receive on */
	pthread_mutex_t lock;
	pthread_cond_t obeyed;
	_Atomic(struct request *) request;
	_Atomic bool woken; /* "wake" is readable and nobody has acknowledged it */
	/* the thread's own */
	struct intake intake;
	struct source *sources;
	uint64_t told; /* time of the last datagram that the main loop was woken for */
	bool stopped;
};

/* ---- requests ---- */

static struct source **find(struct receiver *r, int fd)
{
	struct source **at = &r->sources;

	while (*at && (*at)->is.fd != fd)
		at = &(*at)->next;
	return at;
}

static void count_ports(struct receiver *r)
{
	memset(r->intake.ports, 0, sizeof(r->intake.ports));
	for (const struct source *s = r->sources; s; s = s->next)
		r->intake.ports[s->is.port / 8] |= (uint8_t)(1u << s->is.port % 8);
}

static bool obey_add(struct receiver *r, const struct request *q)
{
	struct source *s = q->room;
	struct epoll_event event = { .events = EPOLLIN | EPOLLRDHUP, .data.ptr = s };

	if (epoll_ctl(r->epoll, EPOLL_CTL_ADD, q->source->fd, &event) < 0)
		return err_sys(q->e, errno, "cannot receive");
	s->is = *q->source;
	s->next = r->sources;
	r->sources = s;
	count_ports(r);
	return true;
}

static bool obey_change(struct receiver *r, const struct request *q)
{
	struct source *s = *find(r, q->fd);

	if (!s)
		return err_set(q->e, ERR_STATE, "descriptor %d is not being received from", q->fd);
	s->is = *q->source;
	count_ports(r);
	return true;
}

static bool obey_remove(struct receiver *r, const struct request *q)
{
	struct source **at = find(r, q->fd), *s = *at;

	if (!s)
		return false;
	source_flush(&r->intake, s);
	epoll_ctl(r->epoll, EPOLL_CTL_DEL, s->is.fd, NULL);
	*at = s->next;
	free(s);
	count_ports(r);
	return true;
}

static bool obey_answer(struct receiver *r, const struct request *q)
{
	r->intake.responder = q->responder;
	return true;
}

static bool obey_check(struct receiver *r, const struct request *q)
{
	for (struct source *s = r->sources; s; s = s->next)
		source_flush(&r->intake, s);
	r->stopped = q->kind == REQUEST_STOP;
	return true;
}

static bool (*const obeys[])(struct receiver *, const struct request *) = {
	[REQUEST_ADD] = obey_add,       [REQUEST_CHANGE] = obey_change,
	[REQUEST_REMOVE] = obey_remove, [REQUEST_ANSWER] = obey_answer,
	[REQUEST_CHECK] = obey_check,   [REQUEST_STOP] = obey_check,
};

/* Obeys a request, if there is one.  Sources may have gone then: the events at hand are stale. */
static bool obey(struct receiver *r)
{
	struct request *q = atomic_load_explicit(&r->request, memory_order_acquire);
	uint64_t posted;

	if (!q)
		return false;
	pthread_mutex_lock(&r->lock);
	if (read(r->control, &posted, sizeof(posted)) < 0)
		posted = 0; /* cannot be: it was written under the lock */
	q->ok = obeys[q->kind](r, q);
	q->done = true;
	atomic_store_explicit(&r->request, NULL, memory_order_relaxed);
	pthread_cond_signal(&r->obeyed);
	pthread_mutex_unlock(&r->lock);
	return true;
}

static void write_event(int fd)
{
	const uint64_t one = 1;

	/* It can only fail for a counter at its maximum, and then it is readable already. */
	if (write(fd, &one, sizeof(one)) < 0)
		return;
}

static void wake(struct receiver *r)
{
	if (!r->intake.appended)
		return;
	r->intake.appended = false;
	r->told = r->intake.latest;
	if (!atomic_exchange(&r->woken, true))
		write_event(r->wake);
}

/* Has a request obeyed: by the thread, or at once while there is none.  Only the main loop's thread
 * asks. */
static bool ask(struct receiver *r, struct request *q)
{
	if (!r->running) {
		q->ok = obeys[q->kind](r, q);
		wake(r);
		return q->ok;
	}
	pthread_mutex_lock(&r->lock);
	atomic_store_explicit(&r->request, q, memory_order_release);
	write_event(r->control);
	while (!q->done)
		pthread_cond_wait(&r->obeyed, &r->lock);
	pthread_mutex_unlock(&r->lock);
	return q->ok;
}

/* ---- the thread ---- */

/*
 * As long as more is there to read, the main loop is woken once in WAKE_NS: each time costs a
 * system call and an interrupt of the other processor.  A clock that was set back wakes it too.
 * One that is awake need not be told.
 */
static bool may_wait(const struct receiver *r)
{
	return r->intake.appended && r->intake.latest - r->told < WAKE_NS &&
	       !atomic_load_explicit(&r->woken, memory_order_relaxed);
}

static void serve(struct receiver *r, struct source *s, uint32_t events)
{
	source_serve(&r->intake, s, events);
	if (s->given_up)
		epoll_ctl(r->epoll, EPOLL_CTL_DEL, s->is.fd, NULL);
}

/*
 * A short slice makes the scheduler run the thread as soon as a datagram wakes it, in front of main
 * loop and painter: a stock receive buffer is full within half a millisecond.  It costs no share of
 * the processor and needs no privilege; before Linux 6.12 the kernel does nothing with it.
 */
static void ask_for_short_slices(void)
{
	/* struct sched_attr, which only newer C libraries declare and whose kernel header does not
	 * go with theirs; what is 0 means an ordinary thread */
	const struct {
		uint32_t size, policy;
		uint64_t flags;
		int32_t nice;
		uint32_t priority;
		uint64_t runtime, deadline, period;
	} attr = { .size = sizeof(attr),
		   .nice = getpriority(PRIO_PROCESS, 0),
		   .runtime = SLICE_NS };

	if (syscall(SYS_sched_setattr, 0, &attr, 0) < 0)
		return; /* the same without */
}

static void *receive(void *arg)
{
	struct receiver *r = arg;
	struct epoll_event events[EVENTS];

	prctl(PR_SET_NAME, "receiver");
	ask_for_short_slices();
	while (!r->stopped) {
		int n = epoll_wait(r->epoll, events, EVENTS, r->intake.appended ? 0 : -1);

		for (int i = 0; i < n && !obey(r); i++)
			if (events[i].data.ptr)
				serve(r, events[i].data.ptr, events[i].events);
		if (n <= 0 || !may_wait(r))
			wake(r);
	}
	wake(r);
	return NULL;
}

static void release(struct receiver *r)
{
	while (r->sources) {
		struct source *s = r->sources;

		r->sources = s->next;
		free(s);
	}
	if (r->front >= 0)
		close(r->front);
	if (r->epoll >= 0)
		close(r->epoll);
	if (r->wake >= 0)
		close(r->wake);
	if (r->control >= 0)
		close(r->control);
	rx_batch_free(r->intake.batch);
	pthread_cond_destroy(&r->obeyed);
	pthread_mutex_destroy(&r->lock);
	free(r);
}

static bool watch(int epoll, int fd)
{
	struct epoll_event event = { .events = EPOLLIN };

	return epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &event) == 0;
}

static bool prepare(struct receiver *r, struct error *e)
{
	r->intake.batch = rx_batch_new();
	if (!r->intake.batch)
		return err_set(e, ERR_LIMIT, "no memory to receive");
	r->front = epoll_create1(EPOLL_CLOEXEC);
	r->epoll = epoll_create1(EPOLL_CLOEXEC);
	r->wake = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	r->control = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	if (r->front < 0 || r->epoll < 0 || r->wake < 0 || r->control < 0 ||
	    !watch(r->epoll, r->control) || !watch(r->front, r->wake) || !watch(r->front, r->epoll))
		return err_sys(e, errno, "cannot prepare to receive");
	return true;
}

struct receiver *receiver_new(struct store *st, struct sent_ring *sent, struct error *e)
{
	struct receiver *r = calloc(1, sizeof(*r));

	if (!r) {
		err_set(e, ERR_LIMIT, "no memory to receive");
		return NULL;
	}
	r->intake.store = st;
	r->intake.sent = sent;
	r->front = r->epoll = r->wake = r->control = -1;
	pthread_mutex_init(&r->lock, NULL);
	pthread_cond_init(&r->obeyed, NULL);
	if (!prepare(r, e)) {
		release(r);
		return NULL;
	}
	return r;
}

static void stop_thread(struct receiver *r)
{
	struct request q = { .kind = REQUEST_STOP };

	/* The end of the thread is answer enough. */
	pthread_mutex_lock(&r->lock);
	atomic_store_explicit(&r->request, &q, memory_order_release);
	write_event(r->control);
	pthread_mutex_unlock(&r->lock);
	pthread_join(r->thread, NULL);
	r->running = false;
}

void receiver_stop(struct receiver *r)
{
	if (r->stopped)
		return;
	if (r->running) {
		stop_thread(r);
	} else {
		receiver_check_drops(r);
		epoll_ctl(r->front, EPOLL_CTL_DEL, r->epoll, NULL);
	}
	r->stopped = true;
}

void receiver_free(struct receiver *r)
{
	if (!r)
		return;
	receiver_stop(r);
	release(r);
}

int receiver_fd(const struct receiver *r)
{
	return r->front;
}

static bool start_thread(struct receiver *r, struct error *e)
{
	int errnum = signals_thread(&r->thread, NULL, receive, r);

	epoll_ctl(r->front, EPOLL_CTL_DEL, r->epoll, NULL);
	r->running = errnum == 0;
	return r->running || err_sys(e, errnum, "cannot start the receiver thread");
}

bool receiver_acknowledge(struct receiver *r, struct error *e)
{
	uint64_t count;

	if (!r->running && !r->stopped)
		return start_thread(r, e);
	/* In this order: a wake-up between the two would be taken and its mark left standing. */
	if (read(r->wake, &count, sizeof(count)) < 0)
		count = 0; /* nobody was woken since */
	atomic_exchange(&r->woken, false);
	return true;
}

void receiver_hush(struct receiver *r)
{
	atomic_exchange(&r->woken, true);
}

bool receiver_add(struct receiver *r, const struct receiver_source *src, struct error *e)
{
	struct request q = { .kind = REQUEST_ADD, .source = src, .fd = src->fd, .e = e };

	q.room = calloc(1, sizeof(*q.room));
	if (!q.room)
		return err_set(e, ERR_LIMIT, "no memory to receive");
	if (ask(r, &q))
		return true;
	free(q.room);
	return false;
}

bool receiver_change(struct receiver *r, const struct receiver_source *src, struct error *e)
{
	struct request q = { .kind = REQUEST_CHANGE, .source = src, .fd = src->fd, .e = e };

	return ask(r, &q);
}

void receiver_remove(struct receiver *r, int fd)
{
	struct request q = { .kind = REQUEST_REMOVE, .fd = fd };

	ask(r, &q);
}

void receiver_answer_by(struct receiver *r, struct responder *responder)
{
	struct request q = { .kind = REQUEST_ANSWER, .responder = responder };

	ask(r, &q);
}

void receiver_check_drops(struct receiver *r)
{
	struct request q = { .kind = REQUEST_CHECK };

	ask(r, &q);
}
