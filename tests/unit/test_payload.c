/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Payloads: both notations, their errors at their places, and every dump that can be pasted.
 */
#include "payload/payload.h"
#include "util/text.h"

#include <locale.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))
#define LIT(s) s, sizeof(s) - 1

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
	const char *error;
};

static void check_good(read_fn *read, const struct good *cases, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		struct error e = { .text = "" };
		struct buf b;
		buf_init(&b, 1000);
		buf_str(&b, "before");
		bool ok = read(cases[i].s, strlen(cases[i].s), NULL, &b, &e);
		assert_string_equal(e.text, "");
		assert_true(ok);
		assert_int_equal(b.len - 6, cases[i].n);
		assert_memory_equal(b.data, "before", 6);
		assert_memory_equal(b.data + 6, cases[i].bytes, cases[i].n);
		buf_done(&b);
	}
}

static void check_bad(read_fn *read, const struct bad *cases, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		struct error e = { 0 };
		struct buf b;
		buf_init(&b, 1000);
		buf_str(&b, "before");
		assert_false(read(cases[i].s, strlen(cases[i].s), NULL, &b, &e));
		assert_string_equal(e.text, cases[i].error);
		assert_int_equal(e.at, cases[i].at);
		assert_int_equal(e.code, ERR_SYNTAX);
		assert_string_equal(buf_cstr(&b), "before");
		assert_false(b.failed);
		buf_done(&b);
	}
}

static void test_text(void **state)
{
	static const struct good cases[] = {
		{ "", LIT("") },
		{ "hello", LIT("hello") },
		{ "a\\nb\\rc\\td\\0e\\\\f", LIT("a\nb\rc\td\0e\\f") },
		{ "\\x00\\xfF\\x1b[", LIT("\0\xff\x1b[") },
		{ "\\01", LIT("\0"
			      "1") },
		{ "\\u{e9}\\u{4E2D}\\u{01f600}", LIT("\xc3\xa9\xe4\xb8\xad\xf0\x9f\x98\x80") },
		{ "$HOME $ {x} \\${x} $$", LIT("$HOME $ {x} ${x} $$") },
		{ "\\$5", LIT("$5") },
		{ "\xc3\xa9\xff\x01", LIT("\xc3\xa9\xff\x01") },
	};

	(void)state;
	check_good(payload_text, cases, COUNT(cases));
}

#define NO_ESCAPE " is no escape: \\n \\r \\t \\0 \\\\ \\$ \\xHH \\u{...}"
#define NO_UNICODE "\"\\u\" needs one to six hex digits in braces: \\u{e9}"
#define NO_HEX "\"\\x\" needs two hex digits"
#define NO_FIELD "${...} fields are not known here; write \\${ for the characters"

static void test_text_errors(void **state)
{
	static const struct bad cases[] = {
		{ "ab\\q", 2, "\"\\q\"" NO_ESCAPE },
		{ "ab\\\xc3\xa9", 2, "\"\\\xc3\xa9\"" NO_ESCAPE },
		{ "\\\\\\", 2, "\"\\\"" NO_ESCAPE },
		{ "\\\"", 0, "\"\\\"\"" NO_ESCAPE },
		{ "a\\x", 1, NO_HEX },
		{ "a\\x4", 1, NO_HEX },
		{ "a\\x4g", 1, NO_HEX },
		{ "\\u", 0, NO_UNICODE },
		{ "\\u{", 0, NO_UNICODE },
		{ "\\u{}", 0, NO_UNICODE },
		{ "\\u{12", 0, NO_UNICODE },
		{ "\\u{12g}", 0, NO_UNICODE },
		{ "\\u{0000041}", 0, NO_UNICODE },
		{ "\\u0041", 0, NO_UNICODE },
		{ "x\\u{d800}", 1, "\\u{d800} is no Unicode character" },
		{ "x\\u{110000}", 1, "\\u{110000} is no Unicode character" },
		{ "n=${seq}", 2, NO_FIELD },
		{ "$${", 1, NO_FIELD },
		{ "\\\\${", 2, NO_FIELD },
	};

	(void)state;
	check_bad(payload_text, cases, COUNT(cases));
}

static void test_hex(void **state)
{
	static const struct good cases[] = {
		{ "", LIT("") },
		{ " \t\n", LIT("") },
		{ "68656c6C6F", LIT("hello") },
		{ "68 65:6c-6c,6f", LIT("hello") },
		{ "0x68, 0X65, 0x6c6c", LIT("hell") },
		{ "00 \"a b\" ff", LIT("\0a b\xff") },
		{ "00\"\"01", LIT("\0\1") },
		{ "\"\\x22\\n\"0d", LIT("\"\n\r") },
		{ "\"0001\"\"0g\"", LIT("00010g") },
		/* no offsets: single blanks, groups of two bytes, too short, no row boundary */
		{ "0000 68 65", LIT("\0\0he") },
		{ "0000  6865", LIT("\0\0he") },
		{ "dead  be ef", LIT("\xde\xad\xbe\xef") },
		{ "0000:1111", LIT("\0\0\x11\x11") },
		{ "00:  11", LIT("\0\x11") },
		/* xxd -p */
		{ "4500003100010000\n7f000001\n", LIT("E\0\0"
						      "1\0\1\0\0\x7f\0\0\1") },
	};

	(void)state;
	check_good(payload_hex, cases, COUNT(cases));
}

#define ODD(d) "odd hex digit \"" d "\": bytes are written with two digits"
#define NO_BYTE(s) "\"" s "\" is no hex byte"

static void test_hex_errors(void **state)
{
	static const struct bad cases[] = {
		{ "00 01 0g", 6, NO_BYTE("0g") },
		{ "hello", 0, NO_BYTE("he") },
		{ "00g", 2, NO_BYTE("g") },
		{ "0\xc3\xa9", 0, NO_BYTE("0\xc3\xa9") },
		{ "\xc3\xa9 00", 0, NO_BYTE("\xc3\xa9") },
		{ "a", 0, ODD("a") },
		{ "00 a 01", 3, ODD("a") },
		{ "00a", 2, ODD("a") },
		{ "a\"x\"", 0, ODD("a") },
		{ "0x", 0, NO_BYTE("0x") },
		{ "0x0x00", 2, NO_BYTE("0x") },
		{ "0x1", 2, ODD("1") },
		{ "00 \"abc", 3, "missing closing quote" },
		{ "00 \"", 3, "missing closing quote" },
		{ "00 \"a\\qb\"", 5, "\"\\q\"" NO_ESCAPE },
		{ "00 \"a\\\"b\"", 5, "\"\\\"" NO_ESCAPE },
		{ "00 \"${x}\"", 4, NO_FIELD },
		{ "00 ${seq}", 3, "${...} fields are not known here" },
	};

	(void)state;
	check_bad(payload_hex, cases, COUNT(cases));
}

static void test_the_room_is_exact(void **state)
{
	struct error e = { 0 };
	struct buf b;

	(void)state;
	buf_init(&b, 5);
	assert_true(payload_text(LIT("hell\\x6f"), NULL, &b, &e));
	assert_false(payload_text(LIT("!"), NULL, &b, &e));
	assert_int_equal(e.code, ERR_LIMIT);
	assert_string_equal(e.text, "no room for more than 5 bytes");
	assert_string_equal(buf_cstr(&b), "hello");
	assert_false(b.failed);

	buf_reset(&b);
	assert_true(payload_hex(LIT("68656c6c6f"), NULL, &b, &e));
	assert_false(payload_hex(LIT("00"), NULL, &b, &e));
	assert_int_equal(e.code, ERR_LIMIT);
	buf_reset(&b);
	assert_false(payload_hex(LIT("00 \"abcde\""), NULL, &b, &e));
	assert_int_equal(e.code, ERR_LIMIT);
	assert_int_equal(b.len, 0);
	assert_false(payload_hex(LIT("0000  00 01 02\n0003  04 05 06\n0006"), NULL, &b, &e));
	assert_int_equal(e.code, ERR_LIMIT);
	assert_false(payload_hex(LIT("0000  00 01 02\n*\nfffffffffffffff0"), NULL, &b, &e));
	assert_int_equal(e.code, ERR_LIMIT);

	b.failed = true;
	assert_false(payload_text(LIT(""), NULL, &b, &e));
	assert_int_equal(e.code, ERR_LIMIT);
	assert_true(b.failed);
	buf_done(&b);
}

/* An IPv4 datagram as the programs themselves print it (xxd 2022-01-14, util-linux 2.38, tcpdump
 * 4.99.3), its payload made to look like a part of a dump. */
#define DATAGRAM                                                           \
	"E\0\0"                                                            \
	"1\0\1\0\0@\x11\0\0\x7f\0\0\1\x7f\0\0\1\x13\x88\x13\x89\0\x1d\0\0" \
	"hello, world|ab cd ef"

static void test_dumps(void **state)
{
	static const struct good cases[] = {
		{ "00000000: 4500 0031 0001 0000 4011 0000 7f00 0001  E..1....@.......\n"
		  "00000010: 7f00 0001 1388 1389 001d 0000 6865 6c6c  ............hell\n"
		  "00000020: 6f2c 2077 6f72 6c64 7c61 6220 6364 2065  o, world|ab cd e\n"
		  "00000030: 66                                       f\n",
		  LIT(DATAGRAM) },
		{ "00000000  45 00 00 31 00 01 00 00  40 11 00 00 7f 00 00 01  |E..1....@.......|\n"
		  "00000010  7f 00 00 01 13 88 13 89  00 1d 00 00 68 65 6c 6c  |............hell|\n"
		  "00000020  6f 2c 20 77 6f 72 6c 64  7c 61 62 20 63 64 20 65  |o, world|ab cd e|\n"
		  "00000030  66                                                |f|\n"
		  "00000031\n",
		  LIT(DATAGRAM) },
		{ "\t0x0000:  4500 0031 0001 0000 4011 0000 7f00 0001  E..1....@.......\n"
		  "\t0x0010:  7f00 0001 1388 1389 001d 0000 6865 6c6c  ............hell\n"
		  "\t0x0020:  6f2c 2077 6f72 6c64 7c61 6220 6364 2065  o,.world|ab.cd.e\n"
		  "\t0x0030:  66                                       f\n",
		  LIT(DATAGRAM) },
		{ "\t0x0000:  4500 0031 0001 0000 4011 0000 7f00 0001\n"
		  "\t0x0010:  7f00 0001 1388 1389 001d 0000 6865 6c6c\n"
		  "\t0x0020:  6f2c 2077 6f72 6c64 7c61 6220 6364 2065\n"
		  "\t0x0030:  66\n",
		  LIT(DATAGRAM) },
		{ "0000   45 00 00 31 00 01 00 00 40 11 00 00 7f 00 00 01   E..1....@.......\n"
		  "0010   7f 00 00 01 13 88 13 89 00 1d 00 00 68 65 6c 6c   ............hell\n"
		  "0020   6f 2c 20 77 6f 72 6c 64 7c 61 62 20 63 64 20 65   o, world|ab cd e\n"
		  "0030   66                                                f\n",
		  LIT(DATAGRAM) },
		/* one line, line ends of all kinds, empty lines, the middle of a dump */
		{ "00000000: 6865 6c6c 6f0a  hello.", LIT("hello\n") },
		{ "0000   68 65 6c 6c 6f", LIT("hello") },
		{ "0000  61 62\r\n\r\n0002  63 64\r0004\n", LIT("abcd") },
		{ "0010   61 62   ab\n0012   63 64   cd\n", LIT("abcd") },
		{ "0000\t61 62\tab\n", LIT("ab") },
		/* characters that look like bytes, behind eight bytes and elsewhere */
		{ "0000   61 62 20 63 64 20 65 66   ab cd ef\n", LIT("ab cd ef") },
		{ "00000000: 6162 2063 6420 6566  ab cd ef\n", LIT("ab cd ef") },
		{ "0000   20 20 61 62     ab\n", LIT("  ab") },
		/* repeated rows */
		{ "00000000  61 62 63 64  |abcd|\n*\n0000000a  65  |e|\n0000000b\n",
		  LIT("abcdabcdabe") },
		{ "00000000: 6161  aa\n*\n00000006: 62  b\n", LIT("aaaaaab") },
	};

	(void)state;
	check_good(payload_hex, cases, COUNT(cases));
}

static void test_dump_errors(void **state)
{
	static const struct bad cases[] = {
		{ "0000   61 62\n0003   63\n", 13, "line 2: offset 0003, but 0002 comes next" },
		{ "0000   61 62\n0001   63\n", 13, "line 2: offset 0001, but 0002 comes next" },
		{ "0000   61 62\n\n63 64\n", 14, "line 2: no offset at its start" },
		{ "0000   61 6g\n", 10, "line 1: \"6g\" is no hex byte" },
		{ "00000000: 6162\n00000002: 636  cd", 27, "line 2: " ODD("6") },
		{ "0000   61 62\n*\n0001  62", 15, "line 3: offset 0001, but 0002 comes next" },
		{ "0000   61 62\n*\n", 15, "line 2: \"*\" needs an offset after it" },
		{ "0000   61\n0005\n", 10, "line 2: offset 0005, but 0001 comes next" },
	};

	(void)state;
	check_bad(payload_hex, cases, COUNT(cases));
}

static void test_looks_hex(void **state)
{
	static const struct {
		const char *s;
		bool yes;
	} cases[] = {
		{ "0001", true },
		{ "00 01", true },
		{ "de:ad:be:ef", true },
		{ "0x00 0x01", true },
		{ "cafe", true },
		{ "0000   68 65 6c 6c 6f   hello", true },
		{ "00000000: 2222  \"\"", true },
		{ "", false },
		{ "00", false },
		{ "hello", false },
		{ "001", false },
		{ "00 01 \"a\"", false },
		{ "00 01 0g", false },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++)
		assert_int_equal(payload_looks_hex(cases[i].s, strlen(cases[i].s)), cases[i].yes);
}

/* xorshift, so that a failure can be seen again. */
static uint32_t next_random(uint32_t *seed)
{
	*seed ^= *seed << 13;
	*seed ^= *seed >> 17;
	*seed ^= *seed << 5;
	return *seed;
}

/* Random bytes, every other time only those that mean something to the readers. */
static size_t random_bytes(uint32_t *seed, char *bytes, size_t max)
{
	static const char special[] = "\\\"${}xun0 \t\r\n:|*abf019\xcc\x81\xc3\xa9\xe2\x80\xae";
	size_t n = next_random(seed) % (max + 1);
	bool tricky = next_random(seed) % 2 == 0;
	for (size_t i = 0; i < n; i++) {
		uint32_t r = next_random(seed) >> 8;
		bytes[i] = tricky ? special[r % (sizeof special - 1)] : (char)r;
	}
	return n;
}

static void test_escaped_text_reads_back(void **state)
{
	static const char *const locales[] = { "C.UTF-8", "C" };
	uint32_t seed = 1;

	(void)state;
	for (int round = 0; round < 20000; round++) {
		char bytes[64];
		size_t n = random_bytes(&seed, bytes, sizeof bytes);
		struct buf text, back;
		buf_init(&text, 100 * sizeof bytes);
		buf_init(&back, sizeof bytes);
		assert_non_null(setlocale(LC_CTYPE, locales[round % 2]));
		text_escape(&text, bytes, n);
		assert_true(payload_text(buf_cstr(&text), text.len, NULL, &back, NULL));
		assert_int_equal(back.len, n);
		assert_memory_equal(buf_cstr(&back), bytes, n);
		buf_done(&text);
		buf_done(&back);
	}
}

/* One way to print a dump; columns as the programs have them. */
struct style {
	const char *lead; /* before the offset */
	int digits;
	const char *tail;           /* behind the offset */
	size_t group;               /* bytes without a blank between them */
	size_t gap;                 /* a second blank after so many bytes, 0: none */
	size_t hex_columns;         /* the bytes of a row are padded to it */
	const char *before, *after; /* around the characters */
	bool end;                   /* a last line with the offset only */
};

static const struct style styles[] = {
	{ "", 8, ": ", 2, 0, 39, "  ", "", false },      /* xxd */
	{ "", 8, ": ", 1, 0, 47, "  ", "", false },      /* xxd -g1 */
	{ "", 8, "  ", 1, 8, 48, "  |", "|", true },     /* hexdump -C */
	{ "", 4, "   ", 1, 0, 47, "   ", "", false },    /* Wireshark */
	{ "\t0x", 4, ":  ", 2, 0, 39, "  ", "", false }, /* tcpdump -X */
};

static void print_row(struct buf *out, const struct style *style, const char *row, size_t n)
{
	size_t start = out->len;
	for (size_t i = 0; i < n; i++) {
		if (i > 0 && i % style->group == 0)
			buf_char(out, ' ');
		if (i > 0 && style->gap > 0 && i % style->gap == 0)
			buf_char(out, ' ');
		buf_printf(out, "%02x", (unsigned char)row[i]);
	}
	buf_fill(out, ' ', style->hex_columns - (out->len - start));
	buf_str(out, style->before);
	for (size_t i = 0; i < n; i++)
		buf_char(out, text_dot((uint8_t)row[i]));
	buf_printf(out, "%s\n", style->after);
}

static void print_dump(struct buf *out, const struct style *style, const char *bytes, size_t n)
{
	for (size_t i = 0; i < n; i += 16) {
		buf_printf(out, "%s%0*zx%s", style->lead, style->digits, i, style->tail);
		print_row(out, style, bytes + i, n - i < 16 ? n - i : 16);
	}
	if (style->end)
		buf_printf(out, "%08zx\n", n);
}

static void test_dumps_of_any_bytes_read_back(void **state)
{
	uint32_t seed = 2;

	(void)state;
	for (size_t round = 0; round < 10000; round++) {
		char bytes[64];
		size_t n = random_bytes(&seed, bytes, sizeof bytes - 1);
		if (n == 0)
			bytes[n++] = 'a';
		struct buf dump, back;
		buf_init(&dump, 1000);
		buf_init(&back, sizeof bytes);
		print_dump(&dump, &styles[round % COUNT(styles)], bytes, n);
		assert_true(payload_hex(buf_cstr(&dump), dump.len, NULL, &back, NULL));
		assert_int_equal(back.len, n);
		assert_memory_equal(buf_cstr(&back), bytes, n);
		buf_done(&dump);
		buf_done(&back);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_text),
		cmocka_unit_test(test_text_errors),
		cmocka_unit_test(test_hex),
		cmocka_unit_test(test_hex_errors),
		cmocka_unit_test(test_the_room_is_exact),
		cmocka_unit_test(test_dumps),
		cmocka_unit_test(test_dump_errors),
		cmocka_unit_test(test_looks_hex),
		cmocka_unit_test(test_escaped_text_reads_back),
		cmocka_unit_test(test_dumps_of_any_bytes_read_back),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
