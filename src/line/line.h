/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The readline bridge: it decodes every key, edits the line, keeps the history.
 *
 * Bytes read from the terminal are fed in, cut into whole keys, and handed to
 * readline's callback interface or, while another map than the line's is active,
 * looked up in the table of line_bind().  So there is one path for input and no key
 * is lost.  Nothing is printed by readline: the owner draws the line from
 * line_state().  A bracketed paste never reaches readline (8.2 reads past its buffer
 * at EOF inside one): line/paste.c collects it and it is inserted as text.  A
 * half-received key is released after a time-out.
 *
 * Events come outside readline, so their receivers may call everything here; only
 * "complete" and "matches" come from inside it and must not change the line.
 *
 * There is one line per process, because readline's API has no context.
 */
#ifndef LINE_LINE_H
#define LINE_LINE_H

#include "util/err.h"
#include "util/loop.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* What does not fit into a line of so many bytes is not taken in: a line that may be sent is
 * shorter. */
#define LINE_BYTES_MAX (1u << 20)

struct line;

struct line_events {
	void *ctx;
	/* Enter: the line, may hold newlines.  Return true if it was taken (it goes into the
	 * history and the line becomes empty), false to keep it with the cursor at *point.  What
	 * line_set() puts into the line meanwhile stays in it. */
	bool (*entered)(void *ctx, const char *text, size_t len, size_t *point);
	/* A key bound with line_bind. */
	void (*key)(void *ctx, int id);
	/* Text, a paste or an unbound key while a map other than the line's is active. */
	void (*stray)(void *ctx, const char *keys, size_t n);
	/* Text, cursor or search prompt may have changed. */
	void (*changed)(void *ctx);
	/* Completion of text[0..point): a malloc'd array, ending with NULL, of malloc'd words,
	 * each a full replacement of text[*start..point); NULL: none. */
	char **(*complete)(void *ctx, const char *text, size_t point, size_t *start);
	/* More than one match: the owner shows them. */
	void (*matches)(void *ctx, char **matches, size_t count);
	/* Ctrl-D on an empty line. */
	void (*eof)(void *ctx);
	/* A mouse report (SGR): button as sent, 1-based place, press or release. */
	void (*mouse)(void *ctx, int button, int col, int row, bool press);
	/* A paste was inserted; into_empty: the line holds nothing else. */
	void (*pasted)(void *ctx, bool into_empty);
	/* Another history entry is in the line, of that kind; below the newest entry, the line
	 * as it was before, of the kind that it had. */
	void (*recalled)(void *ctx, char kind);
};

/* Map 0 is the line's own (readline's emacs or vi map by the user's inputrc).  Reads the
 * inputrc; call it while the terminal still has the user's settings, whose erase and kill
 * characters readline takes over. */
struct line *line_new(struct loop *loop, const struct line_events *events, unsigned maps,
		      struct error *e);
void line_free(struct line *l);

/* Binds a key sequence (inputrc notation, "\\eOP", or as sent) in map 0..maps-1 to id.  In map 0
 * a key with a name of its own (F6, PgUp: "\\e[..." "\\eO...") is always ours; of the others,
 * what readline or the user's inputrc has bound to editing wins, but for Ctrl-L and Alt with a
 * digit.  In vi mode Alt with a character is not bound: it is Esc and a command there.  false:
 * no key, or no memory. */
bool line_bind(struct line *l, unsigned map, const char *sequence, int id);
void line_use_map(struct line *l, unsigned map);

/* Bytes from the terminal. */
void line_feed(struct line *l, const char *bytes, size_t n);
/* How long a lone ESC waits for the rest of a sequence; default 100 ms. */
void line_set_escape_time(struct line *l, uint64_t ns);
uint64_t line_escape_time(const struct line *l);
/* The same from a word as "set escape-time" has it: 1ms..2s. */
bool line_read_escape_time(struct line *l, const char *word, struct error *e);

struct line_state {
	const char *prompt; /* readline's while it searches or asks; "" else */
	const char *text;   /* until the next change */
	size_t len, point;
	bool vi_command; /* vi movement mode */
};
void line_state(const struct line *l, struct line_state *out);
/* Replaces the text, as one step that undo takes back. */
void line_set(struct line *l, const char *text, size_t len, size_t point);
/* As if Enter had been pressed and the line was taken: into the history, and empty. */
void line_accept(struct line *l);
/* Ctrl-C: leaves a search, else clears the line; false if there was nothing to leave or clear. */
bool line_interrupt(struct line *l);
void line_set_width(struct line *l, int rows, int cols);
/* $VISUAL or $EDITOR on the line, while the screen has been left.  Waits until it ends. */
bool line_edit(struct line *l, struct error *e);

/* History: each entry keeps its kind ('t' text, 'x' hex, ':' command; 'T' and 'X': text and hex
 * that were pasted, where a colon in front is payload).  The file (0600, no symlink followed, at
 * most 1000 entries) is read at start and appended to at each entry; its directory is made if
 * missing.  On an error the history lives as long as the program. */
bool line_history_open(struct line *l, const char *path, struct error *e);
/* The same with the file of this user, $XDG_STATE_HOME/udpdeck/history; without one the history
 * lives as long as the program. */
void line_history_home(struct line *l);
/* The kind in force for new entries. */
void line_set_kind(struct line *l, char kind);

#endif
