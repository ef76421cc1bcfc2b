/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Any line as a filter, and any bytes as the packet: read or refused at a place; what is read is
 * printed, read again, printed the same, and matches the same.  The first newline parts the two.
 */
#include "match/filter.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must(bool truth)
{
	if (!truth)
		abort();
}

static const char *ifname(void *ctx, uint32_t ifindex)
{
	(void)ctx;
	return ifindex == 2 ? "eth0" : NULL;
}

static bool peer(void *ctx, uint32_t number, struct addr *out)
{
	(void)ctx;
	*out = (struct addr){ .bytes = { 10, 0, 0, 9 }, .port = 53, .family = AF_INET };
	return number == 2;
}

/* The first bytes choose the kind and the facts. */
static struct packet packet_of(const uint8_t *data, size_t size)
{
	struct packet p = { .kind = (enum packet_kind)(size ? data[0] % (PACKET_NOTE + 1) : 0),
			    .flags = size > 1 ? data[1] : 0,
			    .ifindex = 2,
			    .socket = 1,
			    .time = 1772363000ull * 1000000000,
			    .peer = { .bytes = { 10, 0, 0, 9 }, .port = 53, .family = AF_INET },
			    .len = (uint32_t)size,
			    .stored = (uint32_t)size,
			    .data = data };

	p.no = packet_is_numbered(p.kind) ? 7 : 0;
	return p;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const struct filter_env env = { .ifname = ifname, .peer = peer };
	const char *s = (const char *)data;
	const char *newline = size ? memchr(s, '\n', size) : NULL;
	size_t n = newline ? (size_t)(newline - s) : size, rest = newline ? n + 1 : n;
	struct packet p = packet_of(data + rest, size - rest);
	struct error e = { .code = ERR_NONE };
	struct filter *f = NULL, *again = NULL;
	struct buf text, second;

	filter_looks(s, n);
	if (!filter_parse(s, n, &f, &e)) {
		must(!f && e.text[0] && memchr(e.text, '\0', sizeof(e.text)));
		must(e.code == ERR_LIMIT || (e.at >= 0 && e.at <= (ptrdiff_t)n));
		return 0;
	}
	buf_init(&text, 1 << 20);
	buf_init(&second, 1 << 20);
	filter_print(f, &text);
	/* One spelling may be longer than what was typed, and so too long to be read again. */
	if (text.len <= 8192) {
		must(filter_parse(buf_cstr(&text), text.len, &again, NULL));
		filter_print(again, &second);
		must(text.len == second.len && memcmp(text.data, second.data, text.len) == 0);
		must(filter_matches(f, &p, &env) == filter_matches(again, &p, &env));
	}
	filter_free(f);
	filter_free(again);
	buf_done(&text);
	buf_done(&second);
	return 0;
}
