/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The listing of all memberships: who is heard on them, what the network knows of them, what
 * their addresses mean.
 */
#ifndef COMMAND_GROUPS_H
#define COMMAND_GROUPS_H

#include "command/command.h"

bool groups_run(struct command_call *c, struct error *e);

#endif
