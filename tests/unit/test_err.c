/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Errors: codes, places, reasons, and texts that are too long.
 */
#include "util/err.h"
#include "util/text.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static void test_each_setter(void **state)
{
	struct error e = { 0 };

	(void)state;
	assert_false(err_set(&e, ERR_USAGE, "no command \"%s\"", "opne"));
	assert_int_equal(e.code, ERR_USAGE);
	assert_int_equal(e.errnum, 0);
	assert_int_equal(e.at, -1);
	assert_string_equal(e.text, "no command \"opne\"");

	assert_false(err_at(&e, 6, "bad"));
	assert_int_equal(e.code, ERR_SYNTAX);
	assert_int_equal(e.at, 6);

	assert_false(err_sys(&e, EACCES, "bind %d", 53));
	assert_int_equal(e.code, ERR_SYSTEM);
	assert_int_equal(e.errnum, EACCES);
	assert_int_equal(e.at, -1);
	assert_string_equal(e.text, "bind 53: Permission denied");

	assert_false(err_sys(&e, 99999, "bind"));
	assert_string_equal(e.text, "bind: error 99999");
}

static void test_prefix_keeps_the_facts(void **state)
{
	struct error e = { 0 };

	(void)state;
	err_sys(&e, ENODEV, "device eth9");
	assert_false(err_prefix(&e, "[%d] ", 2));
	assert_string_equal(e.text, "[2] device eth9: No such device");
	assert_int_equal(e.code, ERR_SYSTEM);
	assert_int_equal(e.errnum, ENODEV);
}

static void test_shift_moves_only_a_place(void **state)
{
	struct error e = { 0 };

	(void)state;
	err_at(&e, 2, "bad");
	assert_false(err_shift(&e, 10));
	assert_int_equal(e.at, 12);
	err_set(&e, ERR_STATE, "no socket");
	assert_false(err_shift(&e, 10));
	assert_int_equal(e.at, -1);
}

static void test_nobody_wants_the_reason(void **state)
{
	(void)state;
	assert_false(err_set(NULL, ERR_STATE, "x"));
	assert_false(err_at(NULL, 1, "x"));
	assert_false(err_sys(NULL, EINVAL, "x"));
	assert_false(err_prefix(NULL, "x"));
	assert_false(err_shift(NULL, 1));
}

static void test_own_text_as_argument(void **state)
{
	struct error e = { 0 };

	(void)state;
	err_set(&e, ERR_STATE, "inner");
	err_set(&e, ERR_USAGE, "outer (%s)", e.text);
	assert_string_equal(e.text, "outer (inner)");
}

static void test_long_texts_stay_whole_characters(void **state)
{
	struct error e = { 0 };
	char word[2 * sizeof e.text + 1];

	(void)state;
	for (size_t i = 0; i + 1 < sizeof word; i += 2)
		memcpy(word + i, "\xc3\xa9", 2);
	word[sizeof word - 1] = '\0';

	for (size_t skip = 0; skip < 2; skip++) {
		const char *odd = skip ? "x" : "";
		err_set(&e, ERR_USAGE, "%s%s", odd, word);
		assert_true(text_is_utf8(e.text, strlen(e.text)));
		assert_true(strlen(e.text) > sizeof e.text - 4);
		err_prefix(&e, "some words in front: ");
		assert_true(text_is_utf8(e.text, strlen(e.text)));
		assert_true(strlen(e.text) > sizeof e.text - 4);
		err_sys(&e, EACCES, "%s%s", odd, word);
		assert_true(text_is_utf8(e.text, strlen(e.text)));
		assert_non_null(strstr(e.text, ": Permission denied"));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_each_setter),
		cmocka_unit_test(test_prefix_keeps_the_facts),
		cmocka_unit_test(test_shift_moves_only_a_place),
		cmocka_unit_test(test_nobody_wants_the_reason),
		cmocka_unit_test(test_own_text_as_argument),
		cmocka_unit_test(test_long_texts_stay_whole_characters),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
