/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "command/complete.h"

#include "payload/field.h"

#include <dirent.h>
#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void completion_offer(struct command_completion *c, const char *fmt, ...)
{
	char word[300];
	va_list ap;
	char **more;

	va_start(ap, fmt);
	vsnprintf(word, sizeof(word), fmt, ap);
	va_end(ap);
	if (c->count == COMPLETION_MAX || strncmp(word, c->prefix, strlen(c->prefix)) != 0)
		return;
	more = realloc(c->matches, (c->count + 1) * sizeof(*more));
	if (!more)
		return;
	c->matches = more;
	c->matches[c->count] = strdup(word);
	if (c->matches[c->count])
		c->count++;
}

void completion_offer_peers(struct command_completion *c)
{
	for (uint32_t n = 1; n <= c->session->peers.count && n <= COMPLETION_MAX; n++)
		completion_offer(c, "@%u", n);
}

void completion_offer_sending(struct command_completion *c)
{
	const struct command *row;

	for (size_t i = 0; (row = command_at(c->set, i)); i++)
		if (row->flags & (CMD_SENDS | CMD_MODIFIER))
			completion_offer(c, "%s", row->name);
}

void completion_offer_files(struct command_completion *c)
{
	const char *slash = strrchr(c->prefix, '/');
	int head = slash ? (int)(slash - c->prefix) + 1 : 0;
	char folder[PATH_MAX];
	struct dirent *entry;
	DIR *d;

	if (head >= PATH_MAX)
		return;
	snprintf(folder, sizeof(folder), "%.*s", head, c->prefix);
	d = opendir(head ? folder : ".");
	if (!d)
		return;
	while ((entry = readdir(d)))
		if (entry->d_name[0] != '.' || c->prefix[head] == '.')
			completion_offer(c, "%s%s%s", folder, entry->d_name,
					 entry->d_type == DT_DIR ? "/" : "");
	closedir(d);
}

void completion_done(struct command_completion *c)
{
	for (size_t i = 0; i < c->count; i++)
		free(c->matches[i]);
	free(c->matches);
	free(c->text);
	*c = (struct command_completion){ 0 };
}

static void complete_verb(struct command_completion *c)
{
	const struct command *row;

	for (size_t i = 0; (row = command_at(c->set, i)); i++)
		if (!(row->flags & CMD_HIDDEN))
			completion_offer(c, "%s", row->name);
}

/* Where the name begins that stands behind the last "${", if nothing has ended it; 0: nowhere. */
static size_t open_field(const char *text, size_t point)
{
	size_t at = point, escapes = 0;

	while (at >= 2 && !(text[at - 2] == '$' && text[at - 1] == '{')) {
		at--;
		if (text[at] == '}' || text[at] == ':')
			return 0;
	}
	while (at >= 3 + escapes && text[at - 3 - escapes] == '\\')
		escapes++;
	return at < 2 || escapes % 2 ? 0 : at;
}

bool completion_make_fields(struct session *s, const char *text, size_t point, size_t *start,
			    struct command_completion *out)
{
	size_t at = open_field(text, point);
	const char *name;
	bool needs;

	*out = (struct command_completion){ .session = s };
	*start = point;
	if (!at)
		return false;
	out->text = strndup(text + at, point - at);
	if (!out->text)
		return true;
	out->prefix = out->text;
	*start = at;
	for (size_t i = 0; (name = field_name(i, &needs)); i++) {
		if (!needs)
			completion_offer(out, "%s}", name);
		completion_offer(out, "%s:", name);
	}
	for (size_t i = 0; i < s->variables.count; i++)
		completion_offer(out, "%s}", s->variables.list[i].name);
	return true;
}

/* The command that the words are for: behind modifiers, the last that is named whole. */
static const struct command *find_command(const struct command_set *set, const char *const *words,
					  size_t count, size_t *at)
{
	const struct command *row = command_find(set, words[0], true, NULL);

	*at = 0;
	for (size_t i = 1; i < count && row && (row->flags & (CMD_MODIFIER | CMD_TAIL)); i++) {
		const struct command *next = command_find(set, words[i], false, NULL);
		/* "via" is a word of sweep's own, too. */
		unsigned may = row->flags & CMD_TAIL ? CMD_SENDS : CMD_SENDS | CMD_MODIFIER;

		if (!next || !(next->flags & may))
			continue;
		row = next;
		*at = i;
	}
	return row;
}

void completion_make(struct session *s, const struct face *face, const struct command_set *set,
		     const char *line, size_t point, size_t *start, struct command_completion *out)
{
	const char *words[COMMAND_WORDS_MAX] = { NULL };
	size_t count = 0, verb;

	if (completion_make_fields(s, line, point, start, out))
		return;
	*out = (struct command_completion){ .session = s, .set = set, .settings = face->settings };
	out->text = strndup(line, point);
	*start = point;
	if (!out->text)
		return;
	/* The last word, maybe empty, is the one to complete; verb and first word decide how. */
	for (size_t i = 0; i < point;) {
		i += strspn(out->text + i, " \t");
		*start = i;
		if (i == point)
			break;
		if (count < COMMAND_WORDS_MAX)
			words[count] = out->text + i;
		i += strcspn(out->text + i, " \t");
		if (i < point) {
			out->text[i++] = '\0';
			count++;
			*start = i;
		}
	}
	out->prefix = out->text + *start;
	if (count == 0) {
		complete_verb(out);
		return;
	}
	if (count > COMMAND_WORDS_MAX)
		return;
	out->row = find_command(set, words, count, &verb);
	out->word = count - verb - 1;
	out->before = out->word ? words[count - 1] : "";
	out->ahead = words;
	out->ahead_count = count;
	out->first = verb + 1 < COMMAND_WORDS_MAX && words[verb + 1] ? words[verb + 1] : "";
	if (out->row && out->row->complete)
		out->row->complete(out);
	out->ahead = NULL;
	out->ahead_count = 0;
}
