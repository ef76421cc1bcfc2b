/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Regular expressions on bytes: flags, places of errors, limits that nothing exceeds. */
#include "match/regex.h"
#include "util/clock.h"
#include "util/num.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define DATAGRAM 65507
/* Far above what the step limit allows, so that a slow machine passes. */
#define LONG (10 * NS_PER_S)

static unsigned flags_of(const char *letters)
{
	unsigned flags = 0;

	for (; *letters; letters++) {
		assert_int_not_equal(regex_flag(*letters), 0);
		flags |= regex_flag(*letters);
	}
	return flags;
}

static void patterns_match_bytes(void **state)
{
	static const struct {
		const char *pattern, *flags, *data;
		size_t len;
		enum regex_result result;
	} rows[] = {
		{ "PONG", "", "PONG 1", 6, REGEX_YES },
		{ "pong", "", "PONG 1", 6, REGEX_NO },
		{ "pong", "i", "PONG 1", 6, REGEX_YES },
		{ "^$", "", "", 0, REGEX_YES },
		{ "^a\\x00b$", "", "a\0b", 3, REGEX_YES },
		{ "b", "", "a\0b", 3, REGEX_YES },
		{ "a.b", "", "a\nb", 3, REGEX_NO },
		{ "a.b", "s", "a\nb", 3, REGEX_YES },
		{ "^b", "", "a\nb", 3, REGEX_NO },
		{ "^b", "m", "a\nb", 3, REGEX_YES },
		{ "a b # and nothing else", "x", "ab", 2, REGEX_YES },
		{ "(\\w)\\1", "", "hello", 5, REGEX_YES },
		{ "^.$", "", "\xc3\xa4", 2, REGEX_NO },
		{ "^.$", "u", "\xc3\xa4", 2, REGEX_YES },
		{ "\xc3\x84", "ui", "\xc3\xa4", 2, REGEX_YES },
		{ "^\\w$", "u", "\xc3\xa4", 2, REGEX_YES },
		{ "^\\xff\\xfe$", "", "\xff\xfe", 2, REGEX_YES },
		{ "^.+$", "u", "\xff\xfe", 2, REGEX_NO },
		{ "ok", "u", "\xff ok \xfe", 6, REGEX_YES },
		{ "(?s)^.*$", "u", "\xf0\x9f", 2, REGEX_NO },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct error e = { 0 };
		struct regex *r = regex_new(rows[i].pattern, strlen(rows[i].pattern),
					    flags_of(rows[i].flags), &e);

		if (!r)
			fail_msg("/%s/: %s", rows[i].pattern, e.text);
		if (regex_match(r, rows[i].data, rows[i].len) != rows[i].result)
			fail_msg("/%s/%s in row %zu", rows[i].pattern, rows[i].flags, i);
		regex_free(r);
	}
	assert_int_equal(regex_flag('g'), 0);
}

static void faults_have_their_place(void **state)
{
	static const struct {
		const char *pattern, *flags;
		ptrdiff_t at;
	} rows[] = {
		{ "a(b", "", 3 },   { "a)b", "", 1 },   { "*a", "", 0 },
		{ "a[b-", "", 4 },  { "\\", "", 1 },    { "(*UTF)a", "", 6 },
		{ "a\\Cb", "", 3 }, { "\xff", "u", 0 }, { "(?<n>a)(?<n>b)", "", 12 },
	};
	struct error e;

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct regex *r = regex_new(rows[i].pattern, strlen(rows[i].pattern),
					    flags_of(rows[i].flags), &e);

		if (r)
			fail_msg("/%s/ was accepted", rows[i].pattern);
		assert_int_equal(e.code, ERR_SYNTAX);
		if (e.at != rows[i].at)
			fail_msg("/%s/: at %td, not %td (%s)", rows[i].pattern, e.at, rows[i].at,
				 e.text);
	}
}

static void a_pattern_has_a_greatest_length(void **state)
{
	static char pattern[REGEX_PATTERN_MAX + 1];
	struct error e;
	struct regex *r;

	(void)state;
	memset(pattern, 'a', sizeof(pattern));
	r = regex_new(pattern, REGEX_PATTERN_MAX, 0, &e);
	assert_non_null(r);
	regex_free(r);
	assert_null(regex_new(pattern, sizeof(pattern), 0, &e));
	/* nested repeats grow; PCRE2 says where it is too much */
	assert_null(regex_new("((a{1000}){1000}){1000}", 23, 0, &e));
}

static void ends_in_time(const char *pattern, unsigned flags, const char *data, size_t n)
{
	const struct clock *clock = &clock_system;
	struct error e = { 0 };
	struct regex *r = regex_new(pattern, strlen(pattern), flags, &e);
	uint64_t start = clock_monotonic(clock);

	if (!r)
		fail_msg("/%s/: %s", pattern, e.text);
	assert_int_not_equal(regex_match(r, data, n), REGEX_YES);
	if (clock_monotonic(clock) - start > LONG)
		fail_msg("/%s/ takes too long in %zu bytes", pattern, n);
	regex_free(r);
}

/* Each of these would take years, or gigabytes, with a matcher that does not count. */
static void nothing_hangs(void **state)
{
	static const char *const patterns[] = {
		"(a+)+$",         "(a*)*b",         "(a|aa)+$",
		"(?:a|a)*c",      "(.*)*x",         "a*b",
		"^(?:.*a){20}$x", "(a?){50}a{50}b", "(\\w+\\s?)+:",
		"(?=(a+))a*b\\1", "(?<=a{200})b",   "(a)(?R)?b",
		"(?:(?:a*)*)*z",
	};
	static const size_t lengths[] = { 64, 1472, DATAGRAM };
	char *data = malloc(DATAGRAM);

	(void)state;
	assert_non_null(data);
	memset(data, 'a', DATAGRAM);
	for (size_t k = 0; k < sizeof(lengths) / sizeof(lengths[0]); k++) {
		data[lengths[k] - 1] = '\xff';
		for (size_t i = 0; i < sizeof(patterns) / sizeof(patterns[0]); i++) {
			ends_in_time(patterns[i], 0, data, lengths[k]);
			ends_in_time(patterns[i], REGEX_UTF, data, lengths[k]);
		}
		data[lengths[k] - 1] = 'a';
	}
	free(data);
}

/* Each takes more steps than are tried uncounted. */
static void a_long_match_is_found(void **state)
{
	static const char *const patterns[] = { "^(?:a|b)*n", "(a|aa)+n$", "(?:(?:a)+?)+n" };
	char data[1472];

	(void)state;
	memset(data, 'a', sizeof(data));
	data[sizeof(data) - 1] = 'n';
	for (size_t i = 0; i < sizeof(patterns) / sizeof(patterns[0]); i++) {
		struct regex *r = regex_new(patterns[i], strlen(patterns[i]), 0, NULL);

		assert_non_null(r);
		if (regex_match(r, data, sizeof(data)) != REGEX_YES)
			fail_msg("/%s/ was not found", patterns[i]);
		assert_int_equal(regex_match(r, data, sizeof(data) - 1), REGEX_NO);
		assert_int_equal(regex_match(r, data + 1, sizeof(data) - 1), REGEX_YES);
		regex_free(r);
	}
}

/* Costly once is costly again: what a match may take is halved until many of them cost little. */
static void test_haste(void **state)
{
	static const char hostile[] = "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa!";
	static const char costly[] = "aaaaaaaaaaaaaaaa!";
	struct regex *r = regex_new("^(a+)+$", 7, 0, NULL);

	(void)state;
	assert_non_null(r);
	assert_int_equal(regex_match(r, costly, sizeof(costly) - 1), REGEX_NO);
	for (unsigned i = 0; i < 12; i++)
		assert_int_equal(regex_match(r, hostile, sizeof(hostile) - 1), REGEX_LIMIT);
	assert_int_equal(regex_match(r, costly, sizeof(costly) - 1), REGEX_LIMIT);
	assert_int_equal(regex_match(r, "aaaa", 4), REGEX_YES);
	assert_int_equal(regex_match(r, "aaaa!", 5), REGEX_NO);
	regex_free(r);
}

/* What people look for in large datagrams is within the limits. */
static void large_datagrams_are_searched(void **state)
{
	static const char *const patterns[] = { "needle$", "(?s)^a.*needle", "[a-m]+needle",
						"(?:a|b)*n", "x?needle" };
	char *data = malloc(DATAGRAM);

	(void)state;
	assert_non_null(data);
	memset(data, 'a', DATAGRAM);
	memcpy(data + DATAGRAM - 6, "needle", 6);
	for (size_t i = 0; i < sizeof(patterns) / sizeof(patterns[0]); i++) {
		struct regex *r = regex_new(patterns[i], strlen(patterns[i]), 0, NULL);

		assert_non_null(r);
		if (regex_match(r, data, DATAGRAM) != REGEX_YES)
			fail_msg("/%s/ was not found", patterns[i]);
		regex_free(r);
	}
	free(data);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(patterns_match_bytes),
		cmocka_unit_test(faults_have_their_place),
		cmocka_unit_test(a_pattern_has_a_greatest_length),
		cmocka_unit_test(nothing_hangs),
		cmocka_unit_test(a_long_match_is_found),
		cmocka_unit_test(large_datagrams_are_searched),
		cmocka_unit_test(test_haste),
	};

	return cmocka_run_group_tests_name("regex", tests, NULL, NULL);
}
