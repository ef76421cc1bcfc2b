/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Settings that are no socket options: those of the session, the same on every face, and those
 * of the face.  "set", "get", "options" and "save" read these rows.
 */
#ifndef COMMAND_SETTING_H
#define COMMAND_SETTING_H

#include "command/command.h"

/* The session's; their ctx is the session.  Ends with name NULL. */
extern const struct face_setting session_settings[];

/* Of the session or the face, *ctx goes with its functions; or, *ctx NULL, one that only the screen
 * has and whose functions are not to be called.  NULL: nobody has it. */
const struct face_setting *setting_find(const struct command_call *c, const char *name, void **ctx);
/* One of the session's that is on or off? */
bool setting_is_switch(const char *name);
/* Those of the session and the face that are not as at the start, as lines of commands. */
void setting_save(struct session *s, const struct face *face, struct buf *out);

#endif
