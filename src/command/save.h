/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A session as command lines that open the same session again.
 *
 * Sockets with their address, options that were asked for, groups, blocked sources,
 * target and connection; variables; keys that were bound; how typed lines are read.
 * Jobs, and what no line can hold, stand as comments.  Peers are written by address,
 * because their numbers are of one session only.
 */
#ifndef COMMAND_SAVE_H
#define COMMAND_SAVE_H

#include "command/command.h"

#define SAVE_MAX (64u << 20)

void save_format(struct session *s, const struct face *face, struct buf *out);

#endif
