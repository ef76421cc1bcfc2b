/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Packets as a table: the columns are JSON's keys, and no field breaks out of its cell. */
#include "deck.h"
#include "still.h"
#include "hostile.h"
#include "net/errqueue.h"
#include "payload/payload.h"
#include "session/csv.h"
#include "session/json.h"

#include <errno.h>
#include <locale.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static int setup(void **state)
{
	return still_setup(state, "=a,\"b");
}

static const char *row(struct still *b, struct packet p)
{
	buf_reset(&b->out);
	csv_packet(&b->session, &p, &b->out);
	return buf_cstr(&b->out);
}

/* Reads the field at *at as RFC 4180 has it, moves behind its comma or line end. */
static void read_field(const char **at, struct buf *out)
{
	buf_reset(out);
	if (**at != '"') {
		size_t n = strcspn(*at, ",\r\"");

		buf_add(out, *at, n);
		*at += n;
	} else {
		for (++*at; **at && (**at != '"' || (*at)[1] == '"'); ++*at) {
			if (**at == '"')
				++*at;
			buf_char(out, **at);
		}
		assert_int_equal(**at, '"');
		++*at;
	}
	if (**at == ',')
		++*at;
	else
		assert_string_equal(*at, "\r\n");
}

/* The field of that name in the row made last. */
static void field(struct still *b, const char *key, struct buf *out)
{
	const char *at = buf_cstr(&b->out);
	size_t i = 0;

	do {
		assert_non_null(json_keys[i]);
		read_field(&at, out);
	} while (strcmp(json_keys[i++], key) != 0);
}

static void test_names_are_those_of_json(void **state)
{
	struct still *b = *state;

	csv_head(&b->out);
	assert_string_equal(
		buf_cstr(&b->out),
		"no,time,event,socket,src,sport,dst,dport,kind,ifname,ttl,tos,dscp,ecn,"
		"fragsize,len,truncated,own,data,text,request,rtt,guess,type,code,meaning,offender,"
		"pointer,mtu,cause,count,where,job,errno,message\r\n");
}

static void test_a_row(void **state)
{
	struct packet p = still_packet(PACKET_RX, "hi", 2);

	assert_string_equal(row(*state, p),
			    "7,2023-11-14T12:03:11.301000007Z,rx,1,10.0.0.9,5353,224.0.0.251,53,"
			    "multicast,,,,,,,2,false,false,6869,hi,,,,,,,,,,,,,,,\r\n");
	p.kind = PACKET_GAP;
	p.no = 0;
	p.lost = 312;
	p.peer = p.local = (struct addr){ 0 };
	assert_string_equal(row(*state, p),
			    ",2023-11-14T12:03:11.301000007Z,gap,1,,,,,,,,,,,,,,,,,,,"
			    ",,,,,,,,312,kernel,,,\r\n");
}

static void test_fields_are_quoted(void **state)
{
	static const struct {
		const char *payload, *raw;
	} table[] = {
		{ "a,b", ",\"a,b\"," },
		{ "say \"x\"", ",\"say \"\"x\"\"\"," },
		{ "=1+1", ",\\x3d1+1," },
		{ "@SUM(A1)", ",\\x40SUM(A1)," },
		{ "-2", ",\\x2d2," },
		{ "+2", ",\\x2b2," },
		{ "a\r\nb\tc", ",a\\r\\nb\\tc," },
		{ "\\x", ",\\\\x," },
		{ "\xff\x1b", ",\\xff\\x1b," },
	};
	struct still *b = *state;

	for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
		row(b, still_packet(PACKET_RX, table[i].payload, strlen(table[i].payload)));
		assert_non_null(strstr(buf_cstr(&b->out), table[i].raw));
	}
}

static void test_names_of_interfaces_are_no_formula(void **state)
{
	struct still *b = *state;
	struct packet p = still_packet(PACKET_RX, "", 0);
	struct buf cell;

	buf_init(&cell, 1024);
	p.ifindex = 2;
	row(b, p);
	field(b, "ifname", &cell);
	assert_string_equal(buf_cstr(&cell), "\\x3da,\"b");
	buf_done(&cell);
}

/* Whatever the packet: one line, as many fields as names, and every key of JSON among them. */
static void check_keys(struct still *b, const struct packet *p)
{
	struct buf json, seen;
	const char *at;

	buf_init(&json, 8u << 20);
	buf_init(&seen, 64);
	json_packet(&b->session, p, &json);
	for (at = buf_cstr(&json) + 1; *at == '"';) {
		size_t i = 0, n = strcspn(at + 1, "\"");

		buf_reset(&seen);
		buf_add(&seen, at + 1, n);
		while (json_keys[i] && strcmp(json_keys[i], buf_cstr(&seen)) != 0)
			i++;
		if (!json_keys[i])
			fail_msg("json_keys[] lacks \"%s\"", buf_cstr(&seen));
		at += n + 3;
		if (*at == '"')
			for (at++; *at != '"'; at++)
				at += *at == '\\';
		at += strcspn(at, ",}");
		at += *at == ',';
	}
	buf_done(&json);
	buf_done(&seen);
}

static void check_fields(struct still *b)
{
	const char *at = buf_cstr(&b->out);
	struct buf cell;
	size_t n = 0;

	buf_init(&cell, 8u << 20);
	while (json_keys[n])
		n++;
	for (size_t i = 0; i < n; i++) {
		read_field(&at, &cell);
		assert_false(cell.len && strchr("=+-@\t\r", cell.data[0]));
	}
	assert_string_equal(at, "\r\n");
	buf_done(&cell);
}

static void test_no_packet_breaks_the_table(void **state)
{
	static char data[HOSTILE_MAX];
	struct dice dice = { 0x5eed };
	struct still *b = *state;

	for (int turn = 0; turn < 3000; turn++) {
		struct packet p = hostile_packet(&dice, data);

		check_keys(b, &p);
		row(b, p);
		check_fields(b);
	}
}

/* The text column typed back gives the payload. */
static void test_text_reads_back(void **state)
{
	struct payload_env env = { 0 };
	struct still *b = *state;
	struct buf cell, bytes;
	struct error e;
	char all[256];

	buf_init(&cell, 1u << 20);
	buf_init(&bytes, 1u << 20);
	for (size_t first = 0; first < sizeof(all); first++) {
		for (size_t i = 0; i < sizeof(all); i++)
			all[i] = (char)(first + i);
		row(b, still_packet(PACKET_RX, all, sizeof(all)));
		field(b, "text", &cell);
		buf_reset(&bytes);
		assert_true(payload_text(buf_cstr(&cell), cell.len, &env, &bytes, &e));
		assert_int_equal(bytes.len, sizeof(all));
		assert_memory_equal(bytes.data, all, sizeof(all));
	}
	buf_done(&cell);
	buf_done(&bytes);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, still_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_names_are_those_of_json),
		TEST(test_a_row),
		TEST(test_fields_are_quoted),
		TEST(test_names_of_interfaces_are_no_formula),
		TEST(test_no_packet_breaks_the_table),
		TEST(test_text_reads_back),
	};

	setlocale(LC_ALL, "C.UTF-8");
	return cmocka_run_group_tests(tests, NULL, NULL);
}
