/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "expr/lex.h"

#include <string.h>

static const struct sign {
	const char *text;
	enum lex_kind kind;
} signs[] = {
	/* the longer first */
	{ "==", LEX_EQ },   { "!=", LEX_NE },     { "<=", LEX_LE },    { ">=", LEX_GE },
	{ "&&", LEX_AND },  { "||", LEX_OR },     { "..", LEX_RANGE }, { "<", LEX_LT },
	{ ">", LEX_GT },    { "~", LEX_MATCHES }, { "!", LEX_NOT },    { "(", LEX_OPEN },
	{ ")", LEX_CLOSE }, { "{", LEX_LEFT },    { "}", LEX_RIGHT },  { ",", LEX_COMMA },
};

static const struct sign words[] = {
	{ "and", LEX_AND },           { "or", LEX_OR }, { "not", LEX_NOT }, { "in", LEX_IN },
	{ "contains", LEX_CONTAINS },
};

static bool is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

static bool is_letter(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}

static size_t skip_blanks(const char *s, size_t n, size_t at)
{
	while (at < n && is_blank(s[at]))
		at++;
	return at;
}

static bool in_name(char c)
{
	return is_letter(c) || (c >= '0' && c <= '9') || c == '.' || c == '-';
}

static struct lex_token name_at(const char *s, size_t n, size_t at)
{
	struct lex_token t = { LEX_NAME, at, 0 };

	while (at + t.n < n && in_name(s[at + t.n]))
		t.n++;
	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (t.n == strlen(words[i].text) && memcmp(s + at, words[i].text, t.n) == 0)
			t.kind = words[i].kind;
	return t;
}

/* All bytes of the character, so that a message quotes it whole. */
static struct lex_token other_at(const char *s, size_t n, size_t at)
{
	struct lex_token t = { LEX_OTHER, at, 1 };

	while (at + t.n < n && t.n < 4 && ((unsigned char)s[at + t.n] & 0xc0) == 0x80)
		t.n++;
	return t;
}

struct lex_token lex_sign(const char *s, size_t n, size_t at)
{
	at = skip_blanks(s, n, at);
	if (at == n)
		return (struct lex_token){ LEX_END, n, 0 };
	for (size_t i = 0; i < sizeof(signs) / sizeof(signs[0]); i++) {
		size_t len = strlen(signs[i].text);

		if (n - at >= len && memcmp(s + at, signs[i].text, len) == 0)
			return (struct lex_token){ signs[i].kind, at, len };
	}
	return is_letter(s[at]) ? name_at(s, n, at) : other_at(s, n, at);
}

size_t lex_pattern_end(const char *s, size_t n)
{
	size_t i = 1;

	while (i < n && s[i] != '/')
		i += s[i] == '\\' ? 2 : 1;
	return i < n ? i : n;
}

static bool regex_at(const char *s, size_t n, size_t at, struct lex_token *out, struct error *e)
{
	size_t end = lex_pattern_end(s + at, n - at);

	if (end == n - at)
		return err_at(e, (ptrdiff_t)at, "missing closing slash");
	for (end++; at + end < n && is_letter(s[at + end]);)
		end++;
	*out = (struct lex_token){ LEX_REGEX, at, end };
	return true;
}

static bool quoted_at(const char *s, size_t n, size_t at, struct lex_token *out, struct error *e)
{
	const char *close = memchr(s + at + 1, '"', n - at - 1);

	if (!close)
		return err_at(e, (ptrdiff_t)at, "missing closing quote");
	*out = (struct lex_token){ LEX_QUOTED, at, (size_t)(close - s) + 1 - at };
	return true;
}

static bool ends_word(const char *s, size_t n, size_t at)
{
	return is_blank(s[at]) || s[at] == '\0' || strchr("(){},\"=<>!&|~", s[at]) ||
	       (s[at] == '.' && at + 1 < n && s[at + 1] == '.');
}

bool lex_value(const char *s, size_t n, size_t at, struct lex_token *out, struct error *e)
{
	struct lex_token t = { LEX_WORD, skip_blanks(s, n, at), 0 };

	if (t.at < n && s[t.at] == '/')
		return regex_at(s, n, t.at, out, e);
	if (t.at < n && s[t.at] == '"')
		return quoted_at(s, n, t.at, out, e);
	while (t.at + t.n < n && !ends_word(s, n, t.at + t.n))
		t.n++;
	*out = t.n ? t : lex_sign(s, n, t.at);
	if (!t.n && out->kind != LEX_END)
		out->kind = LEX_OTHER;
	return true;
}
