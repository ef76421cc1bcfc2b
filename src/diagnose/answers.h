/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Who answered, and in which bytes the answers differ.
 *
 * One entry per source address, port and interface, in the order of their first answers, which are
 * kept up to ANSWERS_BYTES each.  Every answer is compared with the very first one.
 */
#ifndef DIAGNOSE_ANSWERS_H
#define DIAGNOSE_ANSWERS_H

#include "store/packet.h"

#define ANSWERS_MAX 4096   /* answerers */
#define ANSWERS_BYTES 1500 /* of each answer are kept and compared */
#define ANSWERS_BUCKETS (2 * ANSWERS_MAX)

struct answer {
	struct addr peer;
	unsigned ifindex;
	uint64_t first; /* realtime ns */
	uint64_t count; /* datagrams */
	uint32_t len;   /* of the first one */
	uint32_t kept;  /* bytes of it */
	uint8_t *data;  /* heap */
};

struct answers {
	struct answer *all;
	size_t count, room;
	uint16_t buckets
		[ANSWERS_BUCKETS];   /* place in "all" plus 1, by hash; then the next free one */
	uint64_t heard;              /* datagrams, those of no entry too */
	uint64_t beyond;             /* datagrams of answerers for whom there was no room */
	uint32_t shortest, longest;  /* true lengths */
	bool differs[ANSWERS_BYTES]; /* both have this byte, and it is not the same */
};

void answers_done(struct answers *t);
/* A datagram that answers. */
void answers_note(struct answers *t, const struct packet *p);

/* Do not all answers have the same byte there?  Offsets that a shorter one lacks differ, too. */
bool answers_differ_at(const struct answers *t, uint32_t offset);
bool answers_differ(const struct answers *t);
/* "2-3,7": offsets; "" if there are none. */
void answers_format_ranges(const struct answers *t, struct buf *out);
/* The bytes of one answer at these offsets: "00 2f --", "--" where it has none; at most max. */
void answers_format_bytes(const struct answers *t, const struct answer *a, size_t max,
			  struct buf *out);

#endif
