/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "util/base64.h"

static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

void base64_encode(struct buf *out, const void *data, size_t n)
{
	const uint8_t *at = data;

	for (; n > 0; at += 3) {
		size_t part = n < 3 ? n : 3;
		uint32_t bits = (uint32_t)at[0] << 16;

		if (part > 1)
			bits |= (uint32_t)at[1] << 8;
		if (part > 2)
			bits |= at[2];
		buf_char(out, digits[bits >> 18]);
		buf_char(out, digits[bits >> 12 & 63]);
		buf_char(out, part > 1 ? digits[bits >> 6 & 63] : '=');
		buf_char(out, part > 2 ? digits[bits & 63] : '=');
		n -= part;
	}
}
