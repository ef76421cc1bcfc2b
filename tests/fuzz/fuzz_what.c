/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Any line as what to look for, and any bytes to look in: read or refused at a place, and matched
 * within the limits.  The first newline parts the two.
 */
#include "match/what.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must(bool truth)
{
	if (!truth)
		abort();
}

/* Of a datagram with these bytes. */
static bool matches(struct what *w, const void *data, size_t n)
{
	const struct packet p = {
		.no = 1, .kind = PACKET_RX, .len = (uint32_t)n, .stored = (uint32_t)n, .data = data
	};

	return what_matches(w, &p, NULL);
}

static void check(const char *s, size_t n, const char *data, size_t len, bool one_word)
{
	struct error e = { .code = ERR_NONE };
	struct what *w = NULL;
	size_t used = 0;

	if (what_parse(s, n, one_word, &used, &w, &e)) {
		must(used > 0 && used <= n && e.code == ERR_NONE);
		must(matches(w, data, len) == matches(w, data, len));
		what_free(w);
		return;
	}
	must(w == NULL && e.text[0] != '\0' && memchr(e.text, '\0', sizeof(e.text)));
	must(e.code == ERR_LIMIT || (e.at >= 0 && e.at <= (ptrdiff_t)n));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const char *s = (const char *)data;
	const char *newline = size ? memchr(s, '\n', size) : NULL;
	size_t n = newline ? (size_t)(newline - s) : size;
	size_t rest = newline ? n + 1 : n;

	check(s, n, s + rest, size - rest, false);
	check(s, n, s + rest, size - rest, true);
	return 0;
}
