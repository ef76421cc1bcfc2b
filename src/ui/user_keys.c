/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "ui/user_keys.h"

#include "util/text.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

/* Function keys that the table leaves free; the rest of them it has. */
static const struct key free_keys[] = {
	{ .name = "F3", .terminfo = "kf3", .sequences = "\\eOR \\e[13~ \\e[[C" },
	{ .name = "F4", .terminfo = "kf4", .sequences = "\\eOS \\e[14~ \\e[[D" },
	{ .name = "F11", .terminfo = "kf11", .sequences = "\\e[23~" },
	{ .name = "F12", .terminfo = "kf12", .sequences = "\\e[24~" },
	{ 0 },
};

void user_keys_done(struct user_keys *u)
{
	for (size_t i = 0; i < u->count; i++) {
		free(u->keys[i]->command);
		free(u->keys[i]);
	}
	*u = (struct user_keys){ 0 };
}

/* Alt-x is another key than Alt-X, and n another than N; else case does not matter. */
static bool same_name(const char *a, const char *b)
{
	if (strlen(a) == 1 || strncasecmp(a, "Alt-", 4) == 0)
		return strcmp(a, b) == 0;
	return strcasecmp(a, b) == 0;
}

/* Rows that stand for several keys ("Alt-1..9") are no keys themselves. */
static bool take_row(const struct key *row, const char *name, struct user_key *out)
{
	if (!same_name(name, row->name) || strstr(row->name, ".."))
		return false;
	snprintf(out->name, sizeof(out->name), "%s", row->name);
	out->as_key.terminfo = row->terminfo;
	out->as_key.sequences = row->sequences;
	out->as_key.focus |= row->focus | KEY_IN_PANES;
	return true;
}

static bool from_table(const char *name, struct user_key *out)
{
	bool found = false;

	for (const struct key *k = keys; k->name; k++)
		found |= take_row(k, name, out);
	for (const struct key *k = free_keys; k->name && !found; k++) {
		found = take_row(k, name, out);
		out->as_key.focus = found ? KEY_IN_ALL : 0;
	}
	return found;
}

/* "n", "Alt-n", "Ctrl-N" */
static bool from_character(const char *name, struct user_key *out)
{
	size_t n = strlen(name);
	char c = n ? name[n - 1] : '\0';
	const char *escape = c == '\\' || c == '"' ? "\\" : "";

	out->as_key.sequences = out->sequence;
	out->as_key.focus = KEY_IN_ALL;
	if (!isascii((unsigned char)c) || !isgraph((unsigned char)c))
		return false;
	if (n == 1) {
		out->as_key.focus = KEY_IN_PANES;
		snprintf(out->name, sizeof(out->name), "%c", c);
		snprintf(out->sequence, sizeof(out->sequence), "%s%c", escape, c);
	} else if (n == 5 && strncasecmp(name, "Alt-", 4) == 0 && c != '[' && c != 'O') {
		snprintf(out->name, sizeof(out->name), "Alt-%c", c);
		snprintf(out->sequence, sizeof(out->sequence), "\\e%s%c", escape, c);
	} else if (n == 6 && strncasecmp(name, "Ctrl-", 5) == 0 && isalpha((unsigned char)c)) {
		snprintf(out->name, sizeof(out->name), "Ctrl-%c", toupper((unsigned char)c));
		snprintf(out->sequence, sizeof(out->sequence), "\\C-%c", tolower((unsigned char)c));
	} else {
		return false;
	}
	return true;
}

static bool read_name(const char *name, struct user_key *out, struct error *e)
{
	if (!from_table(name, out) && !from_character(name, out))
		return err_at(
			e, 0,
			"\"%s\" is no key: write F3, Alt-x, Ctrl-T, PgUp, n as help keys does",
			name);
	if (strcmp(out->name, "Enter") == 0 || strcmp(out->name, "Ctrl-C") == 0 ||
	    strcmp(out->name, "Ctrl-M") == 0)
		return err_at(e, 0, "%s keeps its meaning", out->name);
	return true;
}

static size_t place_of(const struct user_keys *u, const char *name)
{
	size_t i = 0;

	while (i < u->count && strcmp(u->keys[i]->name, name) != 0)
		i++;
	return i;
}

bool user_keys_set(struct user_keys *u, const char *name, const char *command, size_t *index,
		   struct error *e)
{
	struct user_key *k = calloc(1, sizeof(*k));
	size_t i;

	if (!k)
		return err_set(e, ERR_LIMIT, "no memory for a key");
	if (!read_name(name, k, e)) {
		free(k);
		return false;
	}
	i = place_of(u, k->name);
	k->command = strdup(command);
	if (!k->command || i == USER_KEYS_MAX) {
		free(k->command);
		free(k);
		return err_set(e, ERR_LIMIT, "%d keys are bound: no more fit", USER_KEYS_MAX);
	}
	k->as_key.name = k->name;
	k->as_key.command = k->command;
	if (i < u->count) {
		free(u->keys[i]->command);
		free(u->keys[i]);
	} else {
		u->count++;
	}
	u->keys[i] = k;
	*index = i;
	return true;
}

const struct user_key *user_keys_find(const struct user_keys *u, const struct key *k,
				      enum focus focus)
{
	size_t i = u ? place_of(u, k->name) : 0;

	if (!u || i == u->count || !(u->keys[i]->as_key.focus & KEY_IN(focus)))
		return NULL;
	return u->keys[i];
}

/* ---- names of what was pressed ---- */

/* The character that "\\e", "\\C-x", "\\\\" or "x" stands for; *s goes behind it. */
static char decode(const char **s)
{
	char c = *(*s)++;

	if (c != '\\')
		return c;
	c = *(*s)++;
	if (c == 'e')
		return '\033';
	if (c != 'C')
		return c;
	*s += 2; /* "-x" */
	return (char)((*s)[-1] & 0x1f);
}

/* Is this what the sequence, of "len" characters, stands for? */
static bool is_sequence(const char *sequence, size_t len, const char *bytes, size_t n)
{
	const char *end = sequence + len;
	size_t k = 0;

	while (sequence < end && k < n)
		if (decode(&sequence) != bytes[k++])
			return false;
	return sequence == end && k == n;
}

static bool sends(const struct key *k, const char *bytes, size_t n)
{
	const char *word = k->sequences;

	if (n == 1 && bytes[0] == ' ')
		return strcmp(word, " ") == 0;
	for (size_t len; *word; word += len + (word[len] == ' ')) {
		len = strcspn(word, " ");
		if (is_sequence(word, len, bytes, n))
			return true;
	}
	return false;
}

/* Rows that stand for several keys have no name for one of them. */
static const char *name_in(const struct key *rows, const char *bytes, size_t n)
{
	for (const struct key *k = rows; k->name; k++)
		if (!strstr(k->name, "..") && sends(k, bytes, n))
			return k->name;
	return NULL;
}

static void add_caret(struct buf *out, char c)
{
	if ((unsigned char)c < ' ' || c == 0x7f)
		buf_printf(out, "^%c", c ^ 0x40);
	else
		text_escape(out, &c, 1);
}

void user_keys_name(const char *bytes, size_t n, struct buf *out)
{
	const char *name = name_in(keys, bytes, n);

	if (!name)
		name = name_in(free_keys, bytes, n);
	if (name)
		buf_str(out, name);
	else if (n == 1 && bytes[0] > 0 && bytes[0] < ' ' && isalpha(bytes[0] | 0x40))
		buf_printf(out, "Ctrl-%c", bytes[0] | 0x40);
	else if (n == 2 && bytes[0] == '\033' && isgraph((unsigned char)bytes[1]))
		buf_printf(out, "Alt-%c", bytes[1]);
	else if (n && (unsigned char)bytes[0] >= 0x80)
		text_escape(out, bytes, n);
	else
		for (size_t i = 0; i < n; i++)
			add_caret(out, bytes[i]);
}
