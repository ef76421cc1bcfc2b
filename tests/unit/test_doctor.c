/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A visit of the doctor: how it goes on while the session does, and how it ends.  What it finds is
 * tested where hosts and networks are made, in tests/net/test_doctor.sh.
 *
 * Without privileges there is nothing to wait for, and it is over at once.
 */
#include "diagnose/doctor.h"
#include "fake_face.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

/* A socket at an address of its own hears no groups. */
static void open_patient(struct fake_face *f)
{
	fake_must(f, "open udp4 127.0.0.1:0");
	fake_must(f, "join 239.77.1.1%%lo");
}

static bool is_over(struct fake_face *f, void *ctx)
{
	(void)ctx;
	return activity_find(&f->session, 1)->over;
}

static void test_it_shows_what_it_found(void **state)
{
	struct fake_face *f = *state;

	f->face.is_live = true;
	open_patient(f);
	fake_must(f, "doctor");
	assert_non_null(strstr(buf_cstr(&f->listing.title), "doctor: [1] 127.0.0.1:"));
	if (!activity_find(&f->session, 1)->over)
		assert_true(fake_listed(f, "looking at the wire and the firewall"));
	fake_until(f, is_over, NULL);
	fake_must(f, "show %%1");
	assert_true(fake_listed(f, "fault\taddress\tbound to 127.0.0.1"));
	assert_non_null(strstr(buf_cstr(&f->listing.title), ", 1 fault"));
	assert_int_equal(activity_find(&f->session, 1)->verdict.code, ERR_UNMET);
	assert_int_equal(f->session.job_count, 0);
}

static void test_the_session_goes_on(void **state)
{
	struct fake_face *f = *state;
	bool looks;

	f->face.is_live = true;
	open_patient(f);
	fake_must(f, "to 127.0.0.1:%u", f->session.current->sock.local.port);
	fake_must(f, "doctor");
	looks = !activity_find(&f->session, 1)->over;
	fake_must(f, "send meanwhile");
	fake_until_rx(f, 1);
	fake_must(f, "close 1");
	fake_until(f, is_over, NULL);
	fake_must(f, "show %%1");
	if (looks) {
		assert_true(fake_listed(f, "[1] was closed before it was examined"));
		assert_int_equal(activity_find(&f->session, 1)->verdict.code, ERR_STATE);
	}
}

static void test_it_is_stopped(void **state)
{
	struct fake_face *f = *state;
	bool looks;

	f->face.is_live = true;
	open_patient(f);
	fake_must(f, "doctor");
	looks = !activity_find(&f->session, 1)->over;
	activity_stop_all(&f->session);
	fake_must(f, "show %%1");
	assert_int_equal(fake_listed(f, "stopped before the end"), looks);
	assert_int_equal(fake_listed(f, "fault\taddress"), !looks);
}

static bool has_ended(struct fake_face *f, void *ctx)
{
	(void)ctx;
	return f->ends > 0;
}

static void test_faults_end_a_script(void **state)
{
	struct fake_face *f = *state;

	open_patient(f);
	assert_true(script_add_line(f->face.script, "doctor", NULL));
	assert_true(script_add_line(f->face.script, "echo after", NULL));
	script_start(f->face.script);
	fake_until(f, has_ended, NULL);
	assert_int_equal(f->ended, SCRIPT_UNEXPECTED);
	assert_non_null(strstr(f->why.text, "doctor: bound to 127.0.0.1"));
	assert_true(fake_listed(f, "fault\taddress"));
	assert_string_equal(f->echoed, "");
}

int main(void)
{
#define TEST(function) \
	cmocka_unit_test_setup_teardown(function, fake_face_setup, fake_face_teardown)
	const struct CMUnitTest tests[] = {
		TEST(test_it_shows_what_it_found),
		TEST(test_the_session_goes_on),
		TEST(test_it_is_stopped),
		TEST(test_faults_end_a_script),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
