/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The loop: order of timers, changes from inside callbacks, and sleeping.
 */
#include "util/loop.h"
#include "util/num.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/eventfd.h>
#include <sys/timerfd.h>
#include <unistd.h>

#include <cmocka.h>

/* Stands still until it is set, and counts how often it was looked at. */
struct fake {
	uint64_t now;
	unsigned looks;
};

static uint64_t fake_now(void *ctx)
{
	struct fake *f = ctx;
	f->looks++;
	return f->now;
}

/* A loop, some timers and descriptors, and a log of who was called. */
struct rig;

struct part {
	struct rig *rig;
	char name;
	int fd;
	struct loop_timer timer;
	void (*then)(struct part *); /* what else the callback does */
};

struct rig {
	struct fake fake;
	struct clock clock;
	struct loop *loop;
	struct part parts[4]; /* a b c d */
	int more[40];
	char log[64];
	size_t logged;
};

static void note(struct part *p)
{
	assert_true(p->rig->logged + 1 < sizeof p->rig->log);
	p->rig->log[p->rig->logged++] = p->name;
	p->rig->log[p->rig->logged] = '\0';
	if (p->then)
		p->then(p);
}

static void on_timer(void *ctx)
{
	struct part *p = ctx;
	assert_int_equal(p->timer.due, 0);
	note(p);
}

static void on_fd(void *ctx, short revents)
{
	assert_true(revents & POLLIN);
	note(ctx);
}

static int setup(void **state)
{
	static struct rig rig;
	rig = (struct rig){ .fake.now = 1000 };
	rig.clock = (struct clock){ fake_now, fake_now, &rig.fake };
	rig.loop = loop_new(&rig.clock);
	assert_non_null(rig.loop);
	for (int i = 0; i < 4; i++) {
		struct part *p = &rig.parts[i];
		*p = (struct part){ .rig = &rig, .name = (char)('a' + i) };
		p->timer = (struct loop_timer){ .fire = on_timer, .ctx = p };
		p->fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
		assert_true(p->fd >= 0);
	}
	*state = &rig;
	return 0;
}

static int teardown(void **state)
{
	struct rig *r = *state;
	for (int i = 0; i < 4; i++)
		close(r->parts[i].fd);
	loop_free(r->loop);
	return 0;
}

static void arm(struct part *p, uint64_t due)
{
	loop_timer_at(p->rig->loop, &p->timer, due);
}

static void watch(struct part *p)
{
	assert_true(loop_watch(p->rig->loop, p->fd, POLLIN, on_fd, p, NULL));
}

static void make_ready(struct part *p)
{
	assert_int_equal(eventfd_write(p->fd, 1), 0);
}

/* One turn that waits for nothing, and what it logged. */
static const char *turn(struct rig *r)
{
	r->logged = 0;
	r->log[0] = '\0';
	assert_true(loop_turn(r->loop, 0, NULL));
	return r->log;
}

static void test_timers_fire_once_by_due_then_by_age(void **state)
{
	struct rig *r = *state;

	arm(&r->parts[0], 3000);
	arm(&r->parts[1], 2000);
	arm(&r->parts[2], 3000);
	arm(&r->parts[3], 1000);
	assert_string_equal(turn(r), "d");
	r->fake.now = 1999;
	assert_string_equal(turn(r), "");
	r->fake.now = 3000;
	assert_string_equal(turn(r), "bac");
	assert_string_equal(turn(r), "");
}

static void test_rearming_and_stopping(void **state)
{
	struct rig *r = *state;

	arm(&r->parts[0], 2000);
	arm(&r->parts[1], 3000);
	arm(&r->parts[2], 4000);
	arm(&r->parts[0], 5000);
	loop_timer_stop(r->loop, &r->parts[1].timer);
	loop_timer_stop(r->loop, &r->parts[1].timer);
	assert_int_equal(r->parts[1].timer.due, 0);
	r->fake.now = 9000;
	assert_string_equal(turn(r), "ca");

	arm(&r->parts[3], 0);
	assert_string_equal(turn(r), "d");
}

static void arm_again_for_the_past(struct part *p)
{
	arm(p, 1);
}

static void test_timer_armed_in_its_callback_waits_a_turn(void **state)
{
	struct rig *r = *state;

	r->parts[0].then = arm_again_for_the_past;
	arm(&r->parts[0], 1);
	arm(&r->parts[1], 1);
	assert_string_equal(turn(r), "ab");
	assert_string_equal(turn(r), "a");
	loop_timer_stop(r->loop, &r->parts[0].timer);
	assert_string_equal(turn(r), "");
}

static void stop_b_and_move_c(struct part *p)
{
	loop_timer_stop(p->rig->loop, &p->rig->parts[1].timer);
	arm(&p->rig->parts[2], 7000);
}

static void test_timer_changes_others_that_are_due(void **state)
{
	struct rig *r = *state;

	r->parts[0].then = stop_b_and_move_c;
	for (int i = 0; i < 4; i++)
		arm(&r->parts[i], 2000);
	r->fake.now = 2000;
	assert_string_equal(turn(r), "ad");
	r->fake.now = 7000;
	assert_string_equal(turn(r), "c");
}

static void test_descriptors(void **state)
{
	struct rig *r = *state;

	for (int i = 0; i < 3; i++)
		watch(&r->parts[i]);
	assert_string_equal(turn(r), "");
	make_ready(&r->parts[2]);
	make_ready(&r->parts[0]);
	assert_string_equal(turn(r), "ac");
	loop_unwatch(r->loop, r->parts[0].fd);
	loop_unwatch(r->loop, r->parts[3].fd);
	assert_string_equal(turn(r), "c");
	assert_true(loop_watch(r->loop, r->parts[2].fd, 0, on_fd, &r->parts[2], NULL));
	assert_string_equal(turn(r), "");
}

static void test_bad_descriptor_is_refused(void **state)
{
	struct rig *r = *state;
	struct error e = { 0 };

	loop_unwatch(r->loop, r->parts[0].fd);
	assert_false(loop_watch(r->loop, -1, POLLIN, on_fd, NULL, &e));
	assert_int_equal(e.errnum, EBADF);
}

static void unwatch_b(struct part *p)
{
	loop_unwatch(p->rig->loop, p->rig->parts[1].fd);
}

static void test_unwatched_in_a_callback_is_not_called(void **state)
{
	struct rig *r = *state;

	r->parts[0].then = unwatch_b;
	for (int i = 0; i < 3; i++) {
		watch(&r->parts[i]);
		make_ready(&r->parts[i]);
	}
	assert_string_equal(turn(r), "ac");
	assert_string_equal(turn(r), "ac");
}

/* b's descriptor is closed and its number comes back as another one. */
static void replace_b(struct part *p)
{
	struct part *b = &p->rig->parts[1];
	loop_unwatch(p->rig->loop, b->fd);
	assert_int_equal(dup3(p->rig->parts[3].fd, b->fd, O_CLOEXEC), b->fd);
	watch(b);
	p->then = NULL;
}

static void test_new_descriptor_of_the_same_number_hears_nothing_old(void **state)
{
	struct rig *r = *state;

	r->parts[0].then = replace_b;
	for (int i = 0; i < 2; i++) {
		watch(&r->parts[i]);
		make_ready(&r->parts[i]);
	}
	assert_string_equal(turn(r), "a");
	assert_string_equal(turn(r), "a");
	make_ready(&r->parts[3]);
	assert_string_equal(turn(r), "ab");
}

static void unwatch_self_and_watch_c(struct part *p)
{
	loop_unwatch(p->rig->loop, p->fd);
	watch(&p->rig->parts[2]);
}

static void test_watched_in_a_callback_is_called_in_the_next_turn(void **state)
{
	struct rig *r = *state;

	r->parts[0].then = unwatch_self_and_watch_c;
	watch(&r->parts[0]);
	make_ready(&r->parts[0]);
	make_ready(&r->parts[2]);
	assert_string_equal(turn(r), "a");
	assert_string_equal(turn(r), "c");
}

static void watch_many(struct part *p)
{
	struct part *d = &p->rig->parts[3];
	for (int i = 0; i < 40; i++) {
		int fd = fcntl(d->fd, F_DUPFD_CLOEXEC, 0);
		assert_true(fd >= 0);
		assert_true(loop_watch(p->rig->loop, fd, POLLIN, on_fd, d, NULL));
		p->rig->more[i] = fd;
	}
	p->then = NULL;
}

static void test_the_arrays_may_grow_under_a_callback(void **state)
{
	struct rig *r = *state;

	r->parts[0].then = watch_many;
	watch(&r->parts[0]);
	watch(&r->parts[1]);
	make_ready(&r->parts[0]);
	make_ready(&r->parts[1]);
	make_ready(&r->parts[3]);
	assert_string_equal(turn(r), "ab");
	assert_string_equal(turn(r), "abdddddddddddddddddddddddddddddddddddddddd");
	for (int i = 0; i < 40; i++) {
		loop_unwatch(r->loop, r->more[i]);
		close(r->more[i]);
	}
	assert_string_equal(turn(r), "ab");
}

static void stop_timer_of_b(struct part *p)
{
	loop_timer_stop(p->rig->loop, &p->rig->parts[1].timer);
}

static void test_descriptors_come_before_timers(void **state)
{
	struct rig *r = *state;

	r->parts[3].then = stop_timer_of_b;
	watch(&r->parts[3]);
	make_ready(&r->parts[3]);
	arm(&r->parts[0], 1);
	arm(&r->parts[1], 1);
	assert_string_equal(turn(r), "da");
}

static void stop_loop(struct part *p)
{
	loop_stop(p->rig->loop);
}

static void test_run_until_stop(void **state)
{
	struct rig *r = *state;

	r->parts[0].then = stop_loop;
	arm(&r->parts[0], 1);
	arm(&r->parts[1], 1);
	assert_true(loop_run(r->loop, NULL));
	assert_string_equal(r->log, "ab");

	assert_false(loop_stopped(r->loop));
	loop_stop(r->loop);
	assert_true(loop_stopped(r->loop));
	assert_true(loop_run(r->loop, NULL));
	assert_false(loop_stopped(r->loop));
	assert_string_equal(r->log, "ab");
}

/* With a clock that stands still a timer that is far away never comes: only the descriptor ends the
 * sleep, and the loop has looked at the clock for two turns at the most. */
static void test_idle_means_no_wake_up(void **state)
{
	struct rig *r = *state;
	struct part *a = &r->parts[0];
	int fd = timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC | TFD_NONBLOCK);
	struct itimerspec when = { .it_value.tv_nsec = 50 * 1000000 };

	assert_true(fd >= 0);
	assert_int_equal(timerfd_settime(fd, 0, &when, NULL), 0);
	a->then = stop_loop;
	assert_true(loop_watch(r->loop, fd, POLLIN, on_fd, a, NULL));
	arm(&r->parts[1], 3600 * NS_PER_S);
	r->fake.looks = 0;
	assert_true(loop_run(r->loop, NULL));
	assert_string_equal(r->log, "a");
	assert_true(r->fake.looks <= 4);
	close(fd);
}

static void stop_real(void *ctx)
{
	loop_stop(ctx);
}

static void test_real_time(void **state)
{
	struct loop *l = loop_new(&clock_system);
	struct loop_timer t = { .fire = stop_real, .ctx = l };

	(void)state;
	assert_non_null(l);
	uint64_t due = loop_now(l) + 5 * NS_PER_MS;
	loop_timer_at(l, &t, due);
	assert_true(loop_run(l, NULL));
	assert_true(loop_now(l) >= due);

	uint64_t start = loop_now(l);
	loop_timer_at(l, &t, start + 3600 * NS_PER_S);
	assert_true(loop_turn(l, 5 * NS_PER_MS, NULL));
	assert_true(loop_now(l) - start >= 5 * NS_PER_MS);
	assert_true(t.due > 0);
	loop_free(l);

	/* 2020-01-01: the wall clock is no monotonic one. */
	assert_true(clock_realtime(&clock_system) > 1577836800 * NS_PER_S);
}

static void test_free_nothing(void **state)
{
	(void)state;
	loop_free(NULL);
}

#define RIG_TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		RIG_TEST(test_timers_fire_once_by_due_then_by_age),
		RIG_TEST(test_rearming_and_stopping),
		RIG_TEST(test_timer_armed_in_its_callback_waits_a_turn),
		RIG_TEST(test_timer_changes_others_that_are_due),
		RIG_TEST(test_descriptors),
		RIG_TEST(test_bad_descriptor_is_refused),
		RIG_TEST(test_unwatched_in_a_callback_is_not_called),
		RIG_TEST(test_new_descriptor_of_the_same_number_hears_nothing_old),
		RIG_TEST(test_watched_in_a_callback_is_called_in_the_next_turn),
		RIG_TEST(test_the_arrays_may_grow_under_a_callback),
		RIG_TEST(test_descriptors_come_before_timers),
		RIG_TEST(test_run_until_stop),
		RIG_TEST(test_idle_means_no_wake_up),
		cmocka_unit_test(test_real_time),
		cmocka_unit_test(test_free_nothing),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
