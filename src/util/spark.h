/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Small drawings in one line of text: a sparkline and a bar, in the locale's characters:
 * Unicode blocks where it is UTF-8, ASCII else.
 */
#ifndef UTIL_SPARK_H
#define UTIL_SPARK_H

#include "util/buf.h"

/* One character for each value, the largest the highest; a value that is not 0 is seen. */
void spark_line(struct buf *out, const uint64_t *values, size_t n);
/* value as a share of most, "most" taking "columns" columns; a value that is not 0 is seen. */
void spark_bar(struct buf *out, uint64_t value, uint64_t most, unsigned columns);

#endif
