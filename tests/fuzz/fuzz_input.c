/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Any bytes as piped input: however they are chunked, the same datagrams come out, and without a
 * notation together they are what went in.  The first byte chooses how it is read.
 */
#include "front/input.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must(bool truth)
{
	if (!truth)
		abort();
}

/* Appends each datagram with a mark behind it; false after an error. */
static bool take(struct input *in, struct payload_env *env, struct buf *out)
{
	struct error e = { .at = -1 };
	const uint8_t *data;
	size_t len;

	for (;;) {
		switch (input_next(in, env, &data, &len, &e)) {
		case INPUT_DATAGRAM:
			must(len <= PAYLOAD_MAX_V6 + 2);
			buf_add(out, data, len);
			buf_char(out, '\xfe');
			break;
		case INPUT_MORE:
		case INPUT_OVER:
			return true;
		case INPUT_ERROR:
			must(strncmp(e.text, "stdin", 5) == 0);
			return false;
		}
	}
}

static void read_all(const struct input_config *config, const uint8_t *data, size_t size,
		     size_t chunk, struct buf *out)
{
	struct payload_env env = { 0 };
	struct input in;
	size_t at = 0;

	input_init(&in, config);
	while (!in.over) {
		size_t n = size - at < chunk ? size - at : chunk;

		must(input_wants_more(&in));
		input_feed(&in, data + at, n);
		at += n;
		if (!take(&in, &env, out))
			break;
	}
	must(out->failed || in.over || in.line > 0);
	input_done(&in);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct input_config config = { 0 };
	struct buf whole, parts;

	if (size == 0 || size > INPUT_CHUNK)
		return 0;
	config.notation = (enum input_notation)(data[0] % 3);
	config.line_end = (enum input_line_end)(data[0] / 3 % 4);
	config.whole = data[0] & 128;
	buf_init(&whole, 16u << 20);
	buf_init(&parts, 16u << 20);
	read_all(&config, data + 1, size - 1, INPUT_CHUNK, &whole);
	read_all(&config, data + 1, size - 1, 1 + size / 7, &parts);
	must(whole.len == parts.len && memcmp(buf_cstr(&whole), buf_cstr(&parts), whole.len) == 0);
	buf_done(&whole);
	buf_done(&parts);
	return 0;
}
