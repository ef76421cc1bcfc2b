/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Completion of command lines, from the same tables that parse them.
 */
#ifndef COMMAND_COMPLETE_H
#define COMMAND_COMPLETE_H

#include "command/command.h"

#define COMPLETION_MAX 512

struct command_completion {
	struct session *session;
	const struct command_set *set;
	const struct command *row;
	size_t word;        /* index of the word being completed, 0: the first after the verb */
	const char *prefix; /* what of it was typed */
	const char *before; /* the word before that, "" in front of the first */
	const char *const *ahead; /* all words in front of it, the verb too ... */
	size_t ahead_count;       /* ... while "complete" runs */
	const char *first;        /* the first word after the verb, "" if there is none yet */
	const struct face_setting *settings;
	char *text;     /* the line, cut into words; heap */
	char **matches; /* heap strings; the caller frees with completion_done */
	size_t count;
};

/*
 * line[0..point) is what stands before the cursor, without the prompt's ":".  *start is the offset
 * of the word that is completed.  Matches begin with what was typed of it.
 */
void completion_make(struct session *s, const struct face *face, const struct command_set *set,
		     const char *line, size_t point, size_t *start, struct command_completion *out);
/* The fields and variables that a "${" before the cursor may mean, in any payload; false: none
 * is open there. */
bool completion_make_fields(struct session *s, const char *text, size_t point, size_t *start,
			    struct command_completion *out);
void completion_done(struct command_completion *c);

/* For a command's "complete" function: offers word if it begins with the prefix. */
void completion_offer(struct command_completion *c, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));
/* What may follow a modifier. */
void completion_offer_sending(struct command_completion *c);
/* @1, @2, ... */
void completion_offer_peers(struct command_completion *c);
/* What an expression (match/filter.h) may go on with. */
void completion_offer_expression(struct command_completion *c);
/* The files that the path begun may mean; a folder ends in "/". */
void completion_offer_files(struct command_completion *c);

#endif
