/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The tree that tshark makes of a packet, as fields of the details: a row for each, with its bytes.
 */
#ifndef UI_TREE_H
#define UI_TREE_H

#include "ui/fields.h"

/* Fills an empty one: with the tree, or with what is waited for, or why there is none. */
void tree_make(struct fields *out, const struct view *v, const struct packet *p);
/* Before a frame: asks for the tree, where the details are to show it. */
void tree_ask(struct view *v);

#endif
