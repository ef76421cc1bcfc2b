/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Which key is whose.
 *
 * One table holds the bindings of all maps.  A key of the line's own map is bound in
 * readline's keymaps besides, to one function that looks it up here, so that
 * prefixes, macros and the user's inputrc work as in every program with readline.
 */
#include "line/line_private.h"

#include <stdlib.h>
#include <string.h>

struct map_use {
	Keymap map;
	bool alt; /* Alt with a character is a key of its own, not Esc and a command */
};

/* Readline's maps that the line may be in. */
static const struct map_use uses[] = {
	{ emacs_standard_keymap, true },
	{ vi_insertion_keymap, false },
	{ vi_movement_keymap, false },
};

#define USES (sizeof(uses) / sizeof(uses[0]))

static rl_command_func_t *bound_to(Keymap map, const char *s, size_t n, int *type)
{
	*type = ISFUNC;
	return rl_function_of_keyseq_len(s, n, map, type);
}

bool bind_is_editing(const char *s, size_t n)
{
	int type;

	return bound_to(rl_get_keymap(), s, n, &type) != NULL;
}

/* What readline has there by itself and nobody misses. */
static bool is_free(Keymap map, const char *s, size_t n)
{
	int type;
	rl_command_func_t *f = bound_to(map, s, n, &type);

	if (type != ISFUNC)
		return false;
	return !f || f == rl_insert || f == rl_clear_screen || f == rl_digit_argument ||
	       f == rl_do_lowercase_version || f == rl_named_function("execute-named-command");
}

/* A key with a name, which no inputrc can mean as editing: Debian's binds PgUp in some versions. */
static bool is_named_key(const char *s, size_t n)
{
	return n > 2 && s[0] == ESC && (s[1] == '[' || s[1] == 'O' || s[1] == ESC);
}

static void bind_in_readline(const char *sequence, const char *s, size_t n)
{
	for (size_t i = 0; i < USES; i++) {
		bool named = is_named_key(s, n);

		if (!named && s[0] == ESC && !uses[i].alt)
			continue;
		if (named || is_free(uses[i].map, s, n))
			rl_bind_keyseq_in_map(sequence, bind_run, uses[i].map);
	}
}

struct binding *bind_find(const struct line *l, unsigned map, const char *s, size_t n)
{
	for (size_t i = 0; i < l->binding_count; i++) {
		struct binding *b = &l->bindings[i];

		if (b->map == map && b->len == n && memcmp(b->bytes, s, n) == 0)
			return b;
	}
	return NULL;
}

/* Takes over bytes; false without memory. */
static bool add(struct line *l, unsigned map, char *bytes, size_t n, int id)
{
	struct binding *grown, *b = bind_find(l, map, bytes, n);

	if (b) {
		b->id = id;
		free(bytes);
		return true;
	}
	grown = reallocarray(l->bindings, l->binding_count + 1, sizeof(*grown));
	if (!grown) {
		free(bytes);
		return false;
	}
	l->bindings = grown;
	l->bindings[l->binding_count++] = (struct binding){ map, id, n, bytes };
	return true;
}

bool line_bind(struct line *l, unsigned map, const char *sequence, int id)
{
	/* rl_translate_keyseq() writes at most two bytes for one */
	char *bytes = malloc(2 * strlen(sequence) + 1);
	int n = 0;

	if (!bytes)
		return false;
	if (map >= l->maps || rl_translate_keyseq(sequence, bytes, &n) != 0 || n < 1) {
		free(bytes);
		return false;
	}
	if (map == 0)
		bind_in_readline(sequence, bytes, (size_t)n);
	return add(l, map, bytes, (size_t)n, id);
}

/* Readline may have read an argument first: the sequence is what it ends with. */
int bind_run(int count, int key)
{
	struct line *l = line_self();
	const struct binding *best = NULL;

	(void)count;
	(void)key;
	for (size_t i = 0; i < l->binding_count; i++) {
		const struct binding *b = &l->bindings[i];
		int start = rl_key_sequence_length - (int)b->len;

		if (b->map == 0 && start >= 0 && (!best || b->len > best->len) &&
		    memcmp(rl_executing_keyseq + start, b->bytes, b->len) == 0)
			best = b;
	}
	if (best && l->key_count < KEYS_MAX)
		l->keys[l->key_count++] = best->id;
	return 0;
}

static int insert_newline(int count, int key)
{
	(void)count;
	(void)key;
	rl_insert_text("\n");
	return 0;
}

/* What readline 8.2 does wrong behind a callback: a search by prompt that is given up on a history
 * entry leaves an undo list with two owners, and a cancelled operator that vi repeats never ends.
 */
static void unbind_unsafe(void)
{
	static rl_command_func_t *const unsafe[] = { rl_noninc_forward_search,
						     rl_noninc_reverse_search, rl_vi_search,
						     rl_vi_search_again, rl_vi_redo };
	const Keymap maps[] = { emacs_meta_keymap, vi_insertion_keymap, vi_movement_keymap };

	for (size_t f = 0; f < sizeof(unsafe) / sizeof(unsafe[0]); f++)
		for (size_t m = 0; m < sizeof(maps) / sizeof(maps[0]); m++)
			rl_unbind_function_in_map(unsafe[f], maps[m]);
}

/* Only Enter may send: "insert comment" would make it one and send it, vi's Ctrl-D sends what is
 * there, and Ctrl-O sends and fetches the next line of the history.  Ctrl-J is a newline. */
static void unbind_senders(void)
{
	rl_unbind_function_in_map(rl_insert_comment, emacs_meta_keymap);
	rl_unbind_function_in_map(rl_insert_comment, vi_movement_keymap);
	rl_unbind_function_in_map(rl_vi_eof_maybe, vi_insertion_keymap);
	rl_unbind_function_in_map(rl_vi_eof_maybe, vi_movement_keymap);
	rl_unbind_key_in_map(CTRL('O'), emacs_standard_keymap);
	unbind_unsafe();
	rl_unbind_key_in_map(CTRL('J'), vi_movement_keymap);
	rl_bind_key_in_map(CTRL('J'), insert_newline, emacs_standard_keymap);
	rl_bind_key_in_map(CTRL('J'), insert_newline, vi_insertion_keymap);
}

void bind_defaults(void)
{
	for (size_t i = 0; i < USES; i++) {
		rl_bind_keyseq_in_map("\\e\\C-m", insert_newline, uses[i].map);
		rl_bind_keyseq_in_map("\\e\\C-j", insert_newline, uses[i].map);
	}
	unbind_senders();
}

void bind_done(struct line *l)
{
	for (size_t i = 0; i < l->binding_count; i++)
		free(l->bindings[i].bytes);
	free(l->bindings);
}
