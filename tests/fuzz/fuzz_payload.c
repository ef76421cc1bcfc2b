/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Any bytes as a payload in both notations: all or nothing, within the room, errors at a place.
 */
#include "payload/payload.h"

#include <stdlib.h>
#include <string.h>

#define ROOM 300

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must(bool truth)
{
	if (!truth)
		abort();
}

typedef bool read_fn(const char *s, size_t n, struct buf *out, struct error *e);

static enum err_code check_reader(read_fn *read, const char *s, size_t n)
{
	struct error e = { .code = ERR_NONE };
	struct buf b;
	buf_init(&b, ROOM);
	buf_str(&b, "before");
	bool ok = read(s, n, &b, &e);
	must(!b.failed && b.len <= ROOM && memcmp(b.data, "before", 6) == 0);
	must(ok == (e.code == ERR_NONE));
	if (!ok) {
		must(b.len == 6);
		must(e.text[0] != '\0' && memchr(e.text, '\0', sizeof e.text));
		must(e.code == ERR_LIMIT || e.code == ERR_SYNTAX);
		must(e.at >= (e.code == ERR_LIMIT ? -1 : 0) && e.at <= (ptrdiff_t)n);
	}
	buf_done(&b);
	return e.code;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const char *s = (const char *)data;
	check_reader(payload_text, s, size);
	enum err_code hex = check_reader(payload_hex, s, size);
	must(hex != ERR_SYNTAX || !payload_looks_hex(s, size));
	return 0;
}
