/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The core's command rows, one table per file cmd_*.c; each ends with name NULL. */
#ifndef COMMAND_TABLES_H
#define COMMAND_TABLES_H

#include "command/command.h"

extern const struct command socket_commands[];
extern const struct command option_commands[];
extern const struct command group_commands[];
extern const struct command doctor_commands[];
extern const struct command send_commands[];
extern const struct command file_commands[];
extern const struct command job_commands[];
extern const struct command variable_commands[];
extern const struct command via_commands[];
extern const struct command look_commands[];
extern const struct command stats_commands[];
extern const struct command peer_commands[];
extern const struct command ping_commands[];
extern const struct command copy_commands[];
extern const struct command export_commands[];
extern const struct command read_commands[];
extern const struct command record_commands[];
extern const struct command replay_commands[];
extern const struct command route_commands[];
extern const struct command rule_commands[];
extern const struct command script_commands[];
extern const struct command path_commands[];
extern const struct command program_commands[];
extern const struct command sweep_commands[];
extern const struct command tshark_commands[];
extern const struct command watch_commands[];

#endif
