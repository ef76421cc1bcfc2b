/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Completion by the owner's words, with readline's own commands (Tab, Alt-?, a
 * menu-complete of the inputrc).
 *
 * Readline would cut words by its own rules, so it is told that there are none: its
 * word is the whole text up to the cursor, and a match is that text with the word of
 * the owner in its place.
 */
#include "line/line_private.h"

#include <stdlib.h>
#include <string.h>

/* After these a word goes on: no blank. */
#define GOES_ON "=:/%}"

static char *join(const char *text, size_t from, const char *word)
{
	size_t len = strlen(word);
	char *s = malloc(from + len + 1);

	if (s) {
		memcpy(s, text, from);
		memcpy(s + from, word, len + 1);
	}
	return s;
}

/* Bytes that all words begin with, whole characters. */
static size_t common(char *const *words, size_t count)
{
	size_t n = strlen(words[0]);

	for (size_t i = 1; i < count; i++) {
		size_t k = 0;

		while (k < n && words[i][k] == words[0][k])
			k++;
		n = k;
	}
	while (n > 0 && ((unsigned char)words[0][n] & 0xc0) == 0x80)
		n--;
	return n;
}

/* matches[0] takes the place of the text: what they have in common, but never less than was
 * typed. */
static char *replacement(const char *text, size_t from, char *const *words, size_t count)
{
	size_t n = common(words, count);
	size_t typed = strlen(text + from);
	char *s;

	if (count > 1 && (n < typed || memcmp(words[0], text + from, typed) != 0))
		return strdup(text);
	s = join(text, from, words[0]);
	if (s)
		s[from + n] = '\0';
	return s;
}

static void free_words(char **words)
{
	for (char **word = words; word && *word; word++)
		free(*word);
	free(words);
}

/* Readline's shape of a result: the replacement, then all matches if there are several. */
static char **make_matches(const char *text, size_t from, char *const *words, size_t count)
{
	char **matches = calloc(count + 2, sizeof(*matches));
	bool ok = matches && (matches[0] = replacement(text, from, words, count));

	for (size_t i = 0; ok && count > 1 && i < count; i++)
		ok = (matches[i + 1] = join(text, from, words[i])) != NULL;
	if (ok)
		return matches;
	free_words(matches);
	return NULL;
}

static bool goes_on(const char *word)
{
	size_t n = strlen(word);

	return n && strchr(GOES_ON, word[n - 1]);
}

static char **attempt(const char *text, int start, int end)
{
	struct line *l = line_self();
	size_t count = 0, from = 0;
	char **words, **matches = NULL;

	rl_attempted_completion_over = 1; /* no file names */
	if (start != 0 || end < 0)
		return NULL;
	words = l->events.complete(l->events.ctx, text, (size_t)end, &from);
	while (words && words[count])
		count++;
	if (count && from <= (size_t)end) {
		l->complete_from = from;
		rl_completion_suppress_append = count == 1 && goes_on(words[0]);
		matches = make_matches(text, from, words, count);
	}
	free_words(words);
	return matches;
}

/* matches[1..count] are shown without the text in front of the word. */
static void show_matches(char **matches, int count, int width)
{
	struct line *l = line_self();
	char **words = calloc((size_t)count + 1, sizeof(*words));

	(void)width;
	for (int i = 0; words && i < count; i++) {
		size_t n = strlen(matches[i + 1]);

		words[i] = matches[i + 1] + (n < l->complete_from ? n : l->complete_from);
	}
	/* Keys of the same read may not be told yet: what they changed comes first. */
	line_tell(l);
	if (words)
		l->events.matches(l->events.ctx, words, (size_t)count);
	free(words);
}

void complete_init(void)
{
	rl_attempted_completion_function = attempt;
	rl_completion_display_matches_hook = show_matches;
	rl_completer_word_break_characters = "";
	rl_completion_append_character = ' ';
	rl_sort_completion_matches = 0;
	rl_variable_bind("show-all-if-ambiguous", "on");
}
