/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The session in lines: a prompt on the last row, and what happens above it.  For screen
 * readers and dumb terminals.
 *
 * Nothing but text, blanks, "\r" and line ends is ever written.  Packets are lines of the
 * format text (session/writer.h), messages and listings are lines as well.  Without a
 * bracketed paste a pasted line cannot be told from a typed one.
 *
 * plain_new() makes everything but the terminal's settings, so that start-up commands can be
 * run with its face; plain_run() returns when the user quits or a signal ends the program.
 */
#ifndef FRONT_PLAIN_H
#define FRONT_PLAIN_H

#include "command/command.h"

struct plain;

/* verbose: what was sent is printed too. */
/* of_screen may be NULL. */
struct plain *plain_new(struct session *s, const struct clock *clock, struct loop *loop,
			const struct of_screen *of_screen, bool verbose, struct error *e);
void plain_free(struct plain *p);

struct face *plain_face(struct plain *p);
const struct command_set *plain_commands(const struct plain *p);

/* A message. */
void plain_hint(struct plain *p, const char *text);
/* false: there is no terminal to take over, or the loop failed. */
bool plain_run(struct plain *p, struct error *e);

#endif
