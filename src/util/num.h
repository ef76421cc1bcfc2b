/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Numbers as people write them, each with its range, and back.
 *
 * Every parser wants the whole word; the error names the word and the range
 * ("300 is outside 1..255").
 */
#ifndef UTIL_NUM_H
#define UTIL_NUM_H

#include "util/buf.h"
#include "util/err.h"

#include <stdint.h>

#define NS_PER_US 1000ull
#define NS_PER_MS 1000000ull
#define NS_PER_S 1000000000ull

/* Decimal, or hexadecimal after 0x; a sign only where min is negative. */
bool num_parse_int(const char *word, int64_t min, int64_t max, int64_t *out, struct error *e);

/* The same for what may be larger than INT64_MAX, from 0; without a sign. */
bool num_parse_uint(const char *word, uint64_t max, uint64_t *out, struct error *e);

/* Bytes: a number with an optional k, K, M, G, KiB, MiB or GiB, all powers of 1024. */
bool num_parse_size(const char *word, uint64_t min, uint64_t max, uint64_t *out, struct error *e);

/* 250ms, 0.5s, 2m, 1h, 10us; a bare number is seconds.  Result in nanoseconds. */
bool num_parse_duration(const char *word, uint64_t *ns, struct error *e);

/* The value of a hexadecimal digit, -1 if c is none. */
int num_hex_digit(char c);

/* 16 MiB, 208 KiB, 516 B: exact where it can be, else one decimal. */
void num_format_size(struct buf *out, uint64_t bytes);
/* 1,204 */
void num_format_count(struct buf *out, uint64_t n);
/* 36 s, 250 ms, 2.5 m */
void num_format_duration(struct buf *out, uint64_t ns);
/* The same to two digits, for what is measured: 1.2 ms, 340 us */
void num_format_about(struct buf *out, uint64_t ns);
/* As it may be typed: 100ms */
void num_format_typed(struct buf *out, uint64_t ns);
/* now, 3 s ago, 1,204 days ago, in the future (more than a clock that is a little ahead) */
void num_format_age(struct buf *out, uint64_t now, uint64_t then);

#endif
