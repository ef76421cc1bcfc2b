/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The terminal: curses in a painter thread, and the way back from it.
 *
 * The main loop hands over canvases; the painter paints the newest.  One frame is
 * in flight at most, older ones are dropped, so a stalled terminal (Ctrl-S, a hung
 * ssh) holds up the painter alone.  Only this file includes curses.  All curses
 * calls after screen_start() happen in the painter.
 */
#ifndef UI_SCREEN_H
#define UI_SCREEN_H

#include "ui/canvas.h"
#include "util/err.h"

struct screen;

/* Takes over the terminal on stdin and stdout: newterm, raw, no echo, no IXON, bracketed paste
 * on, alternate screen; starts the painter with all signals blocked; installs the handlers for
 * ABRT SEGV BUS FPE that write the restore string and the old termios, then re-raise.  TERM
 * unknown or no terminal: an error in words. */
struct screen *screen_start(struct error *e);
/* Puts the terminal back and frees.  A painter that is stuck in a stalled terminal is given 300
 * ms, then the output queue is flushed and the restore string written without waiting. */
void screen_stop(struct screen *s);

/* Copies the canvas for the painter and wakes it. false: a frame is in flight; a copy is kept
 * and painted next all the same (replacing an older one waiting). */
bool screen_paint(struct screen *s, const struct canvas *c);
/* Readable when the painter has finished something: then a frame may be made, if it is not busy. */
int screen_fd(const struct screen *s);
void screen_acknowledge(struct screen *s);
bool screen_busy(struct screen *s);

/* The terminal's size now (TIOCGWINSZ). */
void screen_size(const struct screen *s, int *rows, int *cols);
/* Everything is painted anew with the next canvas: for Ctrl-L, and after each SIGWINCH. */
void screen_redraw(struct screen *s);
/* Gives the terminal back to the shell and takes it again: around SIGSTOP for Ctrl-Z, around
 * $EDITOR. */
bool screen_leave(struct screen *s); /* false: the painter is stuck, nothing was done */
void screen_return(struct screen *s);
void screen_mouse(struct screen *s, bool on);
/* Offers text to the terminal's clipboard (OSC 52), in place of what waits to be offered. */
bool screen_clipboard(struct screen *s, const char *text, size_t n, struct error *e);
/* The sequence that terminfo gives for a capability ("kf6"), or NULL. */
const char *screen_key(const struct screen *s, const char *name);

#endif
