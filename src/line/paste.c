/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The collector of a bracketed paste. */
#include "line/paste.h"

#include <string.h>

static const char end_marker[] = "\033[201~";

void paste_init(struct paste *p, size_t max)
{
	*p = (struct paste){ .on = false };
	buf_init(&p->text, max);
}

void paste_done(struct paste *p)
{
	buf_done(&p->text);
}

void paste_begin(struct paste *p)
{
	paste_reset(p);
	p->matched = 0;
	p->cr = false;
	p->on = true;
}

static void add(struct paste *p, char c)
{
	if (c == '\n' && p->cr) {
		p->cr = false;
		return;
	}
	p->cr = c == '\r';
	buf_char(&p->text, (char)(p->cr ? '\n' : c));
}

/* The marker begins with a byte that it does not hold again, so a mismatch restarts at most one
 * match. */
static void take(struct paste *p, char c)
{
	if (c == end_marker[p->matched]) {
		p->matched++;
		p->on = p->matched < strlen(end_marker);
		return;
	}
	for (size_t i = 0; i < p->matched; i++)
		add(p, end_marker[i]);
	p->matched = c == end_marker[0];
	if (!p->matched)
		add(p, c);
}

size_t paste_feed(struct paste *p, const char *bytes, size_t n)
{
	size_t i = 0;

	while (i < n && p->on)
		take(p, bytes[i++]);
	return i;
}

void paste_reset(struct paste *p)
{
	buf_reset(&p->text);
}
