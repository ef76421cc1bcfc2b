/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * stats: what it costs to count 100,000 datagrams per second from 10,000 peers, with
 * their sequence numbers, and to make and draw the panel 30 times a second meanwhile: of
 * "stats", and of "peers", which also has the peers themselves in order.
 *
 * Between two frames the session follows what comes in the time of one, so that both
 * work with the caches as the other left them.  Times are the processor's, for this thread:
 * other programs of the machine do not count.
 */
#include "ui/view.h"
#include "util/num.h"

#include <locale.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define PEERS 10000u
#define RATE 100000u
#define FRAMES_PER_S 30u
#define FRAMES 300u
#define BAR 1.0        /* of a second's time, for both */
#define PEERS_BAR 5e-3 /* seconds, a redraw of "peers" */

struct bench {
	struct session session;
	struct view view;
	struct canvas canvas;
	struct face face;
	struct command_set set;
	uint32_t numbers[PEERS];
	uint64_t sent, random;
};

static void take_listing(void *ctx, const char *line, struct listing *l)
{
	struct bench *b = ctx;

	(void)line;
	listing_done(&b->view.panel.listing);
	b->view.panel.listing = *l;
	listing_init(l);
}

static void fail(const char *what, const struct error *e)
{
	fprintf(stderr, "stats: %s: %s\n", what, e->text);
	exit(1);
}

static void command(struct bench *b, const char *line)
{
	struct error e;

	if (!command_run(&b->session, &b->face, &b->set, line, true, &e))
		fail(line, &e);
}

static void begin(struct bench *b)
{
	struct session_config config = { .clock = &clock_system, .numeric_only = true };
	struct error e;

	config.loop = loop_new(&clock_system);
	if (!config.loop || !session_init(&b->session, &config, &e))
		fail("session", &e);
	b->random = 1;
	b->face = (struct face){ .ctx = b, .listing = take_listing, .is_live = true };
	b->view.session = &b->session;
	b->view.panel.open = true;
	b->view.focus = FOCUS_PANEL;
	command_set_init(&b->set, NULL, NULL);
	command(b, "open udp4 127.0.0.1:0");
	command(b, "stats sequence data[0:4]");
}

/* Any peer, as xorshift64 has it; each fiftieth of its numbers is missing. */
static void append(struct bench *b)
{
	uint8_t bytes[64] = { 0 };
	struct packet p = { .kind = PACKET_RX,
			    .socket = 1,
			    .time = clock_realtime(&clock_system),
			    .peer.family = AF_INET,
			    .len = sizeof(bytes),
			    .stored = sizeof(bytes),
			    .data = bytes };
	uint32_t peer, number;

	b->random ^= b->random << 13;
	b->random ^= b->random >> 7;
	b->random ^= b->random << 17;
	peer = (uint32_t)(b->random >> 32) % PEERS;
	b->numbers[peer] += b->random % 50 ? 1 : 2;
	number = b->numbers[peer];
	for (int i = 0; i < 4; i++)
		bytes[i] = (uint8_t)(number >> (24 - 8 * i));
	p.peer.v4.s_addr = htonl(0x0a000000 + peer);
	p.peer.port = 9;
	store_append(b->session.store, &p);
	b->sent++;
}

/* Seconds of the processor. */
static double now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

/* Seconds that it takes to count so many; to append them is the receiver's work. */
static double count(struct bench *b, unsigned n)
{
	double start;

	store_begin(b->session.store);
	for (unsigned i = 0; i < n; i++)
		append(b);
	store_end(b->session.store);
	start = now();
	while (b->session.rx + b->session.lost < b->sent)
		session_follow(&b->session);
	return now() - start;
}

static double redraw(struct bench *b, const char *line)
{
	double start = now();

	b->view.mono = clock_monotonic(&clock_system);
	b->view.now = clock_realtime(&clock_system);
	command(b, line);
	view_draw(&b->view, &b->canvas);
	return now() - start;
}

static bool measure(struct bench *b, const char *line, double bar, int rows, int cols)
{
	double counting = 0, drawing = 0, longest = 0, share;
	bool met;

	if (!canvas_resize(&b->canvas, rows, cols))
		abort();
	for (unsigned i = 0; i < FRAMES; i++) {
		double took;

		counting += count(b, RATE / FRAMES_PER_S);
		took = redraw(b, line);
		drawing += took;
		longest = took > longest ? took : longest;
	}
	share = (counting + drawing) * FRAMES_PER_S / FRAMES;
	met = share <= BAR && drawing / FRAMES <= bar;
	printf("%s, %u peers, %u datagrams per second, %dx%d: a redraw %.2f ms (longest %.2f), "
	       "%.0f %% of its 33 ms;\n"
	       "  counting %.0f ns per datagram; both %.0f %% of a processor%s\n",
	       line, b->session.peers.count, RATE, cols, rows, drawing / FRAMES * 1e3,
	       longest * 1e3, drawing / FRAMES * FRAMES_PER_S * 100,
	       counting / (double)(RATE / FRAMES_PER_S) / FRAMES * 1e9, share * 100,
	       met ? "" : "  above the bar");
	return met;
}

int main(void)
{
	static struct bench b;
	struct loop *loop;
	bool met = true;

	setlocale(LC_CTYPE, "");
	begin(&b);
	loop = b.session.loop;
	count(&b, 10 * PEERS);
	for (int large = 0; large < 2; large++) {
		int rows = large ? 50 : 24, cols = large ? 200 : 80;

		met &= measure(&b, "stats", 1, rows, cols);
		met &= measure(&b, "peers", PEERS_BAR, rows, cols);
		met &= measure(&b, "peers rate", PEERS_BAR, rows, cols);
	}
	if (b.session.peers.count != PEERS || b.session.lost)
		met = false;
	listing_done(&b.view.panel.listing);
	canvas_done(&b.canvas);
	session_done(&b.session);
	loop_free(loop);
	return met ? 0 : 1;
}
