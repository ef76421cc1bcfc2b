/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The tree of a packet (session/tshark.h) where there is no screen to show it: a listing, whose
 * rows are events of JSON as well.
 */
#ifndef COMMAND_TREE_H
#define COMMAND_TREE_H

#include "command/command.h"

/* ERR_PENDING until tshark has answered. */
bool tree_show(struct command_call *c, uint64_t number, struct error *e);

#endif
