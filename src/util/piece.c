/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "util/piece.h"

#include "util/text.h"

#include <stdio.h>
#include <string.h>

/* U+21B5 where the locale can show it. */
static const char *newline_sign(void)
{
	static const char sign[] = "\xe2\x86\xb5";

	return text_next(sign, sizeof(sign) - 1).shown ? sign : "\\n";
}

static void set_sign(struct piece *p, const struct text_glyph *g)
{
	if (g->cp == '\n')
		snprintf(p->text, sizeof(p->text), "%s", newline_sign());
	else if (g->valid && (g->cp < 0x20 || g->cp == 0x7f))
		snprintf(p->text, sizeof(p->text), "^%c", (char)(g->cp ^ 0x40));
	else if (g->valid)
		snprintf(p->text, sizeof(p->text), "\\u{%x}", g->cp);
	else
		snprintf(p->text, sizeof(p->text), "\\x%02x", g->cp);
	p->len = strlen(p->text);
	p->width = (int)text_width(p->text, p->len);
}

size_t piece_next(const char *s, size_t n, int *marks, struct piece *p)
{
	struct text_glyph g = text_next_on(s, n, marks);
	size_t len = g.bytes;

	p->plain = g.shown;
	if (!g.shown) {
		set_sign(p, &g);
		return len;
	}
	p->width = g.width;
	while (len<n && * marks> 0) {
		int left = *marks;

		g = text_next_on(s + len, n - len, &left);
		if (!g.shown || g.width)
			break;
		*marks = left;
		len += g.bytes;
	}
	memcpy(p->text, s, len);
	p->len = len;
	return len;
}
