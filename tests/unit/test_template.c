/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Templates give, each time, what reading the payload anew would give. */
#include "payload/payload.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

static bool variable(void *ctx, const char *name, size_t n, const void **data, size_t *len)
{
	(void)ctx;
	*data = "magic";
	*len = 5;
	return n == 1 && name[0] == 'v';
}

static struct payload_env new_env(void)
{
	return (struct payload_env){ .now = 1795262591250000000ull,
				     .seq = 9,
				     .random = 42,
				     .variable = variable,
				     .request = "\1\2three",
				     .request_len = 7 };
}

typedef bool read_fn(const char *s, size_t n, struct payload_env *env, struct buf *out,
		     struct error *e);

/* Both twice in a row, behind bytes that are there already. */
static void check_same(const char *s, read_fn *read, payload_template_read *read_template)
{
	struct payload_env env = new_env(), other = env;
	struct payload_template *t = NULL;
	struct error e = { .text = "" };
	struct buf made, wanted;

	buf_init(&made, 10000);
	buf_init(&wanted, 10000);
	if (!read_template(s, strlen(s), &env, &t, &e))
		fail_msg("%s: %s", s, e.text);
	assert_memory_equal(&env, &other, sizeof(env));
	for (int i = 0; i < 2; i++) {
		buf_str(&made, "before");
		buf_str(&wanted, "before");
		if (!payload_template_make(t, &env, &made, &e))
			fail_msg("%s: %s", s, e.text);
		assert_true(read(s, strlen(s), &other, &wanted, &e));
		assert_int_equal(env.seq, other.seq);
		assert_int_equal(env.random, other.random);
	}
	if (made.len != wanted.len || memcmp(made.data, wanted.data, made.len) != 0)
		fail_msg("%s: other bytes", s);
	payload_template_free(t);
	buf_done(&made);
	buf_done(&wanted);
}

static void they_give_the_same_bytes(void **state)
{
	static const char *const texts[] = {
		"",
		"plain \\n\\x00\\u{e9}",
		"${req}",
		"${seq} of ${seq:u16} at ${time} ${time:ntp}",
		"${v}${u32le:7}${ip:10.0.0.1}${mac:00:11:22:33:44:55}",
		"${req[0:2]}${len:u16}${req[-5:]}${crc32}",
		"${len}${req}${len}${req}${len:rest:u8}${seq}",
		"${crc16-modbus:le}${rand:20}${crc32}${req[0]}${crc32}",
		"${len:rest}:${rand:3}${len:rest}${req}",
	};
	static const char *const hexes[] = {
		"",
		"00 01",
		"${req[0:2]} 8180 \"text ${seq}\" ${len:u16be}",
		"${crc32}0a${req}",
	};

	(void)state;
	for (size_t i = 0; i < COUNT(texts); i++)
		check_same(texts[i], payload_text, payload_text_template);
	for (size_t i = 0; i < COUNT(hexes); i++)
		check_same(hexes[i], payload_hex, payload_hex_template);
}

static void errors_come_when_it_is_read(void **state)
{
	static const struct {
		const char *s;
		ptrdiff_t at;
	} cases[] = {
		{ "a\\q", 1 },     { "${seq:u7}", 6 }, { "${nosuch}", 2 },
		{ "${req[9}", 5 }, { "${rand:x}", 7 }, { "${file:/nonexistent/file}", 7 },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct payload_env env = new_env();
		struct payload_template *t = NULL;
		struct error e = { 0 };

		if (payload_text_template(cases[i].s, strlen(cases[i].s), &env, &t, &e))
			fail_msg("%s was accepted", cases[i].s);
		assert_null(t);
		if (e.at != cases[i].at)
			fail_msg("%s: \"%s\" at %td", cases[i].s, e.text, e.at);
	}
}

static void what_cannot_be_made_leaves_nothing(void **state)
{
	struct payload_env env = new_env();
	struct payload_template *t;
	struct error e;
	struct buf out;

	(void)state;
	buf_init(&out, 12);
	buf_str(&out, "before");
	assert_true(payload_text_template("${seq}${req[5:9]}", 17, &env, &t, &e));
	assert_false(payload_template_make(t, &env, &out, &e));
	payload_template_free(t);
	assert_true(payload_text_template("${seq}${req}", 12, &env, &t, &e));
	assert_false(payload_template_make(t, &env, &out, &e));
	assert_int_equal(e.code, ERR_LIMIT);
	payload_template_free(t);
	assert_string_equal(buf_cstr(&out), "before");
	assert_int_equal(env.seq, 9);
	buf_done(&out);
}

static void fields_have_a_limit(void **state)
{
	struct payload_env env = new_env();
	struct payload_template *t = NULL;
	struct error e;
	struct buf text;

	(void)state;
	buf_init(&text, 1000);
	for (int i = 0; i < 65; i++)
		buf_str(&text, "${seq}");
	assert_false(payload_text_template(text.data, text.len, &env, &t, &e));
	assert_true(payload_text_template(text.data, text.len - 6, &env, &t, &e));
	payload_template_free(t);
	buf_done(&text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(they_give_the_same_bytes),
		cmocka_unit_test(errors_come_when_it_is_read),
		cmocka_unit_test(what_cannot_be_made_leaves_nothing),
		cmocka_unit_test(fields_have_a_limit),
	};

	return cmocka_run_group_tests_name("template", tests, NULL, NULL);
}
