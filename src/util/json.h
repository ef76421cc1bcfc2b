/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Writing JSON (RFC 8259): members of an object, one after the other.  Commas come by themselves
 * between the members of one object; braces are the caller's.
 *
 * Strings are UTF-8 and hold what a terminal may see; all else is \u-escaped.
 */
#ifndef UTIL_JSON_H
#define UTIL_JSON_H

#include "util/buf.h"

#include <stdbool.h>
#include <stdint.h>

void json_number(struct buf *out, const char *key, uint64_t value);
void json_number_if(struct buf *out, const char *key, uint64_t value); /* nothing if it is 0 */
void json_real(struct buf *out, const char *key, double value);        /* six digits; or null */
void json_bool(struct buf *out, const char *key, bool is);
void json_string(struct buf *out, const char *key, const char *s);
void json_bytes(struct buf *out, const char *key, const char *s, size_t n); /* as a string */
/* Realtime ns as RFC 3339: "2026-03-01T11:03:11.301482917Z" */
void json_time(struct buf *out, const char *key, uint64_t ns);

/* For values that are put together: the key, then one of these. */
void json_key(struct buf *out, const char *key);
void json_digits(struct buf *out, uint64_t value);
void json_text(struct buf *out, const char *s, size_t n);      /* with its quotes */
void json_hex(struct buf *out, const uint8_t *data, size_t n); /* without quotes */

#endif
