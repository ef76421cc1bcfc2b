/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A file that a command makes: of mode 0600, close-on-exec, no symbolic link is followed, and what
 * is there already is overwritten only if that was asked for.
 */
#ifndef SESSION_NEW_FILE_H
#define SESSION_NEW_FILE_H

#include "util/err.h"

/* For reading and writing.  overwrite: an ordinary file of that name is removed first.  command: as
 * it is typed, for an error that says "COMMAND --force". */
bool new_file_open(const char *path, bool overwrite, const char *command, int *fd, struct error *e);

#endif
