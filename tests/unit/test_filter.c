/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Filters: which of some packets each expression matches; and its faults. */
#include "match/filter.h"

#include <arpa/inet.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

/* 2026-03-01 12:03:11.301000000 UTC */
#define NOON 1772366591301000000ull
#define SECOND 1000000000ull

static struct addr v4(const char *text, uint16_t port)
{
	struct addr a = { .family = AF_INET, .port = port };

	assert_int_equal(inet_pton(AF_INET, text, a.bytes), 1);
	return a;
}

static struct addr v6(const char *text, uint16_t port, uint32_t scope)
{
	struct addr a = { .family = AF_INET6, .port = port, .scope = scope };

	assert_int_equal(inet_pton(AF_INET6, text, a.bytes), 1);
	return a;
}

static void payload(struct packet *p, const char *bytes, size_t n)
{
	p->data = (const uint8_t *)bytes;
	p->len = p->stored = (uint32_t)n;
}

enum { A, B, C, D, E, G, V, PACKETS };

/*
 * a  a received request           e  an ICMP error about c
 * b  a received group datagram    g  a gap
 * c  a sent answer                v  an event: an interface went down
 * d  truncated, IPv6, empty of facts
 */
static void make_packets(struct packet p[PACKETS])
{
	memset(p, 0, PACKETS * sizeof(*p));
	p[A] = (struct packet){ .no = 1,
				.time = NOON,
				.kind = PACKET_RX,
				.socket = 1,
				.flags = PACKET_HAS_TTL | PACKET_HAS_TOS,
				.ifindex = 2,
				.ttl = 64,
				.tos = 0xb8,
				.peer = v4("10.1.2.3", 49152),
				.local = v4("10.0.0.1", 5000) };
	payload(&p[A], "GET /a\r\n", 8);
	p[B] = (struct packet){ .no = 2,
				.time = NOON + 1 * SECOND,
				.kind = PACKET_RX,
				.socket = 2,
				.flags = PACKET_HAS_TTL | PACKET_MULTICAST | PACKET_OWN,
				.ttl = 1,
				.ifindex = 3,
				.peer = v4("192.168.1.9", 5353),
				.local = v4("224.0.0.251", 5353) };
	payload(&p[B], "\x00\x01\x00\xff", 4);
	p[C] = (struct packet){ .no = 3,
				.time = NOON + 60 * SECOND,
				.kind = PACKET_TX,
				.socket = 1,
				.job = 7,
				.peer = v4("10.1.2.3", 49152),
				.local = v4("10.0.0.1", 5000) };
	payload(&p[C], "200 ok", 6);
	p[D] = (struct packet){ .no = 4,
				.time = NOON + 86400 * SECOND,
				.kind = PACKET_RX,
				.socket = 3,
				.flags = PACKET_TRUNCATED,
				.peer = v6("fe80::12", 69, 3),
				.local = v6("2001:db8::1", 5001, 0) };
	payload(&p[D], "ok", 2);
	p[D].len = 900;
	p[E] = (struct packet){ .no = 5,
				.time = NOON + 61 * SECOND,
				.kind = PACKET_ICMP,
				.socket = 1,
				.peer = v4("10.1.2.3", 49152),
				.local = v4("10.0.0.1", 5000) };
	payload(&p[E], "200", 3);
	p[G] = (struct packet){ .time = NOON, .kind = PACKET_GAP, .socket = 1, .lost = 9 };
	p[V] = (struct packet){ .time = NOON, .kind = PACKET_INTERFACE, .ifindex = 3 };
	payload(&p[V], "eth1 went down", 14);
}

static const char *ifname(void *ctx, uint32_t ifindex)
{
	(void)ctx;
	return ifindex == 2 ? "eth0" : ifindex == 3 ? "eth1" : NULL;
}

static bool peer(void *ctx, uint32_t number, struct addr *out)
{
	(void)ctx;
	if (number == 2)
		*out = v4("10.1.2.3", 49152);
	return number == 2;
}

static const struct filter_env env = { .ifname = ifname, .peer = peer };

static struct filter *must_parse(const char *text)
{
	struct error e = { .code = ERR_NONE };
	struct filter *f = NULL;

	if (!filter_parse(text, strlen(text), &f, &e))
		fail_msg("%s: at %td: %s", text, e.at, e.text);
	return f;
}

static void matched_by(struct filter *f, char out[PACKETS + 1])
{
	struct packet packets[PACKETS];
	size_t n = 0;

	make_packets(packets);
	for (size_t i = 0; i < PACKETS; i++)
		if (filter_matches(f, &packets[i], &env))
			out[n++] = "abcdegv"[i];
	out[n] = '\0';
}

static const struct {
	const char *text, *matches;
} expressions[] = {
	/* numbers */
	{ "no == 1", "a" },
	{ "no == #1", "a" },
	{ "no != 1", "bcde" },
	{ "no < 3", "ab" },
	{ "no <= 3", "abc" },
	{ "no > 3", "de" },
	{ "no >= 3", "cde" },
	{ "no == 0x3", "c" },
	{ "no in { 1 }", "a" },
	{ "no in { 1, 3 }", "ac" },
	{ "no in {1 3}", "ac" },
	{ "no in {2..4}", "bcd" },
	{ "no in { 1, 4..9 }", "ade" },
	{ "no in { #2 .. #3 }", "bc" },
	{ "not no in { 1..4 }", "egv" },
	{ "no", "abcde" },
	{ "not no", "gv" },
	{ "no == 18446744073709551615", "" },
	{ "socket == 1", "aceg" },
	{ "socket == [1]", "aceg" },
	{ "socket != 1", "bd" },
	{ "socket > 1", "bd" },
	{ "len == 8", "a" },
	{ "len > 4", "acd" },
	{ "len >= 900", "d" },
	{ "len < 9", "abc" },
	{ "len != 8", "bcd" },
	{ "ttl == 64", "a" },
	{ "ttl < 2", "b" },
	{ "not ttl < 2", "acdegv" },
	{ "ttl != 64", "b" },
	{ "ttl", "ab" },
	{ "tos == 0xb8", "a" },
	{ "tos == 184", "a" },
	{ "tos != 0", "a" },
	{ "job == 7", "c" },
	{ "job", "c" },
	/* ports */
	{ "port == 5353", "b" },
	{ "port == 5000", "ace" },
	{ "port == 49152", "ace" },
	{ "port != 5000", "bd" },
	{ "not port == 5000", "bdgv" },
	{ "port in { 69, 5353 }", "bd" },
	{ "port < 100", "d" },
	{ "port > 40000", "ace" },
	{ "peer.port == 5353", "b" },
	{ "peer.port == 5000", "" },
	{ "peer.port in {1..1023}", "d" },
	{ "local.port == 5000", "ace" },
	{ "local.port == 49152", "" },
	/* addresses */
	{ "peer == 10.1.2.3", "ace" },
	{ "peer == 10.1.2.3:49152", "ace" },
	{ "peer == 10.1.2.3:1", "" },
	{ "peer == :69", "d" },
	{ "peer == 10.0.0.0/8", "ace" },
	{ "peer == 10.9.9.9/8", "ace" },
	{ "peer == 10.1.2.3/32", "ace" },
	{ "peer == 10.1.2.0/31", "" },
	{ "peer == 10.1.2.2/31", "ace" },
	{ "peer == 0.0.0.0/0", "abce" },
	{ "peer == ::/0", "d" },
	{ "peer == fe80::/10", "d" },
	{ "peer == fe80::12", "d" },
	{ "peer == [fe80::12]:69", "d" },
	{ "peer == fe80::10/123", "d" },
	{ "peer == fe80::13/127", "d" },
	{ "peer == fe80::14/127", "" },
	{ "peer == @2", "ace" },
	{ "peer == @3", "" },
	{ "peer != 10.0.0.0/8", "bd" },
	{ "peer != @2", "bd" },
	{ "peer in { 192.168.0.0/16, fe80::/10 }", "bd" },
	{ "peer in { 10.1.2.0..10.1.2.9 }", "ace" },
	{ "peer in { 10.1.2.4..10.1.2.9 }", "" },
	{ "peer in { @2, :69 }", "acde" },
	{ "peer", "abcde" },
	{ "local == 10.0.0.1", "ace" },
	{ "local == 2001:db8::/32", "d" },
	{ "src == 10.1.2.3", "a" },
	{ "src == 10.0.0.1", "ce" },
	{ "dst == 10.0.0.1", "a" },
	{ "dst == 10.1.2.3", "ce" },
	{ "dst == 224.0.0.0/4", "b" },
	/* words */
	{ "dir == in", "abde" },
	{ "dir == out", "c" },
	{ "dir != out", "abde" },
	{ "dir in { in, out }", "abcde" },
	{ "dir", "abcde" },
	{ "not dir", "gv" },
	{ "kind == rx", "abd" },
	{ "kind == tx", "c" },
	{ "kind == icmp", "e" },
	{ "kind == gap", "g" },
	{ "kind == interface", "v" },
	{ "kind == multicast", "b" },
	{ "kind == unicast", "acd" },
	{ "kind == broadcast", "" },
	{ "kind in { icmp, gap }", "eg" },
	{ "kind != rx", "cegv" },
	{ "kind == rx and kind != multicast", "ad" },
	/* interfaces */
	{ "dev == eth0", "a" },
	{ "dev == \"eth0\"", "a" },
	{ "dev != eth0", "bv" },
	{ "dev contains eth", "abv" },
	{ "dev ~ /^eth[1-9]$/", "bv" },
	{ "dev in { eth0, eth1 }", "abv" },
	{ "dev", "abv" },
	/* flags */
	{ "own", "b" },
	{ "own == on", "b" },
	{ "own == true", "b" },
	{ "own == 0", "acd" },
	{ "own != on", "acd" },
	{ "not own", "acdegv" },
	{ "truncated", "d" },
	{ "truncated == off", "abc" },
	{ "!truncated && !own", "acegv" },
	/* bytes */
	{ "data == 000100ff", "b" },
	{ "data == 00:01:00:ff", "b" },
	{ "data == 0x000100ff", "b" },
	{ "data == \"ok\"", "d" },
	{ "data == \"\\x00\\x01\\0\\xff\"", "b" },
	{ "data != \"ok\"", "abce" },
	{ "data contains 0100", "b" },
	{ "data contains \"ok\"", "cd" },
	{ "data[0] == 00", "b" },
	{ "data[0:2] == 0001", "b" },
	{ "data[0:2] == \"ok\"", "d" },
	{ "data[-2:2] == \"ok\"", "cd" },
	{ "data[-1] == ff", "b" },
	{ "data[4]", "ac" },
	{ "data[4:2] contains \"k\"", "c" },
	{ "data[0:4] ~ /^GET $/", "a" },
	{ "data[0:2] > 00ff", "acde" },
	{ "data[0:2] >= 0001", "abcde" },
	{ "data[0:2] < 0002", "b" },
	{ "data[0] in { 00, 47 }", "ab" },
	{ "data[8] != 00", "" },
	{ "data < \"3\"", "bce" },
	{ "data", "abcde" },
	{ "text == ok", "d" },
	{ "text contains ok", "cd" },
	{ "text contains \"went down\"", "v" },
	{ "text ~ /get/i", "a" },
	{ "text ~ /get/", "" },
	{ "text ~ /^200( ok)?$/", "ce" },
	{ "text[0:3] == 200", "ce" },
	{ "text contains \"\\r\\n\"", "a" },
	{ "text in { ok, \"200 ok\" }", "cd" },
	{ "text == \"\"", "" },
	/* times; TZ is two hours east of UTC */
	{ "time == 14:03", "abdgv" },
	{ "time == 14:03:11", "adgv" },
	{ "time == 14:03:11.301", "adgv" },
	{ "time == 14:03:11.3", "adgv" },
	{ "time == 14:03:11.302", "" },
	{ "time != 14:03", "ce" },
	{ "time > 14:03", "ce" },
	{ "time < 14:04", "abdgv" },
	{ "time >= 14:03:12 and time <= 14:04:11", "bc" },
	{ "time == 2026-03-01", "abcegv" },
	{ "time > 2026-03-01", "d" },
	{ "time == 2026-03-01T12:03:11Z", "agv" },
	{ "time == 2026-03-01T14:03:11", "agv" },
	{ "time == \"2026-03-01 14:03:11.301\"", "agv" },
	{ "time < 2026-03-02T00:00Z", "abcegv" },
	{ "time in { 14:03:12..14:04:11 }", "bc" },
	{ "time in { 2026-03-02..2026-03-09 }", "d" },
	/* together */
	{ "peer == 10.0.0.0/8 and len > 6", "a" },
	{ "dir == in and not (own or truncated)", "ae" },
	{ "len > 6 or kind == gap", "adg" },
	{ "kind == rx and len < 9 or kind == gap", "abg" },
	{ "kind == rx && (len < 9 || no == 3)", "ab" },
	{ "(((no == 1)))", "a" },
	{ "not not no == 1", "a" },
	{ "dev == eth0 and ttl > 1 and tos == 184 and port == 5000", "a" },
};

static void each_expression_matches(void **state)
{
	(void)state;
	assert_true(sizeof(expressions) / sizeof(expressions[0]) >= 150);
	for (size_t i = 0; i < sizeof(expressions) / sizeof(expressions[0]); i++) {
		struct filter *f = must_parse(expressions[i].text), *again;
		char matches[PACKETS + 1], second[PACKETS + 1];
		struct buf out;

		matched_by(f, matches);
		if (strcmp(matches, expressions[i].matches) != 0)
			fail_msg("%s: matches \"%s\", not \"%s\"", expressions[i].text, matches,
				 expressions[i].matches);
		buf_init(&out, 1000);
		filter_print(f, &out);
		again = must_parse(buf_cstr(&out));
		matched_by(again, second);
		assert_string_equal(second, matches);
		buf_done(&out);
		filter_free(f);
		filter_free(again);
	}
}

static void faults_have_their_place(void **state)
{
	static const struct {
		const char *text;
		ptrdiff_t at;
		const char *says;
	} rows[] = {
		{ "prot == 53", 0, "did you mean port" },
		{ "no == 1 and peer.prot == 1", 12, "did you mean peer.port" },
		{ "xyzzy", 0, "help expressions" },
		{ "no == 1 or dns.qname ~ /x/", 11, "\"dns.qname\": what is inside payloads" },
		{ "len contains 5", 4, "len is a number, which knows ==" },
		{ "len ~ /5/", 4, "not ~" },
		{ "peer < 10.0.0.1", 5, "not <" },
		{ "peer contains 5", 5, "peer is an address, which knows" },
		{ "own > on", 4, "flag" },
		{ "ttl =< 3", 4, "\"=<\" is written <=" },
		{ "data[0:2] == 00", 13, "the slice has 2 bytes, this has 1" },
		{ "data[-3] != 0001", 12, "the slice has 1 byte, this has 2" },
		{ "text[1:2] in { ab, abc }", 19, "the slice has 2 bytes, this has 3" },
		{ "len[0] == 1", 3, "no bytes to cut out" },
		{ "len == abc", 7, "abc" },
		{ "len == 5k", 7, "5k" },
		{ "len == -1", 7, "-1" },
		{ "port == 70000", 8, "70000 is outside 0..65535" },
		{ "ttl in { 1..256 }", 12, "256 is outside 0..255" },
		{ "len == /5/", 7, "needs ~" },
		{ "no == 99999999999999999999", 6, "99999999999999999999" },
		{ "no in { 1, 5..x }", 14, "x" },
		{ "no in { 5..1 }", 11, "ends before" },
		{ "peer == 10.0.0.0/33", 17, "33" },
		{ "peer == fe80::/129", 15, "129" },
		{ "peer == 10.0.0.0/", 17, "prefix" },
		{ "peer == 10.0.0.0/x", 17, "prefix" },
		{ "peer == 10.0.0.1:5/8", 18, "without a port" },
		{ "peer == 10.0.0.256", 8, "no address" },
		{ "peer == example.com", 8, "not looked up" },
		{ "peer == @x", 8, "x" },
		{ "peer in { 10.0.0.1..fe80::1 }", 20, "same family" },
		{ "dir == inn", 7, "did you mean in" },
		{ "dir == sideways", 7, "in, out" },
		{ "dir in { in..out }", 13, "no ranges" },
		{ "kind == rxx", 8, "did you mean rx" },
		{ "own == maybe", 7, "on or off" },
		{ "data == 0g", 8, "0g" },
		{ "data == hello", 8, "h" },
		{ "data contains \"\"", 14, "nothing" },
		{ "data == \"a\\q\"", 10, "\\q" },
		{ "data ~ abc", 7, "slashes" },
		{ "data ~ /a(/", 10, "parenthesis" },
		{ "data ~ /a/ig", 11, "flags" },
		{ "data == /a/", 8, "needs ~" },
		{ "time == 25:00", 8, "no time" },
		{ "time == 12", 8, "no time" },
		{ "time == 12:03:11.1234567890", 8, "no time" },
		{ "time == 2026-02-30", 8, "no time" },
		{ "time == 2026-03-01T12", 8, "no time" },
		{ "time in { 12:00..2026-03-01 }", 17, "two times of day" },
		{ "no == 1 no == 2", 8, "too much" },
		{ "no == 1)", 7, "too much" },
		{ "text == two words", 12, "quotes" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct error e = { .code = ERR_NONE };
		struct filter *f = NULL;

		if (filter_parse(rows[i].text, strlen(rows[i].text), &f, &e))
			fail_msg("%s was accepted", rows[i].text);
		assert_null(f);
		if (e.at != rows[i].at || !strstr(e.text, rows[i].says) || e.code != ERR_SYNTAX)
			fail_msg("%s: at %td: %s", rows[i].text, e.at, e.text);
	}
}

static void without_a_session_names_are_unknown(void **state)
{
	struct packet packets[PACKETS];
	struct filter *f = must_parse("dev == eth0 or peer == @2");

	(void)state;
	make_packets(packets);
	assert_false(filter_matches(f, &packets[A], NULL));
	assert_true(filter_matches(f, &packets[A], &env));
	filter_free(f);
}

/* Of a datagram on which /(a+)+$/ gives up. */
static void what_it_gives_up_on_does_not_match_and_is_counted(void **state)
{
	static const struct {
		const char *text;
		bool matches;
		unsigned given_up;
	} rows[] = {
		{ "data ~ /(a+)+$/", false, 1 },
		{ "len > 5 and data ~ /(a+)+$/", false, 1 },
		{ "not data ~ /(a+)+$/", false, 1 },
		{ "not (len > 5 and data ~ /(a+)+$/)", false, 1 },
		{ "data ~ /(a+)+$/ and text ~ /(a+)+$/", false, 1 },
		{ "data ~ /(a+)+$/ or not data ~ /(a+)+$/", false, 1 },
		{ "(data ~ /(a+)+$/ or len < 5) and len > 5", false, 1 },
		/* what decides it all the same */
		{ "data ~ /(a+)+$/ or len > 5", true, 0 },
		{ "data ~ /(a+)+$/ and len < 5", false, 0 },
		{ "not (data ~ /(a+)+$/ and len < 5)", true, 0 },
		{ "(data ~ /(a+)+$/ or len < 5) and len < 5", false, 0 },
		{ "len < 5 and data ~ /(a+)+$/", false, 0 },
		{ "len > 5 or data ~ /(a+)+$/", true, 0 },
	};
	static char data[60000];
	struct packet p = { .kind = PACKET_RX };

	(void)state;
	memset(data, 'a', sizeof(data));
	data[sizeof(data) - 1] = 'b';
	payload(&p, data, sizeof(data));
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct filter *f = must_parse(rows[i].text);

		if (filter_matches(f, &p, NULL) != rows[i].matches ||
		    filter_given_up(f) != rows[i].given_up)
			fail_msg("%s", rows[i].text);
		filter_free(f);
	}
}

static void every_field_is_told(void **state)
{
	struct filter_field field;
	size_t i;

	(void)state;
	for (i = 0; filter_field_at(i, &field); i++) {
		struct filter *f = must_parse(field.name);

		assert_true(field.help[0] && field.type[0]);
		filter_free(f);
	}
	assert_int_equal(i, 21);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_expression_matches),
		cmocka_unit_test(faults_have_their_place),
		cmocka_unit_test(without_a_session_names_are_unknown),
		cmocka_unit_test(what_it_gives_up_on_does_not_match_and_is_counted),
		cmocka_unit_test(every_field_is_told),
	};

	setenv("TZ", "<+02>-2", 1);
	tzset();
	return cmocka_run_group_tests_name("filter", tests, NULL, NULL);
}
