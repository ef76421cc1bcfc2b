/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Activities: numbers, what they are told, their socket, their ends, and what commands do. */
#include "session/activity.h"

#include "command/diagnose.h"
#include "command/save.h"
#include "fake_face.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

struct counter {
	struct activity activity;
	unsigned told, until, stopped;
	unsigned *freed;
};

static void counter_packet(struct activity *a, const struct packet *p)
{
	struct counter *n = (struct counter *)a;

	if (p->kind == PACKET_RX && ++n->told == n->until)
		activity_over(a);
}

static void counter_stop(struct activity *a)
{
	((struct counter *)a)->stopped++;
}

static void counter_free(struct activity *a)
{
	struct counter *n = (struct counter *)a;

	++*n->freed;
	free(n);
}

static const struct activity_kind counting = {
	.name = "count", .packet = counter_packet, .stop = counter_stop, .free = counter_free
};

static unsigned freed;

static struct counter *start(struct session *s, unsigned until)
{
	struct counter *n = calloc(1, sizeof(*n));

	assert_non_null(n);
	n->activity.kind = &counting;
	n->until = until;
	n->freed = &freed;
	assert_true(activity_start(s, &n->activity, "count", NULL));
	return n;
}

static bool count_run(struct command_call *c, struct error *e)
{
	return diagnose_begin(c, &start(c->session, 2)->activity, e);
}

static bool silent_run(struct command_call *c, struct error *e)
{
	struct counter *n = start(c->session, 0);

	activity_silent(&n->activity);
	activity_over(&n->activity);
	return diagnose_begin(c, &n->activity, e);
}

static void count_report(struct command_call *c, struct activity *a)
{
	listing_row(&c->listing, LISTING_PLAIN, NULL, "%u told", ((struct counter *)a)->told);
}

static const struct command rows[] = {
	{ "count", "", "test", 0, 0, 0, "count two", .run = count_run, .report = count_report },
	{ "silent", "", "test", 0, 0, 0, "nobody answers", .run = silent_run,
	  .report = count_report },
	{ 0 },
};

static void add_rows(struct command_set *set)
{
	size_t i = 0;

	while (set->tables[i])
		i++;
	set->tables[i] = rows;
}

static void open_mirror(struct fake_face *f)
{
	fake_must(f, "open udp4 127.0.0.1:0");
	fake_must(f, "to 127.0.0.1:%u", f->session.current->sock.local.port);
}

static void test_it_is_told_what_comes_after_its_start(void **state)
{
	struct fake_face *f = *state;
	struct counter *n;

	open_mirror(f);
	fake_must(f, "send before");
	fake_until_rx(f, 1);
	n = start(&f->session, 2);
	assert_int_equal(n->activity.number, 1);
	assert_int_equal(f->session.job_count, 1);
	fake_must(f, "send one");
	fake_until_rx(f, 2);
	assert_false(n->activity.over);
	fake_must(f, "send two");
	fake_until_rx(f, 3);
	assert_int_equal(n->told, 2);
	assert_true(n->activity.over);
	assert_int_equal(n->stopped, 1);
	assert_int_equal(f->session.job_count, 0);
	activity_over(&n->activity);
	assert_int_equal(n->stopped, 1);
}

static void test_its_socket_ends_with_it(void **state)
{
	struct fake_face *f = *state;
	struct sock_spec spec = { .family = AF_INET };
	struct session_socket *current, *own;
	struct counter *n;
	struct buf saved;

	open_mirror(f);
	current = f->session.current;
	n = start(&f->session, 0);
	own = activity_open(&n->activity, &spec, NULL);
	assert_non_null(own);
	assert_ptr_equal(f->session.current, current);
	assert_ptr_equal(activity_socket(&n->activity), own);
	fake_must(f, "stop %%1");
	assert_true(n->activity.over);
	assert_null(activity_socket(&n->activity));
	assert_int_equal(f->session.socket_count, 1);
	/* It is not what a person types into, when there is no other, and is not saved. */
	n = start(&f->session, 0);
	own = activity_open(&n->activity, &spec, NULL);
	fake_must(f, "close %u", current->number);
	assert_null(f->session.current);
	buf_init(&saved, 4096);
	save_format(&f->session, &f->face, &saved);
	assert_null(strstr(buf_cstr(&saved), "open udp"));
	buf_done(&saved);
	activity_over(&n->activity);
	/* One that a person closes is gone, too. */
	n = start(&f->session, 0);
	own = activity_open(&n->activity, &spec, NULL);
	session_close(&f->session, own);
	assert_null(activity_socket(&n->activity));
	activity_over(&n->activity);
}

static void test_some_reports_are_kept(void **state)
{
	struct fake_face *f = *state;

	freed = 0;
	for (unsigned i = 0; i < ACTIVITY_KEPT + 3; i++)
		activity_over(&start(&f->session, 0)->activity);
	assert_in_range(freed, 1, 3);
	assert_null(activity_find(&f->session, 1));
	assert_non_null(activity_find(&f->session, ACTIVITY_KEPT + 3));
	start(&f->session, 0);
	fake_must(f, "jobs");
	assert_true(fake_listed(f, "over"));
	activity_stop_all(&f->session);
	assert_int_equal(f->session.job_count, 0);
}

static bool has_ended(struct fake_face *f, void *ctx)
{
	(void)ctx;
	return f->ends > 0;
}

static void test_a_script_waits_for_it(void **state)
{
	struct fake_face *f = *state;

	add_rows(&f->set);
	open_mirror(f);
	assert_true(script_add_line(f->face.script, "every 1ms times 2 send x", NULL));
	assert_true(script_add_line(f->face.script, "count", NULL));
	assert_true(script_add_line(f->face.script, "echo after", NULL));
	script_start(f->face.script);
	fake_until(f, has_ended, NULL);
	assert_int_equal(f->ended, SCRIPT_DONE);
	assert_true(fake_listed(f, "told"));
	assert_string_equal(f->echoed, "after\n");
}

static void test_silence_ends_a_script(void **state)
{
	struct fake_face *f = *state;

	add_rows(&f->set);
	assert_true(script_add_line(f->face.script, "silent", NULL));
	script_start(f->face.script);
	fake_until(f, has_ended, NULL);
	assert_int_equal(f->ended, SCRIPT_SILENT);
	assert_non_null(strstr(f->why.text, "nobody answered"));
	assert_int_equal(f->listings, 1);
}

static void test_a_screen_shows_it_live(void **state)
{
	struct fake_face *f = *state;
	struct error e;

	add_rows(&f->set);
	f->face.is_live = true;
	open_mirror(f);
	fake_must(f, "count");
	assert_true(fake_listed(f, "0 told"));
	assert_true(f->listing.live);
	assert_string_equal(buf_cstr(&f->listing.remake), "show %1");
	activity_stop_all(&f->session);
	fake_must(f, "show %%1");
	assert_false(f->listing.live);
	assert_false(fake_run(f, "show %2", &e));
	assert_int_equal(e.at, 5);
}

int main(void)
{
#define TEST(function) \
	cmocka_unit_test_setup_teardown(function, fake_face_setup, fake_face_teardown)
	const struct CMUnitTest tests[] = {
		TEST(test_it_is_told_what_comes_after_its_start),
		TEST(test_its_socket_ends_with_it),
		TEST(test_some_reports_are_kept),
		TEST(test_a_script_waits_for_it),
		TEST(test_silence_ends_a_script),
		TEST(test_a_screen_shows_it_live),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
