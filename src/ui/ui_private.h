/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What ui.c (life and frames), actions.c (key commands) and entry.c (the line) share. */
#ifndef UI_UI_PRIVATE_H
#define UI_UI_PRIVATE_H

#include "command/script.h"
#include "line/line.h"
#include "ui/keys.h"
#include "ui/preview.h"
#include "ui/screen.h"
#include "ui/ui.h"
#include "ui/user_keys.h"

/* What was unfinished in the line when a key put a command there, and where the key was pressed:
 * both come back when that line is done. */
struct borrowed_line {
	bool active;
	char *text; /* heap */
	size_t len, point;
	bool pasted;
	enum focus from;
};

struct ui {
	struct session *session;
	struct loop *loop;
	const struct clock *clock;
	struct view view;
	struct face face;
	struct command_set set;
	struct script *script;
	struct line *line;
	struct user_keys user_keys;
	struct borrowed_line borrowed;
	char *pending;         /* heap: the command of a key, while it waits for a name; or NULL */
	struct screen *screen; /* NULL until ui_run() */
	struct canvas canvas;
	struct preview_cache preview;
	struct loop_timer frame; /* the next frame, not before 33 ms after the last */
	struct loop_timer tick;  /* rates and ages that change without a packet */
	struct loop_timer scan;  /* the filter looks on at what was there before */
	struct loop_timer seek;  /* "find" looks on */
	uint64_t last_frame;     /* monotonic ns */
	bool dirty;
	bool mouse;
	bool fold;
	int signals;               /* signalfd */
	uint64_t acts;             /* lines entered and keys pressed that ran a command */
	uint64_t quit_asked;       /* the act that was told that a job runs */
	bool by_hand;              /* the command that runs was a person's act, no script's */
	bool details_default_done; /* details open by themselves on a large screen, once */
};

/* A frame is due: something that is shown has changed. */
void ui_dirty(struct ui *ui);
void ui_message(struct ui *ui, enum command_message kind, const char *text);
void ui_sayf(struct ui *ui, enum command_message kind, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));
/* A filter or a colour rule gave up on packets: once for each. */
void ui_tell_given_up(struct ui *ui);
/* An error in words, with its column in "line" (NULL: no column). */
void ui_error(struct ui *ui, const struct error *e, const char *line, const char *after);
/* Runs a command line that a person entered, or the key for it. */
bool ui_act(struct ui *ui, const char *line, struct error *e);
/* Runs a command line of a key or of the program itself and shows its error. */
void ui_command(struct ui *ui, const char *line);
void ui_focus(struct ui *ui, enum focus focus);
/* Puts text into the line and goes there. */
void ui_prefill(struct ui *ui, const char *text, size_t len);
/* The same for a command; what was in the line is given back when it was run or given up. */
void ui_borrow(struct ui *ui, const char *text, size_t len);
void ui_suspend(struct ui *ui);
bool ui_run_editor(struct ui *ui, struct error *e);
void ui_panel_close(struct ui *ui);
/* The fields of the details are those of tshark's tree; and are our own again. */
void ui_show_tree(struct ui *ui);
void ui_hide_tree(struct ui *ui);

/* bind.c: keys. */
void ui_bind_keys(struct ui *ui);
const char *ui_key_command(const struct ui *ui, int id);
bool ui_bind(void *ctx, const char *key, const char *command, struct error *e);
void ui_bindings(void *ctx, face_binding *each, void *arg);

/* face.c: what commands and session call. */
bool ui_face_init(struct ui *ui, struct error *e);

/* move.c: commands of keys that move. */
bool ui_move(struct command_call *c, struct error *e);
bool ui_packet(struct command_call *c, struct error *e);
bool ui_follow(struct command_call *c, struct error *e);

/* seek.c: finding. */
bool ui_find(void *ctx, const char *text, size_t n, struct error *e);
bool ui_match(struct command_call *c, struct error *e);
/* Datagrams that repeat each other are one row, or not any more. */
void ui_fold(struct ui *ui, bool on);
/* comparing.c */
bool ui_mark(struct command_call *c, struct error *e);
bool ui_diff(struct command_call *c, struct error *e);

/* copying.c: y. */
bool ui_copy(struct command_call *c, struct error *e);

/* entry.c: the line's events. */
void ui_line_changed(struct ui *ui); /* takes over what readline has */
struct line *ui_line_new(struct ui *ui, struct error *e);
void ui_resolved(struct ui *ui);  /* a name is known: what waits is tried again */
bool ui_interrupt(struct ui *ui); /* Ctrl-C in the line; false: there was nothing to end */

#endif
