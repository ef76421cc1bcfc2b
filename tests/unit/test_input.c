/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Piped input: which bytes become which datagrams. */
#include "front/input.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

#define LIT(s) s, sizeof(s) - 1

struct scene {
	const char *name;
	struct input_config config;
	const char *text;
	size_t n;
	const char *datagrams[6];
	size_t lens[6];
	size_t count;
	const char *error; /* after them; NULL: none */
};

static const struct scene scenes[] = {
	{ "lines keep their ends",
	  { 0 },
	  LIT("a\nbc\r\n"),
	  { "a\n", "bc\r\n" },
	  { 2, 4 },
	  2,
	  NULL },
	{ "the last needs none", { 0 }, LIT("a\nb"), { "a\n", "b" }, { 2, 1 }, 2, NULL },
	{ "an empty line is its newline",
	  { 0 },
	  LIT("\n\na\n"),
	  { "\n", "\n", "a\n" },
	  { 1, 1, 2 },
	  3,
	  NULL },
	{ "stripped it is an empty datagram",
	  { .line_end = LINE_END_NONE },
	  LIT("a\r\n\nb"),
	  { "a", "", "b" },
	  { 1, 0, 1 },
	  3,
	  NULL },
	{ "line ends become LF",
	  { .line_end = LINE_END_LF },
	  LIT("a\r\nb"),
	  { "a\n", "b\n" },
	  { 2, 2 },
	  2,
	  NULL },
	{ "or CRLF",
	  { .line_end = LINE_END_CRLF },
	  LIT("a\nb\r\n"),
	  { "a\r\n", "b\r\n" },
	  { 3, 3 },
	  2,
	  NULL },
	{ "NUL and all bytes go as they are",
	  { 0 },
	  LIT("\0\x01\xff\x1b[2J\n"),
	  { "\0\x01\xff\x1b[2J\n" },
	  { 8 },
	  1,
	  NULL },
	{ "nothing is a command, an escape or a field",
	  { 0 },
	  LIT(":quit\nC:\\temp\\new\n{\"a\":\"${seq}\"}\n"),
	  { ":quit\n", "C:\\temp\\new\n", "{\"a\":\"${seq}\"}\n" },
	  { 6, 12, 15 },
	  3,
	  NULL },
	{ "no input, no datagram", { 0 }, LIT(""), { 0 }, { 0 }, 0, NULL },
	{ "all of it is one", { .whole = true }, LIT("a\nb\n"), { "a\nb\n" }, { 4 }, 1, NULL },
	{ "no input is one empty one then", { .whole = true }, LIT(""), { "" }, { 0 }, 1, NULL },
	{ "hex lines",
	  { .notation = NOTATION_HEX },
	  LIT("00 01\n\"ab\" ff\r\n"),
	  { "\0\1", "ab\xff" },
	  { 2, 3 },
	  2,
	  NULL },
	{ "a bad one names its place",
	  { .notation = NOTATION_HEX },
	  LIT("00\n01 0g\n02\n"),
	  { "\0" },
	  { 1 },
	  1,
	  "stdin:2:4: \"0g\" is no hex byte" },
	{ "text notation",
	  { .notation = NOTATION_TEXT },
	  LIT("a\\x00\\n\n"),
	  { "a\0\n\n" },
	  { 4 },
	  1,
	  NULL },
	{ "text notation without line ends",
	  { .notation = NOTATION_TEXT, .line_end = LINE_END_NONE },
	  LIT("a\\t\n"),
	  { "a\t" },
	  { 2 },
	  1,
	  NULL },
	{ "a bad escape",
	  { .notation = NOTATION_TEXT },
	  LIT("ok\nx\\y\n"),
	  { "ok\n" },
	  { 3 },
	  1,
	  "stdin:2:2: " },
	{ "hex as a whole",
	  { .notation = NOTATION_HEX, .whole = true },
	  LIT("00 01\n02\n"),
	  { "\0\1\2" },
	  { 3 },
	  1,
	  NULL },
};

/* Feeds chunks of the given size, taking out what is complete after each. */
static void run(const struct scene *s, size_t chunk)
{
	struct payload_env env = { 0 };
	struct error e = { .at = -1 };
	enum input_next next = INPUT_MORE;
	size_t at = 0, found = 0, len;
	const uint8_t *data;
	struct input in;

	input_init(&in, &s->config);
	while (next == INPUT_MORE) {
		size_t n = s->n - at < chunk ? s->n - at : chunk;

		assert_true(input_wants_more(&in));
		input_feed(&in, s->text + at, n);
		at += n;
		while ((next = input_next(&in, &env, &data, &len, &e)) == INPUT_DATAGRAM) {
			if (found == s->count || len != s->lens[found] ||
			    memcmp(data, s->datagrams[found], len) != 0)
				fail_msg("%s: datagram %zu of chunks of %zu", s->name, found,
					 chunk);
			found++;
		}
	}
	assert_int_equal(found, s->count);
	assert_int_equal(next, s->error ? INPUT_ERROR : INPUT_OVER);
	if (s->error && strncmp(e.text, s->error, strlen(s->error)) != 0)
		fail_msg("%s: \"%s\"", s->name, e.text);
	input_done(&in);
}

static void lines_become_datagrams_however_they_are_chunked(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(scenes) / sizeof(scenes[0]); i++)
		for (size_t chunk = 1; chunk < 40; chunk++)
			run(&scenes[i], chunk);
}

static void feed_all(struct input *in, size_t n)
{
	char *zeros = calloc(1, INPUT_CHUNK);

	for (; n > 0 && input_wants_more(in); n -= n < INPUT_CHUNK ? n : INPUT_CHUNK)
		input_feed(in, zeros, n < INPUT_CHUNK ? n : INPUT_CHUNK);
	free(zeros);
}

static void a_line_that_is_too_long_is_an_error_not_a_cut(void **state)
{
	struct payload_env env = { 0 };
	struct input_config config = { 0 };
	struct error e = { .at = -1 };
	const uint8_t *data;
	struct input in;
	size_t len;

	(void)state;
	for (int whole = 0; whole < 2; whole++) {
		config.whole = whole;
		input_init(&in, &config);
		feed_all(&in, PAYLOAD_MAX_V6);
		input_feed(&in, "", 0);
		assert_int_equal(input_next(&in, &env, &data, &len, &e), INPUT_DATAGRAM);
		assert_int_equal(len, PAYLOAD_MAX_V6);
		input_done(&in);

		input_init(&in, &config);
		feed_all(&in, 10u << 20);
		assert_int_equal(input_next(&in, &env, &data, &len, &e), INPUT_ERROR);
		assert_non_null(strstr(e.text, "longer than one datagram"));
		input_done(&in);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(lines_become_datagrams_however_they_are_chunked),
		cmocka_unit_test(a_line_that_is_too_long_is_an_error_not_a_cut),
	};

	return cmocka_run_group_tests_name("input", tests, NULL, NULL);
}
