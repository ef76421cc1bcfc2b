/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Which answer belongs to which probe, and what is counted.
 *
 * A scene is what happens, each at its millisecond; it is checked by what is counted at its
 * end, and by what each answer was found to be.
 */
#include "diagnose/roundtrip.h"

#include "util/num.h"

#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define MS NS_PER_MS
#define REAL (1000 * NS_PER_S) /* the wall clock when the other one says MONO */
#define MONO (50 * NS_PER_S)
#define TIMEOUT 100 /* ms */

enum act {
	END,
	SEND,   /* text: its bytes */
	HEAR,   /* text: the answer's bytes */
	OTHER,  /* the same of another host */
	FAIL,   /* an error about probe "of" */
	EXPIRE, /* what is lost by now */
};

struct step {
	enum act act;
	unsigned at; /* ms */
	const char *text;
	unsigned of;
};

struct counts {
	unsigned waited, answered, late, lost, refused;
	unsigned duplicates, more, reordered, strays, errors;
	unsigned by_content, by_order;
	bool alike;
};

struct scene {
	const char *name;
	struct step steps[12];
	struct counts counts;
	const char *answers; /* the kind and probe of each: f1 d1 l2 m1 s0, "r" where reordered */
};

static const struct scene scenes[] = {
	{ "nothing", { { END, 0, NULL, 0 } }, { 0 }, "" },
	{ "one is waited for", { { SEND, 0, "a", 0 } }, { .waited = 1 }, "" },
	{ "echoed",
	  { { SEND, 0, "a", 0 }, { HEAR, 5, "a", 0 }, { SEND, 10, "b", 0 }, { HEAR, 15, "b", 0 } },
	  { .answered = 2, .by_content = 2 },
	  "f1 f2" },
	{ "the answer holds the probe",
	  { { SEND, 0, "a1", 0 }, { HEAR, 5, "you sent a1!", 0 } },
	  { .answered = 1, .by_content = 1 },
	  "f1" },
	{ "the longest probe that it holds",
	  { { SEND, 0, "1", 0 }, { SEND, 1, "21", 0 }, { HEAR, 5, "n 21", 0 } },
	  { .waited = 1, .answered = 1, .by_content = 1 },
	  "f2" },
	{ "lost at the timeout, not before",
	  { { SEND, 0, "a", 0 },
	    { EXPIRE, 99, NULL, 0 },
	    { SEND, 99, "b", 0 },
	    { EXPIRE, 100, NULL, 0 } },
	  { .waited = 1, .lost = 1 },
	  "" },
	{ "late",
	  { { SEND, 0, "a", 0 }, { EXPIRE, 100, NULL, 0 }, { HEAR, 101, "a", 0 } },
	  { .late = 1, .by_content = 1 },
	  "l1" },
	{ "late, though nobody had noticed that it was lost",
	  { { SEND, 0, "a", 0 }, { HEAR, 101, "a", 0 } },
	  { .late = 1, .by_content = 1 },
	  "l1" },
	{ "in time, though looked at when it had been given up",
	  { { SEND, 0, "a", 0 }, { EXPIRE, 150, NULL, 0 }, { HEAR, 100, "a", 0 } },
	  { .answered = 1, .by_content = 1 },
	  "f1" },
	{ "a duplicate",
	  { { SEND, 0, "a", 0 }, { HEAR, 1, "a", 0 }, { HEAR, 2, "a", 0 }, { HEAR, 3, "a", 0 } },
	  { .answered = 1, .duplicates = 2, .by_content = 1 },
	  "f1 d1 d1" },
	{ "a duplicate of a late one",
	  { { SEND, 0, "a", 0 },
	    { EXPIRE, 100, NULL, 0 },
	    { HEAR, 120, "a", 0 },
	    { HEAR, 121, "a", 0 } },
	  { .late = 1, .duplicates = 1, .by_content = 1 },
	  "l1 d1" },
	{ "reordered",
	  { { SEND, 0, "a", 0 },
	    { SEND, 1, "b", 0 },
	    { SEND, 2, "c", 0 },
	    { HEAR, 3, "b", 0 },
	    { HEAR, 4, "a", 0 },
	    { HEAR, 5, "c", 0 } },
	  { .answered = 3, .reordered = 1, .by_content = 3 },
	  "f2 f1r f3" },
	{ "the example of RFC 4737: after a late one each earlier one is reordered",
	  { { SEND, 0, "a", 0 },
	    { SEND, 1, "b", 0 },
	    { SEND, 2, "c", 0 },
	    { SEND, 3, "d", 0 },
	    { HEAR, 4, "d", 0 },
	    { HEAR, 5, "a", 0 },
	    { HEAR, 6, "b", 0 },
	    { HEAR, 7, "c", 0 } },
	  { .answered = 4, .reordered = 3, .by_content = 4 },
	  "f4 f1r f2r f3r" },
	{ "a duplicate is not reordered",
	  { { SEND, 0, "a", 0 },
	    { HEAR, 1, "a", 0 },
	    { SEND, 2, "b", 0 },
	    { HEAR, 3, "b", 0 },
	    { HEAR, 4, "a", 0 } },
	  { .answered = 2, .duplicates = 1, .by_content = 2 },
	  "f1 f2 d1" },
	{ "a loss makes nothing reordered",
	  { { SEND, 0, "a", 0 },
	    { SEND, 1, "b", 0 },
	    { SEND, 2, "c", 0 },
	    { HEAR, 3, "c", 0 },
	    { EXPIRE, 200, NULL, 0 } },
	  { .answered = 1, .lost = 2, .by_content = 1 },
	  "f3" },
	{ "by order",
	  { { SEND, 0, "a", 0 }, { SEND, 1, "b", 0 }, { HEAR, 2, "x", 0 }, { HEAR, 3, "y", 0 } },
	  { .answered = 2, .by_order = 2 },
	  "f1 f2" },
	{ "by order: the oldest that is still waited for",
	  { { SEND, 0, "a", 0 },
	    { EXPIRE, 100, NULL, 0 },
	    { SEND, 100, "b", 0 },
	    { HEAR, 110, "x", 0 } },
	  { .answered = 1, .lost = 1, .by_order = 1 },
	  "f2" },
	{ "by order: late where nothing is waited for, the newest",
	  { { SEND, 0, "a", 0 },
	    { SEND, 50, "b", 0 },
	    { EXPIRE, 150, NULL, 0 },
	    { HEAR, 160, "x", 0 } },
	  { .late = 1, .lost = 1, .by_order = 1 },
	  "l2" },
	{ "by order: more than there were probes",
	  { { SEND, 0, "a", 0 }, { HEAR, 1, "x", 0 }, { HEAR, 2, "x", 0 } },
	  { .answered = 1, .more = 1, .by_order = 1 },
	  "f1 m0" },
	{ "who has echoed once says nothing by order",
	  { { SEND, 0, "a", 0 }, { HEAR, 1, "a", 0 }, { SEND, 2, "b", 0 }, { HEAR, 3, "x", 0 } },
	  { .waited = 1, .answered = 1, .strays = 1, .by_content = 1 },
	  "f1 s0" },
	{ "who was not asked answers by content only",
	  { { SEND, 0, "a", 0 }, { OTHER, 1, "x", 0 }, { OTHER, 2, "a", 0 } },
	  { .answered = 1, .strays = 1, .by_content = 1 },
	  "s0 f1" },
	{ "another host's answer to the same probe is one more, its second a duplicate",
	  { { SEND, 0, "a", 0 }, { HEAR, 1, "a", 0 }, { OTHER, 2, "a", 0 }, { OTHER, 3, "a", 0 } },
	  { .answered = 1, .more = 1, .duplicates = 1, .by_content = 1 },
	  "f1 m1 d1" },
	{ "what comes before the first probe",
	  { { HEAR, 1, "x", 0 }, { HEAR, 1, "", 0 } },
	  { .strays = 2 },
	  "s0 s0" },
	{ "alike probes are told apart by order",
	  { { SEND, 0, "p", 0 }, { SEND, 10, "p", 0 }, { HEAR, 11, "p", 0 }, { HEAR, 12, "p", 0 } },
	  { .answered = 2, .by_order = 2, .alike = true },
	  "f1 f2" },
	{ "an echo more than alike probes is a duplicate",
	  { { SEND, 0, "p", 0 },
	    { SEND, 10, "p", 0 },
	    { HEAR, 11, "p", 0 },
	    { HEAR, 12, "p", 0 },
	    { HEAR, 13, "p", 0 } },
	  { .answered = 2, .duplicates = 1, .by_order = 2, .alike = true },
	  "f1 f2 d2" },
	{ "empty probes, empty answers",
	  { { SEND, 0, "", 0 }, { SEND, 1, "", 0 }, { HEAR, 2, "", 0 }, { HEAR, 3, "", 0 } },
	  { .answered = 2, .by_order = 2, .alike = true },
	  "f1 f2" },
	{ "refused",
	  { { SEND, 0, "a", 0 }, { FAIL, 1, NULL, 1 }, { EXPIRE, 200, NULL, 0 } },
	  { .refused = 1, .errors = 1 },
	  "" },
	{ "refused twice is one probe",
	  { { SEND, 0, "a", 0 }, { FAIL, 1, NULL, 1 }, { FAIL, 2, NULL, 1 } },
	  { .refused = 1, .errors = 2 },
	  "" },
	{ "an error about what was given up",
	  { { SEND, 0, "a", 0 }, { EXPIRE, 100, NULL, 0 }, { FAIL, 120, NULL, 1 } },
	  { .refused = 1, .errors = 1 },
	  "" },
	{ "an error about what was answered",
	  { { SEND, 0, "a", 0 }, { HEAR, 1, "a", 0 }, { FAIL, 2, NULL, 1 } },
	  { .answered = 1, .errors = 1, .by_content = 1 },
	  "f1" },
	{ "an error about nobody knows what",
	  { { SEND, 0, "a", 0 }, { FAIL, 1, NULL, 0 }, { FAIL, 1, NULL, 9 } },
	  { .waited = 1, .errors = 2 },
	  "" },
	{ "answered all the same",
	  { { SEND, 0, "a", 0 }, { FAIL, 1, NULL, 1 }, { HEAR, 2, "a", 0 } },
	  { .answered = 1, .errors = 1, .by_content = 1 },
	  "f1" },
	{ "by order what was refused is passed over",
	  { { SEND, 0, "a", 0 }, { SEND, 1, "b", 0 }, { FAIL, 2, NULL, 1 }, { HEAR, 3, "x", 0 } },
	  { .answered = 1, .refused = 1, .errors = 1, .by_order = 1 },
	  "f2" },
};

/* ---- playing ---- */

static struct addr host(unsigned n)
{
	struct addr a = { .family = AF_INET, .port = 7 };

	a.bytes[0] = 10;
	a.bytes[3] = (uint8_t)n;
	return a;
}

static struct roundtrip_answer hear(struct roundtrip *r, uint64_t ms, unsigned from,
				    const char *text)
{
	struct roundtrip_heard h = {
		.time = REAL + ms * MS,
		.now = MONO + ms * MS,
		.peer = host(from),
		.asked = from == 1,
		.data = text,
		.len = strlen(text),
	};

	return roundtrip_heard(r, &h);
}

static void send_at(struct roundtrip *r, uint64_t ms, const char *text)
{
	roundtrip_sent(r, 100 + roundtrip_count(r) + 1, REAL + ms * MS, MONO + ms * MS, text,
		       strlen(text));
}

static void note(char *answers, size_t room, const struct roundtrip_answer *a)
{
	size_t n = strlen(answers);

	snprintf(answers + n, room - n, "%s%c%" PRIu64 "%s", n ? " " : "", "fldms"[a->kind],
		 a -> seq, a -> reordered ? "r" : "");
}

static void play(struct roundtrip *r, const struct scene *scene, char *answers, size_t room)
{
	for (const struct step *s = scene->steps; s->act != END; s++) {
		struct roundtrip_answer a;

		switch (s->act) {
		case END:
			break;
		case SEND:
			send_at(r, s->at, s->text);
			break;
		case HEAR:
		case OTHER:
			a = hear(r, s->at, s->act == HEAR ? 1 : 2, s->text);
			note(answers, room, &a);
			break;
		case FAIL:
			roundtrip_failed(r, s->of ? 100 + s->of : 0);
			break;
		case EXPIRE:
			while (roundtrip_expire(r, MONO + s->at * MS))
				;
			break;
		}
	}
}

static void check(const struct scene *scene, const char *what, uint64_t is, uint64_t wanted)
{
	if (is != wanted)
		fail_msg("%s: %s is %" PRIu64 ", not %" PRIu64, scene->name, what, is, wanted);
}

static void check_counts(const struct scene *scene, const struct roundtrip *r)
{
	const struct counts *c = &scene->counts;
	unsigned all = c->waited + c->answered + c->late + c->lost + c->refused;

	check(scene, "waited", r->states[ROUNDTRIP_WAITED], c->waited);
	check(scene, "answered", r->states[ROUNDTRIP_ANSWERED], c->answered);
	check(scene, "late", r->states[ROUNDTRIP_LATE], c->late);
	check(scene, "lost", r->states[ROUNDTRIP_LOST], c->lost);
	check(scene, "refused", r->states[ROUNDTRIP_REFUSED], c->refused);
	check(scene, "duplicates", r->duplicates, c->duplicates);
	check(scene, "more", r->more, c->more);
	check(scene, "reordered", r->reordered, c->reordered);
	check(scene, "strays", r->strays, c->strays);
	check(scene, "errors", r->errors, c->errors);
	check(scene, "by content", r->by_content, c->by_content);
	check(scene, "by order", r->by_order, c->by_order);
	check(scene, "alike", r->alike, c->alike);
	check(scene, "count", roundtrip_count(r), all);
	check(scene, "settled", roundtrip_settled(r), all - c->waited);
	check(scene, "unanswered", roundtrip_unanswered(r), c->lost + c->refused);
	check(scene, "measured", r->spread.count, c->answered + c->late);
}

static void test_scenes(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(scenes) / sizeof(scenes[0]); i++) {
		char answers[128] = "";
		struct roundtrip r;

		assert_true(roundtrip_init(&r, TIMEOUT * MS, NULL));
		play(&r, &scenes[i], answers, sizeof(answers));
		check_counts(&scenes[i], &r);
		if (strcmp(answers, scenes[i].answers) != 0)
			fail_msg("%s: the answers were \"%s\", not \"%s\"", scenes[i].name, answers,
				 scenes[i].answers);
		roundtrip_done(&r);
	}
}

/* ---- times ---- */

static int setup(void **state)
{
	static struct roundtrip r;

	*state = &r;
	return roundtrip_init(&r, TIMEOUT * MS, NULL) ? 0 : -1;
}

static int teardown(void **state)
{
	roundtrip_done(*state);
	return 0;
}

/* Round trips of 10, 26, 26 and 10 ms: the differences are 16, 0 and 16. */
static void test_jitter_of_rfc_3550(void **state)
{
	static const unsigned trips[] = { 10, 26, 26, 10 };
	struct roundtrip *r = *state;
	double wanted = 0;

	for (unsigned i = 0; i < 4; i++) {
		char text[16];

		snprintf(text, sizeof(text), "probe %u", i);
		send_at(r, i * 50, text);
		assert_int_equal(hear(r, i * 50 + trips[i], 1, text).time, trips[i] * MS);
		if (i)
			wanted +=
				(abs((int)trips[i] - (int)trips[i - 1]) * (double)MS - wanted) / 16;
		assert_true(r->jitter == wanted);
	}
	assert_int_equal(r->spread.min, 10 * MS);
	assert_int_equal(r->spread.max, 26 * MS);
	assert_true(r->spread.mean == 18 * (double)MS);
	assert_int_equal(r->last, 10 * MS);
}

static void test_a_duplicate_is_not_measured(void **state)
{
	struct roundtrip *r = *state;

	send_at(r, 0, "a");
	hear(r, 5, 1, "a");
	assert_int_equal(hear(r, 9, 1, "a").time, 9 * MS);
	assert_int_equal(r->spread.count, 1);
	assert_int_equal(r->spread.max, 5 * MS);
}

/* The wall clock is set while a probe is under way: what passed is told by the other one. */
static void test_a_clock_that_is_set(void **state)
{
	static const int64_t steps[] = { -3600, -1, 2, 3600 }; /* seconds */
	struct roundtrip *r = *state;

	for (size_t i = 0; i < sizeof(steps) / sizeof(steps[0]); i++) {
		char text[16];
		struct roundtrip_heard h = {
			.peer = host(1), .asked = true, .data = text, .now = MONO + 7 * MS
		};

		h.len = (size_t)snprintf(text, sizeof(text), "probe %zu", i);
		h.time = (uint64_t)((int64_t)(REAL + 5 * MS) + steps[i] * (int64_t)NS_PER_S);
		send_at(r, 0, text);
		assert_int_equal(roundtrip_heard(r, &h).time, 7 * MS);
	}
}

static void test_when_to_ask_for_losses(void **state)
{
	struct roundtrip *r = *state;

	assert_int_equal(roundtrip_due(r), UINT64_MAX);
	send_at(r, 0, "a");
	send_at(r, 10, "b");
	assert_int_equal(roundtrip_due(r), MONO + 100 * MS);
	hear(r, 20, 1, "a");
	assert_int_equal(roundtrip_due(r), MONO + 110 * MS);
	assert_int_equal(roundtrip_expire(r, MONO + 109 * MS), 0);
	assert_int_equal(roundtrip_expire(r, MONO + 110 * MS), 2);
	assert_int_equal(roundtrip_expire(r, MONO + 110 * MS), 0);
	assert_int_equal(roundtrip_due(r), UINT64_MAX);
}

/* ---- memory ---- */

static void test_old_probes_are_forgotten(void **state)
{
	struct roundtrip *r = *state;
	char text[32];

	for (unsigned i = 1; i <= ROUNDTRIP_PROBES + 10; i++) {
		snprintf(text, sizeof(text), "probe-%06u", i);
		send_at(r, 0, text);
	}
	assert_int_equal(roundtrip_count(r), ROUNDTRIP_PROBES + 10);
	assert_int_equal(r->states[ROUNDTRIP_LOST], 10);
	assert_int_equal(r->states[ROUNDTRIP_WAITED], ROUNDTRIP_PROBES);
	assert_int_equal(hear(r, 1, 1, "probe-000011").seq, 11);
	assert_int_equal(hear(r, 1, 1, "probe-000010").kind, ROUNDTRIP_IS_STRAY);
	assert_int_equal(roundtrip_failed(r, 100 + 10), 0);
	assert_int_equal(roundtrip_failed(r, 100 + 12), 12);
	assert_int_equal(hear(r, 1, 1, text).seq, ROUNDTRIP_PROBES + 10);
}

/* What there is no room for is known by its order, as long as nobody has echoed. */
static void test_bytes_have_a_limit(void **state)
{
	static char big[65000];
	struct roundtrip *r = *state;
	const unsigned fit = ROUNDTRIP_BYTES / sizeof(big);

	for (unsigned i = 0; i < fit + 5; i++) {
		memset(big, 'a' + (int)(i % 26), sizeof(big) - 1);
		snprintf(big, sizeof(big), "%u", i + 1);
		roundtrip_sent(r, 0, REAL, MONO, big, sizeof(big));
		assert_true(r->bytes <= ROUNDTRIP_BYTES);
	}
	assert_int_equal(r->bytes, fit * sizeof(big));
	assert_int_equal(hear(r, 1, 1, "order").seq, 1);
}

static void test_more_hosts_than_are_told_apart(void **state)
{
	struct roundtrip *r = *state;

	send_at(r, 0, "a");
	for (unsigned i = 1; i <= ROUNDTRIP_HOSTS + 5; i++)
		hear(r, 1, i, "a");
	assert_int_equal(r->more, ROUNDTRIP_HOSTS + 4);
	assert_int_equal(hear(r, 2, 3, "a").kind, ROUNDTRIP_IS_DUPLICATE);
	assert_int_equal(hear(r, 2, ROUNDTRIP_HOSTS + 5, "a").kind, ROUNDTRIP_IS_MORE);
}

#define WITH_ONE(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_scenes),
		WITH_ONE(test_jitter_of_rfc_3550),
		WITH_ONE(test_a_duplicate_is_not_measured),
		WITH_ONE(test_a_clock_that_is_set),
		WITH_ONE(test_when_to_ask_for_losses),
		WITH_ONE(test_old_probes_are_forgotten),
		WITH_ONE(test_bytes_have_a_limit),
		WITH_ONE(test_more_hosts_than_are_told_apart),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
