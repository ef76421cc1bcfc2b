/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the files of line/ share: line.c (text), input.c (keys), bind.c, complete.c, history.c. */
#ifndef LINE_LINE_PRIVATE_H
#define LINE_LINE_PRIVATE_H

#include "line/line.h"
#include "line/paste.h"
#include "util/buf.h"

#include <stdio.h>

#include <readline/history.h>
#include <readline/readline.h>

/* Key events that one key can cause: a macro of the inputrc may hold several. */
#define KEYS_MAX 16

/* Room for what is cut into keys at once, and for the key that the last bytes have begun. */
#define LINE_FEED_MAX 4096

/* Readline is in the middle of something that the next key goes to. */
#define SEARCHING (RL_STATE_ISEARCH | RL_STATE_NSEARCH)
#define PENDING                                                                      \
	(SEARCHING | RL_STATE_NUMERICARG | RL_STATE_MULTIKEY | RL_STATE_CHARSEARCH | \
	 RL_STATE_VIMOTION)

struct binding {
	unsigned map;
	int id;
	size_t len;
	char *bytes; /* as the terminal sends them */
};

struct line {
	struct loop *loop;
	struct line_events events;
	unsigned maps, map;

	struct binding *bindings;
	size_t binding_count;

	struct buf input;        /* fed, and no whole key yet */
	struct loop_timer timer; /* for the rest of a key, or of a paste */
	uint64_t escape_time;
	struct paste paste;
	bool paste_stale; /* what came of it is in the line, and its end is still missing */

	const char *queue; /* the key that readline is reading */
	size_t queued;
	int keys[KEYS_MAX]; /* ids of bound keys that readline met */
	unsigned key_count;
	bool entering;  /* the owner looks whether to take the line */
	bool have_next; /* what is to be in the line afterwards */
	char next_kind; /* and its kind, 0: not said */
	struct buf next;
	size_t next_point;

	/* What the owner knows of the line; line_state() shows it. */
	struct buf text, prompt;
	size_t point;
	bool vi_command;
	bool dirty; /* "changed" is due even if nothing differs */

	size_t complete_from; /* where the words of a completion begin */

	char kind, kind_below; /* of the line; of what is below the newest history entry */
	int where;             /* history position that the owner knows */
	char *history_path;
};

/* The line that readline's callbacks mean; its API has no context. */
struct line *line_self(void);

/* line.c: lets readline read a key, whole. */
void line_run(struct line *l, const char *key, size_t n);
/* Ends what readline is in the middle of, as Ctrl-G does. */
void line_cancel(struct line *l);
/* Puts text in at the cursor, as one step for undo. */
void line_put(const char *text, size_t len);
/* Takes over what readline has; true if it is other than the owner knows. */
bool line_look(struct line *l);
/* The same, and tells the owner. */
void line_tell(struct line *l);

/* input.c */
void line_on_timer(void *ctx);

/* bind.c: what readline calls for a key of map 0 that is ours. */
int bind_run(int count, int key);
/* Takes away from readline's maps what must not send the line, and binds what is the same for
 * everybody. */
void bind_defaults(void);
/* The binding whose bytes are s[0..n), NULL: none. */
struct binding *bind_find(const struct line *l, unsigned map, const char *s, size_t n);
/* Has the line's own map anything for this key? */
bool bind_is_editing(const char *s, size_t n);
void bind_done(struct line *l);

/* complete.c: rl_attempted_completion_function and rl_completion_display_matches_hook. */
void complete_init(void);

/* history.c */
void line_history_add(struct line *l, const char *text);
/* Has another entry come into the line?  Its kind, 0: no. */
char line_history_moved(struct line *l);
void line_history_done(struct line *l);

#endif
