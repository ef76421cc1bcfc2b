/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Rules under 50,000 requests a second from 250 peers: each that was received is answered, and each
 * answer arrives.  What a busy machine keeps the sender from sending in time it sends later; what
 * the kernel drops before it is received is told, and counts as not asked.
 */
#include "session/rule.h"

#include "deadline.h"
#include "fake_face.h"
#include "peer.h"
#include "util/num.h"

#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

#define PEERS 250u
#define RATE 50000u
#define REQUESTS 50000u /* 200 of each peer: no limit acts */
#define BURST 50u
#define SIZE 64

struct crowd {
	struct udp_peer peers[PEERS];
	uint16_t port;
	uint64_t heard; /* answers */
	atomic_bool done;
};

static uint64_t now_ns(void)
{
	return clock_monotonic(&clock_system);
}

static void wait_until(uint64_t when)
{
	uint64_t now = now_ns();
	struct timespec t = { .tv_nsec = (long)(when > now ? (when - now) % NS_PER_S : 0) };

	if (when > now)
		nanosleep(&t, NULL);
}

static void read_answers(struct crowd *c)
{
	char bytes[SIZE + 1];

	for (unsigned i = 0; i < PEERS; i++)
		while (recv(c->peers[i].fd, bytes, sizeof(bytes), MSG_DONTWAIT) == SIZE)
			c->heard++;
}

static void *ask_all(void *arg)
{
	struct crowd *c = arg;
	uint64_t start = now_ns();
	char bytes[SIZE] = "asked";

	for (unsigned n = 0; n < REQUESTS; n++) {
		if (n % BURST == 0)
			wait_until(start + (uint64_t)n * NS_PER_S / RATE);
		if (n % (40 * PEERS) == 0)
			read_answers(c);
		peer_send(&c->peers[n % PEERS], "127.0.0.1", c->port, bytes, sizeof(bytes));
	}
	atomic_store(&c->done, true);
	return NULL;
}

static bool is_over(struct fake_face *f, void *ctx)
{
	struct crowd *c = ctx;
	const struct rule *r = f->session.rules;

	return atomic_load(&c->done) && f->session.rx + f->session.lost == REQUESTS &&
	       r->answered + r->failed == f->session.rx;
}

static void all_are_answered(void **state)
{
	static struct crowd c;
	struct fake_face *f = *state;
	deadline_t end;
	pthread_t thread;

	fake_must(f, "open udp4 127.0.0.1:0");
	fake_must(f, "on any reply ${req}");
	c.port = f->session.current->sock.local.port;
	for (unsigned i = 0; i < PEERS; i++)
		assert_true(peer_open(&c.peers[i], "127.0.0.1", 0));
	assert_int_equal(pthread_create(&thread, NULL, ask_all, &c), 0);
	fake_until(f, is_over, &c);
	pthread_join(thread, NULL);
	assert_int_equal(f->session.rules->matched, f->session.rx);
	assert_int_equal(f->session.rules->answered, f->session.rx);
	assert_int_equal(f->session.rules->limited, 0);
	assert_int_equal(f->session.rules->failed, 0);
	assert_int_equal(f->session.tx, f->session.rx);
	end = deadline_in(DEADLINE_DEFAULT_MS);
	while (c.heard < f->session.tx && deadline_left(end))
		read_answers(&c);
	assert_int_equal(c.heard, f->session.tx);
	for (unsigned i = 0; i < PEERS; i++)
		peer_close(&c.peers[i]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(all_are_answered, fake_face_setup,
						fake_face_teardown),
	};

	return cmocka_run_group_tests_name("rule load", tests, NULL, NULL);
}
