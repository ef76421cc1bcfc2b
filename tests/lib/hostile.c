/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a terminal would act upon, at random. */
#include "hostile.h"

#include "deck.h"

#include <string.h>

/* xorshift64*: the same numbers everywhere, and a failure names its seed. */
uint32_t dice_roll(struct dice *dice, uint32_t sides)
{
	dice->state ^= dice->state >> 12;
	dice->state ^= dice->state << 25;
	dice->state ^= dice->state >> 27;
	return (uint32_t)((dice->state * 0x2545f4914f6cdd1dull) >> 33) % sides;
}

/* Pieces that a terminal would act upon, that take no column or two, or that are broken. */
size_t hostile_text(struct dice *dice, char *out, size_t most)
{
	static const char *const pieces[] = {
		"\x1b[2J",
		"\x1b]0;pwned\a",
		"\x1bP$q\x1b\\\\",
		"\302\23331m",
		"\r\n",
		"\t",
		"\x7f",
		"\xe2\x80\xae",
		"\xe2\x81\xa7",
		"\xef\xbb\xbf",
		"\xe6\xbc\xa2",
		"\xf0\x9f\x98\x80",
		"e\xcc\x81\xcc\x81\xcc\x81",
		"\xcc\x88",
		"\xff\xfe",
		"\xe2\x82",
		"\xed\xa0\x80",
		"\xf4\x8f\xbf\xbf",
		"plain text ",
		"${x}",
		"\\",
		"\xef\xb8\x8f",
		"\xe2\x80\x8d",
	};
	size_t n = 0;

	while (n < most) {
		const char *piece = pieces[dice_roll(dice, sizeof(pieces) / sizeof(pieces[0]))];
		size_t len = strlen(piece);

		if (n + len > most || dice_roll(dice, 40) == 0)
			break;
		memcpy(out + n, piece, len);
		n += len;
	}
	return n;
}

static struct addr any_addr(struct dice *dice)
{
	static const char *const hosts[] = {
		"10.0.0.1",
		"255.255.255.255",
		"239.255.255.250",
		"fe80::12%lo",
		"::1",
		"2001:db8:1111:2222:3333:4444:5555:6666",
	};

	return deck_addr(hosts[dice_roll(dice, 6)], (uint16_t)(1 + dice_roll(dice, 65535)));
}

struct packet hostile_packet(struct dice *dice, char data[HOSTILE_MAX])
{
	struct packet p = {
		.kind = (enum packet_kind)dice_roll(dice, PACKET_NOTE + 1),
		.flags = dice_roll(dice, 128) & ~(uint32_t)PACKET_TRUNCATED,
		.socket = dice_roll(dice, 4),
		.ifindex = dice_roll(dice, 3),
		.ttl = (uint8_t)dice_roll(dice, 256),
		.tos = (uint8_t)dice_roll(dice, 256),
		.peer = any_addr(dice),
		.local = any_addr(dice),
		.data = (const uint8_t *)data,
		.lost = dice_roll(dice, 1000),
		.where = dice_roll(dice, 2) ? PACKET_WHERE_KERNEL : PACKET_WHERE_STORE,
	};

	p.len = p.stored = (uint32_t)hostile_text(dice, data, dice_roll(dice, HOSTILE_MAX));
	if (p.kind == PACKET_RX && dice_roll(dice, 8) == 0) {
		p.len += 1 + dice_roll(dice, 9000);
		p.flags |= PACKET_TRUNCATED;
	}
	if (p.kind == PACKET_TX)
		p.result = (int)dice_roll(dice, 4) - 1;
	if (p.kind == PACKET_ICMP)
		p.icmp = (struct packet_icmp){ .offender = any_addr(dice),
					       .cause = dice_roll(dice, 9),
					       .info = dice_roll(dice, 2) * 1280,
					       .errnum = 111,
					       .origin = (uint8_t)dice_roll(dice, 3),
					       .type = 3,
					       .code = (uint8_t)dice_roll(dice, 20) };
	return p;
}
