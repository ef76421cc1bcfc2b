/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The ${...} fields: their bytes, in both notations; what is filled in last; their errors at their
 * places; and that reading moves on what it drew from, and only on success.
 */
#include "payload/field.h"
#include "payload/payload.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))
#define LIT(s) s, sizeof(s) - 1

/* 2026-11-21 12:03:11.25 UTC */
#define NOW 1795262591250000000ull

typedef bool read_fn(const char *s, size_t n, struct payload_env *env, struct buf *out,
		     struct error *e);

struct good {
	const char *s;
	const char *bytes;
	size_t n;
};

struct bad {
	const char *s;
	ptrdiff_t at;
	enum err_code code;
	const char *error;
};

static bool variable(void *ctx, const char *name, size_t n, const void **data, size_t *len)
{
	(void)ctx;
	*data = "\0\xff\n";
	*len = 3;
	return n == 5 && memcmp(name, "magic", n) == 0;
}

static struct payload_env new_env(void)
{
	return (struct payload_env){ .now = NOW, .seq = 258, .random = 42, .variable = variable };
}

static void check_good(read_fn *read, const struct good *cases, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		struct payload_env env = new_env();
		struct error e = { .text = "" };
		struct buf b;

		buf_init(&b, 1000);
		buf_str(&b, "before");
		if (!read(cases[i].s, strlen(cases[i].s), &env, &b, &e))
			fail_msg("%s: %s", cases[i].s, e.text);
		if (b.len - 6 != cases[i].n || memcmp(b.data, "before", 6) != 0 ||
		    memcmp(b.data + 6, cases[i].bytes, cases[i].n) != 0)
			fail_msg("%s: other bytes", cases[i].s);
		buf_done(&b);
	}
}

static void check_bad(read_fn *read, const struct bad *cases, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		struct payload_env env = new_env();
		struct error e = { 0 };
		struct buf b;

		buf_init(&b, 1000);
		buf_str(&b, "before");
		if (read(cases[i].s, strlen(cases[i].s), &env, &b, &e))
			fail_msg("%s was accepted", cases[i].s);
		if (strcmp(e.text, cases[i].error) != 0 || e.at != cases[i].at ||
		    e.code != cases[i].code)
			fail_msg("%s: \"%s\" (%d) at %td", cases[i].s, e.text, (int)e.code, e.at);
		assert_string_equal(buf_cstr(&b), "before");
		assert_int_equal(env.seq, 258);
		assert_int_equal(env.random, 42);
		buf_done(&b);
	}
}

static void values_stand_where_they_are_written(void **state)
{
	static const struct good cases[] = {
		{ "n=${seq}", LIT("n=258") },
		{ "${seq} ${seq}", LIT("258 258") },
		{ "${seq:u16be}${seq:u16le}${seq:u16}", LIT("\1\2\2\1\1\2") },
		{ "${seq:u8}${seq:i24be}", LIT("\2\0\1\2") }, /* goes round */
		{ "${time}", LIT("2026-11-21T12:03:11.250000000Z") },
		/* 1795262591 + 2208988800 = 4004251391; a quarter is 0x40000000 */
		{ "${time:ntp}", LIT("\xee\xac\x06\xff\x40\0\0\0") },
		{ "${time:unix}", LIT("\x6b\x01\x88\x7f") },
		{ "${time:unix:u64le}", LIT("\x7f\x88\x01\x6b\0\0\0\0") },
		{ "${ip:10.0.0.1}", LIT("\x0a\0\0\1") },
		{ "${ip:fe80::1}", LIT("\xfe\x80\0\0\0\0\0\0\0\0\0\0\0\0\0\1") },
		{ "${mac:00:11:22:aA:ff:55}", LIT("\0\x11\x22\xaa\xff\x55") },
		{ "${mac:00-11-22-33-44-55}", LIT("\0\x11\x22\x33\x44\x55") },
		{ "<${magic}>${magic}", LIT("<\0\xff\n>\0\xff\n") },
		{ "${rand:0}", LIT("") },
		{ "\\${seq} $ {seq} $$${seq}", LIT("${seq} $ {seq} $$258") },
	};

	(void)state;
	check_good(payload_text, cases, COUNT(cases));
}

static void numbers_have_every_width_and_order(void **state)
{
	static const struct good cases[] = {
		{ "${u8:0}${u8:255}${u8:0x41}", LIT("\0\xff"
						    "A") },
		{ "${i8:-128}${i8:127}${i8:+5}", LIT("\x80\x7f\5") },
		{ "${u16:1234}${u16be:0xabcd}${u16le:0xabcd}", LIT("\4\xd2\xab\xcd\xcd\xab") },
		{ "${i16be:-2}${i16le:-2}", LIT("\xff\xfe\xfe\xff") },
		{ "${u24:1}${u24be:0xabcdef}${u24le:0xabcdef}",
		  LIT("\0\0\1\xab\xcd\xef\xef\xcd\xab") },
		{ "${i24be:-8388608}${i24le:-2}", LIT("\x80\0\0\xfe\xff\xff") },
		{ "${u32be:4294967295}${u32le:1}", LIT("\xff\xff\xff\xff\1\0\0\0") },
		{ "${i32:-1}${i32le:-2}", LIT("\xff\xff\xff\xff\xfe\xff\xff\xff") },
		{ "${u64be:18446744073709551615}${u64le:1}",
		  LIT("\xff\xff\xff\xff\xff\xff\xff\xff\1\0\0\0\0\0\0\0") },
		{ "${i64be:-9223372036854775808}${i64le:9223372036854775807}",
		  LIT("\x80\0\0\0\0\0\0\0\xff\xff\xff\xff\xff\xff\xff\x7f") },
		{ "${f32be:1.5}${f32le:-1.5}${f32:0}", LIT("\x3f\xc0\0\0\0\0\xc0\xbf\0\0\0\0") },
		{ "${f64be:-0.1}${f64le:1e300}",
		  LIT("\xbf\xb9\x99\x99\x99\x99\x99\x9a\x9c\x75\x00\x88\x3c\xe4\x37\x7e") },
		{ "${f32:inf}", LIT("\x7f\x80\0\0") },
	};

	(void)state;
	check_good(payload_text, cases, COUNT(cases));
}

static void lengths_are_filled_first_and_then_sums(void **state)
{
	static const struct good cases[] = {
		{ "${len:u16be}abc", LIT("\0\5abc") },
		{ "${len:u16le}abc${len:u8}", LIT("\6\0abc\6") },
		{ "ab${len:rest:u16be}abc", LIT("ab\0\3abc") },
		{ "${len:rest:u8}${len:rest:u8}x${len:rest:u8}", LIT("\3\2x\0") },
		/* in decimal a length counts itself */
		{ "${len}", LIT("1") },
		{ "${len:rest}", LIT("0") },
		{ "12345678${len}", LIT("123456789") },
		{ "123456789${len}", LIT("12345678911") },
		{ "${len}123456${len:rest}7${len}", LIT("121234563712") },
		{ "${len}${len:u8}${seq}${crc32}${len:rest}", LIT("11\x0b"
								  "258\x98\x78\x28\x4a"
								  "0") },
		/* a sum is over what stands before it, lengths and sums included */
		{ "123456789${crc32}", LIT("123456789\xcb\xf4\x39\x26") },
		{ "123456789${crc32:be}", LIT("123456789\xcb\xf4\x39\x26") },
		{ "123456789${crc16-modbus:le}tail", LIT("123456789\x37\x4b"
							 "tail") },
		{ "123456789${crc8-smbus}", LIT("123456789\xf4") },
		{ "${sum8}1${sum8}${sum8}", LIT("\0"
						"1"
						"1"
						"b") },
		{ "${xor8}${len:u8}${xor8}", LIT("\0\3\3") },
	};

	(void)state;
	check_good(payload_text, cases, COUNT(cases));
}

static void hex_knows_the_same_fields(void **state)
{
	static const struct good cases[] = {
		{ "0001 ${len:u16be} \"abc\"", LIT("\0\1\0\7abc") },
		{ "0001${len:u16be}00", LIT("\0\1\0\5\0") },
		{ "\"a${seq}b\" ${seq:u8}", LIT("a258b\2") },
		{ "\"123456789\" ${crc16-xmodem}", LIT("123456789\x31\xc3") },
		{ "\"1234${len:rest:u8}6789${crc16-xmodem}\"", LIT("1234\6"
								   "6789\xd3\xff") },
		{ "\"\\${seq}\"${mac:00:11:22:33:44:55}", LIT("${seq}\0\x11\x22\x33\x44\x55") },
		{ "${magic},${seq}", LIT("\0\xff\n258") },
	};

	(void)state;
	check_good(payload_hex, cases, COUNT(cases));
	assert_false(payload_looks_hex(LIT("${seq}")));
	assert_false(payload_looks_hex(LIT("00 01 ${seq}")));
}

#define UNKNOWN " and no variable: :help payloads lists them"
#define NONE_OF_TYPES " is none of u8, u16be, u16le, u24be ... i64le"

static void faults_are_named_at_their_place(void **state)
{
	static const struct bad cases[] = {
		{ "a${", 1, ERR_SYNTAX, "\"}\" is missing after \"${\"" },
		{ "a${seq", 1, ERR_SYNTAX, "\"}\" is missing after \"${\"" },
		{ "a${sqe}", 3, ERR_SYNTAX, "\"sqe\" is no field: did you mean seq?" },
		{ "a${crc16}", 3, ERR_SYNTAX,
		  "\"crc16\" is no field: did you mean crc16-modbus, crc16-xmodem or "
		  "crc16-ibm-3740?" },
		{ "a${}", 3, ERR_SYNTAX, "\"\" is no field" UNKNOWN },
		{ "a${colour}", 3, ERR_SYNTAX, "\"colour\" is no field" UNKNOWN },
		{ "a${magic:2}", 8, ERR_SYNTAX, "variable \"magic\" takes no argument" },
		{ "a${u8be:1}", 3, ERR_SYNTAX,
		  "\"u8be\" is no field: did you mean u8, u16be or u24be?" },
		{ "a${u8}", 5, ERR_SYNTAX, "a value is missing: ${u8:1}" },
		{ "a${rand}", 7, ERR_SYNTAX, "a value is missing: ${rand:N}" },
		{ "a${u8:256}", 6, ERR_RANGE, "256 is outside 0..255" },
		{ "a${u8:-1}", 6, ERR_RANGE, "-1 is outside 0..255" },
		{ "a${u8:}", 6, ERR_SYNTAX, "\"\" is no number" },
		{ "a${u8: 1}", 6, ERR_SYNTAX, "\" 1\" is no number" },
		{ "a${u8:1 }", 6, ERR_SYNTAX, "\"1 \" is no number" },
		{ "a${i24le:8388608}", 9, ERR_RANGE, "8388608 is outside -8388608..8388607" },
		{ "a${u64:18446744073709551616}", 7, ERR_RANGE,
		  "18446744073709551616 is outside 0..18446744073709551615" },
		{ "a${f32:1e99}", 7, ERR_RANGE, "1e99 is too large for f32be" },
		{ "a${f64le:x}", 9, ERR_SYNTAX, "\"x\" is no number" },
		{ "a${seq:f32}", 7, ERR_SYNTAX, "\"f32\"" NONE_OF_TYPES },
		{ "a${seq:}", 7, ERR_SYNTAX, "\"\"" NONE_OF_TYPES },
		{ "a${time:gps}", 8, ERR_SYNTAX, "\"gps\" is none of ntp, unix, unix:u64be" },
		{ "a${time:unix:x}", 13, ERR_SYNTAX, "\"x\"" NONE_OF_TYPES },
		{ "a${time:unix:u8}", 8, ERR_RANGE, "1795262591 is outside 0..255" },
		{ "a${rand:65528}", 8, ERR_RANGE, "65528 is outside 0..65527" },
		{ "a${len:all}", 7, ERR_SYNTAX, "\"all\"" NONE_OF_TYPES },
		{ "a${len:rest:x}", 12, ERR_SYNTAX, "\"x\"" NONE_OF_TYPES },
		{ "abc${len:u8}${rand:300}", 3, ERR_RANGE, "len: 304 is outside 0..255" },
		{ "a${crc32:middle}", 9, ERR_SYNTAX, "\"middle\" is none of be, le" },
		{ "a${ip:10.0.0}", 6, ERR_SYNTAX, "\"10.0.0\" is no IPv4 or IPv6 address" },
		{ "a${mac:00:11}", 10, ERR_SYNTAX, "a MAC address is 00:11:22:33:44:55" },
		{ "a${mac:00:11:22:33:44:5g}", 22, ERR_SYNTAX,
		  "a MAC address is 00:11:22:33:44:55" },
		{ "a${file:/nonexistent/x}", 8, ERR_SYSTEM,
		  "/nonexistent/x: No such file or directory" },
		{ "a${file:/dev/zero}", 8, ERR_USAGE, "/dev/zero is no ordinary file" },
		{ "${seq}${rand:4}a\\q", 16, ERR_SYNTAX,
		  "\"\\q\" is no escape: \\n \\r \\t \\0 \\\\ \\$ \\xHH \\u{...}" },
	};
	static const struct bad hex[] = {
		{ "00 ${u8:256}", 8, ERR_RANGE, "256 is outside 0..255" },
		{ "00 \"x${u8:256}\"", 10, ERR_RANGE, "256 is outside 0..255" },
		{ "00 \"x${len:u8}\"${rand:300}", 5, ERR_RANGE, "len: 303 is outside 0..255" },
		{ "00 a${seq}", 3, ERR_SYNTAX,
		  "odd hex digit \"a\": bytes are written with two digits" },
		{ "00 $", 3, ERR_SYNTAX, "\"$\" is no hex byte" },
	};

	(void)state;
	check_bad(payload_text, cases, COUNT(cases));
	check_bad(payload_hex, hex, COUNT(hex));
}

/* A NUL, or more than any path has: no field. */
static void odd_bodies_are_refused(void **state)
{
	struct payload_env env = new_env();
	struct error e;
	struct buf b, long_one;

	(void)state;
	buf_init(&b, 100);
	buf_init(&long_one, 10000);
	assert_false(payload_text(LIT("${u8:1\0}"), &env, &b, &e));
	assert_string_equal(e.text, "this is no field: ${NAME} or ${NAME:VALUE}");
	assert_int_equal(e.at, 0);
	buf_str(&long_one, "${file:");
	buf_fill(&long_one, 'x', 5000);
	buf_str(&long_one, "}");
	assert_false(payload_text(long_one.data, long_one.len, &env, &b, &e));
	assert_string_equal(e.text, "this is no field: ${NAME} or ${NAME:VALUE}");
	buf_done(&long_one);
	buf_done(&b);
}

/* The same state gives the same bytes; having read it, others. */
static void reading_moves_on_what_it_used(void **state)
{
	struct payload_env env = new_env(), copy = env;
	struct buf first, again, next;

	(void)state;
	buf_init(&first, 100);
	buf_init(&again, 100);
	buf_init(&next, 100);
	assert_true(payload_text(LIT("${rand:13}${seq}${seq}"), &copy, &first, NULL));
	assert_true(payload_text(LIT("${rand:13}${seq}${seq}"), &env, &again, NULL));
	assert_int_equal(first.len, 13 + 6);
	assert_memory_equal(first.data, again.data, first.len);
	assert_int_equal(env.seq, 259);
	assert_int_equal(env.random, copy.random);
	assert_true(payload_text(LIT("${rand:13}"), &env, &next, NULL));
	assert_memory_not_equal(first.data, next.data, 13);
	assert_int_equal(env.seq, 259);
	copy = env;
	assert_true(payload_text(LIT("nothing ${len} ${time}"), &env, &next, NULL));
	assert_int_equal(env.seq, copy.seq);
	assert_int_equal(env.random, copy.random);
	buf_done(&first);
	buf_done(&again);
	buf_done(&next);
}

/* A line end that is appended later is part of the datagram. */
static void lengths_count_the_tail(void **state)
{
	struct payload_env env = new_env();
	struct buf b;

	(void)state;
	env.tail = 2;
	buf_init(&b, 100);
	assert_true(payload_text(LIT("${len:u8}abcdef${len:rest:u8}${len}"), &env, &b, NULL));
	assert_int_equal(b.len, 10);
	assert_memory_equal(b.data,
			    "\x0c"
			    "abcdef\4"
			    "12",
			    10);
	buf_done(&b);
}

static void all_of_it_has_a_bound(void **state)
{
	struct payload_env env = new_env();
	struct buf b, many;
	struct error e;

	(void)state;
	buf_init(&b, 20);
	buf_init(&many, 10000);
	assert_true(payload_text(LIT("${rand:20}"), &env, &b, &e));
	buf_reset(&b);
	assert_false(payload_text(LIT("${rand:21}"), &env, &b, &e));
	assert_int_equal(e.code, ERR_LIMIT);
	assert_string_equal(e.text, "no room for more than 20 bytes");
	/* the text of a length is what does not fit */
	assert_false(payload_text(LIT("${rand:19}${len}"), &env, &b, &e));
	assert_int_equal(e.code, ERR_LIMIT);
	assert_int_equal(b.len, 0);
	for (int i = 0; i < 65; i++)
		buf_str(&many, "${len:u8}");
	buf_done(&b);
	buf_init(&b, 1000);
	assert_true(payload_text(many.data, many.len - 9, &env, &b, &e));
	assert_int_equal(b.len, 64);
	assert_false(payload_text(many.data, many.len, &env, &b, &e));
	assert_int_equal(e.code, ERR_LIMIT);
	assert_string_equal(e.text, "more than 64 lengths and checksums in one payload");
	assert_int_equal(e.at, 64 * 9 + 6);
	buf_done(&b);
	buf_done(&many);
}

static void a_file_is_ordinary_and_fits(void **state)
{
	char folder[] = "/tmp/udpdeck-test-XXXXXX", path[64], fifo[64], text[128];
	struct payload_env env = new_env();
	struct error e;
	struct buf b;
	FILE *f;

	(void)state;
	assert_non_null(mkdtemp(folder));
	snprintf(path, sizeof(path), "%s/a file", folder);
	snprintf(fifo, sizeof(fifo), "%s/fifo", folder);
	f = fopen(path, "w");
	assert_non_null(f);
	fputs("a\\n${seq}\n", f);
	fflush(f);
	buf_init(&b, 100000);
	snprintf(text, sizeof(text), "<${file:%s}>${len}", path);
	assert_true(payload_text(text, strlen(text), &env, &b, &e));
	assert_string_equal(buf_cstr(&b), "<a\\n${seq}\n>14");
	assert_int_equal(env.seq, 258); /* what a file holds is data */
	for (int i = 0; i < 65527; i++)
		fputc('x', f);
	fclose(f);
	assert_false(payload_text(text, strlen(text), &env, &b, &e));
	assert_int_equal(e.code, ERR_RANGE);
	assert_non_null(strstr(e.text, "larger than one datagram: at most 65527 bytes"));
	assert_int_equal(e.at, 8);
	/* nobody writes to it: this must not wait */
	assert_int_equal(mkfifo(fifo, 0600), 0);
	snprintf(text, sizeof(text), "${file:%s}", fifo);
	assert_false(payload_text(text, strlen(text), &env, &b, &e));
	assert_non_null(strstr(e.text, "no ordinary file"));
	buf_done(&b);
	unlink(path);
	unlink(fifo);
	rmdir(folder);
}

/* Every name has a row in the help, and is refused as a variable's. */
static struct payload_env env_of(const char *request, size_t n)
{
	struct payload_env env = new_env();

	env.request = request;
	env.request_len = n;
	return env;
}

static void answers_know_what_they_answer(void **state)
{
	static const struct good cases[] = {
		{ "${req}", LIT("\0\1hello") },
		{ "<${req[0:2]}>", LIT("<\0\1>") },
		{ "${req[2]}", LIT("h") },
		{ "${req[-4:]}", LIT("ello") },
		{ "${req[-5:2]}", LIT("he") },
		{ "${req[7:]}", LIT("") },
		{ "${req[0:2]}${len}", LIT("\0\1"
					   "3") },
		{ "${u8:1}${req[2:]}", LIT("\1hello") },
	};
	static const struct bad wrong[] = {
		{ "${req[}", 5, ERR_SYNTAX, "a slice is written [OFFSET:LENGTH]" },
		{ "${req[1:2]x}", 10, ERR_SYNTAX, "\"}\" is missing after the slice" },
		{ "a${req:1}", 7, ERR_SYNTAX, "a slice is written [OFFSET:LENGTH]" },
		{ "${req[0:0]}", 8, ERR_RANGE, "0 is outside 1..65535" },
		{ "${req}", 5, ERR_SYNTAX,
		  "${req} is the datagram that is answered: here none is" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct payload_env env = env_of(LIT("\0\1hello"));
		struct error e = { .text = "" };
		struct buf b;

		buf_init(&b, 100);
		if (!payload_text(cases[i].s, strlen(cases[i].s), &env, &b, &e))
			fail_msg("%s: %s", cases[i].s, e.text);
		assert_int_equal(b.len, cases[i].n);
		assert_memory_equal(buf_cstr(&b), cases[i].bytes, b.len);
		buf_done(&b);
	}
	check_bad(payload_text, wrong, COUNT(wrong));
}

static void a_request_may_be_too_short(void **state)
{
	struct payload_env env = env_of(LIT("x"));
	struct error e;
	struct buf b;

	(void)state;
	buf_init(&b, 100);
	assert_false(payload_text(LIT("<${req[0:2]}>"), &env, &b, &e));
	assert_string_equal(e.text, "${req[0:2]} is not in a datagram of 1 byte");
	assert_int_equal(b.len, 0);
	buf_done(&b);
}

static void the_names_are_told(void **state)
{
	struct buf form, help, all;
	const char *name;
	bool needs;
	size_t n = 0;

	(void)state;
	buf_init(&form, 200);
	buf_init(&help, 200);
	buf_init(&all, 10000);
	for (size_t i = 0; field_help(i, &form, &help); i++) {
		assert_false(form.failed || help.failed);
		assert_true(help.len > 0);
		buf_printf(&all, "%s %s ", buf_cstr(&form), buf_cstr(&help));
	}
	for (; (name = field_name(n, &needs)); n++) {
		if (!strstr(buf_cstr(&all), name))
			fail_msg("help does not name %s", name);
		assert_true(field_is_name(name));
		/* a row that says it can do without an argument can */
		struct payload_env env = new_env();
		struct buf text;
		buf_init(&text, 100);
		buf_printf(&text, "${%s}", name);
		buf_reset(&form);
		env.request = "";
		assert_int_equal(payload_text(text.data, text.len, &env, &form, NULL), !needs);
		buf_done(&text);
	}
	assert_int_equal(n, 8 + 22 + 10);
	assert_true(field_is_name("u16"));
	assert_false(field_is_name("u16b"));
	assert_false(field_is_name("magic"));
	assert_true(field_may_be_variable(LIT("_a1")));
	assert_false(field_may_be_variable(LIT("1a")));
	assert_false(field_may_be_variable(LIT("a-b")));
	assert_false(field_may_be_variable(LIT("")));
	buf_done(&form);
	buf_done(&help);
	buf_done(&all);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(values_stand_where_they_are_written),
		cmocka_unit_test(numbers_have_every_width_and_order),
		cmocka_unit_test(lengths_are_filled_first_and_then_sums),
		cmocka_unit_test(hex_knows_the_same_fields),
		cmocka_unit_test(faults_are_named_at_their_place),
		cmocka_unit_test(odd_bodies_are_refused),
		cmocka_unit_test(reading_moves_on_what_it_used),
		cmocka_unit_test(lengths_count_the_tail),
		cmocka_unit_test(all_of_it_has_a_bound),
		cmocka_unit_test(a_file_is_ordinary_and_fits),
		cmocka_unit_test(answers_know_what_they_answer),
		cmocka_unit_test(a_request_may_be_too_short),
		cmocka_unit_test(the_names_are_told),
	};

	return cmocka_run_group_tests_name("field", tests, NULL, NULL);
}
