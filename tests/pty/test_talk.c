/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The main job: sockets, targets, answers, groups, options, refusals, and the demo. */
#include "app.h"
#include "look.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static void enter(struct app *app, const char *format, ...) __attribute__((format(printf, 2, 3)));

static void enter(struct app *app, const char *format, ...)
{
	char line[120];
	va_list ap;

	va_start(ap, format);
	vsnprintf(line, sizeof(line), format, ap);
	va_end(ap);
	app_line(app->term, line);
}

/* From another port, as TFTP answers: heard, and F6 makes it the target. */
static void test_f6_answers_whoever_wrote_last(void **state)
{
	struct app *app = *state;
	uint16_t port = app_port(app);
	struct udp_peer other;
	char text[16];

	assert_true(peer_open(&other, "127.0.0.1", 0));
	assert_true(peer_send(&other, "127.0.0.1", port, "from elsewhere", 14));
	term_wait_row(app->term, ROW_MESSAGE, "@2 127.0.0.1:");
	term_wait_row(app->term, ROW_MESSAGE, " is new: Alt-a answers it");
	/* hearing somebody does not move a pinned target */
	term_wait_row(app->term, ROW_PREVIEW, "text -> @1 127.0.0.1:");
	term_key(app->term, "F6");
	term_wait_row(app->term, ROW_PREVIEW, "text -> @2 127.0.0.1:");
	app_line(app->term, "to you");
	assert_int_equal(peer_recv(&other, text, sizeof(text)), 6);
	assert_memory_equal(text, "to you", 6);
	/* one answer to the selected packet's sender, by number; the target stays */
	assert_true(peer_answer(&app->peer, "first", 5));
	term_wait(app->term, " first");
	app_line(app->term, ":reply #4 back");
	app_heard(app, "back");
	term_wait_row(app->term, ROW_PREVIEW, "text -> @2 127.0.0.1:");
	app_line(app->term, ":to -");
	term_wait_row(app->term, ROW_PREVIEW, "text -> @1 127.0.0.1:");
	app_line(app->term, ":to @1,@2");
	term_wait_row(app->term, ROW_PREVIEW, "-> 2 peers");
	app_line(app->term, "both");
	app_heard(app, "both");
	assert_int_equal(peer_recv(&other, text, sizeof(text)), 4);
	peer_close(&other);
}

/* While somebody types, a roaming target stands still. */
static void test_the_target_is_frozen_while_typing(void **state)
{
	struct app *app = *state;
	struct udp_peer other;
	uint16_t port;

	app->term = app_run(24, 80, NULL, "-l 127.0.0.1 0");
	assert_non_null(app->term);
	port = app_opened(app->term, 1);
	app_line(app->term, "nobody yet");
	term_wait_row(app->term, ROW_MESSAGE, "no target: :to HOST PORT, or wait for a peer");
	term_row_is(app->term, ROW_INPUT, "text> nobody yet");
	term_wait_row(app->term, ROW_PREVIEW, "text 10 B: no target");
	term_key(app->term, "Ctrl-C");
	assert_true(peer_send(&app->peer, "127.0.0.1", port, "me", 2));
	term_wait_row(app->term, ROW_PREVIEW, "text -> @1 ");
	assert_true(peer_open(&other, "127.0.0.1", 0));
	term_keys(app->term, "for the first");
	term_wait_row(app->term, ROW_PREVIEW, "text 13 B -> @1 ");
	assert_true(peer_send(&other, "127.0.0.1", port, "me too", 6));
	term_wait(app->term, " me too");
	term_wait_row(app->term, ROW_PREVIEW, "text 13 B -> @1 ");
	term_key(app->term, "Enter");
	app_heard(app, "for the first");
	term_wait_row(app->term, ROW_PREVIEW, "text -> @2 ");
	peer_close(&other);
}

static void test_two_sockets(void **state)
{
	struct app *app = *state;
	struct term *t = app->term;
	char row[VT_ROW_BYTES];
	uint16_t first, second;

	first = app_port(app);
	app_line(t, ":open udp4 127.0.0.1:0");
	/* the newest is current, the other one stands beside it */
	term_wait_row(t, ROW_STATUS, "[2*] 127.0.0.1:");
	term_wait_row(t, ROW_STATUS, " [1]");
	term_wait_row(t, ROW_HEADS, " S    Peer");
	second = app_opened(t, 2);
	enter(app, ":to 127.0.0.1 %u", app->peer.port);
	app_line(t, "from two");
	app_heard(app, "from two");
	assert_int_equal(app->peer.last_port, second);
	/* traffic does not switch, it marks */
	assert_true(peer_send(&app->peer, "127.0.0.1", first, "to one", 6));
	term_wait(t, " to one");
	term_wait_row(t, ROW_STATUS, "[2*] 127.0.0.1:");
	term_wait_row(t, ROW_STATUS, " [1+]");
	term_key(t, "Alt-1");
	term_wait_row(t, ROW_STATUS, "[1*] 0.0.0.0:");
	term_wait_row(t, ROW_STATUS, " [2]");
	app_line(t, "from one");
	app_heard(app, "from one");
	assert_int_equal(app->peer.last_port, first);
	app_line(t, ":close 2");
	term_wait(t, "[2] closed");
	/* a number is never used again */
	app_line(t, ":open");
	term_wait_row(t, ROW_STATUS, "[3*] ");
	look_row(t, ROW_STATUS, row);
	assert_null(strstr(row, "[2"));
}

static void test_connected_sockets_hear_one_only(void **state)
{
	struct app *app = *state;
	struct term *t = app->term;
	uint16_t port = app_port(app);
	struct udp_peer other;
	char want[16];

	enter(app, ":connect 127.0.0.1 %u", app->peer.port);
	term_wait_row(t, ROW_STATUS, " ->127.0.0.1:");
	assert_true(peer_open(&other, "127.0.0.1", 0));
	sendto(other.fd, "stranger", 8, 0, (struct sockaddr *)&app->peer.last, app->peer.last_len);
	assert_true(peer_answer(&app->peer, "friend", 6));
	term_wait(t, " friend");
	assert_false(term_shows(t, "stranger"));
	app_line(t, ":disconnect");
	term_gone(t, " ->127.0.0.1:");
	/* on the same port as before */
	snprintf(want, sizeof(want), ":%u", port);
	term_wait_row(t, ROW_STATUS, want);
	assert_true(peer_send(&other, "127.0.0.1", port, "stranger", 8));
	term_wait(t, " stranger");
	peer_close(&other);
}

static void test_a_group_on_lo(void **state)
{
	const struct ip_mreqn lo = { .imr_address.s_addr = htonl(INADDR_LOOPBACK),
				     .imr_ifindex = 1 };
	struct app *app = *state;
	struct term *t = app->term;
	uint16_t port;

	app_line(t, ":open 0.0.0.0:0");
	port = app_opened(t, 1);
	app_line(t, ":join 239.255.1.2%lo");
	term_wait_row(t, ROW_STATUS, " +239.255.1.2%lo");
	assert_int_equal(setsockopt(app->peer.fd, IPPROTO_IP, IP_MULTICAST_IF, &lo, sizeof(lo)), 0);
	assert_true(peer_send(&app->peer, "239.255.1.2", port, "to the group", 12));
	term_wait(t, "<m @1 127.0.0.1:");
	term_wait(t, " to the group");
	/* F8 lists it; Enter on its row leaves it */
	term_key(t, "F8");
	term_wait(t, "239.255.1.2  lo");
	term_key(t, "Enter");
	term_row_is(t, ROW_INPUT, "cmd> :leave 239.255.1.2%lo");
	term_key(t, "Enter");
	term_gone(t, " +239.255.1.2%lo");
	assert_true(peer_send(&app->peer, "239.255.1.2", port, "not heard", 9));
	assert_true(peer_send(&app->peer, "127.0.0.1", port, "heard", 5));
	term_wait(t, " heard");
	assert_false(term_shows(t, "not heard"));
}

#define OPTIONS_MAX 60

/* The bar is on another row than this one. */
static bool bar_has_left(struct term *t, void *ctx)
{
	char row[VT_ROW_BYTES];

	return look_bar(t, row) && strcmp(row, ctx) != 0;
}

/* Down to the row of this option, then Enter. */
static void pick_option(struct term *t, const char *option)
{
	char want[40], row[VT_ROW_BYTES] = "";

	snprintf(want, sizeof(want), "> %s ", option);
	term_key(t, "F7");
	term_wait(t, "-options of [1] -");
	for (int i = 0; i < OPTIONS_MAX; i++) {
		term_wait_fn(t, bar_has_left, row);
		if (look_bar(t, row) && strncmp(row, want, strlen(want)) == 0)
			break;
		term_keys(t, "j");
	}
	term_key(t, "Enter");
}

static void test_options_are_changed_through_f7(void **state)
{
	const int on = 1;
	struct app *app = *state;
	struct term *t = app->term;
	char control[64], text[16];
	struct iovec iov = { text, sizeof(text) };
	struct msghdr m = { .msg_iov = &iov,
			    .msg_iovlen = 1,
			    .msg_control = control,
			    .msg_controllen = sizeof(control) };

	assert_int_equal(setsockopt(app->peer.fd, IPPROTO_IP, IP_RECVTTL, &on, sizeof(on)), 0);
	pick_option(t, "ttl");
	term_row_is(t, ROW_INPUT, "cmd> :set ttl");
	app_line(t, "9");
	term_wait_row(t, ROW_MESSAGE, "ttl of [1] is 9");
	pick_option(t, "broadcast");
	term_row_is(t, ROW_INPUT, "cmd> :set broadcast on");
	term_key(t, "Enter");
	term_wait_row(t, ROW_STATUS, " bcast");
	app_line(t, "with nine hops");
	term_wait_row(t, ROW_COUNTERS, "tx 1");
	assert_int_equal(recvmsg(app->peer.fd, &m, 0), 14);
	assert_non_null(CMSG_FIRSTHDR(&m));
	assert_int_equal(CMSG_FIRSTHDR(&m)->cmsg_type, IP_TTL);
	assert_int_equal(*(int *)(void *)CMSG_DATA(CMSG_FIRSTHDR(&m)), 9);
}

static void test_refusals_are_shown_and_survived(void **state)
{
	struct app *app = *state;
	struct term *t = app->term;
	uint16_t port = app_port(app);
	struct udp_peer closed;

	assert_true(peer_open_closed(&closed, "127.0.0.1"));
	enter(app, ":to 127.0.0.1 %u", closed.port);
	app_line(t, "anybody?");
	term_wait(t, " refused #2: port unreachable");
	term_wait_row(t, ROW_STATUS, "[1* refused] ");
	term_wait_row(t, ROW_COUNTERS, "err 1");
	term_wait_row(t, ROW_MESSAGE, "; [1] stays open");
	/* equal ones in a row fold; the next datagram leaves in spite of them */
	app_line(t, "anybody?");
	term_wait_row(t, ROW_COUNTERS, "err 2");
	enter(app, ":to 127.0.0.1 %u", app->peer.port);
	app_line(t, "you?");
	app_heard(app, "you?");
	term_wait_row(t, ROW_STATUS, "[1* refused] ");
	assert_true(peer_send(&app->peer, "127.0.0.1", port, "yes", 3));
	term_wait(t, " yes");
	term_gone(t, "[1* refused] ");
	term_wait_row(t, ROW_STATUS, "[1*] ");
	peer_close(&closed);
}

static void test_broadcast_is_explained(void **state)
{
	struct app *app = *state;

	app_line(app->term, ":open udp4 127.0.0.1:0");
	app_line(app->term, ":to 127.255.255.255 9");
	app_line(app->term, "all of you");
	term_wait(app->term, "broadcast is off: ");
	term_wait(app->term, "\":set broadcast on\"");
	term_row_is(app->term, ROW_INPUT, "text> all of you");
}

static void test_a_busy_port_is_explained(void **state)
{
	struct app *app = *state;
	struct term *t = app->term;
	char want[64];

	enter(app, ":open 127.0.0.1:%u", app->peer.port);
	snprintf(want, sizeof(want), "port %u is taken by ", app->peer.port);
	term_wait(t, want);
	term_wait(t, "test_talk");
	term_wait(t, "reuseaddr would share it");
	term_wait_row(t, ROW_INPUT, "cmd> :open 127.0.0.1:");
}

static void test_the_demo_shows_packets_at_once(void **state)
{
	struct app *app = *state;
	struct term *t;

	t = app->term = app_run(24, 80, NULL, "--demo");
	assert_non_null(t);
	term_wait_row(t, ROW_MESSAGE, "type hello, Enter: the echo answers.");
	term_wait_row(t, ROW_STATUS, " +239.255.77.77%lo");
	term_wait(t, "<m @");
	app_line(t, "hello");
	term_count_is(t, " hello", 2);
	term_wait(t, " -> @");
	term_wait(t, " <- @");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
#define TEST(name, setup) cmocka_unit_test_setup_teardown(name, setup, app_teardown)
		TEST(test_f6_answers_whoever_wrote_last, app_setup),
		TEST(test_the_target_is_frozen_while_typing, app_setup_peer),
		TEST(test_two_sockets, app_setup),
		TEST(test_connected_sockets_hear_one_only, app_setup),
		TEST(test_a_group_on_lo, app_setup_bare),
		TEST(test_options_are_changed_through_f7, app_setup),
		TEST(test_refusals_are_shown_and_survived, app_setup),
		TEST(test_broadcast_is_explained, app_setup_bare),
		TEST(test_a_busy_port_is_explained, app_setup_bare),
		TEST(test_the_demo_shows_packets_at_once, app_setup_peer),
	};

	return cmocka_run_group_tests_name("talk", tests, NULL, NULL);
}
