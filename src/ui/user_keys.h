/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Keys that "bind KEY COMMAND" gave a command: rows like those of the key table, which
 * they go before.
 *
 * KEY is written as the table writes it: F3, Alt-x, Ctrl-T, PgUp, n.  A key works in all
 * panes; in the line too if the table has it there, if it is a function key, or if it is
 * Alt or Ctrl with a character that readline has no use for (line/line.h decides that).
 */
#ifndef UI_USER_KEYS_H
#define UI_USER_KEYS_H

#include "ui/keys.h"

#include "util/buf.h"
#include "util/err.h"

#define USER_KEYS_MAX 200

struct user_key {
	char name[16];
	char sequence[8];  /* where the table has none */
	struct key as_key; /* name, sequences and command point into this struct and to the heap */
	char *command;
};

struct user_keys {
	struct user_key *keys[USER_KEYS_MAX]; /* in order of binding */
	size_t count;
};

void user_keys_done(struct user_keys *u);
/* Binds a key or binds it anew; *index is its place.  An unknown key and one that cannot be bound
 * (Enter, Ctrl-C) are errors at offset 0. */
bool user_keys_set(struct user_keys *u, const char *name, const char *command, size_t *index,
		   struct error *e);
/* The user's row that a row of the table gives way to in that focus, or NULL; u may be NULL. */
const struct user_key *user_keys_find(const struct user_keys *u, const struct key *k,
				      enum focus focus);
/* Appends what a key that sent these bytes is called, as bind takes it: F11, Alt-z, Ctrl-T, n.  One
 * without such a name is what it sends, as a terminal shows it: ^[[1;5D. */
void user_keys_name(const char *bytes, size_t n, struct buf *out);

#endif
