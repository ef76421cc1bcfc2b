/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A capture file, and what its frames hold. */
#include "store/dissect.h"

#include <assert.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static volatile unsigned sink;

/* Every byte that is given out is there. */
static void touch(const uint8_t *data, size_t n)
{
	for (size_t i = 0; i < n; i++)
		sink += data[i];
}

static void look(const struct packet *p)
{
	assert(p->stored <= p->len);
	assert(p->len <= UINT16_MAX);
	touch(p->data, p->stored);
}

static void dissect(struct dissect *d, const struct capfile_frame *f)
{
	enum dissect_result result;
	struct dissected out;

	assert(f->captured <= f->original);
	touch(f->data, f->captured);
	if (dissect_frame(d, f, 1, &out) == DISSECT_PACKET)
		look(&out.packet);
	while (dissect_left(d, false, &out, &result))
		if (result == DISSECT_PACKET)
			look(&out.packet);
}

/* In pieces of so many bytes. */
static void read_all(const uint8_t *data, size_t size, size_t step)
{
	struct capfile *f = capfile_new(NULL);
	struct dissect *d = dissect_new(NULL);
	enum capfile_result result = CAPFILE_MORE;
	struct capfile_frame frame;
	struct dissected out;
	enum dissect_result left;
	struct error e;

	while (f && d && result != CAPFILE_END) {
		result = capfile_next(f, &frame, &e);
		if (result == CAPFILE_FRAME)
			dissect(d, &frame);
		if (result != CAPFILE_MORE)
			continue;
		step = capfile_feed(f, data, size < step ? size : step);
		data += step;
		size -= step;
		step += step < 16;
	}
	while (d && dissect_left(d, true, &out, &left))
		if (left == DISSECT_PACKET)
			look(&out.packet);
	dissect_free(d);
	capfile_free(f);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	read_all(data, size, size ? size : 1);
	read_all(data, size, 7);
	return 0;
}
