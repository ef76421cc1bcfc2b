/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "match/regex.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>

/* Some 50 ms of one processor for a pattern of many alternatives, 10 ms for most; at a full
 * datagram each start position may look at 128 bytes. */
#define STEPS_MAX (UINT64_C(8) << 20)
/* What a call costs besides. */
#define CALL_STEPS 32
#define HEAP_KIB_MAX (32u << 10)
/* A pattern's meaning may not depend on the words of its first item: "(*UTF)" would make broken
 * UTF-8 an error.  \C would cut a character. */
#define ALWAYS (PCRE2_AUTO_CALLOUT | PCRE2_NEVER_BACKSLASH_C)
#define UTF (PCRE2_UTF | PCRE2_UCP | PCRE2_MATCH_INVALID_UTF)

/* Of a quick match: start positions by counted steps of each by bytes of a step, some 30 ms. */
#define QUICK_MAX (UINT32_C(1) << 25)
#define QUICK_STEPS_MIN 8
/* So many at most: then a match takes a quarter of a millisecond, and a flood of datagrams that are
 * made to be costly cannot hold everything up. */
#define HASTE_MAX 9

struct regex {
	pcre2_code *code; /* counts its steps */
	/* The same for the processor itself, NULL: not there.  It gives up early. */
	pcre2_code *quick;
	pcre2_match_context *limits;
	pcre2_match_data *found;
	unsigned haste; /* halvings of what a match may take: one for each that was given up */
};

static const struct flag {
	char letter;
	unsigned flag;
	uint32_t options;
} flags_known[] = {
	{ 'i', REGEX_CASELESS, PCRE2_CASELESS },
	{ 's', REGEX_DOTALL, PCRE2_DOTALL },
	{ 'm', REGEX_MULTILINE, PCRE2_MULTILINE },
	{ 'x', REGEX_EXTENDED, PCRE2_EXTENDED },
	{ 'u', REGEX_UTF, UTF },
};

#define FLAG_COUNT (sizeof(flags_known) / sizeof(flags_known[0]))

unsigned regex_flag(char letter)
{
	for (size_t i = 0; i < FLAG_COUNT; i++)
		if (flags_known[i].letter == letter)
			return flags_known[i].flag;
	return 0;
}

static uint32_t compile_options(unsigned flags)
{
	uint32_t options = ALWAYS;

	for (size_t i = 0; i < FLAG_COUNT; i++)
		if (flags & flags_known[i].flag)
			options |= flags_known[i].options;
	return flags & REGEX_UTF ? options : options | PCRE2_NEVER_UTF;
}

/* Without it every match is counted: where memory may not be executed, for one. */
static void prepare_quick(struct regex *r, const char *pattern, size_t n, uint32_t options)
{
	PCRE2_SIZE at;
	int code;

	r->quick = pcre2_compile((PCRE2_SPTR)pattern, n, options & ~PCRE2_AUTO_CALLOUT, &code, &at,
				 NULL);
	r->limits = pcre2_match_context_create(NULL);
	r->found = pcre2_match_data_create(1, NULL);
	if (r->quick && r->limits && r->found &&
	    pcre2_jit_compile(r->quick, PCRE2_JIT_COMPLETE) == 0)
		return;
	pcre2_code_free(r->quick);
	r->quick = NULL;
}

struct regex *regex_new(const char *pattern, size_t n, unsigned flags, struct error *e)
{
	const uint32_t options = compile_options(flags);
	struct regex *r;
	PCRE2_UCHAR why[160];
	PCRE2_SIZE at = 0;
	int code = 0;

	if (n > REGEX_PATTERN_MAX) {
		err_at(e, 0, "a regular expression may have %d bytes", REGEX_PATTERN_MAX);
		return NULL;
	}
	r = calloc(1, sizeof(*r));
	if (!r) {
		err_set(e, ERR_LIMIT, "no memory for a regular expression");
		return NULL;
	}
	r->code = pcre2_compile((PCRE2_SPTR)pattern, n, options, &code, &at, NULL);
	if (!r->code) {
		pcre2_get_error_message(code, why, sizeof(why));
		err_at(e, (ptrdiff_t)at, "regular expression: %s", (const char *)why);
		free(r);
		return NULL;
	}
	prepare_quick(r, pattern, n, options);
	return r;
}

void regex_free(struct regex *r)
{
	if (!r)
		return;
	pcre2_match_data_free(r->found);
	pcre2_match_context_free(r->limits);
	pcre2_code_free(r->quick);
	pcre2_code_free(r->code);
	free(r);
}

struct work {
	uint64_t left; /* steps */
	PCRE2_SIZE last;
};

/* Between two callouts at most the bytes from one place to the other were looked at. */
static int on_item(pcre2_callout_block *b, void *ctx)
{
	struct work *w = ctx;
	uint64_t steps = 1 + (b->current_position > w->last ? b->current_position - w->last
							    : w->last - b->current_position);

	w->last = b->current_position;
	w->left -= steps < w->left ? steps : w->left;
	return w->left ? 0 : PCRE2_ERROR_CALLOUT;
}

static enum regex_result result_of(int n)
{
	if (n >= 0)
		return REGEX_YES;
	/* Anything else has run into a limit: the options leave no other error. */
	return n == PCRE2_ERROR_NOMATCH ? REGEX_NO : REGEX_LIMIT;
}

/* Compiled patterns call out slowly, and their match limit begins anew at each start position;
 * between two of its steps at most the whole subject is looked at.  So it is as low as the length
 * demands. */
static enum regex_result match_quickly(const struct regex *r, const void *data, size_t n)
{
	uint64_t steps = (QUICK_MAX >> r->haste) / ((uint64_t)n * n + 1);

	if (!r->quick || steps < QUICK_STEPS_MIN)
		return REGEX_LIMIT;
	pcre2_set_match_limit(r->limits, (uint32_t)steps);
	return result_of(pcre2_jit_match(r->quick, data, n, 0, 0, r->found, r->limits));
}

/* From an offset on; w->left bounds the steps, "at" gets where it matches, from and to. */
static enum regex_result match_counted(const struct regex *r, const void *data, size_t n,
				       size_t from, struct work *w, size_t at[2])
{
	/* Made for each match: it keeps the memory of the greediest one (10.42). */
	pcre2_match_context *limits = pcre2_match_context_create(NULL);
	pcre2_match_data *found = pcre2_match_data_create(1, NULL);
	int result = PCRE2_ERROR_NOMEMORY;

	if (limits && found) {
		pcre2_set_heap_limit(limits, HEAP_KIB_MAX);
		pcre2_set_callout(limits, on_item, w);
		result = pcre2_match(r->code, data, n, from, 0, found, limits);
	}
	if (result >= 0)
		memcpy(at, pcre2_get_ovector_pointer(found), 2 * sizeof(*at));
	pcre2_match_data_free(found);
	pcre2_match_context_free(limits);
	return result_of(result);
}

enum regex_result regex_match(struct regex *r, const void *data, size_t n)
{
	const void *subject = data ? data : "";
	enum regex_result result = match_quickly(r, subject, n);
	struct work w = { .left = STEPS_MAX >> r->haste };
	size_t at[2];

	if (result == REGEX_LIMIT)
		result = match_counted(r, subject, n, 0, &w, at);
	if (result == REGEX_LIMIT && r->haste < HASTE_MAX)
		r->haste++;
	return result;
}

bool regex_next(const struct regex *r, const void *data, size_t n, struct match_place *at)
{
	size_t from = at->offset + at->length, found[2];

	while (from < n && at->steps) {
		struct work w = { .left = at->steps, .last = from };
		enum regex_result result = match_counted(r, data, n, from, &w, found);

		at->steps = w.left > CALL_STEPS ? w.left - CALL_STEPS : 0;
		if (result != REGEX_YES)
			return false;
		/* \K may have put the start behind the end */
		if (found[1] > found[0]) {
			at->offset = found[0];
			at->length = found[1] - found[0];
			return true;
		}
		from = (found[0] > from ? found[0] : from) + 1;
	}
	return false;
}
