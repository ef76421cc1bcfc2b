/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A byte buffer that knows its maximum from birth.
 *
 * Appending past the maximum (or without memory) sets "failed", appends nothing
 * and makes all later appends do nothing: twenty appends, one check.  What was
 * appended before stays readable.  A zeroed struct is a valid buffer with
 * maximum 0.  The caller owns the struct, the buffer owns its bytes.
 */
#ifndef UTIL_BUF_H
#define UTIL_BUF_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct buf {
	char *data; /* NUL-terminated whenever it is not NULL; the NUL is not counted */
	size_t len;
	size_t cap;
	size_t max; /* len never exceeds it */
	bool failed;
};

void buf_init(struct buf *b, size_t max);
void buf_done(struct buf *b);            /* frees the bytes; the buffer is as after buf_init */
void buf_reset(struct buf *b);           /* len 0, failed false, memory kept */
void buf_cut(struct buf *b, size_t len); /* keeps the first len bytes; failed false, memory kept */

bool buf_add(struct buf *b, const void *bytes, size_t n);
/* n more bytes, the caller's to fill; NULL when there is no room. */
char *buf_extend(struct buf *b, size_t n);
bool buf_str(struct buf *b, const char *s);
bool buf_char(struct buf *b, char c);
bool buf_fill(struct buf *b, char c, size_t n);
bool buf_printf(struct buf *b, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
bool buf_vprintf(struct buf *b, const char *fmt, va_list ap) __attribute__((format(printf, 2, 0)));
/* The bytes as a C string; "" for an empty buffer, never NULL. */
const char *buf_cstr(const struct buf *b);

#endif
