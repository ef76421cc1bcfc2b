/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A capture that goes on being read: its datagrams are there, the line is free, Ctrl-C ends it. */
#include "app.h"

#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

/* A pcap of raw IP: 10.0.0.1:5000 to 10.0.0.2:53, "abc"; the numbers are little-endian. */
static const char capture[] = "\xd4\xc3\xb2\xa1\2\0\4\0\0\0\0\0\0\0\0\0\xff\xff\0\0\x65\0\0\0"
			      "\0\0\0\x60\0\0\0\0\x1f\0\0\0\x1f\0\0\0"
			      "\x45\0\0\x1f\0\1\0\0\x40\x11\0\0\x0a\0\0\1\x0a\0\0\2"
			      "\x13\x88\0\x35\0\x0b\0\0"
			      "abc";

static void test_reading_holds_up_nobody(void **state)
{
	struct app *app = *state;
	struct term *t = app->term;
	char folder[] = "/tmp/udpdeck-read.XXXXXX", path[64], line[80];
	int fd;

	assert_non_null(mkdtemp(folder));
	snprintf(path, sizeof(path), "%s/fifo", folder);
	assert_int_equal(mkfifo(path, 0600), 0);
	fd = open(path, O_RDWR | O_CLOEXEC);
	assert_true(fd >= 0);
	assert_int_equal(write(fd, capture, sizeof(capture) - 1), sizeof(capture) - 1);
	snprintf(line, sizeof(line), ":read %s", path);
	app_line(t, line);
	term_wait(t, "10.0.0.1:5000");
	term_wait(t, "abc");
	/* more may come; meanwhile the line is free, and what is sent arrives */
	app_line(t, "hello");
	app_heard(app, "hello");
	term_wait_row(t, ROW_COUNTERS, "jobs 1");
	term_key(t, "Ctrl-C");
	term_wait_row(t, ROW_MESSAGE, "1 job stopped");
	app_line(t, ":show %1");
	term_wait(t, "1 datagram, stopped");
	close(fd);
	unlink(path);
	rmdir(folder);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, app_setup, app_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_reading_holds_up_nobody),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
