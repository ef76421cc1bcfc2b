/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A text in $VISUAL or $EDITOR. */
#ifndef LINE_EDIT_H
#define LINE_EDIT_H

#include "util/buf.h"
#include "util/err.h"

/* Waits until the editor ends, appends what it left to "out".  The caller has left the terminal
 * to it. */
bool edit_text(const char *text, size_t len, struct buf *out, struct error *e);

#endif
