/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Any bytes as text: what is shown is harmless, widths add up, the escaped form reads back.
 */
#include "payload/payload.h"
#include "util/text.h"

#include <locale.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must(bool truth)
{
	if (!truth)
		abort();
}

static void check_glyphs(const char *s, size_t n)
{
	for (size_t i = 0; i < n;) {
		struct text_glyph g = text_next(s + i, n - i);
		must(g.bytes >= 1 && g.bytes <= n - i);
		must(g.width <= (g.shown ? 2 : 0));
		must(g.valid || (g.bytes == 1 && !g.shown));
		must(!g.shown || (g.cp >= 0x20 && g.cp != 0x7f && (g.cp < 0x80 || g.cp >= 0xa0)));
		i += g.bytes;
	}
}

static void check_fit(const char *s, size_t n)
{
	size_t width = text_width(s, n);
	must(width <= n);
	must(text_fit(s, n, width) == n);
	for (size_t columns = 0; columns < width && columns < 100; columns++) {
		size_t fit = text_fit(s, n, columns);
		must(fit < n && text_width(s, fit) <= columns);
		must(text_column(s, n, fit) <= fit + 1);
	}
}

static void check_escape(const char *s, size_t n)
{
	struct buf text, back;
	buf_init(&text, 10 * n);
	buf_init(&back, n);
	text_escape(&text, s, n);
	must(!text.failed);
	int marks = 0;
	for (size_t i = 0; i < text.len;) {
		struct text_glyph g = text_next_on(text.data + i, text.len - i, &marks);
		must(g.shown);
		i += g.bytes;
	}
	must(payload_text(buf_cstr(&text), text.len, NULL, &back, NULL));
	must(back.len == n && (n == 0 || memcmp(back.data, s, n) == 0));
	buf_done(&text);
	buf_done(&back);
}

/* The first byte chooses the locale. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	if (size == 0)
		return 0;
	must(setlocale(LC_CTYPE, data[0] % 2 ? "C" : "C.UTF-8"));
	const char *s = (const char *)data + 1;
	size_t n = size - 1;
	check_glyphs(s, n);
	check_fit(s, n);
	check_escape(s, n);
	return 0;
}
