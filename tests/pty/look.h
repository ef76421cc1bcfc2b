/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Reading udpdeck's screen of 24 rows and 80 columns: where its cursors stand.
 *
 * All look at the screen as it is now, so they belong into predicates of
 * term_until().  -1 or 0: there is none.
 */
#ifndef TESTS_PTY_LOOK_H
#define TESTS_PTY_LOOK_H

#include "term.h"
#include "ui/view.h"

/* First row of the body below the title: details under a list, a panel. */
#define LOOK_DETAILS_TOP 12
#define LOOK_PANEL_TOP 3

void look_row(struct term *t, int row, char out[VT_ROW_BYTES]);
/* True if the text is part of the rows, each of which ends in a newline and follows one. */
bool look_has(struct term *t, const char *text);
/* N of "PAUSED at #N". */
int look_selected(struct term *t);
/* The byte under the cursor of the details' dump, beside the fields. */
int look_byte(struct term *t);
/* The field under the bar of the details of an rx packet, counted from 0. */
int look_field(struct term *t);
/* The panel's row under the bar, "> ..."; false: there is none. */
bool look_bar(struct term *t, char out[VT_ROW_BYTES]);
bool look_focus(struct term *t, enum focus focus);
/* True if socket n is the current one. */
bool look_socket(struct term *t, int n);

#endif
