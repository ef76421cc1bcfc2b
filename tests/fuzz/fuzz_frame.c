/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Any bytes as a frame: nothing is read past their end, and what is found fits its kind.  The first
 * two bytes are the EtherType.
 */
#include "net/frame.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must(bool truth)
{
	if (!truth)
		abort();
}

static void check_records(const struct frame *f)
{
	must(f->record_count > 0 && f->record_count <= FRAME_RECORDS);
	for (size_t i = 0; i < f->record_count; i++) {
		const struct frame_record *r = &f->records[i];

		must(r->group.family == f->dest.family);
		must(!r->sources || f->version == 1 || r->source.family == f->dest.family);
	}
}

static void check(const struct frame *f)
{
	struct buf words;

	must(f->kind != FRAME_DATAGRAM || f->len <= 65527);
	must(f->kind == FRAME_OTHER || (f->source.family && f->source.family == f->dest.family));
	must(f->vlan <= 0xfff);
	if (f->kind == FRAME_REPORT)
		check_records(f);
	if (f->kind == FRAME_LEAVE)
		must(f->group.family == f->dest.family);
	buf_init(&words, 16 << 10);
	frame_format(f, &words);
	must(!words.failed && (words.len > 0) == (f->kind > FRAME_DATAGRAM));
	buf_done(&words);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct frame f;
	uint8_t *exact;

	if (size < 2)
		return 0;
	exact = malloc(size - 2 ? size - 2 : 1);
	if (!exact)
		return 0;
	memcpy(exact, data + 2, size - 2);
	frame_parse((uint16_t)(data[0] << 8 | data[1]), exact, size - 2, 9, &f);
	check(&f);
	free(exact);
	return 0;
}
