/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Blocks of a pcapng file, byte by byte, and where the last whole one ends. */
#include "store/pcapng.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static void check(struct buf *b, const uint8_t *expected, size_t n)
{
	assert_false(b->failed);
	assert_int_equal(b->len, n);
	assert_memory_equal(b->data, expected, n);
	buf_done(b);
}

static void a_section_begins_the_file(void **state)
{
	static const uint8_t expected[] = {
		0x0a, 0x0d, 0x0d, 0x0a, 0x30, 0,    0,    0,    0x4d, 0x3c, 0x2b, 0x1a,
		1,    0,    0,    0,    0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
		1,    0,    2,    0,    'h',  'i',  0,    0,    3,    0,    4,    0,
		'L',  'n',  'u',  'x',  0,    0,    0,    0,    0x30, 0,    0,    0,
	};
	struct buf b;

	(void)state;
	buf_init(&b, 4096);
	pcapng_section(&b, "Lnux", "", "hi"); /* an empty text is left out as well */
	check(&b, expected, sizeof(expected));
}

static void an_interface_has_a_name_and_nanoseconds(void **state)
{
	static const uint8_t expected[] = {
		1,   0,   0,   0,   0x28, 0, 0, 0, 1, 0, 0, 0, 0, 0, 4, 0, 2,    0, 4, 0,
		'e', 't', 'h', '0', 9,    0, 1, 0, 9, 0, 0, 0, 0, 0, 0, 0, 0x28, 0, 0, 0,
	};
	struct buf b;

	(void)state;
	buf_init(&b, 4096);
	pcapng_interface(&b, "eth0", NULL, PCAPNG_ETHERNET);
	check(&b, expected, sizeof(expected));
}

static void a_packet_has_time_lengths_direction_drops_and_comment(void **state)
{
	static const uint8_t expected[] = {
		6,   0,   0,   0, 0x48, 0,   0,   0,                 /* type, length */
		7,   0,   0,   0,                                    /* interface */
		4,   3,   2,   1, 8,    7,   6,   5,                 /* time, high word first */
		3,   0,   0,   0, 9,    0,   0,   0,                 /* kept, on the wire */
		'a', 'b', 'c', 0,                                    /* padded */
		2,   0,   4,   0, 9,    0,   0,   0,                 /* inbound, multicast */
		4,   0,   8,   0, 0x38, 1,   0,   0,   0,   0, 0, 0, /* 312 lost */
		1,   0,   5,   0, 'f',  'i', 'v', 'e', '!', 0, 0, 0, 0, 0, 0, 0, 0x48, 0, 0, 0,
	};
	const struct pcapng_packet p = {
		.interface = 7,
		.time = 0x0102030405060708,
		.original = 9,
		.direction = PCAPNG_INBOUND,
		.reception = PCAPNG_MULTICAST,
		.dropped = 312,
		.comment = "five!",
	};
	struct buf b;
	size_t at;

	(void)state;
	buf_init(&b, 4096);
	at = pcapng_packet_begin(&b);
	buf_add(&b, "abc", 3);
	pcapng_packet_end(&b, at, &p);
	check(&b, expected, sizeof(expected));
}

static void what_is_not_known_takes_no_room(void **state)
{
	const struct pcapng_packet p = { .original = 4 };
	struct buf b;
	size_t at;

	(void)state;
	buf_init(&b, 4096);
	pcapng_section(&b, NULL, NULL, NULL);
	at = pcapng_packet_begin(&b);
	buf_add(&b, "abcd", 4);
	pcapng_packet_end(&b, at, &p);
	assert_int_equal(b.len - at, 28 + 4 + 4 + 4);
	buf_done(&b);
}

static void statistics_tell_what_was_received_and_lost(void **state)
{
	static const uint8_t expected[] = {
		5, 0, 0, 0, 0x4c, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 2, 0, 0, 0, 2,    0, 8, 0, 0, 0,
		0, 0, 1, 0, 0,    0, 3, 0, 8, 0, 0, 0, 0, 0, 2, 0, 0, 0, 4, 0, 8,    0, 5, 0, 0, 0,
		0, 0, 0, 0, 7,    0, 8, 0, 6, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x4c, 0, 0, 0,
	};
	const struct pcapng_statistics s = {
		.interface = 1, .begun = 1, .ended = 2, .received = 5, .dropped = 6
	};
	struct buf b;

	(void)state;
	buf_init(&b, 4096);
	pcapng_statistics(&b, &s);
	check(&b, expected, sizeof(expected));
}

static void a_long_comment_is_cut_between_two_characters(void **state)
{
	char text[2 * PCAPNG_COMMENT_MAX];
	struct pcapng_packet p = { .comment = text };
	struct buf b;
	size_t at;

	(void)state;
	text[0] = 'x';
	for (size_t i = 1; i + 2 < sizeof(text); i += 2)
		memcpy(text + i, "\xc3\xbc", 2);
	text[sizeof(text) - 1] = '\0';
	buf_init(&b, 1u << 16);
	at = pcapng_packet_begin(&b);
	pcapng_packet_end(&b, at, &p);
	assert_int_equal((uint8_t)b.data[28 + 2] | (uint8_t)b.data[28 + 3] << 8,
			 PCAPNG_COMMENT_MAX - 1);
	buf_done(&b);
}

static bool length_in(void *ctx, uint64_t at, uint32_t *length)
{
	const struct buf *b = ctx;

	if (at + sizeof(*length) > b->len)
		return false;
	memcpy(length, b->data + at, sizeof(*length));
	return true;
}

static void whole_blocks_are_found_in_what_was_cut_anywhere(void **state)
{
	struct buf b;
	size_t first, all;

	(void)state;
	buf_init(&b, 4096);
	pcapng_section(&b, "Linux", NULL, NULL);
	first = b.len;
	pcapng_interface(&b, "lo", NULL, PCAPNG_ETHERNET);
	all = b.len;
	for (size_t n = 0; n <= all; n++) {
		size_t expected = n == all ? all : n >= first ? first : 0;

		assert_int_equal(pcapng_whole(0, n, length_in, &b), expected);
	}
	assert_int_equal(pcapng_whole(first, all, length_in, &b), all);
	/* lengths that no block has do not lead astray */
	memset(b.data + first + 4, 0xff, 4);
	assert_int_equal(pcapng_whole(0, all, length_in, &b), first);
	memset(b.data + first + 4, 0, 4);
	assert_int_equal(pcapng_whole(0, all, length_in, &b), first);
	buf_done(&b);
}

static void without_room_the_buffer_says_so(void **state)
{
	const struct pcapng_packet p = { .original = 4 };
	struct buf b;
	size_t at;

	(void)state;
	buf_init(&b, 20);
	at = pcapng_packet_begin(&b);
	buf_add(&b, "abcd", 4);
	pcapng_packet_end(&b, at, &p);
	assert_true(b.failed);
	buf_done(&b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_section_begins_the_file),
		cmocka_unit_test(an_interface_has_a_name_and_nanoseconds),
		cmocka_unit_test(a_packet_has_time_lengths_direction_drops_and_comment),
		cmocka_unit_test(what_is_not_known_takes_no_room),
		cmocka_unit_test(statistics_tell_what_was_received_and_lost),
		cmocka_unit_test(a_long_comment_is_cut_between_two_characters),
		cmocka_unit_test(whole_blocks_are_found_in_what_was_cut_anywhere),
		cmocka_unit_test(without_room_the_buffer_says_so),
	};

	return cmocka_run_group_tests_name("pcapng", tests, NULL, NULL);
}
