/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A listing as lines of text: title, then the rows with their cells in columns.
 */
#ifndef FRONT_ROWS_H
#define FRONT_ROWS_H

#include "command/listing.h"

/* Cells go through text_escape(); lines end in "\n". */
void rows_format(const struct listing *l, struct buf *out);

#endif
