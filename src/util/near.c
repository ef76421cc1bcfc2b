/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "util/near.h"

#include <string.h>

void near_init(struct near *n, const char *word)
{
	*n = (struct near){ .word = word };
}

static unsigned least(unsigned a, unsigned b)
{
	return a < b ? a : b;
}

/* Optimal string alignment, three rows of the table at a time. */
static unsigned distance(const char *a, size_t m, const char *b, size_t n)
{
	unsigned rows[3][NEAR_WORD + 1];
	unsigned *before = rows[0], *last = rows[1], *now = rows[2], *spare;

	for (size_t j = 0; j <= n; j++)
		last[j] = (unsigned)j;
	for (size_t i = 1; i <= m; i++) {
		now[0] = (unsigned)i;
		for (size_t j = 1; j <= n; j++) {
			unsigned change = last[j - 1] + (a[i - 1] != b[j - 1]);

			now[j] = least(change, least(last[j], now[j - 1]) + 1);
			if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
				now[j] = least(now[j], before[j - 2] + 1);
		}
		spare = before;
		before = last;
		last = now;
		now = spare;
	}
	return last[n];
}

void near_offer(struct near *n, const char *candidate)
{
	size_t m = strlen(n->word), len = strlen(candidate);
	unsigned d, at;

	if (m == 0 || m > NEAR_WORD || len > NEAR_WORD)
		return;
	d = strncmp(candidate, n->word, m) == 0 ? 0 : distance(n->word, m, candidate, len);
	if (d > 1 + m / 4)
		return;
	for (at = n->count; at > 0 && n->distances[at - 1] > d; at--)
		;
	if (at == NEAR_KEPT)
		return;
	if (n->count < NEAR_KEPT)
		n->count++;
	for (unsigned i = n->count - 1; i > at; i--) {
		n->names[i] = n->names[i - 1];
		n->distances[i] = n->distances[i - 1];
	}
	n->names[at] = candidate;
	n->distances[at] = d;
}

void near_format(const struct near *n, struct buf *out)
{
	for (unsigned i = 0; i < n->count; i++)
		buf_printf(out, "%s%s",
			   i == 0              ? ": did you mean "
			   : i + 1 == n->count ? " or "
					       : ", ",
			   n->names[i]);
	if (n->count)
		buf_char(out, '?');
}
