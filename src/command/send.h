/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What typed lines and the sending commands share. */
#ifndef COMMAND_SEND_H
#define COMMAND_SEND_H

#include "command/command.h"

/* Sends bytes to the call's "to", else to the current socket's target; opens a socket of the right
 * family for "to" if there is none. */
bool send_bytes(struct command_call *c, const void *data, size_t len, struct error *e);
/* The current socket, else one of the right family for dest, opened. */
struct session_socket *send_socket_for(struct session *s, const struct addr *dest, struct error *e);
/* The datagram that F6 and "reply" answer when none is named: the newest heard; false if none is
 * kept. */
bool send_newest_rx(struct session *s, struct store_hold *hold, struct packet *out);
/* Makes d the target of the current socket (or of the one that heard "@N", switching to it and
 * saying so); opens a socket of the right family if there is none. */
bool send_set_target(struct command_call *c, const struct destination *d, struct error *e);
/* Appends the command that sets a variable again. */
void let_format(struct buf *out, const struct variable *v);
/* Starts the job that "every" and "delay" in front of the call's row ask for, if that would send
 * now; the row's verb is at "verb" in line. */
bool job_begin(struct command_call *c, const char *line, size_t verb, struct error *e);

#endif
