/* SPDX-License-Identifier: GPL-3.0-or-later */
/* JSON Lines: the keys and their order, strings, and what jq makes of random packets. */
#include "deck.h"
#include "still.h"
#include "session/json.h"
#include "hostile.h"
#include "net/errqueue.h"
#include "util/text.h"

#include <errno.h>
#include <locale.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#define STAMP "\"time\":\"2023-11-14T12:03:11.301000007Z\""
#define FROM "\"src\":\"10.0.0.9\",\"sport\":5353"
#define TO "\"dst\":\"224.0.0.251\",\"dport\":53"

static int setup(void **state)
{
	return still_setup(state, "e\x1b\"\xff");
}

static void expect(struct still *b, struct packet p, const char *line)
{
	buf_reset(&b->out);
	json_packet(&b->session, &p, &b->out);
	assert_string_equal(buf_cstr(&b->out), line);
}

static void test_a_received_datagram(void **state)
{
	struct packet p = still_packet(PACKET_RX, "hi\n", 3);

	p.ifindex = 1;
	p.ttl = 255;
	p.tos = 0xb9;
	p.flags = PACKET_HAS_TTL | PACKET_HAS_TOS;
	p.fragment = 1500;
	expect(*state, p,
	       "{\"no\":7," STAMP ",\"event\":\"rx\",\"socket\":1," FROM "," TO
	       ",\"kind\":\"multicast\",\"ifname\":\"lo\",\"ttl\":255,\"tos\":185,"
	       "\"dscp\":\"ef\",\"ecn\":1,\"fragsize\":1500,\"len\":3,"
	       "\"truncated\":false,\"own\":false,\"data\":\"68690a\",\"text\":\"hi\\u000a\"}\n");
}

static void test_what_is_not_known_is_left_out(void **state)
{
	struct packet p = still_packet(PACKET_RX, "\xff", 1);

	p.local = (struct addr){ 0 };
	p.ifindex = 99;
	p.len = 1500;
	p.flags = PACKET_TRUNCATED | PACKET_OWN;
	expect(*state, p,
	       "{\"no\":7," STAMP ",\"event\":\"rx\",\"socket\":1," FROM
	       ",\"len\":1500,\"truncated\":true,\"own\":true,\"data\":\"ff\"}\n");
	p = still_packet(PACKET_RX, "", 0);
	expect(*state, p,
	       "{\"no\":7," STAMP ",\"event\":\"rx\",\"socket\":1," FROM "," TO
	       ",\"kind\":\"multicast\",\"len\":0,\"truncated\":false,\"own\":false,\"data\":\"\","
	       "\"text\":\"\"}\n");
}

static void test_zones_have_names(void **state)
{
	struct packet p = still_packet(PACKET_RX, "", 0);

	p.peer = deck_addr("fe80::1%lo", 5353);
	p.local = deck_addr("ff02::fb%lo", 53);
	p.local.scope = 2;
	expect(*state, p,
	       "{\"no\":7," STAMP ",\"event\":\"rx\",\"socket\":1,"
	       "\"src\":\"fe80::1%lo\",\"sport\":5353,"
	       "\"dst\":\"ff02::fb%e\\u001b\\\"\\ufffd\",\"dport\":53,"
	       "\"kind\":\"multicast\",\"len\":0,\"truncated\":false,\"own\":false,\"data\":\"\","
	       "\"text\":\"\"}\n");
	p.local.scope = 99;
	buf_reset(&((struct still *)*state)->out);
	json_packet(&((struct still *)*state)->session, &p, &((struct still *)*state)->out);
	assert_non_null(strstr(((struct still *)*state)->out.data, "\"dst\":\"ff02::fb%99\""));
}

static void test_a_sent_datagram(void **state)
{
	static const struct {
		int result;
		uint32_t job;
		const char *end;
	} table[] = {
		{ PACKET_TX_SENT, 0, ",\"errno\":0}\n" },
		{ PACKET_TX_SENT, 3, ",\"job\":3,\"errno\":0}\n" },
		{ PACKET_TX_PENDING, 0, "}\n" },
		{ ENETUNREACH, 0, ",\"errno\":101,\"message\":\"Network is unreachable\"}\n" },
	};

	for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
		struct packet p = still_packet(PACKET_TX, "x", 1);
		char line[400];

		p.peer = deck_addr("224.0.0.251", 53);
		p.local = deck_addr("10.0.0.9", 5353);
		p.result = table[i].result;
		p.job = table[i].job;
		snprintf(line, sizeof(line),
			 "{\"no\":7,%s,\"event\":\"tx\",\"socket\":1,%s,%s,\"len\":1,"
			 "\"truncated\":false,\"own\":false,\"data\":\"78\",\"text\":\"x\"%s",
			 STAMP, FROM, TO, table[i].end);
		expect(*state, p, line);
	}
}

static void test_errors(void **state)
{
	struct packet p = still_packet(PACKET_ICMP, "ab", 2);

	p.local = (struct addr){ .port = 5000 };
	p.icmp = (struct packet_icmp){
		.offender = deck_addr("10.0.0.1", 0),
		.origin = ERRQUEUE_ICMP,
		.type = 3,
		.code = 4,
		.info = 1280,
		.cause = 6,
		.errnum = EMSGSIZE,
	};
	expect(*state, p,
	       "{\"no\":7," STAMP
	       ",\"event\":\"icmp\",\"socket\":1,\"sport\":5000,\"dst\":\"10.0.0.9\","
	       "\"dport\":5353,\"data\":\"6162\",\"text\":\"ab\",\"type\":3,\"code\":4,"
	       "\"meaning\":\"fragmentation needed\",\"offender\":\"10.0.0.1\",\"mtu\":1280,"
	       "\"cause\":6}\n");
	p.icmp.type = 12;
	p.icmp.code = 0;
	p.icmp.errnum = EPROTO;
	p.icmp.info = 20;
	expect(*state, p,
	       "{\"no\":7," STAMP
	       ",\"event\":\"icmp\",\"socket\":1,\"sport\":5000,\"dst\":\"10.0.0.9\","
	       "\"dport\":5353,\"data\":\"6162\",\"text\":\"ab\",\"type\":12,\"code\":0,"
	       "\"meaning\":\"bad IP header\",\"offender\":\"10.0.0.1\",\"pointer\":20,"
	       "\"cause\":6}\n");
	/* This host's own word about another is none of the network's. */
	p.icmp.origin = ERRQUEUE_OWN;
	p.icmp.type = 3;
	p.icmp.code = 1;
	p.icmp.errnum = EHOSTUNREACH;
	p.icmp.info = 0;
	expect(*state, p,
	       "{\"no\":7," STAMP
	       ",\"event\":\"error\",\"socket\":1,\"sport\":5000,\"dst\":\"10.0.0.9\","
	       "\"dport\":5353,\"data\":\"6162\",\"text\":\"ab\",\"cause\":6,\"errno\":113,"
	       "\"message\":\"nobody answers ARP\"}\n");
	/* No ICMP message came, so none is told. */
	p.icmp.errnum = EMSGSIZE;
	p.icmp.info = 1280;
	p.icmp.origin = ERRQUEUE_LOCAL;
	p.stored = 0;
	expect(*state, p,
	       "{\"no\":7," STAMP
	       ",\"event\":\"error\",\"socket\":1,\"sport\":5000,\"dst\":\"10.0.0.9\","
	       "\"dport\":5353,\"mtu\":1280,\"cause\":6,\"errno\":90,"
	       "\"message\":\"Message too long\"}\n");
}

static void test_gaps_and_events(void **state)
{
	struct still *b = *state;
	struct packet p = { .time = STILL_TIME, .kind = PACKET_GAP, .socket = 2, .lost = 312 };

	expect(b, p,
	       "{" STAMP ",\"event\":\"gap\",\"socket\":2,\"count\":312,\"where\":\"kernel\"}\n");
	p.where = PACKET_WHERE_STORE;
	p.socket = 0;
	expect(b, p, "{" STAMP ",\"event\":\"gap\",\"count\":312,\"where\":\"store\"}\n");

	p = still_packet(PACKET_OPEN, "[1] open", 8);
	p.no = 0;
	p.peer = (struct addr){ 0 };
	p.local = deck_addr("::", 5000);
	expect(b, p,
	       "{" STAMP ",\"event\":\"open\",\"socket\":1,\"src\":\"::\",\"sport\":5000,"
	       "\"message\":\"[1] open\"}\n");
	p.kind = PACKET_ERROR;
	p.local = (struct addr){ 0 };
	expect(b, p, "{" STAMP ",\"event\":\"error\",\"socket\":1,\"message\":\"[1] open\"}\n");

	buf_reset(&b->out);
	json_error(STILL_TIME, "no \"x\"", &b->out);
	assert_string_equal(buf_cstr(&b->out),
			    "{" STAMP ",\"event\":\"error\",\"message\":\"no \\\"x\\\"\"}\n");
}

static void test_strings(void **state)
{
	static const struct {
		const char *bytes, *text;
	} table[] = {
		{ "plain {}", "plain {}" },
		{ "\"\\/", "\\\"\\\\/" },
		{ "\x01\x1b[2J\x7f", "\\u0001\\u001b[2J\\u007f" },
		{ "\xc2\x9b", "\\u009b" },     /* C1 */
		{ "\xe2\x80\xae", "\\u202e" }, /* bidi */
		{ "\xe2\x80\xa8", "\\u2028" }, /* a line to JavaScript */
		{ "\xef\xbb\xbf", "\\ufeff" }, /* BOM */
		{ "\xc3\xa9\xe6\xbc\xa2", "\xc3\xa9\xe6\xbc\xa2" },
		{ "\xf0\x9f\x98\x80", "\xf0\x9f\x98\x80" },
		{ "\xf3\xa0\x80\x81", "\\udb40\\udc01" }, /* above the BMP, refused */
		{ "\xf4\x8f\xbf\xbf", "\\udbff\\udfff" },
		{ "\xcc\x88", "\\u0308" }, /* a mark without a base */
		{ "e\xcc\x81\xcc\x81\xcc\x81", "e\xcc\x81\xcc\x81\\u0301" },
	};
	struct still *b = *state;

	for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
		struct packet p = still_packet(PACKET_RX, table[i].bytes, strlen(table[i].bytes));
		char end[120];

		buf_reset(&b->out);
		json_packet(&b->session, &p, &b->out);
		snprintf(end, sizeof(end), ",\"text\":\"%s\"}\n", table[i].text);
		assert_ends(buf_cstr(&b->out), end);
	}
}

/* ---- jq ---- */

static void add_pairs(struct buf *out, const uint8_t *data, size_t n)
{
	for (size_t i = 0; i < n; i++)
		buf_printf(out, "%02x", data[i]);
}

/* What jq is to say about it: kind, data, text. */
static void add_expected(struct buf *out, const struct packet *p)
{
	bool datagram = p->kind == PACKET_RX || p->kind == PACKET_TX;
	bool local = p->kind == PACKET_ICMP && p->icmp.origin == ERRQUEUE_LOCAL;
	bool has_data = datagram || (p->kind == PACKET_ICMP && p->stored);

	buf_str(out, local ? "error" : packet_kind_name(p->kind));
	buf_char(out, ' ');
	if (has_data)
		add_pairs(out, p->data, p->stored);
	buf_char(out, ' ');
	if (has_data && text_is_utf8(p->data, p->stored))
		add_pairs(out, p->data, p->stored);
	buf_char(out, '\n');
}

/* jq has no hex: "@uri" leaves letters, digits and -_.~ as they are, the rest is %XX. */
static void add_unescaped(struct buf *out, const char *uri)
{
	for (; *uri; uri++) {
		char pair[3] = { 0 };
		uint8_t byte = (uint8_t)*uri;

		if (*uri == '%') {
			memcpy(pair, uri + 1, 2);
			byte = (uint8_t)strtoul(pair, NULL, 16);
			uri += 2;
		}
		add_pairs(out, &byte, 1);
	}
}

/* jq's exit status; 127: there is none. */
static int run_jq(const char *program, int in, int out)
{
	int status;
	pid_t child = fork();

	if (child == 0) {
		dup2(in, STDIN_FILENO);
		dup2(out, STDOUT_FILENO);
		execlp("jq", "jq", "-r", program, (char *)NULL);
		_exit(127);
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

static void read_answer(FILE *f, struct buf *answer)
{
	char *line = NULL, *words;
	size_t room = 0;

	rewind(f);
	while (getline(&line, &room, f) > 0) {
		line[strcspn(line, "\n")] = '\0';
		words = strrchr(line, ' ');
		buf_add(answer, line, (size_t)(words + 1 - line));
		add_unescaped(answer, words + 1);
		buf_char(answer, '\n');
	}
	free(line);
}

static void ask_jq(const struct buf *lines, struct buf *answer)
{
	static const char program[] = "\"\\(.event) \\(.data // \"\") \\(.text // \"\" | @uri)\"";
	FILE *in = tmpfile(), *out = tmpfile();
	int status;

	assert_true(in && out);
	assert_int_equal(fwrite(lines->data, 1, lines->len, in), lines->len);
	rewind(in);
	status = run_jq(program, fileno(in), fileno(out));
	if (status == 127)
		skip();
	assert_int_equal(status, 0);
	read_answer(out, answer);
	fclose(in);
	fclose(out);
}

static void test_jq_reads_all_of_it(void **state)
{
	static char data[HOSTILE_MAX];
	struct dice dice = { 0x5eed };
	struct buf expected, answer;
	struct still *b = *state;

	buf_init(&expected, 64u << 20);
	buf_init(&answer, 64u << 20);
	for (int i = 0; i < 2000; i++) {
		struct packet p = hostile_packet(&dice, data);
		size_t before = b->out.len;

		p.time = STILL_TIME * (unsigned)(i % 10);
		/* Bytes that are nearly never text come along. */
		for (uint32_t k = 0; i % 8 == 0 && k < p.stored; k++)
			data[k] = (char)dice_roll(&dice, 256);
		json_packet(&b->session, &p, &b->out);
		assert_ptr_equal(memchr(b->out.data + before, '\n', b->out.len - before),
				 b->out.data + b->out.len - 1);
		for (size_t k = before; k + 1 < b->out.len;) {
			struct text_glyph g = text_next(b->out.data + k, b->out.len - k);

			assert_true(g.shown);
			k += g.bytes;
		}
		add_expected(&expected, &p);
	}
	ask_jq(&b->out, &answer);
	assert_string_equal(buf_cstr(&answer), buf_cstr(&expected));
	buf_done(&expected);
	buf_done(&answer);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, still_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_a_received_datagram),
		TEST(test_what_is_not_known_is_left_out),
		TEST(test_zones_have_names),
		TEST(test_a_sent_datagram),
		TEST(test_errors),
		TEST(test_gaps_and_events),
		TEST(test_strings),
		TEST(test_jq_reads_all_of_it),
	};

	setlocale(LC_ALL, "C.UTF-8");
	return cmocka_run_group_tests(tests, NULL, NULL);
}
