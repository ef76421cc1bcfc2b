/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A terminal that takes nothing for three seconds while 50,000 datagrams arrive in
 * each of them: nothing is lost that is not counted, the rest of the program goes on.
 */
#include "app.h"
#include "look.h"

#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define RATE 50000
#define SECONDS 3
#define BUFFER (16 * 1024 * 1024)
#define STEPS 30

/* One for all, so that a test that fails leaves it to the teardown. */
static struct flood flood;

static int teardown(void **state)
{
	flood_stop(&flood);
	return app_teardown(state);
}

struct counts {
	unsigned long long rx, tx, lost, err;
};

/* Of socket n, in the panel of sockets: "[1*] ADDR  TARGET  RX  TX  LOST  ERR  16 MiB". */
static bool read_counts(struct term *t, int n, struct counts *out)
{
	char row[VT_ROW_BYTES], name[8];

	snprintf(name, sizeof(name), "[%d", n);
	for (int i = LOOK_PANEL_TOP; i < 20; i++) {
		char *word, *rest = row, *words[32];
		size_t count = 0;

		look_row(t, i, row);
		if (!strstr(row, name))
			continue;
		while (count < 32 && (word = strsep(&rest, " ")))
			if (*word)
				words[count++] = word;
		if (count < 8)
			return false;
		*out = (struct counts){
			.rx = strtoull(words[count - 6], NULL, 10),
			.tx = strtoull(words[count - 5], NULL, 10),
			.lost = strtoull(words[count - 4], NULL, 10),
			.err = strtoull(words[count - 3], NULL, 10),
		};
		return true;
	}
	return false;
}

struct total {
	unsigned long long sent;
	struct counts counts;
};

static bool all_are_counted(struct term *t, void *ctx)
{
	struct total *total = ctx;

	return read_counts(t, 1, &total->counts) &&
	       total->counts.rx + total->counts.lost == total->sent;
}

/* The kernel grants so much only to root, or where rmem_max allows it. */
static bool buffer_is_granted(void)
{
	const int asked = BUFFER;
	struct udp_peer probe;
	int granted = 0;
	socklen_t len = sizeof(granted);

	if (!peer_open(&probe, "127.0.0.1", 0))
		return false;
	if (setsockopt(probe.fd, SOL_SOCKET, SO_RCVBUFFORCE, &asked, sizeof(asked)) < 0)
		setsockopt(probe.fd, SOL_SOCKET, SO_RCVBUF, &asked, sizeof(asked));
	getsockopt(probe.fd, SOL_SOCKET, SO_RCVBUF, &granted, &len);
	peer_close(&probe);
	return granted >= BUFFER;
}

/* Port of the second socket, an echo; the first becomes the current one again. */
static uint16_t open_echo(struct term *t)
{
	uint16_t port;

	app_line(t, ":open 127.0.0.1:0");
	port = app_opened(t, 2);
	app_line(t, ":echo-server on");
	term_wait_row(t, ROW_STATUS, " echo");
	app_line(t, ":socket 1");
	term_wait_row(t, ROW_STATUS, "[1*] 127.0.0.1:");
	return port;
}

static bool has_come_so_far(struct term *t, void *count)
{
	(void)t;
	return atomic_load(&flood.accepted) >= *(unsigned long long *)count;
}

/* One question and its answer after each thirtieth of the flood. */
static void ask_the_echo(struct app *app, uint16_t port)
{
	char text[16], got[16];

	for (unsigned i = 1; i <= STEPS; i++) {
		unsigned long long part = (unsigned long long)RATE * SECONDS * i / STEPS;

		TERM_CHECK(app->term, term_until(app->term, has_come_so_far, &part, 60000));
		snprintf(text, sizeof(text), "ask %u", i);
		assert_true(peer_send(&app->peer, "127.0.0.1", port, text, strlen(text)));
		if (peer_recv(&app->peer, got, sizeof(got)) != (ssize_t)strlen(text))
			fail_msg("no answer to \"%s\"", text);
		assert_memory_equal(got, text, strlen(text));
	}
}

static struct term *start(struct app *app, const char *buffer)
{
	app->term = app_run(24, 120, NULL, "-s 127.0.0.1 -p 0 %s", buffer);
	assert_non_null(app->term);
	term_wait_row(app->term, ROW_STATUS, "[1*] 127.0.0.1:");
	return app->term;
}

static void test_a_stalled_terminal_holds_up_nothing(void **state)
{
	struct app *app = *state;
	struct term *t = start(app, "");
	struct flood_plan plan = { .addr = "127.0.0.1",
				   .port = app_opened(t, 1),
				   .size = 100,
				   .count = (unsigned long long)RATE * SECONDS,
				   .rate = RATE };
	uint16_t echo = open_echo(t);
	struct total total = { 0 };

	term_stall(t);
	assert_true(flood_start(&flood, &plan));
	ask_the_echo(app, echo);
	total.sent = flood_wait(&flood);
	assert_int_equal(total.sent, RATE * SECONDS);
	/* typed into the stalled terminal, it is done all the same */
	app_line(t, ":sockets");
	term_unstall(t);
	term_wait_fn(t, all_are_counted, &total);
	if (buffer_is_granted())
		assert_int_equal(total.counts.lost, 0);
	else
		print_message("16 MiB of receive buffer are not granted here (rmem_max): "
			      "%llu lost, not judged\n",
			      total.counts.lost);
	term_keys(t, "q");
	term_wait(t, "0000149999");
}

/* With a small buffer and a program that stands still, most of it is lost, and counted. */
static void test_what_the_kernel_drops_stands_as_a_gap(void **state)
{
	struct app *app = *state;
	struct term *t = start(app, "-I 8192");
	struct flood_plan plan = {
		.addr = "127.0.0.1", .port = app_opened(t, 1), .size = 100, .count = 2000
	};
	struct total total = { 0 };

	term_signal(t, SIGSTOP);
	assert_true(flood_start(&flood, &plan));
	total.sent = flood_wait(&flood);
	term_signal(t, SIGCONT);
	term_wait_row(t, ROW_PREVIEW, "text -> @1 ");
	/* the kernel tells with the next datagram how many it dropped */
	assert_true(peer_send(&app->peer, "127.0.0.1", plan.port, "next", 4));
	total.sent++;
	term_wait(t, "lost: receive buffer ");
	app_line(t, ":sockets");
	term_wait_fn(t, all_are_counted, &total);
	assert_true(total.counts.lost > 1000);
	term_keys(t, "q");
	/* a row at the place where they are missing */
	term_wait(t, " lost here before they could be received -------");
	term_wait_row(t, ROW_COUNTERS, "lost ");
}

/* Much sooner than a stalled terminal or the flood end. */
static void check_end(struct term *t)
{
	int status;

	term_signal(t, SIGTERM);
	TERM_CHECK(t, term_until_exit(t, 5000, &status));
	assert_int_equal(status, 0);
}

static void test_sigterm_ends_it_in_the_middle_of_a_flood(void **state)
{
	struct app *app = *state;
	struct term *t = start(app, "");
	struct flood_plan plan = {
		.addr = "127.0.0.1", .port = app_opened(t, 1), .size = 100, .rate = RATE
	};

	assert_true(flood_start(&flood, &plan));
	term_wait(t, "xxxxxxx");
	check_end(t);
	assert_false(term_state(t).alt_screen);
	flood_stop(&flood);
}

static void test_sigterm_ends_it_while_the_terminal_is_stalled(void **state)
{
	struct app *app = *state;
	struct term *t = start(app, "");
	struct flood_plan plan = {
		.addr = "127.0.0.1", .port = app_opened(t, 1), .size = 100, .rate = RATE
	};
	unsigned long long part;

	assert_true(flood_start(&flood, &plan));
	term_wait(t, "xxxxxxx");
	term_stall(t);
	part = atomic_load(&flood.accepted) + RATE;
	term_wait_fn(t, has_come_so_far, &part);
	check_end(t);
	flood_stop(&flood);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
#define TEST(name) cmocka_unit_test_setup_teardown(name, app_setup_peer, teardown)
		TEST(test_a_stalled_terminal_holds_up_nothing),
		TEST(test_what_the_kernel_drops_stands_as_a_gap),
		TEST(test_sigterm_ends_it_in_the_middle_of_a_flood),
		TEST(test_sigterm_ends_it_while_the_terminal_is_stalled),
	};

	return cmocka_run_group_tests_name("flood", tests, NULL, NULL);
}
