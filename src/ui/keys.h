/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Keys are command lines: one row per key and focus.
 *
 * The same rows make the key maps, the key bar, the help (F1, ?) and the manual's
 * table.  "sequences" are what terminals send, besides what terminfo says for
 * "terminfo"; several are parted by a blank, written as in an inputrc ("\e[A").
 */
#ifndef UI_KEYS_H
#define UI_KEYS_H

#include "ui/view.h"

#define KEY_IN(focus) (1u << (focus))
#define KEY_IN_ALL \
	(KEY_IN(FOCUS_LINE) | KEY_IN(FOCUS_LIST) | KEY_IN(FOCUS_DETAILS) | KEY_IN(FOCUS_PANEL))
#define KEY_IN_PANES (KEY_IN_ALL & ~KEY_IN(FOCUS_LINE))

struct key {
	const char *name;      /* as people write it: "F6", "Alt-a", "PgUp" */
	const char *terminfo;  /* capability, "kf6", or NULL */
	const char *sequences; /* "\\eOQ \\e[12~", or NULL */
	unsigned focus;        /* KEY_IN() bits */
	const char *command;   /* command line, without ":" */
	const char *bar;       /* word on the key bar, or NULL: not on it */
	const char *help;
};

extern const struct key keys[]; /* ends with name NULL */

#endif
