/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Any place of a sequence number and any datagrams: counted without a fault, and the counts agree
 * with each other.  The first newline parts the place from the datagrams, each of which begins with
 * a byte: its length, and in the highest bit its peer.
 */
#include "session/sequence.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must(bool truth)
{
	if (!truth)
		abort();
}

static void check_spec(const struct sequence_spec *spec)
{
	struct sequence_spec again;
	struct error e;
	struct buf text;

	buf_init(&text, 64);
	sequence_format(spec, &text);
	must(sequence_parse(buf_cstr(&text), &again, &e));
	must(again.kind == spec->kind && again.slice.offset == spec->slice.offset &&
	     again.slice.length == spec->slice.length);
	buf_done(&text);
}

static void check_counts(const struct sequence *q, uint64_t heard)
{
	const struct sequence_counts *all = sequence_total(q);
	uint64_t numbered = 0, missing = 0;

	for (uint32_t peer = 1; peer <= 2; peer++) {
		const struct sequence_peer *p = sequence_peer(q, peer);

		if (!p)
			continue;
		numbered += p->counts.numbered;
		missing += p->counts.missing;
		must(p->counts.repeated + p->counts.late + p->counts.strays < p->counts.numbered);
		must(p->counts.gaps || !p->counts.missing);
	}
	must(numbered == all->numbered && missing == all->missing);
	must(numbered + sequence_unnumbered(q) == heard);
}

static void count(struct sequence *q, const uint8_t *data, size_t size)
{
	uint64_t heard = 0;

	for (size_t at = 0; at < size; heard++) {
		size_t room = size - at - 1, n = data[at] & 0x7fu;
		struct packet p = { .kind = PACKET_RX, .time = heard * 1000 };

		p.len = p.stored = (uint32_t)(n < room ? n : room);
		/* a copy, so that a byte read past its end is found */
		uint8_t *copy = malloc(p.stored ? p.stored : 1);
		must(copy != NULL);
		memcpy(copy, data + at + 1, p.stored);
		p.data = copy;
		sequence_heard(q, 1 + (data[at] >> 7), &p);
		free(copy);
		at += 1 + p.stored;
	}
	check_counts(q, heard);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const uint8_t *newline = size ? memchr(data, '\n', size) : NULL;
	size_t n = newline ? (size_t)(newline - data) : size;
	struct error e = { .code = ERR_NONE };
	struct sequence_spec spec;
	char text[64];

	if (n >= sizeof(text))
		return 0;
	memcpy(text, data, n);
	text[n] = '\0';
	if (!sequence_parse(text, &spec, &e)) {
		must(e.text[0] && e.at >= 0 && e.at <= (ptrdiff_t)n);
		return 0;
	}
	check_spec(&spec);
	if (newline) {
		struct sequence *q = sequence_new(&spec);

		must(q != NULL);
		count(q, newline + 1, size - n - 1);
		sequence_free(q);
	}
	return 0;
}
