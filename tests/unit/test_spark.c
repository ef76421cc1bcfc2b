/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Sparklines and bars, in both kinds of locales.
 */
#include "util/spark.h"

#include <locale.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static const uint64_t values[] = { 0, 1, 100, 500, 800, 0, 400 };

static void in_ascii(void **state)
{
	struct buf out;

	(void)state;
	assert_non_null(setlocale(LC_CTYPE, "C"));
	buf_init(&out, 256);
	spark_line(&out, values, 7);
	assert_string_equal(buf_cstr(&out), " ..=# -");
	buf_reset(&out);
	spark_line(&out, values, 1);
	assert_string_equal(buf_cstr(&out), " ");
	buf_reset(&out);
	spark_bar(&out, 5, 10, 8);
	buf_char(&out, '|');
	spark_bar(&out, 1, 1000, 8);
	buf_char(&out, '|');
	spark_bar(&out, 0, 1000, 8);
	buf_char(&out, '|');
	spark_bar(&out, 1000, 1000, 8);
	buf_char(&out, '|');
	spark_bar(&out, 0, 0, 8);
	assert_string_equal(buf_cstr(&out), "####|#||########|");
	buf_done(&out);
}

static void in_unicode_blocks(void **state)
{
	struct buf out;

	(void)state;
	if (!setlocale(LC_CTYPE, "C.UTF-8"))
		skip();
	buf_init(&out, 256);
	spark_line(&out, values, 7);
	assert_string_equal(buf_cstr(&out), " \u2581\u2581\u2585\u2588 \u2584");
	buf_reset(&out);
	spark_bar(&out, 5, 10, 8);
	buf_char(&out, '|');
	spark_bar(&out, 1, 1000, 8);
	buf_char(&out, '|');
	spark_bar(&out, 15, 16, 2);
	buf_char(&out, '|');
	spark_bar(&out, 0, 16, 2);
	assert_string_equal(buf_cstr(&out), "\u2588\u2588\u2588\u2588|\u258f|\u2588\u2589|");
	buf_done(&out);
	setlocale(LC_CTYPE, "C");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(in_ascii),
		cmocka_unit_test(in_unicode_blocks),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
