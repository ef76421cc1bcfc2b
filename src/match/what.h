/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What a datagram should hold, as "expect", "every ... until" and "find" read it:
 *
 *   word              text, in the text notation of payloads
 *   "quoted text"     the same with blanks; a quote in it is \x22
 *   /regex/flags      match/regex.h; "\/" is a slash in it
 *   hex BYTES         in the hex notation
 *   any               everything
 *   EXPRESSION        match/filter.h
 *
 * Text and bytes match a datagram that contains them.  Quotes make any of these words text.  What
 * begins with a field and an operator is an expression (filter_looks); a bare word stays text.
 */
#ifndef MATCH_WHAT_H
#define MATCH_WHAT_H

#include "match/filter.h"

#include <stddef.h>

struct what;

/*
 * Reads s[0..n), which begins at the first character of WHAT.  one_word: something may follow, so
 * BYTES are one word, and an expression ends where nothing joins it to what follows; else they go
 * to the end, and only blanks may follow the rest.  *used is where WHAT ends.  e->at is an offset
 * in s.
 */
bool what_parse(const char *s, size_t n, bool one_word, size_t *used, struct what **out,
		struct error *e);
void what_free(struct what *w);

/* As filter_is_pure(). */
bool what_is_pure(const struct what *w);
bool what_matches(struct what *w, const struct packet *p, const struct filter_env *env);
/* Likewise, and where it gave up *unknown becomes one more. */
bool what_matches_counting(struct what *w, const struct packet *p, const struct filter_env *env,
			   uint64_t *unknown);
/* The places in the bytes of p that WHAT is about; of an expression those that its tests of data
 * and text are true of. */
bool what_next(const struct what *w, const struct packet *p, const struct filter_env *env,
	       struct match_place *at);
/* How it was understood: text "PONG", bytes 00 01, what ttl < 2 is true of, ... */
void what_words(const struct what *w, struct buf *out);
/* How often what_matches() left it unknown because a regular expression gave up: it is false then,
 * and who counts or shows what matches has to tell. */
unsigned what_given_up(const struct what *w);
/* Is it to be told now?  True once, after it gave up first. */
bool what_must_tell(struct what *w);

#endif
