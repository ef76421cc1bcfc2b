/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Which bytes of a datagram are others than in the one before it, of the same peer, direction and
 * length.  That is looked for among the 1024 packets before it, so that drawing takes no longer
 * however much there is.
 */
#ifndef UI_CHANGES_H
#define UI_CHANGES_H

#include "store/store.h"
#include "ui/spans.h"

/* Adds those in the window, in STYLE_CHANGED. */
void changes_add(struct store *st, const struct packet *p, struct spans *out);

#endif
