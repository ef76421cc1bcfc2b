/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * look: what a filter costs over a million stored datagrams, as the list has it, beside bare
 * loops over the same datagrams in one ring, as a program made for nothing else would keep them.
 *
 * The contenders take turns, and medians are compared.  Times are the processor's, for this
 * thread: other programs of the machine do not count.
 */
#include "session/session.h"
#include "ui/view.h"
#include "util/num.h"

#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>

#define DATAGRAMS 1000000u
#define PAYLOAD 64u
#define PEERS 1000u
#define ROUNDS 9
#define TURN_BAR_MS 10.0

/* What is known of a datagram; its bytes follow. */
struct kept {
	uint64_t time;
	uint32_t from, to, ifindex, len;
	uint16_t from_port, to_port;
	uint8_t ttl, tos;
};

#define RECORD ((sizeof(struct kept) + PAYLOAD + 7) & ~(size_t)7)

struct bench {
	struct session session;
	struct view view;
	struct canvas canvas;
	uint8_t *ring;
	pcre2_code *code;
	pcre2_match_data *found;
};

/* A look: the bare loop's test of one record, and the filter that means the same. */
struct look {
	const char *filter;
	const char *pattern; /* of a regular expression */
	bool (*fits)(const struct bench *b, const struct kept *k);
	double bar;
};

static const uint8_t *bytes_of(const struct kept *k)
{
	return (const uint8_t *)(k + 1);
}

static bool port_fits(const struct bench *b, const struct kept *k)
{
	(void)b;
	return k->from_port == 40007 || k->to_port == 40007;
}

static bool part_fits(const struct bench *b, const struct kept *k)
{
	(void)b;
	return memmem(bytes_of(k), k->len, "\x0d\x0a\x0d\x0a", 4) != NULL;
}

static bool pattern_fits(const struct bench *b, const struct kept *k)
{
	return pcre2_match(b->code, bytes_of(k), k->len, 0, 0, b->found, NULL) >= 0;
}

static const struct look looks[] = {
	{ "port == 40007", NULL, port_fits, 3.0 },
	{ "data contains 0d0a0d0a", NULL, part_fits, 2.0 },
	{ "text ~ /answer 7\\d+/", "answer 7\\d+", pattern_fits, 1.5 },
	{ "text ~ /(get|post) \\w+7 /i", "(?i)(get|post) \\w+7 ", pattern_fits, 1.5 },
};

#define LOOKS (sizeof(looks) / sizeof(looks[0]))

/* Seconds of the processor. */
static double now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static void fail(const char *what, const char *why)
{
	fprintf(stderr, "look: %s: %s\n", what, why);
	exit(1);
}

/* ---- the datagrams ---- */

static void make_payload(uint8_t bytes[PAYLOAD], unsigned i)
{
	char text[PAYLOAD + 1];

	snprintf(text, sizeof(text), "GET /%u HTTP answer %u%s of node and more words, as it goes",
		 i % 9000, i % 1000, i % 100 ? " " : "\r\n\r\n");
	memset(bytes, '.', PAYLOAD);
	memcpy(bytes, text, strlen(text));
}

static void add(struct bench *b, unsigned i)
{
	uint8_t bytes[PAYLOAD];
	struct kept *k = (struct kept *)(void *)(b->ring + i * RECORD);
	struct packet p = { .kind = PACKET_RX,
			    .flags = PACKET_HAS_TTL | PACKET_HAS_TOS,
			    .socket = 1,
			    .ifindex = 1,
			    .ttl = 64,
			    .time = clock_realtime(&clock_system),
			    .len = PAYLOAD,
			    .stored = PAYLOAD,
			    .data = bytes };

	make_payload(bytes, i);
	p.peer.family = p.local.family = AF_INET;
	p.peer.v4.s_addr = htonl(0x0a000000 + i % PEERS);
	p.peer.port = (uint16_t)(40000 + i % PEERS);
	p.local.v4.s_addr = htonl(0x0a00ffff);
	p.local.port = 5000;
	store_append(b->session.store, &p);
	list_packet(&b->view, &p);
	*k = (struct kept){ .time = p.time,
			    .from = p.peer.v4.s_addr,
			    .to = p.local.v4.s_addr,
			    .ifindex = 1,
			    .len = PAYLOAD,
			    .from_port = p.peer.port,
			    .to_port = p.local.port,
			    .ttl = 64 };
	memcpy(k + 1, bytes, PAYLOAD);
}

static void begin(struct bench *b)
{
	struct session_config config = { .clock = &clock_system, .numeric_only = true };
	struct error e;

	config.loop = loop_new(&clock_system);
	if (!config.loop || !session_init(&b->session, &config, &e))
		fail("session", e.text);
	b->view.session = &b->session;
	b->found = pcre2_match_data_create(1, NULL);
	b->ring = mmap(NULL, DATAGRAMS * RECORD, PROT_READ | PROT_WRITE,
		       MAP_PRIVATE | MAP_ANONYMOUS | MAP_POPULATE, -1, 0);
	if (b->ring == MAP_FAILED || !canvas_resize(&b->canvas, 50, 200))
		fail("memory", "there is none");
	store_begin(b->session.store);
	for (unsigned i = 0; i < DATAGRAMS; i++)
		add(b, i);
	store_end(b->session.store);
}

/* ---- looking ---- */

static void compile(struct bench *b, const char *pattern)
{
	PCRE2_SIZE at;
	int code;

	pcre2_code_free(b->code);
	b->code = NULL;
	if (!pattern)
		return;
	b->code = pcre2_compile((PCRE2_SPTR)pattern, PCRE2_ZERO_TERMINATED, 0, &code, &at, NULL);
	if (!b->code || pcre2_jit_compile(b->code, PCRE2_JIT_COMPLETE) != 0)
		fail(pattern, "PCRE2 compiles no such thing here");
}

/* Seconds that the bare loop takes. */
static double look_bare(const struct bench *b, const struct look *l, uint64_t *count)
{
	double start = now();

	*count = 0;
	for (unsigned i = 0; i < DATAGRAMS; i++)
		*count += l->fits(b, (const struct kept *)(const void *)(b->ring + i * RECORD));
	return now() - start;
}

static void set_filter(struct bench *b, const char *text)
{
	struct error e;

	if (!list_filter(&b->view, text, strlen(text), &e))
		fail(text, e.text);
}

static double look_filter(struct bench *b, const struct look *l, uint64_t *count)
{
	double start = now();

	set_filter(b, l->filter);
	while (list_filter_turn(&b->view, &clock_system, UINT64_MAX))
		;
	*count = b->view.list.matches.count;
	return now() - start;
}

static int by_size(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

static double median(double list[ROUNDS])
{
	qsort(list, ROUNDS, sizeof(*list), by_size);
	return list[ROUNDS / 2];
}

static bool compare(struct bench *b, const struct look *l)
{
	double bare[ROUNDS], ours[ROUNDS], ratio;
	uint64_t expected, found;
	bool met;

	compile(b, l->pattern);
	for (int i = 0; i < ROUNDS; i++) {
		bare[i] = look_bare(b, l, &expected);
		ours[i] = look_filter(b, l, &found);
		if (found != expected)
			fail(l->filter, "it finds something else than the bare loop");
	}
	ratio = median(ours) / median(bare);
	met = ratio <= l->bar;
	printf("%-28s %7.1f ns bare, %7.1f ns: %.2f times (at most %.1f)%s\n", l->filter,
	       median(bare) / DATAGRAMS * 1e9, median(ours) / DATAGRAMS * 1e9, ratio, l->bar,
	       met ? "" : "  above the bar");
	return met;
}

/* The main loop's turns from the filter's line to its last match, each with a redraw. */
static bool measure_turns(struct bench *b, const struct look *l)
{
	double longest = 0;
	unsigned turns = 0;
	bool more, met;

	do {
		double start = now();

		if (turns++ == 0)
			set_filter(b, l->filter);
		more = list_filter_turn(&b->view, &clock_system,
					clock_monotonic(&clock_system) + MATCHES_TURN_NS);
		view_draw(&b->view, &b->canvas);
		longest = now() - start > longest ? now() - start : longest;
	} while (more);
	met = longest * 1e3 < TURN_BAR_MS;
	printf("%-28s %u turns, the longest %.1f ms (below %.0f)%s\n", l->filter, turns,
	       longest * 1e3, TURN_BAR_MS, met ? "" : "  above the bar");
	return met;
}

int main(void)
{
	static struct bench b;
	struct loop *loop;
	bool met = true;

	begin(&b);
	loop = b.session.loop;
	printf("filters over %u datagrams of %u bytes, per datagram\n", DATAGRAMS, PAYLOAD);
	for (size_t i = 0; i < LOOKS; i++)
		met &= compare(&b, &looks[i]);
	for (size_t i = 0; i < LOOKS; i++)
		met &= measure_turns(&b, &looks[i]);
	matches_done(&b.view.list.matches);
	fold_done(&b.view.list.folds);
	canvas_done(&b.canvas);
	pcre2_match_data_free(b.found);
	pcre2_code_free(b.code);
	munmap(b.ring, DATAGRAMS * RECORD);
	session_done(&b.session);
	loop_free(loop);
	return met ? 0 : 1;
}
