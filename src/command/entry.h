/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A line as it is typed at a prompt: payload, or behind ":" a command.
 *
 * "::" in front is payload that begins with one colon.  A line that began as a paste is
 * payload whatever it begins with.
 */
#ifndef COMMAND_ENTRY_H
#define COMMAND_ENTRY_H

#include "command/command.h"

bool entry_is_command(const char *text, size_t len, bool pasted);
/* Where the payload begins: behind the first of two colons. */
size_t entry_payload_at(const char *text, size_t len, bool pasted);

/* Runs or sends the line; e->at is an offset in text. */
bool entry_run(struct session *s, struct face *face, const struct command_set *set,
	       const char *text, size_t len, bool pasted, struct error *e);

/* "cmd> ", "hex> ", "text> ", "text+crlf> " */
const char *entry_prompt(const struct command_typing *typing, const char *text, size_t len,
			 bool pasted);

/* As the history keeps it (line/line.h): ':' 't' 'x', 'T' and 'X' for pasted. */
char entry_kind(const struct command_typing *typing, const char *text, size_t len, bool pasted);
/* A line of that kind is back: how it is read; returns whether it was pasted. */
bool entry_recall(struct command_typing *typing, char kind);

/* The targets stand still from the first key of a line until it is empty. */
void entry_freeze(struct session *s, bool typing);

/* What may stand before the cursor, for text[*start..point): words as line/line.h wants them, or
 * NULL. */
char **entry_complete(struct session *s, const struct face *face, const struct command_set *set,
		      const char *text, size_t point, bool pasted, size_t *start);

#endif
