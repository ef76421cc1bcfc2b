/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The sink that never makes its owner wait. */
#include "util/output.h"

#include "deadline.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct bed {
	int ends[2]; /* of a pipe */
	struct output *out;
};

static int setup(void **state)
{
	struct bed *b = calloc(1, sizeof(*b));

	signal(SIGPIPE, SIG_IGN);
	*state = b;
	if (!b || pipe2(b->ends, O_CLOEXEC) < 0)
		return -1;
	b->out = output_new(b->ends[1], NULL);
	return b->out ? 0 : -1;
}

static int teardown(void **state)
{
	struct bed *b = *state;

	output_free(b->out);
	close(b->ends[0]);
	close(b->ends[1]);
	free(b);
	return 0;
}

static void append(struct bed *b, const char *bytes, size_t n)
{
	buf_add(output_buffer(b->out), bytes, n);
	output_flush(b->out);
}

static void turn(struct bed *b)
{
	struct pollfd fd = { .fd = output_fd(b->out), .events = POLLIN };

	assert_int_equal(poll(&fd, 1, deadline_left(deadline_in(DEADLINE_DEFAULT_MS))), 1);
	output_turn(b->out);
}

/* Reads some of what arrived.  Until there is something the sink gets its turns: its thread may
 * tell that it is done only after all that it wrote has been read. */
static size_t read_some(struct bed *b, char *to, size_t max)
{
	struct pollfd fds[] = {
		{ .fd = b->ends[0], .events = POLLIN },
		{ .fd = output_fd(b->out), .events = POLLIN },
	};
	ssize_t n;

	do {
		assert_true(poll(fds, 2, deadline_left(deadline_in(DEADLINE_DEFAULT_MS))) > 0);
		if (fds[1].revents)
			output_turn(b->out);
	} while (!fds[0].revents);
	n = read(b->ends[0], to, max);
	assert_true(n > 0);
	return (size_t)n;
}

static void all_is_written_in_order(void **state)
{
	struct bed *b = *state;
	char got[64] = "";
	size_t n = 0;

	append(b, "one ", 4);
	append(b, "two ", 4);
	append(b, "three", 5);
	while (!output_is_idle(b->out))
		turn(b);
	assert_int_equal(output_waiting(b->out), 0);
	while (n < 13)
		n += read_some(b, got + n, sizeof(got) - n);
	assert_string_equal(got, "one two three");
	assert_int_equal(output_error(b->out), 0);
}

/* A pipe that nobody reads: appending goes on, until the owner is told to pause. */
static void a_reader_that_stands_still_holds_up_nobody(void **state)
{
	struct bed *b = *state;
	char *block = calloc(1, 65536), got[65536];
	size_t appended = 0, n = 0;

	while (!output_is_full(b->out)) {
		append(b, block, 65536);
		appended += 65536;
	}
	assert_in_range(output_waiting(b->out), OUTPUT_FULL, appended);
	while (n < appended)
		n += read_some(b, got, sizeof(got));
	while (!output_is_idle(b->out))
		turn(b);
	assert_false(output_is_full(b->out));
	free(block);
}

/* More than can wait is lost: the owner has to hear of it. */
static void what_did_not_fit_is_an_error(void **state)
{
	struct bed *b = *state;
	char *block = calloc(1, OUTPUT_MAX + 1);

	append(b, block, 65536 * 2);
	append(b, "more", 4);
	append(b, block, OUTPUT_MAX + 1);
	free(block);
	turn(b);
	assert_int_equal(output_error(b->out), ENOBUFS);
}

static void it_is_given_up_though_a_write_is_stuck(void **state)
{
	struct bed *b = *state;
	char *block = calloc(1, 1u << 20);

	append(b, block, 1u << 20);
	free(block);
	assert_false(output_is_idle(b->out));
	/* output_free() in teardown must return */
}

static void a_closed_pipe_is_an_error_and_swallows_the_rest(void **state)
{
	struct bed *b = *state;

	close(b->ends[0]);
	append(b, "x", 1);
	turn(b);
	assert_int_equal(output_error(b->out), EPIPE);
	append(b, "y", 1);
	assert_true(output_is_idle(b->out));
	assert_int_equal(output_buffer(b->out)->len, 0);
	b->ends[0] = open("/dev/null", O_RDONLY | O_CLOEXEC);
}

/* Somebody who shares the descriptor may have made it non-blocking. */
static void a_descriptor_that_does_not_block_is_waited_for(void **state)
{
	struct bed *b = *state;
	char *block = calloc(1, 1u << 20), got[65536];
	size_t n = 0;

	fcntl(b->ends[1], F_SETFL, O_NONBLOCK);
	append(b, block, 1u << 20);
	free(block);
	while (n < 1u << 20)
		n += read_some(b, got, sizeof(got));
	while (!output_is_idle(b->out))
		turn(b);
	assert_int_equal(output_error(b->out), 0);
}

int main(void)
{
#define CASE(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
	const struct CMUnitTest tests[] = {
		CASE(all_is_written_in_order),
		CASE(a_reader_that_stands_still_holds_up_nobody),
		CASE(what_did_not_fit_is_an_error),
		CASE(it_is_given_up_though_a_write_is_stuck),
		CASE(a_closed_pipe_is_an_error_and_swallows_the_rest),
		CASE(a_descriptor_that_does_not_block_is_waited_for),
	};

	return cmocka_run_group_tests_name("output", tests, NULL, NULL);
}
