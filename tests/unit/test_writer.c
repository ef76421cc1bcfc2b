/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The formats of output: lines that hold, bytes that can be read back. */
#include "deck.h"
#include "still.h"
#include "session/writer.h"
#include "hostile.h"
#include "net/errqueue.h"
#include "payload/payload.h"
#include "util/text.h"

#include <errno.h>
#include <locale.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

static int setup(void **state)
{
	return still_setup(state, "e\x1b[1m");
}

static struct packet datagram(enum packet_kind kind, const void *data, size_t n)
{
	struct packet p = still_packet(kind, data, n);

	p.time = DECK_START + 482000;
	p.local = (struct addr){ 0 };
	return p;
}

static const char *written(struct still *b, enum writer_format f, bool verbose, struct packet p)
{
	buf_reset(&b->out);
	writer_packet(f, &b->session, verbose, &p, &b->out);
	return buf_cstr(&b->out);
}

/* ---- names ---- */

static void test_formats_are_found(void **state)
{
	static const struct {
		const char *name;
		enum writer_format format;
	} table[] = {
		{ "raw", WRITER_RAW },   { "text", WRITER_TEXT }, { "hex", WRITER_HEX },
		{ "json", WRITER_JSON }, { "csv", WRITER_CSV },
	};
	enum writer_format f;
	struct error e;

	(void)state;
	for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
		assert_true(writer_find(table[i].name, &f, &e));
		assert_int_equal(f, table[i].format);
	}
	assert_false(writer_find("jsno", &f, &e));
	assert_string_equal(
		e.text, "-o: \"jsno\" is none of raw, text, hex, json, csv: did you mean json?");
	assert_false(writer_find("out.bin", &f, &e));
	assert_string_equal(e.text, "-o: \"out.bin\" is none of raw, text, hex, json, csv; what is "
				    "printed goes to a file by \">\"");
	assert_false(writer_find("", &f, &e));
}

/* ---- lines ---- */

static void test_raw_has_received_payloads_only(void **state)
{
	struct still *b = *state;
	struct packet p = datagram(PACKET_RX, "a\0\x1b", 3);

	written(b, WRITER_RAW, false, p);
	assert_int_equal(b->out.len, 3);
	assert_memory_equal(b->out.data, "a\0\x1b", 3);
	p.flags = PACKET_OWN;
	assert_string_equal(written(b, WRITER_RAW, true, p), "");
	p.flags = 0;
	for (p.kind = PACKET_TX; p.kind <= PACKET_NOTE; p.kind++)
		assert_string_equal(written(b, WRITER_RAW, true, p), "");
}

static void test_text_lines(void **state)
{
	struct still *b = *state;
	struct packet p = datagram(PACKET_RX, "a\tb\n", 4);

	assert_string_equal(written(b, WRITER_TEXT, false, p),
			    "12:03:11.301482\t1\t<-\t10.0.0.9:5353\t4\ta\\tb\\n\n");
	p.flags = PACKET_TRUNCATED | PACKET_MULTICAST;
	p.len = 1500;
	assert_string_equal(written(b, WRITER_TEXT, false, p),
			    "12:03:11.301482\t1\t<m\t10.0.0.9:5353\t4 of 1500\ta\\tb\\n\n");
	assert_string_equal(written(b, WRITER_TEXT, false, datagram(PACKET_RX, "", 0)),
			    "12:03:11.301482\t1\t<-\t10.0.0.9:5353\t0\t\n");
}

static void test_what_was_sent(void **state)
{
	struct still *b = *state;
	struct packet p = datagram(PACKET_TX, "hi", 2);

	assert_string_equal(written(b, WRITER_TEXT, false, p), "");
	assert_string_equal(written(b, WRITER_TEXT, true, p),
			    "12:03:11.301482\t1\t->\t10.0.0.9:5353\t2\thi\n");
	p.result = PACKET_TX_PENDING;
	assert_string_equal(written(b, WRITER_TEXT, true, p),
			    "12:03:11.301482\t1\t->\t10.0.0.9:5353\t2 waiting\thi\n");
	p.result = ENETUNREACH;
	assert_string_equal(written(b, WRITER_TEXT, false, p),
			    "12:03:11.301482\t1\t!!\t10.0.0.9:5353\t-\tnot sent: Network is "
			    "unreachable\n");
	assert_string_equal(
		written(b, WRITER_HEX, false, p),
		"#7 12:03:11.301482 [1] !! 10.0.0.9:5353 not sent: Network is unreachable\n");
}

static void test_errors_and_gaps(void **state)
{
	struct still *b = *state;
	struct packet p = datagram(PACKET_ICMP, "hi", 2);

	p.icmp = (struct packet_icmp){ .origin = ERRQUEUE_ICMP, .type = 3, .code = 3, .cause = 6 };
	assert_string_equal(written(b, WRITER_TEXT, false, p),
			    "12:03:11.301482\t1\t!!\t10.0.0.9:5353\t-\trefused #6: port "
			    "unreachable\n");
	assert_string_equal(
		written(b, WRITER_HEX, false, p),
		"#7 12:03:11.301482 [1] !! 10.0.0.9:5353 refused #6: port unreachable\n");

	p = (struct packet){ .time = p.time, .kind = PACKET_GAP, .lost = 3 };
	assert_string_equal(written(b, WRITER_TEXT, false, p),
			    "12:03:11.301482\t-\t--\t-\t-\t3 lost here before they could be "
			    "received\n");
	assert_string_equal(
		written(b, WRITER_HEX, false, p),
		"# 12:03:11.301482 [-] -- - 3 lost here before they could be received\n");

	p = datagram(PACKET_ERROR, "[1] is no longer heard", 22);
	p.peer = (struct addr){ 0 };
	assert_string_equal(written(b, WRITER_TEXT, false, p),
			    "12:03:11.301482\t1\t!!\t-\t-\t[1] is no longer heard\n");
	p.kind = PACKET_JOIN;
	assert_string_equal(written(b, WRITER_TEXT, true, p), "");
}

static void test_hex_records(void **state)
{
	struct still *b = *state;
	struct packet p = datagram(PACKET_RX, "0 1 2 3 hello\x80\xff\n.\x1b", 18);

	p.ifindex = 2;
	assert_string_equal(
		written(b, WRITER_HEX, false, p),
		"#7 12:03:11.301482 [1] <- 10.0.0.9:5353 18 B on e\\x1b[1m\n"
		"0000  30 20 31 20 32 20 33 20  68 65 6c 6c 6f 80 ff 0a  |0 1 2 3 hello...|\n"
		"0010  2e 1b                                             |..|\n");
	p.len = 1500;
	p.stored = 0;
	p.ifindex = 0;
	p.flags = PACKET_TRUNCATED;
	assert_string_equal(written(b, WRITER_HEX, false, p),
			    "#7 12:03:11.301482 [1] <- 10.0.0.9:5353 0 of 1500 B\n");
}

/* ---- properties ---- */

/* A payload of any bytes, or of what is hard to escape. */
static size_t any_payload(struct dice *dice, uint8_t *data, int turn)
{
	size_t n = dice_roll(dice, turn % 50 ? 100 : HOSTILE_MAX);

	if (turn % 2)
		return hostile_text(dice, (char *)data, n);
	for (size_t i = 0; i < n; i++)
		data[i] = (uint8_t)dice_roll(dice, 256);
	return n;
}

static void test_text_typed_back_gives_the_same_bytes(void **state)
{
	static uint8_t data[HOSTILE_MAX];
	struct dice dice = { 0x5eed };
	struct still *b = *state;
	struct buf bytes;

	buf_init(&bytes, PAYLOAD_MAX_V6);
	for (int turn = 0; turn < 4000; turn++) {
		size_t n = any_payload(&dice, data, turn);
		struct payload_env env = { .seq = 1 };
		const char *text;

		written(b, WRITER_TEXT, false, datagram(PACKET_RX, data, n));
		text = strrchr(b->out.data, '\t') + 1;
		buf_reset(&bytes);
		assert_true(payload_text(text, strlen(text) - 1, &env, &bytes, NULL));
		assert_int_equal(bytes.len, n);
		assert_memory_equal(buf_cstr(&bytes), data, n);
	}
	buf_done(&bytes);
}

static void test_a_dump_read_as_hex_gives_the_same_bytes(void **state)
{
	static uint8_t data[HOSTILE_MAX];
	struct dice dice = { 0x5eed };
	struct still *b = *state;
	struct buf bytes;

	buf_init(&bytes, PAYLOAD_MAX_V6);
	for (int turn = 0; turn < 4000; turn++) {
		size_t n = any_payload(&dice, data, turn);
		const char *rows;

		written(b, WRITER_HEX, false, datagram(PACKET_RX, data, n));
		rows = strchr(b->out.data, '\n') + 1;
		buf_reset(&bytes);
		assert_true(payload_hex(rows, strlen(rows), NULL, &bytes, NULL));
		assert_int_equal(bytes.len, n);
		assert_memory_equal(buf_cstr(&bytes), data, n);
	}
	buf_done(&bytes);
}

static void check_lines(const struct buf *out, enum writer_format f)
{
	for (size_t i = 0; i < out->len;) {
		struct text_glyph g = text_next(out->data + i, out->len - i);

		if (!g.shown)
			assert_true(g.cp == '\n' || (g.cp == '\t' && f == WRITER_TEXT) ||
				    (g.cp == '\r' && f == WRITER_CSV));
		i += g.bytes;
	}
	if (out->len)
		assert_int_equal(out->data[out->len - 1], '\n');
}

/* As many tabs and line ends as the format has, whatever the bytes. */
static void check_shape(const struct buf *out, enum writer_format f)
{
	size_t tabs = 0, ends = 0;

	for (size_t i = 0; i < out->len; i++) {
		tabs += out->data[i] == '\t';
		ends += out->data[i] == '\n';
	}
	assert_int_equal(tabs, f == WRITER_TEXT && out->len ? 5 : 0);
	if (f != WRITER_HEX)
		assert_int_equal(ends, out->len ? 1 : 0);
}

static void test_no_control_leaves(void **state)
{
	static char data[HOSTILE_MAX];
	static const enum writer_format formats[] = { WRITER_TEXT, WRITER_HEX, WRITER_JSON,
						      WRITER_CSV };
	struct dice dice = { 0x5eed };
	struct still *b = *state;
	uint8_t all[256];

	for (size_t i = 0; i < sizeof(all); i++)
		all[i] = (uint8_t)i;
	for (int turn = 0; turn < 3000; turn++) {
		struct packet p =
			turn ? hostile_packet(&dice, data) : datagram(PACKET_RX, all, sizeof(all));

		for (size_t i = 0; i < sizeof(formats) / sizeof(formats[0]); i++) {
			written(b, formats[i], turn % 2, p);
			check_lines(&b->out, formats[i]);
			check_shape(&b->out, formats[i]);
		}
	}
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, still_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_formats_are_found),
		TEST(test_raw_has_received_payloads_only),
		TEST(test_text_lines),
		TEST(test_what_was_sent),
		TEST(test_errors_and_gaps),
		TEST(test_hex_records),
		TEST(test_text_typed_back_gives_the_same_bytes),
		TEST(test_a_dump_read_as_hex_gives_the_same_bytes),
		TEST(test_no_control_leaves),
	};

	setlocale(LC_ALL, "C.UTF-8");
	setenv("TZ", "UTC", 1);
	tzset();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
