/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The commands about peers: the listing and its orders, labels, mute and solo. */
#include "fake_face.h"
#include "net/lookup.h"
#include "util/num.h"

#include <semaphore.h>
#include <setjmp.h>
#include <stdatomic.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static unsigned refilters;

static bool refilter(void *ctx, struct error *e)
{
	(void)ctx;
	(void)e;
	refilters++;
	return true;
}

static struct peer *add_peer(struct fake_face *f, unsigned host, uint16_t port)
{
	struct addr a = { .family = AF_INET, .port = port };
	bool added;

	a.v4.s_addr = htonl(0x0a000000 + host);
	return peer_note(&f->session.peers, &a, &added);
}

static int setup(void **state)
{
	struct fake_face *f;

	if (fake_face_setup_still(state) != 0)
		return -1;
	f = *state;
	f->face.refilter = refilter;
	refilters = 0;
	for (unsigned i = 1; i <= 4; i++)
		add_peer(f, i, 53);
	return 0;
}

/* The peers of the last listing, by number: "4 3 2 1 ". */
static void assert_order(struct fake_face *f, const char *command, const char *expected)
{
	char order[64] = "";

	fake_must(f, "%s", command);
	for (size_t i = 0; i < f->listing.count; i++) {
		const char *text = listing_text(&f->listing, i);
		size_t n = strlen(order);

		if (text[0] == '@')
			snprintf(order + n, sizeof(order) - n, "%.*s ",
				 (int)strcspn(text + 1, " \t"), text + 1);
	}
	assert_string_equal(order, expected);
}

static void peers_are_listed_in_an_order(void **state)
{
	struct fake_face *f = *state;
	struct peer *const *p = f->session.peers.peers;
	struct error e = { .at = -1 };

	p[0]->rx = 7;
	p[1]->rx = 9;
	p[2]->errors = 1;
	p[3]->pairing.unanswered = 2;
	p[1]->pairing.unanswered = 2;
	p[0]->last = 5;
	p[2]->tx_bytes = 5;
	p[1]->rx_bytes = 6;
	assert_order(f, "peers", "4 3 2 1 ");
	assert_order(f, "peers new", "4 3 2 1 ");
	assert_order(f, "peers rx", "2 1 4 3 ");
	assert_order(f, "peers tx", "4 3 2 1 ");
	assert_order(f, "peers errors", "3 4 2 1 ");
	assert_order(f, "peers unanswered", "4 2 3 1 ");
	assert_order(f, "peers last", "1 4 3 2 ");
	assert_order(f, "peers bytes", "2 3 4 1 ");
	assert_string_equal(buf_cstr(&f->listing.title), "4 peers by bytes");
	assert_string_equal(listing_command(&f->listing, 1), "to @2");
	assert_false(fake_run(f, "peers size", &e));
	assert_int_equal(e.at, 6);
}

static void a_row_has_the_round_trips(void **state)
{
	struct fake_face *f = *state;
	struct peer *p = f->session.peers.peers[0];
	const char *event, *members;

	p->rx = 2;
	p->tx = 3;
	p->socket = 2;
	p->first = f->now - 5 * NS_PER_S;
	p->last = f->now;
	p->pairing = (struct peer_pairing){
		.answered = 2,
		.unanswered = 1,
		.rtt = 1240 * NS_PER_US,
		.rtt_least = NS_PER_MS,
		.rtt_sum = 2240 * NS_PER_US,
	};
	fake_must(f, "peers");
	assert_true(fake_listed(f, "@1\t10.0.0.1:53\t2\t3\t0/s\t1.2 ms\t1\t0\tnow\t0 B\t0 B\t"
				   "1 ms / 1.1 ms\t5 s ago, [2]"));
	assert_true(fake_listed(f, "@2\t10.0.0.2:53\t0\t0\t0/s\t-\t0\t0\t-\t0 B\t0 B\t-\t-"));
	assert_true(listing_event(&f->listing, 4, &event, &members));
	assert_string_equal(event, "peer");
	assert_non_null(strstr(members, "\"peer\":1,\"address\":\"10.0.0.1:53\",\"shown\":true"));
	assert_non_null(strstr(members, "\"answered\":2,\"unanswered\":1,\"rtt\":0.00124,"
					"\"rtt_min\":0.001,\"rtt_mean\":0.00112,"));
	assert_true(listing_event(&f->listing, 3, &event, &members));
	assert_null(strstr(members, "rtt"));
	assert_null(strstr(members, "first"));
}

static void a_panel_of_very_many_says_what_it_leaves_out(void **state)
{
	struct fake_face *f = *state;

	for (unsigned i = 5; i <= 3000; i++)
		add_peer(f, i, 53);
	fake_must(f, "peers");
	assert_int_equal(f->listing.count, 3001);
	f->face.is_live = true;
	fake_must(f, "peers");
	assert_int_equal(f->listing.count, 1002);
	assert_string_equal(buf_cstr(&f->listing.title), "3000 peers");
	assert_true(fake_listed(f, "and 2000 more"));
	assert_true(fake_listed(f, "@3000\t"));
}

static bool shows(struct fake_face *f, uint32_t number)
{
	const struct packet p = { .kind = PACKET_RX,
				  .peer = peer_by_number(&f->session.peers, number)->addr };

	return peer_table_shows(&f->session.peers, &p);
}

static void muted_peers_are_not_shown(void **state)
{
	struct fake_face *f = *state;
	const struct packet gap = { .kind = PACKET_GAP }, stranger = { .kind = PACKET_RX };
	struct error e = { .at = -1 };

	fake_must(f, "mute @1 10.0.0.3:53");
	assert_string_equal(
		f->message,
		"2 peers are not shown, but kept and recorded; :unmute shows all again");
	assert_int_equal(refilters, 1);
	assert_false(shows(f, 1));
	assert_true(shows(f, 2));
	assert_false(shows(f, 3));
	assert_true(peer_table_shows(&f->session.peers, &gap));
	assert_true(peer_table_shows(&f->session.peers, &stranger));
	fake_must(f, "mute");
	assert_string_equal(buf_cstr(&f->listing.title), "2 muted");
	assert_string_equal(listing_command(&f->listing, 1), "unmute @3");
	fake_must(f, "peers");
	assert_true(fake_listed(f, "@1 (muted)\t10.0.0.1:53"));
	fake_must(f, "unmute @1");
	assert_true(shows(f, 1));
	fake_must(f, "unmute");
	assert_true(shows(f, 3));
	assert_string_equal(f->message, "all peers are shown");
	/* a fault changes nothing */
	assert_false(fake_run(f, "mute @1 @9", &e));
	assert_int_equal(e.at, 8);
	assert_true(shows(f, 1));
	assert_false(fake_run(f, "mute example.test:5", &e));
	assert_int_equal(e.at, 5);
}

static void solo_shows_only_these(void **state)
{
	struct fake_face *f = *state;
	const struct packet stranger = { .kind = PACKET_RX }, note = { .kind = PACKET_NOTE };

	fake_must(f, "mute @2");
	fake_must(f, "solo @2");
	assert_true(shows(f, 2));
	assert_false(shows(f, 1));
	assert_false(peer_table_shows(&f->session.peers, &stranger));
	assert_true(peer_table_shows(&f->session.peers, &note));
	fake_must(f, "solo @3 @4");
	assert_string_equal(f->message, "only 2 peers are shown; :solo shows all again");
	assert_false(shows(f, 2));
	assert_true(shows(f, 4));
	fake_must(f, "solo");
	assert_true(shows(f, 1));
	assert_false(shows(f, 2));
}

static void a_peer_may_be_named_before_it_is_heard(void **state)
{
	struct fake_face *f = *state;
	struct peer *p;

	fake_must(f, "label [fe80::1%%lo]:69 boot");
	p = peer_by_number(&f->session.peers, 5);
	assert_non_null(p);
	assert_string_equal(p->label, "boot");
	fake_must(f, "label 5 other");
	assert_string_equal(p->label, "other");
	assert_int_equal(f->session.peers.count, 5);
}

/* ---- names ---- */

static atomic_uint asked;
static sem_t let_go;

/* 10.0.0.1 has a name, another one once it is let go, 10.0.0.3 and all others have none. */
static int name_of(const struct sockaddr *sa, socklen_t len, char *host, socklen_t host_size,
		   char *service, socklen_t service_size, int flags)
{
	struct addr a = { 0 };

	(void)service;
	(void)service_size;
	(void)flags;
	atomic_fetch_add(&asked, 1);
	addr_from_sockaddr(&a, sa, len);
	if (a.bytes[3] == 2)
		sem_wait(&let_go);
	if (a.bytes[3] > 2)
		return EAI_NONAME;
	snprintf(host, host_size, "%s", a.bytes[3] == 1 ? "one.test" : "tab\tand\033[2J");
	return 0;
}

static bool all_known(struct fake_face *f, void *ctx)
{
	(void)ctx;
	return !f->session.names.count;
}

static void ask_instead(struct fake_face *f)
{
	resolver_ask_instead(f->session.resolver, NULL, name_of);
	atomic_store(&asked, 0);
}

/* "peers names" waits for all names; each host is asked about once. */
static void names_are_looked_up_when_asked_for(void **state)
{
	struct fake_face *f = *state;
	const char *event, *members;
	struct error e;

	ask_instead(f);
	add_peer(f, 1, 54);
	fake_must(f, "peers");
	assert_string_equal(listing_text(&f->listing, 0) + 3,
			    "ddress\trx\ttx\trate\trtt\tunansw\terr\t"
			    "last\trx bytes\ttx bytes\tleast / mean rtt\tfirst, socket");
	assert_int_equal(atomic_load(&asked), 0);
	assert_false(fake_run(f, "peers names", &e));
	assert_int_equal(e.code, ERR_PENDING);
	sem_post(&let_go);
	fake_until(f, all_known, NULL);
	fake_must(f, "peers names");
	assert_int_equal(atomic_load(&asked), 4);
	assert_string_equal(buf_cstr(&f->listing.title), "5 peers");
	assert_true(fake_listed(f, "\taddress\tname\trx\t"));
	assert_true(fake_listed(f, "@1\t10.0.0.1:53\tone.test\t0\t"));
	assert_true(fake_listed(f, "@5\t10.0.0.1:54\tone.test\t0\t"));
	assert_true(fake_listed(f, "@2\t10.0.0.2:53\ttab\\tand\\x1b[2J\t0\t"));
	assert_true(fake_listed(f, "@3\t10.0.0.3:53\t-\t0\t"));
	assert_true(listing_event(&f->listing, 5, &event, &members));
	assert_non_null(strstr(members, "\"address\":\"10.0.0.1:53\",\"name\":\"one.test\","));
	assert_true(listing_event(&f->listing, 4, &event, &members));
	assert_non_null(strstr(members, "\"name\":\"tab\\u0009and\\u001b[2J\""));
	assert_true(listing_event(&f->listing, 3, &event, &members));
	assert_null(strstr(members, "\"name\""));
}

/* Those without a name may have got one a while later. */
static void who_has_no_name_is_asked_about_again(void **state)
{
	struct fake_face *f = *state;
	struct error e;

	ask_instead(f);
	sem_post(&let_go);
	assert_false(fake_run(f, "peers names", &e));
	fake_until(f, all_known, NULL);
	fake_must(f, "peers names rx");
	assert_int_equal(atomic_load(&asked), 4);
	f->now += 2 * NS_PER_S;
	assert_false(fake_run(f, "peers names rx", &e));
	assert_int_equal(e.code, ERR_PENDING);
	fake_until(f, all_known, NULL);
	fake_must(f, "peers names");
	assert_int_equal(atomic_load(&asked), 6);
}

/* They come while it is shown; it is made again without asking. */
static void a_panel_does_not_wait_for_names(void **state)
{
	struct fake_face *f = *state;

	ask_instead(f);
	f->face.is_live = true;
	fake_must(f, "peers names bytes");
	assert_string_equal(buf_cstr(&f->listing.title), "4 peers by bytes, 4 names are looked up");
	assert_string_equal(buf_cstr(&f->listing.remake), "peers bytes");
	sem_post(&let_go);
	fake_until(f, all_known, NULL);
	add_peer(f, 1, 54);
	fake_must(f, "peers bytes");
	assert_true(fake_listed(f, "@1\t10.0.0.1:53\tone.test\t"));
	assert_true(fake_listed(f, "@5\t10.0.0.1:54\t-\t"));
	assert_int_equal(atomic_load(&asked), 4);
}

/* A request is bounded, also if it is made again while peers come. */
static void not_everybody_is_asked_about(void **state)
{
	struct fake_face *f = *state;
	struct error e;

	ask_instead(f);
	for (unsigned i = 0; i < 1200; i++)
		add_peer(f, 0x10003 + i * 256, 53);
	assert_false(fake_run(f, "peers names", &e));
	fake_until(f, all_known, NULL);
	fake_must(f, "peers names");
	assert_int_equal(atomic_load(&asked), NAMES_MAX);
}

static void words_of_peers_are_checked(void **state)
{
	struct fake_face *f = *state;
	struct error e;

	assert_false(fake_run(f, "peers rx names", &e));
	assert_int_equal(e.code, ERR_USAGE);
	assert_false(fake_run(f, "peers names size", &e));
	assert_int_equal(e.at, 12);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, fake_face_teardown)
		TEST(peers_are_listed_in_an_order),
		TEST(a_row_has_the_round_trips),
		TEST(a_panel_of_very_many_says_what_it_leaves_out),
		TEST(muted_peers_are_not_shown),
		TEST(solo_shows_only_these),
		TEST(names_are_looked_up_when_asked_for),
		TEST(who_has_no_name_is_asked_about_again),
		TEST(a_panel_does_not_wait_for_names),
		TEST(not_everybody_is_asked_about),
		TEST(words_of_peers_are_checked),
		TEST(a_peer_may_be_named_before_it_is_heard),
#undef TEST
	};

	sem_init(&let_go, 0, 0);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
