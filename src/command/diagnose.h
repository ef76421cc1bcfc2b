/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * How commands begin activities (session/activity.h) and show their reports.
 */
#ifndef COMMAND_DIAGNOSE_H
#define COMMAND_DIAGNOSE_H

#include "command/command.h"
#include "session/activity.h"

/*
 * The end of a command that started a: a screen shows its report, which goes on by itself; in a
 * script, and where there is no screen, the next line waits until it is over and its report is
 * printed.  Its verdict then may end the script.
 */
bool diagnose_begin(struct command_call *c, struct activity *a, struct error *e);
/* Does the command that started it show any? */
bool diagnose_has_report(const struct command_call *c, const struct activity *a);
/* The report as it is now into the call's listing, by the row of the command that started it. */
void diagnose_report(struct command_call *c, struct activity *a);

#endif
