/* SPDX-License-Identifier: GPL-3.0-or-later */
/* When a session without a screen ends, and how it went. */
#include "front/ending.h"
#include "util/num.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include <string.h>

#define S NS_PER_S
#define MS NS_PER_MS
#define T0 (100 * S)

enum event { NOTHING, SEND, RECEIVE, REFUSE, INPUT_END };

struct step {
	enum event event;
	uint64_t at; /* after T0 */
};

struct scene {
	const char *name;
	struct ending_config config;
	struct step steps[8];
	uint64_t over_at; /* after T0; UINT64_MAX: never by itself */
	enum ending_status status;
	const char *why; /* part of it */
};

#define NEVER UINT64_MAX
#define IDLE(d) .has_idle = true, .idle = (d)
#define LINGER(d) .has_linger = true, .linger = (d)

static const struct scene scenes[] = {
	{ "nothing sent: the end of input ends it", { 0 }, { { INPUT_END, S } }, S, 0, "" },
	{ "one second for answers to what was sent",
	  { 0 },
	  { { SEND, 0 }, { INPUT_END, S } },
	  2 * S,
	  0,
	  "" },
	{ "input that goes on", { 0 }, { { SEND, 0 } }, NEVER, 0, "" },
	{ "-q counts from the end of input",
	  { LINGER(3 * S) },
	  { { SEND, 0 }, { INPUT_END, S }, { RECEIVE, 2 * S } },
	  4 * S,
	  0,
	  "" },
	{ "-q 0", { LINGER(0) }, { { SEND, 0 }, { INPUT_END, S } }, S, 0, "" },
	{ "-w counts from the first datagram sent",
	  { IDLE(2 * S) },
	  { { SEND, S }, { SEND, 2 * S } },
	  3 * S,
	  ENDING_NO_ANSWER,
	  "nothing came within 2 s" },
	{ "-w starts anew with each that comes",
	  { IDLE(2 * S) },
	  { { SEND, S }, { RECEIVE, 2 * S }, { RECEIVE, 3 * S } },
	  5 * S,
	  0,
	  "" },
	{ "-w and an input that sends nothing",
	  { IDLE(2 * S) },
	  { { INPUT_END, S } },
	  3 * S,
	  ENDING_NO_ANSWER,
	  "nothing came" },
	{ "-w of a listener counts from its start",
	  { .listens = true, .start = T0, IDLE(2 * S) },
	  { { NOTHING, 0 } },
	  2 * S,
	  ENDING_NO_ANSWER,
	  "nothing came" },
	{ "-W ends with the last one",
	  { .max_count = 2 },
	  { { SEND, 0 }, { RECEIVE, S }, { RECEIVE, 2 * S } },
	  2 * S,
	  0,
	  "" },
	{ "-W that is not reached",
	  { .max_count = 2 },
	  { { SEND, 0 }, { RECEIVE, 10 * MS }, { INPUT_END, S } },
	  2 * S,
	  ENDING_NO_ANSWER,
	  "1 of 2 datagrams came" },
	{ "-W of one who sent nothing waits",
	  { .max_count = 1 },
	  { { INPUT_END, S } },
	  NEVER,
	  ENDING_NO_ANSWER,
	  "0 of 1" },
	{ "a refusal ends it at once",
	  { .one_target = true, IDLE(5 * S) },
	  { { SEND, 0 }, { REFUSE, MS } },
	  MS,
	  ENDING_REFUSED,
	  "nobody there" },
	{ "a refusal after an answer is an event",
	  { .one_target = true, IDLE(5 * S) },
	  { { SEND, 0 }, { RECEIVE, MS }, { REFUSE, 2 * MS } },
	  5 * S + MS,
	  0,
	  "" },
	{ "a refusal of one of several is an event",
	  { IDLE(5 * S) },
	  { { SEND, 0 }, { REFUSE, MS } },
	  5 * S,
	  ENDING_NO_ANSWER,
	  "nothing came" },
	{ "the end of input does not end a listener",
	  { .listens = true, .start = T0 },
	  { { SEND, 0 }, { INPUT_END, S } },
	  NEVER,
	  0,
	  "" },
	{ "but with -q",
	  { .listens = true, .start = T0, LINGER(S) },
	  { { INPUT_END, S } },
	  2 * S,
	  0,
	  "" },
};

static void play(struct ending *d, const struct step *step)
{
	uint64_t now = T0 + step->at;

	switch (step->event) {
	case NOTHING:
		break;
	case SEND:
		ending_sent(d, now);
		break;
	case RECEIVE:
		ending_received(d, now);
		break;
	case REFUSE:
		ending_refused(d, "nobody there");
		break;
	case INPUT_END:
		ending_input_over(d, now);
		break;
	}
}

/* Asks as the face does: after each event, and when it was told to ask again. */
static uint64_t run(const struct scene *scene, struct ending *d)
{
	uint64_t now = T0, next;

	for (size_t i = 0; i < 8 && (i == 0 || scene->steps[i].event != NOTHING); i++) {
		if (ending_is_due(d, now, &next))
			return now - T0;
		if (next <= T0 + scene->steps[i].at && ending_is_due(d, next, &next))
			return next - T0;
		now = T0 + scene->steps[i].at;
		play(d, &scene->steps[i]);
	}
	if (ending_is_due(d, now, &next))
		return now - T0;
	if (next == UINT64_MAX)
		return NEVER;
	assert_false(ending_is_due(d, next - 1, &next));
	assert_true(ending_is_due(d, next, &next));
	return next - T0;
}

static void scenes_end_as_they_should(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(scenes) / sizeof(scenes[0]); i++) {
		struct ending d = { .config = scenes[i].config };
		uint64_t over = scenes[i].over_at == NEVER ? 10 * S : scenes[i].over_at;
		struct buf why;

		buf_init(&why, 300);
		if (run(&scenes[i], &d) != scenes[i].over_at)
			fail_msg("%s: not at its time", scenes[i].name);
		if (ending_status(&d, T0 + over, &why) != scenes[i].status)
			fail_msg("%s: wrong status", scenes[i].name);
		if (!strstr(buf_cstr(&why), scenes[i].why) || !scenes[i].why[0] != !why.len)
			fail_msg("%s: says \"%s\"", scenes[i].name, buf_cstr(&why));
		buf_done(&why);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(scenes_end_as_they_should),
	};

	return cmocka_run_group_tests_name("ending", tests, NULL, NULL);
}
