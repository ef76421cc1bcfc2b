/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Fresh memberships on which nothing is heard are told of, once, ten seconds after the join. */
#include "fake_face.h"
#include "session/silence.h"
#include "util/num.h"

#include <arpa/inet.h>
#include <net/if.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

static struct {
	unsigned count;
	char text[256];
} told;

static void take_notice(void *ctx, enum session_notice what, const struct packet *p,
			const struct peer *peer)
{
	(void)ctx, (void)peer;
	if (what != SESSION_SILENT)
		return;
	told.count++;
	snprintf(told.text, sizeof(told.text), "%.*s", (int)p->stored, (const char *)p->data);
}

static int setup(void **state)
{
	struct fake_face *f;

	if (fake_face_setup_still(state))
		return -1;
	f = *state;
	f->session.watcher.notice = take_notice;
	told.count = 0;
	fake_must(f, "open udp4 0.0.0.0:0");
	return 0;
}

/* From somebody else, to a group on lo. */
static void say(const struct fake_face *f, const char *group)
{
	const struct ip_mreqn out = { .imr_ifindex = (int)if_nametoindex("lo") };
	struct sockaddr_in to = { .sin_family = AF_INET,
				  .sin_port = htons(f->session.current->sock.local.port) };
	const struct sockaddr_in from = { .sin_family = AF_INET,
					  .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	assert_int_equal(bind(fd, (const struct sockaddr *)&from, sizeof(from)), 0);
	assert_int_equal(inet_pton(AF_INET, group, &to.sin_addr), 1);
	assert_int_equal(setsockopt(fd, IPPROTO_IP, IP_MULTICAST_IF, &out, sizeof(out)), 0);
	assert_int_equal(sendto(fd, "x", 1, 0, (struct sockaddr *)&to, sizeof(to)), 1);
	close(fd);
}

static void a_silent_group_is_told_of_once(void **state)
{
	struct fake_face *f = *state;

	fake_must(f, "join 239.77.1.1%%lo");
	fake_advance(f, SILENCE_NS - 1);
	assert_int_equal(told.count, 0);
	fake_advance(f, 1);
	assert_int_equal(told.count, 1);
	assert_string_equal(told.text,
			    "joined 239.77.1.1 on lo, nothing heard for 10 s: :doctor says why");
	fake_advance(f, 10 * SILENCE_NS);
	assert_int_equal(told.count, 1);
	assert_int_equal(f->session.silence.due, 0);
}

static void each_join_has_its_own_ten_seconds(void **state)
{
	struct fake_face *f = *state;

	fake_must(f, "join 239.77.1.1%%lo");
	fake_advance(f, SILENCE_NS / 2);
	fake_must(f, "join 127.0.0.9@232.77.1.2%%lo");
	fake_advance(f, SILENCE_NS / 2);
	assert_int_equal(told.count, 1);
	fake_advance(f, SILENCE_NS / 2);
	assert_int_equal(told.count, 2);
	assert_string_equal(told.text, "joined 127.0.0.9@232.77.1.2 on lo, nothing heard for "
				       "10 s: :doctor says why");
}

static void one_datagram_is_enough(void **state)
{
	struct fake_face *f = *state;

	fake_must(f, "join 239.77.2.1+50%%lo");
	say(f, "239.77.2.50");
	fake_until_rx(f, 1);
	fake_advance(f, SILENCE_NS);
	assert_int_equal(told.count, 0);
	/* What an earlier membership heard is no sign of life for a new one. */
	fake_must(f, "leave 239.77.2.1+50%%lo");
	fake_must(f, "join 239.77.2.1+50%%lo");
	fake_advance(f, SILENCE_NS);
	assert_int_equal(told.count, 1);
	assert_string_equal(told.text, "joined 239.77.2.1 and the 49 groups after it on lo, "
				       "nothing heard for 10 s: :doctor says why");
}

/* Another source of the same group is no sign of the one that was named. */
static void a_silent_source_is_told_of(void **state)
{
	struct fake_face *f = *state;

	fake_must(f, "join 127.0.0.1@232.77.1.2%%lo");
	fake_must(f, "join 127.0.0.9@232.77.1.2%%lo");
	say(f, "232.77.1.2");
	fake_until_rx(f, 1);
	fake_advance(f, SILENCE_NS);
	assert_int_equal(told.count, 1);
	assert_non_null(strstr(told.text, "joined 127.0.0.9@232.77.1.2 on lo"));
}

static void what_was_left_or_closed_is_not_told_of(void **state)
{
	struct fake_face *f = *state;

	fake_must(f, "join 239.77.1.1%%lo");
	fake_must(f, "leave 239.77.1.1%%lo");
	fake_must(f, "open udp4 0.0.0.0:0");
	fake_must(f, "join 239.77.1.2%%lo");
	fake_must(f, "close");
	fake_advance(f, SILENCE_NS);
	assert_int_equal(told.count, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(a_silent_group_is_told_of_once, setup,
						fake_face_teardown),
		cmocka_unit_test_setup_teardown(each_join_has_its_own_ten_seconds, setup,
						fake_face_teardown),
		cmocka_unit_test_setup_teardown(one_datagram_is_enough, setup, fake_face_teardown),
		cmocka_unit_test_setup_teardown(a_silent_source_is_told_of, setup,
						fake_face_teardown),
		cmocka_unit_test_setup_teardown(what_was_left_or_closed_is_not_told_of, setup,
						fake_face_teardown),
	};

	return cmocka_run_group_tests_name("silence", tests, NULL, NULL);
}
