/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Regular expressions over the bytes of a datagram (PCRE2, pcre2pattern(3)).
 *
 * Patterns are typed by people and payloads come from anybody, so both are bounded:
 * the pattern's length, the memory and the steps of one match.  PCRE2's own match limit
 * begins anew at each start position (10.42), so the steps are counted here, in a callout
 * before each item: what is given up does not depend on the machine's speed.  Most matches need
 * few steps: they are first tried compiled (PCRE2's JIT), uncounted but with a match limit so low
 * that all start positions together are bounded, and counted only if that gives up.
 *
 * Without REGEX_UTF a character is a byte; with it the subject is UTF-8, and nothing
 * matches what is not well-formed in it.
 */
#ifndef MATCH_REGEX_H
#define MATCH_REGEX_H

#include "match/place.h"
#include "util/err.h"

#include <stddef.h>

#define REGEX_PATTERN_MAX 4096

#define REGEX_CASELESS 1u  /* i */
#define REGEX_DOTALL 2u    /* s */
#define REGEX_MULTILINE 4u /* m */
#define REGEX_EXTENDED 8u  /* x */
#define REGEX_UTF 16u      /* u */

struct regex;

enum regex_result {
	REGEX_NO,
	REGEX_YES,
	REGEX_LIMIT, /* given up: it would take too many steps or too much memory */
};

/* The flag that a letter stands for, 0 for none. */
unsigned regex_flag(char letter);

struct regex *regex_new(const char *pattern, size_t n, unsigned flags, struct error *e);
void regex_free(struct regex *r);
/* Each match that is given up halves what the next ones may take, down to some 16,000 steps. */
enum regex_result regex_match(struct regex *r, const void *data, size_t n);
bool regex_next(const struct regex *r, const void *data, size_t n, struct match_place *at);

#endif
