/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "match/place.h"

#include <string.h>

bool place_next(struct match_place *at, const void *data, size_t n, const struct buf *bytes)
{
	size_t from = at->offset + at->length;
	const char *start = data, *found;

	if (from >= n || !bytes->len)
		return false;
	found = memmem(start + from, n - from, bytes->data, bytes->len);
	if (!found)
		return false;
	at->offset = (size_t)(found - start);
	at->length = bytes->len;
	return true;
}
