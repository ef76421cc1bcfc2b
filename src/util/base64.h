/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Base64 with padding (RFC 4648, section 4). */
#ifndef UTIL_BASE64_H
#define UTIL_BASE64_H

#include "util/buf.h"

#define BASE64_LEN(n) (((n) + 2) / 3 * 4)

void base64_encode(struct buf *out, const void *data, size_t n);

#endif
