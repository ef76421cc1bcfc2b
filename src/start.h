/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Start-up: what the command line asks for, done with the commands that a person
 * would type.  Names are waited for; SIGINT and SIGTERM end the waiting.
 */
#ifndef START_H
#define START_H

#include "cli.h"
#include "command/script.h"
#include "demo.h"

/* The rc file's commands.  A faulty line is an error that names FILE:LINE:COLUMN. */
bool start_rc(struct session *s, struct face *face, const struct command_set *set, struct error *e);
/* Queues what -c and -f say, and starts it. */
bool start_scripts(const struct cli *cli, struct script *sc, struct error *e);
/* Sockets, target and groups; with --demo the services too, *demo is then the caller's to free. */
bool start_session(const struct cli *cli, struct session *s, struct face *face,
		   const struct command_set *set, struct demo **demo, struct buf *hint,
		   struct error *e);

/* -z: a socket for HOST; the first and last of its ports. */
bool start_scan(const struct cli *cli, struct session *s, struct face *face,
		const struct command_set *set, struct addr *first, uint16_t *last, struct error *e);
/* --ready-fd has to be open for writing: asked before another descriptor can get its number. */
bool start_check_ready(const struct cli *cli, struct error *e);
/* --ready-fd: ADDR:PORT of each socket, a line each, then the descriptor is closed. */
bool start_tell_ready(const struct cli *cli, const struct session *s, struct error *e);

#endif
