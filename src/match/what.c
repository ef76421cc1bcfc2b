/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "match/what.h"

#include "match/regex.h"
#include "payload/payload.h"
#include "util/text.h"

#include <stdlib.h>
#include <string.h>

enum kind { KIND_ANY, KIND_BYTES, KIND_REGEX, KIND_FILTER };

struct what {
	enum kind kind;
	struct buf bytes;
	bool hex;
	struct regex *regex;
	struct buf pattern; /* of the regular expression, as written */
	struct filter *filter;
	unsigned given_up;
	bool told; /* that it gave up */
};

/* The text that is read. */
struct source {
	const char *s;
	size_t n;
	bool one_word;
};

static bool is_blank(char c)
{
	return c == ' ' || c == '\t';
}

/* Bytes from "at" to the next blank. */
static size_t word_len(const struct source *src, size_t at)
{
	size_t i = at;

	while (i < src->n && !is_blank(src->s[i]))
		i++;
	return i - at;
}

static bool is_word(const struct source *src, const char *word)
{
	return word_len(src, 0) == strlen(word) && memcmp(src->s, word, strlen(word)) == 0;
}

static bool read_text(const struct source *src, size_t at, size_t len, struct what *w,
		      struct error *e)
{
	w->kind = KIND_BYTES;
	if (!payload_text(src->s + at, len, NULL, &w->bytes, e))
		return err_shift(e, (ptrdiff_t)at);
	return w->bytes.len ? true
			    : err_at(e, (ptrdiff_t)at,
				     "no text: any is every datagram, /^$/ an empty one");
}

static bool read_quoted(const struct source *src, size_t *used, struct what *w, struct error *e)
{
	const char *close = memchr(src->s + 1, '"', src->n - 1);
	size_t len;

	if (!close)
		return err_at(e, 0, "missing closing quote");
	len = (size_t)(close - src->s) - 1;
	*used = len + 2;
	return read_text(src, 1, len, w, e);
}

static size_t skip_blanks(const struct source *src, size_t at)
{
	while (at < src->n && is_blank(src->s[at]))
		at++;
	return at;
}

/* From "at" on the words that can be nothing but bytes; the first is one whatever it is. */
static size_t hex_words(const struct source *src, size_t at)
{
	size_t end = at + word_len(src, at), next, n;

	for (;;) {
		next = skip_blanks(src, end);
		n = word_len(src, next);
		if (!n || strspn(src->s + next, "0123456789abcdefABCDEFx:-,") < n)
			return end - at;
		end = next + n;
	}
}

static bool read_hex(const struct source *src, size_t *used, struct what *w, struct error *e)
{
	size_t at = skip_blanks(src, strlen("hex"));
	size_t len = src->one_word ? hex_words(src, at) : src->n - at;

	w->kind = KIND_BYTES;
	w->hex = true;
	if (!payload_hex(src->s + at, len, NULL, &w->bytes, e))
		return err_shift(e, (ptrdiff_t)at);
	*used = at + len;
	return w->bytes.len ? true : err_at(e, (ptrdiff_t)at, "hex: bytes are missing");
}

/* The offset of the slash that ends the pattern, n if there is none. */
static size_t pattern_end(const struct source *src)
{
	size_t i = 1;

	while (i < src->n && src->s[i] != '/')
		i += src->s[i] == '\\' ? 2 : 1;
	return i < src->n ? i : src->n;
}

static bool read_regex(const struct source *src, size_t *used, struct what *w, struct error *e)
{
	size_t end = pattern_end(src), i;
	unsigned flags = 0;

	if (end == src->n)
		return err_at(e, 0, "missing closing slash");
	for (i = end + 1; i < src->n && !is_blank(src->s[i]); i++) {
		unsigned flag = regex_flag(src->s[i]);

		if (!flag)
			return err_at(e, (ptrdiff_t)i, "\"%.*s\" are no flags: i, s, m, x and u",
				      (int)word_len(src, end + 1), src->s + end + 1);
		flags |= flag;
	}
	*used = i;
	w->kind = KIND_REGEX;
	buf_add(&w->pattern, src->s, i);
	w->regex = regex_new(src->s + 1, end - 1, flags, e);
	return w->regex ? true : err_shift(e, 1);
}

/* A fault behind it is told as one of an expression. */
static bool read_filter(const struct source *src, size_t *used, struct what *w, struct error *e)
{
	w->kind = KIND_FILTER;
	if (src->one_word)
		return filter_parse_head(src->s, src->n, used, &w->filter, e);
	*used = src->n;
	return filter_parse(src->s, src->n, &w->filter, e);
}

static bool read_what(const struct source *src, size_t *used, struct what *w, struct error *e)
{
	*used = word_len(src, 0);
	if (*used == 0)
		return err_at(e, 0,
			      "what to look for is missing: \"text\", /regex/, hex BYTES, "
			      "any, FIELD == VALUE");
	if (src->s[0] == '"')
		return read_quoted(src, used, w, e);
	if (src->s[0] == '/')
		return read_regex(src, used, w, e);
	if (is_word(src, "hex"))
		return read_hex(src, used, w, e);
	if (is_word(src, "any"))
		return true;
	if (filter_looks(src->s, src->n))
		return read_filter(src, used, w, e);
	return read_text(src, 0, *used, w, e);
}

/* Behind WHAT there is a blank or the end; with one_word false nothing else. */
static bool check_rest(const struct source *src, size_t used, struct error *e)
{
	size_t i = skip_blanks(src, used);

	if (i == src->n || (src->one_word && i > used))
		return true;
	return err_at(e, (ptrdiff_t)i, "\"%.*s\" is too much: text with blanks stands in quotes",
		      (int)(word_len(src, i) > 40 ? 40 : word_len(src, i)), src->s + i);
}

bool what_parse(const char *s, size_t n, bool one_word, size_t *used, struct what **out,
		struct error *e)
{
	const struct source src = { s, n, one_word };
	struct what *w = calloc(1, sizeof(*w));
	size_t end;

	if (!w)
		return err_set(e, ERR_LIMIT, "no memory for what to look for");
	buf_init(&w->bytes, PAYLOAD_MAX_V6);
	buf_init(&w->pattern, REGEX_PATTERN_MAX + 64);
	if (!read_what(&src, &end, w, e) || !check_rest(&src, end, e)) {
		what_free(w);
		return false;
	}
	*used = end;
	*out = w;
	return true;
}

void what_free(struct what *w)
{
	if (!w)
		return;
	buf_done(&w->bytes);
	buf_done(&w->pattern);
	regex_free(w->regex);
	filter_free(w->filter);
	free(w);
}

bool what_is_pure(const struct what *w)
{
	return w->kind == KIND_FILTER ? filter_is_pure(w->filter) : w->kind != KIND_REGEX;
}

bool what_matches(struct what *w, const struct packet *p, const struct filter_env *env)
{
	enum regex_result result;

	switch (w->kind) {
	case KIND_ANY:
		break;
	case KIND_BYTES:
		return memmem(p->data ? p->data : (const uint8_t *)"", p->stored, w->bytes.data,
			      w->bytes.len) != NULL;
	case KIND_REGEX:
		result = regex_match(w->regex, p->data, p->stored);
		w->given_up += result == REGEX_LIMIT;
		return result == REGEX_YES;
	case KIND_FILTER:
		return filter_matches(w->filter, p, env);
	}
	return true;
}

bool what_matches_counting(struct what *w, const struct packet *p, const struct filter_env *env,
			   uint64_t *unknown)
{
	unsigned before = what_given_up(w);
	bool matches = what_matches(w, p, env);

	*unknown += what_given_up(w) - before;
	return matches;
}

bool what_next(const struct what *w, const struct packet *p, const struct filter_env *env,
	       struct match_place *at)
{
	switch (w->kind) {
	case KIND_ANY:
		break;
	case KIND_BYTES:
		return place_next(at, p->data, p->stored, &w->bytes);
	case KIND_REGEX:
		return regex_next(w->regex, p->data, p->stored, at);
	case KIND_FILTER:
		return filter_next(w->filter, p, env, at);
	}
	return false;
}

void what_words(const struct what *w, struct buf *out)
{
	struct filter_field field;

	switch (w->kind) {
	case KIND_ANY:
		buf_str(out, "everything");
		break;
	case KIND_BYTES:
		buf_str(out, w->hex ? "what holds the bytes" : "what holds the text \"");
		for (size_t i = 0; w->hex && i < w->bytes.len; i++)
			buf_printf(out, " %02x", (unsigned)(uint8_t)w->bytes.data[i]);
		if (w->hex)
			break;
		text_escape(out, w->bytes.data, w->bytes.len);
		buf_char(out, '"');
		for (size_t i = 0; filter_field_at(i, &field); i++)
			if (strcmp(field.name, w->bytes.data) == 0)
				buf_printf(out, "; the field %s needs an operator", field.name);
		break;
	case KIND_REGEX:
		buf_str(out, "what matches ");
		buf_add(out, w->pattern.data, w->pattern.len);
		break;
	case KIND_FILTER:
		buf_str(out, "where ");
		filter_print(w->filter, out);
		break;
	}
}

unsigned what_given_up(const struct what *w)
{
	return w->filter ? filter_given_up(w->filter) : w->given_up;
}

bool what_must_tell(struct what *w)
{
	if (w->told || !what_given_up(w))
		return false;
	w->told = true;
	return true;
}
